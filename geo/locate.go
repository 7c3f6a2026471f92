package geo

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// ErrNotLocated says that a pixel shows no ground that can be named.
var ErrNotLocated = errors.New("not located")

// Ellipse holds the semi-axes in metres, and the azimuth of the major one in degrees from north, of the ellipse that contains
// the true position with 95 % probability (2.448 standard deviations of a two-dimensional normal distribution).
type Ellipse struct {
	MajorM, MinorM, AzimuthDeg float64
}

const chi95 = 2.4477468 // sqrt of the 95 % quantile of chi-squared with two degrees of freedom

// MarshalJSON writes [major_m, minor_m, azimuth_deg].
func (e Ellipse) MarshalJSON() ([]byte, error) {
	return []byte(fmt.Sprintf("[%.2f,%.2f,%.1f]", e.MajorM, e.MinorM, e.AzimuthDeg)), nil
}

// UnmarshalJSON reads [major_m, minor_m, azimuth_deg].
func (e *Ellipse) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscanf(string(b), "[%f,%f,%f]", &e.MajorM, &e.MinorM, &e.AzimuthDeg)
	return err
}

// Cov is the covariance of a horizontal position in square metres.
type Cov struct{ EE, EN, NN float64 }

// Add sums two independent errors.
func (c Cov) Add(d Cov) Cov { return Cov{c.EE + d.EE, c.EN + d.EN, c.NN + d.NN} }

// Ellipse is the 95 % ellipse of a covariance.
func (c Cov) Ellipse() Ellipse {
	mean, diff := (c.EE+c.NN)/2, (c.EE-c.NN)/2
	r := math.Hypot(diff, c.EN)
	az := math.Atan2(c.EN, c.NN-mean+r) * 180 / math.Pi // direction (east, north) of the larger eigenvalue
	if r < 1e-12 {
		az = 0
	}
	if az < 0 {
		az += 180
	}
	return Ellipse{chi95 * math.Sqrt(math.Max(mean+r, 0)), chi95 * math.Sqrt(math.Max(mean-r, 0)), az}
}

// Mahalanobis2 is the squared distance of an offset (metres) in standard deviations of the covariance.
func (c Cov) Mahalanobis2(e, n float64) float64 {
	det := c.EE*c.NN - c.EN*c.EN
	if det < 1e-9 {
		return math.Inf(1)
	}
	return (c.NN*e*e - 2*c.EN*e*n + c.EE*n*n) / det
}

// Located is a pixel put on the ground.
type Located struct {
	Lon, Lat float64 // WGS-84 degrees
	HeightM  float64 // of the surface it was found on, above take-off
	Surface  string  // "ground", "roof" or "wall"
	Cov      Cov
	SlantM   float64 // distance from the camera
	GSDM     float64 // metres a pixel there, across the line of sight
}

// Point is the located position.
func (l Located) Point() orb.Point { return orb.Point{l.Lon, l.Lat} }

// Locator puts pixels on the ground: flat at take-off height, with the buildings that are known.
type Locator struct {
	Buildings *Buildings // nil where none are known
	// GroundSigmaM is the standard deviation of the ground's height against take-off.
	GroundSigmaM float64
}

// maxOffNadirDeg: beyond it a degree of gimbal error is worth many metres, and terrain hides what is seen.
const maxOffNadirDeg = 80

// Locate returns where pixel x, y of camera c at pose p lies, for a thing whose seen point is aboveM over what it stands
// on. pixelSigma is the standard deviation of the pixel. The error is carried through numerically, parameter by parameter.
// It returns ErrNotLocated, wrapped with the reason, near and above the horizon.
func (l Locator) Locate(c Camera, p Pose, x, y, aboveM, pixelSigma float64) (Located, error) {
	if err := p.Check(); err != nil {
		return Located{}, fmt.Errorf("%w: %w", ErrNotLocated, err)
	}
	if x < 0 || y < 0 || x > float64(c.Width) || y > float64(c.Height) {
		return Located{}, fmt.Errorf("%w: pixel %.0f,%.0f is outside the image of %dx%d", ErrNotLocated, x, y, c.Width, c.Height)
	}
	f := NewFrame(p.Point(), 0)
	at := ENU{0, 0, p.HeightM}
	v := NewView(c, at, p.YawDeg, p.PitchDeg, p.RollDeg)
	d := v.Ray(x, y)
	off := math.Atan2(math.Hypot(d.E, d.N), -d.U) * 180 / math.Pi
	switch {
	case off >= 90:
		return Located{}, fmt.Errorf("%w: pixel %.0f,%.0f looks above the horizon", ErrNotLocated, x, y)
	case off > maxOffNadirDeg:
		return Located{}, fmt.Errorf("%w: pixel %.0f,%.0f looks %.0f° off straight down, too near the horizon", ErrNotLocated, x, y, off)
	}
	h, surface := 0.0, "ground"
	if l.Buildings != nil {
		h, surface = l.Buildings.meet(f, v, x, y)
	}
	hit, slant, ok := v.OnPlane(x, y, h+aboveM)
	if !ok {
		return Located{}, fmt.Errorf("%w: the aircraft is at %.0f m, below the %.0f m that pixel %.0f,%.0f meets", ErrNotLocated, p.HeightM, h+aboveM, x, y)
	}
	out := Located{HeightM: h, Surface: surface, SlantM: slant}
	pt := f.From(hit.E, hit.N)
	out.Lon, out.Lat = pt.Lon(), pt.Lat()
	_, _, depth := v.Project(hit)
	out.GSDM = depth / c.FocalPx

	s := p.Sigma
	ground := l.GroundSigmaM
	if surface != "ground" {
		ground = math.Max(ground, 1) // outlines' heights are good to about a metre
	}
	if surface == "wall" {
		ground = math.Max(ground, 2)
	}
	out.Cov = Cov{EE: s.HorizM*s.HorizM + sq(p.VelE*s.TimeS), NN: s.HorizM*s.HorizM + sq(p.VelN*s.TimeS), EN: p.VelE * p.VelN * s.TimeS * s.TimeS}
	add := func(sigma, step float64, moved func(step float64) (View, float64, float64, float64)) {
		if sigma == 0 {
			return
		}
		vv, xx, yy, u := moved(step)
		q, _, ok := vv.OnPlane(xx, yy, u)
		if !ok {
			return
		}
		je, jn := (q.E-hit.E)/step*sigma, (q.N-hit.N)/step*sigma
		out.Cov.EE += je * je
		out.Cov.NN += jn * jn
		out.Cov.EN += je * jn
	}
	top := h + aboveM
	turned := func(dy, dp, dr float64) View { return NewView(c, at, p.YawDeg+dy, p.PitchDeg+dp, p.RollDeg+dr) }
	add(s.YawDeg, 0.01, func(k float64) (View, float64, float64, float64) { return turned(k, 0, 0), x, y, top })
	add(s.PitchDeg, 0.01, func(k float64) (View, float64, float64, float64) { return turned(0, k, 0), x, y, top })
	add(s.RollDeg, 0.01, func(k float64) (View, float64, float64, float64) { return turned(0, 0, k), x, y, top })
	add(math.Hypot(s.VertM, ground), 0.01, func(k float64) (View, float64, float64, float64) { return v, x, y, top + k })
	add(pixelSigma, 0.5, func(k float64) (View, float64, float64, float64) { return v, x + k, y, top })
	add(pixelSigma, 0.5, func(k float64) (View, float64, float64, float64) { return v, x, y + k, top })
	return out, nil
}

func sq(x float64) float64 { return x * x }
