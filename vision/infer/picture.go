package infer

import (
	"context"
	"image"
	"image/color"
	"maps"
	"math"
	"slices"

	"gocv.io/x/gocv"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/vision"
)

// Picture detects in the tiles of a BGR picture, as many at a time as there are sessions. Boxes are in the picture's own pixels.
func (m *Model) Picture(ctx context.Context, pic gocv.Mat, tiles []vision.Tile, minScore float64) ([]vision.Detection, error) {
	found := make([][]vision.Detection, len(tiles))
	scales := map[float64][]vision.Detection{} // of tiles of one side, where their ground resolution is not known
	for _, t := range tiles {
		if t.GSDM == 0 {
			scales[t.Side] = nil
		}
	}
	least := minScore
	if len(scales) > 1 {
		least = 0 // what one scale hardly shows counts in the mean of all
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(m.n)
	for i, t := range tiles {
		g.Go(func() error {
			d, err := m.at(gctx, pic, t, least)
			found[i] = d
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var all []vision.Detection
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
			if v = clipped(v, w, h); len(scales) > 1 {
				scales[t.Side] = append(scales[t.Side], v)
			} else {
				all = append(all, v)
			}
		}
	}
	if len(scales) > 1 { // a thing is seen at all scales; what only one shows to be a thing is often something else of another size
		var looks [][]vision.Detection
		for _, side := range slices.Sorted(maps.Keys(scales)) {
			looks = append(looks, vision.Suppress(scales[side], 0.5))
		}
		all = vision.Fuse(looks, minScore)
	}
	green := func(d vision.Detection) bool { return d.Class == "heap" && green(pic, d.Box) > mostlyGreen }
	all = vision.Suppress(slices.DeleteFunc(all, green), 0.5)
	if m.closer == nil {
		return all, nil
	}
	all, err := m.closer.look(ctx, pic, all, minScore)
	return slices.DeleteFunc(all, green), err // what a closer look takes for a heap, too
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
	if t.Turns < 2 {
		return m.detect(s, minScore)
	}
	looks := make([][]vision.Detection, t.Turns)
	for n := range looks {
		d, err := m.detect(s, 0)
		if err != nil {
			return nil, err
		}
		looks[n] = turnedBack(d, n, float64(m.Manifest.Size))
		gocv.Rotate(s.pic, &s.part, gocv.Rotate90Clockwise)
		s.part.CopyTo(&s.pic)
	}
	return vision.Fuse(looks, minScore), nil
}

// turnedBack is what was found in a square of size pixels that had been turned n quarters clockwise, as it lies before.
func turnedBack(d []vision.Detection, n int, size float64) []vision.Detection {
	for i := range d {
		for range n {
			b := d[i].Box
			d[i].Box = vision.Box{X: b.Y, Y: size - b.X - b.W, W: b.H, H: b.W}
		}
	}
	return d
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

// A heap that is mostly green is a tree or a bush, or lies under a net, as it should.
const mostlyGreen = 0.5

// green is the share of a box that is green: of pixels in its middle, whose green stands out of the mean of red and blue by a tenth of their brightness.
func green(pic gocv.Mat, b vision.Box) float64 {
	const n = 16
	found := 0
	for i := range n {
		for j := range n {
			x := int(b.X + b.W*(0.1+0.8*(float64(i)+0.5)/n))
			y := int(b.Y + b.H*(0.1+0.8*(float64(j)+0.5)/n))
			if x < 0 || y < 0 || x >= pic.Cols() || y >= pic.Rows() {
				continue
			}
			v := pic.GetVecbAt(y, x)
			blue, g, red := float64(v[0]), float64(v[1]), float64(v[2])
			if g-(red+blue)/2 > 0.1*(red+g+blue)/3 {
				found++
			}
		}
	}
	return float64(found) / (n * n)
}
