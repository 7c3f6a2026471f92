// Package siting chooses where docks should stand: those of many candidates that together reach the most ground, with a proof that no other choice
// reaches more. It is the maximal covering location problem (Church and ReVelle, 1974). Ground that the same candidates reach is taken together; a
// Lagrangean bound and swaps close in on the optimum from both sides; branch and bound closes the gap. The cut that a bound's multipliers give is
// the Benders cut of Cordeau, Furini and Ljubić ("Benders decomposition for very large scale partial set covering and maximal covering location
// problems", EJOR 275, 2019).
package siting

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// Problem is what is to be chosen.
type Problem struct {
	Weights []float64 // of the pieces of ground; none is negative
	Reach   [][]int32 // of each candidate: the pieces that it reaches, each once
	Keep    []int     // candidates that are chosen in any case: docks that stand already
	Docks   int       // how many are chosen, with those that are kept
}

// Solution is a choice.
type Solution struct {
	Docks   []int   // candidates, ascending
	Reached float64 // weight of what they reach
	Bound   float64 // no choice reaches more
	Nodes   int     // of the search
	Took    time.Duration
}

// Gap is how much more another choice might reach at most, as a share; 0 is a proof.
func (s Solution) Gap() float64 {
	if s.Reached <= 0 {
		return 0
	}
	return (s.Bound - s.Reached) / s.Reached
}

// tolerance is up to which share a gap is rounding.
const tolerance = 1e-9

func (p *Problem) check() error {
	switch {
	case p.Docks < 1:
		return fmt.Errorf("siting: %d docks are to be chosen", p.Docks)
	case p.Docks > len(p.Reach):
		return fmt.Errorf("siting: %d docks are to be chosen of %d candidates", p.Docks, len(p.Reach))
	case len(p.Keep) > p.Docks:
		return fmt.Errorf("siting: %d docks stay, and %d are to be chosen with them", len(p.Keep), p.Docks)
	}
	for i, w := range p.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("siting: the weight of ground %d is %g", i, w)
		}
	}
	for j, r := range p.Reach {
		for _, i := range r {
			if i < 0 || int(i) >= len(p.Weights) {
				return fmt.Errorf("siting: candidate %d reaches ground %d of %d", j, i, len(p.Weights))
			}
		}
	}
	for _, k := range p.Keep {
		if k < 0 || k >= len(p.Reach) {
			return fmt.Errorf("siting: there is no candidate %d to keep", k)
		}
	}
	return nil
}

// Solve chooses. When ctx ends the best choice so far is returned, with the gap that is left.
func (p *Problem) Solve(ctx context.Context) (Solution, error) {
	if err := p.check(); err != nil {
		return Solution{}, err
	}
	began := time.Now()
	m := p.merge()
	s := newSearch(m, p.Docks)
	keep := slices.Clone(p.Keep)
	slices.Sort(keep)
	s.run(ctx, slices.Compact(keep))
	out := Solution{Docks: slices.Clone(s.best), Reached: s.reached, Bound: math.Max(s.bound, s.reached), Nodes: s.nodes, Took: time.Since(began)}
	if out.Gap() < tolerance {
		out.Bound = out.Reached
	}
	slices.Sort(out.Docks)
	return out, nil
}

// merged is a problem in which ground that the same candidates reach is one piece.
type merged struct {
	weight []float64
	reach  [][]int32 // by candidate
	by     [][]int32 // by ground: the candidates that reach it
	total  float64   // of all that somebody reaches
}

func (p *Problem) merge() *merged {
	by := make([][]int32, len(p.Weights))
	n := make([]int32, len(p.Weights))
	for _, r := range p.Reach {
		for _, i := range r {
			n[i]++
		}
	}
	for i := range by {
		by[i] = make([]int32, 0, n[i])
	}
	for j, r := range p.Reach {
		for _, i := range r {
			by[i] = append(by[i], int32(j))
		}
	}
	m := &merged{reach: make([][]int32, len(p.Reach))}
	known := make(map[uint64][]int32, len(by)/2)
	for i, c := range by {
		if len(c) == 0 || p.Weights[i] == 0 {
			continue
		}
		m.total += p.Weights[i]
		h := uint64(len(c))
		for _, j := range c {
			h = (h ^ uint64(j)*0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd
			h ^= h >> 32
		}
		at := int32(-1)
		for _, k := range known[h] {
			if slices.Equal(m.by[k], c) {
				at = k
				break
			}
		}
		if at < 0 {
			at = int32(len(m.weight))
			known[h] = append(known[h], at)
			m.weight, m.by = append(m.weight, 0), append(m.by, c)
			for _, j := range c {
				m.reach[j] = append(m.reach[j], at)
			}
		}
		m.weight[at] += p.Weights[i]
	}
	return m
}
