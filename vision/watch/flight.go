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

	"gocv.io/x/gocv"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// Watcher is what flights are watched with; it is shared by all of them.
type Watcher struct {
	Model    *infer.Model
	Scenes   []vision.Scene
	Locator  geo.Locator
	Fences   *geo.Fences
	Store    *evidence.Store
	Log      *slog.Logger
	Interval time.Duration // between the frames looked at
	UDP      bool          // video over UDP
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

// Flight watches a job until the flight ends: telemetry comes in by poses (JSON of dock.Telemetry), findings go out by send.
func (w *Watcher) Flight(ctx context.Context, job dock.WatchJob, epoch uint64, poses <-chan []byte, send func(vision.Finding) error) error {
	clock := &vision.CaptureClock{}
	track := &vision.Poses{}
	client := &stream.Client{URL: job.URL, UDP: w.UDP, Log: w.Log.With("dock", job.Dock, "flight", job.Flight), Counts: &w.Counts, Arrival: clock.Arrival, Motion: clock.Motion}
	f := &flightWatch{w: w, job: job, epoch: epoch, clock: clock, poses: track, send: send, log: client.Log, found: map[*vision.Track]vision.Finding{}}
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

type flightWatch struct {
	w       *Watcher
	job     dock.WatchJob
	epoch   uint64
	clock   *vision.CaptureClock
	poses   *vision.Poses
	tracker *vision.Tracker
	send    func(vision.Finding) error
	log     *slog.Logger
	found   map[*vision.Track]vision.Finding
	placed  float64 // capture offset (seconds) at which the tracks were placed last
}

// look is a frame with what the network saw in it; jpeg is nil where nothing may become a sighting.
type look struct {
	pts    time.Duration
	dets   []vision.Detection
	camera geo.Camera
	jpeg   []byte
	crops  [][]byte
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
		p.Close()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if len(l.dets) > 0 {
			select {
			case out <- l:
			case <-ctx.Done():
				return nil
			}
		}
		next.Reset(max(0, f.w.Interval-time.Since(began)))
	}
}

func (f *flightWatch) analyse(ctx context.Context, p *stream.Picture, grey *int) (look, error) {
	l := look{pts: p.PTS, camera: geo.CameraFromDiagonal(p.BGR.Cols(), p.BGR.Rows(), f.job.DiagDeg)}
	if flat(p.BGR) {
		if *grey++; *grey == 5 || *grey%100 == 0 {
			f.log.Warn("the picture is grey: nothing can be found in it; is the camera covered or the link broken?", "frames", *grey)
		}
		return l, nil
	}
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
		case <-refine.C:
			f.clock.Estimate(f.poses.All())
			if err := f.refine(); err != nil {
				return err
			}
		}
		for len(waiting) > 0 {
			at, sigma := f.clock.Captured(waiting[0].pts)
			if !f.poses.Reaches(at) && time.Since(at) < poseWait {
				break
			}
			if err := f.sightings(ctx, waiting[0], at, sigma); err != nil {
				return err
			}
			waiting = waiting[1:]
		}
	}
}

func (f *flightWatch) sightings(ctx context.Context, l look, at time.Time, sigma float64) error {
	for i, d := range l.dets {
		o := vision.Observation{Sighting: vision.Sighting{Detection: d, Time: at}, PTS: l.pts, Camera: l.camera}
		where, ok := f.locate(o, at, sigma)
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
		f.found[k] = x1
		if err := f.send(x1); err != nil {
			return err
		}
	}
	return nil
}

// locate puts an observation on the ground with the pose at its capture time.
func (f *flightWatch) locate(o vision.Observation, at time.Time, sigma float64) (geo.Located, bool) {
	p, turning, ok := f.poses.At(at)
	if !ok || turning > maxTurnDegS {
		return geo.Located{}, false
	}
	p.Sigma.TimeS = math.Hypot(p.Sigma.TimeS, sigma)
	above, _ := f.tracker.AboveM(o.Class)
	x, y := o.Box.Centre()
	where, err := f.w.Locator.Locate(o.Camera, p, x, y, above, 3)
	return where, err == nil
}

// refineS: a capture offset that changed by less moves nothing by more than a metre or so.
const refineS = 0.1

// refine places everything again when more is known of the time at which the frames were taken, and says so of what was found.
func (f *flightWatch) refine() error {
	now, _ := f.clock.Captured(0)
	offset := float64(now.UnixNano()) / 1e9
	if math.Abs(offset-f.placed) < refineS {
		return nil
	}
	f.placed = offset
	f.tracker.Relocate(func(o vision.Observation) (geo.Located, time.Time, bool) {
		at, sigma := f.clock.Captured(o.PTS)
		l, ok := f.locate(o, at, sigma)
		return l, at, ok
	})
	for k, x := range f.found {
		if geo.DistanceM([2]float64{x.Lon, x.Lat}, [2]float64{k.Lon(), k.Lat()}) < 0.5 {
			continue
		}
		x.Lon, x.Lat, x.Cov, x.Revision = k.Lon(), k.Lat(), k.Cov, x.Revision+1
		x.LastSeen, x.Sightings = k.LastSeen.UTC(), k.Sightings
		f.found[k] = x
		if err := f.send(x); err != nil {
			return err
		}
	}
	return nil
}
