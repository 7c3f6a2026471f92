package vision

import (
	"math"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// What is taken of a live video's delay where the dock says nothing: the middle and standard deviation of the 0.4 to 1.5 s
// that docks show.
const (
	delayPriorS      = 0.95
	delayPriorSigmaS = 0.32
	delayInfoSigmaS  = 0.15 // of what delay_info_push says
)

// How well a move seen in the picture agrees with the poses reported: metres and a share of the way, degrees; and how many
// neighbouring moves share an error.
const (
	moveSigmaM     = 0.08
	moveSigmaShare = 0.02
	turnSigmaDeg   = 0.4
	moveShared     = 3.0
	speedSigmaMS   = 0.35
	minSpeedMS     = 0.8 // slower, an aircraft may be turning on the spot
	wanderTauS     = 60  // how long an error of GNSS lasts
)

// Where the network or a machine is overrun, every picture comes later than the prior has it: with this small weight, by up to so many
// seconds more. What is seen then decides.
const lateShare, latestS = 1e-12, 4.0

// CaptureClock estimates when a frame was taken. A stream's own clock runs evenly with the camera's, so capture time is its
// time stamp plus one constant: what is estimated is that constant. What is known of it: when frames arrive; how old the
// dock says they are; and, as soon as the aircraft has turned or changed its speed, at which offset the moves seen in the
// picture fit the poses that were reported (Estimate).
type CaptureClock struct {
	mu      sync.Mutex
	begun   bool
	fastest time.Time // arrival less time stamp, smallest so far
	last    time.Duration
	origin  time.Time
	sum     float64 // of (arrival - stamp - delay), seconds after origin
	n       float64
	film    film
	offset  float64 // estimate, seconds after origin
	sigma   float64
	before  delay // of the connection before, or of the worker before
}

// delay is that of a live video, seconds.
type delay struct{ mean, sigma float64 }

// delayAnewSigmaS is how much a stream's delay may change when it is connected again, standard deviation.
const delayAnewSigmaS = 0.15

// Expect says what the video's delay was before this stream began; a sigma of 0 says nothing.
func (c *CaptureClock) Expect(delayS, sigmaS float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sigmaS > 0 {
		c.before = delay{delayS, math.Hypot(sigmaS, delayAnewSigmaS)}
	}
}

// DelayS is the video's delay as estimated, with its standard deviation, seconds; a sigma of 0 where nothing is known but what holds for all.
func (c *CaptureClock) DelayS() (delayS, sigmaS float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun && c.sigma > 0 {
		return c.fastest.Sub(c.origin).Seconds() - c.offset, c.sigma
	}
	return c.before.mean, c.before.sigma
}

// moved is a move between two pictures, at seconds on the stream's clock.
type moved struct {
	from, to float64
	geo.Move
}

// Moves kept: a flight at 5 Hz; the capture time is told by those of the last five minutes.
const movesKept, movesRecent = 1 << 14, 1500

// Arrival notes a frame's arrival.
func (c *CaptureClock) Arrival(pts time.Duration, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	zero := at.Add(-pts)
	if !c.begun || pts+time.Second < c.last { // a stream that was connected again has a new clock
		if c.begun && c.sigma > 0 {
			c.before = delay{c.fastest.Sub(c.origin).Seconds() - c.offset, math.Hypot(c.sigma, delayAnewSigmaS)}
		}
		c.begun, c.fastest, c.origin, c.sum, c.n = true, zero, zero, 0, 0
		c.film, c.sigma = film{}, 0
	}
	// the smallest is what matters: frames that come late say nothing of the stream's clock. It may rise slowly, as the
	// delay drifts.
	c.fastest = c.fastest.Add(time.Duration(fastestDrift * float64(max(0, pts-c.last))))
	if zero.Before(c.fastest) {
		c.fastest = zero
	}
	c.last = pts
}

// fastestDrift is how fast the delay of a live video may grow, seconds a second.
const fastestDrift = 0.003

// Delay notes what the dock says of its live video.
func (c *CaptureClock) Delay(seconds float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun && seconds > 0 && seconds < 10 {
		c.sum += c.fastest.Sub(c.origin).Seconds() - seconds
		c.n++
	}
}

// Moved notes how the camera moved between two pictures, at times on the stream's clock.
func (c *CaptureClock) Moved(from, to time.Duration, m geo.Move) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.film.add(moved{from.Seconds(), to.Seconds(), m})
	if n := len(c.film.all) - movesKept; n > 0 {
		c.film.all = slices.Delete(c.film.all, 0, n)
	}
}

// Turned is by how much the pictures show the camera to have turned from one time to a later one, on the stream's clock, degrees clockwise; ok
// is false where they do not show all of it.
func (c *CaptureClock) Turned(from, to time.Duration) (deg float64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, okA := c.film.find(from.Seconds())
	b, okB := c.film.find(to.Seconds())
	return b.yaw - a.yaw, okA && okB && a.run == b.run
}

