package leads

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// What people do with a lead.
const (
	DoCheck   = "check"   // its evidence is sound: the technical check
	DoConfirm = "confirm" // it breaks the rules: the legal check
	DoReject  = "reject"
	DoUndo    = "undo"   // takes the last decision back
	DoMerge   = "merge"  // it is the same thing as another lead
	DoSplit   = "split"  // some of its findings show another thing
	DoLift    = "lift"   // ends the suppression of a rejected lead
	DoSecond  = "second" // what a second person, who does not know the decision, would have decided
)

// Reasons for which a lead is rejected.
var Reasons = []string{"no-violation", "wrong-thing", "permitted", "unclear", "wrong-place", "dealt-with", "other"}

// Reasons for which a lead is closed, but by a case system, which gives its own.
const (
	ReasonGone   = "gone"   // a flight that would have shown it did not
	ReasonMerged = "merged" // into another lead
	ReasonPermit = "permit" // a list of permits answers it
)

// Review is a person's decision on a lead.
type Review struct {
	Lead     string    `json:"lead"`
	Revision int       `json:"revision"` // that was looked at
	Do       string    `json:"do"`
	By       string    `json:"by"`
	Reason   string    `json:"reason,omitempty"`   // of reject: one of Reasons
	Verdict  string    `json:"verdict,omitempty"`  // of second: confirmed or rejected
	Note     string    `json:"note,omitempty"`     // free text
	Until    time.Time `json:"until,omitzero"`     // of reject: how long it stays rejected when it is seen again; zero: as long as the scene says
	Into     string    `json:"into,omitempty"`     // of merge: the other lead
	Findings []string  `json:"findings,omitempty"` // of split: those that show another thing
	At       time.Time `json:"at"`
}

// How long what people write may be, characters: a review is kept for good, and must not crowd out others.
const (
	maxName = 100
	maxNote = 2000
)

// Check says what is wrong with a review.
func (r Review) Check() error {
	switch {
	case !slices.Contains([]string{DoCheck, DoConfirm, DoReject, DoUndo, DoMerge, DoSplit, DoLift, DoSecond}, r.Do):
		return fmt.Errorf("do: %q is not check, confirm, reject, undo, merge, split, lift or second", r.Do)
	case r.By == "":
		return errors.New("a review needs the name of who decides (by)")
	case r.By == Machine:
		return fmt.Errorf("by: %q is what Harrier does by itself; give a person's name", Machine)
	case r.Revision < 1:
		return errors.New("a review names the revision that was looked at (revision)")
	case utf8.RuneCountInString(r.By) > maxName || utf8.RuneCountInString(r.Note) > maxNote || len(r.Lead) > maxName || len(r.Into) > maxName || len(r.Findings) > 1000:
		return fmt.Errorf("a review's name may have %d characters, and its note %d", maxName, maxNote)
	case r.Do == DoSecond && r.Verdict != Confirmed && r.Verdict != Rejected:
		return fmt.Errorf("verdict: %q is not %s or %s", r.Verdict, Confirmed, Rejected)
	case (r.Do == DoReject || r.Do == DoSecond && r.Verdict == Rejected) && !slices.Contains(Reasons, r.Reason):
		return fmt.Errorf("reason: %q is none of %q, for which a lead is rejected", r.Reason, Reasons)
	case r.Do == DoMerge && (r.Into == "" || r.Into == r.Lead):
		return errors.New("into: name the other lead that shows the same thing")
	case r.Do == DoSplit && len(r.Findings) == 0:
		return errors.New("findings: name those that show another thing")
	}
	return nil
}

