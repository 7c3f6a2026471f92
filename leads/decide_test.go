package leads_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

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

func TestReviewsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 900_000)
	for _, r := range []leads.Review{{Lead: "1", By: long}, {Lead: "1", By: "a", Note: long}, {Lead: long, By: "a"}} {
		r.Do, r.Revision = leads.DoConfirm, 1
		if err := r.Check(); err == nil {
			t.Error("a review of 900 kB is taken")
		}
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
