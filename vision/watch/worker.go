package watch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
)

// SubjectFindings is where findings go: + flight.
const SubjectFindings = "harrier.findings."

// SubjectTracks is where ended tracks go: + flight.
const SubjectTracks = "harrier.tracks."

// SubjectShadow is where it is told what a model on trial saw: + flight.
const SubjectShadow = "harrier.shadow."

// SubjectUnlike is where it is told that a flight's video shows what the network has not learnt: + flight.
const SubjectUnlike = "harrier.unlike."

// Unlike is that fact. Off is how far the pictures are from all that the network learnt from; 1 is the limit.
type Unlike struct {
	Flight    string    `json:"flight"`
	Dock      string    `json:"dock"`
	Since     time.Time `json:"since"`
	Off       float64   `json:"off"`
	Simulated bool      `json:"simulated,omitempty"`
}

// Streams are the facts that recognition keeps, and the checkpoints by which a worker goes on where another died.
var Streams = []journal.Stream{
	{Name: "FINDINGS", Subjects: []string{SubjectFindings + ">"}, Viewed: []string{SubjectFindings + ">"}, MaxBytes: 1 << 30, Once: 10 * time.Minute},
	{Name: "TRACKS", Subjects: []string{SubjectTracks + ">", SubjectShadow + ">"}, Viewed: []string{SubjectTracks + ">"}, MaxAge: 30 * 24 * time.Hour, MaxBytes: 1 << 30, Once: 10 * time.Minute},
	{Name: "COVERAGE", Subjects: []string{SubjectCoverage + ">"}, Viewed: []string{SubjectCoverage + ">"}, MaxBytes: 512 << 20, Last: true, Once: 10 * time.Minute},
	{Name: "CHANGES", Subjects: []string{SubjectChanges + ">"}, Viewed: []string{SubjectChanges + ">"}, MaxBytes: 256 << 20, Once: 10 * time.Minute},
	{Name: "UNLIKE", Subjects: []string{SubjectUnlike + ">"}, Viewed: []string{SubjectUnlike + ">"}, MaxAge: 365 * 24 * time.Hour, MaxBytes: 64 << 20, Once: 10 * time.Minute},
	{Name: "CHECKPOINTS", Subjects: []string{SubjectCheckpoints + ">"}, MaxAge: 12 * time.Hour, MaxBytes: 2 << 30, Replaced: true},
}

// aliveWait is how long a watched flight may go without a sign of life from its worker until another takes it up.
const aliveWait = 3 * time.Second

// Work takes flights off the work queue and watches up to n at a time, until ctx ends. A flight whose worker dies comes back at once, as often as it
// takes, and the next worker goes on with what the one before knew.
func (w *Watcher) Work(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, n int) error {
	c := journal.Consumer{Stream: "WATCH", Name: "watchers", Wait: aliveWait, AtOnce: n, Pending: maxWatched}
	return journal.Consume(ctx, js, c, w.Log, func(ctx context.Context, m journal.Msg) error { return w.job(ctx, nc, js, m) })
}

// maxWatched is how many flights all workers together may watch at a time.
const maxWatched = 1024

// maxBarren is how many workers in a row may take up a flight and die, or fail, before they have seen a frame of it.
const maxBarren = 10

