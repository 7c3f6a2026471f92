package ledger

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

func publish(t *testing.T, js jetstream.JetStream, subject string, v any) {
	t.Helper()
	if err := journal.Publish(t.Context(), js, subject, "", v); err != nil {
		t.Fatal(err)
	}
}

// A flight that shows a cell and not what stood there closes its lead; one that shows too little of it, too coarsely, for other scenes, or has not ended,
// does not; nor is anything closed that the flight saw. What is back is open again.
func TestWhatAFlightDoesNotShowIsGone(t *testing.T) {
	l, _, js, begin := house(t)
	l.Rules.Grid = gridAround(t)
	defer begin()()
	day := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	see := func(id, flight string, e float64, at time.Time) {
		t.Helper()
		f := finding(id, e)
		f.Flight, f.FirstSeen, f.LastSeen, f.Captured, f.Cov = flight, at, at, at, geo.Cov{EE: 0.1, NN: 0.1}
		send(t, js, f)
	}
	see("1", "f1", 0, day)
	see("2", "f1", 30, day)
	wait(t, "two leads", func() bool { return l.Index.Len() == 2 })
	cell := all(l)[0].Cell
	if cell == "" {
		t.Fatal("the leads lie in no cell")
	}
	covered := func(flight string, at time.Time, change func(*vision.Covered)) {
		t.Helper()
		c := vision.Covered{Flight: flight, Epoch: 1, Ended: true, Simulated: true, Scenes: []string{"street-stall"}, Cells: []geo.CellSeen{{Cell: cell, Share: 1, GSDM: 0.04, Looks: 9, First: at, Last: at.Add(time.Minute)}}}
		change(&c)
		publish(t, js, "harrier.coverage."+flight, c)
	}
	later := day.Add(24 * time.Hour)
	covered("g1", later, func(c *vision.Covered) { c.Ended = false })
	covered("g2", later, func(c *vision.Covered) { c.Cells[0].Share = 0.5 })
	covered("g3", later, func(c *vision.Covered) { c.Cells[0].GSDM = 0.3 })
	covered("g4", later, func(c *vision.Covered) { c.Scenes = []string{"muck-truck"} })
	covered("g5", later, func(c *vision.Covered) { c.Simulated = false })
	covered("g6", day.Add(-time.Hour), func(*vision.Covered) {})
	see("3", "g7", 0, later.Add(10*time.Second))
	covered("g7", later, func(*vision.Covered) {})
	state := func(finding string) string {
		id, _ := l.Index.OfFinding(finding)
		x, _, _ := l.Index.Lead(id)
		return x.State + " " + x.Reason
	}
	wait(t, "the stall that the last flight did not see is gone", func() bool { return state("2") == "closed gone" })
	if x, _, _ := l.Index.Lead(leads.IDOf("2")); len(x.Steps) != 1 || x.Steps[0].Note != "not there on flight g7" {
		t.Errorf("it was closed by an earlier flight: %+v", x.Steps)
	}
	if s := state("1"); s != "candidate " {
		t.Errorf("the stall that it saw is %s", s)
	}
	see("4", "g8", 30, later.Add(24*time.Hour))
	wait(t, "it is back", func() bool { return state("2") == "candidate back" })
	if l.Index.Len() != 2 {
		t.Errorf("%d leads", l.Index.Len())
	}
}

