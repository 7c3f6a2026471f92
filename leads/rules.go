package leads

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// Known are the leads so far.
type Known interface {
	// Lead returns a lead by its name.
	Lead(id string) (Lead, bool, error)
	// OfFinding returns the name of the lead that a finding belongs to; "" for none.
	OfFinding(id string) (string, error)
	// Near returns what stands within so many metres of a place.
	Near(scene string, simulated bool, at orb.Point, withinM float64) ([]Spot, error)
	// Epoch is the highest epoch of a flight so far.
	Epoch(flight string) (uint64, error)
}

// Spot is where a lead lies.
type Spot struct {
	Lead, Class string
	At          orb.Point
	Cov         geo.Cov
}

// Rules say what becomes of leads. They read what is known, and change nothing.
type Rules struct {
	Scenes  map[string]Scene
	Grid    *geo.Grid
	Fences  *geo.Fences  // in which leads lie; nil: none are known
	Permits *geo.Permits // that answer leads before anybody reviews them; nil: none
	// Equipment is that of a dock, by its serial number; nil where it is not known.
	Equipment func(dock string) *Equipment
	// Software is the version of this program, as leads name it.
	Software string
	Work     *WorkTime // in which due times run; nil: they run always
}

// What a decision may meet.
var (
	ErrNotFound = errors.New("no such lead")
	ErrConflict = errors.New("the lead has changed")
)

// ErrNoScene says that a finding is of a scene that is not configured.
var ErrNoScene = errors.New("no such scene is configured")

// Machine is who a step is by that no person made.
const Machine = "harrier"

// Next is a revision that is to be kept. Changed says that there is one.
type Next struct {
	Lead    Lead
	Changed bool
}

// Take says what a finding makes of its lead.
func (r *Rules) Take(k Known, f vision.Finding) (Next, error) {
	if f.Epoch != 0 {
		if e, err := k.Epoch(f.Flight); err != nil || f.Epoch < e {
			return Next{}, err // of a worker that was taken for dead
		}
	}
	sc, ok := r.Scenes[f.Scene]
	if !ok {
		return Next{}, fmt.Errorf("finding %s: scene %q: %w", f.ID, f.Scene, ErrNoScene)
	}
	if f.ID == "" || math.IsNaN(f.Lon) || math.Abs(f.Lon) > 180 || math.IsNaN(f.Lat) || math.Abs(f.Lat) > 90 {
		return Next{}, fmt.Errorf("finding %q at %g, %g: it needs an id and a place in degrees", f.ID, f.Lon, f.Lat)
	}
	id, err := k.OfFinding(f.ID)
	if err != nil {
		return Next{}, err
	}
	if id != "" {
		x, ok, err := k.Lead(id)
		if err != nil || !ok {
			return Next{}, err
		}
		return r.refine(x, f, sc), nil
	}
	old, err := r.same(k, f, sc)
	if err != nil {
		return Next{}, err
	}
	if old != nil {
		if x, ok := r.sighted(*old, f, sc); ok {
			return Next{x, true}, nil
		}
	}
	return Next{r.fresh(f, sc, old), true}, nil
}

// fresh is the lead that a finding makes, where another may have stood before.
func (r *Rules) fresh(f vision.Finding, sc Scene, earlier *Lead) Lead {
	x := Lead{
		Lead: IDOf(f.ID), Revision: 1, State: Candidate, Scene: f.Scene, Event: sc.EventOf(f.Class, f.Attributes), Class: f.Class, Attributes: f.Attributes,
		Lon: f.Lon, Lat: f.Lat, Datum: geo.WGS84, Ellipse: f.Cov.Ellipse(), HeightM: f.HeightM, Score: f.Score, Dock: f.Dock, Flight: f.Flight,
		FirstSeen: f.FirstSeen, LastSeen: f.LastSeen, Captured: f.Captured, Original: f.Original, Frame: f.Frame, Crop: f.Crop,
		Simulated: f.Simulated, Findings: []string{f.ID}, Seen: 1, Cov: f.Cov, Register: f.Register, Since: f.Since, Software: r.Software, Rule: sc.Version,
	}
	x.Box, _ = json.Marshal(f.Box)
	x.Shots = []Shot{shotOf(f)}
	if earlier != nil {
		x.Earlier, x.Relapse = earlier.Lead, earlier.WasConfirmed()
	}
	r.place(&x)
	if r.Fences != nil {
		for _, k := range r.Fences.Append(nil, orb.Point{x.Lon, x.Lat}, 0) {
			if k.Holds(f.Captured) {
				x.Fences = append(x.Fences, Fence{k.Kind, k.ID, k.Name, k.Source})
			}
		}
	}
	if r.Equipment != nil {
		x.Equipment = r.Equipment(f.Dock)
	}
	permit, whole, ok := r.permit(f)
	if ok {
		x.Permit = permit
	}
	x.Priority = sc.Priority.of(x)
	if whole {
		x.step(Closed, Machine, f.LastSeen, ReasonPermit, "permit "+permit)
	}
	x.Due = r.due(x, sc, f.LastSeen)
	return x
}

