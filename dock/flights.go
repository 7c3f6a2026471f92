package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// ready says whether a flight is to be taken out of the queue: it may start, or its window is over. While it waits, it says what for.
func (s *session) ready(ctx context.Context, f missions.Flight) bool {
	now := s.c.o.Clock.Now()
	s.mu.Lock()
	if s.on.underWay() && !s.on.is(f.ID) {
		s.mu.Unlock()
		return false // the one before is still on
	}
	young := !s.first.IsZero() && now.Sub(s.first) < gatherFirst
	checks := s.rep.Checks(now, s.limits, orb.Point{s.d.Lon, s.d.Lat}, s.holds)
	s.mu.Unlock()
	if why, _ := f.Route.Unfit(s.d.Model); why != "" {
		checks = append(checks, gate.Check{Condition: gate.ConditionRoute, Value: why, Limit: "a route for this aircraft"})
	}
	if s.c.o.Closed != nil {
		if why := s.c.o.Closed(); why != "" {
			checks = append(checks, gate.Check{Condition: gate.ConditionRecords, Value: why, Limit: "room for its records"})
		}
	}
	if s.c.o.Airspace != nil {
		if why, _ := s.c.o.Airspace(f.Route, now); why != "" {
			checks = append(checks, gate.Check{Condition: gate.ConditionAirspace, Value: why, Limit: "a route clear of it, or an approval"})
		}
	}
	if now.After(f.Deadline()) || len(checks) == 0 && !young {
		return true
	}
	reason := gate.Said(checks)
	if young {
		reason = "the dock has just come online, and says what state it is in"
	}
	s.mu.Lock()
	same := s.on.ev != nil && s.on.ev.State == Waiting && s.on.ev.Reason == reason
	if !same {
		s.hold(f, FlightEvent{State: Waiting, Reason: reason})
	}
	s.mu.Unlock()
	if !same {
		s.tell(ctx)
	}
	return false
}

// announce tells that the dock has a flight on its list: from here on it has an end, whatever becomes of the controller.
func (s *session) announce(ctx context.Context, f missions.Flight) {
	_ = s.publishEvent(ctx, FlightEvent{Flight: f.ID, Dock: s.d.SN, State: Waiting, Reason: "on the dock's list", Scenes: f.Scenes, Continues: f.Continues, Simulated: Simulated(s.d.SN)})
}

// hold makes a flight the one that is on. The caller holds s.mu.
func (s *session) hold(f missions.Flight, ev FlightEvent) {
	ev.Flight, ev.Dock, ev.Scenes, ev.Continues, ev.Simulated, ev.Live = f.ID, s.d.SN, f.Scenes, f.Continues, Simulated(s.d.SN), s.c.o.LiveWatch(s.d.SN)
	for _, w := range f.Route.Waypoints {
		ev.Route = append(ev.Route, [2]float64{w.Lon, w.Lat})
	}
	s.on = flight{ev: &ev, mission: f, heard: s.c.o.Clock.Now()}
}

// miss ends a flight whose window went by.
func (s *session) miss(ctx context.Context, f missions.Flight) {
	s.mu.Lock()
	reason := "did not start between " + f.At.Format("15:04:05") + " and " + f.Deadline().Format("15:04:05")
	if s.on.is(f.ID) && s.on.ev.Reason != "" {
		reason += "; last: " + s.on.ev.Reason
	}
	if !s.on.is(f.ID) {
		s.hold(f, FlightEvent{})
	}
	s.on.ev.NotStarted = true
	s.mu.Unlock()
	s.end(ctx, Failed, reason)
}

// launch is what became of starting a flight; again says that it goes back to the head of the queue.
type launch struct {
	f     missions.Flight
	again bool
}

// launch starts a flight and acts on what the dock answers: asks again, waits, gives it back, or keeps the dock on the ground.
func (s *session) launch(ctx context.Context, f missions.Flight) launch {
	err := s.start(ctx, f)
	if err == nil || ctx.Err() != nil {
		return launch{f, false}
	}
	if !s.held.Load() { // what becomes of it is told by who holds the dock now
		s.letGo()
		return launch{f, false}
	}
	apiErr, is := errors.AsType[*cloudapi.Error](err)
	s.c.o.Log.Warn("flight did not start", "dock", s.d.SN, "flight", f.ID, "error", err)
	if is {
		switch apiErr.Advice().Response {
		case cloudapi.Wait:
			// undo what was prepared; the gate or the dock's next answer tells when it goes
			_ = s.call(ctx, cloudapi.MethodFlightTaskUndo, &cloudapi.FlightTaskUndo{FlightIds: []string{f.ID}})
			s.change(ctx, func(ev *FlightEvent) { ev.State, ev.Reason = Waiting, err.Error() })
			if s.sleep(ctx, askAgain) == nil {
				return launch{f, true}
			}
			return launch{f, false}
		case cloudapi.Ground:
			s.groundFor(ctx, apiErr.Code)
		}
	}
	s.mu.Lock()
	if s.on.ev != nil {
		s.on.ev.NotStarted = true
	}
	s.mu.Unlock()
	s.end(ctx, Failed, err.Error())
	return launch{f, false}
}

