package leads

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode/utf8"
	"unique"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// Book knows what is one thing, and what state it is in. It decides what a finding or a review makes of a lead, and keeps what was decided; it reads
// and writes nothing else, and belongs to one goroutine at a time.
type Book struct {
	Scenes map[string]Scene
	Grid   *geo.Grid

	leads     map[string]*Lead
	byFinding map[string]*Lead
	near      map[square][]*Lead
	order     []*Lead // by when they were first seen, the oldest first, where sorted
	sorted    bool
	epoch     map[string]uint64 // highest epoch of a flight
	version   uint64            // counts the revisions taken in
	log       []*Lead           // those of the last revisions, of which the last is version
}

// NewBook returns an empty book.
func NewBook(scenes map[string]Scene, grid *geo.Grid) *Book {
	return &Book{Scenes: scenes, Grid: grid, leads: map[string]*Lead{}, byFinding: map[string]*Lead{}, near: map[square][]*Lead{}, epoch: map[string]uint64{}, sorted: true}
}

// square is a square of ground of squareDeg, in which leads are looked up.
type square struct{ x, y int32 }

// squareDeg is more than maxJoinM up to 80° of latitude: what is near lies in a square or one beside it.
const squareDeg = 5e-4

func squareOf(lon, lat float64) square {
	return square{int32(math.Floor(lon / squareDeg)), int32(math.Floor(lat / squareDeg))}
}

// ErrNotFound and ErrConflict are what a review may meet.
var (
	ErrNotFound = errors.New("no such lead")
	ErrConflict = errors.New("the lead has changed")
)

// ErrNoScene says that a finding is of a scene that is not configured.
var ErrNoScene = errors.New("no such scene is configured")

// logKept is how many revisions back Since can tell what changed.
const logKept = 20_000

// Apply takes in a revision as it was kept. An earlier revision than the one that is known changes nothing.
func (b *Book) Apply(x Lead) {
	old := b.leads[x.Lead]
	if old != nil && old.Revision >= x.Revision {
		return
	}
	for _, s := range []*string{&x.State, &x.Scene, &x.Event, &x.Class, &x.Datum, &x.Cell, &x.Subdistrict, &x.Dock, &x.Flight, &x.By} {
		*s = unique.Make(*s).Value() // a hundred thousand leads say the same few words
	}
	x.FrameURL, x.CropURL = "", "" // made of the hashes when a lead is handed on
	if len(x.Attributes) == 0 {
		x.Attributes = nil
	}
	k := old
	if k == nil {
		k = new(Lead)
		b.leads[x.Lead] = k
		b.sorted = b.sorted && (len(b.order) == 0 || !earlier(&x, b.order[len(b.order)-1]))
		b.order = append(b.order, k)
	} else {
		b.sorted = b.sorted && x.FirstSeen.Equal(k.FirstSeen)
		sq := squareOf(k.Lon, k.Lat)
		b.near[sq] = slices.DeleteFunc(b.near[sq], func(l *Lead) bool { return l == k })
	}
	*k = x
	sq := squareOf(k.Lon, k.Lat)
	b.near[sq] = append(b.near[sq], k)
	for _, f := range k.Findings {
		b.byFinding[f] = k
	}
	b.version++
	if len(b.log) >= 2*logKept {
		b.log = slices.Delete(b.log, 0, logKept)
	}
	b.log = append(b.log, k)
}

func earlier(a, b *Lead) bool {
	if !a.FirstSeen.Equal(b.FirstSeen) {
		return a.FirstSeen.Before(b.FirstSeen)
	}
	return a.Lead > b.Lead
}

// Get returns a lead.
func (b *Book) Get(id string) (Lead, bool) {
	k := b.leads[id]
	if k == nil {
		return Lead{}, false
	}
	return *k, true
}

// Len is how many leads there are.
func (b *Book) Len() int { return len(b.leads) }

