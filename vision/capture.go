package vision

import (
	"math"
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

// How well the speed seen in the picture agrees with the speed reported, metres a second; and how many neighbouring samples
// share an error.
const (
	speedSigmaMS = 0.35
	speedShare   = 2.0
	minSpeedMS   = 0.8 // slower, an aircraft may be turning on the spot, and the picture tells no speed
)

// CaptureClock estimates when a frame was taken. A stream's own clock runs evenly with the camera's, so capture time is its
// time stamp plus one constant: what is estimated is that constant. What is known of it: when frames arrive; how old the
// dock says they are; and, as soon as the aircraft has changed its speed, at which offset the motion seen in the picture
// fits the speeds that were reported (Estimate).
type CaptureClock struct {
	mu      sync.Mutex
	begun   bool
	fastest time.Time // arrival less time stamp, smallest so far
	last    time.Duration
	origin  time.Time
	sum     float64 // of (arrival - stamp - delay), seconds after origin
	n       float64
	motion  []motion
	offset  float64 // estimate, seconds after origin
	sigma   float64
}

type motion struct{ at, speed float64 } // seconds on the stream's clock; pixels a second

const motionKept = 1500 // five minutes at 5 Hz

// Arrival notes a frame's arrival.
func (c *CaptureClock) Arrival(pts time.Duration, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	zero := at.Add(-pts)
	if !c.begun || pts+time.Second < c.last { // a stream that was connected again has a new clock
		c.begun, c.fastest, c.origin, c.sum, c.n = true, zero, zero, 0, 0
		c.motion, c.sigma = nil, 0
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

// Motion notes how fast the picture moved, in pixels a second, at a time on the stream's clock.
func (c *CaptureClock) Motion(pts time.Duration, pixelsPerS float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.motion = append(c.motion, motion{pts.Seconds(), pixelsPerS})
	if len(c.motion) > motionKept {
		c.motion = c.motion[1:]
	}
}

// prior is what is known without motion: seconds after origin, and its standard deviation.
func (c *CaptureClock) prior() (mean, sigma float64) {
	if c.n > 0 {
		return c.sum / c.n, delayInfoSigmaS
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

// Estimate fits the motion seen to the speeds reported: for every offset the scale between pixels and metres that fits best
// (robustly), and how well it does. The posterior over the offsets gives the estimate and its error. Straight flight at one
// speed tells nothing and leaves the prior as it is.
func (c *CaptureClock) Estimate(reported []geo.Pose) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun || len(c.motion) < 20 || len(reported) < 4 {
		return
	}
	mean, sigma := c.prior()
	const step, reach = 0.02, 3.0
	var sumW, sumX, sumXX, top float64
	top = math.Inf(-1)
	type candidate struct{ x, score float64 }
	var all []candidate
	for x := mean - reach*sigma; x <= mean+reach*sigma; x += step {
		j, n := c.misfit(x, reported)
		if n < 4 {
			continue
		}
		s := -0.5*j/speedShare - 0.5*(x-mean)*(x-mean)/(sigma*sigma)
		all = append(all, candidate{x, s})
		top = math.Max(top, s)
	}
	for _, k := range all {
		w := math.Exp(k.score - top)
		sumW, sumX, sumXX = sumW+w, sumX+w*k.x, sumXX+w*k.x*k.x
	}
	if sumW == 0 {
		return
	}
	c.offset = sumX / sumW
	c.sigma = math.Max(0.04, math.Sqrt(math.Max(0, sumXX/sumW-c.offset*c.offset)))
}

// misfit is the robust sum of squares, in standard deviations, between reported speeds and motion at an offset.
func (c *CaptureClock) misfit(offset float64, reported []geo.Pose) (sum float64, n int) {
	type pair struct{ v, m float64 }
	var pairs []pair
	k := 0
	for i, p := range reported {
		v := math.Hypot(p.VelE, p.VelN)
		if v < minSpeedMS || i > 0 && turned(reported[i-1], p) || i+1 < len(reported) && turned(p, reported[i+1]) && p.Time.Sub(reported[max(0, i-1)].Time) < time.Second {
			continue
		}
		t := p.Time.Sub(c.origin).Seconds() - offset
		for k > 0 && c.motion[k].at > t {
			k--
		}
		for k+1 < len(c.motion) && c.motion[k+1].at < t {
			k++
		}
		if k+1 >= len(c.motion) || c.motion[k].at > t || c.motion[k+1].at-c.motion[k].at > 0.6 {
			continue
		}
		a, b := c.motion[k], c.motion[k+1]
		m := a.speed + (t-a.at)/(b.at-a.at)*(b.speed-a.speed)
		pairs = append(pairs, pair{v, m})
	}
	if len(pairs) < 4 {
		return 0, len(pairs)
	}
	// the scale that fits best, twice reweighted so that bad correlations do not pull
	scale := 0.0
	for round := range 3 {
		var vm, mm float64
		for _, p := range pairs {
			w := 1.0
			if round > 0 {
				if r := math.Abs(p.v-scale*p.m) / speedSigmaMS; r > 2 {
					w = 2 / r
				}
			}
			vm, mm = vm+w*p.v*p.m, mm+w*p.m*p.m
		}
		if mm == 0 {
			return 0, 0
		}
		scale = vm / mm
	}
	for _, p := range pairs {
		r := math.Abs(p.v-scale*p.m) / speedSigmaMS
		if r > 2 {
			r = math.Sqrt(4*r - 4) // Huber
		}
		sum += r * r
	}
	return sum, len(pairs)
}

// turned says that the aircraft turned between two reports.
func turned(a, b geo.Pose) bool {
	dt := b.Time.Sub(a.Time).Seconds()
	return dt > 0 && dt < 1 && math.Abs(geo.WrapDeg(b.YawDeg-a.YawDeg))/dt > 6
}
