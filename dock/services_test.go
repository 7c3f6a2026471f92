package dock

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/missions"
)

func TestCallsAreHeldAgainstTheDocumentation(t *testing.T) {
	for _, c := range []struct {
		method, data, want string // "" where it is right
	}{
		{"cover_open", "", ""},
		{"cover_open", "{}", ""},
		{"cover_open", `{"now": true}`, "takes no data"},
		{"live_lens_change", `{"video_id": "a/99-0-0/normal-0", "video_type": "zoom"}`, ""},
		{"live_lens_change", `{"video_typ": "zoom"}`, "video_typ"},
		{"camera_focal_length_set", `{"payload_index": "99-0-0", "camera_type": "zoom", "zoom_factor": "far"}`, "zoom_factor"},
		{"make_coffee", "", "no service"},
		{"flighttask_execute", `{"flight_id": "f"}`, "not to be called"},
		{"return_home", "", "not to be called"},
		{"live_lens_change", `[1]`, "live_lens_change"},
		{"live_lens_change", `{`, ""},
	} {
		_, err := checkService(c.method, json.RawMessage(c.data))
		if c.data == "{" && err == nil || c.data != "{" && (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %q", c.method, c.data, err, c.want)
		}
	}
	if needs(cloudapi.MethodCoverOpen) != atRest || needs(cloudapi.MethodCameraFrameZoom) != inTheAir || needs(cloudapi.MethodLiveSetQuality) != anytime || needs(cloudapi.MethodDRCModeEnter) != ours {
		t.Error("what services need")
	}
}

