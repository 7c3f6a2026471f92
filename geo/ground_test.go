package geo

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// Golden values by PROJ 9 (pyproj).
func TestTransverseMercatorAgreesWithPROJ(t *testing.T) {
	for _, c := range []struct {
		proj           string
		lon, lat, x, y float64
	}{
		{"+proj=tmerc +lat_0=31.2353333 +lon_0=121.4692222 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m", 121.5, 31.2, 2933.2585, -3917.1084},
		{"+proj=tmerc +lat_0=31.2353333 +lon_0=121.4692222 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m", 121.9, 30.9, 41184.1702, -37099.1059},
		{"+proj=tmerc +lat_0=31.2353333 +lon_0=121.4692222 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m", 120.6, 31.9, -82225.9601, 74027.375},
		{"+proj=tmerc +lat_0=0 +lon_0=121.466666 +k=1 +x_0=0 +y_0=-3457147.81 +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0", 121.5, 31.2, 3109.7288, -3941.9207},
		{"+proj=utm +zone=51 +datum=WGS84", 121.9, 30.9, 394874.8341, 3419037.7772},
		{"+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +a=6378140 +rf=298.257 +towgs84=24,-123,-94,-0.02,0.25,0.13,1.1", 121.5, 31.2, 642920.3182, 3454135.2669},
	} {
		d, err := ParseDatum(c.proj)
		if err != nil {
			t.Fatal(err)
		}
		p := d.FromWGS84(orb.Point{c.lon, c.lat})
		if math.Hypot(p[0]-c.x, p[1]-c.y) > 0.01 {
			t.Errorf("%s of %g, %g: %.4f, %.4f, wanted %.4f, %.4f", c.proj, c.lon, c.lat, p[0], p[1], c.x, c.y)
		}
		if q := d.ToWGS84(p); DistanceM(q, orb.Point{c.lon, c.lat}) > 0.01 {
			t.Errorf("%s: back %.4f m off", c.proj, DistanceM(q, orb.Point{c.lon, c.lat}))
		}
	}
	for _, bad := range []string{"", "WGS", "+proj=merc", "+proj=tmerc +lon_0=x", "+proj=tmerc +units=ft", "+proj=utm +zone=99", "+proj=tmerc +ellps=moon", "+proj=tmerc +towgs84=1,2"} {
		if _, err := ParseDatum(bad); err == nil {
			t.Errorf("datum %q is accepted", bad)
		}
	}
}

func TestGCJ02GoesBackToACentimetre(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		p := orb.Point{73 + 62*rng.Float64(), 18 + 35*rng.Float64()}
		if d := DistanceM(p, FromGCJ02(ToGCJ02(p))); d > 1e-4 {
			t.Fatalf("%v comes back %.5f m off", p, d)
		}
	}
	if d := DistanceM(orb.Point{121.5, 31.2}, ToGCJ02(orb.Point{121.5, 31.2})); d < 300 || d > 600 {
		t.Errorf("the shift at Pudong is %.0f m, known are 300 to 600", d)
	}
	if p := (orb.Point{2, 48}); ToGCJ02(p) != p {
		t.Error("Paris is shifted")
	}
}

func FuzzParseDatum(f *testing.F) {
	f.Add("+proj=tmerc +lat_0=31 +lon_0=121 +k=1 +x_0=0 +y_0=0 +ellps=krass +towgs84=15.8,-154.4,-82.3")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDatum(s); err == nil {
			d.ToWGS84(d.FromWGS84(orb.Point{121.5, 31.2}))
		}
	})
}

// The tiles in testdata are written by GDAL: 10 m at 121.5, 31.2, rising 3000 m a degree eastwards and falling 2000 m a degree northwards.
func TestTilesOfEveryKind(t *testing.T) {
	for _, c := range []struct {
		file   string
		within float64
	}{{"copernicus.tif", 0.01}, {"srtm.tif", 0.6}, {"strips.tif", 0.6}, {"plain.tif", 0.01}} {
		k, err := ReadTerrain(filepath.Join("testdata", c.file))
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		b := k.Bound()
		for _, p := range []orb.Point{b.Center(), {b.Min[0] + 0.0011, b.Max[1] - 0.0013}, {b.Max[0] - 0.0007, b.Min[1] + 0.0004}} {
			want := 10 + 3000*(p[0]-121.5) - 2000*(p[1]-31.2)
			if h, ok := k.HeightM(p); !ok || math.Abs(h-want) > c.within {
				t.Errorf("%s at %v: %.2f m, wanted %.2f", c.file, p, h, want)
			}
		}
		if _, ok := k.HeightM(orb.Point{120, 31}); ok {
			t.Errorf("%s reaches too far", c.file)
		}
	}
	srtm, err := ReadTerrain("testdata/srtm.tif")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := srtm.HeightM(orb.Point{121.49, 31.21}); ok {
		t.Error("a height where there is no data")
	}
	if _, err := ReadTerrain(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no GeoTIFF") {
		t.Errorf("an empty folder: %v", err)
	}
}

