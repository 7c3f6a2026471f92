package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/recognition"
	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/networks"
)

func TestEvalMeasuresRenderedFrames(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	if code := run([]string{"render", "--out", dir, "--from", "10020", "--towns", "2", "--frames", "3", "--quality", "3", "--height", "55-70", "--pitch", "70-90"}); code != 0 {
		t.Fatalf("render: exit code %d", code)
	}
	if code := run([]string{"eval", "--dataset", dir, "--out", out}); code != 0 {
		t.Fatalf("eval: exit code %d", code)
	}
	f := figuresOf(t, out, "car")
	if f.AP50.N < 10 || f.AP50.Value < 0.5 || f.AP50.Low > f.AP50.Value || f.AP50.High < f.AP50.Value || f.AP5095.Value > f.AP50.Value {
		t.Errorf("cars: %+v", f)
	}
	raw, err := os.ReadFile(filepath.Join(out, "detections.json"))
	if err != nil {
		t.Fatal(err)
	}
	var found []dataset.Result
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatal(err)
	}
	_, classes, err := dataset.Read(dir, "coco")
	if err != nil {
		t.Fatal(err)
	}
	cars := 0
	for _, d := range found {
		if i := slices.IndexFunc(classes, func(k dataset.Category) bool { return k.ID == d.Category }); i >= 0 && classes[i].Name != d.Class || i < 0 && d.Category <= len(classes) {
			t.Fatalf("%s has the number %d, of %v", d.Class, d.Category, classes)
		}
		if d.Class == "car" && d.Score > 0.5 {
			cars++
		}
		if _, err := os.Stat(filepath.Join(dir, d.FileName)); err != nil || d.BBox[2] <= 0 || d.Score <= 0 || d.Score > 1 {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	if cars < 10 {
		t.Errorf("%d cars in detections.json", cars)
	}
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Reliability of scores", "Precision over recall", "car", "by_size"} {
		if want != "by_size" && !strings.Contains(string(page), want) {
			t.Errorf("the report has no %q", want)
		}
	}
}

func TestModelsArePromotedAndRolledBack(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "harrier.yaml")
	if err := os.WriteFile(conf, []byte("data: "+filepath.Join(dir, "data")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	inUse := func() string {
		c, err := config.Load(conf)
		if err != nil {
			t.Fatal(err)
		}
		name, err := c.ModelInUse()
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	if got := inUse(); got != networks.Nano {
		t.Fatalf("in use: %s", got)
	}
	if code := run([]string{"model", "rollback", "--config", conf, "--why", "x"}); code == 0 {
		t.Error("a rollback to nothing succeeds")
	}
	// another model: the float one, as a file
	raw, man, err := networks.Load(networks.NanoFP32)
	if err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "mine.onnx")
	man.File, man.Name = "mine.onnx", "mine"
	manifest, err := json.Marshal(man)
	if err != nil {
		t.Fatal(err)
	}
	for p, b := range map[string][]byte{mine: raw, filepath.Join(dir, "mine.json"): manifest} {
		if err := os.WriteFile(p, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if code := run([]string{"model", "promote", mine, "--config", conf, "--why", "better on the held part", "--by", "wang"}); code != 0 {
		t.Fatalf("promote: exit code %d", code)
	}
	if got := inUse(); !strings.HasSuffix(got, "mine.onnx") || !strings.HasPrefix(got, filepath.Join(dir, "data")) {
		t.Errorf("in use: %s", got)
	}
	if code := run([]string{"model", "rollback", "--config", conf, "--why", "more false alarms"}); code != 0 {
		t.Fatalf("rollback: exit code %d", code)
	}
	if got := inUse(); got != networks.Nano {
		t.Errorf("after the rollback in use: %s", got)
	}
	// a file that is not what its manifest says is refused
	if err := os.WriteFile(mine, raw[:len(raw)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	if code := run([]string{"model", "promote", mine, "--config", conf, "--why", "x"}); code == 0 {
		t.Error("a damaged model is promoted")
	}
	// so is one that does not know what the scenes look for
	if code := run([]string{"model", "promote", "base", "--config", conf, "--why", "x"}); code == 0 {
		t.Error("a model that knows no stalls is promoted")
	}
}

func TestChangeFindsWhatWasBuilt(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	if code := run([]string{"render", "--what", "pairs", "--out", dir, "--from", "10030", "--towns", "3", "--frames", "2"}); code != 0 {
		t.Fatalf("render: exit code %d", code)
	}
	f, err := os.ReadFile(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	set := t.TempDir()
	for _, d := range []string{"A", "B", "label"} {
		if err := os.MkdirAll(filepath.Join(set, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var first string
	for i, line := range strings.Split(strings.TrimSpace(string(f)), "\n") {
		var r struct {
			Before, After, Mask string
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		name := string(rune('a'+i)) + ".png"
		for to, from := range map[string]string{"A": r.Before, "B": r.After, "label": r.Mask} {
			m := gocv.IMRead(filepath.Join(dir, from), gocv.IMReadColor)
			if !gocv.IMWrite(filepath.Join(set, to, name), m) {
				t.Fatal(name)
			}
			m.Close()
		}
		first = name
	}
	if code := run([]string{"eval", "--format", "change", "--dataset", set, "--out", out}); code != 0 {
		t.Fatalf("eval: exit code %d", code)
	}
	var r struct {
		F1 float64 `json:"f1"`
	}
	b, err := os.ReadFile(filepath.Join(out, "figures.json"))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil || r.F1 < 0.5 {
		t.Errorf("F1 %.3f of rendered pairs %v", r.F1, err)
	}
	mask := filepath.Join(out, "mask.png")
	if code := run([]string{"change", filepath.Join(set, "A", first), filepath.Join(set, "B", first), "--out", mask, "--gsd", "0.07"}); code != 0 {
		t.Fatalf("change: exit code %d", code)
	}
	m := gocv.IMRead(mask, gocv.IMReadGrayScale)
	defer m.Close()
	if m.Cols() != 640 || m.Rows() != 640 {
		t.Errorf("the mask is %dx%d, the later picture 640x640", m.Cols(), m.Rows())
	}
	for _, bad := range [][]string{{"change", set, mask, "--out", mask}, {"change", filepath.Join(dir, "labels.jsonl"), mask, "--out", mask}} {
		if code := run(bad); code == 0 {
			t.Errorf("%v succeeds", bad)
		}
	}
}

// A calibration is fitted to raw scores: a model whose scores are calibrated is refused before anything is looked at.
func TestCalibratedScoresAreNotFittedAgain(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, dataset.AnnotationsFile), []byte(`{"images":[{"id":1,"file_name":"no-such.jpg","gsd_m":0.1}],"annotations":[],"categories":[{"id":1,"name":"stall"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	c := recognition.Eval{Dataset: dir, Format: "coco", Out: t.TempDir(), Model: "harrier-nano-fp32", Engine: "opencv", Calibrate: filepath.Join(dir, "m.json")}
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "has a calibration already") {
		t.Errorf("it says %v", err)
	}
}
