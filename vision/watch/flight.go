// Package watch looks at one flight, from its stream to its findings (Flight), and at folders of stills and recordings.
package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/stream"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// Watcher is what flights are watched with; it is shared by all of them.
type Watcher struct {
	Model    *infer.Model
	Scenes   []vision.Scene
	Locator  geo.Locator
	Grid     *geo.Grid
	Fences   *geo.Fences
	Register *geo.Register
	Store    *evidence.Store
	Log      *slog.Logger
	Interval time.Duration // between the frames looked at
	UDP      bool          // video over UDP
	// Align says that a flight's pictures are compared with each other to correct its poses; Finder finds the same ground in two.
	Align    bool
	Finder   *ties.Finder
	Counts   stream.Counts
	Analysed atomic.Int64
	Tiles    atomic.Int64
}

// Scores below this begin no sighting.
const minSightingScore = 0.25

// Turning faster than this, a pose says too little about where the camera looked.
const maxTurnDegS = 8

// How long a looked-at frame may wait for the pose that follows it.
const poseWait = 2400 * time.Millisecond

// Sink takes what a watched flight gives.
type Sink struct {
	Finding func(vision.Finding) error
	Covered func(vision.Covered) error
}

// Flight watches a job until the flight ends: telemetry comes in by poses (JSON of dock.Telemetry), what it shows goes out by the sink.
func (w *Watcher) Flight(ctx context.Context, job dock.WatchJob, epoch uint64, poses <-chan []byte, sink Sink) error {
	clock := &vision.CaptureClock{}
	track := &vision.Poses{}
	client := &stream.Client{URL: job.URL, UDP: w.UDP, Log: w.Log.With("dock", job.Dock, "flight", job.Flight), Counts: &w.Counts, Arrival: clock.Arrival}
	f := &flightWatch{w: w, job: job, epoch: epoch, clock: clock, poses: track, sink: sink, log: client.Log, found: map[*vision.Track]vision.Finding{}, keys: make(chan keyFrame, 3), locator: w.Locator}
	client.Motion = f.motion
	if job.Lon != 0 || job.Lat != 0 {
		var err error
		if f.locator, err = w.Locator.At([2]float64{job.Lon, job.Lat}); err != nil {
			return fmt.Errorf("dock %s: %w", job.Dock, err)
		}
	}
	var scenes []vision.Scene
	for _, s := range w.Scenes {
		for _, name := range job.Scenes {
			if s.Name == name {
				scenes = append(scenes, s)
			}
		}
	}
	f.tracker = vision.NewTracker(scenes, []string{"lorry", "dump-truck/covered", "awning", "solar", "pool"})
	pictures := make(chan *stream.Picture, 1)
	looked := make(chan look, 16)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return client.Run(gctx, pictures) })
	g.Go(func() error {
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
	g.Go(func() error { defer close(looked); return f.look(gctx, client, pictures, looked) })
	g.Go(func() error { return f.place(gctx, looked) })
	g.Go(func() error { return f.align(gctx, f.keys) })
	err := g.Wait()
	for {
		select {
		case p := <-pictures:
			p.Close()
		default:
			return err
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
	w       *Watcher
	job     dock.WatchJob
	epoch   uint64
	clock   *vision.CaptureClock
	poses   *vision.Poses
	tracker *vision.Tracker
	sink    Sink
	log     *slog.Logger
	found   map[*vision.Track]vision.Finding
	locator geo.Locator
	keys    chan keyFrame
	aligned atomic.Pointer[timeBase] // with what the pictures say of the poses; nil at first
	placed  timeBase                 // with which the tracks were placed last
	lastKey geo.Pose                 // of the last picture that was compared with others
}

// look is a frame with what the network saw in it; jpeg is nil where nothing may become a sighting.
type look struct {
	pts    time.Duration
	dets   []vision.Detection
	camera geo.Camera
	jpeg   []byte
	crops  [][]byte

	light, sharpness float64
	grey             bool // nothing can be seen in it
}

// look runs the network on frames, one every Interval.
func (f *flightWatch) look(ctx context.Context, c *stream.Client, in <-chan *stream.Picture, out chan<- look) error {
	next := time.NewTimer(0)
	defer next.Stop()
	grey := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
		began := time.Now()
		c.Want()
		var p *stream.Picture
		select {
		case <-ctx.Done():
			return nil
		case p = <-in:
		}
		l, err := f.analyse(ctx, p, &grey)
		if err == nil && !l.grey && f.w.Align {
			err = f.key(p, l.camera)
		}
		p.Close()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		select {
		case out <- l:
		case <-ctx.Done():
			return nil
		}
		next.Reset(max(0, f.w.Interval-time.Since(began)))
	}
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
	f.keys <- keyFrame{p.PTS, cam, x}
	return nil
}

func (f *flightWatch) analyse(ctx context.Context, p *stream.Picture, grey *int) (look, error) {
	l := look{pts: p.PTS, camera: geo.CameraFromDiagonal(p.BGR.Cols(), p.BGR.Rows(), f.job.DiagDeg)}
	if flat(p.BGR) {
		if *grey++; *grey == 5 || *grey%100 == 0 {
			f.log.Warn("the picture is grey: nothing can be found in it; is the camera covered or the link broken?", "frames", *grey)
		}
		l.grey = true
		return l, nil
	}
	l.light, l.sharpness = lightAndSharpness(p.BGR)
	// tiles come to the network at the scale it was trained on
	scale := min(1, 1216/float64(p.BGR.Cols()))
	dets, tiles, err := f.w.Model.Picture(ctx, p.BGR, scale, minSightingScore, 16)
	if err != nil {
		return l, err
	}
	f.w.Analysed.Add(1)
	f.w.Tiles.Add(int64(tiles))
	for _, d := range dets {
		if _, ok := f.tracker.AboveM(d.Class); !ok || touchesEdge(d.Box, l.camera) {
			continue
		}
		l.dets = append(l.dets, d)
	}
	if len(l.dets) == 0 {
		return l, nil
	}
	if l.jpeg, err = jpeg(p.BGR); err != nil {
		return l, err
	}
	for _, d := range l.dets {
		crop, err := cropJPEG(p.BGR, d.Box)
		if err != nil {
			return l, err
		}
		l.crops = append(l.crops, crop)
	}
	return l, nil
}

// flat says that a picture has nothing in it.
func flat(m gocv.Mat) bool {
	mean, sd := gocv.NewMat(), gocv.NewMat()
	defer mean.Close()
	defer sd.Close()
	gocv.MeanStdDev(m, &mean, &sd)
	return sd.GetDoubleAt(0, 0) < 4 && sd.GetDoubleAt(1, 0) < 4 && sd.GetDoubleAt(2, 0) < 4
}

func touchesEdge(b vision.Box, c geo.Camera) bool {
	const px = 2
	return b.X < px || b.Y < 18 || b.X+b.W > float64(c.Width)-px || b.Y+b.H > float64(c.Height)-px
}

func jpeg(m gocv.Mat) ([]byte, error) {
	b, err := gocv.IMEncodeWithParams(gocv.JPEGFileExt, m, []int{gocv.IMWriteJpegQuality, 88})
	if err != nil {
		return nil, fmt.Errorf("encode the frame: %w", err)
	}
	defer b.Close()
	return append([]byte(nil), b.GetBytes()...), nil
}

// cropJPEG cuts a box with its surroundings.
func cropJPEG(m gocv.Mat, b vision.Box) ([]byte, error) {
	k := 0.5*max(b.W, b.H) + 16
	r := image.Rect(int(b.X-k), int(b.Y-k), int(b.X+b.W+k), int(b.Y+b.H+k)).Intersect(image.Rect(0, 0, m.Cols(), m.Rows()))
	part := m.Region(r)
	defer part.Close()
	return jpeg(part)
}

// place puts what was seen on the ground as soon as the poses around it are there, and sends what the rules find.
func (f *flightWatch) place(ctx context.Context, in <-chan look) error {
	var waiting []look
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	refine := time.NewTicker(2 * time.Second)
	defer refine.Stop()
	cover := time.NewTicker(coverEvery)
	defer cover.Stop()
	seen := &covering{}
	defer func() {
		if err := f.sink.Covered(f.covered(seen)); err != nil {
			f.log.Error("coverage not kept", "error", err)
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case l, ok := <-in:
			if !ok {
				return nil
			}
			waiting = append(waiting, l)
		case <-tick.C:
		case <-cover.C:
			if err := f.sink.Covered(f.covered(seen)); err != nil {
				return err
			}
		case <-refine.C:
			f.clock.Estimate(f.poses.All())
			if err := f.refine(); err != nil {
				return err
			}
		}
		for len(waiting) > 0 {
			at := f.base().zero.Add(waiting[0].pts)
			if !f.poses.Reaches(at) && time.Since(at) < poseWait {
				break
			}
			if err := f.sightings(ctx, waiting[0], at); err != nil {
				return err
			}
			f.cover(seen, waiting[0], at)
			waiting = waiting[1:]
		}
	}
}

func (f *flightWatch) sightings(ctx context.Context, l look, at time.Time) error {
	for i, d := range l.dets {
		o := vision.Observation{Sighting: vision.Sighting{Detection: d, Time: at}, PTS: l.pts, Camera: l.camera}
		where, ok := f.locate(f.base(), o)
		if !ok {
			continue
		}
		o.At = where
		k := f.tracker.Add(o)
		scene, found := f.tracker.Rule(k, f.w.Fences)
		if !found || k.Found {
			continue
		}
		class, score := k.Class()
		if class != d.Class {
			continue // the frame that is shown must show it
		}
		k.Found = true
		frame, err := f.w.Store.Put(ctx, l.jpeg)
		if err != nil {
			return err
		}
		crop, err := f.w.Store.Put(ctx, l.crops[i])
		if err != nil {
			return err
		}
		name, attr := vision.Split(class)
		x1 := vision.Finding{
			ID: fmt.Sprintf("%s-%d", f.job.Flight, k.ID), Epoch: f.epoch, Flight: f.job.Flight, Dock: f.job.Dock, Scene: scene.Name, Class: name,
			Attributes: attr, Lon: k.Lon(), Lat: k.Lat(), HeightM: where.HeightM, Cov: k.Cov, Score: score, Sightings: k.Sightings,
			FirstSeen: k.FirstSeen.UTC(), LastSeen: k.LastSeen.UTC(), Captured: at.UTC(), Frame: frame, Crop: crop, Box: d.Box, Simulated: f.job.Simulated,
		}
		if vision.Group(class) == "structure" {
			x1.Register = f.standing(o)
		}
		f.found[k] = x1
		if err := f.sink.Finding(x1); err != nil {
			return err
		}
	}
	return nil
}

// cover notes which ground a frame shows.
func (f *flightWatch) cover(seen *covering, l look, at time.Time) {
	p, ok := f.pose(f.base(), l.pts)
	switch {
	case l.grey:
		seen.gap(at, at, "the picture was grey")
	case ok:
		seen.saw(f.locator, l.camera, p, geo.Look{At: at.UTC(), Light: l.light, Sharpness: l.sharpness})
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
	where, err := f.on(b).Locate(o.Camera, p, x, y, above, boxSigmaPx)
	return where, err == nil
}

// boxSigmaPx is how far the middle of a box is off the middle of what it shows.
const boxSigmaPx = 3

// standing compares a structure's outline, the ground that its box covers, with the register.
func (f *flightWatch) standing(o vision.Observation) *geo.Match {
	b := f.base()
	p, ok := f.pose(b, o.PTS)
	if !ok || f.w.Register.Len() == 0 {
		return nil
	}
	l := f.on(b)
	above, _ := f.tracker.AboveM(o.Class)
	var ring orb.Ring
	for _, c := range [4][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
		x, err := l.Locate(o.Camera, p, o.Box.X+c[0]*o.Box.W, o.Box.Y+c[1]*o.Box.H, above, 0)
		if err != nil {
			return nil
		}
		ring = append(ring, x.Point())
	}
	m := f.w.Register.Match(orb.Polygon{append(ring, ring[0])}, o.At.Cov, boxSigmaPx*o.At.GSDM)
	return &m
}

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
		x.LastSeen, x.Sightings = k.LastSeen.UTC(), k.Sightings
		f.found[k] = x
		if err := f.sink.Finding(x); err != nil {
			return err
		}
	}
	return nil
}
