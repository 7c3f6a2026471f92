// Package demo runs simulated docks with Harrier beside them, and holds what it found against what is true.
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	_ "image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/score"
	"github.com/harrier-patrol/harrier/vision/watch"
)

// Cmd is the demo.
type Cmd struct {
	Docks      int           `default:"16" help:"Simulated docks."`
	Flying     int           `default:"2" help:"Docks that have flights."`
	Duration   time.Duration `help:"Stop by itself after this long; 0 runs until Ctrl-C."`
	Seed       uint64        `default:"7" help:"Seed of the town."`
	Headless   bool          `help:"No live table: a line for each lead."`
	Report     string        `help:"Write a report (JSON) at the end." type:"path"`
	Truth      string        `help:"Keep what only the simulator knows." type:"path"`
	PortOffset int           `help:"Added to every port."`
	Quality    int           `default:"3" help:"Live quality 1 to 4."`
	Play       string        `help:"Show the flights of a recording (docksim --record) one after the other, in place of rendering; ends with the last." type:"path"`
	NATS       string        `name:"nats" help:"External NATS server in place of the embedded one."`
	MQTT       string        `name:"mqtt" help:"External MQTT broker in place of the embedded one."`
	Keep       string        `help:"Keep the city and the data in this folder." type:"path"`
}

// Report is what --report writes.
type Report struct {
	Scenes    map[string]*score.Scene `json:"scenes"`
	PositionM score.Spread            `json:"position_error_m"`
	ByDockM   map[string]score.Spread `json:"position_error_by_dock_m"`
	Inside    float64                 `json:"inside_95"`       // share of the violations found that lie in their lead's 95 % ellipse
	EllipseM  score.Spread            `json:"ellipse_major_m"` // semi-major axes of those
	LatencyS  score.Spread            `json:"latency_s"`
	CaptureS  map[string]score.Spread `json:"capture_error_s"` // of the estimated capture times, by dock, as leads came
	Frames    map[string]int64        `json:"frames"`
	Tiles     int64                   `json:"tiles"`
	CPUs      map[string]float64      `json:"cpu_s"`
	PSS       map[string]float64      `json:"peak_pss_mib"`
	Flights   []dock.FlightEvent      `json:"flights"`
	Leads     int                     `json:"leads"`
	Seen3s    score.Recognition       `json:"seen_3s"` // of what was seen at 10 cm a pixel or finer for 3 s
	Seconds   float64                 `json:"seconds"`
}

// gotLead is a lead as it came, and when.
type gotLead struct {
	leads.Lead
	at time.Time
}

// demo is a run of simulated docks with Harrier beside them, each a process of its own.
type demo struct {
	c       *Cmd
	base    string // of the page
	mu      sync.Mutex
	leads   []gotLead
	tracks  []vision.Ended
	updated map[string]leads.Lead
	flights map[string]dock.FlightEvent
	asked   string // who asked for what, and which flight serves it
	order   []string
	peak    map[string]float64
	cpu     map[string]float64
	counts  map[string]int64
	numbers map[string]uint32 // of leads' frames, by what they are kept under
	began   time.Time
}

