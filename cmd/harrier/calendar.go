package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// calendar is the patrols of the configuration; began is when this process did, from which after counts.
type calendar struct{ missions.Calendar }

// again is for how long after its window a patrol is tried again where the configuration does not say.
const again = 4 * time.Hour

func (c config) calendar(began time.Time) (calendar, error) {
	var out calendar
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

// bucketCalendar keeps when flights "after the start" were first to begin, by what the configuration says of them.
const bucketCalendar = "calendar"

// anchor lets flights that begin some time after Harrier was started count from the first start with this configuration, not from every one.
func (k *calendar) anchor(ctx context.Context, js jetstream.JetStream, began time.Time) error {
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucketCalendar, Description: "when flights after the start were first to begin"})
	if err != nil {
		return fmt.Errorf("key-value %s: %w", bucketCalendar, err)
	}
	for i := range k.Patrols {
		p := &k.Patrols[i]
		every, is := p.When.(missions.Every)
		if !is {
			continue
		}
		key := fmt.Sprintf("%x", sha256.Sum256([]byte(fmt.Sprint(p.Dock, " ", p.Name, " ", every.First.Sub(began), " ", every.Step))))[:32]
		v, err := every.First.MarshalText()
		if err == nil {
			_, err = kv.Create(ctx, key, v)
		}
		if errors.Is(err, jetstream.ErrKeyExists) {
			var e jetstream.KeyValueEntry
			if e, err = kv.Get(ctx, key); err == nil {
				err = every.First.UnmarshalText(e.Value())
			}
		}
		if err != nil {
			return fmt.Errorf("when the flight %s of dock %s was first to begin: %w", p.Name, p.Dock, err)
		}
		p.When = every
	}
	return nil
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

// subjectCalendar is where it is told what the calendar did with a flight: + dock.
const subjectCalendar = "harrier.calendar."