// job watches one flight of the queue.
func (w *Watcher) job(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, m journal.Msg) error {
	var job dock.WatchJob
	if err := json.Unmarshal(m.Data, &job); err != nil {
		return journal.Permanent(fmt.Errorf("watch job is not JSON: %w", err))
	}
	marks := &checkpoints{js: js, subject: SubjectCheckpoints + job.Flight}
	if err := marks.read(ctx, w.Log); err != nil {
		return err
	}
	// higher than any before, also where the job was queued anew: names of tracks and findings hold it
	epoch := max(m.Tries, marks.highest+1)
	marks.epoch = epoch
	if barren := epoch - 1 - min(marks.progressed, epoch-1); barren >= maxBarren {
		return journal.Permanent(fmt.Errorf("flight %s: %d workers in a row ended before they saw anything of it; what it shows from here on is not inspected", job.Flight, barren))
	}
	fctx, cancel := context.WithCancel(ctx)
	defer cancel()
	poses, done, err := w.follow(ctx, nc, js, job, cancel)
	if err != nil {
		return err
	}
	defer done()
	keep := func(subject, id string, v any) error { return keepFact(ctx, js, subject, id, v) }
	var passes map[plotView]pass
	var shown vision.Covered // so far
	structures := map[string]vision.Finding{}
	err = w.Flight(fctx, job, epoch, poses, marks.found, Sink{
		Looked:     func(b vision.FrameBoxes) { tellBoxes(nc, b) },
		Passed:     func(p map[plotView]pass) { passes = p },
		Checkpoint: func(n int, b []byte) error { return marks.keep(ctx, n, b) },
		Finding: func(f vision.Finding) error {
			if vision.Group(f.Class) == "structure" {
				structures[f.ID] = f
			}
			if f.Withheld {
				return nil
			}
			return keep(SubjectFindings+job.Flight, fmt.Sprintf("%s/%d/%d", f.ID, f.Epoch, f.Revision), f)
		},
		Ended: func(e vision.Ended) error {
			return keep(SubjectTracks+job.Flight, fmt.Sprintf("track/%s/%d", e.ID, e.Epoch), e)
		},
		Unlike: func(u Unlike) error {
			return keep(SubjectUnlike+job.Flight, fmt.Sprintf("unlike/%s/%d", u.Flight, epoch), u)
		},
		Compared: func(c Compared) error {
			return keep(SubjectShadow+job.Flight, fmt.Sprintf("shadow/%s/%d", c.Flight, epoch), c)
		},
		Covered: func(c vision.Covered) error {
			shown = c
			return keep(SubjectCoverage+job.Flight, fmt.Sprintf("coverage/%s/%d/%d", c.Flight, c.Epoch, c.Revision), c)
		},
	})
	cancel()
	if errors.Is(err, errTaken) {
		w.Log.Warn("another worker has taken the flight; this one leaves it", "flight", job.Flight, "epoch", epoch)
		return journal.ErrNotMine
	}
	if err = cmp.Or(err, ctx.Err()); err != nil { // also where this worker is stopped: another goes on
		return err
	}
	if w.Comparer != nil && len(passes) > 0 {
		if err := w.tellChanges(ctx, js, job, epoch, passes, structures, keep); err != nil && ctx.Err() == nil {
			w.Log.Error("what changed since the last pass is not told", "flight", job.Flight, "error", err)
		}
	}
	// at the very end: who closes leads of what is gone waits for it
	if shown.Flight != "" {
		shown.Ended = true
		shown.Revision++
		if err := keep(SubjectCoverage+job.Flight, fmt.Sprintf("coverage/%s/%d/%d", shown.Flight, shown.Epoch, shown.Revision), shown); err != nil {
			return err
		}
	}
	if err := marks.forget(ctx); err != nil && ctx.Err() == nil {
		w.Log.Warn("checkpoints of a flight that has ended are still kept", "flight", job.Flight, "error", err)
	}
	return nil
}

