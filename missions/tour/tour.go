// Package tour puts jobs together into tours: flights that begin and end at one of several depots, last no longer than a battery, and together
// take as little time as can be found. It knows neither maps nor aircraft, only times in seconds. The search is that of Christiaens and Vanden
// Berghe, "Slack Induction by String Removals" (Transportation Science 54, 2020): strings of neighbouring jobs are taken out of tours that
// lie together, and put back one by one where they cost least, now and then not at the best place.
package tour

import (
	"cmp"
	"math"
	"slices"
)

// Job is done in one go, as part of a tour.
type Job struct {
	TakesS float64 // from where it begins to where it ends
	// Open and Close are when the tour that does it may start at the earliest and must have ended, in seconds of the day.
	Open, Close float64
	// Worth is how many seconds of flight it is worth: with less it is left out.
	Worth float64
}

// Depot is where tours begin and end.
type Depot struct {
	FlightS     float64 // the longest tour
	From, Until float64 // in which tours fly, in seconds of the day
	RestS       float64 // between two tours at least,
	RestShare   float64 // and so much of the time that the first one took
}

// rest is how long a depot is not ready after a tour.
func (d Depot) rest(takes float64) float64 { return d.RestS + d.RestShare*takes }

// Problem is what is to be done, and by whom. Times that are infinite are ways that nobody can fly.
type Problem struct {
	Jobs      []Job
	Depots    []Depot
	Between   func(i, j int) float64     // seconds from the end of job i to the beginning of job j
	Out, Home func(depot, j int) float64 // seconds from a depot's readiness to the beginning of a job; from its end to the landing
	// Near are jobs that lie near each job, nearest first: among their tours a place for it is looked for.
	Near [][]int
}

// Tour is one flight.
type Tour struct {
	Depot  int
	Jobs   []int
	TakesS float64
	StartS float64 // of the day
}

// Solution is what was found.
type Solution struct {
	Tours []Tour // by depot, then by start
	Left  []int  // jobs that are in no tour
	// FlightS are the seconds of all tours, CostS the same and the worth of what is left.
	FlightS, CostS float64
}

// always is the end of a job that has none.
const always = math.MaxFloat64

// run is a tour as it is searched with.
type run struct {
	depot       int
	jobs        []int
	takes       float64
	open, close float64
}

func (r *run) clone() run {
	c := *r
	c.jobs = slices.Clone(r.jobs)
	return c
}

// takes is how long jobs take in this order from a depot.
func (p *Problem) takes(depot int, jobs []int) float64 {
	if len(jobs) == 0 {
		return 0
	}
	t := p.Out(depot, jobs[0]) + p.Home(depot, jobs[len(jobs)-1])
	for i, j := range jobs {
		t += p.Jobs[j].TakesS
		if i > 0 {
			t += p.Between(jobs[i-1], j)
		}
	}
	return t
}

// window is when a tour of these jobs may start and must have ended.
func (p *Problem) window(jobs []int) (open, shut float64) {
	shut = always
	for _, j := range jobs {
		open = math.Max(open, p.Jobs[j].Open)
		if c := p.Jobs[j].Close; c > 0 {
			shut = math.Min(shut, c)
		}
	}
	return open, shut
}

// day puts a depot's tours in an order in which each flies within its time, and says when each starts; ok is false where none is found. What
// must end first goes first; what would make that late waits, or goes before it where there is time for it.
func (d Depot) day(tours []run) (starts []float64, ok bool) {
	slices.SortStableFunc(tours, func(a, b run) int {
		return cmp.Or(cmp.Compare(a.close, b.close), cmp.Compare(a.open, b.open), cmp.Compare(a.takes, b.takes))
	})
	t := d.From
	for n := range tours {
		left := tours[n:]
		next := d.next(t, left)
		r := left[next]
		copy(left[1:next+1], left[:next])
		left[0] = r
		start := math.Max(t, r.open)
		end := start + r.takes
		if end > math.Min(r.close, d.Until)+1e-6 {
			return nil, false
		}
		starts = append(starts, start)
		t = end + d.rest(r.takes)
	}
	return starts, true
}

// next is which of the tours that are left goes on at t: the first, or one that is over before that may start.
func (d Depot) next(t float64, left []run) int {
	first := left[0]
	if first.open <= t {
		return 0
	}
	for i, r := range left[1:] {
		if start := math.Max(t, r.open); start < first.open {
			if ready := start + r.takes + d.rest(r.takes); ready+first.takes <= math.Min(first.close, d.Until) {
				return i + 1
			}
		}
	}
	return 0
}
