// Package transit finds the shortest way from one place to another through the air that may be flown in. A Space is that air; its From is the
// tree of shortest ways out of a place. Everything is in metres east and north of a flat frame (geo.Frame).
package transit

import (
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
)

// Space is where one may fly.
type Space struct {
	out    []orb.Polygon
	margin float64
	within orb.MultiPolygon
	slack  float64

	outBounds, outEdges, inEdges *rtree.RTreeG[int]
	edges                        []edge // of out, then of within

	nodes []orb.Point // corners that shortest ways may turn at
	once  sync.Once
	ways  [][]float64 // between nodes, infinite where none is straight
}

type edge struct{ a, b orb.Point }

// New is the air that keeps margin metres away from every polygon of out (their holes count as out, too), and leaves within, where it holds
// any, by at most slack metres.
func New(out []orb.Polygon, marginM float64, within orb.MultiPolygon, slackM float64) *Space {
	out = slices.Clone(out)
	for i, p := range out {
		out[i] = p[:1]
	}
	s := &Space{out: out, margin: marginM, within: within, slack: slackM, outBounds: &rtree.RTreeG[int]{}, outEdges: &rtree.RTreeG[int]{}, inEdges: &rtree.RTreeG[int]{}}
	for i, p := range out {
		s.outBounds.Insert(p.Bound().Min, p.Bound().Max, i)
		s.index(p, s.outEdges)
		s.nodes = append(s.nodes, around(p[0], marginM)...)
	}
	for _, p := range within {
		s.index(p, s.inEdges)
		for k, r := range p {
			s.nodes = append(s.nodes, inner(r, k == 0)...)
		}
	}
	s.nodes = slices.DeleteFunc(s.nodes, func(q orb.Point) bool { return !s.Free(q) })
	return s
}

func (s *Space) index(p orb.Polygon, into *rtree.RTreeG[int]) {
	for _, r := range p {
		for k := 0; k+1 < len(r); k++ {
			b := orb.Bound{Min: r[k], Max: r[k]}.Extend(r[k+1])
			into.Insert(b.Min, b.Max, len(s.edges))
			s.edges = append(s.edges, edge{r[k], r[k+1]})
		}
	}
}

// turnStep is how finely a way round a corner is rounded, in radians: the way is at most 1/cos(turnStep/2), 2 %, farther from it than it must be.
const turnStep = math.Pi / 8

// beyond keeps corners of ways a little farther off than the margin, so that rounding never puts them nearer.
const beyond = 1e-3

// around are places round the convex corners of a ring, a margin away.
func around(r orb.Ring, margin float64) (out []orb.Point) {
	n := len(r) - 1
	if n < 3 {
		return nil
	}
	turn := 1.0
	if r.Orientation() == orb.CW {
		turn = -1
	}
	d := (margin + beyond) / math.Cos(turnStep/2)
	for i := range n {
		p, q, t := r[(i+n-1)%n], r[i], r[i+1]
		in, on := math.Atan2(q[1]-p[1], q[0]-p[0]), math.Atan2(t[1]-q[1], t[0]-q[0])
		bend := math.Remainder(on-in, 2*math.Pi) * turn
		if bend <= 1e-9 { // no way turns round what bends inwards
			continue
		}
		from := in - turn*math.Pi/2 // outward of the edge that comes in
		steps := math.Ceil(bend / turnStep)
		for k := 0.0; k < steps; k++ {
			a := from + turn*bend*(k+0.5)/steps
			out = append(out, orb.Point{q[0] + d*math.Cos(a), q[1] + d*math.Sin(a)})
		}
	}
	return out
}

// inner are the corners of a ring of ground that is not to be left, at which shortest ways inside it turn.
func inner(r orb.Ring, outer bool) (out []orb.Point) {
	n := len(r) - 1
	turn := 1.0
	if (r.Orientation() == orb.CW) == outer {
		turn = -1
	}
	for i := range max(n, 0) {
		p, q, t := r[(i+n-1)%n], r[i], r[i+1]
		if cross(q[0]-p[0], q[1]-p[1], t[0]-q[0], t[1]-q[1])*turn < 0 {
			out = append(out, q)
		}
	}
	return out
}

