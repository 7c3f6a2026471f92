package missions_test

import (
	"context"
	"errors"
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

// How far a plan is goes up to the search's end, and to nothing more is gone on once it is given up.
func TestAPlanTellsHowFarItIsAndCanBeGivenUp(t *testing.T) {
	requests, docks := made(t, 1, 60, 4)
	day := aDay(1)
	var told []float64
	day.Progress = func(share float64) { told = append(told, share) }
	if _, err := missions.Make(t.Context(), requests, docks, day); err != nil {
		t.Fatal(err)
	}
	if n := len(told); n < 10 || !slices.IsSorted(told) || told[0] < 0.05 || told[n-1] < 0.8 || told[n-1] > 1 {
		t.Errorf("told %d times: %v", len(told), told)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	told = nil
	day.Progress = func(share float64) {
		told = append(told, share)
		if share > 0.3 {
			giveUp()
		}
	}
	if _, err := missions.Make(ctx, requests, docks, day); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	// what is told last is that the search is over
	if n := len(told); told[n-2] > 0.5 {
		t.Errorf("it went on after it was given up: %v", told)
	}
}
