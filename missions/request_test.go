package missions_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
	"github.com/harrier-patrol/harrier/missions"
)

// readLayer reads a file of text, as a bureau would send it.
func readLayer(t testing.TB, name, text, datum string) *geo.Layer {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := layerfile.Read(p, layerfile.Options{Datum: datum, Otherwise: geo.WGS84})
	if err != nil {
		t.Fatal(err)
	}
	if _, l.District, err = geo.Pudong(); err != nil {
		t.Fatal(err)
	}
	return l
}

// now is when the files of these tests come in.
var now = time.Date(2026, 12, 1, 9, 0, 0, 0, beijing)

// Each source finds what is wrong with its file, by feature, and leaves the rest.
func TestSourcesNameTheirFaults(t *testing.T) {
	square := func(lon, lat, d string) string {
		return `{"type":"Polygon","coordinates":[[[` + lon + `,` + lat + `],[` + lon + d + `,` + lat + `],[` + lon + d + `,` + lat + d + `],[` + lon + `,` + lat + `]]]}`
	}
	feature := func(geometry, properties string) string {
		return `{"type":"Feature","geometry":` + geometry + `,"properties":{` + properties + `}}`
	}
	collection := func(all ...string) string {
		return `{"type":"FeatureCollection","features":[` + strings.Join(all, ",\n") + `]}`
	}
	good := `"number":"T1","date":"2026-11-20","suspected_use":"shed"`
	for _, c := range []struct {
		source, file, text string
		good               int
		wants              []string
	}{
		{missions.MapSpot, "spots.geojson", collection(
			feature(square("121.53", "31.22", "05"), good),
			feature(square("121.54", "31.22", "05"), good),                                                                                                               // twice
			feature(square("121.55", "31.22", "05"), `"number":"T3","date":"2027-01-01","suspected_use":"shed"`),                                                         // in the future
			feature(square("121.56", "31.22", "05"), `"number":"T4","suspected_use":"shed"`),                                                                             // no date
			feature(square("121.57", "31.22", "05"), `"number":"T5","date":"2026-11-20"`),                                                                                // no use
			feature(`{"type":"Point","coordinates":[121.5,31.2]}`, `"number":"T6","date":"2026-11-20","suspected_use":"x"`),                                              // no polygon
			feature(square("31.22", "121.53", "05"), `"number":"T7","date":"2026-11-20","suspected_use":"x"`),                                                            // axes swapped
			feature(square("103.5", "31.22", "05"), `"number":"T8","date":"2026-11-20","suspected_use":"x"`),                                                             // far outside
			feature(`{"type":"Polygon","coordinates":[[[121.5,31.1],[121.9,31.1],[121.9,31.3],[121.5,31.1]]]}`, `"number":"T9","date":"2026-11-20","suspected_use":"x"`), // a quarter of the district
		), 1, []string{"T1 is there twice, first in feature 1", "future", "date: the day of the image is missing", "suspected_use", "a map spot is a polygon", "swapped", "outside the district", "km² is none"}},
		{missions.Complaint, "complaints.csv", "工单编号,受理时间,办理时限,诉求内容,地址,经度,纬度\n" +
			"A1,2026-12-01 08:50,2026-12-01 09:50,乱设摊,,121.531,31.226\n" +
			"A2,2026-12-01 08:50,,乱设摊,,121.532,31.226\n" + // its time is told: within the hour
			"A3,2026-12-01 07:00,2026-12-01 08:00,乱设摊,,121.533,31.226\n" + // over
			"A4,2026-12-01 08:50,2026-12-01 09:50,乱设摊,张江路1号,,\n" + // an address only
			"A5,2026-12-01 08:50,2026-12-01 09:50,,,121.533,31.226\n" + // no text
			"A6,2026-12-01 08:50,tomorrow,乱设摊,,121.533,31.226\n" +
			"A1,2026-12-01 08:50,2026-12-01 09:50,乱设摊,,121.531,31.226\n", 2, []string{"that time is over", "have it located first", "what is complained of is missing", "by: ", "A1 is there twice"}},
		{missions.Site, "sites.geojson", collection(
			feature(square("121.53", "31.22", "05"), `"number":"S1"`),
			feature(`{"type":"LineString","coordinates":[[121.53,31.22],[121.54,31.23]]}`, `"number":"S2"`),
			feature(`{"type":"Point","coordinates":[121.5,31.2]}`, `"number":"S3"`),
			feature(square("121.55", "31.22", "05"), `"number":"S4","every_days":"often"`),
		), 2, []string{"a site is a polygon, a haul route a line", "is no number"}},
		{missions.Demolition, "demolitions.geojson", collection(
			feature(square("121.53", "31.22", "05"), `"number":"D1","by":"2026-12-20"`),
			feature(square("121.54", "31.22", "05"), `"number":"D2"`),
			feature(square("121.55", "31.22", "05"), `"number":"D3","by":"2026-01-20"`),
		), 1, []string{"until when it is to be demolished", "that time is over"}},
		{missions.Risk, "risk.geojson", collection(
			feature(square("121.53", "31.22", "05"), `"number":"R1","risk":"A"`),
			feature(square("121.54", "31.22", "05"), `"number":"R2"`),
			feature(square("121.55", "31.22", "05"), `"number":"R3","risk":"E"`),
		), 1, []string{"the class (A, B, C or D) is missing", `"E" is none of A`}},
		{missions.CloseUp, "closeups.csv", "id,lon,lat,view,bearing\nL1,121.53,31.22,oblique,45\nL2,121.53,31.22,upside-down,\nL3,,,,\n", 1, []string{"is none of oblique", "a close-up has a place"}},
	} {
		all, problems := missions.ReadRequests(readLayer(t, c.file, c.text, ""), missions.OfSource(c.source, "the test", nil), now)
		if len(all) != c.good {
			t.Errorf("%s: %d are right, not %d", c.source, len(all), c.good)
		}
		if geo.Errors(problems) != len(c.wants) {
			t.Errorf("%s: %d errors, not %d: %v", c.source, geo.Errors(problems), len(c.wants), problems)
		}
		for _, want := range c.wants {
			found := false
			for _, p := range problems {
				found = found || strings.Contains(p.String(), want) && p.N > 0
			}
			if !found {
				t.Errorf("%s: nothing says %q of a feature: %v", c.source, want, problems)
			}
		}
	}
	all, _ := missions.ReadRequests(readLayer(t, "c.csv", "id,lon,lat,text\nA2,121.532,31.226,x\n", ""), missions.OfSource(missions.Complaint, "12345", nil), now)
	if len(all) != 1 || !all[0].By.Equal(now.Add(time.Hour)) || all[0].Scenes[0] != "street-stall" {
		t.Errorf("a complaint without a time: %+v", all)
	}
}

