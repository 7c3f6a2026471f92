package leads

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Feedback is what a case system says of a lead.
type Feedback struct {
	State  string    `json:"state"`            // received, accepted, returned or closed
	Case   string    `json:"case,omitempty"`   // number of the case; with accepted
	Reason string    `json:"reason,omitempty"` // with returned: why; with closed: the outcome
	By     string    `json:"by,omitempty"`     // who or which system; cases where it does not say
	Note   string    `json:"note,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// What case systems say.
const (
	FeedbackReceived = "received"
	FeedbackAccepted = "accepted"
	FeedbackReturned = "returned"
	FeedbackClosed   = "closed"
)

// ReadFeedback reads one, and says what is wrong with it.
func ReadFeedback(data []byte) (f Feedback, err error) {
	if err := json.Unmarshal(data, &f); err != nil {
		return f, fmt.Errorf("it is no JSON object with a state: %w", err)
	}
	switch {
	case !slices.Contains([]string{FeedbackReceived, FeedbackAccepted, FeedbackReturned, FeedbackClosed}, f.State):
		return f, fmt.Errorf("state %q is not received, accepted, returned or closed", f.State)
	case f.State == FeedbackAccepted && f.Case == "":
		return f, errors.New("accepted: the number of the case is missing (case)")
	case f.State == FeedbackReturned && f.Reason == "":
		return f, errors.New("returned: the reason is missing (reason)")
	case f.State == FeedbackClosed && f.Reason == "":
		return f, errors.New("closed: the outcome is missing (reason)")
	case len(f.Case) > maxName || len(f.By) > maxName || len(f.Reason) > maxNote || len(f.Note) > 4*maxNote:
		return f, fmt.Errorf("case and by may have %d bytes, the reason %d", maxName, maxNote)
	}
	return f, nil
}

// Answer says what a case system's answer makes of a lead. What was said already changes nothing.
func (r *Rules) Answer(x Lead, f Feedback, at time.Time) (Next, error) {
	to := map[string]string{FeedbackReceived: HandedOver, FeedbackAccepted: Accepted, FeedbackReturned: Returned, FeedbackClosed: Closed}[f.State]
	from := map[string][]string{HandedOver: {Confirmed}, Accepted: {Confirmed, HandedOver}, Returned: {Confirmed, HandedOver, Accepted}, Closed: {Confirmed, HandedOver, Accepted}}[to]
	last := x.lastStep()
	if x.State == to && last.Reason == f.Reason && (f.Case == "" || f.Case == x.Case) || f.State == FeedbackReceived && slices.Contains([]string{Accepted, Returned}, x.State) {
		return Next{Lead: x}, nil
	}
	// a flight may have closed it as gone while its case was still open
	_, gone := x.Gone()
	gone = gone && x.WasConfirmed()
	if gone && f.State == FeedbackReceived {
		return Next{Lead: x}, nil
	}
	if !gone && !slices.Contains(from, x.State) {
		return Next{}, fmt.Errorf("%w: it is %s, and cannot be %s", ErrConflict, x.State, f.State)
	}
	x.Revision++
	by := "cases"
	if f.By != "" {
		by = "cases: " + f.By
	}
	x.step(to, by, at, f.Reason, f.Note)
	if f.Case != "" {
		x.Case = f.Case
	}
	x.Due = r.due(x, r.Scenes[x.Scene], at)
	return Next{x, true}, nil
}
