package docksim

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"crypto/md5"
	"encoding/hex"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// Options say what a fleet is.
type Options struct {
	Docks, Flying  int
	Seed           uint64
	Day            uint64 // of the town: on day 0 everything stands, on others an eighth of the structures does not, in another light
	MQTT           string // tcp://host:port
	User, Password string
	Play           string  // folder of a recording that is shown in place of rendering; may be empty
	Seconds        float64 // of a recording: how much of each flight; 0 is all
	City           string  // folder that receives what a bureau and an operator would give; may be empty
	Truth          string  // file; may be empty
	Height, Pitch  [2]float64
	Quality        int
	Settings       Settings
	Log            *slog.Logger
}

// Sites are where the docks of Pudong are taken to stand (made up; lon, lat WGS-84).
var Sites = [][2]float64{
	{121.530, 31.225}, {121.580, 31.205}, {121.600, 31.250}, {121.545, 31.180}, {121.620, 31.190}, {121.660, 31.220},
	{121.590, 31.150}, {121.640, 31.130}, {121.690, 31.170}, {121.720, 31.110}, {121.640, 31.060}, {121.700, 31.040},
	{121.760, 31.060}, {121.780, 30.980}, {121.830, 30.950}, {121.880, 30.920},
}

// SN is the serial number of a simulated dock; AircraftSN of its aircraft.
func SN(i int) string         { return fmt.Sprintf("SIMDOCK%04d", i+1) }
func AircraftSN(i int) string { return fmt.Sprintf("SIMDRONE%04d", i+1) }

// payload index of the wide camera of an M4D in OSD and video ids.
const payload = "99-0-0"

// Fleet runs the simulated docks of one process.
type Fleet struct {
	o     Options
	truth *truth
	epoch time.Time
	shown []*film      // by dock; empty where flights are rendered
	count atomic.Int64 // flights so far
}

// NewFleet checks the options and writes the city's files.
func NewFleet(o Options) (*Fleet, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	f := &Fleet{o: o, epoch: time.Now()}
	var err error
	if f.shown, err = f.films(); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	if o.City != "" {
		if err := f.writeCity(); err != nil {
			return nil, fmt.Errorf("write the city: %w", err)
		}
	}
	return f, nil
}

func (o Options) check() error {
	switch {
	case o.Docks < 1 || o.Docks > len(Sites):
		return fmt.Errorf("--docks must be 1 to %d, is %d", len(Sites), o.Docks)
	case o.Flying < 0 || o.Flying > o.Docks:
		return fmt.Errorf("--flying must be 0 to the number of docks (%d), is %d", o.Docks, o.Flying)
	case Qualities[o.Quality].Width == 0:
		return fmt.Errorf("--quality must be 1 to 4, is %d", o.Quality)
	case o.Height[0] < 20 || o.Height[1] > 120:
		return fmt.Errorf("--height must lie between 20 and 120 m, is %v", o.Height)
	case o.Pitch[0] < 30 || o.Pitch[1] > 90:
		return fmt.Errorf("--pitch must lie between 30 and 90 degrees below level, is %v", o.Pitch)
	}
	return nil
}

func (f *Fleet) town(i int) *Town {
	return newTownOn(f.o.Seed, uint64(i), fmt.Sprintf("T%02d", i+1), orbPoint(Sites[i][0], Sites[i][1]), dayOf(f.o.Seed, f.o.Day))
}

// Run connects every dock and stays until ctx ends; truth is written on the way out.
func (f *Fleet) Run(ctx context.Context) error {
	t, err := newTruth(f.o.Truth)
	if err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	f.truth = t
	g, ctx := errgroup.WithContext(ctx)
	for i := range f.o.Docks {
		d := &simDock{f: f, i: i, sn: SN(i), d: newDice(f.o.Seed, 1000+uint64(i))}
		d.clock = time.Duration(d.d.between(-1, 1) * f.o.Settings.ClockOffsetS * float64(time.Second))
		g.Go(func() error { return d.run(ctx) })
	}
	err = g.Wait()
	if e := t.Close(); err == nil {
		err = e
	}
	return err
}

