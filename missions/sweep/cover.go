package sweep

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// directions are tried at every so many degrees, besides those of the ground's own edges.
const everyDeg, edgesTried, ordersTried = 15, 12, 4

// Cover finds the direction in which ground is covered by the shortest way, and the lines in the order to fly them.
func Cover(ground []orb.Polygon, o Options, seed uint64) []Line {
	type try struct {
		lines []Line
		m     float64
	}
	var tries []try
	for _, d := range directions(ground) {
		lines := Lines(ground, d, o)
		m := 0.0
		for _, l := range lines {
			m += l.LengthM() + o.SpacingM // and the way to the next
		}
		if len(lines) > 0 {
			tries = append(tries, try{lines, m})
		}
	}
	slices.SortStableFunc(tries, func(a, b try) int { return cmp.Compare(a.m, b.m) })
	var best []Line
	least := math.Inf(1)
	for _, t := range tries[:min(len(tries), ordersTried)] {
		k := order(t.lines, o.Space, seed)
		m := k.lengthM()
		for _, l := range t.lines {
			m += l.LengthM()
		}
		if m < least {
			best, least = nil, m
			for _, x := range k.at {
				l := t.lines[x/2]
				if x%2 == 1 {
					l = Line{l.B, l.A}
				}
				best = append(best, l)
			}
		}
	}
	return best
}

// directions are those of the longest edges, and others at even steps, degrees from 0 to 180.
func directions(ground []orb.Polygon) []float64 {
	type side struct{ deg, m float64 }
	var sides []side
	for _, p := range ground {
		for _, r := range p {
			for k := 0; k+1 < len(r); k++ {
				dx, dy := r[k+1][0]-r[k][0], r[k+1][1]-r[k][1]
				if m := math.Hypot(dx, dy); m > 0 {
					sides = append(sides, side{math.Mod(math.Atan2(dy, dx)*180/math.Pi+360, 180), m})
				}
			}
		}
	}
	slices.SortStableFunc(sides, func(a, b side) int { return cmp.Compare(b.m, a.m) })
	var out []float64
	for d := 0.0; d < 180; d += everyDeg {
		out = append(out, d)
	}
	for _, s := range sides[:min(len(sides), edgesTried)] {
		out = append(out, s.deg)
	}
	slices.Sort(out)
	return slices.CompactFunc(out, func(a, b float64) bool { return math.Abs(a-b) < 0.5 })
}
