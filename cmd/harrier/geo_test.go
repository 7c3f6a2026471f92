package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/cmd/harrier/stills"
	"github.com/harrier-patrol/harrier/geo"
)

// printed runs the program in this process and returns what it prints and its exit code.
func printed(t *testing.T, args ...string) (string, int) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, errs := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		text <- string(b)
	}()
	code := run(args)
	os.Stdout, os.Stderr = out, errs
	w.Close()
	return <-text, code
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

// cityFiles are of a city of two cells, as a bureau gives them.
const cityFiles = "../../testdata/city"

func TestGeoImportChangesNothingWithErrors(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(cityFiles, "grid.geojson"), filepath.Join(cityFiles, "grid-with-errors.geojson")
	to := filepath.Join(dir, "grid.geojson")

	out, code := printed(t, "geo", "check", bad)
	if code != exitSomeFailed || !strings.Contains(out, `feature 2 (line 3): code "31011500400100" is not of 15 digits`) || !strings.Contains(out, "datum WGS-84 (by RFC 7946") {
		t.Errorf("check: code %d\n%s", code, out)
	}
	if out, code = printed(t, "geo", "import", good, "--to", to); code != 0 || !strings.Contains(out, "2 features written") || !strings.Contains(out, "city: {grid: ") {
		t.Fatalf("import: code %d\n%s", code, out)
	}
	before, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	out, code = printed(t, "geo", "import", bad, "--to", to)
	if after, _ := os.ReadFile(to); code != exitSomeFailed || string(after) != string(before) || !strings.Contains(out, "is as it was") {
		t.Errorf("import of a bad file: code %d, changed %v\n%s", code, string(after) != string(before), out)
	}
	if out, code = printed(t, "geo", "import", bad, "--to", to, "--partial"); code != exitSomeFailed || !strings.Contains(out, "2 features written") {
		t.Errorf("partial import: code %d\n%s", code, out)
	}
	whole, err := filepath.Abs(bad)
	if err != nil {
		t.Fatal(err)
	}
	conf := write(t, dir, "harrier.yaml", fmt.Sprintf("city: {grid: %q}\n", whole))
	if out, code = printed(t, "geo", "whereis", "121.5305,31.2255", "--config", conf); code != exitUnusable || !strings.Contains(out, "harrier geo check --as grid") {
		t.Errorf("a bad grid in the configuration: code %d\n%s", code, out)
	}
}

func TestGeoWhereis(t *testing.T) {
	conf := filepath.Join(cityFiles, "harrier.yaml")
	out, code := printed(t, "geo", "whereis", "121.53045,31.22545", "--config", conf, "--sigma", "40")
	for _, want := range []string{"310115004001001", "310115004", "潍坊新村街道", "潍坊新村街道中队", "share", "310115004001002", "vending-zone", "夜市", "(18:00-23:00)", "PD-7", "在册", "here"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if code != 0 {
		t.Errorf("code %d", code)
	}
	shifted := geo.ToGCJ02([2]float64{121.53045, 31.22545})
	if out, _ := printed(t, "geo", "whereis", fmt.Sprintf("%.7f,%.7f", shifted[0], shifted[1]), "--datum", "GCJ-02", "--config", conf); !strings.Contains(out, "310115004001001") {
		t.Errorf("in GCJ-02:\n%s", out)
	}
	for _, bad := range []string{"31.2,121.5", "here", "121.5"} {
		if out, code := printed(t, "geo", "whereis", bad, "--config", conf); code != exitUnusable {
			t.Errorf("%s: code %d\n%s", bad, code, out)
		}
	}
}

func TestCalibrateOnRealStills(t *testing.T) {
	dir := filepath.Join(realInputs, "georef")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no ../shared/real here: calibration of real stills is not tested")
	}
	cal := filepath.Join(t.TempDir(), "cal.json")
	out, code := printed(t, "calibrate", dir, "--out", cal)
	if code != exitSomeFailed || !strings.Contains(out, "DJI_0025.JPG") || !strings.Contains(out, "turned by 180°") || strings.Count(out, "is left out") != 2 {
		t.Errorf("the two turned stills are not noticed: code %d\n%s", code, out)
	}
	k, err := geo.ReadCalibration(cal)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.2f m apart before, %.2f m after, height %+.2f m, yaw %+.2f°", k.Improved.BeforeM, k.Improved.AfterM, k.Bias.HeightM, k.Bias.YawDeg)
	if k.Improved.AfterM > 0.5 || k.Improved.BeforeM > 2.2 {
		t.Errorf("neighbours lie %.2f m apart, %.2f m corrected", k.Improved.BeforeM, k.Improved.AfterM)
	}
	// agreement by shrinking would be none: distances within a still change by what the height explains
	two := func(extra ...string) float64 {
		out, code := printed(t, append([]string{"locate", "--image", filepath.Join(dir, "DJI_0019.JPG"), "--pixel", "500,300", "--pixel", "3500,2000"}, extra...)...)
		var l []stills.Located
		if code != 0 || json.Unmarshal([]byte(out[strings.Index(out, "["):]), &l) != nil || len(l) != 2 {
			t.Fatalf("code %d\n%s", code, out)
		}
		return geo.DistanceM([2]float64{*l[0].Lon, *l[0].Lat}, [2]float64{*l[1].Lon, *l[1].Lat})
	}
	if change := math.Abs(two("--calibration", cal)/two() - 1); change > 0.15 {
		t.Errorf("distances change by %.0f %%", 100*change)
	}
}
