package docksim

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// simDock is one dock: its MQTT session, its weather, its aircraft, and the flight that this is on.
type simDock struct {
	f      *Fleet
	i      int
	sn     string
	d      *dice
	offset time.Duration // of its clock
	cl     mqtt.Client
	out    chan outgoing
	wg     sync.WaitGroup
	rng    sync.Mutex

	mu       sync.Mutex
	sky      *weather
	battery  energy
	stepped  time.Time // when weather and battery were last brought up to date
	prepared map[string]missions.Route
	task     *task // nil while the aircraft rests
	missing  bool  // the aircraft is not in the dock after landing
	silent   bool  // rebooting
	stop     bool  // emergency stop
	osdHz    int
	liveTry  int
	flights  int
}

// task is a flight as its dock carries it out.
type task struct {
	id     string
	fl     *flight
	step   cloudapi.FlightTaskStep
	inAir  bool
	home   bool // going home
	paused atomic.Bool
	cancel context.CancelFunc // ends the route, not the task
	ended  bool
	fault  Fault
	at     float64 // share of the route at which it strikes
	struck bool
	noRTK  time.Time // until when there is no fix
	brk    *cloudapi.BreakPointReport
	code   int
	failed cloudapi.JobStatus // what the flight ends with where not well
}

type outgoing struct {
	topic   string
	payload []byte
	qos     byte
	due     time.Time
}

func newSimDock(f *Fleet, i int) *simDock {
	d := &simDock{f: f, i: i, sn: SN(i), d: newDice(f.o.Seed, 1000+uint64(i)), out: make(chan outgoing, 256), prepared: map[string]missions.Route{}}
	d.offset = time.Duration(d.d.between(-1, 1) * f.o.Settings.ClockOffsetS * float64(time.Second))
	d.sky = newWeather(newDice(f.o.Seed, 70000+uint64(i)))
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
			d.live()
			d.osd()
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
	b, err := m.Encode()
	if err != nil {
		d.f.o.Log.Error("encode", "dock", d.sn, "method", method, "error", err)
		return
	}
	d.rng.Lock()
	late := d.d.between(d.f.o.Settings.MQTTDelayS[0], d.f.o.Settings.MQTTDelayS[1])
	d.rng.Unlock()
	select {
	case d.out <- outgoing{topic, b, qos, d.f.o.Clock.Now().Add(time.Duration(late * float64(time.Second)))}:
	default: // the link is down: state is only worth sending fresh
	}
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

// online tells the dock's topology: with its aircraft while that is on.
func (d *simDock) online() {
	d.mu.Lock()
	on := d.task != nil
	d.mu.Unlock()
	topo := cloudapi.Topo{Type: 3, SubType: 2, Version: new(1), SubDevices: []cloudapi.SubDevice{}}
	if on {
		topo.SubDevices = append(topo.SubDevices, cloudapi.SubDevice{SN: AircraftSN(d.i), Type: 100, Index: "A"})
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindStatus), 1, cloudapi.MethodUpdateTopo, newID(), newID(), &topo)
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
	codeBusy      = 319016
	codeBadFile   = 314003
	codeNoFlight  = 321260
	codeLiveFails = 513001 // seen in the field
	codeNoDRC     = 514300
	codeUnknown   = 314000
	codeStopped   = 316026
	codeWind      = 514135
	codeRain      = 514134
	codeBattery   = 514103
	codeMissing   = 514156
	codeLanded    = 316051 // landed outside of the dock
	codeObstacle  = 321517
	codeLowPower  = 321773 // battery low, returned to home
)

// What a dock itself refuses to start in, whatever it is told.
const (
	refusesWindMS  = 12
	refusesRain    = 3
	refusesBattery = 30
)