// onItsWay says whether the dock has reported progress of the flight that is on.
func (s *session) onItsWay() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.on.stamp.IsZero()
}

// watchOver notices what does not come by itself: a flight that fell silent, a limit broken in the air.
func (s *session) watchOver(ctx context.Context) {
	now := s.c.o.Clock.Now()
	s.touch()
	s.keepDRC(now)
	s.mu.Lock()
	landed := s.handLanded(now)
	// a dock that was silent itself, restarting or out of reach, gets its time to speak again
	silent := now.Sub(s.rep.Heard) > gate.OfflineAfter
	lost, heard := s.on.lost(now, s.first, silent), s.on.heard
	act := s.rep.InAir(now, s.limits)
	if !s.on.broken(len(act), now) {
		act = nil
	}
	s.mu.Unlock()
	if landed {
		s.end(ctx, Done, "")
		return
	}
	if lost {
		s.end(ctx, Failed, fmt.Sprintf("no progress from the dock for %.0f s", now.Sub(heard).Seconds()))
	}
	if len(act) == 0 {
		return
	}
	// a limit is acted on whether or not that can be recorded
	c := Command{Action: ReturnHomeTo, Operator: own, Reason: gate.Said(act)}
	do := func() error { return s.bringHome(ctx, own+": "+c.Reason) }
	if s.limits.Hover {
		c.Action, c.Reason = Pause, c.Reason+"; the aircraft hovers, and waits for an operator to decide"
		do = func() error { return s.ask(ctx, cloudapi.MethodFlightTaskPause, nil) }
	}
	err := do()
	if err != nil && ctx.Err() == nil {
		s.mu.Lock()
		s.on.acted = false // again at the next tick
		s.mu.Unlock()
	}
	s.c.log(ctx, s.d.SN, s.flight(), c, err)
}

// start carries out the documented steps: prepare, execute, DRC, live stream, watching.
func (s *session) start(ctx context.Context, f missions.Flight) error {
	s.mu.Lock()
	s.hold(f, FlightEvent{State: Preparing})
	if s.c.o.Airspace != nil {
		_, s.on.ev.Approvals = s.c.o.Airspace(f.Route, s.c.o.Clock.Now())
	}
	ev := *s.on.ev
	s.mu.Unlock()
	// first the fact, then the deed: a controller that is cut off from the facts starts nothing, as another may start it
	if err := s.publishEvent(ctx, ev); err != nil {
		return fmt.Errorf("record flight start: %w", err)
	}
	if f.Target != nil {
		return s.takeOffTo(ctx, f)
	}
	file, ok := s.c.file(f.ID)
	if !ok {
		return errors.New("the flight's route is gone")
	}
	// docks know the preset height of return only; with RTK they wait in the air until it has converged
	p := cloudapi.FlightTaskPrepare{FlightID: f.ID, ExecuteTime: s.c.o.Clock.Now().UnixMilli(), RTHAltitude: returnHeightM, RTHMode: new(cloudapi.RTHModePresetAltitude), WaylinePrecisionType: new(cloudapi.WaylinePrecisionTypeHighPrecisionRTKMission), File: file}
	p.ExitWaylineWhenRCLost, p.OutOfControlAction = whenUnlinked(f.Route.Unlinked)
	if s.limits.NoRTK {
		p.WaylinePrecisionType = new(cloudapi.WaylinePrecisionTypeGPSMission)
	}
	if s.c.o.Areas != nil {
		p.FlightSafetyAdvanceCheck = cloudapi.Loose("1") // the dock brings its flight areas up to date first
	}
	if b := f.Break; b != nil {
		p.BreakPoint = &cloudapi.BreakPoint{Index: b.Waypoint, Progress: b.Progress, WaylineID: b.Wayline}
		if b.AtWaypoint {
			p.BreakPoint.State = cloudapi.BreakPointStateOnWaypoint
		}
	}
	if c := f.Conditions; c != nil {
		p.TaskType = cloudapi.TaskTypeConditional
		p.ReadyConditions = &cloudapi.ReadyConditions{BatteryCapacity: c.Battery, BeginTime: f.At.UnixMilli(), EndTime: f.Deadline().UnixMilli()}
		p.ExecutableConditions = &cloudapi.ExecutableConditions{StorageCapacity: c.StorageMB}
	}
	if err := s.ask(ctx, cloudapi.MethodFlightTaskPrepare, &p); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if f.Conditions != nil {
		if err := s.awaitConditions(ctx, f); err != nil {
			return err
		}
	}
	if !s.held.Load() {
		return errors.New("another controller has taken the dock")
	}
	// execute is asked once: if its answer is lost, the dock's progress tells whether it flies
	if err := s.call(ctx, cloudapi.MethodFlightTaskExecute, &cloudapi.FlightTaskExecute{FlightID: f.ID}); err != nil {
		if _, said := errors.AsType[*cloudapi.Error](err); said || ctx.Err() != nil {
			return fmt.Errorf("execute: %w", err)
		}
		if e := s.sleep(ctx, replyWait); e != nil {
			return e
		}
		if !s.onItsWay() {
			return fmt.Errorf("execute: %w; and the dock reports nothing of the flight", err)
		}
	}
	if err := s.accompany(ctx); err != nil && ctx.Err() == nil {
		// it flies: what is missing is that somebody sees it
		s.c.o.Log.Error("flight is on, but is not watched", "dock", s.d.SN, "flight", f.ID, "error", err)
	}
	return nil
}

