package book

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

var now = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

// usual is the resolution of the test's requests.
func usual(r missions.Request) float64 { return r.WantsCM(map[string]float64{"street-stall": 6}) }

// A request that is sent twice happens once, a newer one counts, one that is taken back is gone, and what is none is told.
func TestRequestsHappenOnce(t *testing.T) {
	_, nc, js := natstest.Start(t)
	if err := journal.Declare(t.Context(), js, Streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	a := Message{Request: missions.Request{ID: "a", Department: "x", Geometry: orb.Point{121.5, 31.2}}, By: "t", At: now}
	b := Message{Request: missions.Request{ID: "b", Department: "x", Code: "310115004"}, By: "t", At: now}
	for _, m := range []Message{a, a, b} {
		if err := Ask(t.Context(), js, m); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := journal.End(t.Context(), js, Stream); err != nil || n != 2 {
		t.Errorf("%d messages are kept, %v", n, err)
	}
	a.Priority = 50
	if err := Ask(t.Context(), js, a); err != nil {
		t.Fatal(err)
	}
	if err := nc.Publish(Subject, []byte(`{"id":"c"}`)); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	all, bad, err := Read(t.Context(), js)
	for end := time.Now().Add(10 * time.Second); err == nil && len(bad) == 0 && time.Now().Before(end); {
		all, bad, err = Read(t.Context(), js)
	}
	if err != nil || len(all) != 2 || all[0].Priority != 50 || !all[0].Asked.Equal(now) || len(bad) != 1 || !strings.Contains(bad[0].Reason, "no geometry") {
		t.Errorf("%+v, %+v, %v", all, bad, err)
	}
	b.Withdrawn = true
	if err := Ask(t.Context(), js, b); err != nil {
		t.Fatal(err)
	}
	if all, _, err := Read(t.Context(), js); err != nil || len(all) != 1 || all[0].ID != "a" {
		t.Errorf("%+v, %v", all, err)
	}
	if err := Ask(t.Context(), js, Message{Request: missions.Request{ID: "d"}}); err == nil {
		t.Error("sent a request that is none")
	}
}

func TestMessagesAreReadAsTheyWereWritten(t *testing.T) {
	want := Message{Request: missions.Request{ID: "a", Department: "x", Geometry: orb.Point{121.5, 31.2}, By: now}, Withdrawn: true, By: "somebody", At: now}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Message
	if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, %v", b, got, err)
	}
}

// What a request is answered with is what coverage says: how much of it, how finely, since it was asked and in time.
func TestAnswersComeFromCoverage(t *testing.T) {
	grid, err := geo.GeneratePudong(1)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := grid.At(orb.Point{121.53, 31.22})
	if !ok {
		t.Fatal("no cell")
	}
	middle := grid.Polygons(c)[0].Bound().Center()
	// of the ground within so many metres to the east and west of the middle
	part := func(west, east, gsdM float64, at time.Time) Look {
		tiles := grid.Tiles(c, func(q orb.Point) (float64, bool) {
			e := geo.NewFrame(middle, 0).To(q, 0).E
			return gsdM, e >= -west && e <= east
		})
		return Look{Flight: "f", Scenes: []string{"street-stall"}, Cells: []geo.CellSeen{{Cell: c.Code, Tiles: tiles, First: at, Last: at.Add(time.Minute)}}}
	}
	seen := func(gsdM float64, at time.Time) []Look { return []Look{part(1000, 1000, gsdM, at)} }
	hour := time.Hour
	once := missions.Request{ID: "r", Department: "x", Scenes: []string{"street-stall"}, Geometry: middle, WidthM: 20, Asked: now}
	wide := once
	wide.WidthM = 50
	by := once
	by.By = now.Add(2 * hour)
	every := once
	every.EveryDays = 1
	other := once
	other.Scenes = []string{"muck-truck"}
	daily := wide
	daily.EveryDays = 1
	oblique := by
	oblique.View = missions.Oblique
	days := func(n int) time.Time { return now.AddDate(0, 0, n) }
	for _, k := range []struct {
		what  string
		r     missions.Request
		looks []Look
		at    time.Time
		state State
		why   string
	}{
		{"nothing", once, nil, now.Add(hour), Asked, "no flight"},
		{"seen", once, seen(0.05, now.Add(hour)), now.Add(2 * hour), Seen, ""},
		{"in part", wide, []Look{part(0, 1000, 0.05, now.Add(hour))}, now.Add(2 * hour), Partly, "% of it"},
		{"in two parts", wide, []Look{part(0, 1000, 0.05, now.Add(hour)), part(1000, 0, 0.06, now.Add(hour))}, now.Add(2 * hour), Seen, ""},
		{"the rest too coarsely", wide, []Look{part(0, 1000, 0.05, now.Add(hour)), part(1000, 0, 0.07, now.Add(hour))}, now.Add(2 * hour), Partly, "% of it"},
		{"too coarse", once, seen(0.09, now.Add(hour)), now.Add(2 * hour), Partly, "9.0 cm"},
		{"before it was asked", once, seen(0.05, now.Add(-hour)), now.Add(2 * hour), Asked, "no flight"},
		{"too late", by, seen(0.05, now.Add(3*hour)), now.Add(4 * hour), Over, "no flight"},
		{"for another scene", other, seen(0.05, now.Add(hour)), now.Add(2 * hour), Asked, "no flight"},
		{"whole a month ago, and some of it today", daily, []Look{part(1000, 1000, 0.05, days(1)), part(0, 1000, 0.05, days(30))}, days(30).Add(hour), Late, "due every 1 days"},
		{"in two parts, both today", daily, []Look{part(0, 1000, 0.05, days(30)), part(1000, 0, 0.05, days(30).Add(hour))}, days(30).Add(2 * hour), Again, ""},
		{"from above, and asked for from the side", oblique, seen(0.02, now.Add(hour)), now.Add(90 * time.Minute), Asked, "withdraw"},
		{"never from the side", oblique, nil, now.Add(3 * hour), Over, "withdraw"},
		{"again, and in time", every, seen(0.05, now.Add(hour)), now.Add(5 * hour), Again, ""},
		{"again, and late", every, seen(0.05, now.Add(hour)), now.Add(50 * hour), Late, "due every 1 days"},
	} {
		a := Answers([]missions.Request{k.r}, k.looks, grid, usual, k.at)[0]
		if a.State != k.state || !strings.Contains(a.Reason, k.why) || k.why == "" && a.Reason != "" {
			t.Errorf("%s: %s, %q; wanted %s, %q", k.what, a.State, a.Reason, k.state, k.why)
		}
	}
	rows := Report(Answers([]missions.Request{once, by}, seen(0.05, now.Add(hour)), grid, usual, now.Add(3*hour)), grid, time.UTC)
	if len(rows) != 1 || rows[0].Asked != 2 || rows[0].Seen != 2 || rows[0].Month != "2026-12" || rows[0].Subdistrict != c.Subdistrict || math.Abs(rows[0].GSDCM-5) > 0.05 {
		t.Errorf("%+v", rows)
	}
}

// Requests as anybody may send them.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"id":"1","department":"x","geometry":{"type":"Point","coordinates":[121.5,31.2]},"withdrawn":true,"sent_at":"2026-12-01T10:00:00+08:00"}`))
	f.Fuzz(func(_ *testing.T, b []byte) {
		var m Message
		if json.Unmarshal(b, &m) == nil && m.Check() == nil {
			_, _ = json.Marshal(m)
		}
	})
}
