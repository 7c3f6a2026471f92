package vision

import (
	"math"
	"testing"
)

func TestLooksAreFused(t *testing.T) {
	stall := func(x, score float64) Detection {
		return Detection{Class: "stall", Score: score, Box: Box{X: x, Y: 10, W: 40, H: 40}}
	}
	out := Fuse([][]Detection{
		{stall(10, 0.8), stall(200, 0.3)},
		{stall(14, 0.4)},
		{stall(10, 0.6), {Class: "shed", Score: 0.9, Box: Box{X: 400, Y: 10, W: 40, H: 40}}},
		{stall(13, 0.6), stall(10, 0.1)}, // what one look found twice is two
	}, 0.1)
	if len(out) != 2 {
		t.Fatalf("%+v", out)
	}
	// 10 weighs 0.8 + 0.6, 14 weighs 0.4, 13 weighs 0.6
	if d := out[0]; d.Class != "stall" || math.Abs(d.Score-0.6) > 1e-9 || math.Abs(d.Box.X-(10*1.4+14*0.4+13*0.6)/2.4) > 1e-9 || d.Box.W != 40 {
		t.Errorf("seen by all: %+v", d)
	}
	if d := out[1]; d.Class != "shed" || math.Abs(d.Score-0.225) > 1e-9 || d.Box.X != 400 {
		t.Errorf("seen by one of four: %+v", d)
	}
	if out := Fuse([][]Detection{nil, nil}, 0); len(out) != 0 {
		t.Errorf("of nothing: %+v", out)
	}
}

func TestAnUnposedPictureIsLookedAtAtAllScales(t *testing.T) {
	sides := map[float64]int{}
	for _, k := range Turned(TilesUnposed(1600, 1200, 416)) {
		sides[k.Side]++
		if k.Turns != StillTurns || k.X < 0 || k.Y < 0 || k.X+k.Side > 1600.5 || k.Y+k.Side > 1200.5 {
			t.Errorf("%+v", k)
		}
	}
	if len(sides) != len(BlindScales) {
		t.Errorf("sides %v", sides)
	}
}

// A box round two stalls is none; a box round one, or round two of which one is hardly seen, is.
func TestABoxOfSeveralStallsIsNone(t *testing.T) {
	at := func(class string, x, w, score float64) Detection {
		return Detection{Class: class, Score: score, Box: Box{X: x, Y: 10, W: w, H: 40}}
	}
	for name, c := range map[string]struct {
		all  []Detection
		want int
	}{
		"round two":                  {[]Detection{at("stall", 0, 100, 0.8), at("stall", 5, 40, 0.7), at("stall", 55, 40, 0.6)}, 2},
		"round one":                  {[]Detection{at("stall", 0, 100, 0.8), at("stall", 5, 40, 0.7)}, 2},
		"round two, one hardly seen": {[]Detection{at("stall", 0, 100, 0.8), at("stall", 5, 40, 0.7), at("stall", 55, 40, 0.3)}, 3},
		"a roof has parts":           {[]Detection{at("shed", 0, 100, 0.8), at("shed", 5, 40, 0.7), at("shed", 55, 40, 0.6)}, 3},
		"the two are the same one":   {[]Detection{at("stall", 0, 100, 0.8), at("stall", 5, 40, 0.7), at("stall", 20, 40, 0.6)}, 3},
	} {
		if got := Suppress(c.all, 0.5); len(got) != c.want {
			t.Errorf("%s: %d left, wanted %d: %+v", name, len(got), c.want, got)
		}
	}
}

// Where one look shows a thing whole, those that a tile's edge cuts do not say how large it is; what is private is kept though most looks do not show it.
func TestCutAndPrivateThingsAreFused(t *testing.T) {
	truck := func(x, w, score float64, cut bool) Detection {
		return Detection{Class: "lorry", Score: score, Cut: cut, Box: Box{X: x, Y: 0, W: w, H: 40}}
	}
	person := Detection{Class: "person", Score: 0.3, Box: Box{X: 300, Y: 0, W: 10, H: 10}}
	out := Fuse([][]Detection{{truck(0, 70, 0.9, true), person}, {truck(0, 100, 0.5, false)}, {}, {}}, 0.1)
	if len(out) != 2 {
		t.Fatalf("%+v", out)
	}
	if d := out[0]; d.Class != "lorry" || d.Cut || d.Box.W != 100 || math.Abs(d.Score-0.35) > 1e-9 {
		t.Errorf("seen whole once: %+v", d)
	}
	if d := out[1]; d.Class != "person" || math.Abs(d.Score-0.075) > 1e-9 || d.Surest != 0.3 || !d.Told(0.1) || d.Told(0.4) {
		t.Errorf("somebody, seen once: %+v", d)
	}
}
