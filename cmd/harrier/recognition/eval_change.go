package recognition

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision/change"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// change measures `harrier change` on pairs: A (before), B (after), label (255 where a structure is new, from 128 on where it is gone), under the same names.
func (c *Eval) change(ctx context.Context, model string) error {
	paths, err := filepath.Glob(filepath.Join(c.Dataset, "A", "*"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("%s: no pairs; the earlier pictures are in A/, the later in B/, the masks in label/, under the same names", c.Dataset)
	}
	sort.Strings(paths)
	m, err := infer.OpenPair(model)
	if err != nil {
		return err
	}
	defer m.Close()
	f := ties.NewFinder(1600, 4000)
	defer f.Close()
	var all change.Measured
	for _, p := range paths {
		if err := c.pair(ctx, m, f, filepath.Base(p), &all); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(p), err)
		}
	}
	figures := all.Figures()
	for _, p := range figures.Pairs {
		fmt.Printf("%-32s F1 %.3f   pixel difference %.3f\n", p.Name, p.F1, p.Diff)
	}
	fmt.Printf("%-32s F1 %.3f (%.3f to %.3f, bootstrap over pairs)   best pixel difference %.3f\n", "together", figures.F1, figures.Low, figures.High, figures.Diff)
	if figures.Of > 0 {
		fmt.Printf("%-32s new or gone told right: %d of %d changes\n", "", figures.Right, figures.Of)
	}
	b, err := json.MarshalIndent(struct {
		Dataset string `json:"dataset"`
		change.Figures
	}{c.Dataset, figures}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Out, "figures.json"), append(b, '\n'), 0o644)
}

// pair compares one pair, and writes the mask.
func (c *Eval) pair(ctx context.Context, m *infer.Pair, f *ties.Finder, name string, all *change.Measured) error {
	read := func(folder string, how gocv.IMReadFlag) (gocv.Mat, error) {
		p := gocv.IMRead(filepath.Join(c.Dataset, folder, name), how)
		if p.Empty() {
			return p, fmt.Errorf("%s is missing or damaged", filepath.Join(folder, name))
		}
		return p, nil
	}
	before, err := read("A", gocv.IMReadColor)
	if err != nil {
		return err
	}
	defer before.Close()
	after, err := read("B", gocv.IMReadColor)
	if err != nil {
		return err
	}
	defer after.Close()
	truth, err := read("label", gocv.IMReadGrayScale)
	if err != nil {
		return err
	}
	defer truth.Close()
	r, err := change.Compare(ctx, m, f, before, after, change.Options{By: map[string]change.By{"buildings": change.Buildings, "both": change.Both}[c.By]})
	if err != nil {
		return err
	}
	defer r.Close()
	gocv.IMWrite(filepath.Join(c.Out, name+".mask.png"), r.Mask)
	all.Add(name, before, after, truth, r)
	return nil
}
