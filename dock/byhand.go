package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// handPriority puts what an operator starts before what the calendar has.
const handPriority = 100

// What a flight by hand flies with: metres above take-off, metres a second.
const (
	handSafeHeightM = 60
	handSpeedMS     = 10
	handSettles     = 10 * time.Second // in the dock for so long, it has landed
)

// startByHand puts a flight on the dock's list that an operator wants now: a route, or a point to take off to. It passes the gate like any other.
func (s *session) startByHand(ctx context.Context, c Command) (json.RawMessage, error) {
	now := s.c.o.Clock.Now().UTC()
	f := missions.Flight{ID: fmt.Sprintf("%s-hand-%s", s.d.SN, journal.Key(c.Key)[:12]), Dock: s.d.SN, Scenes: c.Scenes, At: now, Until: now.Add(missions.StartWindow), Priority: handPriority}
	switch {
	case c.Route != nil:
		kmz, err := wpml.Write(*c.Route)
		if err != nil {
			return nil, fmt.Errorf("start: %w", err)
		}
		f.Route, f.KMZ = *c.Route, kmz
	default:
		t := missions.Waypoint{Lon: c.Lon, Lat: c.Lat, HeightM: c.HeightM, SpeedMS: handSpeedMS, PitchDeg: -45}
		f.Target = &t
		f.Route = missions.Route{Waypoints: []missions.Waypoint{{Lon: s.d.Lon, Lat: s.d.Lat, HeightM: c.HeightM, SpeedMS: handSpeedMS}, t}} // the way there, for the airspace
		if err := f.Route.Check(); err != nil {
			return nil, fmt.Errorf("start: %w", err)
		}
	}
	if _, err := s.c.keep(ctx, f); err != nil {
		return nil, err
	}
	s.announce(ctx, f)
	s.enqueue(f)
	return json.Marshal(map[string]string{"flight": f.ID})
}

// strike takes a flight off the dock's list.
func (s *session) strike(ctx context.Context, c Command) error {
	if s.underWay() == c.Flight {
		return fmt.Errorf("flight %s is under way: bring it home (action %s)", c.Flight, ReturnHomeTo)
	}
	if !s.dequeue(c.Flight) {
		return fmt.Errorf("flight %q is not on the list of dock %s", c.Flight, s.d.SN)
	}
	f, _ := s.c.kept(ctx, c.Flight)
	s.mu.Lock()
	if s.on.is(c.Flight) {
		s.on = flight{}
	}
	s.mu.Unlock()
	s.c.mu.Lock()
	delete(s.c.routes, c.Flight)
	s.c.mu.Unlock()
	return s.publishEvent(ctx, FlightEvent{Flight: c.Flight, Dock: s.d.SN, State: Cancelled, NotStarted: true, Reason: c.Operator + ": " + c.Reason, Scenes: f.Scenes, Simulated: Simulated(s.d.SN)})
}

// takeOffTo starts a flight without a route (takeoff_to_point). Like execute it is asked once.
func (s *session) takeOffTo(ctx context.Context, f missions.Flight) error {
	s.mu.Lock()
	ground := cloudapi.Value(s.rep.Dock.Height) // of the dock above the ellipsoid
	s.mu.Unlock()
	t := f.Target
	x := cloudapi.TakeoffToPoint{FlightID: f.ID, TargetLatitude: t.Lat, TargetLongitude: t.Lon, TargetHeight: ground + t.HeightM, SecurityTakeoffHeight: handSafeHeightM, RTHAltitude: returnHeightM, MaxSpeed: int(t.SpeedMS)}
	if err := s.call(ctx, cloudapi.MethodTakeoffToPoint, &x); err != nil {
		if _, said := errors.AsType[*cloudapi.Error](err); said || ctx.Err() != nil {
			return fmt.Errorf("take off: %w", err)
		}
		if e := s.sleep(ctx, replyWait); e != nil {
			return e
		}
		if !s.onItsWay() {
			return fmt.Errorf("take off: %w; and the dock reports nothing of the flight", err)
		}
	}
	if err := s.accompany(ctx); err != nil && ctx.Err() == nil {
		s.c.o.Log.Error("flight is on, but is not watched", "dock", s.d.SN, "flight", f.ID, "error", err)
	}
	return nil
}

// handProgress takes in how far a flight without a route is.
func (s *session) handProgress(ctx context.Context, p *cloudapi.TakeoffToPointProgress) {
	s.mu.Lock()
	mine := s.on.is(p.FlightID)
	if mine {
		s.on.heard, s.on.stamp, s.on.taken = s.c.o.Clock.Now(), s.c.o.Clock.Now(), false
	}
	s.mu.Unlock()
	if !mine {
		return
	}
	switch p.Status {
	case cloudapi.TakeoffToPointStatusTaskFinish:
		s.end(ctx, Done, "")
	case cloudapi.TakeoffToPointStatusWaylineFailed:
		reason := "the aircraft did not come to its point"
		if p.Result != 0 {
			reason = (&cloudapi.Error{Dock: s.d.SN, Method: cloudapi.MethodTakeoffToPointProgress, Code: p.Result}).Error()
		}
		s.change(ctx, func(ev *FlightEvent) { ev.Reason = reason })
	case cloudapi.TakeoffToPointStatusWaylineOK:
		s.change(ctx, func(ev *FlightEvent) { ev.Percent = 100 })
	}
}

// handLanded says of a flight without a route whether its aircraft is back: docks do not always tell its end. The caller holds s.mu.
func (s *session) handLanded(now time.Time) bool {
	if s.on.mission.Target == nil || s.on.ev == nil || s.on.ev.State == Preparing {
		return false
	}
	inside := cloudapi.Value(s.rep.Dock.ModeCode) == cloudapi.DockModeIdle && s.rep.Dock.DroneInDock != nil && *s.rep.Dock.DroneInDock == cloudapi.DroneInDockInside
	if !inside || s.rep.Airborne(now) {
		s.on.outside = now
		if now.Sub(s.rep.Flown) < gate.ReportCounts {
			s.on.heard = s.rep.Flown // it hovers, and is well
		}
		return false
	}
	return !s.on.outside.IsZero() && now.Sub(s.on.outside) > handSettles
}

// homing notes that the aircraft broke off its way home, or may go home again, and why.
func (s *session) homing(ctx context.Context, n *cloudapi.DeviceExitHomingNotify) {
	reason := strings.Trim(string(n.Reason), `"`)
	if n.Action == cloudapi.ExitHomingActionEnterReturnHomeExitState {
		s.c.o.Log.Warn("the aircraft has broken off its way home, and hovers; an operator must decide", "dock", s.d.SN, "flight", s.flight(), "reason", reason)
		s.change(ctx, func(ev *FlightEvent) {
			ev.State, ev.Reason = Flying, "broke off its way home (reason "+reason+"); it hovers until somebody sends it home"
		})
		return
	}
	s.c.o.Log.Info("the aircraft may go home again", "dock", s.d.SN, "flight", s.flight(), "reason", reason)
}
