package docksim

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// task is a flight as its dock carries it out.
type task struct {
	id         string
	fl         *flight
	step       cloudapi.FlightTaskStep
	inAir      bool
	home       bool // going home
	paused     atomic.Bool
	cancel     context.CancelFunc // ends the route, not the task
	ended      bool
	fault      Fault
	at         float64 // share of the route at which it strikes
	struck     bool
	noRTK      time.Time // until when there is no fix
	breakPoint *cloudapi.BreakPointReport
	code       int
	failed     cloudapi.JobStatus // what the flight ends with where not well

	uploaded int    // photos
	hand     bool   // it took off to a point, and stays in an operator's hand
	reached  bool   // the point
	flyTo    string // the id of the point that it is sent to
}

// What a dock itself refuses to start in, whatever it is told.
const (
	refusesWindMS  = 12
	refusesRain    = 3
	refusesBattery = 30
)

// prepared is a flight that may be executed: its route, or what is left of it from a break point on.
type prepared struct {
	route missions.Route
	first int // waypoints of the whole route before it
	hand  bool
	ready *cloudapi.ReadyConditions // what it waits for; nil for nothing
}

// rest is a route from its break point on.
func rest(r missions.Route, b *cloudapi.BreakPoint) prepared {
	i := min(max(b.Index, 0), len(r.Waypoints)-1)
	out := r
	out.Waypoints = append([]missions.Waypoint{}, r.Waypoints[i:]...)
	out.Waypoints[0].Photo = false // it was taken before
	if i+1 < len(r.Waypoints) && b.State != cloudapi.BreakPointStateOnWaypoint {
		a, z := r.Waypoints[i], r.Waypoints[i+1]
		out.Waypoints[0].Lon, out.Waypoints[0].Lat = a.Lon+(z.Lon-a.Lon)*b.Progress, a.Lat+(z.Lat-a.Lat)*b.Progress
	}
	if len(out.Waypoints) < 2 { // broken off at its end: it only has to come home
		out.Waypoints = append(out.Waypoints, out.Waypoints[0])
	}
	return prepared{route: out, first: i}
}

// execute begins a flight that was prepared.
func (d *simDock) execute(ctx context.Context, id string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.prepared[id]
	switch {
	case d.task != nil:
		return codeBusy
	case !ok:
		return codeNoFlight
	case d.debugging:
		return codeDebugging
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
	dc := town.NewDice(d.f.o.Seed, 5000+uint64(d.i)*100+uint64(n))
	t := &task{id: id, hand: p.hand}
	d.rng.Lock()
	t.fault, t.at = d.f.o.Faults.draw(d.d, d.sn, d.flights)
	d.rng.Unlock()
	var place *town.Town
	if d.f.o.NoVideo {
		t.fl = newFlight(id, geo.NewFrame(orbPoint(Site(d.i)[0], Site(d.i)[1]), 0), p, dc, d.f.o.Settings, rtk)
	} else {
		place = d.f.town(d.i)
		t.fl = newFlight(id, place.Frame, p, dc, d.f.o.Settings, rtk)
		t.fl.town = place
		if d.i < len(d.f.shown) {
			t.fl.film = d.f.shown[d.i]
		}
	}
	t.fl.pilot.hover = p.hand
	d.task, d.liveTry = t, 0
	d.f.book.note(Entry{At: d.f.o.Clock.Now(), Dock: d.sn, Flight: id, What: "execute", Wind: d.sky.wind(), Rain: d.sky.rain, Battery: d.battery.percent, Fault: t.fault})
	d.wg.Add(1)
	go func() {
		defer d.wg.Done()
		d.carryOut(ctx, t, dc)
		d.upload(ctx, t)
		if place != nil {
			place.Ground.Close()
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
func (d *simDock) carryOut(ctx context.Context, t *task, dc *town.Dice) {
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
		done, err = t.fl.run(fctx, dc, o.Settings, town.Qualities[o.Quality], d.f.truth, d.f.epoch, o.Log.Warn)
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
	if !d.untilHeard(ctx) {
		return
	}
	d.progress(status)
	d.mu.Lock()
	t.ended, d.task, d.osdHz = true, nil, 0
	missing := d.missing
	d.mu.Unlock()
	d.online()
	if missing {
		d.wg.Go(func() { d.putBack(ctx) })
	}
}

// untilHeard waits while the dock restarts; false where ctx ends before.
func (d *simDock) untilHeard(ctx context.Context) bool {
	for {
		d.mu.Lock()
		silent := d.silent
		d.mu.Unlock()
		if !silent {
			return true
		}
		if d.f.o.Clock.Sleep(ctx, time.Second) != nil {
			return false
		}
	}
}

// putBack is somebody who drives out and puts an aircraft that landed elsewhere back into its dock.
func (d *simDock) putBack(ctx context.Context) {
	if d.f.o.Clock.Sleep(ctx, 40*time.Minute) != nil {
		return
	}
	d.mu.Lock()
	d.missing, d.battery.percent = false, 60
	d.mu.Unlock()
	d.f.book.note(Entry{At: d.f.o.Clock.Now(), Dock: d.sn, What: "aircraft put back"})
}

// goHome breaks a flight off. The caller holds d.mu.
func (d *simDock) goHome(t *task, status cloudapi.JobStatus, code int) {
	if t.home || t.cancel == nil {
		return
	}
	t.home, t.failed, t.code = true, status, code
	i, share := int(t.fl.wp.Load()), 0.0
	at := t.fl.read.Load()
	p := t.fl.frame.From(at.E, at.N)
	t.breakPoint = &cloudapi.BreakPointReport{Index: t.fl.first + max(0, i-1), Progress: share, Longitude: p.Lon(), Latitude: p.Lat(), Height: at.U + siteHeightM, AttitudeHead: at.YawDeg}
	t.cancel()
}

// pass lets time pass: weather, battery, faults.
func (d *simDock) pass(ctx context.Context) {
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
			if d.f.o.Clock.Sleep(ctx, 90*time.Second) != nil {
				return
			}
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
	if t.hand {
		d.mu.Unlock()
		d.handProgress(t, status)
		return
	}
	p := cloudapi.FlightTaskProgress{}
	p.Output.Status = status
	p.Output.Progress.Percent = int(t.fl.percent.Load())
	p.Output.Progress.CurrentStep = t.step
	p.Output.Ext.FlightID = t.id
	p.Output.Ext.CurrentWaypointIndex = t.fl.first + int(t.fl.wp.Load())
	p.Output.Ext.WaylineMissionState = cloudapi.WaylineMissionStateFlying
	p.Output.Ext.BreakPoint = t.breakPoint
	if status != cloudapi.JobStatusInProgress {
		p.Result, p.Output.Ext.MediaCount = t.code, len(t.fl.shots)
		p.Output.Ext.WaylineMissionState = cloudapi.WaylineMissionStateCompleted
		if status == cloudapi.JobStatusOK {
			p.Output.Progress.Percent = 100
		}
	}
	d.mu.Unlock()
	d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodFlightTaskProgress, newID(), newID(), &p)
}
