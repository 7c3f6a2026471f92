package docksim

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/go-json-experiment/json"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
)

// simDock is one dock: its MQTT session, its weather, its aircraft, and the flight that this is on.
type simDock struct {
	f      *Fleet
	i      int
	sn     string
	d      *town.Dice
	offset time.Duration // of its clock
	cl     mqtt.Client
	out    chan outgoing
	wg     sync.WaitGroup
	rng    sync.Mutex

	mu        sync.Mutex
	sky       *weather
	battery   energy
	stepped   time.Time // when weather and battery were last brought up to date
	prepared  map[string]prepared
	task      *task     // nil while the aircraft rests
	missing   bool      // the aircraft is not in the dock after landing
	silent    bool      // rebooting
	stop      bool      // emergency stop
	debugging bool      // remote debugging is open
	beaten    time.Time // when the last heartbeat came over DRC
	osdHz     int
	liveTry   int
	flights   int
	waiting   map[string]chan cloudapi.Message // for replies to what the dock asks, by tid

	// of the uploads, one flight's after the other's
	uploading  sync.Mutex
	grant      cloudapi.StorageConfig
	grantUntil time.Time
}

type outgoing struct {
	topic   string
	payload []byte
	qos     byte
	due     time.Time
}

func newSimDock(f *Fleet, i int) *simDock {
	d := &simDock{f: f, i: i, sn: SN(i), d: town.NewDice(f.o.Seed, 1000+uint64(i)), out: make(chan outgoing, 256), prepared: map[string]prepared{}, waiting: map[string]chan cloudapi.Message{}}
	d.offset = time.Duration(d.d.Between(-1, 1) * f.o.Settings.ClockOffsetS * float64(time.Second))
	d.sky = newWeather(town.NewDice(f.o.Seed, 70000+uint64(i)))
	d.battery = energy{percent: 100}
	if f.o.Airborne || f.o.Settings.Calm {
		d.sky.windMS, d.sky.dry = windMeanMS, math.Inf(1)
	}
	return d
}

// now is the dock's own clock.
func (d *simDock) now() time.Time { return d.f.o.Clock.Now().Add(d.offset) }

func (d *simDock) run(ctx context.Context) error {
	o := d.f.o
	requests := make(chan mqtt.Message, 32)
	opts := mqtt.NewClientOptions().AddBroker(o.MQTT).SetClientID(d.sn).SetUsername(o.User).SetPassword(o.Password).
		SetConnectRetry(true).SetConnectRetryInterval(time.Second).SetAutoReconnect(true).SetMaxReconnectInterval(2 * time.Second).SetOrderMatters(true).SetConnectTimeout(5 * time.Second)
	if o.TLS != nil {
		opts.SetTLSConfig(o.TLS)
	}
	opts.SetOnConnectHandler(func(c mqtt.Client) {
		c.Subscribe(cloudapi.Topic(d.sn, cloudapi.KindServices), 1, func(_ mqtt.Client, m mqtt.Message) {
			select {
			case requests <- m:
			default: // a dock answers one service at a time and drops what overruns it
			}
		})
		c.Subscribe(cloudapi.Topic(d.sn, cloudapi.KindDRCDown), 0, func(_ mqtt.Client, m mqtt.Message) { d.beat(m.Payload()) })
		c.Subscribe(cloudapi.Topic(d.sn, cloudapi.KindPropertySet), 1, func(_ mqtt.Client, m mqtt.Message) { d.setProperties(m.Payload()) })
		for _, k := range []cloudapi.Kind{cloudapi.KindRequestsReply, cloudapi.KindEventsReply} {
			c.Subscribe(cloudapi.Topic(d.sn, k), 1, func(_ mqtt.Client, m mqtt.Message) { d.handleReply(k, m.Payload()) })
		}
		d.online()
	})
	d.cl = mqtt.NewClient(opts)
	tok := d.cl.Connect()
	select {
	case <-tok.Done():
		if tok.Error() != nil {
			return fmt.Errorf("dock %s: %w", d.sn, tok.Error())
		}
	case <-ctx.Done():
	}
	defer d.cl.Disconnect(200)
	sent := make(chan struct{})
	go func() { defer close(sent); d.send(ctx) }()
	defer func() { <-sent }()
	defer d.wg.Wait()
	osd := o.Clock.NewTicker(2 * time.Second)
	defer osd.Stop()
	drc := o.Clock.NewTicker(time.Second / 5)
	defer drc.Stop()
	lastProgress := o.Clock.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-requests:
			d.serve(ctx, m.Payload())
		case <-osd.C:
			d.pass(ctx)
			d.osd()
			d.tellReady()
		case <-drc.C:
			d.drc()
			if o.Clock.Since(lastProgress) >= time.Second {
				lastProgress = o.Clock.Now()
				d.progress(cloudapi.JobStatusInProgress)
			}
		}
	}
}

