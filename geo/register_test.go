package geo_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

func TestRegisterTellsKnownChangedAndNew(t *testing.T) {
	rect := func(e, n, w, h float64) orb.Polygon {
		return orb.Polygon{ring([2]float64{e, n}, [2]float64{e + w, n}, [2]float64{e + w, n + h}, [2]float64{e, n + h})}
	}
	r := geo.NewRegister([]geo.Entry{
		{Number: "A", AreaM2: 80, Polygons: []orb.Polygon{rect(0, 0, 8, 10)}},
		{Number: "B", AreaM2: 80, Polygons: []orb.Polygon{rect(40, 0, 8, 10)}},
	})
	sure, unsure := geo.Cov{EE: 0.04, NN: 0.04}, geo.Cov{EE: 4, NN: 4}
	for _, c := range []struct {
		name     string
		seen     orb.Polygon
		cov      geo.Cov
		standing string
		number   string
	}{
		{"as it stands", rect(0, 0, 8, 10), sure, geo.Known, "A"},
		{"off by what its error explains", rect(4, 3, 8, 10), unsure, geo.Known, "A"},
		{"twice as large", rect(0, 0, 16, 10), sure, geo.Changed, "A"},
		{"a part of it", rect(0, 0, 4, 5), sure, geo.Changed, "A"},
		{"beside it, and sure to be", rect(12, 0, 8, 10), sure, geo.New, ""},
		{"where nothing is known", rect(100, 100, 8, 10), unsure, geo.New, ""},
		{"the nearer of two", rect(37, 0, 8, 10), unsure, geo.Known, "B"},
	} {
		if m := r.Match(c.seen, c.cov, 0.1); m.Standing != c.standing || m.Number != c.number {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	if near := r.Near(here.From(20, 5), 25); len(near) != 2 || near[0].Entry.Number != "A" || math.Abs(near[0].DistanceM-12) > 0.01 {
		t.Errorf("%+v", near)
	}
}

// The register is replaced while it is asked.
func TestRegisterIsReplacedWithoutStopping(t *testing.T) {
	r := geo.NewRegister([]geo.Entry{{Number: "A", Polygons: []orb.Polygon{{square(0, 0, 10)}}}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 200 {
			r.Replace([]geo.Entry{{Number: fmt.Sprint(i), Polygons: []orb.Polygon{{square(0, 0, 10)}}}})
		}
	}()
	for {
		if r.At(here.From(5, 5)) == nil {
			t.Fatal("no entry while the register is replaced")
		}
		select {
		case <-done:
			return
		default:
		}
	}
}
