package missions_test

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
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/madeup"
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
func airspace() missions.Airspace {
	ring := func(c orb.Point, m float64, n int) orb.Polygon {
		f := geo.NewFrame(c, 0)
		var r orb.Ring
		for i := range n {
			a := float64(i) * 2 * math.Pi / float64(n)
			r = append(r, f.From(m*math.Cos(a), m*math.Sin(a)))
		}
		return orb.Polygon{append(r, r[0])}
	}
	return missions.Airspace{Fences: geo.NewFences([]geo.Fence{
		{ID: "airport", Kind: "no-fly", Polygon: ring(orb.Point{121.8052, 31.1434}, 5000, 16), MadeUp: true},
		{ID: "resort", Kind: "no-fly", Polygon: ring(orb.Point{121.657, 31.144}, 1500, 12), MadeUp: true},
		{ID: "school", Kind: "no-fly", Polygon: ring(orb.Point{121.56, 31.2}, 250, 6), MadeUp: true},
	})}
}

// made are n requests of three departments and docks for them, made up: places that several look at, roads, areas, points.
func made(t testing.TB, seed uint64, n, docks int) ([]missions.Request, []missions.Dock) {
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
	var ds []missions.Dock
	for len(ds) < docks { // apart from each other
		q := inside()
		if !slices.ContainsFunc(ds, func(d missions.Dock) bool { return geo.DistanceM(d.At, q) < 22000/math.Sqrt(float64(docks)) }) {
			ds = append(ds, missions.Dock{SN: fmt.Sprintf("SIM%03d", len(ds)+1), Model: "M4D", At: q})
		}
	}
	var hot []orb.Point // where several departments look
	for len(hot) < max(3, n/5) {
		hot = append(hot, inside())
	}
	near := func() orb.Point {
		if rng.IntN(4) == 0 {
			return inside()
		}
		return hot[rng.IntN(len(hot))]
	}
	return madeup.Requests(rng, n, near, func(c orb.Point) bool { return len(space.Fences.Append(nil, c, 1200)) == 0 }), ds
}

func aDay(seed uint64) missions.Day {
	begin := time.Date(2026, 12, 1, 7, 0, 0, 0, beijing)
	return missions.Day{Begin: begin, End: begin.Add(10 * time.Hour), WindMS: 4, Airspace: airspace(), Seed: seed}
}

