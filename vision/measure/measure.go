// Package measure says how good a detector is: average precision, precision and recall, reliability of scores, each with what a
// repetition on other pictures of the same kind would give (bootstrap over pictures).
package measure

import (
	"math"
	"math/rand/v2"
	"sort"

	"github.com/harrier-patrol/harrier/vision"
)

// Truth is a labelled thing of one class in a picture.
type Truth struct {
	Box    vision.Box
	Ignore bool // neither to be found nor to be missed: crowds, what cannot be told
}

// Picture is what was found of one class in one picture, and what is there. Detections need no order.
type Picture struct {
	Found  []vision.Detection
	Truths []Truth
	GSDM   float64 // metres a pixel; 0 where it is not known
}

// mark is a detection that was judged: right, wrong, or not to be counted.
type mark struct {
	score  float64
	right  bool
	ignore bool
	size   float64 // of the truth it found, else its own: the root of its area, pixels
}

// judged is one picture of one class at one threshold of overlap.
type judged struct {
	marks []mark
	sizes []float64 // of the truths that are to be found
	gsdM  float64
	// which truth was found by which detection, and what is left: indices
	missed, false_ []int
	matched        map[int]int
}

// judge matches greedily, the highest score first, each truth once.
func judge(p Picture, iou float64) judged {
	j := judged{gsdM: p.GSDM, matched: map[int]int{}}
	order := make([]int, len(p.Found))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return p.Found[order[a]].Score > p.Found[order[b]].Score })
	used := make([]bool, len(p.Truths))
	for _, i := range order {
		d := p.Found[i]
		best, over := -1, iou
		for k, t := range p.Truths {
			if used[k] && !t.Ignore {
				continue
			}
			if o := t.Box.IoU(d.Box); o >= over && (best < 0 || !t.Ignore || p.Truths[best].Ignore) {
				best, over = k, o
			}
		}
		m := mark{score: d.Score, size: math.Sqrt(d.Box.W * d.Box.H)}
		switch {
		case best < 0:
			j.false_ = append(j.false_, i)
		case p.Truths[best].Ignore:
			m.ignore = true
		default:
			used[best], m.right = true, true
			m.size = math.Sqrt(p.Truths[best].Box.W * p.Truths[best].Box.H)
			j.matched[best] = i
		}
		j.marks = append(j.marks, m)
	}
	for k, t := range p.Truths {
		if t.Ignore {
			continue
		}
		j.sizes = append(j.sizes, math.Sqrt(t.Box.W*t.Box.H))
		if !used[k] {
			j.missed = append(j.missed, k)
		}
	}
	return j
}

// Interval is a figure with its 95 % bootstrap interval; N is how many truths it rests on.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	N     int     `json:"n"`
}

// Figures of one class, or of one part of it.
type Figures struct {
	AP50      Interval `json:"ap50"`
	AP5095    Interval `json:"ap50_95"`
	Precision Interval `json:"precision"` // at the threshold
	Recall    Interval `json:"recall"`
}

// Part selects truths and detections; nil selects all.
type Part func(sizePx, gsdM float64) bool

// resamples of the bootstrap, and which overlaps its AP50-95 is taken at.
const (
	resamples   = 200
	spreadEvery = 5
)

// Overlaps at which AP50-95 is averaged.
var overlaps = []float64{0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95}

// Of measures one class over pictures, at a threshold of the score. The bootstrap draws pictures with a fixed seed.
func Of(pictures []Picture, threshold float64, part Part) Figures {
	at := make([][]judged, len(overlaps))
	for i, o := range overlaps {
		for _, p := range pictures {
			at[i] = append(at[i], within(judge(p, o), part))
		}
	}
	all := make([]int, len(pictures))
	for i := range all {
		all[i] = i
	}
	type four [4]float64
	figures := func(of []int, every int) four {
		var f four
		for i := 0; i < len(overlaps); i += every {
			ap := averagePrecision(at[i], of)
			if i == 0 {
				f[0] = ap
			}
			f[1] += ap * float64(every) / float64(len(overlaps))
		}
		f[2], f[3] = atThreshold(at[0], of, threshold)
		return f
	}
	n := 0
	for _, j := range at[0] {
		n += len(j.sizes)
	}
	v := figures(all, 1)
	rng := rand.New(rand.NewPCG(1, uint64(len(pictures))))
	var drawn [4][]float64
	shift := v[1] - figures(all, spreadEvery)[1]
	for range resamples {
		of := make([]int, len(pictures))
		for i := range of {
			of[i] = rng.IntN(len(pictures))
		}
		// every fifth overlap gives the spread of their mean well enough; it is laid round the mean of all
		f := figures(of, spreadEvery)
		for k := range f {
			if !math.IsNaN(f[k]) {
				drawn[k] = append(drawn[k], f[k])
			}
		}
	}
	for i := range drawn[1] {
		drawn[1][i] = math.Min(1, math.Max(0, drawn[1][i]+shift))
	}
	out := [4]Interval{}
	for k := range out {
		out[k] = Interval{Value: v[k], N: n, Low: quantile(drawn[k], 0.025), High: quantile(drawn[k], 0.975)}
		for _, x := range []*float64{&out[k].Value, &out[k].Low, &out[k].High} {
			if math.IsNaN(*x) {
				*x = 0
			}
		}
	}
	return Figures{out[0], out[1], out[2], out[3]}
}

