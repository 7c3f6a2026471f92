// Package plans keeps the plan of each day in JetStream: a draft until somebody approves it, or a rule; the newest approved version is flown.
package plans

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// Subject is where it is told what became of the plan of a day: + date.
const Subject = "harrier.plans."

const stream = "PLANS"

// Streams are what it keeps.
var Streams = []journal.Stream{{Name: stream, Subjects: []string{Subject + "*"}, Viewed: []string{Subject + "*"}, MaxBytes: 128 << 20}}

// bucket holds what versions are made of: it is more than a message takes.
const bucket = "plans"

// How much of it is kept, and for how long.
const (
	bucketBytes = 1 << 30
	bucketKept  = 100 * 24 * time.Hour
)

// State of a version.
type State string

// States.
const (
	Draft    State = "draft"
	Approved State = "approved"
)

// Version is a plan of a day, as it was made or approved. A day's numbers go up from 1; the last approved one is flown.
type Version struct {
	Date     string    `json:"date"` // as 2026-12-01
	Number   int       `json:"number"`
	State    State     `json:"state"`
	By       string    `json:"by"` // who made it, or approved it
	Why      string    `json:"why"`
	At       time.Time `json:"at"`
	Begin    time.Time `json:"begin"` // between which flights are in the air
	End      time.Time `json:"end"`
	WindMS   float64   `json:"wind_ms"`
	Cause    string    `json:"cause,omitempty"`   // what a planner made it for, the same for the same
	Without  []string  `json:"without,omitempty"` // docks that whoever made it left out
	Lost     []string  `json:"lost,omitempty"`    // docks that cannot fly
	Flights  int       `json:"flights"`
	Minutes  float64   `json:"minutes"`
	Requests int       `json:"requests"`
	Whole    int       `json:"whole"`   // requests that will have been seen as a whole
	Content  string    `json:"content"` // name of the plan in the object store plans

	seq uint64
}

// Content is a plan, and the requests that it was made of.
type Content struct {
	Plan     *missions.Plan     `json:"plan"`
	Requests []missions.Request `json:"requests"`
}

// Errors of a keeper.
var (
	ErrMoved = errors.New("somebody else has changed the plan of this day: look at it again, and send what you want of it as it is now")
	ErrNone  = errors.New("there is no such version of the plan of this day")
)

// Keeper keeps plans.
type Keeper struct {
	js    jetstream.JetStream
	store jetstream.ObjectStore
}

// Open opens what plans are kept in.
func Open(ctx context.Context, js jetstream.JetStream) (*Keeper, error) {
	s, err := js.ObjectStore(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		s, err = js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: bucket, Description: "plans of days", TTL: bucketKept, MaxBytes: bucketBytes})
	}
	if err != nil {
		return nil, fmt.Errorf("object store %s: %w; does NATS run with JetStream, and may its user write to $O.>?", bucket, err)
	}
	return &Keeper{js: js, store: s}, nil
}