// Page returns at most n leads, the newest first, from the one after a lead on ("": from the newest); more says that there are others.
func (b *Book) Page(after string, n int) (out []Lead, more bool, err error) {
	if !b.sorted {
		slices.SortFunc(b.order, func(x, y *Lead) int {
			if earlier(x, y) {
				return -1
			}
			return 1
		})
		b.sorted = true
	}
	from := len(b.order)
	if after != "" {
		k := b.leads[after]
		if k == nil {
			return nil, false, fmt.Errorf("%w: %s", ErrNotFound, after)
		}
		from, _ = slices.BinarySearchFunc(b.order, k, func(x, y *Lead) int {
			switch {
			case x == y:
				return 0
			case earlier(x, y):
				return -1
			}
			return 1
		})
	}
	for i := from - 1; i >= 0 && len(out) < n; i-- {
		out = append(out, *b.order[i])
	}
	return out, from-len(out) > 0, nil
}

// Version counts the revisions that were taken in; Since(Version) is nothing.
func (b *Book) Version() uint64 { return b.version }

// Since returns the leads that changed after a version, at most n, in the order of their last change, and the version that they lead to. ok is false
// where that is too long ago to be told: who asks begins anew.
func (b *Book) Since(version uint64, n int) (out []Lead, to uint64, ok bool) {
	behind := b.version - version
	if version > b.version || behind > uint64(len(b.log)) {
		return nil, b.version, false
	}
	seen := map[*Lead]bool{}
	from := len(b.log) - int(behind)
	for i, k := range b.log[from:] {
		if len(out) == n {
			return out, version + uint64(i), true
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, *k)
		}
	}
	return out, b.version, true
}

// Take says what a finding makes of its lead: the next revision, and whether there is one. The book changes only with Apply.
func (b *Book) Take(f vision.Finding) (next Lead, changed bool, err error) {
	if f.Epoch != 0 {
		if f.Epoch < b.epoch[f.Flight] {
			return Lead{}, false, nil // of a worker that was taken for dead
		}
		b.epoch[f.Flight] = f.Epoch
	}
	sc, ok := b.Scenes[f.Scene]
	if !ok {
		return Lead{}, false, fmt.Errorf("finding %s: scene %q: %w", f.ID, f.Scene, ErrNoScene)
	}
	if f.ID == "" || math.IsNaN(f.Lon) || math.Abs(f.Lon) > 180 || math.IsNaN(f.Lat) || math.Abs(f.Lat) > 90 {
		return Lead{}, false, fmt.Errorf("finding %q at %g, %g: it needs an id and a place in degrees", f.ID, f.Lon, f.Lat)
	}
	if k := b.byFinding[f.ID]; k != nil {
		next, changed = b.refine(*k, f, sc)
		return next, changed, nil
	}
	if k := b.same(f, sc); k != nil {
		x := *k
		x.Revision++
		if f.LastSeen.After(x.LastSeen) {
			x.LastSeen = f.LastSeen
		}
		x.Score = max(x.Score, f.Score)
		x.Findings = append(slices.Clone(k.Findings), f.ID)
		return x, true, nil
	}
	x := Lead{
		Lead: idOf(f.ID), Revision: 1, State: Candidate, Scene: f.Scene, Event: sc.EventOf(f.Class, f.Attributes), Class: f.Class, Attributes: f.Attributes,
		Lon: f.Lon, Lat: f.Lat, Datum: geo.WGS84, Ellipse: f.Cov.Ellipse(), HeightM: f.HeightM, Score: f.Score, Dock: f.Dock, Flight: f.Flight,
		FirstSeen: f.FirstSeen, LastSeen: f.LastSeen, Captured: f.Captured, Original: f.Original, Frame: f.Frame, Crop: f.Crop,
		Simulated: f.Simulated, Findings: []string{f.ID}, Cov: f.Cov, Register: f.Register, Since: f.Since,
	}
	x.Box, _ = json.Marshal(f.Box)
	b.place(&x)
	return x, true, nil
}

// namespace of leads' names.
var namespace = uuid.MustParse("6f2f3f0a-8f0e-5a53-9a5e-4d1a6d0b7f11")

// idOf names a lead after the finding that makes it, so that it is the same however often it is made.
func idOf(finding string) string { return uuid.NewSHA1(namespace, []byte(finding)).String() }

