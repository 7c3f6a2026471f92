package dock

import (
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/missions"
)

// A flight ends once, also where two controllers tell it.
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
}

// Whoever waits for the stream finds in it what was sent before, stored or not, and leaves no trace.
func TestWhatWasSentIsThereOnceTheStreamHasSettled(t *testing.T) {
	w := newWorld(t)
	c, _ := w.controller(Dock{SN: "D1", Model: "M4D"})
	st, err := w.js.Stream(t.Context(), "FLIGHTS")
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); !c.docks["D1"].held.Load(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the controller does not take its dock")
		}
	}
	before, err := st.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const sent = 5000
	for range sent { // as somebody does who dies before he hears that it is kept
		if err := c.nc.Publish(SubjectFlights+"D1", []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := st.Info(t.Context())
	if err != nil || after.State.Msgs != before.State.Msgs+sent {
		t.Errorf("%d messages of %d are there, %v", after.State.Msgs-before.State.Msgs, sent, err)
	}
}
