package docksim

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// The M4D flies 54 minutes in still air and charges from 15 to 95 percent in 27 (DJI's specifications of Dock 3).
func TestBatteriesLastAndChargeAsSpecified(t *testing.T) {
	minutes := func(e energy, inAir bool, wind float64, until func(float64) bool) float64 {
		n := 0
		for ; !until(e.percent) && n < 100000; n++ {
			e.step(time.Second, inAir, wind)
		}
		return float64(n) / 60
	}
	empty := func(p float64) bool { return p <= 0 }
	if m := minutes(energy{percent: 100}, true, 0, empty); math.Abs(m-54) > 0.5 {
		t.Errorf("flies %.1f min", m)
	}
	if still, windy := minutes(energy{percent: 100}, true, 0, empty), minutes(energy{percent: 100}, true, 12, empty); windy > 0.8*still {
		t.Errorf("%.0f min in a wind of 12 m/s, %.0f in still air", windy, still)
	}
	if m := minutes(energy{percent: 15}, false, 0, func(p float64) bool { return p >= 95 }); math.Abs(m-27) > 0.5 {
		t.Errorf("charges in %.1f min", m)
	}
	full := energy{percent: 100}
	full.step(10*time.Minute, false, 0)
	if full.percent != 100 || full.charging {
		t.Errorf("%+v", full)
	}
}

// Over a month the weather is that of a spring in Pudong: mean wind as set, rain some of the time, all grades of it.
func TestWeatherIsWithinItsClimate(t *testing.T) {
	w := newWeather(town.NewDice(3, 3))
	sum, rains, n := 0.0, map[int]int{}, 0
	for ; n < 30*24*60; n++ {
		w.step(60)
		sum += w.wind()
		rains[w.rain]++
		if w.wind() < 0 {
			t.Fatal("wind below nothing")
		}
	}
	if m := sum / float64(n); math.Abs(m-windMeanMS) > 0.5 {
		t.Errorf("mean wind %.1f m/s", m)
	}
	if wet := float64(n-rains[0]) / float64(n); wet < 0.01 || wet > 0.1 || rains[1] == 0 || rains[2] == 0 || rains[3] == 0 {
		t.Errorf("rain %v", rains)
	}
	w.gustMS, w.gustLeft = 12, 180
	if w.step(179); w.gustMS != 12 {
		t.Error("the gust is over too early")
	}
	if w.step(2); w.gustMS != 0 {
		t.Error("the gust stays")
	}
}

func TestFaultsComeByScriptAndByChance(t *testing.T) {
	f := Faults{Chance: 0.25, Kinds: []Fault{FaultGust, FaultHMS}, Script: []Strike{{Dock: "A", Flight: 2, Fault: FaultReboot, At: 0.4}}}
	d := town.NewDice(1, 1)
	if k, at := f.draw(d, "A", 2); k != FaultReboot || at != 0.4 {
		t.Errorf("%s at %g", k, at)
	}
	got := map[Fault]int{}
	for range 4000 {
		k, at := f.draw(d, "A", 3)
		if got[k]++; k != "" && (at < 0.2 || at > 0.8) {
			t.Fatalf("strikes at %g", at)
		}
	}
	if share := float64(4000-got[""]) / 4000; math.Abs(share-0.25) > 0.03 || got[FaultGust] == 0 || got[FaultHMS] == 0 || len(got) != 3 {
		t.Errorf("%v", got)
	}
	for bad, want := range map[string]string{"chance: 2": "chance must be 0 to 1", "kinds: [flood]": `no fault "flood"`, "script: [{dock: A, flight: 0, fault: gust}]": "flight counts from 1", "luck: 1": "luck"} {
		p := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(p, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadFaults(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestTheRestOfARouteBeginsAtItsBreakPoint(t *testing.T) {
	r := missions.Route{Waypoints: []missions.Waypoint{{Lon: 0}, {Lon: 1}, {Lon: 2}}}
	for _, c := range []struct {
		b    cloudapi.BreakPoint
		want []float64
	}{
		{cloudapi.BreakPoint{Index: 0, Progress: 0.25}, []float64{0.25, 1, 2}},
		{cloudapi.BreakPoint{Index: 1, Progress: 0.5}, []float64{1.5, 2}},
		{cloudapi.BreakPoint{Index: 1, Progress: 0.5, State: cloudapi.BreakPointStateOnWaypoint}, []float64{1, 2}},
		{cloudapi.BreakPoint{Index: 2}, []float64{2, 2}},
		{cloudapi.BreakPoint{Index: 99}, []float64{2, 2}},
		{cloudapi.BreakPoint{Index: -1}, []float64{0, 1, 2}},
	} {
		p := rest(r, &c.b)
		got := p.route
		if i := min(max(c.b.Index, 0), 2); p.first != i {
			t.Errorf("%+v: %d waypoints lie before it", c.b, p.first)
		}
		if len(got.Waypoints) != len(c.want) {
			t.Errorf("%+v: %+v", c.b, got)
			continue
		}
		for i := range c.want {
			if got.Waypoints[i].Lon != c.want[i] {
				t.Errorf("%+v: %+v", c.b, got)
			}
		}
	}
	if r.Waypoints[0].Lon != 0 {
		t.Error("the route itself is changed")
	}
}

// A route with heights above the ellipsoid is flown at the same place as one with heights above take-off, and so is what is left of it.
func TestHeightsAboveTheEllipsoidAreFlownAboveTakeoff(t *testing.T) {
	above := missions.Route{Waypoints: []missions.Waypoint{{Lon: 121.5, Lat: 31.2, HeightM: 70, SpeedMS: 8}, {Lon: 121.501, Lat: 31.2, HeightM: 80, SpeedMS: 8}, {Lon: 121.502, Lat: 31.2, HeightM: 90, SpeedMS: 8}}}
	ellipsoidal := missions.Route{Ellipsoidal: true, Waypoints: slices.Clone(above.Waypoints)}
	for i := range ellipsoidal.Waypoints {
		ellipsoidal.Waypoints[i].HeightM += siteHeightM
	}
	frame := geo.NewFrame(orbPoint(121.5, 31.2), 0)
	b := &cloudapi.BreakPoint{Index: 1}
	for _, c := range [][2]missions.Route{{above, ellipsoidal}, {rest(above, b).route, rest(ellipsoidal, b).route}} {
		if a, e := newPilot(frame, c[0]).legs, newPilot(frame, c[1]).legs; !slices.Equal(a, e) {
			t.Errorf("flown %v and %v", a, e)
		}
	}
}