// What is written is read again the same, in both forms.
func TestRequestsAreReadAsTheyWereWritten(t *testing.T) {
	requests := []missions.Request{
		{ID: "1", Department: "城管", Scenes: []string{"street-stall", "muck-truck"}, Geometry: orb.Point{121.53, 31.22}, WidthM: 40, GSDCM: 6, By: now.Add(time.Hour).UTC(), Priority: -5, Hours: "Mo-Fr 08:00-12:00", Text: "a, \"b\"\nc"},
		{ID: "2", Department: "x", Source: missions.Site, Geometry: orb.LineString{{121.53, 31.22}, {121.54, 31.23}}, WidthM: 40, EveryDays: 2.5, ApartHours: 36, LastSeen: now.UTC()},
		{ID: "3", Department: "x", Code: "310115004", Kind: "shed", Risk: "B"},
		{ID: "4", Department: "x", Geometry: orb.MultiPolygon{{{{121.5, 31.2}, {121.51, 31.2}, {121.51, 31.21}, {121.5, 31.2}}}}, View: missions.Oblique, BearingDeg: 45, Asked: now.UTC()},
		{ID: "5", Department: "x", Dock: "SIM1", RadiusM: 500},
		{ID: "6", Department: "x", Geometry: orb.MultiPoint{{121.5, 31.2}, {121.6, 31.25}}},
	}
	for _, write := range []struct {
		name string
		f    func(*bytes.Buffer) error
	}{{"r.geojson", func(b *bytes.Buffer) error { return missions.WriteGeoJSON(b, requests) }}, {"r.csv", func(b *bytes.Buffer) error { return missions.WriteCSV(b, requests) }}} {
		var b bytes.Buffer
		if err := write.f(&b); err != nil {
			t.Fatal(err)
		}
		got, problems := missions.ReadRequests(readLayer(t, write.name, b.String(), ""), missions.Request{}, now.Add(-time.Hour))
		if len(problems) > 0 || len(got) != len(requests) {
			t.Fatalf("%s: %d requests, %v\n%s", write.name, len(got), problems, b.String())
		}
		for i := range got {
			a, _ := json.Marshal(got[i])
			w, _ := json.Marshal(requests[i])
			if !bytes.Equal(a, w) {
				t.Errorf("%s: wrote %s\nread  %s", write.name, w, a)
			}
		}
	}
	for _, want := range requests {
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got missions.Request
		if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("as JSON: %+v, %v, wanted %+v", got, err, want)
		}
	}
}

