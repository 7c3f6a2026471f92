package transit

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// lumps are random polygons on a square of 4 by 4 km.
func lumps(rng *rand.Rand, n int) (out []orb.Polygon) {
	for range n {
		c := orb.Point{4000 * rng.Float64(), 4000 * rng.Float64()}
		k := 3 + rng.IntN(8)
		var r orb.Ring
		for i := range k {
			a := (float64(i) + 0.8*rng.Float64()) * 2 * math.Pi / float64(k)
			d := 80 + 300*rng.Float64()
			r = append(r, orb.Point{c[0] + d*math.Cos(a), c[1] + d*math.Sin(a)})
		}
		r = append(r, r[0])
		if rng.IntN(2) == 0 {
			slices.Reverse(r)
		}
		out = append(out, orb.Polygon{r})
	}
	return out
}

// A way keeps its distance from everything that is out, is no longer than one over a fine grid, and no shorter than the straight line.
func TestWaysKeepAwayAndAreShort(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	const margin = 25
	ways, round := 0, 0
	for n := range 40 {
		out := lumps(rng, 1+rng.IntN(12))
		s := New(out, margin, nil, 0)
		a := orb.Point{4000 * rng.Float64(), 4000 * rng.Float64()}
		if !s.Free(a) {
			continue
		}
		tree := s.From(a)
		var places []orb.Point
		for range 30 {
			places = append(places, orb.Point{4000 * rng.Float64(), 4000 * rng.Float64()})
		}
		for _, b := range places {
			way := tree.Way(b)
			m, ok := tree.LengthM(b)
			if (way != nil) != ok {
				t.Fatalf("set %d: a way, and no length", n)
			}
			if !ok {
				continue
			}
			ways++
			sum := 0.0
			for i := 1; i < len(way); i++ {
				sum += planar.Distance(way[i-1], way[i])
				for k := 0.0; k <= 1; k += 1.0 / 64 {
					q := between(way[i-1], way[i], k)
					for _, x := range out {
						if Holds(x, q) {
							t.Fatalf("set %d: the way goes through what is out at %.1f", n, q)
						}
						for e := 1; e < len(x[0]); e++ {
							if d := pointM(q, x[0][e-1], x[0][e]); d < margin-1e-6 {
								t.Fatalf("set %d: the way comes as near as %.3f m", n, d)
							}
						}
					}
				}
			}
			if len(way) > 2 {
				round++
			}
			if math.Abs(sum-m) > 1e-6 || m < planar.Distance(a, b)-1e-6 {
				t.Fatalf("set %d: a way of %.3f m is told as %.3f m; straight it is %.3f m", n, sum, m, planar.Distance(a, b))
			}
			// back it is as long
			if back, ok := s.From(b).LengthM(a); !ok || math.Abs(back-m) > 1e-6 {
				t.Fatalf("set %d: there %.3f m, back %.3f m", n, m, back)
			}
		}
		// what is told to be near is what a way leads to
		for _, reach := range []float64{500, 1500, 3000} {
			var want []int32
			for i, b := range places {
				if m, ok := tree.LengthM(b); ok && m <= reach {
					want = append(want, int32(i))
				}
			}
			if got := tree.Within(places, reach); !slices.Equal(got, want) {
				t.Fatalf("set %d: within %.0f m are %v, and ways lead to %v", n, reach, got, want)
			}
		}
	}
	if round < 50 {
		t.Errorf("of %d ways %d go round something: too few to prove anything", ways, round)
	}
}

// Parts of a line keep away, and hold all of it that does.
func TestPartsAreAllThatIsFree(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	for n := range 60 {
		s := New(lumps(rng, 8), 20, nil, 0)
		a, b := orb.Point{4000 * rng.Float64(), 0}, orb.Point{4000 * rng.Float64(), 4000}
		parts := s.Parts(a, b)
		for _, p := range parts {
			if !s.Clear(p[0], p[1]) {
				t.Fatalf("set %d: a part is not clear", n)
			}
		}
		for k := 0.0005; k < 1; k += 0.001 {
			q := between(a, b, k)
			in := slices.ContainsFunc(parts, func(p [2]orb.Point) bool { return pointM(q, p[0], p[1]) < 0.05 })
			if s.Free(q) && !in {
				// at the very edge a place may be left out
				if s.Free(between(a, b, k-0.0005)) && s.Free(between(a, b, k+0.0005)) {
					t.Fatalf("set %d: a free place lies in no part", n)
				}
			}
		}
	}
}

// A place in a ring of fences has no way out.
func TestNoWayOutOfARing(t *testing.T) {
	var out []orb.Polygon
	for i := range 8 {
		a, b := float64(i)*math.Pi/4, float64(i+1)*math.Pi/4+0.1
		p := func(r, x float64) orb.Point { return orb.Point{r * math.Cos(x), r * math.Sin(x)} }
		out = append(out, orb.Polygon{{p(500, a), p(600, a), p(600, b), p(500, b), p(500, a)}})
	}
	s := New(out, 20, nil, 0)
	if way := s.From(orb.Point{0, 0}).Way(orb.Point{2000, 0}); way != nil {
		t.Errorf("there is a way: %v", way)
	}
	if way := s.From(orb.Point{0, 0}).Way(orb.Point{100, 100}); len(way) != 2 {
		t.Errorf("within the ring the way is %v", way)
	}
}
