// Package madeup makes up what departments ask for, to test and measure plans: nothing of it is real.
package madeup

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// Departments of made-up requests, and what each looks for.
var (
	departments = []string{"urban-management", "planning", "construction"}
	scenes      = []string{"street-stall", "illegal-structure", "muck-truck"}
)

// Requests are n made-up requests of three departments near places at which several of them look: areas, roads and, half of them, points. What
// clear refuses is left out.
func Requests(rng *rand.Rand, n int, hot func() orb.Point, clear func(orb.Point) bool) (out []missions.Request) {
	for len(out) < n {
		d := rng.IntN(len(departments))
		c := geo.NewFrame(hot(), 0).From(60*rng.NormFloat64(), 60*rng.NormFloat64())
		r := missions.Request{ID: fmt.Sprintf("r%05d", len(out)), Department: departments[d], Scenes: scenes[d : d+1], GSDCM: []float64{6, 8, 8, 10}[rng.IntN(4)]}
		switch rng.IntN(4) {
		case 0:
			r.Geometry = orb.Polygon{Ring(rng, c, 60+200*rng.Float64(), 4+rng.IntN(5))}
		case 1:
			r.Geometry, r.WidthM = road(rng, c), 40
		default:
			r.Geometry, r.WidthM = c, 40
		}
		if clear(c) {
			out = append(out, r)
		}
	}
	return out
}

// Ring has its corners round a middle (WGS-84), metres away from it.
func Ring(rng *rand.Rand, middle orb.Point, m float64, corners int) (r orb.Ring) {
	f := geo.NewFrame(middle, 0)
	for i := range corners {
		a := (float64(i) + 0.7*rng.Float64()) * 2 * math.Pi / float64(corners)
		r = append(r, f.From(m*math.Cos(a), m*math.Sin(a)))
	}
	return append(r, r[0])
}

// road is a line of two to four pieces of 200 m.
func road(rng *rand.Rand, from orb.Point) orb.LineString {
	f := geo.NewFrame(from, 0)
	a, e, n := rng.Float64()*2*math.Pi, 0.0, 0.0
	l := orb.LineString{from}
	for range 2 + rng.IntN(3) {
		a += 0.5 * rng.NormFloat64()
		e, n = e+200*math.Cos(a), n+200*math.Sin(a)
		l = append(l, f.From(e, n))
	}
	return l
}
