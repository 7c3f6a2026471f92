package recognition

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/measure"
	"github.com/harrier-patrol/harrier/vision/measure/page"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// Eval measures a model on labelled pictures.
type Eval struct {
	Dataset   string  `required:"" help:"Folder of the data set." type:"existingdir"`
	Format    string  `default:"coco" enum:"coco,yolo,change" help:"coco (annotations.json), yolo (images/, labels/), or change (A/, B/, label/: pairs with masks)."`
	Out       string  `required:"" help:"Folder for report.html, figures.json, detections.json (COCO results, with names) and the pictures of mistakes." type:"path"`
	Model     string  `help:"A model that comes with Harrier, or an .onnx file with its manifest beside it; without, harrier-nano, and harrier-change for change."`
	Engine    string  `default:"onnxruntime" enum:"onnxruntime,opencv" help:"onnxruntime or opencv."`
	Threshold float64 `default:"0.5" help:"Score at which precision and recall are given."`
	By        string  `default:"pictures" enum:"pictures,buildings,both" help:"Of pairs: what is compared: the pictures, the buildings seen in each alone, or both."`
	Only      bool    `name:"only-detections" help:"Write detections.json and stop: for training."`
	Names     string  `help:"Names of the classes by number, comma-separated, where a YOLO data set has none."`
	Calibrate string  `help:"Fit the scores of each class to this data set and write them into this manifest (.json), which is not the one that it is run with: never with data that figures are given for." type:"path"`
	From      int     `default:"5" help:"Of how many labelled things of a class on its scores are fitted; of fewer, what the manifest says of it stays."`
}

// evalLeast is the calibrated score from which detections are counted: a raw one of about 0.14. Below it there are thousands a picture.
const evalLeast = 0.005

func (c *Eval) Run(ctx context.Context) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	if c.Format == "change" {
		return c.change(ctx, cmp.Or(c.Model, networks.Change))
	}
	c.Model = cmp.Or(c.Model, networks.Nano)
	pictures, classes, err := dataset.Read(c.Dataset, c.Format)
	if err != nil {
		return err
	}
	if c.Names != "" {
		names := strings.Split(c.Names, ",")
		for i := range pictures {
			for j := range pictures[i].Labels {
				b := &pictures[i].Labels[j]
				if k := slices.IndexFunc(classes, func(x dataset.Category) bool { return x.Name == b.Class }); k >= 0 && k < len(names) {
					b.Class = names[k]
				}
			}
		}
		for k := range min(len(classes), len(names)) {
			classes[k].Name = names[k]
		}
	}
	m, err := infer.Open(c.Model, c.Engine, 1)
	if err != nil {
		return err
	}
	defer m.Close()
	if c.Calibrate != "" && m.Calibrated() {
		return fmt.Errorf("model %s has a calibration already: a calibration is fitted to raw scores, take it out of the manifest that it is run with", c.Model)
	}
	found, err := detectAll(ctx, m, pictures, c.Calibrate != "" || c.Only) // scores are fitted to single looks, as video has them, and closer looks are trained on those
	if err != nil {
		return err
	}
	if c.Calibrate != "" {
		return networks.Update(c.Calibrate, func(man *networks.Manifest) error {
			for _, class := range measure.Fit(man, c.From, m.Manifest.Classes, pictures, found) {
				p := man.Calibration[class]
				fmt.Printf("%-20s a %.3f b %.3f, %d things\n", class, p.A, p.B, p.Things)
			}
			return nil
		})
	}
	if err := dataset.WriteResults(filepath.Join(c.Out, dataset.ResultsFile), c.Dataset, dataset.Numbers(classes, m.Classes()), pictures, found); err != nil {
		return err
	}
	if c.Only {
		return nil
	}
	results := measure.ByClass(pictures, classes, found, c.Threshold)
	fmt.Printf("%d pictures, model %s, threshold %g; 95 %% bootstrap intervals over pictures\n", len(pictures), m.Manifest.Name, c.Threshold)
	fmt.Printf("%-22s %6s  %-22s %-22s %-22s %-22s %s\n", "class", "truths", "AP50", "AP50-95", "precision", "recall", "score off by")
	for _, r := range results {
		printFigures(r.Name, r.All, fmt.Sprintf("%.3f", r.Off))
		for _, k := range slices.Sorted(maps.Keys(r.BySize)) {
			printFigures("  "+k+" px", r.BySize[k], "")
		}
		for _, k := range slices.Sorted(maps.Keys(r.ByGSD)) {
			printFigures("  "+k+" m/px", r.ByGSD[k], "")
		}
	}
	wrong, err := measure.False(pictures, found, c.Threshold)
	if err != nil {
		return err
	}
	printFalse(wrong, c.Threshold)
	odd, err := measure.Unlike(pictures, found, c.Threshold)
	if err != nil {
		return err
	}
	fmt.Println(odd)
	aside := measure.CountedApart(pictures, found, c.Threshold)
	for _, a := range aside {
		fmt.Printf("counted apart: %d labels %q, %d of them told at %g\n", a.Labels, a.Class, a.Told, c.Threshold)
	}
	b, err := json.MarshalIndent(map[string]any{"dataset": c.Dataset, "model": m.Manifest.Name, "threshold": c.Threshold, "pictures": len(pictures), "classes": results, "false": wrong, "apart": aside, "unlike": odd}, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(c.Out, "figures.json"), append(b, '\n'), 0o644); err != nil {
		return err
	}
	path, err := page.Page{Model: m.Manifest.Name, Dataset: c.Dataset, Threshold: c.Threshold, Pictures: pictures, Classes: results, False: wrong, Apart: aside, Unlike: odd}.Write(c.Out)
	if err == nil {
		fmt.Println("report:", path)
	}
	return err
}

