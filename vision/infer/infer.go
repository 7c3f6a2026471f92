// Package infer runs a detection network on pictures. A Model holds a few one-thread sessions of an engine (ONNX Runtime, or
// OpenCV's dnn) and turns a tile into detections.
package infer

import (
	"context"
	"fmt"
	"math"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/models"
)

// engine is a network loaded: one input of Size x Size, outputs class scores and side distributions. It belongs to one
// goroutine at a time.
type engine interface {
	input() []float32 // to be filled before run
	run() (scores, dist []float32, err error)
	close()
}

// Model is a network ready to run, from any number of goroutines.
type Model struct {
	Manifest models.Manifest
	free     chan *session
	n        int
	cells    []cell
}

type session struct{ e engine }

type cell struct{ x, y, stride float64 }

// Open loads a model by name ("harrier-nano", "base") on an engine ("onnxruntime" or "opencv") with n one-thread sessions.
func Open(name, engineName string, n int) (*Model, error) {
	raw, man, err := models.Load(name)
	if err == nil && engineName == "opencv" && man.Float != "" {
		// OpenCV 4.6 does not read quantised networks: it takes what they were made of
		raw, man, err = models.Load(man.Float)
	}
	if err != nil {
		return nil, err
	}
	m := &Model{Manifest: man, free: make(chan *session, n), n: n}
	for _, s := range man.Strides {
		for y := range man.Size / s {
			for x := range man.Size / s {
				m.cells = append(m.cells, cell{(float64(x) + 0.5) * float64(s), (float64(y) + 0.5) * float64(s), float64(s)})
			}
		}
	}
	for range n {
		var e engine
		switch engineName {
		case "", "onnxruntime":
			e, err = openORT(raw, man, len(m.cells))
		case "opencv":
			e, err = openCV(raw, man)
		default:
			err = fmt.Errorf("no engine %q; there are onnxruntime and opencv", engineName)
		}
		if err != nil {
			m.Close()
			return nil, err
		}
		m.free <- &session{e}
	}
	return m, nil
}

// Close frees the sessions; none may be in use.
func (m *Model) Close() {
	for {
		select {
		case s := <-m.free:
			s.e.close()
		default:
			return
		}
	}
}

// Tile detects in one tile: a BGR picture of Size x Size. Boxes are in the tile's pixels; scores below minScore are dropped.
func (m *Model) Tile(ctx context.Context, tile gocv.Mat, minScore float64) ([]vision.Detection, error) {
	n := m.Manifest.Size
	if tile.Rows() != n || tile.Cols() != n || tile.Type() != gocv.MatTypeCV8UC3 {
		return nil, fmt.Errorf("tile is %dx%d, the network takes %dx%d BGR", tile.Cols(), tile.Rows(), n, n)
	}
	pix, err := tile.DataPtrUint8()
	if err != nil {
		return nil, err
	}
	var s *session
	select {
	case s = <-m.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { m.free <- s }()
	planes(pix, s.e.input(), m.Manifest)
	scores, dist, err := s.e.run()
	if err != nil {
		return nil, err
	}
	return m.decode(scores, dist, minScore), nil
}

// planes puts BGR bytes into the planes that a network takes.
func planes(pix []byte, in []float32, m models.Manifest) {
	area := m.Size * m.Size
	for ch := range 3 {
		var table [256]float32
		for v := range table {
			table[v] = (float32(v) - m.Mean[ch]) / m.Std[ch]
		}
		out := in[ch*area : (ch+1)*area]
		for i, p := 0, ch; i < area; i, p = i+1, p+3 {
			out[i] = table[pix[p]]
		}
	}
}

// leastRaw is the raw score below which nothing is looked at.
const leastRaw = 0.02

func (m *Model) decode(scores, dist []float32, minScore float64) []vision.Detection {
	nc, bins := len(m.Manifest.Classes), m.Manifest.Bins
	var out []vision.Detection
	for i, c := range m.cells {
		row := scores[i*nc : (i+1)*nc]
		best := -1
		for k, v := range row {
			if v >= leastRaw && m.Manifest.Classes[k] != "" && (best < 0 || v > row[best]) {
				best = k
			}
		}
		if best < 0 {
			continue
		}
		if m.Manifest.Calibrated(m.Manifest.Classes[best], float64(row[best])) < minScore {
			continue
		}
		var side [4]float64
		for k := range side {
			side[k] = expectation(dist[(i*4+k)*bins:(i*4+k+1)*bins]) * c.stride
		}
		out = append(out, vision.Detection{Class: m.Manifest.Classes[best], Score: m.Manifest.Calibrated(m.Manifest.Classes[best], float64(row[best])),
			Box: vision.Box{X: c.x - side[0], Y: c.y - side[1], W: side[0] + side[2], H: side[1] + side[3]}})
	}
	return vision.Suppress(out, 0.55)
}

// expectation of a softmax over 0, 1, 2, …
func expectation(v []float32) float64 {
	top := v[0]
	for _, x := range v {
		top = max(top, x)
	}
	var sum, mean float64
	for i, x := range v {
		e := math.Exp(float64(x - top))
		sum += e
		mean += e * float64(i)
	}
	return mean / sum
}