func (d *simDock) do(ctx context.Context, e *cloudapi.Message) int {
	switch x := e.Body.(type) {
	case *cloudapi.FlightTaskPrepare:
		route, err := fetchRoute(ctx, x.File)
		if err != nil {
			d.f.o.Log.Warn("route", "dock", d.sn, "flight", x.FlightID, "error", err)
			return codeBadFile
		}
		if b := x.BreakPoint; b != nil {
			route = rest(route, b)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		clear(d.prepared)
		d.prepared[x.FlightID] = route
		return 0
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
		d.mu.Lock()
		t := d.task
		d.liveTry++
		try := d.liveTry
		d.mu.Unlock()
		if t == nil || !t.inAir {
			return codeLiveFails
		}
		d.rng.Lock()
		fails := try == 1 && d.d.chance(d.f.o.Settings.LiveFails) || t.fault == FaultLiveStart && try <= 3
		d.rng.Unlock()
		if fails {
			return codeLiveFails
		}
		select {
		case t.fl.live <- x.URL:
		default:
		}
		return 0
	case *cloudapi.LiveStopPush, *cloudapi.PayloadAuthorityGrab, *cloudapi.CameraLookAt, *cloudapi.CameraPhotoTake:
		return 0
	case *cloudapi.DRCModeEnter:
		if n := d.f.o.Settings.NoDRCEvery; n > 0 && d.i%n == n-1 {
			return codeNoDRC
		}
		if n := d.f.o.Settings.DRCEvery; n > 0 && d.i%n != 0 {
			return codeNoDRC
		}
		d.mu.Lock()
		d.osdHz = min(max(x.OSDFrequency, 1), 30)
		d.mu.Unlock()
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch e.Name() {
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
		d.task.paused.Store(e.Name() == cloudapi.MethodFlightTaskPause)
		d.f.book.note(Entry{At: d.f.o.Clock.Now(), Dock: d.sn, Flight: d.task.id, What: e.Name()})
		return 0
	case cloudapi.MethodDRCModeExit:
		d.osdHz = 0
		return 0
	}
	d.f.o.Log.Warn("unknown service", "dock", d.sn, "method", e.Name())
	return codeUnknown
}

// rest is a route from its break point on.
func rest(r missions.Route, b *cloudapi.BreakPoint) missions.Route {
	i := min(max(b.Index, 0), len(r.Waypoints)-1)
	out := missions.Route{Waypoints: append([]missions.Waypoint{}, r.Waypoints[i:]...)}
	if i+1 < len(r.Waypoints) && b.State != cloudapi.BreakPointStateOnWaypoint {
		a, z := r.Waypoints[i], r.Waypoints[i+1]
		out.Waypoints[0].Lon, out.Waypoints[0].Lat = a.Lon+(z.Lon-a.Lon)*b.Progress, a.Lat+(z.Lat-a.Lat)*b.Progress
	}
	if len(out.Waypoints) < 2 { // broken off at its end: it only has to come home
		out.Waypoints = append(out.Waypoints, out.Waypoints[0])
	}
	return out
}

// execute begins a flight that was prepared.
func (d *simDock) execute(ctx context.Context, id string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	route, ok := d.prepared[id]
	switch {
	case d.task != nil:
		return codeBusy
	case !ok:
		return codeNoFlight
	case d.stop:
		return codeStopped
	case d.missing:
		return codeMissing
	case d.sky.wind() > refusesWindMS:
		return codeWind
	case d.sky.rain >= refusesRain:
		return codeRain
	case d.battery.percent < refusesBattery:
		return codeBattery
	}
	delete(d.prepared, id)
	d.flights++
	n := d.f.count.Add(1)
	every := d.f.o.Settings.NoRTKEvery
	rtk := every == 0 || n%int64(every) != 0
	dc := newDice(d.f.o.Seed, 5000+uint64(d.i)*100+uint64(n))
	t := &task{id: id}
	d.rng.Lock()
	t.fault, t.at = d.f.o.Faults.draw(d.d, d.sn, d.flights)
	d.rng.Unlock()
	var town *Town
	if d.f.o.NoVideo {
		t.fl = newFlight(id, geo.NewFrame(orbPoint(Site(d.i)[0], Site(d.i)[1]), 0), route, dc, d.f.o.Settings, rtk)
	} else {
		town = d.f.town(d.i)
		t.fl = newFlight(id, town.frame, route, dc, d.f.o.Settings, rtk)
		t.fl.town = town
		if d.i < len(d.f.shown) {
			t.fl.film = d.f.shown[d.i]
		}
	}
	d.task, d.liveTry = t, 0
	d.f.book.note(Entry{At: d.f.o.Clock.Now(), Dock: d.sn, Flight: id, What: "execute", Wind: d.sky.wind(), Rain: d.sky.rain, Battery: d.battery.percent, Fault: t.fault})
	d.wg.Add(1)
	go func() {
		defer d.wg.Done()
		d.carryOut(ctx, t, dc)
		if town != nil {
			town.ground.Close()
		}
	}()
	return 0
}

// step of a task, and how long it takes a Dock 3, seconds.
type step struct {
	step    cloudapi.FlightTaskStep
	seconds float64
}

var before = []step{{cloudapi.FlightTaskStepCheckNoRoute, 0.5}, {cloudapi.FlightTaskStepCheckNotWorking, 0.5}, {cloudapi.FlightTaskStepCheckRoute, 0.5}, {cloudapi.FlightTaskStepPrepare, 1},
	{cloudapi.FlightTaskStepDockStartsWork, 2}, {cloudapi.FlightTaskStepOpenCover, 14}, {cloudapi.FlightTaskStepPair, 3}, {cloudapi.FlightTaskStepWaitFlightSystem, 18},
	{cloudapi.FlightTaskStepWaitRTK, 8}, {cloudapi.FlightTaskStepCheckRTKSource, 1}, {cloudapi.FlightTaskStepWaitFlightControl, 1}, {cloudapi.FlightTaskStepSeizeControl, 1},
	{cloudapi.FlightTaskStepCheckFlightAreas, 1}, {cloudapi.FlightTaskStepGetRouteAddress, 1}, {cloudapi.FlightTaskStepDownloadRoute, 2}, {cloudapi.FlightTaskStepUploadRoute, 3},
	{cloudapi.FlightTaskStepSetTakeoff, 1}, {cloudapi.FlightTaskStepSetHomePoint, 1}, {cloudapi.FlightTaskStepStartRoute, 3}}

var after = []step{{cloudapi.FlightTaskStepLand, 12}, {cloudapi.FlightTaskStepCloseCover, 14}, {cloudapi.FlightTaskStepDockEndsWork, 5}, {cloudapi.FlightTaskStepCountMedia, 2}, {cloudapi.FlightTaskStepTellResult, 1}}

// carryOut flies a task from the dock's first check to its last message.
func (d *simDock) carryOut(ctx context.Context, t *task, dc *dice) {
	o := d.f.o
	d.online()
	walk := func(steps []step) bool {
		for _, s := range steps {
			d.mu.Lock()
			t.step = s.step
			d.mu.Unlock()
			if o.Clock.Sleep(ctx, time.Duration(s.seconds*float64(time.Second))) != nil {
				return false
			}
		}
		return true
	}
	if !o.Airborne && !walk(before) {
		return
	}
	fctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d.mu.Lock()
	t.cancel, t.inAir, t.step = cancel, true, cloudapi.FlightTaskStepFly
	book := Entry{At: o.Clock.Now(), Dock: d.sn, Flight: t.id, What: "take-off", Wind: d.sky.wind(), Rain: d.sky.rain, Battery: d.battery.percent}
	d.mu.Unlock()
	d.f.book.note(book)
	var err error
	done := false
	switch {
	case !o.Airborne && !t.fl.takeOff(fctx, o.Clock):
	case o.NoVideo:
		done = t.fl.glide(fctx, o.Clock, &t.paused)
	default:
		done, err = t.fl.run(fctx, dc, o.Settings, Qualities[o.Quality], d.f.truth, d.f.epoch, o.Log.Warn)
	}
	if ctx.Err() != nil {
		return
	}
	status, code := cloudapi.JobStatusOK, 0
	d.mu.Lock()
	switch {
	case err != nil:
		status, code = cloudapi.JobStatusFailed, 1
		o.Log.Error("flight", "dock", d.sn, "flight", t.id, "error", err)
	case t.failed != "":
		status, code = t.failed, t.code
	case !done:
		status = cloudapi.JobStatusCanceled
	}
	t.home, t.step = true, cloudapi.FlightTaskStepReturnCheck
	d.mu.Unlock()
	if !o.Airborne {
		t.fl.comeHome(ctx, o.Clock)
		if !walk(after[:1]) {
			return
		}
		d.mu.Lock()
		t.inAir, d.missing = false, t.fault == FaultNotFound
		if d.missing {
			status, code = cloudapi.JobStatusFailed, codeLanded
		}
		book := Entry{At: o.Clock.Now(), Dock: d.sn, Flight: t.id, What: "landing", Wind: d.sky.wind(), Rain: d.sky.rain, Battery: d.battery.percent}
		d.mu.Unlock()
		d.f.book.note(book)
		if !walk(after[1:]) {
			return
		}
	}
	d.mu.Lock()
	t.code, t.failed = code, status
	d.mu.Unlock()
	for { // a dock that restarts says it afterwards
		d.mu.Lock()
		silent := d.silent
		d.mu.Unlock()
		if !silent {
			break
		}
		if o.Clock.Sleep(ctx, time.Second) != nil {
			return
		}
	}
	d.progress(status)
	d.mu.Lock()
	t.ended, d.task, d.osdHz = true, nil, 0
	missing := d.missing
	d.mu.Unlock()
	d.online()
	if missing {
		d.wg.Add(1)
		go func() { // somebody drives out and puts the aircraft back
			defer d.wg.Done()
			if o.Clock.Sleep(ctx, 40*time.Minute) == nil {
				d.mu.Lock()
				d.missing, d.battery.percent = false, 60
				d.mu.Unlock()
				d.f.book.note(Entry{At: o.Clock.Now(), Dock: d.sn, What: "aircraft put back"})
			}
		}()
	}
}

// goHome breaks a flight off. The caller holds d.mu.
func (d *simDock) goHome(t *task, status cloudapi.JobStatus, code int) {
	if t.home || t.cancel == nil {
		return
	}
	t.home, t.failed, t.code = true, status, code
	i, share := int(t.fl.wp.Load()), 0.0
	at := t.fl.read.Load()
	p := t.fl.frame.From(at.e, at.n)
	t.brk = &cloudapi.BreakPointReport{Index: max(0, i-1), Progress: share, Longitude: p.Lon(), Latitude: p.Lat(), Height: at.u + siteHeightM, AttitudeHead: at.yawDeg}
	t.cancel()
}

// live lets time pass: weather, battery, faults.
func (d *simDock) live() {
	d.mu.Lock()
	now := d.f.o.Clock.Now()
	if d.stepped.IsZero() {
		d.stepped = now
	}
	dt := now.Sub(d.stepped)
	d.stepped = now
	t := d.task
	if !d.f.o.Settings.Calm {
		d.sky.step(dt.Seconds())
	}
	if !d.f.o.Airborne {
		d.battery.step(dt, t != nil && t.inAir, d.sky.wind())
	}
	reboot := false
	if t != nil && t.inAir && !t.home {
		if t.fault != "" && !t.struck && float64(t.fl.percent.Load()) >= 100*t.at {
			t.struck = true
			switch t.fault {
			case FaultLowBattery:
				d.battery.percent = math.Min(d.battery.percent, 20)
			case FaultGust:
				d.sky.gustMS, d.sky.gustLeft = 12, 180
			case FaultRTKLoss:
				t.noRTK = now.Add(2 * time.Minute)
			case FaultObstacle:
				d.goHome(t, cloudapi.JobStatusFailed, codeObstacle)
			case FaultReboot:
				d.silent, reboot = true, true
			}
		}
		if d.battery.percent <= 20 {
			d.goHome(t, cloudapi.JobStatusPartiallyDone, codeLowPower)
		}
	}
	alarm := t != nil && t.struck && t.fault == FaultHMS && t.inAir && !t.home
	d.mu.Unlock()
	if alarm {
		d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodHMS, newID(), newID(), &cloudapi.HMSReport{List: []cloudapi.HMSAlarm{{Level: cloudapi.HMSLevelWarning, Module: cloudapi.HMSModuleHMS, InTheSky: 1, Code: "0x16100083", DeviceType: "0-100-0", Imminent: 1}}})
	}
	if reboot {
		d.wg.Add(1)
		go func() {
			defer d.wg.Done()
			// the wall's time bounds it: a dock that never comes back is another fault
			t := d.f.o.Clock.NewTimer(90 * time.Second)
			defer t.Stop()
			<-t.C
			d.mu.Lock()
			d.silent = false
			d.mu.Unlock()
			d.online()
		}()
	}
}

func (d *simDock) progress(status cloudapi.JobStatus) {
	d.mu.Lock()
	t := d.task
	if t == nil || t.ended {
		d.mu.Unlock()
		return
	}
	p := cloudapi.FlightTaskProgress{}
	p.Output.Status = status
	p.Output.Progress.Percent = int(t.fl.percent.Load())
	p.Output.Progress.CurrentStep = t.step
	p.Output.Ext.FlightID = t.id
	p.Output.Ext.CurrentWaypointIndex = int(t.fl.wp.Load())
	p.Output.Ext.WaylineMissionState = cloudapi.WaylineMissionStateFlying
	p.Output.Ext.BreakPoint = t.brk
	if status != cloudapi.JobStatusInProgress {
		p.Result = t.code
		p.Output.Ext.WaylineMissionState = cloudapi.WaylineMissionStateCompleted
		if status == cloudapi.JobStatusOK {
			p.Output.Progress.Percent = 100
		}
	}
	d.mu.Unlock()
	d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodFlightTaskProgress, newID(), newID(), &p)
}