// post queues a message; it goes out late, and in order.
func (d *simDock) post(topic string, qos byte, method, tid, bid string, data any) {
	d.mu.Lock()
	silent := d.silent
	d.mu.Unlock()
	if silent {
		return
	}
	m := cloudapi.New(tid, bid, method, d.now(), data)
	m.Gateway = &d.sn
	if method == cloudapi.MethodFileUploadCallback {
		m.NeedReply = new(1)
	}
	b, err := m.Encode()
	if err != nil {
		d.f.o.Log.Error("encode", "dock", d.sn, "method", method, "error", err)
		return
	}
	d.rng.Lock()
	late := d.d.Between(d.f.o.Settings.MQTTDelayS[0], d.f.o.Settings.MQTTDelayS[1])
	d.rng.Unlock()
	select {
	case d.out <- outgoing{topic, b, qos, d.f.o.Clock.Now().Add(time.Duration(late * float64(time.Second)))}:
	default: // the link is down: state is only worth sending fresh
	}
}

// handleReply takes in the reply to what the dock asked.
func (d *simDock) handleReply(k cloudapi.Kind, payload []byte) {
	m, err := cloudapi.Decode(k, true, payload)
	if err != nil {
		d.f.o.Log.Warn("reply", "dock", d.sn, "error", err)
		return
	}
	d.mu.Lock()
	ch := d.waiting[m.Transaction()]
	delete(d.waiting, m.Transaction())
	d.mu.Unlock()
	if ch != nil {
		ch <- m
	}
}

// asks is how often a dock says what it gets no answer to.
const asks = 4

// ask sends what is to be answered until it is, and decodes the answer's data into out, where that is not nil.
func (d *simDock) ask(ctx context.Context, k cloudapi.Kind, method string, data, out any) error {
	tid, bid := newID(), newID()
	for range asks {
		ch := make(chan cloudapi.Message, 1)
		d.mu.Lock()
		d.waiting[tid] = ch
		d.mu.Unlock()
		d.post(cloudapi.Topic(d.sn, k), 1, method, tid, bid, data)
		timer := d.f.o.Clock.NewTimer(replyWithin)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
			continue
		case m := <-ch:
			timer.Stop()
			if code, _ := m.Outcome(); code != 0 {
				return fmt.Errorf("%s: refused with %d", method, code)
			}
			if out == nil {
				return nil
			}
			return json.Unmarshal(m.Data, out)
		}
	}
	d.mu.Lock()
	delete(d.waiting, tid)
	d.mu.Unlock()
	return fmt.Errorf("%s: no answer", method)
}

func (d *simDock) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-d.out:
			if d.f.o.Clock.Sleep(ctx, d.f.o.Clock.Until(m.due)) != nil {
				return
			}
			d.cl.Publish(m.topic, m.qos, false, m.payload)
		}
	}
}

// serve answers one service call.
func (d *simDock) serve(ctx context.Context, payload []byte) {
	e, err := cloudapi.Decode(cloudapi.KindServices, true, payload)
	if err != nil {
		d.f.o.Log.Warn("service call", "dock", d.sn, "error", err)
		return
	}
	d.mu.Lock()
	silent := d.silent
	d.mu.Unlock()
	if silent {
		return
	}
	result := d.do(ctx, &e)
	d.mu.Lock()
	lost := e.Name() == cloudapi.MethodFlightTaskExecute && d.task != nil && d.task.fault == FaultLostReply
	d.mu.Unlock()
	if lost {
		return
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindServicesReply), 1, e.Name(), e.Transaction(), e.Business(), &cloudapi.Result{Result: result})
}

// Codes a simulated dock answers with; all but codeLiveFails are published.
const (
	codeBusy         = 319016
	codeBadFile      = 314003
	codeNoFlight     = 321260
	codeLiveFails    = 513001 // seen in the field
	codeNoCamera     = 513002
	codeNoDRC        = 514300
	codeUnknown      = 314000
	codeStopped      = 316026
	codeWind         = 514135
	codeRain         = 514134
	codeBattery      = 514103
	codeMissing      = 514156
	codeLanded       = 316051 // landed outside of the dock
	codeObstacle     = 321517
	codeDebugging    = 514146
	codeNotDebugging = 514153
	codeLowPower     = 321773 // battery low, returned to home
)

