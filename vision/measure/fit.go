package measure

import (
	"math"
	"path/filepath"
	"slices"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// Fit fits the scores of every class of which there are at least so many things to what was found in pictures with the raw ones, puts the
// calibration into the manifest, and returns the classes. Detections count as right where they lie on a label of the class; classes are the
// detector's.
func Fit(m *networks.Manifest, from int, classes []string, pictures []dataset.Picture, found [][]vision.Detection) []string {
	if m.Calibration == nil {
		m.Calibration = map[string]networks.Platt{}
	}
	if len(m.LooksAt) > 0 {
		// what it tells apart; of the others the detector's own calibration holds
		classes = append(slices.Clone(m.LooksAt), slices.DeleteFunc(slices.Clone(m.Classes), func(c string) bool { return slices.Contains(classes, c) })...)
	}
	var fitted []string
	for _, class := range classes {
		var all []Picture
		things := 0
		for i, p := range pictures {
			var x Picture
			for _, l := range p.Labels {
				if Plain(l.Class) == class || slices.Contains(dataset.Apart, l.Class) {
					x.Truths = append(x.Truths, Truth{Box: l.Box, Ignore: l.Ignore})
					if !l.Ignore {
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
		if a, b := Calibrate(all); a != 1 || b != 0 {
			m.Calibration[class] = networks.Platt{A: rounded(a), B: rounded(b), Things: things, On: filepath.Base(filepath.Dir(pictures[0].Path))}
			fitted = append(fitted, class)
		}
	}
	return fitted
}

func rounded(v float64) float64 { return math.Round(1e4*v) / 1e4 }
