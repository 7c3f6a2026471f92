package geo

import (
	"fmt"
	"math"
	"sync"

	"github.com/paulmach/orb"
)

const (
	// a layer none of which comes nearer to its district than this lies elsewhere
	elsewhereM = 20e3
	// eastings further from the central meridian belong to no zone: 4000 km are some 40 degrees
	maxEastM = 4e6
)

// far gathers how far a layer lies from its district.
type far struct {
	l     *Layer
	bound orb.Bound // of the district
	n     int
	least float64   // metres of the nearest feature
	raw   orb.Point // a point of it in the layer's datum

	features []*Feature // that lie far off
	apart    []float64  // how far, metres
}

func newFar(l *Layer) *far { return &far{l: l, bound: l.District.Bound(), least: math.Inf(1)} }

// see takes in a feature: a point of it in the layer's datum, and its bound in WGS-84.
func (f *far) see(x *Feature, raw orb.Point, b orb.Bound) {
	if f.l.District == nil {
		return
	}
	f.n++
	d := boundsApartM(f.bound, b)
	if d < f.least {
		f.least, f.raw = d, raw
	}
	if d >= elsewhereM {
		f.features, f.apart = append(f.features, x), append(f.apart, d)
	}
}

// problems says what lies elsewhere: the whole layer (all is true), or some of its features.
func (f *far) problems() (out []Problem, all bool) {
	if text := f.text(); text != "" {
		return []Problem{{Text: text}}, true
	}
	for i, x := range f.features {
		out = append(out, Problem{N: x.N, Line: x.Line, Text: fmt.Sprintf("it lies %.0f km outside the district", f.apart[i]/1000)})
	}
	return out, false
}

// text says that all of the layer lies elsewhere; empty where it does not.
func (f *far) text() string {
	if f.n == 0 || f.least < elsewhereM {
		return ""
	}
	return fmt.Sprintf("all of it lies outside the district, %.0f km off or more: is the datum or its zone wrong, or are the axes swapped?%s", f.least/1000, f.l.would(f.raw))
}

// zoneNumber says whether an easting and the false easting differ by a zone's number alone.
func (l *Layer) zoneNumber(q orb.Point) bool {
	d := math.Abs(q[0] - l.Datum.tm.x0)
	return d > 12e6 && d < 46e6
}

// would says under which reading of its coordinates a point of the layer would lie in the district.
func (l *Layer) would(raw orb.Point) string {
	if l.District == nil {
		return ""
	}
	b := l.District.Bound()
	in := func(p orb.Point) bool { return b.Contains(p) }
	swapped := orb.Point{raw[1], raw[0]}
	if in(l.Datum.ToWGS84(swapped)) {
		return " With its axes swapped (surveyors call north X) it would lie there"
	}
	if !l.Datum.Projected() {
		return ""
	}
	for _, z := range zones() {
		d := z.datum
		if math.Abs(raw[0]-d.tm.x0) > zoneHalfM && math.Abs(raw[1]-d.tm.x0) > zoneHalfM {
			continue
		}
		if math.Abs(raw[0]-d.tm.x0) <= zoneHalfM && in(d.ToWGS84(raw)) {
			return fmt.Sprintf(" With --datum EPSG:%d (central meridian %.0f°, false easting %.0f) it would lie there", z.epsg, d.tm.lon0*180/math.Pi, d.tm.x0)
		}
		if in(d.ToWGS84(swapped)) {
			return fmt.Sprintf(" With its axes swapped and --datum EPSG:%d it would lie there", z.epsg)
		}
	}
	return ""
}

// zoneHalfM bounds how far from its central meridian a zone is used, metres: 3 degrees are 334 km at the equator.
const zoneHalfM = 4e5

// projection is a zone of CGCS2000.
type projection struct {
	epsg  int
	datum Datum
}

// zones are those of CGCS2000, the likeliest first: of three degrees without and with their numbers, of six degrees likewise.
var zones = sync.OnceValue(func() (out []projection) {
	for _, of := range []struct{ first, n int }{{4534, 21}, {4513, 21}, {4502, 11}, {4491, 11}} {
		for k := range of.n {
			if d, err := ParseDatum(epsg(of.first + k)); err == nil && d.tm != nil {
				out = append(out, projection{of.first + k, d})
			}
		}
	}
	return out
})

// boundsApartM is how far two bounds (WGS-84) are apart, metres; 0 where they touch.
func boundsApartM(a, b orb.Bound) float64 {
	if a.Intersects(b) {
		return 0
	}
	near := func(x, lo, hi float64) float64 { return math.Min(math.Max(x, lo), hi) }
	p := orb.Point{near(a.Center()[0], b.Min[0], b.Max[0]), near(a.Center()[1], b.Min[1], b.Max[1])}
	q := orb.Point{near(p[0], a.Min[0], a.Max[0]), near(p[1], a.Min[1], a.Max[1])}
	return DistanceM(p, q)
}