// osd reports the dock in the three parts in which its firmware does, and the aircraft where it is on.
func (d *simDock) osd() {
	d.mu.Lock()
	t := d.task
	mode, inDock, cover := cloudapi.DockModeIdle, cloudapi.DroneInDockInside, cloudapi.CoverStateClosed
	if t != nil {
		mode = cloudapi.DockModeWorking
		if t.inAir {
			inDock = cloudapi.DroneInDockOutside
		}
		if t.step >= cloudapi.FlightTaskStepOpenCover && t.step < cloudapi.FlightTaskStepDockEndsWork {
			cover = cloudapi.CoverStateOpen
		}
	}
	if d.missing {
		inDock = cloudapi.DroneInDockOutside
	}
	charge := &cloudapi.DroneChargeState{CapacityPercent: int(d.battery.percent)}
	if d.battery.charging && t == nil {
		charge.State = cloudapi.ChargeStateCharging
	}
	wind, rain, temp, stopped := d.sky.wind(), cloudapi.Rainfall(d.sky.rain), d.sky.tempC, cloudapi.Switch(0)
	if d.stop {
		stopped = cloudapi.SwitchOn
	}
	home := Site(d.i)
	topic := cloudapi.Topic(d.sn, cloudapi.KindOSD)
	online := cloudapi.DeviceOnlineStatus(0)
	var a *cloudapi.AircraftProperties
	if t != nil {
		online = 1
		at := *t.fl.read.Load()
		if !t.inAir && !d.f.o.Airborne {
			at = truePose{} // in the dock
		}
		a = t.fl.sensor.osd(t.fl.frame, at)
		a.Battery = &cloudapi.Battery{CapacityPercent: int(d.battery.percent), ReturnHomePower: 12}
		switch {
		case d.f.o.Airborne:
			a.Battery.CapacityPercent = 100 - int(t.fl.percent.Load())/3
		case !t.inAir:
			a.ModeCode = new(cloudapi.AircraftModePreparing)
		case t.home:
			a.ModeCode = new(cloudapi.AircraftModeReturningHome)
		case t.paused.Load():
			a.ModeCode = new(cloudapi.AircraftModeLiveFlightControls)
		}
		if d.f.o.Clock.Now().Before(t.noRTK) {
			a.PositionState = &cloudapi.AircraftPositionState{IsFixed: cloudapi.RTKFixFixing, Quality: 4, GPSNumber: 22}
		}
	}
	d.mu.Unlock()
	d.post(topic, 0, "", newID(), newID(), &cloudapi.DockProperties{ModeCode: &mode, DroneInDock: &inDock, CoverState: &cover, Rainfall: &rain, WindSpeed: &wind, EnvironmentTemperature: &temp,
		EmergencyStopState: &stopped, Latitude: &home[1], Longitude: &home[0], Height: new(float64(siteHeightM)), DroneChargeState: charge,
		NetworkState: &cloudapi.NetworkState{Type: 2, Quality: 5, Rate: 800}, PositionState: &cloudapi.PositionState{IsCalibration: 1, IsFixed: cloudapi.RTKFixFixed, Quality: 5, GPSNumber: 12, RTKNumber: 28},
		Storage: &cloudapi.Storage{Total: 80 << 20, Used: 1 << 20}, SubDevice: &cloudapi.DockAircraft{DeviceSN: AircraftSN(d.i), DeviceModelKey: "0-100-0", DeviceOnlineStatus: online, DevicePaired: 1}})
	d.post(topic, 0, "", newID(), newID(), &cloudapi.DockProperties{WirelessLink: &cloudapi.WirelessLink{FourGQuality: 4, SDRQuality: 5}, MediaFileDetail: &cloudapi.MediaFileDetail{}})
	d.post(topic, 0, "", newID(), newID(), &cloudapi.DockProperties{JobNumber: new(d.f.jobs()), ElectricSupplyVoltage: new(230), WorkingVoltage: new(25440), WorkingCurrent: new(1120.0)})
	if a != nil {
		d.post(cloudapi.Topic(AircraftSN(d.i), cloudapi.KindOSD), 0, "", newID(), newID(), a)
	}
}

// jobs is how many flights the fleet began.
func (f *Fleet) jobs() int { return int(f.count.Load()) }

// drc reports over the DRC channel where it was granted.
func (d *simDock) drc() {
	d.mu.Lock()
	t, hz := d.task, d.osdHz
	on := t != nil && hz > 0 && t.inAir
	d.mu.Unlock()
	if !on {
		return
	}
	topic := cloudapi.Topic(d.sn, cloudapi.KindDRCUp)
	d.post(topic, 0, cloudapi.MethodOSDInfoPush, "", "", t.fl.sensor.drc(t.fl.frame, *t.fl.read.Load()))
	if int(time.Now().UnixMilli()/200)%5 == 0 {
		ms := int((time.Duration(t.fl.delayNS.Load()) + t.fl.infoOff) / time.Millisecond)
		d.post(topic, 0, cloudapi.MethodDelayInfoPush, "", "", &cloudapi.DelayInfoPush{SDRCmdDelay: 20, LiveViewDelayList: []cloudapi.LiveDelay{{VideoID: AircraftSN(d.i) + "/" + payload + "/normal-0", LiveViewDelayTime: int64(max(0, ms))}}})
	}
}
