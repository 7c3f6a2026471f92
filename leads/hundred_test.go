package leads_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

// 100 flights over 500 things, with gaps, errors of position and a tenth of false detections: a lead for each thing, and none for two of different
// kinds, 5 m apart.
func TestAHundredFlightsOverFiveHundredThings(t *testing.T) {
	const things, flights, sigmaM = 500, 100, 0.6
	l := newLife(t, leads.Scene{Settled: 365 * 24 * time.Hour})
	r := rand.New(rand.NewPCG(1, 2))
	ground := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	type thing struct {
		class string
		e, n  float64
	}
	var all []thing
	for i := range things / 2 { // in pairs of two kinds
		e, n := float64(i%25)*20, float64(i/25)*20
		all = append(all, thing{"stall", e, n}, thing{"tricycle", e + 5, n})
	}
	of := map[string]map[int]bool{} // things of a lead
	false_, id := map[string]bool{}, 0
	var b *index.Batch // of a flight
	take := func(flight int, class string, e, n float64, what int) {
		id++
		p := ground.From(e+sigmaM*r.NormFloat64(), n+sigmaM*r.NormFloat64())
		at := day.Add(time.Duration(flight) * 24 * time.Hour)
		next, err := l.rules.Take(b, vision.Finding{ID: fmt.Sprint(id), Epoch: 1, Flight: fmt.Sprint("f", flight), Scene: "street-stall", Class: class, Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: sigmaM * sigmaM, NN: sigmaM * sigmaM}, Score: 0.7, FirstSeen: at, LastSeen: at, Captured: at})
		if err != nil || !next.Changed {
			t.Fatal(next.Changed, err)
		}
		if err := b.Apply(index.Kept{Lead: next.Lead}); err != nil {
			t.Fatal(err)
		}
		if what < 0 {
			false_[next.Lead.Lead] = true
			return
		}
		if of[next.Lead.Lead] == nil {
			of[next.Lead.Lead] = map[int]bool{}
		}
		of[next.Lead.Lead][what] = true
	}
	n := flights
	if testing.Short() {
		n = 10
	}
	for flight := range n {
		var err error
		if b, err = l.known.Begin(); err != nil {
			t.Fatal(err)
		}
		for what, x := range all {
			if r.Float64() < 0.7 { // the others are in gaps
				take(flight, x.class, x.e, x.n, what)
			}
			if r.Float64() < 0.1 {
				take(flight, "goods", r.Float64()*500, 500+r.Float64()*400, -1) // where nothing stands
			}
		}
		if err := b.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	merged := 0
	for _, w := range of {
		if len(w) > 1 {
			merged++
		}
	}
	t.Logf("%d leads of %d things, %d of more than one thing; %d of false detections", len(of), things, merged, len(false_))
	if len(of) < things*98/100 || len(of) > things*102/100 || merged > 0 {
		t.Errorf("%d leads of %d things, %d of more than one", len(of), things, merged)
	}
}

// Two places weighed by their errors: never less sure than the surer one, and between the two.
func TestMorePlacesAreSurer(t *testing.T) {
	l := newLife(t, leads.Scene{})
	x := l.see(finding("1", 0, day))
	for i := range 30 {
		y := l.see(finding(fmt.Sprint(i+2), 1, day.Add(time.Duration(i+1)*time.Hour)))
		if y.Ellipse.MajorM > x.Ellipse.MajorM || y.Lon < x.Lon {
			t.Fatalf("after %d flights %+v, and one more %+v", i+1, x.Ellipse, y.Ellipse)
		}
		x = y
	}
	if m := x.Ellipse.MajorM; m < 0.6 || m > 1 {
		t.Errorf("after 31 flights the error is %g m: what flights share stays", m)
	}
}
