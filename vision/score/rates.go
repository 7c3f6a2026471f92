package score

import (
	"math"
	"sort"

	"github.com/harrier-patrol/harrier/geo"
)

// Rate is how many of the things that were seen at best up to a ground resolution, from a depression and from a brightness on, each to
// the next edge, were found.
type Rate struct {
	GSDM          float64 `json:"gsd_m"`
	DepressionDeg float64 `json:"depression_deg"`
	Light         float64 `json:"light"`
	Share
}

// Edges of rates: ground resolution up to which, metres a pixel, depression from which, and mean brightness from which; what is darker
// was not measured.
var (
	rateGSD        = []float64{0.05, 0.06, 0.07, 0.08, 0.09, 0.1}
	rateDepression = []float64{0, 60, 75}
	rateLight      = []float64{0.15, 0.3, 0.45}
)

// rateOf is where a thing counts, by how it was seen at its best; ok is false for what is seen too coarsely or in the dark.
func rateOf(windows []Window) (r Rate, ok bool) {
	best := windows[0]
	for _, w := range windows {
		if w.GSDM < best.GSDM {
			best = w
		}
	}
	i := sort.SearchFloat64s(rateGSD, best.GSDM)
	if i == len(rateGSD) || best.Light < rateLight[0] {
		return r, false
	}
	from := func(edges []float64, v float64) float64 {
		return edges[sort.SearchFloat64s(edges, math.Nextafter(v, math.Inf(1)))-1]
	}
	return Rate{GSDM: rateGSD[i], DepressionDeg: from(rateDepression, best.DepressionDeg), Light: from(rateLight, best.Light)}, true
}

// minForRate is how many things a rate must rest on.
const minForRate = 15

// Table makes a table of rates: each rests on what was seen just so well, together with what was seen finer where that
// is too few.
func Table(seen []Rate) geo.Rates {
	var out geo.Rates
	for _, light := range rateLight {
		for _, depression := range rateDepression {
			var left Share
			for _, gsd := range rateGSD {
				for _, x := range seen {
					if x.GSDM == gsd && x.DepressionDeg == depression && x.Light == light {
						left.N, left.Of = left.N+x.N, left.Of+x.Of
					}
				}
				if left.Of >= minForRate {
					out = append(out, geo.Rate{GSDM: gsd, DepressionDeg: depression, Light: light, Found: math.Round(1000*float64(left.N)/float64(left.Of)) / 1000, Of: left.Of})
					left = Share{}
				}
			}
		}
	}
	return out
}
