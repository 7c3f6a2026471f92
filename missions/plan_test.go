package missions

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/geo"
)

// beijing is the time of the days planned here.
var beijing = time.FixedZone("UTC+8", 8*3600)

// pudong is the outline of the district.
func pudong(t testing.TB) orb.MultiPolygon {
	t.Helper()
	_, outline, err := geo.Pudong()
	if err != nil {
		t.Fatal(err)
	}
	return outline
}

// airspace is made up: a runway's surroundings and a resort, closed.
func airspace() Airspace {
	ring := func(c orb.Point, m float64, n int) orb.Polygon {
		f := geo.NewFrame(c, 0)
		var r orb.Ring
		for i := range n {
			a := float64(i) * 2 * math.Pi / float64(n)
			r = append(r, f.From(m*math.Cos(a), m*math.Sin(a)))
		}
		return orb.Polygon{append(r, r[0])}
	}
	return Airspace{Fences: geo.NewFences([]geo.Fence{
		{ID: "airport", Kind: "no-fly", Polygon: ring(orb.Point{121.8052, 31.1434}, 5000, 16), MadeUp: true},
		{ID: "resort", Kind: "no-fly", Polygon: ring(orb.Point{121.657, 31.144}, 1500, 12), MadeUp: true},
		{ID: "school", Kind: "no-fly", Polygon: ring(orb.Point{121.56, 31.2}, 250, 6), MadeUp: true},
	})}
}

// made are n requests of three departments and docks for them, made up: places that several look at, roads, areas, points.
func made(t testing.TB, seed uint64, n, docks int) ([]Request, []Dock) {
	rng := rand.New(rand.NewPCG(seed, 11))
	outline := pudong(t)
	b := outline.Bound()
	space := airspace()
	inside := func() orb.Point {
		for {
			q := orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
			if planar.MultiPolygonContains(outline, q) && len(space.Fences.Append(nil, q, 300)) == 0 {
				return q
			}
		}
	}
	var ds []Dock
	for len(ds) < docks { // apart from each other
		q := inside()
		if !slices.ContainsFunc(ds, func(d Dock) bool { return geo.DistanceM(d.At, q) < 22000/math.Sqrt(float64(docks)) }) {
			ds = append(ds, Dock{SN: fmt.Sprintf("SIM%03d", len(ds)+1), Model: "M4D", At: q})
		}
	}
	var hot []orb.Point // where several departments look
	for len(hot) < max(3, n/5) {
		hot = append(hot, inside())
	}
	var out []Request
	for len(out) < n {
		d := rng.IntN(3)
		c := hot[rng.IntN(len(hot))]
		if rng.IntN(4) == 0 {
			c = inside()
		}
		f := geo.NewFrame(c, 0)
		c = f.From(60*rng.NormFloat64(), 60*rng.NormFloat64())
		f = geo.NewFrame(c, 0)
		r := Request{ID: fmt.Sprintf("r%05d", len(out)), Department: []string{"chengguan", "planning", "construction"}[d], Scenes: [][]string{{"street-stall"}, {"illegal-structure"}, {"muck-truck"}}[d], GSDCM: []float64{6, 8, 8, 10}[rng.IntN(4)]}
		switch rng.IntN(4) {
		case 0: // an area
			var ring orb.Ring
			m := 60 + 200*rng.Float64()
			k := 4 + rng.IntN(5)
			for i := range k {
				a := (float64(i) + 0.7*rng.Float64()) * 2 * math.Pi / float64(k)
				ring = append(ring, f.From(m*math.Cos(a), m*math.Sin(a)))
			}
			r.Geometry = orb.Polygon{append(ring, ring[0])}
		case 1: // a road
			a := rng.Float64() * 2 * math.Pi
			l := orb.LineString{c}
			e, north := 0.0, 0.0
			for range 2 + rng.IntN(3) {
				a += 0.5 * rng.NormFloat64()
				e, north = e+200*math.Cos(a), north+200*math.Sin(a)
				l = append(l, f.From(e, north))
			}
			r.Geometry, r.WidthM = l, 40
		default:
			r.Geometry, r.WidthM = c, 40
		}
		if len(space.Fences.Append(nil, c, 1200)) == 0 {
			out = append(out, r)
		}
	}
	return out, ds
}

