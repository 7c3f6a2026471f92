package leads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// Scene is the part of a scene that leads need.
type Scene struct {
	Event  string            `yaml:"event"`
	Events map[string]string `yaml:"events"` // by attribute or class, where it differs
	JoinM  float64           `yaml:"-"`
}

// ReadScene reads the leads section of a scene file.
func ReadScene(f vision.SceneFile) (Scene, error) {
	var s Scene
	if f.Leads.IsZero() {
		return s, fmt.Errorf("scene %s: section leads is missing", f.Scene)
	}
	b, err := yaml.Marshal(&f.Leads)
	if err == nil {
		err = yaml.Unmarshal(b, &s)
	}
	if err != nil {
		return s, fmt.Errorf("scene %s: leads: %w", f.Scene, err)
	}
	s.JoinM = f.Vision.JoinM
	return s, nil
}

// EventOf is the event code of a class with its attributes (GB/T 30428.2).
func (s Scene) EventOf(class string, attributes map[string]string) string {
	for _, a := range slices.Sorted(maps.Keys(attributes)) {
		if e, ok := s.Events[a]; ok {
			return e
		}
	}
	if e, ok := s.Events[class]; ok {
		return e
	}
	return s.Event
}

// ErrNotFound and ErrConflict are what a review may meet.
var (
	ErrNotFound = errors.New("no such lead")
	ErrConflict = errors.New("the lead has changed")
)

// Ledger keeps one lead a real thing. It is rebuilt from the LEADS stream when it starts.
type Ledger struct {
	Scenes map[string]Scene
	Grid   *geo.Grid
	// EvidenceURL makes the address of evidence: "%s" stands for the hash.
	EvidenceURL string
	Log         *slog.Logger

	js    jetstream.JetStream
	mu    sync.Mutex
	leads map[string]*Lead
	epoch map[string]uint64 // highest epoch of a flight
}

// Run takes findings until ctx ends. ready is closed once the ledger knows all earlier leads.
func (l *Ledger) Run(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, ready chan<- struct{}) error {
	l.js = js
	l.leads, l.epoch = map[string]*Lead{}, map[string]uint64{}
	if err := l.rebuild(ctx); err != nil {
		return fmt.Errorf("read the leads so far: %w", err)
	}
	close(ready)
	cons, err := js.CreateOrUpdateConsumer(ctx, "FINDINGS", jetstream.ConsumerConfig{Durable: "ledger", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 1})
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	it, err := cons.Messages(jetstream.PullMaxMessages(16))
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	stop := context.AfterFunc(ctx, it.Stop)
	defer stop()
	for {
		m, err := it.Next()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, jetstream.ErrMsgIteratorClosed) {
				return nil
			}
			l.Log.Warn("findings", "error", err)
			continue
		}
		var f vision.Finding
		if err := json.Unmarshal(m.Data(), &f); err != nil {
			l.Log.Error("finding is not JSON, dropped", "subject", m.Subject(), "error", err)
			_ = m.Term()
			continue
		}
		if err := l.take(ctx, f); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			l.Log.Error("finding not taken, coming back", "finding", f.ID, "error", err)
			_ = m.NakWithDelay(time.Second)
			continue
		}
		_ = m.Ack()
	}
}

func (l *Ledger) rebuild(ctx context.Context) error {
	st, err := l.js.Stream(ctx, "LEADS")
	if err != nil {
		return err
	}
	info, err := st.Info(ctx)
	if err != nil || info.State.Msgs == 0 {
		return err
	}
	cons, err := l.js.OrderedConsumer(ctx, "LEADS", jetstream.OrderedConsumerConfig{})
	if err != nil {
		return err
	}
	for n := info.State.Msgs; n > 0; n-- {
		m, err := cons.Next()
		if err != nil {
			return err
		}
		var e Event
		if json.Unmarshal(m.Data(), &e) == nil && e.Data.Lead != "" {
			if old := l.leads[e.Data.Lead]; old == nil || old.Revision < e.Data.Revision {
				x := e.Data
				l.leads[x.Lead] = &x
			}
		}
	}
	return nil
}

// take joins a finding to its lead, or makes one.
func (l *Ledger) take(ctx context.Context, f vision.Finding) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.Epoch < l.epoch[f.Flight] {
		l.Log.Info("finding of an earlier worker refused", "finding", f.ID)
		return nil
	}
	l.epoch[f.Flight] = f.Epoch
	sc, ok := l.Scenes[f.Scene]
	if !ok {
		return fmt.Errorf("no scene %q", f.Scene)
	}
	for _, k := range l.leads {
		if slices.Contains(k.Findings, f.ID) {
			return l.refine(ctx, k, f)
		}
	}
	if k := l.same(f, sc); k != nil {
		x := *k
		x.Revision++
		x.LastSeen = f.LastSeen
		x.Score = max(x.Score, f.Score)
		x.Findings = append(slices.Clone(k.Findings), f.ID)
		if err := l.publish(ctx, x); err != nil {
			return err
		}
		*k = x
		return nil
	}
	x := Lead{
		Lead: uuid.NewString(), Revision: 1, State: Candidate, Scene: f.Scene, Event: sc.EventOf(f.Class, f.Attributes), Class: f.Class, Attributes: f.Attributes,
		Lon: f.Lon, Lat: f.Lat, Datum: "WGS-84", Ellipse: f.Cov.Ellipse(), HeightM: f.HeightM, Score: f.Score, Dock: f.Dock, Flight: f.Flight,
		FirstSeen: f.FirstSeen, LastSeen: f.LastSeen, Captured: f.Captured, Original: f.Original, Frame: f.Frame, Crop: f.Crop,
		FrameURL: fmt.Sprintf(l.EvidenceURL, f.Frame), CropURL: fmt.Sprintf(l.EvidenceURL, f.Crop), Simulated: f.Simulated, Findings: []string{f.ID}, Cov: f.Cov, Register: f.Register, Since: f.Since,
	}
	x.Box, _ = json.Marshal(f.Box)
	l.place(&x)
	if err := l.publish(ctx, x); err != nil {
		return err
	}
	l.leads[x.Lead] = &x
	return nil
}