// Due says when a request wants a look, and why not.
func TestDue(t *testing.T) {
	end := now.Add(10 * time.Hour)
	day := 24 * time.Hour
	for _, c := range []struct {
		r   missions.Request
		why string
	}{
		{missions.Request{}, ""},
		{missions.Request{By: now.Add(-time.Minute)}, "its time was over"},
		{missions.Request{By: now.Add(time.Hour), LastSeen: now.Add(-day)}, "it was seen"},
		{missions.Request{EveryDays: 2, LastSeen: now.Add(-day)}, "is due every 2 days"},
		{missions.Request{EveryDays: 1, LastSeen: now.Add(-day)}, ""},
		{missions.Request{Risk: "C", LastSeen: now.Add(-3 * day)}, "is due every 7 days"},
		{missions.Request{Risk: "C", LastSeen: now.Add(-8 * day)}, ""},
		{missions.Request{EveryDays: 0.1, ApartHours: 24, LastSeen: now.Add(-time.Hour)}, "not to be again so soon"},
	} {
		if why, due := c.r.Due(now, end); due != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%+v: due %v, %q, wanted %q", c.r, due, why, c.why)
		}
	}
	late, early := missions.Request{Risk: "A", LastSeen: now.Add(-5 * day)}, missions.Request{Risk: "D", LastSeen: now.Add(-31 * day)}
	if late.Overdue(now) <= early.Overdue(now) {
		t.Errorf("%.2f intervals late goes before %.2f", early.Overdue(now), late.Overdue(now))
	}
}

// What has no ground is refused, and what lies far apart is sampled no more closely than anything else.
func TestGroundIsChecked(t *testing.T) {
	for _, g := range []orb.Geometry{orb.Collection{orb.Point{121.5, 31.2}}, orb.Polygon{}, orb.MultiPolygon{{}}, orb.MultiPolygon{}, orb.LineString{}, orb.Polygon{{{121.5, 31.2}}}, orb.Point{181, 0},
		orb.LineString{{119, 31}, {122, 31}}} {
		if err := (&missions.Request{ID: "a", Department: "x", Geometry: g}).Check(); err == nil {
			t.Errorf("%T %v is taken for ground", g, g)
		}
	}
	r := missions.Request{ID: "a", Department: "x", Geometry: orb.MultiPoint{{121.0, 30.8}, {122.4, 31.9}}, WidthM: 30}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	if n := len(missions.Sample(&r, 100)); n < 50 || n > 250 {
		t.Errorf("it is sampled at %d places", n)
	}
}

// Requests as they come over the wire.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"id":"1","department":"x","geometry":{"type":"Point","coordinates":[121.5,31.2]},"width_m":40,"hours":"08:00-12:00"}`))
	f.Add([]byte(`{"id":"1","department":"x","code":"310115004","by":"2026-12-01T10:00:00+08:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r missions.Request
		if json.Unmarshal(b, &r) != nil || r.Check() != nil {
			return
		}
		missions.Sample(&r, 20)
		day := aDay(1)
		day.Steps = 10
		if r.Geometry != nil {
			_, _ = missions.Make(t.Context(), []missions.Request{r}, []missions.Dock{{SN: "d", Model: "M4D", At: orb.Point{121.5, 31.2}}}, day)
		}
	})
}
