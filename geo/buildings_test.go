package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// A hut on a hall's roof lies on it whole and covers little of it; the hall's own roof covers it, though its outline was drawn a little off.
func TestWhatLiesOnABuilding(t *testing.T) {
	f := NewFrame(orb.Point{121.5, 31.2}, 0)
	box := func(e, n, w, h float64) orb.Ring {
		return orb.Ring{f.From(e, n), f.From(e+w, n), f.From(e+w, n+h), f.From(e, n+h), f.From(e, n)}
	}
	b := NewBuildings([]Building{{orb.Polygon{box(0, 0, 40, 20)}, 8}, {orb.Polygon{box(41, 0, 10, 20)}, 4}})
	for _, c := range []struct {
		what     string
		seen     orb.Ring
		on, ofIt float64
	}{
		{"a hut on the roof", box(5, 5, 4, 5), 1, 0.025},
		{"the hall's own roof, a metre off", box(1, 0, 40, 20), 0.975, 0.975},
		{"a lean-to half on it", box(-2, 5, 4, 5), 0.5, 0.0125},
		{"beside it", box(0, 30, 5, 5), 0, 0},
	} {
		if on, of := b.Under(c.seen); math.Abs(on-c.on) > 0.002 || math.Abs(of-c.ofIt) > 0.002 {
			t.Errorf("%s: %.3f of it lies there, %.3f of the building is under it; want %.3f, %.3f", c.what, on, of, c.on, c.ofIt)
		}
	}
	if on, of := NewBuildings(nil).Under(box(0, 0, 1, 1)); on != 0 || of != 0 {
		t.Errorf("without buildings: %g, %g", on, of)
	}
}
