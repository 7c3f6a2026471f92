package infer

import (
	"context"
	"errors"
	"fmt"
	"image"

	ort "github.com/yalue/onnxruntime_go"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision/models"
)

// Pair is a network that compares two pictures, on ONNX Runtime. It belongs to one goroutine. Close it.
type Pair struct {
	man           models.Manifest
	s             *ort.AdvancedSession
	before, after *ort.Tensor[float32]
	out           *ort.Tensor[float32]
}

// OpenPair loads a network of two pictures by name.
func OpenPair(name string) (_ *Pair, err error) {
	raw, man, err := models.Load(name)
	if err != nil {
		return nil, err
	}
	if err := environment(); err != nil {
		return nil, err
	}
	m := &Pair{man: man}
	defer func() {
		if err != nil {
			m.Close()
		}
	}()
	n := int64(man.Size)
	for _, t := range []**ort.Tensor[float32]{&m.before, &m.after} {
		if *t, err = ort.NewEmptyTensor[float32](ort.NewShape(1, 3, n, n)); err != nil {
			return nil, err
		}
	}
	if m.out, err = ort.NewEmptyTensor[float32](ort.NewShape(1, 1, n/2, n/2)); err != nil {
		return nil, err
	}
	o, err := sessionOptions()
	if err != nil {
		return nil, err
	}
	defer o.Destroy()
	if m.s, err = ort.NewAdvancedSessionWithONNXData(raw, []string{"before", "after"}, []string{"change"}, []ort.Value{m.before, m.after}, []ort.Value{m.out}, o); err != nil {
		return nil, fmt.Errorf("load model %s: %w", man.Name, err)
	}
	return m, nil
}

// Close frees the network.
func (m *Pair) Close() {
	if m.s != nil {
		m.s.Destroy()
	}
	for _, t := range []*ort.Tensor[float32]{m.before, m.after, m.out} {
		if t != nil {
			t.Destroy()
		}
	}
}

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
	for _, x := range []struct {
		pic gocv.Mat
		in  *ort.Tensor[float32]
	}{{a, m.before}, {b, m.after}} {
		part := x.pic.Region(r)
		whole := part.Clone()
		part.Close()
		pix, err := whole.DataPtrUint8()
		if err == nil {
			planes(pix, x.in.GetData(), m.man)
		}
		whole.Close()
		if err != nil {
			return err
		}
	}
	if err := m.s.Run(); err != nil {
		return fmt.Errorf("ONNX Runtime: %w", err)
	}
	half, err := gocv.NewMatFromBytes(m.man.Size/2, m.man.Size/2, gocv.MatTypeCV32F, bytesOf(m.out.GetData()))
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
