package leads_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

// life is a set of rules with an index, in which what is decided is taken in.
type life struct {
	*testing.T
	rules *leads.Rules
	known *index.Index
}

var day = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) // a Monday

func newLife(t *testing.T, sc leads.Scene) life {
	t.Helper()
	x, err := index.Open(filepath.Join(t.TempDir(), "leads.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	sc.Event, sc.JoinM = "0501", 4.5
	return life{t, &leads.Rules{Scenes: map[string]leads.Scene{"street-stall": sc}}, x}
}

// finding is of a stall so many metres east of one place, seen on a flight of its own.
func finding(id string, e float64, at time.Time) vision.Finding {
	p := geo.NewFrame(orb.Point{121.5, 31.2}, 0).From(e, 0)
	return vision.Finding{ID: id, Epoch: 1, Flight: "f" + id, Scene: "street-stall", Class: "stall", Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: 1, NN: 1}, Score: 0.7, FirstSeen: at, LastSeen: at, Captured: at, Frame: "frame " + id}
}

func (l life) keep(x leads.Lead) leads.Lead {
	l.Helper()
	if err := l.known.Apply([]index.Kept{{Lead: x}}); err != nil {
		l.Fatal(err)
	}
	return x
}

func (l life) see(f vision.Finding) leads.Lead {
	l.Helper()
	next, err := l.rules.Take(l.known, f)
	if err != nil || !next.Changed {
		l.Fatal(next.Changed, err)
	}
	return l.keep(next.Lead)
}

// decide decides on the lead as it is now.
func (l life) decide(r leads.Review) (leads.Lead, error) {
	l.Helper()
	x, _, err := l.known.Lead(r.Lead)
	if err != nil {
		l.Fatal(err)
	}
	if r.Revision == 0 {
		r.Revision = max(1, x.Revision)
	}
	if r.By == "" {
		r.By = "ann"
	}
	if r.Do == leads.DoReject && r.Reason == "" {
		r.Reason = "no-violation"
	}
	if r.At.IsZero() {
		r.At = day.Add(time.Hour)
	}
	y, err := l.rules.Decide(l.known, r)
	if err == nil {
		l.keep(y)
	}
	return y, err
}

func (l life) must(r leads.Review) leads.Lead {
	l.Helper()
	x, err := l.decide(r)
	if err != nil {
		l.Fatal(err)
	}
	return x
}

// What is seen again in the place of a lead, by what became of it and how long ago.
func TestWhatIsSeenAgain(t *testing.T) {
	confirm, reject := leads.Review{Do: leads.DoConfirm}, leads.Review{Do: leads.DoReject}
	for _, c := range []struct {
		name    string
		reviews []leads.Review
		gone    bool
		after   time.Duration
		class   string
		leads   int
		state   string // of the lead that was there, or of the new one
		relapse bool
	}{
		{"never decided", nil, false, 72 * time.Hour, "stall", 1, leads.Candidate, false},
		{"rejected, next day", []leads.Review{reject}, false, 24 * time.Hour, "stall", 1, leads.Rejected, false},
		{"rejected, seven months later", []leads.Review{reject}, false, 7 * 30 * 24 * time.Hour, "stall", 2, leads.Candidate, false},
		{"rejected, and another thing next day", []leads.Review{reject}, false, 24 * time.Hour, "tricycle", 1, leads.Candidate, false},
		{"rejected until tomorrow, the day after", []leads.Review{{Do: leads.DoReject, Until: day.Add(24 * time.Hour)}}, false, 47 * time.Hour, "stall", 2, leads.Candidate, false},
		{"rejected and lifted, next day", []leads.Review{reject, {Do: leads.DoLift}}, false, 24 * time.Hour, "stall", 2, leads.Candidate, false},
		{"rejected and undone, next day", []leads.Review{reject, {Do: leads.DoUndo}}, false, 24 * time.Hour, "stall", 1, leads.Candidate, false},
		{"confirmed, next day", []leads.Review{confirm}, false, 24 * time.Hour, "stall", 1, leads.Confirmed, false},
		{"confirmed, three days later", []leads.Review{confirm}, false, 72 * time.Hour, "stall", 2, leads.Candidate, true},
		{"gone, and back", nil, true, 24 * time.Hour, "stall", 1, leads.Candidate, false},
		{"confirmed, gone, and back", []leads.Review{confirm}, true, 24 * time.Hour, "stall", 2, leads.Candidate, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLife(t, leads.Scene{Settled: 48 * time.Hour, Due: leads.Dues{Candidate: time.Hour}, Priority: leads.Priority{Severity: 5, Relapse: 30}})
			first := l.see(finding("1", 0, day))
			for _, r := range c.reviews {
				r.Lead = first.Lead
				l.must(r)
			}
			if c.gone {
				x, _, _ := l.known.Lead(first.Lead)
				next := l.rules.Gone(x, "f0", day.Add(2*time.Hour), "sha")
				if !next.Changed || next.Lead.State != leads.Closed || next.Lead.Reason != leads.ReasonGone || !strings.Contains(next.Lead.Steps[len(next.Lead.Steps)-1].Note, "sha") {
					t.Fatalf("gone: %+v", next)
				}
				l.keep(next.Lead)
			}
			f := finding("2", 1, day.Add(c.after))
			f.Class = c.class
			x := l.see(f)
			if l.known.Len() != c.leads || x.State != c.state || x.Relapse != c.relapse || (x.Earlier == first.Lead) != (c.leads == 2) {
				t.Errorf("%d leads, the last %s, relapse %v of %q; wanted %d, %s, %v", l.known.Len(), x.State, x.Relapse, x.Earlier, c.leads, c.state, c.relapse)
			}
			if x.State == leads.Candidate && x.Due.IsZero() {
				t.Error("it is due at no time")
			}
			if c.relapse && x.Priority != 35 {
				t.Errorf("priority %d of a relapse", x.Priority)
			}
			// it is that lead from then on, however many there were
			f.ID, f.FirstSeen, f.LastSeen = "3", f.FirstSeen.Add(time.Hour), f.LastSeen.Add(time.Hour)
			if y := l.see(f); y.Lead != x.Lead {
				t.Errorf("the next sighting is of %s, not of %s", y.Lead, x.Lead)
			}
		})
	}
}

