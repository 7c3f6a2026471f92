package stream

import (
	"image"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

// Flow finds points of small grey copies of a video's pictures again in the next: what tells how the camera moved. Close it.
type Flow struct {
	orb        gocv.ORB
	matcher    gocv.BFMatcher
	grey, none gocv.Mat
	last       gocv.Mat // descriptors
	points     []gocv.KeyPoint
	lastAt     time.Duration
	has        bool
}

const (
	flowW, flowH = 480, 270
	flowEvery    = 190 * time.Millisecond
	flowPoints   = 300
	// the widest gap over which points are looked for again
	flowGap = time.Second
	// the top of the picture that is not looked at: overlays stand there, and nothing near
	flowTop = 20
)

// NewFlow prepares a flow.
func NewFlow() *Flow {
	return &Flow{orb: gocv.NewORBWithParams(flowPoints, 1.3, 4, 15, 0, 2, gocv.ORBScoreTypeFAST, 31, 12), matcher: gocv.NewBFMatcherWithParams(gocv.NormHamming, true),
		grey: gocv.NewMat(), none: gocv.NewMat(), last: gocv.NewMat()}
}

// Due says whether a picture at pts would be looked at.
func (f *Flow) Due(pts time.Duration) bool {
	return !f.has || pts-f.lastAt >= flowEvery || pts < f.lastAt
}

// Next takes in a picture (grey, full size) and returns the pixels found again since the one before, in pixels of the full picture.
func (f *Flow) Next(luma gocv.Mat, pts time.Duration) (from time.Duration, pairs []geo.PixelPair) {
	w, h := luma.Cols(), luma.Rows()
	top := luma.Region(image.Rect(0, h/flowTop, w, h))
	defer top.Close()
	gocv.Resize(top, &f.grey, image.Pt(flowW, flowH), 0, 0, gocv.InterpolationArea)
	points, desc := f.orb.DetectAndCompute(f.grey, f.none)
	if f.has && pts > f.lastAt && pts-f.lastAt < flowGap && !desc.Empty() && !f.last.Empty() {
		kx, ky, y0 := float64(w)/flowW, float64(h-h/flowTop)/flowH, float64(h/flowTop)
		for _, m := range f.matcher.KnnMatch(f.last, desc, 1) {
			if len(m) == 1 {
				a, b := f.points[m[0].QueryIdx], points[m[0].TrainIdx]
				pairs = append(pairs, geo.PixelPair{AX: a.X * kx, AY: a.Y*ky + y0, BX: b.X * kx, BY: b.Y*ky + y0})
			}
		}
	}
	f.last.Close()
	from = f.lastAt
	f.last, f.points, f.lastAt, f.has = desc, points, pts, true
	return from, pairs
}

// next takes in the decoder's last picture where one is due.
func (f *Flow) next(d *Decoder, pts time.Duration) (from time.Duration, pairs []geo.PixelPair) {
	if !f.Due(pts) {
		return 0, nil
	}
	buf, err := d.yuv()
	if err != nil {
		return 0, nil
	}
	w, h := d.Size()
	y, err := gocv.NewMatFromBytes(h, w, gocv.MatTypeCV8UC1, buf[:w*h])
	if err != nil {
		return 0, nil
	}
	defer y.Close()
	return f.Next(y, pts)
}

// Close frees what C++ holds.
func (f *Flow) Close() {
	f.orb.Close()
	f.matcher.Close()
	for _, m := range []*gocv.Mat{&f.grey, &f.none, &f.last} {
		m.Close()
	}
}
