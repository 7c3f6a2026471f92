package vision

import (
	"math"

	"github.com/harrier-patrol/harrier/geo"
)

// Tile is a square part of a picture that is brought to the network's size: its upper left corner and its side, in pixels of the picture,
// and the ground resolution of its middle, metres a pixel of the picture; 0 where that is not known. Turns is how often it is looked at, each
// time turned by a quarter: once in video, where the next frame looks again.
type Tile struct {
	X, Y, Side, GSDM float64
	Turns            int
}

// NetworkGSDM is the ground resolution that tiles are brought to, metres a pixel: the middle of what the network was trained on.
const NetworkGSDM = 0.08

// Ground coarser than this is not looked at: nothing that scenes look for can be told there.
const worstGSDM = 0.2

// BlindScales are the scales at which a picture without a pose is looked at, the same for every picture: the first shows a car of
// 4.5 m at 4 to 10 cm a pixel at the size the network knows, the second at 2.5 to 6. Chosen on Girardot (stalls) and on vehicles at 5 cm a pixel.
var BlindScales = []float64{0.8, 0.5}

// VideoScale is that at which a frame of a video is looked at while its pose is not known.
const VideoScale = 1.0

// overlap of neighbouring tiles as a share of their side: 96 of 416 pixels, a truck's length at NetworkGSDM.
const overlap = 96.0 / 416

// TilesAt cuts a w x h picture into overlapping tiles, each of which is scaled by scale to size pixels; their ground resolution is not known.
func TilesAt(w, h, size int, scale float64) []Tile {
	side := float64(size) / scale
	var out []Tile
	for _, y := range starts(float64(h), side) {
		for _, x := range starts(float64(w), side) {
			out = append(out, Tile{X: x, Y: y, Side: side})
		}
	}
	return out
}

// starts spreads parts of side evenly over a length.
func starts(length, side float64) []float64 {
	if length <= side {
		return []float64{0}
	}
	n := int(math.Ceil((length-side)/(side*(1-overlap)))) + 1
	out := make([]float64, n)
	for i := range out {
		out[i] = (length - side) * float64(i) / float64(n-1)
	}
	return out
}

// TilesByGround cuts a picture so that every tile comes to the network at about the same ground resolution: near and far parts of an
// oblique picture get tiles of their own size, far ones smaller. Ground that is too far off to tell anything, and sky, get none. ground
// is the height of the ground over take-off, metres.
func TilesByGround(cam geo.Camera, p geo.Pose, ground float64, size int) []Tile {
	v := geo.NewView(cam, geo.ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg)
	w, h := float64(cam.Width), float64(cam.Height)
	// what is finer than the network's resolution is scaled down, what is coarser is shown as it is
	sideAt := func(x, y float64) (float64, bool) {
		g, ok := v.GSDM(x, math.Min(y, h-1), ground)
		if !ok || g > worstGSDM {
			return 0, false
		}
		return math.Min(math.Max(w, h), float64(size)*math.Max(1, NetworkGSDM/g)), true
	}
	var out []Tile
	for bottom := h; bottom > 0; {
		// the row's tiles are as large as the ground in its lower half asks for; higher up it is farther off and comes out smaller
		side, ok := sideAt(w/2, bottom)
		for range 3 {
			if s, in := sideAt(w/2, math.Max(0, bottom-side*0.4)); ok && in {
				side = s
			}
		}
		if !ok {
			break
		}
		y := math.Max(0, bottom-side)
		if bottom-side < 0 && bottom < h {
			y = math.Min(y, math.Max(0, h-side))
		}
		for _, x := range starts(w, side) {
			if _, ok := sideAt(x+side/2, y+side*0.6); ok {
				g, _ := v.GSDM(x+side/2, y+side/2, ground)
				out = append(out, Tile{X: x, Y: y, Side: side, GSDM: g})
			}
		}
		if y <= 0 {
			break
		}
		bottom = y + side*overlap
	}
	return out
}

// StillTurns is how often the tiles of a still are looked at: it has no next frame that looks again.
const StillTurns = 4

// Turned are tiles as stills are looked at.
func Turned(tiles []Tile) []Tile {
	for i := range tiles {
		tiles[i].Turns = StillTurns
	}
	return tiles
}

// TilesUnposed are the tiles of a w x h picture of which no pose is known, at all scales.
func TilesUnposed(w, h, size int) (out []Tile) {
	for _, k := range BlindScales {
		out = append(out, TilesAt(w, h, size, k)...)
	}
	return out
}
