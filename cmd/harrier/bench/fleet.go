package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/gate"
)

// benchFleetCmd flies many docks at once, on a broker of its own process, and measures the controller alone.
type benchFleetCmd struct {
	Docks   int           `default:"1000" help:"Simulated docks, all flying."`
	DRC     int           `name:"drc" default:"100" help:"Of them, with poses at 5 Hz over DRC."`
	Measure time.Duration `default:"60s" help:"How long to measure, once all fly."`
	Keep    string        `help:"Folder that keeps logs." type:"path"`
}

// FleetReport is what a fleet bench came to.
type FleetReport struct {
	Docks         int     `json:"docks"`
	Flying        int     `json:"flying"`
	AllFlyingS    float64 `json:"all_flying_s"`     // from the first dock's start
	CPU           float64 `json:"controller_cores"` // cores that the controller alone took
	PeakMiB       float64 `json:"controller_peak_mib"`
	MessagesS     float64 `json:"messages_per_s"` // from docks
	PosesS        float64 `json:"poses_per_s"`    // onto NATS
	StateP50S     float64 `json:"state_p50_s"`    // from a dock's message to the fleet's key-value
	StateP99S     float64 `json:"state_p99_s"`
	States        int     `json:"states"`           // changes that were timed
	RestartS      float64 `json:"broker_restart_s"` // from the broker's end until all docks are back
	Back          int     `json:"back"`             // docks that came back
	Executes      int     `json:"executes"`         // flighttask_execute in all: each flight's once
	CommandsTwice int     `json:"commands_twice"`   // carried out twice
	CommandsLost  int     `json:"commands_lost"`    // of those sent over the restart: neither carried out nor refused
}

func (x *benchFleetCmd) Run(ctx context.Context) error {
	r, err := x.measure(ctx)
	if err != nil {
		return err
	}
	return printReport(r)
}

// takeOffOver is over how long the fleet takes off.
const takeOffOver = 60 * time.Second

func (x *benchFleetCmd) measure(ctx context.Context) (r FleetReport, err error) {
	r.Docks = x.Docks
	w, err := newBenchWorld(x.Keep)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	dir, nc, js := w.dir, w.nc, w.js
	broker, err := w.mosquitto()
	if err != nil {
		return r, fmt.Errorf("start mosquitto: %w; install it (apt-get install mosquitto)", err)
	}
	defer func() { broker.Stop() }()
	url := fmt.Sprintf("tcp://127.0.0.1:%d", w.brokerPort)
	day := benchDayCmd{Docks: x.Docks, Every: 10 * time.Hour}
	conf := filepath.Join(dir, "harrier.yaml")
	if err := day.configure(conf, url, w.natsURL, w.httpPort, takeOffOver); err != nil {
		return r, err
	}
	settings := filepath.Join(dir, "settings.yaml")
	every := max(1, x.Docks/max(1, x.DRC))
	if err := os.WriteFile(settings, fmt.Appendf(nil, "drc_every: %d\nno_drc_every: 0\ncalm: true\nlive_start_fails: 0\nclock_offset_s: 0\nmqtt_delay_s: [0, 0.05]\n", every), 0o644); err != nil {
		return r, err
	}
	book := filepath.Join(dir, "logbook.jsonl")
	began := time.Now()
	sim, err := w.start("docksim", "docksim", "--docks", strconv.Itoa(x.Docks), "--no-video", "--mqtt", url, "--settings", settings, "--logbook", book)
	if err != nil {
		return r, err
	}
	defer sim.Stop()
	ctl, err := w.start("controller", "controller", "--config", conf)
	if err != nil {
		return r, err
	}
	defer ctl.Stop()
	fmt.Fprintf(os.Stderr, "%d docks take off …\n", x.Docks)
	for end := time.Now().Add(8 * time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		if r.Flying = inFlight(js); r.Flying >= x.Docks {
			break
		}
	}
	r.AllFlyingS = time.Since(began).Seconds()
	if err := x.steady(ctx, ctl, nc, js, url, &r); err != nil {
		return r, err
	}
	if broker, err = x.restart(w, broker, nc, url, &r); err != nil {
		return r, err
	}
	return r, countOnce(book, &r)
}

// steady measures the controller while the fleet flies, and how late what changes of a dock is in the fleet's key-value.
func (x *benchFleetCmd) steady(ctx context.Context, ctl *child.Child, nc *nats.Conn, js jetstream.JetStream, url string, r *FleetReport) error {
	var poses atomic.Int64
	sub, err := nc.Subscribe(dock.SubjectPose+">", func(*nats.Msg) { poses.Add(1) })
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	// a dock of the bench's own says what it is, and the key-value is watched for it
	seen, err := watchStates(ctx, url, js, x.Docks)
	if err != nil {
		return err
	}
	before, err := child.CPUSeconds(ctl.PID())
	if err != nil {
		return err
	}
	posesBefore, at := poses.Load(), time.Now()
	for time.Since(at) < x.Measure {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
		if m, err := child.PSSMiB(ctl.PID()); err == nil {
			r.PeakMiB = max(r.PeakMiB, m)
		}
	}
	after, err := child.CPUSeconds(ctl.PID())
	if err != nil {
		return err
	}
	s := time.Since(at).Seconds()
	r.CPU, r.PosesS = (after-before)/s, float64(poses.Load()-posesBefore)/s
	late, messages := seen.stop()
	r.MessagesS, r.States = float64(messages)/seen.seconds, len(late)
	if len(late) > 0 {
		slices.Sort(late)
		r.StateP50S, r.StateP99S = late[len(late)/2], late[len(late)*99/100]
	}
	return nil
}

