package docksim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/missions"
)

// takeOffTo begins a flight without a route: to a point, and there it stays until it is sent home or its battery is low.
func (d *simDock) takeOffTo(ctx context.Context, x *cloudapi.TakeoffToPoint) int {
	h := x.TargetHeight - siteHeightM
	home := Site(d.i)
	r := missions.Route{Waypoints: []missions.Waypoint{{Lon: home[0], Lat: home[1], HeightM: h, SpeedMS: float64(x.MaxSpeed), PitchDeg: -45}, {Lon: x.TargetLongitude, Lat: x.TargetLatitude, HeightM: h, SpeedMS: float64(x.MaxSpeed), PitchDeg: -45}}}
	if err := r.Check(); err != nil {
		d.f.o.Log.Warn("take-off", "dock", d.sn, "error", err)
		return codeBadFile
	}
	d.mu.Lock()
	clear(d.prepared)
	d.prepared[x.FlightID] = prepared{route: r, hand: true}
	d.mu.Unlock()
	return d.execute(ctx, x.FlightID)
}

// flyTo sends an aircraft that is in an operator's hand to another point.
func (d *simDock) flyTo(x *cloudapi.FlyToPoint) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.task == nil || !d.task.hand || !d.task.inAir || len(x.Points) == 0 {
		return codeNoFlight
	}
	p := x.Points[0]
	v := d.task.fl.frame.To(orbPoint(p.Longitude, p.Latitude), 0)
	select {
	case d.task.fl.divert <- pilotPoint{v.E, v.N, p.Height - siteHeightM, float64(max(1, x.MaxSpeed)), -45, nil}:
		d.task.flyTo, d.task.reached = x.FlyToID, false
		return 0
	default:
		return codeBusy
	}
}

// handProgress tells how far a flight without a route is.
func (d *simDock) handProgress(t *task, status cloudapi.JobStatus) {
	d.mu.Lock()
	there := t.inAir && int(t.fl.wp.Load()) >= 2 && !t.home
	told := t.reached
	t.reached = there
	to := t.flyTo
	p := cloudapi.TakeoffToPointProgress{Status: cloudapi.TakeoffToPointStatusWaylineProgress, FlightID: t.id, WayPointIndex: int(t.fl.wp.Load())}
	switch {
	case status != cloudapi.JobStatusInProgress:
		p.Status = cloudapi.TakeoffToPointStatusTaskFinish
	case !t.inAir:
		p.Status = cloudapi.TakeoffToPointStatusTaskReady
	case there:
		p.Status = cloudapi.TakeoffToPointStatusWaylineOK
	}
	d.mu.Unlock()
	if p.Status == cloudapi.TakeoffToPointStatusWaylineOK && told {
		return // it is told once
	}
	if to != "" && status == cloudapi.JobStatusInProgress && t.inAir {
		f := cloudapi.FlyToPointProgress{FlyToID: to, Status: cloudapi.FlyToPointStatusWaylineProgress}
		if there {
			f.Status = cloudapi.FlyToPointStatusWaylineOK
		}
		d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodFlyToPointProgress, newID(), newID(), &f)
		return
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodTakeoffToPointProgress, newID(), newID(), &p)
}

// tellReady says of prepared flights with conditions that they are met.
func (d *simDock) tellReady() {
	d.mu.Lock()
	var met []string
	now := d.now().UnixMilli()
	for id, p := range d.prepared {
		if c := p.ready; c != nil && d.task == nil && d.battery.percent >= float64(c.BatteryCapacity) && now >= c.BeginTime && (c.EndTime == 0 || now <= c.EndTime) {
			met = append(met, id)
		}
	}
	d.mu.Unlock()
	if len(met) > 0 {
		d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodFlightTaskReady, newID(), newID(), &cloudapi.FlightTaskReady{FlightIds: met})
	}
}

// jobSeconds is how long a job of remote debugging takes.
const jobSeconds = 6

