package infer

import (
	"errors"
	"fmt"
	"unsafe"

	"gocv.io/x/gocv"
)

// cvEngine is OpenCV's dnn: slower, and nothing to install besides OpenCV.
type cvEngine struct {
	net     gocv.Net
	in, out []port
	ins     [][]float32
	outs    [][]float32
}

// openCV loads a network n times: one of the dnn module's belongs to one goroutine.
func openCV(raw []byte, name string, in, out []port, n int) (_ []engine, err error) {
	var engines []engine
	defer func() {
		if err != nil {
			for _, e := range engines {
				e.close()
			}
		}
	}()
	for range n {
		net, err := gocv.ReadNetFromONNXBytes(raw)
		if err != nil {
			return nil, fmt.Errorf("load model %s into OpenCV: %w", name, err)
		}
		e := &cvEngine{net: net, in: in, out: out, outs: make([][]float32, len(out))}
		engines = append(engines, e)
		if net.Empty() {
			return nil, fmt.Errorf("load model %s into OpenCV: its importer does not take it", name)
		}
		for _, p := range in {
			if p.bytes {
				return nil, fmt.Errorf("load model %s into OpenCV: it takes bytes, which the dnn module does not; use the float model it was made of", name)
			}
			e.ins = append(e.ins, make([]float32, p.len()))
		}
	}
	return engines, nil
}

func (e *cvEngine) inputs() [][]float32 { return e.ins }

func (e *cvEngine) pixels() []byte { return nil }

func (e *cvEngine) run() ([][]float32, error) {
	for i, p := range e.in {
		blob, err := gocv.NewMatWithSizesFromBytes(p.shape, gocv.MatTypeCV32F, bytesOf(e.ins[i]))
		if err != nil {
			return nil, err
		}
		defer blob.Close()
		e.net.SetInput(blob, p.name)
	}
	names := make([]string, len(e.out))
	for i, p := range e.out {
		names[i] = p.name
	}
	outs := e.net.ForwardLayers(names)
	if len(outs) != len(names) {
		return nil, errors.New("OpenCV's dnn gave no outputs")
	}
	for i := range outs {
		p, err := outs[i].DataPtrFloat32()
		if err != nil {
			return nil, err
		}
		e.outs[i] = append(e.outs[i][:0], p...)
		outs[i].Close()
	}
	return e.outs, nil
}

func (e *cvEngine) close() { e.net.Close() }

// bytesOf are the bytes of floats, in place.
func bytesOf(v []float32) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 4*len(v)) }
