package sweep

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/missions/transit"
)

// star is a polygon round a middle whose corners lie between a third and the whole of a radius away, metres.
func star(rng *rand.Rand, c orb.Point, radius float64, corners int) orb.Ring {
	a := make([]float64, corners)
	for i := range a {
		a[i] = (float64(i) + 0.8*rng.Float64()) * 2 * math.Pi / float64(corners)
	}
	var r orb.Ring
	for _, x := range a {
		d := radius * (0.4 + 0.6*rng.Float64())
		r = append(r, orb.Point{c[0] + d*math.Cos(x), c[1] + d*math.Sin(x)})
	}
	return append(r, r[0])
}

// field is a random polygon with up to four holes.
func field(rng *rand.Rand) orb.Polygon {
	p := orb.Polygon{star(rng, orb.Point{}, 400+1200*rng.Float64(), 5+rng.IntN(10))}
	for range rng.IntN(5) {
		b := p[0].Bound()
		c := orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
		h := star(rng, c, 60+200*rng.Float64(), 4+rng.IntN(5))
		slices.Reverse(h)
		ok := true
		for i, q := range h {
			ok = ok && planar.PolygonContains(p, q)
			if i > 0 { // and its sides stay clear of the others
				for k := 0.0; k < 1; k += 0.05 {
					ok = ok && planar.PolygonContains(p, orb.Point{h[i-1][0] + k*(q[0]-h[i-1][0]), h[i-1][1] + k*(q[1]-h[i-1][1])})
				}
			}
		}
		for _, r := range p {
			for _, q := range r {
				ok = ok && !planar.RingContains(h, q)
			}
		}
		if ok {
			p = append(p, h)
		}
	}
	return p
}

// along are places on a way, at most step metres apart.
func along(way orb.LineString, step float64) (out []orb.Point) {
	for i := 0; i+1 < len(way); i++ {
		n := math.Max(1, math.Ceil(math.Hypot(way[i+1][0]-way[i][0], way[i+1][1]-way[i][1])/step))
		for k := 0.0; k < n; k++ {
			out = append(out, orb.Point{way[i][0] + (way[i+1][0]-way[i][0])*k/n, way[i][1] + (way[i+1][1]-way[i][1])*k/n})
		}
	}
	return append(out, way[len(way)-1])
}

// wayOf is the whole way along lines in their order.
func wayOf(t testing.TB, lines []Line, space *transit.Space) (way orb.LineString) {
	t.Helper()
	for i, l := range lines {
		if i > 0 {
			w := space.From(lines[i-1].B).Way(l.A)
			if w == nil {
				t.Fatalf("no way from line %d to the next", i-1)
			}
			way = append(way, w...)
		}
		way = append(way, l.A, l.B)
	}
	return way
}

func lengthM(way orb.LineString) float64 { return planar.Length(way) }

// All of the ground is seen, and the way stays over it.
func TestCoverSeesAllAndStays(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const spacing = 60
	var ratios []float64
	for n := range 60 {
		p := field(rng)
		space := transit.New(nil, 0, orb.MultiPolygon{p}, spacing/2)
		lines := Cover([]orb.Polygon{p}, Options{SpacingM: spacing, AheadM: spacing / 2, Space: space}, 1)
		way := wayOf(t, lines, space)
		for _, q := range along(way, 3) {
			if d := -planar.DistanceFrom(p, q); !planar.PolygonContains(p, q) && math.Abs(d) > spacing/2+1e-3 {
				t.Fatalf("polygon %d: the way is %.1f m outside of it at %.1f", n, d, q)
			}
		}
		missed, of := 0, 0
		b := p.Bound()
		for x := b.Min[0]; x < b.Max[0]; x += 15 {
			for y := b.Min[1]; y < b.Max[1]; y += 15 {
				q := orb.Point{x, y}
				if !planar.PolygonContains(p, q) {
					continue
				}
				of++
				if !slices.ContainsFunc(lines, func(l Line) bool { return l.sees(q, spacing/2, spacing/2) }) {
					missed++
				}
			}
		}
		if missed > 0 {
			t.Errorf("polygon %d: %d of %d places are not seen", n, missed, of)
		}
		ratios = append(ratios, lengthM(way)/(planar.Area(p)/spacing))
	}
	slices.Sort(ratios)
	// area / spacing is what a field without borders takes; each turn adds to it
	if median := ratios[len(ratios)/2]; median > 1.12 {
		t.Errorf("in the median the way is %.3f times area / spacing", median)
	}
	t.Logf("way by area / spacing: median %.3f, 95 %% %.3f, most %.3f", ratios[len(ratios)/2], ratios[len(ratios)*95/100], ratios[len(ratios)-1])
}

