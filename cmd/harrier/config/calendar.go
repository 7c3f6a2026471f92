package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// again is for how long after its window a patrol is tried again where the configuration does not say.
const again = 4 * time.Hour

// Calendar is the patrols of the configuration; began is when this process did, from which after counts.
func (c Config) Calendar(began time.Time) (missions.Calendar, error) {
	var out missions.Calendar
	for i, f := range c.Flights {
		p, err := f.patrol(began)
		if err != nil {
			return out, fmt.Errorf("flights[%d]: %w", i, err)
		}
		// the dock's further patrols need names that stay
		if p.Name == "" {
			n := 0
			for _, g := range c.Flights[:i] {
				if g.Dock == f.Dock && g.Name == "" {
					n++
				}
			}
			if n > 0 {
				p.Name = fmt.Sprintf("%d", n+1)
			}
		}
		out.Patrols = append(out.Patrols, p)
	}
	planned, err := c.planned()
	out.Patrols = append(out.Patrols, planned...)
	return out, err
}

// planned are the flights of the plan that the configuration names: each once, with the KMZ that lies beside the plan.
func (c Config) planned() (out []missions.Patrol, err error) {
	if c.Plan == "" {
		return nil, nil
	}
	b, err := os.ReadFile(c.Plan)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	var plan missions.Plan
	if err := json.Unmarshal(b, &plan); err != nil {
		return nil, fmt.Errorf("plan %s: %w; is it the plan.json that harrier plan wrote?", c.Plan, err)
	}
	docks := c.Models()
	for _, f := range plan.Flights {
		if _, known := docks[f.Dock]; !known {
			return nil, fmt.Errorf("plan %s: flight %s is of dock %s, which is not among docks", c.Plan, f.ID, f.Dock)
		}
		p := missions.Patrol{Dock: f.Dock, Scenes: f.Scenes, When: missions.Once(f.At), Window: f.Deadline().Sub(f.At), Again: again, Priority: f.Priority}
		file := filepath.Join(filepath.Dir(c.Plan), f.File+".kmz")
		if p.KMZ, err = os.ReadFile(file); err == nil {
			p.Route, err = wpml.Read(p.KMZ)
		}
		if err != nil {
			return nil, fmt.Errorf("plan: %s: %w", file, err)
		}
		out = append(out, p)
	}
	return out, nil
}

func (f Flight) patrol(began time.Time) (p missions.Patrol, err error) {
	p = missions.Patrol{Name: f.Name, Dock: f.Dock, Scenes: f.Scenes, Window: f.Window, Again: again, Priority: f.Priority, Conditions: f.Conditions}
	if f.Again != nil {
		p.Again = *f.Again
	}
	switch {
	case f.KMZ != "":
		if p.KMZ, err = os.ReadFile(f.KMZ); err == nil {
			p.Route, err = wpml.Read(p.KMZ)
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w", f.KMZ, err)
		}
	default:
		for _, w := range f.Waypoints {
			p.Route.Waypoints = append(p.Route.Waypoints, missions.Waypoint(w))
		}
		if p.KMZ, err = wpml.Write(p.Route); err != nil {
			return p, err
		}
	}
	switch {
	case f.RRule != "":
		p.When, err = missions.Rule(f.RRule, f.At)
	case f.Cron != "":
		p.When, err = missions.Cron(f.Cron)
	case !f.At.IsZero():
		p.When = missions.Once(f.At)
	default:
		p.When = missions.Every{First: began.Add(f.After), Step: f.Every}
	}
	return p, err
}

// Airspace is what the configuration holds routes against.
func (c Config) Airspace(fences *geo.Fences) (missions.Airspace, error) {
	a := missions.Airspace{Fences: fences}
	for i, x := range c.Approvals {
		if x.Number == "" || x.Area == "" {
			return a, fmt.Errorf("approvals[%d]: number and area are needed", i)
		}
		l, err := c.City.Layer(fmt.Sprintf("approvals[%d].area", i), x.Area)
		if err != nil {
			return a, err
		}
		area, problems := geo.ReadAreas(l)
		if geo.Errors(problems) > 0 {
			return a, fmt.Errorf("approvals[%d]: %s: %s", i, x.Area, problems[0])
		}
		if len(area) == 0 {
			return a, fmt.Errorf("approvals[%d]: %s holds no polygon", i, x.Area)
		}
		a.Approvals = append(a.Approvals, missions.Approval{Number: x.Number, Area: area, From: x.From, Until: x.Until})
	}
	return a, nil
}

// Models are the aircraft of the docks.
func (c Config) Models() map[string]string {
	out := map[string]string{}
	for _, d := range c.Docks {
		out[d.SN] = d.Model
	}
	return out
}
