package main

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision/change"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/ties"
)

var red = color.RGBA{255, 40, 40, 0}

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
func (k *kinds) count(outlines []change.Outline, truth gocv.Mat) {
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
		if n > g == (o.Kind == change.New) {
			k.right++
		}
	}
}

// pairResult is what was measured of one pair.
type pairResult struct {
	Name string  `json:"pair"`
	F1   float64 `json:"f1"`
	Diff float64 `json:"f1_pixel_difference"` // at the threshold that is best over all pairs, chosen on their truth
}

// change measures `harrier change` on pairs: A (before), B (after), label (255 where a structure is new, from 128 on where it is gone), the same names. Beside
// it stands the best that a difference of pixels can do, with a threshold chosen on the truth.
func (c *evalCmd) change(ctx context.Context, model string) error {
	names, err := filepath.Glob(filepath.Join(c.Dataset, "A", "*"))
	if err != nil || len(names) == 0 {
		return fmt.Errorf("%s: no pairs; the earlier pictures are in A/, the later in B/, the masks in label/, under the same names", c.Dataset)
	}
	sort.Strings(names)
	m, err := infer.OpenPair(model)
	if err != nil {
		return err
	}
	defer m.Close()
	f := ties.NewFinder(1600, 4000)
	defer f.Close()
	var ours []counts
	diffs := make([][]counts, 64)
	var told kinds
	for _, p := range names {
		name := filepath.Base(p)
		d, own, err := c.pair(ctx, m, f, name, &told)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		ours = append(ours, own)
		for i := range diffs {
			diffs[i] = append(diffs[i], d[i])
		}
	}
	all := make([]int, len(names))
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
	for i := range diffs {
		if total(diffs[i], all) > total(diffs[best], all) {
			best = i
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var drawn []float64
	for range 1000 {
		of := make([]int, len(names))
		for i := range of {
			of[i] = rng.IntN(len(names))
		}
		drawn = append(drawn, total(ours, of))
	}
	sort.Float64s(drawn)
	var rows []pairResult
	for i, p := range names {
		rows = append(rows, pairResult{filepath.Base(p), round(ours[i].f1(), 4), round(diffs[best][i].f1(), 4)})
		fmt.Printf("%-32s F1 %.3f   pixel difference %.3f\n", rows[i].Name, rows[i].F1, rows[i].Diff)
	}
	lo, hi := drawn[25], drawn[974]
	fmt.Printf("%-32s F1 %.3f (%.3f to %.3f, bootstrap over pairs)   best pixel difference %.3f\n", "together", total(ours, all), lo, hi, total(diffs[best], all))
	if told.gonePx > 0 {
		fmt.Printf("%-32s new or gone told right: %d of %d changes\n", "", told.right, told.of)
	}
	b, err := json.MarshalIndent(map[string]any{"dataset": c.Dataset, "pairs": rows, "f1": total(ours, all), "low": lo, "high": hi, "f1_pixel_difference": total(diffs[best], all)}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Out, "figures.json"), append(b, '\n'), 0o644)
}

// pair measures one pair: a pixel difference at thresholds 4, 8, …, and ours. The mask is written too.
func (c *evalCmd) pair(ctx context.Context, m *infer.Pair, f *ties.Finder, name string, told *kinds) (diffs [64]counts, own counts, err error) {
	read := func(folder string, how gocv.IMReadFlag) (gocv.Mat, error) {
		p := gocv.IMRead(filepath.Join(c.Dataset, folder, name), how)
		if p.Empty() {
			return p, fmt.Errorf("%s is missing or damaged", filepath.Join(folder, name))
		}
		return p, nil
	}
	before, err := read("A", gocv.IMReadColor)
	if err != nil {
		return diffs, own, err
	}
	defer before.Close()
	after, err := read("B", gocv.IMReadColor)
	if err != nil {
		return diffs, own, err
	}
	defer after.Close()
	truth, err := read("label", gocv.IMReadGrayScale)
	if err != nil {
		return diffs, own, err
	}
	defer truth.Close()
	r, err := change.Compare(ctx, m, f, before, after, change.Options{By: map[string]change.By{"buildings": change.Buildings, "both": change.Both}[c.By]})
	if err != nil {
		return diffs, own, err
	}
	defer r.Close()
	own = counted(r.Mask, truth)
	told.count(r.Outlines, truth)
	gocv.IMWrite(filepath.Join(c.Out, name+".mask.png"), r.Mask)
	d, grey, mask := gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer d.Close()
	defer grey.Close()
	defer mask.Close()
	gocv.AbsDiff(before, after, &d)
	gocv.CvtColor(d, &grey, gocv.ColorBGRToGray)
	for i := range diffs {
		gocv.Threshold(grey, &mask, float32(4*i), 255, gocv.ThresholdBinary)
		diffs[i] = counted(mask, truth)
	}
	return diffs, own, nil
}
