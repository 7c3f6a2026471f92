package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
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
	var found []cocoResult
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatal(err)
	}
	_, classes, err := readDataset(dir, "coco")
	if err != nil {
		t.Fatal(err)
	}
	cars := 0
	for _, d := range found {
		if i := slices.IndexFunc(classes, func(k cocoCategory) bool { return k.ID == d.Category }); i >= 0 && classes[i].Name != d.Class || i < 0 && d.Category <= len(classes) {
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

func TestBadDatasetsAreSaid(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := readDataset(dir, "coco"); err == nil || !strings.Contains(err.Error(), annotationsFile) {
		t.Errorf("an empty folder as COCO: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "images"), 0o755); err != nil {
		t.Fatal(err)
	}
	m := gocv.NewMatWithSize(40, 60, gocv.MatTypeCV8UC3)
	defer m.Close()
	gocv.IMWrite(filepath.Join(dir, "images", "a.png"), m)
	if err := os.MkdirAll(filepath.Join(dir, "labels"), 0o755); err != nil {
		t.Fatal(err)
	}
	for text, wrong := range map[string]bool{"0 0.5 0.5 0.2 0.2\n": false, "0 0.5 0.5\n": true, "0 1.5 0.5 0.2 0.2": true, "x 0.5 0.5 0.2 0.2": true, "": false} {
		if err := os.WriteFile(filepath.Join(dir, "labels", "a.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err := readDataset(dir, "yolo")
		if (err != nil) != wrong || err != nil && !strings.Contains(err.Error(), "a.txt:1") {
			t.Errorf("label %q: %v", text, err)
		}
	}
}

func FuzzYOLOLabels(f *testing.F) {
	f.Add("0 0.5 0.5 0.2 0.2\n7 0 0 1 1")
	f.Add("-1 0.5 0.5 0.2 0.2")
	f.Add("1e9 0 0 0 0")
	dir := f.TempDir()
	for _, d := range []string{"images", "labels"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			f.Fatal(err)
		}
	}
	m := gocv.NewMatWithSize(40, 60, gocv.MatTypeCV8UC3)
	defer m.Close()
	gocv.IMWrite(filepath.Join(dir, "images", "a.png"), m)
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(filepath.Join(dir, "labels", "a.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		p, classes, err := readDataset(dir, "yolo")
		if err == nil && (len(p) != 1 || len(classes) > 1000) {
			t.Fatal(len(p), len(classes))
		}
	})
}

func FuzzCOCOAnnotations(f *testing.F) {
	f.Add(`{"images":[{"id":1,"file_name":"a.png","width":60,"height":40}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4]}],"categories":[{"id":1,"name":"shed"}]}`)
	f.Add(`{"images":[{"id":1}],"annotations":[{"image_id":2}]}`)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(filepath.Join(dir, annotationsFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if p, _, err := readDataset(dir, "coco"); err == nil && len(p) == 0 {
			t.Fatal("a data set without pictures is taken")
		}
	})
}

func TestReviewedLeadsBecomeADataset(t *testing.T) {
	ctx := context.Background()
	store, err := evidence.OpenFolder(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m := gocv.NewMatWithSize(72, 128, gocv.MatTypeCV8UC3)
	defer m.Close()
	b, err := gocv.IMEncode(gocv.JPEGFileExt, m)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	sha, err := store.Seal(ctx, b.GetBytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(ctx, sha); err == nil {
		t.Error("a sealed original is handed out as evidence that may be shown")
	}
	box, rejected := json.RawMessage("[10.0,12.0,20.0,8.0]"), json.RawMessage("[60.0,30.0,9.0,9.0]")
	all := []leads.Lead{
		{Lead: "a", State: leads.Confirmed, Class: "dump-truck", Attributes: map[string]string{"load": "open"}, Original: sha, Box: box, Flight: "f1"},
		{Lead: "b", State: leads.Rejected, Class: "stall", Original: sha, Box: rejected, Flight: "f1"},
	}
	for _, held := range []float64{0, 1} {
		out := t.TempDir()
		if n, err := exportLeads(ctx, store, all, out, held); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		dir := out
		if held == 1 {
			dir = filepath.Join(out, "held")
		}
		p, classes, err := readDataset(dir, "coco")
		if err != nil {
			t.Fatal(err)
		}
		if len(p) != 1 || len(p[0].boxes) != 1 || p[0].boxes[0].class != "dump-truck/open" || p[0].boxes[0].box.W != 20 || len(classes) != 1 {
			t.Errorf("%+v %v", p, classes)
		}
		var c coco
		raw, err := os.ReadFile(filepath.Join(dir, annotationsFile))
		if err == nil {
			err = json.Unmarshal(raw, &c)
		}
		if err != nil || len(c.Images[0].Rejected) != 1 || c.Images[0].Rejected[0].Class != "stall" {
			t.Errorf("what was rejected is not told: %+v %v", c.Images, err)
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
		c, err := loadConfig(conf)
		if err != nil {
			t.Fatal(err)
		}
		name, err := modelInUse(c)
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

func TestRatesRestOnEnoughThings(t *testing.T) {
	seen := []rate{
		{0.05, 60, 0.3, share{N: 9, Of: 10}},
		{0.06, 60, 0.3, share{N: 7, Of: 10}},  // too few alone: with what was seen finer
		{0.07, 60, 0.3, share{N: 10, Of: 20}}, // enough
		{0.08, 60, 0.3, share{N: 0, Of: 3}},   // too few: nothing is said
		{0.06, 0, 0.15, share{N: 15, Of: 30}},
	}
	got := ratesOf(seen)
	want := geo.Rates{{GSDM: 0.06, DepressionDeg: 0, Light: 0.15, Found: 0.5, Of: 30}, {GSDM: 0.06, DepressionDeg: 60, Light: 0.3, Found: 0.8, Of: 20}, {GSDM: 0.07, DepressionDeg: 60, Light: 0.3, Found: 0.5, Of: 20}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if r, ok := rateOf([]docksim.Window{{GSDM: 0.09, DepressionDeg: 50, Light: 0.5}, {GSDM: 0.055, DepressionDeg: 75, Light: 0.31}}); !ok || r.GSDM != 0.06 || r.DepressionDeg != 75 || r.Light != 0.3 {
		t.Errorf("%+v, %v", r, ok)
	}
	for _, w := range []docksim.Window{{GSDM: 0.11, Light: 0.5}, {GSDM: 0.05, Light: 0.1}} {
		if r, ok := rateOf([]docksim.Window{w}); ok {
			t.Errorf("%+v counts as %+v", w, r)
		}
	}
}