// Who may do what, in which state.
func TestDecisions(t *testing.T) {
	two := leads.Scene{Review: leads.Reviewing{Steps: 2, Another: true}}
	for _, c := range []struct {
		name  string
		scene leads.Scene
		do    []leads.Review
		state string
		err   string // of the last one
	}{
		{"one step", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm}}, leads.Confirmed, ""},
		{"a check where none is asked for", leads.Scene{}, []leads.Review{{Do: leads.DoCheck}}, leads.Candidate, "asks for one step"},
		{"two steps", two, []leads.Review{{Do: leads.DoCheck}, {Do: leads.DoConfirm, By: "bob"}}, leads.Confirmed, ""},
		{"the second before the first", two, []leads.Review{{Do: leads.DoConfirm}}, leads.Candidate, "asks for two steps"},
		{"both by one person", two, []leads.Review{{Do: leads.DoCheck}, {Do: leads.DoConfirm}}, leads.Checked, "asks for another person"},
		{"both by one person, after another undid", two, []leads.Review{{Do: leads.DoCheck}, {Do: leads.DoConfirm, By: "bob"}, {Do: leads.DoUndo, By: "bob"}, {Do: leads.DoConfirm}}, leads.Checked, "asks for another person"},
		{"rejected at the second step", two, []leads.Review{{Do: leads.DoCheck}, {Do: leads.DoReject, By: "bob"}}, leads.Rejected, ""},
		{"confirmed twice", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm}, {Do: leads.DoConfirm, By: "bob"}}, leads.Confirmed, "already confirmed by ann"},
		{"rejected after it was confirmed", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm}, {Do: leads.DoReject}}, leads.Confirmed, "undone first"},
		{"undone, and decided otherwise", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm}, {Do: leads.DoUndo}, {Do: leads.DoReject}}, leads.Rejected, ""},
		{"undone twice", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm}, {Do: leads.DoUndo}, {Do: leads.DoUndo}}, leads.Candidate, "undone already"},
		{"nothing to undo", leads.Scene{}, []leads.Review{{Do: leads.DoUndo}}, leads.Candidate, "no person's decision"},
		{"a reason that is none", leads.Scene{}, []leads.Review{{Do: leads.DoReject, Reason: "because"}}, leads.Candidate, `"because" is none of`},
		{"an old revision", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm}, {Do: leads.DoUndo, Revision: 1}}, leads.Confirmed, "already confirmed by ann"},
		{"a revision to come", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm, Revision: 9}}, leads.Candidate, "not there yet"},
		{"lifted without a suppression", leads.Scene{}, []leads.Review{{Do: leads.DoLift}}, leads.Candidate, "no sighting of it is suppressed"},
		{"by the machine", leads.Scene{}, []leads.Review{{Do: leads.DoConfirm, By: leads.Machine}}, leads.Candidate, "a person's name"},
		{"merged into itself", leads.Scene{}, []leads.Review{{Do: leads.DoMerge, Into: leads.IDOf("1")}}, leads.Candidate, "name the other lead"},
		{"merged into nothing", leads.Scene{}, []leads.Review{{Do: leads.DoMerge, Into: "x"}}, leads.Candidate, "no such lead"},
		{"split where there is one finding", leads.Scene{}, []leads.Review{{Do: leads.DoSplit, Findings: []string{"1"}}}, leads.Candidate, "at least one stays"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLife(t, c.scene)
			id := l.see(finding("1", 0, day)).Lead
			for i, r := range c.do {
				r.Lead, r.At = id, day.Add(time.Duration(i+1)*time.Hour)
				x, err := l.decide(r)
				switch want := c.err != "" && i == len(c.do)-1; {
				case want && (err == nil || !strings.Contains(err.Error(), c.err)):
					t.Errorf("%v, wanted %q", err, c.err)
				case !want && err != nil:
					t.Fatal(err)
				case err == nil && x.Steps[len(x.Steps)-1].Revision != x.Revision:
					t.Errorf("step %+v of revision %d", x.Steps, x.Revision)
				}
			}
			if x, _, _ := l.known.Lead(id); x.State != c.state {
				t.Errorf("it is %s, wanted %s", x.State, c.state)
			}
		})
	}
}