// refineM: a position that moved less is not worth a revision.
const refineM = 0.5

// refine takes in what a finding that made this lead has learnt since: a better position, and whether it stood at the last pass.
func (b *Book) refine(x Lead, f vision.Finding, sc Scene) (Lead, bool) {
	learnt := f.Since != nil && (x.Since == nil || *f.Since != *x.Since)
	if x.Findings[0] != f.ID || f.Revision == 0 || !learnt && geo.DistanceM([2]float64{f.Lon, f.Lat}, [2]float64{x.Lon, x.Lat}) < refineM {
		return x, false
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
	b.place(&x)
	return x, true
}

// place finds the grid cell of a lead.
func (b *Book) place(x *Lead) {
	if c, ok := b.Grid.At([2]float64{x.Lon, x.Lat}); ok {
		x.Cell, x.Subdistrict, x.MadeUp = c.Code, c.Subdistrict, c.MadeUp
	}
	x.Cells = nil
	shares := b.Grid.Shares(nil, [2]float64{x.Lon, x.Lat}, x.Cov)
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

// same is the lead of the thing that a finding shows, nil where it shows another.
func (b *Book) same(f vision.Finding, sc Scene) *Lead {
	var best *Lead
	near := float64(maxJoinM)
	at := squareOf(f.Lon, f.Lat)
	here := orb.Point{f.Lon, f.Lat}
	for dy := int32(-1); dy <= 1; dy++ {
		for dx := int32(-1); dx <= 1; dx++ {
			for _, k := range b.near[square{at.x + dx, at.y + dy}] {
				if k.Scene != f.Scene || k.Simulated != f.Simulated || k.settled(f.FirstSeen, cmp.Or(sc.Settled, settledDefault)) {
					continue
				}
				there := orb.Point{k.Lon, k.Lat}
				d := geo.DistanceM(here, there)
				if k.Class != f.Class && d >= otherClassJoinM || d > near || d == near && (best == nil || k.Lead > best.Lead) {
					continue
				}
				v := geo.NewFrame(here, 0).To(there, 0)
				if d < sc.JoinM || f.Cov.Add(k.Cov).Mahalanobis2(v.E, v.N) < 9 {
					best, near = k, d
				}
			}
		}
	}
	return best
}

// settled says whether a lead was decided on so long before a time that what is seen then is another matter.
func (l *Lead) settled(at time.Time, after time.Duration) bool {
	if l.State == Candidate {
		return false
	}
	decided := l.Decided
	if decided.IsZero() {
		decided = l.LastSeen
	}
	return at.Sub(decided) > after
}

// Review is a person's decision on a lead.
type Review struct {
	Lead     string    `json:"lead"`
	Revision int       `json:"revision"` // that was looked at
	State    string    `json:"state"`    // confirmed or rejected
	By       string    `json:"by"`
	Note     string    `json:"note,omitempty"`
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
	case r.State != Confirmed && r.State != Rejected:
		return fmt.Errorf("a lead is confirmed or rejected, not %q", r.State)
	case r.By == "":
		return errors.New("a review needs the name of who decides")
	case utf8.RuneCountInString(r.By) > maxName || utf8.RuneCountInString(r.Note) > maxNote || len(r.Lead) > maxName:
		return fmt.Errorf("a review's name may have %d characters, and its note %d", maxName, maxNote)
	}
	return nil
}

// Decide says what a review makes of its lead: the next revision, and whether there is one.
func (b *Book) Decide(r Review) (next Lead, changed bool, err error) {
	if err := r.Check(); err != nil {
		return Lead{}, false, err
	}
	k := b.leads[r.Lead]
	if k == nil {
		return Lead{}, false, fmt.Errorf("%w: %s", ErrNotFound, r.Lead)
	}
	if k.State == r.State {
		return *k, false, nil
	}
	if k.State != Candidate {
		return Lead{}, false, fmt.Errorf("%w: it is already %s by %s", ErrConflict, k.State, k.By)
	}
	x := *k
	x.Revision++
	x.State, x.By, x.Note, x.Decided = r.State, r.By, r.Note, r.At
	return x, true, nil
}
