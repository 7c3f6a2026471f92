package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/diary"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/embedded"
)

// benchDayCmd flies a day on simulated docks with a controller beside them, kills it now and then, and holds what the controller says
// against what the docks did.
type benchDayCmd struct {
	Docks     int           `default:"16" help:"Simulated docks."`
	Hours     float64       `default:"24" help:"Of the docks' time."`
	Every     time.Duration `default:"90m" help:"A flight of each dock so often."`
	TimeScale float64       `default:"60" help:"How many times as fast as the wall's clock the docks' time runs."`
	Faults    float64       `default:"0.1" help:"Share of flights on which something goes wrong."`
	Photos    bool          `default:"true" negatable:"" help:"Routes take photos, which docks upload."`
	Kills     int           `default:"0" help:"How often the controller is killed (SIGKILL) and started again, at random moments."`
	Seed      uint64        `default:"1" help:"Of faults, weather and kills."`
	MQTT      string        `name:"mqtt" help:"External broker, tcp://host:port; without one an embedded one is started."`
	Diary     string        `help:"File that receives the day's diary." type:"path"`
	Keep      string        `help:"Folder that keeps logs and the docks' logbook." type:"path"`
}

func (x *benchDayCmd) Run(ctx context.Context) error {
	r, err := x.fly(ctx)
	if err != nil {
		return err
	}
	if err := printReport(r); err != nil {
		return err
	}
	if n := r.Wrong(); n > 0 {
		return progress.SomeFailed{N: n, Of: r.Flights}
	}
	return nil
}

// margins of what the docks' own sensors say at the moment of take-off: the controller saw it up to a report and a preparation before.
const (
	windMarginMS  = 1.5
	batteryMargin = 3.0
)

func (x *benchDayCmd) fly(ctx context.Context) (r DayReport, err error) {
	w, err := newBenchWorld(x.Keep)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	broker := x.MQTT
	if broker == "" {
		addr := fmt.Sprintf("127.0.0.1:%d", w.brokerPort)
		b, err := embedded.StartBroker(embedded.BrokerOptions{Addr: addr})
		if err != nil {
			return r, err
		}
		defer b.Close()
		broker = "tcp://" + addr
	}
	dir, nc, js := w.dir, w.nc, w.js
	yamlPath := filepath.Join(dir, "harrier.yaml")
	if err := x.configure(yamlPath, broker, w.natsURL, w.httpPort, x.Every/2); err != nil {
		return r, err
	}
	from := time.Now()
	clock, err := pace.Faster(x.TimeScale, from)
	if err != nil {
		return r, err
	}
	when := []string{"--time-scale", strconv.FormatFloat(x.TimeScale, 'g', -1, 64), "--time-from", from.Format(time.RFC3339Nano)}
	faults := filepath.Join(dir, "faults.yaml")
	if err := os.WriteFile(faults, fmt.Appendf(nil, "chance: %g\n", x.Faults), 0o644); err != nil {
		return r, err
	}
	book := filepath.Join(dir, "logbook.jsonl")
	sim, err := w.start("docksim", append([]string{"docksim", "--docks", strconv.Itoa(x.Docks), "--seed", strconv.FormatUint(x.Seed, 10), "--no-video", "--mqtt", broker, "--faults", faults, "--logbook", book}, when...)...)
	if err != nil {
		return r, err
	}
	defer sim.Stop()
	controller := func() (*child.Child, error) {
		return w.start("controller", append([]string{"controller", "--config", yamlPath}, when...)...)
	}
	ctl, err := controller()
	if err != nil {
		return r, err
	}
	defer func() { ctl.Stop() }()
	end := from.Add(time.Duration(x.Hours * float64(time.Hour)))
	if ctl, err = x.live(ctx, w, clock, from, end, sim, ctl, controller, &r); err != nil {
		return r, err
	}
	if err := x.comeHome(ctx, nc, js); err != nil {
		return r, err
	}
	ctl.Stop()
	sim.Stop()
	evs, err := dock.ReadFlights(ctx, js)
	if err != nil {
		return r, err
	}
	if x.Diary != "" {
		text, err := diary.Of(ctx, js, time.Time{}, clock.Now().Add(time.Hour))
		if err == nil {
			err = os.WriteFile(x.Diary, []byte(text), 0o644)
		}
		if err != nil {
			return r, err
		}
	}
	media, err := dock.ReadMedia(ctx, js)
	if err != nil {
		return r, err
	}
	return r, x.count(&r, evs, media, book)
}

