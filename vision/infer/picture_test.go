package infer

import (
	"image"
	"testing"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
)

// What is mostly green is no heap; earth with a bush beside it is.
func TestGreen(t *testing.T) {
	pic := gocv.NewMatWithSize(100, 100, gocv.MatTypeCV8UC3)
	defer pic.Close()
	pic.SetTo(gocv.NewScalar(90, 110, 140, 0)) // earth, BGR
	bush := pic.Region(image.Rect(0, 0, 100, 30))
	defer bush.Close()
	bush.SetTo(gocv.NewScalar(40, 120, 60, 0))
	for _, c := range []struct {
		box  vision.Box
		want bool
	}{{vision.Box{X: 0, Y: 0, W: 100, H: 30}, true}, {vision.Box{X: 0, Y: 0, W: 100, H: 100}, false}, {vision.Box{X: 0, Y: 40, W: 100, H: 60}, false}, {vision.Box{X: -20, Y: -50, W: 60, H: 70}, false}} {
		if got := green(pic, c.box) > mostlyGreen; got != c.want {
			t.Errorf("%+v: %.2f green", c.box, green(pic, c.box))
		}
	}
}
