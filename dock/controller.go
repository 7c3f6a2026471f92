package dock

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/dock/lease"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/journal"
)

// Dock is a dock that the controller may use.
type Dock struct {
	SN       string  `yaml:"sn" json:"sn"`
	Aircraft string  `yaml:"aircraft" json:"aircraft"`
	Name     string  `yaml:"name" json:"name"`
	Model    string  `yaml:"model" json:"model"`
	Lon      float64 `yaml:"lon" json:"lon"`
	Lat      float64 `yaml:"lat" json:"lat"`
	// Certificate is the number under which its equipment was reviewed, for evidence.
	Certificate string `yaml:"certificate" json:"certificate,omitempty"`
}

// Options of a controller.
type Options struct {
	MQTT           string // tcp://host:port
	User, Password string
	// ClientID names this controller to the broker, which keeps what docks say of flights while it is away; each controller has its own. Empty:
	// nothing is kept.
	ClientID string
	TLS      *tls.Config // for ssl://; nil: what this machine trusts
	// DRC is where and as whom a dock comes for its DRC channel; nil: MQTT, without a credential.
	DRC   func(sn string) cloudapi.MQTTBroker
	Docks []Dock
	// FilesURL is where docks fetch what ServeHTTP serves, routes and flight areas, by a file's name.
	FilesURL func(name string) string
	// LivePush and LiveWatch are the RTMP address that a dock is told and the RTSP address of the same stream, without credentials.
	LivePush, LiveWatch func(sn string) string
	// Closed says why no flight is to be begun, "" where one may; nil: always.
	Closed       func() string
	LiveQuality  int
	DRCHz        int
	Organization Organization
	// Limits by dock; where one is not named the defaults of its model hold.
	Limits   map[string]gate.Limits
	Airspace gate.Airspace // may be nil
	Areas    *AreaFile     // the custom flight areas that aircraft keep to; nil for none
	Depot    *media.Depot  // where docks upload their media; nil: they are told that there is no place for them
	Clock    pace.Clock    // zero: the wall's
	Log      *slog.Logger
}

// Controller carries out flights on docks.
type Controller struct {
	o     Options
	nc    *nats.Conn
	js    jetstream.JetStream
	cl    mqtt.Client
	docks map[string]*session

	fleet, holds, commands, flights, media jetstream.KeyValue
	up                                     chan struct{} // closed once flights can be noted

	mu       sync.Mutex
	routes   map[string]route           // by flight
	aircraft map[string]*session        // by serial number of the aircraft
	odd      map[string]map[string]bool // what was said of messages that are not as documented, by dock
	strange  map[string]bool            // devices that are not in the configuration, of which that was said
	unsure   map[string]bool            // flights of which it is not known whether they were noted: until they are tried again
}

// New prepares a controller; Run connects it.
func New(o Options, nc *nats.Conn, js jetstream.JetStream) *Controller {
	if o.Clock.Scale == 0 {
		o.Clock = pace.Wall
	}
	c := &Controller{o: o, nc: nc, js: js, docks: map[string]*session{}, routes: map[string]route{}, odd: map[string]map[string]bool{}, strange: map[string]bool{}, unsure: map[string]bool{}, up: make(chan struct{}), aircraft: map[string]*session{}}
	for _, d := range o.Docks {
		c.docks[d.SN] = newSession(c, d)
		if d.Aircraft != "" {
			c.aircraft[d.Aircraft] = c.docks[d.SN]
		}
	}
	return c
}

// OpenDRC is the broker for a dock's DRC channel without a credential: address is host:port.
func OpenDRC(sn, address string, until time.Time) cloudapi.MQTTBroker {
	return cloudapi.MQTTBroker{Address: address, ClientID: sn + "-drc", ExpireTime: until.Unix()}
}

// drcBroker is where and as whom a dock comes for its DRC channel.
func (c *Controller) drcBroker(sn string) cloudapi.MQTTBroker {
	if c.o.DRC != nil {
		return c.o.DRC(sn)
	}
	return OpenDRC(sn, strings.TrimPrefix(c.o.MQTT, "tcp://"), c.o.Clock.Now().Add(2*time.Hour))
}

