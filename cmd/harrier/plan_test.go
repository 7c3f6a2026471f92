package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/bench"
	"github.com/harrier-patrol/harrier/missions"
)

// A plan is flown by simulated docks as it was promised: every flight to its end, and what was promised is seen.
func TestAPlanIsFlownAsPromised(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), whole(t), "bench", "plan", "--docks", "1", "--requests", "4").Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var r bench.PlanReport
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	if r.Flights == 0 || r.Done != r.Flights || r.Kept < 0.99 || r.Promised < 0.9 {
		t.Errorf("%+v", r)
	}
}

// The rest of a day is planned anew without a dock, from the folder that the first plan was written to.
func TestADayIsPlannedAnewFromItsFolder(t *testing.T) {
	bin, dir := whole(t), t.TempDir()
	files, err := filepath.Abs("../../testdata/missions")
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(files, name) }
	run := func(args ...string) (string, error) {
		if !slices.Contains(args, "--anew") { // which finds beside its plan what that was made of
			args = append(args, "--requests", in("requests.geojson"))
		}
		c := exec.CommandContext(t.Context(), bin, append([]string{"plan", "--docks", in("docks.csv"), "--fences", in("fences.geojson"), "--date", "2026-12-01"}, args...)...)
		c.Dir = dir
		b, err := c.CombinedOutput()
		return string(b), err
	}
	read := func(folder string) (p missions.Plan) {
		b, err := os.ReadFile(filepath.Join(dir, folder, "plan.json"))
		if err == nil {
			err = json.Unmarshal(b, &p)
		}
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if out, err := run("--out", "a", "--alone"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := run("--out", "b"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	a, b := read("a"), read("b")
	if a.Alone <= a.Minutes || len(a.Flights) == 0 {
		t.Errorf("%.0f minutes, alone %.0f, in %d flights", a.Minutes, a.Alone, len(a.Flights))
	}
	a.Alone = 0
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Error("the same requests and seed give another plan")
	}
	if out, err := run("--out", "a"); err == nil || !strings.Contains(out, "is not empty") {
		t.Errorf("it writes over another plan: %v, %s", err, out)
	}
	out, err := run("--out", "c", "--anew", filepath.Join("a", "plan.json"), "--now", "07:30", "--without", "SIMDOCK0000002")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, f := range read("c").Flights {
		if f.Dock == "SIMDOCK0000002" && f.At.Format("15:04") > "07:30" {
			t.Errorf("flight %s is planned for the dock that is left out", f.ID)
		}
		if _, err := os.Stat(filepath.Join(dir, "c", f.ID+".kmz")); err != nil {
			t.Error(err)
		}
	}
	if page, err := os.ReadFile(filepath.Join(dir, "c", "plan.html")); err != nil || !strings.Contains(string(page), "urban-management") {
		t.Errorf("the page does not say who asked: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "a", "requests.json")); err != nil {
		t.Fatal(err)
	}
	if out, err := run("--out", "e", "--anew", filepath.Join("a", "plan.json"), "--now", "07:30"); err == nil || !strings.Contains(out, "requests.json") {
		t.Errorf("planned anew from nothing: %v: %s", err, out)
	}
	if out, err := run("--out", "d", "--without", "nobody"); err == nil || !strings.Contains(out, "there is no dock nobody") {
		t.Errorf("%v: %s", err, out)
	}
}

// What departments have sent is what the next plan is made of, without a file.
func TestWhatIsStillAskedForIsPlanned(t *testing.T) {
	bin, dir := whole(t), t.TempDir()
	at := configured(t, dir)
	write(t, dir, "requests.csv", "id,department,scenes,lon,lat,width_m\nwest,A,street-stall,121.525,31.225,80\neast,B,muck-truck,121.535,31.225,80\n")
	do := func(args ...string) (string, error) {
		c := exec.CommandContext(t.Context(), bin, args...)
		c.Dir = dir
		b, err := c.CombinedOutput()
		return string(b), err
	}
	start(t, bin, "serve", "--config", filepath.Join(dir, "harrier.yaml"))
	until(t, time.Minute, "Harrier serves", func() bool { return listening(at(0)) })
	if out, err := do("plan", "--docks", "harrier.yaml", "--hours", "00:00-23:59"); err == nil || !strings.Contains(out, "has been seen") {
		t.Errorf("nothing is asked for: %v: %s", err, out)
	}
	if out, err := do("requests", "import", "requests.csv", "--datum", "WGS-84"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	planned := func(folder string) (served []string) {
		t.Helper()
		if out, err := do("plan", "--docks", "harrier.yaml", "--hours", "00:00-23:59", "--out", folder); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		b, err := os.ReadFile(filepath.Join(dir, folder, "plan.json"))
		var p missions.Plan
		if err == nil {
			err = json.Unmarshal(b, &p)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Promises {
			if m.Share >= missions.Whole {
				served = append(served, m.Request)
			}
		}
		return served
	}
	if got := planned("a"); !slices.Equal(got, []string{"west", "east"}) {
		t.Errorf("planned %q", got)
	}
	if out, err := do("requests", "withdraw", "west", "--by", "ann"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := planned("b"); !slices.Equal(got, []string{"east"}) {
		t.Errorf("with west taken back planned %q", got)
	}
}