func cross(ax, ay, bx, by float64) float64 { return ax*by - ay*bx }

// Free says whether a place lies in the space.
func (s *Space) Free(p orb.Point) bool {
	return !s.inOut(p) && !s.near(p, p) && (len(s.within) == 0 || s.strays(p) <= s.slack)
}

func (s *Space) inOut(p orb.Point) bool {
	found := false
	s.outBounds.Search(p, p, func(_, _ [2]float64, i int) bool {
		found = Holds(s.out[i], p)
		return !found
	})
	return found
}

// Holds says whether a place lies in a polygon, by the parity of the edges east of it.
func Holds(x orb.Polygon, p orb.Point) bool {
	inside := false
	for _, r := range x {
		for k := 0; k+1 < len(r); k++ {
			a, b := r[k], r[k+1]
			if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
				inside = !inside
			}
		}
	}
	return inside
}

// near says whether a segment comes nearer to what is out than the margin.
func (s *Space) near(a, b orb.Point) bool {
	found := false
	s.along(a, b, s.margin, s.outEdges, func(e edge) bool {
		found = segmentsM(a, b, e.a, e.b) < s.margin || s.margin == 0 && crosses(a, b, e.a, e.b)
		return !found
	})
	return found
}

// pieceM is how long the pieces of a segment are by which edges near it are looked up: the box round a long slanting one holds a whole district.
const pieceM = 2000

// along calls each with the edges whose box comes within d of a segment's, until it returns false; one may come twice.
func (s *Space) along(a, b orb.Point, d float64, in *rtree.RTreeG[int], each func(edge) bool) {
	n := math.Max(1, math.Ceil(math.Hypot(b[0]-a[0], b[1]-a[1])/pieceM))
	for k := 0.0; k < n; k++ {
		p, q := between(a, b, k/n), between(a, b, (k+1)/n)
		box := orb.Bound{Min: p, Max: p}.Extend(q).Pad(d)
		on := true
		in.Search(box.Min, box.Max, func(_, _ [2]float64, i int) bool {
			on = each(s.edges[i])
			return on
		})
		if !on {
			return
		}
	}
}

func between(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t}
}

// strays is how far a place lies outside of within: 0 inside it, and infinitely far where it is farther off than the slack.
func (s *Space) strays(p orb.Point) float64 {
	for _, x := range s.within {
		if Holds(x, p) {
			return 0
		}
	}
	least := math.Inf(1)
	s.along(p, p, s.slack+1e-6, s.inEdges, func(e edge) bool {
		least = math.Min(least, pointM(p, e.a, e.b))
		return true
	})
	if least < 1e-6 { // on its border
		return 0
	}
	return least
}

// Clear says whether the straight way from a to b lies in the space.
func (s *Space) Clear(a, b orb.Point) bool {
	if s.inOut(a) || s.near(a, b) {
		return false
	}
	return len(s.within) == 0 || s.stays(a, b)
}

// shortStepM is by how much a way may get farther out than the slack without being noticed, metres.
const shortStepM = 0.01

// stays says whether a segment leaves within by no more than the slack.
func (s *Space) stays(a, b orb.Point) bool {
	long := math.Hypot(b[0]-a[0], b[1]-a[1])
	if long == 0 {
		return s.strays(a) <= s.slack
	}
	at := []float64{0, 1}
	s.along(a, b, 1e-6, s.inEdges, func(e edge) bool {
		if t, ok := Meets(a, b, e.a, e.b); ok {
			at = append(at, t)
		}
		return true
	})
	slices.Sort(at)
	for k := 0; k+1 < len(at); k++ {
		if (at[k+1]-at[k])*long < 1e-6 || s.strays(between(a, b, (at[k]+at[k+1])/2)) == 0 {
			continue
		}
		// outside: on by so much each time that it cannot get too far off in between
		for t := at[k]; t < at[k+1]; {
			d := s.strays(between(a, b, t))
			if d > s.slack+1e-6 {
				return false
			}
			t += math.Max(s.slack-d, shortStepM) / long
		}
	}
	return true
}

