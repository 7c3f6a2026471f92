package vision

import (
	"math"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Poses holds the poses of one aircraft in the order of their times, those of the last three quarters of an hour and more.
type Poses struct {
	mu  sync.Mutex
	all []geo.Pose
}

// posesKept: the flight at ten reports a second, so that what was seen at its beginning is placed again at its end; and how many of the last tell
// of noise and of the capture time.
const posesKept, posesRecent = 1 << 15, 1200

// Add puts a pose in; late ones find their place.
func (p *Poses) Add(x geo.Pose) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := len(p.all)
	for i > 0 && p.all[i-1].Time.After(x.Time) {
		i--
	}
	p.all = append(p.all, geo.Pose{})
	copy(p.all[i+1:], p.all[i:])
	p.all[i] = x
	if len(p.all) > posesKept {
		p.all = p.all[len(p.all)-posesKept:]
	}
}

// Reaches says whether there is a pose at or after t.
func (p *Poses) Reaches(t time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all) > 0 && !p.all[len(p.all)-1].Time.Before(t)
}

// Last is the latest pose that was reported.
func (p *Poses) Last() (geo.Pose, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.all) == 0 {
		return geo.Pose{}, false
	}
	return p.all[len(p.all)-1], true
}

// Noise is how much reported gimbal angles jump from report to report (standard deviations of one report, degrees): what each is off the line
// between its neighbours, robustly, so that turns do not count. ok is false until there are enough reports.
func (p *Poses) Noise() (s geo.PoseSigma, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var off [3][]float64
	all := p.recent()
	for i := 1; i+1 < len(all); i++ {
		a, b, c := all[i-1].Upright(), all[i].Upright(), all[i+1].Upright()
		span := c.Time.Sub(a.Time)
		if span <= 0 || span > 2*maxGap {
			continue
		}
		k := b.Time.Sub(a.Time).Seconds() / span.Seconds()
		norm := math.Sqrt(1 + (1-k)*(1-k) + k*k)
		for j, x := range [3][3]float64{{a.YawDeg, b.YawDeg, c.YawDeg}, {a.PitchDeg, b.PitchDeg, c.PitchDeg}, {a.RollDeg, b.RollDeg, c.RollDeg}} {
			off[j] = append(off[j], math.Abs(geo.WrapDeg(x[1]-x[0])-k*geo.WrapDeg(x[2]-x[0]))/norm)
		}
	}
	if len(off[0]) < minForNoise {
		return s, false
	}
	mad := func(v []float64) float64 {
		slices.Sort(v)
		return math.Max(minNoiseDeg, v[len(v)/2]/0.6745) // the median of a normal distribution's absolute value
	}
	return geo.PoseSigma{YawDeg: mad(off[0]), PitchDeg: mad(off[1]), RollDeg: mad(off[2])}, true
}

// How many reports it takes to say how noisy they are, and the least that is believed: angles come in tenths of a degree.
const minForNoise, minNoiseDeg = 12, 0.02

// A pose is not to be had further than this from what was reported.
const maxGap = 3 * time.Second

// At is the pose at t, between two reported ones or a little after the last; ok is false where telemetry is missing. turning is
// how fast the camera turned then, degrees a second. What lies between sparse reports is uncertain, and the pose says so.
func (p *Poses) At(t time.Time) (pose geo.Pose, turning float64, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.all)
	if n == 0 {
		return geo.Pose{}, 0, false
	}
	i := p.after(t)
	switch {
	case i == 0:
		return geo.Pose{}, 0, false
	case i == n:
		a := p.all[n-1]
		dt := t.Sub(a.Time)
		if dt > maxGap {
			return geo.Pose{}, 0, false
		}
		q := geo.NewFrame(a.Point(), 0).From(a.VelE*dt.Seconds(), a.VelN*dt.Seconds())
		out := a
		out.Lon, out.Lat, out.Time = q.Lon(), q.Lat(), t
		out.Sigma.HorizM = math.Hypot(a.Sigma.HorizM, 0.4*dt.Seconds()*dt.Seconds())
		if n > 1 {
			b := p.all[n-2]
			if s := a.Time.Sub(b.Time).Seconds(); s > 0 {
				turning = math.Abs(geo.WrapDeg(a.YawDeg-b.YawDeg)) / s
			}
		}
		return out, turning, true
	}
	a, b := p.all[i-1], p.all[i]
	gap := b.Time.Sub(a.Time)
	if gap > maxGap {
		return geo.Pose{}, 0, false
	}
	out := geo.Between(a, b, t)
	return out, math.Abs(out.TurnDegS), true
}

// after is the place of the first pose after t.
func (p *Poses) after(t time.Time) int {
	return sort.Search(len(p.all), func(i int) bool { return p.all[i].Time.After(t) })
}

// Around are the reports before and after t; ok is false where either is missing or they lie too far apart.
func (p *Poses) Around(t time.Time) (before, after geo.Pose, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.after(t)
	if i == 0 || i == len(p.all) || p.all[i].Time.Sub(p.all[i-1].Time) > maxGap {
		return before, after, false
	}
	return p.all[i-1], p.all[i], true
}

// recent are the last poses.
func (p *Poses) recent() []geo.Pose { return p.all[max(0, len(p.all)-posesRecent):] }

// Recent returns the last poses, oldest first.
func (p *Poses) Recent() []geo.Pose {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.recent())
}
