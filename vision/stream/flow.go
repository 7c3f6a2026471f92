package stream

import (
	"image"
	"math"
	"time"

	"gocv.io/x/gocv"
)

// flow measures how fast the picture moves as a whole, by phase correlation of small grey copies.
type flow struct {
	window, last, now, grey gocv.Mat
	lastAt                  time.Duration
	has                     bool
}

const (
	flowW, flowH = 240, 136
	flowEvery    = 190 * time.Millisecond
	flowSure     = 0.08 // response of the correlation below which it says nothing
)

func newFlow() *flow {
	f := &flow{window: gocv.NewMatWithSize(flowH, flowW, gocv.MatTypeCV32F), last: gocv.NewMat(), now: gocv.NewMat(), grey: gocv.NewMat()}
	// a Hann window: the edges of the picture must not correlate with themselves
	for y := range flowH {
		for x := range flowW {
			a := 0.5 - 0.5*math.Cos(2*math.Pi*float64(x)/(flowW-1))
			b := 0.5 - 0.5*math.Cos(2*math.Pi*float64(y)/(flowH-1))
			f.window.SetFloatAt(y, x, float32(math.Sqrt(a*b)))
		}
	}
	return f
}

// Next takes in the decoder's last picture; where it is due it returns the middle of the time since the one before, and the
// speed in pixels of the full picture a second.
func (f *flow) Next(d *Decoder, pts time.Duration) (at time.Duration, speed float64, ok bool) {
	if f.has && pts-f.lastAt < flowEvery {
		return 0, 0, false
	}
	buf, err := d.yuv()
	if err != nil {
		return 0, 0, false
	}
	w, h := d.Size()
	y, err := gocv.NewMatFromBytes(h, w, gocv.MatTypeCV8UC1, buf[:w*h])
	if err != nil {
		return 0, 0, false
	}
	defer y.Close()
	top := y.Region(image.Rect(0, h/20, w, h))
	defer top.Close()
	gocv.Resize(top, &f.grey, image.Pt(flowW, flowH), 0, 0, gocv.InterpolationArea)
	f.grey.ConvertTo(&f.now, gocv.MatTypeCV32F)
	dt := pts - f.lastAt
	if f.has && dt < time.Second {
		shift, response := gocv.PhaseCorrelate(f.last, f.now, f.window)
		if response > flowSure {
			kx, ky := float64(w)/flowW, float64(h-h/20)/flowH
			speed = math.Hypot(float64(shift.X)*kx, float64(shift.Y)*ky) / dt.Seconds()
			at, ok = f.lastAt+dt/2, true
		}
	}
	f.last, f.now = f.now, f.last
	f.lastAt, f.has = pts, true
	return at, speed, ok
}

func (f *flow) Close() {
	for _, m := range []*gocv.Mat{&f.window, &f.last, &f.now, &f.grey} {
		m.Close()
	}
}
