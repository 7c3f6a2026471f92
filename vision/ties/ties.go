// Package ties finds tie points: pixels of two pictures that show the same point. What they tell of the poses is geo's to solve.
package ties

import (
	"errors"
	"image"
	"math"
	"runtime"
	"sort"

	"gocv.io/x/gocv"
)

// Features are a picture's points that can be found again. Close them.
type Features struct {
	points []gocv.KeyPoint
	desc   gocv.Mat
	scale  float64 // picture pixels a pixel searched
}

// Finder finds features, for one caller at a time. A search takes some hundred bytes a pixel, and the C library keeps what it frees for
// the thread that freed it: so all searches run on one thread.
type Finder struct {
	searched, most int
	jobs           chan search
	done           chan struct{}
}

type search struct {
	picture gocv.Mat
	found   chan *Features
}

// NewFinder returns a finder that searches pictures shrunk to a longer side of searched pixels (more finds finer grain, not more ground) and
// keeps most features, spread over the picture; stills are worth 1600 and 4000. Close it.
func NewFinder(searched, most int) *Finder {
	f := &Finder{searched: searched, most: most, jobs: make(chan search), done: make(chan struct{})}
	go f.run()
	return f
}

// Close ends the finder and waits for it. Nobody may be searching.
func (f *Finder) Close() {
	close(f.jobs)
	<-f.done
}

func (f *Finder) run() {
	defer close(f.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	sift, none := gocv.NewSIFT(), gocv.NewMat()
	defer sift.Close()
	defer none.Close()
	for j := range f.jobs {
		j.found <- f.find(sift, none, j.picture)
	}
}

// Find searches a picture (BGR or grey) for features.
func (f *Finder) Find(m gocv.Mat) (*Features, error) {
	if m.Empty() {
		return nil, errors.New("find tie points: the picture is empty")
	}
	j := search{m, make(chan *Features, 1)}
	f.jobs <- j
	return <-j.found, nil
}

func (f *Finder) find(sift gocv.SIFT, none, m gocv.Mat) *Features {
	out := &Features{scale: math.Max(1, float64(max(m.Cols(), m.Rows()))/float64(f.searched))}
	grey := gocv.NewMat()
	defer grey.Close()
	if m.Channels() == 3 {
		gocv.CvtColor(m, &grey, gocv.ColorBGRToGray)
	} else {
		m.CopyTo(&grey)
	}
	if out.scale > 1 {
		gocv.Resize(grey, &grey, image.Pt(int(float64(m.Cols())/out.scale), int(float64(m.Rows())/out.scale)), 0, 0, gocv.InterpolationArea)
	}
	points, desc := sift.DetectAndCompute(grey, none)
	defer desc.Close()
	keep := spread(points, grey.Cols(), grey.Rows(), f.most)
	out.desc = gocv.NewMatWithSize(len(keep), max(1, desc.Cols()), gocv.MatTypeCV32F)
	for row, i := range keep {
		out.points = append(out.points, points[i])
		from, to := desc.RowRange(i, i+1), out.desc.RowRange(row, row+1)
		from.CopyTo(&to)
		from.Close()
		to.Close()
	}
	return out
}

// spread picks the strongest points so that every part of the picture has its share.
func spread(points []gocv.KeyPoint, w, h, most int) []int {
	const parts = 8
	var part [parts * parts][]int
	for i, p := range points {
		x, y := min(parts-1, int(p.X)*parts/max(1, w)), min(parts-1, int(p.Y)*parts/max(1, h))
		part[y*parts+x] = append(part[y*parts+x], i)
	}
	var out []int
	for _, all := range part {
		sort.Slice(all, func(a, b int) bool { return points[all[a]].Response > points[all[b]].Response })
		out = append(out, all[:min(len(all), most/(parts*parts))]...)
	}
	return out
}

// Close frees what C++ holds.
func (f *Features) Close() { f.desc.Close() }

// Pair is a pixel of the one picture and a pixel of the other that show the same point.
type Pair struct{ AX, AY, BX, BY float64 }

// How alike two points must be against the second best (Lowe 2004), and how far off the common plane, in pixels searched, a
// pair may be: relief moves pairs off it.
const (
	ratio    = 0.75
	offPlane = 6.0
	minPairs = 12
	minShare = 0.2 // of the pairs must lie near the plane: those that agree by chance are few of many
)

// Match returns the pairs of two pictures that lie near one plane; none where too few agree to be overlap.
func Match(a, b *Features) []Pair {
	if len(a.points) < minPairs || len(b.points) < minPairs {
		return nil
	}
	m := gocv.NewBFMatcherWithParams(gocv.NormL2, false)
	defer m.Close()
	back := make(map[int]int, len(b.points))
	for _, k := range m.KnnMatch(b.desc, a.desc, 1) {
		if len(k) == 1 {
			back[k[0].QueryIdx] = k[0].TrainIdx
		}
	}
	var pairs []Pair
	for _, k := range m.KnnMatch(a.desc, b.desc, 2) {
		if len(k) != 2 || k[0].Distance >= ratio*k[1].Distance || back[k[0].TrainIdx] != k[0].QueryIdx {
			continue
		}
		p, q := a.points[k[0].QueryIdx], b.points[k[0].TrainIdx]
		pairs = append(pairs, Pair{p.X * a.scale, p.Y * a.scale, q.X * b.scale, q.Y * b.scale})
	}
	return onePlane(pairs, offPlane*math.Max(a.scale, b.scale))
}

func onePlane(pairs []Pair, within float64) []Pair {
	if len(pairs) < minPairs {
		return nil
	}
	h, mask := Plane(pairs, within)
	defer h.Close()
	defer mask.Close()
	if h.Empty() {
		return nil
	}
	var out []Pair
	for i, p := range pairs {
		if mask.GetUCharAt(i, 0) != 0 {
			out = append(out, p)
		}
	}
	if len(out) < minPairs || float64(len(out)) < minShare*float64(len(pairs)) {
		return nil
	}
	return out
}

// Plane is the homography that takes the pairs' first pixels to their second within so many pixels, and which pairs agree with it (a
// column of bytes); the homography is empty where none is found. Close both.
func Plane(pairs []Pair, within float64) (h, agree gocv.Mat) {
	src, dst := gocv.NewMatWithSize(len(pairs), 1, gocv.MatTypeCV64FC2), gocv.NewMatWithSize(len(pairs), 1, gocv.MatTypeCV64FC2)
	defer src.Close()
	defer dst.Close()
	for i, p := range pairs {
		src.SetDoubleAt(i, 0, p.AX)
		src.SetDoubleAt(i, 1, p.AY)
		dst.SetDoubleAt(i, 0, p.BX)
		dst.SetDoubleAt(i, 1, p.BY)
	}
	agree = gocv.NewMat()
	return gocv.FindHomography(src, &dst, gocv.HomograpyMethodRANSAC, within, &agree, 2000, 0.999), agree
}