func aDay(seed uint64) Day {
	begin := time.Date(2026, 12, 1, 7, 0, 0, 0, beijing)
	return Day{Begin: begin, End: begin.Add(10 * time.Hour), WindMS: 4, Airspace: airspace(), Seed: seed}
}

// fly flies a route over flat ground, as a dock's aircraft does that stops at each waypoint and turns, and says what its camera saw.
func fly(t testing.TB, c *geo.Coverage, f Planned, model string, w, h int) {
	t.Helper()
	cam, err := geo.CameraOf(model, "wide", 0, w, h)
	if err != nil {
		t.Fatal(err)
	}
	const everyM = 15
	for i := 1; i < len(f.Route.Waypoints); i++ {
		a, b := f.Route.Waypoints[i-1], f.Route.Waypoints[i]
		frame := geo.NewFrame(orb.Point{a.Lon, a.Lat}, 0)
		v := frame.To(orb.Point{b.Lon, b.Lat}, 0)
		d := math.Hypot(v.E, v.N)
		n := math.Max(1, math.Ceil(d/everyM))
		for k := 0.0; k <= n; k++ {
			q := frame.From(v.E*k/n, v.N*k/n)
			p := geo.Pose{Lon: q[0], Lat: q[1], HeightM: b.HeightM, PitchDeg: b.PitchDeg, YawDeg: math.Atan2(v.E, v.N) * 180 / math.Pi}
			c.See(geo.Locator{}, cam, p, geo.Look{Sharpness: 1, Light: 0.5})
		}
	}
}

// What a plan promises is seen when it is flown, and it takes less than a flight for each request. PLANS sets how many plans.
func TestPlansKeepWhatTheyPromise(t *testing.T) {
	sets := 4
	if s := os.Getenv("PLANS"); s != "" {
		sets, _ = strconv.Atoi(s)
	}
	var saved []float64
	promised, kept, worst := 0.0, 0.0, 1.0
	for seed := range uint64(sets) {
		requests, docks := made(t, 100+seed, 40, 4)
		docks[1].Model = "M30" // which flies less far
		day := aDay(seed)
		p, err := Make(t.Context(), requests, docks, day)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := Alone(t.Context(), requests, docks, day)
		if err != nil {
			t.Fatal(err)
		}
		if p.Minutes == 0 {
			continue // no dock reaches any
		}
		saved = append(saved, 1-p.Minutes/alone)
		var c geo.Coverage
		for _, f := range p.Flights {
			if why, _ := day.Airspace.Clear(f.Route, f.At); why != "" {
				t.Fatalf("set %d: flight %s: %s", seed, f.ID, why)
			}
			d := docks[slices.IndexFunc(docks, func(d Dock) bool { return d.SN == f.Dock })]
			for i, w := range f.Route.Waypoints {
				if m := geo.DistanceM(d.At, orb.Point{w.Lon, w.Lat}); m > ServiceRadiusM(d.Model)*1.005 {
					t.Errorf("set %d: flight %s: waypoint %d is %.0f m off, and %s flies %.0f", seed, f.ID, i, m, d.Model, ServiceRadiusM(d.Model))
				}
			}
			fly(t, &c, f, d.Model, 1280, 720)
		}
		for i, m := range p.Promises {
			if m.Share == 0 {
				continue
			}
			seen, of := c.Seen(Ground(&requests[i]), m.GSDCM/100+1e-6)
			promised += m.Share * float64(of)
			kept += math.Min(m.Share*float64(of), float64(seen))
			if k := float64(seen) / (m.Share * float64(of)); k < worst {
				worst = k
				if k < 0.97 {
					t.Logf("set %d: %s (%T) promised %.3f, seen %d of %d", seed, m.Request, requests[i].Geometry, m.Share, seen, of)
				}
			}
		}
	}
	slices.Sort(saved)
	t.Logf("%d plans: %.1f %% fewer minutes in the median, %.1f %% at least; %.3f %% of what was promised is seen, of one request at least %.1f %%", len(saved), 100*saved[len(saved)/2], 100*saved[0], 100*kept/promised, 100*worst)
	if worst < 0.95 {
		t.Errorf("of one request %.1f %% of what was promised is seen", 100*worst)
	}
	if kept < 0.99*promised {
		t.Errorf("%.2f %% of what was promised is seen", 100*kept/promised)
	}
	if saved[len(saved)/2] < 0.35 {
		t.Errorf("%.0f %% fewer minutes in the median", 100*saved[len(saved)/2])
	}
}

