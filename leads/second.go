package leads

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Second is a review by a second person, who does not know what the first one decided. It changes no state: it says how far reviewers agree, and
// what differs is looked at by somebody.
type Second struct {
	Of      string    `json:"of"`           // what was decided: confirmed or rejected
	By      string    `json:"by,omitempty"` // empty while it waits for somebody
	Verdict string    `json:"verdict,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// Stages of a second review.
const (
	SecondWaits   = "waits"
	SecondSame    = "same"    // the second person decided the same
	SecondDiffers = "differs" // or otherwise
)

// Stage is where a second review stands; "" where there is none.
func (s *Second) Stage() string {
	switch {
	case s == nil:
		return ""
	case s.By == "":
		return SecondWaits
	case s.Verdict == s.Of:
		return SecondSame
	}
	return SecondDiffers
}

// Waits says that nobody has made the second review yet.
func (s *Second) Waits() bool { return s.Stage() == SecondWaits }

// drawn says whether a decision is one of those of which a second person decides: by chance, the same whenever it is asked.
func (sc Scene) drawn(l Lead) bool {
	share := sc.Review.Blind
	if l.State == Rejected {
		share = math.Max(share, sc.Review.Rejected)
	}
	h := uuid.NewSHA1(namespace, fmt.Appendf(nil, "second/%s/%d", l.Lead, l.Revision))
	return float64(binary.BigEndian.Uint64(h[:8]))/math.MaxUint64 < share
}

// second takes a second review in.
func second(x *Lead, d Review) error {
	switch {
	case x.Second == nil:
		return fmt.Errorf("%w: it was not drawn for a second review", ErrConflict)
	case !x.Second.Waits():
		return fmt.Errorf("%w: its second review is made already", ErrConflict)
	case x.DecidedBy(d.By):
		return fmt.Errorf("%w: a second review is another person's, and %s decided on it before", ErrConflict, d.By)
	}
	x.Second = &Second{Of: x.Second.Of, By: d.By, Verdict: d.Verdict, Reason: d.Reason, Note: d.Note, At: d.At}
	x.Seconds = append(slices.Clone(x.Seconds), *x.Second)
	return nil
}

// DecidedBy says whether a person made a step of the lead.
func (l Lead) DecidedBy(name string) bool {
	return slices.ContainsFunc(l.Steps, func(s Step) bool { return s.By == name })
}

// Unknown is the lead as a second person gets to see it: as if nobody had decided on it.
func (l Lead) Unknown() Lead {
	l.State, l.Steps, l.By, l.Note, l.Reason, l.Case, l.Second, l.Seconds = Candidate, nil, "", "", "", "", nil, nil
	l.Revision = 1 // how many there are would tell
	l.Decided, l.Suppressed, l.Due = time.Time{}, time.Time{}, time.Time{}
	return l
}
