package bench

import (
	"testing"

	"github.com/harrier-patrol/harrier/dock"
)

// A day is over when no flight is under way any more: one that waits was never begun, one that is told to fly has to end.
func TestUnderWay(t *testing.T) {
	evs := []dock.FlightEvent{{Flight: "waits", State: dock.Waiting}, {Flight: "ended", State: dock.Flying}, {Flight: "flies", State: dock.Waiting}, {Flight: "flies", State: dock.Flying}, {Flight: "ended", State: dock.Done}}
	if n := underWay(evs); n != 1 {
		t.Errorf("%d flights under way, want the one that flies", n)
	}
}
