// Package watch looks at one flight, from its stream to its findings (Flight), and at folders of stills and recordings.
package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/stream"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// Watcher is what flights are watched with; it is shared by all of them.
type Watcher struct {
	Model   *infer.Model
	Shadow  *Shadow // a model on trial; nil for none
	Scenes  []vision.Scene
	Locator geo.Locator
	Grid    *geo.Grid
	Fences  *geo.Fences
	// DoorLines are those over which shops may not trade; nil for none.
	DoorLines *geo.DoorLines
	Register  *geo.Register
	Store     *evidence.Store
	// Clips says that ten seconds of video around each finding are kept, sealed.
	Clips    bool
	Plates   *infer.Plates // reads the plates of dump trucks; nil reads none
	Log      *slog.Logger
	Interval time.Duration // between the frames looked at, at least
	UDP      bool          // video over UDP
	Login    *url.Userinfo // as whom the video is watched; nil: as nobody
	// Align says that a flight's pictures are compared with each other to correct its poses; Finder finds the same ground in two.
	Align    bool
	Finder   *ties.Finder
	Comparer *Comparer // of passes over the same ground; nil compares none
	Counts   stream.Counts
	Analysed atomic.Int64
	Tiles    atomic.Int64
	Blind    atomic.Int64 // frames that showed nothing
	// PosesDropped counts poses that came faster than they were taken
	PosesDropped atomic.Int64
}

// Scores below this begin no sighting.
const minSightingScore = 0.25

// Turning faster than this, a pose says too little about where the camera looked.
const maxTurnDegS = 8

// A turn between two reports may have been made at any time between them: where the yaw is this uncertain by it (standard deviation), nothing
// is placed.
const maxGapDeg = 0.5

// How long a looked-at frame may wait for the pose that follows it.
const poseWait = 2400 * time.Millisecond

// Sink takes what a watched flight gives.
type Sink struct {
	// Looked is told what is seen in the live video, before it is placed.
	Looked  func(vision.FrameBoxes)
	Finding func(vision.Finding) error
	Covered func(vision.Covered) error
	Ended   func(vision.Ended) error
	// Unlike is told when the video begins to show what the network has not learnt.
	Unlike func(Unlike) error
	// Compared is told at the end of a flight what a model on trial saw.
	Compared func(Compared) error
	// Passed is told at the end of a flight how it showed the ground.
	Passed func(map[plotView]pass)
	// Checkpoint keeps what another worker needs to go on, numbered from 1; errTaken where one does already.
	Checkpoint func(n int, b []byte) error
}

// errTaken says that another worker has taken the flight.
var errTaken = errors.New("another worker has taken the flight")

// Flight watches a job until the flight ends: telemetry comes in by poses (JSON of dock.Telemetry), what it shows goes out by the sink. It goes on from
// the checkpoints of an earlier worker, if there are any.
func (w *Watcher) Flight(ctx context.Context, job dock.WatchJob, epoch uint64, poses <-chan []byte, earlier []checkpoint, sink Sink) error {
	clock := &vision.CaptureClock{}
	track := &vision.Poses{}
	client := &stream.Client{URL: job.URL, Login: w.Login, UDP: w.UDP, Log: w.Log.With("dock", job.Dock, "flight", job.Flight), Counts: &w.Counts, Arrival: clock.Arrival}
	f := &flightWatch{w: w, job: job, epoch: epoch, clock: clock, poses: track, sink: sink, log: client.Log, found: map[*vision.Track]vision.Finding{}, foundTold: map[string]int{}, keys: make(chan keyFrame, 3), told: boxTeller{tell: sink.Looked}, locator: w.Locator, passes: map[plotView]pass{}}
	client.Motion = f.motion
	if w.Clips && w.Store != nil {
		f.reel = &stream.Reel{}
		client.Reel = f.reel
	}
	if job.Lon != 0 || job.Lat != 0 {
		var err error
		if f.locator, err = w.Locator.At([2]float64{job.Lon, job.Lat}); err != nil {
			return fmt.Errorf("dock %s: %w", job.Dock, err)
		}
	}
	f.lookFor(w.scenes(job.Scenes))
	if err := f.restore(earlier); err != nil {
		return err
	}
	pictures := make(chan *stream.Picture, 1)
	looked := make(chan look, looksKept)
	g, gctx := errgroup.WithContext(ctx)
	// a panic ends the watch of this flight, not the process
	spawn := func(run func() error) { g.Go(func() error { return journal.Guarded(run) }) }
	spawn(func() error { return client.Run(gctx, pictures) })
	spawn(func() error {
		for {
			select {
			case <-gctx.Done():
				return nil
			case b := <-poses:
				var t dock.Telemetry
				if err := json.Unmarshal(b, &t); err != nil || t.Flight != job.Flight {
					continue
				}
				if t.Pose != nil {
					track.Add(*t.Pose)
				}
				if t.VideoDelayS > 0 {
					clock.Delay(t.VideoDelayS)
				}
			}
		}
	})
	spawn(func() error { defer close(looked); return f.look(gctx, client, pictures, looked) })
	spawn(func() error { return f.place(gctx, client, looked) })
	spawn(func() error { return f.align(gctx, client, f.keys) })
	err := g.Wait()
	for l := range looked {
		l.close()
	}
	for {
		select {
		case p := <-pictures:
			p.Close()
		default:
			return err
		}
	}
}

