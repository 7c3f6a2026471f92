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
	pixels() []byte      // likewise, of a network that takes a picture's bytes; nil for others
	run() ([][]float32, error)
	close()
}

// session is an engine with the buffers in which it gets its pictures: memory that is new every time costs as much as scaling does.
type session struct {
	engine
	on        *runners
	pic, part gocv.Mat
	bgra      gocv.Mat // on the input of a network that takes pixels
}

func (s *session) run() ([][]float32, error) { return s.on.run(s.engine) }

// show gives the network the picture in s.pic, of its size.
func (s *session) show(m networks.Manifest) error {
	if !m.Pixels {
		return planes(s.pic, s.inputs()[0], m)
	}
	gocv.CvtColor(s.pic, &s.bgra, gocv.ColorBGRToBGRA)
	return nil
}

func (s *session) close() {
	s.engine.close()
	s.pic.Close()
	s.part.Close()
	s.bgra.Close()
}

// port is an input or output of a network.
type port struct {
	name  string
	shape []int
	bytes bool // it takes bytes, not floats
}

// pictureOf is the input of a network that takes one picture.
func pictureOf(name string, m networks.Manifest) port {
	if m.Pixels {
		return port{name, []int{1, m.Size, m.Size, 4}, true}
	}
	return port{name: name, shape: []int{1, 3, m.Size, m.Size}}
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
	n        int // of tiles that are worked on at a time
	cells    []cell
	closer   *closer // takes a closer look at what was found; nil without
	on       *runners
}

// Version names the model, with the beginning of its SHA-256.
func (m *Model) Version() string {
	return m.Manifest.Name + " " + m.Manifest.SHA256[:min(12, len(m.Manifest.SHA256))]
}

// Calibrated says whether the scores that it gives were calibrated.
func (m *Model) Calibrated() bool {
	if m.closer != nil {
		return len(m.closer.man.Calibration) > 0
	}
	return len(m.Manifest.Calibration) > 0
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

// Open loads a detector by name ("harrier-nano", "base") on an engine ("onnxruntime" or "opencv"), and the network that looks closer,
// where its manifest names one. n of their sessions, each of one thread, run at a time; one more is made ready meanwhile.
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
	m := &Model{Manifest: man, n: n + 1, on: newRunners(n)}
	for _, s := range man.Strides {
		for y := range man.Size / s {
			for x := range man.Size / s {
				m.cells = append(m.cells, cell{(float64(x) + 0.5) * float64(s), (float64(y) + 0.5) * float64(s), float64(s)})
			}
		}
	}
	in := []port{pictureOf("image", man)}
	out := []port{{name: "scores", shape: []int{1, len(m.cells), len(man.Classes)}}, {name: "dist", shape: []int{1, len(m.cells), 4 * man.Bins}}}
	if m.free, err = sessions(engineName, raw, man.Name, in, out, m.n, m.on); err != nil {
		m.Close()
		return nil, err
	}
	if man.Closer != "" {
		raw, man, err := load(man.Closer)
		if err == nil {
			m.closer, err = openCloser(raw, man, engineName, m.n, m.on)
		}
		if err != nil {
			m.Close()
			return nil, err
		}
	}
	return m, nil
}

// sessions are n copies of a network on an engine, to be taken and given back, that run on threads of their own, or (nil) on the caller's.
func sessions(engineName string, raw []byte, name string, in, out []port, n int, on *runners) (chan *session, error) {
	var engines []engine
	var err error
	switch engineName {
	case "", "onnxruntime":
		engines, err = openORT(raw, name, in, out, n, on != nil)
	case "opencv":
		engines, err = openCV(raw, name, in, out, n)
	default:
		err = fmt.Errorf("no engine %q; there are onnxruntime and opencv", engineName)
	}
	if err != nil {
		return nil, err
	}
	free := make(chan *session, n)
	for _, e := range engines {
		s := &session{engine: e, on: on, pic: gocv.NewMat(), part: gocv.NewMat()}
		if in[0].bytes {
			s.bgra, err = gocv.NewMatFromBytes(in[0].shape[1], in[0].shape[2], gocv.MatTypeCV8UC4, e.pixels())
		} else {
			s.bgra = gocv.NewMat()
		}
		free <- s
	}
	if err != nil {
		closeAll(free)
		return nil, err
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
	m.on.close()
}

func (m *Model) detect(s *session, minScore float64) ([]vision.Detection, error) {
	if err := s.show(m.Manifest); err != nil {
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

// minRaw is the raw score below which nothing is looked at.
const minRaw = 0.02

func (m *Model) decode(scores, dist []float32, minScore float64) []vision.Detection {
	nc, bins := len(m.Manifest.Classes), m.Manifest.Bins
	least := make([]float32, nc)
	for k, class := range m.Manifest.Classes {
		least[k] = max(minRaw, float32(m.Manifest.Raw(class, minScore)))
	}
	var out []vision.Detection
	for i, c := range m.cells {
		row := scores[i*nc : (i+1)*nc]
		best := -1
		for k, v := range row {
			if v >= minRaw && m.Manifest.Classes[k] != "" && (best < 0 || v > row[best]) {
				best = k
			}
		}
		if best < 0 || row[best] < least[best] {
			continue
		}
		score := m.Manifest.Calibrated(m.Manifest.Classes[best], float64(row[best]))
		if score < minScore {
			continue
		}
		var side [4]float64
		for k := range side {
			side[k] = expectation(dist[(i*4+k)*bins:(i*4+k+1)*bins]) * c.stride
		}
		out = append(out, vision.Detection{Class: m.Manifest.Classes[best], Score: score,
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
