// Package geotest makes up a district of Pudong's size, for tests and benchmarks.
package geotest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/geo"
)

// Cells, Fences, Structures and Places are the size of the district: the outline's 1,695 km² at a hectare each, and the bureau's register.
const (
	Cells, Fences, Structures = 170_000, 5_000, 256_300
	Places                    = 1 << 18
)

// District is a made-up district of Pudong's size: cells of a hectare whose corners are drawn off the raster, so that they follow
// no line; structures as rectangles and L shapes in villages; fences from a street corner to a quarter.
type District struct {
	Cells, Fences, Register []geo.Feature
	Outline                 orb.MultiPolygon
	villages                []orb.Point
}

// Make makes a district of so many cells, fences and structures, always the same one.
func Make(cells, fences, structures int) District {
	rng := rand.New(rand.NewPCG(42, 7))
	divisions, outline, err := geo.Pudong()
	if err != nil {
		panic(err)
	}
	var communities []string
	for code := range divisions.Names {
		if len(code) == 12 {
			communities = append(communities, code)
		}
	}
	slices.Sort(communities)
	m := District{Outline: outline}
	b := outline.Bound()
	f := geo.NewFrame(b.Center(), 0)
	lo, hi := f.To(b.Min, 0), f.To(b.Max, 0)
	corner := func(i, j int) orb.Point {
		r := rand.New(rand.NewPCG(uint64(i)*1e6+uint64(j), 3))
		return f.From(lo.E+100*float64(i)+30*(r.Float64()-0.5), lo.N+100*float64(j)+30*(r.Float64()-0.5))
	}
	in := func(p orb.Point) bool { return planar.MultiPolygonContains(outline, p) }
	n := 0
	for j := 0; n < cells && float64(j)*100 < hi.N-lo.N; j++ {
		for i := 0; n < cells && float64(i)*100 < hi.E-lo.E; i++ {
			if !in(f.From(lo.E+100*float64(i)+50, lo.N+100*float64(j)+50)) {
				continue
			}
			a := corner(i, j)
			p := orb.Polygon{{a, corner(i+1, j), corner(i+1, j+1), corner(i, j+1), a}}
			code := fmt.Sprintf("%s%03d", communities[n/120%len(communities)], n%120+1)
			m.Cells = append(m.Cells, geo.Feature{N: n + 1, Geometry: p, Fields: []geo.Field{{Name: "code", Value: code}}})
			n++
		}
	}
	inside := func() orb.Point {
		for {
			if p := f.From(lo.E+rng.Float64()*(hi.E-lo.E), lo.N+rng.Float64()*(hi.N-lo.N)); in(p) {
				return p
			}
		}
	}
	for range 1500 {
		m.villages = append(m.villages, inside())
	}
	kinds := []string{"road", "vending-zone", "construction-site", "no-fly", "privacy", "unloading-site"}
	for i := range fences {
		c, k := inside(), 6+rng.IntN(60)
		v := f.To(c, 0)
		size := 20 * math.Exp(3.5*rng.Float64())
		var r orb.Ring
		for q := range k {
			s, co := math.Sincos(2 * math.Pi * float64(q) / float64(k))
			d := size * (0.7 + 0.6*rng.Float64())
			r = append(r, f.From(v.E+d*co, v.N+d*s))
		}
		m.Fences = append(m.Fences, geo.Feature{N: i + 1, Geometry: orb.Polygon{append(r, r[0])}, Fields: []geo.Field{{Name: "id", Value: fmt.Sprint(i)}, {Name: "kind", Value: kinds[i%len(kinds)]}, {Name: "hours", Value: "06:00-20:00"}}})
	}
	for i := range structures {
		v := f.To(m.villages[rng.IntN(len(m.villages))], 0)
		p := f.From(v.E+250*rng.NormFloat64(), v.N+250*rng.NormFloat64())
		if !in(p) {
			p = inside()
		}
		o := f.To(p, 0)
		s, c := math.Sincos(rng.Float64() * math.Pi)
		w, h := 4+8*rng.Float64(), 5+11*rng.Float64()
		shape := [][2]float64{{0, 0}, {w, 0}, {w, h}, {0, h}}
		if rng.IntN(2) == 0 {
			shape = [][2]float64{{0, 0}, {w, 0}, {w, h / 2}, {w / 2, h / 2}, {w / 2, h}, {0, h}}
		}
		var r orb.Ring
		for _, x := range shape {
			r = append(r, f.From(o.E+c*x[0]-s*x[1], o.N+s*x[0]+c*x[1]))
		}
		m.Register = append(m.Register, geo.Feature{N: i + 1, Geometry: orb.Polygon{append(r, r[0])}, Fields: []geo.Field{
			{Name: "number", Value: fmt.Sprintf("PD-%07d", i)}, {Name: "status", Value: []string{"known", "kept", "ordered"}[i%3]}, {Name: "kind", Value: []string{"dwelling", "storage", "facility", "public"}[i%4]}}})
	}
	return m
}

// Points draws points over the district, or clustered in its villages.
func (m District) Points(n int, clustered bool) []orb.Point {
	rng := rand.New(rand.NewPCG(9, 9))
	b := m.Outline.Bound()
	f := geo.NewFrame(b.Center(), 0)
	out := make([]orb.Point, 0, n)
	for len(out) < n {
		if clustered {
			v := f.To(m.villages[rng.IntN(40)], 0)
			out = append(out, f.From(v.E+150*rng.NormFloat64(), v.N+150*rng.NormFloat64()))
			continue
		}
		p := orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
		if planar.MultiPolygonContains(m.Outline, p) {
			out = append(out, p)
		}
	}
	return out
}
