package dock

import (
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/missions"
)

// A flight ends once, also where two controllers tell it, and waiting for what was sent leaves no trace in the stream.
func TestAFlightEndsOnceWhoeverTellsIt(t *testing.T) {
	w := newWorld(t)
	c, _ := w.controller(Dock{SN: "D1", Model: "M4D"})
	for end := time.Now().Add(10 * time.Second); !c.docks["D1"].held.Load(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the controller does not take its dock")
		}
	}
	before := len(w.events("D1"))
	for range 2 {
		s := newSession(c, Dock{SN: "D1", Model: "M4D"})
		s.mu.Lock()
		s.hold(missions.Flight{ID: "f9"}, FlightEvent{State: Flying})
		s.mu.Unlock()
		s.end(t.Context(), Done, "")
	}
	if n := len(w.events("D1")) - before; n != 1 {
		t.Errorf("it ended %d times", n)
	}
	st, err := w.js.Stream(t.Context(), "FLIGHTS")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := st.Info(t.Context())
	if err != nil || info.State.Msgs != uint64(before+1) {
		t.Errorf("%d messages, %v", info.State.Msgs, err)
	}
}
