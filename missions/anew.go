package missions

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/missions/tour"
)

// Anew plans the rest of a day anew from now on, as docks has them now: flights that have begun, and those that are held, stay as they are; what
// blocked docks were to fly goes to neighbours that reach it, and so does what a flight was to show that is not in the plan any more, because it
// failed. Requests may have come or gone since the plan was made; of what is new, the ground that a flight that stays shows in time is not planned
// again. day begins when that of the plan did.
func Anew(ctx context.Context, before *Plan, requests []Request, docks []Dock, day Day, now time.Time) (*Plan, error) {
	p, err := newPlanner(ctx, requests, docks, day)
	if err != nil {
		return nil, err
	}
	var earlier, kept []Planned
	var given []tour.Tour
	for _, f := range before.Flights {
		if !dockName.MatchString(f.ID) {
			return nil, fmt.Errorf("plan anew: %.60q is no flight's name", f.ID)
		}
		if len(f.Legs) != len(f.Route.Waypoints) {
			return nil, fmt.Errorf("plan anew: flight %s has %d legs and %d waypoints: was plan.json changed?", f.ID, len(f.Legs), len(f.Route.Waypoints))
		}
		d := slices.IndexFunc(docks, func(d Dock) bool { return d.SN == f.Dock })
		switch {
		case !f.At.After(now) || f.Struck || f.Held && d >= 0 && docks[d].Blocked == "":
			kept = append(kept, f)
			if f.Earlier {
				earlier = append(earlier, f)
			}
		case d >= 0 && docks[d].Blocked == "" && !f.Earlier:
			given = append(given, tour.Tour{Depot: d, Jobs: f.Jobs})
		}
	}
	p.kept = earlier
	p.cut()
	if p.fingerprint() == before.Cut {
		if err := p.checkJobs(before); err != nil {
			return nil, err
		}
	} else { // other requests, fences or hours: cut anew, round what stays
		for i := range kept {
			kept[i].Earlier = true
		}
		if p, err = newPlanner(ctx, requests, docks, day); err != nil {
			return nil, err
		}
		p.kept, given = kept, nil
		p.cut()
	}
	for i := range kept {
		if kept[i].Earlier {
			kept[i].Jobs = []int{slices.IndexFunc(p.jobs, func(j job) bool { return j.flight != nil && j.flight.ID == kept[i].ID })}
		}
	}
	if day.Steps == 0 {
		p.day.Steps = max(4000, 12*len(p.jobs))
	}
	p.now = math.Max(0, now.Sub(day.Begin).Seconds())
	out := p.fly(kept, given)
	return out, ctx.Err()
}

// checkJobs says whether a plan's flights have the jobs into which its day was cut, each once.
func (p *planner) checkJobs(before *Plan) error {
	done := map[int]bool{}
	for _, f := range before.Flights {
		for _, j := range f.Jobs {
			if j < 0 || j >= len(p.jobs) || done[j] {
				return fmt.Errorf("plan anew: flight %s has piece of work %d, which there is not, or which another has: was plan.json changed?", f.ID, j)
			}
			done[j] = true
		}
	}
	return nil
}

// answers says whether what a flight that is kept sees counts for a request: it looks for all that is asked for, after it was asked and in time.
func (f *Planned) answers(r *Request) bool {
	return !f.Struck && !f.At.Before(r.Asked) && (r.By.IsZero() || !f.Until.Add(f.Takes).After(r.By)) && !slices.ContainsFunc(r.Scenes, func(s string) bool { return !slices.Contains(f.Scenes, s) })
}

// asked says whether a flight was planned for a request.
func (f *Planned) asked(r *Request) bool {
	return slices.ContainsFunc(f.Legs, func(ids []string) bool { return slices.Contains(ids, r.ID) })
}

// looks is what a flight that is kept sees straight down on its legs.
func (p *planner) looks(f *Planned) (out []look) {
	for i := 1; i < len(f.Route.Waypoints); i++ {
		if w := f.Route.Waypoints[i]; len(f.Legs[i]) > 0 && !w.Photo {
			before, h := f.Route.Waypoints[i-1], p.aboveGroundM(f.Dock, w)
			out = append(out, look{p.metres(orb.Point{before.Lon, before.Lat}), p.metres(orb.Point{w.Lon, w.Lat}), p.across(h) / 2, p.ahead(h), p.gsdAtM(h)})
		}
	}
	return out
}