// Meets is where on a–b, from 0 to 1, it meets c–d.
func Meets(a, b, c, d orb.Point) (t float64, ok bool) {
	rx, ry, sx, sy := b[0]-a[0], b[1]-a[1], d[0]-c[0], d[1]-c[1]
	k := cross(rx, ry, sx, sy)
	if k == 0 {
		return 0, false
	}
	t = cross(c[0]-a[0], c[1]-a[1], sx, sy) / k
	u := cross(c[0]-a[0], c[1]-a[1], rx, ry) / k
	return t, t > 0 && t < 1 && u >= 0 && u <= 1
}

// crosses says whether two segments cross in the middle of both: to touch is not to cross.
func crosses(a, b, c, d orb.Point) bool {
	side := func(p, q, r orb.Point) float64 { return cross(q[0]-p[0], q[1]-p[1], r[0]-p[0], r[1]-p[1]) }
	return side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0
}

// segmentsM is the distance of two segments, metres.
func segmentsM(a, b, c, d orb.Point) float64 {
	if crosses(a, b, c, d) {
		return 0
	}
	return math.Min(math.Min(pointM(a, c, d), pointM(b, c, d)), math.Min(pointM(c, a, b), pointM(d, a, b)))
}

// pointM is the distance of a place from a segment, metres.
func pointM(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = math.Max(0, math.Min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l))
	}
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}

// Parts are the parts of the straight way from a to b that keep away from what is out, in order.
func (s *Space) Parts(a, b orb.Point) [][2]orb.Point {
	clear := func(a, b orb.Point) bool { return !s.inOut(a) && !s.near(a, b) }
	if clear(a, b) {
		return [][2]orb.Point{{a, b}}
	}
	long := planar.Distance(a, b)
	if long == 0 {
		return nil
	}
	at := []float64{0, 1}
	s.along(a, b, s.margin, s.outEdges, func(e edge) bool {
		at = append(at, leaves(a, b, e, s.margin)...)
		return true
	})
	slices.Sort(at)
	var out [][2]orb.Point
	for k := 0; k+1 < len(at); k++ {
		lo, hi := at[k]+beyond/long, at[k+1]-beyond/long
		if k == 0 {
			lo = at[k]
		}
		if k+2 == len(at) {
			hi = at[k+1]
		}
		p, q := between(a, b, lo), between(a, b, hi)
		if hi <= lo || !clear(p, q) {
			continue
		}
		if n := len(out); n > 0 && clear(out[n-1][1], p) && planar.Distance(out[n-1][1], p) < 3*beyond {
			out[n-1][1] = q
		} else {
			out = append(out, [2]orb.Point{p, q})
		}
	}
	return out
}

// leaves are where on a–b the distance to an edge is just d.
func leaves(a, b orb.Point, e edge, d float64) (at []float64) {
	dx, dy := b[0]-a[0], b[1]-a[1]
	long := dx*dx + dy*dy
	add := func(t float64) {
		if t > 0 && t < 1 && math.Abs(pointM(between(a, b, t), e.a, e.b)-d) < 1e-6*(1+d) {
			at = append(at, t)
		}
	}
	for _, c := range []orb.Point{e.a, e.b} { // circles round its ends
		fx, fy := a[0]-c[0], a[1]-c[1]
		h := (fx*dx + fy*dy) / long
		if k := h*h - (fx*fx+fy*fy-d*d)/long; k >= 0 {
			add(-h - math.Sqrt(k))
			add(-h + math.Sqrt(k))
		}
	}
	ex, ey := e.b[0]-e.a[0], e.b[1]-e.a[1]
	if l := math.Hypot(ex, ey); l > 0 { // lines beside it
		if k := cross(dx, dy, ex, ey); k != 0 {
			for _, off := range []float64{-d, d} {
				c := orb.Point{e.a[0] - ey/l*off, e.a[1] + ex/l*off}
				add(cross(c[0]-a[0], c[1]-a[1], ex, ey) / k)
			}
		}
	}
	return at
}

// Out are the polygons that the space keeps away from.
func (s *Space) Out() []orb.Polygon { return s.out }