// refineM: a position that moved less is not worth a revision.
const refineM = 0.5

// refine takes in what a finding that made this lead has learnt since: a better position, and whether it stood at the last pass.
func (l *Ledger) refine(ctx context.Context, k *Lead, f vision.Finding) error {
	learnt := f.Since != nil && (k.Since == nil || *f.Since != *k.Since)
	if k.Findings[0] != f.ID || f.Revision == 0 || !learnt && geo.DistanceM([2]float64{f.Lon, f.Lat}, [2]float64{k.Lon, k.Lat}) < refineM {
		return nil
	}
	x := *k
	x.Revision++
	x.Lon, x.Lat, x.Cov, x.Ellipse = f.Lon, f.Lat, f.Cov, f.Cov.Ellipse()
	x.LastSeen, x.Score, x.Attributes = f.LastSeen, f.Score, f.Attributes
	x.Event = l.Scenes[f.Scene].EventOf(x.Class, x.Attributes)
	if f.Since != nil {
		x.Since = f.Since
	}
	l.place(&x)
	if err := l.publish(ctx, x); err != nil {
		return err
	}
	*k = x
	return nil
}

// place finds the grid cell of a lead.
func (l *Ledger) place(x *Lead) {
	if c, ok := l.Grid.At([2]float64{x.Lon, x.Lat}); ok {
		x.Cell, x.Subdistrict, x.MadeUp = c.Code, c.Subdistrict, c.MadeUp
	}
	x.Cells = nil
	shares := l.Grid.Shares(nil, [2]float64{x.Lon, x.Lat}, x.Cov)
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

func (l *Ledger) same(f vision.Finding, sc Scene) *Lead {
	var best *Lead
	near := float64(maxJoinM)
	for _, k := range l.leads {
		if k.Scene != f.Scene || k.Simulated != f.Simulated {
			continue
		}
		v := geo.NewFrame([2]float64{f.Lon, f.Lat}, 0).To([2]float64{k.Lon, k.Lat}, 0)
		d := geo.DistanceM([2]float64{f.Lon, f.Lat}, [2]float64{k.Lon, k.Lat})
		if k.Class != f.Class && d >= otherClassJoinM {
			continue
		}
		if d < near && (d < sc.JoinM || f.Cov.Add(k.Cov).Mahalanobis2(v.E, v.N) < 9) {
			best, near = k, d
		}
	}
	return best
}

func (l *Ledger) publish(ctx context.Context, x Lead) error { return Publish(ctx, l.js, x) }

// Publish sends a revision of a lead as a CloudEvent and waits until it is kept; sending it again changes nothing.
func Publish(ctx context.Context, js jetstream.JetStream, x Lead) error {
	e := x.event(time.Now())
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	m := nats.NewMsg(x.Subject())
	m.Data = b
	m.Header.Set("Content-Type", "application/cloudevents+json")
	_, err = js.PublishMsg(ctx, m, jetstream.WithMsgID(fmt.Sprintf("%s/%d", x.Lead, x.Revision)))
	return err
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

// Decide records a review and hands the lead on in its new state.
func (l *Ledger) Decide(ctx context.Context, r Review) (Lead, error) {
	if r.State != Confirmed && r.State != Rejected {
		return Lead{}, fmt.Errorf("a lead is confirmed or rejected, not %q", r.State)
	}
	if r.By == "" {
		return Lead{}, errors.New("a review needs the name of who decides")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.leads[r.Lead]
	if k == nil {
		return Lead{}, fmt.Errorf("%w: %s", ErrNotFound, r.Lead)
	}
	if k.State == r.State {
		return *k, nil
	}
	if k.State != Candidate {
		return Lead{}, fmt.Errorf("%w: it is already %s by %s", ErrConflict, k.State, k.By)
	}
	r.At, r.Revision = time.Now().UTC(), k.Revision
	b, err := json.Marshal(r)
	if err != nil {
		return Lead{}, err
	}
	if _, err := l.js.Publish(ctx, "harrier.reviews", b); err != nil {
		return Lead{}, fmt.Errorf("record the review: %w", err)
	}
	x := *k
	x.Revision++
	x.State, x.By, x.Note = r.State, r.By, r.Note
	if err := l.publish(ctx, x); err != nil {
		return Lead{}, err
	}
	*k = x
	return x, nil
}

// All leads, newest first.
func (l *Ledger) All() []Lead {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Lead, 0, len(l.leads))
	for _, k := range l.leads {
		out = append(out, *k)
	}
	sort.Slice(out, func(i, j int) bool {
		if !out[i].FirstSeen.Equal(out[j].FirstSeen) {
			return out[i].FirstSeen.After(out[j].FirstSeen)
		}
		return out[i].Lead < out[j].Lead
	})
	return out
}
