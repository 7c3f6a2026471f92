package infer

import (
	"context"
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
)

// Picture detects in a whole BGR picture scaled by scale, tile by tile; tiles overlap by at least over of the network's pixels.
// Boxes are in the picture's own pixels. It also returns the number of tiles.
func (m *Model) Picture(ctx context.Context, pic gocv.Mat, scale, minScore float64, over int) ([]vision.Detection, int, error) {
	n := m.Manifest.Size
	src := pic
	if math.Abs(scale-1) > 1e-3 {
		src = gocv.NewMat()
		defer src.Close()
		w, h := max(1, int(math.Round(float64(pic.Cols())*scale))), max(1, int(math.Round(float64(pic.Rows())*scale)))
		how := gocv.InterpolationLinear
		if scale < 1 {
			how = gocv.InterpolationArea
		}
		gocv.Resize(pic, &src, image.Pt(w, h), 0, 0, how)
	}
	kx, ky := float64(pic.Cols())/float64(src.Cols()), float64(pic.Rows())/float64(src.Rows())
	var all []vision.Detection
	tiles := 0
	for _, y := range starts(src.Rows(), n, over) {
		for _, x := range starts(src.Cols(), n, over) {
			d, err := m.at(ctx, src, x, y, minScore)
			if err != nil {
				return nil, tiles, err
			}
			tiles++
			for _, v := range d {
				v.Box.X, v.Box.Y, v.Box.W, v.Box.H = (v.Box.X+float64(x))*kx, (v.Box.Y+float64(y))*ky, v.Box.W*kx, v.Box.H*ky
				all = append(all, clipped(v, pic.Cols(), pic.Rows()))
			}
		}
	}
	return vision.Suppress(all, 0.5), tiles, nil
}

func clipped(d vision.Detection, w, h int) vision.Detection {
	x0, y0 := math.Max(0, d.Box.X), math.Max(0, d.Box.Y)
	x1, y1 := math.Min(float64(w), d.Box.X+d.Box.W), math.Min(float64(h), d.Box.Y+d.Box.H)
	d.Box = vision.Box{X: x0, Y: y0, W: math.Max(0, x1-x0), H: math.Max(0, y1-y0)}
	return d
}

// starts spreads tiles of n evenly over a length, overlapping by at least over.
func starts(length, n, over int) []int {
	if length <= n {
		return []int{0}
	}
	k := int(math.Ceil(float64(length-over) / float64(n-over)))
	out := make([]int, k)
	for i := range out {
		out[i] = i * (length - n) / (k - 1)
	}
	return out
}

func (m *Model) at(ctx context.Context, src gocv.Mat, x, y int, minScore float64) ([]vision.Detection, error) {
	n := m.Manifest.Size
	r := image.Rect(x, y, min(x+n, src.Cols()), min(y+n, src.Rows()))
	part := src.Region(r)
	defer part.Close()
	tile := gocv.NewMat()
	defer tile.Close()
	// a copy is continuous; what is missing at an edge is grey
	gocv.CopyMakeBorder(part, &tile, 0, n-r.Dy(), 0, n-r.Dx(), gocv.BorderConstant, color.RGBA{114, 114, 114, 0})
	return m.Tile(ctx, tile, minScore)
}
