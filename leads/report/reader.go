package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

// Asked is which report is asked for.
type Asked struct {
	Report    string
	By        string // of order: street, cell or subdistrict
	Length    string // of periods: day, week or month
	From      time.Time
	Until     time.Time
	Simulated bool // of simulated docks, instead of real ones
}

// Report is one, with the rows of its kind.
type Report struct {
	Report    string    `json:"report"`
	Length    string    `json:"length"` // of its periods: day, week or month
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	Made      time.Time `json:"made"`
	Simulated bool      `json:"simulated"`
	// Subdistrict is the one that a message on NATS is of; "all" for what is of none.
	Subdistrict string `json:"subdistrict,omitempty"`
	// Part counts the messages over which a subdistrict's rows are spread; More says that another one follows.
	Part       int             `json:"part,omitempty"`
	More       bool            `json:"more,omitempty"`
	Order      []OrderRow      `json:"order,omitempty"`
	Register   []RegisterRow   `json:"register,omitempty"`
	Completion []CompletionRow `json:"completion,omitempty"`
	Agreement  []AgreementRow  `json:"agreement,omitempty"`
}

// Reader makes reports of what is kept; one at a time.
type Reader struct {
	Ground func() *Ground // measured when it is needed: of a district it takes tens of megabytes
	Scenes map[string]Scene
	Zone   *time.Location
	Index  func() (*index.Index, error) // an error while it is not there
	JS     jetstream.JetStream

	one sync.Mutex
}

// ErrAsked says that what is asked for is no report.
var ErrAsked = errors.New("no such report")

// Read makes a report.
func (r *Reader) Read(ctx context.Context, a Asked) (Report, error) {
	out := Report{Report: a.Report, Length: a.Length, From: a.From, Until: a.Until, Made: time.Now().UTC(), Simulated: a.Simulated}
	periods, err := Periods(a.Length, a.From, a.Until, r.Zone)
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrAsked, err)
	}
	r.one.Lock()
	defer r.one.Unlock()
	if !slices.Contains(All, a.Report) {
		return out, fmt.Errorf("%w: %q is none of %q", ErrAsked, a.Report, All)
	}
	f, err := r.facts(ctx, periods, a.Simulated)
	if err != nil {
		return out, err
	}
	switch a.Report {
	case Order:
		if _, err := f.Ground.areasBy(a.By); err != nil {
			return out, fmt.Errorf("%w: %w", ErrAsked, err)
		}
		out.Order, err = f.OrderIndex(a.By)
	case Register:
		out.Register, err = f.RegisterStanding()
	case Completion:
		out.Completion, err = f.Completed()
	case Agreement:
		out.Agreement, err = f.Agreed()
	}
	return out, err
}

// facts reads what was seen in periods that follow one another. The stream has one message of each flight's coverage, the last.
func (r *Reader) facts(ctx context.Context, periods []Period, simulated bool) (*Facts, error) {
	from, until := periods[0].From, periods[len(periods)-1].Until
	f := &Facts{Ground: r.Ground(), Scenes: r.Scenes, Periods: periods, Leads: r.leads(ctx, until, simulated)}
	err := journal.Replay(ctx, r.JS, "COVERAGE", ">", journal.From{Time: from}, func(m journal.Msg) error {
		var c vision.Covered
		if err := json.Unmarshal(m.Data, &c); err != nil || c.Simulated != simulated {
			return nil // what cannot be read is a dead letter of the ledger
		}
		for _, s := range c.Cells {
			f.Look(Look{c.Scenes, s})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, journal.Replay(ctx, r.JS, "CHANGES", ">", journal.From{Time: from}, func(m journal.Msg) error {
		var c vision.Changed
		if err := json.Unmarshal(m.Data, &c); err == nil && c.Simulated == simulated {
			f.Changes = append(f.Changes, c)
		}
		return nil
	})
}

// leads are those that were first seen before a moment.
func (r *Reader) leads(ctx context.Context, until time.Time, simulated bool) iter.Seq2[leads.Lead, error] {
	return func(yield func(leads.Lead, error) bool) {
		x, err := r.Index()
		if err != nil {
			yield(leads.Lead{}, err)
			return
		}
		for l, err := range x.All(index.Query{Until: until}) {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil && l.Simulated != simulated {
				continue
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// Among is the report without what lies in other subdistricts; none is all of it.
func (r Report) Among(subdistricts []string) Report {
	if len(subdistricts) == 0 {
		return r
	}
	other := func(s string) bool { return !slices.Contains(subdistricts, s) }
	r.Order = slices.DeleteFunc(slices.Clone(r.Order), func(x OrderRow) bool { return other(x.Subdistrict) })
	r.Register = slices.DeleteFunc(slices.Clone(r.Register), func(x RegisterRow) bool { return other(x.Subdistrict) })
	r.Completion = slices.DeleteFunc(slices.Clone(r.Completion), func(x CompletionRow) bool { return other(x.Subdistrict) })
	return r
}
