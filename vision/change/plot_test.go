package change

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

func TestPlotsHoldTheirPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		at := orb.Point{rng.Float64()*340 - 170, rng.Float64()*130 - 65}
		p := PlotAt(at)
		a, b := p.Place(0, PlotPx), p.Place(PlotPx, 0)
		if at[0] < a[0]-1e-12 || at[0] > b[0]+1e-12 || at[1] < a[1]-1e-12 || at[1] > b[1]+1e-12 {
			t.Fatalf("%v is not in its plot %v: %v to %v", at, p, a, b)
		}
		if w, h := geo.DistanceM(a, orb.Point{b[0], a[1]}), geo.DistanceM(a, orb.Point{a[0], b[1]}); math.Abs(w-PlotM) > 0.01*PlotM || math.Abs(h-PlotM) > 0.01*PlotM {
			t.Fatalf("plot %v is %.2f x %.2f m", p, w, h)
		}
		near := p.Neighbours(1)
		for _, q := range near[1:] {
			if d := geo.DistanceM(p.Place(PlotPx/2, PlotPx/2), q.Place(PlotPx/2, PlotPx/2)); d < 0.6*PlotM || d > 2.2*PlotM {
				t.Fatalf("%v and its neighbour %v are %.0f m apart", p, q, d)
			}
		}
		if len(near) != 9 {
			t.Fatalf("%d plots", len(near))
		}
	}
}

func rect(x, y float64, r int) image.Rectangle {
	return image.Rect(int(x)-r, int(y)-r, int(x)+r, int(y)+r)
}

// What stands at a place of the ground is at the pixel of that place, from wherever it is looked at.
func TestRectifiedPutsThingsInTheirPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	cam := geo.CameraFromDiagonal(1920, 1080, 84)
	shown := 0
	for range 60 {
		pose := geo.Pose{Lon: 121.5 + rng.Float64()*0.2, Lat: 31.1 + rng.Float64()*0.2, HeightM: 60 + 30*rng.Float64(), YawDeg: rng.Float64()*360 - 180, PitchDeg: -90 + 25*rng.Float64()}
		v := geo.NewView(cam, geo.ENU{U: pose.HeightM}, pose.YawDeg, pose.PitchDeg, 0)
		f := geo.NewFrame(pose.Point(), 0)
		for _, plot := range PlotAt(pose.Point()).Neighbours(1) {
			pic := gocv.NewMatWithSize(cam.Height, cam.Width, gocv.MatTypeCV8UC3)
			pic.SetTo(gocv.NewScalar(0, 0, 0, 0))
			px, py := 40+rng.Float64()*(PlotPx-80), 40+rng.Float64()*(PlotPx-80)
			x, y, _ := v.Project(f.To(plot.Place(px, py), 0))
			if x > 8 && y > 8 && x < float64(cam.Width)-8 && y < float64(cam.Height)-8 {
				part := pic.Region(rect(x, y, 4))
				part.SetTo(gocv.NewScalar(255, 255, 255, 0))
				part.Close()
			}
			out, view, ok := plot.Rectified(pic, cam, pose)
			pic.Close()
			if !ok {
				continue
			}
			shown++
			if n := math.Sqrt(view[0]*view[0] + view[1]*view[1] + view[2]*view[2]); math.Abs(n-1) > 1e-9 || view[2] <= 0 {
				t.Errorf("view %v", view)
			}
			grey := gocv.NewMat()
			gocv.CvtColor(out, &grey, gocv.ColorBGRToGray)
			_, most, _, at := gocv.MinMaxLoc(grey)
			if most < 100 || math.Hypot(float64(at.X)+0.5-px, float64(at.Y)+0.5-py) > 6 {
				t.Errorf("the mark at %.0f, %.0f of plot %v is at %v (%.0f)", px, py, plot, at, most)
			}
			grey.Close()
			out.Close()
		}
	}
	if shown < 30 {
		t.Errorf("only %d plots are shown whole", shown)
	}
}
