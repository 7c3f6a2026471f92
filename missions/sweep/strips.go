// Package sweep covers ground with parallel lines, and finds the shortest way along all of them. Everything is in metres east and north of a
// flat frame (geo.Frame).
package sweep

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/missions/transit"
)

// Line is flown from A to B, or from B to A.
type Line struct{ A, B orb.Point }

// LengthM is the length of a line.
func (l Line) LengthM() float64 { return math.Hypot(l.B[0]-l.A[0], l.B[1]-l.A[1]) }

// Options say how ground is covered.
type Options struct {
	SpacingM float64 // between lines at most: as wide as is seen to both sides together, less the overlap
	AheadM   float64 // how far beyond its end a line is seen: so much shorter it may be
	// Seen is ground that need not be covered, as it is seen anyway.
	Seen []orb.Polygon
	// Space is the air that lines must lie in; nil for all.
	Space *transit.Space
}

// span is a part of a line, along it.
type span struct{ lo, hi float64 }

// Lines are lines in one direction (degrees from the east, counter-clockwise) whose strips, half the spacing to each side, hold all of the
// ground: the union of polygons, less what is seen anyway. What the space does not let be flown is left out.
func Lines(ground []orb.Polygon, directionDeg float64, o Options) []Line {
	t := turn(directionDeg)
	g, seen := t.polygons(ground), t.polygons(o.Seen)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range g {
		b := p.Bound()
		lo, hi = math.Min(lo, b.Min[1]), math.Max(hi, b.Max[1])
	}
	if len(g) == 0 || !(hi > lo) {
		return nil
	}
	n := math.Max(1, math.Ceil((hi-lo)/o.SpacingM-1e-9))
	wide := (hi - lo) / n
	var out []Line
	for k := 0.0; k < n; k++ {
		low := lo + k*wide
		y := low + wide/2
		for _, s := range shorten(shadow(g, seen, low, low+wide), o.AheadM) {
			l := Line{t.back(orb.Point{s.lo, y}), t.back(orb.Point{s.hi, y})}
			if o.Space == nil {
				out = append(out, l)
				continue
			}
			for _, part := range o.Space.Parts(l.A, l.B) {
				out = append(out, Line{part[0], part[1]})
			}
		}
	}
	return out
}

// shortestM is the length of a line from which a single look would do: it says which way the look is turned.
const shortestM = 1

// shorten takes from each span what is seen from beyond its ends.
func shorten(spans []span, ahead float64) []span {
	var out []span
	for _, s := range spans {
		if s.hi-s.lo <= 2*ahead+shortestM {
			m := (s.lo + s.hi) / 2
			h := math.Min(s.hi-s.lo, shortestM) / 2
			s = span{m - h, m + h}
		} else {
			s = span{s.lo + ahead, s.hi - ahead}
		}
		out = append(out, s)
	}
	return out
}

// shadow are the spans along a strip from low to high in which some of it is ground that is not seen.
func shadow(ground, seen []orb.Polygon, low, high float64) []span {
	cuts := append(corners(low, high, ground, seen), low, high)
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var spans []span
	for i := 0; i+1 < len(cuts); i++ {
		if cuts[i+1]-cuts[i] < 1e-9 {
			continue
		}
		spans = append(spans, slice(ground, seen, cuts[i], cuts[i+1])...)
	}
	return join(spans)
}

// corners are how high, within a strip, polygons have corners, or their edges cross: between them lie trapezoids.
func corners(low, high float64, sets ...[]orb.Polygon) (out []float64) {
	type edge struct {
		a, b    orb.Point
		polygon int
	}
	var edges []edge
	n := 0
	for _, all := range sets {
		for _, p := range all {
			n++
			for _, r := range p {
				for k, q := range r {
					if q[1] > low && q[1] < high {
						out = append(out, q[1])
					}
					if k > 0 && math.Min(r[k-1][1], q[1]) < high && math.Max(r[k-1][1], q[1]) > low {
						edges = append(edges, edge{r[k-1], q, n})
					}
				}
			}
		}
	}
	for i, e := range edges {
		for _, f := range edges[:i] {
			if f.polygon == e.polygon || math.Max(f.a[0], f.b[0]) < math.Min(e.a[0], e.b[0]) || math.Min(f.a[0], f.b[0]) > math.Max(e.a[0], e.b[0]) {
				continue
			}
			if t, ok := transit.Meets(e.a, e.b, f.a, f.b); ok {
				if y := e.a[1] + t*(e.b[1]-e.a[1]); y > low && y < high {
					out = append(out, y)
				}
			}
		}
	}
	return out
}

// join merges spans that touch.
func join(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.lo <= out[n-1].hi+1e-6 {
			out[n-1].hi = math.Max(out[n-1].hi, s.hi)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// crossing is where the edges of ground are met in the middle of a slice, and how far they reach within it.
type crossing struct {
	x, lo, hi float64
	polygon   int
	seen      bool
}

// slice are the spans of a slice without corners in it, in which the middle is ground that is not seen; each is as long as its trapezoid.
func slice(ground, seen []orb.Polygon, low, high float64) (out []span) {
	mid := (low + high) / 2
	var all []crossing
	add := func(polygons []orb.Polygon, seen bool) {
		for i, p := range polygons {
			for _, r := range p {
				for k := 0; k+1 < len(r); k++ {
					a, b := r[k], r[k+1]
					if (a[1] > mid) == (b[1] > mid) {
						continue
					}
					at := func(y float64) float64 { return a[0] + (b[0]-a[0])*(y-a[1])/(b[1]-a[1]) }
					x1, x2 := at(low), at(high)
					all = append(all, crossing{at(mid), math.Min(x1, x2), math.Max(x1, x2), i, seen})
				}
			}
		}
	}
	add(ground, false)
	add(seen, true)
	slices.SortFunc(all, func(a, b crossing) int { return cmp.Compare(a.x, b.x) })
	in, hidden := map[int]bool{}, map[int]bool{}
	needed := func() bool { return len(in) > 0 && len(hidden) == 0 }
	toggle := func(m map[int]bool, i int) {
		if m[i] {
			delete(m, i)
		} else {
			m[i] = true
		}
	}
	var from float64
	for _, c := range all {
		was := needed()
		if c.seen {
			toggle(hidden, c.polygon)
		} else {
			toggle(in, c.polygon)
		}
		switch is := needed(); {
		case is && !was:
			from = c.lo
		case was && !is:
			out = append(out, span{math.Min(from, c.x), c.hi})
		}
	}
	return out
}

// turned is a frame turned so that lines of one direction lie along its first axis.
type turned struct{ sin, cos float64 }

func turn(directionDeg float64) turned {
	s, c := math.Sincos(directionDeg * math.Pi / 180)
	return turned{s, c}
}

func (t turned) to(p orb.Point) orb.Point {
	return orb.Point{p[0]*t.cos + p[1]*t.sin, -p[0]*t.sin + p[1]*t.cos}
}

func (t turned) back(p orb.Point) orb.Point {
	return orb.Point{p[0]*t.cos - p[1]*t.sin, p[0]*t.sin + p[1]*t.cos}
}

func (t turned) polygons(all []orb.Polygon) []orb.Polygon {
	out := make([]orb.Polygon, len(all))
	for i, p := range all {
		out[i] = make(orb.Polygon, len(p))
		for j, r := range p {
			out[i][j] = make(orb.Ring, len(r))
			for k, q := range r {
				out[i][j][k] = t.to(q)
			}
		}
	}
	return out
}
