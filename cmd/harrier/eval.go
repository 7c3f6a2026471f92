package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/measure"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// evalCmd measures a model on labelled pictures.
type evalCmd struct {
	Dataset   string  `required:"" help:"Folder of the data set." type:"existingdir"`
	Format    string  `default:"coco" enum:"coco,yolo,change" help:"coco (annotations.json), yolo (images/, labels/), or change (A/, B/, label/: pairs with masks)."`
	Out       string  `required:"" help:"Folder for report.html, figures.json, detections.json (COCO results, with names) and the pictures of mistakes." type:"path"`
	Model     string  `default:"harrier-nano" help:"A model that comes with Harrier, or an .onnx file with its manifest beside it."`
	Engine    string  `default:"onnxruntime" enum:"onnxruntime,opencv" help:"onnxruntime or opencv."`
	Threshold float64 `default:"0.5" help:"Score at which precision and recall are given."`
	Only      bool    `name:"only-detections" help:"Write detections.json and stop: for training."`
	Names     string  `help:"Names of the classes by number, comma-separated, where a YOLO data set has none."`
	Calibrate string  `help:"Fit the scores of each class to this data set and write them into this manifest (.json), which is not the one that it is run with: never with data that figures are given for." type:"path"`
	From      int     `default:"5" help:"Of how many labelled things of a class on its scores are fitted; of fewer, what the manifest says of it stays."`
}

// evaluated is what was measured of one class of a data set.
type evaluated struct {
	Class  string                     `json:"class"`
	All    measure.Figures            `json:"all"`
	BySize map[string]measure.Figures `json:"by_size_px"`
	ByGSD  map[string]measure.Figures `json:"by_gsd_m"`
	Off    float64                    `json:"calibration_error"`

	pictures []measure.Picture
	bins     []measure.Bin
}

// evalLeast is the calibrated score from which detections are counted: a raw one of about 0.14. Below it there are thousands a picture.
const evalLeast = 0.005

// sizeBins are edges of the root of a box's area, pixels; gsdBins of the ground resolution, metres a pixel.
var (
	sizeBins = []float64{0, 16, 32, 64, 128, math.Inf(1)}
	gsdBins  = []float64{0.001, 0.03, 0.05, 0.07, 0.1, 0.2, math.Inf(1)}
)

