package infer

import (
	"math"
	"testing"

	"gocv.io/x/gocv"
)

// A picture without colours, or darker, or of one brightness, is measured as such; whatever it is, the measures are numbers and as many.
func TestAPictureIsDescribed(t *testing.T) {
	fill := func(of func(x, y, c int) uint8) gocv.Mat {
		const w, h = 640, 360
		b := make([]byte, w*h*3)
		for i := range w * h {
			for c := range 3 {
				b[3*i+c] = of(i%w, i/w, c)
			}
		}
		m, err := gocv.NewMatFromBytes(h, w, gocv.MatTypeCV8UC3, b)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	describe := func(name string, m gocv.Mat) []float64 {
		defer m.Close()
		row, err := Describe(m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s: measure %d is %g", name, i, v)
			}
		}
		return row
	}
	colours := describe("colours", fill(func(x, y, c int) uint8 { return uint8((x*(c+1) + y*7) % 256) }))
	grey := describe("grey", fill(func(x, y, _ int) uint8 { return uint8((x + y*7) % 256) }))
	dark := describe("dark", fill(func(x, y, c int) uint8 { return uint8((x*(c+1) + y*7) % 256 / 8) }))
	even := describe("even", fill(func(_, _, _ int) uint8 { return 90 }))
	const middle, noColour, noEdge = 2, 11, 20
	if len(colours) != 21 || len(even) != 21 {
		t.Fatalf("%d and %d measures", len(colours), len(even))
	}
	if grey[noColour] < 0.99 || colours[noColour] > 0.5 {
		t.Errorf("without colour: %.2f of the grey picture, %.2f of the coloured one", grey[noColour], colours[noColour])
	}
	if dark[middle] > colours[middle]/3 {
		t.Errorf("the middle brightness of the dark picture is %.2f, of the other %.2f", dark[middle], colours[middle])
	}
	if even[noEdge] < 0.99 || colours[noEdge] > 0.9 {
		t.Errorf("without edges: %.2f of the even picture, %.2f of the coloured one", even[noEdge], colours[noEdge])
	}
	tiny := gocv.NewMatWithSize(3, 2, gocv.MatTypeCV8UC3)
	describe("tiny", tiny)
}
