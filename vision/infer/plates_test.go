package infer

import (
	"context"
	"errors"
	"testing"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
)

func openPlates(t *testing.T) *Plates {
	t.Helper()
	p, err := OpenPlates()
	if errors.Is(err, ErrNoPlates) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// The pictures of testdata are drawn: the back of a muck truck with its plate and its large number, at so many millimetres a pixel.
func TestPlatesAreReadNotGuessed(t *testing.T) {
	p := openPlates(t)
	for _, c := range []struct {
		file string
		gsdM float64
		want string
	}{{"plate-8mm.jpg", 0.008, "沪AD3278"}, {"plate-14mm.jpg", 0.014, "沪AD3278"}, {"plate-30mm.jpg", 0.030, ""}} {
		pic := gocv.IMRead("testdata/"+c.file, gocv.IMReadColor)
		defer pic.Close()
		got := map[string]string{}
		if err := p.Note(context.Background(), pic, vision.Box{W: float64(pic.Cols()), H: float64(pic.Rows())}, c.gsdM, got); err != nil {
			t.Fatal(err)
		}
		if got["plate"] != c.want || (got["plate_confidence"] != "") != (c.want != "") {
			t.Errorf("%s: read %v, want %q", c.file, got, c.want)
		}
		t.Log(c.file, got)
		// however coarse: nothing, or what stands there
		if text, _, err := p.Read(context.Background(), pic, vision.Box{W: float64(pic.Cols()), H: float64(pic.Rows())}); err != nil || text != "" && text != "沪AD3278" {
			t.Errorf("%s: guessed %q, %v", c.file, text, err)
		}
	}
}

func TestNoPlateWhereNoneIs(t *testing.T) {
	p := openPlates(t)
	pic := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(90, 120, 150, 0), 300, 500, gocv.MatTypeCV8UC3)
	defer pic.Close()
	for _, b := range []vision.Box{{W: 500, H: 300}, {X: -40, Y: -40, W: 60, H: 60}, {X: 600, Y: 10, W: 50, H: 50}, {X: 10, Y: 10}} {
		if text, _, err := p.Read(context.Background(), pic, b); err != nil || text != "" {
			t.Errorf("box %v: %q, %v", b, text, err)
		}
	}
	var none *Plates
	attr := map[string]string{}
	if err := none.Note(context.Background(), pic, vision.Box{W: 500, H: 300}, 0.01, attr); err != nil || len(attr) > 0 {
		t.Error(attr, err)
	}
}