// Of ground that overlaps, and some of which is seen anyway, all the rest is seen, by a shorter way.
func TestWhatIsSeenAnywayIsLeftOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const spacing = 60
	shorter := 0
	for n := range 40 {
		ground := []orb.Polygon{field(rng), {star(rng, orb.Point{300, 200}, 500, 7)}}
		seen := []orb.Polygon{{star(rng, orb.Point{200 * rng.Float64(), 0}, 300+300*rng.Float64(), 9)}, {star(rng, orb.Point{-200, 100}, 350, 5)}}
		all := Lines(ground, 30, Options{SpacingM: spacing})
		lines := Lines(ground, 30, Options{SpacingM: spacing, Seen: seen})
		m := func(lines []Line) (m float64) {
			for _, l := range lines {
				m += l.LengthM()
			}
			return m
		}
		if m(lines) < 0.98*m(all) {
			shorter++
		}
		in := func(polygons []orb.Polygon, q orb.Point) bool {
			return slices.ContainsFunc(polygons, func(p orb.Polygon) bool { return planar.PolygonContains(p, q) })
		}
		for x := -1700.0; x < 1700; x += 11 {
			for y := -1700.0; y < 1700; y += 11 {
				if q := (orb.Point{x, y}); in(ground, q) && !in(seen, q) && !slices.ContainsFunc(lines, func(l Line) bool { return l.sees(q, spacing/2, 1e-3) }) {
					t.Fatalf("set %d: %.0f is asked for, seen by nobody else, and left out", n, q)
				}
			}
		}
	}
	if shorter < 30 {
		t.Errorf("in %d of 40 sets it is shorter", shorter)
	}
}

// Lines and the ways between them never come nearer to a fence than the margin.
func TestCoverKeepsOutOfFences(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const spacing, margin = 60, 22
	for n := range 40 {
		p := field(rng)
		var out []orb.Polygon
		for range 1 + rng.IntN(4) {
			b := p.Bound()
			c := orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
			out = append(out, orb.Polygon{star(rng, c, 40+250*rng.Float64(), 3+rng.IntN(7))})
		}
		space := transit.New(out, margin, nil, 0)
		lines := Cover([]orb.Polygon{p}, Options{SpacingM: spacing, AheadM: spacing / 4, Space: space}, 1)
		if len(lines) == 0 {
			continue
		}
		for _, q := range along(wayOf(t, lines, space), 2) {
			for _, f := range out {
				if d := planar.DistanceFrom(f, q); planar.PolygonContains(f, q) || math.Abs(d) < margin-0.01 {
					t.Fatalf("polygon %d: the way comes within %.2f m of a fence at %.1f", n, math.Abs(d), q)
				}
			}
		}
	}
}

// sees says whether a line shows a place: at most so far to its sides and ahead of its ends.
func (l Line) sees(q orb.Point, side, ahead float64) bool {
	d := l.LengthM()
	u := orb.Point{(l.B[0] - l.A[0]) / d, (l.B[1] - l.A[1]) / d}
	x, y := q[0]-l.A[0], q[1]-l.A[1]
	s, h := x*u[0]+y*u[1], math.Abs(-x*u[1]+y*u[0])
	return h <= side+1e-6 && s >= -ahead-1e-6 && s <= d+ahead+1e-6
}
