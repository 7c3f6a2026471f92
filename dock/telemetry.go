package dock

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/geo"
)

// clock brings a dock's times to this server's. The smallest difference between arrival and stamp over the last minute is
// the offset plus the fastest way through the network.
type clock struct {
	min   [4]time.Duration // by quarter of a minute
	since time.Time
	n     int
}

// fastestWay is taken for the fastest way of a message through the network.
const fastestWay = 40 * time.Millisecond

func (c *clock) server(stamp, arrived time.Time) time.Time {
	d := arrived.Sub(stamp)
	if c.n == 0 || arrived.Sub(c.since) > 15*time.Second {
		copy(c.min[1:], c.min[:3])
		c.min[0], c.since = d, arrived
		c.n = min(c.n+1, 4)
	}
	c.min[0] = min(c.min[0], d)
	best := c.min[0]
	for _, m := range c.min[:c.n] {
		best = min(best, m)
	}
	return stamp.Add(best - fastestWay)
}

// Errors of what an aircraft says of itself, where it does not say them (standard deviations).
const (
	rtkHorizM, rtkVertM = 0.02, 0.04
	gnssM               = 1.2
	gimbalYawDeg        = 0.6
	gimbalPitchDeg      = 0.3
	gimbalRollDeg       = 0.2
	clockS              = 0.05
)

// Telemeter makes poses of what a dock's aircraft reports, with their times on this server's clock and their errors as far as the
// dock tells. It belongs to one goroutine.
type Telemeter struct {
	clock   clock
	last    geo.Pose // of the OSD
	takeoff float64  // ellipsoidal height of the take-off point
	known   bool
}

// OSD takes in what an aircraft reports of itself, stamped by the dock, and arrived; ok is false where it does not say where the aircraft is.
func (t *Telemeter) OSD(a *cloudapi.AircraftProperties, stamp, arrived time.Time) (p geo.Pose, ok bool) {
	if a.Latitude == nil || a.Longitude == nil || a.Elevation == nil || a.Height == nil {
		return p, false
	}
	p = geo.Pose{Time: t.clock.server(stamp, arrived), Lon: *a.Longitude, Lat: *a.Latitude, HeightM: *a.Elevation}
	p.YawDeg, p.PitchDeg, p.RollDeg = t.last.YawDeg, t.last.PitchDeg, t.last.RollDeg
	for _, g := range a.PayloadsByIndex {
		if g.GimbalYaw != nil && g.GimbalPitch != nil {
			p.YawDeg, p.PitchDeg, p.RollDeg = *g.GimbalYaw, *g.GimbalPitch, cloudapi.Value(g.GimbalRoll)
		}
	}
	p.Sigma = geo.PoseSigma{HorizM: gnssM, VertM: gnssM, YawDeg: gimbalYawDeg, PitchDeg: gimbalPitchDeg, RollDeg: gimbalRollDeg, TimeS: clockS}
	if a.PositionState != nil && a.PositionState.IsFixed == cloudapi.RTKFixFixed {
		p.Sigma.HorizM, p.Sigma.VertM = rtkHorizM, rtkVertM
	}
	// the ground velocity: its size as reported, its direction from where the aircraft came
	head := cloudapi.Value(a.AttitudeHead) * math.Pi / 180
	ve, vn := math.Sin(head), math.Cos(head)
	if !t.last.Time.IsZero() {
		d := geo.NewFrame(t.last.Point(), 0).To(orb.Point{p.Lon, p.Lat}, 0)
		if m := math.Hypot(d.E, d.N); m > 2 {
			ve, vn = d.E/m, d.N/m
		}
	}
	speed := cloudapi.Value(a.HorizontalSpeed)
	p.VelE, p.VelN = ve*speed, vn*speed
	t.last, t.takeoff, t.known = p, *a.Height-*a.Elevation, true
	return p, true
}

// DRC takes in an osd_info_push; ok is false until an OSD has told the height of the take-off point.
func (t *Telemeter) DRC(o *cloudapi.OSDInfoPush, stamp, arrived time.Time) (p geo.Pose, ok bool) {
	at := t.clock.server(stamp, arrived)
	if !t.known {
		return p, false
	}
	return geo.Pose{Time: at, Lon: o.Longitude, Lat: o.Latitude, HeightM: o.Height - t.takeoff,
		YawDeg: o.GimbalYaw, PitchDeg: o.GimbalPitch, RollDeg: o.GimbalRoll, VelE: o.SpeedX, VelN: o.SpeedY, Sigma: t.last.Sigma}, true
}

