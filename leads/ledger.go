package leads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
)

// Subjects of leads and of what people decide.
const (
	subjectLeads   = "leads.>"
	subjectSim     = "sim.leads.>"
	SubjectReviews = "harrier.reviews"
)

// Streams are the facts that leads are made of. Those of simulated docks have a stream of their own, which case systems cannot read.
var Streams = []journal.Stream{
	{Name: "LEADS", Subjects: []string{subjectLeads}, Viewed: []string{subjectLeads}, MaxBytes: 2 << 30},
	{Name: "SIMLEADS", Subjects: []string{subjectSim}, Viewed: []string{subjectSim}, MaxBytes: 1 << 30},
	{Name: "REVIEWS", Subjects: []string{SubjectReviews}, MaxBytes: 1 << 30, Audit: true},
	{Name: "FEEDBACK", Subjects: []string{subjectFeedbackKept + ">"}, MaxBytes: 256 << 20},
}

// Revisions are the streams that hold every revision of every lead.
var Revisions = []string{"LEADS", "SIMLEADS"}

// Ledger keeps one lead a real thing: it makes leads of findings, hands them on, and records what people decide. What it knows it has read from
// the streams of leads.
type Ledger struct {
	Scenes map[string]Scene
	Grid   *geo.Grid
	// EvidenceURL is the address of evidence, by its hash.
	EvidenceURL func(sha string) string
	Log         *slog.Logger

	js    jetstream.JetStream
	write sync.Mutex        // held while a revision is decided and kept: one at a time
	last  map[string]uint64 // by stream, the last message that the book knows; under write

	mu    sync.RWMutex // of the book; never held over I/O
	book  *Book
	ready atomic.Bool
}

// ErrNotReady says that the ledger still reads what was kept before.
var ErrNotReady = errors.New("the leads so far are still being read")

// Run takes findings until ctx ends.
func (l *Ledger) Run(ctx context.Context, js jetstream.JetStream) error {
	l.js = js
	l.mu.Lock()
	l.book = NewBook(l.Scenes, l.Grid)
	l.mu.Unlock()
	l.write.Lock()
	l.last = map[string]uint64{}
	began := time.Now()
	err := l.catchUp(ctx)
	l.write.Unlock()
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("read the leads so far: %w", err)
	}
	l.ready.Store(true)
	l.Log.Info("leads read", "leads", l.Len(), "seconds", time.Since(began).Seconds())
	return journal.Consume(ctx, js, journal.Consumer{Stream: "FINDINGS", Name: "ledger", Wait: 30 * time.Second, Tries: 4, AtOnce: 1}, l.Log, func(ctx context.Context, m journal.Msg) error {
		var f vision.Finding
		if err := json.Unmarshal(m.Data, &f); err != nil {
			return journal.Permanent(fmt.Errorf("finding is not JSON: %w", err))
		}
		_, err := l.change(ctx, func(b *Book) (Lead, bool, error) { return b.Take(f) }, nil)
		return err
	})
}

// catchUp reads the revisions that the book does not know yet. The caller holds l.write.
func (l *Ledger) catchUp(ctx context.Context) error {
	for _, s := range Revisions {
		end, err := journal.End(ctx, l.js, s)
		if err != nil {
			return err
		}
		d := newDecoder(func(x Lead, seq uint64) {
			l.mu.Lock()
			l.book.Apply(x)
			l.mu.Unlock()
			l.last[s] = seq
		})
		err = journal.Replay(ctx, l.js, s, ">", journal.From{Seq: l.last[s] + 1}, func(m journal.Msg) error {
			d.take(m)
			return nil
		})
		d.close()
		if err != nil {
			return err
		}
		l.last[s] = max(l.last[s], end)
	}
	return nil
}

// change decides on a revision and keeps it; what others kept meanwhile is read, and it is decided again. first, where given, is done before the
// revision is kept.
func (l *Ledger) change(ctx context.Context, decide func(*Book) (Lead, bool, error), first func(Lead) error) (Lead, error) {
	l.write.Lock()
	defer l.write.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return Lead{}, err
		}
		l.mu.Lock()
		x, changed, err := decide(l.book)
		l.mu.Unlock()
		if err != nil || !changed {
			return x, err
		}
		if first != nil {
			if err := first(x); err != nil {
				return Lead{}, err
			}
		}
		seq, err := l.keep(ctx, x)
		if errors.Is(err, journal.ErrMoved) { // also a revision of ours whose acknowledgement came too late
			if err := l.catchUp(ctx); err != nil {
				return Lead{}, err
			}
			continue
		}
		if err != nil {
			return Lead{}, err
		}
		l.last[x.stream()] = seq
		l.mu.Lock()
		l.book.Apply(x)
		l.mu.Unlock()
		return x, nil
	}
}

// keep publishes a revision as a CloudEvent, behind the last one that the book knows.
func (l *Ledger) keep(ctx context.Context, x Lead) (uint64, error) {
	m, err := l.message(x)
	if err != nil {
		return 0, err
	}
	pctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	return journal.PublishBehind(pctx, l.js, m, x.stream(), l.last[x.stream()])
}

// publishWait is how long JetStream may take to acknowledge a revision.
const publishWait = 10 * time.Second

func (l *Ledger) message(x Lead) (*nats.Msg, error) {
	x.FrameURL, x.CropURL = l.EvidenceURL(x.Frame), l.EvidenceURL(x.Crop)
	return x.Message(time.Now())
}

// Publish sends a revision of a lead that no ledger keeps, as a CloudEvent, and waits until it is kept.
func Publish(ctx context.Context, js jetstream.JetStream, x Lead) error {
	m, err := x.Message(time.Now())
	if err != nil {
		return err
	}
	return journal.PublishMsg(ctx, js, m, fmt.Sprintf("%s/%d", x.Lead, x.Revision))
}

// Decide records a review and hands the lead on in its new state.
func (l *Ledger) Decide(ctx context.Context, r Review) (Lead, error) {
	if err := r.Check(); err != nil {
		return Lead{}, err
	}
	if !l.ready.Load() {
		return Lead{}, ErrNotReady
	}
	r.At = time.Now().UTC()
	return l.change(ctx, func(b *Book) (Lead, bool, error) { return b.Decide(r) }, func(x Lead) error {
		r.Revision = x.Revision - 1
		pctx, cancel := context.WithTimeout(ctx, publishWait)
		defer cancel()
		if err := journal.Publish(pctx, l.js, SubjectReviews, fmt.Sprintf("%s/%d/%s/%s", r.Lead, r.Revision, r.State, r.By), r); err != nil {
			return fmt.Errorf("record the review: %w", err)
		}
		return nil
	})
}

// Len is how many leads there are so far.
func (l *Ledger) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.book == nil {
		return 0
	}
	return l.book.Len()
}

// Read gives f the book to read in; f must not keep it. ErrNotReady before the leads so far are read.
func (l *Ledger) Read(f func(*Book) error) error {
	if !l.ready.Load() {
		return ErrNotReady
	}
	l.mu.Lock() // pages are sorted when they are asked for
	defer l.mu.Unlock()
	return f(l.book)
}
