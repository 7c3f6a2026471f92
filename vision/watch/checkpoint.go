package watch

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/change"
)

// SubjectCheckpoints is where a watch leaves what another worker needs to go on with its flight, should it die: + flight.
const SubjectCheckpoints = "harrier.checkpoints."

// checkpointEvery is how often it does: so much of what is known of a flight is lost at most.
const checkpointEvery = time.Second

// checkpoint is what a watch has learnt since the one before.
type checkpoint struct {
	Epoch uint64
	// Anew, where not 0, says that the stream's clock began anew before all else here: earlier times on it become so much earlier.
	Anew     time.Duration
	Tracks   vision.TrackerChange
	Found    []foundTrack
	Views    []viewState
	Ground   []geo.TileChange
	Passes   []passState
	Gaps     []vision.Gap
	Last     time.Time
	Revision int
	Frames   int
	Newest   time.Duration
	DelayS   float64 // of the live video, with its standard deviation
	SigmaS   float64
}

// foundTrack is the finding that a track became.
type foundTrack struct {
	Track   string
	Finding vision.Finding
}

// viewState is a view to be encoded.
type viewState struct {
	PTS      time.Duration
	Camera   geo.Camera
	Tiles    []vision.Tile
	At       time.Time
	Pose     geo.Pose
	YawSigma float64
	Posed    bool
}

// passState is how the flight showed a plot from one side, its picture in the evidence.
type passState struct {
	Plot change.Plot
	Side int
	Pass pass
}

const (
	// passSettled is how long no frame has shown a plot better before it goes into a checkpoint: each better one is another picture to keep.
	passSettled = 5 * time.Second
	// maxSettled of them go into one checkpoint: nothing is looked at while their pictures are kept.
	maxSettled = 8
	// passesAgain is how long after a picture could not be kept the next try is.
	passesAgain = 30 * time.Second
)

// settledPasses keeps the pictures of the passes that no frame has shown better for a while, and returns these.
func (f *flightWatch) settledPasses(ctx context.Context) []passState {
	if time.Since(f.passesFailed) < passesAgain {
		return nil
	}
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), checkpointWait) // also while the watch is ending
	defer done()
	var out []passState
	for k, p := range f.passes {
		if len(out) == maxSettled {
			break
		}
		if p.Picture != "" || f.seen.last.Sub(p.At) < passSettled {
			continue
		}
		key, err := f.w.Store.Seal(ctx, p.jpeg)
		if err != nil {
			f.passesFailed = time.Now()
			f.log.Warn("pictures of the ground are not kept now, and tried again: should this worker die before, what changed there is not told", "plot", k.plot, "again", passesAgain, "error", err)
			break
		}
		p.Picture, p.jpeg = key, nil
		f.passes[k] = p
		out = append(out, passState{k.plot, k.side, p})
	}
	return out
}

// save leaves a checkpoint.
func (f *flightWatch) save(ctx context.Context) error {
	c := checkpoint{Epoch: f.epoch, Anew: f.begunAnew, Tracks: f.tracker.Changes(), Ground: f.seen.ground.Changes(), Passes: f.settledPasses(ctx),
		Gaps: f.seen.gaps, Last: f.seen.last, Revision: f.seen.revision, Frames: f.seen.frames,
		Newest: f.newest}
	c.DelayS, c.SigmaS = f.clock.DelayS()
	for k, x := range f.found {
		if told, ok := f.foundTold[x.ID]; !ok || told != x.Revision {
			c.Found = append(c.Found, foundTrack{k.Name(), x})
			f.foundTold[x.ID] = x.Revision
		}
	}
	for _, v := range f.views[min(f.viewsTold, len(f.views)):] {
		c.Views = append(c.Views, viewState{v.pts, v.camera, v.tiles, v.at, v.was, v.yawSigmaDeg, v.posed})
	}
	f.viewsTold, f.begunAnew = len(f.views), 0
	b, err := encode(c)
	if err != nil {
		return err
	}
	f.saves++
	// each says what is new since the one before: those that could not be kept go first
	waiting := len(f.unsaved)
	f.unsaved = append(f.unsaved, saved{f.saves, b})
	for len(f.unsaved) > 0 {
		switch err := f.sink.Checkpoint(f.unsaved[0].n, f.unsaved[0].b); {
		case err == nil:
			f.unsaved = f.unsaved[1:]
			continue
		case errors.Is(err, errTaken):
			return err
		case !errors.Is(err, journal.ErrUnavailable): // it would never be kept, nor those behind it
			f.log.Error("a checkpoint is given up: should this worker die, a part of what it has seen is lost", "bytes", len(f.unsaved[0].b), "error", err)
			f.unsaved = f.unsaved[1:]
			continue
		case waiting == 0:
			f.log.Warn("checkpoint not kept yet: should this worker die now, what it has seen since is lost", "error", err)
		case len(f.unsaved) > maxUnsaved:
			f.log.Error("checkpoints are given up: should this worker die, its flight is seen anew from there on", "checkpoints", len(f.unsaved), "error", err)
			f.unsaved = nil
		}
		return nil
	}
	return nil
}

// saved is an encoded checkpoint and its number.
type saved struct {
	n int
	b []byte
}

// maxUnsaved bounds the checkpoints that wait to be kept: an hour of them.
const maxUnsaved = 3600

func encode(c checkpoint) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		err = gob.NewEncoder(w).Encode(c)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}

// maxCheckpoint bounds what is unpacked of one, bytes.
const maxCheckpoint = 64 << 20

func decode(b []byte) (c checkpoint, err error) {
	err = gob.NewDecoder(io.LimitReader(flate.NewReader(bytes.NewReader(b)), maxCheckpoint)).Decode(&c)
	return c, err
}

