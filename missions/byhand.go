package missions

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Move is a plan in which somebody lets a flight begin at another time, and keeps it there. What stands against it is the error: its dock that is not
// ready, a request's time, the end of the day, closed airspace. Requests, docks and day are those of the plan.
func Move(p *Plan, flight string, at time.Time, requests []Request, docks []Dock, day Day) (*Plan, error) {
	out, i, err := p.changed(flight)
	if err != nil {
		return nil, err
	}
	f := &out.Flights[i]
	d := slices.IndexFunc(docks, func(d Dock) bool { return d.SN == f.Dock })
	if d < 0 {
		return nil, fmt.Errorf("there is no dock %s any more", f.Dock)
	}
	at = at.Truncate(time.Second)
	end := at.Add(f.Takes)
	clock := func(t time.Time) string { return t.In(day.Begin.Location()).Format("15:04") }
	if at.Before(day.Begin) || end.After(day.End) {
		return nil, fmt.Errorf("it would be in the air from %s to %s, and flights are from %s to %s", clock(at), clock(end), clock(day.Begin), clock(day.End))
	}
	ready := func(g *Planned) time.Time {
		return g.At.Add(g.Takes).Add(docks[d].between(g.Takes, day.WindMS))
	}
	latest := day.End.Add(-f.Takes)
	for k := range out.Flights {
		g := &out.Flights[k]
		if k == i || g.Dock != f.Dock || g.Struck {
			continue
		}
		switch {
		case !g.At.After(at) && ready(g).After(at):
			return nil, fmt.Errorf("its dock flies %s before, and is charged again at %s", g.ID, clock(ready(g)))
		case g.At.After(at) && end.Add(docks[d].between(f.Takes, day.WindMS)).After(g.At):
			return nil, fmt.Errorf("its dock flies %s at %s, and would not be charged by then", g.ID, clock(g.At))
		}
	}
	for r := range requests {
		q := &requests[r]
		if !f.asked(q) {
			continue
		}
		h, err := geo.ParseHours(q.Hours)
		switch {
		case err != nil:
			return nil, fmt.Errorf("request %s: %w", q.ID, err)
		case !h.Holds(at) || !h.Holds(end):
			return nil, fmt.Errorf("request %s is looked at in its hours only: %s", q.ID, q.Hours)
		case !q.By.IsZero() && end.After(q.By):
			return nil, fmt.Errorf("request %s wants to be seen by %s, and it would end at %s", q.ID, clock(q.By), clock(end))
		}
		if !q.By.IsZero() && q.By.Add(-f.Takes).Before(latest) {
			latest = q.By.Add(-f.Takes)
		}
	}
	if why, _ := day.Airspace.Clear(f.Route, at); day.Airspace.Fences != nil && why != "" {
		return nil, fmt.Errorf("at %s %s", clock(at), why)
	}
	f.ID = ""
	f.ID, f.At, f.Held = out.unused(flightID(f.Dock, at)), at, true
	f.Until = at.Add(StartWindow)
	if latest.Before(f.Until) {
		f.Until = latest
	}
	for m := range out.Promises {
		q := &out.Promises[m]
		if k := slices.Index(q.Flights, flight); k >= 0 {
			q.Flights = slices.Clone(q.Flights)
			q.Flights[k] = f.ID
			q.Done = time.Time{}
			for _, g := range out.Flights {
				if e := g.At.Add(g.Takes); slices.Contains(q.Flights, g.ID) && e.After(q.Done) {
					q.Done = e
				}
			}
		}
	}
	slices.SortStableFunc(out.Flights, func(a, b Planned) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// Strike is a plan in which somebody has taken a flight off the day; Anew says what is promised then.
func Strike(p *Plan, flight string) (*Plan, error) {
	out, i, err := p.changed(flight)
	if err != nil {
		return nil, err
	}
	out.Flights[i].Struck = true
	return out, nil
}

// changed is a copy of a plan to change, with the index of a flight in it.
func (p *Plan) changed(flight string) (out *Plan, i int, err error) {
	i = slices.IndexFunc(p.Flights, func(f Planned) bool { return f.ID == flight && !f.Struck })
	if i < 0 {
		return nil, 0, fmt.Errorf("there is no flight %.80q in this plan", flight)
	}
	c := *p
	c.Flights, c.Promises = slices.Clone(p.Flights), slices.Clone(p.Promises)
	return &c, i, nil
}

// unused is a flight's name that no other of the plan has: one that was struck may have begun at the same second.
func (p *Plan) unused(id string) string {
	for n, name := 2, id; ; n++ {
		if !slices.ContainsFunc(p.Flights, func(f Planned) bool { return f.ID == name }) {
			return name
		}
		name = fmt.Sprintf("%s-%d", id, n)
	}
}

// flightID names a dock's flight of a moment.
func flightID(dock string, at time.Time) string {
	return dock + "-" + at.UTC().Format("20060102T150405")
}

// between is how long a dock needs after a flight until it can begin another: it looks after itself, and charges.
func (d Dock) between(air time.Duration, windMS float64) time.Duration {
	power := PowerOf(d.Model)
	share := 100 / power.FlightMin / power.ChargePerMin * burn(windMS)
	return dockBefore + dockAfter + time.Duration(share*float64(air))
}
