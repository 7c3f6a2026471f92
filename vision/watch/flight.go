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
	Plates    *infer.Plates // reads the plates of dump trucks; nil reads none
	Log       *slog.Logger
	Interval  time.Duration // between the frames looked at, at least
	UDP       bool          // video over UDP
	Login     *url.Userinfo // as whom the video is watched; nil: as nobody
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
	f := &flightWatch{w: w, job: job, epoch: epoch, clock: clock, poses: track, sink: sink, log: client.Log, found: map[*vision.Track]vision.Finding{}, foundTold: map[string]int{}, keys: make(chan keyFrame, 3), locator: w.Locator, passes: map[plotView]pass{}}
	client.Motion = f.motion
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
	log          *slog.Logger
	found        map[*vision.Track]vision.Finding
	wanted       map[string]bool // classes that scenes look for
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

// place puts what was seen on the ground as soon as the poses around it are there, and sends what the rules find.
func (f *flightWatch) place(ctx context.Context, client *stream.Client, in <-chan look) (err error) {
	var waiting []look
	defer func() {
		for _, l := range waiting {
			l.close()
		}
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	refine := time.NewTicker(2 * time.Second)
	defer refine.Stop()
	cover := time.NewTicker(coverEvery)
	defer cover.Stop()
	save := time.NewTicker(checkpointEvery)
	defer save.Stop()
	defer func() {
		if !errors.Is(err, errTaken) {
			err = errors.Join(err, f.save(ctx))
		}
		if errors.Is(err, errTaken) {
			return // the other one tells the end
		}
		if e := errors.Join(f.sink.Covered(f.covered()), f.end(time.Now().Add(time.Hour), true)); e != nil {
			err = errors.Join(err, fmt.Errorf("what the flight has shown is not kept yet: %w", e))
		}
		f.sink.Passed(f.passes)
	}()
	for {
		if s := client.Session(); s != f.session.Load() {
			f.anew(s)
		}
		from := in
		if len(waiting) >= looksKept {
			from = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case l, ok := <-from:
			if !ok {
				return nil
			}
			waiting = append(waiting, l)
		case <-tick.C:
		case <-cover.C:
			if err := f.sink.Covered(f.covered()); err != nil {
				return err
			}
		case <-save.C:
			if err := f.save(ctx); err != nil {
				return err
			}
		case <-refine.C:
			f.clock.Estimate(f.poses.Recent())
			if err := errors.Join(f.refine(), f.end(f.base().zero.Add(f.newest-endedAfter), false)); err != nil {
				return err
			}
		}
		for len(waiting) > 0 {
			if waiting[0].session != f.session.Load() { // of a connection that broke off
				waiting[0].close()
				waiting = waiting[1:]
				continue
			}
			at := f.base().zero.Add(waiting[0].pts)
			if !f.poses.Reaches(at) && time.Since(at) < poseWait {
				break
			}
			if err := f.sightings(ctx, waiting[0], at); err != nil {
				return err
			}
			f.cover(waiting[0], at)
			if waiting[0].pass {
				if err := f.passed(waiting[0], at); err != nil {
					return err
				}
			}
			f.newest = waiting[0].pts
			if waiting[0].seen.reason == "" {
				if len(f.views) == viewsKept {
					f.views = slices.Delete(f.views, 0, viewsKept/4)
					f.viewsTold = max(0, f.viewsTold-viewsKept/4)
				}
				f.views = append(f.views, f.viewOf(waiting[0], at))
			}
			waiting[0].close()
			waiting = waiting[1:]
		}
	}
}

func (f *flightWatch) sightings(ctx context.Context, l look, at time.Time) error {
	b := f.base()
	var frame []vision.Observation
	for _, d := range l.dets {
		o := vision.Observation{Sighting: vision.Sighting{Detection: d, Time: at}, PTS: l.pts, Camera: l.camera}
		where, ok := f.locate(b, o)
		if !ok {
			continue
		}
		o.At = where
		frame = append(frame, o)
	}
	sealed := "" // the frame as it came, once it was needed
	for n, k := range f.tracker.Add(frame) {
		o := frame[n]
		scene, found := f.tracker.Rule(k, f.w.Fences)
		if !found || k.Found || l.pic == nil {
			continue
		}
		if class, _ := k.Class(); class != o.Class {
			continue // the frame that is shown must show it
		}
		if !f.trusted(k, scene) || f.tracker.Undecided(k) {
			continue // it may yet be
		}
		k.Found = true
		read, err := f.read(ctx, l.pic.BGR, o.Detection, o.At)
		if err != nil {
			return err
		}
		x := f.finding(k, o, scene.Name, read)
		if p, ok := f.pose(f.base(), o.PTS); ok {
			f.judge(&x, o, f.on(f.base()), p, scene)
		}
		if !x.Withheld || scene.Classes[o.Class].Asks(vision.ReasonNew) { // which is told at the flight's end
			if sealed == "" {
				if sealed, err = f.seal(ctx, &l); err != nil {
					return err
				}
			}
			if err := f.illustrate(ctx, &x, picture{l.pic.BGR, l.all, sealed}); err != nil {
				return err
			}
		}
		f.found[k] = x
		// first what another worker must know of it, then the finding: so it is never found twice
		if err := f.save(ctx); err != nil {
			return err
		}
		if err := f.sink.Finding(x); err != nil {
			return err
		}
	}
	return nil
}

// seal keeps a frame as it came, and searches what was not looked at of it for what may not be shown.
func (f *flightWatch) seal(ctx context.Context, l *look) (sha256 string, err error) {
	rest, err := f.unsearched(ctx, *l)
	if err != nil {
		return "", err
	}
	l.all = append(l.all, rest...)
	raw, err := jpeg(l.pic.BGR)
	if err != nil {
		return "", err
	}
	return f.w.Store.Seal(ctx, raw)
}

// unsearched is what is seen in the parts of a frame that were not looked at: before it is kept it is searched whole for faces and plates.
func (f *flightWatch) unsearched(ctx context.Context, l look) ([]vision.Detection, error) {
	tiles := f.leftOut(l, f.w.Model.Manifest.Size)
	if len(tiles) == 0 {
		return nil, nil
	}
	return f.w.Model.Picture(ctx, l.pic.BGR, tiles, PrivateScore)
}

// leftOut are the tiles, of size pixels as the model takes them, of what was not looked at in a frame.
func (f *flightWatch) leftOut(l look, size int) []vision.Tile {
	tiles := vision.TilesAt(l.camera.Width, l.camera.Height, size, vision.BlindScales[0])
	if p, ok := f.pose(f.base(), l.pts); ok {
		tiles = vision.TilesByGround(l.camera, p, 0, size)
	}
	return slices.DeleteFunc(tiles, func(t vision.Tile) bool { return covered(t, l.tiles) })
}

// covered says whether a tile lies in one that was looked at, but for a strip in which nobody is seen whole.
func covered(t vision.Tile, looked []vision.Tile) bool {
	const stripPx = 16
	return slices.ContainsFunc(looked, func(o vision.Tile) bool {
		return o.Side <= 1.5*t.Side && t.X >= o.X-stripPx && t.Y >= o.Y-stripPx && t.X+t.Side <= o.X+o.Side+stripPx && t.Y+t.Side <= o.Y+o.Side+stripPx
	})
}

// endedAfter: what moves and was not seen for so long is gone. What stands is kept to the end of the flight: a
// second pass may come to it again.
const endedAfter = 3 * time.Minute

// end hands over the tracks that ended before a time; with all, every one.
func (f *flightWatch) end(before time.Time, all bool) error {
	if all {
		f.tracker.Merge()
		f.tracker.Link()
	}
	for _, k := range f.tracker.Ended(before, all) {
		path, share := f.path(k)
		trust := k.Trust(share)
		if k.Sightings < 2 || trust < vision.MinTrust && !k.Found {
			continue
		}
		_, score := k.Class()
		name, attr := f.tracker.Describe(k, f.w.DoorLines)
		e, n, sigma := k.Velocity()
		x := vision.Ended{ID: f.id(k), Epoch: f.epoch, Flight: f.job.Flight, Dock: f.job.Dock, Class: name, Attributes: attr, Score: score, Trust: trust, Sightings: k.Sightings,
			Moving: k.Moves(), VelocityE: e, VelocityN: n, VelocityS: sigma, FirstSeen: k.FirstSeen.UTC(), LastSeen: k.LastSeen.UTC(),
			Path: path, Simulated: f.job.Simulated}
		if found := f.found[k]; !found.Withheld {
			x.Scene = found.Scene
		}
		if err := f.sink.Ended(x); err != nil {
			return err
		}
	}
	return nil
}

func (f *flightWatch) id(k *vision.Track) string {
	return fmt.Sprintf("%s%s-%s", f.job.Flight, f.photo, k.Name())
}

// cover notes which ground a frame shows.
func (f *flightWatch) cover(l look, at time.Time) {
	p, ok := f.pose(f.base(), l.pts)
	switch {
	case l.seen.reason != "":
		f.seen.gap(at, at, l.seen.reason)
	case ok:
		f.seen.saw(f.locator, l.camera, p, geo.Look{At: at.UTC(), Light: l.seen.light, Sharpness: l.seen.sharpness})
	}
}

// on is the locator for poses with these corrections: what they know of the height above the ground need not be feared twice.
func (f *flightWatch) on(b timeBase) geo.Locator {
	l := f.locator
	if b.bias != nil {
		l.GroundSigmaM = 0
	}
	return l
}

// locate puts an observation on the ground with the pose at its capture time.
func (f *flightWatch) locate(b timeBase, o vision.Observation) (geo.Located, bool) {
	p, ok := f.pose(b, o.PTS)
	if !ok {
		return geo.Located{}, false
	}
	above, _ := f.tracker.AboveM(o.Class)
	x, y := o.Box.Centre()
	where, err := vision.Surfaces(f.on(b), o.Class).Locate(o.Camera, p, x, y, above, boxSigma(o.Box))
	return where, err == nil
}

// boxSigma is how far the middle of a box is off the middle of what it shows, pixels: of large things it shows one side more than the
// other, and their parts stand up to different heights.
func boxSigma(b vision.Box) float64 { return math.Hypot(2, 0.06*math.Max(b.W, b.H)) }

// refined: a capture time that changed by less moves nothing by more than a metre or so.
const refined = 100 * time.Millisecond

// refine places everything again when more is known of the poses and of the time at which the frames were taken, and says so of what was found.
func (f *flightWatch) refine() error {
	b := f.base()
	if b.zero.Sub(f.placed.zero).Abs() < refined && b.bias == f.placed.bias {
		return nil
	}
	f.placed = b
	f.tracker.Relocate(func(o vision.Observation) (geo.Located, time.Time, bool) {
		l, ok := f.locate(b, o)
		return l, b.zero.Add(o.PTS), ok
	})
	for k, x := range f.found {
		if geo.DistanceM([2]float64{x.Lon, x.Lat}, [2]float64{k.Lon(), k.Lat()}) < 0.5 {
			continue
		}
		x.Lon, x.Lat, x.Cov, x.Revision = k.Lon(), k.Lat(), k.Cov, x.Revision+1
		read := x.Attributes // a plate was read once, a structure judged once
		_, x.Attributes = f.tracker.Describe(k, f.w.DoorLines)
		for _, a := range []string{infer.Plate, infer.PlateConfidence, vision.Because} {
			if v, ok := read[a]; ok {
				x.Attributes[a] = v
			}
		}
		x.Epoch, x.LastSeen, x.Sightings = f.epoch, k.LastSeen.UTC(), k.Sightings
		f.found[k] = x
		if err := f.sink.Finding(x); err != nil {
			return err
		}
	}
	return nil
}