// follow hands on the telemetry of a job's flight, and ends the watch (end) soon after the flight has ended, also where that came before this worker
// did. done ends both.
func (w *Watcher) follow(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, job dock.WatchJob, end func()) (poses chan []byte, done func(), err error) {
	var subs []*nats.Subscription
	done = func() {
		for _, s := range subs {
			_ = s.Unsubscribe()
		}
	}
	defer func() {
		if err != nil {
			done()
		}
	}()
	poses = make(chan []byte, 1024)
	psub, err := nc.Subscribe(dock.SubjectPose+job.Dock, func(m *nats.Msg) {
		select {
		case poses <- m.Data:
		default:
			if w.PosesDropped.Add(1)%1000 == 1 {
				w.Log.Warn("poses come faster than they are taken; some are dropped", "flight", job.Flight, "so_far", w.PosesDropped.Load())
			}
		}
	})
	if err != nil {
		return nil, nil, fmt.Errorf("subscribe to the telemetry of dock %s: %w", job.Dock, err)
	}
	subs = append(subs, psub)
	ended := func(b []byte) {
		var ev dock.FlightEvent
		if json.Unmarshal(b, &ev) == nil && (ev.Flight == job.Flight && ev.State.Ended() || ev.Flight != job.Flight && ev.State.InTheAir() && ev.At.After(job.Started)) {
			time.AfterFunc(2*time.Second, end) // what is still on its way is at most this old
		}
	}
	esub, err := nc.Subscribe(dock.SubjectFlights+job.Dock, func(m *nats.Msg) { ended(m.Data) })
	if err != nil {
		return nil, nil, fmt.Errorf("subscribe to the flights of dock %s: %w", job.Dock, err)
	}
	subs = append(subs, esub)
	if err := nc.FlushTimeout(5 * time.Second); err != nil { // from here on no event is missed
		return nil, nil, fmt.Errorf("%w: NATS does not answer: %w", journal.ErrUnavailable, err)
	}
	st, err := js.Stream(ctx, "FLIGHTS")
	if err != nil {
		return nil, nil, fmt.Errorf("%w: stream FLIGHTS: %w", journal.ErrUnavailable, err)
	}
	if last, err := st.GetLastMsgForSubject(ctx, dock.SubjectFlights+job.Dock); err == nil {
		ended(last.Data)
	}
	return poses, done, nil
}

// How long a fact is tried to be kept while JetStream is away, and while this worker is being stopped.
const (
	keepFor     = 5 * time.Minute
	keepAtLast  = 5 * time.Second
	keepTimeout = 5 * time.Second
	keepPause   = 500 * time.Millisecond
)

// keepFact keeps what was found and seen, also while the watch is ending: it is tried again while JetStream is away.
func keepFact(ctx context.Context, js jetstream.JetStream, subject, id string, v any) (err error) {
	for began := time.Now(); ; time.Sleep(keepPause) {
		pctx, done := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout)
		err = journal.Publish(pctx, js, subject, id, v)
		done()
		limit := keepFor
		if ctx.Err() != nil {
			limit = keepAtLast
		}
		if err == nil || !errors.Is(err, journal.ErrUnavailable) || time.Since(began) > limit {
			return err
		}
	}
}

// asks says whether the rule that found a structure asks for a reason.
func (w *Watcher) asks(f vision.Finding, why vision.Reason) bool {
	return slices.ContainsFunc(w.Scenes, func(s vision.Scene) bool { return s.Name == f.Scene && s.Classes[f.Class].Asks(why) })
}

// tellChanges compares a flight with the last pass, tells what changed, and tells again of the structures what is known of them now.
func (w *Watcher) tellChanges(ctx context.Context, js jetstream.JetStream, job dock.WatchJob, epoch uint64, passes map[plotView]pass, structures map[string]vision.Finding,
	keep func(subject, id string, v any) error) error {
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: BucketPasses, Description: "the last pass over every plot of ground", MaxBytes: 64 << 20})
	if err != nil {
		return err
	}
	c, newer, err := w.compare(ctx, kv, job, epoch, passes)
	if err != nil {
		return err
	}
	if err := keep(SubjectChanges+job.Flight, fmt.Sprintf("changes/%s/%d", c.Flight, epoch), c); err != nil {
		return err
	}
	for _, f := range structures {
		s, ok := since(c, f)
		if !ok || f.Withheld && !(s.New && w.asks(f, vision.ReasonNew)) {
			continue
		}
		if f.Withheld {
			f.Withheld, f.Attributes[vision.Because] = false, string(vision.ReasonNew)
		}
		if s.New { // of what stood before the two would show the same
			if s.Before, s.After, err = w.placePair(ctx, c, orb.Point{f.Lon, f.Lat}); err != nil {
				w.Log.Warn("a new structure has no picture of its place before", "finding", f.ID, "error", err)
			}
		}
		f.Since = &s
		f.Revision++
		if err := keep(SubjectFindings+job.Flight, fmt.Sprintf("%s/%d/%d", f.ID, f.Epoch, f.Revision), f); err != nil {
			return err
		}
	}
	return w.replace(ctx, kv, newer) // at last: a worker that takes the flight up before compares with the same passes
}
