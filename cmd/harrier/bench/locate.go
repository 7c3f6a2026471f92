// Package bench measures Harrier as a whole: positions, days, fleets, kills, many leads.
package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"gocv.io/x/gocv"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/score"
	"github.com/harrier-patrol/harrier/vision/stream"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// Cmd measures.
type Cmd struct {
	Locate benchLocateCmd `cmd:"" help:"Positions of true pixels on rendered flights: errors, and how honest their ellipses are."`
	Day    benchDayCmd    `cmd:"" help:"A day on simulated docks, with faults, and the controller killed now and then."`
	Leads  benchLeadsCmd  `cmd:"" help:"A Harrier whose streams hold many leads: how long until it has its docks and its leads, its memory, and what a page costs."`
	Kills  benchKillsCmd  `cmd:"" help:"A recorded flight, with serve killed again and again: the leads beside those of a run without kills."`
	Plan   benchPlanCmd   `cmd:"" help:"A day planned of made-up requests, flown by simulated docks: what was promised, and what was seen."`
	Fleet  benchFleetCmd  `cmd:"" help:"Many docks at once on an external broker: what the controller takes, and how fast states arrive."`
}

type benchLocateCmd struct {
	Flights  int           `default:"24" help:"Rendered flights."`
	Seed     uint64        `default:"20000" help:"Of the first flight; each has the next."`
	Height   float64       `default:"80" help:"Metres above take-off."`
	Speed    float64       `default:"10" help:"Metres a second."`
	Pitch    string        `default:"60,75,45" help:"Gimbal pitches in degrees below level, taken in turn."`
	Duration time.Duration `default:"100s" help:"Of each flight."`
	Noise    float64       `default:"1" help:"The simulator's errors of position and gimbal, times this."`
	Gimbal   float64       `help:"In place of the simulator's gimbal errors: one standard deviation in degrees for yaw and pitch of each flight."`
	Time     string        `default:"estimated" enum:"estimated,known" help:"Capture times: estimated from the video, or known up to --time-sigma."`
	Sigma    float64       `name:"time-sigma" default:"0.03" help:"Standard deviation in seconds of a known time."`
	RTK      string        `default:"mixed" enum:"mixed,all,none" help:"Which flights have RTK; mixed: as the simulator draws them."`
	DRC      string        `default:"mixed" enum:"mixed,all,none" help:"Which flights have poses at 5 Hz."`
	NoAlign  bool          `help:"Take poses as they are reported, without comparing pictures."`
	NoRender bool          `hidden:"" help:"Do not render: known times and no alignment only."`
}

// band is a range of depressions of the line of sight, degrees below level.
type band struct {
	name   string
	lo, hi float64
}

var benchBands = []band{{"60-90°", 60, 90}, {"45°", 40, 50}, {"30°", 25, 35}, {"roofs 45°", 40, 50}}

// sample is one located pixel.
type sample struct {
	band         int
	errM, majorM float64
	inside       bool
}

// flown is what a flight of the bench gave.
type flown struct {
	samples []sample
	timeS   []float64 // errors of the capture time, by whole seconds since the first change of speed or heading
	sigmaS  float64
}