func TestOperatorsCallServicesAndSetProperties(t *testing.T) {
	w := newWorld(t)
	c, _ := w.controller(Dock{SN: "D1", Model: "M4D"})
	s := newScripted(t, w, "D1")
	jobs, err := w.nc.SubscribeSync(SubjectJobs + "D1")
	if err != nil {
		t.Fatal(err)
	}
	do := func(key, action, method, data, operator string) Reply {
		cmd := Command{Key: key, Action: action, Operator: operator, Method: method}
		if data != "" {
			cmd.Data = json.RawMessage(data)
		}
		return w.command(t, "D1", cmd)
	}
	s.eventually("the dock is known", func() bool { return len(c.States()) == 1 && c.States()[0].Online })
	if r := do("1", CallService, "cover_open", "", "Li"); !r.OK || !strings.Contains(string(r.Data), `"result":0`) {
		t.Errorf("%+v", r)
	}
	if r := do("1", CallService, "cover_open", "", "Li"); !r.OK || s.times("cover_open") != 1 {
		t.Errorf("%+v; it was asked %d times", r, s.times("cover_open"))
	}
	s.send(cloudapi.KindEvents, "cover_open", "j", &cloudapi.Job{Output: cloudapi.JobOutput{Status: cloudapi.JobStatusInProgress}})
	if m, err := jobs.NextMsg(5 * time.Second); err != nil || !strings.Contains(string(m.Data), `"status":"in_progress"`) {
		t.Errorf("job: %v %v", m, err)
	}
	s.set(func() { s.codes["drone_open"] = 514148 })
	if r := do("2", CallService, "drone_open", "", "Li"); r.OK || !strings.Contains(r.Error, "514148") {
		t.Errorf("%+v", r)
	}
	if r := do("3", CallService, "camera_frame_zoom", `{"payload_index":"99-0-0","camera_type":"zoom","locked":false,"x":0,"y":0,"width":0.2,"height":0.2}`, "Li"); r.OK || !strings.Contains(r.Error, "no flight on") {
		t.Errorf("%+v", r)
	}
	s.set(func() { s.refuses = map[string]int{"height_limit": 1} })
	if r := do("4", SetProperty, "", `{"night_lights_state": 1}`, "Li"); !r.OK {
		t.Errorf("%+v", r)
	}
	if r := do("5", SetProperty, "", `{"night_lights_state": 1, "height_limit": 500}`, "Li"); r.OK || !strings.Contains(r.Error, "height_limit (1)") {
		t.Errorf("%+v", r)
	}
	if r := do("6", SetProperty, "", `{"colour": "red"}`, "Li"); r.OK || !strings.Contains(r.Error, "colour") {
		t.Errorf("%+v", r)
	}
	if err := c.Fly(t.Context(), testFlight("D1", "f1", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.until(t, "D1", "flying", func(e FlightEvent) bool { return e.Flight == "f1" && e.State == Flying })
	if r := do("7", CallService, "drone_close", "", "Li"); r.OK || !strings.Contains(r.Error, "at rest") {
		t.Errorf("%+v", r)
	}
	zoom := `{"payload_index":"99-0-0","camera_type":"zoom","zoom_factor":5}`
	if r := do("8", CallService, "camera_focal_length_set", zoom, "Li"); !r.OK || s.times(cloudapi.MethodPayloadAuthorityGrab) != 1 {
		t.Errorf("%+v", r)
	}
	if r := do("9", CallService, "camera_focal_length_set", zoom, "Wang"); r.OK || !strings.Contains(r.Error, "Li has the aircraft") {
		t.Errorf("%+v", r)
	}
	if r := do("10", CallService, "fly_to_point", `{"fly_to_id":"x","max_speed":5,"points":[{"latitude":31.2,"longitude":121.5,"height":100}]}`, "Li"); !r.OK || s.times(cloudapi.MethodFlightAuthorityGrab) != 1 {
		t.Errorf("%+v", r)
	}
	// the aircraft breaks off its way home
	s.send(cloudapi.KindEvents, cloudapi.MethodDeviceExitHomingNotify, "h", &cloudapi.DeviceExitHomingNotify{SN: "D1", Action: cloudapi.ExitHomingActionEnterReturnHomeExitState, Reason: cloudapi.Loose("3")})
	w.until(t, "D1", "the way home is broken off", func(e FlightEvent) bool { return strings.Contains(e.Reason, "broke off its way home (reason 3)") })
}

// An operator's flight goes before the calendar's; one is taken off the list; one takes off to a point and ends when its aircraft is back.
func TestFlightsByHand(t *testing.T) {
	w := newWorld(t)
	c, _ := w.controller(Dock{SN: "D1", Model: "M4D", Lon: 121.5, Lat: 31.2})
	s := newScripted(t, w, "D1")
	s.set(func() { s.props.WindSpeed, s.props.Height = new(14.0), new(30.0) })
	for _, id := range []string{"f1", "f2"} {
		if err := c.Fly(t.Context(), testFlight("D1", id, time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	w.until(t, "D1", "waiting for the wind", func(e FlightEvent) bool { return e.Flight == "f1" && strings.HasPrefix(e.Reason, "wind") })
	route := testFlight("", "", 0).Route
	hand := func(cmd Command) string {
		t.Helper()
		cmd.Action, cmd.Operator = StartFlight, "Li"
		r := w.command(t, "D1", cmd)
		var d struct{ Flight string }
		if err := json.Unmarshal(r.Data, &d); !r.OK || err != nil {
			t.Fatalf("%+v %v", r, err)
		}
		return d.Flight
	}
	mine := hand(Command{Key: "a", Route: &route, Scenes: []string{"street-stall"}})
	if again := hand(Command{Key: "a", Route: &route}); again != mine {
		t.Errorf("sent again it made flight %s beside %s", again, mine)
	}
	if r := w.command(t, "D1", Command{Key: "b", Action: StartFlight, Operator: "Li", Route: &missions.Route{}}); r.OK || !strings.Contains(r.Error, "two waypoints") {
		t.Errorf("%+v", r)
	}
	if r := w.command(t, "D1", Command{Key: "c", Action: StrikeFlight, Operator: "Li", Reason: "road closed", Flight: "f1"}); !r.OK {
		t.Errorf("%+v", r)
	}
	if r := w.command(t, "D1", Command{Key: "d", Action: StrikeFlight, Operator: "Li", Flight: "f1"}); r.OK || !strings.Contains(r.Error, "not on the list") {
		t.Errorf("%+v", r)
	}
	s.set(func() { s.props.WindSpeed = new(3.0) })
	w.until(t, "D1", "the operator's flight", func(e FlightEvent) bool { return e.Flight == mine && e.State == Flying })
	if r := w.command(t, "D1", Command{Key: "e", Action: StrikeFlight, Operator: "Li", Flight: mine}); r.OK || !strings.Contains(r.Error, "under way") {
		t.Errorf("%+v", r)
	}
	point := hand(Command{Key: "f", Lon: 121.505, Lat: 31.203, HeightM: 90})
	s.lands(cloudapi.JobStatusOK, 0, nil)
	w.until(t, "D1", "the point's flight", func(e FlightEvent) bool { return e.Flight == point && e.State == Flying })
	var x *cloudapi.TakeoffToPoint
	s.set(func() { x = s.bodies[cloudapi.MethodTakeoffToPoint][0].(*cloudapi.TakeoffToPoint) })
	if x.TargetHeight != 120 || x.TargetLongitude != 121.505 || x.FlightID != point {
		t.Errorf("%+v", x)
	}
	s.set(func() {
		s.props.ModeCode, s.props.DroneInDock = new(cloudapi.DockModeWorking), new(cloudapi.DroneInDockOutside)
	})
	time.Sleep(2 * time.Second)
	s.set(func() {
		s.props.ModeCode, s.props.DroneInDock = new(cloudapi.DockModeIdle), new(cloudapi.DroneInDockInside)
	})
	w.until(t, "D1", "its end", func(e FlightEvent) bool { return e.Flight == point && e.State == Done })
	w.until(t, "D1", "the calendar's flight", func(e FlightEvent) bool { return e.Flight == "f2" && e.State == Flying })
	ends := map[string][]State{}
	for _, e := range w.events("D1") {
		if e.State.Ended() {
			ends[e.Flight] = append(ends[e.Flight], e.State)
		}
	}
	if len(ends["f1"]) != 1 || ends["f1"][0] != Cancelled || len(ends[mine]) != 1 || len(ends[point]) != 1 {
		t.Errorf("ends: %v", ends)
	}
}

// A flight with conditions starts when the dock says that they are met.
func TestADockWaitsForConditions(t *testing.T) {
	w := newWorld(t)
	c, _ := w.controller(Dock{SN: "D1", Model: "M4D"})
	s := newScripted(t, w, "D1")
	f := testFlight("D1", "f1", time.Minute)
	f.Conditions = &missions.Conditions{Battery: 90, StorageMB: 500}
	f.Route.Unlinked = missions.UnlinkedLands
	if err := c.Fly(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	s.eventually("prepare", func() bool { return slices.Contains(s.asked, cloudapi.MethodFlightTaskPrepare) })
	time.Sleep(2 * time.Second)
	var p *cloudapi.FlightTaskPrepare
	s.set(func() { p = s.bodies[cloudapi.MethodFlightTaskPrepare][0].(*cloudapi.FlightTaskPrepare) })
	if s.times(cloudapi.MethodFlightTaskExecute) != 0 || p.TaskType != cloudapi.TaskTypeConditional || p.ReadyConditions.BatteryCapacity != 90 || p.ExecutableConditions.StorageCapacity != 500 || p.ReadyConditions.EndTime != f.Until.UnixMilli() {
		t.Errorf("%+v, %d executes", p, s.times(cloudapi.MethodFlightTaskExecute))
	}
	if p.ExitWaylineWhenRCLost != cloudapi.ExitWaylineWhenRCLostExit || p.OutOfControlAction != cloudapi.OutOfControlActionLand {
		t.Errorf("without a link it is to land, and the dock is told %d, %d", p.ExitWaylineWhenRCLost, p.OutOfControlAction)
	}
	s.send(cloudapi.KindEvents, cloudapi.MethodFlightTaskReady, "r", &cloudapi.FlightTaskReady{FlightIds: []string{"other", "f1"}})
	w.until(t, "D1", "flying", func(e FlightEvent) bool { return e.State == Flying })
}

// Docks are told once of the flight areas, fetch them, and say what became of it.
func TestFlightAreasComeToTheDock(t *testing.T) {
	w := newWorld(t)
	file, err := NewAreaFile([]Area{{"n1", NoFlyArea, orb.Polygon{{{121.5, 31.2}, {121.51, 31.2}, {121.51, 31.21}, {121.5, 31.2}}}}, {"t1", TaskArea, orb.Polygon{{{121.4, 31.1}, {121.6, 31.1}, {121.6, 31.3}, {121.4, 31.1}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewAreaFile([]Area{{ID: "x", Kind: NoFlyArea}}); err == nil {
		t.Error("an area without outline is taken")
	}
	c, _ := w.controllerWith(func(o *Options) { o.Areas = file }, Dock{SN: "D1", Model: "M4D"})
	srv := httptest.NewServer(c)
	defer srv.Close()
	s := newScripted(t, w, "D1")
	s.eventually("flight_areas_update", func() bool { return slices.Contains(s.asked, cloudapi.MethodFlightAreasUpdate) })
	s.send(cloudapi.KindRequests, cloudapi.MethodFlightAreasGet, "q", nil)
	s.eventually("the files", func() bool { return s.answers[cloudapi.MethodFlightAreasGet] != nil })
	got := s.answers[cloudapi.MethodFlightAreasGet].Body.(*cloudapi.FlightAreasGetRequestReply).Output.Files
	if len(got) != 1 || got[0].Checksum != file.Checksum() || got[0].Size != len(file.Content) {
		t.Fatalf("%+v", got)
	}
	res, err := http.Get(srv.URL + "/" + got[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != nil || string(b) != string(file.Content) || !strings.Contains(string(b), `"geofence_type":"nfz"`) || !strings.Contains(string(b), `"geofence_type":"dfence"`) {
		t.Errorf("%s %v", b, err)
	}
	s.send(cloudapi.KindEvents, cloudapi.MethodFlightAreasSyncProgress, "e", &cloudapi.FlightAreasSyncProgress{Status: cloudapi.AreaSyncStatusFail, Reason: 12})
	s.eventually("the reason", func() bool { return c.States()[0].Areas == "fail: the checksum is wrong" })
	if n := s.times(cloudapi.MethodFlightAreasUpdate); n != 1 {
		t.Errorf("the dock was told %d times", n)
	}
}

// The DRC channel is kept open by heartbeats, asked for again when the dock loses it, and does without while it is silent.
func TestTheDRCChannelIsKept(t *testing.T) {
	w := newWorld(t)
	clock, err := pace.Faster(20, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c, _ := w.controllerWith(func(o *Options) { o.Clock = clock }, Dock{SN: "D1", Aircraft: "A1", Model: "M4D"})
	s := newScripted(t, w, "D1")
	beats := make(chan *cloudapi.HeartBeat, 100)
	s.cl.Subscribe(cloudapi.Topic("D1", cloudapi.KindDRCDown), 0, func(_ mqtt.Client, m mqtt.Message) {
		e, err := cloudapi.Decode(cloudapi.KindDRCDown, true, m.Payload())
		if b, is := e.Body.(*cloudapi.HeartBeat); err == nil && is {
			beats <- b
		}
	}).Wait()
	if err := c.Fly(t.Context(), testFlight("D1", "f1", time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.until(t, "D1", "flying with DRC", func(e FlightEvent) bool { return e.State == Flying && e.DRC })
	for want := 1; want <= 3; want++ {
		select {
		case b := <-beats:
			if *b.Seq != want || b.Timestamp == 0 {
				t.Errorf("heartbeat %d: %+v", want, b)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("no heartbeat")
		}
	}
	s.send(cloudapi.KindEvents, cloudapi.MethodDRCStatusNotify, "n", &cloudapi.DRCStatusNotify{})
	s.eventually("DRC is asked for again", func() bool {
		n := 0
		for _, m := range s.asked {
			if m == cloudapi.MethodDRCModeEnter {
				n++
			}
		}
		return n == 2
	})
	// no pose comes over DRC: those of OSD are taken
	poses, err := w.nc.SubscribeSync(SubjectPose + "D1")
	if err != nil {
		t.Fatal(err)
	}
	m := cloudapi.New("o", "o", "", time.Now(), &cloudapi.AircraftProperties{Latitude: new(31.2), Longitude: new(121.5), Elevation: new(80.0), Height: new(92.0)})
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	s.cl.Publish(cloudapi.Topic("A1", cloudapi.KindOSD), 0, false, b).Wait()
	if _, err := poses.NextMsg(5 * time.Second); err != nil {
		t.Errorf("no pose: %v", err)
	}
}
