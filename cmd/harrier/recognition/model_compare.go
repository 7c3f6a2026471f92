package recognition

import (
	"context"
	"fmt"

	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/measure"
)

type modelCompareCmd struct {
	Old       string  `arg:"" help:"The model in use: a name, or an .onnx file with its manifest."`
	New       string  `arg:"" help:"The one that may replace it."`
	Dataset   string  `required:"" help:"Data set that neither was trained on, such as the held part of harrier dataset export." type:"existingdir"`
	Format    string  `default:"coco" enum:"coco,yolo" help:"coco or yolo."`
	Threshold float64 `default:"0.5" help:"Score at which precision and recall are given."`
}

// Run prints both, and their difference with an interval of a bootstrap that draws the same pictures for both.
func (c *modelCompareCmd) Run(ctx context.Context) error {
	pictures, classes, err := dataset.Read(c.Dataset, c.Format)
	if err != nil {
		return err
	}
	var results [2][]measure.Class
	for i, name := range []string{c.Old, c.New} {
		m, err := infer.Open(name, "onnxruntime", 1)
		if err != nil {
			return err
		}
		found, err := detectAll(ctx, m, pictures, false)
		m.Close()
		if err != nil {
			return err
		}
		results[i] = measure.ByClass(pictures, classes, found, c.Threshold)
	}
	fmt.Printf("%d pictures, threshold %g\n%-22s %6s  %-10s %-10s %-28s %-12s %-12s\n", len(pictures), c.Threshold, "class", "truths", "AP50 old", "AP50 new", "difference (95 %)", "recall", "precision")
	for i, a := range results[0] {
		b := results[1][i]
		lo, hi := measure.PairedAP(a.Pictures, b.Pictures)
		fmt.Printf("%-22s %6d  %-10.3f %-10.3f %+.3f (%+.3f to %+.3f)     %.2f → %.2f  %.2f → %.2f\n", a.Name, a.All.AP50.N, a.All.AP50.Value, b.All.AP50.Value,
			b.All.AP50.Value-a.All.AP50.Value, lo, hi, a.All.Recall.Value, b.All.Recall.Value, a.All.Precision.Value, b.All.Precision.Value)
	}
	return nil
}
