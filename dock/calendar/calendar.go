// Package calendar follows the calendar of patrols: it hands flights to the controller when they are due, and puts off those that did not start.
package calendar

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// bucket keeps when flights "after the start" were first to begin, by what the configuration says of them.
const bucket = "calendar"

// Anchor lets flights that begin some time after Harrier was started count from the first start with this configuration, not from every one.
func Anchor(ctx context.Context, js jetstream.JetStream, k *missions.Calendar, began time.Time) error {
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucket, Description: "when flights after the start were first to begin"})
	if err != nil {
		return fmt.Errorf("key-value %s: %w", bucket, err)
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

// Subject is where it is told what was decided of a flight: + dock.
const Subject = "harrier.calendar."

// Streams are what it keeps.
var Streams = []journal.Stream{{Name: "CALENDAR", Subjects: []string{Subject + ">"}, Viewed: []string{Subject + ">"}, MaxBytes: 128 << 20, Once: time.Hour}}

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
	look      = 5 * time.Second
	lookAhead = 6 * time.Hour
)

// Follower follows a calendar.
type Follower struct {
	Calendar missions.Calendar
	// Planned are the flights of the plans that are in force; nil for none. What of them does not start is planned anew, not put off.
	Planned    func() []missions.Flight
	Controller *dock.Controller
	Limits     map[string]gate.Limits // of docks, by serial number
	JS         jetstream.JetStream
	ID         string // of this server, among those on one NATS
	Clock      pace.Clock
	Log        *slog.Logger
}

// Run hands every flight to the controller when it is due, unless it would make one miss its window that goes before it; what did not start
// in its window is put off.
func (k *Follower) Run(ctx context.Context, began time.Time) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return k.putOff(ctx) })
	g.Go(func() error {
		tick := k.Clock.NewTicker(look)
		defer tick.Stop()
		dropped := map[string]bool{}
		var again []missions.Flight // that could not be handed over yet
		tried := map[string]error{} // why not
		handed := map[string]bool{} // planned flights
		for from := began.Add(-longestPast); ; {
			now := k.Clock.Now()
			due := slices.Concat(again, k.Calendar.Due(from, now), k.plannedNow(now, handed))
			again = nil
			bases := Bases(k.Controller.States(), k.Limits, now)
			for _, f := range due {
				if now.After(f.Deadline()) || dropped[f.ID] { // its time passed while nobody was there
					if err := tried[f.ID]; err != nil {
						delete(tried, f.ID)
						k.tell(ctx, Decided{Flight: f.ID, Dock: f.Dock, What: "given up", Reason: "it could not be handed over: " + err.Error(), At: now})
					}
					continue
				}
				if why := k.late(now, bases, f); why != "" {
					dropped[f.ID] = true
					k.tell(ctx, Decided{Flight: f.ID, Dock: f.Dock, What: "dropped", Reason: why, At: now})
					continue
				}
				if err := k.Controller.Fly(ctx, f); err != nil && ctx.Err() == nil {
					k.Log.Warn("flight not handed over yet, trying again", "flight", f.ID, "error", err)
					if tried[f.ID] = err; handed[f.ID] {
						delete(handed, f.ID) // of a plan: again for as long as it is in it
					} else {
						again = append(again, f)
					}
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
func (k *Follower) late(now time.Time, bases []missions.Base, f missions.Flight) string {
	var ahead []missions.Flight
	for _, g := range slices.Concat(k.Calendar.Due(now, now.Add(lookAhead)), k.plannedUntil(now.Add(lookAhead))) {
		if g.Dock == f.Dock && g.Priority > f.Priority && g.At.After(now) {
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

// plannedUntil are the planned flights that begin by then.
func (k *Follower) plannedUntil(t time.Time) (out []missions.Flight) {
	if k.Planned == nil {
		return nil
	}
	for _, f := range k.Planned() {
		if !f.At.After(t) {
			out = append(out, f)
		}
	}
	return out
}

func (k *Follower) inPlan(id string, now time.Time) bool {
	return slices.ContainsFunc(k.plannedUntil(now), func(f missions.Flight) bool { return f.ID == id })
}

// plannedNow are the planned flights that are due, each once: also those of a plan that was approved when they were due already.
func (k *Follower) plannedNow(now time.Time, handed map[string]bool) (out []missions.Flight) {
	due := k.plannedUntil(now)
	for id := range handed {
		if !slices.ContainsFunc(due, func(f missions.Flight) bool { return f.ID == id }) {
			delete(handed, id) // of another day, or taken off
		}
	}
	for _, f := range due {
		if !handed[f.ID] && !now.After(f.Deadline()) {
			handed[f.ID] = true
			out = append(out, f)
		}
	}
	return out
}

// putOff hears of flights that did not start, and puts them off.
func (k *Follower) putOff(ctx context.Context) error {
	c := journal.Consumer{Stream: "FLIGHTS", Name: "calendar-" + k.ID, Wait: time.Minute, Tries: 10, AtOnce: 1, New: true}
	return journal.Consume(ctx, k.JS, c, k.Log, func(ctx context.Context, m journal.Msg) error {
		var ev dock.FlightEvent
		if err := json.Unmarshal(m.Data, &ev); err != nil {
			return journal.Permanent(fmt.Errorf("flight event is not JSON: %w", err))
		}
		if ev.State != dock.Failed || !ev.NotStarted {
			return nil
		}
		if k.inPlan(ev.Flight, k.Clock.Now()) {
			return nil
		}
		d := Decided{Flight: ev.Flight, Dock: ev.Dock, At: k.Clock.Now()}
		f, why, ok := k.Calendar.Again(ev.Flight, ev.At)
		if !ok {
			d.What, d.Reason = "given up", why+"; it did not start: "+ev.Reason
			k.tell(ctx, d)
			return nil
		}
		if err := k.Controller.Fly(ctx, f); err != nil {
			return fmt.Errorf("put off flight %s: %w", ev.Flight, err)
		}
		d.What, d.Next, d.Reason = "put off", f.ID, "to "+f.At.Local().Format("15:04")+"; it did not start: "+ev.Reason
		k.tell(ctx, d)
		return nil
	})
}

// tell keeps what was decided as a fact.
func (k *Follower) tell(ctx context.Context, d Decided) {
	d.At = d.At.UTC()
	k.Log.Info("calendar", "flight", d.Flight, "what", d.What, "next", d.Next, "reason", d.Reason)
	pctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := journal.Publish(pctx, k.JS, Subject+d.Dock, d.Flight+" "+d.What, d); err != nil && ctx.Err() == nil {
		k.Log.Error("what the calendar decided is not kept", "flight", d.Flight, "error", err)
	}
}

// Bases are docks as they are now.
func Bases(states []dock.Status, limits map[string]gate.Limits, now time.Time) []missions.Base {
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
