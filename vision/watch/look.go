package watch

import (
	"context"
	"fmt"
	"image"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// look is a frame with what the network saw in it; the picture is kept only where it will be needed. Close it.
type look struct {
	pts     time.Duration
	session int64 // connection to the stream on whose clock pts is
	dets    []vision.Detection
	camera  geo.Camera
	tiles   []vision.Tile // that were looked at
	pic     *stream.Picture
	pass    bool               // it is to be laid on the ground
	all     []vision.Detection // also what is only to be made unrecognisable
	seen    seen
	unlike  *Unlike // where the video begins to be unlike all that was learnt from
}

func (l *look) close() {
	if l.pic != nil {
		l.pic.Close()
		l.pic = nil
	}
}

// looksKept is how many frames may wait to be placed, each with its picture (6 MB at 1080p).
const looksKept = 6

// look runs the network on one frame after the other: as often as there is time, but not more often than every Interval. Flights that are watched
// at the same time take turns at the networks, tile by tile.
func (f *flightWatch) look(ctx context.Context, c *stream.Client, in <-chan *stream.Picture, out chan<- look) error {
	next := time.NewTimer(0)
	defer next.Stop()
	e := &eye{quality: newFrameQuality()}
	defer e.quality.Close()
	if s := f.w.Shadow; s != nil {
		e.compared = Compared{Flight: f.job.Flight, Model: s.Model.Version()}
		defer func() {
			if err := f.sink.Compared(e.compared); err != nil {
				f.log.Error("comparison not kept", "error", err)
			}
		}()
	}
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
		l, err := f.analyse(ctx, p, e)
		if err == nil && l.seen.reason == "" && f.w.Align {
			err = f.key(p, l.camera)
		}
		if l.pic == nil {
			p.Close()
		}
		if err != nil {
			l.close()
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		select {
		case out <- l:
		case <-ctx.Done():
			l.close()
			return nil
		}
		next.Reset(max(0, f.w.Interval-time.Since(began)))
	}
}

// eye is what looking at frames one after the other needs.
type eye struct {
	quality *frameQuality
	sampler vision.Sampler
	at      geo.Pose // of the last frame
	blind   string   // why the last frame showed nothing
	pass    geo.Pose // of the last frame that is laid on the ground
	told    bool     // that the video is unlike
	unlike  bool     // the frame at judged, and those since, are unlike all that the network learnt from
	judged  time.Duration

	compared Compared
}

// unlikeEvery is how often it is asked whether the pictures are unlike all that the network learnt from: light and weather change slowly.
const unlikeEvery = 5 * time.Second

// like asks it; it returns what is to be told, once a flight.
func (f *flightWatch) like(p *stream.Picture, e *eye) (*Unlike, error) {
	if e.judged > 0 && p.PTS-e.judged < unlikeEvery && p.PTS >= e.judged {
		return nil, nil
	}
	off, err := f.w.Model.Unlike(p.BGR)
	if err != nil {
		return nil, err
	}
	e.judged = max(1, p.PTS)
	e.unlike = off >= 1
	if !e.unlike || e.told {
		return nil, nil
	}
	e.told = true
	f.log.Warn("the video is unlike all that the network learnt from (night, heat, snow, fog?): what is found in it is trusted less", "off", off)
	return &Unlike{Flight: f.job.Flight, Dock: f.job.Dock, Since: f.base().zero.Add(p.PTS).UTC(), Off: off, Simulated: f.job.Simulated}, nil
}

// atHorizonDeg: with its middle so little below level a camera shows sky and ground too far off to tell anything.
const atHorizonDeg = -15

func (f *flightWatch) analyse(ctx context.Context, p *stream.Picture, e *eye) (look, error) {
	l := look{pts: p.PTS, session: p.Session, camera: geo.CameraFromDiagonal(p.BGR.Cols(), p.BGR.Rows(), f.job.DiagDeg)}
	pose, posed := f.pose(f.base(), p.PTS)
	if !posed {
		pose, posed = f.poses.Last()
	}
	moved := posed && geo.DistanceM(pose.Point(), e.at.Point()) > 1
	if l.seen = e.quality.look(p.BGR, moved); posed && l.seen.reason == "" && pose.PitchDeg > atHorizonDeg {
		l.seen.reason = "the camera looks at the horizon"
	}
	e.at = pose
	if r := l.seen.reason; r != e.blind {
		if e.blind = r; r != "" {
			f.log.Warn("nothing can be inspected", "reason", r)
		}
	}
	if l.seen.reason != "" {
		f.w.Blind.Add(1)
		return l, nil
	}
	var err error
	if l.unlike, err = f.like(p, e); err != nil {
		return l, err
	}
	size := f.w.Model.Manifest.Size
	var tiles []vision.Tile
	if posed {
		tiles = e.sampler.Next(l.camera, pose, vision.TilesByGround(l.camera, pose, 0, size))
	} else {
		tiles = vision.TilesAt(l.camera.Width, l.camera.Height, size, vision.VideoScale)
	}
	l.all, err = f.w.Model.Picture(ctx, p.BGR, tiles, PrivateScore)
	if err != nil {
		return l, err
	}
	if s := f.w.Shadow; s != nil {
		if err := s.look(ctx, p.BGR, tiles, l.all, f.wanted, &e.compared); err != nil {
			return l, err
		}
	}
	if posed {
		for _, t := range tiles {
			e.sampler.Looked(l.camera, pose, t)
		}
	}
	l.tiles = tiles
	f.w.Analysed.Add(1)
	f.w.Tiles.Add(int64(len(tiles)))
	wanted := false
	for _, d := range l.all {
		if !f.sightable(d, l.camera) {
			continue
		}
		l.dets = append(l.dets, vision.MarkUnlike(d, e.unlike))
		wanted = wanted || f.wanted[d.Class]
	}
	f.told.looked(f.boxes(l, p.Stamp), l.pts, l.camera, pose)
	if f.w.Comparer != nil && posed && geo.DistanceM(pose.Point(), e.pass.Point()) > passShare*pose.HeightM {
		e.pass, l.pass = pose, true
	}
	if wanted || l.pass {
		l.pic = p
	}
	return l, nil
}

// sightable says whether a detection becomes a sighting: of a class that is followed, sure enough, and seen whole.
func (f *flightWatch) sightable(d vision.Detection, c geo.Camera) bool {
	_, followed := f.tracker.AboveM(d.Class)
	return followed && d.Score >= minSightingScore && !d.Cut && !touchesEdge(d.Box, c)
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