func (c *evalCmd) Run(ctx context.Context) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	if c.Format == "change" {
		return c.change(ctx)
	}
	pictures, classes, err := readDataset(c.Dataset, c.Format)
	if err != nil {
		return err
	}
	if c.Names != "" {
		names := strings.Split(c.Names, ",")
		for i := range pictures {
			for j := range pictures[i].boxes {
				b := &pictures[i].boxes[j]
				if k := slices.IndexFunc(classes, func(x cocoCategory) bool { return x.Name == b.class }); k >= 0 && k < len(names) {
					b.class = names[k]
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
	found, err := detectAll(ctx, m, pictures, true)
	if err != nil {
		return err
	}
	if c.Calibrate != "" {
		return calibrate(c.Calibrate, c.From, m.Manifest.Classes, pictures, found)
	}
	if err := writeResults(filepath.Join(c.Out, resultsFile), c.Dataset, numbersOf(classes, m.Classes()), pictures, found); err != nil {
		return err
	}
	if c.Only {
		return nil
	}
	results := evaluate(pictures, classes, found, c.Threshold)
	fmt.Printf("%d pictures, model %s, threshold %g; 95 %% bootstrap intervals over pictures\n", len(pictures), m.Manifest.Name, c.Threshold)
	fmt.Printf("%-22s %6s  %-22s %-22s %-22s %-22s %s\n", "class", "truths", "AP50", "AP50-95", "precision", "recall", "score off by")
	for _, r := range results {
		printFigures(r.Class, r.All, fmt.Sprintf("%.3f", r.Off))
		for _, k := range sortedKeys(r.BySize) {
			printFigures("  "+k+" px", r.BySize[k], "")
		}
		for _, k := range sortedKeys(r.ByGSD) {
			printFigures("  "+k+" m/px", r.ByGSD[k], "")
		}
	}
	wrong, err := falseThings(pictures, found, c.Threshold)
	if err != nil {
		return err
	}
	printFalse(wrong, c.Threshold)
	odd, err := unlikePictures(pictures, found, c.Threshold)
	if err != nil {
		return err
	}
	fmt.Println(odd)
	aside := countedApart(pictures, found, c.Threshold)
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
	return c.page(pictures, results, wrong, aside, odd, m.Manifest.Name)
}

func printFigures(name string, f measure.Figures, off string) {
	i := func(v measure.Interval) string { return fmt.Sprintf("%.3f (%.3f to %.3f)", v.Value, v.Low, v.High) }
	fmt.Printf("%-22s %6d  %-22s %-22s %-22s %-22s %s\n", name, f.AP50.N, i(f.AP50), i(f.AP5095), i(f.Precision), i(f.Recall), off)
}

// detectAll runs a model over all pictures, the same way for every one: by ground resolution where it is known, else at the fixed
// scales. It notes of each how far it is from what the model learnt from.
func detectAll(ctx context.Context, m *infer.Model, pictures []labelled, progress bool) ([][]vision.Detection, error) {
	out := make([][]vision.Detection, len(pictures))
	bar := newProgress(len(pictures))
	for i, p := range pictures {
		if progress {
			bar.step(filepath.Base(p.path))
		}
		pic := gocv.IMRead(p.path, gocv.IMReadColor|gocv.IMReadIgnoreOrientation)
		if pic.Empty() {
			pic.Close()
			return nil, fmt.Errorf("%s: the picture is missing or damaged", p.path)
		}
		var tiles []vision.Tile
		if p.gsdM > 0 {
			tiles = vision.TilesAt(pic.Cols(), pic.Rows(), m.Manifest.Size, math.Min(1, p.gsdM/vision.NetworkGSDM))
			for i := range tiles {
				tiles[i].GSDM = p.gsdM
			}
		} else {
			for _, s := range vision.BlindScales {
				tiles = append(tiles, vision.TilesAt(pic.Cols(), pic.Rows(), m.Manifest.Size, s)...)
			}
		}
		off, err := m.Unlike(pic)
		if err != nil {
			pic.Close()
			return nil, fmt.Errorf("%s: %w", p.path, err)
		}
		pictures[i].off = off
		d, err := m.Picture(ctx, pic, tiles, evalLeast)
		pic.Close()
		if err != nil {
			return nil, err
		}
		out[i] = d
	}
	if progress {
		bar.done()
	}
	return out, nil
}

// families are the scenes' classes taken together: which of them a thing is called matters less than that it is found.
var families = map[string][]string{
	"illegal-structure": {"shed", "room", "tent", "frame", "container"},
	"street-stall":      {"stall", "tricycle", "goods", "car-wash"},
	"dump-truck":        {"dump-truck/open", "dump-truck/overfull", "dump-truck/covered", "dump-truck/empty"},
}

// plain is the name of a class as networks write it, where a data set has a dash.
func plain(class string) string { return strings.Replace(class, "dump-truck-", "dump-truck/", 1) }

// is says whether a network's class is what a data set calls so: the same, the same without its attribute, or one of its group.
func is(class, label string) bool {
	name := vision.Name(class)
	return class == label || name == label || vision.Group(class) == label || slices.Contains(families[label], class) || label == "truck" && (name == "lorry" || name == "dump-truck")
}

// evaluate measures every class of the data set, and the families of which it has more than one class.
func evaluate(pictures []labelled, classes []cocoCategory, found [][]vision.Detection, threshold float64) []evaluated {
	var labels []string
	for _, k := range classes {
		labels = append(labels, k.Name)
	}
	for _, f := range sortedKeys(families) {
		n := 0
		for _, c := range labels[:len(classes)] {
			if slices.Contains(families[f], plain(c)) {
				n++
			}
		}
		if n > 1 {
			labels = append(labels, f)
		}
	}
	var out []evaluated
	for _, label := range labels {
		e := evaluated{Class: label, BySize: map[string]measure.Figures{}, ByGSD: map[string]measure.Figures{}}
		n, known := 0, false
		for i, p := range pictures {
			x := measure.Picture{GSDM: p.gsdM}
			known = known || p.gsdM > 0
			for _, b := range p.boxes {
				c := plain(b.class)
				if b.class == label || is(c, label) || slices.Contains(apart, b.class) {
					x.Truths = append(x.Truths, measure.Truth{Box: b.box, Ignore: b.ignore})
					if !b.ignore {
						n++
					}
				}
			}
			for _, d := range found[i] {
				if is(d.Class, plain(label)) {
					x.Found = append(x.Found, d)
				}
			}
			e.pictures = append(e.pictures, x)
		}
		if n == 0 {
			continue
		}
		e.All = measure.Of(e.pictures, threshold, nil)
		e.bins = measure.Reliability(e.pictures)
		e.Off = measure.CalibrationError(e.bins)
		part := func(edges []float64, known bool, of func(size, gsd float64) float64, into map[string]measure.Figures) {
			for k := 0; known && k+1 < len(edges); k++ {
				f := measure.Of(e.pictures, threshold, func(size, gsd float64) bool { v := of(size, gsd); return v >= edges[k] && v < edges[k+1] })
				if f.AP50.N > 0 {
					into[fmt.Sprintf("%g to %g", edges[k], edges[k+1])] = f
				}
			}
		}
		part(sizeBins, true, func(s, _ float64) float64 { return s }, e.BySize)
		part(gsdBins, known, func(_, g float64) float64 { return g }, e.ByGSD)
		out = append(out, e)
	}
	return out
}

// calibrate fits the scores of every class of which there are things enough. Detections count as right where they lie on a label of the class.
func calibrate(manifest string, from int, classes []string, pictures []labelled, found [][]vision.Detection) error {
	return changeManifest(manifest, func(m *networks.Manifest) error {
		if m.Calibration == nil {
			m.Calibration = map[string]networks.Platt{}
		}
		if len(m.LooksAt) > 0 {
			// what it tells apart; of the others the detector's own calibration holds
			classes = append(slices.Clone(m.LooksAt), slices.DeleteFunc(slices.Clone(m.Classes), func(c string) bool { return slices.Contains(classes, c) })...)
		}
		for _, class := range classes {
			var all []measure.Picture
			things := 0
			for i, p := range pictures {
				var x measure.Picture
				for _, l := range p.boxes {
					if plain(l.class) == class || slices.Contains(apart, l.class) {
						x.Truths = append(x.Truths, measure.Truth{Box: l.box, Ignore: l.ignore})
						if !l.ignore {
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
			if a, b := measure.Calibrate(all); a != 1 || b != 0 {
				m.Calibration[class] = networks.Platt{A: round(a, 4), B: round(b, 4), Things: things, On: filepath.Base(filepath.Dir(pictures[0].path))}
				fmt.Printf("%-20s a %.3f b %.3f, %d things\n", class, a, b, things)
			}
		}
		return nil
	})
}
