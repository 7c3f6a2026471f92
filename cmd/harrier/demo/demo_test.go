package demo

import (
	"slices"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/missions"
)

// The flights of a plan are flown again and again, those of one dock never two at a time.
func TestPlannedFlightsOfADockFollowOneAnother(t *testing.T) {
	flight := func(dock, id string, takes time.Duration) missions.Planned {
		return missions.Planned{Flight: missions.Flight{ID: id, Dock: dock, Scenes: []string{"muck-truck"}}, Takes: takes}
	}
	got := rows(&missions.Plan{Flights: []missions.Planned{flight("A", "A-1", 4*time.Minute), flight("B", "B-1", 9*time.Minute), flight("A", "A-2", 20*time.Minute)}})
	var said [][4]any
	for _, r := range got {
		said = append(said, [4]any{r["name"], r["kmz"], r["after"], r["every"]})
	}
	if want := [][4]any{{"planned1", "plan/A-1.kmz", "2s", "28m36s"}, {"planned1", "plan/B-1.kmz", "2s", "10m51s"}, {"planned2", "plan/A-2.kmz", "5m8s", "28m36s"}}; !slices.Equal(said, want) {
		t.Errorf("got %v, want %v", said, want)
	}
}

func TestTheEndOfAFlightStays(t *testing.T) {
	d := &demo{flights: map[string]dock.FlightEvent{}}
	for _, s := range []dock.State{dock.Preparing, dock.Flying, dock.Done, dock.Flying} {
		d.flightEvent(dock.FlightEvent{Flight: "f", State: s})
	}
	if s := d.flights["f"].State; s != dock.Done || len(d.order) != 1 {
		t.Errorf("%s, %v", s, d.order)
	}
}