// Run serves all docks until ctx ends. Flights go on flying then; a controller that is started again takes them up.
func (c *Controller) Run(ctx context.Context) error {
	opts := mqtt.NewClientOptions().AddBroker(c.o.MQTT).SetClientID(c.o.ClientID).SetCleanSession(c.o.ClientID == "").SetResumeSubs(true).SetUsername(c.o.User).SetPassword(c.o.Password).
		SetConnectRetry(true).SetConnectRetryInterval(time.Second).SetAutoReconnect(true).SetMaxReconnectInterval(2 * time.Second).SetOrderMatters(true).SetConnectTimeout(5 * time.Second)
	// what the broker kept comes before anything can be subscribed to again
	opts.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		if m.Retained() { // said at any time, by whoever: of no use to know what is now
			c.retained(m.Topic())
			return
		}
		c.take(m.Topic(), m.Payload(), c.o.Clock.Now())
	})
	opts.SetOnConnectHandler(func(cl mqtt.Client) { cl.SubscribeMultiple(topics, nil) })
	if c.o.TLS != nil {
		opts.SetTLSConfig(c.o.TLS)
	}
	opts.SetConnectionLostHandler(func(_ mqtt.Client, err error) { c.o.Log.Warn("MQTT connection lost, connecting again", "error", err) })
	if err := c.openBuckets(ctx); err != nil {
		return err
	}
	var sns []string
	for _, d := range c.o.Docks {
		sns = append(sns, d.SN)
	}
	leases, err := lease.Open(ctx, lease.Options{Client: c.o.ClientID, Docks: sns, Fleet: fleet{c}, JS: c.js, Log: c.o.Log})
	if err != nil {
		return err
	}
	// before anything is heard, so that it finds its dock held
	if err := leases.Share(ctx); err != nil {
		return err
	}
	close(c.up)
	c.cl = mqtt.NewClient(opts)
	tok := c.cl.Connect()
	defer c.cl.Disconnect(250) // also while it has not been there yet: it would go on trying
	select {
	case <-tok.Done():
		if tok.Error() != nil {
			return fmt.Errorf("connect to MQTT %s: %w", c.o.MQTT, tok.Error())
		}
	case <-ctx.Done():
		return nil
	}
	sub, err := c.nc.Subscribe(SubjectCommands+"*", func(m *nats.Msg) {
		if err := journal.Guarded(func() error { c.hand(m); return nil }); err != nil {
			c.o.Log.Error("a fault of Harrier at a command; please report it", "subject", m.Subject, "error", err)
		}
	})
	if err != nil {
		return fmt.Errorf("take commands: %w", err)
	}
	defer sub.Unsubscribe()
	if err := c.nc.FlushTimeout(5 * time.Second); err != nil {
		return fmt.Errorf("take commands: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return leases.Run(ctx) })
	for _, s := range c.docks {
		g.Go(func() error { return s.run(ctx) })
	}
	return g.Wait()
}

// hand takes an operator's command to its dock, or to all of them.
func (c *Controller) hand(m *nats.Msg) {
	if m.Reply != "" && !journal.Inbox(m.Reply) {
		c.o.Log.Warn("a command asks for its reply on a subject that is no inbox; it is not carried out", "subject", m.Subject, "reply", m.Reply)
		return
	}
	reply := func(data json.RawMessage, err error) {
		r := Reply{OK: err == nil, Data: data}
		if err != nil {
			r.Error = err.Error()
		}
		b, _ := json.Marshal(r)
		_ = m.Respond(b)
	}
	var cmd Command
	if err := json.Unmarshal(m.Data, &cmd); err != nil {
		reply(nil, fmt.Errorf("command is not JSON: %w", err))
		return
	}
	to := []*session{}
	switch sn := m.Subject[len(SubjectCommands):]; {
	case sn != All && c.docks[sn] == nil:
		reply(nil, fmt.Errorf("no dock %q in the configuration", sn))
		return
	case sn != All && !c.docks[sn].held.Load():
		return // whoever holds it answers
	case sn != All:
		to = append(to, c.docks[sn])
	case cmd.Action != ReturnHomeTo && cmd.Action != GroundDock && cmd.Action != ReleaseDock:
		reply(nil, fmt.Errorf("action %q is not for all docks at once; %s, %s and %s are", cmd.Action, ReturnHomeTo, GroundDock, ReleaseDock))
		return
	default:
		for _, d := range c.o.Docks {
			if s := c.docks[d.SN]; s.held.Load() && (cmd.Action != ReturnHomeTo || s.underWay() != "") {
				to = append(to, s)
			}
		}
	}
	var mu sync.Mutex
	var errs []error
	left := len(to)
	done := func(data json.RawMessage, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			errs = append(errs, err)
		}
		if left--; left <= 0 {
			if len(to) > 1 {
				data = nil
			}
			reply(data, errors.Join(errs...))
		}
	}
	if left == 0 {
		reply(nil, nil)
		return
	}
	for _, s := range to {
		ch := s.commands
		if cmd.Action == ReturnHomeTo {
			ch = s.homeward
		}
		select {
		case ch <- commanded{cmd, done}:
		default:
			done(nil, fmt.Errorf("dock %s has too many commands waiting; try again", s.d.SN))
		}
	}
}

// State of a dock as last known; false where this controller has no such dock.
func (c *Controller) State(sn string) (Status, bool) {
	s := c.docks[sn]
	if s == nil {
		return Status{}, false
	}
	return s.status(), true
}

// States are those of every dock, for the console.
func (c *Controller) States() []Status {
	out := make([]Status, 0, len(c.docks))
	for _, d := range c.o.Docks {
		out = append(out, c.docks[d.SN].status())
	}
	return out
}