func (c *Cmd) Run(ctx context.Context) error {
	dir := c.Keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "harrier-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	conf := config.Default()
	if err := conf.Shift(c.PortOffset); err != nil {
		return err
	}
	truth := c.Truth
	if truth == "" {
		truth = filepath.Join(dir, "truth.jsonl")
	}
	mqtt := "tcp://" + conf.MQTT.Listen
	if c.MQTT != "" {
		mqtt = c.MQTT
	}
	city := filepath.Join(dir, "city")
	if err := os.RemoveAll(city); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "log.txt"))
	if err != nil {
		return err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	sim, yaml, err := c.startDocks(ctx, log, self, mqtt, city, truth)
	if err != nil {
		return err
	}
	defer sim.Stop()
	srv, err := child.Start(log, self, "serve", "--config", yaml, "--port-offset", strconv.Itoa(c.PortOffset))
	if err != nil {
		return err
	}
	defer srv.Stop()
	d := &demo{c: c, base: "http://localhost:" + strconv.Itoa(config.Port(conf.HTTP.Listen)), updated: map[string]leads.Lead{}, flights: map[string]dock.FlightEvent{}, peak: map[string]float64{}, cpu: map[string]float64{}, counts: map[string]int64{}, numbers: map[string]uint32{}, began: time.Now()}
	if err := child.WaitFor(ctx, 30*time.Second, srv, func() bool { return d.fetchCounts() == nil }); err != nil {
		return fmt.Errorf("harrier serve: %w\n%s", err, child.Tail(log.Name()))
	}
	running, err := config.Load(yaml)
	if err != nil {
		return err
	}
	if err := running.Shift(c.PortOffset); err != nil {
		return err
	}
	nc, err := running.DialNATS(config.NATSViewer)
	if err != nil {
		return err
	}
	defer nc.Close()
	if err := d.listen(nc); err != nil {
		return err
	}
	if c.Play == "" {
		if err := d.ask(ctx, running, filepath.Join(city, requestsFile)); err != nil {
			return err
		}
	}
	viewer, err := running.NATSAddress(config.NATSViewer)
	if err != nil {
		return err
	}
	fmt.Printf(`Harrier demo: %d simulated docks over Pudong, %d flying over a made-up town (seed %d). Flights begin in the air.
%s  page    %s
  leads   nats sub -s %s 'sim.leads.>'
  video   ffplay -rtsp_transport tcp rtsp://%s/live/SIMDOCK0001   (… SIMDOCK%04d)
  MQTT    %s
Ctrl-C stops everything.
`, c.Docks, c.Flying, c.Seed, d.asked, d.base, viewer, conf.Media.ListenRTSP, c.Flying, mqtt)

	if c.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Duration)
		defer cancel()
	}
	d.watch(ctx, sim, srv)
	return d.finish(sim, srv, log.Name(), truth)
}

// finish ends both processes, and holds what they found against what is true.
func (d *demo) finish(sim, srv *child.Child, log, truth string) error {
	if !sim.Running() || !srv.Running() {
		return fmt.Errorf("a part of the demo ended by itself:\n%s", child.Tail(log))
	}
	_ = d.fetchCounts()
	d.end()
	// the simulator first, so that its truth is whole; what is on its way may still arrive
	sim.Stop()
	if d.c.Report != "" {
		time.Sleep(500 * time.Millisecond)
		d.readNumbers() // while the pages still serve the frames
	}
	srv.Stop() // the watches tell what they tracked when they end
	r, err := d.report(truth)
	if err != nil {
		return err
	}
	d.summary(r)
	if d.c.Report == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(d.c.Report, append(b, '\n'), 0o644)
}

// startDocks starts the simulated docks, which write the city that they fly over, with a configuration for Harrier: yaml.
func (c *Cmd) startDocks(ctx context.Context, log *os.File, self, mqtt, city, truth string) (sim *child.Child, yaml string, err error) {
	args := []string{"docksim", "--airborne", "--docks", strconv.Itoa(c.Docks), "--flying", strconv.Itoa(c.Flying), "--seed", strconv.FormatUint(c.Seed, 10), "--mqtt", mqtt,
		"--city", city, "--truth", truth, "--quality", strconv.Itoa(c.Quality)}
	if c.Play != "" {
		var o docksim.Options
		if err := docksim.PlayOptions(c.Play, &o); err != nil {
			return nil, "", fmt.Errorf("--play: %w", err)
		}
		c.Docks, c.Flying, c.Seed = o.Docks, o.Flying, o.Seed
		args = append(args, "--play", c.Play)
	}
	if sim, err = child.Start(log, self, args...); err != nil {
		return nil, "", err
	}
	defer func() {
		if err != nil {
			sim.Stop()
		}
	}()
	yaml = filepath.Join(city, "harrier.yaml")
	if err := child.WaitFor(ctx, 30*time.Second, sim, func() bool { _, err := os.Stat(yaml); return err == nil }); err != nil {
		return sim, "", fmt.Errorf("simulated docks: %w\n%s", err, child.Tail(log.Name()))
	}
	if c.Play == "" {
		if err := c.plan(ctx, log, self, city, yaml); err != nil {
			return sim, "", err
		}
	}
	if c.MQTT != "" || c.NATS != "" {
		f, err := os.OpenFile(yaml, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return sim, "", err
		}
		fmt.Fprintf(f, "mqtt: {url: %q}\nnats: {url: %q}\n", c.MQTT, c.NATS)
		if err := f.Close(); err != nil {
			return sim, "", err
		}
	}
	return sim, yaml, nil
}

