package missions

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

var shanghai = time.FixedZone("CST", 8*3600)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func times(r Recurrence, from string, n int) (out []string) {
	t := at(from)
	for range n {
		if t = r.Next(t); t.IsZero() {
			break
		}
		out = append(out, t.In(shanghai).Format("01-02 15:04"))
	}
	return out
}

func TestWhatRecurs(t *testing.T) {
	rule := func(text, start string) Recurrence {
		r, err := Rule(text, at(start))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, c := range []struct {
		what string
		r    Recurrence
		from string
		want string
	}{
		{"once", Once(at("2026-12-01 09:00")), "2026-11-30 00:00", "12-01 09:00"},
		{"once, over", Once(at("2026-12-01 09:00")), "2026-12-01 09:00", ""},
		{"every", Every{at("2026-12-01 09:00"), 90 * time.Minute}, "2026-12-01 09:00", "12-01 10:30,12-01 12:00,12-01 13:30"},
		{"every, before", Every{at("2026-12-01 09:00"), 90 * time.Minute}, "2026-11-01 09:00", "12-01 09:00,12-01 10:30,12-01 12:00"},
		{"weekdays", rule("FREQ=WEEKLY;BYDAY=MO,TH", "2026-12-01 09:00"), "2026-12-01 00:00", "12-03 09:00,12-07 09:00,12-10 09:00"},
		{"counted", rule("RRULE:FREQ=DAILY;COUNT=2", "2026-12-01 09:00"), "2026-12-01 00:00", "12-01 09:00,12-02 09:00"},
		{"with a day left out", rule("DTSTART;TZID=Asia/Shanghai:20261201T090000\nRRULE:FREQ=DAILY\nEXDATE;TZID=Asia/Shanghai:20261202T090000", "2026-12-01 09:00"), "2026-12-01 00:00", "12-01 09:00,12-03 09:00,12-04 09:00"},
		{"twice a day", rule("FREQ=DAILY;BYHOUR=9,15;BYMINUTE=30", "2026-12-01 00:00"), "2026-12-01 00:00", "12-01 09:30,12-01 15:30,12-02 09:30"},
	} {
		if got := strings.Join(times(c.r, c.from, 3), ","); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	for text, want := range map[string]string{"": "rrule", "FREQ=SOMETIMES": "rrule", "FREQ=MINUTELY": "every minute", "EXDATE:20261202T090000Z": "no RRULE", strings.Repeat("RRULE:FREQ=DAILY\n", 200): "lines"} {
		if _, err := Rule(text, at("2026-12-01 09:00")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	if _, err := Rule("FREQ=DAILY", time.Time{}); err == nil {
		t.Error("a rule without a beginning is taken")
	}
	if _, err := Cron("0 9 * *"); err == nil {
		t.Error("half a line of cron is taken")
	}
}

func FuzzRule(f *testing.F) {
	f.Add("FREQ=WEEKLY;BYDAY=MO,TH")
	f.Add("DTSTART:20261201T090000Z\nRRULE:FREQ=DAILY\nEXDATE:20261202T090000Z")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Rule(text, at("2026-12-01 09:00"))
		if err != nil {
			return
		}
		if n := r.Next(at("2026-12-01 09:00")); !n.IsZero() && !n.After(at("2026-12-01 09:00")) {
			t.Errorf("%q: next after 09:00 is %v", text, n)
		}
	})
}

// lawn is a route that takes about so many minutes.
func lawn(minutes float64) Route {
	const v = 10.0
	legs := max(1, int(minutes*60*v/1000))
	r := Route{Waypoints: []Waypoint{{Lon: 121.5, Lat: 31.2, HeightM: 80, SpeedMS: v, PitchDeg: -90}}}
	for i := range legs {
		r.Waypoints = append(r.Waypoints, Waypoint{Lon: 121.5 + 0.0105*float64(1-i%2), Lat: 31.2, HeightM: 80, SpeedMS: v, PitchDeg: -90})
	}
	return r
}

func TestWhatIsDueAndWhatIsTriedAgain(t *testing.T) {
	r, err := Rule("FREQ=DAILY;BYHOUR=9,11", at("2026-12-01 00:00"))
	if err != nil {
		t.Fatal(err)
	}
	c := Calendar{[]Patrol{
		{Dock: "D1", When: r, Window: 40 * time.Minute, Again: 4 * time.Hour, Priority: 2},
		{Name: "night", Dock: "D1", When: Every{at("2026-12-01 09:00"), 30 * time.Minute}},
	}}
	var got []string
	for _, f := range c.Due(at("2026-12-01 08:59"), at("2026-12-01 10:00")) {
		got = append(got, fmt.Sprintf("%s until %s %d", f.ID, f.Until.In(shanghai).Format("15:04"), f.Priority))
	}
	want := []string{"D1-20261201T010000 until 09:40 2", "D1-20261201T010000-night until 09:30 0", "D1-20261201T013000-night until 10:00 0", "D1-20261201T020000-night until 10:30 0"}
	if !slices.Equal(got, want) {
		t.Errorf("due: %q", got)
	}
	f, why, ok := c.Again("D1-20261201T010000", at("2026-12-01 09:40"))
	if !ok || f.ID != "D1-20261201T010000-again1" || !f.At.Equal(at("2026-12-01 09:50")) || !f.Until.Equal(at("2026-12-01 10:30")) {
		t.Errorf("%+v %s", f, why)
	}
	f, why, ok = c.Again(f.ID, at("2026-12-01 10:30"))
	if !ok || f.ID != "D1-20261201T010000-again2" || !f.Until.Equal(at("2026-12-01 11:00")) { // then it is due anew
		t.Errorf("%+v %s", f, why)
	}
	for id, want := range map[string]string{f.ID: "no time left", "D1-20261201T010000-night": "no time left", "D1-hand-123": "none of the calendar", "D9-20261201T010000": "none of the calendar", "D1-20261201T010000-againx": "name"} {
		if _, why, ok := c.Again(id, at("2026-12-01 11:00")); ok || !strings.Contains(why, want) {
			t.Errorf("%s: %v %s", id, ok, why)
		}
	}
}

func TestALowPriorityGivesWay(t *testing.T) {
	base := Base{SN: "D1", At: orb.Point{121.5, 31.2}, Power: PowerOf("M4D"), Battery: 60, Least: 50, Reserve: 25}
	now := at("2026-12-01 09:00")
	small := Flight{ID: "small", Dock: "D1", At: now, Until: now.Add(30 * time.Minute), Route: lawn(15)}
	great := Flight{ID: "great", Dock: "D1", At: now.Add(10 * time.Minute), Until: now.Add(20 * time.Minute), Route: lawn(15), Priority: 5}
	s := Forecast(now, []Base{base}, []Flight{small, great})
	if s[0].ID != "small" || !strings.Contains(s[0].Dropped, "flight great goes before it") || s[1].Dropped != "" || !s[1].Start.Equal(great.At) {
		t.Errorf("%+v", s)
	}
	// with time enough both fly, the battery charged between them
	great.At, great.Until = now.Add(40*time.Minute), now.Add(2*time.Hour)
	s = Forecast(now, []Base{base}, []Flight{small, great})
	if s[0].Dropped != "" || s[1].Dropped != "" || s[1].Before < 50 || s[1].Start.Before(s[0].End) {
		t.Errorf("%+v", s)
	}
	if s := Forecast(now, []Base{base}, []Flight{{ID: "endless", Dock: "D1", At: now, Route: lawn(60)}}); !strings.Contains(s[0].Dropped, "of the battery") {
		t.Errorf("%+v", s)
	}
}

// Whatever is planned: each flight once, in its window, one after the other, batteries never below the reserve, and none that is dropped could
// have been for one of lower priority.
func TestForecastsHold(t *testing.T) {
	for seed := range uint64(300) {
		d := rand.New(rand.NewPCG(seed, 1))
		now := at("2026-12-01 06:00")
		var bases []Base
		var flights []Flight
		for i := range 1 + d.IntN(3) {
			b := Base{SN: fmt.Sprint("D", i), At: orb.Point{121.5, 31.2}, Power: PowerOf([]string{"M30", "M3D", "M4D"}[d.IntN(3)]), Battery: 20 + 80*d.Float64(), Least: 50, Reserve: 25}
			if d.IntN(2) == 0 {
				b.Free = now.Add(time.Duration(d.IntN(40)) * time.Minute)
			}
			bases = append(bases, b)
			for k := range d.IntN(9) {
				f := Flight{ID: fmt.Sprintf("%s-%d", b.SN, k), Dock: b.SN, At: now.Add(time.Duration(d.IntN(600)) * time.Minute), Route: lawn(2 + 30*d.Float64()), Priority: d.IntN(3)}
				f.Until = f.At.Add(time.Duration(5+d.IntN(90)) * time.Minute)
				flights = append(flights, f)
			}
		}
		slots := Forecast(now, bases, flights)
		if len(slots) != len(flights) {
			t.Fatalf("seed %d: %d slots of %d flights", seed, len(slots), len(flights))
		}
		seen := map[string]bool{}
		for _, s := range slots {
			if seen[s.ID] {
				t.Fatalf("seed %d: %s stands twice", seed, s.ID)
			}
			seen[s.ID] = true
			if s.Dropped != "" {
				continue
			}
			if s.Start.Before(s.At) || s.Start.After(s.Until) || s.Left < 25-1e-9 || s.Before < 50-1e-9 || s.Before > 100+1e-9 {
				t.Fatalf("seed %d: %+v", seed, s)
			}
			for _, o := range slots {
				if o.ID != s.ID && o.Dock == s.Dock && o.Dropped == "" && s.Start.Before(o.End) && o.Start.Before(s.End) {
					t.Fatalf("seed %d: %s and %s overlap", seed, s.ID, o.ID)
				}
			}
		}
		// without those of lower priority nothing more can fly
		for _, s := range slots {
			if s.Dropped == "" {
				continue
			}
			var higher []Flight
			for _, f := range flights {
				if f.Dock == s.Dock && (f.Priority > s.Priority || f.ID == s.ID) {
					higher = append(higher, f)
				}
			}
			for _, x := range Forecast(now, bases, higher) {
				equals := slices.ContainsFunc(flights, func(f Flight) bool { return f.Dock == s.Dock && f.Priority == s.Priority && f.ID != s.ID })
				if x.ID == s.ID && x.Dropped == "" && !equals {
					t.Fatalf("seed %d: %s was dropped for one of lower priority", seed, s.ID)
				}
			}
		}
	}
}

func TestControlledAirspaceNeedsAnApproval(t *testing.T) {
	square := func(x0, y0, x1, y1 float64) orb.Polygon {
		return orb.Polygon{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}}
	}
	a := Airspace{Fences: geo.NewFences([]geo.Fence{{ID: "c1", Kind: controlled, Name: "airport", Polygon: square(121.502, 31.19, 121.508, 31.21)}, {ID: "n1", Kind: noFly, Polygon: square(121.6, 31.19, 121.61, 31.21)}})}
	now := at("2026-12-01 09:00")
	through := lawn(1.7)
	if why, _ := a.Clear(Route{Waypoints: through.Waypoints[:1]}, now); why != "" {
		t.Error(why)
	}
	if why, _ := a.Clear(through, now); !strings.Contains(why, "c1 airport") {
		t.Errorf("without an approval: %q", why)
	}
	for _, c := range []struct {
		x    Approval
		good bool
	}{
		{Approval{Number: "A1", Area: orb.MultiPolygon{square(121.5, 31.18, 121.51, 31.22)}}, true},
		{Approval{Number: "A1", Area: orb.MultiPolygon{square(121.5, 31.18, 121.505, 31.22)}}, false}, // half of the way
		{Approval{Number: "A1", Area: orb.MultiPolygon{square(121.5, 31.18, 121.51, 31.22)}, From: now.Add(time.Hour)}, false},
		{Approval{Number: "A1", Area: orb.MultiPolygon{square(121.5, 31.18, 121.51, 31.22)}, From: now.Add(-time.Hour), Until: now}, false},
	} {
		a.Approvals = []Approval{c.x}
		why, numbers := a.Clear(through, now)
		if (why == "") != c.good || c.good && !slices.Equal(numbers, []string{"A1"}) {
			t.Errorf("%+v: %q %v", c.x, why, numbers)
		}
	}
	a.Approvals = []Approval{{Number: "A2", Area: orb.MultiPolygon{square(121, 31, 122, 32)}}}
	over := Route{Waypoints: []Waypoint{{Lon: 121.59, Lat: 31.2}, {Lon: 121.62, Lat: 31.2}}}
	if why, _ := a.Clear(over, now); !strings.Contains(why, "no-fly") {
		t.Errorf("an approval opens a no-fly fence: %q", why)
	}
}
