package watch

import (
	"errors"
	"log/slog"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/change"
)

var quiet = slog.New(slog.DiscardHandler)

func streamOfCheckpoints(t *testing.T) jetstream.JetStream {
	t.Helper()
	_, _, js := natstest.Start(t)
	if err := journal.Declare(t.Context(), js, Streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	return js
}

// A worker that was taken for dead learns from its next checkpoint that another has the flight, and leaves it; a flight that ended has none.
func TestAWorkerThatWasReplacedLearnsSo(t *testing.T) {
	js := streamOfCheckpoints(t)
	ctx := t.Context()
	keep := func(c *checkpoints, n int) error {
		b, err := encode(checkpoint{Epoch: c.epoch, Frames: n})
		if err != nil {
			t.Fatal(err)
		}
		return c.keep(ctx, n, b)
	}
	first := &checkpoints{js: js, subject: SubjectCheckpoints + "f", epoch: 1}
	if err := first.read(ctx, quiet); err != nil || len(first.found) != 0 {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := keep(first, n+1); err != nil {
			t.Fatal(err)
		}
	}
	// an acknowledgement that came too late: the worker does not know its own last one
	first.last--
	if err := keep(first, 4); err != nil {
		t.Errorf("its own checkpoint is taken for another's: %v", err)
	}
	second := &checkpoints{js: js, subject: SubjectCheckpoints + "f", epoch: 2}
	if err := second.read(ctx, quiet); err != nil || len(second.found) != 4 || second.progressed != 1 {
		t.Fatalf("%d checkpoints, progress of %d, %v", len(second.found), second.progressed, err)
	}
	if err := keep(second, 5); err != nil {
		t.Fatal(err)
	}
	if err := keep(first, 6); !errors.Is(err, errTaken) {
		t.Errorf("the first worker goes on: %v", err)
	}
	// one that cannot be read costs only what it holds
	if _, err := js.Publish(ctx, second.subject, []byte("damaged")); err != nil {
		t.Fatal(err)
	}
	other := &checkpoints{js: js, subject: second.subject, epoch: 3}
	if err := other.read(ctx, quiet); err != nil || len(other.found) != 5 || other.highest != 2 {
		t.Errorf("%d checkpoints, of worker %d at most, %v", len(other.found), other.highest, err)
	}
	if err := second.forget(ctx); err != nil {
		t.Fatal(err)
	}
	third := &checkpoints{js: js, subject: SubjectCheckpoints + "f", epoch: 3}
	if err := third.read(ctx, quiet); err != nil || len(third.found) != 0 {
		t.Errorf("%d checkpoints of a flight that ended, %v", len(third.found), err)
	}
}

// What a watch leaves behind is what another begins with, over two changes of hands.
func TestAWatchGoesOnFromCheckpoints(t *testing.T) {
	var left []checkpoint
	var sent []vision.Finding
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	worker := func(epoch uint64) *flightWatch {
		f := &flightWatch{w: &Watcher{Store: store}, passes: map[plotView]pass{}, epoch: epoch, clock: &vision.CaptureClock{}, poses: &vision.Poses{}, log: slog.New(slog.DiscardHandler), found: map[*vision.Track]vision.Finding{}, foundTold: map[string]int{}}
		f.tracker = vision.NewTracker(nil, []string{"stall"})
		f.tracker.Epoch = epoch
		f.sink = Sink{Checkpoint: func(_ int, b []byte) error {
			c, err := decode(b)
			left = append(left, c)
			return err
		}, Finding: func(x vision.Finding) error { sent = append(sent, x); return nil }}
		if err := f.restore(left); err != nil {
			t.Fatal(err)
		}
		return f
	}
	zero := time.Unix(1_800_000_000, 0).UTC()
	see := func(f *flightWatch, at, pts time.Duration, lon float64) *vision.Track {
		f.newest = pts
		f.views = append(f.views, view{pts: pts, at: zero.Add(at), posed: true})
		f.seen.saw(geo.Locator{}, geo.CameraFromDiagonal(1920, 1080, 84), geo.Pose{Lon: 121.5, Lat: 31.2, HeightM: 60, PitchDeg: -90}, geo.Look{At: zero.Add(at)})
		return f.tracker.Add([]vision.Observation{{PTS: pts, Sighting: vision.Sighting{Detection: vision.Detection{Class: "stall", Score: 0.9}, Time: zero.Add(at), At: geo.Located{Lon: lon, Lat: 31.2, Cov: geo.Cov{EE: 1, NN: 1}, SlantM: 60}}}})[0]
	}
	a := worker(1)
	a.anew(1)
	k := see(a, 0, 0, 121.5)
	see(a, time.Second, time.Second, 121.5)
	k.Found = true
	a.found[k] = vision.Finding{ID: a.id(k), Epoch: 1, Revision: 2}
	if err := a.save(t.Context()); err != nil {
		t.Fatal(err)
	}
	cells := len(a.seen.ground.Changes())
	b := worker(2)
	if len(sent) != 1 || sent[0].ID != "-1.1" || sent[0].Epoch != 2 || sent[0].Revision != 2 {
		t.Errorf("what was found is handed on as %+v", sent)
	}
	b.anew(1) // its own connection
	if again := see(b, 3*time.Second, 0, 121.5); again.Name() != "1.1" || again.Sightings != 3 || !again.Found || len(b.found) != 1 {
		t.Errorf("the stall is track %s with %d sightings", again.Name(), again.Sightings)
	}
	if other := see(b, 4*time.Second, time.Second, 121.51); other.Name() != "2.1" {
		t.Errorf("a new stall is track %s", other.Name())
	}
	// the best views of the ground are for all who take the flight up; one that may be shown better yet is not kept
	b.passes[plotView{change.Plot{Row: 1}, 2}] = pass{Flight: "F", At: zero, jpeg: []byte("settled")}
	b.passes[plotView{change.Plot{Row: 2}, 2}] = pass{Flight: "F", At: zero.Add(4 * time.Second), jpeg: []byte("not settled")}
	b.seen.last = zero.Add(6 * time.Second)
	b.clock.Expect(1.5, 0.1)
	if err := b.save(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := worker(3)
	if p := c.passes[plotView{change.Plot{Row: 1}, 2}]; len(c.passes) != 1 || p.Flight != "F" || !p.At.Equal(zero) {
		t.Errorf("the third worker knows of passes %+v", c.passes)
	} else if got, err := store.Unseal(t.Context(), p.Picture); err != nil || string(got) != "settled" {
		t.Errorf("the picture of a pass: %q, %v", got, err)
	}
	if d, sigma := c.clock.DelayS(); math.Abs(d-1.5) > 0.01 || sigma > 1 {
		t.Errorf("it takes the video's delay to be %.2f ± %.2f s", d, sigma)
	}
	if n := len(c.tracker.Tracks()); n != 2 || c.seen.frames != 4 || len(c.views) != 4 || cells > 0 {
		t.Errorf("the third worker knows %d tracks, %d frames, %d views; %d pieces of ground were not left", n, c.seen.frames, len(c.views), cells)
	}
	for i := 1; i < len(c.views); i++ {
		if c.views[i].pts <= c.views[i-1].pts || !c.views[i].at.After(c.views[i-1].at) {
			t.Errorf("views are out of their order: %v", c.views)
		}
	}
	if !c.views[0].fixed || c.views[3].fixed {
		t.Error("views of the first worker's stream are not fixed, or those of the last one are")
	}
	see(c, 5*time.Second, 2*time.Second, 121.5)
	looks := 0
	for _, x := range c.seen.ground.Changes() {
		looks = max(looks, x.Looks)
	}
	if looks != 5 {
		t.Errorf("the ground was shown %d times, of 5 by three workers", looks)
	}
}

// A store that is away costs a watch one try in half a minute, and no pass; one that is there takes a few pictures at a time.
func TestPassesWaitForTheEvidence(t *testing.T) {
	away := t.TempDir()
	gone, err := evidence.OpenFolder(away)
	if err == nil {
		err = os.RemoveAll(away)
	}
	if err != nil {
		t.Fatal(err)
	}
	there, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	zero := time.Unix(1_800_000_000, 0)
	f := &flightWatch{w: &Watcher{Store: gone}, log: slog.New(slog.DiscardHandler), passes: map[plotView]pass{}}
	for i := range maxSettled + 3 {
		f.passes[plotView{change.Plot{Row: i}, 0}] = pass{At: zero, jpeg: []byte{byte(i)}}
	}
	f.seen.last = zero.Add(time.Minute)
	if out := f.settledPasses(t.Context()); len(out) != 0 {
		t.Errorf("%d passes are kept where nothing can be", len(out))
	}
	f.w.Store = there
	if out := f.settledPasses(t.Context()); len(out) != 0 {
		t.Error("it is tried again at once")
	}
	f.passesFailed = time.Now().Add(-passesAgain)
	if first, then, last := f.settledPasses(t.Context()), f.settledPasses(t.Context()), f.settledPasses(t.Context()); len(first) != maxSettled || len(then) != 3 || len(last) != 0 {
		t.Errorf("%d, then %d, then %d are kept", len(first), len(then), len(last))
	}
}

// Each checkpoint holds what is new since the one before: none goes past one that could not be kept, and none is left out.
func TestCheckpointsAreKeptInTheirOrder(t *testing.T) {
	var kept []int
	var err error
	f := &flightWatch{w: &Watcher{}, epoch: 1, clock: &vision.CaptureClock{}, log: slog.New(slog.DiscardHandler), foundTold: map[string]int{}, tracker: vision.NewTracker(nil, []string{"stall"})}
	f.sink = Sink{Checkpoint: func(n int, b []byte) error {
		if err == nil {
			c, err := decode(b)
			if err != nil || c.Frames != n {
				t.Errorf("checkpoint %d is that of %d frames, %v", n, c.Frames, err)
			}
			kept = append(kept, n)
		}
		return err
	}}
	for f.seen.frames < 6 {
		f.seen.frames++
		if err = nil; f.seen.frames == 2 || f.seen.frames == 3 || f.seen.frames == 5 {
			err = journal.ErrUnavailable
		}
		if err := f.save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int{1, 2, 3, 4, 5, 6}; !slices.Equal(kept, want) {
		t.Errorf("kept %v", kept)
	}
	// one that can never be kept does not hold up the others
	err = errors.New("larger than a message may be")
	if err := f.save(t.Context()); err != nil {
		t.Fatal(err)
	}
	err, f.seen.frames = nil, 8
	if err := f.save(t.Context()); err != nil || kept[len(kept)-1] != 8 {
		t.Errorf("kept %v, %v", kept, err)
	}
	err = errTaken
	if err := f.save(t.Context()); !errors.Is(err, errTaken) {
		t.Errorf("a worker that was replaced goes on: %v", err)
	}
}

func FuzzCheckpoint(f *testing.F) {
	b, err := encode(checkpoint{Epoch: 1, Frames: 3})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = decode(b) })
}

// Before a frame is kept, every part of it that was not looked at is searched for faces and plates.
func TestWhatWasNotLookedAtIsSearched(t *testing.T) {
	cam := geo.CameraFromDiagonal(1920, 1080, 84)
	f := &flightWatch{w: &Watcher{}, clock: &vision.CaptureClock{}, poses: &vision.Poses{}}
	all := f.leftOut(look{camera: cam}, 320)
	for _, corner := range [][2]float64{{1, 1}, {1918, 1}, {1, 1078}, {1918, 1078}, {960, 540}} {
		if !slices.ContainsFunc(all, func(x vision.Tile) bool {
			return corner[0] >= float64(x.X) && corner[0] <= float64(x.X+x.Side) && corner[1] >= float64(x.Y) && corner[1] <= float64(x.Y+x.Side)
		}) {
			t.Errorf("%v is searched by none of %d tiles", corner, len(all))
		}
	}
	if byGround := vision.TilesByGround(cam, geo.Pose{HeightM: 60, PitchDeg: -60}, 0, 320); len(byGround) < 6 {
		t.Fatalf("%d tiles", len(byGround))
	}
	for _, looked := range [][]vision.Tile{nil, all[:1], all[:len(all)/2], all} {
		if left := f.leftOut(look{camera: cam, tiles: looked}, 320); len(left) != len(all)-len(looked) {
			t.Errorf("of %d tiles %d were looked at, and %d are left", len(all), len(looked), len(left))
		}
	}
}
