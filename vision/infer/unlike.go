package infer

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"
)

// measuresOn is the longer side that pictures are brought to before they are described, pixels.
const measuresOn = 400

// Describe measures how a picture looks, whatever it shows: its brightness and colours, how much of its contrast lies at which fineness, and which
// way its edges run. Pictures by night, of heat, in snow, of screens or rooms differ in these from those by day from above. Colours are CIE Lab.
func Describe(bgr gocv.Mat) ([]float64, error) {
	small, lab, level := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer small.Close()
	defer lab.Close()
	defer level.Close()
	k := math.Min(1, measuresOn/float64(max(bgr.Cols(), bgr.Rows())))
	w, h := max(16, int(float64(bgr.Cols())*k)), max(16, int(float64(bgr.Rows())*k))
	gocv.Resize(bgr, &small, image.Pt(w, h), 0, 0, gocv.InterpolationArea)
	gocv.CvtColor(small, &lab, gocv.ColorBGRToLab)
	px, err := lab.DataPtrUint8()
	if err != nil {
		return nil, err
	}
	n := w * h
	if len(px) != 3*n {
		return nil, errors.New("not a picture of three channels")
	}
	var counts [256]int
	var l1, l2, a1, b1, c1, c2, colourful, grey float64
	light := make([]float64, n)
	for i := range n {
		l, a, b := float64(px[3*i]), float64(px[3*i+1])-128, float64(px[3*i+2])-128
		counts[px[3*i]]++
		c := math.Hypot(a, b)
		light[i] = l
		l1, l2, a1, b1, c1, c2 = l1+l, l2+l*l, a1+a, b1+b, c1+c, c2+c*c
		if c > 25 {
			colourful++
		}
		if c < 3 {
			grey++
		}
	}
	of := func(s float64) float64 { return s / float64(n) }
	spread := func(s, s2 float64) float64 { return math.Sqrt(math.Max(0, of(s2)-of(s)*of(s))) }
	var out []float64
	sum, q := 0, 0
	for _, share := range [5]float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		for float64(sum+counts[q]) < share*float64(n) && q < 255 {
			sum += counts[q]
			q++
		}
		out = append(out, float64(q)/255)
	}
	contrast := spread(l1, l2)
	out = append(out, contrast/64, math.Log(of(c1)+0.5), math.Log(spread(c1, c2)+0.5), of(a1)/20, of(b1)/20, of(colourful), of(grey))

	gocv.ExtractChannel(lab, &level, 0)
	var fine [5]float64 // the logarithm of the contrast at each fineness, each twice as coarse as the one before
	for i := range fine {
		edges, mean, dev := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
		gocv.Laplacian(level, &edges, gocv.MatTypeCV32F, 1, 1, 0, gocv.BorderDefault)
		gocv.MeanStdDev(edges, &mean, &dev)
		fine[i] = math.Log(dev.GetDoubleAt(0, 0) + 0.3)
		edges.Close()
		mean.Close()
		dev.Close()
		if i+1 < len(fine) {
			next := gocv.NewMat()
			gocv.PyrDown(level, &next, image.Point{}, gocv.BorderDefault)
			level.Close()
			level = next
		}
	}
	for i := range 4 {
		out = append(out, fine[i+1]-fine[i])
	}
	out = append(out, fine[0]-math.Log(contrast+1), fine[2]-math.Log(contrast+1))
	return append(out, edges(light, w, h)...), nil
}

// edges says how evenly the directions of edges are spread (entropy of 8), how much steeper the mean edge is than the middle one, and in which
// share of the picture there is none. By Sobel's operator.
func edges(light []float64, w, h int) []float64 {
	var turns [8]float64
	var steep [2048]int
	var sum float64
	flat, n := 0, 0
	for y := 1; y+1 < h; y++ {
		for x := 1; x+1 < w; x++ {
			at := func(dx, dy int) float64 { return light[(y+dy)*w+x+dx] }
			gx := at(1, -1) + 2*at(1, 0) + at(1, 1) - at(-1, -1) - 2*at(-1, 0) - at(-1, 1)
			gy := at(-1, 1) + 2*at(0, 1) + at(1, 1) - at(-1, -1) - 2*at(0, -1) - at(1, -1)
			m := math.Hypot(gx, gy)
			n++
			sum += m
			steep[min(len(steep)-1, int(m))]++
			if m < 4 {
				flat++
			}
			if m > 0 {
				d := math.Atan2(gy, gx)
				if d < 0 {
					d += math.Pi
				}
				turns[min(7, int(d/math.Pi*8))] += m
			}
		}
	}
	middle, below := 0, 0
	for below += steep[0]; 2*below < n; below += steep[middle] {
		middle++
	}
	entropy := 0.0
	for _, t := range turns {
		if p := t / math.Max(1e-9, sum); p > 0 {
			entropy -= p * math.Log(p)
		}
	}
	return []float64{entropy, math.Log(float64(middle)+1) - math.Log(sum/float64(n)+1), float64(flat) / float64(n)}
}

// Unlike is how far a picture is from all that the network learnt from, in limits of its manifest: from 1 on it is unlike all of them, and what is
// recognised in it is worth little. 0 where the manifest does not say what was learnt from.
func (m *Model) Unlike(bgr gocv.Mat) (float64, error) {
	if m.Manifest.Learnt == nil {
		return 0, nil
	}
	row, err := Describe(bgr)
	if err != nil {
		return 0, err
	}
	return m.Manifest.Learnt.Off(row), nil
}
