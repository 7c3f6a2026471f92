package geo

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

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