func (s *session) aircraft(a *cloudapi.AircraftProperties, stamp, at time.Time) error {
	p, ok := s.telemeter.OSD(a, stamp, at)
	s.mu.Lock()
	drc := s.on.ev != nil && s.on.ev.DRC && at.Sub(s.drcLink.pose) < drcSilent
	s.mu.Unlock()
	if drc || !ok {
		return nil // the same, faster and with velocities, comes over DRC
	}
	return s.tellPose(p)
}

// The DRC channel: without a pose for drcSilent the slower ones of OSD are taken; a dock gives it up five minutes after the last heartbeat
// (DJI: DRC-heart beat).
const (
	drcSilent = 3 * time.Second
	beatEvery = 20 * time.Second
)

// keepDRC sends the heartbeat by which the dock keeps the channel open.
func (s *session) keepDRC(now time.Time) {
	s.mu.Lock()
	due := s.on.ev != nil && s.on.ev.DRC && now.Sub(s.drcLink.beat) >= beatEvery
	if due {
		s.drcLink.beat = now
		s.drcLink.beats++
	}
	n := s.drcLink.beats
	s.mu.Unlock()
	if !due {
		return
	}
	m := cloudapi.Message{Envelope: cloudapi.Envelope{Method: new(cloudapi.MethodHeartBeat)}, Body: &cloudapi.HeartBeat{Seq: &n, Timestamp: now.UnixMilli()}}
	if b, err := m.Encode(); err == nil {
		s.c.cl.Publish(cloudapi.Topic(s.d.SN, cloudapi.KindDRCDown), 0, false, b)
	}
}

// drcLost asks for the DRC channel again when the dock says that it is gone while a flight is on.
func (s *session) drcLost(ctx context.Context, n *cloudapi.DRCStatusNotify) {
	s.mu.Lock()
	lost := n.DRCState == cloudapi.DRCStateNotConnected && s.on.ev != nil && s.on.ev.DRC && s.on.ev.State == Flying
	s.mu.Unlock()
	if !lost {
		return
	}
	s.c.o.Log.Warn("the DRC channel is gone: poses come at 0.5 Hz until it is back", "dock", s.d.SN, "result", n.Result)
	s.wg.Go(func() {
		if err := s.ask(ctx, cloudapi.MethodDRCModeEnter, s.drcMode()); err != nil && ctx.Err() == nil {
			s.c.o.Log.Warn("DRC does not come back on this flight", "dock", s.d.SN, "error", err)
		}
	})
}

// drcMode is what a dock is told to open its DRC channel.
func (s *session) drcMode() *cloudapi.DRCModeEnter {
	return &cloudapi.DRCModeEnter{OSDFrequency: s.c.o.DRCHz, HSIFrequency: 1, MQTTBroker: s.c.drcBroker(s.d.SN)}
}

func (s *session) drc(e cloudapi.Message, at time.Time) error {
	switch o := e.Body.(type) {
	case *cloudapi.OSDInfoPush:
		s.mu.Lock()
		s.drcLink.pose = at
		s.mu.Unlock()
		if p, ok := s.telemeter.DRC(o, e.Time(), at); ok {
			return s.tellPose(p)
		}
	case *cloudapi.DelayInfoPush:
		if len(o.LiveViewDelayList) > 0 {
			return s.publish(Telemetry{VideoDelayS: float64(o.LiveViewDelayList[0].LiveViewDelayTime) / 1000})
		}
	}
	return nil
}

// minHeightM above take-off from which poses are of use.
const minHeightM = 1

func (s *session) tellPose(p geo.Pose) error {
	if p.HeightM < minHeightM {
		return nil // on the ground, or nearly: nothing is to be seen from there
	}
	if err := p.Check(); err != nil {
		return err
	}
	p.Time = p.Time.UTC()
	s.mu.Lock()
	if s.on.ev == nil {
		s.mu.Unlock()
		return nil
	}
	s.pose = &p
	s.mu.Unlock()
	return s.publish(Telemetry{Pose: &p})
}

func (s *session) publish(t Telemetry) error {
	s.mu.Lock()
	t.Dock = s.d.SN
	if s.on.ev != nil {
		t.Flight = s.on.ev.Flight
	}
	s.mu.Unlock()
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return s.c.nc.Publish(SubjectPose+s.d.SN, b)
}
