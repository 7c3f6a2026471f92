package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/missions"
)

// DayReport is what a day came to.
type DayReport struct {
	Flights  int            `json:"flights"`
	Ends     map[string]int `json:"ends"`      // done, continued, cancelled, failed
	Open     int            `json:"open"`      // still on a list when the day ended
	NotFlown int            `json:"not_flown"` // of failed: those that did not start
	TakeOffs int            `json:"take_offs"` // of the docks' logbook
	Kills    int            `json:"kills"`     // of the controller
	InFlight int            `json:"in_flight"` // of them with a flight on
	Lost     []string       `json:"lost"`      // flights without an end, or with two
	Twice    []string       `json:"twice"`     // flights that a dock was told to execute twice
	Outside  []string       `json:"outside"`   // take-offs outside of the limits
	Unknown  []string       `json:"unknown"`   // take-offs of flights that the controller does not tell of
	Releases int            `json:"releases"`  // holds that the operator released
	Photos   struct {
		Taken       int      `json:"taken"`    // of the docks' logbook
		Uploaded    int      `json:"uploaded"` // likewise
		Arrived     int      `json:"arrived"`
		Missing     int      `json:"missing"` // reported missing, by file
		Complete    int      `json:"complete_flights"`
		Incomplete  int      `json:"incomplete_flights"`
		Unaccounted []string `json:"unaccounted"` // photos that were taken, and neither arrived nor are reported missing
	} `json:"photos"`
}

// Wrong is how many things went wrong that never may.
func (r DayReport) Wrong() int {
	return len(r.Lost) + len(r.Twice) + len(r.Outside) + len(r.Unknown) + len(r.Photos.Unaccounted)
}

// count holds what the controller told against what the docks did.
func (x *benchDayCmd) count(r *DayReport, evs []dock.FlightEvent, accounts map[string]media.Account, book string) error {
	r.Ends = map[string]int{}
	ends, waiting := map[string]int{}, map[string]bool{}
	var order []string
	story := map[string][]string{}
	for _, ev := range evs {
		story[ev.Flight] = append(story[ev.Flight], fmt.Sprintf("%s %s %s", ev.At.Format("15:04:05"), ev.State, ev.Reason))
		if _, known := ends[ev.Flight]; !known {
			ends[ev.Flight] = 0
			order = append(order, ev.Flight)
		}
		waiting[ev.Flight] = ev.State == dock.Waiting
		if ev.State.Ended() {
			ends[ev.Flight]++
			r.Ends[string(ev.State)]++
			if ev.NotStarted {
				r.NotFlown++
			}
		}
	}
	r.Flights = len(order)
	for _, id := range order {
		if ends[id] == 0 && waiting[id] {
			r.Open++
		} else if ends[id] != 1 {
			r.Lost = append(r.Lost, fmt.Sprintf("%s: %d ends: %s", id, ends[id], strings.Join(story[id], "; ")))
		}
	}
	f, err := os.Open(book)
	if err != nil {
		return err
	}
	defer f.Close()
	limits := gate.DefaultLimits("M4D")
	executed := map[string]int{}
	taken := map[string][]string{} // photos, by flight
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var e docksim.Entry
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			return errors.Join(errors.New("the docks' logbook"), err)
		}
		switch e.What {
		case "execute":
			if executed[e.Flight]++; executed[e.Flight] == 2 {
				r.Twice = append(r.Twice, e.Flight)
			}
			if e.Wind > limits.WindMS+windMarginMS || e.Rain > limits.Rain || e.Battery < float64(limits.Battery)-batteryMargin {
				r.Outside = append(r.Outside, fmt.Sprintf("%s: wind %.1f m/s, rain %d, battery %.0f %%", e.Flight, e.Wind, e.Rain, e.Battery))
			}
		case docksim.WhatPhoto:
			r.Photos.Taken++
			taken[e.Flight] = append(taken[e.Flight], e.File)
		case docksim.WhatUploaded:
			r.Photos.Uploaded++
		case "take-off":
			r.TakeOffs++
			if _, known := ends[e.Flight]; !known {
				r.Unknown = append(r.Unknown, e.Flight)
			}
		}
	}
	for _, m := range accounts {
		r.Photos.Arrived += len(m.Files)
		r.Photos.Missing += len(m.Missing)
		if m.State == media.Complete {
			r.Photos.Complete++
		} else {
			r.Photos.Incomplete++
		}
	}
	for flight, files := range taken {
		for _, name := range files {
			m := accounts[flight]
			w, _ := missions.PhotoWaypoint(name)
			arrived := slices.ContainsFunc(m.Files, func(f media.File) bool { return f.Name == name })
			said := slices.ContainsFunc(m.Missing, func(s string) bool { return strings.HasPrefix(s, fmt.Sprintf("photo at waypoint %d ", w+1)) })
			if arrived == said {
				r.Photos.Unaccounted = append(r.Photos.Unaccounted, fmt.Sprintf("%s of flight %s (account: %s, %d files, missing %v)", name, flight, m.State, len(m.Files), m.Missing))
			}
		}
	}
	return nil
}