// Versions are all that was told of the plan of a day, in its order: a version that was made and approved is there twice.
func (k *Keeper) Versions(ctx context.Context, date string) (out []Version, err error) {
	err = journal.Replay(ctx, k.js, stream, Subject+date, journal.From{}, func(m journal.Msg) error {
		v := Version{seq: m.Seq}
		if err := json.Unmarshal(m.Data, &v); err != nil {
			return fmt.Errorf("message %d of %s is no version of a plan: %w", m.Seq, stream, err)
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// Last is the newest version, as it is now; ok is false where there is none.
func Last(all []Version) (v Version, ok bool) {
	if len(all) == 0 {
		return v, false
	}
	return Find(all, slices.MaxFunc(all, func(a, b Version) int { return a.Number - b.Number }).Number)
}

// Find is a version by its number as it is now, the last one for 0.
func Find(all []Version, number int) (v Version, ok bool) {
	if number == 0 {
		return Last(all)
	}
	for _, w := range all {
		if w.Number == number {
			v, ok = w, true
		}
	}
	return v, ok
}

// InForce is the version that is flown: the approved one of the highest number; ok is false where none was approved.
func InForce(all []Version) (v Version, ok bool) {
	for _, w := range all {
		if w.State == Approved && (!ok || w.Number >= v.Number) {
			v, ok = w, true
		}
	}
	return v, ok
}

// Content reads what a version is made of.
func (k *Keeper) Content(ctx context.Context, v Version) (*Content, error) {
	b, err := k.store.GetBytes(ctx, v.Content)
	if err != nil {
		return nil, fmt.Errorf("plan %s, version %d: %w", v.Date, v.Number, err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("plan %s, version %d: %w", v.Date, v.Number, err)
	}
	c := &Content{}
	if err := json.NewDecoder(z).Decode(c); err != nil {
		return nil, fmt.Errorf("plan %s, version %d: %w", v.Date, v.Number, err)
	}
	_, err = io.Copy(io.Discard, z) // so that its checksum is looked at
	return c, err
}

// Keep keeps a new version of a day's plan behind the version with the number after (0: none there yet), and returns it with its own number.
func (k *Keeper) Keep(ctx context.Context, v Version, c *Content, after int) (Version, error) {
	all, err := k.Versions(ctx, v.Date)
	if err != nil {
		return v, err
	}
	if last, _ := Last(all); last.Number != after {
		return v, ErrMoved
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(z).Encode(c), z.Close()); err != nil {
		return v, err
	}
	v.Number, v.At = after+1, v.At.UTC().Truncate(time.Millisecond)
	v.Content = fmt.Sprintf("%s-%d-%s", v.Date, v.Number, uuid.NewString())
	v.Count(c)
	if _, err := k.store.PutBytes(ctx, v.Content, b.Bytes()); err != nil {
		return v, journal.Explain(bucket, err)
	}
	return k.tell(ctx, v, all)
}

// Count counts what a version holds.
func (v *Version) Count(c *Content) {
	v.Flights, v.Minutes, v.Requests, v.Whole = 0, c.Plan.Minutes, len(c.Requests), 0
	for _, f := range c.Plan.Flights {
		if !f.Struck {
			v.Flights++
		}
	}
	for _, m := range c.Plan.Promises {
		if m.Share >= missions.Whole {
			v.Whole++
		}
	}
}

// Approve lets a version be flown from now on; only the newest can be approved.
func (k *Keeper) Approve(ctx context.Context, date string, number int, by, why string, now time.Time) (Version, error) {
	all, err := k.Versions(ctx, date)
	if err != nil {
		return Version{}, err
	}
	v, ok := Last(all)
	switch {
	case !ok || number < 1 || number > v.Number:
		return v, ErrNone
	case v.Number != number:
		return v, ErrMoved
	case v.State == Approved:
		return v, nil
	}
	v.State, v.By, v.Why, v.At = Approved, by, why, now.UTC().Truncate(time.Millisecond)
	return k.tell(ctx, v, all)
}

// tell keeps what became of a version, behind all that was told of its day.
func (k *Keeper) tell(ctx context.Context, v Version, all []Version) (Version, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return v, err
	}
	last := uint64(0)
	if n := len(all); n > 0 {
		last = all[n-1].seq
	}
	m := nats.NewMsg(Subject + v.Date)
	m.Data = b
	ack, err := k.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(last))
	if journal.Moved(err) {
		return v, ErrMoved
	}
	if err != nil {
		return v, journal.Explain(m.Subject, err)
	}
	v.seq = ack.Sequence
	return v, nil
}

// Fly are the flights of a plan with their KMZ, as docks fly them. One that was changed by hand has the route that it was given.
func Fly(p *missions.Plan) (out []missions.Flight, err error) {
	for _, f := range p.Flights {
		if f.Struck {
			continue
		}
		g := f.Flight
		if g.KMZ, err = wpml.Write(g.Route); err != nil {
			return nil, fmt.Errorf("flight %s: %w", f.ID, err)
		}
		out = append(out, g)
	}
	return out, nil
}