// simDock is one dock: its MQTT session and the flight of its aircraft.
type simDock struct {
	f     *Fleet
	i     int
	sn    string
	d     *dice
	clock time.Duration
	cl    mqtt.Client

	out      chan outgoing
	mu       sync.Mutex
	prepared map[string]missions.Route
	fl       *flight
	cancel   context.CancelFunc
	osdHz    int
	liveTry  int
	wg       sync.WaitGroup
	rng      sync.Mutex
}

type outgoing struct {
	topic   string
	payload []byte
	qos     byte
	due     time.Time
}

func (d *simDock) now() time.Time { return time.Now().Add(d.clock) }

func (d *simDock) run(ctx context.Context) error {
	o := d.f.o
	d.out = make(chan outgoing, 256)
	d.prepared = map[string]missions.Route{}
	requests := make(chan mqtt.Message, 32)
	opts := mqtt.NewClientOptions().AddBroker(o.MQTT).SetClientID(d.sn).SetUsername(o.User).SetPassword(o.Password).
		SetConnectRetry(true).SetConnectRetryInterval(time.Second).SetAutoReconnect(true).SetMaxReconnectInterval(2 * time.Second).SetOrderMatters(true).SetConnectTimeout(5 * time.Second)
	opts.SetOnConnectHandler(func(c mqtt.Client) {
		c.Subscribe(cloudapi.Topic(d.sn, cloudapi.KindServices), 1, func(_ mqtt.Client, m mqtt.Message) {
			select {
			case requests <- m:
			default: // a dock answers one service at a time and drops what overruns it
			}
		})
		d.online(d.flying())
	})
	d.cl = mqtt.NewClient(opts)
	tok := d.cl.Connect()
	select {
	case <-tok.Done():
		if tok.Error() != nil {
			return fmt.Errorf("dock %s: %w", d.sn, tok.Error())
		}
	case <-ctx.Done():
	}
	defer d.cl.Disconnect(200)
	sent := make(chan struct{})
	go func() { defer close(sent); d.send(ctx) }()
	defer func() { <-sent }()
	defer d.wg.Wait()
	osd := time.NewTicker(2 * time.Second)
	defer osd.Stop()
	drc := time.NewTicker(time.Second / 5)
	defer drc.Stop()
	lastProgress := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-requests:
			d.serve(ctx, m.Payload())
		case <-osd.C:
			d.osd()
		case <-drc.C:
			d.drc()
			if time.Since(lastProgress) >= time.Second {
				lastProgress = time.Now()
				if fl := d.flying(); fl != nil {
					d.progress(fl, cloudapi.JobStatusInProgress, 0)
				}
			}
		}
	}
}

func (d *simDock) flying() *flight {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fl
}

// post queues a message; it goes out late, and in order.
func (d *simDock) post(topic string, qos byte, method, tid, bid string, data any) {
	m := cloudapi.New(tid, bid, method, d.now(), data)
	m.Gateway = &d.sn
	b, err := m.Encode()
	if err != nil {
		d.f.o.Log.Error("encode", "dock", d.sn, "method", method, "error", err)
		return
	}
	d.rng.Lock()
	late := d.d.between(d.f.o.Settings.MQTTDelayS[0], d.f.o.Settings.MQTTDelayS[1])
	d.rng.Unlock()
	select {
	case d.out <- outgoing{topic, b, qos, time.Now().Add(time.Duration(late * float64(time.Second)))}:
	default: // the link is down: state is only worth sending fresh
	}
}

func (d *simDock) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-d.out:
			t := time.NewTimer(time.Until(m.due))
			select {
			case <-ctx.Done():
				t.Stop()
				return
			case <-t.C:
			}
			d.cl.Publish(m.topic, m.qos, false, m.payload)
		}
	}
}

func (d *simDock) online(fl *flight) {
	topo := cloudapi.Topo{Type: 3, SubType: 2, Version: new(1)}
	if fl != nil {
		topo.SubDevices = []cloudapi.SubDevice{{SN: AircraftSN(d.i), Type: 100, Index: "A"}}
	} else {
		topo.SubDevices = []cloudapi.SubDevice{}
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindStatus), 1, cloudapi.MethodUpdateTopo, newID(), newID(), &topo)
}

