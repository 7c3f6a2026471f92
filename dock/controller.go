package dock

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
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
	"github.com/harrier-patrol/harrier/missions"
)

// Dock is a dock that the controller may use.
type Dock struct {
	SN       string  `yaml:"sn" json:"sn"`
	Aircraft string  `yaml:"aircraft" json:"aircraft"`
	Name     string  `yaml:"name" json:"name"`
	Model    string  `yaml:"model" json:"model"`
	Lon      float64 `yaml:"lon" json:"lon"`
	Lat      float64 `yaml:"lat" json:"lat"`
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

// route is a flight's KMZ, and the name that nobody guesses under which its dock fetches it.
type route struct {
	file string
	kmz  []byte
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

// maxOdd bounds what is remembered, and so said, of each dock's messages that are not as documented; maxStrange of devices that are not known.
const (
	maxOdd     = 100
	maxStrange = 1000
)

// notDocumented says once what a message holds that DJI does not document: newer firmware, or another dock altogether.
func (c *Controller) notDocumented(sn string, k cloudapi.Kind, m *cloudapi.Message) {
	if len(m.Undocumented) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range m.Undocumented {
		key := string(k) + " " + m.Name() + " " + o
		if c.odd[sn][key] || len(c.odd[sn]) >= maxOdd {
			continue
		}
		if c.odd[sn] == nil {
			c.odd[sn] = map[string]bool{}
		}
		c.odd[sn][key] = true
		c.o.Log.Info("not as documented, kept (said once)", "dock", sn, "topic", k, "method", m.Name(), "what", o)
	}
}

// ServeHTTP serves docks their files: the KMZ of a flight, by the name that its dock was told, and the custom flight areas.
func (c *Controller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	if a := c.o.Areas; a != nil && name == a.Name {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(a.Content)
		return
	}
	b, ok := c.named(name)
	if !ok {
		http.Error(w, "no such file for docks", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.google-earth.kmz")
	_, _ = w.Write(b)
}

// named is the KMZ that is served under a name.
func (c *Controller) named(name string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.routes {
		if r.file != "" && subtle.ConstantTimeCompare([]byte(r.file+".kmz"), []byte(name)) == 1 {
			return r.kmz, true
		}
	}
	return nil, false
}

// file is where a dock fetches a flight's route.
func (c *Controller) file(flight string) (cloudapi.File, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.routes[flight]
	if !ok {
		return cloudapi.File{}, false
	}
	return cloudapi.File{URL: c.o.FilesURL(r.file + ".kmz"), Fingerprint: missions.Flight{KMZ: r.kmz}.Fingerprint()}, true
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

// Fly hands a flight to its dock. It returns once the dock's queue has it; what becomes of it is told by flight events. A flight that was handed
// over before, to any controller, is left alone. Where another controller holds the dock, this one stands by: it flies what the other did not
// take, should the dock come to it in time.
func (c *Controller) Fly(ctx context.Context, f missions.Flight) error {
	s := c.docks[f.Dock]
	if s == nil {
		return fmt.Errorf("flight %s: no dock %q in the configuration", f.ID, f.Dock)
	}
	select {
	case <-c.up:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !s.held.Load() {
		s.standBy(f)
		return nil
	}
	if known, err := c.keep(ctx, f); known || err != nil {
		return err
	}
	select {
	case s.fly <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keep notes a flight, so that whoever takes its dock over can go on with it, and its route, which the dock fetches. known says that it was
// noted before, by any controller. Where it is not certain that it was noted, there is an error; it may be tried again, and is not known then.
func (c *Controller) keep(ctx context.Context, f missions.Flight) (known bool, err error) {
	f.File = rand.Text()
	b, err := json.Marshal(f)
	if err == nil {
		_, err = c.flights.Create(ctx, journal.Key(f.ID), b)
	}
	there := errors.Is(err, jetstream.ErrKeyExists)
	if there { // by the name that it was noted with
		if _, ok := c.kept(ctx, f.ID); !ok {
			return false, fmt.Errorf("flight %s: %w: what was noted of it cannot be read", f.ID, journal.ErrUnavailable)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && !there {
		c.unsure[f.ID] = true
		return false, fmt.Errorf("record flight %s: %w", f.ID, journal.Explain("flights", err))
	}
	known = there && !c.unsure[f.ID]
	delete(c.unsure, f.ID)
	if !there {
		c.routes[f.ID] = route{f.File, f.KMZ}
	}
	return known, nil
}

// kept is a flight that was handed over earlier.
func (c *Controller) kept(ctx context.Context, id string) (f missions.Flight, ok bool) {
	e, err := c.flights.Get(ctx, journal.Key(id))
	if err != nil || json.Unmarshal(e.Value(), &f) != nil {
		return f, false
	}
	if f.File == "" { // handed over before routes had names that nobody guesses
		f.File = rand.Text()
		if b, err := json.Marshal(f); err != nil {
			return f, false
		} else if _, err := c.flights.Update(ctx, journal.Key(id), b, e.Revision()); err != nil {
			return f, false // it is asked for again
		}
	}
	c.mu.Lock()
	c.routes[id] = route{f.File, f.KMZ}
	c.mu.Unlock()
	return f, true
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
	select {
	case <-tok.Done():
		if tok.Error() != nil {
			return fmt.Errorf("connect to MQTT %s: %w", c.o.MQTT, tok.Error())
		}
	case <-ctx.Done():
		return nil
	}
	defer c.cl.Disconnect(250)
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

// topics that docks send on.
var topics = map[string]byte{
	cloudapi.Topic("+", cloudapi.KindStatus): 1, cloudapi.Topic("+", cloudapi.KindOSD): 0, cloudapi.Topic("+", cloudapi.KindState): 1, cloudapi.Topic("+", cloudapi.KindServicesReply): 1,
	cloudapi.Topic("+", cloudapi.KindEvents): 1, cloudapi.Topic("+", cloudapi.KindRequests): 1, cloudapi.Topic("+", cloudapi.KindPropertySetReply): 1, cloudapi.Topic("+", cloudapi.KindDRCUp): 0,
}

// take gives a message to the dock that sent it, or whose aircraft did.
func (c *Controller) take(topic string, payload []byte, at time.Time) {
	sn, _, ok := cloudapi.TopicOf(topic)
	if !ok {
		return
	}
	s := c.docks[sn]
	if s == nil {
		c.mu.Lock()
		s = c.aircraft[sn]
		c.mu.Unlock()
	}
	if s == nil {
		c.stranger(sn)
		return
	}
	s.take(topic, payload, at)
}

// retained says once of each device that the broker keeps messages of it, which are not taken.
func (c *Controller) retained(topic string) {
	sn, _, _ := cloudapi.TopicOf(topic)
	c.mu.Lock()
	defer c.mu.Unlock()
	if key := "retained " + sn; !c.strange[key] && len(c.strange) < maxStrange {
		c.strange[key] = true
		c.o.Log.Warn("the broker keeps (retains) messages of a device; they are not taken, as they say nothing of now", "sn", sn, "topic", topic)
	}
}

// adopt notes which aircraft is a dock's.
func (c *Controller) adopt(sn string, s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sn != "" && c.docks[sn] == nil && (c.aircraft[sn] == nil || s.d.Aircraft == "") {
		c.aircraft[sn] = s
	}
}

// stranger says once of each device that sends here and is not in the configuration.
func (c *Controller) stranger(sn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.strange[sn] && len(c.strange) < maxStrange {
		c.strange[sn] = true
		c.o.Log.Warn("a device that is not in the configuration sends messages; they are not taken. If it is a dock of yours, add it under docks", "sn", sn)
	}
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

// State of every dock as last known, for the console.
func (c *Controller) States() []Status {
	out := make([]Status, 0, len(c.docks))
	for _, d := range c.o.Docks {
		out = append(out, c.docks[d.SN].status())
	}
	return out
}