// restore goes on from the checkpoints that an earlier worker left, in their order.
func (f *flightWatch) restore(earlier []checkpoint) error {
	found := map[string]foundTrack{}
	for n, c := range earlier {
		if c.Anew > 0 {
			f.freeze(c.Anew)
		}
		if err := f.tracker.Apply(c.Tracks); err != nil { // one before it is missing: what is known is gone on with
			f.log.Warn("a part of what an earlier worker saw is missing", "checkpoint", n+1, "error", err)
		}
		for _, x := range c.Found {
			found[x.Finding.ID] = x
		}
		for _, v := range c.Views {
			f.views = append(f.views, view{v.PTS, v.Camera, v.Tiles, v.At, v.Pose, v.YawSigma, v.Posed, false})
		}
		f.seen.ground.Apply(c.Ground)
		for _, x := range c.Passes {
			f.passes[plotView{x.Plot, x.Side}] = x.Pass
		}
		f.seen.gaps, f.seen.last, f.seen.revision, f.seen.frames, f.newest = c.Gaps, c.Last, c.Revision, c.Frames, c.Newest
		f.clock.Expect(c.DelayS, c.SigmaS)
	}
	if n := len(f.views) - viewsKept; n > 0 {
		f.views = f.views[n:]
	}
	f.viewsTold = len(f.views)
	for id, x := range found {
		x.Finding.Epoch = f.epoch
		f.foundTold[id] = x.Finding.Revision
		if k := f.tracker.Track(x.Track); k != nil {
			f.found[k] = x.Finding
		}
		// it may have died before it handed it over; the ledger knows it by its id
		if err := f.sink.Finding(x.Finding); err != nil {
			return err
		}
	}
	if len(earlier) > 0 {
		f.log.Info("going on with the flight where an earlier worker stopped", "epoch", f.epoch, "tracks", len(f.tracker.Tracks()), "findings", len(found), "frames", f.seen.frames)
	}
	return nil
}

// anew begins with another connection to the stream: its clock is another.
func (f *flightWatch) anew(session int64) {
	if len(f.tracker.Tracks()) > 0 || len(f.views) > 0 {
		earlier := f.newest + time.Second
		f.freeze(earlier)
		f.begunAnew += earlier
	}
	f.newest, f.placed = 0, timeBase{}
	f.session.Store(session)
}

// freeze leaves all that was seen where it is, and moves it out of the way of the stream's new clock.
func (f *flightWatch) freeze(earlier time.Duration) {
	f.tracker.Freeze(earlier)
	for i := range f.views {
		f.views[i].pts -= earlier
		f.views[i].fixed = true
	}
}

// checkpoints are those of one flight, as they are kept.
type checkpoints struct {
	js      jetstream.JetStream
	subject string
	epoch   uint64

	found      []checkpoint // by earlier workers
	progressed uint64       // epoch of the last worker that saw a frame
	highest    uint64       // epoch of any of them
	last       uint64       // sequence of the last one
}

// read reads what earlier workers left. One that cannot be read is passed over: better a part is seen anew than the flight not at all.
func (c *checkpoints) read(ctx context.Context, log *slog.Logger) error {
	frames := 0
	return journal.Replay(ctx, c.js, "CHECKPOINTS", c.subject, journal.From{}, func(m journal.Msg) error {
		c.last = m.Seq
		if len(m.Data) == 0 {
			return nil // the flight ended, and was taken up again all the same
		}
		x, err := decode(m.Data)
		if err != nil {
			log.Error("a checkpoint cannot be read; what it holds is seen anew, or lost", "subject", c.subject, "sequence", m.Seq, "error", err)
			return nil
		}
		c.highest = max(c.highest, x.Epoch)
		if x.Frames > frames {
			frames, c.progressed = x.Frames, x.Epoch
		}
		c.found = append(c.found, x)
		return nil
	})
}

// keep keeps a checkpoint behind the last one; errTaken where a later worker has kept one.
func (c *checkpoints) keep(ctx context.Context, n int, b []byte) error {
	ctx = context.WithoutCancel(ctx) // also while the watch is ending
	m := nats.NewMsg(c.subject)
	m.Data = b
	id := fmt.Sprintf("%s/%d/%d", c.subject, c.epoch, n) // one whose acknowledgement came too late is not kept twice
	for range 2 {
		pctx, done := context.WithTimeout(ctx, checkpointWait)
		ack, err := c.js.PublishMsg(pctx, m, jetstream.WithMsgID(id), jetstream.WithExpectLastSequencePerSubject(c.last))
		done()
		if err == nil {
			c.last = max(c.last, ack.Sequence)
			return nil
		}
		if !journal.Moved(err) {
			return journal.Explain(c.subject, err)
		}
		// either one of this worker whose acknowledgement came too late, or another worker's
		taken := false
		if err := journal.Replay(ctx, c.js, "CHECKPOINTS", c.subject, journal.From{Seq: c.last + 1}, func(m journal.Msg) error {
			c.last = m.Seq
			x, err := decode(m.Data)
			taken = taken || err != nil || x.Epoch > c.epoch
			return nil
		}); err != nil {
			return journal.Explain(c.subject, err)
		}
		if taken {
			return errTaken
		}
	}
	return fmt.Errorf("checkpoint of %s: %w", c.subject, errTaken)
}

// checkpointWait is how long a watch waits for a checkpoint to be kept; it looks at nothing meanwhile.
const checkpointWait = 2 * time.Second

// forget drops the checkpoints of a flight that has ended.
func (c *checkpoints) forget(ctx context.Context) error {
	m := nats.NewMsg(c.subject)
	m.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	return journal.PublishMsg(ctx, c.js, m, "")
}
