package main

import (
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/vision"
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
	pictures := []labelled{
		{path: path, gsdM: 0.5, boxes: []labelBox{{class: "stall", box: at(0)}, {class: "unsure", box: at(40), ignore: true}, {class: "dump-truck-open", box: at(60)}}},
		{path: path, gsdM: 0.5},
	}
	found := [][]vision.Detection{{
		{Class: "stall", Score: 0.9, Box: at(1)},  // right
		{Class: "stall", Score: 0.8, Box: at(0)},  // the same once more
		{Class: "heap", Score: 0.9, Box: at(40)},  // on what counts neither way
		{Class: "heap", Score: 0.4, Box: at(80)},  // not sure enough
		{Class: "shed", Score: 0.9, Box: at(100)}, // false, but no matter of streets
		{Class: "dump-truck/open", Score: 0.9, Box: at(60)},
	}, {{Class: "tent", Score: 0.5, Box: at(0)}, {Class: "car", Score: 0.9, Box: at(0)}}}
	got, err := falseThings(pictures, found, 0.5)
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
	if a := countedApart(pictures, found, 0.5); len(a) != 1 || a[0] != (apartClass{"unsure", 1, 1}) {
		t.Errorf("counted apart: %+v", a)
	}
	pictures[1].gsdM = 0
	if got, err = falseThings(pictures, found, 0.5); err != nil || got[0].SquareKm != nil {
		t.Errorf("where a resolution is not known the area is not: %+v, %v", got[0], err)
	}
}

// A restaurant's parasol is no mistake of who looks for vendors, nor one that is to be found; it is counted beside.
func TestParasolsAreCountedApart(t *testing.T) {
	at := func(x float64) vision.Box { return vision.Box{X: x, Y: 0, W: 10, H: 10} }
	pictures := []labelled{{boxes: []labelBox{newLabel("stall", at(0), false), newLabel("parasol", at(40), false)}}}
	found := [][]vision.Detection{{{Class: "stall", Score: 0.9, Box: at(40)}, {Class: "stall", Score: 0.8, Box: at(0)}}}
	classes := []cocoCategory{{0, "stall"}, {1, "parasol"}}
	got := evaluate(pictures, classes, found, 0.5)
	if len(got) != 1 || got[0].Class != "stall" || got[0].All.AP50.Value != 1 || got[0].All.AP50.N != 1 {
		t.Errorf("%+v", got)
	}
	if a := countedApart(pictures, found, 0.5); len(a) != 1 || a[0] != (apartClass{"parasol", 1, 1}) {
		t.Errorf("counted apart: %+v", a)
	}
	pictures[0].boxes[1] = newLabel("car", at(40), false)
	if got := evaluate(pictures, classes[:1], found, 0.5); got[0].All.AP50.Value != 0.5 {
		t.Errorf("on a car it is a mistake: %+v", got[0].All.AP50)
	}
}

// False things in pictures that are unlike what was learnt from are told beside those in the others.
func TestFalseThingsInStrangePictures(t *testing.T) {
	pictures := []labelled{{off: 1.2}, {off: 0.4}, {off: 0.9}}
	heap := vision.Detection{Class: "heap", Score: 0.9, Box: vision.Box{W: 9, H: 9}}
	u, err := unlikePictures(pictures, [][]vision.Detection{{heap, {Class: "tent", Score: 0.8, Box: vision.Box{X: 50, W: 9, H: 9}}}, {heap}, {}}, 0.5)
	if err != nil || u.Pictures != 1 || u.Of != 3 || u.False.Value != 2 || u.Others.Value != 0.5 {
		t.Errorf("%+v, %v", u, err)
	}
	if u, err = unlikePictures(pictures[1:], make([][]vision.Detection, 2), 0.5); err != nil || u.Pictures != 0 {
		t.Errorf("%+v, %v", u, err)
	}
}

// A calibration is fitted to raw scores: a model whose scores are calibrated is refused before anything is looked at.
func TestCalibratedScoresAreNotFittedAgain(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, annotationsFile), []byte(`{"images":[{"id":1,"file_name":"no-such.jpg","gsd_m":0.1}],"annotations":[],"categories":[{"id":1,"name":"stall"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	c := evalCmd{Dataset: dir, Format: "coco", Out: t.TempDir(), Model: "harrier-nano-fp32", Engine: "opencv", Calibrate: filepath.Join(dir, "m.json")}
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "has a calibration already") {
		t.Errorf("it says %v", err)
	}
}

// Scores are fitted where there are things enough; what was fitted on others stays.
func TestCalibrationSaysOnWhat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.json")
	old := networks.Platt{A: 2, B: 1, Things: 9, On: "rendered"}
	b, err := json.Marshal(networks.Manifest{Calibration: map[string]networks.Platt{"stall": old, "shed": old}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	var pictures []labelled
	var found [][]vision.Detection
	for i := range 40 {
		box := vision.Box{X: 0, Y: 0, W: 10, H: 10}
		p := labelled{path: "streets/a.jpg", boxes: []labelBox{{class: "stall", box: box}}}
		if i == 0 {
			p.boxes = append(p.boxes, labelBox{class: "shed", box: box})
		}
		pictures = append(pictures, p)
		found = append(found, []vision.Detection{{Class: "stall", Score: 0.3, Box: box}, {Class: "stall", Score: 0.2, Box: vision.Box{X: 50, W: 9, H: 9}}})
	}
	if err := calibrate(path, 30, []string{"stall", "shed"}, pictures, found); err != nil {
		t.Fatal(err)
	}
	var m networks.Manifest
	if b, err = os.ReadFile(path); err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	if m.Calibration["shed"] != old {
		t.Errorf("one shed changed what was fitted: %+v", m.Calibration["shed"])
	}
	if s := m.Calibration["stall"]; s.Things != 40 || s.On != "streets" || m.Calibrated("stall", 0.3) < 0.8 {
		t.Errorf("%+v", s)
	}
}
