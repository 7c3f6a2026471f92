package geo_test

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

func TestBeforeADoorLine(t *testing.T) {
	at := orb.Point{121.53, 31.225}
	f := geo.NewFrame(at, 0)
	block := orb.Polygon{{f.From(0, 0), f.From(20, 0), f.From(20, 12), f.From(0, 12), f.From(0, 0)}}
	street := orb.LineString{f.From(-50, 40), f.From(50, 40)}
	d := geo.NewDoorLines([]orb.LineString{street}, geo.NewBuildings([]geo.Building{{block, 10}}))
	for _, c := range []struct {
		what string
		e, n float64
		want bool
	}{
		{"before the wall", 10, -1.5, true}, {"on the pavement further out", 10, -3, false}, {"beside a corner", -1, -1, true},
		{"just behind the wall, by the position's error", 10, 0.6, true}, {"inside", 10, 6, false},
		{"before the street's line", 0, 38.5, true}, {"beyond it", 0, 41.5, true}, {"far from all", 60, 80, false},
	} {
		if got := d.Before(f.From(c.e, c.n), 2); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	var none *geo.DoorLines
	if none.Before(at, 2) {
		t.Error("no lines, and yet before one")
	}
}

func TestDoorLinesSayWhatIsWrong(t *testing.T) {
	lines, problems := geo.ReadDoorLines(&geo.Layer{Datum: wgs84(), Features: []geo.Feature{
		{N: 1, Geometry: orb.LineString{{121.5, 31.2}, {121.51, 31.2}}}, {N: 2, Geometry: orb.MultiLineString{{{121.5, 31.2}, {121.51, 31.2}}, {{121.5, 31.3}, {121.51, 31.3}}}},
		{N: 3}, {N: 4, Geometry: orb.Point{121.5, 31.2}}, {N: 5, Geometry: orb.LineString{{121.5, 31.2}}}, {N: 6, Geometry: orb.LineString{{31.2, 121.5}, {31.2, 121.6}}},
	}})
	if len(lines) != 3 {
		t.Errorf("%d lines", len(lines))
	}
	want := map[int]string{3: "no geometry", 4: "Point", 5: "fewer than two", 6: "swapped"}
	for _, p := range problems {
		if w, ok := want[p.N]; !ok || !strings.Contains(p.Text, w) {
			t.Errorf("feature %d: %s", p.N, p.Text)
		}
		delete(want, p.N)
	}
	if len(want) > 0 {
		t.Errorf("not said: %v", want)
	}
}
