package dock

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

func TestDocks(t *testing.T) {
	w := newWorld(t)
	var docks []Dock
	dockOf := func(name string) Dock {
		return Dock{SN: "SIM" + strings.ToUpper(name), Aircraft: "SIMA" + name, Name: name, Model: "M4D", Lon: 121.5, Lat: 31.2}
	}
	cases := map[string]func(*testing.T, *Controller, *scripted){
		"flies":     func(t *testing.T, c *Controller, s *scripted) { fliesAndIsAnswered(t, w, c, s) },
		"wind":      func(t *testing.T, c *Controller, s *scripted) { waitsForTheWind(t, w, c, s) },
		"missed":    func(t *testing.T, c *Controller, s *scripted) { missesItsWindow(t, w, c, s) },
		"lostreply": func(t *testing.T, c *Controller, s *scripted) { losesAReply(t, w, c, s) },
		"stopped":   func(t *testing.T, c *Controller, s *scripted) { staysOnTheGround(t, w, c, s) },
		"hands":     func(t *testing.T, c *Controller, s *scripted) { isFlownByHand(t, w, c, s) },
		"broken":    func(t *testing.T, c *Controller, s *scripted) { goesOnFromItsBreakPoint(t, w, c, s) },
		"gust":      func(t *testing.T, c *Controller, s *scripted) { comesHomeInAGust(t, w, c, s) },
		"slow":      func(t *testing.T, c *Controller, s *scripted) { comesHomePastASlowCommand(t, w, c, s) },
	}
	for name := range cases {
		docks = append(docks, dockOf(name))
	}
	c, _ := w.controller(docks...)
	t.Run("all", func(t *testing.T) {
		for name, test := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, c, newScripted(t, w, dockOf(name).SN))
			})
		}
	})
}

func fliesAndIsAnswered(t *testing.T, w *world, c *Controller, s *scripted) {
	s.eventually("the controller hears it", func() bool {
		return slices.ContainsFunc(c.States(), func(x Status) bool { return x.SN == s.sn && x.Online })
	})
	s.send(cloudapi.KindStatus, cloudapi.MethodUpdateTopo, "t", &cloudapi.Topo{Type: 3, SubDevices: []cloudapi.SubDevice{}})
	s.send(cloudapi.KindRequests, cloudapi.MethodConfig, "c", &cloudapi.ConfigRequest{})
	s.send(cloudapi.KindRequests, cloudapi.MethodAirportBindStatus, "b", &cloudapi.AirportBindStatusRequest{Devices: []cloudapi.DeviceSN{{SN: s.sn}, {SN: "OTHER"}}})
	s.send(cloudapi.KindRequests, cloudapi.MethodAirportOrganizationBind, "g", &cloudapi.AirportOrganizationBindRequest{BindDevices: []cloudapi.BindDevice{{SN: s.sn, OrganizationID: "harrier", DeviceBindingCode: "wrong"}}})
	for _, m := range []string{cloudapi.MethodUpdateTopo, cloudapi.MethodConfig, cloudapi.MethodAirportBindStatus, cloudapi.MethodAirportOrganizationBind} {
		s.eventually("the answer to "+m, func() bool { return s.answers[m] != nil })
	}
	s.set(func() {
		b := s.answers[cloudapi.MethodAirportBindStatus].Body.(*cloudapi.AirportBindStatusRequestReply).Output.BindStatus
		if len(b) != 2 || !b[0].IsDeviceBindOrganization || b[1].IsDeviceBindOrganization {
			t.Errorf("bind status %+v", b)
		}
		if e := s.answers[cloudapi.MethodAirportOrganizationBind].Body.(*cloudapi.AirportOrganizationBindRequestReply).Output.ErrInfos; len(e) != 1 {
			t.Errorf("a wrong binding code is taken: %+v", e)
		}
	})
	if err := c.Fly(t.Context(), testFlight(s.sn, "f1", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.Flight == "f1" && e.State == Flying })
	// its route lies under a name that only its dock was told
	var told string
	s.set(func() { told = s.bodies[cloudapi.MethodFlightTaskPrepare][0].(*cloudapi.FlightTaskPrepare).File.URL })
	for path, want := range map[string]int{told: http.StatusOK, "http://localhost/f1.kmz": http.StatusNotFound, "http://localhost/.kmz": http.StatusNotFound} {
		answer := httptest.NewRecorder()
		c.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != want || strings.Contains(told, "f1") {
			t.Errorf("%s: %d, wanted %d", path, answer.Code, want)
		}
	}
	kv, err := w.js.KeyValue(t.Context(), bucketFleet)
	if err != nil {
		t.Fatal(err)
	}
	s.eventually("the state of the fleet", func() bool {
		e, err := kv.Get(context.Background(), s.sn)
		return err == nil && strings.Contains(string(e.Value()), `"flight":"f1"`) && strings.Contains(string(e.Value()), `"life":"preparing"`)
	})
	s.lands(cloudapi.JobStatusOK, 0, nil)
	s.lands(cloudapi.JobStatusOK, 0, nil) // messages come twice
	w.until(t, s.sn, "done", func(e FlightEvent) bool { return e.Flight == "f1" && e.State == Done })
	ends := 0
	for _, e := range w.events(s.sn) {
		if e.State.Ended() {
			ends++
		}
	}
	if ends != 1 || s.times(cloudapi.MethodFlightTaskExecute) != 1 {
		t.Errorf("%d ends, %d executes", ends, s.times(cloudapi.MethodFlightTaskExecute))
	}
}

