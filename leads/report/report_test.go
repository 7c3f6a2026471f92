package report

import (
	"bytes"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

var (
	zone, _ = time.LoadLocation("Asia/Shanghai")
	noon    = time.Date(2026, 11, 12, 12, 0, 0, 0, zone)
	month   = Period{"2026-11", time.Date(2026, 11, 1, 0, 0, 0, 0, zone), time.Date(2026, 12, 1, 0, 0, 0, 0, zone)}
	stalls  = map[string]Scene{"street-stall": {HalfPerKM2: 20, ShowsM: 0.1}}
	sheds   = map[string]Scene{"illegal-structure": {HalfPerKM2: 50, ShowsM: 0.1, Structures: true}}
)

// pudong is made once: nobody changes it.
var pudong = sync.OnceValues(func() (*geo.Grid, error) { return geo.GeneratePudong(1) })

// district is the made-up grid, and a cell of it with its middle.
func district(t *testing.T) (*geo.Grid, *geo.Cell, orb.Point) {
	t.Helper()
	grid, err := pudong()
	if err != nil {
		t.Fatal(err)
	}
	at := orb.Point{121.53, 31.225}
	c, ok := grid.At(at)
	if !ok {
		t.Fatal("no cell there")
	}
	return grid, c, at
}

func these(all ...leads.Lead) iter.Seq2[leads.Lead, error] {
	return func(yield func(leads.Lead, error) bool) {
		for _, l := range all {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func confirmed(scene string, c *geo.Cell, at orb.Point) leads.Lead {
	return leads.Lead{Lead: "x", Revision: 2, State: leads.Confirmed, Scene: scene, Lon: at[0], Lat: at[1], Cell: c.Code, Subdistrict: c.Subdistrict, FirstSeen: noon, LastSeen: noon,
		Steps: []leads.Step{{Revision: 2, From: leads.Candidate, To: leads.Confirmed, At: noon, By: "wang"}}}
}

func looked(c *geo.Cell, scene string, share float64) Look {
	return Look{Scenes: []string{scene}, CellSeen: geo.CellSeen{Cell: c.Code, Share: share, GSDM: 0.03, DepressionDeg: 60, Light: 0.5, Looks: 9, First: noon, Last: noon}}
}

// Garwood's limits, from the tables of Fay and Feuer's paper and of any textbook.
func TestTheIntervalIsExactForOneWeight(t *testing.T) {
	for n, want := range map[int][2]float64{0: {0, 3.689}, 1: {0.0253, 5.572}, 10: {4.795, 18.39}, 100: {81.36, 121.6}} {
		var c counted
		c.add(n, 1)
		low, high := c.interval()
		if math.Abs(low-want[0]) > 0.005*math.Max(1, want[0]) || math.Abs(high-want[1]) > 0.005*want[1] {
			t.Errorf("of %d: %.4g to %.4g, want %.4g to %.4g", n, low, high, want[0], want[1])
		}
	}
}

// The interval holds what it promises: of sums of Poisson variables with two weights it holds the expectation in 95 % of cases or more.
func TestTheIntervalHoldsTheExpectation(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	poisson := func(mean float64) (n int) {
		for p := rng.Float64(); p > math.Exp(-mean); p *= rng.Float64() {
			n++
		}
		return n
	}
	const tries = 4000
	for _, mean := range []float64{0.5, 3, 20} {
		held := 0
		for range tries {
			var c counted
			c.add(poisson(mean), 1)
			c.add(poisson(mean/2), 3)
			if low, high := c.interval(); low <= 2.5*mean && 2.5*mean <= high {
				held++
			}
		}
		if share := float64(held) / tries; share < 0.94 {
			t.Errorf("at %g it holds the expectation in %.3f of cases", mean, share)
		}
	}
}

func TestTheIndexIsLessSureWhereLittleWasLookedAt(t *testing.T) {
	grid, c, at := district(t)
	g := NewGround(grid, nil)
	wide := func(share float64) (OrderRow, float64) {
		f := Facts{Periods: []Period{month}, Ground: g, Scenes: stalls, Leads: these(confirmed("street-stall", c, at))}
		if share > 0 {
			f.Look(looked(c, "street-stall", share))
		}
		rows, err := f.OrderIndex(ByCell)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(rows, func(r OrderRow) bool { return r.Area == c.Code && r.Scene == "street-stall" })
		if i < 0 {
			t.Fatalf("no row of the cell in %d rows", len(rows))
		}
		return rows[i], rows[i].Index.High - rows[i].Index.Low
	}
	if r, width := wide(0); r.PerKM2 != nil || r.Index.Value != nil || width != 100 {
		t.Errorf("where nobody looked it says %+v", r)
	}
	last := 100.0
	for _, share := range []float64{0.1, 0.4, 1} {
		r, width := wide(share)
		if math.Abs(r.Looked-share) > 1e-9 || r.Confirmed != 1 || *r.Index.Value <= 0 || *r.Index.Value >= 100 {
			t.Errorf("of %g looked at: %+v", share, r)
		}
		per := *r.PerKM2
		if want := 1 / (share * r.KM2); math.Abs(*per.Value-want) > 1e-6*want || !(per.Low < want && want < per.High) {
			t.Errorf("of %g: %g a square kilometre within %g and %g, want %g", share, *per.Value, per.Low, per.High, want)
		}
		if width > last {
			t.Errorf("with %g looked at, the interval is %.1f wide, and with less it was %.1f", share, width, last)
		}
		last = width
	}
	g.cells[c.Code].km2 *= 100 // the same things over more ground
	if r, _ := wide(1); *r.Index.Value < 90 {
		t.Errorf("a single stall in %.1f square kilometres makes the index %.1f", r.KM2, *r.Index.Value)
	}
}

func TestStreetsHaveAnIndex(t *testing.T) {
	grid, c, at := district(t)
	roads, err := RoadsOf([]byte(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"name":"世纪大道"},"geometry":{"type":"LineString","coordinates":[[121.529,31.225],[121.531,31.225]]}},
		{"type":"Feature","properties":{"name":"世纪大道"},"geometry":{"type":"LineString","coordinates":[[121.531,31.22501],[121.53051,31.22501],[121.5305,31.22501],[121.53049,31.22501],[121.529,31.22501]]}},
		{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[121.53,31.224],[121.53,31.226]]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	off := confirmed("street-stall", c, orb.Point{at[0], at[1] + 0.0004}) // 44 m off
	f := Facts{Periods: []Period{month}, Ground: NewGround(grid, roads), Scenes: stalls, Leads: these(confirmed("street-stall", c, at), off)}
	f.Look(looked(c, "street-stall", 1))
	rows, err := f.OrderIndex(ByStreet)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Area != "世纪大道" || rows[0].Confirmed != 1 || rows[0].Subdistrict == "" || math.Abs(rows[0].KM2-(0.19*0.05+0.002)) > 0.001 || rows[0].Looked <= 0 {
		t.Errorf("rows %+v", rows)
	}
}

func TestTheRegisterAgainstWhatWasSeen(t *testing.T) {
	grid, c, at := district(t)
	square := func(dx float64) []orb.Polygon {
		const d = 0.00002
		p := orb.Point{at[0] + dx, at[1]}
		return []orb.Polygon{{{{p[0] - d, p[1] - d}, {p[0] + d, p[1] - d}, {p[0] + d, p[1] + d}, {p[0] - d, p[1] + d}, {p[0] - d, p[1] - d}}}}
	}
	var entries []geo.Entry
	for i, status := range []string{"在册", "在册", "待拆", "待拆", "待拆", "待拆"} {
		entries = append(entries, geo.Entry{Number: string(rune('A' + i)), Status: status, Polygons: square(float64(i) * 1e-6)})
	}
	entries = append(entries, geo.Entry{Number: "far", Status: "待拆", Polygons: square(0.05)})
	g := NewGround(grid, nil)
	g.Register, g.Ordered = geo.NewRegister(entries), []string{"待拆"}
	g.Fences = geo.NewFences([]geo.Fence{{ID: "1", Kind: "construction-site", Polygon: square(0)[0]}, {ID: "2", Kind: "construction-site", Polygon: square(0.05)[0]}, {ID: "3", Kind: "road", Polygon: square(0)[0]}})
	shed := func(standing, number string, seen, known float64) leads.Lead {
		l := confirmed("illegal-structure", c, at)
		l.Register = &geo.Match{Standing: standing, Number: number, SeenM2: seen, KnownM2: known}
		return l
	}
	candidate := shed(geo.New, "", 20, 0)
	candidate.State, candidate.Steps = leads.Candidate, nil
	rejected := candidate
	rejected.State = leads.Rejected
	gone := shed(geo.Known, "E", 20, 20)
	gone.State, gone.LastSeen = leads.Closed, noon.AddDate(0, -1, 0)
	gone.FirstSeen = gone.LastSeen
	gone.Steps = append(gone.Steps, leads.Step{Revision: 3, From: leads.Confirmed, To: leads.Closed, At: noon, By: leads.Machine, Reason: leads.ReasonGone})
	f := Facts{Periods: []Period{month}, Ground: g, Scenes: sheds,
		Leads:   these(shed(geo.Known, "A", 20, 20), shed(geo.Changed, "C", 8, 20), shed(geo.Known, "D", 20, 20), gone, candidate, rejected, shed(geo.New, "", 9, 0)),
		Changes: []vision.Changed{{Changes: []vision.Change{{Kind: "gone", At: noon, Register: &geo.Match{Number: "F", KnownM2: 20}}}}}}
	f.Look(looked(c, "illegal-structure", 1))
	rows, err := f.RegisterStanding()
	if err != nil {
		t.Fatal(err)
	}
	want := RegisterRow{Period: "2026-11", Entries: 7, Looked: 6, Known: 2, Changed: 1, Gone: 2, Unseen: 1, New: 2, Confirmed: 1}
	if rows[0] != want {
		t.Errorf("all of them: %+v, want %+v", rows[0], want)
	}
	done, err := f.Completed()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]CompletionRow{}
	for _, r := range done {
		if r.Subdistrict == "" {
			got[r.Source] = r
		}
	}
	for source, want := range map[string]CompletionRow{
		SourceRegister:    {Period: "2026-11", Source: SourceRegister, Asked: 7, Seen: 6, GSDM: 0.03, NotFlown: 1},
		SourceDemolitions: {Period: "2026-11", Source: SourceDemolitions, Asked: 5, Seen: 4, GSDM: 0.03, Gone: 2, Partly: 1, Untouched: 1, NotFlown: 1},
		SourceSites:       {Period: "2026-11", Source: SourceSites, Asked: 2, Seen: 1, GSDM: 0.03, NotFlown: 1},
	} {
		if got[source] != want {
			t.Errorf("%s: %+v, want %+v", source, got[source], want)
		}
	}
}

// The example with 50 proposals, of which both would grant 20 and refuse 15, has a kappa of 0.4.
func TestKappa(t *testing.T) {
	k := kappa(20, 5, 10, 15)
	if k == nil || math.Abs(*k.Value-0.4) > 1e-9 || !(k.Low < 0.4 && 0.4 < k.High) || k.High-k.Low < 0.4 || k.High-k.Low > 0.6 {
		t.Errorf("kappa %+v", k)
	}
	last := -1.0
	for _, n := range []int{2, 10, 100} {
		k := kappa(n, 0, 0, n)
		if *k.Value != 1 || k.High != 1 || k.Low <= last || k.Low >= 1 {
			t.Errorf("who agreed %d times have a kappa of %g, from %g", 2*n, *k.Value, k.Low)
		}
		last = k.Low
	}
	if k := kappa(10, 0, 0, 0); k != nil {
		t.Errorf("of one answer alone kappa cannot be told, and is %+v", k)
	}
}

func TestHowFarReviewersAgree(t *testing.T) {
	_, c, at := district(t)
	l := func(of, verdict string) leads.Lead {
		x := confirmed("street-stall", c, at)
		x.Decided, x.Second = noon, &leads.Second{Of: of}
		if verdict != "" {
			x.Second.By, x.Second.Verdict, x.Second.At = "li", verdict, noon
			x.Seconds = []leads.Second{*x.Second}
		}
		return x
	}
	undone := l(leads.Confirmed, leads.Rejected) // somebody did something about it
	undone.Second = nil
	f := Facts{Periods: []Period{month}, Leads: these(l(leads.Confirmed, leads.Confirmed), undone, l(leads.Rejected, leads.Rejected), l(leads.Rejected, leads.Confirmed), l(leads.Rejected, ""), confirmed("street-stall", c, at))}
	rows, err := f.Agreed()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[1].Scene != "street-stall" || rows[1].Drawn != 5 || rows[1].Done != 4 || rows[1].Confirmed != 1 || rows[1].OnlyFirst != 1 || rows[1].OnlySecond != 1 || rows[1].Rejected != 1 || *rows[1].Kappa.Value != 0 {
		t.Errorf("rows %+v", rows)
	}
}

func TestPeriods(t *testing.T) {
	for length, want := range map[string][]string{Day: {"2026-12-31", "2027-01-01"}, Week: {"2026-W53"}, Month: {"2026-12", "2027-01"}} {
		got, err := Periods(length, time.Date(2026, 12, 31, 23, 0, 0, 0, zone), time.Date(2027, 1, 1, 1, 0, 0, 0, zone), zone)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range got {
			names = append(names, p.Name)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: %q, want %q", length, names, want)
		}
	}
	for _, bad := range []struct{ length, want string }{{"year", "year"}, {Day, "400"}} {
		if _, err := Periods(bad.length, noon, noon.AddDate(3, 0, 0), zone); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s over three years: %v", bad.length, err)
		}
	}
}

func TestATableForExcel(t *testing.T) {
	v := 12.5
	r := Report{Report: Order, Order: []OrderRow{{Period: "2026-11", By: ByStreet, Area: "=世纪大道", KM2: 0.5, PerKM2: &Estimate{&v, 10, 20}, Index: Estimate{nil, 0, 100}}}}
	var b bytes.Buffer
	if err := r.CSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffperiod,by,area,subdistrict,scene,confirmed,waiting,km2,looked,measured,per_km2,per_km2_low,per_km2_high,index,index_low,index_high\r\n" +
		"2026-11,street,'=世纪大道,,,0,0,0.5,0,false,12.5,10,20,,0,100\r\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// Of looks for which a rate was measured, the index rests on it; of others on what they showed, and says so.
func TestMeasuredRatesCount(t *testing.T) {
	grid, c, at := district(t)
	for _, x := range []struct {
		gsdM     float64
		looked   float64
		measured bool
	}{{0.03, 0.4, true}, {0.09, 0.8, false}} {
		look := looked(c, "street-stall", 0.8)
		look.GSDM = x.gsdM
		f := Facts{Periods: []Period{month}, Ground: NewGround(grid, nil), Scenes: map[string]Scene{"street-stall": {HalfPerKM2: 20, ShowsM: 0.1, Rates: geo.Rates{{GSDM: 0.05, Found: 0.5, Of: 40}}}}, Leads: these(confirmed("street-stall", c, at))}
		f.Look(look)
		rows, err := f.OrderIndex(ByCell)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 2 || math.Abs(rows[0].Looked-x.looked) > 1e-9 || rows[0].Measured != x.measured || rows[1].Measured != x.measured {
			t.Errorf("at %g m a pixel: %+v", x.gsdM, rows)
		}
	}
}

// Where nobody was, a subdistrict says so in one row, and cells in none.
func TestWhereNobodyWas(t *testing.T) {
	grid, c, _ := district(t)
	f := Facts{Periods: []Period{month}, Ground: NewGround(grid, nil), Scenes: stalls, Leads: these()}
	f.Look(looked(c, "street-stall", 1))
	subs, err := f.OrderIndex(BySubdistrict)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, r := range subs {
		rows[r.Subdistrict]++
		if r.Subdistrict != c.Subdistrict && (r.Measured || r.Looked > 0 || r.Index.Value != nil || r.Index.Low != 0 || r.Index.High != 100) {
			t.Errorf("where nobody was: %+v", r)
		}
	}
	for sub, n := range rows {
		if want := map[bool]int{true: 2, false: 1}[sub == c.Subdistrict]; n != want {
			t.Errorf("subdistrict %s has %d rows, want %d", sub, n, want)
		}
	}
	if len(rows) < 40 {
		t.Errorf("%d subdistricts", len(rows))
	}
	if cells, err := f.OrderIndex(ByCell); err != nil || len(cells) != 2 {
		t.Errorf("%d rows of cells, %v", len(cells), err)
	}
}
