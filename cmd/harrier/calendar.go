package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/missions"
)

// calendarCmd shows what is planned.
type calendarCmd struct {
	Config string        `default:"harrier.yaml" help:"Configuration." type:"path"`
	From   time.Time     `help:"From when on (RFC 3339); default: now."`
	Ahead  time.Duration `default:"24h" help:"How far ahead."`
}

func (x *calendarCmd) Run() error {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	if x.From.IsZero() {
		x.From = time.Now()
	}
	k, err := c.Calendar(x.From)
	if err != nil {
		return err
	}
	fences, err := c.City.ReadFences()
	if err != nil {
		return err
	}
	space, err := c.Airspace(fences)
	if err != nil {
		return err
	}
	limits, err := c.DockLimits()
	if err != nil {
		return err
	}
	var states []dock.Status
	for _, d := range c.Docks {
		states = append(states, dock.Status{Dock: d})
	}
	slots := missions.Forecast(x.From, calendar.Bases(states, limits, x.From), k.Due(x.From.Add(-time.Second), x.From.Add(x.Ahead)))
	return writeCalendar(os.Stdout, slots, space, c.Models())
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