// When a dock is lost at noon, what is in the air stays and its neighbours take over what they reach.
func TestPlannedAnewWithoutADock(t *testing.T) {
	requests, docks := made(t, 7, 300, 8)
	day := aDay(7)
	before, err := Make(t.Context(), requests, docks, day)
	if err != nil {
		t.Fatal(err)
	}
	noon := day.Begin.Add(2 * time.Hour)
	lost := slices.Clone(docks)
	last := before.Flights[len(before.Flights)-1]
	for i := range lost {
		if lost[i].SN == last.Dock {
			lost[i].Blocked = "maintenance"
		}
	}
	p, err := Anew(t.Context(), before, requests, lost, day, noon)
	if err != nil {
		t.Fatal(err)
	}
	done := map[int]string{}
	for _, f := range p.Flights {
		for _, j := range f.Jobs {
			if by, twice := done[j]; twice {
				t.Errorf("piece %d is flown by %s and %s", j, by, f.ID)
			}
			done[j] = f.ID
		}
		begun := slices.ContainsFunc(before.Flights, func(b Planned) bool { return b.ID == f.ID && !b.At.After(noon) })
		if !begun && (f.Dock == last.Dock || f.At.Before(noon)) {
			t.Errorf("flight %s is planned for a dock that is blocked, or for what is past", f.ID)
		}
	}
	for _, b := range before.Flights {
		if !b.At.After(noon) && !slices.ContainsFunc(p.Flights, func(f Planned) bool { return f.ID == b.ID }) {
			t.Errorf("flight %s had begun, and is no longer there", b.ID)
		}
	}
	t.Logf("%d flights, %.0f min; anew %d, %.0f min", len(before.Flights), before.Minutes, len(p.Flights), p.Minutes)
}

// BenchmarkMake plans days, and plans them anew without a dock.
func BenchmarkMake(b *testing.B) {
	for _, n := range []struct{ requests, docks int }{{100, 4}, {1000, 16}, {10000, 64}} {
		b.Run(fmt.Sprintf("%d-requests-%d-docks", n.requests, n.docks), func(b *testing.B) {
			requests, docks := made(b, 1, n.requests, n.docks)
			day := aDay(1)
			var p *Plan
			var err error
			for b.Loop() {
				if p, err = Make(b.Context(), requests, docks, day); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(p.Minutes, "flight-min")
			b.ReportMetric(float64(len(p.Flights)), "flights")
			whole := 0
			for _, m := range p.Promises {
				if m.Share >= wholeShare {
					whole++
				}
			}
			b.ReportMetric(float64(whole), "requests-whole")
			lost := slices.Clone(docks)
			lost[1].Blocked = "maintenance"
			t0 := time.Now()
			if _, err := Anew(b.Context(), p, requests, lost, day, day.Begin.Add(time.Hour)); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(t0).Seconds(), "anew-s")
		})
	}
}

