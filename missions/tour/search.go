package tour

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// Options say how long is searched.
type Options struct {
	Seed  uint64
	Steps int // of each of the two searches that run side by side; 0 is Steps(jobs)
	// Given is where to begin: tours of an earlier solution; jobs in none of them are put in.
	Given []Tour
	// Progress is told which share of the search is done; nil for nobody.
	Progress func(share float64)
}

// Steps are so many that more of them bring little.
func Steps(jobs int) int { return max(20000, min(60*jobs, 400000)) }

// How the search goes: two side by side, which meet so often and go on from the better one.
const searchers, meetings = 2, 8

// Parameters of the ruin, and of the annealing in seconds of flight, after the paper; blinks are how often a place is passed over.
const (
	removed   = 10.0
	stringMax = 10.0
	splitRate = 0.5
	keepRate  = 0.01
	blinks    = 0.01
	hot, cold = 60.0, 0.5
	leftTried = 2 // jobs that are in no tour, a step: nothing may hold them
)

// Solve finds tours. The same problem, seed and steps give the same. When ctx ends what was found so far is returned.
func (p *Problem) Solve(ctx context.Context, o Options) Solution {
	steps := o.Steps
	if steps == 0 {
		steps = Steps(len(p.Jobs))
	}
	all := make([]*search, searchers)
	for i := range all {
		all[i] = newSearch(p, rand.New(rand.NewPCG(o.Seed, uint64(i))), o.Given)
	}
	if len(p.Jobs) > 1 {
		for m := range meetings {
			var wg sync.WaitGroup
			for i, s := range all {
				tell := o.Progress
				if i > 0 { // they go side by side
					tell = nil
				}
				wg.Go(func() { s.anneal(ctx, steps/meetings, float64(m)/meetings, float64(m+1)/meetings, tell) })
			}
			wg.Wait()
			best := slices.MinFunc(all, func(a, b *search) int { return cmp.Compare(a.bestCost, b.bestCost) })
			for _, s := range all {
				if s != best {
					s.take(best)
				}
			}
		}
	}
	return p.solution(all[0].best)
}

// solution writes down what a search has found.
func (p *Problem) solution(runs []run) (out Solution) {
	in := make([]bool, len(p.Jobs))
	by := map[int][]run{}
	for _, r := range runs {
		if len(r.jobs) > 0 {
			by[r.depot] = append(by[r.depot], r)
		}
		for _, j := range r.jobs {
			in[j] = true
		}
	}
	for d := range p.Depots {
		starts, _ := p.Depots[d].day(by[d])
		for i, r := range by[d] {
			t := Tour{Depot: d, Jobs: r.jobs, TakesS: r.takes}
			if i < len(starts) {
				t.StartS = starts[i]
			}
			out.Tours = append(out.Tours, t)
			out.FlightS += r.takes
		}
	}
	out.CostS = out.FlightS
	for j, yes := range in {
		if !yes {
			out.Left = append(out.Left, j)
			out.CostS += p.Jobs[j].Worth
		}
	}
	return out
}

// search is one solution that changes, and the best it was.
type search struct {
	p        *Problem
	rng      *rand.Rand
	runs     []run
	at       []int // the run that a job is in, -1 for none
	left     []int // jobs in none
	cost     float64
	best     []run
	bestCost float64

	saved   map[int]run // runs as they were before this step
	stamp   []int       // of runs, and of depots' days
	stamped int
	byDepot [][]int // runs of a depot
	nearest [][]int // depots by how near they are to each job
}

// depotsTried are so many depots at which a new tour for a job is tried.
const depotsTried = 6

func newSearch(p *Problem, rng *rand.Rand, given []Tour) *search {
	s := &search{p: p, rng: rng, at: make([]int, len(p.Jobs)), saved: map[int]run{}, byDepot: make([][]int, len(p.Depots)), nearest: make([][]int, len(p.Jobs))}
	for j := range p.Jobs {
		s.at[j] = -1
		var ds []int
		far := func(d int) float64 { return p.Out(d, j) + p.Home(d, j) }
		for d := range p.Depots {
			if far(d)+p.Jobs[j].TakesS <= p.Depots[d].FlightS {
				ds = append(ds, d)
			}
		}
		slices.SortStableFunc(ds, func(a, b int) int { return cmp.Compare(far(a), far(b)) })
		s.nearest[j] = ds[:min(len(ds), depotsTried)]
	}
	for _, t := range given {
		open, shut := p.window(t.Jobs)
		r := run{t.Depot, slices.Clone(t.Jobs), p.takes(t.Depot, t.Jobs), open, shut}
		k := len(s.runs)
		s.runs = append(s.runs, run{depot: -1})
		if !s.reaches(t.Depot, t.Jobs) || !s.fits(k, r) {
			s.runs = s.runs[:k]
			continue
		}
		s.set(k, r)
		for _, j := range t.Jobs {
			s.at[j] = k
		}
		s.cost += r.takes
	}
	var out []int
	for j := range p.Jobs {
		if s.at[j] < 0 {
			out = append(out, j)
			s.cost += p.Jobs[j].Worth
		}
	}
	s.left = slices.Clone(out)
	clear(s.saved)
	s.recreate(out)
	clear(s.saved)
	s.keepBest()
	return s
}

