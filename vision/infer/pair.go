package infer

import (
	"context"
	"errors"
	"image"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision/networks"
)

// Pair is a network that compares two pictures, on ONNX Runtime. It belongs to one goroutine. Close it.
type Pair struct {
	man networks.Manifest
	e   engine
}

// OpenPair loads a network of two pictures by name.
func OpenPair(name string) (*Pair, error) {
	raw, man, err := networks.Load(name)
	if err != nil {
		return nil, err
	}
	n := man.Size
	engines, err := openORT(raw, man.Name, []port{{name: "before", shape: []int{1, 3, n, n}}, {name: "after", shape: []int{1, 3, n, n}}}, []port{{name: "change", shape: []int{1, 1, n / 2, n / 2}}}, 1, false)
	if err != nil {
		return nil, err
	}
	return &Pair{man, engines[0]}, nil
}

// Close frees the network.
func (m *Pair) Close() { m.e.close() }

// tileRim is how much of a tile's edge, in pixels, is only there for what lies inside.
const tileRim = 48

// Run returns the probability of change at every pixel (float, one channel) of two BGR pictures of one size.
func (m *Pair) Run(ctx context.Context, before, after gocv.Mat) (gocv.Mat, error) {
	if before.Cols() != after.Cols() || before.Rows() != after.Rows() {
		return gocv.Mat{}, errors.New("the two pictures differ in size")
	}
	n := m.man.Size
	step := n - 2*tileRim
	w, h := before.Cols(), before.Rows()
	a, b := gocv.NewMat(), gocv.NewMat()
	defer a.Close()
	defer b.Close()
	// reflected round the edge and up to whole tiles
	right, bottom := (w+step-1)/step*step-w+tileRim, (h+step-1)/step*step-h+tileRim
	gocv.CopyMakeBorder(before, &a, tileRim, bottom, tileRim, right, gocv.BorderReflect, grey114)
	gocv.CopyMakeBorder(after, &b, tileRim, bottom, tileRim, right, gocv.BorderReflect, grey114)
	out := gocv.NewMatWithSize(a.Rows(), a.Cols(), gocv.MatTypeCV32F)
	defer out.Close()
	for y := 0; y+n <= a.Rows(); y += step {
		for x := 0; x+n <= a.Cols(); x += step {
			if ctx.Err() != nil {
				return gocv.Mat{}, ctx.Err()
			}
			if err := m.tile(a, b, image.Rect(x, y, x+n, y+n), &out); err != nil {
				return gocv.Mat{}, err
			}
		}
	}
	part := out.Region(image.Rect(tileRim, tileRim, tileRim+w, tileRim+h))
	defer part.Close()
	return part.Clone(), nil
}

func (m *Pair) tile(a, b gocv.Mat, r image.Rectangle, out *gocv.Mat) error {
	for i, pic := range []gocv.Mat{a, b} {
		part := pic.Region(r)
		whole := part.Clone()
		part.Close()
		err := planes(whole, m.e.inputs()[i], m.man)
		whole.Close()
		if err != nil {
			return err
		}
	}
	outs, err := m.e.run()
	if err != nil {
		return err
	}
	half, err := gocv.NewMatFromBytes(m.man.Size/2, m.man.Size/2, gocv.MatTypeCV32F, bytesOf(outs[0]))
	if err != nil {
		return err
	}
	defer half.Close()
	full := gocv.NewMat()
	defer full.Close()
	gocv.Resize(half, &full, image.Pt(m.man.Size, m.man.Size), 0, 0, gocv.InterpolationLinear)
	in := image.Rect(tileRim, tileRim, m.man.Size-tileRim, m.man.Size-tileRim)
	from, to := full.Region(in), out.Region(in.Add(r.Min))
	defer from.Close()
	defer to.Close()
	from.CopyTo(&to)
	return nil
}
