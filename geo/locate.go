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

// Points are n points of the ellipse around its middle, WGS-84.
func (e Ellipse) Points(middle orb.Point, n int) []orb.Point {
	f := NewFrame(middle, 0)
	sa, ca := math.Sincos(e.AzimuthDeg * math.Pi / 180) // of the major axis, from north clockwise
	out := make([]orb.Point, n)
	for i := range out {
		s, c := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		along, across := e.MajorM*c, e.MinorM*s
		out[i] = f.From(along*sa+across*ca, along*ca-across*sa)
	}
	return out
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
	// DepressionDeg is how far below level the line of sight points: 90 is straight down.
	DepressionDeg float64
}

// Point is the located position.
func (l Located) Point() orb.Point { return orb.Point{l.Lon, l.Lat} }

// Locator puts pixels on the ground: flat at take-off height, or terrain, with the buildings that are known.
type Locator struct {
	Buildings *Buildings // nil where none are known
	Terrain   *Terrain   // nil: flat at take-off height
	// TakeoffM is the height of the take-off point in the terrain's own heights: set it with At.
	TakeoffM float64
	// GroundSigmaM is the standard deviation of the ground's height against take-off.
	GroundSigmaM float64
}

// At is the locator for flights that take off at p: heights above take-off are related to the terrain there. It fails
// where the terrain does not reach.
func (l Locator) At(p orb.Point) (Locator, error) {
	if l.Terrain == nil {
		return l, nil
	}
	h, ok := l.Terrain.HeightM(p)
	if !ok {
		return l, fmt.Errorf("the terrain does not reach the take-off point %.5f, %.5f; add the tile that has it", p.Lon(), p.Lat())
	}
	l.TakeoffM = h
	return l, nil
}

// minDepressionDeg: below it a degree of gimbal error is worth many metres, and terrain hides what is seen.
const minDepressionDeg = 10

// Errors of what outlines say of heights: of roofs, and of where on a wall something is seen.
const (
	roofSigmaM    = 1.0
	wallSigmaM    = 2.0
	terrainSigmaM = 2.0 // of SRTM and Copernicus DEM between points a few kilometres apart (relative vertical accuracy, 1 sigma)
)

// Locate returns where pixel x, y of camera c at pose p lies, for a thing whose seen point is aboveM over what it stands
// on. pixelSigma is the standard deviation of the pixel. The error is carried through by the Jacobian of all that the
// position hangs on; what corrections have in common (Pose.Common) is carried with its covariance.
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
	depression := math.Atan2(-d.U, math.Hypot(d.E, d.N)) * 180 / math.Pi
	switch {
	case depression <= 0:
		return Located{}, fmt.Errorf("%w: pixel %.0f,%.0f looks above the horizon", ErrNotLocated, x, y)
	case depression < minDepressionDeg:
		return Located{}, fmt.Errorf("%w: pixel %.0f,%.0f looks %.0f° below the horizon, too near it (at least %d° are needed)", ErrNotLocated, x, y, depression, minDepressionDeg)
	}
	surface := plane{kind: "ground"}
	ground := l.GroundSigmaM
	if l.Terrain != nil {
		var err error
		if surface, err = l.Terrain.meet(f, v, x, y, l.TakeoffM); err != nil {
			return Located{}, fmt.Errorf("%w: pixel %.0f,%.0f: %w", ErrNotLocated, x, y, err)
		}
		ground = math.Hypot(ground, terrainSigmaM)
	}
	if l.Buildings != nil {
		surface = l.Buildings.meet(f, v, x, y, surface, l.groundUnder)
	}
	switch surface.kind {
	case "roof":
		ground = math.Max(ground, roofSigmaM)
	case "wall":
		ground = math.Max(ground, wallSigmaM)
	}
	top := surface
	top.u += aboveM
	hit, slant, ok := v.onSlope(x, y, top)
	if !ok {
		return Located{}, fmt.Errorf("%w: the aircraft is at %.0f m, below the %.0f m that pixel %.0f,%.0f meets", ErrNotLocated, p.HeightM, top.u, x, y)
	}
	out := Located{HeightM: hit.U - aboveM, Surface: surface.kind, SlantM: slant, DepressionDeg: depression}
	pt := f.From(hit.E, hit.N)
	out.Lon, out.Lat = pt.Lon(), pt.Lat()
	_, _, depth := v.Project(hit)
	out.GSDM = depth / c.FocalPx
	out.Cov = carry(v, p, x, y, top, hit, ground, pixelSigma)
	return out, nil
}

// groundUnder is the height of the ground at a point against take-off, metres.
func (l Locator) groundUnder(p orb.Point) float64 {
	if l.Terrain == nil {
		return 0
	}
	if h, ok := l.Terrain.HeightM(p); ok {
		return h - l.TakeoffM
	}
	return 0
}

// What a position hangs on, in the order of the Jacobian's columns. The first seven are those of CommonCov.
const (
	byHeight = iota // of the aircraft above the ground
	byYaw
	byPitch
	byRoll
	byTime
	byEast
	byNorth
	byX
	byY
	columns
)

// carry is the covariance of where a pixel meets a plane.
func carry(v View, p Pose, x, y float64, top plane, hit ENU, groundSigma, pixelSigma float64) Cov {
	var jac [columns][2]float64
	derive := func(i int, step float64, vv View, xx, yy float64) {
		if q, _, ok := vv.onSlope(xx, yy, top); ok {
			jac[i] = [2]float64{(q.E - hit.E) / step, (q.N - hit.N) / step}
		}
	}
	const h, a, px = 0.01, 0.005, 0.25
	up := v
	up.At.U += h
	derive(byHeight, h, up, x, y)
	derive(byYaw, a, NewView(v.Camera, v.At, p.YawDeg+a, p.PitchDeg, p.RollDeg), x, y)
	derive(byPitch, a, NewView(v.Camera, v.At, p.YawDeg, p.PitchDeg+a, p.RollDeg), x, y)
	derive(byRoll, a, NewView(v.Camera, v.At, p.YawDeg, p.PitchDeg, p.RollDeg+a), x, y)
	derive(byX, px, v, x+px, y)
	derive(byY, px, v, x, y+px)
	jac[byTime] = [2]float64{p.VelE + jac[byYaw][0]*p.TurnDegS, p.VelN + jac[byYaw][1]*p.TurnDegS}

	jac[byEast], jac[byNorth] = [2]float64{1, 0}, [2]float64{0, 1}

	s := p.Sigma
	var out Cov
	for i, sigma := range [columns]float64{math.Hypot(s.VertM, groundSigma), s.YawDeg, s.PitchDeg, s.RollDeg, s.TimeS, s.HorizM, s.HorizM, pixelSigma, pixelSigma} {
		out.EE += sq(sigma * jac[i][0])
		out.NN += sq(sigma * jac[i][1])
		out.EN += sigma * sigma * jac[i][0] * jac[i][1]
	}
	if p.Common != nil {
		for i, row := range p.Common {
			for j, c := range row {
				out.EE += c * jac[i][0] * jac[j][0]
				out.NN += c * jac[i][1] * jac[j][1]
				out.EN += c * (jac[i][0]*jac[j][1] + jac[i][1]*jac[j][0]) / 2
			}
		}
	}
	return out
}

func sq(x float64) float64 { return x * x }
