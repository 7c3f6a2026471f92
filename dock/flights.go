package dock

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
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
