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
