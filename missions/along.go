package missions

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
	"github.com/tidwall/rtree"

	"github.com/harrier-patrol/harrier/missions/sweep"
	"github.com/harrier-patrol/harrier/missions/transit"
)

// lineStepM is how closely a line is held against what is seen anyway; simplestM how far it may be straightened.
const lineStepM, simplestM = 25.0, 4.0

// lines flies along lines that are seen in one pass, as far as nobody looks there anyway.
func (p *planner) lines(all []wish, areas []wish) {
	type seen struct {
		wish
		polygon orb.Polygon
	}
	var tree rtree.RTreeG[seen]
	put := func(w wish) {
		for _, x := range w.polygons {
			bd := x.Bound()
			tree.Insert(bd.Min, bd.Max, seen{w, x})
		}
	}
	for _, w := range areas {
		put(w)
	}
	slices.SortStableFunc(all, func(a, b wish) int {
		return cmp.Or(cmp.Compare(a.heightM, b.heightM), cmp.Compare(len(a.kept), len(b.kept)))
	})
	for _, w := range all {
		b := w.batch()
		var keptTree rtree.RTreeG[orb.Polygon]
		for _, x := range p.keptGround(b) {
			bd := x.Bound()
			keptTree.Insert(bd.Min, bd.Max, x)
		}
		known := func(q orb.Point) bool {
			found := false
			tree.Search(q, q, func(_, _ [2]float64, s seen) bool {
				found = s.batch().within(b) && transit.Holds(s.polygon, q)
				return !found
			})
			keptTree.Search(q, q, func(_, _ [2]float64, x orb.Polygon) bool {
				found = found || transit.Holds(x, q)
				return !found
			})
			return found
		}
		beyond := math.Max(0, widthM(&p.requests[w.request])/2*math.Sqrt2-p.ahead(w.heightM))
		for _, l := range p.lineStrings(w.request) {
			p.along(l, b, beyond, known)
		}
		put(w)
	}
}

// lineStrings are the lines of a request in metres.
func (p *planner) lineStrings(request int) (out []orb.LineString) {
	var all orb.MultiLineString
	switch g := p.requests[request].Geometry.(type) {
	case orb.LineString:
		all = orb.MultiLineString{g}
	case orb.MultiLineString:
		all = g
	}
	for _, l := range all {
		m := make(orb.LineString, len(l))
		for i, q := range l {
			m[i] = p.metres(q)
		}
		out = append(out, simplify.DouglasPeucker(simplestM).LineString(m))
	}
	return out
}

// along makes jobs of the parts of a line that nobody looks at; each of its straight pieces is flown so far beyond its ends that its corners are seen.
func (p *planner) along(l orb.LineString, b *batch, beyond float64, known func(orb.Point) bool) {
	across, ahead := p.across(b.heightM), p.ahead(b.heightM)
	space := p.at(air{b.heightM, b.timed})
	var lines []sweep.Line
	for i := 1; i < len(l); i++ {
		d := math.Hypot(l[i][0]-l[i-1][0], l[i][1]-l[i-1][1])
		if d == 0 {
			continue
		}
		ex, ey := (l[i][0]-l[i-1][0])/d*beyond, (l[i][1]-l[i-1][1])/d*beyond
		for _, part := range space.Parts(orb.Point{l[i-1][0] - ex, l[i-1][1] - ey}, orb.Point{l[i][0] + ex, l[i][1] + ey}) {
			n := math.Max(1, math.Ceil(math.Hypot(part[1][0]-part[0][0], part[1][1]-part[0][1])/lineStepM))
			at := func(k float64) orb.Point {
				return orb.Point{part[0][0] + (part[1][0]-part[0][0])*k/n, part[0][1] + (part[1][1]-part[0][1])*k/n}
			}
			from := -1.0
			for k := 0.0; k <= n; k++ {
				if k < n && !known(at(k+0.5)) {
					if from < 0 {
						from = k
					}
				} else if from >= 0 {
					lines = append(lines, sweep.Line{A: at(from), B: at(k)})
					from = -1
				}
			}
		}
	}
	p.jobs = append(p.jobs, p.lineJobs(lines, b, across/2, ahead)...)
}
