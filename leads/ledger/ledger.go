// Package ledger keeps leads: it makes them of findings, records what people and case systems decide, reminds of what is due, closes what is
// gone, and hands every revision over as a CloudEvent on NATS JetStream. What it knows it has read from there.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
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

// Ledger keeps one lead a real thing.
type Ledger struct {
	Rules *leads.Rules
	Index *index.Index
	// Shows is the coarsest ground resolution at which a scene's things are seen, metres a pixel: of a place that was seen as well as that, a flight says
	// what is gone.
	Shows map[string]float64
	// Store is where the pictures of leads lie, which are deleted once their time is over; nil: they are kept.
	Store *evidence.Store
	// Resend is after how long a confirmed lead that no case system has answered is sent again; 0: ten minutes.
	Resend time.Duration
	// EvidenceURL is the address of a picture of a lead, by its hash.
	EvidenceURL func(lead, sha string) string
	// SchemaURL is the address of a message's form, by its name.
	SchemaURL func(name string) string
	Log       *slog.Logger

	js     jetstream.JetStream
	write  sync.Mutex           // held while a revision is decided and kept: one at a time
	last   map[string]uint64    // by stream, the last message that the index knows; under write
	made   map[string]time.Time // by stream
	ready  atomic.Bool
	resent int // of the leads that wait for a case system, up to which they were sent again; of resend alone
}

// ErrNotReady says that the ledger still reads what was kept before.
var ErrNotReady = errors.New("the leads so far are still being read")

// Run takes findings, answers of case systems, and what flights show to be gone, until ctx ends.
func (l *Ledger) Run(ctx context.Context, nc *nats.Conn, js jetstream.JetStream) error {
	l.js = js
	began := time.Now()
	l.write.Lock()
	read, err := l.open(ctx)
	l.write.Unlock()
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("read the leads so far: %w", err)
	}
	l.ready.Store(true)
	defer l.ready.Store(false)
	l.Log.Info("leads read", "leads", l.Index.Len(), "revisions_since_last_time", read, "seconds", time.Since(began).Seconds())
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return l.takeFindings(gctx) })
	g.Go(func() error { return l.takeFeedback(gctx, nc) })
	g.Go(func() error { return l.workFeedback(gctx) })
	g.Go(func() error { return l.takeCoverage(gctx) })
	g.Go(func() error { return l.takeChanges(gctx) })
	g.Go(func() error { return l.remind(gctx) })
	g.Go(func() error { return l.keepUp(gctx) })
	g.Go(func() error { return l.forget(gctx) })
	g.Go(func() error { return l.resend(gctx, nc) })
	return g.Wait()
}

// together is how many findings that wait become leads at a time.
const together = 256

// findingsWait is after how long without a sign of life findings that were handed out come again: what was on its way when a server of NATS or this
// process died.
const findingsWait = 4 * time.Second

func (l *Ledger) takeFindings(ctx context.Context) error {
	c := journal.Consumer{Stream: "FINDINGS", Name: findingsConsumer, Wait: findingsWait, Tries: 4, Together: together}
	return journal.ConsumeTogether(ctx, l.js, c, l.Log, func(ctx context.Context, all []journal.Msg) error {
		found := make([]vision.Finding, len(all))
		for i, m := range all {
			if err := json.Unmarshal(m.Data, &found[i]); err != nil {
				return journal.Permanent(fmt.Errorf("finding is not JSON: %w", err))
			}
		}
		return l.take(ctx, found)
	})
}

// take makes leads of findings: of all or, after an error, perhaps of some of them. What others kept meanwhile is read, and it is decided again.
func (l *Ledger) take(ctx context.Context, found []vision.Finding) error {
	l.write.Lock()
	defer l.write.Unlock()
	for {
		err := l.tryTake(ctx, found)
		if !errors.Is(err, journal.ErrMoved) {
			return err
		}
		if _, err := l.catchUp(ctx); err != nil {
			return err
		}
	}
}

// tryTake decides on all findings, keeps the revisions, and takes them in once all are kept. The caller holds l.write.
func (l *Ledger) tryTake(ctx context.Context, found []vision.Finding) error {
	b, err := l.Index.Begin()
	if err != nil {
		return err
	}
	defer b.Rollback()
	last := maps.Clone(l.last)
	var kept []journal.Behind
	for _, f := range found {
		next, err := l.Rules.Take(b, f)
		if err != nil {
			return err
		}
		if e, err := b.Epoch(f.Flight); err != nil || f.Epoch > e {
			if err := errors.Join(err, b.SawEpoch(f.Flight, f.Epoch)); err != nil {
				return err
			}
		}
		if !next.Changed {
			continue
		}
		m, err := l.message(next.Lead)
		if err != nil {
			return err
		}
		s := next.Lead.Stream()
		kept = append(kept, journal.Behind{Msg: m, Stream: s, Last: last[s]})
		last[s]++
		if err := b.Apply(index.Kept{Stream: s, Made: l.made[s], Seq: last[s], Lead: next.Lead}); err != nil {
			return err
		}
	}
	pctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	if err := journal.PublishAllBehind(pctx, l.js, kept); err != nil {
		return err
	}
	if err := b.Commit(); err != nil {
		return err // they are kept: the next one that is decided finds the stream gone on, and reads them
	}
	l.last = last
	return nil
}

