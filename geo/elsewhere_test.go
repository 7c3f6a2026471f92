package geo

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// A layer that lies elsewhere is an error that says how far off and what is likely, whatever the layer is; so is a feature of it.
func TestALayerThatLiesElsewhereIsAnError(t *testing.T) {
	_, district, err := Pudong()
	if err != nil {
		t.Fatal(err)
	}
	square := func(x, y, side float64) orb.Polygon {
		return orb.Polygon{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}
	}
	layer := func(datum string, polygons ...orb.Polygon) *Layer {
		d, err := ParseDatum(datum)
		if err != nil {
			t.Fatal(err)
		}
		l := &Layer{Datum: d, District: district}
		for i, p := range polygons {
			l.Features = append(l.Features, Feature{N: i + 1, Geometry: p, Fields: []Field{{"kind", "no-fly"}, {"number", string(rune('a' + i))}, {"height_m", "5"}}})
		}
		return l
	}
	// EPSG:4549 is the zone of 120° without the zone's number; the place lies in Pudong
	const e, n = 645785.0, 3456930.0
	for _, c := range []struct {
		name string
		l    func() *Layer
		want []string // what the problem says; nothing: there is none
	}{
		{"right", func() *Layer { return layer("EPSG:4549", square(e, n, 50)) }, nil},
		{"axes swapped", func() *Layer { return layer("EPSG:4549", square(n, e, 50)) }, []string{"axes swapped"}},
		{"a neighbour's meridian", func() *Layer { return layer("EPSG:4548", square(e, n, 50)) }, []string{"km off", "EPSG:4549"}},
		{"a zone's number missing", func() *Layer { return layer("EPSG:4528", square(e, n, 50)) }, []string{"zone's number", "EPSG:4549"}},
		{"another city", func() *Layer { return layer(WGS84, square(120.1, 30.2, 0.01), square(120.2, 30.2, 0.01)) }, []string{"all of it", "km off"}},
		{"one of two", func() *Layer { return layer(WGS84, square(121.53, 31.22, 0.001), square(150, 5, 0.001)) }, []string{"km outside the district"}},
	} {
		readers := map[string]func(*Layer) (int, []Problem){
			"fences":   func(l *Layer) (int, []Problem) { f, p := ReadFences(l); return f.Len(), p },
			"register": func(l *Layer) (int, []Problem) { f, p := ReadEntries(l, nil); return len(f), p },
			"outlines": func(l *Layer) (int, []Problem) { f, p := ReadBuildings(l); return f.Len(), p },
			"door lines": func(l *Layer) (int, []Problem) {
				for i := range l.Features {
					l.Features[i].Geometry = orb.LineString(l.Features[i].Geometry.(orb.Polygon)[0])
				}
				f, p := ReadDoorLines(l)
				return len(f), p
			},
		}
		for what, read := range readers {
			t.Run(c.name+" "+what, func(t *testing.T) {
				l := c.l()
				got, problems := read(l)
				if c.want == nil {
					if Errors(problems) > 0 || got != 1 {
						t.Errorf("%d, %v", got, problems)
					}
					return
				}
				text := ""
				for _, p := range problems {
					if !p.Warning {
						text += p.Text + "\n"
					}
				}
				for _, w := range c.want {
					if !strings.Contains(text, w) {
						t.Errorf("it does not say %q: %s", w, text)
					}
				}
				if want := len(l.Features) - 1; c.name == "one of two" && got != want || c.name != "one of two" && got != 0 {
					t.Errorf("%d features are taken all the same", got)
				}
			})
		}
	}
}

func TestDatesAsFilesHaveThem(t *testing.T) {
	for _, s := range []string{"2026-02-01", "20260201", "2026/02/01", "2026/2/1", "2026.2.1", "2026年2月1日", "2026-02-01T00:00:00", "2026-02-01 00:00:00"} {
		d, err := ParseDay(s, false)
		if err != nil || d.Format("2006-01-02 15:04") != "2026-02-01 00:00" {
			t.Errorf("%s: %v %v", s, d, err)
		}
		if end, err := ParseDay(s, true); err != nil || end.Sub(d).Hours() < 23.9 {
			t.Errorf("%s does not end with its day: %v", s, end)
		}
	}
	for _, s := range []string{"", "00000000", "0000-00-00", "长期", "NULL"} {
		if d, err := ParseDay(s, true); err != nil || !d.IsZero() {
			t.Errorf("%q: %v %v", s, d, err)
		}
	}
	for _, s := range []string{"1/2/2026", "2026-13-01", "46054", "soon"} {
		if d, err := ParseDay(s, true); err == nil {
			t.Errorf("%q is taken for %v", s, d)
		}
	}
}

// The area of an approval is converted like every other layer: a flight must not be permitted half a kilometre off.
func TestAnApprovalIsWhereItsDatumPutsIt(t *testing.T) {
	want := orb.Point{121.52999602, 31.22500366} // of the first by PROJ 9
	for datum, at := range map[string]orb.Point{"EPSG:4549": {645785, 3456930}, "WGS-84": want, "CGCS2000": want, "GCJ-02": ToGCJ02(want)} {
		d, err := ParseDatum(datum)
		if err != nil {
			t.Fatal(err)
		}
		side := 0.001
		if d.Projected() {
			side = 100
		}
		l := &Layer{Datum: d, Features: []Feature{{N: 1, Geometry: orb.Polygon{{at, {at[0] + side, at[1]}, {at[0] + side, at[1] + side}, at}}}}}
		area, problems := ReadAreas(l)
		if len(problems) > 0 || len(area) != 1 || DistanceM(area[0][0][0], want) > 0.1 {
			t.Errorf("%s: %v %v", datum, area, problems)
		}
	}
}
