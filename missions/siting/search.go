package siting

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
)

// search is branch and bound over one merged problem.
type search struct {
	*merged
	docks   int
	best    []int
	reached float64
	bound   float64
	nodes   int
	count   []int32 // of chosen candidates that reach a piece, for measuring
}

func newSearch(m *merged, docks int) *search {
	return &search{merged: m, docks: docks, reached: -1, bound: m.total, count: make([]int32, len(m.weight))}
}

// measure is the weight that a choice reaches.
func (s *search) measure(chosen []int) float64 {
	clear(s.count)
	v := 0.0
	for _, j := range chosen {
		for _, i := range s.reach[j] {
			if s.count[i] == 0 {
				v += s.weight[i]
			}
			s.count[i]++
		}
	}
	return v
}

// found takes a choice as the best where it is.
func (s *search) found(chosen []int) {
	if v := s.measure(chosen); v > s.reached+tolerance*s.total {
		s.best, s.reached = slices.Clone(chosen), v
	}
}

// enough is the bound from which on nothing better can be left below it.
func (s *search) enough() float64 { return s.reached + tolerance*s.total }

// node is a part of the search: candidates that are in, and those that may still be.
type node struct {
	in    []int
	free  []int
	price []float64 // of each piece of ground: the multipliers
	bound float64
}

// How prices are moved: so many rounds at the root and in every other node, along a mean of what was reached too often or not at all in which the
// last round counts for a twentieth (the volume algorithm's; Barahona and Anbil, Mathematical Programming 87, 2000), by steps that shrink when
// the bound has not got better for some rounds.
const (
	rootRounds, nodeRounds = 1500, 24
	fresh                  = 0.05
	patience, shrink       = 25, 0.7
	rootStep, nodeStep     = 1.0, 0.1
	leastStep              = 2e-4
)

func (s *search) run(ctx context.Context, keep []int) {
	root := node{in: keep, price: make([]float64, len(s.weight)), bound: s.total}
	for j := range s.reach {
		if !slices.Contains(keep, j) {
			root.free = append(root.free, j)
		}
	}
	s.climb(ctx, keep, root.free)
	if s.reached >= s.total*(1-tolerance) { // everything that anybody reaches
		s.bound = s.reached
		return
	}
	s.prove(ctx, root)
}

// prove closes the gap between what was found and the bound, from a node that holds every choice.
func (s *search) prove(ctx context.Context, root node) {
	s.firstPrices(&root)
	open := []node{}
	if n, ok := s.judge(ctx, root, rootRounds); ok {
		open = append(open, n)
	}
	for len(open) > 0 {
		s.bound = s.reached
		for _, n := range open {
			s.bound = math.Max(s.bound, n.bound)
		}
		if ctx.Err() != nil {
			return
		}
		n := open[len(open)-1] // depth first: what lies there is nearest to a choice
		open = open[:len(open)-1]
		if n.bound <= s.enough() {
			continue
		}
		open = append(open, s.branch(ctx, n)...)
	}
	s.bound = s.reached
}

// firstPrices are the share of the weights from which the bound is least: near 1 where docks lie apart, near 0 where they reach nearly all.
func (s *search) firstPrices(n *node) {
	yes, base := s.covered(n.in)
	sums := make([]float64, len(n.free))
	rest := s.total - base
	for k, j := range n.free {
		for _, i := range s.reach[j] {
			if !yes[i] {
				sums[k] += s.weight[i]
			}
		}
	}
	slices.SortFunc(sums, func(a, b float64) int { return cmp.Compare(b, a) })
	top := 0.0
	for _, v := range sums[:min(s.docks-len(n.in), len(sums))] {
		top += v
	}
	share := 0.0 // the bound is linear in the share: one end or the other
	if top < rest {
		share = 1
	}
	share = 0.1 + 0.8*share // from where prices can go both ways
	for i := range n.price {
		n.price[i] = s.weight[i] * share
	}
}

// branch decides on one candidate; the part in which it is chosen comes last, to be looked at first.
func (s *search) branch(ctx context.Context, n node) (out []node) {
	left := s.docks - len(n.in)
	if left <= 0 || len(n.free) == 0 {
		return nil
	}
	// the one whose prices are highest: with it the bound falls most where it is left out
	worth := s.worth(n)
	k := 0
	for i := range n.free {
		if worth[i] > worth[k] {
			k = i
		}
	}
	j := n.free[k]
	rest := slices.Delete(slices.Clone(n.free), k, k+1)
	without := node{in: n.in, free: rest, price: n.price, bound: n.bound}
	with := node{in: append(slices.Clone(n.in), j), free: rest, price: n.price, bound: n.bound}
	for _, x := range []node{without, with} {
		if y, ok := s.judge(ctx, x, nodeRounds); ok {
			out = append(out, y)
		}
	}
	return out
}

// covered marks the pieces that chosen candidates reach, and says how much that is.
func (s *search) covered(in []int) (yes []bool, v float64) {
	yes = make([]bool, len(s.weight))
	for _, j := range in {
		for _, i := range s.reach[j] {
			if !yes[i] {
				yes[i] = true
				v += s.weight[i]
			}
		}
	}
	return yes, v
}

// worth is the sum of the prices of what each free candidate reaches of the rest.
func (s *search) worth(n node) []float64 {
	yes, _ := s.covered(n.in)
	out := make([]float64, len(n.free))
	for k, j := range n.free {
		for _, i := range s.reach[j] {
			if !yes[i] {
				out[k] += n.price[i]
			}
		}
	}
	return out
}

