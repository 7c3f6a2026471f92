package tour

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// district is a made-up problem: jobs in clusters over 40 by 30 km, docks between them; ways at 12 m/s, and 40 s up and down.
func district(seed uint64, jobs, depots int) (*Problem, [][2]float64, [][2]float64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	scale := math.Sqrt(float64(depots) / 16)
	at := func() [2]float64 { return [2]float64{rng.Float64() * 40000 * scale, rng.Float64() * 30000 * scale} }
	var middles, bases, ends [][2]float64
	for range depots * 4 {
		middles = append(middles, at())
	}
	for d := range depots { // on a grid, moved a little
		w := math.Ceil(math.Sqrt(float64(depots)))
		x, y := math.Mod(float64(d), w)+0.5, math.Floor(float64(d)/w)+0.5
		bases = append(bases, [2]float64{x/w*40000*scale + 1500*rng.NormFloat64(), y/w*30000*scale + 1500*rng.NormFloat64()})
	}
	p := &Problem{}
	for range depots {
		p.Depots = append(p.Depots, Depot{FlightS: 40 * 60, Until: 10 * 3600, RestS: 180, RestShare: 0.7})
	}
	var begins [][2]float64
	for range jobs {
		m := middles[rng.IntN(len(middles))]
		if rng.IntN(3) == 0 {
			m = at()
		}
		b := [2]float64{m[0] + 900*rng.NormFloat64(), m[1] + 900*rng.NormFloat64()}
		begins = append(begins, b)
		ends = append(ends, [2]float64{b[0] + 250*rng.NormFloat64(), b[1] + 250*rng.NormFloat64()})
		p.Jobs = append(p.Jobs, Job{TakesS: 30 + 150*rng.ExpFloat64(), Worth: 1e5})
		if j := &p.Jobs[len(p.Jobs)-1]; j.TakesS > 900 {
			j.TakesS = 900
		}
	}
	far := func(a, b [2]float64) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) / 12 }
	p.Between = func(i, j int) float64 { return far(ends[i], begins[j]) }
	p.Out = func(d, j int) float64 { return 40 + far(bases[d], begins[j]) }
	p.Home = func(d, j int) float64 { return 40 + far(ends[j], bases[d]) }
	for i := range begins {
		var near []int
		for j := range begins {
			if j != i {
				near = append(near, j)
			}
		}
		slices.SortFunc(near, func(a, b int) int {
			if far(begins[i], begins[a]) < far(begins[i], begins[b]) {
				return -1
			}
			return 1
		})
		p.Near = append(p.Near, near[:min(len(near), 40)])
	}
	return p, begins, bases
}

// check holds a solution against its problem.
func check(t testing.TB, p *Problem, s Solution) {
	t.Helper()
	seen := map[int]int{}
	sum, free := 0.0, map[int]float64{}
	for _, u := range s.Tours {
		d := p.Depots[u.Depot]
		takes := p.takes(u.Depot, u.Jobs)
		sum += takes
		if math.Abs(takes-u.TakesS) > 1e-3 || takes > d.FlightS+1e-6 {
			t.Fatalf("a tour takes %.1f s, %.1f said, %.1f at most", takes, u.TakesS, d.FlightS)
		}
		if last, again := free[u.Depot]; again && u.StartS < last-1e-6 || u.StartS < d.From || u.StartS+takes > d.Until+1e-6 {
			t.Fatalf("depot %d starts at %.0f s, and is ready at %.0f s", u.Depot, u.StartS, last)
		}
		free[u.Depot] = u.StartS + takes + d.rest(takes)
		for _, j := range u.Jobs {
			seen[j]++
			if math.IsInf(p.Out(u.Depot, j), 1) {
				t.Fatalf("depot %d does job %d, which it does not reach", u.Depot, j)
			}
			if c := p.Jobs[j].Close; u.StartS < p.Jobs[j].Open || c > 0 && u.StartS+takes > c+1e-6 {
				t.Fatalf("job %d is done outside its time", j)
			}
		}
	}
	for _, j := range s.Left {
		seen[j]++
	}
	for j := range p.Jobs {
		if seen[j] != 1 {
			t.Fatalf("job %d is in %d places", j, seen[j])
		}
	}
	if math.Abs(sum-s.FlightS) > 1 {
		t.Fatalf("flights take %.1f s, %.1f said", sum, s.FlightS)
	}
}

func TestToursHoldTheirLimits(t *testing.T) {
	for seed := range uint64(6) {
		p, _, _ := district(seed, 120, 4)
		rng := rand.New(rand.NewPCG(seed, 1))
		for i := range p.Jobs {
			if rng.IntN(4) == 0 {
				p.Jobs[i].Open = float64(rng.IntN(8)) * 3600
				p.Jobs[i].Close = p.Jobs[i].Open + 3600
			}
		}
		out := p.Out // each depot reaches so far
		p.Out = func(d, j int) float64 {
			if s := out(d, j); s < 400+200*float64(d) {
				return s
			}
			return math.Inf(1)
		}
		s := p.Solve(t.Context(), Options{Seed: seed, Steps: 2000})
		check(t, p, s)
		again := p.Solve(t.Context(), Options{Seed: seed, Steps: 2000})
		if again.CostS != s.CostS || len(again.Tours) != len(s.Tours) {
			t.Errorf("seed %d: %.3f, then %.3f", seed, s.CostS, again.CostS)
		}
	}
}

// BenchmarkSolve says how long it takes and what it finds; with PROBLEM=file the problem of 1,000 jobs is written for peers/pyvrp.py.
func BenchmarkSolve(b *testing.B) {
	for _, n := range []struct{ jobs, depots int }{{250, 4}, {1000, 16}, {4000, 64}, {10000, 64}} {
		b.Run(itoa(n.jobs), func(b *testing.B) {
			p, begins, bases := district(1, n.jobs, n.depots)
			if f := os.Getenv("PROBLEM"); f != "" && n.jobs == 1000 {
				dump(b, f, p, begins, bases)
			}
			for b.Loop() {
				s := p.Solve(b.Context(), Options{Seed: 1})
				check(b, p, s)
				b.ReportMetric(s.FlightS/60, "flight-min")
				b.ReportMetric(float64(len(s.Tours)), "flights")
				b.ReportMetric(float64(len(s.Left)), "left")
			}
		})
	}
}

func itoa(n int) string { return string(must(json.Marshal(n))) }

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// dump writes a problem as a matrix, depots first.
func dump(b *testing.B, file string, p *Problem, begins, bases [][2]float64) {
	nd, nj := len(p.Depots), len(p.Jobs)
	m := make([][]float64, nd+nj)
	for i := range m {
		m[i] = make([]float64, nd+nj)
		for j := range m {
			switch {
			case i == j || i < nd && j < nd:
			case i < nd:
				m[i][j] = p.Out(i, j-nd)
			case j < nd:
				m[i][j] = p.Home(j, i-nd)
			default:
				m[i][j] = p.Between(i-nd, j-nd)
			}
		}
	}
	takes := make([]float64, nj)
	for j := range takes {
		takes[j] = p.Jobs[j].TakesS
	}
	out := map[string]any{"seconds": m, "takes": takes, "depots": nd, "flight": p.Depots[0].FlightS, "at": append(slices.Clone(bases), begins...)}
	if err := os.WriteFile(file, must(json.Marshal(out)), 0o644); err != nil {
		b.Fatal(err)
	}
}
