package watch

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// The ground under a structure's box is as large as its pixels are, and lies on the building that is there.
func TestFootingOfAStructure(t *testing.T) {
	at := orb.Point{121.5, 31.2}
	cam := geo.CameraFromDiagonal(1920, 1080, 84)
	pose := geo.Pose{Lon: at[0], Lat: at[1], HeightM: 60, PitchDeg: -90}
	o := vision.Observation{Sighting: vision.Sighting{Detection: vision.Detection{Class: "shed", Box: vision.Box{X: 860, Y: 440, W: 200, H: 200}}, At: geo.Located{GSDM: 0.05}}, Camera: cam}
	middle, err := geo.Locator{}.Locate(cam, pose, 960, 540, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := geo.NewFrame(middle.Point(), 0)
	hall := orb.Polygon{{f.From(-40, -40), f.From(40, -40), f.From(40, 40), f.From(-40, 40), f.From(-40, -40)}}
	want := math.Pow(200*middle.GSDM, 2)
	s := Footing(o, geo.Locator{Buildings: geo.NewBuildings([]geo.Building{{Outline: hall}})}, pose, 0, geo.NewRegister(nil))
	if math.Abs(s.M2-want) > 0.05*want || s.Register != nil {
		t.Errorf("%.1f m², want %.1f; register %v", s.M2, want, s.Register)
	}
	if s.OnBuilding < 0.99 || math.Abs(s.OfBuilding-want/6400) > 0.01 {
		t.Errorf("%.2f of it on the hall, %.3f of the hall", s.OnBuilding, s.OfBuilding)
	}
	if s = Footing(o, geo.Locator{}, pose, 0, geo.NewRegister([]geo.Entry{{Number: "1", Polygons: []orb.Polygon{hall}, AreaM2: 6400}})); s.Register == nil || s.Register.Standing != geo.Changed {
		t.Errorf("a hall is registered there: %+v", s.Register)
	}
}
