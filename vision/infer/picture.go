package infer

import (
	"context"
	"image"
	"image/color"
	"math"
	"slices"

	"gocv.io/x/gocv"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/vision"
)

// Picture detects in the tiles of a BGR picture, as many at a time as there are sessions. Boxes are in the picture's own pixels.
func (m *Model) Picture(ctx context.Context, pic gocv.Mat, tiles []vision.Tile, minScore float64) ([]vision.Detection, error) {
	found := make([][]vision.Detection, len(tiles))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(m.n)
	for i, t := range tiles {
		g.Go(func() error {
			d, err := m.at(gctx, pic, t, minScore)
			found[i] = d
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var all []vision.Detection
	scales := map[float64][]vision.Detection{} // of tiles of one side, where their ground resolution is not known
	w, h := float64(pic.Cols()), float64(pic.Rows())
	for i, t := range tiles {
		k := t.Side / float64(m.Manifest.Size)
		for _, v := range found[i] {
			v.Box = vision.Box{X: v.Box.X*k + t.X, Y: v.Box.Y*k + t.Y, W: v.Box.W * k, H: v.Box.H * k}
			const px = 3
			b := v.Box
			v.LengthM = max(b.W, b.H) * t.GSDM
			v.Cut = t.X > 0 && b.X < t.X+px*k || t.Y > 0 && b.Y < t.Y+px*k ||
				t.X+t.Side < w && b.X+b.W > t.X+t.Side-px*k || t.Y+t.Side < h && b.Y+b.H > t.Y+t.Side-px*k
			if v = clipped(v, w, h); t.GSDM == 0 {
				scales[t.Side] = append(scales[t.Side], v)
			} else {
				all = append(all, v)
			}
		}
	}
	all = vision.Suppress(append(all, agreed(scales)...), 0.5)
	if m.closer == nil {
		return all, nil
	}
	return m.closer.look(ctx, pic, all, minScore)
}

// grey114 is what lies beyond a picture's edge, as the network was trained.
var grey114 = color.RGBA{114, 114, 114, 0}

func clipped(d vision.Detection, w, h float64) vision.Detection {
	x0, y0 := math.Max(0, d.Box.X), math.Max(0, d.Box.Y)
	x1, y1 := math.Min(w, d.Box.X+d.Box.W), math.Min(h, d.Box.Y+d.Box.H)
	d.Box = vision.Box{X: x0, Y: y0, W: math.Max(0, x1-x0), H: math.Max(0, y1-y0)}
	return d
}

// at detects in one tile.
func (m *Model) at(ctx context.Context, src gocv.Mat, t vision.Tile, minScore float64) ([]vision.Detection, error) {
	s, err := take(ctx, m.free)
	if err != nil {
		return nil, err
	}
	defer func() { m.free <- s }()
	s.cut(src, t, m.Manifest.Size)
	return m.detect(s, minScore)
}

// averagedBelow: pictures made smaller than this are averaged, others interpolated, as in training; averaging takes as long as a quarter of
// the network.
const averagedBelow = 0.6

// cut brings a square of a picture to n x n pixels, in s.pic; beyond the picture's edge it is grey.
func (s *session) cut(src gocv.Mat, t vision.Tile, n int) {
	side := max(1, int(math.Round(t.Side)))
	x, y := int(math.Round(t.X)), int(math.Round(t.Y))
	r := image.Rect(x, y, x+side, y+side).Intersect(image.Rect(0, 0, src.Cols(), src.Rows()))
	part := src.Region(r)
	defer part.Close()
	k := float64(n) / t.Side
	how := gocv.InterpolationLinear
	if k < averagedBelow {
		how = gocv.InterpolationArea
	}
	px := func(v int) int { return int(math.Round(float64(v) * k)) }
	left, top := min(n-1, px(r.Min.X-x)), min(n-1, px(r.Min.Y-y))
	w, h := min(n-left, max(1, px(r.Dx()))), min(n-top, max(1, px(r.Dy())))
	whole := w == n && h == n
	to := &s.part
	if whole {
		to = &s.pic
	}
	if r.Dx() != w || r.Dy() != h {
		gocv.Resize(part, to, image.Pt(w, h), 0, 0, how)
	} else {
		part.CopyTo(to) // a copy is continuous
	}
	if !whole {
		gocv.CopyMakeBorder(s.part, &s.pic, top, n-h-top, left, n-w-left, gocv.BorderConstant, grey114)
	}
}

// otherScale is the share of the score of what was found at one scale that rests on its being found at the other too. A thing is seen at both; what only
// one shows to be a thing is often something else of another size. Chosen on Girardot (stalls) and by the vehicles of pictures at 5 cm: 0.3 to 0.5 are alike.
const otherScale = 0.3

// agreed is what was found at several scales of a picture, with the score that it has at all of them together. Found at one scale only it is as it was.
func agreed(scales map[float64][]vision.Detection) []vision.Detection {
	var sides []float64
	for side := range scales {
		scales[side] = vision.Suppress(scales[side], 0.5)
		sides = append(sides, side)
	}
	slices.Sort(sides)
	var out []vision.Detection
	for _, side := range sides {
		for _, d := range scales[side] {
			others := 0.0
			for _, other := range sides {
				if other == side {
					continue
				}
				best := 0.0
				for _, o := range scales[other] {
					if o.Class == d.Class && o.Score > best && o.Box.IoU(d.Box) >= 0.5 {
						best = o.Score
					}
				}
				others += best / float64(len(sides)-1)
			}
			if len(sides) > 1 {
				d.Score = (1-otherScale)*d.Score + otherScale*others // the surer of two boxes stays the surer
			}
			out = append(out, d)
		}
	}
	return out
}
