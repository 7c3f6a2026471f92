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
			for _, s := range all {
				wg.Go(func() { s.anneal(ctx, steps/meetings, float64(m)/meetings, float64(m+1)/meetings) })
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
func (s *search) anneal(ctx context.Context, steps int, from, to float64) {
	for i := range steps {
		if i%64 == 0 && ctx.Err() != nil {
			return
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

// ruin takes strings of neighbouring jobs out of tours, and returns them.
func (s *search) ruin() (out []int) {
	n := len(s.p.Jobs)
	inTours := n - len(s.left)
	used := 0
	for i := range s.runs {
		if len(s.runs[i].jobs) > 0 {
			used++
		}
	}
	for range min(len(s.left), leftTried) {
		j := s.left[s.rng.IntN(len(s.left))]
		if !slices.Contains(out, j) {
			out = append(out, j)
		}
	}
	if used == 0 {
		return out
	}
	longest := math.Min(stringMax, float64(inTours)/float64(used))
	strings := int(s.rng.Float64()*(4*removed/(1+longest)-1) + 1)
	s.stamps(len(s.runs))
	first := s.rng.IntN(n)
	done := 0
	for i := -1; i < len(s.p.Near[first]) && done < strings; i++ {
		j := first
		if i >= 0 {
			j = s.p.Near[first][i]
		}
		k := s.at[j]
		if k < 0 || s.stamp[k] == s.stamped {
			continue
		}
		s.stamp[k] = s.stamped
		out = append(out, s.cut(k, j, 1+s.rng.IntN(int(math.Min(longest+1, float64(len(s.runs[k].jobs))))))...)
		done++
	}
	return out
}

// stamps makes room for marks of n things, none of them marked.
func (s *search) stamps(n int) {
	for len(s.stamp) < n {
		s.stamp = append(s.stamp, 0)
	}
	s.stamped++
}

// cut takes so many jobs in a row round j out of run k; sometimes it leaves some in their middle.
func (s *search) cut(k, j, long int) []int {
	r := s.runs[k].clone()
	keep := 0
	if long > 1 && s.rng.Float64() < splitRate {
		keep = 1
		for long+keep < len(r.jobs) && s.rng.Float64() > keepRate {
			keep++
		}
		if long+keep > len(r.jobs) {
			keep = len(r.jobs) - long
		}
	}
	at := slices.Index(r.jobs, j)
	lo, hi := max(0, at-(long+keep)+1), min(at, len(r.jobs)-(long+keep))
	from := lo
	if hi > lo {
		from = lo + s.rng.IntN(hi-lo+1)
	}
	part := slices.Clone(r.jobs[from : from+long+keep])
	var out, stay []int
	if keep > 0 {
		a := s.rng.IntN(long + 1)
		stay = part[a : a+keep]
		out = slices.Concat(part[:a], part[a+keep:])
	} else {
		out = part
	}
	r.jobs = slices.Concat(r.jobs[:from], stay, r.jobs[from+long+keep:])
	s.change(k, r)
	for _, x := range out {
		s.at[x] = -1
		s.left = append(s.left, x)
		s.cost += s.p.Jobs[x].Worth
	}
	return out
}

// change puts a run with other jobs in place k, with its times.
func (s *search) change(k int, r run) {
	s.cost -= s.runs[k].takes
	if len(r.jobs) == 0 {
		r = run{depot: -1}
	} else {
		r.takes = s.p.takes(r.depot, r.jobs)
		r.open, r.close = s.p.window(r.jobs)
	}
	s.set(k, r)
	s.cost += r.takes
}

// recreate puts jobs into tours, each where it costs least.
func (s *search) recreate(out []int) {
	p := s.p
	far := func(j int) float64 {
		if len(s.nearest[j]) == 0 {
			return 0
		}
		return p.Out(s.nearest[j][0], j)
	}
	s.rng.Shuffle(len(out), func(a, b int) { out[a], out[b] = out[b], out[a] })
	switch x := s.rng.IntN(11); {
	case x < 4:
	case x < 8:
		slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(p.Jobs[b].TakesS, p.Jobs[a].TakesS) })
	case x < 10:
		slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(far(b), far(a)) })
	default:
		slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(far(a), far(b)) })
	}
	for _, j := range out {
		s.insert(j)
	}
}

