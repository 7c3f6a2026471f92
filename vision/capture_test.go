package vision

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// a flight that speeds up, flies on and stops again, filmed with a hidden delay
func speedAt(t float64) float64 {
	switch p := math.Mod(t, 40); {
	case p < 4:
		return 2.5 * p
	case p < 30:
		return 10
	case p < 34:
		return 10 - 2.5*(p-30)
	default:
		return 0
	}
}

func TestCaptureTimeFromMotion(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		name      string
		every     float64 // seconds between reported poses
		delayInfo bool
	}{{"OSD only", 2, false}, {"DRC", 0.2, true}} {
		var errs []float64
		for range 20 {
			delay, infoOff := 0.4+1.1*rng.Float64(), rng.NormFloat64()*0.15
			begin := time.Unix(1_800_000_000, 0)
			clock := &CaptureClock{}
			var poses []geo.Pose
			for i := 0; i < 80*25; i++ {
				at := float64(i) / 25
				arrive := at + delay + 0.04*rng.Float64()
				if i > 1000 && i < 1100 {
					arrive += 2 // the machine is busy for a while: late frames say nothing
				}
				clock.Arrival(time.Duration(at*1e9), begin.Add(time.Duration(arrive*1e9)))
				if i%5 == 0 {
					clock.Motion(time.Duration(at*1e9), speedAt(at)*12*(1+0.03*rng.NormFloat64()))
				}
				if c.delayInfo && i%25 == 0 {
					clock.Delay(delay + infoOff)
				}
			}
			for s := 0.3; s < 80; s += c.every {
				poses = append(poses, geo.Pose{Time: begin.Add(time.Duration(s * 1e9)), VelE: speedAt(s)})
			}
			clock.Estimate(poses)
			got, sigma := clock.Captured(50 * time.Second)
			errs = append(errs, math.Abs(got.Sub(begin).Seconds()-50))
			if errs[len(errs)-1] > 5*sigma+0.05 {
				t.Errorf("%s: off by %.3f s, said to be good to %.3f s", c.name, errs[len(errs)-1], sigma)
			}
		}
		sum := 0.0
		for _, e := range errs {
			sum += e
		}
		if mean := sum / float64(len(errs)); mean > 0.1 {
			t.Errorf("%s: off by %.3f s on average", c.name, mean)
		}
	}
}

func TestStraightFlightTellsNothing(t *testing.T) {
	begin := time.Unix(1_800_000_000, 0)
	clock := &CaptureClock{}
	var poses []geo.Pose
	for i := range 1000 {
		at := time.Duration(i) * 40 * time.Millisecond
		clock.Arrival(at, begin.Add(at+time.Second))
		if i%5 == 0 {
			clock.Motion(at, 100)
			poses = append(poses, geo.Pose{Time: begin.Add(at), VelE: 8})
		}
	}
	clock.Estimate(poses)
	if _, sigma := clock.Captured(0); sigma < 0.8*delayPriorSigmaS {
		t.Errorf("said to be good to %.2f s", sigma)
	}
}

func TestPosesMissingAndLate(t *testing.T) {
	var p Poses
	t0 := time.Unix(1_800_000_000, 0)
	pose := func(s float64) geo.Pose {
		return geo.Pose{Time: t0.Add(time.Duration(s * 1e9)), Lon: 121.5 + s*1e-4, Lat: 31.2, HeightM: 70, VelE: 9.5}
	}
	if _, _, ok := p.At(t0); ok {
		t.Error("a pose out of nothing")
	}
	p.Add(pose(0))
	p.Add(pose(4))
	p.Add(pose(2)) // late
	got, _, ok := p.At(t0.Add(1 * time.Second))
	if !ok || math.Abs(got.Lon-121.5001) > 1e-9 {
		t.Errorf("between: %v %v", got.Lon, ok)
	}
	if got, _, ok := p.At(t0.Add(5 * time.Second)); !ok || math.Abs(got.Lon-121.5005) > 2e-6 || got.Sigma.HorizM < 0.3 {
		t.Errorf("after the last: %+v %v", got, ok)
	}
	if _, _, ok := p.At(t0.Add(9 * time.Second)); ok {
		t.Error("a pose long after the last")
	}
}
