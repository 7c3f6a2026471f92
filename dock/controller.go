package dock

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
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
	Docks          []Dock
	// RouteURL is where docks fetch a flight's KMZ: "%s" stands for the flight.
	RouteURL string
	// LivePush and LiveWatch are the RTMP address that a dock is told and the RTSP address of the same stream, "%s" stands
	// for the dock.
	LivePush, LiveWatch string
	LiveQuality         int
	DRCHz               int
	Log                 *slog.Logger
}

// Controller carries out flights on docks.
type Controller struct {
	o     Options
	nc    *nats.Conn
	js    jetstream.JetStream
	cl    mqtt.Client
	docks map[string]*session

	mu     sync.Mutex
	routes map[string][]byte // KMZ by flight
	odd    map[string]bool   // what was said of messages that are not as documented
}

// New prepares a controller; Run connects it.
func New(o Options, nc *nats.Conn, js jetstream.JetStream) *Controller {
	c := &Controller{o: o, nc: nc, js: js, docks: map[string]*session{}, routes: map[string][]byte{}, odd: map[string]bool{}}
	for _, d := range o.Docks {
		c.docks[d.SN] = newSession(c, d)
	}
	return c
}

// mostOdd bounds what is remembered, and so said, of messages that are not as documented.
const mostOdd = 1000

// notDocumented says once what a message holds that DJI does not document: newer firmware, or another dock altogether.
func (c *Controller) notDocumented(sn string, k cloudapi.Kind, m *cloudapi.Message) {
	if len(m.Odd) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range m.Odd {
		key := string(k) + " " + m.Name() + " " + o
		if c.odd[key] || len(c.odd) >= mostOdd {
			continue
		}
		c.odd[key] = true
		c.o.Log.Info("not as documented, kept (said once)", "dock", sn, "topic", k, "method", m.Name(), "what", o)
	}
}

// Route is the KMZ of a flight, for the dock that fetches it.
func (c *Controller) Route(flight string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.routes[flight]
	return b, ok
}

// Fly hands a flight to its dock. It returns once the dock's queue has it; what becomes of it is told by flight events.
func (c *Controller) Fly(ctx context.Context, f missions.Flight) error {
	s := c.docks[f.Dock]
	if s == nil {
		return fmt.Errorf("flight %s: no dock %q in the configuration", f.ID, f.Dock)
	}
	c.mu.Lock()
	c.routes[f.ID] = f.KMZ
	c.mu.Unlock()
	select {
	case s.fly <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run serves all docks until ctx ends. Flights go on flying then; a controller that is started again takes them up.
func (c *Controller) Run(ctx context.Context) error {
	opts := mqtt.NewClientOptions().AddBroker(c.o.MQTT).SetClientID("harrier-" + newID()[:8]).SetUsername(c.o.User).SetPassword(c.o.Password).
		SetConnectRetry(true).SetConnectRetryInterval(time.Second).SetAutoReconnect(true).SetMaxReconnectInterval(2 * time.Second).SetOrderMatters(true).SetConnectTimeout(5 * time.Second)
	opts.SetOnConnectHandler(func(cl mqtt.Client) {
		for sn, s := range c.docks {
			topics := map[string]byte{cloudapi.Topic(sn, cloudapi.KindStatus): 1, cloudapi.Topic(sn, cloudapi.KindOSD): 0, cloudapi.Topic(sn, cloudapi.KindServicesReply): 1,
				cloudapi.Topic(sn, cloudapi.KindEvents): 1, cloudapi.Topic(sn, cloudapi.KindDRCUp): 0}
			if s.d.Aircraft != "" {
				topics[cloudapi.Topic(s.d.Aircraft, cloudapi.KindOSD)] = 0
			}
			cl.SubscribeMultiple(topics, func(_ mqtt.Client, m mqtt.Message) { s.take(m.Topic(), m.Payload(), time.Now()) })
		}
	})
	opts.SetConnectionLostHandler(func(_ mqtt.Client, err error) { c.o.Log.Warn("MQTT connection lost, connecting again", "error", err) })
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
		var cmd Command
		sn := m.Subject[len(SubjectCommands):]
		reply := func(err error) {
			r := Reply{OK: err == nil}
			if err != nil {
				r.Error = err.Error()
			}
			b, _ := json.Marshal(r)
			_ = m.Respond(b)
		}
		if err := json.Unmarshal(m.Data, &cmd); err != nil {
			reply(fmt.Errorf("command is not JSON: %w", err))
			return
		}
		s := c.docks[sn]
		if s == nil {
			reply(fmt.Errorf("no dock %q", sn))
			return
		}
		select {
		case s.commands <- commanded{cmd, reply}:
		default:
			reply(fmt.Errorf("dock %s has too many commands waiting; try again", sn))
		}
	})
	if err != nil {
		return fmt.Errorf("take commands: %w", err)
	}
	defer sub.Unsubscribe()
	for _, s := range c.docks {
		s.takeUp(ctx)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range c.docks {
		g.Go(func() error { return s.run(ctx) })
	}
	return g.Wait()
}

// State of every dock as last known, for the console.
func (c *Controller) States() []Status {
	out := make([]Status, 0, len(c.docks))
	for _, d := range c.o.Docks {
		out = append(out, c.docks[d.SN].status())
	}
	return out
}
