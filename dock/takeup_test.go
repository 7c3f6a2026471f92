package dock

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// forgetful is a JetStream that does not take ends while it is full.
type forgetful struct {
	jetstream.JetStream
	full atomic.Bool
}

var errFull = errors.New("disk full")

func (f *forgetful) Publish(ctx context.Context, subject string, b []byte, o ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	if f.full.Load() && strings.Contains(string(b), `"state":"done"`) {
		return nil, errFull
	}
	return f.JetStream.Publish(ctx, subject, b, o...)
}

// An end that cannot be kept when it comes is told once it can, also where the dock was let go and taken again meanwhile.
func TestAnEndThatCannotBeKeptIsToldLater(t *testing.T) {
	w := newWorld(t)
	js := &forgetful{JetStream: w.js}
	d := Dock{SN: "SIMFULL", Aircraft: "SIMAFULL", Model: "M4D"}
	c, _ := w.controllerOn(w.nc, js, func(*Options) {}, d)
	s := newScripted(t, w, d.SN)
	for _, id := range []string{"e1", "e2"} {
		if err := c.Fly(t.Context(), testFlight(d.SN, id, time.Minute)); err != nil {
			t.Fatal(err)
		}
		w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.Flight == id && e.State == Flying })
		js.full.Store(true)
		s.lands("ok", 0, nil)
		s.eventually("the flight off the dock", func() bool { return c.docks[d.SN].flight() == "" })
		time.Sleep(1500 * time.Millisecond)
		if id == "e2" {
			c.docks[d.SN].letGo() // the lease takes it again within a second
		}
		for _, e := range w.events(d.SN) {
			if e.Flight == id && e.State.Ended() {
				t.Errorf("it has ended: %+v", e)
			}
		}
		js.full.Store(false)
		w.until(t, d.SN, "done", func(e FlightEvent) bool { return e.Flight == id && e.State == Done })
	}
	time.Sleep(1500 * time.Millisecond)
	ends := 0
	for _, e := range w.events(d.SN) {
		if e.State.Ended() {
			ends++
		}
	}
	if ends != 2 {
		t.Errorf("%d ends of two flights", ends)
	}
}

// A flight that could not be noted for certain is taken when it is handed over again, and only once.
func TestAFlightIsHandedOverAgain(t *testing.T) {
	w := newWorld(t)
	c, _ := w.controller(Dock{SN: "D1", Model: "M4D"})
	<-c.up
	f := testFlight("D1", "h1", time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.keep(ctx, f); err == nil {
		t.Fatal("noted without NATS")
	}
	if _, err := c.flights.Put(t.Context(), journal.Key(f.ID), []byte("{}")); err != nil { // it arrived all the same
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true} {
		if known, err := c.keep(t.Context(), f); err != nil || known != want {
			t.Errorf("%d: known %v, %v", i, known, err)
		}
	}
}

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
