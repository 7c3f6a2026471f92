package geo

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

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
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var read CellSeen
		if err := json.Unmarshal(b, &read); err != nil {
			t.Fatal(err)
		}
		seen, of := 0, 0
		var cell *Cell
		g.Each(func(k *Cell, _ []orb.Polygon) {
			if k.Code == s.Cell {
				cell = k
			}
		})
		for _, p := range g.Polygons(cell) {
			lo, hi := tileAt(p.Bound().Min), tileAt(p.Bound().Max)
			for x := lo.x; x <= hi.x; x++ {
				for y := lo.y; y <= hi.y; y++ {
					m := tileMiddle(tileID{x, y})
					gsd, ok := read.Tiles.At(m)
					best := cov.tiles[tileID{x, y}]
					if ok != (best != nil) || ok && math.Abs(gsd/best.best.GSDM-1) > 0.0101 {
						t.Errorf("tile %d, %d: %.4f m, %v; it was seen as %+v", x, y, gsd, ok, best)
					}
					if k, in := g.At(m); !in || k != cell {
						continue // its border tiles are told as well, and counted by the neighbour
					}
					of++
					if ok {
						seen++
					}
				}
			}
		}
		if share := float64(seen) / float64(of); math.Abs(share-s.Share) > 1e-9 {
			t.Errorf("%s: %.3f of its tiles, and a share of %.3f", s.Cell, share, s.Share)
		}
	}
	if _, ok := (*Tiles)(nil).At(f.Origin); ok {
		t.Error("no tiles show a place")
	}
	if _, ok := (&Tiles{W: -3, GSD: []byte{9}}).At(f.Origin); ok {
		t.Error("tiles that are none show a place")
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

// What was seen of an area counts by how finely it was.
func TestSeenCountsByResolution(t *testing.T) {
	f := NewFrame(orb.Point{121.53, 31.225}, 0)
	box := func(e0, n0, e1, n1 float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{f.From(e0, n0), f.From(e1, n0), f.From(e1, n1), f.From(e0, n1), f.From(e0, n0)}}}
	}
	cam, err := CameraOf("M4D", "wide", 0, 1280, 720)
	if err != nil {
		t.Fatal(err)
	}
	var c Coverage
	c.See(Locator{}, cam, Pose{Lon: f.Origin[0], Lat: f.Origin[1], HeightM: 80, PitchDeg: -90}, Look{Sharpness: 1}) // 126 m wide, 71 m high, 9.8 cm a pixel
	for _, k := range []struct {
		what   string
		area   orb.MultiPolygon
		gsdM   float64
		lo, hi float64 // share
	}{
		{"under it", box(-40, -25, 40, 25), 0.1, 1, 1},
		{"under it, finer than it is seen", box(-40, -25, 40, 25), 0.09, 0, 0},
		{"beside it", box(100, -25, 180, 25), 0.1, 0, 0},
		{"half of it", box(0, -25, 126, 25), 0.1, 0.4, 0.6},
		{"smaller than a piece", box(1, 1, 2, 2), 0.1, 1, 1},
		{"the same twice", append(box(-40, -25, 40, 25), box(-40, -25, 40, 25)...), 0.1, 1, 1},
	} {
		seen, of := c.Seen(k.area, k.gsdM)
		if share := float64(seen) / float64(of); share < k.lo || share > k.hi {
			t.Errorf("%s: %d of %d pieces", k.what, seen, of)
		}
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
