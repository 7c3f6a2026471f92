package geo

import (
	"math"
	"math/rand/v2"
	"testing"

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
