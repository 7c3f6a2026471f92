package missions

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"github.com/harrier-patrol/harrier/missions/transit"
)

// sampleM is how closely what a job shows is held against the requests.
const sampleM = 25.0

// serve finds out which requests each job serves, also those that it was not made for.
func (p *planner) serve() {
	type area struct {
		request int
		polygon orb.Polygon
	}
	var tree rtree.RTreeG[area]
	for i := range p.requests {
		if _, gone := p.left[i]; gone || p.requests[i].View != Nadir {
			continue
		}
		for _, x := range p.polygons(&p.requests[i]) {
			b := x.Bound()
			tree.Insert(b.Min, b.Max, area{i, x})
		}
	}
	for k := range p.jobs {
		j := &p.jobs[k]
		found := map[int]bool{}
		for _, r := range j.requests {
			found[r] = true
		}
		for _, l := range j.looks {
			bd := l.bound()
			tree.Search(bd.Min, bd.Max, func(_, _ [2]float64, a area) bool {
				r := &p.requests[a.request]
				if !found[a.request] && p.gsdCM(r) >= l.gsdCM-1e-9 && (j.flight == nil || j.flight.answers(r)) && l.shows(a.polygon) {
					found[a.request] = true
				}
				return true
			})
		}
		j.requests = j.requests[:0]
		for r := range found {
			j.requests = append(j.requests, r)
			j.worth += p.worth(&p.requests[r])
		}
		slices.Sort(j.requests)
		j.worth = math.Max(j.worth, 1)
	}
}

// shows says whether a look shows some of a polygon.
func (l look) shows(x orb.Polygon) bool {
	for _, q := range x[0] {
		if l.sees(q) {
			return true
		}
	}
	d := math.Hypot(l.b[0]-l.a[0], l.b[1]-l.a[1])
	ux, uy := 1.0, 0.0
	if d > 0 {
		ux, uy = (l.b[0]-l.a[0])/d, (l.b[1]-l.a[1])/d
	}
	for s := -l.ahead; s <= d+l.ahead; s += sampleM {
		for o := -l.side; o <= l.side; o += sampleM {
			if transit.Holds(x, orb.Point{l.a[0] + s*ux - o*uy, l.a[1] + s*uy + o*ux}) {
				return true
			}
		}
	}
	return false
}
