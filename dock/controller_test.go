package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/embedded"
	"github.com/harrier-patrol/harrier/dock/cloudapi"
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
	n, err := embedded.StartNATS("127.0.0.1", -1, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(n.URL())
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for name, subject := range map[string]string{"FLIGHTS": SubjectFlights + ">", "AUDIT": SubjectAudit + ">", "WATCH": SubjectWatch} {
		if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{subject}}); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		nc.Close()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return &world{t, "tcp://" + addr, nc, js}
}

// controller runs one until stop is called or the test ends.
func (w *world) controller(docks ...Dock) (c *Controller, stop func()) {
	return w.controllerOn(w.nc, w.js, docks...)
}

func (w *world) controllerOn(nc *nats.Conn, js jetstream.JetStream, docks ...Dock) (c *Controller, stop func()) {
	limits := map[string]Limits{}
	for _, d := range docks {
		l := DefaultLimits(d.Model)
		l.AnyLight = true
		limits[d.SN] = l
	}
	c = New(Options{MQTT: w.mqtt, Docks: docks, RouteURL: "http://localhost/%s.kmz", LivePush: "rtmp://localhost/%s", LiveWatch: "rtsp://localhost/%s", DRCHz: 5,
		Organization: DefaultOrganization, Limits: limits, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}, nc, js)
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
	err := Replay(context.Background(), w.js, "FLIGHTS", SubjectFlights+sn, time.Time{}, func(b []byte) error {
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
}

func newScripted(t *testing.T, w *world, sn string) *scripted {
	s := &scripted{t: t, sn: sn, codes: map[string]int{}, mute: map[string]bool{}, bodies: map[string][]any{}, answers: map[string]*cloudapi.Message{}}
	s.props = cloudapi.DockProperties{ModeCode: new(cloudapi.DockModeIdle), DroneInDock: new(cloudapi.DroneInDockInside), CoverState: new(cloudapi.CoverStateClosed), WindSpeed: new(3.0),
		Rainfall: new(cloudapi.RainfallNone), EnvironmentTemperature: new(20.0), DroneChargeState: &cloudapi.DroneChargeState{CapacityPercent: 95}}
	s.cl = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(w.mqtt).SetClientID(sn).SetOrderMatters(false))
	if tok := s.cl.Connect(); tok.Wait() && tok.Error() != nil {
		t.Fatal(tok.Error())
	}
	s.cl.SubscribeMultiple(map[string]byte{cloudapi.Topic(sn, cloudapi.KindServices): 1, cloudapi.Topic(sn, cloudapi.KindRequestsReply): 1, cloudapi.Topic(sn, cloudapi.KindStatusReply): 1}, func(_ mqtt.Client, m mqtt.Message) {
		_, k, _ := cloudapi.TopicOf(m.Topic())
		e, err := cloudapi.Decode(k, true, m.Payload())
		if err != nil {
			t.Error(err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
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
	m := cloudapi.New(tid, "b", method, time.Now(), data)
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

func TestDocks(t *testing.T) {
	w := newWorld(t)
	var docks []Dock
	dockOf := func(name string) Dock {
		return Dock{SN: "SIM" + strings.ToUpper(name), Aircraft: "SIMA" + name, Name: name, Model: "M4D", Lon: 121.5, Lat: 31.2}
	}
	cases := map[string]func(*testing.T, *Controller, *scripted){
		"flies":     func(t *testing.T, c *Controller, s *scripted) { fliesAndIsAnswered(t, w, c, s) },
		"wind":      func(t *testing.T, c *Controller, s *scripted) { waitsForTheWind(t, w, c, s) },
		"missed":    func(t *testing.T, c *Controller, s *scripted) { missesItsWindow(t, w, c, s) },
		"lostreply": func(t *testing.T, c *Controller, s *scripted) { losesAReply(t, w, c, s) },
		"stopped":   func(t *testing.T, c *Controller, s *scripted) { staysOnTheGround(t, w, c, s) },
		"hands":     func(t *testing.T, c *Controller, s *scripted) { isFlownByHand(t, w, c, s) },
		"broken":    func(t *testing.T, c *Controller, s *scripted) { goesOnFromItsBreakPoint(t, w, c, s) },
		"gust":      func(t *testing.T, c *Controller, s *scripted) { comesHomeInAGust(t, w, c, s) },
	}
	for name := range cases {
		docks = append(docks, dockOf(name))
	}
	c, _ := w.controller(docks...)
	t.Run("all", func(t *testing.T) {
		for name, test := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, c, newScripted(t, w, dockOf(name).SN))
			})
		}
	})
}

func fliesAndIsAnswered(t *testing.T, w *world, c *Controller, s *scripted) {
	s.send(cloudapi.KindStatus, cloudapi.MethodUpdateTopo, "t", &cloudapi.Topo{Type: 3, SubDevices: []cloudapi.SubDevice{}})
	s.send(cloudapi.KindRequests, cloudapi.MethodConfig, "c", &cloudapi.ConfigRequest{})
	s.send(cloudapi.KindRequests, cloudapi.MethodAirportBindStatus, "b", &cloudapi.AirportBindStatusRequest{Devices: []cloudapi.DeviceSN{{SN: s.sn}, {SN: "OTHER"}}})
	s.send(cloudapi.KindRequests, cloudapi.MethodAirportOrganizationBind, "g", &cloudapi.AirportOrganizationBindRequest{BindDevices: []cloudapi.BindDevice{{SN: s.sn, OrganizationID: "harrier", DeviceBindingCode: "wrong"}}})
	for _, m := range []string{cloudapi.MethodUpdateTopo, cloudapi.MethodConfig, cloudapi.MethodAirportBindStatus, cloudapi.MethodAirportOrganizationBind} {
		s.eventually("the answer to "+m, func() bool { return s.answers[m] != nil })
	}
	s.set(func() {
		b := s.answers[cloudapi.MethodAirportBindStatus].Body.(*cloudapi.AirportBindStatusRequestReply).Output.BindStatus
		if len(b) != 2 || !b[0].IsDeviceBindOrganization || b[1].IsDeviceBindOrganization {
			t.Errorf("bind status %+v", b)
		}
		if e := s.answers[cloudapi.MethodAirportOrganizationBind].Body.(*cloudapi.AirportOrganizationBindRequestReply).Output.ErrInfos; len(e) != 1 {
			t.Errorf("a wrong binding code is taken: %+v", e)
		}
	})
	if err := c.Fly(t.Context(), testFlight(s.sn, "f1", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.Flight == "f1" && e.State == Flying })
	kv, err := w.js.KeyValue(t.Context(), bucketFleet)
	if err != nil {
		t.Fatal(err)
	}
	s.eventually("the state of the fleet", func() bool {
		e, err := kv.Get(context.Background(), s.sn)
		return err == nil && strings.Contains(string(e.Value()), `"flight":"f1"`) && strings.Contains(string(e.Value()), `"life":"preparing"`)
	})
	s.lands(cloudapi.JobStatusOK, 0, nil)
	s.lands(cloudapi.JobStatusOK, 0, nil) // messages come twice
	w.until(t, s.sn, "done", func(e FlightEvent) bool { return e.Flight == "f1" && e.State == Done })
	ends := 0
	for _, e := range w.events(s.sn) {
		if e.State.Ended() {
			ends++
		}
	}
	if ends != 1 || s.times(cloudapi.MethodFlightTaskExecute) != 1 {
		t.Errorf("%d ends, %d executes", ends, s.times(cloudapi.MethodFlightTaskExecute))
	}
}

func waitsForTheWind(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.props.WindSpeed = new(13.2) })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f2", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "waiting for the wind", func(e FlightEvent) bool { return e.State == Waiting && e.Reason == "wind: 13.2 m/s (at most 12 m/s)" })
	if n := s.times(cloudapi.MethodFlightTaskPrepare); n != 0 {
		t.Errorf("prepared %d times in the wind", n)
	}
	s.set(func() { s.props.WindSpeed = new(4.0) })
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.lands(cloudapi.JobStatusOK, 0, nil)
}