// whenUnlinked is what a dock is told of a route's way without a link: the same that its KMZ says.
func whenUnlinked(u missions.Unlinked) (cloudapi.ExitWaylineWhenRCLost, cloudapi.OutOfControlAction) {
	switch u {
	case missions.UnlinkedReturns:
		return cloudapi.ExitWaylineWhenRCLostExit, cloudapi.OutOfControlActionReturnHome
	case missions.UnlinkedHovers:
		return cloudapi.ExitWaylineWhenRCLostExit, cloudapi.OutOfControlActionHover
	case missions.UnlinkedLands:
		return cloudapi.ExitWaylineWhenRCLostExit, cloudapi.OutOfControlActionLand
	}
	return cloudapi.ExitWaylineWhenRCLostContinue, cloudapi.OutOfControlActionReturnHome
}

// awaitConditions waits until the dock says that a flight's conditions are met (flighttask_ready); where that does not come in the flight's
// window, it is taken back.
func (s *session) awaitConditions(ctx context.Context, f missions.Flight) error {
	for s.c.o.Clock.Now().Before(f.Deadline()) {
		s.mu.Lock()
		met := s.on.conditionsMet
		s.mu.Unlock()
		if met {
			return nil
		}
		s.mu.Lock()
		s.on.heard = s.c.o.Clock.Now() // a dock that waits says nothing of the flight
		s.mu.Unlock()
		if err := s.sleep(ctx, time.Second); err != nil {
			return err
		}
	}
	_ = s.call(ctx, cloudapi.MethodFlightTaskUndo, &cloudapi.FlightTaskUndo{FlightIds: []string{f.ID}})
	return fmt.Errorf("its conditions (battery %d %%, %d MB free) were not met by %s", f.Conditions.Battery, f.Conditions.StorageMB, f.Deadline().Format("15:04:05"))
}

// returnHeightM is the height above take-off at which aircraft come home: above what stands in a city, below the 120 m of free flight.
const returnHeightM = 100

// accompany gives a flight that is on its DRC channel, its live stream and its watcher.
func (s *session) accompany(ctx context.Context) error {
	drc := true
	if err := s.call(ctx, cloudapi.MethodDRCModeEnter, s.drcMode()); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		drc = false
		s.c.o.Log.Info("no DRC on this flight: poses come at 0.5 Hz", "dock", s.d.SN, "error", err)
	}
	s.mu.Lock()
	if s.on.ev == nil {
		s.mu.Unlock()
		return errors.New("the flight ended before it was watched")
	}
	s.on.airborne(drc)
	ev := *s.on.ev
	s.mu.Unlock()
	s.tell(ctx)
	if err := s.startLive(ctx); err != nil {
		if s.flight() != ev.Flight {
			return nil // it ended, and said so
		}
		return err
	}
	job := WatchJob{Flight: ev.Flight, Dock: s.d.SN, URL: ev.Live, Scenes: ev.Scenes, DiagDeg: geo.WideDiagonalDeg(s.d.Model), Lon: s.d.Lon, Lat: s.d.Lat, DRC: drc, Simulated: ev.Simulated, Started: s.c.o.Clock.Now().UTC()}
	b, err := json.Marshal(job)
	if err != nil {
		return err
	}
	if _, err := s.c.js.Publish(ctx, SubjectWatch, b, jetstream.WithMsgID("watch "+ev.Flight)); err != nil {
		return fmt.Errorf("queue the flight for watching: %w", err)
	}
	return nil
}

// codeLiveAlready is what a dock answers whose camera is streaming.
const codeLiveAlready = 513003

