package stills

import (
	"fmt"
	"image"
	"image/color"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/watch"
)

// drawnFrom is the score from which a detection is drawn.
const drawnFrom = 0.3

// draw writes a picture with what was seen in it; people and vehicles that scenes do not look for are made unrecognisable.
func (in *inspection) draw(pic gocv.Mat, all []watch.Placed, path string) error {
	drawn := pic.Clone()
	defer drawn.Close()
	dets := make([]vision.Detection, len(all))
	for i, d := range all {
		dets[i] = d.Detection
	}
	watch.Blur(&drawn, dets, in.wanted)
	for _, d := range dets {
		if d.Score >= drawnFrom {
			draw(&drawn, d)
		}
	}
	if !gocv.IMWriteWithParams(path, drawn, []int{gocv.IMWriteJpegQuality, 85}) {
		return fmt.Errorf("cannot write %s", path)
	}
	return nil
}

func draw(m *gocv.Mat, d vision.Detection) {
	c := map[string]color.RGBA{"vehicle": {40, 160, 255, 0}, "structure": {255, 60, 60, 0}, "stall": {255, 170, 0, 0}, "heap": {200, 90, 255, 0}, "person": {60, 220, 90, 0}}[vision.Group(d.Class)]
	if c == (color.RGBA{}) {
		c = color.RGBA{200, 200, 200, 0}
	}
	k := max(1, m.Cols()/900)
	r := image.Rect(int(d.Box.X), int(d.Box.Y), int(d.Box.X+d.Box.W), int(d.Box.Y+d.Box.H))
	gocv.Rectangle(m, r, c, k)
	gocv.PutText(m, fmt.Sprintf("%s %.2f", d.Class, d.Score), image.Pt(r.Min.X, max(12*k, r.Min.Y-4*k)), gocv.FontHersheySimplex, 0.4*float64(k), c, k)
}
