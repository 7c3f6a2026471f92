package main

import (
	"encoding/json"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision/measure"
	"github.com/harrier-patrol/harrier/vision/still"
)

const realInputs = "../../../shared/real"

// figuresOf are the figures that harrier eval wrote of a class.
func figuresOf(t *testing.T, out, class string) measure.Figures {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(out, "figures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Classes []struct {
			Class string          `json:"class"`
			All   measure.Figures `json:"all"`
		} `json:"classes"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Classes {
		if c.Class == class {
			return c.All
		}
	}
	t.Fatalf("no figures of %s in %s", class, b)
	return measure.Figures{}
}

func TestTheModelIsNotWorseThanItsBaseOnRealVehicles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute: not in -short runs")
	}
	dataset := filepath.Join(realInputs, "vehicles")
	if _, err := os.Stat(dataset); err != nil {
		t.Skip("no ../shared/real here: real vehicles are not tested")
	}
	ap := map[string]float64{}
	for _, m := range []string{"harrier-nano", "base"} {
		out := t.TempDir()
		if code := run([]string{"eval", "--dataset", dataset, "--format", "yolo", "--names", "vehicle", "--model", m, "--out", out}); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		ap[m] = figuresOf(t, out, "vehicle").AP50.Value
	}
	t.Logf("AP50 of vehicles: harrier-nano %.3f, base %.3f", ap["harrier-nano"], ap["base"])
	if ap["harrier-nano"] < ap["base"] {
		t.Error("worse than its base")
	}
}

func TestChangeOnRealPairsBeatsPixelDifference(t *testing.T) {
	dataset := filepath.Join(realInputs, "change")
	if _, err := os.Stat(dataset); err != nil {
		t.Skip("no ../shared/real here: real pairs are not tested")
	}
	out := t.TempDir()
	if code := run([]string{"eval", "--dataset", dataset, "--format", "change", "--out", out}); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	b, err := os.ReadFile(filepath.Join(out, "figures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		F1   float64 `json:"f1"`
		Diff float64 `json:"f1_pixel_difference"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	t.Logf("F1 %.3f, pixel difference %.3f", f.F1, f.Diff)
	if f.F1 <= f.Diff {
		t.Error("no better than a difference of pixels")
	}
}

// The same ground point seen in two neighbouring stills lands on the same place.
func TestNeighbouringStillsAgree(t *testing.T) {
	if _, err := os.Stat(filepath.Join(realInputs, "georef")); err != nil {
		t.Skip("no ../shared/real here: real stills are not tested")
	}
	const scale = 0.25
	read := func(n int) (still.Meta, gocv.Mat) {
		b, err := os.ReadFile(filepath.Join(realInputs, "georef", fmt.Sprintf("DJI_%04d.JPG", n)))
		if err != nil {
			t.Fatal(err)
		}
		m, err := still.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		full, err := gocv.IMDecode(b, gocv.IMReadGrayScale)
		if err != nil {
			t.Fatal(err)
		}
		defer full.Close()
		small := gocv.NewMat()
		gocv.Resize(full, &small, image.Point{}, scale, scale, gocv.InterpolationArea)
		return m, small
	}
	var all []float64
	points, located := 0, 0
	for _, pair := range [][2]int{{18, 19}, {19, 20}, {30, 31}, {31, 32}} {
		ma, a := read(pair[0])
		mb, b := read(pair[1])
		none := gocv.NewMat()
		sift := gocv.NewSIFT()
		ka, da := sift.DetectAndCompute(a, none)
		kb, db := sift.DetectAndCompute(b, none)
		matcher := gocv.NewBFMatcher()
		var pa, pb []gocv.Point2f
		for _, m := range matcher.KnnMatch(da, db, 2) {
			if len(m) == 2 && m[0].Distance < 0.75*m[1].Distance {
				pa = append(pa, gocv.Point2f{X: float32(ka[m[0].QueryIdx].X), Y: float32(ka[m[0].QueryIdx].Y)})
				pb = append(pb, gocv.Point2f{X: float32(kb[m[0].TrainIdx].X), Y: float32(kb[m[0].TrainIdx].Y)})
			}
		}
		src, dst := gocv.NewMatWithSize(len(pa), 1, gocv.MatTypeCV32FC2), gocv.NewMatWithSize(len(pa), 1, gocv.MatTypeCV32FC2)
		for i := range pa {
			src.SetFloatAt(i, 0, pa[i].X)
			src.SetFloatAt(i, 1, pa[i].Y)
			dst.SetFloatAt(i, 0, pb[i].X)
			dst.SetFloatAt(i, 1, pb[i].Y)
		}
		mask := gocv.NewMat()
		h := gocv.FindHomography(src, &dst, gocv.HomograpyMethodRANSAC, 4, &mask, 2000, 0.995)
		for i := range pa {
			if mask.GetUCharAt(i, 0) == 0 {
				continue
			}
			points += 2
			la, ea := geo.Locator{}.Locate(ma.Camera, ma.Pose, float64(pa[i].X)/scale, float64(pa[i].Y)/scale, 0, 1)
			lb, eb := geo.Locator{}.Locate(mb.Camera, mb.Pose, float64(pb[i].X)/scale, float64(pb[i].Y)/scale, 0, 1)
			if ea == nil && eb == nil {
				located += 2
				all = append(all, geo.DistanceM(la.Point(), lb.Point()))
			}
		}
		for _, c := range []interface{ Close() error }{&a, &b, &none, &sift, &da, &db, &matcher, &src, &dst, &mask, &h} {
			_ = c.Close()
		}
	}
	sort.Float64s(all)
	if len(all) < 50 {
		t.Fatalf("only %d points matched", len(all))
	}
	t.Logf("%d points of four pairs: median %.2f m apart, %d of %d pixels located", len(all), all[len(all)/2], located, points)
	if all[len(all)/2] > 2.2 || located*100 < points*95 {
		t.Error("neighbours do not agree")
	}
}
