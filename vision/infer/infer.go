// Package infer runs a detection network on pictures. A Model holds a few one-thread sessions of an engine (ONNX Runtime, or
// OpenCV's dnn) and turns a tile into detections.
package infer

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// engine is a network loaded. It belongs to one goroutine at a time.
type engine interface {
	inputs() [][]float32 // to be filled before run
	run() ([][]float32, error)
	close()
}

// session is an engine with the buffer in which it gets its pictures: memory that is new every time costs as much as scaling does.
type session struct {
	engine
	pic, part gocv.Mat
}

func (s *session) close() {
	s.engine.close()
	s.pic.Close()
	s.part.Close()
}

// port is an input or output of a network.
type port struct {
	name  string
	shape []int
}

func (p port) len() int {
	n := 1
	for _, v := range p.shape {
		n *= v
	}
	return n
}

// Model is a detector ready to run, from any number of goroutines.
type Model struct {
	Manifest networks.Manifest
	free     chan *session
	n        int
	cells    []cell
	closer   *closer // takes a closer look at what was found; nil without
}

// Classes are those that its detections may have: the detector's, and what a closer look tells apart besides.
func (m *Model) Classes() []string {
	out := slices.Clone(m.Manifest.Classes)
	if m.closer != nil {
		for _, c := range m.closer.man.Classes {
			if c != "" && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// Marks are what a closer look may say of a detection besides its class.
func (m *Model) Marks() []string {
	if m.closer == nil {
		return nil
	}
	return m.closer.man.Marks
}

type cell struct{ x, y, stride float64 }

// Open loads a detector by name ("harrier-nano", "base") on an engine ("onnxruntime" or "opencv") with n one-thread sessions, and the
// network that looks closer, where its manifest names one.
func Open(name, engineName string, n int) (*Model, error) {
	load := func(name string) ([]byte, networks.Manifest, error) {
		raw, man, err := networks.Load(name)
		if err == nil && engineName == "opencv" && man.Float != "" {
			// OpenCV 4.6 does not read quantised networks: it takes what they were made of
			return networks.Load(man.Float)
		}
		return raw, man, err
	}
	raw, man, err := load(name)
	if err != nil {
		return nil, err
	}
	m := &Model{Manifest: man, n: n}
	for _, s := range man.Strides {
		for y := range man.Size / s {
			for x := range man.Size / s {
				m.cells = append(m.cells, cell{(float64(x) + 0.5) * float64(s), (float64(y) + 0.5) * float64(s), float64(s)})
			}
		}
	}
	in := []port{{"image", []int{1, 3, man.Size, man.Size}}}
	out := []port{{"scores", []int{1, len(m.cells), len(man.Classes)}}, {"dist", []int{1, len(m.cells), 4 * man.Bins}}}
	if m.free, err = sessions(engineName, raw, man.Name, in, out, n); err != nil {
		return nil, err
	}
	if man.Closer != "" {
		raw, man, err := load(man.Closer)
		if err == nil {
			m.closer, err = openCloser(raw, man, engineName, n)
		}
		if err != nil {
			m.Close()
			return nil, err
		}
	}
	return m, nil
}

// sessions are n copies of a network on an engine, to be taken and given back.
func sessions(engineName string, raw []byte, name string, in, out []port, n int) (chan *session, error) {
	free := make(chan *session, n)
	for range n {
		var e engine
		var err error
		switch engineName {
		case "", "onnxruntime":
			e, err = openORT(raw, name, in, out)
		case "opencv":
			e, err = openCV(raw, name, in, out)
		default:
			err = fmt.Errorf("no engine %q; there are onnxruntime and opencv", engineName)
		}
		if err != nil {
			closeAll(free)
			return nil, err
		}
		free <- &session{e, gocv.NewMat(), gocv.NewMat()}
	}
	return free, nil
}

func closeAll(free chan *session) {
	for {
		select {
		case e := <-free:
			e.close()
		default:
			return
		}
	}
}

// Close frees the sessions; none may be in use.
func (m *Model) Close() {
	closeAll(m.free)
	if m.closer != nil {
		closeAll(m.closer.free)
	}
}

// Tile detects in one tile: a BGR picture of Size x Size. Boxes are in the tile's pixels; scores below minScore are dropped.
func (m *Model) Tile(ctx context.Context, tile gocv.Mat, minScore float64) ([]vision.Detection, error) {
	n := m.Manifest.Size
	if tile.Rows() != n || tile.Cols() != n || tile.Type() != gocv.MatTypeCV8UC3 {
		return nil, fmt.Errorf("tile is %dx%d, the network takes %dx%d BGR", tile.Cols(), tile.Rows(), n, n)
	}
	s, err := take(ctx, m.free)
	if err != nil {
		return nil, err
	}
	defer func() { m.free <- s }()
	return m.detect(s, tile, minScore)
}

func (m *Model) detect(s *session, tile gocv.Mat, minScore float64) ([]vision.Detection, error) {
	if err := planes(tile, s.inputs()[0], m.Manifest); err != nil {
		return nil, err
	}
	outs, err := s.run()
	if err != nil {
		return nil, err
	}
	return m.decode(outs[0], outs[1], minScore), nil
}

func take(ctx context.Context, free chan *session) (*session, error) {
	select {
	case s := <-free:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// planes puts a continuous BGR picture into the planes that a network takes.
func planes(pic gocv.Mat, in []float32, m networks.Manifest) error {
	pix, err := pic.DataPtrUint8()
	if err != nil {
		return err
	}
	var table [3][256]float32
	for ch := range table {
		for v := range table[ch] {
			table[ch][v] = (float32(v) - m.Mean[ch]) / m.Std[ch]
		}
	}
	area := m.Size * m.Size
	b, g, r := in[:area], in[area:2*area], in[2*area:3*area]
	for i := range b {
		p := pix[3*i : 3*i+3 : 3*i+3]
		b[i], g[i], r[i] = table[0][p[0]], table[1][p[1]], table[2][p[2]]
	}
	return nil
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
