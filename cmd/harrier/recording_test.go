package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/demo"
)

func TestARecordingIsShownAgain(t *testing.T) {
	dir := t.TempDir()
	args := []string{"docksim", "--record", dir, "--docks", "1", "--flying", "1", "--seed", "10040", "--quality", "3", "--seconds", "16"}
	if code := run(args); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	before, err := os.Stat(filepath.Join(dir, "SIMDOCK0001.h264"))
	if err != nil {
		t.Fatal(err)
	}
	if code := run(args); code != 0 { // what is recorded is kept
		t.Fatalf("again: exit code %d", code)
	}
	if after, err := os.Stat(before.Name()); err == nil && after.ModTime() != before.ModTime() {
		t.Error("a recorded flight was recorded again")
	}
	if code := run(append(args[:len(args)-1], "9")); code == 0 {
		t.Error("another recording goes into the same folder")
	}
	if code := run([]string{"docksim", "--play", t.TempDir()}); code == 0 {
		t.Error("an empty folder is played")
	}
	written := filepath.Join(t.TempDir(), "report.json")
	truth := filepath.Join(t.TempDir(), "truth.jsonl")
	bin := whole(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	played := exec.CommandContext(ctx, bin, "demo", "--play", dir, "--headless", "--report", written, "--truth", truth, "--port-offset", "700")
	played.Cancel, played.WaitDelay = func() error { return played.Process.Signal(syscall.SIGTERM) }, time.Minute // it says how far it came
	if out, err := played.CombinedOutput(); err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	var r demo.Report
	if b, err := os.ReadFile(written); err != nil || json.Unmarshal(b, &r) != nil {
		t.Fatal(err)
	}
	if id := r.Seen3s.ID; id.Truth == 0 || id.Tracks == 0 || id.IDF1 <= 0 {
		t.Errorf("no tracks were scored: %+v", id)
	}
	if r.Leads > 0 && (r.LatencyS.Median <= 0 || r.LatencyS.P95 > 60) {
		t.Errorf("latency of %d leads: %+v", r.Leads, r.LatencyS)
	}
	b, err := os.ReadFile(truth)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"kind":"frame"`, `"path":[`, `"depression_deg"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the truth has no %s", want)
		}
	}
}