// Decide says what a review makes of a lead: its next revision, or of a split the lead that splits off.
func (r *Rules) Decide(k Known, d Review) (Lead, error) {
	if err := d.Check(); err != nil {
		return Lead{}, err
	}
	x, ok, err := k.Lead(d.Lead)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNotFound, d.Lead)
	}
	if err != nil {
		return Lead{}, err
	}
	if x.Deleted != nil {
		return Lead{}, fmt.Errorf("%w: its pictures are deleted (%s), so nothing is decided on it any more", ErrConflict, x.Deleted.Reason)
	}
	last := x.lastStep()
	if last.Revision > d.Revision && d.Do != DoSecond {
		return Lead{}, fmt.Errorf("%w: it is already %s by %s", ErrConflict, x.State, last.By)
	}
	if d.Revision > x.Revision {
		return Lead{}, fmt.Errorf("%w: revision %d is not there yet, the last one is %d", ErrConflict, d.Revision, x.Revision)
	}
	sc := r.Scenes[x.Scene]
	x.Revision++
	switch d.Do {
	case DoCheck, DoConfirm:
		err = r.pass(&x, sc, d)
	case DoReject:
		if !rejectable(x.State) {
			return Lead{}, fmt.Errorf("%w: it is %s; what is decided is undone first", ErrConflict, x.State)
		}
		x.decided(Rejected, d)
		x.Suppressed = d.Until
		if d.Until.IsZero() {
			x.Suppressed = d.At.Add(sc.suppress())
		}
	case DoUndo:
		err = undo(&x, d)
	case DoLift:
		if x.State != Rejected || !x.Suppressed.After(d.At) {
			return Lead{}, fmt.Errorf("%w: it is %s, and no sighting of it is suppressed", ErrConflict, x.State)
		}
		x.decided(Rejected, d)
		x.Reason, x.Suppressed = last.Reason, d.At
	case DoMerge:
		err = r.merge(k, &x, d)
	case DoSplit:
		return r.split(k, x, d)
	case DoSecond:
		err = second(&x, d)
		return x, err
	}
	if err != nil {
		return Lead{}, err
	}
	x.Due = r.due(x, sc, d.At)
	if d.Do == DoUndo {
		x.Second = nil
	}
	if d.Do == DoConfirm || d.Do == DoReject {
		if x.Second = nil; sc.drawn(x) {
			x.Second = &Second{Of: x.State}
		}
	}
	return x, nil
}

// May is what people may do with a lead as it is.
func (r *Rules) May(x Lead) (out []string) { return r.MayBy(x, "somebody else") }

// MayBy is what a person of a name may do with a lead now.
func (r *Rules) MayBy(x Lead, name string) (out []string) {
	sc := r.Scenes[x.Scene]
	by := func(do string) Review { return Review{Do: do, By: name} }
	for _, do := range []string{DoCheck, DoConfirm} {
		if y := x; r.pass(&y, sc, by(do)) == nil {
			out = append(out, do)
		}
	}
	if rejectable(x.State) {
		out = append(out, DoReject)
	}
	if y := x; undo(&y, by(DoUndo)) == nil {
		out = append(out, DoUndo)
	}
	return out
}

func rejectable(state string) bool {
	return slices.Contains([]string{Candidate, Checked, Returned}, state)
}

// decided changes the state by a person's decision.
func (l *Lead) decided(to string, d Review) {
	l.step(to, d.By, d.At, d.Reason, d.Note)
	l.By, l.Note, l.Decided = d.By, d.Note, d.At
}

// pass is a check that a lead passes: the technical one first where the scene asks for two.
func (r *Rules) pass(x *Lead, sc Scene, d Review) error {
	two := sc.Review.Steps == 2
	switch {
	case d.Do == DoCheck && !two:
		return fmt.Errorf("scene %s asks for one step: confirm it or reject it", x.Scene)
	case d.Do == DoCheck && x.State != Candidate, d.Do == DoConfirm && !slices.Contains([]string{Candidate, Checked, Returned}, x.State):
		return fmt.Errorf("%w: it is already %s by %s", ErrConflict, x.State, x.lastStep().By)
	case d.Do == DoConfirm && two && x.State == Candidate:
		return fmt.Errorf("scene %s asks for two steps: somebody checks the evidence first (check), then it is confirmed", x.Scene)
	case d.Do == DoConfirm && sc.Review.Another && x.State == Checked && x.checkedBy() == d.By:
		return fmt.Errorf("scene %s asks for another person: %s checked the evidence already", x.Scene, d.By)
	}
	x.decided(map[string]string{DoCheck: Checked, DoConfirm: Confirmed}[d.Do], d)
	return nil
}

// checkedBy is who made the technical check that holds.
func (l Lead) checkedBy() string {
	for i := len(l.Steps) - 1; i >= 0; i-- {
		if s := l.Steps[i]; s.To == Checked && s.Reason != DoUndo {
			return s.By
		}
	}
	return ""
}