// permit is the number of the permit that answers a finding; whole says that the thing lies where it holds with all of its error.
func (r *Rules) permit(f vision.Finding) (number string, whole, ok bool) {
	p, whole, ok := r.Permits.At(f.Scene, f.Attributes["plate"], orb.Point{f.Lon, f.Lat}, f.Cov, f.LastSeen)
	return p.Number, whole, ok
}

// namespace of leads' names.
var namespace = uuid.MustParse("6f2f3f0a-8f0e-5a53-9a5e-4d1a6d0b7f11")

// IDOf names a lead after the finding that makes it, so that it is the same however often it is made.
func IDOf(finding string) string { return uuid.NewSHA1(namespace, []byte(finding)).String() }

// How many frames of a lead are kept, and how many of them of one flight; and how many findings it names beside the one that made it.
const (
	maxShots       = 6
	maxFlightShots = 2
	maxFindings    = 20
)

func shotOf(f vision.Finding) Shot {
	s := Shot{Finding: f.ID, Flight: f.Flight, Captured: f.Captured, Score: f.Score, Original: f.Original, Frame: f.Frame, Crop: f.Crop, Clip: f.Clip, Sharpness: f.Sharpness, Model: f.Model, Pose: f.Pose}
	s.Box, _ = json.Marshal(f.Box)
	return s
}

// sighted is what a further sighting of the thing makes of its lead; false where what is seen now is another matter, and a lead of its own.
func (r *Rules) sighted(x Lead, f vision.Finding, sc Scene) (Lead, bool) {
	x.Revision++
	last := x.lastStep()
	switch {
	case x.Deleted != nil: // it has ended for good; new pictures are another lead's
		return Lead{}, false
	case x.State == Rejected && f.FirstSeen.After(x.Suppressed):
		return Lead{}, false
	case x.State == Rejected && (f.Class != x.Class || f.Since != nil && f.Since.New && f.FirstSeen.After(last.At)):
		x.step(Candidate, Machine, f.FirstSeen, "changed", fmt.Sprintf("a %s now", f.Class))
		x.Class, x.Suppressed = f.Class, time.Time{}
	case x.State == Closed && !f.FirstSeen.After(last.At):
		// it was seen before it was closed
	case x.State == Closed && last.By == Machine && last.Reason == ReasonGone && !x.WasConfirmed():
		x.step(last.From, Machine, f.FirstSeen, "back", "")
	case x.State == Closed && last.By == Machine && last.Reason == ReasonPermit:
		if _, _, ok := r.permit(f); !ok {
			x.step(last.From, Machine, f.FirstSeen, "permit-over", "permit "+x.Permit+" does not hold")
			x.Permit = ""
		}
	case x.State == Closed:
		return Lead{}, false
	case x.State != Candidate && x.State != Rejected && f.FirstSeen.Sub(last.At) > cmp.Or(sc.Settled, settledDefault):
		return Lead{}, false
	}
	if x.lastStep().Revision == x.Revision { // open again
		x.Due = r.due(x, sc, f.LastSeen)
	}
	if f.LastSeen.After(x.LastSeen) {
		x.LastSeen = f.LastSeen
	}
	x.Score = max(x.Score, f.Score)
	x.Seen++
	x.Findings = append(slices.Clone(x.Findings), f.ID)
	if n := len(x.Findings); n > maxFindings+1 {
		x.Findings = append(x.Findings[:1:1], x.Findings[n-maxFindings:]...)
	}
	x.Shots = withShot(x.Shots, shotOf(f))
	if x.State == Candidate && f.Class == x.Class {
		p, c := together(orb.Point{x.Lon, x.Lat}, x.Cov, orb.Point{f.Lon, f.Lat}, f.Cov)
		x.Lon, x.Lat, x.Cov, x.Ellipse = p[0], p[1], c, c.Ellipse()
		r.place(&x)
	}
	x.Priority = sc.Priority.of(x)
	return x, true
}