// fly flies a route over flat ground, as a dock's aircraft does that stops at each waypoint and turns, and says what its camera saw.
func fly(t testing.TB, c *geo.Coverage, f missions.Planned, model string, w, h int) {
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
	promised, kept, worst := 0.0, 0.0, 0.0
	for seed := range uint64(sets) {
		requests, docks := made(t, 100+seed, 40, 4)
		docks[1].Model = "M30" // which flies less far
		day := aDay(seed)
		p, err := missions.Make(t.Context(), requests, docks, day)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := missions.Alone(t.Context(), requests, docks, day)
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
			d := docks[slices.IndexFunc(docks, func(d missions.Dock) bool { return d.SN == f.Dock })]
			for i, w := range f.Route.Waypoints {
				if m := geo.DistanceM(d.At, orb.Point{w.Lon, w.Lat}); m > missions.ServiceRadiusM(d.Model)*1.005 {
					t.Errorf("set %d: flight %s: waypoint %d is %.0f m off, and %s flies %.0f", seed, f.ID, i, m, d.Model, missions.ServiceRadiusM(d.Model))
				}
			}
			for _, x := range f.Serves {
				if !(x.Share > 0 && x.Share <= 1) {
					t.Errorf("set %d: flight %s serves %.2f of %s", seed, f.ID, x.Share, x.Request)
				}
			}
			fly(t, &c, f, d.Model, 1280, 720)
		}
		for i, m := range p.Promises {
			if m.Share == 0 {
				continue
			}
			seen, of := c.Seen(missions.Ground(&requests[i]), m.GSDCM/100+1e-6)
			promised += m.Share * float64(of)
			kept += math.Min(m.Share*float64(of), float64(seen))
			// of the request's ground; a piece or two at its border is what samples and pieces differ by
			if seen == 0 && m.Share*float64(of) > 3 {
				t.Errorf("set %d: of request %s %.0f %% is promised, and nothing seen", seed, m.Request, 100*m.Share)
			}
			if missing := m.Share - float64(seen)/float64(of); missing > worst {
				worst = missing
			}
		}
	}
	slices.Sort(saved)
	t.Logf("%d plans: %.1f %% fewer minutes in the median, %.1f %% at least; %.3f %% of what was promised is seen, of one request's ground at most %.1f %% is missing", len(saved), 100*saved[len(saved)/2], 100*saved[0], 100*kept/promised, 100*worst)
	if worst > 0.02 {
		t.Errorf("of one request %.1f %% of its ground is promised and not seen", 100*worst)
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
	before, err := missions.Make(t.Context(), requests, docks, day)
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
	p, err := missions.Anew(t.Context(), before, requests, lost, day, noon)
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
		begun := slices.ContainsFunc(before.Flights, func(b missions.Planned) bool { return b.ID == f.ID && !b.At.After(noon) })
		if !begun && (f.Dock == last.Dock || f.At.Before(noon)) {
			t.Errorf("flight %s is planned for a dock that is blocked, or for what is past", f.ID)
		}
	}
	for _, b := range before.Flights {
		if !b.At.After(noon) && !slices.ContainsFunc(p.Flights, func(f missions.Planned) bool { return f.ID == b.ID }) {
			t.Errorf("flight %s had begun, and is no longer there", b.ID)
		}
	}
	// a flight that was changed by hand stays, unless its own dock is lost
	for i := range before.Flights {
		before.Flights[i].Held = before.Flights[i].At.After(noon)
	}
	if p, err = missions.Anew(t.Context(), before, requests, lost, day, noon); err != nil {
		t.Fatal(err)
	}
	for _, b := range before.Flights {
		is := slices.ContainsFunc(p.Flights, func(f missions.Planned) bool { return f.ID == b.ID })
		if want := b.Dock != last.Dock || !b.At.After(noon); is != want {
			t.Errorf("flight %s, held, of dock %s: it is there %v, wanted %v", b.ID, b.Dock, is, want)
		}
	}
	// and a plan that was altered is refused
	before.Flights[0].Jobs = append(before.Flights[0].Jobs, 1<<20)
	if _, err := missions.Anew(t.Context(), before, requests, lost, day, noon); err == nil {
		t.Error("a plan with work that there is not is taken")
	}
	t.Logf("%d flights, %.0f min; anew %d, %.0f min", len(before.Flights), before.Minutes, len(p.Flights), p.Minutes)
}

