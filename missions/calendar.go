package missions

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"github.com/robfig/cron/v3"
	"github.com/teambition/rrule-go"

	"github.com/harrier-patrol/harrier/geo"
)

// Recurrence says when something is due: the first time after a moment, zero where it never is again.
type Recurrence interface {
	Next(after time.Time) time.Time
}

// Once is due at one moment.
type Once time.Time

// Next is the moment, until it is over.
func (o Once) Next(after time.Time) time.Time {
	if t := time.Time(o); t.After(after) {
		return t
	}
	return time.Time{}
}

// Every is due at First and every Step after it; only at First where Step is 0.
type Every struct {
	First time.Time
	Step  time.Duration
}

// Next is the first multiple after a moment.
func (e Every) Next(after time.Time) time.Time {
	switch {
	case e.First.After(after):
		return e.First
	case e.Step <= 0:
		return time.Time{}
	}
	return e.First.Add((after.Sub(e.First)/e.Step + 1) * e.Step)
}

// Cron reads a line of cron: minute, hour, day, month, weekday, in local time.
func Cron(line string) (Recurrence, error) {
	s, err := cron.ParseStandard(line)
	if err != nil {
		return nil, fmt.Errorf("cron %q: %w", line, err)
	}
	return s, nil
}

// maxLines bounds what a rule may hold: DTSTART, RRULE, and the dates that it leaves out or adds.
const maxLines = 100

type rule struct{ set *rrule.Set }

// Rule reads a recurrence of RFC 5545: "FREQ=WEEKLY;BYDAY=MO,TH", or lines of DTSTART, RRULE, RDATE and EXDATE. It begins at start where it
// does not say so itself.
func Rule(text string, start time.Time) (Recurrence, error) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, ":") {
		text = "RRULE:" + text
	}
	if strings.Count(text, "\n") > maxLines {
		return nil, fmt.Errorf("rrule has more than %d lines", maxLines)
	}
	// rrule-go cuts a line at the length of its upper-cased name, which is another length outside ASCII.
	if i := strings.IndexFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }); i >= 0 {
		return nil, fmt.Errorf("rrule %q: a rule is written in ASCII; look at byte %d", text, i)
	}
	set, err := rrule.StrSliceToRRuleSetInLoc(strings.Fields(text), start.Location())
	if err != nil {
		// of a rule that it cannot keep, rrule-go says only in the other call what is wrong with it
		for _, line := range strings.Fields(text) {
			if _, what, is := strings.Cut(line, "RRULE:"); is {
				if _, e := rrule.StrToRRule(what); e != nil {
					err = e
				}
			}
		}
		return nil, fmt.Errorf("rrule %q: %w", text, err)
	}
	if set.GetRRule() == nil {
		return nil, fmt.Errorf("rrule %q has no RRULE", text)
	}
	if f := set.GetRRule().OrigOptions.Freq; f == rrule.SECONDLY || f == rrule.MINUTELY {
		return nil, fmt.Errorf("rrule %q: nothing flies every minute; FREQ is HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY", text)
	}
	if !strings.Contains(text, "DTSTART") {
		if start.IsZero() {
			return nil, errors.New("rrule needs a beginning: at, or a line DTSTART")
		}
		set.DTStart(start)
	}
	return rule{set}, nil
}

// Next is the first time of the rule after a moment.
func (r rule) Next(after time.Time) time.Time { return r.set.After(after, false) }

// Patrol is a flight that is due again and again.
type Patrol struct {
	Name       string // told apart by it from the dock's other patrols; empty for the only one
	Dock       string
	Scenes     []string
	KMZ        []byte
	Route      Route
	When       Recurrence
	Window     time.Duration // how late it may start; 0 is StartWindow, and never later than it is due again
	Again      time.Duration // for how long after its window it is tried again; never longer than until it is due again
	Priority   int
	Conditions *Conditions
}

// flight is the patrol's flight of a moment.
func (p Patrol) flight(at time.Time) Flight {
	f := Flight{ID: flightID(p.Dock, at), Dock: p.Dock, Scenes: p.Scenes, At: at, Until: p.latest(at, cmp.Or(p.Window, StartWindow)), KMZ: p.KMZ, Route: p.Route, Priority: p.Priority, Conditions: p.Conditions}
	if p.Name != "" {
		f.ID += "-" + p.Name
	}
	return f
}