// reaches says whether a depot reaches all of the jobs.
func (s *search) reaches(depot int, jobs []int) bool {
	return !slices.ContainsFunc(jobs, func(j int) bool { return math.IsInf(s.p.Out(depot, j), 1) })
}

func (s *search) keepBest() {
	s.best = s.best[:0]
	for i := range s.runs {
		if len(s.runs[i].jobs) > 0 {
			s.best = append(s.best, s.runs[i].clone())
		}
	}
	s.bestCost = s.cost
}

// take goes on from the best of another search.
func (s *search) take(o *search) {
	s.runs, s.left = nil, nil
	for i := range s.byDepot {
		s.byDepot[i] = nil
	}
	for j := range s.at {
		s.at[j] = -1
	}
	for i := range o.best {
		r := o.best[i].clone()
		s.runs = append(s.runs, run{depot: -1})
		s.set(i, r)
		for _, j := range r.jobs {
			s.at[j] = i
		}
	}
	for j, k := range s.at {
		if k < 0 {
			s.left = append(s.left, j)
		}
	}
	s.cost = o.bestCost
	clear(s.saved)
	s.keepBest()
}

// set puts a run in place k, and keeps what was there.
func (s *search) set(k int, r run) {
	was := s.runs[k]
	if _, kept := s.saved[k]; !kept {
		s.saved[k] = was
	}
	if was.depot != r.depot {
		if was.depot >= 0 {
			d := s.byDepot[was.depot]
			s.byDepot[was.depot] = slices.Delete(d, slices.Index(d, k), slices.Index(d, k)+1)
		}
		if r.depot >= 0 {
			s.byDepot[r.depot] = append(s.byDepot[r.depot], k)
		}
	}
	s.runs[k] = r
}

// fits says whether a run may stand in place k: it is short enough, and its depot's day holds it.
func (s *search) fits(k int, r run) bool {
	d := &s.p.Depots[r.depot]
	if r.takes > d.FlightS || r.close-r.open < r.takes {
		return false
	}
	free := d.Until - d.From + d.rest(0)
	timed := r.open > d.From || r.close < d.Until
	busy := r.takes + d.rest(r.takes)
	for _, i := range s.byDepot[r.depot] {
		if i != k {
			o := &s.runs[i]
			busy += o.takes + d.rest(o.takes)
			timed = timed || o.open > d.From || o.close < d.Until
		}
	}
	// the rest after the last tour does not count; that of the longest is left out here, and looked at where it comes to it
	if !timed && busy <= free {
		return true
	}
	if busy-d.rest(d.FlightS) > free {
		return false
	}
	day := []run{r}
	for _, i := range s.byDepot[r.depot] {
		if i != k {
			day = append(day, s.runs[i])
		}
	}
	_, ok := d.day(day)
	return ok
}

// anneal takes steps while the temperature goes down from one share of the way to another.
func (s *search) anneal(ctx context.Context, steps int, from, to float64, tell func(share float64)) {
	for i := range steps {
		if i%64 == 0 && ctx.Err() != nil {
			return
		}
		if i%512 == 0 && tell != nil {
			tell(from + (to-from)*float64(i)/float64(steps))
		}
		t := hot * math.Pow(cold/hot, from+(to-from)*float64(i)/float64(steps))
		was, wasLeft := s.cost, slices.Clone(s.left)
		out := s.ruin()
		s.recreate(out)
		s.settle()
		switch {
		case s.cost < was-t*math.Log(s.rng.Float64()):
			if s.cost < s.bestCost-1e-6 {
				s.keepBest()
			}
			clear(s.saved)
		default:
			s.undo()
			s.cost, s.left = was, wasLeft
			for _, j := range wasLeft {
				s.at[j] = -1
			}
		}
	}
}

func (s *search) undo() {
	ks := make([]int, 0, len(s.saved))
	for k := range s.saved {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	old := make([]run, len(ks))
	for i, k := range ks {
		old[i] = s.saved[k]
	}
	for i, k := range ks {
		s.set(k, old[i])
	}
	clear(s.saved)
	for _, k := range ks {
		for _, j := range s.runs[k].jobs {
			s.at[j] = k
		}
	}
}