func missesItsWindow(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.props.Rainfall = new(cloudapi.RainfallHeavy) })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f3", 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	e := w.until(t, s.sn, "the end", func(e FlightEvent) bool { return e.State == Failed })
	if !e.NotStarted || !strings.Contains(e.Reason, "heavy rain (at most light rain)") {
		t.Errorf("%+v", e)
	}
	if n := s.times(cloudapi.MethodFlightTaskExecute); n != 0 {
		t.Errorf("executed %d times", n)
	}
}

func losesAReply(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.mute[cloudapi.MethodFlightTaskExecute] = true })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f4", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, s.sn, "done", func(e FlightEvent) bool { return e.State == Done })
	if n := s.times(cloudapi.MethodFlightTaskExecute); n != 1 {
		t.Errorf("executed %d times", n)
	}
}

func staysOnTheGround(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.codes[cloudapi.MethodFlightTaskPrepare] = 316026 })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f5", time.Minute)); err != nil {
		t.Fatal(err)
	}
	e := w.until(t, s.sn, "the end", func(e FlightEvent) bool { return e.State == Failed })
	if !e.NotStarted || !strings.Contains(e.Reason, "316026") || !strings.Contains(e.Reason, "emergency stop") {
		t.Errorf("%+v", e)
	}
	s.set(func() { s.codes[cloudapi.MethodFlightTaskPrepare] = 0 })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f5b", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "the hold", func(e FlightEvent) bool {
		return e.Flight == "f5b" && e.State == Waiting && strings.Contains(e.Reason, "hold: harrier")
	})
	if r := w.command(t, s.sn, Command{Key: "k", Action: ReleaseDock, Operator: "Li"}); !r.OK {
		t.Fatal(r.Error)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.Flight == "f5b" && e.State == Flying })
	s.lands(cloudapi.JobStatusOK, 0, nil)
}

