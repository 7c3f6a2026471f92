// Package planning are the commands about what to fly: plans, routes, requests and where docks should stand.
package planning

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// Plan plans a day's flights.
type Plan struct {
	Requests  string   `help:"What is asked for; without, what the Harrier that runs with --docks is still asked for, or with --anew what that plan was made of. GeoJSON, CSV (columns wkt, lon and lat, or code), Shapefile, GeoPackage or KML; docs/missions.md has the properties." type:"path"`
	Docks     string   `required:"" help:"The docks: a harrier.yaml, whose city, approvals and scenes are taken too, or points with sn and model." type:"path"`
	Date      string   `help:"The day (2026-12-01); without, today."`
	Hours     string   `default:"07:00-18:00" help:"Between which flights are in the air."`
	Out       string   `default:"plan" help:"Folder that receives a KMZ for each flight, plan.json and plan.html." type:"path"`
	Fences    string   `help:"Fences, where --docks names no city: no-fly, controlled-airspace, …" type:"path"`
	Outlines  string   `help:"Buildings with height_m, likewise." type:"path"`
	Grid      string   `help:"Unit grid by which codes are found, likewise." type:"path"`
	Datum     string   `help:"Of files that do not say theirs."`
	Wind      float64  `default:"4" help:"Wind that is expected, m/s."`
	Quality   int      `help:"Live quality that is looked at, 1 to 4; without, that of the configuration."`
	Seed      uint64   `default:"1" help:"The same seed gives the same plan."`
	Partial   bool     `help:"Leave requests with errors out, instead of refusing the file."`
	Alone     bool     `help:"Also say what one flight for each request would take."`
	Anew      string   `help:"plan.json that the rest of the day is planned anew from: what has begun stays. With --requests, those that are asked for now." type:"path"`
	Now       string   `help:"With --anew: from when on (12:00)."`
	Without   []string `help:"Serial numbers of docks that do not fly."`
	JSON      bool     `name:"json" help:"Print the plan as JSON, instead of a table."`
	Overwrite bool     `help:"Into a folder that has files already."`
}

// Run makes the plan and writes it.
func (x *Plan) Run(ctx context.Context) error {
	began := time.Now()
	w, err := x.world()
	if err != nil {
		return err
	}
	requests, err := x.asked(ctx, w)
	if err != nil {
		return err
	}
	if !x.Overwrite && x.Anew == "" {
		if left, err := os.ReadDir(x.Out); err == nil && len(left) > 0 {
			return fmt.Errorf("%s is not empty: give another folder, or --overwrite", x.Out)
		}
	}
	said := time.AfterFunc(2*time.Second, func() {
		fmt.Fprintf(os.Stderr, "harrier: planning %d requests of %d docks; 1000 take some 6 s, 10000 about a minute\n", len(requests), len(w.docks))
	})
	defer said.Stop()
	p, err := x.make(ctx, requests, w)
	if err != nil {
		return err
	}
	if x.Alone {
		if p.Alone, err = missions.Alone(ctx, requests, w.docks, w.day); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.write(p, requests, w); err != nil {
		return err
	}
	if x.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", " ")
		return e.Encode(p)
	}
	summary(os.Stdout, p, x.Out, time.Since(began))
	return nil
}

func (x *Plan) make(ctx context.Context, requests []missions.Request, w world) (*missions.Plan, error) {
	if x.Anew == "" {
		return missions.Make(ctx, requests, w.docks, w.day)
	}
	b, err := os.ReadFile(x.Anew)
	if err != nil {
		return nil, err
	}
	var before missions.Plan
	if err := json.Unmarshal(b, &before); err != nil {
		return nil, fmt.Errorf("%s: %w", x.Anew, err)
	}
	now, err := config.Clock(w.day.Begin, x.Now)
	if err != nil {
		return nil, fmt.Errorf("--now: %w", err)
	}
	return missions.Anew(ctx, &before, requests, w.docks, w.day, now)
}

// kmz is a flight's: of one that was changed by hand the one that lies beside the plan it was kept from.
func (x *Plan) kmz(f *missions.Planned) ([]byte, error) {
	if f.Held && x.Anew != "" {
		return os.ReadFile(filepath.Join(filepath.Dir(x.Anew), f.File+".kmz"))
	}
	return wpml.Write(f.Route)
}

// write writes the folder.
func (x *Plan) write(p *missions.Plan, requests []missions.Request, w world) error {
	if err := os.MkdirAll(x.Out, 0o755); err != nil {
		return err
	}
	for i := range p.Flights {
		f := &p.Flights[i]
		kmz, err := x.kmz(f)
		if err != nil {
			return fmt.Errorf("flight %s: %w", f.ID, err)
		}
		f.File = f.ID
		if err := os.WriteFile(filepath.Join(x.Out, f.ID+".kmz"), kmz, 0o644); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(x.Out, "plan.json"), append(b, '\n'), 0o644); err != nil {
		return err
	}
	if b, err = json.Marshal(requests); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(x.Out, madeOf), b, 0o644); err != nil {
		return err
	}
	return writePage(filepath.Join(x.Out, "plan.html"), p, requests, w)
}
