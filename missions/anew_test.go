package missions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/missions"
)

// pudong is the outline of the district.
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

// A flight that somebody moved to the evening leaves its dock the hours before it.
func TestTheHoursBeforeAHeldFlightAreFlown(t *testing.T) {
	requests, docks := made(t, 9, 500, 1)
	day := aDay(9)
	before, err := missions.Make(t.Context(), requests, docks, day)
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Flights) < 4 {
		t.Fatalf("%d flights", len(before.Flights))
	}
	var p *missions.Plan
	for i := range before.Flights { // one whose requests may be seen in the evening
		if p, err = missions.Move(before, before.Flights[i].ID, day.End.Add(-time.Hour), requests, docks, day); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	again, err := missions.Anew(t.Context(), p, requests, docks, day, day.Begin.Add(-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	evening := 0
	for i, f := range again.Flights {
		if f.Held {
			evening++
		}
		for _, g := range again.Flights[:i] { // in the order of their times
			if f.At.Before(g.At.Add(g.Takes)) {
				t.Errorf("flights %s and %s of one dock are in the air together", g.ID, f.ID)
			}
		}
	}
	whole := func(p *missions.Plan) (n int) {
		for _, m := range p.Promises {
			if m.Share >= missions.Whole {
				n++
			}
		}
		return n
	}
	if evening != 1 || whole(again) < whole(before)-1 { // the hour that the held flight needs before it may cost one
		t.Errorf("%d held; %d requests whole, %d before", evening, whole(again), whole(before))
	}
}
