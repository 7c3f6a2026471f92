package watch

import (
	"context"
	"errors"
	"math"
	"runtime"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision/stream"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// keyFrame is a picture of a flight that is compared with others, reduced to its features.
type keyFrame struct {
	pts      time.Duration
	session  int64 // connection to the stream on whose clock pts is
	camera   geo.Camera
	features *ties.Features
}

// timeBase is the capture time of a stream's zero, with its error, and the corrections that were found with it: they hold for it alone.
type timeBase struct {
	zero    time.Time
	session int64 // connection to the stream
	sigmaS  float64
	bias    *geo.Bias // nil until the pictures have told
}

// base is what poses are taken with now.
func (f *flightWatch) base() timeBase {
	session := f.session.Load()
	if a := f.aligned.Load(); a != nil && a.session == session {
		return *a
	}
	zero, sigma := f.clock.Captured(0)
	return timeBase{zero: zero, session: session, sigmaS: sigma}
}

// baseMoved is how far the capture time may move until the corrections are found anew.
const baseMoved = 30 * time.Millisecond

// align compares the flight's pictures with each other and corrects its poses by what they share, until ctx ends. It owns the features
// that come in.
func (f *flightWatch) align(ctx context.Context, client *stream.Client, in <-chan keyFrame) error {
	// the C library keeps what it frees for the thread that freed it
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	a := ties.NewAligner(f.locator)
	defer func() { a.Close() }()
	session := client.Session()
	defer func() {
		for {
			select {
			case k := <-in:
				k.features.Close()
			default:
				return
			}
		}
	}()
	again := time.NewTicker(2 * time.Second)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case k := <-in:
			if k.session != session { // another clock: what was compared so far does not fit it
				a.Close()
				a, session = ties.NewAligner(f.locator), k.session
			}
			if p, ok := f.poseWhenThere(ctx, k.pts); ok {
				a.Add(k.pts, k.camera, p, k.features)
			} else {
				k.features.Close()
			}
			continue
		case <-again.C:
		}
		if client.Session() != session {
			continue
		}
		b := timeBase{session: session}
		b.zero, b.sigmaS = f.clock.Captured(0)
		if old := f.aligned.Load(); !a.Due() && (old == nil || b.zero.Sub(old.zero).Abs() < baseMoved) {
			continue
		}
		noise, _ := f.poses.Noise()
		bias, err := a.Solve(func(pts time.Duration) (geo.Pose, bool) { return f.poseOn(b, pts) }, noise)
		switch {
		case errors.Is(err, geo.ErrTooFewTies):
		case err != nil:
			f.log.Info("poses not corrected by the pictures", "error", err)
		default:
			b.bias = bias
			f.aligned.Store(&b)
			f.log.Debug("poses corrected by the pictures", "height_m", bias.HeightM, "yaw", bias.YawDeg[0], "pitch", bias.PitchDeg, "time_s", bias.TimeS, "ties", bias.Ties, "of", bias.Of, "own", bias.Own, "pixel_px", bias.PixelPx)
		}
	}
}

// poseWhenThere waits for the telemetry around a picture.
func (f *flightWatch) poseWhenThere(ctx context.Context, pts time.Duration) (geo.Pose, bool) {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		b := f.base()
		if at := b.zero.Add(pts); f.poses.Reaches(at) || time.Since(at) > poseWait {
			return f.poseOn(b, pts)
		}
		select {
		case <-ctx.Done():
			return geo.Pose{}, false
		case <-t.C:
		}
	}
}

// poseOn is the pose of a picture as reported, with the error of its time; ok is false where the camera turned too fast, or nothing was reported.
func (f *flightWatch) poseOn(b timeBase, pts time.Duration) (geo.Pose, bool) {
	p, turning, ok := f.poses.At(b.zero.Add(pts))
	if !ok || turning > maxTurnDegS || p.Gap.YawDeg > maxGapDeg {
		return p, false
	}
	p.Sigma.TimeS = math.Hypot(p.Sigma.TimeS, b.sigmaS)
	return p, true
}

// pose is the pose of a picture with the corrections that the pictures tell.
func (f *flightWatch) pose(b timeBase, pts time.Duration) (geo.Pose, bool) {
	p, ok := f.poseOn(b, pts)
	return b.bias.Applied(p, 0), ok
}
