package docksim

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
)

// camera is what films a flight: it renders what the aircraft sees, or shows what was filmed before, and pushes it.
type camera struct {
	f       *flight
	s       Settings
	quality town.Quality
	truth   *town.Truth
	eye     geo.Camera
	r       *town.Renderer
	w       *town.Watcher
	enc     *town.Encoder // nil until the live stream starts
	push    *pusher
	out     chan unit // nil until then
	n       uint32    // frames rendered
	shown   bool
	from    time.Time // of the first frame that a film showed
	liveAt  time.Time // of the first frame of the live stream
	looked  int       // frame of the last look for the truth
}

func newCamera(f *flight, s Settings, q town.Quality, tr *town.Truth, log func(string, ...any)) (*camera, error) {
	eye := geo.CameraFromDiagonal(q.Width, q.Height, 84)
	r, err := town.NewRenderer(eye)
	if err != nil {
		return nil, err
	}
	w := town.NewWatcher(f.town, func(solid, lap int, windows []town.Window, path []town.PathPoint) {
		for i := range windows {
			windows[i].Flight = f.id
		}
		tr.Sight(f.town, solid, lap, windows, path)
	})
	tr.AddTown(f.town)
	return &camera{f: f, s: s, quality: q, truth: tr, eye: eye, r: r, w: w, push: &pusher{log: log, flight: f.id}, looked: -town.LookEvery}, nil
}

// close ends the live stream and frees the renderer. What a film showed is true of the flight.
func (c *camera) close() {
	if !c.from.IsZero() {
		c.f.film.tell(c.truth, c.f.town, c.f.id, c.f.began, c.from, time.Now())
	}
	c.push.stop()
	c.w.Close()
	if c.enc != nil {
		c.enc.Close()
	}
	c.r.Close()
}

// start begins the live stream to an RTMP address, and ends the one before.
func (c *camera) start(ctx context.Context, addr string) (err error) {
	if c.enc != nil {
		c.enc.Close()
		c.enc = nil
	}
	if c.f.film == nil {
		if c.enc, err = town.NewEncoder(c.quality, max(1, int(c.s.IDREveryS*town.FrameRate))); err != nil {
			return err
		}
	}
	c.out = c.push.start(ctx, addr)
	c.shown, c.liveAt = false, time.Time{}
	return nil
}

// show shows frame i of the film; done says that no more was filmed.
func (c *camera) show(i int, at time.Time, delay time.Duration) (done bool) {
	film := c.f.film
	if i >= len(film.units) {
		return true
	}
	if c.out == nil || !c.shown && i%film.idr != 0 { // a decoder can begin where an intra picture is
		return false
	}
	if c.from.IsZero() {
		c.from = at
	}
	c.shown = true
	c.truth.Frame(c.f.id, uint32(i), at)
	c.send(unit{film.units[i], since(&c.liveAt, at), at.Add(delay)})
	return false
}

// render films frame i; seconds is the time of the town.
func (c *camera) render(i int, at time.Time, seconds float64, delay time.Duration) error {
	if c.enc == nil || time.Since(at) > behind {
		return nil // a machine too slow for this shows fewer frames; none of them late
	}
	e := c.f.town.Eye(c.eye, c.f.pilot.at)
	c.r.Render(c.f.town, e, seconds)
	if i-c.looked >= town.LookEvery {
		c.looked = i
		c.w.Look(c.r, e, seconds, at)
	}
	c.r.Strip(c.n)
	au, err := c.enc.Encode(c.r.Frame)
	if err != nil {
		return err
	}
	c.truth.Frame(c.f.id, c.n, at)
	c.send(unit{au, since(&c.liveAt, at), at.Add(delay)})
	c.n++
	return nil
}

func (c *camera) send(u unit) {
	select {
	case c.out <- u:
	default: // the network does not take it: a real encoder drops too
	}
}

// unit is an access unit on its way out.
type unit struct {
	au  []byte
	pts time.Duration
	due time.Time
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
