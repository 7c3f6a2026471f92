package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/paulmach/orb"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/madeup"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// benchPlanCmd plans made-up requests, lets simulated docks fly the plan, and holds what their cameras would have seen against what was promised.
type benchPlanCmd struct {
	Docks     int     `default:"4" help:"Simulated docks."`
	Requests  int     `default:"60" help:"Made-up requests within 4 km of them."`
	Seed      uint64  `default:"1" help:"Of requests and weather."`
	TimeScale float64 `default:"60" help:"How many times as fast as the wall's clock the docks' time runs."`
	Keep      string  `help:"Folder that keeps plan and logs." type:"path"`
}

// PlanReport is what a flown plan came to.
type PlanReport struct {
	Requests       int      `json:"requests"`
	Flights        int      `json:"flights"`
	Done           int      `json:"done"`
	NotDone        []string `json:"not_done,omitempty"` // flights that did not fly to their end, and why
	PlannedMinutes float64  `json:"planned_minutes"`
	FlownMinutes   float64  `json:"flown_minutes"` // from take-off to landing, of those that were done
	AloneMinutes   float64  `json:"alone_minutes"` // with a flight for each request
	Promised       float64  `json:"promised_share"`
	Kept           float64  `json:"kept_share"`  // of what was promised, by ground
	Worst          float64  `json:"worst_share"` // of one request
}

func (x *benchPlanCmd) Run(ctx context.Context) error {
	r, err := x.fly(ctx)
	if err != nil {
		return err
	}
	return printReport(r)
}

// pictures that are looked at: live quality 3.
const planWidth, planHeight = 1280, 720

func (x *benchPlanCmd) fly(ctx context.Context) (r PlanReport, err error) {
	w, err := newBenchWorld(x.Keep)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	from := time.Now()
	day := missions.Day{Begin: from.Add(6 * time.Minute), End: from.Add(12 * time.Hour), WindMS: 4, Width: planWidth, Height: planHeight, Seed: x.Seed}
	requests, docks := x.ask()
	plan, err := missions.Make(ctx, requests, docks, day)
	if err != nil {
		return r, err
	}
	if r.AloneMinutes, err = missions.Alone(ctx, requests, docks, day); err != nil {
		return r, err
	}
	r.Requests, r.Flights, r.PlannedMinutes = len(requests), len(plan.Flights), plan.Minutes
	addr := fmt.Sprintf("127.0.0.1:%d", w.brokerPort)
	broker, err := embedded.StartBroker(embedded.BrokerOptions{Addr: addr})
	if err != nil {
		return r, err
	}
	defer broker.Close()
	config := filepath.Join(w.dir, "harrier.yaml")
	if err := x.configure(config, "tcp://"+addr, w, plan); err != nil {
		return r, err
	}
	seen := newSeen()
	sub, err := w.nc.Subscribe(dock.SubjectPose+"*", seen.take)
	if err != nil {
		return r, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	clock, err := pace.Faster(x.TimeScale, from)
	if err != nil {
		return r, err
	}
	when := []string{"--time-scale", strconv.FormatFloat(x.TimeScale, 'g', -1, 64), "--time-from", from.Format(time.RFC3339Nano)}
	sim, err := w.start("docksim", append([]string{"docksim", "--docks", strconv.Itoa(x.Docks), "--seed", strconv.FormatUint(x.Seed, 10), "--no-video", "--mqtt", "tcp://" + addr}, when...)...)
	if err != nil {
		return r, err
	}
	defer sim.Stop()
	ctl, err := w.start("controller", append([]string{"controller", "--config", config}, when...)...)
	if err != nil {
		return r, err
	}
	defer ctl.Stop()
	events, err := x.wait(ctx, w, clock, plan)
	if err != nil {
		return r, err
	}
	r.count(events)
	r.hold(plan, requests, seen)
	return r, nil
}

// ask makes up requests within 4 km of the docks.
func (x *benchPlanCmd) ask() (requests []missions.Request, docks []missions.Dock) {
	rng := rand.New(rand.NewPCG(x.Seed, 28))
	var hot []orb.Point
	for i := range x.Docks {
		at := orb.Point(docksim.Site(i))
		docks = append(docks, missions.Dock{SN: docksim.SN(i), Model: "M4D", At: at, Reserve: 25})
		f := geo.NewFrame(at, 0)
		for range 4 {
			a, d := rng.Float64()*2*math.Pi, 4000*math.Sqrt(rng.Float64())
			hot = append(hot, f.From(d*math.Cos(a), d*math.Sin(a)))
		}
	}
	anywhere := func(orb.Point) bool { return true }
	return madeup.Requests(rng, x.Requests, func() orb.Point { return hot[rng.IntN(len(hot))] }, anywhere), docks
}

// configure writes the plan, its KMZ files, and a harrier.yaml that flies it.
func (x *benchPlanCmd) configure(path, broker string, w *benchWorld, plan *missions.Plan) error {
	type row = map[string]any
	var docks []row
	for i := range x.Docks {
		at := docksim.Site(i)
		docks = append(docks, row{"sn": docksim.SN(i), "aircraft": docksim.AircraftSN(i), "model": "M4D", "lon": at[0], "lat": at[1]})
	}
	for i := range plan.Flights {
		f := &plan.Flights[i]
		f.File, f.Until = f.ID, f.At.Add(2*time.Hour) // docks in time that runs fast are late now and then
		kmz, err := wpml.Write(f.Route)
		if err == nil {
			err = os.WriteFile(filepath.Join(w.dir, f.ID+".kmz"), kmz, 0o644)
		}
		if err != nil {
			return err
		}
	}
	b, err := json.Marshal(plan)
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, "plan.json"), b, 0o644)
	}
	if err != nil {
		return err
	}
	b, err = yaml.Marshal(row{"data": filepath.Join(w.dir, "data"), "http": row{"listen": fmt.Sprintf("127.0.0.1:%d", w.httpPort)}, "mqtt": row{"url": broker}, "nats": row{"url": w.natsURL},
		"storage": row{"listen": "127.0.0.1:0"}, "limits": row{"all": row{"any_light": true}}, "docks": docks, "plan": "plan.json"})
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}