// latest is at + d, or when the patrol is due again, whatever comes first.
func (p Patrol) latest(at time.Time, d time.Duration) time.Time {
	u := at.Add(d)
	if n := p.When.Next(at); !n.IsZero() && n.Before(u) {
		return n
	}
	return u
}

// Calendar is what is to be flown and when.
type Calendar struct{ Patrols []Patrol }

// maxDue bounds how many flights of one patrol are looked at.
const maxDue = 10000

// Due are the flights that are due after from and until to, in the order of their times.
func (c Calendar) Due(from, to time.Time) []Flight {
	var out []Flight
	for _, p := range c.Patrols {
		at := p.When.Next(from)
		for n := 0; !at.IsZero() && !at.After(to) && n < maxDue; n++ {
			out = append(out, p.flight(at))
			at = p.When.Next(at)
		}
	}
	slices.SortStableFunc(out, func(a, b Flight) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out
}

// How a flight that did not start is tried again.
const (
	againPause = 10 * time.Minute
	againMark  = "-again"
	lookBehind = 48 * time.Hour
)

// Again is the flight by which one that did not start is tried again: told at a moment, some time later. ok is false, with the reason, where
// it is given up: its time is over, or it is none of the calendar's.
func (c Calendar) Again(flight string, at time.Time) (f Flight, why string, ok bool) {
	base, n := flight, 1
	if i := strings.LastIndex(flight, againMark); i >= 0 {
		base = flight[:i]
		if _, err := fmt.Sscanf(flight[i+len(againMark):], "%d", &n); err != nil {
			return f, "its name is not of the calendar", false
		}
		n++
	}
	for _, p := range c.Patrols {
		if !strings.HasPrefix(base, p.Dock+"-") {
			continue
		}
		for _, f := range (Calendar{[]Patrol{p}}).Due(at.Add(-lookBehind), at) {
			if f.ID != base {
				continue
			}
			last := p.latest(f.At, cmp.Or(p.Window, StartWindow)+p.Again)
			f.ID, f.At = fmt.Sprintf("%s%s%d", base, againMark, n), at.Add(againPause)
			f.Until = f.At.Add(cmp.Or(p.Window, StartWindow))
			if f.Until.After(last) {
				f.Until = last
			}
			if !f.At.Before(f.Until) {
				return f, "there is no time left for it before " + last.In(at.Location()).Format("2006-01-02 15:04"), false
			}
			return f, "", true
		}
	}
	return f, "it is none of the calendar's", false
}

// Power is how long an aircraft flies and how fast its dock charges it.
type Power struct {
	FlightMin    float64 // from 100 to 0 percent
	ChargePerMin float64 // percent
}

// PowerOf is the makers' figures by model: DJI's specifications of Dock 1 with M30 (40 min; 10 to 90 % in 25 min), Dock 2 with M3D (50 min; 20
// to 90 % in 32 min) and Dock 3 with M4D (54 min; 15 to 95 % in 27 min).
func PowerOf(model string) Power {
	switch {
	case strings.HasPrefix(model, "M30"):
		return Power{40, 80.0 / 25}
	case strings.HasPrefix(model, "M3"):
		return Power{50, 70.0 / 32}
	}
	return Power{54, 80.0 / 27}
}

// What a flight takes besides its route: the dock's checks before and after it, climbing, and the way there and back.
const (
	dockBefore  = 60 * time.Second
	dockAfter   = 35 * time.Second
	climbMS     = 5.0
	transitMS   = 12.0
	turnTakes   = 6 * time.Second // at a waypoint: to brake, turn and speed up again, as simulated docks fly
	windReserve = 1.25            // what is burnt more than in still air
)

// Takes is how long a route takes from a dock at home and back, in the air.
func (r Route) Takes(home orb.Point) time.Duration {
	var s float64
	at := home
	for i, w := range r.Waypoints {
		v := transitMS
		if i > 0 {
			v = w.SpeedMS
		}
		p := orb.Point{w.Lon, w.Lat}
		s += geo.DistanceM(at, p)/math.Max(v, 0.1) + turnTakes.Seconds()
		at = p
	}
	if n := len(r.Waypoints); n > 0 {
		s += geo.DistanceM(at, home)/transitMS + 2*r.Waypoints[0].HeightM/climbMS
	}
	return time.Duration(s * float64(time.Second))
}

// Base is a dock as the forecast sees it.
type Base struct {
	SN             string
	At             orb.Point
	Power          Power
	Battery        float64   // percent, now
	Free           time.Time // when the flight that is on will have ended; zero is now
	Least, Reserve float64   // percent to start with, and left at the end
}

// Slot is when a flight can be expected to fly.
type Slot struct {
	Flight
	Start, End   time.Time
	Before, Left float64 // percent of the battery
	Dropped      string  // why it cannot be flown; "" where it can
}

// Forecast says when flights will start and how full the batteries will be, dock by dock: a dock flies what is due, the higher priority
// first, as soon as its battery is charged enough. A flight that would miss its window, or make one miss its that goes before it by
// priority or by time, is dropped, and says why. Flights of docks that are not among bases are left out.
func Forecast(now time.Time, bases []Base, flights []Flight) []Slot {
	var out []Slot
	for _, b := range bases {
		var own []Flight
		for _, f := range flights {
			if f.Dock == b.SN {
				own = append(own, f)
			}
		}
		slices.SortStableFunc(own, func(a, b Flight) int { return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.At.Compare(b.At)) })
		var taken []Flight
		for _, f := range own {
			all := append(slices.Clone(taken), f)
			slots := b.fly(now, all)
			if i := slices.IndexFunc(slots, func(s Slot) bool { return s.Dropped != "" }); i >= 0 {
				why := slots[i].Dropped
				if slots[i].ID != f.ID {
					why = fmt.Sprintf("flight %s goes before it, and would miss its window: %s", slots[i].ID, why)
				}
				out = append(out, Slot{Flight: f, Dropped: why})
				continue
			}
			taken = all
		}
		out = append(out, b.fly(now, taken)...)
	}
	slices.SortStableFunc(out, func(a, b Slot) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out
}

// fly goes through a dock's day.
func (b Base) fly(now time.Time, flights []Flight) []Slot {
	left := slices.Clone(flights)
	t, charge := now, math.Min(100, b.Battery)
	if b.Free.After(t) {
		t = b.Free
	}
	var out []Slot
	for len(left) > 0 {
		first := slices.MinFunc(left, func(a, b Flight) int { return a.At.Compare(b.At) }).At
		ready := t
		if first.After(ready) {
			ready = first
		}
		best := -1
		for i, f := range left {
			if !f.At.After(ready) && (best < 0 || f.Priority > left[best].Priority || f.Priority == left[best].Priority && f.At.Before(left[best].At)) {
				best = i
			}
		}
		f := left[best]
		left = slices.Delete(left, best, best+1)
		air := f.Route.Takes(b.At)
		burns := 100 * air.Minutes() / b.Power.FlightMin * windReserve
		need := math.Max(b.Least, b.Reserve+burns)
		if need > 100 {
			out = append(out, Slot{Flight: f, Dropped: fmt.Sprintf("it takes %.0f min, %.0f %% of the battery, and %.0f %% must be left", air.Minutes(), burns, b.Reserve)})
			continue
		}
		has := math.Min(100, charge+b.Power.ChargePerMin*ready.Sub(t).Minutes())
		start := ready
		if has < need {
			start = ready.Add(time.Duration((need - has) / b.Power.ChargePerMin * float64(time.Minute)))
			has = need
		}
		if start.After(f.Deadline()) {
			out = append(out, Slot{Flight: f, Dropped: fmt.Sprintf("the dock is ready for it at %s (battery %.0f %% of %.0f %%), its window ends at %s",
				start.Format("15:04"), math.Min(100, charge+b.Power.ChargePerMin*ready.Sub(t).Minutes()), need, f.Deadline().Format("15:04"))})
			continue
		}
		s := Slot{Flight: f, Start: start, End: start.Add(dockBefore + air + dockAfter), Before: has, Left: has - burns}
		out = append(out, s)
		t, charge = s.End, s.Left
	}
	return out
}
