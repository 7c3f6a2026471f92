package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/vision"
)

// SubjectFindings is where findings go: + flight.
const SubjectFindings = "harrier.findings."

// SubjectTracks is where ended tracks go: + flight.
const SubjectTracks = "harrier.tracks."

// SubjectShadow is where it is told what a model on trial saw: + flight.
const SubjectShadow = "harrier.shadow."

// AckWait is how long a watched flight may go without a sign of life from its worker.
const AckWait = 30 * time.Second

// Work takes flights off the work queue and watches up to n at a time, until ctx ends. A flight whose worker dies comes back
// to another, with a higher epoch.
func (w *Watcher) Work(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, n int) error {
	cons, err := js.CreateOrUpdateConsumer(ctx, "WATCH", jetstream.ConsumerConfig{Durable: "watchers", AckPolicy: jetstream.AckExplicitPolicy, AckWait: AckWait, MaxDeliver: 3, MaxAckPending: 256})
	if err != nil {
		return fmt.Errorf("work queue: %w", err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, n)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		var msg jetstream.Msg
		for msg == nil {
			m, err := cons.Next(jetstream.FetchMaxWait(time.Second))
			if ctx.Err() != nil {
				if m != nil {
					_ = m.Nak()
				}
				return nil
			}
			if err != nil {
				if !errors.Is(err, nats.ErrTimeout) {
					time.Sleep(200 * time.Millisecond)
				}
				continue
			}
			msg = m
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-slots }()
			w.one(ctx, nc, js, msg)
		}()
	}
}

// one watches one flight of the queue.
func (w *Watcher) one(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, msg jetstream.Msg) {
	var job dock.WatchJob
	if err := json.Unmarshal(msg.Data(), &job); err != nil {
		w.Log.Error("watch job is not JSON, dropped", "error", err)
		_ = msg.Term()
		return
	}
	epoch := uint64(1)
	if md, err := msg.Metadata(); err == nil {
		epoch = md.NumDelivered
	}
	fctx, cancel := context.WithCancel(ctx)
	defer cancel()
	poses := make(chan []byte, 1024)
	psub, err := nc.Subscribe(dock.SubjectPose+job.Dock, func(m *nats.Msg) {
		select {
		case poses <- m.Data:
		default:
		}
	})
	if err != nil {
		w.Log.Error("watch: no telemetry", "flight", job.Flight, "error", err)
		return
	}
	defer psub.Unsubscribe()
	// the flight's end is the watch's end, also one that came before this worker did
	ended := func(b []byte) {
		var ev dock.FlightEvent
		if json.Unmarshal(b, &ev) == nil && (ev.Flight == job.Flight && ev.State.Ended() || ev.Flight != job.Flight && ev.State != dock.Waiting && ev.At.After(job.Started)) {
			time.AfterFunc(2*time.Second, cancel) // what is still on its way is at most this old
		}
	}
	esub, err := nc.Subscribe(dock.SubjectFlights+job.Dock, func(m *nats.Msg) { ended(m.Data) })
	if err != nil {
		w.Log.Error("watch: no flight events", "flight", job.Flight, "error", err)
		return
	}
	defer esub.Unsubscribe()
	if st, err := js.Stream(ctx, "FLIGHTS"); err == nil {
		if m, err := st.GetLastMsgForSubject(ctx, dock.SubjectFlights+job.Dock); err == nil {
			ended(m.Data)
		}
	}
	alive := make(chan struct{})
	living, still := context.WithCancel(ctx)
	defer still()
	go func() {
		defer close(alive)
		t := time.NewTicker(AckWait / 3)
		defer t.Stop()
		for {
			select {
			case <-living.Done():
				return
			case <-t.C:
				_ = msg.InProgress()
			}
		}
	}()
	// a finding is a fact, and so is what was seen: both are kept even while the watch is ending
	keep := func(subject, id string, v any) error {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		pctx, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer done()
		_, err = js.Publish(pctx, subject, b, jetstream.WithMsgID(id))
		return err
	}
	var passes map[plotView]pass
	structures := map[string]vision.Finding{}
	err = w.Flight(fctx, job, epoch, poses, Sink{
		Passed: func(p map[plotView]pass) { passes = p },
		Finding: func(f vision.Finding) error {
			if vision.Group(f.Class) == "structure" {
				structures[f.ID] = f
			}
			if err := keep(SubjectFindings+job.Flight, fmt.Sprintf("%s/%d", f.ID, f.Revision), f); err != nil {
				return fmt.Errorf("hand over finding %s: %w", f.ID, err)
			}
			return nil
		},
		Ended: func(e vision.Ended) error {
			if err := keep(SubjectTracks+job.Flight, fmt.Sprintf("track/%s/%d", e.ID, e.Epoch), e); err != nil {
				return fmt.Errorf("hand over track %s: %w", e.ID, err)
			}
			return nil
		},
		Compared: func(c Compared) error {
			if err := keep(SubjectShadow+job.Flight, fmt.Sprintf("shadow/%s/%d", c.Flight, epoch), c); err != nil {
				return fmt.Errorf("hand over the comparison of flight %s: %w", c.Flight, err)
			}
			return nil
		},
		Covered: func(c vision.Covered) error {
			if err := keep(SubjectCoverage+job.Flight, fmt.Sprintf("coverage/%s/%d/%d", c.Flight, c.Epoch, c.Revision), c); err != nil {
				return fmt.Errorf("hand over the coverage of flight %s: %w", c.Flight, err)
			}
			return nil
		},
	})
	cancel()
	if err == nil && w.Comparer != nil && len(passes) > 0 {
		if err := w.tellChanges(ctx, js, job, epoch, passes, structures, keep); err != nil && ctx.Err() == nil {
			w.Log.Error("what changed since the last pass is not told", "flight", job.Flight, "error", err)
		}
	}
	still()
	<-alive
	switch {
	case ctx.Err() != nil:
		_ = msg.Nak() // this worker stops, the flight goes on: another takes it
	case err != nil:
		w.Log.Error("watching broke off; another worker takes the flight", "flight", job.Flight, "error", err)
		_ = msg.Nak()
	default:
		_ = msg.Ack()
	}
}

// tellChanges compares a flight with the last pass, tells what changed, and tells again of the structures what is known of them now.
func (w *Watcher) tellChanges(ctx context.Context, js jetstream.JetStream, job dock.WatchJob, epoch uint64, passes map[plotView]pass, structures map[string]vision.Finding,
	keep func(subject, id string, v any) error) error {
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: BucketPasses, Description: "the last pass over every plot of ground", MaxBytes: 64 << 20})
	if err != nil {
		return err
	}
	c, err := w.compare(ctx, kv, job, epoch, passes)
	if err != nil {
		return err
	}
	if err := keep(SubjectChanges+job.Flight, fmt.Sprintf("changes/%s/%d", c.Flight, epoch), c); err != nil {
		return err
	}
	for _, f := range structures {
		s, ok := since(c, f)
		if !ok {
			continue
		}
		f.Since = &s
		f.Revision++
		if err := keep(SubjectFindings+job.Flight, fmt.Sprintf("%s/%d", f.ID, f.Revision), f); err != nil {
			return err
		}
	}
	return nil
}