// keptFor are the flights that stay of which what they show counts for a request: in its time, and for what is looked for. So does what one was to
// show that was struck, for the requests that it was planned for.
func (p *planner) keptFor(r *Request, open, shut float64) (out []int) {
	for k := range p.kept {
		f := &p.kept[k]
		begins, ends := f.At.Sub(p.day.Begin).Seconds(), f.Until.Add(f.Takes).Sub(p.day.Begin).Seconds()
		if (f.answers(r) || f.Struck && f.asked(r)) && (open == 0 || begins >= open) && (shut == 0 || ends <= shut) {
			out = append(out, k)
		}
	}
	return out
}

// keptSlackM is by how much more what stays is taken to show, so that no slivers are flown; strips overlap by more.
const keptSlackM = overlapM / 2

// keptGround is what flights that stay show for a batch, well enough.
func (p *planner) keptGround(b *batch) (out []orb.Polygon) {
	for _, k := range b.kept {
		for _, l := range p.looks(&p.kept[k]) {
			if l.gsdCM <= p.gsdAtM(b.heightM)*1.001 { // routes are rounded, and another frame measures a little otherwise
				l.side, l.ahead = l.side+keptSlackM, l.ahead+keptSlackM
				out = append(out, l.polygon())
			}
		}
	}
	return out
}

// polygon is the ground of a look.
func (l look) polygon() orb.Polygon {
	d := math.Hypot(l.b[0]-l.a[0], l.b[1]-l.a[1])
	ux, uy := 1.0, 0.0
	if d > 0 {
		ux, uy = (l.b[0]-l.a[0])/d, (l.b[1]-l.a[1])/d
	}
	corner := func(q orb.Point, along, aside float64) orb.Point {
		return orb.Point{q[0] + along*ux - aside*uy, q[1] + along*uy + aside*ux}
	}
	a, b, c, e := corner(l.a, -l.ahead, -l.side), corner(l.b, l.ahead, -l.side), corner(l.b, l.ahead, l.side), corner(l.a, -l.ahead, l.side)
	return orb.Polygon{{a, b, c, e, a}}
}

// keptStills is how many stills flights that are kept take, or were struck from taking, of a request that is looked at from the side.
func (p *planner) keptStills(r *Request) (n int) {
	for k := range p.kept {
		for i, w := range p.kept[k].Route.Waypoints {
			if w.Photo && slices.Contains(p.kept[k].Legs[i], r.ID) {
				n++
			}
		}
	}
	return n
}

// keep makes a job of each flight that is kept, so that what it shows is told; nobody needs to do it.
func (p *planner) keep() {
	for k := range p.kept {
		f := &p.kept[k]
		j := job{flight: f, heightM: f.Route.Waypoints[0].HeightM, takesS: f.Takes.Seconds()}
		for _, w := range []Waypoint{f.Route.Waypoints[0], f.Route.Waypoints[len(f.Route.Waypoints)-1]} {
			j.stops = append(j.stops, p.straight(p.metres(orb.Point{w.Lon, w.Lat}), w.HeightM, false))
		}
		if !f.Struck {
			j.looks = p.looks(f)
			for i := range p.requests {
				if f.asked(&p.requests[i]) {
					j.requests = append(j.requests, i)
				}
			}
		}
		p.jobs = append(p.jobs, j)
	}
}

// ofDepots are the tours of docks that have one depot in the search, by that depot; where flights that are kept cut a dock's day, its work is put in anew.
func (p *planner) ofDepots(given []tour.Tour) (out []tour.Tour) {
	for _, t := range given {
		first := slices.Index(p.depots, t.Depot)
		if first >= 0 && !slices.Contains(p.depots[first+1:], t.Depot) {
			t.Depot = first
			out = append(out, t)
		}
	}
	return out
}