func (c *benchLocateCmd) Run(ctx context.Context) error {
	var pitches []float64
	for _, p := range strings.Split(c.Pitch, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || v < 20 || v > 90 {
			return fmt.Errorf("--pitch: %q is no angle from 20 to 90", p)
		}
		pitches = append(pitches, v)
	}
	all := make([]flown, c.Flights)
	bar := progress.New(c.Flights)
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range c.Flights {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			f, err := c.fly(i, pitches[i%len(pitches)])
			if err != nil {
				return fmt.Errorf("flight %d: %w", i, err)
			}
			all[i] = f
			mu.Lock()
			bar.Step(fmt.Sprintf("flight %d", i))
			mu.Unlock()
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	bar.Done()
	c.print(all)
	return nil
}

// fly flies one flight, estimates what serve would, and locates true pixels.
func (c *benchLocateCmd) fly(i int, pitch float64) (flown, error) {
	s := docksim.DefaultSettings().Times(c.Noise)
	if c.Gimbal > 0 {
		s.YawBiasDeg, s.PitchBiasDeg, s.GimbalNoiseDeg = c.Gimbal, c.Gimbal, 0
	}
	if c.Time == "known" {
		s.ClockOffsetS, s.MQTTDelayS = 0, [2]float64{0.04, 0.04}
	}
	rng := rand.New(rand.NewPCG(c.Seed+uint64(i), 99))
	w := newBenchWatch(c, rng)
	defer w.close()
	r := docksim.Replay{Seed: c.Seed + uint64(i), HeightM: c.Height, SpeedMS: c.Speed, PitchDeg: pitch, Duration: c.Duration, Settings: s, Quality: 3,
		RTK: c.RTK == "all" || c.RTK == "mixed" && i%s.NoRTKEvery != s.NoRTKEvery-1,
		DRC: c.DRC == "all" || c.DRC == "mixed" && i%s.NoDRCEvery != s.NoDRCEvery-1,
		OSD: w.osd, DRCInfo: w.drc, Delay: w.delay, Frame: w.frame}
	w.useDRC = r.DRC
	switch {
	case c.NoRender:
	case c.Time == "estimated":
		r.PictureEvery = 200 * time.Millisecond
	case !c.NoAlign:
		r.PictureEvery = alignEvery
	}
	town, err := r.Fly()
	if err != nil {
		return flown{}, err
	}
	return w.locate(town), nil
}

// alignEvery is how often a flight's picture is compared with others of the flight.
const alignEvery = 3 * time.Second

// benchWatch stands where vision/watch stands: it hears telemetry and sees frames, and knows no more.
type benchWatch struct {
	c         *benchLocateCmd
	rng       *rand.Rand
	telemeter dock.Telemeter
	poses     *vision.Poses
	clock     *vision.CaptureClock
	flow      *stream.Flow
	finder    *ties.Finder
	useDRC    bool
	offset    time.Duration // of a known time
	zero      time.Time     // of a known time: capture at PTS 0
	frames    []docksim.ReplayFrame
	keys      []keyFrame
	lastKey   time.Duration
	grey      gocv.Mat
	out       flown
	first     time.Duration // of the first change of speed or heading seen
	lastEst   time.Duration
}

type keyFrame struct {
	pts time.Duration
	cam geo.Camera
	f   *ties.Features
}

func newBenchWatch(c *benchLocateCmd, rng *rand.Rand) *benchWatch {
	return &benchWatch{c: c, rng: rng, poses: &vision.Poses{}, clock: &vision.CaptureClock{}, flow: stream.NewFlow(), finder: ties.NewFinder(ties.AlignSearched, ties.AlignFeatures),
		offset: time.Duration(rng.NormFloat64() * c.Sigma * 1e9), grey: gocv.NewMat(), lastKey: -time.Hour, first: -1}
}

func (w *benchWatch) close() {
	w.flow.Close()
	w.finder.Close()
	w.grey.Close()
	for _, k := range w.keys {
		if k.f != nil {
			k.f.Close()
		}
	}
}

func (w *benchWatch) osd(a *cloudapi.AircraftProperties, stamp, arrived time.Time) {
	if p, ok := w.telemeter.OSD(a, stamp, arrived); ok && !w.useDRC {
		w.poses.Add(p)
	}
}

func (w *benchWatch) drc(o *cloudapi.OSDInfoPush, stamp, arrived time.Time) {
	if p, ok := w.telemeter.DRC(o, stamp, arrived); ok {
		w.poses.Add(p)
	}
}

func (w *benchWatch) delay(seconds float64, _ time.Time) { w.clock.Delay(seconds) }

func (w *benchWatch) frame(f docksim.ReplayFrame, pic gocv.Mat) error {
	if w.zero.IsZero() {
		w.zero = f.Captured.Add(-f.PTS)
	}
	w.clock.Arrival(f.PTS, f.Arrived)
	if len(w.frames) == 0 || f.PTS-w.frames[len(w.frames)-1].PTS >= 400*time.Millisecond {
		w.frames = append(w.frames, f)
	}
	if pic.Empty() {
		return nil
	}
	if w.c.Time == "estimated" {
		gocv.CvtColor(pic, &w.grey, gocv.ColorBGRToGray)
		from, pairs := w.flow.Next(w.grey, f.PTS)
		if p, ok := w.poses.Last(); ok && len(pairs) > 0 {
			if m, ok := geo.GroundMove(f.Camera, p, pairs); ok {
				w.clock.Moved(from, f.PTS, m)
			}
		}
		w.watchTime(f)
	}
	if !w.c.NoAlign && f.PTS-w.lastKey >= alignEvery {
		w.lastKey = f.PTS
		x, err := w.finder.Find(pic)
		if err != nil {
			return err
		}
		w.keys = append(w.keys, keyFrame{f.PTS, f.Camera, x})
	}
	return nil
}

// watchTime notes how far the capture time is off, second by second after the first turn or change of speed.
func (w *benchWatch) watchTime(f docksim.ReplayFrame) {
	v := math.Hypot(f.Pose.VelE, f.Pose.VelN)
	if w.first < 0 && f.PTS > 0 && (v > 0.5 && v < w.c.Speed-0.5) {
		w.first = f.PTS
	}
	if w.first < 0 || f.PTS-w.lastEst < 2*time.Second {
		return
	}
	w.lastEst = f.PTS
	w.clock.Estimate(w.poses.Recent())
	at, _ := w.clock.Captured(f.PTS)
	since := int((f.PTS - w.first) / time.Second)
	for len(w.out.timeS) <= since {
		w.out.timeS = append(w.out.timeS, math.NaN())
	}
	w.out.timeS[since] = math.Abs(at.Sub(f.Captured).Seconds())
}

// captured is the estimated capture time of a frame and its standard deviation.
func (w *benchWatch) captured(pts time.Duration) (time.Time, float64) {
	if w.c.Time == "known" {
		return w.zero.Add(pts + w.offset), w.c.Sigma
	}
	return w.clock.Captured(pts)
}

func (w *benchWatch) pose(pts time.Duration) (geo.Pose, bool) {
	at, sigma := w.captured(pts)
	p, turning, ok := w.poses.At(at)
	if !ok || turning > 8 {
		return p, false
	}
	if w.c.Time == "known" {
		p.Sigma.TimeS = sigma
	} else {
		p.Sigma.TimeS = math.Hypot(p.Sigma.TimeS, sigma)
	}
	return p, true
}

// locate puts true pixels of ground and roof points on the ground at the end of the flight, when all is known.
func (w *benchWatch) locate(town *town.Town) flown {
	if w.c.Time == "estimated" {
		w.clock.Estimate(w.poses.Recent())
		_, w.out.sigmaS = w.clock.Captured(0)
	}
	given := geo.NewBuildings(town.Outlines(0.05, 1))
	var bias *geo.Bias
	if !w.c.NoAlign {
		a := ties.NewAligner(geo.Locator{Buildings: given, GroundSigmaM: docksim.GroundSigmaM})
		defer a.Close()
		for i, k := range w.keys {
			if p, ok := w.pose(k.pts); ok {
				a.Add(k.pts, k.cam, p, k.f)
				w.keys[i].f = nil // the aligner's now
			}
		}
		noise, _ := w.poses.Noise()
		if b, err := a.Solve(w.pose, noise); err == nil {
			bias = b
		}
	}
	flat := geo.Locator{GroundSigmaM: docksim.GroundSigmaM}
	if bias != nil {
		flat.GroundSigmaM = 0 // the height above the ground is what the bias knows
	}
	roofs := geo.Locator{Buildings: geo.NewBuildings(town.Outlines(0, 0))}
	for _, f := range w.frames {
		p, ok := w.pose(f.PTS)
		if !ok {
			continue
		}
		p = bias.Applied(p, 0)
		true0 := geo.NewFrame(f.Pose.Point(), 0)
		view := geo.NewView(f.Camera, geo.ENU{U: f.Pose.HeightM}, f.Pose.YawDeg, f.Pose.PitchDeg, f.Pose.RollDeg)
		for range 12 {
			x, y := w.rng.Float64()*float64(f.Camera.Width), w.rng.Float64()*float64(f.Camera.Height)
			g, _, ok := view.OnPlane(x, y, 0)
			if !ok {
				continue
			}
			d := view.Ray(x, y)
			depression := math.Atan2(-d.U, math.Hypot(d.E, d.N)) * 180 / math.Pi
			for b, bd := range benchBands[:3] {
				if depression >= bd.lo && depression <= bd.hi {
					if l, err := flat.Locate(f.Camera, p, x, y, 0, 0); err == nil {
						w.out.samples = append(w.out.samples, sampleOf(b, l, true0, g))
					}
				}
			}
			// a thing on a roof: what the true line of sight meets there
			if bd := benchBands[3]; depression >= bd.lo && depression <= bd.hi {
				truth, err := roofs.Locate(f.Camera, f.Pose, x, y, 0, 0)
				if err != nil || truth.Surface != "roof" || truth.HeightM < 6 || truth.HeightM > 40 {
					continue
				}
				if l, err := roofs.Locate(f.Camera, p, x, y, 0, 0); err == nil {
					w.out.samples = append(w.out.samples, sampleOf(3, l, true0, true0.To(truth.Point(), 0)))
				}
			}
		}
	}
	return w.out
}

func sampleOf(band int, l geo.Located, f geo.Frame, truth geo.ENU) sample {
	got := f.To(l.Point(), 0)
	e, n := got.E-truth.E, got.N-truth.N
	return sample{band, math.Hypot(e, n), l.Cov.Ellipse().MajorM, l.Cov.Mahalanobis2(e, n) <= score.Inside95}
}

func (c *benchLocateCmd) print(all []flown) {
	fmt.Printf("%d flights, %.0f m, %.0f m/s, noise x %g, time %s, RTK %s, DRC %s, aligned %v, seeds %d to %d\n", c.Flights, c.Height, c.Speed, c.Noise, c.Time, c.RTK, c.DRC, !c.NoAlign, c.Seed, c.Seed+uint64(c.Flights)-1)
	fmt.Printf("%-10s %8s %14s %14s %18s %22s\n", "depression", "pixels", "median error", "95 % error", "inside 95 % ellipse", "median semi-major axis")
	for b, bd := range benchBands {
		var errs, major []float64
		in := 0.0
		for _, f := range all {
			for _, s := range f.samples {
				if s.band == b {
					errs, major = append(errs, s.errM), append(major, s.majorM)
					if s.inside {
						in++
					}
				}
			}
		}
		if len(errs) == 0 {
			continue
		}
		n := float64(len(errs))
		e, m := score.SpreadOf(errs), score.SpreadOf(major)
		fmt.Printf("%-10s %8d %12.2f m %12.2f m %17.1f %% %20.2f m\n", bd.name, len(errs), e.Median, e.P95, 100*in/n, m.Median)
	}
	if c.Time != "estimated" {
		return
	}
	for _, at := range []int{4, 8, 12, 20, 40, 80} {
		var v []float64
		for _, f := range all {
			for k := min(at, len(f.timeS)-1); k >= 0 && k > at-4; k-- {
				if !math.IsNaN(f.timeS[k]) {
					v = append(v, f.timeS[k])
					break
				}
			}
		}
		if len(v) > 0 {
			sort.Float64s(v)
			s := score.SpreadOf(v)
			fmt.Printf("capture time %2d s after the first turn or change of speed: off by %.0f ms in the median, 95 %% within %.0f ms (%d flights)\n", at, 1000*s.Median, 1000*s.P95, len(v))
		}
	}
}