// sharedM is the part of the error of a place that flights have in common (standard deviation in each direction, metres): the terrain, the outlines and
// where a thing is taken to have its middle. More flights do not make it smaller.
const sharedM = 0.3

// together is where something lies of which there are two places with their errors: the mean, each weighed by the inverse of its error.
func together(a orb.Point, ca geo.Cov, b orb.Point, cb geo.Cov) (orb.Point, geo.Cov) {
	const s = sharedM * sharedM
	own := func(c geo.Cov) geo.Cov {
		return geo.Cov{EE: math.Max(c.EE-s, s/100), EN: c.EN, NN: math.Max(c.NN-s, s/100)}
	}
	ca, cb = own(ca), own(cb)
	sum := ca.Add(cb)
	det := sum.EE*sum.NN - sum.EN*sum.EN
	if !(det > 0) {
		return a, geo.Cov{EE: ca.EE + s, EN: ca.EN, NN: ca.NN + s}
	}
	// gain ca (ca+cb)^-1
	i := geo.Cov{EE: sum.NN / det, EN: -sum.EN / det, NN: sum.EE / det}
	kee, ken := ca.EE*i.EE+ca.EN*i.EN, ca.EE*i.EN+ca.EN*i.NN
	kne, knn := ca.EN*i.EE+ca.NN*i.EN, ca.EN*i.EN+ca.NN*i.NN
	f := geo.NewFrame(a, 0)
	v := f.To(b, 0)
	c := geo.Cov{EE: ca.EE - kee*ca.EE - ken*ca.EN, EN: ca.EN - kee*ca.EN - ken*ca.NN, NN: ca.NN - kne*ca.EN - knn*ca.NN}
	return f.From(kee*v.E+ken*v.N, kne*v.E+knn*v.N), geo.Cov{EE: c.EE + s, EN: c.EN, NN: c.NN + s}
}

// refineM: a position that moved less is not worth a revision.
const refineM = 0.5

// refine takes in what a finding that made this lead has learnt since: a better position, and whether it stood at the last pass.
func (r *Rules) refine(x Lead, f vision.Finding, sc Scene) Next {
	if x.Deleted != nil {
		return Next{Lead: x}
	}
	learnt := f.Since != nil && (x.Since == nil || *f.Since != *x.Since)
	if i := slices.IndexFunc(x.Shots, func(s Shot) bool { return s.Finding == f.ID }); f.Clip != "" && i >= 0 && x.Shots[i].Clip != f.Clip {
		if x.Findings[0] != f.ID { // of a later sighting nothing else is learnt
			x.Revision++
			x.Shots = slices.Clone(x.Shots)
			x.Shots[i].Clip = f.Clip
			return Next{x, true}
		}
		learnt = true
	}
	if x.Findings[0] != f.ID || f.Revision == 0 || !learnt && geo.DistanceM([2]float64{f.Lon, f.Lat}, [2]float64{x.Lon, x.Lat}) < refineM {
		return Next{Lead: x}
	}
	x.Revision++
	x.Lon, x.Lat, x.Cov, x.Ellipse = f.Lon, f.Lat, f.Cov, f.Cov.Ellipse()
	x.Score, x.Attributes = f.Score, f.Attributes
	if f.LastSeen.After(x.LastSeen) {
		x.LastSeen = f.LastSeen
	}
	x.Event = sc.EventOf(x.Class, x.Attributes)
	if f.Since != nil {
		x.Since = f.Since
	}
	x.Shots = withShot(x.Shots, shotOf(f))
	r.place(&x)
	x.Priority = sc.Priority.of(x)
	return Next{x, true}
}