// serve answers one service call.
func (d *simDock) serve(ctx context.Context, payload []byte) {
	e, err := cloudapi.Decode(cloudapi.KindServices, true, payload)
	if err != nil {
		d.f.o.Log.Warn("service call", "dock", d.sn, "error", err)
		return
	}
	result := d.do(ctx, e)
	d.post(cloudapi.Topic(d.sn, cloudapi.KindServicesReply), 1, e.Name(), e.Transaction(), e.Business(), &cloudapi.Result{Result: result})
}

// Codes a simulated dock answers with.
const (
	codeBusy      = 314000 // device is performing another task
	codeBadFile   = 314010 // the route could not be fetched or read
	codeLiveFails = 513001 // seen in the field, not published
	codeNoDRC     = 514300
	codeNoFlight  = 316001
)

func (d *simDock) do(ctx context.Context, e cloudapi.Message) int {
	switch x := e.Body.(type) {
	case *cloudapi.FlightTaskPrepare:
		route, err := fetchRoute(ctx, x.File)
		if err != nil {
			d.f.o.Log.Warn("route", "dock", d.sn, "flight", x.FlightID, "error", err)
			return codeBadFile
		}
		d.mu.Lock()
		clear(d.prepared)
		d.prepared[x.FlightID] = route
		d.mu.Unlock()
		return 0
	case *cloudapi.FlightTaskExecute:
		d.mu.Lock()
		defer d.mu.Unlock()
		route, ok := d.prepared[x.FlightID]
		if d.fl != nil {
			return codeBusy
		}
		if !ok {
			return codeNoFlight
		}
		delete(d.prepared, x.FlightID)
		d.start(ctx, x.FlightID, route)
		return 0
	case *cloudapi.LiveStartPush:
		fl := d.flying()
		if fl == nil {
			return codeLiveFails
		}
		d.liveTry++
		d.rng.Lock()
		fails := d.liveTry == 1 && d.d.chance(d.f.o.Settings.LiveFails)
		d.rng.Unlock()
		if fails {
			return codeLiveFails
		}
		select {
		case fl.live <- x.URL:
		default:
		}
		return 0
	case *cloudapi.LiveStopPush:
		return 0
	case *cloudapi.DRCModeEnter:
		if n := d.f.o.Settings.NoDRCEvery; n > 0 && d.i%n == n-1 {
			return codeNoDRC
		}
		d.mu.Lock()
		d.osdHz = min(max(x.OSDFrequency, 1), 30)
		d.mu.Unlock()
		return 0
	}
	switch e.Name() {
	case cloudapi.MethodReturnHome:
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.fl == nil {
			return codeNoFlight
		}
		d.cancel()
		return 0
	case cloudapi.MethodDRCModeExit:
		d.mu.Lock()
		d.osdHz = 0
		d.mu.Unlock()
		return 0
	}
	d.f.o.Log.Warn("unknown service", "dock", d.sn, "method", e.Name())
	return 1
}

// start flies a route. The caller holds d.mu.
func (d *simDock) start(ctx context.Context, id string, route missions.Route) {
	fctx, cancel := context.WithCancel(ctx)
	d.cancel = cancel
	n := d.f.count.Add(1)
	every := d.f.o.Settings.NoRTKEvery
	rtk := every == 0 || n%int64(every) != 0
	dc := newDice(d.f.o.Seed, 5000+uint64(d.i)*100+uint64(n))
	town := d.f.town(d.i)
	fl := newFlight(id, town, route, dc, d.f.o.Settings, rtk)
	if d.i < len(d.f.shown) {
		fl.film = d.f.shown[d.i]
	}
	d.fl, d.liveTry = fl, 0
	d.wg.Add(1)
	go func() {
		defer d.wg.Done()
		defer cancel()
		d.online(fl)
		done, err := fl.run(fctx, dc, d.f.o.Settings, Qualities[d.f.o.Quality], d.f.truth, d.f.epoch, d.f.o.Log.Warn)
		town.ground.Close()
		status, code := cloudapi.JobStatusOK, 0
		switch {
		case err != nil:
			status, code = cloudapi.JobStatusFailed, 1
			d.f.o.Log.Error("flight", "dock", d.sn, "flight", id, "error", err)
		case !done:
			status = cloudapi.JobStatusCanceled
		}
		d.progress(fl, status, code)
		d.mu.Lock()
		d.fl, d.osdHz = nil, 0
		d.mu.Unlock()
		d.online(nil)
	}()
}

