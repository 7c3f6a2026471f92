package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"image"
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
	Calibrate string  `help:"Fit the scores of each class to this data set and write them into this manifest (.json): never with data that figures are given for." type:"path"`
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
	found, err := detectAll(ctx, m, pictures, true)
	if err != nil {
		return err
	}
	if c.Calibrate != "" {
		return calibrate(c.Calibrate, m.Manifest.Classes, pictures, found)
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
	b, err := json.MarshalIndent(map[string]any{"dataset": c.Dataset, "model": m.Manifest.Name, "threshold": c.Threshold, "pictures": len(pictures), "classes": results}, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(c.Out, "figures.json"), append(b, '\n'), 0o644); err != nil {
		return err
	}
	return c.page(pictures, results, m.Manifest.Name)
}

func printFigures(name string, f measure.Figures, off string) {
	i := func(v measure.Interval) string { return fmt.Sprintf("%.3f (%.3f to %.3f)", v.Value, v.Low, v.High) }
	fmt.Printf("%-22s %6d  %-22s %-22s %-22s %-22s %s\n", name, f.AP50.N, i(f.AP50), i(f.AP5095), i(f.Precision), i(f.Recall), off)
}

// detectAll runs a model over all pictures, the same way for every one: by ground resolution where it is known, else at the fixed
// scales.
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
			if slices.Contains(families[f], c) || slices.Contains(families[f], strings.Replace(c, "dump-truck-", "dump-truck/", 1)) {
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
				c := strings.Replace(b.class, "dump-truck-", "dump-truck/", 1)
				if b.class == label || is(c, label) {
					x.Truths = append(x.Truths, measure.Truth{Box: b.box, Ignore: b.ignore})
					n++
				}
			}
			for _, d := range found[i] {
				if is(d.Class, strings.Replace(label, "dump-truck-", "dump-truck/", 1)) {
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

// calibrate fits every class's scores. Detections count as right where they lie on a label of the class.
func calibrate(manifest string, classes []string, pictures []labelled, found [][]vision.Detection) error {
	b, err := os.ReadFile(manifest)
	if err != nil {
		return err
	}
	var m networks.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("%s: %w", manifest, err)
	}
	if len(m.Calibration) > 0 {
		return fmt.Errorf("%s has a calibration already: take it out first, a calibration is fitted to raw scores", manifest)
	}
	m.Calibration = map[string]networks.Platt{}
	if len(m.LooksAt) > 0 {
		// what it tells apart; of the others the detector's own calibration holds
		classes = append(slices.Clone(m.LooksAt), slices.DeleteFunc(slices.Clone(m.Classes), func(c string) bool { return slices.Contains(classes, c) })...)
	}
	for _, class := range classes {
		var all []measure.Picture
		for i, p := range pictures {
			var x measure.Picture
			for _, l := range p.boxes {
				if strings.Replace(l.class, "dump-truck-", "dump-truck/", 1) == class {
					x.Truths = append(x.Truths, measure.Truth{Box: l.box, Ignore: l.ignore})
				}
			}
			for _, d := range found[i] {
				if d.Class == class {
					x.Found = append(x.Found, d)
				}
			}
			all = append(all, x)
		}
		if a, b := measure.Calibrate(all); a != 1 || b != 0 {
			m.Calibration[class] = networks.Platt{A: round(a, 4), B: round(b, 4)}
			fmt.Printf("%-20s a %.3f b %.3f\n", class, a, b)
		}
	}
	if b, err = json.MarshalIndent(m, "", " "); err != nil {
		return err
	}
	return os.WriteFile(manifest, append(b, '\n'), 0o644)
}

var evalPage = template.Must(template.New("eval").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Harrier: how often it is right</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#222;max-width:1100px}table{border-collapse:collapse}td,th{padding:.3rem .8rem;border-bottom:1px solid #ddd;text-align:left}svg{background:#fafafa;margin:.5rem}figure{display:inline-block;margin:.4rem;vertical-align:top}figure img{max-height:150px;max-width:220px;border-radius:3px}figcaption{font-size:12px;color:#555}</style>
<h1>How often {{.Model}} is right</h1>
<p>{{.Pictures}} pictures of {{.Dataset}}; precision and recall at score {{.Threshold}}. In brackets the 95 % interval of a bootstrap over pictures.</p>
<table><tr><th>class</th><th>labelled</th><th>AP50</th><th>AP50-95</th><th>precision</th><th>recall</th></tr>
{{range .Classes}}{{$c := .}}<tr><td><b>{{.Class}}</b></td><td>{{.All.AP50.N}}</td>{{template "f" .All}}</tr>
{{range $k, $v := .BySize}}<tr><td>&emsp;{{$k}} px</td><td>{{$v.AP50.N}}</td>{{template "f" $v}}</tr>{{end}}{{range $k, $v := .ByGSD}}<tr><td>&emsp;{{$k}} m/px</td><td>{{$v.AP50.N}}</td>{{template "f" $v}}</tr>{{end}}{{end}}</table>
{{range .Plots}}<h2>{{.Class}}</h2>{{.SVG}}
{{if .Missed}}<h3>Largest things missed</h3>{{range .Missed}}<figure><img loading="lazy" src="{{.File}}"><figcaption>{{.Note}}</figcaption></figure>{{end}}{{end}}
{{if .False}}<h3>Surest false alarms</h3>{{range .False}}<figure><img loading="lazy" src="{{.File}}"><figcaption>{{.Note}}</figcaption></figure>{{end}}{{end}}{{end}}
</html>{{define "f"}}<td>{{template "i" .AP50}}</td><td>{{template "i" .AP5095}}</td><td>{{template "i" .Precision}}</td><td>{{template "i" .Recall}}</td>{{end}}{{define "i"}}{{printf "%.3f (%.3f–%.3f)" .Value .Low .High}}{{end}}
`))

type evalPlot struct {
	Class         string
	SVG           template.HTML
	Missed, False []mistakePicture
}

type mistakePicture struct{ File, Note string }

// mostMistakes of a kind are shown for a class.
const mostMistakes = 12

func (c *evalCmd) page(pictures []labelled, results []evaluated, model string) error {
	var plots []evalPlot
	for i, r := range results {
		p := evalPlot{Class: r.Class, SVG: template.HTML(curveSVG(measure.Curve(r.pictures)) + reliabilitySVG(r.bins))} // drawn from numbers alone
		missed, wrong := measure.Mistakes(r.pictures, c.Threshold, mostMistakes)
		for _, x := range []struct {
			list []measure.Mistake
			what string
			into *[]mistakePicture
		}{{missed, "missed", &p.Missed}, {wrong, "false", &p.False}} {
			for k, m := range x.list {
				name := fmt.Sprintf("%02d-%s-%02d.jpg", i, x.what, k)
				if err := mistake(pictures[m.Picture].path, m.Box, filepath.Join(c.Out, name)); err != nil {
					return err
				}
				note := filepath.Base(pictures[m.Picture].path)
				if m.Score > 0 {
					note = fmt.Sprintf("%.2f in %s", m.Score, note)
				}
				*x.into = append(*x.into, mistakePicture{name, note})
			}
		}
		plots = append(plots, p)
	}
	f, err := os.Create(filepath.Join(c.Out, "report.html"))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := evalPage.Execute(f, map[string]any{"Model": model, "Pictures": len(pictures), "Dataset": c.Dataset, "Threshold": c.Threshold, "Classes": results, "Plots": plots}); err != nil {
		return err
	}
	fmt.Println("report:", f.Name())
	return f.Close()
}

// mistake cuts a box with its surroundings out of a picture and frames it.
func mistake(path string, b vision.Box, out string) error {
	pic := gocv.IMRead(path, gocv.IMReadColor|gocv.IMReadIgnoreOrientation)
	defer pic.Close()
	if pic.Empty() {
		return fmt.Errorf("%s: the picture is missing or damaged", path)
	}
	gocv.Rectangle(&pic, image.Rect(int(b.X), int(b.Y), int(b.X+b.W), int(b.Y+b.H)), red, 1)
	k := 0.8*math.Max(b.W, b.H) + 20
	r := image.Rect(int(b.X-k), int(b.Y-k), int(b.X+b.W+k), int(b.Y+b.H+k)).Intersect(image.Rect(0, 0, pic.Cols(), pic.Rows()))
	if r.Empty() {
		return fmt.Errorf("%s: the label %v lies outside the picture", path, b)
	}
	part := pic.Region(r)
	defer part.Close()
	if !gocv.IMWrite(out, part) {
		return fmt.Errorf("cannot write %s", out)
	}
	return nil
}

// A plot is a square of plotPx with a margin for its axes.
const plotPx, plotMargin = 240.0, 34.0

func plotSVG(title, x, y, body string) string {
	const m, n = plotMargin, plotPx
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%g" height="%g" font-family="sans-serif" font-size="11"><text x="%g" y="14" font-weight="bold">%s</text>`, n+m+12, n+m+22, m, title)
	for _, v := range []float64{0, 0.5, 1} {
		fmt.Fprintf(&b, `<line x1="%g" x2="%g" y1="%g" y2="%g" stroke="#ddd"/><text x="4" y="%g">%g</text><text x="%g" y="%g" text-anchor="middle">%g</text>`,
			m, m+n, 22+n*(1-v), 22+n*(1-v), 26+n*(1-v), v, m+n*v, 22+n+14, v)
	}
	fmt.Fprintf(&b, `%s<text x="%g" y="%g" text-anchor="middle">%s</text><text x="%g" y="34" fill="#555">%s</text></svg>`, body, m+n/2, 22+n+28, x, m+4, y)
	return b.String()
}

