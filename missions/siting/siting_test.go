package siting

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// plain is a made-up problem: pieces of ground and candidates strewn over a square of a side, each reaching what lies within a radius.
func plain(seed uint64, ground, candidates, docks int, radius float64) *Problem {
	rng := rand.New(rand.NewPCG(seed, 5))
	p := &Problem{Docks: docks}
	var at [][2]float64
	for range ground {
		at = append(at, [2]float64{rng.Float64(), rng.Float64()})
		p.Weights = append(p.Weights, 1)
	}
	for range candidates {
		c := [2]float64{rng.Float64(), rng.Float64()}
		var r []int32
		for i, q := range at {
			if math.Hypot(q[0]-c[0], q[1]-c[1]) < radius {
				r = append(r, int32(i))
			}
		}
		p.Reach = append(p.Reach, r)
	}
	return p
}

// all tries every choice.
func all(p *Problem) float64 {
	best := -1.0
	var chosen []int
	s := newSearch(p.merge(), p.Docks)
	var try func(from int)
	try = func(from int) {
		if len(chosen) == p.Docks {
			for _, k := range p.Keep {
				if !slices.Contains(chosen, k) {
					return
				}
			}
			best = math.Max(best, s.measure(chosen))
			return
		}
		for j := from; j < len(p.Reach); j++ {
			chosen = append(chosen, j)
			try(j + 1)
			chosen = chosen[:len(chosen)-1]
		}
	}
	try(0)
	return best
}

func TestTheBestChoiceIsFound(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 6))
		p := plain(seed, 200, 8+rng.IntN(7), 1+rng.IntN(5), 0.1+0.2*rng.Float64())
		for i := range p.Weights {
			p.Weights[i] = float64(rng.IntN(5))
		}
		if rng.IntN(2) == 0 {
			p.Keep = []int{rng.IntN(len(p.Reach))}
		}
		got, err := p.Solve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := all(p); got.Reached != want || got.Gap() != 0 {
			t.Errorf("seed %d: %g is reached, bound %g; the best is %g", seed, got.Reached, got.Bound, want)
		}
		for _, k := range p.Keep {
			if !slices.Contains(got.Docks, k) {
				t.Errorf("seed %d: dock %d did not stay", seed, k)
			}
		}
	}
}

// The proof alone finds the best choice, without anything found before it.
func TestTheProofFindsItAlone(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 9))
		p := plain(seed, 300, 10+rng.IntN(6), 2+rng.IntN(4), 0.12+0.2*rng.Float64())
		s := newSearch(p.merge(), p.Docks)
		root := node{price: make([]float64, len(s.weight)), bound: s.total}
		for j := range s.reach {
			root.free = append(root.free, j)
		}
		s.prove(t.Context(), root)
		if want := all(p); s.reached != want || s.bound != want {
			t.Errorf("seed %d: %g is reached, bound %g; the best is %g", seed, s.reached, s.bound, want)
		}
	}
}

// What is wrong with a problem is said.
func TestBadProblemsAreRefused(t *testing.T) {
	for what, p := range map[string]*Problem{
		"0 docks":      {Weights: []float64{1}, Reach: [][]int32{{0}}},
		"2 docks":      {Weights: []float64{1}, Reach: [][]int32{{0}}, Docks: 2},
		"weight":       {Weights: []float64{-1}, Reach: [][]int32{{0}}, Docks: 1},
		"reaches":      {Weights: []float64{1}, Reach: [][]int32{{3}}, Docks: 1},
		"no candidate": {Weights: []float64{1}, Reach: [][]int32{{0}}, Docks: 1, Keep: []int{4}},
	} {
		if _, err := p.Solve(t.Context()); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A search that is ended says how far its choice may be from the best.
func TestAnEndedSearchSaysItsGap(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := plain(1, 3000, 100, 8, 0.15)
	s, err := p.Solve(ctx)
	if err != nil || len(s.Docks) != 8 || s.Reached > s.Bound || s.Reached <= 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// BenchmarkSolve says how long a proof takes; with PROBLEM=folder the problems are written for peers/highs.py.
func BenchmarkSolve(b *testing.B) {
	for _, n := range []struct {
		ground, candidates, docks int
		radius                    float64
	}{{2000, 40, 5, 0.15}, {3000, 60, 8, 0.15}, {5000, 100, 8, 0.12}, {20000, 200, 16, 0.05}, {100000, 1000, 16, 0.02}} {
		b.Run(fmt.Sprintf("%d-of-%d-over-%d", n.docks, n.candidates, n.ground), func(b *testing.B) {
			p := plain(1, n.ground, n.candidates, n.docks, n.radius)
			if dir := os.Getenv("PROBLEM"); dir != "" {
				t, err := json.Marshal(p)
				if err == nil {
					err = os.WriteFile(fmt.Sprintf("%s/%d.json", dir, n.candidates), t, 0o644)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
				s, err := p.Solve(ctx)
				cancel()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(s.Reached, "reached")
				b.ReportMetric(100*s.Gap(), "gap-%")
				b.ReportMetric(float64(s.Nodes), "nodes")
			}
		})
	}
}