func (d *simDock) progress(fl *flight, status cloudapi.JobStatus, code int) {
	p := cloudapi.FlightTaskProgress{Result: code}
	p.Output.Status = status
	p.Output.Progress.Percent = int(fl.percent.Load())
	p.Output.Progress.CurrentStep = cloudapi.FlightTaskStepFly
	p.Output.Ext.FlightID = fl.id
	p.Output.Ext.CurrentWaypointIndex = int(fl.wp.Load())
	p.Output.Ext.WaylineMissionState = cloudapi.WaylineMissionStateFlying
	if status != cloudapi.JobStatusInProgress {
		p.Output.Ext.WaylineMissionState = cloudapi.WaylineMissionStateCompleted
		p.Output.Progress.Percent = 100
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodFlightTaskProgress, newID(), newID(), &p)
}

// osd reports the dock, and the aircraft where it flies.
func (d *simDock) osd() {
	fl := d.flying()
	mode, inDock := cloudapi.DockModeIdle, cloudapi.DroneInDockInside
	if fl != nil {
		mode, inDock = cloudapi.DockModeWorking, cloudapi.DroneInDockOutside
	}
	site := Sites[d.i]
	d.post(cloudapi.Topic(d.sn, cloudapi.KindOSD), 0, "", newID(), newID(), &cloudapi.DockProperties{ModeCode: &mode, DroneInDock: &inDock,
		CoverState: new(cloudapi.CoverStateClosed), Rainfall: new(cloudapi.RainfallNone), WindSpeed: new(3.2), Latitude: &site[1], Longitude: &site[0], Height: new(float64(siteHeightM))})
	if fl == nil {
		return
	}
	a := fl.sensor.osd(fl.town, *fl.read.Load())
	a.Battery = &cloudapi.Battery{CapacityPercent: 100 - int(fl.percent.Load())/3}
	d.post(cloudapi.Topic(AircraftSN(d.i), cloudapi.KindOSD), 0, "", newID(), newID(), a)
}

// drc reports over the DRC channel where it was granted.
func (d *simDock) drc() {
	d.mu.Lock()
	fl, hz := d.fl, d.osdHz
	d.mu.Unlock()
	if fl == nil || hz == 0 {
		return
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindDRCUp), 0, cloudapi.MethodOSDInfoPush, "", "", fl.sensor.drc(fl.town, *fl.read.Load()))
	if int(time.Now().UnixMilli()/200)%5 == 0 {
		ms := int((time.Duration(fl.delayNS.Load()) + fl.infoOff) / time.Millisecond)
		d.post(cloudapi.Topic(d.sn, cloudapi.KindDRCUp), 0, cloudapi.MethodDelayInfoPush, "", "", &cloudapi.DelayInfoPush{SDRCmdDelay: 20, LiveViewDelayList: []cloudapi.LiveDelay{{VideoID: AircraftSN(d.i) + "/" + payload + "/normal-0", LiveViewDelayTime: int64(max(0, ms))}}})
	}
}

func fetchRoute(ctx context.Context, f cloudapi.File) (missions.Route, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return missions.Route{}, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return missions.Route{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return missions.Route{}, fmt.Errorf("%s: %s", f.URL, res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return missions.Route{}, err
	}
	if s := md5.Sum(b); hex.EncodeToString(s[:]) != f.Fingerprint {
		return missions.Route{}, fmt.Errorf("%s: MD5 is %x, flighttask_prepare said %s", f.URL, s, f.Fingerprint)
	}
	return wpml.Read(b)
}