// A sighting between looking and deciding keeps nobody from deciding.
func TestASightingIsNoConflict(t *testing.T) {
	l := newLife(t, leads.Scene{})
	id := l.see(finding("1", 0, day)).Lead
	l.see(finding("2", 0, day.Add(time.Minute)))
	if x := l.must(leads.Review{Lead: id, Revision: 1, Do: leads.DoConfirm}); x.State != leads.Confirmed || x.Revision != 3 {
		t.Errorf("%+v", x)
	}
}

func TestMergeAndSplit(t *testing.T) {
	l := newLife(t, leads.Scene{})
	a, b := l.see(finding("1", 0, day)), l.see(finding("2", 12, day))
	merged := l.must(leads.Review{Lead: b.Lead, Do: leads.DoMerge, Into: a.Lead})
	if merged.State != leads.Closed || merged.MergedIn != a.Lead {
		t.Fatalf("%+v", merged)
	}
	if x := l.see(finding("3", 12, day.Add(time.Hour))); x.Lead != a.Lead || x.Seen != 2 {
		t.Errorf("what is seen of the merged lead goes to %s", x.Lead)
	}
	if _, err := l.decide(leads.Review{Lead: a.Lead, Do: leads.DoMerge, Into: b.Lead}); !errors.Is(err, leads.ErrConflict) {
		t.Errorf("both are merged into each other: %v", err)
	}
	if x := l.must(leads.Review{Lead: b.Lead, Do: leads.DoUndo}); x.State != leads.Candidate || x.MergedIn != "" {
		t.Errorf("undone: %+v", x)
	}
	y := l.must(leads.Review{Lead: a.Lead, Do: leads.DoSplit, Findings: []string{"3"}})
	if y.Lead == a.Lead || y.SplitFrom != a.Lead || y.State != leads.Candidate || y.Frame != "frame 3" || !slices.Equal(y.Findings, []string{"3"}) {
		t.Errorf("split off: %+v", y)
	}
	l.see(finding("4", 0, day.Add(2*time.Hour))) // names finding 3 again, among a's
	if of, _ := l.known.OfFinding("3"); of != y.Lead {
		t.Errorf("finding 3 belongs to %s, and was split off to %s", of, y.Lead)
	}
	if _, err := l.decide(leads.Review{Lead: a.Lead, Do: leads.DoSplit, Findings: []string{"3"}}); err == nil {
		t.Error("it is split off twice")
	}
	if x := l.must(leads.Review{Lead: y.Lead, Do: leads.DoMerge, Into: a.Lead}); x.MergedIn != a.Lead {
		t.Errorf("merged again: %+v", x)
	}
}

