package geo

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// A line that passes a small fence between two waypoints far apart touches it, one that keeps further off does not, and only while the fence holds.
func TestAlongFindsWhatALinePasses(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	day := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	fr := NewFrame(orb.Point{121.5, 31.2}, 0)
	for range 300 {
		x := rng.Float64()*1800 - 900 // along the line, which runs from -1000 to 1000 m east
		size := 6 + 40*rng.Float64()
		off := rng.Float64() * 80 // of its near side from the line, north
		square := orb.Polygon{{fr.From(x, off), fr.From(x+size, off), fr.From(x+size, off+size), fr.From(x, off+size), fr.From(x, off)}}
		fs := NewFences([]Fence{{ID: "f", Kind: "no-fly", Polygon: square, Until: day.Add(time.Hour)}, {ID: "road", Kind: "road", Polygon: square}})
		line := orb.LineString{fr.From(-1000, 0), fr.From(0, 0), fr.From(1000, 0)}
		const margin = 20
		got := fs.Along(line, "no-fly", day, margin)
		if off < margin && (got == nil || got.ID != "f") {
			t.Fatalf("a fence %.0f m off at %.0f m, %.0f m wide, is missed", off, x, size)
		}
		if off > margin+alongStepM && got != nil {
			t.Fatalf("a fence %.0f m off is touched", off)
		}
		if fs.Along(line, "no-fly", day.Add(2*time.Hour), margin) != nil {
			t.Fatal("a fence is touched that no longer holds")
		}
	}
	if NewFences(nil).Along(orb.LineString{{121, 31}, {122, 31}}, "no-fly", day, 20) != nil || (*Fences)(nil).Along(nil, "no-fly", day, 0) != nil {
		t.Error("a fence where there is none")
	}
}