// listen collects leads and flight events.
func (d *demo) listen(nc *nats.Conn) error {
	if _, err := nc.Subscribe("sim.leads.>", func(m *nats.Msg) {
		at := time.Now()
		var e leads.Event[leads.Lead]
		if json.Unmarshal(m.Data, &e) != nil {
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if _, again := d.updated[e.Data.Lead]; !again {
			d.leads = append(d.leads, gotLead{e.Data, at})
			if d.c.Headless {
				fmt.Println(line(e.Data, at))
			}
		}
		d.updated[e.Data.Lead] = e.Data
	}); err != nil {
		return err
	}
	if _, err := nc.Subscribe(watch.SubjectTracks+">", func(m *nats.Msg) {
		var e vision.Ended
		if json.Unmarshal(m.Data, &e) != nil {
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if i := slices.IndexFunc(d.tracks, func(x vision.Ended) bool { return x.ID == e.ID }); i >= 0 {
			d.tracks[i] = e // told again by a worker that went on with the flight
			return
		}
		d.tracks = append(d.tracks, e)
	}); err != nil {
		return err
	}
	event := func(m *nats.Msg) {
		var ev dock.FlightEvent
		if json.Unmarshal(m.Data, &ev) != nil {
			return
		}
		d.flightEvent(ev)
	}
	for _, s := range []string{dock.SubjectFlights + ">", "harrier.progress.>"} {
		if _, err := nc.Subscribe(s, event); err != nil {
			return err
		}
	}
	return nc.Flush()
}

// flightEvent notes where a flight stands. Progress comes on a subject of its own and may be overtaken by the end: that stays.
func (d *demo) flightEvent(ev dock.FlightEvent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	was, known := d.flights[ev.Flight]
	if !known {
		d.order = append(d.order, ev.Flight)
	}
	if !was.State.Ended() || ev.State.Ended() {
		d.flights[ev.Flight] = ev
	}
}

// watch shows what goes on and measures, until ctx ends or a child does.
func (d *demo) watch(ctx context.Context, sim, srv *child.Child) {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	drawn := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-sim.Done:
			return
		case <-srv.Done:
			return
		case <-t.C:
		}
		if d.c.Play != "" && d.allEnded() {
			return
		}
		d.measure(map[string]int{"docksim": sim.PID(), "serve": srv.PID(), "demo": os.Getpid()})
		if !d.c.Headless {
			drawn = d.draw(drawn)
		}
	}
}

// allEnded says that every flight of a recording was flown, and what is seen of the last has arrived.
func (d *demo) allEnded() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, f := range d.flights {
		if f.State.Ended() && time.Since(f.At) > 6*time.Second {
			n++
		}
	}
	return n >= d.c.Flying
}

// measure reads what the system says of the processes.
func (d *demo) measure(pids map[string]int) {
	sum := 0.0
	for name, pid := range pids {
		if pss, err := child.PSSMiB(pid); err == nil {
			d.peak[name] = max(d.peak[name], pss)
			sum += pss
		}
		if s, err := child.CPUSeconds(pid); err == nil {
			d.cpu[name] = s
		}
	}
	d.peak["sum"] = max(d.peak["sum"], sum)
}

func (d *demo) fetchCounts() error {
	_, b, err := child.Get(d.base + "/api/counts")
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return json.Unmarshal(b, &d.counts)
}

// end gives the flights that are still on their end.
func (d *demo) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, f := range d.flights {
		if !f.State.Ended() {
			f.State, f.Reason = dock.Cancelled, "shutdown"
			d.flights[id] = f
		}
	}
}
