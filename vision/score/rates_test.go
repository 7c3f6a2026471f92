package score

import (
	"slices"
	"testing"

	"github.com/harrier-patrol/harrier/geo"
)

func TestRatesRestOnEnoughThings(t *testing.T) {
	seen := []Rate{
		{0.05, 60, 0.3, Share{N: 9, Of: 10}},
		{0.06, 60, 0.3, Share{N: 7, Of: 10}},  // too few alone: with what was seen finer
		{0.07, 60, 0.3, Share{N: 10, Of: 20}}, // enough
		{0.08, 60, 0.3, Share{N: 0, Of: 3}},   // too few: nothing is said
		{0.06, 0, 0.15, Share{N: 15, Of: 30}},
	}
	got := Table(seen)
	want := geo.Rates{{GSDM: 0.06, DepressionDeg: 0, Light: 0.15, Found: 0.5, Of: 30}, {GSDM: 0.06, DepressionDeg: 60, Light: 0.3, Found: 0.8, Of: 20}, {GSDM: 0.07, DepressionDeg: 60, Light: 0.3, Found: 0.5, Of: 20}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if r, ok := rateOf([]Window{{GSDM: 0.09, DepressionDeg: 50, Light: 0.5}, {GSDM: 0.055, DepressionDeg: 75, Light: 0.31}}); !ok || r.GSDM != 0.06 || r.DepressionDeg != 75 || r.Light != 0.3 {
		t.Errorf("%+v, %v", r, ok)
	}
	for _, w := range []Window{{GSDM: 0.11, Light: 0.5}, {GSDM: 0.05, Light: 0.1}} {
		if r, ok := rateOf([]Window{w}); ok {
			t.Errorf("%+v counts as %+v", w, r)
		}
	}
}