// part is what is left of the problem in a node, packed together.
type part struct {
	weight, price []float64
	ground        []int32 // numbers in the whole problem
	start         []int32 // where in list a free candidate's pieces begin
	list          []int32
	count         []int32
	worth         []float64
	order         []int
}

func (s *search) pack(n node, yes []bool) *part {
	p := &part{}
	to := make([]int32, len(s.weight))
	for i := range to {
		to[i] = -1
	}
	for _, j := range n.free {
		p.start = append(p.start, int32(len(p.list)))
		for _, i := range s.reach[j] {
			if yes[i] {
				continue
			}
			if to[i] < 0 {
				to[i] = int32(len(p.ground))
				p.ground = append(p.ground, i)
				p.weight, p.price = append(p.weight, s.weight[i]), append(p.price, math.Min(n.price[i], s.weight[i]))
			}
			p.list = append(p.list, to[i])
		}
	}
	p.start = append(p.start, int32(len(p.list)))
	p.count = make([]int32, len(p.ground))
	p.worth = make([]float64, len(n.free))
	p.order = make([]int, len(n.free))
	return p
}

// sum adds up the prices of what each candidate reaches, on two processors where there is much of it.
func (p *part) sum() {
	half := func(from, to int) {
		for k := from; k < to; k++ {
			v := 0.0
			for _, i := range p.list[p.start[k]:p.start[k+1]] {
				v += p.price[i]
			}
			p.worth[k] = v
		}
	}
	n := len(p.worth)
	if len(p.list) < 200000 {
		half(0, n)
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() { half(0, n/2) })
	half(n/2, n)
	wg.Wait()
}

// judge finds a node's bound by moving its prices (subgradient, with Polyak's step), settles candidates that must or cannot be in a better
// choice, and takes the choices that it comes by; ok is false where nothing better can be in it.
func (s *search) judge(ctx context.Context, n node, rounds int) (out node, ok bool) {
	s.nodes++
	yes, base := s.covered(n.in)
	left := s.docks - len(n.in)
	if left == 0 || len(n.free) <= left {
		s.found(append(slices.Clone(n.in), n.free[:min(left, len(n.free))]...))
		return n, false
	}
	p := s.pack(n, yes)
	best, bestPrice := math.Inf(1), slices.Clone(p.price)
	var bestWorth []float64
	step, since := nodeStep, 0
	if rounds == rootRounds {
		step = rootStep
	}
	mean := make([]float64, len(p.weight)) // of how often pieces are reached too often, over the rounds
	for round := range rounds {
		p.sum()
		bound := base
		for i, w := range p.weight {
			bound += w - p.price[i]
		}
		for k := range p.order {
			p.order[k] = k
		}
		slices.SortFunc(p.order, func(a, b int) int { return cmp.Or(cmp.Compare(p.worth[b], p.worth[a]), cmp.Compare(a, b)) })
		for _, k := range p.order[:left] {
			bound += p.worth[k]
		}
		if bound < best-1e-7*s.total {
			since = 0
		} else if since++; since >= patience {
			step, since = step*shrink, 0
		}
		if bound < best {
			best = bound
			copy(bestPrice, p.price)
			bestWorth = append(bestWorth[:0], p.worth...)
		}
		if best <= s.enough() || step < leastStep || ctx.Err() != nil {
			break
		}
		clear(p.count)
		for _, k := range p.order[:left] {
			for _, i := range p.list[p.start[k]:p.start[k+1]] {
				p.count[i]++
			}
		}
		norm := 0.0
		share := fresh
		if round == 0 {
			share = 1
		}
		for i, c := range p.count {
			mean[i] += share * (float64(c-1) - mean[i])
			if g := mean[i]; g != 0 && (g < 0 || p.price[i] > 0) && (g > 0 || p.price[i] < p.weight[i]) {
				norm += g * g * p.weight[i]
			}
		}
		if norm == 0 {
			break
		}
		by := step * (bound - s.reached) / norm
		for i, g := range mean {
			if g != 0 {
				p.price[i] = math.Min(p.weight[i], math.Max(0, p.price[i]-by*g*p.weight[i]))
			}
		}
	}
	n.bound = math.Min(n.bound, best)
	if best <= s.enough() {
		return n, false
	}
	// what the prices say of candidates that are in no better choice, or in every one
	for k := range p.order {
		p.order[k] = k
	}
	slices.SortFunc(p.order, func(a, b int) int { return cmp.Or(cmp.Compare(bestWorth[b], bestWorth[a]), cmp.Compare(a, b)) })
	last, next := bestWorth[p.order[left-1]], bestWorth[p.order[left]]
	in, free := slices.Clone(n.in), []int{}
	for at, k := range p.order {
		switch {
		case at < left && best-bestWorth[k]+next <= s.enough():
			in = append(in, n.free[k])
		case at >= left && best-last+bestWorth[k] <= s.enough():
		default:
			free = append(free, n.free[k])
		}
	}
	slices.Sort(free)
	top := slices.Clone(n.in)
	for _, k := range p.order[:left] {
		top = append(top, n.free[k])
	}
	s.found(top)
	price := slices.Clone(n.price)
	for i, g := range p.ground {
		price[g] = bestPrice[i]
	}
	out = node{in: in, free: free, price: price, bound: n.bound}
	if len(in) == s.docks {
		s.found(in)
		return out, false
	}
	return out, true
}