func TestWhatCaseSystemsAnswer(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []string
		state   string
		err     string
	}{
		{"all of a case", []string{`{"state":"received"}`, `{"state":"accepted","case":"C-1"}`, `{"state":"closed","reason":"removed"}`}, leads.Closed, ""},
		{"twice the same", []string{`{"state":"accepted","case":"C-1"}`, `{"state":"accepted","case":"C-1"}`}, leads.Accepted, ""},
		{"received after it was accepted", []string{`{"state":"accepted","case":"C-1"}`, `{"state":"received"}`}, leads.Accepted, ""},
		{"sent back", []string{`{"state":"returned","reason":"not ours"}`}, leads.Returned, ""},
		{"accepted without a number", []string{`{"state":"accepted"}`}, leads.Confirmed, "number of the case"},
		{"returned without a reason", []string{`{"state":"returned"}`}, leads.Confirmed, "reason is missing"},
		{"no state", []string{`{}`}, leads.Confirmed, `state ""`},
		{"no object", []string{`[]`}, leads.Confirmed, "no JSON object"},
		{"accepted after it was closed", []string{`{"state":"closed","reason":"removed"}`, `{"state":"accepted","case":"C-1"}`}, leads.Closed, "it is closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLife(t, leads.Scene{})
			id := l.see(finding("1", 0, day)).Lead
			x := l.must(leads.Review{Lead: id, Do: leads.DoConfirm})
			for i, a := range c.answers {
				f, err := leads.ReadFeedback([]byte(a))
				var next leads.Next
				if err == nil {
					next, err = l.rules.Answer(x, f, day)
				}
				if want := c.err != "" && i == len(c.answers)-1; want && (err == nil || !strings.Contains(err.Error(), c.err)) || !want && err != nil {
					t.Fatalf("%s: %v, wanted %q", a, err, c.err)
				}
				if next.Changed {
					x = l.keep(next.Lead)
				}
			}
			if x.State != c.state {
				t.Errorf("it is %s, wanted %s", x.State, c.state)
			}
		})
	}
	// what a flight closed as gone while its case was open still takes the case's answers
	g := newLife(t, leads.Scene{})
	c := g.must(leads.Review{Lead: g.see(finding("1", 0, day)).Lead, Do: leads.DoConfirm})
	c = g.keep(g.rules.Gone(c, "f2", day.Add(24*time.Hour), "").Lead)
	for _, a := range []string{`{"state":"received"}`, `{"state":"accepted","case":"C-1"}`, `{"state":"closed","reason":"removed"}`} {
		f, err := leads.ReadFeedback([]byte(a))
		if err != nil {
			t.Fatal(err)
		}
		next, err := g.rules.Answer(c, f, day.Add(48*time.Hour))
		if err != nil {
			t.Fatalf("%s of what is gone: %v", a, err)
		}
		c = next.Lead
	}
	if c.State != leads.Closed || c.Case != "C-1" || c.Reason != "removed" {
		t.Errorf("gone, and its case closed: %+v", c)
	}
	l := newLife(t, leads.Scene{})
	x := l.see(finding("1", 0, day))
	f, _ := leads.ReadFeedback([]byte(`{"state":"accepted","case":"C-1"}`))
	if _, err := l.rules.Answer(x, f, day); !errors.Is(err, leads.ErrConflict) {
		t.Errorf("a candidate is accepted: %v", err)
	}
}

