package vision

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Sampler spends the network on ground that has not been seen well enough yet. It belongs to one goroutine.
type Sampler struct {
	looks map[[2]int32]uint8
	turn  int
}

// wanted is how many looks a piece of ground needs until it is seen well enough; ground with fewer is looked at first, the rest at
// every restTurns-th frame, since things may still move over it.
const (
	wanted    = 5
	restTurns = 2
)

// Size of a piece of ground, degrees (about 6 m).
const pieceDeg = 6e-5

// Next orders the tiles of a frame by how much their ground needs a look and leaves out what needs none now. Looked must be told which
// of them were looked at.
func (s *Sampler) Next(cam geo.Camera, p geo.Pose, tiles []Tile) []Tile {
	if s.looks == nil {
		s.looks = map[[2]int32]uint8{}
	}
	s.turn++
	type ranked struct {
		t    Tile
		need int
	}
	var all []ranked
	for _, t := range tiles {
		need, n := 0, 0
		for _, k := range pieces(cam, p, t) {
			n++
			need += max(0, wanted-int(s.looks[k]))
		}
		if need > 0 || n == 0 || s.turn%restTurns == 0 {
			all = append(all, ranked{t, need})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(b.need, a.need) })
	out := make([]Tile, len(all))
	for i, r := range all {
		out[i] = r.t
	}
	return out
}

// Looked notes that a tile was looked at.
func (s *Sampler) Looked(cam geo.Camera, p geo.Pose, t Tile) {
	for _, k := range pieces(cam, p, t) {
		s.looks[k] = min(s.looks[k]+1, 250)
	}
}

// pieces are the pieces of ground that a tile shows, by a grid of points in it.
func pieces(cam geo.Camera, p geo.Pose, t Tile) [][2]int32 {
	v := geo.NewView(cam, geo.ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg)
	f := geo.NewFrame(p.Point(), 0)
	var out [][2]int32
	const n = 5
	for i := range n {
		for j := range n {
			x, y := t.X+t.Side*(float64(i)+0.5)/n, t.Y+t.Side*(float64(j)+0.5)/n
			if x > float64(cam.Width) || y > float64(cam.Height) {
				continue
			}
			g, _, ok := v.OnPlane(x, y, 0)
			if !ok {
				continue
			}
			k := pieceOf(f.From(g.E, g.N))
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

func pieceOf(p orb.Point) [2]int32 {
	return [2]int32{int32(math.Floor(p[0] / pieceDeg)), int32(math.Floor(p[1] / pieceDeg))}
}
