package vision

import (
	"math"
	"sync"
	"time"
)

// What is taken of a live video's delay where the dock says nothing: the middle and standard deviation of the 0.4 to 1.5 s
// that docks show.
const (
	delayPriorS      = 0.95
	delayPriorSigmaS = 0.32
	delayInfoSigmaS  = 0.15 // of what delay_info_push says
)

// CaptureClock estimates when a frame was taken. A stream's own clock runs evenly with the camera's, so capture time is its
// time stamp plus one constant: what is estimated is that constant, from when frames arrive and how old the dock says they
// are.
type CaptureClock struct {
	mu      sync.Mutex
	begun   bool
	fastest time.Time // arrival less time stamp, smallest of late
	recent  []time.Time
	last    time.Time
	sum     float64 // of (arrival - stamp - delay), seconds after origin
	n       float64
	origin  time.Time
}

// Arrival notes a frame's arrival.
func (c *CaptureClock) Arrival(pts time.Duration, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	zero := at.Add(-pts)
	// a stream that was connected again has a new clock
	if !c.begun || math.Abs(zero.Sub(c.fastest).Seconds()) > 3 {
		c.begun, c.fastest, c.origin, c.last, c.recent, c.sum, c.n = true, zero, zero, at, []time.Time{zero}, 0, 0
		return
	}
	if at.Sub(c.last) > time.Second {
		c.last = at
		c.recent = append(c.recent, zero)
		if len(c.recent) > 5 {
			c.recent = c.recent[1:]
		}
	} else if k := len(c.recent) - 1; zero.Before(c.recent[k]) {
		c.recent[k] = zero
	}
	c.fastest = c.recent[0]
	for _, r := range c.recent {
		if r.Before(c.fastest) {
			c.fastest = r
		}
	}
}

// Delay notes what the dock says of its live video.
func (c *CaptureClock) Delay(seconds float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun && seconds > 0 && seconds < 10 {
		c.sum += c.fastest.Sub(c.origin).Seconds() - seconds
		c.n++
	}
}

// Captured is the estimated capture time of a frame and its standard deviation in seconds.
func (c *CaptureClock) Captured(pts time.Duration) (time.Time, float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n > 0 {
		return c.origin.Add(time.Duration(c.sum / c.n * 1e9)).Add(pts), delayInfoSigmaS
	}
	return c.fastest.Add(-time.Duration(delayPriorS * 1e9)).Add(pts), delayPriorSigmaS
}