// A lead that is seen every day for months stays as small as one that is seen for a month.
func TestALeadStaysSmall(t *testing.T) {
	l := newLife(t, leads.Scene{})
	var x leads.Lead
	for i := range 100 {
		x = l.see(finding(time.Duration(i).String(), 0, day.Add(time.Duration(i)*24*time.Hour)))
	}
	if l.known.Len() != 1 || x.Seen != 100 || len(x.Findings) != 21 || len(x.Shots) != 6 || x.Findings[0] != "0s" {
		t.Errorf("%d leads, seen %d, %d findings, %d frames", l.known.Len(), x.Seen, len(x.Findings), len(x.Shots))
	}
	if of, _ := l.known.OfFinding("50ns"); of != x.Lead {
		t.Errorf("finding 50 is of %q", of)
	}
}

func TestReviewsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 900_000)
	for _, r := range []leads.Review{{Lead: "1", By: long}, {Lead: "1", By: "a", Note: long}, {Lead: long, By: "a"}} {
		r.Do, r.Revision = leads.DoConfirm, 1
		if err := r.Check(); err == nil {
			t.Error("a review of 900 kB is taken")
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte(`{"type":"harrier.lead.due","data":{"lead":"1"}}`))
	f.Add([]byte(`{"type":"harrier.lead.candidate","data":{"lead":"1","revision":1,"box":[1,2,3,4]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, r, err := leads.ReadMessage(b); err == nil && r == nil && l.Lead == "" {
			t.Error("a lead without a name")
		}
	})
}

func FuzzReadFeedback(f *testing.F) {
	f.Add([]byte(`{"state":"accepted","case":"C-1"}`))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = leads.ReadFeedback(b) })
}

// 100 flights over 500 things, with gaps, errors of position and a tenth of false detections: a lead for each thing, and none for two of different
// kinds, 5 m apart.
func TestAHundredFlightsOverFiveHundredThings(t *testing.T) {
	const things, flights, sigmaM = 500, 100, 0.6
	l := newLife(t, leads.Scene{Settled: 365 * 24 * time.Hour})
	r := rand.New(rand.NewPCG(1, 2))
	ground := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	type thing struct {
		class string
		e, n  float64
	}
	var all []thing
	for i := range things / 2 { // in pairs of two kinds
		e, n := float64(i%25)*20, float64(i/25)*20
		all = append(all, thing{"stall", e, n}, thing{"tricycle", e + 5, n})
	}
	of := map[string]map[int]bool{} // things of a lead
	false_, id := map[string]bool{}, 0
	var b *index.Batch // of a flight
	take := func(flight int, class string, e, n float64, what int) {
		id++
		p := ground.From(e+sigmaM*r.NormFloat64(), n+sigmaM*r.NormFloat64())
		at := day.Add(time.Duration(flight) * 24 * time.Hour)
		next, err := l.rules.Take(b, vision.Finding{ID: fmt.Sprint(id), Epoch: 1, Flight: fmt.Sprint("f", flight), Scene: "street-stall", Class: class, Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: sigmaM * sigmaM, NN: sigmaM * sigmaM}, Score: 0.7, FirstSeen: at, LastSeen: at, Captured: at})
		if err != nil || !next.Changed {
			t.Fatal(next.Changed, err)
		}
		if err := b.Apply(index.Kept{Lead: next.Lead}); err != nil {
			t.Fatal(err)
		}
		if what < 0 {
			false_[next.Lead.Lead] = true
			return
		}
		if of[next.Lead.Lead] == nil {
			of[next.Lead.Lead] = map[int]bool{}
		}
		of[next.Lead.Lead][what] = true
	}
	n := flights
	if testing.Short() {
		n = 10
	}
	for flight := range n {
		var err error
		if b, err = l.known.Begin(); err != nil {
			t.Fatal(err)
		}
		for what, x := range all {
			if r.Float64() < 0.7 { // the others are in gaps
				take(flight, x.class, x.e, x.n, what)
			}
			if r.Float64() < 0.1 {
				take(flight, "goods", r.Float64()*500, 500+r.Float64()*400, -1) // where nothing stands
			}
		}
		if err := b.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	merged := 0
	for _, w := range of {
		if len(w) > 1 {
			merged++
		}
	}
	t.Logf("%d leads of %d things, %d of more than one thing; %d of false detections", len(of), things, merged, len(false_))
	if len(of) < things*98/100 || len(of) > things*102/100 || merged > 0 {
		t.Errorf("%d leads of %d things, %d of more than one", len(of), things, merged)
	}
}

// Two places weighed by their errors: never less sure than the surer one, and between the two.
func TestMorePlacesAreSurer(t *testing.T) {
	l := newLife(t, leads.Scene{})
	x := l.see(finding("1", 0, day))
	for i := range 30 {
		y := l.see(finding(fmt.Sprint(i+2), 1, day.Add(time.Duration(i+1)*time.Hour)))
		if y.Ellipse.MajorM > x.Ellipse.MajorM || y.Lon < x.Lon {
			t.Fatalf("after %d flights %+v, and one more %+v", i+1, x.Ellipse, y.Ellipse)
		}
		x = y
	}
	if m := x.Ellipse.MajorM; m < 0.6 || m > 1 {
		t.Errorf("after 31 flights the error is %g m: what flights share stays", m)
	}
}

// What a permit allows is closed with its number before anybody reviews it; what may lie outside is only put back; once the permit does not hold, it is open.
func TestPermits(t *testing.T) {
	square := func(side, east float64) orb.Polygon {
		f := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
		h := side / 2
		return orb.Polygon{{f.From(east-h, -h), f.From(east+h, -h), f.From(east+h, h), f.From(east-h, h), f.From(east-h, -h)}}
	}
	for _, c := range []struct {
		name   string
		fields map[string]string
		side   float64
		plate  string
		east   float64 // of the thing
		state  string
		permit string
		then   string // its state when it is seen again a day later
	}{
		{"within", nil, 30, "", 0, leads.Closed, "P-1", leads.Closed},
		{"near its edge", nil, 3, "", 0, leads.Candidate, "P-1", leads.Candidate},
		{"outside", nil, 30, "", 20, leads.Candidate, "", leads.Candidate},
		{"of another scene", map[string]string{"scenes": "muck-truck"}, 30, "", 0, leads.Candidate, "", leads.Candidate},
		{"of several scenes", map[string]string{"scenes": "muck-truck，street-stall"}, 30, "", 0, leads.Closed, "P-1", leads.Closed},
		{"of another plate", map[string]string{"plate": "沪A1"}, 30, "沪A2", 0, leads.Candidate, "", leads.Candidate},
		{"of its plate", map[string]string{"plate": "沪A1"}, 30, "沪A1", 0, leads.Closed, "P-1", leads.Closed},
		{"outside its hours", map[string]string{"hours": "Mo-Su 01:00-02:00"}, 30, "", 0, leads.Candidate, "", leads.Candidate},
		{"that ends today", map[string]string{"valid_until": "2026-03-02"}, 30, "", 0, leads.Closed, "P-1", leads.Candidate},
		{"that has ended", map[string]string{"valid_until": "2026-03-01"}, 30, "", 0, leads.Candidate, "", leads.Candidate},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields := map[string]string{"number": "P-1", "scenes": "street-stall"}
			maps.Copy(fields, c.fields)
			feature := geo.Feature{N: 1, Geometry: square(c.side, c.east)}
			for k, v := range fields {
				feature.Fields = append(feature.Fields, geo.Field{Name: k, Value: v})
			}
			l := newLife(t, leads.Scene{Priority: leads.Priority{Severity: 30, Permit: -20}})
			var problems []geo.Problem
			if l.rules.Permits, problems = geo.ReadPermits(&geo.Layer{Datum: geo.Datum{Name: geo.WGS84}, Features: []geo.Feature{feature}}); geo.Errors(problems) > 0 {
				t.Fatal(problems)
			}
			f := finding("1", 0, day)
			f.Attributes = map[string]string{"plate": c.plate}
			x := l.see(f)
			if x.State != c.state || x.Permit != c.permit || c.permit != "" && x.Priority != 10 || c.permit == "" && x.Priority != 30 {
				t.Errorf("%s, permit %q, priority %d; wanted %s, %q", x.State, x.Permit, x.Priority, c.state, c.permit)
			}
			if c.state == leads.Closed && (x.Reason != leads.ReasonPermit || x.Steps[0].Note != "permit P-1" || !x.Due.IsZero()) {
				t.Errorf("closed: %+v", x)
			}
			f.ID, f.FirstSeen, f.LastSeen = "2", day.Add(24*time.Hour), day.Add(24*time.Hour)
			if x = l.see(f); x.State != c.then || l.known.Len() != 1 {
				t.Errorf("a day later: %s, wanted %s; %d leads", x.State, c.then, l.known.Len())
			}
		})
	}
}

// A share of decisions is made a second time by somebody else, who does not see the first one.
func TestSomeDecisionsAreMadeASecondTimeBlind(t *testing.T) {
	l := newLife(t, leads.Scene{Review: leads.Reviewing{Blind: 0.2, Rejected: 1}})
	drawn := 0
	for i := range 200 {
		x := l.see(finding(fmt.Sprint("c", i), float64(100*i), day))
		x, err := l.rules.Decide(l.known, leads.Review{Lead: x.Lead, Revision: 1, Do: leads.DoConfirm, By: "wang", At: day})
		if err != nil {
			t.Fatal(err)
		}
		if x.Second.Waits() {
			drawn++
		}
	}
	if drawn < 20 || drawn > 60 {
		t.Errorf("of 200 confirmed leads %d are decided on again, and should be about 40", drawn)
	}
	x := l.see(finding("r", -100, day))
	reject := leads.Review{Lead: x.Lead, Revision: 1, Do: leads.DoReject, Reason: "unclear", By: "wang", At: day}
	x, err := l.rules.Decide(l.known, reject)
	if err != nil || !x.Second.Waits() {
		t.Fatalf("a rejected one is not drawn: %+v, %v", x.Second, err)
	}
	l.keep(x)
	if u := x.Unknown(); u.State != leads.Candidate || u.Steps != nil || u.By != "" || u.Reason != "" || u.Second != nil || u.Frame != x.Frame {
		t.Errorf("who decides again sees %+v", u)
	}
	waiting, _, err := l.known.Page(index.Query{Second: leads.SecondWaits}, "", 10)
	if err != nil || len(waiting) != 1 || waiting[0].Lead != x.Lead {
		t.Errorf("waiting are %v, %v", waiting, err)
	}
	again := leads.Review{Lead: x.Lead, Revision: 1, Do: leads.DoSecond, Verdict: leads.Confirmed, By: "wang", At: day}
	if _, err := l.rules.Decide(l.known, again); !errors.Is(err, leads.ErrConflict) {
		t.Errorf("the same person decides a second time: %v", err)
	}
	again.By, again.Verdict = "li", "perhaps"
	if _, err := l.rules.Decide(l.known, again); err == nil || !strings.Contains(err.Error(), "verdict") {
		t.Errorf("a verdict that is none: %v", err)
	}
	again.Verdict = leads.Confirmed
	y, err := l.rules.Decide(l.known, again)
	if err != nil || y.Revision != x.Revision+1 || y.State != leads.Rejected || y.Second.Stage() != leads.SecondDiffers || !y.Suppressed.Equal(x.Suppressed) || !y.Due.Equal(x.Due) {
		t.Fatalf("after the second decision: %+v, %v", y, err)
	}
	l.keep(y)
	again.By = "zhao"
	if _, err := l.rules.Decide(l.known, again); !errors.Is(err, leads.ErrConflict) {
		t.Errorf("a third person decides: %v", err)
	}
	differs, _, err := l.known.Page(index.Query{Second: leads.SecondDiffers}, "", 10)
	if err != nil || len(differs) != 1 {
		t.Errorf("that differ are %v, %v", differs, err)
	}
}

// A lead says by what it was seen, and in which fences it lay then.
func TestALeadNamesEquipmentAndFences(t *testing.T) {
	l := newLife(t, leads.Scene{})
	square := func(d float64) orb.Polygon {
		return orb.Polygon{{{121.5 - d, 31.2 - d}, {121.5 + d, 31.2 - d}, {121.5 + d, 31.2 + d}, {121.5 - d, 31.2 + d}, {121.5 - d, 31.2 - d}}}
	}
	l.rules.Fences = geo.NewFences([]geo.Fence{{ID: "A1", Kind: "announced-area", Name: "陆家嘴", Source: "公告 2026-3", Polygon: square(0.01)}, {ID: "R", Kind: "road", Polygon: square(0.01), Until: day.AddDate(0, 0, -1)}})
	l.rules.Equipment = func(dock string) *leads.Equipment {
		return &leads.Equipment{Dock: dock, Firmware: "10.01.16.10", Certificate: "SIMT-2026-8"}
	}
	f := finding("1", 0, day)
	f.Dock = "D1"
	x := l.see(f)
	if len(x.Fences) != 1 || x.Fences[0] != (leads.Fence{Kind: "announced-area", ID: "A1", Name: "陆家嘴", Source: "公告 2026-3"}) {
		t.Errorf("fences %+v", x.Fences)
	}
	if x.Equipment == nil || *x.Equipment != (leads.Equipment{Dock: "D1", Firmware: "10.01.16.10", Certificate: "SIMT-2026-8"}) {
		t.Errorf("equipment %+v", x.Equipment)
	}
	if far := l.see(finding("2", 5000, day)); far.Fences != nil {
		t.Errorf("far off it lies in %+v", far.Fences)
	}
}

// The clip of a finding comes some seconds after it, as a revision of the lead that it made or belongs to; told again it changes nothing.
func TestClipsComeLater(t *testing.T) {
	l := newLife(t, leads.Scene{})
	first, second := finding("1", 0, day), finding("2", 0.5, day.Add(time.Minute))
	l.see(first)
	l.see(second)
	for i, f := range []vision.Finding{first, second} {
		f.Revision, f.Clip = 1, "clip "+f.ID
		x := l.see(f)
		if x.Revision != 3+i || !slices.ContainsFunc(x.Shots, func(s leads.Shot) bool { return s.Finding == f.ID && s.Clip == f.Clip }) || !slices.Contains(x.Pictures(), f.Clip) {
			t.Errorf("after the clip of %s: revision %d, %+v", f.ID, x.Revision, x.Shots)
		}
		l.keep(x)
		if next, err := l.rules.Take(l.known, f); err != nil || next.Changed {
			t.Errorf("told again it makes a revision: %v", err)
		}
	}
}

// Sharp and large frames come before blurred and small ones, and one of another side before a better one of a side that is shown.
func TestTheBestFrames(t *testing.T) {
	l := newLife(t, leads.Scene{})
	for i, x := range []struct {
		sharp, size, yaw float64
	}{{0.1, 80, 0}, {0.6, 80, 10}, {0.6, 10, 20}, {0.55, 80, 350}, {0.5, 60, 180}} {
		f := finding(fmt.Sprint(i), 0, day.Add(time.Duration(i)*time.Minute))
		f.Sharpness, f.Box, f.Pose = x.sharp, vision.Box{W: x.size, H: x.size}, &geo.Pose{YawDeg: x.yaw}
		l.see(f)
	}
	x, _, err := l.known.Lead(leads.IDOf("0"))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range x.Shots {
		order = append(order, s.Finding)
	}
	if want := []string{"1", "4", "3", "0", "2"}; !slices.Equal(order, want) {
		t.Errorf("the frames are in the order %v, want %v", order, want)
	}
}
