package planning

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
	"github.com/harrier-patrol/harrier/missions/plans"
)

// theDay is a day that is planned by a test, with docks that say what the test wants.
type theDay struct {
	*Daily
	t      *testing.T
	js     jetstream.JetStream
	states []dock.Status
	struck []string
	now    time.Time
	date   string
	begin  time.Time
}

// twoDocks, of which the second one also reaches what the first one does.
var twoDocks = []dock.Dock{{SN: "SIM0001", Model: "M4D", Lon: 121.53, Lat: 31.22}, {SN: "SIM0002", Model: "M4D", Lon: 121.545, Lat: 31.225}}

func newDay(t *testing.T) *theDay {
	_, _, js := natstest.Start(t)
	if err := journal.Declare(t.Context(), js, config.Streams(), nil, 1); err != nil {
		t.Fatal(err)
	}
	keeper, err := plans.Open(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Docks, c.Planner.Lost, c.Planner.Hours = twoDocks, 0, "00:00-23:59"
	city, err := c.City.Load()
	if err != nil {
		t.Fatal(err)
	}
	// nine o'clock of a day to come: what is asked for by its evening is not over, whenever the test runs
	now, err := config.Clock(time.Now().AddDate(0, 0, 1), "09:00")
	if err != nil {
		t.Fatal(err)
	}
	x := &theDay{t: t, js: js, now: now, date: today(now)}
	for _, d := range twoDocks {
		x.states = append(x.states, dock.Status{Dock: d, Life: gate.Idle, Online: true, Battery: 100})
	}
	log := slog.New(slog.DiscardHandler)
	x.Daily = &Daily{Config: c, City: city, JS: js, Now: func() time.Time { return x.now }, Answers: func(ctx context.Context) ([]book.Answer, error) {
		return Answers(ctx, js, c, city, func(s string) { t.Log(s) })
	}, Force: &Force{Keeper: keeper, Docks: func() []dock.Status { return x.states }, Log: log, Strike: func(_ context.Context, _, flight, _ string) error {
		x.struck = append(x.struck, flight)
		for i := range x.states {
			if x.states[i].Flight == flight {
				x.states[i].Flight = ""
			}
		}
		return nil
	}}}
	if x.begin, _, err = c.Planner.Day(x.date); err != nil {
		t.Fatal(err)
	}
	return x
}

// ask asks for a square of so many metres round a place.
func (x *theDay) ask(id string, at orb.Point, metres float64, r missions.Request) {
	x.t.Helper()
	f := geo.NewFrame(at, 0)
	h := metres / 2
	if r.Asked.IsZero() {
		r.Asked = x.now.Add(-time.Hour)
	}
	r.ID, r.Department, r.Geometry = id, "test", orb.Polygon{{f.From(-h, -h), f.From(h, -h), f.From(h, h), f.From(-h, h), f.From(-h, -h)}}
	if err := book.Ask(x.t.Context(), x.js, book.Message{Request: r, By: "t", At: time.Now().UTC()}); err != nil {
		x.t.Fatal(err)
	}
}

func (x *theDay) last() (plans.Version, *plans.Content) {
	x.t.Helper()
	_, m, err := x.Look(x.t.Context(), x.date, 0)
	if err != nil || m == nil {
		x.t.Fatalf("no plan: %v", err)
	}
	return m.Version, m.Content
}

func of(p *missions.Plan, dock string) (out []string) {
	for _, f := range p.Flights {
		if f.Dock == dock {
			out = append(out, f.ID)
		}
	}
	return out
}

func TestADayIsPlannedApprovedAndPlannedAnew(t *testing.T) {
	x := newDay(t)
	for i := range 5 {
		x.ask(fmt.Sprintf("west-%d", i), orb.Point{121.525 + 0.002*float64(i), 31.215}, 900, missions.Request{Scenes: []string{"street-stall"}, GSDCM: 3})
	}
	if made, err := x.byItself(t.Context(), x.now); made || err != nil {
		t.Fatalf("planned without being told to: %v", err)
	}
	made, err := x.Make(t.Context(), x.date, console.PlanWish{By: "olga", Why: "test", Hours: "00:00-23:59"})
	if err != nil {
		t.Fatal(err)
	}
	if v := made.Version; v.State != plans.Draft || v.By != "olga" || v.Flights < 3 || v.Whole != 5 {
		t.Fatalf("%+v", v)
	}
	if n := len(x.Planned()); n != 0 {
		t.Fatalf("%d flights of a draft are flown", n)
	}
	if _, err := x.Approve(t.Context(), x.date, made.Version.Number, "peter", ""); err != nil {
		t.Fatal(err)
	}
	if n := len(x.Planned()); n != made.Version.Flights {
		t.Fatalf("%d of %d flights are in force", n, made.Version.Flights)
	}
	v, c := x.last()
	flights := slices.Clone(c.Plan.Flights)
	first := flights[0]
	// the dock of the first flight cannot fly: the flight waits, and is lost to the other dock with all that comes
	now := first.At.Add(time.Second)
	x.now = now
	at := slices.IndexFunc(x.states, func(s dock.Status) bool { return s.SN == first.Dock })
	x.states[at].Life, x.states[at].Flight, x.states[at].State, x.states[at].Blocked = gate.Blocked, first.ID, dock.Waiting, []gate.Check{{Condition: "wind", Value: "14 m/s", Limit: "at most 12 m/s"}}
	if made, err := x.byItself(t.Context(), now); !made || err != nil {
		t.Fatalf("a lost dock changes nothing: %v", err)
	}
	w, c2 := x.last()
	if w.Number != v.Number+1 || w.State != plans.Draft || !strings.Contains(w.Why, first.Dock+" does not fly: wind") || !slices.Equal(w.Lost, []string{first.Dock}) || len(w.Without) > 0 {
		t.Errorf("%+v", w)
	}
	if left := of(c2.Plan, first.Dock); len(left) > 0 {
		t.Errorf("the lost dock still flies %v", left)
	}
	if w.Whole != 5 {
		t.Errorf("without one dock %d of 5 are promised: %+v", w.Whole, c2.Plan.Promises)
	}
	if len(x.struck) > 0 {
		t.Errorf("a draft took %v off a list", x.struck)
	}
	if made, _ := x.byItself(t.Context(), now.Add(2*time.Minute)); made {
		t.Error("of the same thing another draft is made")
	}
	if _, err := x.Approve(t.Context(), x.date, w.Number, "peter", ""); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(x.struck, []string{first.ID}) {
		t.Errorf("taken off the lists: %v", x.struck)
	}
	// somebody asks for something that is to be seen today, and it is approved by rule
	x.Config.Planner.Approve = true
	x.ask("complaint", orb.Point{121.55, 31.23}, 60, missions.Request{Scenes: []string{"street-stall"}, Asked: now.Add(time.Minute), By: x.begin.Add(24*time.Hour - 2*time.Minute), GSDCM: 3})
	if made, err := x.byItself(t.Context(), now); !made || err != nil {
		t.Fatalf("what is newly asked for changes nothing: %v", err)
	}
	w, c = x.last()
	if w.State != plans.Approved || w.By != own || w.Requests != 6 || w.Whole != 6 || !strings.Contains(w.Why, "complaint is asked for, to be seen today") {
		t.Errorf("%+v", w)
	}
	for _, m := range c.Plan.Promises {
		if m.Share < missions.Whole {
			t.Errorf("%+v", m)
		}
	}
	// a flight fails: what it was to show is flown again
	lost := c.Plan.Flights[0]
	if err := journal.Publish(t.Context(), x.js, dock.SubjectFlights+lost.Dock, "", dock.FlightEvent{Flight: lost.ID, Dock: lost.Dock, State: dock.Failed}); err != nil {
		t.Fatal(err)
	}
	if made, err := x.byItself(t.Context(), lost.At.Add(20*time.Minute)); !made || err != nil {
		t.Fatalf("a flight that failed changes nothing: %v", err)
	}
	w, c = x.last()
	if slices.Contains(of(c.Plan, lost.Dock), lost.ID) || !strings.Contains(w.Why, lost.ID) {
		t.Errorf("the flight that failed is still there: %+v", w)
	}
	for _, m := range c.Plan.Promises {
		if m.Share < missions.Whole {
			t.Errorf("%+v", m)
		}
	}
}

// What somebody changes by hand is checked before it is kept, and stays when the day is planned anew.
func TestWhatIsChangedByHandStays(t *testing.T) {
	x := newDay(t)
	for i := range 4 {
		x.ask(fmt.Sprintf("r-%d", i), orb.Point{121.53 + 0.004*float64(i), 31.222}, 800, missions.Request{GSDCM: 3})
	}
	tomorrow := x.now.In(config.Zone).AddDate(0, 0, 1).Format(time.DateOnly)
	made, err := x.Make(t.Context(), tomorrow, console.PlanWish{By: "olga", Why: "test", Hours: "07:00-18:00"})
	if err != nil {
		t.Fatal(err)
	}
	f, number := made.Content.Plan.Flights[0], made.Version.Number
	change := func(at time.Time, try bool) (*console.PlanMade, error) {
		return x.Change(t.Context(), tomorrow, console.PlanChange{Version: number, Flight: f.ID, At: at, By: "olga", Why: "later", Try: try})
	}
	second := slices.IndexFunc(made.Content.Plan.Flights, func(g missions.Planned) bool { return g.Dock == f.Dock && g.ID != f.ID })
	if second < 0 {
		t.Fatal("the first dock flies once only")
	}
	for what, at := range map[string]time.Time{
		"flights are from":           f.At.Add(-time.Minute),
		"would not be charged by":    made.Content.Plan.Flights[second].At.Add(-f.Takes / 2),
		"is charged again at":        made.Content.Plan.Flights[second].At.Add(f.Takes / 2),
		"would be in the air from 1": made.Version.End,
	} {
		if _, err := change(at, true); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("at %s, wanted %q: %v", at.Format("15:04"), what, err)
		}
	}
	afternoon := made.Version.End.Add(-2 * time.Hour)
	if m, err := change(afternoon, true); err != nil || m.Version.Number != number {
		t.Fatalf("%+v, %v", m, err)
	}
	m, err := change(afternoon, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := change(afternoon, false); err == nil {
		t.Error("a version that is old is changed")
	}
	moved := slices.IndexFunc(m.Content.Plan.Flights, func(g missions.Planned) bool { return g.Held })
	if moved < 0 || !m.Content.Plan.Flights[moved].At.Equal(afternoon.Truncate(time.Second)) {
		t.Fatalf("no flight is held at %s", afternoon)
	}
	for _, p := range m.Content.Plan.Promises {
		if slices.Contains(p.Flights, f.ID) {
			t.Errorf("request %s still waits for flight %s", p.Request, f.ID)
		}
	}
	x.ask("more", orb.Point{121.535, 31.23}, 300, missions.Request{GSDCM: 3})
	again, err := x.Make(t.Context(), tomorrow, console.PlanWish{By: "olga", Why: "again", Hours: "07:00-18:00"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(again.Content.Plan.Flights, func(g missions.Planned) bool { return g.Held && g.At.Equal(m.Content.Plan.Flights[moved].At) }) {
		t.Error("what was moved by hand is gone")
	}
	if again.Version.Whole != 5 {
		t.Errorf("%d of 5 are promised: %+v", again.Version.Whole, again.Content.Plan.Promises)
	}
	number = again.Version.Number
	// what an operator left out is left out when the day is planned anew by itself
	if _, err := x.Approve(t.Context(), tomorrow, number, "olga", ""); err != nil {
		t.Fatal(err)
	}
	// a draft that was made before a flight began which is not in it is not approved
	x.now = again.Version.Begin.Add(-time.Hour)
	without, err := x.Make(t.Context(), tomorrow, console.PlanWish{By: "olga", Why: "maintenance", Without: []string{again.Content.Plan.Flights[0].Dock}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(without.Version.Without, []string{again.Content.Plan.Flights[0].Dock}) || len(without.Version.Lost) > 0 {
		t.Errorf("%+v", without.Version)
	}
	number = without.Version.Number
	x.now = again.Content.Plan.Flights[0].At.Add(time.Second)
	if _, err := x.Approve(t.Context(), tomorrow, number, "olga", ""); err == nil || !strings.Contains(err.Error(), "has begun") {
		t.Errorf("a draft that does not know what flies is approved: %v", err)
	}
	x.now = again.Version.Begin.Add(-time.Hour)
	again = without
	struck, err := x.Change(t.Context(), tomorrow, console.PlanChange{Version: number, Flight: again.Content.Plan.Flights[0].ID, Strike: true, By: "olga", Why: "funeral"})
	if err != nil {
		t.Fatal(err)
	}
	if struck.Version.Whole >= 5 || struck.Version.Flights >= again.Version.Flights {
		t.Errorf("a flight was taken off: %+v, before: %+v", struck.Version, again.Version)
	}
}