// BenchmarkMake plans days, and plans them anew without a dock.
func BenchmarkMake(b *testing.B) {
	for _, n := range []struct{ requests, docks int }{{100, 4}, {1000, 16}, {10000, 64}} {
		b.Run(fmt.Sprintf("%d-requests-%d-docks", n.requests, n.docks), func(b *testing.B) {
			requests, docks := made(b, 1, n.requests, n.docks)
			day := aDay(1)
			var p *missions.Plan
			var err error
			for b.Loop() {
				if p, err = missions.Make(b.Context(), requests, docks, day); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(p.Minutes, "flight-min")
			b.ReportMetric(float64(len(p.Flights)), "flights")
			whole := 0
			for _, m := range p.Promises {
				if m.Share >= missions.Whole {
					whole++
				}
			}
			b.ReportMetric(float64(whole), "requests-whole")
			lost := slices.Clone(docks)
			lost[1].Blocked = "maintenance"
			t0 := time.Now()
			if _, err := missions.Anew(b.Context(), p, requests, lost, day, day.Begin.Add(time.Hour)); err != nil {
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
		day.Airspace = missions.Airspace{Fences: geo.NewFences([]geo.Fence{{ID: "f", Kind: "no-fly", Polygon: square(1000, 0, half)}})}
		r := missions.Request{ID: "r", Department: "x", Geometry: f.From(2000, 0), WidthM: 60}
		p, err := missions.Make(t.Context(), []missions.Request{r}, []missions.Dock{{SN: "d", Model: "M4D", At: at}}, day)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Flights) != 1 || p.Promises[0].Share < 1 {
			t.Errorf("round %g m: %d flights, %+v", half, len(p.Flights), p.Promises)
			continue
		}
		if why, _ := day.Airspace.Clear(missions.Route{Waypoints: append([]missions.Waypoint{{Lon: at[0], Lat: at[1]}}, append(p.Flights[0].Route.Waypoints, missions.Waypoint{Lon: at[0], Lat: at[1]})...)}, p.Flights[0].At); why != "" {
			t.Errorf("round %g m, from the dock and back: %s", half, why)
		}
	}
	// a dock in a fence, and one in too much wind, say so
	day := aDay(1)
	day.Airspace = missions.Airspace{Fences: geo.NewFences([]geo.Fence{{ID: "f", Kind: "no-fly", Polygon: square(0, 0, 300)}})}
	r := missions.Request{ID: "r", Department: "x", Geometry: f.From(2000, 0), WidthM: 60}
	p, err := missions.Make(t.Context(), []missions.Request{r}, []missions.Dock{{SN: "d", Model: "M4D", At: at}}, day)
	if err != nil || len(p.Flights) != 0 || !strings.Contains(p.Promises[0].Why, "stands in or beside a fence") {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := missions.Make(t.Context(), []missions.Request{r}, []missions.Dock{{SN: "../d", Model: "M4D", At: at}}, day); err == nil {
		t.Error("a dock's serial number leads out of a folder")
	}
	// what is ended says so
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := missions.Make(ctx, []missions.Request{r}, []missions.Dock{{SN: "d", Model: "M4D", At: at}}, aDay(1)); err == nil {
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
		// too high to fly over on the way from a finer look to a coarser one
		return append(out, geo.Building{Outline: square(0, 1500, 60), HeightM: 60}, geo.Building{Outline: square(1000, 600, 50), HeightM: 10})
	}
	day := aDay(1)
	all := towers(60)
	day.Buildings = geo.NewBuildings(all)
	requests := []missions.Request{{ID: "a", Department: "x", Geometry: f.From(2200, 0), WidthM: 60}, {ID: "b", Department: "x", Geometry: orb.MultiPolygon{square(1100, -50, 300)}},
		{ID: "fine", Department: "x", Geometry: f.From(-600, 1500), WidthM: 60, GSDCM: 4}, {ID: "coarse", Department: "x", Geometry: f.From(600, 1500), WidthM: 60, GSDCM: 14}}
	docks := []missions.Dock{{SN: "d", Model: "M4D", At: at}}
	p, err := missions.Make(t.Context(), requests, docks, day)
	if err != nil || len(p.Flights) == 0 || p.Promises[0].Share < 1 || p.Promises[1].Share == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, fl := range p.Flights {
		before := missions.Waypoint{Lon: at[0], Lat: at[1], HeightM: fl.Route.Waypoints[0].HeightM} // it climbs first, and sinks last
		last := fl.Route.Waypoints[len(fl.Route.Waypoints)-1]
		for i, w := range append(slices.Clone(fl.Route.Waypoints), missions.Waypoint{Lon: at[0], Lat: at[1], HeightM: last.HeightM}) {
			for k := 0.0; k <= 1; k += 0.01 {
				here := orb.Point{before.Lon + (w.Lon-before.Lon)*k, before.Lat + (w.Lat-before.Lat)*k}
				high := before.HeightM + (w.HeightM-before.HeightM)*k
				for _, b := range all {
					if b.HeightM+10 > high && planar.PolygonContains(b.Outline, here) {
						t.Fatalf("flight %s: on the way to waypoint %d it flies at %.0f m into a building of %.0f", fl.ID, i, high, b.HeightM)
					}
				}
			}
			before = w
		}
	}
	day.Buildings = geo.NewBuildings(towers(missions.ManyTall + 10))
	if p, err := missions.Make(t.Context(), requests[:1], docks, day); err != nil || len(p.Flights) != 0 || !strings.Contains(p.Promises[0].Why, "too high to fly over") {
		t.Errorf("%+v, %v", p, err)
	}
}

// Hours, due times and views from the side: what is promised is what is flown, in time.
func TestTimesAndViewsAreKept(t *testing.T) {
	at := orb.Point{121.55, 31.1}
	f := geo.NewFrame(at, 0)
	day := aDay(1)
	soon := day.Begin.Add(20 * time.Minute)
	requests := []missions.Request{
		{ID: "hours", Department: "x", Geometry: f.From(900, 0), WidthM: 60, Hours: "07:30-08:00,12:00-14:00", GSDCM: 10},
		{ID: "finer", Department: "x", Geometry: f.From(900, 0), WidthM: 60, GSDCM: 4}, // of the same place, at any time
		{ID: "by", Department: "x", Geometry: f.From(0, 2000), WidthM: 60, By: soon},
		{ID: "never", Department: "x", Geometry: f.From(0, -900), WidthM: 60, Hours: "02:00-03:00"},
		{ID: "orbit", Department: "x", Geometry: f.From(-1500, 0), WidthM: 20, View: missions.Orbit, GSDCM: 2},
		{ID: "oblique", Department: "x", Geometry: f.From(-1500, 300), WidthM: 20, View: missions.Oblique, BearingDeg: 90, GSDCM: 3},
		{ID: "front", Department: "x", Geometry: orb.LineString{f.From(-900, -400), f.From(-700, -400)}, View: missions.Facade, GSDCM: 2},
		{ID: "again", Department: "x", Geometry: f.From(-1500, 600), WidthM: 20, View: missions.Again, FromLon: f.From(-1540, 610)[0], FromLat: f.From(-1540, 610)[1], FromHeightM: 63.5, BearingDeg: 104, PitchDeg: -52},
		{ID: "fine", Department: "x", Geometry: f.From(500, 500), WidthM: 20, GSDCM: 1},
	}
	p, err := missions.Make(t.Context(), requests, []missions.Dock{{SN: "d", Model: "M4D", At: at}}, day)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]missions.Promise{}
	for _, m := range p.Promises {
		by[m.Request] = m
	}
	for _, id := range []string{"hours", "finer", "by", "orbit", "oblique", "front", "again"} {
		if by[id].Share < missions.Whole {
			t.Errorf("%+v", by[id])
		}
	}
	if by["never"].Share != 0 || !strings.Contains(by["never"].Why, "hold at no time") || by["fine"].Share != 0 || !strings.Contains(by["fine"].Why, "lower than is safe") {
		t.Errorf("%+v, %+v", by["never"], by["fine"])
	}
	for _, fl := range p.Flights {
		end := fl.Until.Add(fl.Takes) // of one that starts as late as it may
		for _, s := range fl.Serves {
			switch s.Request {
			case "hours":
				if fl.At.Hour() < 12 || end.After(day.Begin.Add(7*time.Hour+time.Minute)) {
					t.Errorf("what is to be flown from 12:00 to 14:00 flies at %s, and may end at %s", fl.At.Format("15:04"), end.Format("15:04"))
				}
			case "by":
				if end.After(soon) {
					t.Errorf("what is due at %s may end at %s", soon.Format("15:04"), end.Format("15:04"))
				}
			case "again":
				if !slices.ContainsFunc(fl.Route.Waypoints, func(w missions.Waypoint) bool {
					q := f.To(orb.Point{w.Lon, w.Lat}, 0)
					return w.Photo && math.Hypot(q.E+1540, q.N-610) < 0.1 && w.HeightM == 63.5 && w.YawDeg != nil && *w.YawDeg == 104 && w.PitchDeg == -52
				}) {
					t.Error("no picture is taken from where the earlier one was, and as it was turned")
				}
			case "orbit":
				looks := 0
				for _, w := range fl.Route.Waypoints {
					q := f.To(orb.Point{w.Lon, w.Lat}, 0)
					if w.Photo && w.YawDeg != nil && math.Hypot(q.E+1500, q.N) < 120 {
						// the camera looks at the place: along its bearing, and as far down as it lies
						yaw := math.Atan2(-1500-q.E, -q.N) * 180 / math.Pi
						pitch := -math.Atan2(w.HeightM, math.Hypot(q.E+1500, q.N)) * 180 / math.Pi
						if math.Abs(geo.WrapDeg(yaw-*w.YawDeg)) < 1 && math.Abs(pitch-w.PitchDeg) < 1 {
							looks++
						}
					}
				}
				if looks != 8 {
					t.Errorf("of 8 looks from all sides %d look at the place", looks)
				}
			}
		}
	}
}

// What no dock has time for says what it would take: another flight, or a coarser resolution, which takes less.
func TestWhatHasNoTimeSaysWhatItWouldTake(t *testing.T) {
	at := orb.Point{121.55, 31.1}
	f := geo.NewFrame(at, 0)
	day := aDay(1)
	day.End = day.Begin.Add(12 * time.Minute)
	area := orb.Polygon{{f.From(500, 0), f.From(2500, 0), f.From(2500, 2000), f.From(500, 2000), f.From(500, 0)}}
	p, err := missions.Make(t.Context(), []missions.Request{{ID: "large", Department: "x", Geometry: area, GSDCM: 6}}, []missions.Dock{{SN: "d", Model: "M4D", At: at}}, day)
	if err != nil {
		t.Fatal(err)
	}
	var km, min, gsd, less float64
	if _, err := fmt.Sscanf(strings.TrimPrefix(p.Promises[0].Why, "the docks that reach it have no time left for it in its hours; it would take "), "about %f min more in the air from d, %f km off; at %f cm a pixel about %f min", &min, &km, &gsd, &less); err != nil {
		t.Fatalf("%q: %v", p.Promises[0].Why, err)
	}
	// 4 km² in strips of some 65 m at 10 m/s are 100 minutes, of which 12 are flown
	if math.Abs(km-1.8) > 0.2 || min < 70 || min > 130 || gsd != 9 || less >= min || less < min/1.6 {
		t.Errorf("%+v", p.Promises[0])
	}
}

// A single still that nobody can take says that nobody reaches it.
func TestAFarViewSaysThatItIsFar(t *testing.T) {
	at := orb.Point{121.55, 31.1}
	far := geo.NewFrame(at, 0).From(15000, 0)
	p, err := missions.Make(t.Context(), []missions.Request{{ID: "far", Department: "x", Geometry: far, WidthM: 20, View: missions.Oblique, GSDCM: 3}}, []missions.Dock{{SN: "d", Model: "M4D", At: at}}, aDay(1))
	if err != nil || !strings.Contains(p.Promises[0].Why, "no dock reaches it") {
		t.Errorf("%+v, %v", p.Promises, err)
	}
}

// What is too high to fly over is counted at the height at which a view from the side is flown.
func TestACloseUpIsFlownOverLowHouses(t *testing.T) {
	at := orb.Point{121.55, 31.1}
	f := geo.NewFrame(at, 0)
	var houses []geo.Building
	for i := range 200 {
		x, y := float64(i%20)*40-1000, float64(i/20)*40+500
		houses = append(houses, geo.Building{Outline: orb.Polygon{{f.From(x, y), f.From(x+10, y), f.From(x+10, y+10), f.From(x, y+10), f.From(x, y)}}, HeightM: 6})
	}
	day := aDay(1)
	day.Buildings = geo.NewBuildings(houses)
	p, err := missions.Make(t.Context(), []missions.Request{missions.CloseUpOf("c", "x", "lead A", f.From(0, -600), "street-stall")}, []missions.Dock{{SN: "d", Model: "M4D", At: at}}, day)
	if err != nil || p.Promises[0].Share < missions.Whole {
		t.Errorf("%+v, %v", p.Promises, err)
	}
}

// Requests that come at noon are planned around what has begun: no ground that a flight shows in time is flown again, all that was promised stays
// promised, and planned once more without anything new it stays the same.
func TestWhatComesAtNoonIsPlannedAroundWhatFlies(t *testing.T) {
	requests, docks := made(t, 5, 120, 6)
	day := aDay(5)
	before, err := missions.Make(t.Context(), requests, docks, day)
	if err != nil {
		t.Fatal(err)
	}
	noon := day.Begin.Add(90 * time.Minute)
	promised := func(p *missions.Plan, id string) missions.Promise {
		i := slices.IndexFunc(p.Promises, func(m missions.Promise) bool { return m.Request == id })
		if i < 0 {
			t.Fatalf("nothing is said of request %s", id)
		}
		return p.Promises[i]
	}
	begun := map[string]bool{}
	for _, f := range before.Flights {
		begun[f.ID] = !f.At.After(noon)
	}
	// somebody asks for what a flight that has begun shows anyway, and somebody for it as it is after noon
	var old missions.Request
	for i, m := range before.Promises {
		if m.Share >= missions.Whole && requests[i].View == missions.Nadir && len(m.Flights) == 1 && begun[m.Flights[0]] {
			old = requests[i]
		}
	}
	if old.ID == "" {
		t.Fatal("no request is seen by one flight that has begun")
	}
	same, later := old, old
	same.ID, same.Asked = "same", day.Begin.Add(-time.Hour)
	later.ID, later.Asked = "later", noon
	all := append(slices.Clone(requests), same, later)
	p, err := missions.Anew(t.Context(), before, all, docks, day, noon)
	if err != nil {
		t.Fatal(err)
	}
	if m := promised(p, "same"); m.Share < missions.Whole || !slices.ContainsFunc(m.Flights, func(id string) bool { return begun[id] }) {
		t.Errorf("what a flight in the air shows is promised as %+v", m)
	}
	if m := promised(p, "later"); m.Share < missions.Whole || slices.ContainsFunc(m.Flights, func(id string) bool { return begun[id] }) {
		t.Errorf("what is asked for at noon is promised as %+v", m)
	}
	for _, m := range before.Promises {
		if n := promised(p, m.Request); n.Share < m.Share-0.01 {
			t.Errorf("request %s was promised to %.3f, and is to %.3f after noon: %s", m.Request, m.Share, n.Share, n.Why)
		}
	}
	if p.Minutes > before.Minutes+30 {
		t.Errorf("%.0f minutes, and %.0f after one request more", before.Minutes, p.Minutes)
	}
	again, err := missions.Anew(t.Context(), p, all, docks, day, noon)
	if err != nil {
		t.Fatal(err)
	}
	if again.Cut != p.Cut || again.Minutes > p.Minutes+1e-6 {
		t.Errorf("planned once more it is cut otherwise, or takes %.1f minutes instead of %.1f", again.Minutes, p.Minutes)
	}
	// a flight that failed is not in the plan any more: others show what it was to show
	var failed string
	for i, m := range before.Promises {
		if m.Share >= missions.Whole && len(m.Flights) == 1 && begun[m.Flights[0]] && requests[i].By.IsZero() {
			failed = m.Flights[0]
		}
	}
	without := *before
	without.Flights = slices.DeleteFunc(slices.Clone(before.Flights), func(f missions.Planned) bool { return f.ID == failed })
	if p, err = missions.Anew(t.Context(), &without, requests, docks, day, noon); err != nil {
		t.Fatal(err)
	}
	for i, m := range before.Promises {
		if n := promised(p, m.Request); requests[i].By.IsZero() && requests[i].Hours == "" && n.Share < m.Share-0.01 {
			t.Errorf("request %s was promised to %.3f, and without flight %s is to %.3f: %s", m.Request, m.Share, failed, n.Share, n.Why)
		}
	}
	// one that somebody takes off is not flown, nor is what it was to show
	struck := *before
	struck.Flights = slices.Clone(before.Flights)
	last := &struck.Flights[len(struck.Flights)-1]
	last.Struck = true
	for _, all := range [][]missions.Request{requests, all} {
		if p, err = missions.Anew(t.Context(), &struck, all, docks, day, noon); err != nil {
			t.Fatal(err)
		}
		missing := 0
		for _, s := range before.Flights[len(before.Flights)-1].Serves {
			if m := promised(p, s.Request); m.Share < missions.Whole && strings.Contains(m.Why, last.ID) {
				missing++
			}
		}
		if missing == 0 {
			t.Errorf("flight %s was taken off, and all that it was to show is promised", last.ID)
		}
	}
}

// Over dwellings with quiet hours is flown when they are over, to the end of the flight; at other hours ways lead round them.
func TestQuietHoursAreKept(t *testing.T) {
	requests, docks := made(t, 3, 40, 3)
	f := geo.NewFrame(docks[0].At, 0)
	square := func(e, n, half float64) orb.Polygon {
		return orb.Polygon{{f.From(e-half, n-half), f.From(e+half, n-half), f.From(e+half, n+half), f.From(e-half, n+half), f.From(e-half, n-half)}}
	}
	for name, hours := range map[string]string{"all but noon": "00:00-11:30,13:30-24:00", "noon": "11:30-14:00", "the evening": "16:00-22:00"} {
		h, err := geo.ParseHours(hours)
		if err != nil {
			t.Fatal(err)
		}
		fences := []geo.Fence{{ID: "dwellings", Kind: "no-fly", Hours: h, Polygon: square(1500, 300, 500)}, {ID: "night", Kind: "no-fly", Hours: h, Polygon: square(-900, 900, 250)}}
		day := aDay(3)
		day.Airspace = missions.Airspace{Fences: geo.NewFences(fences)}
		all := append(slices.Clone(requests), missions.Request{ID: "inside", Department: "x", GSDCM: 5, Geometry: square(1500, 300, 200)}, missions.Request{ID: "behind", Department: "x", GSDCM: 5, Geometry: square(2600, 500, 200)})
		p, err := missions.Make(t.Context(), all, docks, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Promises {
			if (m.Request == "inside" || m.Request == "behind") && m.Share < missions.Whole {
				t.Errorf("%s: %+v", name, m)
			}
		}
		if len(p.Flights) < 3 {
			t.Fatalf("%s: %d flights", name, len(p.Flights))
		}
		inside := 0
		for _, fl := range p.Flights {
			line := orb.LineString{docks[slices.IndexFunc(docks, func(d missions.Dock) bool { return d.SN == fl.Dock })].At}
			for _, w := range fl.Route.Waypoints {
				line = append(line, orb.Point{w.Lon, w.Lat})
			}
			line = append(line, line[0])
			for _, x := range fences {
				touches := slices.ContainsFunc(geo.Steps(line, 10), func(q orb.Point) bool { return planar.PolygonContains(x.Polygon, q) })
				if !touches {
					continue
				}
				inside++
				for at := fl.At; !at.After(fl.Until.Add(fl.Takes)); at = at.Add(time.Minute) {
					if x.Holds(at) {
						t.Errorf("%s: flight %s (%s to %s) flies over %s at %s", name, fl.ID, fl.At.Format("15:04"), fl.At.Add(fl.Takes).Format("15:04"), x.ID, at.Format("15:04"))
						break
					}
				}
			}
		}
		if inside == 0 {
			t.Errorf("%s: nothing is flown over the dwellings", name)
		}
	}
}

// hills are ground of a made-up district.
type hills struct{ frame geo.Frame }

func (h hills) HeightM(q orb.Point) (float64, bool) {
	v := h.frame.To(q, 0)
	return 100 + 40*math.Sin(v.E/350) + 25*math.Cos(v.N/260), true
}

// Over hills is flown at the height above the ground that the resolution wants, between waypoints too; on the way there never low, and never above the
// law's limit by more than the ground is followed with.
func TestHillsAreFollowed(t *testing.T) {
	requests, docks := made(t, 11, 40, 3)
	day := aDay(11)
	ground := hills{geo.NewFrame(docks[0].At, 0)}
	flat, err := missions.Make(t.Context(), requests, docks, day)
	if err != nil {
		t.Fatal(err)
	}
	day.Terrain = ground
	p, err := missions.Make(t.Context(), requests, docks, day)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Flights) < 3 {
		t.Fatalf("%d flights", len(p.Flights))
	}
	gsd := map[string]float64{}
	for i, m := range p.Promises {
		gsd[m.Request] = m.GSDCM
		if f := flat.Promises[i]; m.Share < f.Share-0.01 {
			t.Logf("request %s is promised to %.3f, over flat ground to %.3f: %s", m.Request, m.Share, f.Share, m.Why)
		}
	}
	looked := 0
	for _, f := range p.Flights {
		d := docks[slices.IndexFunc(docks, func(d missions.Dock) bool { return d.SN == f.Dock })]
		home, _ := ground.HeightM(d.At)
		cam, err := geo.CameraOf(d.Model, "wide", 0, 1280, 720)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(f.Route.Waypoints); i++ {
			a, b := f.Route.Waypoints[i-1], f.Route.Waypoints[i]
			for s := 0.0; s <= 1; s += 0.1 {
				q := orb.Point{a.Lon + (b.Lon-a.Lon)*s, a.Lat + (b.Lat-a.Lat)*s}
				g, _ := ground.HeightM(q)
				above := home + a.HeightM + (b.HeightM-a.HeightM)*s - g
				if above < 10 || above > 120+10 {
					t.Fatalf("flight %s, leg %d: %.1f m above the ground", f.ID, i, above)
				}
				if len(f.Legs[i]) == 0 || b.Photo {
					continue
				}
				looked++
				for _, id := range f.Legs[i] {
					if cm := above / cam.FocalPx * 100; cm > gsd[id]*1.005 {
						t.Fatalf("flight %s, leg %d: %.2f cm a pixel, request %s wants %.2f", f.ID, i, cm, id, gsd[id])
					}
				}
			}
		}
	}
	if looked < 300 {
		t.Errorf("%d places were looked at", looked)
	}
	if p.Minutes < flat.Minutes {
		t.Errorf("%.0f minutes over hills, %.0f over flat ground", p.Minutes, flat.Minutes)
	}
	// and planned anew with something new, what flies is known by the height that it flies above the ground
	noon := day.Begin.Add(90 * time.Minute)
	more := append(slices.Clone(requests), missions.Request{ID: "more", Department: "x", Asked: noon, GSDCM: 8, Geometry: requests[0].Geometry})
	again, err := missions.Anew(t.Context(), p, more, docks, day, noon)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range p.Promises {
		if n := again.Promises[i]; requests[i].By.IsZero() && requests[i].Hours == "" && n.Share < m.Share-0.02 {
			t.Errorf("request %s was promised to %.3f, and is to %.3f: %s", m.Request, m.Share, n.Share, n.Why)
		}
	}
	t.Logf("%.0f minutes over hills, %.0f over flat ground", p.Minutes, flat.Minutes)
}
