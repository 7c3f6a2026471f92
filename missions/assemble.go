package missions

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"github.com/harrier-patrol/harrier/missions/tour"
	"github.com/harrier-patrol/harrier/missions/transit"
)

// neighbours are so many jobs among whose tours a place for another is looked for.
const neighbours = 40

// climbsS is how long it takes up to a height.
func climbsS(heightM float64) float64 { return heightM / climbMS }

// burn is how much faster the battery is used than in still air: the reserve for wind that the calendar forecasts with, or what the wind of the
// day takes (a rotor's power grows with the square of the wind against it; half as much again at 12 m/s).
func burn(windMS float64) float64 {
	return math.Max(windReserve, 1.1*(1+0.5*(windMS/12)*(windMS/12)))
}

// flightS is the longest flight of a dock, seconds: what is over must still hold its reserve.
func (d Dock) flightS(windMS float64) float64 {
	reserve := cmp.Or(d.Reserve, usualReserve)
	return PowerOf(d.Model).FlightMin * 60 * (100 - reserve) / 100 / burn(windMS)
}

// slackShare is what is left of the longest flight for ways that turn out longer than they were searched with.
const slackShare = 0.97

// ServiceRadiusM is how far from its dock an aircraft may fly (DJI's specifications of Dock 1 to 3).
func ServiceRadiusM(model string) float64 {
	if strings.HasPrefix(model, "M30") {
		return 7000
	}
	return 10000
}

// ReachM is how long the way to a place may be from which an aircraft still comes home with its reserve, after it has stayed there to work.
func ReachM(model string, work time.Duration, windMS float64) float64 {
	left := Dock{Model: model}.flightS(windMS) - work.Seconds() - 2*climbsS(highestM) - 2*turnTakes.Seconds()
	return math.Max(0, math.Min(ServiceRadiusM(model), left/2*transitMS))
}

// problem is what the search for tours is given: all jobs but those of flights that are kept.
func (p *planner) problem(kept []Planned) *tour.Problem {
	out := &tour.Problem{}
	p.depots = nil
	for i := range p.docks {
		for _, w := range p.windows(i, kept) {
			out.Depots = append(out.Depots, w)
			p.depots = append(p.depots, i)
		}
	}
	n := len(p.jobs)
	var tree rtree.RTreeG[int]
	done := map[int]bool{}
	for _, f := range kept {
		for _, j := range f.Jobs {
			done[j] = true
		}
	}
	for i := range p.jobs {
		j := &p.jobs[i]
		t := tour.Job{TakesS: j.takesS, Open: j.open, Close: j.shut, Worth: j.worth}
		if done[i] { // nobody needs to do it again, and it is worth nothing
			t.Worth = 0
		}
		out.Jobs = append(out.Jobs, t)
		tree.Insert(j.entry(), j.entry(), i)
	}
	out.Near = make([][]int, n)
	for i := range p.jobs {
		q := p.jobs[i].exit()
		tree.Nearby(rtree.BoxDist[float64, int](q, q, nil), func(_, _ [2]float64, k int, _ float64) bool {
			if k != i {
				out.Near[i] = append(out.Near[i], k)
			}
			return len(out.Near[i]) < neighbours
		})
	}
	w := p.ways(out.Near)
	out.Between = w.between
	out.Out = func(d, j int) float64 { return w.out[p.depots[d]][j] }
	out.Home = func(d, j int) float64 { return w.in[p.depots[d]][j] }
	return out
}

// shortestWindowS is how much time between flights that are kept is worth to be looked at, seconds.
const shortestWindowS = 600

// windows are when a dock can fly, round the flights that it keeps: each is a depot of its own. Before a flight that is kept it is charged again, whatever
// was flown before it.
func (p *planner) windows(dock int, kept []Planned) (out []tour.Depot) {
	d := p.docks[dock]
	rest := d.between(0, p.day.WindMS).Seconds()
	one := tour.Depot{FlightS: d.flightS(p.day.WindMS) * slackShare, RestS: rest, RestShare: d.between(time.Second, p.day.WindMS).Seconds() - rest}
	if d.Blocked != "" {
		one.FlightS = 0
	}
	own := slices.DeleteFunc(slices.Clone(kept), func(f Planned) bool { return f.Dock != d.SN || f.Struck })
	slices.SortFunc(own, func(a, b Planned) int { return a.At.Compare(b.At) })
	from := p.now
	for _, f := range own {
		if until := f.At.Sub(p.day.Begin).Seconds() - rest - one.RestShare*one.FlightS; until-from >= shortestWindowS {
			w := one
			w.From, w.Until = from, until
			out = append(out, w)
		}
		from = math.Max(from, f.At.Add(f.Takes).Add(d.between(f.Takes, p.day.WindMS)).Sub(p.day.Begin).Seconds())
	}
	one.From, one.Until = from, p.day.End.Sub(p.day.Begin).Seconds()
	return append(out, one)
}