// live is the day from one time to another: controllers are killed and started again, and an operator releases docks. It returns the controller that runs then.
func (x *benchDayCmd) live(ctx context.Context, w *benchWorld, clock pace.Clock, from, end time.Time, sim, ctl *child.Child, controller func() (*child.Child, error), r *DayReport) (*child.Child, error) {
	rng := rand.New(rand.NewPCG(x.Seed, 99))
	var kills []time.Time
	for range x.Kills {
		kills = append(kills, from.Add(time.Duration((0.03+0.94*rng.Float64())*float64(end.Sub(from)))))
	}
	slices.SortFunc(kills, time.Time.Compare)
	operator := clock.NewTicker(5 * time.Minute)
	defer operator.Stop()
	over := clock.NewTimer(clock.Until(end))
	defer over.Stop()
	next := time.NewTimer(time.Hour)
	defer next.Stop()
	arm := func() {
		if len(kills) > 0 {
			next.Reset(time.Duration(float64(kills[0].Sub(clock.Now())) / x.TimeScale))
		}
	}
	arm()
	for on := true; on; {
		select {
		case <-ctx.Done():
			return ctl, ctx.Err()
		case <-sim.Done:
			return ctl, fmt.Errorf("the docks ended by themselves\n%s", child.Tail(filepath.Join(w.dir, "docksim.log")))
		case <-ctl.Done:
			return ctl, fmt.Errorf("the controller ended by itself\n%s", child.Tail(filepath.Join(w.dir, "controller.log")))
		case <-next.C:
			kills = kills[1:]
			r.Kills++
			if flying(w.js) > 0 {
				r.InFlight++
			}
			_ = ctl.Cmd.Process.Kill()
			<-ctl.Done
			var err error
			if ctl, err = controller(); err != nil {
				return ctl, err
			}
			arm()
		case <-operator.C:
			r.Releases += release(w.nc, w.js, clock)
		case <-over.C:
			on = false
		}
	}
	return ctl, nil
}

// comeHome is the end of the day.
func (x *benchDayCmd) comeHome(ctx context.Context, nc *nats.Conn, js jetstream.JetStream) error {
	// nothing more starts, and what is on comes home before the day is counted
	if b, err := json.Marshal(dock.Command{Key: "end of the day", Action: dock.GroundDock, Operator: "the bench's operator", Reason: "end of the day"}); err == nil {
		if _, err := nc.Request(dock.SubjectCommands+dock.All, b, 10*time.Second); err != nil {
			return fmt.Errorf("ground the fleet: %w", err)
		}
	}
	for wait := time.Now().Add(30 * time.Second); time.Now().Before(wait); time.Sleep(500 * time.Millisecond) {
		evs, err := dock.ReadFlights(ctx, js)
		if err != nil {
			return err
		}
		if underWay(evs) == 0 {
			break
		}
	}
	// and what was photographed is uploaded, or given up
	for wait := time.Now().Add(time.Duration(float64(40*time.Minute) / x.TimeScale)); time.Now().Before(wait) && awaited(ctx, js) > 0; time.Sleep(200 * time.Millisecond) {
	}
	return nil
}

// awaited is of how many flights media are still awaited.
func awaited(ctx context.Context, js jetstream.JetStream) (n int) {
	kv, err := js.KeyValue(ctx, "media")
	if err != nil {
		return 0
	}
	keys, err := kv.ListKeys(ctx)
	if err != nil {
		return 0
	}
	for k := range keys.Keys() {
		var m media.Account
		if e, err := kv.Get(ctx, k); err == nil && json.Unmarshal(e.Value(), &m) == nil && m.State == media.Awaited {
			n++
		}
	}
	return n
}

