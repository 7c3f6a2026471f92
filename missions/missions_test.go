package missions

import (
	"testing"
	"time"
)

func TestAFlightThatBrokeOffGoesOnAsItsNextPart(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	f := Flight{ID: "D-20260501T080000", Dock: "D", At: now.Add(-time.Hour), KMZ: []byte("kmz")}
	if f.Part() != 1 {
		t.Errorf("part %d", f.Part())
	}
	before := f.ID
	for n := 2; n <= 12; n++ {
		g := f.Next(Break{Waypoint: n, Progress: 0.5}, now)
		if g.Part() != n || g.Continues != f.ID || g.Break == nil || g.Break.Waypoint != n || string(g.KMZ) != "kmz" || g.Dock != "D" {
			t.Fatalf("%+v", g)
		}
		if g.At != now || !g.Deadline().After(now) || f.Break != nil && f.Break.Waypoint != n-1 {
			t.Errorf("window %s to %s; the one before is changed: %+v", g.At, g.Deadline(), f.Break)
		}
		f = g
	}
	if f.ID != before+"-part12" {
		t.Errorf("named %s", f.ID)
	}
}

func TestAWindowEndsWhereTheFlightSaysOrHalfAnHourLater(t *testing.T) {
	at := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	if d := (Flight{At: at}).Deadline(); d != at.Add(30*time.Minute) {
		t.Errorf("%s", d)
	}
	if d := (Flight{At: at, Until: at.Add(time.Minute)}).Deadline(); d != at.Add(time.Minute) {
		t.Errorf("%s", d)
	}
}