func waitsForTheWind(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.props.WindSpeed = new(13.2) })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f2", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "waiting for the wind", func(e FlightEvent) bool { return e.State == Waiting && e.Reason == "wind: 13.2 m/s (at most 12 m/s)" })
	if n := s.times(cloudapi.MethodFlightTaskPrepare); n != 0 {
		t.Errorf("prepared %d times in the wind", n)
	}
	s.set(func() { s.props.WindSpeed = new(4.0) })
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.lands(cloudapi.JobStatusOK, 0, nil)
}

func missesItsWindow(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.props.Rainfall = new(cloudapi.RainfallHeavy) })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f3", 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	e := w.until(t, s.sn, "the end", func(e FlightEvent) bool { return e.State == Failed })
	if !e.NotStarted || !strings.Contains(e.Reason, "heavy rain (at most light rain)") {
		t.Errorf("%+v", e)
	}
	if n := s.times(cloudapi.MethodFlightTaskExecute); n != 0 {
		t.Errorf("executed %d times", n)
	}
}

func losesAReply(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.mute[cloudapi.MethodFlightTaskExecute] = true })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f4", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, s.sn, "done", func(e FlightEvent) bool { return e.State == Done })
	if n := s.times(cloudapi.MethodFlightTaskExecute); n != 1 {
		t.Errorf("executed %d times", n)
	}
}

func staysOnTheGround(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.codes[cloudapi.MethodFlightTaskPrepare] = 316026 })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f5", time.Minute)); err != nil {
		t.Fatal(err)
	}
	e := w.until(t, s.sn, "the end", func(e FlightEvent) bool { return e.State == Failed })
	if !e.NotStarted || !strings.Contains(e.Reason, "316026") || !strings.Contains(e.Reason, "emergency stop") {
		t.Errorf("%+v", e)
	}
	s.set(func() { s.codes[cloudapi.MethodFlightTaskPrepare] = 0 })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f5b", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "the hold", func(e FlightEvent) bool {
		return e.Flight == "f5b" && e.State == Waiting && strings.Contains(e.Reason, "hold: harrier")
	})
	if r := w.command(t, s.sn, Command{Key: "k", Action: ReleaseDock, Operator: "Li"}); !r.OK {
		t.Fatal(r.Error)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.Flight == "f5b" && e.State == Flying })
	s.lands(cloudapi.JobStatusOK, 0, nil)
}

