package watch

import (
	"math"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// A camera that flies, turns and looks ahead: a heap that stands and a car that drives are told where they are at each step, also when the network
// comes late.
func TestBoxesGoWithThePicture(t *testing.T) {
	c := geo.CameraFromDiagonal(1280, 720, 84)
	pose := geo.Pose{HeightM: 60, PitchDeg: -70}
	at := func(s float64) geo.View { // 8 m/s ahead, turning 10° a second
		yaw := 10 * s
		k := 8 / (10 * math.Pi / 180)
		return geo.NewView(c, geo.ENU{E: k * (1 - math.Cos(yaw*math.Pi/180)), N: k * math.Sin(yaw*math.Pi/180), U: 60}, yaw, -70, 0)
	}
	heap := func(float64) geo.ENU { return geo.ENU{E: 5, N: 30} }
	car := func(s float64) geo.ENU { return geo.ENU{E: -4 + 6*s, N: 32} }
	box := func(class string, g geo.ENU, s float64) vision.Seen {
		x, y, _ := at(s).Project(g)
		return vision.Seen{Class: class, Box: vision.Box{X: x - 30, Y: y - 20, W: 60, H: 40}}
	}
	var told vision.FrameBoxes
	b := &boxTeller{tell: func(x vision.FrameBoxes) { told = x }}
	second := func(s float64) time.Duration { return time.Duration(s * 1e9) }
	move := func(from, to float64) geo.Move {
		a, z := at(from), at(to)
		turn := 10 * (to - from) * math.Pi / 180
		s, co := math.Sincos(10 * from * math.Pi / 180)
		e, n := z.At.E-a.At.E, z.At.N-a.At.N
		return geo.Move{TurnDeg: turn * 180 / math.Pi, ForwardM: s*e + co*n, RightM: co*e - s*n}
	}
	check := func(when string, s float64, limit float64) {
		t.Helper()
		if d := int32(told.Stamp - 1000 - uint32(s*90000)); d < -90 || d > 90 {
			t.Fatalf("%s: told for %.2f s, not %.2f", when, float64(told.Stamp-1000)/90000, s)
		}
		for i, g := range []func(float64) geo.ENU{heap, car} {
			want := box("", g(s), s).Box
			x, y := told.Boxes[i].Box.Centre()
			wx, wy := want.Centre()
			if d := math.Hypot(x-wx, y-wy); d > limit {
				t.Errorf("%s: %s is told %.1f px off", when, told.Boxes[i].Class, d)
			}
			// and between two steps it moves on as told
			next := box("", g(s+0.1), s+0.1).Box
			nx, ny := next.Centre()
			if d := math.Hypot(x+0.1*told.Boxes[i].Moves[0]-nx, y+0.1*told.Boxes[i].Moves[1]-ny); d > limit+6 {
				t.Errorf("%s: 0.1 s later %s is %.1f px off", when, told.Boxes[i].Class, d)
			}
		}
	}
	look := func(s float64) {
		b.looked(vision.FrameBoxes{Flight: "F", Stamp: 1000 + uint32(s*90000), Width: 1280, Height: 720, Boxes: []vision.Seen{box("heap", heap(s), s), box("car", car(s), s)}}, second(s), c, pose)
	}
	step := func(i int) {
		b.moved(second(0.2*float64(i)), second(0.2*float64(i+1)), move(0.2*float64(i), 0.2*float64(i+1)))
	}
	step(0)
	step(1)
	look(0.1) // told 0.3 s late
	if len(told.Boxes) != 2 {
		t.Fatal("nothing is told")
	}
	step(2)
	step(3)
	look(0.5) // now it is known how the car drives
	check("a look that comes 0.3 s late", 0.8, 4)
	step(4)
	check("the step after it", 1.0, 6)
	for i := 5; i < 12; i++ {
		step(i)
	}
	if len(told.Boxes) != 0 {
		t.Errorf("%d boxes are told of a frame that was looked at 1.9 s ago", len(told.Boxes))
	}
}
