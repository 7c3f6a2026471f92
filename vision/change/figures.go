package change

import (
	"image"
	"image/color"
	"math/rand/v2"
	"sort"

	"gocv.io/x/gocv"
)

// counts of pixels of one pair.
type counts struct{ tp, fp, fn float64 }

func (c counts) f1() float64 { return 2 * c.tp / max(1, 2*c.tp+c.fp+c.fn) }

func (c counts) add(d counts) counts { return counts{c.tp + d.tp, c.fp + d.fp, c.fn + d.fn} }

// counted compares two masks: anything above 127 counts.
func counted(mask, truth gocv.Mat) counts {
	m, t := gocv.NewMat(), gocv.NewMat()
	defer m.Close()
	defer t.Close()
	gocv.Threshold(mask, &m, 127, 255, gocv.ThresholdBinary)
	gocv.Threshold(truth, &t, 127, 255, gocv.ThresholdBinary)
	both := gocv.NewMat()
	defer both.Close()
	gocv.BitwiseAnd(m, t, &both)
	tp := float64(gocv.CountNonZero(both))
	return counts{tp, float64(gocv.CountNonZero(m)) - tp, float64(gocv.CountNonZero(t)) - tp}
}

// kinds counts how often a change that is one is told to be what it is: new or gone.
type kinds struct {
	right, of int
	gonePx    int // of the truth: where it has none in any pair it does not tell them apart
}

// count looks at what the truth has under each outline: 255 where something is new, other values from 128 on where it is gone.
func (k *kinds) count(outlines []Outline, truth gocv.Mat) {
	isNew, isGone, inside := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer isNew.Close()
	defer isGone.Close()
	defer inside.Close()
	gocv.InRangeWithScalar(truth, gocv.NewScalar(250, 0, 0, 0), gocv.NewScalar(255, 0, 0, 0), &isNew)
	gocv.InRangeWithScalar(truth, gocv.NewScalar(128, 0, 0, 0), gocv.NewScalar(249, 0, 0, 0), &isGone)
	k.gonePx += gocv.CountNonZero(isGone)
	for _, o := range outlines {
		pts := make([]image.Point, len(o.Outline))
		for i, p := range o.Outline {
			pts[i] = image.Pt(int(p[0]), int(p[1]))
		}
		pv := gocv.NewPointsVectorFromPoints([][]image.Point{pts})
		m := gocv.NewMatWithSize(truth.Rows(), truth.Cols(), gocv.MatTypeCV8U)
		m.SetTo(gocv.NewScalar(0, 0, 0, 0))
		gocv.FillPoly(&m, pv, color.RGBA{255, 255, 255, 0})
		pv.Close()
		in := func(what gocv.Mat) int {
			gocv.BitwiseAnd(m, what, &inside)
			return gocv.CountNonZero(inside)
		}
		n, g, all := in(isNew), in(isGone), gocv.CountNonZero(m)
		m.Close()
		if 2*(n+g) < all { // rather a false alarm
			continue
		}
		k.of++
		if n > g == (o.Kind == New) {
			k.right++
		}
	}
}

// Measured collects what was measured of pairs of pictures: the masks of what changed beside the truth, and beside both the best that a difference of
// pixels can do.
type Measured struct {
	names []string
	ours  []counts
	diffs [64][]counts // at thresholds 0, 4, 8, …
	told  kinds
}

// PairFigures is what was measured of one pair.
type PairFigures struct {
	Name string  `json:"pair"`
	F1   float64 `json:"f1"`
	Diff float64 `json:"f1_pixel_difference"` // at the threshold that is best over all pairs, chosen on their truth
}

// Figures are those of all pairs: F1 of changed pixels with the 95 % interval of a bootstrap over pairs.
type Figures struct {
	Pairs []PairFigures `json:"pairs"`
	F1    float64       `json:"f1"`
	Low   float64       `json:"low"`
	High  float64       `json:"high"`
	Diff  float64       `json:"f1_pixel_difference"`
	// of changes that are some, how many are told to be what they are: new or gone; Of is 0 where the truth tells nothing of that
	Right int `json:"-"`
	Of    int `json:"-"`
}

// Add takes in a pair: two BGR pictures of one size, what was found, and the truth (255 where a structure is new, from 128 on where it is gone).
func (c *Measured) Add(name string, before, after, truth gocv.Mat, found *Result) {
	c.names, c.ours = append(c.names, name), append(c.ours, counted(found.Mask, truth))
	c.told.count(found.Outlines, truth)
	d, grey, mask := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer d.Close()
	defer grey.Close()
	defer mask.Close()
	gocv.AbsDiff(before, after, &d)
	gocv.CvtColor(d, &grey, gocv.ColorBGRToGray)
	for i := range c.diffs {
		gocv.Threshold(grey, &mask, float32(4*i), 255, gocv.ThresholdBinary)
		c.diffs[i] = append(c.diffs[i], counted(mask, truth))
	}
}

// Figures are those of the pairs so far; there must be one.
func (c *Measured) Figures() Figures {
	all := make([]int, len(c.names))
	for i := range all {
		all[i] = i
	}
	total := func(v []counts, of []int) float64 {
		var s counts
		for _, i := range of {
			s = s.add(v[i])
		}
		return s.f1()
	}
	best := 0
	for i := range c.diffs {
		if total(c.diffs[i], all) > total(c.diffs[best], all) {
			best = i
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var drawn []float64
	of := make([]int, len(all))
	for range 1000 {
		for i := range of {
			of[i] = rng.IntN(len(of))
		}
		drawn = append(drawn, total(c.ours, of))
	}
	sort.Float64s(drawn)
	f := Figures{F1: total(c.ours, all), Low: drawn[25], High: drawn[974], Diff: total(c.diffs[best], all)}
	for i, name := range c.names {
		f.Pairs = append(f.Pairs, PairFigures{name, c.ours[i].f1(), c.diffs[best][i].f1()})
	}
	if c.told.gonePx > 0 {
		f.Right, f.Of = c.told.right, c.told.of
	}
	return f
}