func isFlownByHand(t *testing.T, w *world, c *Controller, s *scripted) {
	if r := w.command(t, s.sn, Command{Key: "early", Action: Pause, Operator: "Li"}); r.OK || !strings.Contains(r.Error, "no flight on") {
		t.Errorf("%+v", r)
	}
	if err := c.Fly(t.Context(), testFlight(s.sn, "f6", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	for range 3 {
		if r := w.command(t, s.sn, Command{Key: "p1", Action: Pause, Operator: "Li"}); !r.OK {
			t.Errorf("pause: %s", r.Error)
		}
	}
	if n := s.times(cloudapi.MethodFlightTaskPause); n != 1 {
		t.Errorf("paused %d times", n)
	}
	if r := w.command(t, s.sn, Command{Key: "q1", Action: Resume, Operator: "Wang"}); r.OK || !strings.Contains(r.Error, "Li has the aircraft") {
		t.Errorf("%+v", r)
	}
	for _, cmd := range []Command{{Key: "q2", Action: TakeOver, Operator: "Wang"}, {Key: "q3", Action: Resume, Operator: "Wang"}, {Key: "q4", Action: LookAt, Operator: "Wang", Lon: 121.5, Lat: 31.2, HeightM: 10}, {Key: "q5", Action: TakePhoto, Operator: "Wang"}} {
		if r := w.command(t, s.sn, cmd); !r.OK {
			t.Errorf("%s: %s", cmd.Action, r.Error)
		}
	}
	for _, bad := range []Command{{Key: "x", Action: "loop", Operator: "Li"}, {Action: Pause, Operator: "Li"}, {Key: "y", Action: Pause}, {Key: "z", Action: LookAt, Operator: "Wang"}} {
		if r := w.command(t, s.sn, bad); r.OK {
			t.Errorf("%+v is taken", bad)
		}
	}
	if r := w.command(t, s.sn, Command{Key: "h", Action: ReturnHomeTo, Operator: "Li", Reason: "thunder"}); !r.OK {
		t.Error(r.Error)
	}
	w.until(t, s.sn, "returning", func(e FlightEvent) bool { return e.State == Returning && e.Reason == "Li: thunder" })
	s.lands(cloudapi.JobStatusCanceled, 0, nil)
	e := w.until(t, s.sn, "cancelled", func(e FlightEvent) bool { return e.State == Cancelled })
	if e.Reason != "Li: thunder" {
		t.Errorf("reason %q", e.Reason)
	}
	info, err := w.js.Stream(t.Context(), "AUDIT")
	if err != nil {
		t.Fatal(err)
	}
	m, err := info.GetLastMsgForSubject(t.Context(), SubjectAudit+s.sn)
	if err != nil || !strings.Contains(string(m.Data), "thunder") {
		t.Errorf("the log ends with %s, %v", m.Data, err)
	}
}

func goesOnFromItsBreakPoint(t *testing.T, w *world, c *Controller, s *scripted) {
	if err := c.Fly(t.Context(), testFlight(s.sn, "f7", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.lands(cloudapi.JobStatusPartiallyDone, 0, &cloudapi.BreakPointReport{Index: 1, Progress: 0.25, WaylineID: 0})
	e := w.until(t, s.sn, "continued", func(e FlightEvent) bool { return e.State == Continued })
	if e.ContinuedAs != "f7-part2" {
		t.Errorf("%+v", e)
	}
	w.until(t, s.sn, "the second part", func(e FlightEvent) bool { return e.Flight == "f7-part2" && e.State == Flying && e.Continues == "f7" })
	s.set(func() {
		p := s.bodies[cloudapi.MethodFlightTaskPrepare][1].(*cloudapi.FlightTaskPrepare)
		if p.BreakPoint == nil || p.BreakPoint.Index != 1 || p.BreakPoint.Progress != 0.25 {
			t.Errorf("break point %+v", p.BreakPoint)
		}
	})
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, s.sn, "done", func(e FlightEvent) bool { return e.Flight == "f7-part2" && e.State == Done })
}

// An operator who brings an aircraft home does not wait for a command that the dock does not answer.
func comesHomePastASlowCommand(t *testing.T, w *world, c *Controller, s *scripted) {
	s.set(func() { s.props.WindSpeed = new(13.0) })
	if err := c.Fly(t.Context(), testFlight(s.sn, "f9", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "waiting", func(e FlightEvent) bool { return strings.HasPrefix(e.Reason, "wind") })
	if r := w.command(t, s.sn, Command{Key: "w", Action: ReturnHomeTo, Operator: "Li"}); r.OK || !strings.Contains(r.Error, "no flight on") {
		t.Errorf("a flight that waits is brought home: %+v", r)
	}
	if s.times(cloudapi.MethodReturnHome) != 0 {
		t.Error("a dock at rest was told to bring its aircraft home")
	}
	// Harrier's answers go to inboxes only: its rights are not lent to whoever names a subject
	elsewhere, err := w.nc.SubscribeSync("leads.confirmed.forged")
	if err != nil {
		t.Fatal(err)
	}
	forged, _ := json.Marshal(Command{Key: "forged", Action: ReturnHomeTo, Operator: "Li", Reason: "test"})
	if err := w.nc.PublishRequest(SubjectCommands+s.sn, "leads.confirmed.forged", forged); err != nil {
		t.Fatal(err)
	}
	s.set(func() { s.props.WindSpeed, s.mute[cloudapi.MethodFlightTaskPause] = new(3.0), true })
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	if m, err := elsewhere.NextMsg(time.Millisecond); err == nil {
		t.Errorf("an answer on a subject that is no inbox: %s", m.Data)
	}
	b, _ := json.Marshal(Command{Key: "slow", Action: Pause, Operator: "Li", Reason: "test"})
	if err := w.nc.Publish(SubjectCommands+s.sn, b); err != nil {
		t.Fatal(err)
	}
	s.eventually("the pause", func() bool { return slices.Contains(s.asked, cloudapi.MethodFlightTaskPause) })
	began := time.Now()
	if r := w.command(t, s.sn, Command{Key: "h", Action: ReturnHomeTo, Operator: "Wang"}); !r.OK || time.Since(began) > replyWait/2 {
		t.Errorf("%+v after %s", r, time.Since(began))
	}
	s.lands(cloudapi.JobStatusCanceled, 0, nil)
}

func comesHomeInAGust(t *testing.T, w *world, c *Controller, s *scripted) {
	if err := c.Fly(t.Context(), testFlight(s.sn, "f8", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, s.sn, "flying", func(e FlightEvent) bool { return e.State == Flying })
	s.set(func() { s.props.WindSpeed = new(14.0) })
	e := w.until(t, s.sn, "returning", func(e FlightEvent) bool { return e.State == Returning })
	if e.Reason != "harrier: wind: 14.0 m/s (at most 12 m/s)" || s.times(cloudapi.MethodReturnHome) != 1 {
		t.Errorf("%q, %d times", e.Reason, s.times(cloudapi.MethodReturnHome))
	}
	s.lands(cloudapi.JobStatusCanceled, 0, &cloudapi.BreakPointReport{Index: 0, Progress: 0.5})
	w.until(t, s.sn, "continued", func(e FlightEvent) bool {
		return e.Flight == "f8" && e.State == Continued && e.ContinuedAs == "f8-part2"
	})
	w.until(t, s.sn, "waiting for the wind", func(e FlightEvent) bool {
		return e.Flight == "f8-part2" && e.State == Waiting && strings.HasPrefix(e.Reason, "wind")
	})
	s.set(func() { s.props.WindSpeed = new(3.0) })
	w.until(t, s.sn, "what is left of it", func(e FlightEvent) bool { return e.Flight == "f8-part2" && e.State == Flying })
}