func isFlownByHand(t *testing.T, w *world, c *Controller, s *scripted) {
	if r := w.command(t, s.sn, Command{Key: "early", Action: Pause, Operator: "Li"}); r.OK || !strings.Contains(r.Error, "no flight on") {
		t.Errorf("%+v", r)
	}
	if err := c.Fly(t.Context(), testFlight(s.sn, "f6", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	for range 3 {
		if r := w.command(t, s.sn, Command{Key: "p1", Action: Pause, Operator: "Li"}); !r.OK {
			t.Errorf("pause: %s", r.Error)
		}
	}
	if n := s.times(cloudapi.MethodFlightTaskPause); n != 1 {
		t.Errorf("paused %d times", n)
	}
	if r := w.command(t, s.sn, Command{Key: "q1", Action: Resume, Operator: "Wang"}); r.OK || !strings.Contains(r.Error, "Li has the aircraft") {
		t.Errorf("%+v", r)
	}
	for _, cmd := range []Command{{Key: "q2", Action: TakeOver, Operator: "Wang"}, {Key: "q3", Action: Resume, Operator: "Wang"}, {Key: "q4", Action: LookAt, Operator: "Wang", Lon: 121.5, Lat: 31.2, HeightM: 10}, {Key: "q5", Action: TakePhoto, Operator: "Wang"}} {
		if r := w.command(t, s.sn, cmd); !r.OK {
			t.Errorf("%s: %s", cmd.Action, r.Error)
		}
	}
	for _, bad := range []Command{{Key: "x", Action: "loop", Operator: "Li"}, {Action: Pause, Operator: "Li"}, {Key: "y", Action: Pause}, {Key: "z", Action: LookAt, Operator: "Wang"}} {
		if r := w.command(t, s.sn, bad); r.OK {
			t.Errorf("%+v is taken", bad)
		}
	}
	if r := w.command(t, s.sn, Command{Key: "h", Action: ReturnHomeTo, Operator: "Li", Reason: "thunder"}); !r.OK {
		t.Error(r.Error)
	}
	w.until(t, s.sn, "returning", func(e FlightEvent) bool { return e.State == Returning && e.Reason == "Li: thunder" })
	s.lands(cloudapi.JobStatusCanceled, 0, nil)
	e := w.until(t, s.sn, "cancelled", func(e FlightEvent) bool { return e.State == Cancelled })
	if e.Reason != "Li: thunder" {
		t.Errorf("reason %q", e.Reason)
	}
	info, err := w.js.Stream(t.Context(), "AUDIT")
	if err != nil {
		t.Fatal(err)
	}
	m, err := info.GetLastMsgForSubject(t.Context(), SubjectAudit+s.sn)
	if err != nil || !strings.Contains(string(m.Data), "thunder") {
		t.Errorf("the log ends with %s, %v", m.Data, err)
	}
}

func goesOnFromItsBreakPoint(t *testing.T, w *world, c *Controller, s *scripted) {
	if err := c.Fly(t.Context(), testFlight(s.sn, "f7", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.lands(cloudapi.JobStatusPartiallyDone, 0, &cloudapi.BreakPointReport{Index: 1, Progress: 0.25, WaylineID: 0})
	e := w.until(t, s.sn, "continued", func(e FlightEvent) bool { return e.State == Continued })
	if e.ContinuedAs != "f7-part2" {
		t.Errorf("%+v", e)
	}
	w.until(t, s.sn, "the second part", func(e FlightEvent) bool { return e.Flight == "f7-part2" && e.State == Flying && e.Continues == "f7" })
	s.set(func() {
		p := s.bodies[cloudapi.MethodFlightTaskPrepare][1].(*cloudapi.FlightTaskPrepare)
		if p.BreakPoint == nil || p.BreakPoint.Index != 1 || p.BreakPoint.Progress != 0.25 {
			t.Errorf("break point %+v", p.BreakPoint)
		}
	})
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, s.sn, "done", func(e FlightEvent) bool { return e.Flight == "f7-part2" && e.State == Done })
}

func comesHomeInAGust(t *testing.T, w *world, c *Controller, s *scripted) {
	if err := c.Fly(t.Context(), testFlight(s.sn, "f8", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.set(func() { s.props.WindSpeed = new(14.0) })
	e := w.until(t, s.sn, "returning", func(e FlightEvent) bool { return e.State == Returning })
	if e.Reason != "harrier: wind: 14.0 m/s (at most 12 m/s)" || s.times(cloudapi.MethodReturnHome) != 1 {
		t.Errorf("%q, %d times", e.Reason, s.times(cloudapi.MethodReturnHome))
	}
	s.lands(cloudapi.JobStatusCanceled, 0, nil)
}

// A controller that is started again takes up what it finds flying, and starts nothing twice.
func TestAControllerTakesUpWhatFlies(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMTAKEN", Aircraft: "SIMAT", Model: "M4D"}
	c, stop := w.controller(d)
	s := newScripted(t, w, d.SN)
	if err := c.Fly(t.Context(), testFlight(d.SN, "g1", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.State == Flying })
	if r := w.command(t, d.SN, Command{Key: "one", Action: Pause, Operator: "Li"}); !r.OK {
		t.Fatal(r.Error)
	}
	if r := w.command(t, d.SN, Command{Key: "two", Action: GroundDock, Operator: "Li", Reason: "inspection"}); !r.OK {
		t.Fatal(r.Error)
	}
	stop()
	c, _ = w.controller(d)
	s.eventually("the stream asked for again", func() bool {
		n := 0
		for _, m := range s.asked {
			if m == cloudapi.MethodLiveStartPush {
				n++
			}
		}
		return n == 2
	})
	if r := w.command(t, d.SN, Command{Key: "one", Action: Pause, Operator: "Li"}); !r.OK {
		t.Error(r.Error)
	}
	if n := s.times(cloudapi.MethodFlightTaskPause); n != 1 {
		t.Errorf("a command from before happened %d times", n)
	}
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, d.SN, "done", func(e FlightEvent) bool { return e.Flight == "g1" && e.State == Done })
	if n := s.times(cloudapi.MethodFlightTaskExecute); n != 1 {
		t.Errorf("executed %d times", n)
	}
	if err := c.Fly(t.Context(), testFlight(d.SN, "g2", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, d.SN, "the hold from before", func(e FlightEvent) bool {
		return e.Flight == "g2" && e.State == Waiting && strings.Contains(e.Reason, "hold: Li: inspection")
	})
}

// Two controllers share a fleet; one falls silent, and the other goes on with its docks and flights within ten seconds.
func TestControllersShareAFleet(t *testing.T) {
	w := newWorld(t)
	var docks []Dock
	var dd []*scripted
	for i := range 4 {
		d := Dock{SN: fmt.Sprintf("SIMSHARE%d", i), Aircraft: fmt.Sprintf("SIMAS%d", i), Model: "M4D"}
		docks = append(docks, d)
	}
	for _, d := range docks {
		dd = append(dd, newScripted(t, w, d.SN))
	}
	nc, err := nats.Connect(w.nc.ConnectedUrl())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := w.controllerOn(nc, js, docks...)
	held := func(c *Controller) (n int) {
		for _, s := range c.docks {
			if s.held.Load() {
				n++
			}
		}
		return n
	}
	wait := func(what string, ok func() bool) time.Duration {
		t.Helper()
		began := time.Now()
		for !ok() {
			if time.Since(began) > 30*time.Second {
				t.Fatalf("%s never came: %d and so on", what, held(first))
			}
			time.Sleep(20 * time.Millisecond)
		}
		return time.Since(began)
	}
	wait("all docks held by the first", func() bool { return held(first) == 4 })
	second, _ := w.controller(docks...)
	wait("an even share", func() bool { return held(first) == 2 && held(second) == 2 })
	// both are told of every flight, as both read the same list
	for i, d := range docks {
		f := testFlight(d.SN, fmt.Sprintf("s%d", i), time.Minute)
		for _, c := range []*Controller{first, second} {
			if err := c.Fly(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, d := range docks {
		w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.Flight == fmt.Sprintf("s%d", i) && e.State == Flying })
	}
	nc.Close() // the first is cut off
	if took := wait("the second has all docks", func() bool { return held(second) == 4 && held(first) == 0 }); took > 10*time.Second {
		t.Errorf("that took %s", took)
	}
	for i, s := range dd {
		s.lands(cloudapi.JobStatusOK, 0, nil)
		w.until(t, docks[i].SN, "done", func(e FlightEvent) bool { return e.Flight == fmt.Sprintf("s%d", i) && e.State == Done })
		if n := s.times(cloudapi.MethodFlightTaskExecute); n != 1 {
			t.Errorf("dock %d: executed %d times", i, n)
		}
		if r := w.command(t, docks[i].SN, Command{Key: fmt.Sprintf("g%d", i), Action: GroundDock, Operator: "Li"}); !r.OK {
			t.Error(r.Error)
		}
	}
}

func TestTheGateSaysValueAndLimit(t *testing.T) {
	now := time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC) // noon in Shanghai
	fine := func() *report {
		return &report{heard: now, dock: cloudapi.DockProperties{ModeCode: new(cloudapi.DockModeIdle), WindSpeed: new(3.0), DroneChargeState: &cloudapi.DroneChargeState{CapacityPercent: 90},
			PositionState: &cloudapi.PositionState{IsFixed: cloudapi.RTKFixFixed}, Storage: &cloudapi.Storage{Total: 80 << 20, Used: 1 << 20}}}
	}
	d := Dock{SN: "D", Model: "M4D", Lon: 121.5, Lat: 31.2}
	l := DefaultLimits("M4D")
	if cs := fine().gate(now, l, d, nil); cs != nil {
		t.Fatalf("a fine dock is blocked: %s", said(cs))
	}
	for want, spoil := range map[string]func(*report){
		"online: silent for 20 s (a report at least every 15s)": func(r *report) { r.heard = now.Add(-20 * time.Second) },
		"mode: remote debugging (idle)":                         func(r *report) { r.dock.ModeCode = new(cloudapi.DockModeRemoteDebugging) },
		"emergency stop: pressed (released)":                    func(r *report) { r.dock.EmergencyStopState = new(cloudapi.SwitchOn) },
		"cover: in an abnormal state (closed or open)":          func(r *report) { r.dock.CoverState = new(cloudapi.CoverStateAbnormal) },
		"aircraft in the dock: outside (inside)":                func(r *report) { r.dock.DroneInDock = new(cloudapi.DroneInDockOutside) },
		"wind: 12.1 m/s (at most 12 m/s)":                       func(r *report) { r.dock.WindSpeed = new(12.1) },
		"rain: moderate rain (at most light rain)":              func(r *report) { r.dock.Rainfall = new(cloudapi.RainfallModerate) },
		"temperature: -31 °C (-30 to 50 °C)":                    func(r *report) { r.dock.EnvironmentTemperature = new(-31.0) },
		"battery: 49 % (at least 50 %)":                         func(r *report) { r.dock.DroneChargeState.CapacityPercent = 49 },
		"storage: 1000 MB free (at least 1024 MB)":              func(r *report) { r.dock.Storage = &cloudapi.Storage{Total: 1 << 20, Used: 1<<20 - 1000<<10} },
		"position: no RTK fix, 20 satellites (an RTK fix)":      func(r *report) { r.dock.PositionState = &cloudapi.PositionState{GPSNumber: 20} },
		"network: no signal (a signal)":                         func(r *report) { r.dock.NetworkState = &cloudapi.NetworkState{} },
		"alarms: HMS 0x16100083 (none of level warning)": func(r *report) {
			r.hms(&cloudapi.HMSReport{List: []cloudapi.HMSAlarm{{Level: cloudapi.HMSLevelWarning, Code: "0x16100083"}}}, now)
		},
		"other aircraft: B-5931 at 100 m (none near for 1m0s)": func(r *report) {
			r.airsense(cloudapi.AirsenseWarnings{{ICAO: new("B-5931"), Distance: new(100), WarningLevel: new(cloudapi.WarningLevel(3))}}, now)
		},
	} {
		r := fine()
		spoil(r)
		if got := said(r.gate(now, l, d, nil)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := said(fine().gate(now.Add(12*time.Hour), l, d, nil)); !strings.Contains(got, "silent") {
		t.Errorf("%q", got)
	}
	r := fine()
	r.heard = now.Add(12 * time.Hour)
	if got := said(r.gate(now.Add(12*time.Hour), l, d, nil)); !strings.HasPrefix(got, "daylight: the sun is ") {
		t.Errorf("midnight: %q", got)
	}
	if got := said(fine().gate(now, l, d, []Hold{{Operator: "Li", Reason: "crane on the roof"}})); got != "hold: Li: crane on the roof (until released)" {
		t.Errorf("%q", got)
	}
}

func TestTheLifeOfADockIsWhatItReports(t *testing.T) {
	now := time.Now()
	mode := func(d cloudapi.DockMode, in cloudapi.DroneInDock, a cloudapi.AircraftMode) *report {
		return &report{heard: now, flown: now, dock: cloudapi.DockProperties{ModeCode: &d, DroneInDock: &in}, aircraft: cloudapi.AircraftProperties{ModeCode: &a}}
	}
	charging := mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby)
	charging.dock.DroneChargeState = &cloudapi.DroneChargeState{State: cloudapi.ChargeStateCharging, CapacityPercent: 30}
	for i, c := range []struct {
		r       *report
		blocked []Check
		want    Life
	}{
		{&report{}, nil, Offline},
		{mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), nil, Idle},
		{mode(cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), []Check{{Condition: ConditionWind}}, Blocked},
		{charging, []Check{{Condition: ConditionBattery}}, Charging},
		{charging, []Check{{Condition: ConditionBattery}, {Condition: ConditionWind}}, Blocked},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockInside, cloudapi.AircraftModePreparing), nil, Readying},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockOutside, cloudapi.AircraftModeWayline), nil, InFlight},
		{mode(cloudapi.DockModeWorking, cloudapi.DroneInDockOutside, cloudapi.AircraftModeReturningHome), nil, GoingHome},
		{mode(cloudapi.DockModeRemoteDebugging, cloudapi.DroneInDockInside, cloudapi.AircraftModeStandby), []Check{{Condition: ConditionMode}}, Maintenance},
	} {
		if got := c.r.life(now, c.blocked); got != c.want {
			t.Errorf("case %d: %s, want %s", i, got, c.want)
		}
	}
}
