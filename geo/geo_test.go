package geo

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

func pose() Pose {
	return Pose{Lon: 121.5, Lat: 31.2, HeightM: 70, YawDeg: 30, PitchDeg: -60}
}

func TestLocateGoesBackWhereItWasProjectedFrom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := CameraFromDiagonal(1280, 720, 84)
	for range 2000 {
		p := pose()
		p.YawDeg, p.PitchDeg, p.RollDeg, p.HeightM = rng.Float64()*360-180, -90+rng.Float64()*45, rng.Float64()*20-10, 20+rng.Float64()*100
		f := NewFrame(p.Point(), 0)
		want := ENU{rng.Float64()*80 - 40, rng.Float64()*80 - 40, 0}
		x, y, z := NewView(c, ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg).Project(want)
		if z < 1 || x < 0 || y < 0 || x > 1280 || y > 720 {
			continue
		}
		l, err := Locator{}.Locate(c, p, x, y, 0, 1)
		if errors.Is(err, ErrNotLocated) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got := f.To(l.Point(), 0)
		if math.Hypot(got.E-want.E, got.N-want.N) > 1e-6 {
			t.Fatalf("pose %+v: %v located at %v", p, want, got)
		}
	}
}

func TestNadirFlipIsTheSameView(t *testing.T) {
	c := CameraFromDiagonal(1280, 720, 84)
	a, b := pose(), pose()
	a.PitchDeg, b.PitchDeg = -90, -90
	b.RollDeg, b.YawDeg = 180, a.YawDeg+180
	la, _ := Locator{}.Locate(c, a, 100, 200, 0, 1)
	lb, _ := Locator{}.Locate(c, b, 100, 200, 0, 1)
	if d := DistanceM(la.Point(), lb.Point()); d > 1e-3 {
		t.Fatalf("%.3f m apart", d)
	}
}

func TestEllipseAgreesWithMonteCarlo(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	c := CameraFromDiagonal(1280, 720, 84)
	p := pose()
	p.VelE, p.VelN = 8, 5
	p.Sigma = PoseSigma{HorizM: 0.5, VertM: 0.8, YawDeg: 0.6, PitchDeg: 0.4, RollDeg: 0.2, TimeS: 0.15}
	l, err := Locator{GroundSigmaM: 0.5}.Locate(c, p, 900, 250, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	f := NewFrame(l.Point(), 0)
	in, n := 0, 20000
	for range n {
		q := p
		s := p.Sigma
		dt := rng.NormFloat64() * s.TimeS
		o := NewFrame(p.Point(), 0).From(rng.NormFloat64()*s.HorizM+dt*p.VelE, rng.NormFloat64()*s.HorizM+dt*p.VelN)
		q.Lon, q.Lat = o.Lon(), o.Lat()
		q.HeightM += rng.NormFloat64() * math.Hypot(s.VertM, 0.5)
		q.YawDeg += rng.NormFloat64() * s.YawDeg
		q.PitchDeg += rng.NormFloat64() * s.PitchDeg
		q.RollDeg += rng.NormFloat64() * s.RollDeg
		m, err := Locator{}.Locate(c, q, 900+rng.NormFloat64()*2, 250+rng.NormFloat64()*2, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		d := f.To(m.Point(), 0)
		if l.Cov.Mahalanobis2(d.E, d.N) < chi95*chi95 {
			in++
		}
	}
	if share := float64(in) / float64(n); math.Abs(share-0.95) > 0.01 {
		t.Fatalf("the 95 %% ellipse holds %.1f %%", share*100)
	}
}

func TestLocateSeesRoofsAndWalls(t *testing.T) {
	c := CameraFromDiagonal(1280, 720, 84)
	p := pose()
	p.YawDeg, p.PitchDeg = 0, -60
	f := NewFrame(p.Point(), 0)
	ring := orb.Ring{f.From(-10, 30), f.From(10, 30), f.From(10, 50), f.From(-10, 50), f.From(-10, 30)}
	b := NewBuildings([]Building{{orb.Polygon{ring}, 20}})
	v := NewView(c, ENU{U: 70}, 0, -60, 0)
	for _, x := range []struct {
		at      ENU
		surface string
	}{{ENU{0, 40, 20}, "roof"}, {ENU{0, 30, 10}, "wall"}, {ENU{0, 20, 0}, "ground"}} {
		px, py, _ := v.Project(x.at)
		l, err := Locator{Buildings: b}.Locate(c, p, px, py, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := f.To(l.Point(), 0)
		if l.Surface != x.surface || math.Hypot(got.E-x.at.E, got.N-x.at.N) > 0.05 || math.Abs(l.HeightM-x.at.U) > 0.05 {
			t.Errorf("%v: got %s at %v, height %.2f", x, l.Surface, got, l.HeightM)
		}
	}
}

func TestHorizonIsNotLocated(t *testing.T) {
	p := pose()
	p.PitchDeg = -5
	if _, err := (Locator{}).Locate(CameraFromDiagonal(1280, 720, 84), p, 640, 10, 0, 1); !errors.Is(err, ErrNotLocated) {
		t.Fatalf("got %v", err)
	}
}

func TestBetweenTakesTheShortWayRound(t *testing.T) {
	a, b := pose(), pose()
	b.Time = a.Time.Add(2e9)
	a.YawDeg, b.YawDeg = 170, -170
	if got := Between(a, b, a.Time.Add(1e9)).YawDeg; math.Abs(math.Abs(got)-180) > 1e-9 {
		t.Fatalf("half way from 170 to -170 is %v", got)
	}
}

func TestGridCoversTheOutlineOnce(t *testing.T) {
	g, err := GeneratePudong(1)
	if err != nil {
		t.Fatal(err)
	}
	codes, communities, subs := map[string]bool{}, map[string]bool{}, map[string]bool{}
	g.Each(func(c *Cell, p []orb.Polygon) {
		got, ok := g.At(p[0].Bound().Center())
		if !ok || got != c {
			t.Fatalf("the middle of cell %s lies in %v", c.Code, got)
		}
		if len(c.Code) != 15 || codes[c.Code] || c.Code[:9] != c.Subdistrict || !c.MadeUp {
			t.Fatalf("cell %+v is malformed or twice there", c)
		}
		codes[c.Code], communities[c.Community], subs[c.Subdistrict] = true, true, true
	})
	if len(subs) != 42 || len(communities) < 1450 {
		t.Fatalf("%d cells, %d communities of 1526, %d subdistricts of 42", len(codes), len(communities), len(subs))
	}
}