func (d *simDock) do(ctx context.Context, e *cloudapi.Message) int {
	switch x := e.Body.(type) {
	case *cloudapi.FlightTaskPrepare:
		return d.prepare(ctx, x)
	case *cloudapi.FlightTaskUndo:
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, id := range x.FlightIds {
			delete(d.prepared, id)
		}
		return 0
	case *cloudapi.FlightTaskExecute:
		return d.execute(ctx, x.FlightID)
	case *cloudapi.LiveStartPush:
		return d.startLive(x)
	case *cloudapi.TakeoffToPoint:
		return d.takeOffTo(ctx, x)
	case *cloudapi.FlyToPoint:
		return d.flyTo(x)
	case *cloudapi.DRCModeEnter:
		return d.enterDRC(x)
	}
	return d.command(ctx, e)
}

// prepare fetches the route of a flight that is to be executed; it replaces what was prepared before.
func (d *simDock) prepare(ctx context.Context, x *cloudapi.FlightTaskPrepare) int {
	route, err := fetchRoute(ctx, x.File)
	if err != nil {
		d.f.o.Log.Warn("route", "dock", d.sn, "flight", x.FlightID, "error", err)
		return codeBadFile
	}
	p := prepared{route: route, ready: x.ReadyConditions}
	if b := x.BreakPoint; b != nil {
		p = rest(route, b)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.prepared)
	d.prepared[x.FlightID] = p
	return 0
}

// startLive starts the live stream of the aircraft in the air.
func (d *simDock) startLive(x *cloudapi.LiveStartPush) int {
	d.mu.Lock()
	t := d.task
	d.liveTry++
	try := d.liveTry
	d.mu.Unlock()
	if t == nil || !t.inAir {
		return codeLiveFails
	}
	if x.VideoID != AircraftSN(d.i)+"/"+payload+"/normal-0" {
		return codeNoCamera
	}
	d.rng.Lock()
	fails := try == 1 && d.d.Chance(d.f.o.Settings.LiveFails) || t.fault == FaultLiveStart && try <= 3
	d.rng.Unlock()
	if fails {
		return codeLiveFails
	}
	select {
	case t.fl.live <- x.URL:
	default:
	}
	return 0
}

// enterDRC begins poses over DRC, where this dock has it.
func (d *simDock) enterDRC(x *cloudapi.DRCModeEnter) int {
	if n := d.f.o.Settings.NoDRCEvery; n > 0 && d.i%n == n-1 {
		return codeNoDRC
	}
	if n := d.f.o.Settings.DRCEvery; n > 0 && d.i%n != 0 {
		return codeNoDRC
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.osdHz, d.beaten = min(max(x.OSDFrequency, 1), 30), d.f.o.Clock.Now()
	return 0
}

// command does what is asked by its name alone.
func (d *simDock) command(ctx context.Context, e *cloudapi.Message) int {
	name := e.Name()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch name {
	case cloudapi.MethodReturnHome:
		if d.task == nil || !d.task.inAir {
			return codeNoFlight
		}
		d.goHome(d.task, cloudapi.JobStatusCanceled, 0)
		return 0
	case cloudapi.MethodFlightTaskPause, cloudapi.MethodFlightTaskRecovery:
		if d.task == nil || !d.task.inAir {
			return codeNoFlight
		}
		d.task.paused.Store(name == cloudapi.MethodFlightTaskPause)
		d.f.book.note(Entry{At: d.f.o.Clock.Now(), Dock: d.sn, Flight: d.task.id, What: name})
		return 0
	case cloudapi.MethodDRCModeExit:
		d.osdHz = 0
		return 0
	case cloudapi.MethodDebugModeOpen, cloudapi.MethodDebugModeClose:
		if d.task != nil {
			return codeBusy
		}
		d.debugging = name == cloudapi.MethodDebugModeOpen
		return 0
	case cloudapi.MethodFlightAreasUpdate:
		d.wg.Go(func() { d.fetchAreas(ctx) })
		return 0
	}
	if job, is := cloudapi.NewBody(cloudapi.KindEvents, name, true).(*cloudapi.Job); is {
		if !d.debugging {
			return codeNotDebugging
		}
		d.wg.Go(func() { d.debug(ctx, name, e.Business(), job) })
		return 0
	}
	if cloudapi.IsService(name) { // what changes nothing that is simulated
		return 0
	}
	d.f.o.Log.Warn("unknown service", "dock", d.sn, "method", name)
	return codeUnknown
}
