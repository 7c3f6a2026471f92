package missions_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// pudong is the outline of the district.
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
