package leads_test

import (
	"maps"
	"path/filepath"
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
