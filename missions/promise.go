package missions

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"github.com/harrier-patrol/harrier/missions/transit"
)

// A request's ground is asked for at so many places at least and at most, about so far apart, to say how much of it is seen.
const fewSamples, manySamples, samplesM = 400, 20000, 40

// promise says what the flights of a plan will have seen of each request.
func (p *planner) promise(out *Plan, left map[int]bool) {
	var tree rtree.RTreeG[flown]
	served := map[int]map[int]bool{} // by request, flights
	for f := range out.Flights {
		if s := &out.Flights[f]; s.Struck {
			for r := range p.requests {
				if _, gone := p.left[r]; !gone && s.asked(&p.requests[r]) {
					p.left[r] = "flight " + s.ID + ", which was to show it, was taken off the day by hand"
				}
			}
			continue
		}
		for _, k := range out.Flights[f].Jobs {
			for _, l := range p.jobs[k].looks {
				b := l.bound()
				tree.Insert(b.Min, b.Max, flown{l, f})
			}
			for _, r := range p.jobs[k].requests {
				if served[r] == nil {
					served[r] = map[int]bool{}
				}
				served[r][f] = true
			}
		}
	}
	lost := map[int]float64{} // requests with jobs that nobody flies, and how long those take, seconds
	for k := range left {
		for _, r := range p.jobs[k].requests {
			lost[r] += p.jobs[k].takesS
		}
	}
	for f := range out.Flights { // those that are kept say what they served before
		out.Flights[f].Serves = nil
	}
	for r := range p.requests {
		s, gone := lost[r]
		out.Promises = append(out.Promises, p.promiseOf(out, r, &tree, served[r], gone, s))
	}
	for i := range out.Flights {
		f := &out.Flights[i]
		slices.SortStableFunc(f.Serves, func(a, b Service) int { return cmp.Compare(b.Share, a.Share) })
	}
}

type flown struct {
	look   look
	flight int
}

func (p *planner) promiseOf(out *Plan, r int, tree *rtree.RTreeG[flown], served map[int]bool, lost bool, lostS float64) Promise {
	q := &p.requests[r]
	m := Promise{Request: q.ID, Department: q.Department, GSDCM: p.gsdCM(q)}
	by := map[int]int{}
	of, seen := 0, 0
	if q.View == Nadir && len(served) > 0 {
		ground := p.polygons(q)
		m2 := 0.0
		for _, x := range ground {
			m2 += areaM2(x)
		}
		sampled(ground, int(math.Max(fewSamples, math.Min(manySamples, m2/samplesM/samplesM))), func(at orb.Point) {
			of++
			flights := map[int]bool{} // who sees it, however often
			tree.Search(at, at, func(_, _ [2]float64, l flown) bool {
				if served[l.flight] && l.look.gsdCM <= m.GSDCM+1e-9 && l.look.sees(at) {
					flights[l.flight] = true
				}
				return true
			})
			for f := range flights {
				by[f]++
			}
			if len(flights) > 0 {
				seen++
			}
		})
	} else if s, taken := p.sides[r]; taken && len(served) > 0 {
		of, seen, m.GSDCM = s.wanted, s.taken, s.gsdCM
		for f := range served {
			by[f] = s.taken
		}
	}
	if of > 0 {
		m.Share = float64(seen) / float64(of)
	}
	for f := range served {
		n := by[f]
		if n == 0 {
			continue // it passes beside it
		}
		fl := &out.Flights[f]
		fl.Serves = append(fl.Serves, Service{q.ID, float64(n) / float64(of)})
		m.Flights = append(m.Flights, fl.ID)
		if end := fl.At.Add(fl.Takes); end.After(m.Done) {
			m.Done = end
		}
	}
	slices.Sort(m.Flights)
	if m.Share < Whole {
		if m.Why = p.left[r]; m.Why == "" {
			m.Why = p.whyNot(r, lost, lostS)
		}
	}
	return m
}

