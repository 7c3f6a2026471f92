// Package page writes what was measured of a data set as a page for people, with the pictures of mistakes.
package page

import (
	"fmt"
	"html/template"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/measure"
)

var layout = template.Must(template.New("eval").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Harrier: how often it is right</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#222;max-width:1100px}table{border-collapse:collapse}td,th{padding:.3rem .8rem;border-bottom:1px solid #ddd;text-align:left}svg{background:#fafafa;margin:.5rem}figure{display:inline-block;margin:.4rem;vertical-align:top}figure img{max-height:150px;max-width:220px;border-radius:3px}figcaption{font-size:12px;color:#555}</style>
<h1>How often {{.Model}} is right</h1>
<p>{{len .Pictures}} pictures of {{.Dataset}}; precision and recall at score {{.Threshold}}. In brackets the 95 % interval of a bootstrap over pictures.</p>
<table><tr><th>class</th><th>labelled</th><th>AP50</th><th>AP50-95</th><th>precision</th><th>recall</th></tr>
{{range .Classes}}{{$c := .}}<tr><td><b>{{.Name}}</b></td><td>{{.All.AP50.N}}</td>{{template "f" .All}}</tr>
{{range $k, $v := .BySize}}<tr><td>&emsp;{{$k}} px</td><td>{{$v.AP50.N}}</td>{{template "f" $v}}</tr>{{end}}{{range $k, $v := .ByGSD}}<tr><td>&emsp;{{$k}} m/px</td><td>{{$v.AP50.N}}</td>{{template "f" $v}}</tr>{{end}}{{end}}</table>
{{if .False}}<h2>False things</h2><p>What is told at score {{.Threshold}} and lies on no label. Of classes that the data set shows without labelling them this says nothing.</p>
<table><tr><th>class</th><th>number</th><th>a picture</th><th>a km²</th></tr>{{range .False}}<tr><td>{{.Class}}</td><td>{{.Picture.N}}</td><td>{{template "i" .Picture}}</td><td>{{with .SquareKm}}{{printf "%.0f (%.0f–%.0f)" .Value .Low .High}}{{end}}</td></tr>{{end}}</table>{{end}}
<p>{{.Unlike}}</p>
{{range .Apart}}<p>Counted apart: {{.Labels}} labels “{{.Class}}”, {{.Told}} of them told at {{$.Threshold}}.</p>{{end}}
{{range .Plots}}<h2>{{.Class}}</h2>{{.SVG}}
{{if .Missed}}<h3>Largest things missed</h3>{{range .Missed}}<figure><img loading="lazy" src="{{.File}}"><figcaption>{{.Note}}</figcaption></figure>{{end}}{{end}}
{{if .False}}<h3>Surest false alarms</h3>{{range .False}}<figure><img loading="lazy" src="{{.File}}"><figcaption>{{.Note}}</figcaption></figure>{{end}}{{end}}{{end}}
</html>{{define "f"}}<td>{{template "i" .AP50}}</td><td>{{template "i" .AP5095}}</td><td>{{template "i" .Precision}}</td><td>{{template "i" .Recall}}</td>{{end}}{{define "i"}}{{printf "%.3f (%.3f–%.3f)" .Value .Low .High}}{{end}}
`))

// maxMistakes of a kind are shown for a class.
const maxMistakes = 12

var red = color.RGBA{255, 40, 40, 0}

// A plot is a square of plotPx with a margin for its axes.
const plotPx, plotMargin = 240.0, 34.0

type plot struct {
	Class         string
	SVG           template.HTML
	Missed, False []mistakePicture
}

type mistakePicture struct{ File, Note string }

// Page is the report of a data set, for people.
type Page struct {
	Model, Dataset string
	Threshold      float64
	Pictures       []dataset.Picture
	Classes        []measure.Class
	False          []measure.FalseClass
	Apart          []measure.ApartClass
	Unlike         measure.UnlikeCount
}

// Write writes report.html into a folder, with the pictures of mistakes, and returns its path.
func (c Page) Write(dir string) (string, error) {
	var plots []plot
	for i, r := range c.Classes {
		p := plot{Class: r.Name, SVG: template.HTML(curveSVG(measure.Curve(r.Pictures)) + reliabilitySVG(r.Bins))} // drawn from numbers alone
		missed, wrong := measure.Mistakes(r.Pictures, c.Threshold, maxMistakes)
		for _, x := range []struct {
			list []measure.Mistake
			what string
			into *[]mistakePicture
		}{{missed, "missed", &p.Missed}, {wrong, "false", &p.False}} {
			for k, m := range x.list {
				name := fmt.Sprintf("%02d-%s-%02d.jpg", i, x.what, k)
				if err := mistake(c.Pictures[m.Picture].Path, m.Box, filepath.Join(dir, name)); err != nil {
					return "", err
				}
				note := filepath.Base(c.Pictures[m.Picture].Path)
				if m.Score > 0 {
					note = fmt.Sprintf("%.2f in %s", m.Score, note)
				}
				*x.into = append(*x.into, mistakePicture{name, note})
			}
		}
		plots = append(plots, p)
	}
	f, err := os.Create(filepath.Join(dir, "report.html"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := layout.Execute(f, struct {
		Page
		Plots []plot
	}{c, plots}); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
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
