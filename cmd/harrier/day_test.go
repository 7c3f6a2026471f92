package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/cmd/harrier/bench"
)

// An hour and a half of docks on which much goes wrong, the controller killed six times, on both brokers: no flight lost, none twice, none
// outside of the limits, and a diary that tells of it.
func TestADayOfDocks(t *testing.T) {
	bin := whole(t)
	for name, addr := range map[string]string{"embedded": "", "Mosquitto": "127.0.0.1:31983"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // both wait for a simulated clock most of the time
			dir := t.TempDir()
			args := []string{"bench", "day", "--docks", "6", "--hours", "1.2", "--every", "15m", "--faults", "0.5", "--kills", "6", "--seed", "11", "--diary", filepath.Join(dir, "diary.md"), "--keep", filepath.Join(dir, "day")}
			if addr != "" {
				mosquitto, err := exec.LookPath("mosquitto")
				if err != nil {
					t.Skip("no mosquitto here: `./setup.sh test` installs it")
				}
				conf := filepath.Join(dir, "mosquitto.conf")
				if err := os.WriteFile(conf, []byte("listener 31983 127.0.0.1\nallow_anonymous true\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				start(t, mosquitto, "-c", conf)
				args = append(args, "--mqtt", "tcp://"+addr)
			}
			out, err := exec.Command(bin, args...).Output()
			var r bench.DayReport
			if jerr := json.Unmarshal(out, &r); jerr != nil {
				t.Fatalf("%v: %s", err, out)
			}
			t.Logf("%+v", r)
			if err != nil || r.Wrong() > 0 {
				t.Errorf("%v: lost %v, twice %v, outside %v, unknown %v", err, r.Lost, r.Twice, r.Outside, r.Unknown)
			}
			if r.Kills != 6 || r.TakeOffs < 12 || r.Ends["done"] < 6 {
				t.Errorf("too little happened to say anything: %+v", r)
			}
			diary, err := os.ReadFile(filepath.Join(dir, "diary.md"))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"## Troubles", "## Actions", "## Flights", "operator on duty", "SIMDOCK0001"} {
				if !strings.Contains(string(diary), want) {
					t.Errorf("the diary lacks %q", want)
				}
			}
		})
	}
}
