package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// again is for how long after its window a patrol is tried again where the configuration does not say.
const again = 4 * time.Hour

// calendar is the patrols of the configuration; began is when this process did, from which after counts.
func (c config) calendar(began time.Time) (missions.Calendar, error) {
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
	return out, nil
}

func (f flightConfig) patrol(began time.Time) (p missions.Patrol, err error) {
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

// airspace is what the configuration holds routes against.
func (c config) airspace(fences *geo.Fences) (missions.Airspace, error) {
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

// calendarCmd shows what is planned.
type calendarCmd struct {
	Config string        `default:"harrier.yaml" help:"Configuration." type:"path"`
	From   time.Time     `help:"From when on (RFC 3339); default: now."`
	Ahead  time.Duration `default:"24h" help:"How far ahead."`
}

func (x *calendarCmd) Run() error {
	c, err := loadConfig(x.Config)
	if err != nil {
		return err
	}
	if x.From.IsZero() {
		x.From = time.Now()
	}
	k, err := c.calendar(x.From)
	if err != nil {
		return err
	}
	fences, err := c.City.ReadFences()
	if err != nil {
		return err
	}
	space, err := c.airspace(fences)
	if err != nil {
		return err
	}
	limits, err := c.limits()
	if err != nil {
		return err
	}
	var states []dock.Status
	for _, d := range c.Docks {
		states = append(states, dock.Status{Dock: d})
	}
	slots := missions.Forecast(x.From, calendar.Bases(states, limits, x.From), k.Due(x.From.Add(-time.Second), x.From.Add(x.Ahead)))
	return writeCalendar(os.Stdout, slots, space, c.models())
}

// models are the aircraft of the docks.
func (c config) models() map[string]string {
	out := map[string]string{}
	for _, d := range c.Docks {
		out[d.SN] = d.Model
	}
	return out
}

// writeCalendar writes a table of what is planned, with what stands against it.
func writeCalendar(out io.Writer, slots []missions.Slot, space missions.Airspace, models map[string]string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "due\tuntil\tflight\tpriority\tstarts\tends\tbattery\tremark")
	n := 0
	for _, s := range slots {
		why, approvals := space.Clear(s.Route, s.At)
		remark := s.Dropped
		unfit, differs := s.Route.Unfit(models[s.Dock])
		switch {
		case why != "":
			remark = why
		case unfit != "":
			why, remark = unfit, unfit
		case len(approvals) > 0 && remark == "":
			remark = fmt.Sprintf("under approval %v", approvals)
		}
		if remark == "" {
			remark = differs
		}
		at := func(t time.Time) string {
			if t.IsZero() {
				return "–"
			}
			return t.Local().Format("15:04")
		}
		battery := "–"
		if s.Dropped == "" {
			battery = fmt.Sprintf("%.0f to %.0f %%", s.Before, s.Left)
		}
		if s.Dropped != "" || why != "" {
			n++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", s.At.Local().Format("01-02 15:04"), at(s.Deadline()), s.ID, s.Priority, at(s.Start), at(s.End), battery, remark)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%d flights, %d of them cannot be flown as planned\n", len(slots), n)
	return err
}