// insert puts a job where it costs least; it stays left where it costs more than it is worth, or nothing holds it.
func (s *search) insert(j int) {
	p := s.p
	job := &p.Jobs[j]
	best, bestK, bestAt, bestDepot := job.Worth, -1, 0, -1
	s.stamps(len(s.runs))
	for _, o := range p.Near[j] {
		k := s.at[o]
		if k < 0 || s.stamp[k] == s.stamped {
			continue
		}
		s.stamp[k] = s.stamped
		r := &s.runs[k]
		if math.IsInf(p.Out(r.depot, j), 1) {
			continue // that depot does not reach it
		}
		open, shut := math.Max(r.open, job.Open), r.close
		if job.Close > 0 {
			shut = math.Min(shut, job.Close)
		}
		n := len(r.jobs)
		for i := 0; i <= n; i++ {
			var d float64
			switch {
			case i == 0:
				d = p.Out(r.depot, j) + p.Between(j, r.jobs[0]) - p.Out(r.depot, r.jobs[0])
			case i == n:
				d = p.Between(r.jobs[n-1], j) + p.Home(r.depot, j) - p.Home(r.depot, r.jobs[n-1])
			default:
				d = p.Between(r.jobs[i-1], j) + p.Between(j, r.jobs[i]) - p.Between(r.jobs[i-1], r.jobs[i])
			}
			d += job.TakesS
			if d >= best || s.rng.Float64() < blinks {
				continue
			}
			if s.fits(k, run{r.depot, nil, r.takes + d, open, shut}) {
				best, bestK, bestAt, bestDepot = d, k, i, r.depot
			}
		}
	}
	shut := job.Close
	if shut == 0 {
		shut = always
	}
	for _, d := range s.nearest[j] {
		takes := p.Out(d, j) + job.TakesS + p.Home(d, j)
		if takes < best && s.fits(-1, run{d, nil, takes, job.Open, shut}) {
			best, bestK, bestDepot = takes, -1, d
		}
	}
	if bestDepot < 0 {
		return
	}
	if bestK < 0 {
		bestK = slices.IndexFunc(s.runs, func(r run) bool { return len(r.jobs) == 0 })
		if bestK < 0 {
			bestK = len(s.runs)
			s.runs = append(s.runs, run{depot: -1})
		}
		bestAt = 0
	}
	r := s.runs[bestK].clone()
	r.depot = bestDepot
	r.jobs = slices.Insert(r.jobs, bestAt, j)
	s.change(bestK, r)
	s.at[j] = bestK
	s.cost -= job.Worth
	i := slices.Index(s.left, j)
	s.left[i] = s.left[len(s.left)-1]
	s.left = s.left[:len(s.left)-1]
}

// settle lets every tour of this step begin at the depot from which it takes least.
func (s *search) settle() {
	ks := make([]int, 0, len(s.saved))
	for k := range s.saved {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	for _, k := range ks {
		r := s.runs[k]
		if len(r.jobs) == 0 {
			continue
		}
		first, last := r.jobs[0], r.jobs[len(r.jobs)-1]
		now := s.p.Out(r.depot, first) + s.p.Home(r.depot, last)
		for _, d := range s.nearest[first] {
			if is := s.p.Out(d, first) + s.p.Home(d, last); is < now-1e-6 && d != r.depot && s.reaches(d, r.jobs) {
				moved := run{d, r.jobs, r.takes + is - now, r.open, r.close}
				if s.fits(k, moved) {
					s.cost += is - now
					s.set(k, moved)
					r, now = moved, is
				}
			}
		}
	}
}