// configure writes a configuration: a patrol for every dock, so often, the first ones spread over some time.
func (x *benchDayCmd) configure(path, broker, natsURL string, http int, spread time.Duration) error {
	type wp struct {
		Lon, Lat    float64
		HeightM     float64 `yaml:"height_m"`
		SpeedMS     float64 `yaml:"speed_ms"`
		GimbalPitch float64 `yaml:"gimbal_pitch"`
		Photo       bool    `yaml:"photo"`
	}
	type row = map[string]any
	var docks, flights []row
	for i := range x.Docks {
		at := docksim.Site(i)
		docks = append(docks, row{"sn": docksim.SN(i), "aircraft": docksim.AircraftSN(i), "name": "Dock " + strconv.Itoa(i+1), "model": "M4D", "lon": at[0], "lat": at[1]})
		var route []wp
		for k := range 9 { // a lawn of 600 m, 4 legs
			e, n := float64(k%4/2*600), float64(k/2*60)
			route = append(route, wp{at[0] + (e-300)/95000, at[1] + (n+100)/111000, 80, 10, -90, x.Photos && k%4 == 3})
		}
		flights = append(flights, row{"dock": docksim.SN(i), "after": (time.Duration(i) * spread / time.Duration(x.Docks)).Round(time.Millisecond).String(), "every": x.Every.String(), "scenes": []string{"illegal-structure"}, "waypoints": route})
	}
	b, err := yaml.Marshal(row{"data": filepath.Join(filepath.Dir(path), "data"), "http": row{"listen": fmt.Sprintf("127.0.0.1:%d", http)}, "mqtt": row{"url": broker}, "nats": row{"url": natsURL}, "storage": row{"listen": "127.0.0.1:0"},
		"limits": row{"all": row{"any_light": true}}, "docks": docks, "flights": flights})
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}

// fleetStates are the docks' states as the controller last kept them.
func fleetStates(js jetstream.JetStream) (out []dock.Status) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	kv, err := js.KeyValue(ctx, "fleet")
	if err != nil {
		return nil
	}
	keys, err := kv.ListKeys(ctx)
	if err != nil {
		return nil
	}
	for k := range keys.Keys() {
		if e, err := kv.Get(ctx, k); err == nil {
			var s dock.Status
			if json.Unmarshal(e.Value(), &s) == nil {
				out = append(out, s)
			}
		}
	}
	return out
}

// underWay is how many flights have started and not ended, as their events tell: the fleet's states lag behind these, and a flight that
// started at the end of the day would be counted as lost.
func underWay(evs []dock.FlightEvent) (n int) {
	last := map[string]dock.State{}
	for _, ev := range evs {
		last[ev.Flight] = ev.State
	}
	for _, s := range last {
		if s != dock.Waiting && !s.Ended() {
			n++
		}
	}
	return n
}

// flying is how many docks have a flight on that has started.
func flying(js jetstream.JetStream) (n int) {
	for _, s := range fleetStates(js) {
		if s.Flight != "" && s.State != dock.Waiting {
			n++
		}
	}
	return n
}

// release is the operator: somebody has seen to a dock that was held for an hour.
func release(nc *nats.Conn, js jetstream.JetStream, clock pace.Clock) (n int) {
	for _, s := range fleetStates(js) {
		if len(s.Holds) == 0 || clock.Since(s.Holds[0].Since) < time.Hour {
			continue
		}
		b, _ := json.Marshal(dock.Command{Key: fmt.Sprintf("release %s %d", s.SN, s.Holds[0].Since.UnixNano()), Action: dock.ReleaseDock, Operator: "the bench's operator", Reason: "seen to on site"})
		if m, err := nc.Request(dock.SubjectCommands+s.SN, b, 5*time.Second); err == nil && strings.Contains(string(m.Data), `"ok":true`) {
			n++
		}
	}
	return n
}
