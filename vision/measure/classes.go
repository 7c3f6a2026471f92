package measure

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
)

// Class is what was measured of one class of a data set.
type Class struct {
	Name   string             `json:"class"`
	All    Figures            `json:"all"`
	BySize map[string]Figures `json:"by_size_px"`
	ByGSD  map[string]Figures `json:"by_gsd_m"`
	Off    float64            `json:"calibration_error"`

	Pictures []Picture `json:"-"`
	Bins     []Bin     `json:"-"`
}

// sizeBins are edges of the root of a box's area, pixels; gsdBins of the ground resolution, metres a pixel.
var (
	sizeBins = []float64{0, 16, 32, 64, 128, math.Inf(1)}
	gsdBins  = []float64{0.001, 0.03, 0.05, 0.07, 0.1, 0.2, math.Inf(1)}
)

// Plain is the name of a class as networks write it, where a data set has a dash.
func Plain(class string) string { return strings.Replace(class, "dump-truck-", "dump-truck/", 1) }

// is says whether a network's class is what a data set calls so: the same, the same without its attribute, or one of its group.
func is(class, label string) bool {
	name := vision.Name(class)
	return class == label || name == label || vision.Group(class) == label || vision.Family(class) == label || label == "truck" && (name == "lorry" || name == "dump-truck")
}

// ByClass measures every class of the data set, and the families of which it has more than one class.
func ByClass(pictures []dataset.Picture, classes []dataset.Category, found [][]vision.Detection, threshold float64) []Class {
	var labels []string
	for _, k := range classes {
		labels = append(labels, k.Name)
	}
	inFamily := map[string]int{}
	for _, c := range labels {
		if f := vision.Family(Plain(c)); f != "" {
			inFamily[f]++
		}
	}
	for _, f := range slices.Sorted(maps.Keys(inFamily)) {
		if inFamily[f] > 1 {
			labels = append(labels, f)
		}
	}
	var out []Class
	for _, label := range labels {
		e := Class{Name: label, BySize: map[string]Figures{}, ByGSD: map[string]Figures{}}
		n, known := 0, false
		for i, p := range pictures {
			x := Picture{GSDM: p.GSDM}
			known = known || p.GSDM > 0
			for _, b := range p.Labels {
				c := Plain(b.Class)
				if b.Class == label || is(c, label) || slices.Contains(dataset.Apart, b.Class) {
					x.Truths = append(x.Truths, Truth{Box: b.Box, Ignore: b.Ignore})
					if !b.Ignore {
						n++
					}
				}
			}
			for _, d := range found[i] {
				if is(d.Class, Plain(label)) {
					x.Found = append(x.Found, d)
				}
			}
			e.Pictures = append(e.Pictures, x)
		}
		if n == 0 {
			continue
		}
		e.All = Of(e.Pictures, threshold, nil)
		e.Bins = Reliability(e.Pictures)
		e.Off = CalibrationError(e.Bins)
		part := func(edges []float64, known bool, of func(size, gsd float64) float64, into map[string]Figures) {
			for k := 0; known && k+1 < len(edges); k++ {
				f := Of(e.Pictures, threshold, func(size, gsd float64) bool { v := of(size, gsd); return v >= edges[k] && v < edges[k+1] })
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