func printFigures(name string, f measure.Figures, off string) {
	i := func(v measure.Interval) string { return fmt.Sprintf("%.3f (%.3f to %.3f)", v.Value, v.Low, v.High) }
	fmt.Printf("%-22s %6d  %-22s %-22s %-22s %-22s %s\n", name, f.AP50.N, i(f.AP50), i(f.AP5095), i(f.Precision), i(f.Recall), off)
}

// detectAll runs a model over all pictures, the same way for every one: by ground resolution where it is known, else at the fixed
// scales; as stills, or once as video is looked at. It notes of each how far it is from what the model learnt from.
func detectAll(ctx context.Context, m *infer.Model, pictures []dataset.Picture, once bool) ([][]vision.Detection, error) {
	out := make([][]vision.Detection, len(pictures))
	bar := progress.New(len(pictures))
	for i, p := range pictures {
		bar.Step(filepath.Base(p.Path))
		pic := gocv.IMRead(p.Path, gocv.IMReadColor|gocv.IMReadIgnoreOrientation)
		if pic.Empty() {
			pic.Close()
			return nil, fmt.Errorf("%s: the picture is missing or damaged", p.Path)
		}
		var tiles []vision.Tile
		if p.GSDM > 0 {
			tiles = vision.TilesAt(pic.Cols(), pic.Rows(), m.Manifest.Size, math.Min(1, p.GSDM/vision.NetworkGSDM))
			for i := range tiles {
				tiles[i].GSDM = p.GSDM
			}
		} else {
			if tiles = vision.TilesUnposed(pic.Cols(), pic.Rows(), m.Manifest.Size); once {
				tiles = vision.TilesAt(pic.Cols(), pic.Rows(), m.Manifest.Size, vision.VideoScale)
			}
		}
		off, err := m.Unlike(pic)
		if err != nil {
			pic.Close()
			return nil, fmt.Errorf("%s: %w", p.Path, err)
		}
		pictures[i].Unlike = off
		if !once {
			tiles = vision.Turned(tiles)
		}
		d, err := m.Picture(ctx, pic, tiles, evalLeast)
		pic.Close()
		if err != nil {
			return nil, err
		}
		out[i] = d
	}
	bar.Done()
	return out, nil
}

func printFalse(wrong []measure.FalseClass, threshold float64) {
	fmt.Printf("\n%-44s %6s  %-22s %s\n", fmt.Sprintf("false things at %g, on no label", threshold), "number", "a picture", "a km²")
	for _, f := range wrong {
		km := ""
		if f.SquareKm != nil {
			km = fmt.Sprintf("%.0f (%.0f to %.0f)", f.SquareKm.Value, f.SquareKm.Low, f.SquareKm.High)
		}
		fmt.Printf("%-44s %6d  %-22s %s\n", f.Class, f.Picture.N, fmt.Sprintf("%.2f (%.2f to %.2f)", f.Picture.Value, f.Picture.Low, f.Picture.High), km)
	}
}
