package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/still"
)

const realInputs = "../../../shared/real"

// apVehicles is the AP50 of group "vehicle" (all-point interpolation) in a detections.jsonl against YOLO labels of 640x640
// pictures.
func apVehicles(t *testing.T, detections, labels string) float64 {
	t.Helper()
	truth, n := map[string][]vision.Box{}, 0
	files, err := filepath.Glob(filepath.Join(labels, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		key := strings.TrimSuffix(filepath.Base(f), ".txt")
		for _, l := range strings.Split(strings.TrimSpace(string(b)), "\n") {
			var c int
			var x, y, w, h float64
			if _, err := fmt.Sscan(l, &c, &x, &y, &w, &h); err == nil {
				truth[key] = append(truth[key], vision.Box{X: (x - w/2) * 640, Y: (y - h/2) * 640, W: w * 640, H: h * 640})
				n++
			}
		}
	}
	f, err := os.Open(detections)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []detected
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var d detected
		if err := json.Unmarshal(sc.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		if d.Group == "vehicle" {
			all = append(all, d)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Score > all[j].Score })
	used := map[string]map[int]bool{}
	var precision, recall []float64
	right := 0
	for i, d := range all {
		key := strings.TrimSuffix(filepath.Base(d.File), filepath.Ext(d.File))
		best, at := 0.5, -1
		for j, b := range truth[key] {
			if o := d.Box.IoU(b); o >= best {
				best, at = o, j
			}
		}
		if used[key] == nil {
			used[key] = map[int]bool{}
		}
		if at >= 0 && !used[key][at] {
			used[key][at] = true
			right++
		}
		precision, recall = append(precision, float64(right)/float64(i+1)), append(recall, float64(right)/float64(n))
	}
	ap, last := 0.0, 0.0
	for i := len(precision) - 2; i >= 0; i-- {
		precision[i] = max(precision[i], precision[i+1])
	}
	for i := range precision {
		ap += precision[i] * (recall[i] - last)
		last = recall[i]
	}
	return ap
}

func TestTheModelIsNotWorseThanItsBaseOnRealVehicles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute: not in -short runs")
	}
	pictures := filepath.Join(realInputs, "vehicles", "images")
	if _, err := os.Stat(pictures); err != nil {
		t.Skip("no ../shared/real here: real vehicles are not tested")
	}
	ap := map[string]float64{}
	for _, m := range []string{"harrier-nano", "base"} {
		out := t.TempDir()
		if code := run([]string{"inspect", pictures, "--model", m, "--out", out}); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		ap[m] = apVehicles(t, filepath.Join(out, "detections.jsonl"), filepath.Join(realInputs, "vehicles", "labels"))
	}
	t.Logf("AP50 of vehicles: harrier-nano %.3f, base %.3f", ap["harrier-nano"], ap["base"])
	if ap["harrier-nano"] < ap["base"] {
		t.Error("worse than its base")
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
