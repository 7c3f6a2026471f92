package docksim

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

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

// unit is an access unit on its way out.
type unit struct {
	au  []byte
	pts time.Duration
	due time.Time
}

// run flies and films until the route ends, or ctx does. Rendering starts when the live stream does; where the flight was filmed before,
// the film is shown.
func (f *flight) run(ctx context.Context, d *town.Dice, s Settings, q town.Quality, tr *town.Truth, epoch time.Time, log func(string, ...any)) (finished bool, err error) {
	cam := geo.CameraFromDiagonal(q.Width, q.Height, 84)
	r, err := town.NewRenderer(cam)
	if err != nil {
		return false, err
	}
	defer r.Close()
	var enc *town.Encoder
	defer func() {
		if enc != nil {
			enc.Close()
		}
	}()
	w := town.NewWatcher(f.town, func(solid, lap int, windows []town.Window, path []town.PathPoint) {
		for i := range windows {
			windows[i].Flight = f.id
		}
		tr.Sight(f.town, solid, lap, windows, path)
	})
	defer w.Close()
	tr.AddTown(f.town)
	base, phase := d.Between(s.VideoDelayS[0], s.VideoDelayS[1]), d.Between(0, 2*math.Pi)
	var out chan unit
	pushing := &pusher{log: log, flight: f.id}
	defer pushing.stop()

	const tick = time.Second / town.FrameRate
	f.began = time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	var n uint32
	shown := false
	var liveAt time.Time // of the first frame of the live stream
	looked := -town.LookEvery
	for i := 0; ; i++ {
		at := f.began.Add(time.Duration(i) * tick)
		timer.Reset(time.Until(at))
		select {
		case <-ctx.Done():
			return false, nil
		case <-timer.C:
		case addr := <-f.live:
			if enc != nil {
				enc.Close()
				enc = nil
			}
			if f.film == nil {
				if enc, err = town.NewEncoder(q, max(1, int(s.IDREveryS*town.FrameRate))); err != nil {
					return false, err
				}
			}
			out = pushing.start(ctx, addr)
			shown, liveAt = false, time.Time{}
			i--
			continue
		}
		if f.fly(tick.Seconds(), at, at.Sub(epoch).Seconds()) {
			return true, nil
		}
		delay := videoDelay(base, phase, s, at.Sub(f.began).Seconds())
		f.delayNS.Store(int64(delay))
		if f.film != nil {
			// a decoder can begin where an intra picture is
			if i >= len(f.film.units) {
				return true, nil // no more was filmed
			}
			if out == nil || !shown && i%f.film.idr != 0 {
				continue
			}
			if !shown {
				from := at
				defer func() { f.film.tell(tr, f.town, f.id, f.began, from, time.Now()) }()
			}
			shown = true
			tr.Frame(f.id, uint32(i), at)
			select {
			case out <- unit{f.film.units[i], since(&liveAt, at), at.Add(delay)}:
			case <-ctx.Done():
				return false, nil
			default:
			}
			continue
		}
		if enc == nil || time.Since(at) > behind {
			continue // a machine too slow for this shows fewer frames; none of them late
		}
		e := f.town.Eye(cam, f.pilot.at)
		seconds := at.Sub(epoch).Seconds()
		r.Render(f.town, e, seconds)
		if i-looked >= town.LookEvery {
			looked = i
			w.Look(r, e, seconds, at)
		}
		r.Strip(n)
		au, err := enc.Encode(r.Frame)
		if err != nil {
			return false, err
		}
		tr.Frame(f.id, n, at)
		select {
		case out <- unit{au, since(&liveAt, at), at.Add(delay)}:
		case <-ctx.Done():
			return false, nil
		default: // the network does not take it: a real encoder drops too
		}
		n++
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

// behind real time by so much, a frame is left out.
const behind = 2 * time.Second / town.FrameRate

// since is the time since the first call, as a camera stamps its frames.
func since(first *time.Time, at time.Time) time.Duration {
	if first.IsZero() {
		*first = at
	}
	return at.Sub(*first)
}

// pusher owns the goroutine that pushes a flight's live stream; starting it again ends the one before.
type pusher struct {
	flight string
	log    func(string, ...any)
	cancel context.CancelFunc
	done   chan struct{}
}

func (p *pusher) start(ctx context.Context, addr string) chan unit {
	p.stop()
	ctx, p.cancel = context.WithCancel(ctx)
	p.done = make(chan struct{})
	in := make(chan unit, 4*town.FrameRate)
	go func() {
		defer close(p.done)
		if err := pushRTMP(ctx, addr, in); err != nil && ctx.Err() == nil {
			p.log("live stream broke off", "flight", p.flight, "error", err)
		}
	}()
	return in
}

func (p *pusher) stop() {
	if p.cancel != nil {
		p.cancel()
		<-p.done
	}
}

// pushRTMP sends units when they are due.
func pushRTMP(ctx context.Context, addr string, in chan unit) error {
	u, err := url.Parse(addr)
	if err != nil {
		return fmt.Errorf("live address: %w", err)
	}
	c := &gortmplib.Client{URL: u, Publish: true}
	if err := c.Initialize(ctx); err != nil {
		return fmt.Errorf("connect to %s: %w", u.Host, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, c.Close)
	defer stop()
	track := &format.H264{PayloadTyp: 96, PacketizationMode: 1}
	var w *gortmplib.Writer
	for {
		var x unit
		select {
		case <-ctx.Done():
			return nil
		case x = <-in:
		}
		var nalus h264.AnnexB
		if err := nalus.Unmarshal(x.au); err != nil {
			return err
		}
		if w == nil {
			for _, n := range nalus {
				switch h264.NALUType(n[0] & 0x1F) {
				case h264.NALUTypeSPS:
					track.SPS = n
				case h264.NALUTypePPS:
					track.PPS = n
				}
			}
			w = &gortmplib.Writer{Conn: c, Tracks: []format.Format{track}}
			if err := w.Initialize(); err != nil {
				return fmt.Errorf("announce the stream: %w", err)
			}
		}
		wait := time.NewTimer(time.Until(x.due))
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-wait.C:
		}
		if err := c.NetConn().SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
			return err
		}
		if err := w.WriteH264(track, x.pts, x.pts, nalus); err != nil {
			return err
		}
	}
}
