package geo

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// The Jacobian's ellipse against drawn errors, over heights, angles, speeds and turns: standard deviations agree within 10 %.
func TestJacobianAgreesWithMonteCarlo(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 4))
	c := CameraFromDiagonal(1280, 720, 84)
	for range 25 {
		p := Pose{Lon: 121.5, Lat: 31.2, HeightM: 50 + 60*rng.Float64(), YawDeg: 360*rng.Float64() - 180, PitchDeg: -40 - 50*rng.Float64(), RollDeg: 4*rng.Float64() - 2, VelE: 10*rng.Float64() - 5, VelN: 10, TurnDegS: 6 * rng.Float64()}
		p.Sigma = PoseSigma{HorizM: rng.Float64(), VertM: rng.Float64(), YawDeg: 0.6 * rng.Float64(), PitchDeg: 0.4 * rng.Float64(), RollDeg: 0.3 * rng.Float64(), TimeS: 0.1 * rng.Float64()}
		ground, pixel := 0.5*rng.Float64(), 3*rng.Float64()
		x, y := 1280*rng.Float64(), 720*rng.Float64()
		l := Locator{GroundSigmaM: ground}
		want, err := l.Locate(c, p, x, y, 0, pixel)
		if err != nil || want.DepressionDeg < 25 {
			continue
		}
		f := NewFrame(want.Point(), 0)
		var cov Cov
		const n = 8000
		for range n {
			q, g := p, rng.NormFloat64
			dt := p.Sigma.TimeS * g()
			at := NewFrame(p.Point(), 0).From(p.Sigma.HorizM*g()+dt*p.VelE, p.Sigma.HorizM*g()+dt*p.VelN)
			q.Lon, q.Lat = at[0], at[1]
			q.HeightM += p.Sigma.VertM*g() + ground*g()
			q.YawDeg += p.Sigma.YawDeg*g() + dt*p.TurnDegS
			q.PitchDeg += p.Sigma.PitchDeg * g()
			q.RollDeg += p.Sigma.RollDeg * g()
			xx, yy := math.Max(0, math.Min(1280, x+pixel*g())), math.Max(0, math.Min(720, y+pixel*g()))
			got, err := (Locator{}).Locate(c, q, xx, yy, 0, 0)
			if err != nil {
				continue
			}
			v := f.To(got.Point(), 0)
			cov.EE, cov.NN, cov.EN = cov.EE+v.E*v.E/n, cov.NN+v.N*v.N/n, cov.EN+v.E*v.N/n
		}
		a, b := want.Cov.Ellipse(), cov.Ellipse()
		if math.Abs(a.MajorM/b.MajorM-1) > 0.1 || math.Abs(a.MinorM/b.MinorM-1) > 0.1 {
			t.Errorf("%+v: ellipse %+v, drawn %+v", p, a, b)
		}
	}
}

// Between reports the way is the cubic with the velocities at its ends, and a turn over ±180 takes the short way.
func TestBetweenFollowsAnAircraftThatSpeedsUp(t *testing.T) {
	t0 := time.Unix(1_800_000_000, 0)
	f := NewFrame(orb.Point{121.5, 31.2}, 0)
	at := func(s float64) Pose { // 2.5 m/s² from standing
		q := f.From(0, 1.25*s*s)
		return Pose{Time: t0.Add(time.Duration(s * 1e9)), Lon: q[0], Lat: q[1], HeightM: 80, YawDeg: WrapDeg(170 + 10*s), VelN: 2.5 * s, Sigma: PoseSigma{HorizM: 0.02}}
	}
	for s := 1.0; s < 3; s += 0.1 {
		got, want := Between(at(1), at(3), t0.Add(time.Duration(s*1e9))), at(s)
		if d := DistanceM(got.Point(), want.Point()); d > 0.01 || math.Abs(WrapDeg(got.YawDeg-want.YawDeg)) > 1e-6 {
			t.Errorf("at %.1f s: %.3f m and %.3f° off", s, d, WrapDeg(got.YawDeg-want.YawDeg))
		}
	}
	if mid := Between(at(1), at(3), t0.Add(2e9)); mid.Sigma.HorizM < 0.1 || math.Abs(mid.TurnDegS-10) > 1e-9 {
		t.Errorf("half way: %+v", mid)
	}
}