// ways are how long the ways between jobs take, and to and from docks, round what must not be flown through.
type ways struct {
	longer  []map[int]float64 // of near jobs, where the straight way is none, seconds
	out, in [][]float64       // by dock and job
	entries []orb.Point
	exits   []orb.Point
	airs    []air
}

func (p *planner) ways(near [][]int) *ways {
	w := &ways{longer: make([]map[int]float64, len(p.jobs))}
	for i := range p.jobs {
		j := &p.jobs[i]
		w.entries, w.exits, w.airs = append(w.entries, j.entry()), append(w.exits, j.exit()), append(w.airs, j.air())
	}
	for i := range p.jobs {
		for _, k := range near[i] {
			clear := p.at(w.way(i, k)).Clear(w.exits[i], w.entries[k])
			bends := p.bendsS(w.exits[i], w.entries[k])
			if clear && bends == 0 {
				continue
			}
			if w.longer[i] == nil {
				w.longer[i] = map[int]float64{}
			}
			if w.longer[i][k] = math.Inf(1); clear {
				w.longer[i][k] = w.straight(i, k) + bends
			}
		}
		if w.longer[i] == nil {
			continue
		}
		trees := map[air]*transit.Tree{}
		for k, s := range w.longer[i] {
			if !math.IsInf(s, 1) {
				continue
			}
			a := w.way(i, k)
			if trees[a] == nil {
				trees[a] = p.at(a).From(w.exits[i])
			}
			if m, ok := trees[a].LengthM(w.entries[k]); ok {
				w.longer[i][k] = legS(m, w.airs[k].heightM-w.airs[i].heightM, transitMS) + p.bendsS(w.exits[i], w.entries[k])
			}
		}
	}
	for d := range p.docks {
		radius := ServiceRadiusM(p.docks[d].Model)
		spaces := map[air]func(orb.Point) float64{}
		way := func(j int, q orb.Point) float64 {
			if planar.Distance(q, p.starts[d]) > radius || p.docks[d].Blocked != "" {
				return math.Inf(1)
			}
			a := w.airs[j]
			if spaces[a] == nil {
				tree := p.at(a).From(p.starts[d])
				spaces[a] = func(q orb.Point) float64 {
					m, ok := tree.LengthM(q)
					if !ok {
						return math.Inf(1)
					}
					return m
				}
			}
			return legS(spaces[a](q), a.heightM, transitMS) + p.bendsS(p.starts[d], q)
		}
		out, in := make([]float64, len(p.jobs)), make([]float64, len(p.jobs))
		for j := range p.jobs {
			out[j], in[j] = way(j, w.entries[j]), way(j, w.exits[j])
			for _, s := range p.jobs[j].stops {
				if planar.Distance(s.at, p.starts[d]) > radius {
					out[j] = math.Inf(1)
				}
			}
		}
		w.out, w.in = append(w.out, out), append(w.in, in)
	}
	return w
}

// way is the air of the way between two jobs: as high as the first, and where fences hold at times when one of the two is flown then.
func (w *ways) way(i, k int) air {
	return air{w.airs[i].heightM, w.airs[i].timed || w.airs[k].timed}
}

func (w *ways) between(i, k int) float64 {
	if s, ok := w.longer[i][k]; ok {
		return s
	}
	return w.straight(i, k)
}

// straight is how long the way between two jobs takes where nothing stands in it.
func (w *ways) straight(i, k int) float64 {
	return legS(planar.Distance(w.exits[i], w.entries[k]), w.airs[k].heightM-w.airs[i].heightM, transitMS)
}