func at(x, y float64) string { return fmt.Sprintf("%.1f,%.1f", plotMargin+plotPx*x, 22+plotPx*(1-y)) }

func curveSVG(points []measure.Point) string {
	var p []string
	for _, q := range points {
		p = append(p, at(q.Recall, q.Precision))
	}
	return plotSVG("Precision over recall", "recall", "precision", `<polyline fill="none" stroke="#06c" stroke-width="2" points="`+strings.Join(p, " ")+`"/>`)
}

func reliabilitySVG(bins []measure.Bin) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<polyline fill="none" stroke="#aaa" stroke-dasharray="4" points="%s %s"/>`, at(0, 0), at(1, 1))
	var p []string
	for _, x := range bins {
		if x.N < 5 {
			continue
		}
		q := at(x.Mean, float64(x.Right)/float64(x.N))
		p = append(p, q)
		fmt.Fprintf(&b, `<circle cx="%s" cy="%s" r="3" fill="#c40"><title>%d of %d</title></circle>`, q[:strings.Index(q, ",")], q[strings.Index(q, ",")+1:], x.Right, x.N)
	}
	fmt.Fprintf(&b, `<polyline fill="none" stroke="#c40" stroke-width="1.5" points="%s"/>`, strings.Join(p, " "))
	return plotSVG("Reliability of scores", "score", "share that is right", b.String())
}