// Rate is how many of something there are for each of what they are counted in (pictures, or their ground in km²), with the interval of a
// bootstrap over pictures: counts and sizes are of one picture each.
func Rate(counts []int, sizes []float64) Interval {
	rate := func(of func(i int) int) float64 {
		n, size := 0.0, 0.0
		for i := range counts {
			n, size = n+float64(counts[of(i)]), size+sizes[of(i)]
		}
		return n / size
	}
	out := Interval{Value: rate(func(i int) int { return i })}
	for _, n := range counts {
		out.N += n
	}
	rng := rand.New(rand.NewPCG(1, uint64(len(counts))))
	var drawn []float64
	for range resamples {
		drawn = append(drawn, rate(func(int) int { return rng.IntN(len(counts)) }))
	}
	out.Low, out.High = quantile(drawn, 0.025), quantile(drawn, 0.975)
	return out
}

func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	sort.Float64s(v)
	return v[min(len(v)-1, int(q*float64(len(v))))]
}

func within(j judged, part Part) judged {
	if part == nil {
		return j
	}
	out := judged{gsdM: j.gsdM}
	for _, m := range j.marks {
		if part(m.size, j.gsdM) {
			out.marks = append(out.marks, m)
		}
	}
	for _, s := range j.sizes {
		if part(s, j.gsdM) {
			out.sizes = append(out.sizes, s)
		}
	}
	return out
}

// averagePrecision is the area under the precision envelope over recall (all points, as PASCAL VOC 2010 has it).
func averagePrecision(all []judged, of []int) float64 {
	var marks []mark
	n := 0
	for _, i := range of {
		n += len(all[i].sizes)
		for _, m := range all[i].marks {
			if !m.ignore {
				marks = append(marks, m)
			}
		}
	}
	if n == 0 {
		return math.NaN()
	}
	sort.SliceStable(marks, func(a, b int) bool { return marks[a].score > marks[b].score })
	precision := make([]float64, len(marks))
	recall := make([]float64, len(marks))
	right := 0
	for i, m := range marks {
		if m.right {
			right++
		}
		precision[i], recall[i] = float64(right)/float64(i+1), float64(right)/float64(n)
	}
	ap, best, last := 0.0, 0.0, 0.0
	for i := len(marks) - 1; i >= 0; i-- {
		best = math.Max(best, precision[i])
		precision[i] = best
	}
	for i := range marks {
		ap += (recall[i] - last) * precision[i]
		last = recall[i]
	}
	return ap
}

func atThreshold(all []judged, of []int, threshold float64) (precision, recall float64) {
	right, said, n := 0, 0, 0
	for _, i := range of {
		n += len(all[i].sizes)
		for _, m := range all[i].marks {
			if m.ignore || m.score < threshold {
				continue
			}
			said++
			if m.right {
				right++
			}
		}
	}
	return float64(right) / float64(said), float64(right) / float64(n)
}

// Point of a precision-recall curve.
type Point struct{ Recall, Precision float64 }

// Curve is precision over recall at an overlap of 0.5, from the highest score down.
func Curve(pictures []Picture) []Point {
	var marks []mark
	n := 0
	for _, p := range pictures {
		j := judge(p, 0.5)
		n += len(j.sizes)
		marks = append(marks, j.marks...)
	}
	sort.SliceStable(marks, func(a, b int) bool { return marks[a].score > marks[b].score })
	var out []Point
	right, said := 0, 0
	for _, m := range marks {
		if m.ignore {
			continue
		}
		said++
		if m.right {
			right++
		}
		out = append(out, Point{float64(right) / math.Max(1, float64(n)), float64(right) / float64(said)})
	}
	return out
}

// Wrong is how many detections of each picture, from a score on, found nothing.
func Wrong(pictures []Picture, threshold float64) []int {
	out := make([]int, len(pictures))
	for i, p := range pictures {
		for _, k := range judge(p, 0.5).false_ {
			if p.Found[k].Score >= threshold {
				out[i]++
			}
		}
	}
	return out
}

// Mistake is a thing that was missed (Score 0) or a detection that found nothing.
type Mistake struct {
	Picture int
	Box     vision.Box
	Score   float64
}

// Mistakes are the worst ones at a threshold: the largest things that were missed, and the surest false alarms.
func Mistakes(pictures []Picture, threshold float64, most int) (missed, false_ []Mistake) {
	for i, p := range pictures {
		var sure Picture
		sure.Truths = p.Truths
		for _, d := range p.Found {
			if d.Score >= threshold {
				sure.Found = append(sure.Found, d)
			}
		}
		j := judge(sure, 0.5)
		for _, k := range j.missed {
			missed = append(missed, Mistake{i, p.Truths[k].Box, 0})
		}
		for _, k := range j.false_ {
			false_ = append(false_, Mistake{i, sure.Found[k].Box, sure.Found[k].Score})
		}
	}
	sort.SliceStable(missed, func(a, b int) bool { return missed[a].Box.W*missed[a].Box.H > missed[b].Box.W*missed[b].Box.H })
	sort.SliceStable(false_, func(a, b int) bool { return false_[a].Score > false_[b].Score })
	return missed[:min(most, len(missed))], false_[:min(most, len(false_))]
}

// AP50 is average precision at an overlap of 0.5 over pictures; 0 where nothing is labelled.
func AP50(pictures []Picture) float64 {
	var all []judged
	var of []int
	for i, p := range pictures {
		all, of = append(all, judge(p, 0.5)), append(of, i)
	}
	if ap := averagePrecision(all, of); !math.IsNaN(ap) {
		return ap
	}
	return 0
}

// PairedAP is the 95 % interval of the difference of AP50, drawing pictures.
func PairedAP(a, b []Picture) (lo, hi float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	var d []float64
	for range 100 {
		x, y := make([]Picture, len(a)), make([]Picture, len(a))
		for i := range x {
			k := rng.IntN(len(a))
			x[i], y[i] = a[k], b[k]
		}
		d = append(d, AP50(y)-AP50(x))
	}
	sort.Float64s(d)
	return d[2], d[97]
}