// A fence between a dock and what is asked for is flown round, there and back.
func TestAFenceOnTheWayIsFlownRound(t *testing.T) {
	at := orb.Point{121.55, 31.1}
	f := geo.NewFrame(at, 0)
	square := func(e, n, half float64) orb.Polygon {
		return orb.Polygon{{f.From(e-half, n-half), f.From(e+half, n-half), f.From(e+half, n+half), f.From(e-half, n+half), f.From(e-half, n-half)}}
	}
	for _, half := range []float64{2, 20, 150, 400} {
		day := aDay(1)
		day.Airspace = Airspace{Fences: geo.NewFences([]geo.Fence{{ID: "f", Kind: noFly, Polygon: square(1000, 0, half)}})}
		r := Request{ID: "r", Department: "x", Geometry: f.From(2000, 0), WidthM: 60}
		p, err := Make(t.Context(), []Request{r}, []Dock{{SN: "d", Model: "M4D", At: at}}, day)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Flights) != 1 || p.Promises[0].Share < 1 {
			t.Errorf("round %g m: %d flights, %+v", half, len(p.Flights), p.Promises)
			continue
		}
		if why, _ := day.Airspace.Clear(Route{Waypoints: append([]Waypoint{{Lon: at[0], Lat: at[1]}}, append(p.Flights[0].Route.Waypoints, Waypoint{Lon: at[0], Lat: at[1]})...)}, p.Flights[0].At); why != "" {
			t.Errorf("round %g m, from the dock and back: %s", half, why)
		}
	}
	// a dock in a fence, and one in too much wind, say so
	day := aDay(1)
	day.Airspace = Airspace{Fences: geo.NewFences([]geo.Fence{{ID: "f", Kind: noFly, Polygon: square(0, 0, 300)}})}
	r := Request{ID: "r", Department: "x", Geometry: f.From(2000, 0), WidthM: 60}
	p, err := Make(t.Context(), []Request{r}, []Dock{{SN: "d", Model: "M4D", At: at}}, day)
	if err != nil || len(p.Flights) != 0 || !strings.Contains(p.Promises[0].Why, "stands in or beside a fence") {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := Make(t.Context(), []Request{r}, []Dock{{SN: "../d", Model: "M4D", At: at}}, day); err == nil {
		t.Error("a dock's serial number leads out of a folder")
	}
	// what is ended says so
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Make(ctx, []Request{r}, []Dock{{SN: "d", Model: "M4D", At: at}}, aDay(1)); err == nil {
		t.Error("a plan that was ended is told as made")
	}
}

// Buildings that are too high to fly over are flown round, and where there are too many for that it is said.
func TestTallBuildingsAreFlownRound(t *testing.T) {
	at := orb.Point{121.55, 31.1}
	f := geo.NewFrame(at, 0)
	square := func(e, n, half float64) orb.Polygon {
		return orb.Polygon{{f.From(e-half, n-half), f.From(e+half, n-half), f.From(e+half, n+half), f.From(e-half, n+half), f.From(e-half, n-half)}}
	}
	towers := func(n int) (out []geo.Building) {
		for i := range n {
			out = append(out, geo.Building{Outline: square(600+90*float64(i%12), 100*float64(i/12)-300, 20), HeightM: 200})
		}
		return append(out, geo.Building{Outline: square(1000, 600, 50), HeightM: 10})
	}
	day := aDay(1)
	all := towers(60)
	day.Buildings = geo.NewBuildings(all)
	requests := []Request{{ID: "a", Department: "x", Geometry: f.From(2200, 0), WidthM: 60}, {ID: "b", Department: "x", Geometry: orb.MultiPolygon{square(1100, -50, 300)}}}
	docks := []Dock{{SN: "d", Model: "M4D", At: at}}
	p, err := Make(t.Context(), requests, docks, day)
	if err != nil || len(p.Flights) == 0 || p.Promises[0].Share < 1 || p.Promises[1].Share == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, fl := range p.Flights {
		before := at
		for i, w := range append(slices.Clone(fl.Route.Waypoints), Waypoint{Lon: at[0], Lat: at[1]}) {
			q := orb.Point{w.Lon, w.Lat}
			for k := 0.0; k <= 1; k += 0.01 {
				here := orb.Point{before[0] + (q[0]-before[0])*k, before[1] + (q[1]-before[1])*k}
				for _, b := range all[:60] {
					if planar.PolygonContains(b.Outline, here) {
						t.Fatalf("flight %s: on the way to waypoint %d it flies into a tower", fl.ID, i)
					}
				}
			}
			before = q
		}
	}
	day.Buildings = geo.NewBuildings(towers(manyTall + 10))
	if p, err := Make(t.Context(), requests[:1], docks, day); err != nil || len(p.Flights) != 0 || !strings.Contains(p.Promises[0].Why, "too high to fly over") {
		t.Errorf("%+v, %v", p, err)
	}
}
