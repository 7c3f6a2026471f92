package demo

import (
	"testing"

	"github.com/harrier-patrol/harrier/dock"
)

func TestTheEndOfAFlightStays(t *testing.T) {
	d := &demo{flights: map[string]dock.FlightEvent{}}
	for _, s := range []dock.State{dock.Preparing, dock.Flying, dock.Done, dock.Flying} {
		d.flightEvent(dock.FlightEvent{Flight: "f", State: s})
	}
	if s := d.flights["f"].State; s != dock.Done || len(d.order) != 1 {
		t.Errorf("%s, %v", s, d.order)
	}
}
