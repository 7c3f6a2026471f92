package vision

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/harrier-patrol/harrier/geo"
)

// covers says whether some tile shows a pixel.
func covers(tiles []Tile, x, y float64) (Tile, bool) {
	for _, t := range tiles {
		if x >= t.X-0.5 && x <= t.X+t.Side+0.5 && y >= t.Y-0.5 && y <= t.Y+t.Side+0.5 {
			return t, true
		}
	}
	return Tile{}, false
}

func TestTilesAtShowEveryPixel(t *testing.T) {
	d := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		w, h := 50+d.IntN(4000), 50+d.IntN(3000)
		scale := 0.2 + 1.5*d.Float64()
		tiles := TilesAt(w, h, 416, scale)
		for range 60 {
			x, y := d.Float64()*float64(w), d.Float64()*float64(h)
			if _, ok := covers(tiles, x, y); !ok {
				t.Fatalf("%dx%d at %.2f: pixel %.0f,%.0f is in no tile of %d", w, h, scale, x, y, len(tiles))
			}
		}
		across := func(n int) float64 { return math.Ceil(float64(n)*scale/416*1.4) + 1 }
		if float64(len(tiles)) > across(w)*across(h) {
			t.Fatalf("%dx%d at %.2f takes %d tiles", w, h, scale, len(tiles))
		}
	}
}

func TestTilesByGroundShowAllGroundAtItsScale(t *testing.T) {
	d := rand.New(rand.NewPCG(6, 6))
	for range 300 {
		q := [][2]int{{1920, 1080}, {1280, 720}, {4000, 3000}}[d.IntN(3)]
		cam := geo.CameraFromDiagonal(q[0], q[1], 84)
		p := geo.Pose{HeightM: 30 + 90*d.Float64(), YawDeg: 360 * d.Float64(), PitchDeg: -30 - 60*d.Float64(), RollDeg: d.NormFloat64()}
		tiles := TilesByGround(cam, p, 0, 416)
		v := geo.NewView(cam, geo.ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg)
		for range 80 {
			x, y := d.Float64()*float64(q[0]), d.Float64()*float64(q[1])
			g, ok := v.GSDM(x, y, 0)
			tile, shown := covers(tiles, x, y)
			if ok && g < 0.15 && !shown {
				t.Fatalf("%v %+v: ground at %.0f,%.0f (%.3f m a pixel) is in no tile", q, p, x, y, g)
			}
			if !shown || !ok {
				continue
			}
			// what the network gets: neither finer than it was trained on nor, where the picture has more, coarser
			net := g * tile.Side / 416
			if finest := math.Min(g, NetworkGSDM); net < finest*0.6 || net > math.Max(g*1.02, NetworkGSDM*2.2) {
				t.Fatalf("%v pitch %.0f height %.0f: %.3f m a pixel at %.0f,%.0f comes to the network at %.3f", q, p.PitchDeg, p.HeightM, g, x, y, net)
			}
		}
	}
}

func TestAboveTheHorizonThereIsNothingToLookAt(t *testing.T) {
	cam := geo.CameraFromDiagonal(1920, 1080, 84)
	if n := len(TilesByGround(cam, geo.Pose{HeightM: 60, PitchDeg: 20}, 0, 416)); n > 0 {
		t.Errorf("%d tiles of the sky", n)
	}
}

func TestGroundThatNeedsALookComesFirst(t *testing.T) {
	cam := geo.CameraFromDiagonal(1920, 1080, 84)
	p := geo.Pose{Lon: 121.5, Lat: 31.2, HeightM: 65, PitchDeg: -80}
	tiles := TilesByGround(cam, p, 0, 416)
	var s Sampler
	if got := s.Next(cam, p, tiles); len(got) != len(tiles) {
		t.Fatalf("%d of %d tiles of new ground are looked at", len(got), len(tiles))
	}
	for range wanted {
		for _, x := range tiles {
			s.Looked(cam, p, x)
		}
	}
	n := 0
	for range 10 {
		n += len(s.Next(cam, p, tiles))
	}
	if n != 10*len(tiles)/restTurns {
		t.Errorf("ground that was seen well takes %d tiles in 10 frames of %d", n, len(tiles))
	}
	// a little further on, the new ground comes before the old
	q := p
	q.Lat += 40 / 111e3
	for range 2 {
		got := s.Next(cam, q, TilesByGround(cam, q, 0, 416))
		if len(got) == 0 || got[0].Y > got[len(got)-1].Y {
			t.Errorf("the first tile is at row %.0f, the last at %.0f: new ground lies ahead, at the top", got[0].Y, got[len(got)-1].Y)
		}
	}
}
