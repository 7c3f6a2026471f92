package change

import (
	"fmt"
	"image"
	"math"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

// Plot is a square of ground with its sides to the north and the east, the same for every flight: passes of different days are compared
// plot by plot. Row counts from the equator to the north, Column from the meridian of Greenwich to the east, along its row.
type Plot struct{ Row, Column int }

// A rectified plot has PlotPx x PlotPx pixels of PlotGSDM metres, its first row in the north.
const (
	PlotPx   = 320
	PlotGSDM = 0.10
	PlotM    = PlotPx * PlotGSDM
)

// metresPerDegree of latitude on a sphere of WGS-84's major axis: plots need to be the same every time, not exact.
const metresPerDegree = 6378137 * math.Pi / 180

func (p Plot) steps() (lat, lon float64) {
	lat = PlotM / metresPerDegree
	return lat, lat / math.Cos((float64(p.Row)+0.5)*lat*math.Pi/180)
}

// PlotAt is the plot of a place.
func PlotAt(at orb.Point) Plot {
	p := Plot{}
	lat, _ := p.steps()
	p.Row = int(math.Floor(at.Lat() / lat))
	_, lon := p.steps()
	p.Column = int(math.Floor(at.Lon() / lon))
	return p
}

// String is the plot as a key.
func (p Plot) String() string { return fmt.Sprintf("%d.%d", p.Row, p.Column) }

// Place of a pixel of the rectified plot (continuous, from the corner in the north-west), WGS-84.
func (p Plot) Place(x, y float64) orb.Point {
	lat, lon := p.steps()
	return orb.Point{(float64(p.Column) + x/PlotPx) * lon, (float64(p.Row) + 1 - y/PlotPx) * lat}
}

// Pixel is where a place lies in the rectified plot; the inverse of Place.
func (p Plot) Pixel(at orb.Point) (x, y float64) {
	lat, lon := p.steps()
	return (at.Lon()/lon - float64(p.Column)) * PlotPx, (float64(p.Row) + 1 - at.Lat()/lat) * PlotPx
}

// Neighbours are the plots within r steps of this one, itself first.
func (p Plot) Neighbours(r int) []Plot {
	out := []Plot{p}
	for dr := -r; dr <= r; dr++ {
		at := Plot{Row: p.Row + dr}
		_, lon := at.steps()
		_, own := p.steps()
		middle := int(math.Floor((float64(p.Column) + 0.5) * own / lon)) // a column is not the same everywhere in the next row
		for dc := -r; dc <= r; dc++ {
			if q := (Plot{at.Row, middle + dc}); q != p {
				out = append(out, q)
			}
		}
	}
	return out
}

// marginPx is how far inside the picture a plot's corners must lie.
const marginPx = 6

// Rectified lays a frame on the ground of a plot; ok is false where the frame does not show all of it. The pose's height is above that
// ground. view is the direction from the plot's middle to the camera: metres to the east, north and up, of length 1.
func (p Plot) Rectified(pic gocv.Mat, cam geo.Camera, pose geo.Pose) (out gocv.Mat, view [3]float64, ok bool) {
	from, view, ok := p.corners(cam, pose)
	if !ok {
		return gocv.Mat{}, view, false
	}
	// finer than the plot: averaged first, so that nothing flickers
	src := pic
	if k := PlotPx / math.Hypot(float64(from[1].X-from[0].X), float64(from[1].Y-from[0].Y)); k < 0.6 {
		src = gocv.NewMat()
		defer src.Close()
		gocv.Resize(pic, &src, image.Point{}, k, k, gocv.InterpolationArea)
		for i := range from {
			from[i].X, from[i].Y = from[i].X*float32(k), from[i].Y*float32(k)
		}
	}
	a := gocv.NewPoint2fVectorFromPoints(from)
	defer a.Close()
	b := gocv.NewPoint2fVectorFromPoints([]gocv.Point2f{{X: 0, Y: 0}, {X: PlotPx, Y: 0}, {X: PlotPx, Y: PlotPx}, {X: 0, Y: PlotPx}})
	defer b.Close()
	m := gocv.GetPerspectiveTransform2f(a, b)
	defer m.Close()
	out = gocv.NewMat()
	gocv.WarpPerspective(src, &out, m, image.Pt(PlotPx, PlotPx))
	return out, view, true
}

// corners of the plot in a frame, from the north-west on clockwise, and the view of it.
func (p Plot) corners(cam geo.Camera, pose geo.Pose) (px []gocv.Point2f, view [3]float64, ok bool) {
	v := geo.NewView(cam, geo.ENU{U: pose.HeightM}, pose.YawDeg, pose.PitchDeg, pose.RollDeg)
	f := geo.NewFrame(pose.Point(), 0)
	for _, c := range [4][2]float64{{0, 0}, {PlotPx, 0}, {PlotPx, PlotPx}, {0, PlotPx}} {
		x, y, depth := v.Project(f.To(p.Place(c[0], c[1]), 0))
		if depth <= 0 || x < marginPx || y < marginPx || x > float64(cam.Width)-marginPx || y > float64(cam.Height)-marginPx {
			return nil, view, false
		}
		px = append(px, gocv.Point2f{X: float32(x), Y: float32(y)})
	}
	m := f.To(p.Place(PlotPx/2, PlotPx/2), 0)
	d := math.Sqrt(m.E*m.E + m.N*m.N + pose.HeightM*pose.HeightM)
	return px, [3]float64{-m.E / d, -m.N / d, pose.HeightM / d}, true
}

// Shown says how a frame would show a plot: the view of it, and whether it shows all of it.
func (p Plot) Shown(cam geo.Camera, pose geo.Pose) (view [3]float64, ok bool) {
	_, view, ok = p.corners(cam, pose)
	return view, ok
}

// ViewsApartDeg is the angle between two views.
func ViewsApartDeg(a, b [3]float64) float64 {
	return math.Acos(math.Max(-1, math.Min(1, a[0]*b[0]+a[1]*b[1]+a[2]*b[2]))) * 180 / math.Pi
}