// prior is what is known without motion: seconds after origin, and its standard deviation.
func (c *CaptureClock) prior() (mean, sigma float64) {
	if c.n > 0 {
		return c.sum / c.n, delayInfoSigmaS
	}
	if c.before.sigma > 0 {
		return c.fastest.Sub(c.origin).Seconds() - c.before.mean, c.before.sigma
	}
	return c.fastest.Sub(c.origin).Seconds() - delayPriorS, delayPriorSigmaS
}

// Captured is the estimated capture time of a frame and its standard deviation in seconds.
func (c *CaptureClock) Captured(pts time.Duration) (time.Time, float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	mean, sigma := c.prior()
	if c.sigma > 0 {
		mean, sigma = c.offset, c.sigma
	}
	return c.origin.Add(time.Duration(mean * 1e9)).Add(pts), sigma
}

// Estimate fits the moves seen to the poses reported (oldest first): for every offset, how far the turns and ways are off, the scale
// of the ways left free (the ground's height is not known to a percent). The posterior over the offsets gives the
// estimate and its error. Straight flight at one speed tells nothing and leaves the prior as it is.
func (c *CaptureClock) Estimate(reported []geo.Pose) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun || len(c.film.all) <= 5 || len(reported) < 2 {
		return
	}
	mean, sigma := c.prior()
	film := &film{all: c.film.all[max(0, len(c.film.all)-movesRecent):]}
	said := newReports(reported, c.origin)
	// where fewer reports meet the film, those that do not are taken to cost what the others do: to miss is no merit
	var most int
	var each float64
	score := func(x float64) (float64, bool) {
		j, n := misfit(x, film, said)
		if n < 2 || 2*n < most {
			return 0, false
		}
		return -0.5*(j+each*float64(most-n))/moveShared + math.Log(math.Exp(-0.5*(x-mean)*(x-mean)/(sigma*sigma))+lateShare), true
	}
	const coarse, fine, reach = 0.1, 0.01, 3.0
	from, to := mean-math.Max(reach*sigma, latestS), mean+reach*sigma
	var costs []float64
	for x := from; x <= to; x += coarse {
		if j, n := misfit(x, film, said); n >= 2 {
			most = max(most, n)
			costs = append(costs, j/float64(n))
		}
	}
	if most == 0 {
		return
	}
	slices.Sort(costs)
	each = costs[len(costs)/2]
	best, top := 0.0, math.Inf(-1)
	type candidate struct{ x, score, width float64 }
	var all []candidate
	for x := from; x <= to; x += coarse {
		if s, ok := score(x); ok {
			all = append(all, candidate{x, s, coarse})
			if s > top {
				best, top = x, s
			}
		}
	}
	if len(all) == 0 {
		return
	}
	// what lies around the top is looked at more closely
	all = slices.DeleteFunc(all, func(k candidate) bool { return math.Abs(k.x-best) < 1.01*coarse })
	for x := best - coarse; x <= best+coarse; x += fine {
		if s, ok := score(x); ok {
			all = append(all, candidate{x, s, fine})
			top = math.Max(top, s)
		}
	}
	var sumW, sumX, sumXX float64
	for _, k := range all {
		w := k.width * math.Exp(k.score-top)
		sumW, sumX, sumXX = sumW+w, sumX+w*k.x, sumXX+w*k.x*k.x
	}
	if sumW == 0 {
		return
	}
	c.offset = sumX / sumW
	c.sigma = math.Max(0.02, math.Sqrt(math.Max(0, sumXX/sumW-c.offset*c.offset)))
}

