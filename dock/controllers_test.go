package dock

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/lease"
	"github.com/harrier-patrol/harrier/embedded/natstest"
)

// Who cannot note that a flight starts does not start it: another controller may.
func TestAControllerThatIsCutOffStartsNothing(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMCUT", Aircraft: "SIMACUT", Model: "M4D"}
	nc, js := natstest.Connect(t, w.nc.ConnectedUrl())
	c, _ := w.controllerOn(nc, js, func(*Options) {}, d)
	s := newScripted(t, w, d.SN)
	s.set(func() { s.props.WindSpeed = new(13.0) })
	if err := c.Fly(t.Context(), testFlight(d.SN, "cut", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, d.SN, "waiting", func(e FlightEvent) bool { return strings.HasPrefix(e.Reason, "wind") })
	nc.Close()
	s.set(func() { s.props.WindSpeed = new(3.0) })
	time.Sleep(2*lease.TTL + time.Second)
	if n := s.times(cloudapi.MethodFlightTaskPrepare) + s.times(cloudapi.MethodFlightTaskExecute); n != 0 {
		t.Errorf("%d calls to start", n)
	}
	second, _ := w.controller(d)
	w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.Flight == "cut" && e.State == Flying })
	if n := s.times(cloudapi.MethodFlightTaskExecute); n != 1 || second.docks[d.SN].flight() != "cut" {
		t.Errorf("executed %d times", n)
	}
}

// A controller that is started again takes up what it finds flying, and starts nothing twice.
func TestAControllerTakesUpWhatFlies(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMTAKEN", Aircraft: "SIMAT", Model: "M4D"}
	c, stop := w.controller(d)
	s := newScripted(t, w, d.SN)
	if err := c.Fly(t.Context(), testFlight(d.SN, "g1", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.State == Flying })
	if r := w.command(t, d.SN, Command{Key: "one", Action: Pause, Operator: "Li"}); !r.OK {
		t.Fatal(r.Error)
	}
	if r := w.command(t, d.SN, Command{Key: "two", Action: GroundDock, Operator: "Li", Reason: "inspection"}); !r.OK {
		t.Fatal(r.Error)
	}
	stop()
	c, _ = w.controller(d)
	s.eventually("the stream asked for again", func() bool {
		n := 0
		for _, m := range s.asked {
			if m == cloudapi.MethodLiveStartPush {
				n++
			}
		}
		return n == 2
	})
	if r := w.command(t, d.SN, Command{Key: "one", Action: Pause, Operator: "Li"}); !r.OK {
		t.Error(r.Error)
	}
	if n := s.times(cloudapi.MethodFlightTaskPause); n != 1 {
		t.Errorf("a command from before happened %d times", n)
	}
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, d.SN, "done", func(e FlightEvent) bool { return e.Flight == "g1" && e.State == Done })
	if n := s.times(cloudapi.MethodFlightTaskExecute); n != 1 {
		t.Errorf("executed %d times", n)
	}
	if err := c.Fly(t.Context(), testFlight(d.SN, "g2", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, d.SN, "the hold from before", func(e FlightEvent) bool {
		return e.Flight == "g2" && e.State == Waiting && strings.Contains(e.Reason, "hold: Li: inspection")
	})
}

// Two controllers share a fleet; one falls silent, and the other goes on with its docks and flights within ten seconds.
func TestControllersShareAFleet(t *testing.T) {
	w := worldOf(t)
	var docks []Dock
	var dd []*scripted
	for i := range 4 {
		d := Dock{SN: fmt.Sprintf("SIMSHARE%d", i), Aircraft: fmt.Sprintf("SIMAS%d", i), Model: "M4D"}
		docks = append(docks, d)
	}
	for _, d := range docks {
		dd = append(dd, newScripted(t, w, d.SN))
	}
	nc, js := natstest.Connect(t, w.nc.ConnectedUrl())
	first, _ := w.controllerOn(nc, js, func(*Options) {}, docks...)
	held := func(c *Controller) (n int) {
		for _, s := range c.docks {
			if s.held.Load() {
				n++
			}
		}
		return n
	}
	wait := func(what string, ok func() bool) time.Duration {
		t.Helper()
		began := time.Now()
		for !ok() {
			if time.Since(began) > 30*time.Second {
				t.Fatalf("%s never came: %d and so on", what, held(first))
			}
			time.Sleep(20 * time.Millisecond)
		}
		return time.Since(began)
	}
	wait("all docks held by the first", func() bool { return held(first) == 4 })
	second, _ := w.controller(docks...)
	wait("an even share", func() bool { return held(first) == 2 && held(second) == 2 })
	// both are told of every flight, as both read the same list
	for i, d := range docks {
		f := testFlight(d.SN, fmt.Sprintf("s%d", i), time.Minute)
		for _, c := range []*Controller{first, second} {
			if err := c.Fly(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, d := range docks {
		w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.Flight == fmt.Sprintf("s%d", i) && e.State == Flying })
	}
	nc.Close() // the first is cut off
	if took := wait("the second has all docks", func() bool { return held(second) == 4 && held(first) == 0 }); took > 10*time.Second {
		t.Errorf("that took %s", took)
	}
	for i, s := range dd {
		s.lands(cloudapi.JobStatusOK, 0, nil)
		w.until(t, docks[i].SN, "done", func(e FlightEvent) bool { return e.Flight == fmt.Sprintf("s%d", i) && e.State == Done })
		if n := s.times(cloudapi.MethodFlightTaskExecute); n != 1 {
			t.Errorf("dock %d: executed %d times", i, n)
		}
		if r := w.command(t, docks[i].SN, Command{Key: fmt.Sprintf("g%d", i), Action: GroundDock, Operator: "Li"}); !r.OK {
			t.Error(r.Error)
		}
	}
}
