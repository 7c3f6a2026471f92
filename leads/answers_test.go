package leads_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/leads"
)

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
