package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

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
