package dock

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// A dock whose clock is set back in flight goes on being believed, in the order in which its messages come.
func TestAClockThatIsSetBackLosesNoFlight(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMCLOCK", Aircraft: "SIMACLOCK", Model: "M4D"}
	c, _ := w.controller(d)
	s := newScripted(t, w, d.SN)
	if err := c.Fly(t.Context(), testFlight(d.SN, "f", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.set(func() { s.flying = "" })
	say := func(percent int, at time.Time) {
		p := &cloudapi.FlightTaskProgress{}
		p.Output.Status, p.Output.Ext.FlightID, p.Output.Progress.Percent = cloudapi.JobStatusInProgress, "f", percent
		s.publish(cloudapi.KindEvents, cloudapi.New("p", "b", cloudapi.MethodFlightTaskProgress, at, p))
	}
	percent := func() int { st := c.States()[0]; return st.Percent }
	say(40, time.Now())
	s.eventually("40 %", func() bool { return percent() == 40 })
	say(55, time.Now().Add(-10*time.Minute))
	s.eventually("55 %, told by a clock ten minutes behind", func() bool { return percent() == 55 })
	s.lands(cloudapi.JobStatusOK, 0, nil)
	p := &cloudapi.FlightTaskProgress{}
	p.Output.Status, p.Output.Ext.FlightID = cloudapi.JobStatusOK, "f"
	s.publish(cloudapi.KindEvents, cloudapi.New("p", "b", cloudapi.MethodFlightTaskProgress, time.Now().Add(-10*time.Minute), p))
	w.until(t, d.SN, "done", func(e FlightEvent) bool { return e.State == Done })
}

// What was noted of one flight is not taken for the next one's, however the dock came to it.
func TestMarksOfAFlightEndWithIt(t *testing.T) {
	for name, next := range map[string]func(*session){
		"the next flight":         func(s *session) { s.hold(missions.Flight{ID: "g"}, FlightEvent{}) },
		"another controller":      func(s *session) { s.letGo() },
		"back from another":       func(s *session) { s.resume(missions.Flight{ID: "g"}, &FlightEvent{Flight: "g"}) },
		"struck off and the next": func(s *session) { s.letGo(); s.hold(missions.Flight{ID: "g"}, FlightEvent{}) },
	} {
		t.Run(name, func(t *testing.T) {
			c := New(Options{Docks: []Dock{{SN: "D"}}, LiveWatch: func(sn string) string { return sn }}, nil, nil)
			s := c.docks["D"]
			s.hold(missions.Flight{ID: "f"}, FlightEvent{State: Flying})
			s.on.acted, s.on.exceeded, s.on.breakPoint, s.on.reached, s.on.counted, s.on.pilot, s.on.conditionsMet = true, time.Now(), &cloudapi.BreakPointReport{Index: 7}, 9, 4, "Li", true
			next(s)
			if s.on.acted || s.on.breakPoint != nil || s.on.reached != 0 || s.on.counted != 0 || s.on.pilot != "" || s.on.conditionsMet || !s.on.exceeded.IsZero() {
				t.Errorf("marks of the flight before: %+v", s.on)
			}
		})
	}
}

func TestAKeyIsForOneCommand(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMKEY", Aircraft: "SIMAKEY", Model: "M4D"}
	c, _ := w.controller(d)
	s := newScripted(t, w, d.SN)
	s.eventually("it is online", func() bool { return c.States()[0].Online })
	ground := Command{Key: "k", Action: GroundDock, Operator: "Li", Reason: "crane"}
	for range 2 {
		if r := w.command(t, d.SN, ground); !r.OK {
			t.Fatal(r.Error)
		}
	}
	if r := w.command(t, d.SN, Command{Key: "k", Action: ReleaseDock, Operator: "Li", Reason: "gone"}); r.OK || !strings.Contains(r.Error, "another command") {
		t.Errorf("the same key for another action: %+v", r)
	}
	if len(c.States()[0].Holds) != 1 {
		t.Errorf("holds %v", c.States()[0].Holds)
	}
	recorded := 0
	if err := journal.Replay(t.Context(), w.js, "AUDIT", SubjectAudit+d.SN, journal.From{}, func(m journal.Msg) error {
		var e Entry
		if err := json.Unmarshal(m.Data, &e); err != nil {
			return err
		}
		if e.Key == "k" && e.Action == GroundDock && !e.Asked {
			recorded++
		}
		return nil
	}); err != nil || recorded != 1 {
		t.Errorf("carried out %d times, %v", recorded, err)
	}
	long := Command{Key: "l", Action: GroundDock, Operator: strings.Repeat("x", 900_000), Reason: "y"}
	if err := long.Check(); err == nil {
		t.Error("an operator's name of 900 kB is taken")
	}
}

// A command that cannot be recorded is not carried out; when it can be, it is.
func TestNoDeedWithoutARecord(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMAUDIT", Aircraft: "SIMAAUDIT", Model: "M4D"}
	c, _ := w.controller(d)
	s := newScripted(t, w, d.SN)
	if err := c.Fly(t.Context(), testFlight(d.SN, "f", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, d.SN, "flying", func(e FlightEvent) bool { return e.State == Flying })
	if err := w.js.DeleteStream(t.Context(), "AUDIT"); err != nil {
		t.Fatal(err)
	}
	home := Command{Key: "h", Action: ReturnHomeTo, Operator: "Li", Reason: "thunder"}
	if r := w.command(t, d.SN, home); r.OK || !strings.Contains(r.Error, "cannot be recorded") {
		t.Errorf("%+v", r)
	}
	if n := s.times(cloudapi.MethodReturnHome); n != 0 {
		t.Errorf("the dock was asked %d times", n)
	}
	if err := journal.Declare(t.Context(), w.js, Streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	if r := w.command(t, d.SN, home); !r.OK {
		t.Errorf("with the audit back: %s", r.Error)
	}
	var entries []string
	if err := journal.Replay(t.Context(), w.js, "AUDIT", SubjectAudit+d.SN, journal.From{}, func(m journal.Msg) error {
		entries = append(entries, string(m.Data))
		return nil
	}); err != nil || len(entries) != 2 || !strings.Contains(entries[0], `"asked":true`) || strings.Contains(entries[1], `"asked"`) {
		t.Errorf("audit %v, %v", entries, err)
	}
	s.lands(cloudapi.JobStatusCanceled, 0, nil)
}

// What the broker has kept of a dock, said by whoever and whenever, does not make it a dock that is there.
func TestRetainedMessagesSayNothing(t *testing.T) {
	w := newWorld(t)
	d := Dock{SN: "SIMKEPT", Aircraft: "SIMAKEPT", Model: "M4D"}
	forger := newScripted(t, w, "FORGER")
	m := cloudapi.New("o", "b", "", time.Now(), &forger.props)
	m.Gateway = &d.SN
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	forger.cl.Publish(cloudapi.Topic(d.SN, cloudapi.KindOSD), 1, true, b).Wait()
	c, _ := w.controller(d, Dock{SN: "SIMOTHER", Model: "M4D"})
	s := newScripted(t, w, "SIMOTHER")
	s.eventually("the other dock is heard", func() bool {
		return slices.ContainsFunc(c.States(), func(x Status) bool { return x.SN == "SIMOTHER" && x.Online })
	})
	for _, st := range c.States() {
		if st.SN == d.SN && (st.Online || st.Life != gate.Offline) {
			t.Errorf("the dock that was never there is %s", st.Life)
		}
	}
}

// A dock that floods loses its own messages; taking them waits for nobody, and what it sends oddly uses up nobody else's room.
func TestAFloodCostsOnlyTheDockThatSendsIt(t *testing.T) {
	c := New(Options{Docks: []Dock{{SN: "FLOOD"}, {SN: "CALM"}}}, nil, nil)
	c.o.Log = quiet()
	topic := cloudapi.Topic("FLOOD", cloudapi.KindEvents)
	for range 3 * maxInbox { // nobody takes them in: a wait would hang here
		c.take(topic, []byte("{}"), time.Now())
	}
	flood, calm := c.docks["FLOOD"], c.docks["CALM"]
	if len(flood.inbox) != maxInbox || flood.flooded.Load() != 2*maxInbox {
		t.Errorf("%d wait, %d were dropped", len(flood.inbox), flood.flooded.Load())
	}
	c.take(cloudapi.Topic("CALM", cloudapi.KindEvents), []byte("{}"), time.Now())
	if len(calm.inbox) != 1 {
		t.Error("the other dock's message is lost")
	}
	for i := range 10 * maxOdd {
		c.notDocumented("FLOOD", cloudapi.KindEvents, &cloudapi.Message{Undocumented: []string{fmt.Sprint("field ", i)}})
	}
	c.notDocumented("CALM", cloudapi.KindEvents, &cloudapi.Message{Undocumented: []string{"new_field"}})
	if len(c.odd["FLOOD"]) != maxOdd || len(c.odd["CALM"]) != 1 {
		t.Errorf("%d and %d odd fields are remembered", len(c.odd["FLOOD"]), len(c.odd["CALM"]))
	}
}