// place finds the grid cell of a lead.
func (r *Rules) place(x *Lead) {
	if c, ok := r.Grid.At([2]float64{x.Lon, x.Lat}); ok {
		x.Cell, x.Subdistrict, x.MadeUp = c.Code, c.Subdistrict, c.MadeUp
	}
	x.Cells = nil
	shares := r.Grid.Shares(nil, [2]float64{x.Lon, x.Lat}, x.Cov)
	if len(shares) < 2 {
		return
	}
	for _, s := range shares {
		x.Cells = append(x.Cells, CellShare{s.Cell.Code, math.Round(s.Share*1000) / 1000})
	}
}

// Two findings are one thing when their errors allow it (3 standard deviations), but never further apart than this.
const maxJoinM = 9

// What one look takes for a stall and another for a tricycle is one thing where it lies this near: two things would stand in each other.
const otherClassJoinM = 2

// same is the lead of the thing that a finding shows, nil where it shows another. Of several leads of one place the last one counts.
func (r *Rules) same(k Known, f vision.Finding, sc Scene) (*Lead, error) {
	here := orb.Point{f.Lon, f.Lat}
	all, err := k.Near(f.Scene, f.Simulated, here, maxJoinM)
	if err != nil {
		return nil, err
	}
	frame := geo.NewFrame(here, 0)
	near := func(s Spot) bool {
		d := geo.DistanceM(here, s.At)
		if d > maxJoinM || s.Class != f.Class && d >= otherClassJoinM {
			return false
		}
		v := frame.To(s.At, 0)
		return d < sc.JoinM || f.Cov.Add(s.Cov).Mahalanobis2(v.E, v.N) < 9
	}
	slices.SortFunc(all, func(a, b Spot) int {
		return cmp.Or(cmp.Compare(geo.DistanceM(here, a.At), geo.DistanceM(here, b.At)), strings.Compare(a.Lead, b.Lead))
	})
	var best *Lead
	for _, s := range all {
		if !near(s) {
			continue
		}
		x, ok, err := follow(k, s.Lead)
		if err != nil {
			return nil, err
		}
		if !ok || x.Register != nil && f.Register != nil && x.Register.Number != "" && f.Register.Number != "" && x.Register.Number != f.Register.Number {
			continue // also what the register knows as two things
		}
		// a lead that another one goes on from is history
		if best == nil || x.Earlier == best.Lead || !best.Open() && x.Open() {
			best = &x
		}
	}
	return best, nil
}

// maxMerges is how many merges are followed: each lead may have been merged into another.
const maxMerges = 20

// follow returns a lead, or the one that it was merged into.
func follow(k Known, id string) (x Lead, ok bool, err error) {
	for range maxMerges {
		if x, ok, err = k.Lead(id); err != nil || !ok || x.MergedIn == "" {
			return x, ok, err
		}
		id = x.MergedIn
	}
	return Lead{}, false, fmt.Errorf("lead %s: more than %d leads were merged into each other", id, maxMerges)
}

// lastStep is the last change of state; zero where there was none.
func (l Lead) lastStep() Step {
	if len(l.Steps) == 0 {
		return Step{}
	}
	return l.Steps[len(l.Steps)-1]
}

// WasConfirmed says that somebody confirmed it, and nobody took that back.
func (l Lead) WasConfirmed() bool {
	for i := len(l.Steps) - 1; i >= 0; i-- {
		switch l.Steps[i].To {
		case Confirmed, HandedOver, Accepted, Returned:
			return true
		case Candidate, Checked, Rejected:
			return false
		}
	}
	return false
}

// step changes the state; the revision is counted up already. A step is not before the one before it, also where the clock was set back between them.
func (l *Lead) step(to, by string, at time.Time, reason, note string) {
	if last := l.lastStep().At; at.Before(last) {
		at = last
	}
	l.Steps = append(slices.Clone(l.Steps), Step{Revision: l.Revision, From: l.State, To: to, At: at, By: by, Reason: reason, Note: note})
	l.State, l.Reason = to, reason
	if (to == Candidate || to == Checked) && l.Second.Waits() { // there is no decision any more that it is of
		l.Second = nil
	}
}