// misfit is the robust sum of squares, in standard deviations, between what was reported and what was seen at an offset. What was
// seen is taken at the very times of the reports, since pictures come more often: nothing is made up between reports.
func misfit(offset float64, f *film, said []report) (sum float64, n int) {
	type residual struct{ rep, seen, sigma float64 }
	var ways []residual
	huber := func(r float64) float64 {
		if r = math.Abs(r); r > 2 {
			return 4*r - 4
		}
		return r * r
	}
	f.rewind()
	last, had := filmed{}, false
	for i, r := range said {
		at, ok := f.at(r.s - offset)
		if ok && r.speed > minSpeedMS {
			ways = append(ways, residual{r.speed, at.speed, speedSigmaMS})
		}
		if ok && had && at.run == last.run && r.s-said[i-1].s < maxGap.Seconds() {
			n++
			p := said[i-1]
			steps := math.Max(1, (r.s-p.s)/0.2)
			turn := geo.WrapDeg(r.yaw - p.yaw)
			sum += huber(geo.WrapDeg(turn-(at.yaw-last.yaw)) / (turnSigmaDeg * math.Sqrt(steps)))
			// both ways in the directions in which the camera looked at first
			fwd, right := turnedWay(r.e-p.e, r.n-p.n, p.yaw)
			seenFwd, seenRight := turnedWay(at.e-last.e, at.n-last.n, last.yaw)
			sig := math.Sqrt(moveSigmaM*moveSigmaM*steps + moveSigmaShare*moveSigmaShare*(fwd*fwd+right*right) + r.wander*r.wander)
			ways = append(ways, residual{fwd, seenFwd, sig}, residual{right, seenRight, sig})
		}
		last, had = at, ok
	}
	if len(ways) < 4 {
		return 0, n
	}
	scale := 1.0
	for range 3 {
		var num, den float64
		for _, r := range ways {
			k := 1 / (r.sigma * r.sigma)
			if d := math.Abs(r.rep-scale*r.seen) / r.sigma; d > 2 {
				k *= 2 / d
			}
			num, den = num+k*r.rep*r.seen, den+k*r.seen*r.seen
		}
		if den > 0 {
			scale = num / den
		}
	}
	// a scale far from one is no height above the ground
	scale = math.Max(0.8, math.Min(1.25, scale))
	for _, r := range ways {
		sum += huber((r.rep - scale*r.seen) / r.sigma)
	}
	return sum, n
}

// turnedWay is a way east and north as ahead and to the right of a heading.
func turnedWay(e, n, yawDeg float64) (fwd, right float64) {
	s, c := math.Sincos(yawDeg * math.Pi / 180)
	return s*e + c*n, c*e - s*n
}

// film is the camera's way as the picture shows it: moves added up, from a beginning that is anywhere. Where a move is missing another
// run begins.
type film struct {
	all []filmed
	i   int
}

type filmed struct {
	s         float64 // on the stream's clock
	e, n, yaw float64
	speed     float64
	run       int
}

func (f *film) add(m moved) {
	var at filmed
	if n := len(f.all); n > 0 {
		at = f.all[n-1]
	}
	if len(f.all) == 0 || math.Abs(at.s-m.from) > 1e-6 {
		at = filmed{s: m.from, run: at.run + 1}
		f.all = append(f.all, at)
	}
	s, c := math.Sincos(at.yaw * math.Pi / 180)
	at.e, at.n = at.e+s*m.ForwardM+c*m.RightM, at.n+c*m.ForwardM-s*m.RightM
	at.yaw += m.TurnDeg
	at.s = m.to
	at.speed = math.Hypot(m.ForwardM, m.RightM) / math.Max(0.02, m.to-m.from)
	f.all = append(f.all, at)
}

// find is where the camera was at any time.
func (f *film) find(s float64) (filmed, bool) {
	f.i = max(0, min(len(f.all)-2, sort.Search(len(f.all), func(i int) bool { return f.all[i].s > s })-1))
	return f.at(s)
}

func (f *film) rewind() { f.i = 0 }

// at is where the camera was at a time; ok is false where nothing was seen then. Times are asked for in their order.
func (f *film) at(s float64) (filmed, bool) {
	for f.i+2 < len(f.all) && f.all[f.i+1].s <= s {
		f.i++
	}
	if f.i+1 >= len(f.all) {
		return filmed{}, false
	}
	a, b := f.all[f.i], f.all[f.i+1]
	if s < a.s || s > b.s || a.run != b.run {
		return filmed{}, false
	}
	k := (s - a.s) / math.Max(1e-9, b.s-a.s)
	out := filmed{s: s, e: a.e + k*(b.e-a.e), n: a.n + k*(b.n-a.n), yaw: a.yaw + k*(b.yaw-a.yaw), speed: b.speed, run: a.run}
	// a move's speed is that of its middle
	switch {
	case k > 0.5 && f.i+2 < len(f.all) && f.all[f.i+2].run == a.run:
		out.speed += (k - 0.5) * (f.all[f.i+2].speed - b.speed)
	case k < 0.5 && f.i > 0 && f.all[f.i-1].run == a.run:
		out.speed += (0.5 - k) * (a.speed - b.speed)
	}
	return out, true
}

// report is a reported pose in metres and seconds.
type report struct {
	s, e, n, yaw, speed float64
	wander              float64 // how much the error of position may have changed since the report before, metres
}

func newReports(reported []geo.Pose, zero time.Time) []report {
	f := geo.NewFrame(reported[0].Point(), 0)
	out := make([]report, len(reported))
	for i, p := range reported {
		p = p.Upright()
		v := f.To(p.Point(), 0)
		out[i] = report{s: p.Time.Sub(zero).Seconds(), e: v.E, n: v.N, yaw: p.YawDeg, speed: math.Hypot(p.VelE, p.VelN)}
		if i > 0 {
			out[i].wander = p.Sigma.HorizM * math.Sqrt(2*math.Max(0, out[i].s-out[i-1].s)/wanderTauS)
		}
	}
	return out
}
