package geo

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// lawnmower is a flight in lanes there and back with its poses off by a bias, and the ties of what its pictures share.
func lawnmower(rng *rand.Rand, off Bias, noise PoseSigma) (shots []Shot, ties []Tie, truth []Pose) {
	c := CameraFromDiagonal(1280, 720, 84)
	f := NewFrame(orb.Point{121.5, 31.2}, 0)
	t0 := time.Unix(1_800_000_000, 0)
	for lane := range 3 {
		for k := range 9 {
			n, yaw, v := -100+25*float64(k), 0.0, 10.0
			if lane%2 == 1 {
				n, yaw, v = -n, 180, -10
			}
			q := f.From(60*float64(lane), n)
			truth = append(truth, Pose{Time: t0.Add(time.Duration(len(truth)) * 3 * time.Second), Lon: q[0], Lat: q[1], HeightM: 80, YawDeg: yaw, PitchDeg: -65, VelN: v})
		}
	}
	for _, p := range truth {
		r := p
		at := f.To(p.Point(), 0)
		q := f.From(at.E-off.TimeS*p.VelE+noise.HorizM*rng.NormFloat64(), at.N-off.TimeS*p.VelN+noise.HorizM*rng.NormFloat64())
		r.Lon, r.Lat = q[0], q[1]
		r.HeightM -= off.HeightM
		r.YawDeg = WrapDeg(p.YawDeg - off.YawDeg[0] + noise.YawDeg*rng.NormFloat64())
		r.PitchDeg += -off.PitchDeg + noise.PitchDeg*rng.NormFloat64()
		r.RollDeg += -off.RollDeg + noise.RollDeg*rng.NormFloat64()
		r.Sigma = PoseSigma{HorizM: 0.03, VertM: 0.05, YawDeg: 0.6, PitchDeg: 0.3, RollDeg: 0.2, TimeS: 0.05}
		shots = append(shots, Shot{Camera: c, Pose: r})
	}
	views := make([]View, len(truth))
	for i, p := range truth {
		views[i] = NewView(c, f.To(p.Point(), p.HeightM), p.YawDeg, p.PitchDeg, p.RollDeg)
	}
	for a := range views {
		for b := a + 1; b < len(views); b++ {
			for range 25 {
				x, y := 1280*rng.Float64(), 720*rng.Float64()
				g, _, ok := views[a].OnPlane(x, y, 0)
				if !ok {
					continue
				}
				if rng.IntN(3) == 0 { // it stands on the ground
					if g, _, ok = views[a].OnPlane(x, y, 4*rng.Float64()); !ok {
						continue
					}
				}
				u, v, z := views[b].Project(g)
				if z > 0 && u > 0 && v > 0 && u < 1280 && v < 720 {
					ties = append(ties, Tie{A: a, B: b, AX: x + 0.5*rng.NormFloat64(), AY: y + 0.5*rng.NormFloat64(), BX: u + 0.5*rng.NormFloat64(), BY: v + 0.5*rng.NormFloat64()})
				}
			}
		}
	}
	return shots, ties, truth
}

func TestSolveFindsTheBias(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 4 {
		off := Bias{HeightM: 0, YawDeg: []float64{1.5 * rng.NormFloat64()}, PitchDeg: 0.3 * rng.NormFloat64(), RollDeg: 0.2 * rng.NormFloat64(), TimeS: 0.05 * rng.NormFloat64()}
		noise := PoseSigma{HorizM: 0.02, YawDeg: 0.1, PitchDeg: 0.1, RollDeg: 0.1}
		shots, ties, truth := lawnmower(rng, off, noise)
		b, err := Solve(shots, ties, Spread{HeightM: 0.1, YawDeg: 1, PitchDeg: 0.4, RollDeg: 0.2, TimeS: 0.05, PixelPx: 0.7, ReliefM: 0.15, Own: PoseSigma{HorizM: 0.03, VertM: 0.03, YawDeg: 0.1, PitchDeg: 0.1, RollDeg: 0.1}})
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range []struct{ got, want, within float64 }{{b.YawDeg[0], off.YawDeg[0], 0.15}, {b.PitchDeg, off.PitchDeg, 0.1}, {b.RollDeg, off.RollDeg, 0.15}, {b.TimeS, off.TimeS, 0.015}} {
			if math.Abs(x.got-x.want) > x.within {
				t.Errorf("correction %d is %.3f, true is %.3f", i, x.got, x.want)
			}
		}
		before, after := 0.0, 0.0
		for i, s := range shots {
			p := b.Applied(s.Pose, 0)
			true1, _ := Locator{}.Locate(s.Camera, truth[i], 300, 300, 0, 0)
			was, _ := Locator{}.Locate(s.Camera, s.Pose, 300, 300, 0, 0)
			is, _ := Locator{}.Locate(s.Camera, p, 300, 300, 0, 0)
			before, after = before+DistanceM(was.Point(), true1.Point()), after+DistanceM(is.Point(), true1.Point())
		}
		if after > before/2 && after/float64(len(shots)) > 0.3 {
			t.Errorf("off by %.2f m before, %.2f m after", before/float64(len(shots)), after/float64(len(shots)))
		}
	}
	if _, err := Solve([]Shot{{}}, nil, Spread{YawDeg: 1}); !errors.Is(err, ErrTooFewTies) {
		t.Errorf("without ties: %v", err)
	}
}
