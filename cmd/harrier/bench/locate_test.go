package bench

import (
	"testing"

	"github.com/harrier-patrol/harrier/vision/score"
)

// A small bench on pictures: corrected poses hit better than reported ones, and the ellipses know it.
func TestBenchLocateOnOneFlight(t *testing.T) {
	if testing.Short() {
		t.Skip("renders a flight: not in -short runs")
	}
	c := &benchLocateCmd{Seed: 31000, Height: 80, Speed: 10, Duration: 50e9, Noise: 1, Time: "known", Sigma: 0.03, RTK: "all", DRC: "all"}
	median := func(noAlign bool) (float64, float64) {
		c.NoAlign = noAlign
		f, err := c.fly(0, 75)
		if err != nil {
			t.Fatal(err)
		}
		var errs []float64
		in := 0.0
		for _, s := range f.samples {
			if s.band == 0 {
				errs = append(errs, s.errM)
				if s.inside {
					in++
				}
			}
		}
		return score.SpreadOf(errs).Median, in / float64(len(errs))
	}
	reported, _ := median(true)
	aligned, inside := median(false)
	t.Logf("median error %.2f m as reported, %.2f m aligned, %.0f %% inside", reported, aligned, 100*inside)
	if aligned > reported || aligned > 0.3 || inside < 0.8 {
		t.Errorf("median error %.2f m as reported, %.2f m aligned, %.0f %% inside", reported, aligned, 100*inside)
	}
}