// scenes are those of a job.
func (w *Watcher) scenes(names []string) (out []vision.Scene) {
	for _, s := range w.Scenes {
		if slices.Contains(names, s.Name) {
			out = append(out, s)
		}
	}
	return out
}

// lookFor prepares for what scenes look for.
func (f *flightWatch) lookFor(scenes []vision.Scene) {
	f.tracker, f.wanted = vision.NewTracker(scenes, f.w.Model.Classes()), map[string]bool{}
	f.tracker.Epoch = f.epoch
	for _, s := range scenes {
		for c := range s.Classes {
			f.wanted[c] = true
		}
	}
}

// motion hears which pixels were found again in a later picture.
func (f *flightWatch) motion(from, to time.Duration, w, h int, pairs []geo.PixelPair) {
	p, ok := f.poses.Last() // its pitch and height change little
	if !ok {
		return
	}
	if m, ok := geo.GroundMove(geo.CameraFromDiagonal(w, h, f.job.DiagDeg), p, pairs); ok {
		f.clock.Moved(from, to, m)
		f.told.moved(from, to, m)
	}
}

type flightWatch struct {
	w            *Watcher
	job          dock.WatchJob
	photo        string // "-" and the name of the photo that is looked at, "" for the video
	epoch        uint64
	clock        *vision.CaptureClock
	poses        *vision.Poses
	tracker      *vision.Tracker
	sink         Sink
	reel         *stream.Reel // the last moments of the video; nil where no clips are kept
	clips        []wantedClip
	log          *slog.Logger
	found        map[*vision.Track]vision.Finding
	wanted       map[string]bool // classes that scenes look for
	told         boxTeller       // of what is seen in the live video
	locator      geo.Locator
	keys         chan keyFrame
	aligned      atomic.Pointer[timeBase] // with what the pictures say of the poses; nil at first
	placed       timeBase                 // with which the tracks were placed last
	lastKey      geo.Pose                 // of the last picture that was compared with others
	newest       time.Duration            // PTS of the last frame that was placed
	passes       map[plotView]pass        // the best view of each plot and side
	passesFailed time.Time                // when a picture of one could not be kept
	views        []view                   // frames that showed something, in their order
	seen         covering
	session      atomic.Int64 // connection to the stream, on whose clock things are placed

	// of checkpoints
	foundTold map[string]int // revisions of findings, by id
	viewsTold int
	begunAnew time.Duration
	saves     int     // so far
	unsaved   []saved // that could not be kept yet, the oldest first
}

// How far an aircraft flies between two pictures that are compared, as a share of its height: neighbours then share more than half.
const keyShare = 0.3

// key hands a picture's features to align when the aircraft has come far enough or has turned; where align is behind, it does without.
func (f *flightWatch) key(p *stream.Picture, cam geo.Camera) error {
	now, ok := f.poses.Last()
	if !ok || len(f.keys) == cap(f.keys) || geo.DistanceM(now.Point(), f.lastKey.Point()) < keyShare*now.HeightM && math.Abs(geo.WrapDeg(now.YawDeg-f.lastKey.YawDeg)) < 60 {
		return nil
	}
	f.lastKey = now
	x, err := f.w.Finder.Find(p.BGR)
	if err != nil {
		return err
	}
	f.keys <- keyFrame{p.PTS, p.Session, cam, x}
	return nil
}