// undo takes back the last step, where a person made it and nothing came of it.
func undo(x *Lead, d Review) error {
	last := x.lastStep()
	if last.By == "" || last.By == Machine || slices.Contains([]string{HandedOver, Accepted, Returned}, x.State) || x.State == Closed && x.MergedIn == "" {
		return fmt.Errorf("%w: its last step (%s, by %s) is no person's decision that can be taken back", ErrConflict, x.State, last.By)
	}
	if last.Reason == DoUndo {
		return fmt.Errorf("%w: the last decision is undone already", ErrConflict)
	}
	back := d
	back.Reason = DoUndo
	x.decided(last.From, back)
	x.MergedIn = ""
	if x.State != Rejected { // of a merge or a lift: what was rejected stays so as long as it was to
		x.Suppressed = time.Time{}
	}
	return nil
}

// merge makes a lead a part of another: what is seen of it goes there. Its findings stay its own, so that it can be undone.
func (r *Rules) merge(k Known, x *Lead, d Review) error {
	into, ok, err := follow(k, d.Into)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%w: %s, to merge into", ErrNotFound, d.Into)
	case into.Lead == x.Lead:
		return fmt.Errorf("%w: %s was merged into it", ErrConflict, d.Into)
	case into.Scene != x.Scene || into.Simulated != x.Simulated:
		return fmt.Errorf("a lead of scene %s cannot be merged into one of scene %s", x.Scene, into.Scene)
	case x.State == Closed || x.State == HandedOver || x.State == Accepted:
		return fmt.Errorf("%w: it is %s", ErrConflict, x.State)
	}
	d.Reason = ReasonMerged
	x.decided(Closed, d)
	x.MergedIn = into.Lead
	return nil
}

// split makes a lead of its own of some findings of another. It is taken back by merging the two.
func (r *Rules) split(k Known, x Lead, d Review) (Lead, error) {
	if len(d.Findings) >= x.Seen {
		return Lead{}, errors.New("findings: at least one stays with the lead")
	}
	var shots []Shot
	for _, f := range d.Findings {
		of, err := k.OfFinding(f)
		if err != nil {
			return Lead{}, err
		}
		if of != x.Lead {
			return Lead{}, fmt.Errorf("finding %s is none of lead %s", f, x.Lead)
		}
		if i := slices.IndexFunc(x.Shots, func(s Shot) bool { return s.Finding == f }); i >= 0 {
			shots = append(shots, x.Shots[i])
		}
	}
	if x.Findings[0] == d.Findings[0] || len(shots) == 0 {
		return Lead{}, errors.New("findings: one of those that split off must have a frame, and the first finding stays with its lead")
	}
	y := x
	y.Lead, y.Revision, y.State = IDOf("split/"+shots[0].Finding), 1, Candidate
	y.Findings, y.Seen, y.Shots, y.SplitFrom = d.Findings, len(d.Findings), shots, x.Lead
	y.Second, y.Seconds = nil, nil
	y.Steps, y.Case, y.MergedIn, y.Suppressed, y.Earlier, y.Relapse = nil, "", "", time.Time{}, "", false
	y.Flight, y.Captured, y.FirstSeen, y.Score = shots[0].Flight, shots[0].Captured, shots[0].Captured, shots[0].Score
	y.Original, y.Frame, y.Crop, y.Box = shots[0].Original, shots[0].Frame, shots[0].Crop, shots[0].Box
	y.By, y.Note, y.Reason, y.Decided = d.By, d.Note, DoSplit, d.At
	y.Due = r.due(y, r.Scenes[y.Scene], d.At)
	return y, nil
}

// Gone says what a flight that would have shown a lead's thing and did not makes of the lead; frame is the SHA-256 of what it showed in its
// place, where there is one.
func (r *Rules) Gone(x Lead, flight string, at time.Time, frame string) Next {
	if !x.Open() || !at.After(x.LastSeen) {
		return Next{Lead: x}
	}
	x.Revision++
	note := "not there on flight " + flight
	if frame != "" {
		note += ", frame " + frame
	}
	x.step(Closed, Machine, at, ReasonGone, note)
	x.Due = time.Time{}
	return Next{x, true}
}
