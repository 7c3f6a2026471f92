package docksim

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// flight is one flight of one simulated aircraft: it moves, films, and tells where it thinks it is.
type flight struct {
	id      string
	town    *town.Town // nil where nothing is filmed
	frame   geo.Frame
	pilot   *pilot
	sensor  *sensor
	began   time.Time
	pose    atomic.Pointer[town.TruePose] // true, latest
	read    atomic.Pointer[town.TruePose] // as the aircraft reads itself
	delayNS atomic.Int64                  // true delay of the video now
	infoOff time.Duration                 // how far off delay_info_push is
	live    chan string                   // RTMP address to push to, once it is started
	film    *film                         // nil where it is rendered as it goes
	percent atomic.Int32
	wp      atomic.Int32
	route   missions.Route
	divert  chan pilotPoint // where else to fly to, of a flight by hand
	first   int             // waypoints of the whole route before it
	shots   []shot          // photos taken so far; of the goroutine that flies, until it has landed
}

func newFlight(id string, frame geo.Frame, p prepared, d *town.Dice, s Settings, rtk bool) *flight {
	f := &flight{id: id, frame: frame, route: p.route, first: p.first, pilot: newPilot(frame, p.route), sensor: newSensor(d, s, rtk), live: make(chan string, 1), divert: make(chan pilotPoint, 4)}
	f.infoOff = time.Duration(d.NormFloat64() * s.DelayInfoSigmaS * float64(time.Second))
	f.publishPose()
	return f
}

func (f *flight) publishPose() {
	p := f.pilot.at
	q := f.sensor.read(p)
	f.pose.Store(&p)
	f.read.Store(&q)
	f.percent.Store(int32(f.pilot.percent()))
	f.wp.Store(int32(f.pilot.next))
}

// videoDelay is the hidden delay at a time: where the flight's lies, with a slow drift.
func videoDelay(base, phase float64, s Settings, t float64) time.Duration {
	v := base + s.VideoDriftS*math.Sin(phase+t*2*math.Pi/180)
	return time.Duration(math.Max(s.VideoDelayS[0], math.Min(s.VideoDelayS[1], v)) * float64(time.Second))
}

// run flies and films until the route ends, or ctx does. Rendering starts when the live stream does; where the flight was filmed before,
// the film is shown.
func (f *flight) run(ctx context.Context, d *town.Dice, s Settings, q town.Quality, tr *town.Truth, epoch time.Time, log func(string, ...any)) (finished bool, err error) {
	c, err := newCamera(f, s, q, tr, log)
	if err != nil {
		return false, err
	}
	defer c.close()
	base, phase := d.Between(s.VideoDelayS[0], s.VideoDelayS[1]), d.Between(0, 2*math.Pi)
	const tick = time.Second / town.FrameRate
	f.began = time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := 0; ; i++ {
		at := f.began.Add(time.Duration(i) * tick)
		timer.Reset(time.Until(at))
		select {
		case <-ctx.Done():
			return false, nil
		case <-timer.C:
		case addr := <-f.live:
			if err := c.start(ctx, addr); err != nil {
				return false, err
			}
			i--
			continue
		}
		seconds := at.Sub(epoch).Seconds()
		if f.fly(tick.Seconds(), at, seconds) {
			return true, nil
		}
		delay := videoDelay(base, phase, s, at.Sub(f.began).Seconds())
		f.delayNS.Store(int64(delay))
		if f.film == nil {
			if err := c.render(i, at, seconds, delay); err != nil {
				return false, err
			}
		} else if c.show(i, at, delay) {
			return true, nil
		}
	}
}

// climbMS is how fast an aircraft climbs and sinks; homeMS how fast it flies from the dock and back.
const (
	climbMS = 5
	homeMS  = 12
)

// takeOff flies from the dock to the route's beginning.
func (f *flight) takeOff(ctx context.Context, c pace.Clock) bool {
	const step = time.Second / 5
	ticks := c.NewTicker(step)
	defer ticks.Stop()
	return f.transit(ctx, ticks, step, 0, 0, 0, f.pilot.legs[0])
}

// glide flies without filming, five steps a second, until the route ends or ctx does.
func (f *flight) glide(ctx context.Context, c pace.Clock, paused *atomic.Bool) bool {
	const step = time.Second / 5
	ticks := c.NewTicker(step)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticks.C:
		}
		if paused.Load() {
			f.pilot.at.Ve, f.pilot.at.Vn, f.pilot.speed = 0, 0, 0
			continue
		}
		if f.fly(step.Seconds(), c.Now(), 0) {
			return true
		}
	}
}

// fly flies on for dt seconds, and takes the photos of the waypoints that it comes to; done says that the route is flown. at is the time,
// seconds that of the town.
func (f *flight) fly(dt float64, at time.Time, seconds float64) (done bool) {
	f.sensor.wander(dt)
	select {
	case p := <-f.divert:
		f.pilot.legs, f.route.Waypoints = append(f.pilot.legs, p), append(f.route.Waypoints, missions.Waypoint{})
	default:
	}
	was := f.pilot.next
	done = f.pilot.step(dt)
	f.publishPose()
	if len(f.shots) == 0 && was == 1 && f.route.Waypoints[0].Photo {
		f.shoot(0, at, seconds)
	}
	for i := was; i < f.pilot.next; i++ {
		if f.route.Waypoints[i].Photo {
			f.shoot(i, at, seconds)
		}
	}
	return done
}

func (f *flight) shoot(waypoint int, at time.Time, seconds float64) {
	f.shots = append(f.shots, shot{f.first + waypoint, at, seconds, *f.pose.Load(), *f.read.Load()})
}

// comeHome flies straight back to the dock and down.
func (f *flight) comeHome(ctx context.Context, c pace.Clock) {
	const step = time.Second / 5
	ticks := c.NewTicker(step)
	defer ticks.Stop()
	at := f.pilot.at
	if f.transit(ctx, ticks, step, at.E, at.N, at.U, pilotPoint{u: at.U}) {
		f.transit(ctx, ticks, step, 0, 0, at.U, pilotPoint{})
	}
}

// transit flies from a place to another: up first, across, and down at last.
func (f *flight) transit(ctx context.Context, ticks *time.Ticker, step time.Duration, e, n, u float64, to pilotPoint) bool {
	dt := step.Seconds()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticks.C:
		}
		far := math.Hypot(to.e-e, to.n-n)
		p := &f.pilot.at
		p.Ve, p.Vn = 0, 0
		switch {
		case u < to.u-0.1:
			u = math.Min(to.u, u+climbMS*dt)
		case far > homeMS*dt:
			p.Ve, p.Vn = (to.e-e)/far*homeMS, (to.n-n)/far*homeMS
			p.YawDeg = math.Atan2(p.Ve, p.Vn) * 180 / math.Pi
			e, n = e+p.Ve*dt, n+p.Vn*dt
		case u > to.u+0.1:
			e, n, u = to.e, to.n, math.Max(to.u, u-climbMS*dt)
		default:
			p.E, p.N, p.U = to.e, to.n, to.u
			f.publishPose()
			return true
		}
		p.E, p.N, p.U = e, n, u
		f.sensor.wander(dt)
		f.publishPose()
	}
}
