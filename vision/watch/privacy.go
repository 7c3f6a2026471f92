package watch

import (
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
)

// PrivateScore is the score from which somebody or something is made unrecognisable: a face too many costs nothing.
const PrivateScore = 0.1

// What may not be told from a picture that is shown or handed over: detail finer than this, in metres, on people (faces) and on
// vehicles that no lead is about (plates: their characters are 9 cm high and need about 1.5 cm a pixel to be read).
const (
	personDetailM  = 0.25
	vehicleDetailM = 0.08
	personM        = 0.6 // how large a person seen from above is at least: tells the scale where the pose does not
	vehicleM       = 4.0
)

// Blur makes people and vehicles unrecognisable, in place; keep is the classes that leads are about, except for people.
func Blur(pic *gocv.Mat, all []vision.Detection, keep map[string]bool) {
	frame := image.Rect(0, 0, pic.Cols(), pic.Rows())
	for _, d := range all {
		if !vision.Private(d.Class) || keep[d.Class] && d.Class != "person" {
			continue
		}
		detail, size := vehicleDetailM, vehicleM
		if d.Class == "person" {
			detail, size = personDetailM, personM
		}
		// pixels a metre, by the size of what is seen: it needs no pose, and is never too coarse by much
		block := detail * math.Max(d.Box.W, d.Box.H) / size
		if block < 1.5 {
			continue // the picture does not tell more than that
		}
		r := image.Rect(int(d.Box.X)-2, int(d.Box.Y)-2, int(d.Box.X+d.Box.W)+3, int(d.Box.Y+d.Box.H)+3).Intersect(frame)
		if r.Dx() < 2 || r.Dy() < 2 {
			continue
		}
		part := pic.Region(r)
		small := gocv.NewMat()
		gocv.Resize(part, &small, image.Pt(max(1, int(float64(r.Dx())/block)), max(1, int(float64(r.Dy())/block))), 0, 0, gocv.InterpolationArea)
		gocv.Resize(small, &part, r.Size(), 0, 0, gocv.InterpolationLinear)
		small.Close()
		part.Close()
	}
}

// shown is a frame as it may be shown, and a part of it, from the frame as it was taken.
func shown(original gocv.Mat, all []vision.Detection, keep map[string]bool, box vision.Box) (frame, crop []byte, err error) {
	pic := original.Clone()
	defer pic.Close()
	Blur(&pic, all, keep)
	if frame, err = jpeg(pic); err != nil {
		return nil, nil, err
	}
	crop, err = cropJPEG(pic, box)
	return frame, crop, err
}
