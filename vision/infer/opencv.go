package infer

import (
	"errors"
	"fmt"
	"unsafe"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision/models"
)

// cvEngine is OpenCV's dnn: slower, and nothing to install besides OpenCV.
type cvEngine struct {
	net          gocv.Net
	in           []float32
	scores, dist []float32
	size         int
}

func openCV(raw []byte, m models.Manifest) (engine, error) {
	net, err := gocv.ReadNetFromONNXBytes(raw)
	if err != nil {
		return nil, fmt.Errorf("load model %s into OpenCV: %w", m.Name, err)
	}
	if net.Empty() {
		return nil, fmt.Errorf("load model %s into OpenCV: its importer does not take it", m.Name)
	}
	return &cvEngine{net: net, size: m.Size, in: make([]float32, 3*m.Size*m.Size)}, nil
}

func (e *cvEngine) input() []float32 { return e.in }

func (e *cvEngine) run() (scores, dist []float32, err error) {
	blob, err := gocv.NewMatWithSizesFromBytes([]int{1, 3, e.size, e.size}, gocv.MatTypeCV32F, bytesOf(e.in))
	if err != nil {
		return nil, nil, err
	}
	defer blob.Close()
	e.net.SetInput(blob, "image")
	outs := e.net.ForwardLayers([]string{"scores", "dist"})
	if len(outs) != 2 {
		return nil, nil, errors.New("OpenCV's dnn gave no outputs")
	}
	for i, dst := range []*[]float32{&e.scores, &e.dist} {
		p, err := outs[i].DataPtrFloat32()
		if err != nil {
			return nil, nil, err
		}
		*dst = append((*dst)[:0], p...)
		outs[i].Close()
	}
	return e.scores, e.dist, nil
}

func (e *cvEngine) close() { e.net.Close() }

// bytesOf are the bytes of floats, in place.
func bytesOf(v []float32) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 4*len(v)) }