// Whole is from which share on a request is told as seen as a whole: its border is sampled.
const Whole = 0.995

// coarser is how much coarser a resolution is named that would be met sooner: strips are then as much further apart.
const coarser = 1.5

// whyNot says why not all of a request is promised, and what would meet it at the least cost. lost says that jobs of it are flown by nobody, and
// lostS how long those take, with what others asked for of the same ground.
func (p *planner) whyNot(r int, lost bool, lostS float64) string {
	polygons := p.polygons(&p.requests[r])
	c := boundOf(polygons).Center()
	if lost {
		near, at, blocked := math.Inf(1), -1, ""
		for d := range p.docks {
			if p.docks[d].Blocked != "" {
				blocked = p.docks[d].SN + ": " + p.docks[d].Blocked
			}
			if m := planar.Distance(c, p.starts[d]); p.docks[d].Blocked == "" && m < near {
				near, at = m, d
			}
		}
		switch {
		case at < 0:
			return "no dock flies this day; " + blocked
		case near > ServiceRadiusM(p.docks[at].Model):
			return fmt.Sprintf("no dock reaches it: the nearest, %s, is %.1f km off, and flies %.0f km; a further dock, or a mobile one, would", p.docks[at].SN, near/1000, ServiceRadiusM(p.docks[at].Model)/1000)
		}
		way := 2 * near / transitMS
		cost := fmt.Sprintf("about %.0f min more in the air from %s, %.1f km off", math.Ceil((way+lostS)/60), p.docks[at].SN, near/1000)
		if g := p.gsdCM(&p.requests[r]); p.requests[r].View == Nadir && g*coarser <= coarsestCM {
			cost += fmt.Sprintf("; at %.3g cm a pixel about %.0f min", g*coarser, math.Ceil((way+lostS/coarser)/60))
		}
		return "the docks that reach it have no time left for it in its hours; it would take " + cost
	}
	if p.requests[r].View != Nadir {
		return "some of its stills would be taken from where must not be flown, or from lower than is safe"
	}
	for _, f := range p.closed {
		ring := orb.Polygon{p.frame.Ring(f.Polygon[0])}
		b := ring.Bound().Pad(KeepM)
		for _, x := range polygons {
			if b.Intersects(x.Bound()) {
				return fmt.Sprintf("part of it lies in or beside the fence %s (%s)", strings.TrimSpace(f.ID+" "+f.Name), f.Kind)
			}
		}
	}
	if p.day.Buildings == nil || p.day.Buildings.Len() == 0 {
		return "a strip at its border, or at a bend of its line, is not seen"
	}
	return "part of it lies at its border, or beside what is too high to fly over"
}

// sampled calls each with about n places that lie evenly in polygons, each place once; of a polygon that none falls into its middle.
func sampled(polygons []orb.Polygon, n int, each func(orb.Point)) {
	m2 := 0.0
	for _, x := range polygons {
		m2 += areaM2(x)
	}
	step := math.Max(math.Sqrt(m2/float64(n)), 1)
	done := map[[2]int]bool{}
	for _, x := range polygons {
		b := x.Bound()
		found := false
		for i := int(math.Floor(b.Min[0] / step)); i <= int(math.Floor(b.Max[0]/step)); i++ {
			for k := int(math.Floor(b.Min[1] / step)); k <= int(math.Floor(b.Max[1]/step)); k++ {
				if q := (orb.Point{(float64(i) + 0.5) * step, (float64(k) + 0.5) * step}); transit.Holds(x, q) {
					if found = true; !done[[2]int{i, k}] {
						done[[2]int{i, k}] = true
						each(q)
					}
				}
			}
		}
		if !found {
			each(b.Center())
		}
	}
}

// areaM2 is the area of a polygon in metres; of a flat one a square metre, so that it counts for something.
func areaM2(x orb.Polygon) float64 { return math.Max(math.Abs(planar.Area(x)), 1) }
