package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/leads"
)

// commandForm is a command of Harrier as READMEs have it: in backticks, or at the beginning of an indented line.
var commandForm = regexp.MustCompile("(?m)`(harrier [^`]+)`|^    (harrier [^#\n]+)")

// commandsOf are those of a README, in their order.
func commandsOf(t *testing.T, readme string) (out []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", readme))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n >= 150 {
		t.Errorf("%s has %d lines, and is to have fewer than 150", readme, n)
	}
	for _, m := range commandForm.FindAllStringSubmatch(string(text), -1) {
		out = append(out, strings.TrimSpace(m[1]+m[2]))
	}
	return out
}

// elsewhere are commands of the READMEs that other tests of the whole program run, as they take long or never end by themselves.
var elsewhere = map[string]string{
	"harrier demo":                             "TestDemoHandsOverLeads",
	"harrier demo --play DIR":                  "TestARecordingIsShownAgain",
	"harrier serve --config harrier.yaml":      "TestTheCommandsOfTheREADMEs, beside the others",
	"harrier controller --config harrier.yaml": "TestAnOperatorsHandOnASimulatedDock",
	"harrier docksim --city DIR":               "TestAnOperatorsHandOnASimulatedDock",
	"harrier bench locate":                     "bench.TestBenchLocateOnOneFlight",
	"harrier leads check":                      "TestConsumersConform",
	"harrier bench day":                        "TestADayOfDocks",
}

// plannedFrom are the files of testdata/missions that commands about what to fly are given, by what stands before them.
var plannedFrom = map[string]string{"--requests": "requests.geojson", "--docks": "docks.csv", "route": "area.geojson", "import": "requests.geojson", "--candidates": "candidates.csv", "--flyable": "flyable.geojson"}

// besideServe are commands that ask a Harrier that runs.
var besideServe = []string{"account", "leads", "dead-letters", "diary", "dataset", "nats users", "evidence", "requests"}

// Both READMEs name the same commands, and each does its work in a folder with a harrier.yaml, on pictures and files that are made here.
func TestTheCommandsOfTheREADMEs(t *testing.T) {
	commands := commandsOf(t, "README.md")
	if zh := commandsOf(t, "README.zh-CN.md"); len(commands) < 20 || !slices.Equal(commands, zh) {
		t.Errorf("the READMEs name different commands:\n%q\n%q", commands, zh)
	}
	bin := whole(t)
	dir := t.TempDir()
	at := configured(t, dir)
	grid, err := filepath.Abs(filepath.Join(cityFiles, "grid.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	missionFiles, err := filepath.Abs("../../testdata/missions")
	if err != nil {
		t.Fatal(err)
	}
	do := func(args ...string) (string, int) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		c := exec.CommandContext(ctx, bin, args...)
		c.Dir = dir
		c.Stdin = strings.NewReader("a-long-password\n") // of account add
		out, err := c.CombinedOutput()
		if c.ProcessState == nil {
			t.Fatalf("%v: %v", args, err)
		}
		return string(out), c.ProcessState.ExitCode()
	}
	if out, code := do("render", "--out", "frames", "--from", "5000", "--towns", "1", "--frames", "2", "--quality", "2"); code != 0 {
		t.Fatalf("render: %s", out)
	}
	frames, err := filepath.Glob(filepath.Join(dir, "frames", "*.jpg"))
	if err != nil || len(frames) != 2 {
		t.Fatalf("frames %q, %v", frames, err)
	}
	stills := filepath.Join(realInputs, "georef")
	if stills, err = filepath.Abs(stills); err != nil {
		t.Fatal(err)
	}
	_, none := os.Stat(stills)
	run := func(command string) {
		args := strings.Fields(command)[1:]
		name := strings.Join(args[:min(2, len(args))], " ")
		for i, a := range args {
			switch a {
			case "PATH":
				args[i] = "frames"
			case "BEFORE", "AFTER":
				args[i] = frames[map[string]int{"BEFORE": 0, "AFTER": 1}[a]]
			case "OLD", "NEW":
				args[i] = map[string]string{"OLD": "base", "NEW": "harrier-nano"}[a]
			case "MODEL":
				args[i] = "harrier-nano-fp32"
			case "LEAD":
				args[i] = leads.IDOf("nobody's")
			case "SERIAL":
				args[i] = docksim.SN(0)
			case "DIR":
				args[i] = map[bool]string{true: "frames", false: "out-" + strings.ReplaceAll(name, " ", "-")}[args[i-1] == "--dataset"]
			case "FILE":
				args[i] = grid
				if f := plannedFrom[args[i-1]]; f != "" && args[0] != "geo" {
					args[i] = filepath.Join(missionFiles, f)
				}
			case "LON,LAT":
				args[i] = "121.53,31.225"
			case "NAME":
				args[i] = "ann"
			case "ROLE":
				args[i] = "analyst"
			case "X,Y":
				args[i] = "500,300"
			}
		}
		switch args[0] {
		case "locate", "calibrate":
			if none != nil {
				t.Logf("%s is not run: no ../shared/real here, with stills that tell their poses", command)
				return
			}
			args[slices.Index(args, map[string]string{"locate": grid, "calibrate": "out-calibrate-DIR"}[args[0]])] = map[string]string{"locate": filepath.Join(stills, "DJI_0019.JPG"), "calibrate": stills}[args[0]]
		}
		want := 0
		switch name {
		case "model promote", "model rollback":
			args = append(args, "--config", "harrier.yaml", "--why", "the test's")
		case "leads sample":
			args = append(args, "--every", "0s")
		case "siting --candidates":
			args = append(args, "--time", "2s")
		case "evidence bundle":
			want = exitUnusable // there is no lead yet, and it says so
		case "dataset export":
			want = exitUnusable // nobody has reviewed a lead yet, and it says so
		}
		if args[0] == "calibrate" {
			want = exitSomeFailed // two of the real stills were turned after landing: they are named
		}
		if out, code := do(args...); code != want {
			t.Errorf("%s: as %q it ends with %d, not %d:\n%s", command, args, code, want, out)
		}
	}
	asks := func(command string) bool {
		return slices.ContainsFunc(besideServe, func(b string) bool { return strings.HasPrefix(command, "harrier "+b) })
	}
	var later []string
	for _, command := range slices.Compact(slices.Clone(commands)) {
		switch {
		case elsewhere[command] != "":
		case asks(command):
			later = append(later, command)
		default:
			run(command)
		}
	}
	start(t, bin, "serve", "--config", filepath.Join(dir, "harrier.yaml"))
	until(t, time.Minute, "Harrier serves", func() bool { return listening(at(0)) })
	for _, command := range later {
		run(command)
	}
}