// assemble makes the flight of a tour; why says why it cannot be flown.
func (p *planner) assemble(t tour.Tour) (f Planned, why string) {
	d := p.docks[t.Depot]
	home := p.starts[t.Depot]
	var stops []stop
	var of []int // the job of each stop, -1 between
	add := func(s stop, job int) {
		stops, of = append(stops, s), append(of, job)
	}
	// go on to a place, round what must not be flown through; the ways are flown as high as the higher end
	to := func(from, q orb.Point, a air) bool {
		way := p.at(a).From(from).Way(q)
		for i, c := range way {
			if i > 0 {
				for _, b := range p.bends(way[i-1], c, groundOnWaysM) {
					add(stop{at: b, heightM: a.heightM, speedMS: transitMS, pitchDeg: -90}, -1)
				}
			}
			if i > 0 && i < len(way)-1 {
				add(stop{at: c, heightM: a.heightM, speedMS: transitMS, pitchDeg: -90}, -1)
			}
		}
		return way != nil
	}
	at, before := home, air{}
	for _, k := range t.Jobs {
		j := &p.jobs[k]
		way := air{j.heightM, j.timed || before.timed} // it is held against what stands there at its lower end
		if before.heightM > 0 {
			way.heightM = math.Min(way.heightM, before.heightM)
		}
		if !to(at, j.entry(), way) {
			return f, "there is no way to it round what must not be flown through"
		}
		for _, s := range j.stops {
			add(s, k)
		}
		at, before = j.exit(), j.air()
	}
	if !to(at, home, before) {
		return f, "there is no way back from it round what must not be flown through"
	}
	begin := p.day.Begin.Add(time.Duration(t.StartS * float64(time.Second))).Truncate(time.Second)
	f.Dock, f.At, f.Jobs = d.SN, begin, t.Jobs
	f.ID = flightID(d.SN, begin)
	last := home
	for i, s := range stops {
		q := p.degrees(s.at)
		f.Route.Waypoints = append(f.Route.Waypoints, Waypoint{Lon: q[0], Lat: q[1], HeightM: p.takeOffHeightM(s, home), SpeedMS: s.speedMS, PitchDeg: s.pitchDeg, YawDeg: s.yawDeg, Photo: s.photo})
		f.LengthM += planar.Distance(last, s.at)
		last = s.at
		var ids []string
		if of[i] >= 0 && s.look {
			for _, r := range p.jobs[of[i]].requests {
				ids = append(ids, p.requests[r].ID)
			}
		}
		f.Legs = append(f.Legs, ids)
	}
	f.LengthM += planar.Distance(last, home)
	f.Route.Aircraft = aircraftOf(d.Model)
	if len(f.Route.Waypoints) == 1 { // a route has two at least
		f.Route.Waypoints = append(f.Route.Waypoints, f.Route.Waypoints[0])
		f.Legs = append(f.Legs, nil)
	}
	f.Takes = f.Route.Takes(d.At)
	f.Until = begin.Add(StartWindow)
	if f.Takes.Seconds() > d.flightS(p.day.WindMS) {
		return f, fmt.Sprintf("it would take %.0f min, and the battery holds %.0f", f.Takes.Minutes(), d.flightS(p.day.WindMS)/60)
	}
	if w := p.barred(f.Route, begin, begin.Add(f.Takes)); w != "" {
		return f, w
	}
	shut := p.day.End
	for _, k := range t.Jobs {
		for _, r := range p.jobs[k].requests {
			for _, s := range p.requests[r].Scenes {
				if !slices.Contains(f.Scenes, s) {
					f.Scenes = append(f.Scenes, s)
				}
			}
			f.Priority = max(f.Priority, p.requests[r].Priority)
		}
		if s := p.jobs[k].shut; s > 0 {
			if u := p.day.Begin.Add(time.Duration(s * float64(time.Second))); u.Before(shut) {
				shut = u
			}
		}
	}
	switch latest := shut.Add(-f.Takes); { // to start, for it to have ended in time
	case latest.Before(f.At):
		return f, fmt.Sprintf("it would end at %s, and is to have ended by %s", f.At.Add(f.Takes).Format("15:04"), shut.Format("15:04"))
	case latest.Before(f.Until):
		f.Until = latest
	}
	slices.Sort(f.Scenes)
	return f, ""
}

// barred says why a route may not be flown from one time to another; "" where it may. What is closed all day is flown round: only fences that hold at
// times are looked at while it is flown.
func (p *planner) barred(r Route, begin, end time.Time) string {
	why, _ := p.day.Airspace.Clear(r, begin)
	for t := begin.Add(closedStep); why == "" && len(p.timed) > 0 && t.Before(end); t = t.Add(closedStep) {
		why, _ = p.day.Airspace.Clear(r, t)
	}
	if why == "" && len(p.timed) > 0 {
		why, _ = p.day.Airspace.Clear(r, end)
	}
	return why
}

// aircraftOf is the aircraft of a model, without its camera.
func aircraftOf(model string) string {
	for _, a := range dockAircraft {
		if strings.HasPrefix(model, a) {
			return a
		}
	}
	return ""
}