// restart takes the broker away and brings it back, while commands go out, and waits for the docks to be back; it returns the new one.
func (x *benchFleetCmd) restart(w *benchWorld, broker *child.Child, nc *nats.Conn, url string, r *FleetReport) (*child.Child, error) {
	var wg sync.WaitGroup
	lost := make(chan bool, 20)
	broker.Stop()
	gone := time.Now()
	for i := range 20 {
		wg.Go(func() {
			b, _ := json.Marshal(dock.Command{Key: "pause over the restart", Action: dock.Pause, Operator: "bench", Reason: "restart"})
			_, err := nc.Request(dock.SubjectCommands+docksim.SN(i), b, 30*time.Second)
			lost <- err != nil
		})
	}
	broker, err := w.mosquitto()
	if err != nil {
		return broker, err
	}
	var mu sync.Mutex
	back := map[string]bool{}
	cl := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(url).SetClientID("bench-back").SetConnectRetry(true).SetConnectRetryInterval(50 * time.Millisecond))
	cl.Connect().Wait()
	cl.Subscribe(cloudapi.Topic("+", cloudapi.KindOSD), 0, func(_ mqtt.Client, m mqtt.Message) {
		if sn, _, ok := cloudapi.TopicOf(m.Topic()); ok && len(sn) > 7 && sn[:7] == "SIMDOCK" {
			mu.Lock()
			back[sn] = true
			mu.Unlock()
		}
	}).Wait()
	for end := gone.Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		mu.Lock()
		r.Back = len(back)
		mu.Unlock()
		if r.Back >= x.Docks {
			break
		}
	}
	r.RestartS = time.Since(gone).Seconds()
	cl.Disconnect(100)
	wg.Wait()
	for range 20 {
		if <-lost {
			r.CommandsLost++
		}
	}
	return broker, nil
}

// countOnce counts in the docks' logbook what was to happen once.
func countOnce(book string, r *FleetReport) error {
	b, err := os.ReadFile(book)
	if err != nil {
		return err
	}
	paused := map[string]int{}
	for line := range bytes.Lines(b) {
		var e docksim.Entry
		if json.Unmarshal(line, &e) != nil {
			continue
		}
		switch e.What {
		case "execute":
			r.Executes++
		case cloudapi.MethodFlightTaskPause:
			if paused[e.Dock]++; paused[e.Dock] > 1 {
				r.CommandsTwice++
			}
		}
	}
	return nil
}

// inFlight is how many docks say that their aircraft flies.
func inFlight(js jetstream.JetStream) (n int) {
	for _, s := range fleetStates(js) {
		if s.Life == gate.InFlight {
			n++
		}
	}
	return n
}

// stateWatch times changes of docks' states: from the aircraft's message with another charge to the fleet's key-value with the same.
type stateWatch struct {
	cl      mqtt.Client
	kv      jetstream.KeyWatcher
	began   time.Time
	seconds float64
	done    chan struct{}

	mu       sync.Mutex
	said     map[string]charge // by dock
	late     []float64
	messages int
}

type charge struct {
	percent int
	at      time.Time
	timed   bool
}

func watchStates(ctx context.Context, url string, js jetstream.JetStream, docks int) (*stateWatch, error) {
	w := &stateWatch{began: time.Now(), said: map[string]charge{}, done: make(chan struct{})}
	of := map[string]string{}
	for i := range docks {
		of[docksim.AircraftSN(i)] = docksim.SN(i)
	}
	kv, err := js.KeyValue(ctx, "fleet")
	if err != nil {
		return nil, err
	}
	if w.kv, err = kv.WatchAll(ctx, jetstream.UpdatesOnly()); err != nil {
		return nil, err
	}
	w.cl = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(url).SetClientID("bench-watch"))
	if tok := w.cl.Connect(); tok.Wait() && tok.Error() != nil {
		return nil, tok.Error()
	}
	w.cl.Subscribe("thing/product/#", 0, func(_ mqtt.Client, m mqtt.Message) {
		now := time.Now()
		sn, k, _ := cloudapi.TopicOf(m.Topic())
		w.mu.Lock()
		defer w.mu.Unlock()
		w.messages++
		d, is := of[sn]
		if !is || k != cloudapi.KindOSD {
			return
		}
		e, err := cloudapi.Decode(k, false, m.Payload())
		if err != nil {
			return
		}
		if a, is := e.Body.(*cloudapi.AircraftProperties); is && a.Battery != nil && w.said[d].percent != a.Battery.CapacityPercent {
			_, known := w.said[d]
			w.said[d] = charge{a.Battery.CapacityPercent, now, !known} // the first is no change
		}
	}).Wait()
	go func() {
		defer close(w.done)
		for e := range w.kv.Updates() {
			if e == nil {
				continue
			}
			now := time.Now()
			var s dock.Status
			if json.Unmarshal(e.Value(), &s) != nil {
				continue
			}
			w.mu.Lock()
			if c := w.said[s.SN]; !c.timed && c.percent == s.Battery && !c.at.IsZero() {
				c.timed = true
				w.said[s.SN] = c
				w.late = append(w.late, now.Sub(c.at).Seconds())
			}
			w.mu.Unlock()
		}
	}()
	return w, nil
}

// stop ends the watch. A change that never came counts as late as it is by now.
func (w *stateWatch) stop() (late []float64, messages int) {
	w.cl.Disconnect(100)
	time.Sleep(500 * time.Millisecond)
	_ = w.kv.Stop()
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seconds = time.Since(w.began).Seconds()
	for _, c := range w.said {
		if !c.timed {
			w.late = append(w.late, time.Since(c.at).Seconds())
		}
	}
	return w.late, w.messages
}
