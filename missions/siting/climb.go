package siting

import (
	"context"
	"math/rand/v2"
	"slices"
)

// starts are so many choices from which swaps go up.
const starts = 12

// climb finds good choices: the greedy one, and others shaken out of the best, each improved by swaps.
func (s *search) climb(ctx context.Context, keep, free []int) {
	rng := rand.New(rand.NewPCG(1, 1))
	c := newClimber(s, keep)
	c.fill(free)
	for k := range starts {
		c.swaps(free)
		s.found(c.chosen)
		if ctx.Err() != nil || s.reached >= s.total*(1-tolerance) {
			return
		}
		c = newClimber(s, keep)
		for _, j := range s.best {
			if !slices.Contains(keep, j) && (k%3 == 2 || rng.IntN(3) > 0) && rng.IntN(8) > 0 {
				c.add(j)
			}
		}
		if k%3 == 2 { // from somewhere else altogether
			c = newClimber(s, keep)
			for len(c.chosen) < s.docks/2+len(keep)/2 {
				if j := free[rng.IntN(len(free))]; !slices.Contains(c.chosen, j) {
					c.add(j)
				}
			}
		}
		c.fill(free)
	}
}

// climber is a choice that changes.
type climber struct {
	s      *search
	kept   int
	chosen []int
	count  []int32
	gain   []float64 // that each candidate would add
}

func newClimber(s *search, keep []int) *climber {
	c := &climber{s: s, count: make([]int32, len(s.weight)), gain: make([]float64, len(s.reach))}
	for j, r := range s.reach {
		for _, i := range r {
			c.gain[j] += s.weight[i]
		}
	}
	for _, j := range keep {
		c.add(j)
	}
	c.kept = len(keep)
	return c
}

func (c *climber) add(j int) {
	for _, i := range c.s.reach[j] {
		if c.count[i]++; c.count[i] == 1 {
			for _, k := range c.s.by[i] {
				c.gain[k] -= c.s.weight[i]
			}
		}
	}
	c.chosen = append(c.chosen, j)
}

func (c *climber) drop(at int) {
	j := c.chosen[at]
	for _, i := range c.s.reach[j] {
		if c.count[i]--; c.count[i] == 0 {
			for _, k := range c.s.by[i] {
				c.gain[k] += c.s.weight[i]
			}
		}
	}
	c.chosen = slices.Delete(c.chosen, at, at+1)
}

// fill adds what brings most until there are enough.
func (c *climber) fill(free []int) {
	for len(c.chosen) < c.s.docks {
		best := -1
		for _, j := range free {
			if !slices.Contains(c.chosen, j) && (best < 0 || c.gain[j] > c.gain[best]) {
				best = j
			}
		}
		c.add(best)
	}
}

// swaps puts one candidate in another's place as long as that brings something: always the two that bring most.
func (c *climber) swaps(free []int) {
	both := make([]float64, len(c.s.reach))
	for {
		best, out, in := 1e-9*c.s.total, -1, -1
		for at := c.kept; at < len(c.chosen); at++ {
			clear(both) // what a candidate would add of what only this one reaches
			loss := 0.0
			for _, i := range c.s.reach[c.chosen[at]] {
				if c.count[i] == 1 {
					loss += c.s.weight[i]
					for _, k := range c.s.by[i] {
						both[k] += c.s.weight[i]
					}
				}
			}
			for _, j := range free {
				if g := c.gain[j] + both[j] - loss; g > best && !slices.Contains(c.chosen, j) {
					best, out, in = g, at, j
				}
			}
		}
		if out < 0 {
			return
		}
		c.drop(out)
		c.add(in)
	}
}