// gridAround is a grid of one cell around what finding makes.
func gridAround(t *testing.T) *geo.Grid {
	t.Helper()
	f := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	p := orb.Polygon{{f.From(-60, -60), f.From(60, -60), f.From(60, 60), f.From(-60, 60), f.From(-60, -60)}}
	g, problems := geo.NewGrid(&geo.Layer{Datum: geo.Datum{Name: geo.WGS84}, Features: []geo.Feature{{N: 1, Geometry: p, Fields: []geo.Field{{Name: "code", Value: "310115004001001"}}}}}, nil, nil, nil)
	if geo.Errors(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

// A structure that a comparison of two flights shows to be pulled down is gone, with the picture that shows it.
func TestWhatWasPulledDownIsGone(t *testing.T) {
	l, _, js, begin := house(t)
	l.Rules.Scenes["illegal-structure"] = leads.Scene{Event: "0101", JoinM: 6}
	defer begin()()
	f := finding("1", 0)
	f.Scene, f.Class = "illegal-structure", "shed"
	send(t, js, f)
	send(t, js, finding("2", 2)) // a stall beside it
	wait(t, "two leads", func() bool { return l.Index.Len() == 2 })
	publish(t, js, "harrier.changes.g1", vision.Changed{Flight: "g1", Simulated: true, Changes: []vision.Change{{Kind: "gone", Lon: f.Lon, Lat: f.Lat, At: time.Now(), After: "sha-after"}}})
	wait(t, "the shed is gone, and the stall is not", func() bool {
		gone := 0
		for _, x := range all(l) {
			if x.State == leads.Closed && x.Class == "shed" && x.Steps[0].Note == "not there on flight g1, frame sha-after" {
				gone++
			}
		}
		return gone == 1 && all(l)[0].State != all(l)[1].State
	})
}

// Of each due time somebody is reminded once, also after a restart, and when the index is lost.
func TestReminders(t *testing.T) {
	l, nc, js, begin := house(t)
	l.Rules.Scenes["street-stall"] = leads.Scene{Event: "0501", JoinM: 4.5, Due: leads.Dues{Candidate: time.Hour, Confirmed: 48 * time.Hour, Remind: 30 * time.Minute}}
	sub, err := nc.SubscribeSync("sim.leads.due.*")
	if err != nil {
		t.Fatal(err)
	}
	stop := begin()
	for id, ago := range map[string]time.Duration{"soon": 40 * time.Minute, "late": 2 * time.Hour, "fresh": time.Minute} {
		f := finding(id, map[string]float64{"soon": 0, "late": 20, "fresh": 40}[id])
		f.FirstSeen, f.LastSeen = time.Now().Add(-ago).UTC(), time.Now().Add(-ago).UTC()
		send(t, js, f)
	}
	wait(t, "three leads", func() bool { return l.Index.Len() == 3 })
	told := map[string]bool{}
	for len(told) < 2 {
		if err := l.remindNow(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		m, err := sub.NextMsg(10 * time.Second)
		if err != nil {
			t.Fatal(err)
		}
		_, r, err := leads.ReadMessage(m.Data)
		if err != nil || r == nil || told[r.Lead] || r.Late != (r.Lead == leads.IDOf("late")) || r.Lead == leads.IDOf("fresh") {
			t.Fatalf("%s: %+v, %v", m.Subject, r, err)
		}
		told[r.Lead] = true
	}
	again := func(what string) {
		t.Helper()
		if err := l.remindNow(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		if m, err := sub.NextMsg(50 * time.Millisecond); err == nil {
			t.Errorf("%s: told again: %s", what, m.Data)
		}
	}
	again("at once")
	stop()
	stop = begin()
	again("after a restart")
	stop()
	if err := l.Index.Clear(); err != nil {
		t.Fatal(err)
	}
	stop = begin()
	defer stop()
	again("with a new index")
	// a new due time is a new reminder
	x, _, _ := l.Index.Lead(leads.IDOf("late"))
	if x, err = l.Decide(t.Context(), leads.Review{Lead: x.Lead, Revision: x.Revision, Do: leads.DoConfirm, By: "ann"}); err != nil {
		t.Fatal(err)
	}
	if err := l.remindNow(t.Context(), x.Due.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	wait(t, "it is told of the next step", func() bool {
		m, err := sub.NextMsg(time.Second)
		if err != nil {
			return false
		}
		_, r, err := leads.ReadMessage(m.Data)
		return err == nil && r != nil && r.Lead == x.Lead && r.State == leads.Confirmed
	})
}

// A start reads what came since the last; an index that was deleted, or is of other streams, becomes the same again.
func TestTheIndexIsMadeOfTheStreams(t *testing.T) {
	l, _, js, begin := house(t)
	stop := begin()
	for i := range 30 {
		send(t, js, finding(string(rune('a'+i)), 3*float64(i)))
	}
	wait(t, "all findings are taken", func() bool {
		n := 0
		for _, x := range all(l) {
			n += x.Seen
		}
		return n == 30
	})
	x := all(l)[3]
	if _, err := l.Decide(t.Context(), leads.Review{Lead: x.Lead, Revision: x.Revision, Do: leads.DoReject, By: "ann", Reason: "unclear", Note: "画面不清"}); err != nil {
		t.Fatal(err)
	}
	stop()
	dump := func() string {
		b, err := json.Marshal(all(l))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := dump()
	reopened := func(prepare func(path string)) int {
		t.Helper()
		path := filepath.Join(t.TempDir(), "leads.sqlite")
		prepare(path)
		var err error
		if l.Index, err = index.Open(path); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Index.Close() })
		l.write.Lock()
		defer l.write.Unlock()
		read, err := l.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := dump(); got != want {
			t.Errorf("it says otherwise than before:\n%s\n%s", got, want)
		}
		if found, _, err := l.Index.Page(index.Query{Words: "不清"}, "", 5); err != nil || len(found) != 1 {
			t.Errorf("found %d by word, %v", len(found), err)
		}
		return read
	}
	if n := reopened(func(string) {}); n < 31 {
		t.Errorf("%d revisions read without an index", n)
	}
	old := l.Index
	l.write.Lock()
	n, err := l.open(t.Context())
	l.write.Unlock()
	if err != nil || n != 0 {
		t.Errorf("%d revisions read with an index, %v", n, err)
	}
	old.Close()
	if n := reopened(func(path string) {
		other, err := index.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if err := other.Apply([]index.Kept{{Stream: "LEADS", Made: time.Unix(1, 0), Seq: 900, Lead: leads.Lead{Lead: "of another house", Revision: 3}}}); err != nil {
			t.Fatal(err)
		}
	}); n < 31 {
		t.Errorf("%d revisions read with another house's index", n)
	}
}
