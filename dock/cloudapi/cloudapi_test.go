package cloudapi

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

func TestPublishedExamplesDecode(t *testing.T) {
	f, err := os.Open("../../../shared/dji/examples.jsonl")
	if err != nil {
		t.Skip("no ../shared/dji here: DJI's example messages are not tested")
	}
	defer f.Close()
	into := map[string]func() any{
		UpdateTopo: func() any { return &Topo{} }, FlightTaskPrepare: func() any { return &Prepare{} }, FlightTaskExecute: func() any { return &Execute{} },
		FlightTaskProgress: func() any { return &Progress{} }, LiveStartPush: func() any { return &LiveStart{} }, LiveStopPush: func() any { return &LiveStop{} },
		DRCModeEnter: func() any { return &DRCEnter{} }, OSDInfoPush: func() any { return &OSDInfo{} }, DelayInfoPush: func() any { return &DelayInfo{} },
	}
	seen := map[string]int{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var row struct {
			Topic, Method string
			Message       json.RawMessage
		}
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		mk := into[row.Method]
		if mk == nil || strings.HasSuffix(row.Topic, "_reply") {
			continue
		}
		e, err := Decode(row.Message)
		if err == nil {
			err = e.Unpack(mk())
		}
		if err != nil {
			t.Errorf("%s on %s: %v", row.Method, row.Topic, err)
		}
		seen[row.Method]++
	}
	for m := range into {
		if seen[m] == 0 {
			t.Errorf("no example of %s", m)
		}
	}
}

func TestAircraftOSDKeepsItsPayloads(t *testing.T) {
	a := AircraftOSD{Latitude: 31.2, Elevation: 70, Payloads: map[string]PayloadOSD{"99-0-0": {GimbalPitch: -90}}}
	b, err := Encode("t", "b", "", time.UnixMilli(5), a)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	var got AircraftOSD
	if err := e.Unpack(&got); err != nil || got.Payloads["99-0-0"].GimbalPitch != -90 || got.Elevation != 70 || e.Timestamp != 5 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestTopics(t *testing.T) {
	for topic, want := range map[string]string{OSD("A"): "A osd", DRCUp("B"): "B drc/up", Status("C"): "C status"} {
		sn, kind, ok := TopicOf(topic)
		if !ok || sn+" "+kind != want {
			t.Errorf("%s: %s %s", topic, sn, kind)
		}
	}
	if _, _, ok := TopicOf("elsewhere"); ok {
		t.Error("a foreign topic is taken")
	}
}

func TestMeanings(t *testing.T) {
	if m, ok := Meaning(312014); !ok || !strings.Contains(m, "firmware") {
		t.Errorf("312014: %q", m)
	}
	if _, ok := Meaning(513001); ok {
		t.Error("513001 is not published")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"tid":"1","timestamp":5,"method":"osd","data":{"99-0-0":{"gimbal_pitch":1}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			return
		}
		for _, v := range []any{&AircraftOSD{}, &DockOSD{}, &Progress{}, &OSDInfo{}, &DelayInfo{}, &Topo{}, &Result{}} {
			_ = e.Unpack(v)
		}
	})
}
