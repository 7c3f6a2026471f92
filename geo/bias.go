package geo

import (
	"math"
	"sort"
	"time"
)

// CommonCov is the covariance of corrections, in the order height (m), yaw, pitch, roll (degrees), time (s), east, north (m).
type CommonCov [7][7]float64

// Bias is what is to be added to reported poses, and how sure that is.
type Bias struct {
	HeightM  float64   `json:"height_m"` // to the height above the ground
	YawDeg   []float64 `json:"yaw"`      // by group
	PitchDeg float64   `json:"pitch"`
	RollDeg  float64   `json:"roll"`
	TimeS    float64   `json:"time_s"` // to the time at which a picture was taken
	// Cov is the covariance of these, by group.
	Cov []CommonCov `json:"cov"`
	// Along is the shots' own corrections of position where those wander, oldest first.
	Along []Along `json:"-"`
	// Own is how large each shot's own error was found to be.
	Own PoseSigma `json:"own"`
	// Ties is how many tie points agreed (three standard deviations), of Of.
	Ties int `json:"ties"`
	Of   int `json:"of"`
	// PixelPx is the median disagreement left, pixels.
	PixelPx float64 `json:"pixel_px"`

	tauS   float64
	ground float64 // share of the tie points that are taken for ground
}

// Along is a correction of position at a time, with the covariance of all corrections then.
type Along struct {
	Time                   time.Time
	EastM, NorthM, HeightM float64
	Cov                    CommonCov
}

// Applied is the pose with the bias of its group added. What the poses of a flight have in common is then known to the bias's
// covariance, which the pose carries; what each has for itself is left in its sigma.
func (b *Bias) Applied(p Pose, group int) Pose {
	if b == nil || group < 0 || group >= len(b.YawDeg) {
		return p
	}
	p = p.Upright()
	e, n, u := p.VelE*b.TimeS, p.VelN*b.TimeS, b.HeightM
	sigma := PoseSigma{HorizM: p.Sigma.HorizM, VertM: b.Own.VertM, YawDeg: math.Hypot(b.Own.YawDeg, p.Gap.YawDeg), PitchDeg: b.Own.PitchDeg, RollDeg: b.Own.RollDeg}
	p.Common = &b.Cov[group]
	if len(b.Along) > 0 {
		i := sort.Search(len(b.Along), func(i int) bool { return b.Along[i].Time.After(p.Time) })
		near, k := &b.Along[min(i, len(b.Along)-1)], 0.0
		if i > 0 {
			before := &b.Along[i-1]
			if span := near.Time.Sub(before.Time).Seconds(); span > 0 {
				k = near.Time.Sub(p.Time).Seconds() / span
			}
			e, n, u = e+(1-k)*near.EastM+k*before.EastM, n+(1-k)*near.NorthM+k*before.NorthM, u+(1-k)*near.HeightM+k*before.HeightM
			if k > 0.5 {
				near = before
			}
		} else {
			e, n, u = e+near.EastM, n+near.NorthM, u+near.HeightM
		}
		p.Common = &near.Cov
		wander := math.Sqrt(1 - math.Exp(-2*math.Abs(p.Time.Sub(near.Time).Seconds())/b.tauS))
		sigma.HorizM, sigma.VertM = math.Hypot(b.Own.HorizM*wander, p.Gap.HorizM), b.Own.VertM*wander
	}
	q := NewFrame(p.Point(), 0).From(e, n)
	p.Lon, p.Lat = q.Lon(), q.Lat()
	p.HeightM += u
	p.YawDeg = WrapDeg(p.YawDeg + b.YawDeg[group] + p.TurnDegS*b.TimeS)
	p.PitchDeg += b.PitchDeg
	p.RollDeg += b.RollDeg
	p.Sigma = sigma
	return p
}
