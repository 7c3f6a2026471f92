package calendar

import (
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/missions"
)

// A flight "after the start" counts from the first start: a restart does not queue it again.
func TestAfterCountsFromTheFirstStart(t *testing.T) {
	_, _, js := natstest.Start(t)
	first := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	plan := func(began time.Time, after time.Duration) missions.Calendar {
		k := missions.Calendar{Patrols: []missions.Patrol{{Dock: "D1AB", When: missions.Every{First: began.Add(after)}}}}
		if err := Anchor(t.Context(), js, &k, began); err != nil {
			t.Fatal(err)
		}
		return k
	}
	a := plan(first, 10*time.Second).Patrols[0].When.(missions.Every)
	b := plan(first.Add(3*time.Hour), 10*time.Second).Patrols[0].When.(missions.Every)
	if !a.First.Equal(first.Add(10*time.Second)) || !b.First.Equal(a.First) {
		t.Errorf("it is due at %s, and after a restart at %s", a.First, b.First)
	}
	if c := plan(first.Add(3*time.Hour), time.Minute).Patrols[0].When.(missions.Every); !c.First.Equal(first.Add(3*time.Hour + time.Minute)) {
		t.Errorf("another flight is due at %s", c.First)
	}
}

// Planned flights are handed over once each, also those of a plan that was approved when they were due already; what could not be handed over is tried again
// for as long as it is planned, and what was taken off is not.
func TestPlannedFlightsAreHandedOverOnce(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	flight := func(id string, at time.Duration) missions.Flight {
		return missions.Flight{ID: id, Dock: "D1AB", At: now.Add(at), Until: now.Add(at + 30*time.Minute)}
	}
	plan := []missions.Flight{flight("over", -time.Hour), flight("late", -10*time.Minute), flight("due", 0), flight("later", time.Hour)}
	k := Follower{Planned: func() []missions.Flight { return plan }}
	handed := map[string]bool{}
	take := func(at time.Time) (ids string) {
		for _, f := range k.plannedNow(at, handed) {
			ids += f.ID + " "
		}
		return ids
	}
	if got := take(now); got != "late due " {
		t.Errorf("handed over: %q", got)
	}
	if got := take(now.Add(time.Minute)); got != "" {
		t.Errorf("again: %q", got)
	}
	delete(handed, "due") // it could not be handed over
	if got := take(now.Add(time.Minute)); got != "due " {
		t.Errorf("after a failure: %q", got)
	}
	plan = plan[:2]
	if got := take(now.Add(2 * time.Minute)); got != "" || handed["due"] {
		t.Errorf("taken off: %q, %v", got, handed)
	}
	if k.inPlan("due", now) || !k.inPlan("late", now) {
		t.Error("what is in the plan is not known")
	}
}
