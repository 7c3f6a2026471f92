package dock

import (
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/missions"
)

// flight is one that a dock is on, or waits to start: what is told of it, what was to be flown, and what was noted of it since. The zero value is none.
// With the next flight, and with the dock's coming from or going to another controller, all of it begins anew.
type flight struct {
	ev      *FlightEvent    // nil for none
	mission missions.Flight // as it was handed over; without route where it was taken up

	heard         time.Time // of the flight, by this server's clock
	stamp         time.Time // of the latest progress, by the dock's clock
	breakPoint    *cloudapi.BreakPointReport
	taken         bool      // the flight was taken up, and nothing was heard of it yet
	pilot         string    // the operator who has the aircraft
	exceeded      time.Time // since when a limit has been broken in the air
	acted         bool      // on it
	outside       time.Time // when the aircraft of a flight without a route was last not in the dock
	conditionsMet bool      // the dock says so
	reached       int       // waypoints that it came to
	counted       int       // files that the dock says it made
}

// is says whether it is the flight of an id.
func (f *flight) is(id string) bool { return f.ev != nil && f.ev.Flight == id }

// underWay says whether it has left the dock's list.
func (f *flight) underWay() bool { return f.ev != nil && f.ev.State != Waiting }

// over says whether there is none, or it has ended.
func (f *flight) over() bool { return f.ev == nil || f.ev.State.Ended() }

// airborne is the transition that follows an accepted start, unless more is known already.
func (f *flight) airborne(drc bool) {
	if f.ev.State == Preparing {
		f.ev.State = Flying
	}
	f.ev.DRC = drc
}

// end is the transition to its one end; reached is how many waypoints it came to. ok is false where it has ended before.
func (f *flight) end(st State, reason string) (reached int, ok bool) {
	if f.over() {
		return 0, false
	}
	f.ev.State, f.ev.Reason = st, reason
	switch {
	case st == Done:
		f.ev.Percent = 100
		return len(f.mission.Route.Waypoints), true
	case f.breakPoint != nil:
		return f.breakPoint.Index + 1, true
	}
	return f.reached, true
}

// progress takes in how far the dock says that it is, as it comes: a dock's clock may be set back in flight, by back. first says that the flight was taken
// up, and that this is the first that is heard of it.
func (f *flight) progress(p *cloudapi.FlightTaskProgress, now, stamp time.Time) (back time.Duration, first bool) {
	if !f.stamp.IsZero() {
		back = f.stamp.Sub(stamp)
	}
	first, f.taken = f.taken, false
	f.heard, f.stamp = now, stamp
	f.ev.Percent = p.Output.Progress.Percent
	f.reached, f.counted = max(f.reached, p.Output.Ext.CurrentWaypointIndex), max(f.counted, p.Output.Ext.MediaCount)
	if b := p.Output.Ext.BreakPoint; b != nil {
		f.breakPoint = b
	}
	return back, first
}

// lost says whether nothing has come of it for too long from a dock that speaks, or for much longer from one that does not. online is since when the dock
// has been heard of without a gap.
func (f *flight) lost(now, online time.Time, silent bool) bool {
	if !f.underWay() {
		return false
	}
	since := now.Sub(f.heard)
	return since > lostAfter && !silent && now.Sub(online) > lostAfter || since > goneAfter
}

// broken says whether limits have been broken in the air for so long that it is acted on, once.
func (f *flight) broken(limits int, now time.Time) bool {
	if f.ev == nil || f.ev.State != Flying || f.acted {
		return false
	}
	switch {
	case limits == 0:
		f.exceeded = time.Time{}
	case f.exceeded.IsZero():
		f.exceeded = now
	case now.Sub(f.exceeded) > limitHolds:
		f.acted = true
		return true
	}
	return false
}

// rest is the flight that flies on from where it broke off; ok is false where none can.
func (f *flight) rest(a cloudapi.Advice, now time.Time) (next missions.Flight, ok bool) {
	b := f.breakPoint
	if b == nil || len(f.mission.KMZ) == 0 || a.Response == cloudapi.Skip && a.Published || f.mission.Part() >= continueMost {
		return next, false
	}
	return f.mission.Next(missions.Break{Waypoint: b.Index, AtWaypoint: b.State == cloudapi.BreakPointStateOnWaypoint, Progress: b.Progress, Wayline: b.WaylineID}, now), true
}
