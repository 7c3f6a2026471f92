package watch

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// keyFrame is a picture of a flight that is compared with others, reduced to its features.
type keyFrame struct {
	pts      time.Duration
	camera   geo.Camera
	features *ties.Features
}

// align compares the flight's pictures with each other and corrects its poses by what they share, until ctx ends. It owns the features that come in.
func (f *flightWatch) align(ctx context.Context, in <-chan keyFrame) error {
	a := ties.NewAligner(f.locator)
	defer a.Close()
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
	for {
		var k keyFrame
		select {
		case <-ctx.Done():
			return nil
		case k = <-in:
		}
		if p, ok := f.poseWhenThere(ctx, k.pts); ok {
			a.Add(k.pts, k.camera, p, k.features)
		} else {
			k.features.Close()
			continue
		}
		if !a.Due() {
			continue
		}
		noise, _ := f.poses.Noise()
		b, err := a.Solve(f.pose, noise)
		switch {
		case errors.Is(err, geo.ErrTooFewTies):
		case err != nil:
			f.log.Info("poses not corrected by the pictures", "error", err)
		default:
			f.bias.Store(b)
			f.log.Debug("poses corrected by the pictures", "height_m", b.HeightM, "yaw", b.YawDeg[0], "pitch", b.PitchDeg, "time_s", b.TimeS, "ties", b.Ties)
		}
	}
}

// poseWhenThere waits for the telemetry around a picture.
func (f *flightWatch) poseWhenThere(ctx context.Context, pts time.Duration) (geo.Pose, bool) {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		at, _ := f.clock.Captured(pts)
		if f.poses.Reaches(at) || time.Since(at) > poseWait {
			return f.pose(pts)
		}
		select {
		case <-ctx.Done():
			return geo.Pose{}, false
		case <-t.C:
		}
	}
}

// pose is the pose of a picture as reported, with the error of its time; ok is false where the camera turned too fast, or nothing was reported.
func (f *flightWatch) pose(pts time.Duration) (geo.Pose, bool) {
	at, sigma := f.clock.Captured(pts)
	p, turning, ok := f.poses.At(at)
	if !ok || turning > maxTurnDegS {
		return p, false
	}
	p.Sigma.TimeS = math.Hypot(p.Sigma.TimeS, sigma)
	return p, true
}