func FuzzTile(f *testing.F) {
	for _, name := range []string{"copernicus.tif", "srtm.tif", "strips.tif"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := parseTile(b); err == nil {
			x := &Terrain{tiles: []*tile{k}}
			x.HeightM(x.Bound().Center())
		}
	})
}

// On terrain the pixel of a point is located at that point, and the aircraft's height counts from its take-off.
func TestLocateOnTerrain(t *testing.T) {
	k, err := ReadTerrain("testdata/copernicus.tif")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(8, 8))
	take := orb.Point{121.5, 31.2}
	l, err := Locator{Terrain: k}.At(take)
	if err != nil {
		t.Fatal(err)
	}
	c := CameraFromDiagonal(1280, 720, 84)
	f := NewFrame(take, 0)
	n := 0
	for range 300 {
		p := Pose{Lon: take[0], Lat: take[1], HeightM: 60 + 60*rng.Float64(), YawDeg: 360*rng.Float64() - 180, PitchDeg: -45 - 40*rng.Float64()}
		want := ENU{E: 160*rng.Float64() - 80, N: 160*rng.Float64() - 80}
		h, ok := k.HeightM(f.From(want.E, want.N))
		if !ok {
			t.Fatal("no terrain")
		}
		want.U = h - l.TakeoffM
		x, y, z := NewView(c, ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg).Project(want)
		if z < 1 || x < 0 || y < 0 || x > 1280 || y > 720 {
			continue
		}
		got, err := l.Locate(c, p, x, y, 0, 1)
		if errors.Is(err, ErrNotLocated) {
			continue
		}
		n++
		if d := DistanceM(got.Point(), f.From(want.E, want.N)); d > 0.3 || math.Abs(got.HeightM-want.U) > 0.1 {
			t.Fatalf("%.2f m off, height %.2f of %.2f", d, got.HeightM, want.U)
		}
	}
	if n < 50 {
		t.Fatalf("only %d points were in the picture", n)
	}
	if _, err := (Locator{Terrain: k}).At(orb.Point{120, 30}); err == nil {
		t.Error("a take-off point beyond the terrain is accepted")
	}
	p := Pose{Lon: take[0], Lat: take[1], HeightM: 80, YawDeg: 90, PitchDeg: -15}
	if _, err := l.Locate(c, p, 640, 200, 0, 1); !errors.Is(err, ErrNotLocated) {
		t.Errorf("a line of sight that leaves the terrain: %v", err)
	}
}

func TestLensesGoBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, l := range []Lens{{}, {K1: -0.11257, K2: 0.01487, P1: -0.00008566, P2: 0.0000003, K3: -0.0261}, {K1: 0.08, K2: -0.2, K3: 0.12}} {
		for range 2000 {
			x, y := 1.2*rng.Float64()-0.6, 0.9*rng.Float64()-0.45
			u, v := l.undistort(l.distort(x, y))
			if math.Hypot(u-x, v-y) > 1e-6 {
				t.Fatalf("%+v: %g, %g comes back as %g, %g", l, x, y, u, v)
			}
		}
	}
}

