package vision

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// A flight that speeds up, flies on, stops, turns on the spot and goes on, all over again: where it is and looks at a time.
func flown(t float64) geo.Pose {
	leg, in := math.Floor(t/40), math.Mod(t, 40)
	way := func(s float64) float64 { // from standing to 10 m/s in 4 s, and back in the end
		switch {
		case s < 4:
			return 1.25 * s * s
		case s < 30:
			return 20 + 10*(s-4)
		case s < 34:
			return 280 + 10*(s-30) - 1.25*(s-30)*(s-30)
		}
		return 300
	}
	yaw := 90 * leg
	e, n := 0.0, 0.0
	for k := range int(leg) {
		e, n = e+300*math.Sin(float64(k)*math.Pi/2), n+300*math.Cos(float64(k)*math.Pi/2)
	}
	w := way(in)
	e, n = e+w*math.Sin(yaw*math.Pi/180), n+w*math.Cos(yaw*math.Pi/180)
	v := (way(in+0.01) - w) / 0.01
	if in > 36 && in < 38 {
		yaw += 45 * (in - 36)
	} else if in >= 38 {
		yaw += 90
	}
	p := geo.NewFrame(orb.Point{121.5, 31.2}, 0).From(e, n)
	return geo.Pose{Time: time.Unix(1_800_000_000, 0).Add(time.Duration(t * 1e9)), Lon: p[0], Lat: p[1], HeightM: 80, YawDeg: geo.WrapDeg(yaw), PitchDeg: -70,
		VelE: v * math.Sin(90*leg*math.Pi/180), VelN: v * math.Cos(90*leg*math.Pi/180)}
}

func moveBetween(a, b geo.Pose, rng *rand.Rand) geo.Move {
	d := geo.NewFrame(a.Point(), 0).To(b.Point(), 0)
	s, c := math.Sincos(a.YawDeg * math.Pi / 180)
	// the ground is 3 % nearer than is thought
	return geo.Move{TurnDeg: geo.WrapDeg(b.YawDeg-a.YawDeg) + 0.2*rng.NormFloat64(), ForwardM: 0.97*(s*d.E+c*d.N) + 0.03*rng.NormFloat64(), RightM: 0.97*(c*d.E-s*d.N) + 0.03*rng.NormFloat64()}
}

func TestCaptureTimeFromMoves(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		name      string
		every     float64 // seconds between reported poses
		delayInfo bool
		until     float64
		within    float64 // seconds, on average
	}{{"OSD only", 2, false, 80, 0.15}, {"DRC, speeding up", 0.2, true, 24, 0.05}, {"DRC, with a turn", 0.2, false, 60, 0.03}} {
		var errs []float64
		for range 20 {
			delay, infoOff := 0.4+1.1*rng.Float64(), rng.NormFloat64()*0.15
			begin := flown(0).Time
			clock := &CaptureClock{}
			var poses []geo.Pose
			for i := 0; i < int(c.until*25); i++ {
				at := float64(i) / 25
				arrive := at + delay + 0.04*rng.Float64()
				if i > 1000 && i < 1100 {
					arrive += 2 // the machine is busy for a while: late frames say nothing
				}
				clock.Arrival(time.Duration(at*1e9), begin.Add(time.Duration(arrive*1e9)))
				if i%5 == 0 && i > 0 {
					clock.Moved(time.Duration((at-0.2)*1e9), time.Duration(at*1e9), moveBetween(flown(at-0.2), flown(at), rng))
				}
				if c.delayInfo && i%25 == 0 {
					clock.Delay(delay + infoOff)
				}
			}
			for s := 0.3; s < c.until; s += c.every {
				p := flown(s)
				p.YawDeg += 0.1 * rng.NormFloat64()
				poses = append(poses, p)
			}
			clock.Estimate(poses)
			got, sigma := clock.Captured(10 * time.Second)
			errs = append(errs, math.Abs(got.Sub(begin).Seconds()-10))
			if errs[len(errs)-1] > 5*sigma+0.05 {
				t.Errorf("%s: off by %.3f s, said to be good to %.3f s", c.name, errs[len(errs)-1], sigma)
			}
		}
		sum := 0.0
		for _, e := range errs {
			sum += e
		}
		mean := sum / float64(len(errs))
		t.Logf("%s: off by %.3f s on average", c.name, mean)
		if mean > c.within {
			t.Errorf("%s: off by %.3f s on average", c.name, mean)
		}
	}
}

func TestStraightFlightTellsNothing(t *testing.T) {
	begin := time.Unix(1_800_000_000, 0)
	clock := &CaptureClock{}
	var poses []geo.Pose
	f := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	for i := range 1000 {
		at := time.Duration(i) * 40 * time.Millisecond
		clock.Arrival(at, begin.Add(at+time.Second))
		if i%5 == 0 && i > 0 {
			clock.Moved(at-200*time.Millisecond, at, geo.Move{ForwardM: 1.6})
			p := f.From(8*at.Seconds(), 0)
			poses = append(poses, geo.Pose{Time: begin.Add(at), Lon: p[0], Lat: p[1], YawDeg: 90, VelE: 8})
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

func TestTheTurnThatPicturesShow(t *testing.T) {
	c := &CaptureClock{}
	c.Arrival(0, time.Unix(0, 0))
	second := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	for i := range 20 {
		if s := float64(i) / 5; i != 10 { // nothing seen from 2 to 2.2 s
			c.Moved(second(s), second(s+0.2), geo.Move{TurnDeg: 10})
		}
	}
	for _, k := range []struct {
		from, to, want float64
		ok             bool
	}{{0.2, 1.2, 50, true}, {0.3, 0.35, 2.5, true}, {2.4, 4, 80, true}, {1.8, 2.4, 0, false}, {3, 4.5, 0, false}, {-1, 1, 0, false}} {
		got, ok := c.Turned(second(k.from), second(k.to))
		if ok != k.ok || ok && math.Abs(got-k.want) > 1e-6 {
			t.Errorf("from %g to %g s: %g degrees, %v, want %g, %v", k.from, k.to, got, ok, k.want, k.ok)
		}
	}
}

// What was reported at the beginning of a flight of 40 minutes is known at its end.
func TestPosesOfAWholeFlight(t *testing.T) {
	p := &Poses{}
	zero := time.Unix(1000, 0)
	for i := range 40 * 60 * 10 {
		p.Add(geo.Pose{Time: zero.Add(time.Duration(i) * 100 * time.Millisecond), Lon: 121.5, Lat: 31.2, YawDeg: float64(i % 90)})
	}
	if x, turning, ok := p.At(zero.Add(450 * time.Millisecond)); !ok || math.Abs(x.YawDeg-4.5) > 1e-6 || math.Abs(turning-10) > 1e-6 {
		t.Errorf("%+v turning %g, %v", x, turning, ok)
	}
	before, after, ok := p.Around(zero.Add(450 * time.Millisecond))
	if !ok || before.YawDeg != 4 || after.YawDeg != 5 {
		t.Errorf("between %+v and %+v, %v", before, after, ok)
	}
	if _, _, ok := p.Around(zero.Add(-time.Second)); ok {
		t.Error("before the first report there is none")
	}
	if n := len(p.Recent()); n != posesRecent {
		t.Errorf("%d recent poses", n)
	}
}
