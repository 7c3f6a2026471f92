package dock

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// world is a broker, a NATS server, and controllers on them.
type world struct {
	t    *testing.T
	mqtt string
	nc   *nats.Conn
	js   jetstream.JetStream
}

func newWorld(t *testing.T) *world {
	t.Parallel() // they wait more than they work
	return worldOf(t)
}

// worldOf is newWorld of a test that has the machine to itself: leases are counted in seconds.
func worldOf(t *testing.T) *world {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	b, err := embedded.StartBroker(embedded.BrokerOptions{Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	_, nc, js := natstest.Start(t)
	if err := journal.Declare(t.Context(), js, Streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return &world{t, "tcp://" + addr, nc, js}
}

// controller runs one until stop is called or the test ends.
func (w *world) controller(docks ...Dock) (c *Controller, stop func()) {
	return w.controllerOn(w.nc, w.js, func(*Options) {}, docks...)
}

func (w *world) controllerWith(change func(*Options), docks ...Dock) (c *Controller, stop func()) {
	return w.controllerOn(w.nc, w.js, change, docks...)
}

func (w *world) controllerOn(nc *nats.Conn, js jetstream.JetStream, change func(*Options), docks ...Dock) (c *Controller, stop func()) {
	limits := map[string]gate.Limits{}
	for _, d := range docks {
		l := gate.DefaultLimits(d.Model)
		l.AnyLight = true
		limits[d.SN] = l
	}
	o := Options{MQTT: w.mqtt, Docks: docks, FilesURL: func(f string) string { return "http://localhost/" + f }, LivePush: func(sn string) string { return "rtmp://localhost/" + sn }, LiveWatch: func(sn string) string { return "rtsp://localhost/" + sn }, DRCHz: 5,
		Organization: DefaultOrganization, Limits: limits, Log: quiet()}
	change(&o)
	c = New(o, nc, js)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- c.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(stop)
	return c, stop
}

// events of a dock's flights so far.
func (w *world) events(sn string) (out []FlightEvent) {
	err := journal.Replay(context.Background(), w.js, "FLIGHTS", SubjectFlights+sn, journal.From{}, func(msg journal.Msg) error {
		b := msg.Data

		var ev FlightEvent
		if err := json.Unmarshal(b, &ev); err != nil {
			return err
		}
		out = append(out, ev)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// until waits for an event of a dock.
func (w *world) until(t *testing.T, sn string, what string, is func(FlightEvent) bool) FlightEvent {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		evs := w.events(sn)
		if i := slices.IndexFunc(evs, is); i >= 0 {
			return evs[i]
		}
	}
	t.Fatalf("%s never came; events: %+v", what, w.events(sn))
	return FlightEvent{}
}

func (w *world) command(t *testing.T, sn string, c Command) Reply {
	t.Helper()
	if c.Reason == "" {
		c.Reason = "test"
	}
	b, _ := json.Marshal(c)
	m, err := w.nc.Request(SubjectCommands+sn, b, 15*time.Second)
	for n := 0; errors.Is(err, nats.ErrNoResponders) && n < 100; n++ { // the controller is not up yet
		time.Sleep(100 * time.Millisecond)
		m, err = w.nc.Request(SubjectCommands+sn, b, 15*time.Second)
	}
	if err != nil {
		t.Fatal(err)
	}
	var r Reply
	if err := json.Unmarshal(m.Data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// scripted is a dock that does what a test says.
type scripted struct {
	t  *testing.T
	sn string
	cl mqtt.Client

	mu      sync.Mutex
	props   cloudapi.DockProperties
	flying  string                       // flight of which it reports progress
	codes   map[string]int               // what it answers to a method, 0 where not named
	mute    map[string]bool              // methods whose replies get lost
	asked   []string                     // methods it was asked
	bodies  map[string][]any             // what with
	answers map[string]*cloudapi.Message // to its own requests
	refuses map[string]int               // properties that it does not take, with the code it says
	// answered counts the answers to its events, by tid
	answered map[string]int
}

func newScripted(t *testing.T, w *world, sn string) *scripted {
	s := &scripted{t: t, sn: sn, codes: map[string]int{}, mute: map[string]bool{}, bodies: map[string][]any{}, answers: map[string]*cloudapi.Message{}, answered: map[string]int{}}
	s.props = cloudapi.DockProperties{ModeCode: new(cloudapi.DockModeIdle), DroneInDock: new(cloudapi.DroneInDockInside), CoverState: new(cloudapi.CoverStateClosed), WindSpeed: new(3.0),
		Rainfall: new(cloudapi.RainfallNone), EnvironmentTemperature: new(20.0), DroneChargeState: &cloudapi.DroneChargeState{CapacityPercent: 95},
		PositionState: &cloudapi.PositionState{IsFixed: cloudapi.RTKFixFixed, GPSNumber: 20}}
	s.cl = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(w.mqtt).SetClientID(sn).SetOrderMatters(false))
	if tok := s.cl.Connect(); tok.Wait() && tok.Error() != nil {
		t.Fatal(tok.Error())
	}
	s.cl.SubscribeMultiple(map[string]byte{cloudapi.Topic(sn, cloudapi.KindServices): 1, cloudapi.Topic(sn, cloudapi.KindRequestsReply): 1, cloudapi.Topic(sn, cloudapi.KindStatusReply): 1, cloudapi.Topic(sn, cloudapi.KindEventsReply): 1, cloudapi.Topic(sn, cloudapi.KindPropertySet): 1}, func(_ mqtt.Client, m mqtt.Message) {
		_, k, _ := cloudapi.TopicOf(m.Topic())
		e, err := cloudapi.Decode(k, true, m.Payload())
		if err != nil {
			t.Error(err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if k == cloudapi.KindPropertySet {
			var names map[string]any
			_ = json.Unmarshal(e.Data, &names)
			r := &cloudapi.PropertySetReply{Properties: map[string]cloudapi.PropertyResult{}}
			for n := range names {
				r.Properties[n] = cloudapi.PropertyResult{Result: new(s.refuses[n])}
			}
			go s.send(cloudapi.KindPropertySetReply, "", e.Transaction(), r)
			return
		}
		if k == cloudapi.KindEventsReply {
			s.answered[e.Transaction()]++
			return
		}
		if k != cloudapi.KindServices {
			s.answers[e.Name()] = &e
			return
		}
		s.asked = append(s.asked, e.Name())
		s.bodies[e.Name()] = append(s.bodies[e.Name()], e.Body)
		code := s.codes[e.Name()]
		if x, is := e.Body.(*cloudapi.FlightTaskExecute); is && code == 0 {
			s.flying = x.FlightID
			s.props.ModeCode = new(cloudapi.DockModeWorking)
		}
		if !s.mute[e.Name()] {
			go s.send(cloudapi.KindServicesReply, e.Name(), e.Transaction(), &cloudapi.Result{Result: code})
		}
	}).Wait()
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			s.mu.Lock()
			p, fl := s.props, s.flying
			s.mu.Unlock()
			s.send(cloudapi.KindOSD, "", "o", &p)
			if fl != "" {
				s.progress(fl, cloudapi.JobStatusInProgress, 0, nil)
			}
			select {
			case <-stop:
				return
			case <-time.After(400 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-stopped; s.cl.Disconnect(50) })
	return s
}

func (s *scripted) send(k cloudapi.Kind, method, tid string, data any) {
	s.publish(k, cloudapi.New(tid, "b", method, time.Now(), data))
}

// sendEvent sends an event that wants an answer.
func (s *scripted) sendEvent(method, tid string, data any) {
	m := cloudapi.New(tid, "b", method, time.Now(), data)
	m.NeedReply = new(1)
	s.publish(cloudapi.KindEvents, m)
}

func (s *scripted) publish(k cloudapi.Kind, m *cloudapi.Message) {
	m.Gateway = &s.sn
	b, err := m.Encode()
	if err != nil {
		s.t.Error(err)
		return
	}
	s.cl.Publish(cloudapi.Topic(s.sn, k), 1, false, b).Wait()
}

func (s *scripted) progress(flight string, st cloudapi.JobStatus, code int, at *cloudapi.BreakPointReport) {
	p := &cloudapi.FlightTaskProgress{Result: code}
	p.Output.Status, p.Output.Ext.FlightID, p.Output.Ext.BreakPoint, p.Output.Progress.Percent = st, flight, at, 40
	s.send(cloudapi.KindEvents, cloudapi.MethodFlightTaskProgress, "p", p)
}

func (s *scripted) set(f func()) { s.mu.Lock(); defer s.mu.Unlock(); f() }

// lands ends the flight.
func (s *scripted) lands(st cloudapi.JobStatus, code int, at *cloudapi.BreakPointReport) {
	var fl string
	s.set(func() { fl, s.flying, s.props.ModeCode = s.flying, "", new(cloudapi.DockModeIdle) })
	s.progress(fl, st, code, at)
}

func (s *scripted) times(method string) (n int) {
	s.set(func() {
		for _, m := range s.asked {
			if m == method {
				n++
			}
		}
	})
	return n
}

func (s *scripted) eventually(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		ok := false
		s.set(func() { ok = is() })
		if ok {
			return
		}
	}
	s.t.Fatalf("%s never came; asked: %v", what, s.asked)
}

func testFlight(sn, id string, window time.Duration) missions.Flight {
	r := missions.Route{Waypoints: []missions.Waypoint{{Lon: 121.5, Lat: 31.2, HeightM: 80, SpeedMS: 8, PitchDeg: -90}, {Lon: 121.51, Lat: 31.2, HeightM: 80, SpeedMS: 8, PitchDeg: -90}}}
	return missions.Flight{ID: id, Dock: sn, Scenes: []string{"street-stall"}, At: time.Now(), Until: time.Now().Add(window), KMZ: []byte("kmz of " + id), Route: r}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
