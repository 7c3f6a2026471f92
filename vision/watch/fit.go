package watch

import (
	"image"
	"math"
	"slices"

	"gocv.io/x/gocv"
)

// frameQuality says of each frame whether anything can be seen in it. It belongs to one goroutine; Close frees it.
type frameQuality struct {
	half, small, grey, lap, last gocv.Mat
	has                          bool
	still                        int
	blocks                       [blocksX * blocksY]float64 // running sharpness of parts of the picture
	looks                        int
}

func newFrameQuality() *frameQuality {
	return &frameQuality{half: gocv.NewMat(), small: gocv.NewMat(), grey: gocv.NewMat(), lap: gocv.NewMat(), last: gocv.NewMat()}
}

func (j *frameQuality) Close() {
	for _, m := range []*gocv.Mat{&j.half, &j.small, &j.grey, &j.lap, &j.last} {
		m.Close()
	}
}

// Unfit says why nothing can be told from a single picture; empty where something can.
func Unfit(bgr gocv.Mat) string {
	j := newFrameQuality()
	defer j.Close()
	return j.look(bgr, false).reason
}

// seen is what a frame is like.
type seen struct {
	light, sharpness float64 // 0 to 1
	reason           string  // why nothing can be told from it; empty where it can
	covered          float64 // share of the picture that drops or dirt on the lens hide
}

// Limits of a frame that something can be told from. They were set on rendered frames that were darkened, blurred, whitened, soaked in
// green and so on (fit_test.go), not on real ones.
const (
	darkest      = 0.09 // mean brightness
	whitest      = 0.35 // share of burnt-out pixels
	minSharpness = 0.035
	blankest     = 1.5  // spread of brightness, grey levels
	minContrast  = 9.0  // spread of brightness, grey levels, in fog or behind a wet pane
	greenest     = 0.12 // share of pixels as a decoder leaves them that has lost the data
	greyest      = 0.12 // share of blocks that are even and grey, as after lost packets
	minFrameDiff = 0.12 // mean change in grey levels from look to look, of a picture that does not change
	blocksX      = 12
	blocksY      = 7
	bluntAgain   = 0.35 // of the sharpness of the sharper parts: what stays so blurred has something before it
	bluntLooks   = 12
	maxCovered   = 0.2 // share of the picture behind drops or dirt
	smallWidth   = 480
	smallHeight  = 270
)

// look judges a frame. moved says that the aircraft has moved since the last one: then a picture that does not change is frozen.
func (j *frameQuality) look(bgr gocv.Mat, moved bool) seen {
	var s seen
	// by halves OpenCV averages four times as fast
	gocv.Resize(bgr, &j.half, image.Pt(2*smallWidth, 2*smallHeight), 0, 0, gocv.InterpolationArea)
	gocv.Resize(j.half, &j.small, image.Pt(smallWidth, smallHeight), 0, 0, gocv.InterpolationArea)
	gocv.CvtColor(j.small, &j.grey, gocv.ColorBGRToGray)
	gocv.Laplacian(j.grey, &j.lap, gocv.MatTypeCV16S, 1, 1, 0, gocv.BorderDefault)
	colours, err1 := j.small.DataPtrUint8()
	grey, err2 := j.grey.DataPtrUint8()
	edges, err3 := j.lap.DataPtrInt16()
	if err1 != nil || err2 != nil || err3 != nil {
		s.reason = "the picture cannot be read"
		return s
	}
	var sum, sum2, lap2 float64
	white, green := 0, 0
	for i, v := range grey {
		sum += float64(v)
		sum2 += float64(v) * float64(v)
		lap2 += float64(edges[i]) * float64(edges[i])
		if v >= 250 {
			white++
		}
		if b, g, r := colours[3*i], colours[3*i+1], colours[3*i+2]; g > 90 && b < 45 && r < 45 {
			green++
		}
	}
	n := float64(len(grey))
	mean := sum / n
	spread := math.Sqrt(math.Max(0, sum2/n-mean*mean))
	s.light, s.sharpness = mean/255, math.Min(1, math.Sqrt(lap2/n)/60)
	even := j.parts(colours)
	frozen := j.frozen(grey, moved)
	switch {
	case float64(green)/n > greenest:
		s.reason = "the picture is green: the video lost data"
	case s.light < darkest:
		s.reason = "too dark to see anything"
	case spread < blankest:
		s.reason = "the picture is blank; is the camera covered or the link broken?"
	case float64(white)/n > whitest:
		s.reason = "over-exposed"
	case even > greyest:
		s.reason = "parts of the picture are grey: packets were lost"
	case frozen:
		s.reason = "the video is frozen"
	case spread < minContrast:
		s.reason = "fog or rain: hardly any contrast"
	case s.sharpness < minSharpness:
		s.reason = "blurred"
	default:
		s.covered = j.lens(edges)
		if s.covered > maxCovered {
			s.reason = "drops or dirt on the lens"
		}
	}
	return s
}

// parts is the share of blocks that are of one even neutral grey, as decoders fill in what they did not get.
func (j *frameQuality) parts(bgr []byte) float64 {
	const side = 15
	even, all := 0, 0
	for y := 0; y+side <= smallHeight; y += side {
		for x := 0; x+side <= smallWidth; x += side {
			flat := true
			for v := y; v < y+side && flat; v++ {
				for _, c := range bgr[3*(v*smallWidth+x) : 3*(v*smallWidth+x+side)] {
					if c < 125 || c > 131 {
						flat = false
						break
					}
				}
			}
			all++
			if flat {
				even++
			}
		}
	}
	return float64(even) / float64(all)
}

// frozen compares with the frame before.
func (j *frameQuality) frozen(grey []byte, moved bool) bool {
	if j.has && moved {
		if last, err := j.last.DataPtrUint8(); err == nil {
			var d float64
			for i, v := range grey {
				d += math.Abs(float64(v) - float64(last[i]))
			}
			if d/float64(len(grey)) < minFrameDiff {
				j.still++
			} else {
				j.still = 0
			}
		}
	}
	j.grey.CopyTo(&j.last)
	j.has = true
	return j.still >= 2
}

// lens is the share of the picture that stayed blurred while the rest was sharp, over many frames.
func (j *frameQuality) lens(edges []int16) float64 {
	const w, h = smallWidth / blocksX, smallHeight / blocksY
	var now [blocksX * blocksY]float64
	for by := range blocksY {
		for bx := range blocksX {
			var s float64
			for y := by * h; y < (by+1)*h; y++ {
				for x := bx * w; x < (bx+1)*w; x++ {
					e := float64(edges[y*smallWidth+x])
					s += e * e
				}
			}
			now[by*blocksX+bx] = math.Sqrt(s / (w * h))
		}
	}
	j.looks++
	k := math.Max(1/float64(j.looks), 1.0/bluntLooks)
	sorted := make([]float64, 0, len(now))
	for i, v := range now {
		j.blocks[i] += k * (v - j.blocks[i])
		sorted = append(sorted, j.blocks[i])
	}
	if j.looks < bluntLooks {
		return 0
	}
	slices.Sort(sorted)
	typical := sorted[len(sorted)*3/4]
	n := 0
	for _, v := range j.blocks {
		if v < bluntAgain*typical {
			n++
		}
	}
	return float64(n) / float64(len(now))
}
