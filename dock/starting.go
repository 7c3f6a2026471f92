package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

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
