package dock

import (
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/missions"
)

// A flight ends once, and says how far it came: to its end, to where it broke off, or to the waypoint that it told last.
func TestAFlightEndsOnce(t *testing.T) {
	five := missions.Flight{ID: "f", Route: missions.Route{Waypoints: make([]missions.Waypoint, 5)}}
	for name, c := range map[string]struct {
		f       flight
		end     State
		reached int
	}{
		"flown":      {flight{reached: 3}, Done, 5},
		"broken off": {flight{reached: 3, breakPoint: &cloudapi.BreakPointReport{Index: 1}}, Failed, 2},
		"cancelled":  {flight{reached: 3}, Cancelled, 3},
	} {
		t.Run(name, func(t *testing.T) {
			c.f.ev, c.f.mission = &FlightEvent{Flight: "f", State: Flying}, five
			if reached, ok := c.f.end(c.end, "so"); !ok || reached != c.reached || !c.f.over() || c.f.ev.State != c.end || c.f.ev.Reason != "so" {
				t.Errorf("it came to %d, %v: %+v", reached, ok, c.f.ev)
			}
			if _, again := c.f.end(Failed, "again"); again || c.f.ev.State != c.end {
				t.Errorf("it ended twice: %+v", c.f.ev)
			}
		})
	}
	if _, ok := new(flight).end(Done, ""); ok {
		t.Error("no flight ends")
	}
}

// What breaks a limit in the air is acted on once, when it has lasted.
func TestABrokenLimitIsActedOnOnce(t *testing.T) {
	f := flight{ev: &FlightEvent{State: Flying}}
	now := time.Now()
	for _, c := range []struct {
		after  time.Duration
		limits int
		want   bool
	}{{0, 1, false}, {limitHolds / 2, 0, false}, {limitHolds, 1, false}, {2 * limitHolds, 2, false}, {2*limitHolds + time.Second, 1, true}, {3 * limitHolds, 1, false}} {
		if got := f.broken(c.limits, now.Add(c.after)); got != c.want {
			t.Errorf("after %s, %d limits: %v", c.after, c.limits, got)
		}
	}
}

// A flight is lost where a dock that speaks says nothing of it for a minute; a dock that is silent itself, or has just come back, gets longer.
func TestWhenAFlightIsLost(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		state         State
		heard, online time.Duration
		silent, want  bool
	}{
		"heard of":           {Flying, time.Second, time.Hour, false, false},
		"nothing of it":      {Flying, lostAfter + 1, time.Hour, false, true},
		"on the list":        {Waiting, time.Hour, time.Hour, false, false},
		"the dock is silent": {Flying, lostAfter + 1, time.Hour, true, false},
		"it has come back":   {Flying, lostAfter + 1, time.Second, false, false},
		"gone":               {Flying, goneAfter + 1, time.Second, true, true},
	} {
		f := flight{ev: &FlightEvent{State: c.state}, heard: now.Add(-c.heard)}
		if got := f.lost(now, now.Add(-c.online), c.silent); got != c.want {
			t.Errorf("%s: lost %v", name, got)
		}
	}
}