// debug carries out a job of remote debugging and tells how far it is.
func (d *simDock) debug(ctx context.Context, method, bid string, job *cloudapi.Job) {
	for _, percent := range []int{0, 50, 100} {
		job.Output.Status, job.Output.Progress.Percent = cloudapi.JobStatusInProgress, percent
		if percent == 100 {
			job.Output.Status = cloudapi.JobStatusOK
		}
		d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, method, newID(), bid, job)
		if d.f.o.Clock.Sleep(ctx, jobSeconds*time.Second/2) != nil {
			return
		}
	}
}

// setProperties takes over properties, and answers for each.
func (d *simDock) setProperties(payload []byte) {
	m, err := cloudapi.Decode(cloudapi.KindPropertySet, true, payload)
	if err != nil {
		d.f.o.Log.Warn("property/set", "dock", d.sn, "error", err)
		return
	}
	var names map[string]any
	if err := json.Unmarshal(m.Data, &names); err != nil {
		d.f.o.Log.Warn("property/set", "dock", d.sn, "error", err)
		return
	}
	r := cloudapi.PropertySetReply{Properties: map[string]cloudapi.PropertyResult{}}
	for n := range names {
		r.Properties[n] = cloudapi.PropertyResult{Result: new(0)}
	}
	d.post(cloudapi.Topic(d.sn, cloudapi.KindPropertySetReply), 1, "", m.Transaction(), m.Business(), &r)
}

// fetchAreas brings the custom flight areas up to date: it asks for them, and fetches and checks the file.
func (d *simDock) fetchAreas(ctx context.Context) {
	tell := func(s cloudapi.AreaSyncStatus, reason int, f cloudapi.AreaFile) {
		d.post(cloudapi.Topic(d.sn, cloudapi.KindEvents), 1, cloudapi.MethodFlightAreasSyncProgress, newID(), newID(), &cloudapi.FlightAreasSyncProgress{Status: s, Reason: reason, File: cloudapi.AreaFileName{Name: f.Name, Checksum: f.Checksum}})
	}
	var r cloudapi.FlightAreasGetRequestReply
	if err := d.ask(ctx, cloudapi.KindRequests, cloudapi.MethodFlightAreasGet, nil, &r); err != nil {
		d.f.o.Log.Warn("flight areas", "dock", d.sn, "error", err)
		return
	}
	for _, f := range r.Output.Files {
		tell(cloudapi.AreaSyncStatusSynchronizing, 0, f)
		n, err := fetchArea(ctx, f)
		if err != nil {
			d.f.o.Log.Warn("flight areas", "dock", d.sn, "error", err)
			tell(cloudapi.AreaSyncStatusFail, 3, f)
			return
		}
		d.f.book.note(Entry{At: d.f.o.Clock.Now(), Dock: d.sn, What: fmt.Sprintf("%d flight areas taken over", n), File: f.Name})
		tell(cloudapi.AreaSyncStatusSynchronized, 0, f)
	}
}

// fetchArea fetches a file of flight areas and says how many are in it.
func fetchArea(ctx context.Context, f cloudapi.AreaFile) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return 0, err
	}
	if s := sha256.Sum256(b); res.StatusCode != http.StatusOK || hex.EncodeToString(s[:]) != f.Checksum || len(b) != f.Size {
		return 0, fmt.Errorf("%s: %s, %d bytes, SHA-256 %x; announced were %d bytes, %s", f.URL, res.Status, len(b), s, f.Size, f.Checksum)
	}
	var c struct {
		Features []struct {
			ID   string `json:"id"`
			Kind string `json:"geofence_type"`
		} `json:"features"`
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return 0, err
	}
	for _, x := range c.Features {
		if x.ID == "" || x.Kind != "nfz" && x.Kind != "dfence" {
			return 0, errors.New("a feature without id, or of another kind than nfz and dfence")
		}
	}
	return len(c.Features), nil
}