// findingsConsumer is the name of the consumer that works findings off.
const findingsConsumer = "ledger"

// change decides on a revision and keeps it; what others kept meanwhile is read, and it is decided again. first, where given, is done before the
// revision is kept.
func (l *Ledger) change(ctx context.Context, decide func() (leads.Next, error), first func(leads.Lead) error) (leads.Lead, error) {
	l.write.Lock()
	defer l.write.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return leads.Lead{}, err
		}
		next, err := decide()
		x := next.Lead
		if err != nil || !next.Changed {
			return x, err
		}
		if first != nil {
			if err := first(x); err != nil {
				return leads.Lead{}, err
			}
		}
		m, err := l.message(x)
		if err != nil {
			return leads.Lead{}, err
		}
		switch err := l.keep(ctx, m, index.Kept{Stream: x.Stream(), Lead: x}); {
		case errors.Is(err, journal.ErrMoved): // also a revision of ours whose acknowledgement came too late
			if _, err := l.catchUp(ctx); err != nil {
				return leads.Lead{}, err
			}
		case err != nil:
			return leads.Lead{}, err
		default:
			return x, nil
		}
	}
}

// message is a revision as it is handed on.
func (l *Ledger) message(x leads.Lead) (*nats.Msg, error) {
	x.FrameURL, x.CropURL = l.EvidenceURL(x.Lead, x.Frame), l.EvidenceURL(x.Lead, x.Crop)
	return x.Message(time.Now(), l.SchemaURL)
}

// keep publishes a message behind the last one that the index knows, and takes it in. The caller holds l.write.
func (l *Ledger) keep(ctx context.Context, m *nats.Msg, k index.Kept) (err error) {
	pctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	if k.Seq, err = journal.PublishBehind(pctx, l.js, m, k.Stream, l.last[k.Stream]); err != nil {
		return err
	}
	k.Made = l.made[k.Stream]
	if err := l.Index.Apply([]index.Kept{k}); err != nil {
		return err // it is kept: the next one that is decided finds the stream gone on, and reads it
	}
	l.last[k.Stream] = k.Seq
	return nil
}

// publishWait is how long JetStream may take to acknowledge a revision.
const publishWait = 10 * time.Second

// Publish sends a revision of a lead that no ledger keeps, as a CloudEvent, and waits until it is kept.
func Publish(ctx context.Context, js jetstream.JetStream, x leads.Lead) error {
	m, err := x.Message(time.Now(), leads.Unserved)
	if err != nil {
		return err
	}
	return journal.PublishMsg(ctx, js, m, x.ID())
}

// Decide records a review and hands the lead on in its new state.
func (l *Ledger) Decide(ctx context.Context, r leads.Review) (leads.Lead, error) {
	if err := r.Check(); err != nil {
		return leads.Lead{}, err
	}
	if !l.ready.Load() {
		return leads.Lead{}, ErrNotReady
	}
	r.At = time.Now().UTC()
	return l.change(ctx, func() (leads.Next, error) {
		x, err := l.Rules.Decide(l.Index, r)
		return leads.Next{Lead: x, Changed: err == nil}, err
	}, func(leads.Lead) error {
		pctx, cancel := context.WithTimeout(ctx, publishWait)
		defer cancel()
		same := r
		same.At = time.Time{}
		b, err := json.Marshal(same)
		if err == nil {
			err = journal.Publish(pctx, l.js, SubjectReviews, journal.Key(string(b)), r)
		}
		if err != nil {
			return fmt.Errorf("record the review: %w", err)
		}
		return nil
	})
}

// Real are the leads of real docks as they are, the newest first; ErrNotReady before the leads so far are read.
func (l *Ledger) Real() iter.Seq2[leads.Lead, error] {
	return func(yield func(leads.Lead, error) bool) {
		x, err := l.Read()
		if err != nil {
			yield(leads.Lead{}, err)
			return
		}
		for lead, err := range x.All(index.Query{}) {
			if err == nil && lead.Simulated {
				continue
			}
			if !yield(lead, err) || err != nil {
				return
			}
		}
	}
}

// Read returns the index to read in; ErrNotReady before the leads so far are read.
func (l *Ledger) Read() (*index.Index, error) {
	if !l.ready.Load() {
		return nil, ErrNotReady
	}
	return l.Index, nil
}
