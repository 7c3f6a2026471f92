package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/gate"
)

// An operator's hand on a simulated dock: flight areas are taken over, a cover is opened by remote debugging, a property is set, and an
// aircraft takes off to a point, is sent to another, and comes home.
func TestAnOperatorsHandOnASimulatedDock(t *testing.T) {
	bin := whole(t)
	dir := t.TempDir()
	ports, err := child.FreePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	mqtt, natsURL := fmt.Sprintf("tcp://127.0.0.1:%d", ports[0]), fmt.Sprintf("nats://127.0.0.1:%d", ports[1])
	site := docksim.Site(0)
	type row = map[string]any
	fences := fmt.Sprintf(`{"type":"FeatureCollection","datum":"WGS-84","features":[{"type":"Feature","properties":{"kind":"no-fly","id":"n1","name":"school"},"geometry":{"type":"Polygon","coordinates":[[[%[1]f,%[2]f],[%[3]f,%[2]f],[%[3]f,%[4]f],[%[1]f,%[2]f]]]}}]}`,
		site[0]+0.1, site[1], site[0]+0.11, site[1]+0.01)
	conf := filepath.Join(dir, "harrier.yaml")
	b, err := yaml.Marshal(row{"http": row{"listen": fmt.Sprintf("127.0.0.1:%d", ports[2])}, "mqtt": row{"listen": strings.TrimPrefix(mqtt, "tcp://")}, "nats": row{"listen": strings.TrimPrefix(natsURL, "nats://")},
		"storage": row{"listen": "127.0.0.1:0"}, "city": row{"fences": "fences.geojson"}, "limits": row{"all": row{"any_light": true}},
		"docks": []row{{"sn": docksim.SN(0), "aircraft": docksim.AircraftSN(0), "model": "M4D", "lon": site[0], "lat": site[1]}}})
	if err != nil {
		t.Fatal(err)
	}
	calm := filepath.Join(dir, "calm.yaml")
	for path, content := range map[string][]byte{conf: b, filepath.Join(dir, "fences.geojson"): []byte(fences), calm: []byte("calm: true\n")} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	from := time.Now().Format(time.RFC3339Nano)
	book := filepath.Join(dir, "book.jsonl")
	start(t, bin, "controller", "--config", conf, "--time-scale", "15", "--time-from", from)
	start(t, bin, "docksim", "--docks", "1", "--no-video", "--mqtt", mqtt, "--settings", calm, "--logbook", book, "--time-scale", "15", "--time-from", from)
	nc := dial(t, conf, 0, config.NATSAdmin)
	key := 0
	do := func(c dock.Command) (r dock.Reply) {
		t.Helper()
		key++
		c.Key, c.Operator, c.Reason = fmt.Sprint("k", key), "Li", "test"
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		m, err := nc.Request(dock.SubjectCommands+docksim.SN(0), b, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	status := func() (s dock.Status) {
		js, err := nc.JetStream()
		if err != nil {
			return s
		}
		kv, err := js.KeyValue("fleet")
		if err != nil {
			return s
		}
		if e, err := kv.Get(docksim.SN(0)); err == nil {
			_ = json.Unmarshal(e.Value(), &s)
		}
		return s
	}
	until(t, 30*time.Second, "the flight areas are taken over", func() bool { return status().Areas == "synchronized" })
	if r := do(dock.Command{Action: dock.CallService, Method: "cover_open"}); r.OK || !strings.Contains(r.Error, "514153") {
		t.Errorf("a cover is opened without remote debugging: %+v", r)
	}
	jobs, err := nc.SubscribeSync(dock.SubjectJobs + docksim.SN(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"debug_mode_open", "cover_open"} {
		if r := do(dock.Command{Action: dock.CallService, Method: method}); !r.OK {
			t.Errorf("%s: %+v", method, r)
		}
	}
	until(t, 10*time.Second, "the cover is open", func() bool {
		m, err := jobs.NextMsg(time.Second)
		return err == nil && strings.Contains(string(m.Data), `"status":"ok"`)
	})
	until(t, 10*time.Second, "maintenance", func() bool { return status().Life == gate.Maintenance })
	if r := do(dock.Command{Action: dock.CallService, Method: "debug_mode_close"}); !r.OK {
		t.Errorf("%+v", r)
	}
	if r := do(dock.Command{Action: dock.SetProperty, Data: json.RawMessage(`{"night_lights_state": 1}`)}); !r.OK {
		t.Errorf("%+v", r)
	}
	if r := do(dock.Command{Action: dock.StartFlight, Lon: site[0] + 0.001, Lat: site[1] + 0.001, HeightM: 80, Scenes: []string{"street-stall"}}); !r.OK {
		t.Fatalf("%+v", r)
	}
	until(t, 30*time.Second, "it is at its point", func() bool { s := status(); return s.State == dock.Flying && s.Percent == 100 })
	if r := do(dock.Command{Action: dock.CallService, Method: "fly_to_point", Data: json.RawMessage(fmt.Sprintf(`{"fly_to_id":"p2","max_speed":10,"points":[{"latitude":%f,"longitude":%f,"height":90}]}`, site[1]+0.002, site[0]+0.001))}); !r.OK {
		t.Errorf("%+v", r)
	}
	time.Sleep(3 * time.Second)
	if r := do(dock.Command{Action: dock.ReturnHomeTo}); !r.OK {
		t.Errorf("%+v", r)
	}
	until(t, 40*time.Second, "it is home", func() bool {
		s := status()
		return s.Flight == "" && s.Life != gate.InFlight && s.Life != gate.GoingHome
	})
	text, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 flight areas taken over", "take-off", "landing"} {
		if n := strings.Count(string(text), want); n != 1 {
			t.Errorf("%q stands %d times in the docks' logbook:\n%s", want, n, text)
		}
	}
}
