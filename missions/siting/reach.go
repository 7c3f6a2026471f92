package siting

import (
	"context"
	"math"
	"runtime"
	"sync/atomic"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions/transit"
)

// Ground is flyable ground in square pieces.
type Ground struct {
	Frame   geo.Frame
	SideM   float64
	Middles []orb.Point // metres in the frame
	lo      orb.Point
	at      map[[2]int]int
}

// Cut cuts flyable ground (WGS-84) into squares of a side, and leaves out those whose middle lies in a closed area or within margin metres of it.
func Cut(flyable orb.MultiPolygon, closed []orb.Polygon, sideM, marginM float64) *Ground {
	b := flyable.Bound()
	g := &Ground{Frame: geo.NewFrame(b.Center(), 0), SideM: sideM}
	var in orb.MultiPolygon
	for _, p := range flyable {
		q := make(orb.Polygon, len(p))
		for i, r := range p {
			q[i] = g.Frame.Ring(r)
		}
		in = append(in, q)
	}
	space := transit.New(g.Metres(closed), marginM, in, 0)
	lo, hi := g.Frame.To(b.Min, 0), g.Frame.To(b.Max, 0)
	g.lo, g.at = orb.Point{lo.E, lo.N}, map[[2]int]int{}
	for k := 0; lo.N+float64(k)*sideM < hi.N; k++ {
		for i := 0; lo.E+float64(i)*sideM < hi.E; i++ {
			if q := (orb.Point{lo.E + (float64(i)+0.5)*sideM, lo.N + (float64(k)+0.5)*sideM}); space.Free(q) {
				g.at[[2]int{i, k}] = len(g.Middles)
				g.Middles = append(g.Middles, q)
			}
		}
	}
	return g
}

// Metres are polygons in the ground's frame.
func (g *Ground) Metres(all []orb.Polygon) []orb.Polygon {
	out := make([]orb.Polygon, len(all))
	for i, p := range all {
		out[i] = make(orb.Polygon, len(p))
		for k, r := range p {
			out[i][k] = g.Frame.Ring(r)
		}
	}
	return out
}

// At is the piece whose square holds a place (WGS-84), -1 where none does.
func (g *Ground) At(q orb.Point) int {
	v := g.Frame.To(q, 0)
	if i, ok := g.at[[2]int{int(math.Floor((v.E - g.lo[0]) / g.SideM)), int(math.Floor((v.N - g.lo[1]) / g.SideM))}]; ok {
		return i
	}
	return -1
}

// Reach are the pieces to which each candidate (WGS-84) flies a way of at most so many metres, round closed areas by a margin. done is told how
// many candidates are through.
func (g *Ground) Reach(ctx context.Context, candidates []orb.Point, reachM []float64, closed []orb.Polygon, marginM float64, done func(n int)) ([][]int32, error) {
	space := transit.New(g.Metres(closed), marginM, nil, 0)
	out := make([][]int32, len(candidates))
	e, ctx := errgroup.WithContext(ctx)
	e.SetLimit(runtime.NumCPU())
	var ready atomic.Int32
	for j, c := range candidates {
		e.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			v := g.Frame.To(c, 0)
			if at := (orb.Point{v.E, v.N}); space.Free(at) {
				out[j] = space.From(at).Within(g.Middles, reachM[j])
			}
			done(int(ready.Add(1)))
			return nil
		})
	}
	return out, e.Wait()
}

// Share is which share of all ground is reached.
func Share(reached float64, weights []float64) float64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return 0
	}
	return reached / sum
}

// Missed is the dock of a choice without which most is lost, and how much.
func (p *Problem) Missed(docks []int) (dock int, lost float64) {
	m := p.merge()
	s := newSearch(m, len(docks))
	s.measure(docks)
	dock = -1
	for _, j := range docks {
		v := 0.0
		for _, i := range m.reach[j] {
			if s.count[i] == 1 {
				v += m.weight[i]
			}
		}
		if dock < 0 || v > lost {
			dock, lost = j, v
		}
	}
	return dock, lost
}

// Runs are the rows of squares side by side that are in: their south-western and north-eastern corners, metres.
func (g *Ground) Runs(in func(piece int) bool) (out [][2]orb.Point) {
	h := g.SideM / 2 * 1.01 // a little larger, so that no line shows between rows
	for i, q := range g.Middles {
		if !in(i) {
			continue
		}
		if n := len(out); n > 0 && out[n-1][1][1] == q[1]+h && math.Abs(out[n-1][1][0]-(q[0]-h)) < g.SideM/10 {
			out[n-1][1][0] = q[0] + h
		} else {
			out = append(out, [2]orb.Point{{q[0] - h, q[1] - h}, {q[0] + h, q[1] + h}})
		}
	}
	return out
}
