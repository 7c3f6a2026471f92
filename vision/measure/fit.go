package measure

import (
	"math"
	"path/filepath"
	"slices"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// Fit fits the scores of every class of which there are at least so many things to what was found in pictures with the raw ones, puts the
// calibration into the manifest, and returns the classes. Detections count as right where they lie on a label of the class; classes are the
// detector's.
func Fit(m *networks.Manifest, from int, classes []string, pictures []dataset.Picture, found [][]vision.Detection) []string {
	if m.Calibration == nil {
		m.Calibration = map[string]networks.Platt{}
	}
	if len(m.LooksAt) > 0 {
		// what it tells apart; of the others the detector's own calibration holds
		classes = append(slices.Clone(m.LooksAt), slices.DeleteFunc(slices.Clone(m.Classes), func(c string) bool { return slices.Contains(classes, c) })...)
	}
	var fitted []string
	for _, class := range classes {
		var all []Picture
		things := 0
		for i, p := range pictures {
			var x Picture
			for _, l := range p.Labels {
				if Plain(l.Class) == class || slices.Contains(dataset.Apart, l.Class) {
					x.Truths = append(x.Truths, Truth{Box: l.Box, Ignore: l.Ignore})
					if !l.Ignore {
						things++
					}
				}
			}
			for _, d := range found[i] {
				if d.Class == class {
					x.Found = append(x.Found, d)
				}
			}
			all = append(all, x)
		}
		if things < from {
			continue
		}
		if a, b := Calibrate(all); a != 1 || b != 0 {
			m.Calibration[class] = networks.Platt{A: rounded(a), B: rounded(b), Things: things, On: filepath.Base(filepath.Dir(pictures[0].Path))}
			fitted = append(fitted, class)
		}
	}
	return fitted
}

func rounded(v float64) float64 { return math.Round(1e4*v) / 1e4 }

// Bin of a reliability plot: of the detections with a score from Low to High, Right of N were right; Mean is their mean score.
type Bin struct {
	Low, High, Mean float64
	Right, N        int
}

// Reliability bins detections by score: where scores are calibrated, Right/N is near Mean.
func Reliability(pictures []Picture) []Bin {
	const bins = 10
	out := make([]Bin, bins)
	for i := range out {
		out[i].Low, out[i].High = float64(i)/bins, float64(i+1)/bins
	}
	for _, p := range pictures {
		for _, m := range judge(p, 0.5).marks {
			if m.ignore {
				continue
			}
			b := &out[min(bins-1, int(m.score*bins))]
			b.N++
			b.Mean += m.score
			if m.right {
				b.Right++
			}
		}
	}
	for i := range out {
		if out[i].N > 0 {
			out[i].Mean /= float64(out[i].N)
		}
	}
	return out
}

// CalibrationError is by how much scores from 0.1 on differ from the share that is right, in the mean over detections (the expected
// calibration error of Guo et al. 2017): lower scores are shown to nobody.
func CalibrationError(bins []Bin) float64 {
	off, n := 0.0, 0
	for _, b := range bins {
		if b.Low >= 0.1 && b.N > 0 {
			off += math.Abs(float64(b.Right) - b.Mean*float64(b.N))
			n += b.N
		}
	}
	return off / math.Max(1, float64(n))
}

// Calibrate fits Platt's two parameters to judged detections by Newton's method: 1/(1+exp(-(a*logit(score)+b))) is then the share that is
// right. With fewer than 20 detections, or only right or wrong ones, it leaves scores as they are (1, 0).
func Calibrate(pictures []Picture) (a, b float64) {
	var x []float64
	var y []float64
	right := 0
	for _, p := range pictures {
		for _, m := range judge(p, 0.5).marks {
			if m.ignore {
				continue
			}
			s := math.Min(0.999, math.Max(0.001, m.score))
			x = append(x, math.Log(s/(1-s)))
			v := 0.0
			if m.right {
				v, right = 1, right+1
			}
			y = append(y, v)
		}
	}
	if len(x) < 20 || right == 0 || right == len(x) {
		return 1, 0
	}
	// Platt's targets keep a separable sample from running off
	hi, lo := (float64(right)+1)/(float64(right)+2), 1/(float64(len(x)-right)+2)
	a, b = 1, 0
	for range 60 {
		var ga, gb, haa, hab, hbb float64
		for i := range x {
			p := 1 / (1 + math.Exp(-(a*x[i] + b)))
			t := lo
			if y[i] == 1 {
				t = hi
			}
			d, w := p-t, math.Max(1e-6, p*(1-p))
			ga, gb = ga+d*x[i], gb+d
			haa, hab, hbb = haa+w*x[i]*x[i], hab+w*x[i], hbb+w
		}
		haa, hbb = haa+1e-6, hbb+1e-6
		det := haa*hbb - hab*hab
		if math.Abs(det) < 1e-12 {
			break
		}
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		a, b = a-da, b-db
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	if a <= 0 || math.IsNaN(a) || math.IsNaN(b) {
		return 1, 0
	}
	return a, b
}