// startLive asks for the stream until the dock gives it, with growing pauses: it often fails the first times. A stream that is on, started by
// whoever flew before, may go anywhere: it is stopped first.
func (s *session) startLive(ctx context.Context) error {
	flight := s.flight()
	for pause := livePauseMin; ; pause = min(2*pause, livePauseMax) {
		l := cloudapi.LiveStartPush{URLType: cloudapi.URLTypeRTMP, URL: s.c.o.LivePush(s.d.SN), VideoID: s.aircraftSN() + "/" + s.camera() + "/normal-0", VideoQuality: cloudapi.VideoQuality(s.c.o.LiveQuality)}
		err := s.call(ctx, cloudapi.MethodLiveStartPush, &l)
		if err == nil {
			return nil
		}
		if flight == "" || s.flight() != flight || ctx.Err() != nil {
			return fmt.Errorf("live stream: %w", err)
		}
		if e, is := errors.AsType[*cloudapi.Error](err); is && e.Code == codeLiveAlready {
			_ = s.call(ctx, cloudapi.MethodLiveStopPush, &cloudapi.LiveStopPush{VideoID: l.VideoID}) // what it answers, the next start shows
		}
		s.c.o.Log.Info("live stream did not start, trying again", "dock", s.d.SN, "error", err, "in", pause)
		if err := s.sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// clockStep back of a dock's clock is told.
const clockStep = 5 * time.Second

// progress takes in how far the dock says that the flight is, and what it ended with.
func (s *session) progress(ctx context.Context, p *cloudapi.FlightTaskProgress, stamp time.Time) {
	s.mu.Lock()
	if !s.on.is(p.Output.Ext.FlightID) {
		s.mu.Unlock()
		return // of a flight that ended
	}
	back, taken := s.on.progress(p, s.c.o.Clock.Now(), stamp)
	s.mu.Unlock()
	if back > clockStep {
		s.c.o.Log.Warn("the dock's clock was set back", "dock", s.d.SN, "flight", p.Output.Ext.FlightID, "by", back)
	}
	switch p.Output.Status {
	case cloudapi.JobStatusOK:
		s.end(ctx, Done, "")
	case cloudapi.JobStatusCanceled:
		s.mu.Lock()
		ours := s.on.acted && s.on.breakPoint != nil
		s.mu.Unlock()
		if ours { // brought home for the weather or an alarm: what is left is flown when that has passed
			s.breakOff(ctx, 0, s.cancelledBy())
			return
		}
		s.end(ctx, Cancelled, s.cancelledBy())
	case cloudapi.JobStatusFailed, cloudapi.JobStatusRejected, cloudapi.JobStatusTimeout, cloudapi.JobStatusPartiallyDone:
		reason := string(p.Output.Status)
		if p.Result != 0 {
			reason = (&cloudapi.Error{Dock: s.d.SN, Method: cloudapi.MethodFlightTaskProgress, Code: p.Result}).Error()
		}
		s.breakOff(ctx, p.Result, reason)
	default:
		s.tellQuietly()
		if taken {
			s.wg.Go(func() {
				// the earlier controller may have stopped before the stream ran and was watched, and the media server with it
				if err := s.accompany(ctx); err != nil && ctx.Err() == nil {
					s.c.o.Log.Warn("flight taken up is not watched", "dock", s.d.SN, "error", err)
				}
			})
		}
	}
}

// cancelledBy is why a flight was cancelled: who sent it home, else the dock.
func (s *session) cancelledBy() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on.ev != nil && s.on.ev.Reason != "" {
		return s.on.ev.Reason
	}
	return "cancelled at the dock"
}

// groundFor keeps the dock on the ground for an error that a person must see to.
func (s *session) groundFor(ctx context.Context, code int) {
	reason := fmt.Sprintf("%d: %s", code, cloudapi.AdviceOn(code).Meaning)
	err := s.ground(ctx, own, reason)
	s.c.log(ctx, s.d.SN, s.flight(), Command{Action: GroundDock, Operator: own, Reason: reason}, err)
}

// breakOff ends a flight that the dock broke off: continued from its break point where that makes sense, else failed.
func (s *session) breakOff(ctx context.Context, code int, reason string) {
	a := cloudapi.AdviceOn(code)
	if a.Response == cloudapi.Ground {
		s.groundFor(ctx, code)
	}
	s.mu.Lock()
	next, ok := s.on.rest(a, s.c.o.Clock.Now().UTC())
	s.mu.Unlock()
	if !ok {
		s.end(ctx, Failed, reason)
		return
	}
	if _, err := s.c.keep(ctx, next); err != nil {
		s.end(ctx, Failed, reason+"; not continued: "+err.Error())
		return
	}
	select {
	case s.fly <- next:
		s.mu.Lock()
		if s.on.ev != nil {
			s.on.ev.ContinuedAs = next.ID
		}
		s.mu.Unlock()
		s.end(ctx, Continued, reason)
	default:
		s.end(ctx, Failed, reason+"; not continued, the dock's list is full")
	}
}