// Decided is what the calendar did with a flight that was not simply handed to its dock.
type Decided struct {
	Flight string    `json:"flight"`
	Dock   string    `json:"dock"`
	What   string    `json:"what"` // put off, dropped, given up
	Next   string    `json:"next,omitempty"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// How the calendar is followed: looked at so often, and so far ahead for what must not be made late.
const (
	calendarLook  = 5 * time.Second
	calendarAhead = 6 * time.Hour
)

// run hands every flight to the controller when it is due, unless it would make one miss its window that goes before it; what did not start
// in its window is put off.
func (k calendar) run(ctx context.Context, w wires, c config, ctl *dock.Controller, clock pace.Clock, began time.Time, log *slog.Logger) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return k.follow(ctx, w, ctl, clock, log) })
	g.Go(func() error {
		tick := clock.NewTicker(calendarLook)
		defer tick.Stop()
		dropped := map[string]bool{}
		var again []missions.Flight // that could not be handed over yet
		tried := map[string]error{} // why not
		for from := began.Add(-longestPast); ; {
			now := clock.Now()
			due := append(again, k.Due(from, now)...)
			again = nil
			bases := c.bases(ctl.States(), now)
			for _, f := range due {
				if now.After(f.Deadline()) || dropped[f.ID] { // its time passed while nobody was there
					if err := tried[f.ID]; err != nil {
						delete(tried, f.ID)
						k.tell(ctx, w.js, Decided{Flight: f.ID, Dock: f.Dock, What: "given up", Reason: "it could not be handed over: " + err.Error(), At: now}, log)
					}
					continue
				}
				if why := k.late(now, bases, f); why != "" {
					dropped[f.ID] = true
					k.tell(ctx, w.js, Decided{Flight: f.ID, Dock: f.Dock, What: "dropped", Reason: why, At: now}, log)
					continue
				}
				if err := ctl.Fly(ctx, f); err != nil && ctx.Err() == nil {
					log.Warn("flight not handed over yet, trying again", "flight", f.ID, "error", err)
					again, tried[f.ID] = append(again, f), err
					continue
				}
				delete(tried, f.ID)
			}
			from = now
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	})
	return g.Wait()
}

// longestPast: what was due so long ago may still be in its window when Harrier is started.
const longestPast = 12 * time.Hour

// late says why a flight that is due is not to start: it would make one miss its window that goes before it. "" where it may.
func (k calendar) late(now time.Time, bases []missions.Base, f missions.Flight) string {
	var ahead []missions.Flight
	for _, g := range k.Due(now, now.Add(calendarAhead)) {
		if g.Dock == f.Dock && g.Priority > f.Priority {
			ahead = append(ahead, g)
		}
	}
	if len(ahead) == 0 {
		return ""
	}
	without := map[string]bool{}
	for _, s := range missions.Forecast(now, bases, ahead) {
		without[s.ID] = s.Dropped == ""
	}
	for _, s := range missions.Forecast(now, bases, append(ahead, f)) {
		if s.ID == f.ID && s.Dropped != "" {
			for _, g := range ahead {
				if !without[g.ID] {
					return "" // that one is late anyway
				}
			}
			return s.Dropped
		}
	}
	return ""
}

// bases are the configuration's docks as they are now.
func (c config) bases(states []dock.Status, now time.Time) []missions.Base {
	limits, _ := c.limits() // checked when it was loaded
	out := make([]missions.Base, 0, len(states))
	for _, s := range states {
		b := missions.Base{SN: s.SN, At: orb.Point{s.Lon, s.Lat}, Power: missions.PowerOf(s.Model), Battery: float64(s.Battery), Least: float64(limits[s.SN].Battery), Reserve: float64(limits[s.SN].ReserveMin)}
		if !s.Online || s.Battery == 0 {
			b.Battery = 100 // nothing is known of it
		}
		if s.Flight != "" && s.State != dock.Waiting {
			var r missions.Route
			for _, p := range s.Route {
				r.Waypoints = append(r.Waypoints, missions.Waypoint{Lon: p[0], Lat: p[1], SpeedMS: usualSpeedMS})
			}
			b.Free = now.Add(time.Duration(float64(r.Takes(b.At)) * (1 - float64(s.Percent)/100)))
		}
		out = append(out, b)
	}
	return out
}

// usualSpeedMS is that of a patrol whose speed is not known here.
const usualSpeedMS = 10

// follow hears of flights that did not start, and puts them off.
func (k calendar) follow(ctx context.Context, w wires, ctl *dock.Controller, clock pace.Clock, log *slog.Logger) error {
	c := journal.Consumer{Stream: "FLIGHTS", Name: "calendar-" + w.id, Wait: time.Minute, Tries: 10, AtOnce: 1, New: true}
	return journal.Consume(ctx, w.js, c, log, func(ctx context.Context, m journal.Msg) error {
		var ev dock.FlightEvent
		if err := json.Unmarshal(m.Data, &ev); err != nil {
			return journal.Permanent(fmt.Errorf("flight event is not JSON: %w", err))
		}
		if ev.State != dock.Failed || !ev.NotStarted {
			return nil
		}
		d := Decided{Flight: ev.Flight, Dock: ev.Dock, At: clock.Now()}
		f, why, ok := k.Again(ev.Flight, ev.At)
		if !ok {
			d.What, d.Reason = "given up", why+"; it did not start: "+ev.Reason
			k.tell(ctx, w.js, d, log)
			return nil
		}
		if err := ctl.Fly(ctx, f); err != nil {
			return fmt.Errorf("put off flight %s: %w", ev.Flight, err)
		}
		d.What, d.Next, d.Reason = "put off", f.ID, "to "+f.At.Local().Format("15:04")+"; it did not start: "+ev.Reason
		k.tell(ctx, w.js, d, log)
		return nil
	})
}

// tell keeps what was decided as a fact.
func (k calendar) tell(ctx context.Context, js jetstream.JetStream, d Decided, log *slog.Logger) {
	d.At = d.At.UTC()
	log.Info("calendar", "flight", d.Flight, "what", d.What, "next", d.Next, "reason", d.Reason)
	pctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := journal.Publish(pctx, js, subjectCalendar+d.Dock, d.Flight+" "+d.What, d); err != nil && ctx.Err() == nil {
		log.Error("what the calendar decided is not kept", "flight", d.Flight, "error", err)
	}
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
	var states []dock.Status
	for _, d := range c.Docks {
		states = append(states, dock.Status{Dock: d})
	}
	slots := missions.Forecast(x.From, c.bases(states, x.From), k.Due(x.From.Add(-time.Second), x.From.Add(x.Ahead)))
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