func TestGroundMoveFindsTurnAndWay(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	c := CameraFromDiagonal(1280, 720, 84)
	for range 60 {
		p := Pose{Lon: 121.5, Lat: 31.2, HeightM: 80, PitchDeg: -90 + 45*rng.Float64()}
		want := Move{TurnDeg: 30*rng.Float64() - 15, ForwardM: 4 * rng.Float64(), RightM: rng.Float64() - 0.5}
		a := NewView(c, ENU{U: 80}, 40, p.PitchDeg, 0)
		s, co := math.Sincos(40 * math.Pi / 180)
		b := NewView(c, ENU{s*want.ForwardM + co*want.RightM, co*want.ForwardM - s*want.RightM, 80}, 40+want.TurnDeg, p.PitchDeg, 0)
		var pairs []PixelPair
		for range 120 {
			x, y := 1280*rng.Float64(), 720*rng.Float64()
			g, _, ok := a.OnPlane(x, y, 0)
			if !ok {
				continue
			}
			u, v, z := b.Project(g)
			if rng.IntN(4) == 0 {
				u, v = 1280*rng.Float64(), 720*rng.Float64() // a mistake
			}
			if z > 0 {
				pairs = append(pairs, PixelPair{x, y, u + 0.5*rng.NormFloat64(), v + 0.5*rng.NormFloat64()})
			}
		}
		got, ok := GroundMove(c, p, pairs)
		if !ok || math.Abs(got.TurnDeg-want.TurnDeg) > 0.1 || math.Abs(got.ForwardM-want.ForwardM) > 0.1 || math.Abs(got.RightM-want.RightM) > 0.1 {
			t.Errorf("%+v, wanted %+v (%v)", got, want, ok)
		}
		x, y := 640+200*rng.Float64(), 400+200*rng.Float64()
		g, _, _ := a.OnPlane(x, y, 0)
		u, v, _ := b.Project(g)
		if gu, gv, ok := want.Pixel(c, p, x, y); !ok || math.Hypot(gu-u, gv-v) > 0.01 {
			t.Errorf("pixel %.0f, %.0f is at %.1f, %.1f after %+v, not at %.1f, %.1f", x, y, gu, gv, want, u, v)
		}
	}
	if _, ok := GroundMove(c, Pose{HeightM: 80, PitchDeg: -60}, nil); ok {
		t.Error("a move out of nothing")
	}
}

// What a turn between two reports leaves uncertain is of each pose alone: it stays where the errors that all have in common are corrected.
func TestWhatLiesBetweenReportsStaysUncertain(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a := Pose{Time: at, Lon: 121.5, Lat: 31.2, HeightM: 60, YawDeg: 350, VelN: 8, Sigma: PoseSigma{HorizM: 1, YawDeg: 0.6}}
	b := a
	b.Time, b.YawDeg, b.VelN, b.VelE = at.Add(2*time.Second), 14, 6, 4
	bias := &Bias{YawDeg: []float64{0.5}, Cov: make([]CommonCov, 1), Own: PoseSigma{HorizM: 0.02, YawDeg: 0.1}}
	near, mid := Between(a, b, at.Add(40*time.Millisecond)), Between(a, b, at.Add(time.Second))
	if mid.Gap.YawDeg < 2 || mid.Gap.HorizM < 0.3 || near.Gap.YawDeg > 0.3 {
		t.Errorf("half way %+v, near a report %+v", mid.Gap, near.Gap)
	}
	for _, along := range [][]Along{nil, {{Time: at}, {Time: at.Add(2 * time.Second)}}} {
		bias.Along = along
		if p := bias.Applied(mid, 0); p.Sigma.YawDeg < mid.Gap.YawDeg || p.Sigma.HorizM < mid.Gap.HorizM {
			t.Errorf("corrected it is certain to %+v, between the reports to %+v", p.Sigma, mid.Gap)
		}
	}
}
