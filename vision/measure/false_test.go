package measure

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// A bureau sees false alarms first: what lies on no label is counted by class, a picture and a km².
func TestFalseThingsAreCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, image.NewGray(image.Rect(0, 0, 200, 100))); err != nil {
		t.Fatal(err)
	}
	f.Close()
	at := func(x float64) vision.Box { return vision.Box{X: x, Y: 0, W: 10, H: 10} }
	pictures := []dataset.Picture{
		{Path: path, GSDM: 0.5, Labels: []dataset.Label{{Class: "stall", Box: at(0)}, {Class: "unsure", Box: at(40), Ignore: true}, {Class: "dump-truck-open", Box: at(60)}}},
		{Path: path, GSDM: 0.5},
	}
	found := [][]vision.Detection{{
		{Class: "stall", Score: 0.9, Box: at(1)},  // right
		{Class: "stall", Score: 0.8, Box: at(0)},  // the same once more
		{Class: "heap", Score: 0.9, Box: at(40)},  // on what counts neither way
		{Class: "heap", Score: 0.4, Box: at(80)},  // not sure enough
		{Class: "shed", Score: 0.9, Box: at(100)}, // false, but no matter of streets
		{Class: "dump-truck/open", Score: 0.9, Box: at(60)},
	}, {{Class: "tent", Score: 0.5, Box: at(0)}, {Class: "car", Score: 0.9, Box: at(0)}}}
	got, err := False(pictures, found, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{allOfScenes: 2, "car": 1, "shed": 1, "stall": 1, "tent": 1}
	if len(got) != len(want) || got[0].Class != allOfScenes {
		t.Errorf("%+v", got)
	}
	for _, f := range got {
		// two pictures, 5,000 m² each
		if n := want[f.Class]; f.Picture.N != n || f.Picture.Value != float64(n)/2 || f.SquareKm == nil || f.SquareKm.Value < float64(n)*99.9 || f.SquareKm.Value > float64(n)*100.1 {
			t.Errorf("%s: %+v, %+v; want %d", f.Class, f.Picture, f.SquareKm, n)
		}
	}
	if a := CountedApart(pictures, found, 0.5); len(a) != 1 || a[0] != (ApartClass{"unsure", 1, 1}) {
		t.Errorf("counted apart: %+v", a)
	}
	pictures[1].GSDM = 0
	if got, err = False(pictures, found, 0.5); err != nil || got[0].SquareKm != nil {
		t.Errorf("where a resolution is not known the area is not: %+v, %v", got[0], err)
	}
}

// A restaurant's parasol is no mistake of who looks for vendors, nor one that is to be found; it is counted beside.
func TestParasolsAreCountedApart(t *testing.T) {
	at := func(x float64) vision.Box { return vision.Box{X: x, Y: 0, W: 10, H: 10} }
	pictures := []dataset.Picture{{Labels: []dataset.Label{dataset.NewLabel("stall", at(0), false), dataset.NewLabel("parasol", at(40), false)}}}
	found := [][]vision.Detection{{{Class: "stall", Score: 0.9, Box: at(40)}, {Class: "stall", Score: 0.8, Box: at(0)}}}
	classes := []dataset.Category{{ID: 0, Name: "stall"}, {ID: 1, Name: "parasol"}}
	got := ByClass(pictures, classes, found, 0.5)
	if len(got) != 1 || got[0].Name != "stall" || got[0].All.AP50.Value != 1 || got[0].All.AP50.N != 1 {
		t.Errorf("%+v", got)
	}
	if a := CountedApart(pictures, found, 0.5); len(a) != 1 || a[0] != (ApartClass{"parasol", 1, 1}) {
		t.Errorf("counted apart: %+v", a)
	}
	pictures[0].Labels[1] = dataset.NewLabel("car", at(40), false)
	if got := ByClass(pictures, classes[:1], found, 0.5); got[0].All.AP50.Value != 0.5 {
		t.Errorf("on a car it is a mistake: %+v", got[0].All.AP50)
	}
}

// False things in pictures that are unlike what was learnt from are told beside those in the others.
func TestFalseThingsInStrangePictures(t *testing.T) {
	pictures := []dataset.Picture{{Unlike: 1.2}, {Unlike: 0.4}, {Unlike: 0.9}}
	heap := vision.Detection{Class: "heap", Score: 0.9, Box: vision.Box{W: 9, H: 9}}
	u, err := Unlike(pictures, [][]vision.Detection{{heap, {Class: "tent", Score: 0.8, Box: vision.Box{X: 50, W: 9, H: 9}}}, {heap}, {}}, 0.5)
	if err != nil || u.Pictures != 1 || u.Of != 3 || u.False.Value != 2 || u.Others.Value != 0.5 {
		t.Errorf("%+v, %v", u, err)
	}
	if u, err = Unlike(pictures[1:], make([][]vision.Detection, 2), 0.5); err != nil || u.Pictures != 0 {
		t.Errorf("%+v, %v", u, err)
	}
}

// Scores are fitted where there are things enough; what was fitted on others stays.
func TestCalibrationSaysOnWhat(t *testing.T) {
	old := networks.Platt{A: 2, B: 1, Things: 9, On: "rendered"}
	m := &networks.Manifest{Classes: []string{"stall", "shed"}, Calibration: map[string]networks.Platt{"stall": old, "shed": old}}
	var pictures []dataset.Picture
	var found [][]vision.Detection
	for i := range 40 {
		box := vision.Box{X: 0, Y: 0, W: 10, H: 10}
		p := dataset.Picture{Path: "streets/a.jpg", Labels: []dataset.Label{{Class: "stall", Box: box}}}
		if i == 0 {
			p.Labels = append(p.Labels, dataset.Label{Class: "shed", Box: box})
		}
		pictures = append(pictures, p)
		found = append(found, []vision.Detection{{Class: "stall", Score: 0.3, Box: box}, {Class: "stall", Score: 0.2, Box: vision.Box{X: 50, W: 9, H: 9}}})
	}
	if fitted := Fit(m, 30, m.Classes, pictures, found); len(fitted) != 1 || fitted[0] != "stall" {
		t.Errorf("fitted %v", fitted)
	}
	if m.Calibration["shed"] != old {
		t.Errorf("one shed changed what was fitted: %+v", m.Calibration["shed"])
	}
	if s := m.Calibration["stall"]; s.Things != 40 || s.On != "streets" || m.Calibrated("stall", 0.3) < 0.8 {
		t.Errorf("%+v", s)
	}
}
