package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
)

// requestsFile is what departments ask for, in the folder of the city.
const requestsFile = "requests.geojson"

// How often the planned flights are flown, so that there is something to see for as long as the demo runs, and how long planning may take.
const (
	againEvery = 5 * time.Minute
	planWithin = time.Minute
)

// plan makes the demo's flights of what departments ask for, and puts them into its configuration in place of those that the simulated docks drew.
func (c *Cmd) plan(ctx context.Context, log *os.File, self, city, conf string) error {
	out := filepath.Join(city, "plan")
	p, err := child.Start(log, self, "plan", "--requests", filepath.Join(city, requestsFile), "--docks", conf, "--hours", "00:00-23:59", "--out", out)
	if err != nil {
		return err
	}
	defer p.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(planWithin):
		return fmt.Errorf("harrier plan: not done within %s\n%s", planWithin, child.Tail(log.Name()))
	case <-p.Done:
	}
	b, err := os.ReadFile(filepath.Join(out, "plan.json"))
	if err != nil {
		return fmt.Errorf("harrier plan: %w\n%s", err, child.Tail(log.Name()))
	}
	var plan missions.Plan
	if err := json.Unmarshal(b, &plan); err != nil {
		return fmt.Errorf("plan.json: %w", err)
	}
	if len(plan.Flights) == 0 {
		return fmt.Errorf("harrier plan: no flights\n%s", child.Tail(log.Name()))
	}
	if b, err = os.ReadFile(conf); err != nil {
		return err
	}
	whole := map[string]any{}
	if err := yaml.Unmarshal(b, &whole); err != nil {
		return err
	}
	whole["flights"] = rows(&plan)
	if b, err = yaml.Marshal(whole); err != nil {
		return err
	}
	return os.WriteFile(conf, b, 0o644)
}

// rows are a plan's flights as a configuration has them: a dock's one after the other, again and again. Simulated flights take some 10 % longer than
// planned.
func rows(plan *missions.Plan) (out []map[string]any) {
	after, n := map[string]time.Duration{}, map[string]int{}
	for _, f := range plan.Flights {
		at := after[f.Dock]
		after[f.Dock] = at + max(f.Takes*23/20+30*time.Second, againEvery)
		n[f.Dock]++
		out = append(out, map[string]any{"dock": f.Dock, "name": fmt.Sprint("planned", n[f.Dock]), "kmz": filepath.Join("plan", f.ID+".kmz"), "after": (at + 2*time.Second).String(), "scenes": f.Scenes})
	}
	for i, f := range plan.Flights {
		out[i]["every"] = after[f.Dock].Round(time.Second).String()
	}
	return out
}

// ask sends what departments ask for, so that Harrier answers it, and notes who asked for what.
func (d *demo) ask(ctx context.Context, c config.Config, file string) error {
	l, err := layerfile.Read(file, layerfile.Options{Otherwise: geo.WGS84})
	if err != nil {
		return err
	}
	requests, problems := missions.ReadRequests(l, missions.Request{}, time.Now())
	if geo.Errors(problems) > 0 {
		return fmt.Errorf("%s: %v", file, problems)
	}
	err = c.WithJetStream(func(js jetstream.JetStream) error {
		for _, r := range requests {
			if err := book.Ask(ctx, js, book.Message{Request: r, By: "demo", At: time.Now().UTC()}); err != nil {
				return err
			}
		}
		return nil
	})
	by := map[string][]string{}
	var departments []string
	for _, r := range requests {
		if by[r.Department] == nil {
			departments = append(departments, r.Department)
		}
		by[r.Department] = append(by[r.Department], r.ID)
	}
	for _, who := range departments {
		slices.Sort(by[who])
		d.asked += fmt.Sprintf("  asked   %s: %s\n", who, strings.Join(by[who], ", "))
	}
	return err
}