func TestCamerasByPayload(t *testing.T) {
	for _, c := range []struct {
		model, lens string
		zoom, diag  float64
	}{{"M4D", "wide", 0, 84}, {"M4TD", "wide", 0, 82}, {"m30", "zoom", 5, 19.8}, {"M3D", "zoom", 7, 14.1}, {"M4D", "zoom", 3, 31}} {
		cam, err := CameraOf(c.model, c.lens, c.zoom, 1920, 1080)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := 2 * math.Atan(math.Hypot(1920, 1080)/2/cam.FocalPx) * 180 / math.Pi; math.Abs(got-c.diag) > 1.5 {
			t.Errorf("%s %s x%g sees %.1f° across, wanted about %.1f°", c.model, c.lens, c.zoom, got, c.diag)
		}
	}
	for _, bad := range [][2]string{{"M5", "wide"}, {"M4D", "ir"}, {"M4D", "zoom"}} {
		if _, err := CameraOf(bad[0], bad[1], 0, 1920, 1080); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}

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

func TestUprightIsTheSameView(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	c := CameraFromDiagonal(1280, 720, 84)
	for range 200 {
		p := Pose{Lon: 121.5, Lat: 31.2, HeightM: 80, YawDeg: 360*rng.Float64() - 180, PitchDeg: -90 + 4*rng.Float64() - 2, RollDeg: 180 + 4*rng.Float64() - 2}
		a, errA := Locator{}.Locate(c, p, 100, 600, 0, 1)
		b, errB := Locator{}.Locate(c, p.Upright(), 100, 600, 0, 1)
		if errA != nil || errB != nil || DistanceM(a.Point(), b.Point()) > 1e-6 {
			t.Fatalf("%+v: %v %v", p, errA, errB)
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
	}
	if _, ok := GroundMove(c, Pose{HeightM: 80, PitchDeg: -60}, nil); ok {
		t.Error("a move out of nothing")
	}
}

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

func TestCoverageSaysWhatWasSeen(t *testing.T) {
	g, err := GeneratePudong(1)
	if err != nil {
		t.Fatal(err)
	}
	c := CameraFromDiagonal(1280, 720, 84)
	f := NewFrame(orb.Point{121.55, 31.2}, 0)
	var cov Coverage
	t0 := time.Unix(1_800_000_000, 0)
	for i := range 36 {
		q := f.From(60*float64(i/12), 20*float64(i%12))
		cov.See(Locator{}, c, Pose{Lon: q[0], Lat: q[1], HeightM: 80, PitchDeg: -90}, Look{At: t0.Add(time.Duration(i) * time.Second), Light: 0.5, Sharpness: 0.8})
	}
	cells := cov.ByCell(g)
	if len(cells) < 3 {
		t.Fatalf("%d cells seen", len(cells))
	}
	whole := 0
	for _, s := range cells {
		if s.GSDM < 0.05 || s.GSDM > 0.15 || s.DepressionDeg < 50 || s.Light != 0.5 || s.Last.Before(s.First) {
			t.Errorf("%+v", s)
		}
		if s.Share > 0.95 {
			whole++
		}
	}
	if whole == 0 {
		t.Error("no cell under the aircraft was seen whole")
	}
	// behind a wall of buildings nothing is seen
	house := Building{Outline: orb.Polygon{{f.From(-200, 60), f.From(200, 60), f.From(200, 70), f.From(-200, 70), f.From(-200, 60)}}, HeightM: 60}
	var behind Coverage
	p := Pose{Lon: f.Origin[0], Lat: f.Origin[1], HeightM: 80, PitchDeg: -35}
	open := behind.See(Locator{}, c, p, Look{At: t0})
	behind = Coverage{}
	if hidden := behind.See(Locator{Buildings: NewBuildings([]Building{house})}, c, p, Look{At: t0}); hidden >= open*2/3 {
		t.Errorf("%d tiles seen, %d with a wall before them", open, hidden)
	}
}

func TestNothingFoundMeansSomething(t *testing.T) {
	r := Rates{{GSDM: 0.1, Light: 0.2, Found: 0.9}, {GSDM: 0.2, Light: 0.2, Found: 0.6}}
	p, ok := r.Found([]CellSeen{{Share: 1, GSDM: 0.08, Light: 0.5}, {Share: 0.5, GSDM: 0.15, Light: 0.5}})
	if want := 1 - 0.1*0.7; !ok || math.Abs(p-want) > 1e-9 {
		t.Errorf("%.3f, wanted %.3f", p, want)
	}
	if p, _ := r.Found([]CellSeen{{Share: 1, GSDM: 0.08, Light: 0.1}}); p != 0 {
		t.Errorf("in the dark %.2f", p)
	}
	steep := append(Rates{{GSDM: 0.1, DepressionDeg: 60, Light: 0.2, Found: 0.95}}, r...)
	for depression, want := range map[float64]float64{45: 0.9, 80: 0.95} {
		if p, _ := steep.Found([]CellSeen{{Share: 1, GSDM: 0.08, DepressionDeg: depression, Light: 0.5}}); math.Abs(p-want) > 1e-9 {
			t.Errorf("%.0f° down %.2f, wanted %.2f", depression, p, want)
		}
	}
	if _, ok := Rates(nil).Found([]CellSeen{{Share: 1}}); ok {
		t.Error("a probability without a measured rate")
	}
}

func TestCalibrationFileIsChecked(t *testing.T) {
	for name, text := range map[string]string{"no json": "{", "empty": "{}", "datum": `{"datum":"GCJ-02","headings":[1],"bias":{"yaw":[0],"cov":[[[0]]]}}`} {
		p := filepath.Join(t.TempDir(), "cal.json")
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCalibration(p); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	c := Calibration{Headings: []float64{43}, Bias: &Bias{HeightM: -1, YawDeg: []float64{-2}, Cov: make([]CommonCov, 1)}}
	p := Pose{Lon: 121.5, Lat: 31.2, HeightM: 40, YawDeg: 45, PitchDeg: -90}
	if q, err := c.Apply(p); err != nil || q.YawDeg != 43 || q.HeightM != 39 {
		t.Errorf("%+v %v", q, err)
	}
	p.YawDeg = -137
	if q, err := c.Apply(p); !errors.Is(err, ErrHeading) || q.YawDeg != -137 || q.HeightM != 39 {
		t.Errorf("against the heading: %+v %v", q, err)
	}
}

func FuzzCalibration(f *testing.F) {
	f.Add([]byte(`{"datum":"WGS-84","headings":[43],"bias":{"height_m":-1,"yaw":[-2],"cov":[[[1,0,0,0,0,0,0]]]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Calibration
		if c.parse(b, "x") == nil {
			p, _ := c.Apply(pose())
			_, _ = Locator{}.Locate(CameraFromDiagonal(1280, 720, 84), p, 900, 300, 0, 1)
		}
	})
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
