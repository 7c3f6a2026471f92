package infer

import (
	"testing"

	"github.com/harrier-patrol/harrier/vision"
)

// What both scales of a picture show counts for more than what one shows; of two boxes of one thing the surer one stays.
func TestScalesAgree(t *testing.T) {
	at := func(class string, x, score float64) vision.Detection {
		return vision.Detection{Class: class, Score: score, Box: vision.Box{X: x, Y: 0, W: 40, H: 40}}
	}
	out := vision.Suppress(agreed(map[float64][]vision.Detection{
		416: {at("stall", 0, 0.6), at("stall", 200, 0.7), at("car", 400, 0.5)},
		832: {at("stall", 4, 0.8), at("tent", 400, 0.4)},
	}), 0.5)
	want := []struct {
		class    string
		x, score float64
	}{{"stall", 4, 0.74}, {"stall", 200, 0.49}, {"car", 400, 0.35}}
	if len(out) != len(want) {
		t.Fatalf("%+v", out)
	}
	for i, w := range want {
		if d := out[i]; d.Class != w.class || d.Box.X != w.x || d.Score < w.score-1e-9 || d.Score > w.score+1e-9 {
			t.Errorf("%d: %+v; want %+v", i, d, w)
		}
	}
	one := agreed(map[float64][]vision.Detection{416: {at("stall", 0, 0.6)}})
	if len(one) != 1 || one[0].Score != 0.6 {
		t.Errorf("one scale alone changes nothing: %+v", one)
	}
}
