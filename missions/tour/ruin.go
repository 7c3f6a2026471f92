package tour

import (
	"cmp"
	"math"
	"slices"
)

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