// wait waits until every flight of the plan has ended, or long after.
func (x *benchPlanCmd) wait(ctx context.Context, w *benchWorld, clock pace.Clock, plan *missions.Plan) ([]dock.FlightEvent, error) {
	var last time.Time
	for _, f := range plan.Flights {
		if end := f.At.Add(f.Takes); end.After(last) {
			last = end
		}
	}
	for {
		events, err := dock.ReadFlights(ctx, w.js)
		if err != nil && ctx.Err() == nil && clock.Now().Before(last) {
			events, err = nil, nil // the controller has not declared its streams yet
		}
		if err != nil {
			return nil, err
		}
		ended := 0
		for _, e := range events {
			if e.State.Ended() && e.ContinuedAs == "" && !e.NotStarted {
				ended++
			}
		}
		if ended >= len(plan.Flights) || clock.Now().After(last.Add(4*time.Hour)) {
			return events, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// count says how many flights were flown to their end, and how long they took.
func (r *PlanReport) count(events []dock.FlightEvent) {
	began := map[string]time.Time{}
	for _, e := range events {
		if e.State == dock.Flying {
			if _, known := began[e.Flight]; !known {
				began[e.Flight] = e.At
			}
		}
		switch {
		case e.State == dock.Done:
			r.Done++
			r.FlownMinutes += e.At.Sub(began[e.Flight]).Minutes()
		case e.State.Ended():
			r.NotDone = append(r.NotDone, e.Flight+": "+e.Reason)
		}
	}
}

// seen is what the cameras of flights would have seen.
type seen struct {
	mu       sync.Mutex
	coverage geo.Coverage
	camera   geo.Camera
	last     map[string]geo.Pose
}

func newSeen() *seen {
	c, _ := geo.CameraOf("M4D", "wide", 0, planWidth, planHeight)
	return &seen{camera: c, last: map[string]geo.Pose{}}
}

// betweenM is how closely the way between two reports is followed.
const betweenM = 6.0

// take takes in a pose as a dock reports it, and the straight way since the one before.
func (s *seen) take(m *nats.Msg) {
	var t dock.Telemetry
	if json.Unmarshal(m.Data, &t) != nil || t.Pose == nil || t.Flight == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := *t.Pose
	if before, known := s.last[t.Flight]; known && math.Abs(geo.WrapDeg(p.YawDeg-before.YawDeg)) < 5 {
		f := geo.NewFrame(before.Point(), 0)
		v := f.To(p.Point(), 0)
		n := math.Ceil(math.Hypot(v.E, v.N) / betweenM)
		for k := 1.0; k < n; k++ {
			q := p
			at := f.From(v.E*k/n, v.N*k/n)
			q.Lon, q.Lat, q.HeightM = at[0], at[1], before.HeightM+(p.HeightM-before.HeightM)*k/n
			s.coverage.See(geo.Locator{}, s.camera, q, geo.Look{Sharpness: 1, Light: 0.5})
		}
	}
	s.coverage.See(geo.Locator{}, s.camera, p, geo.Look{Sharpness: 1, Light: 0.5})
	s.last[t.Flight] = p
}

// gsdSlack is by how much a resolution may be missed: an aircraft holds its height to half a metre or so.
const gsdSlack = 1.02

// hold holds what was seen against what was promised.
func (r *PlanReport) hold(plan *missions.Plan, requests []missions.Request, s *seen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, promised, kept := 0.0, 0.0, 0.0
	r.Worst = 1
	for i, p := range plan.Promises {
		got, of := s.coverage.Seen(missions.Ground(&requests[i]), p.GSDCM/100*gsdSlack)
		all += float64(of)
		want := p.Share * float64(of)
		promised += want
		kept += math.Min(want, float64(got))
		if want > 0 {
			r.Worst = math.Min(r.Worst, float64(got)/want)
		}
	}
	r.Promised, r.Kept = promised/math.Max(all, 1), kept/math.Max(promised, 1)
}
