package geo

import (
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"
)

// Camera is a camera: image size, focal length and principal point, all in pixels, and how its lens distorts.
type Camera struct {
	Width, Height int
	FocalPx       float64
	CX, CY        float64
	Lens          Lens
}

// CameraFromDiagonal returns the camera of an image of w by h pixels whose diagonal field of view is diagDeg.
func CameraFromDiagonal(w, h int, diagDeg float64) Camera {
	d := math.Hypot(float64(w), float64(h))
	return cameraOf(w, h, d/2/math.Tan(diagDeg*math.Pi/360))
}

// CameraFromHorizontal returns the camera of an image of w by h pixels whose horizontal field of view is fovDeg.
func CameraFromHorizontal(w, h int, fovDeg float64) Camera {
	return cameraOf(w, h, float64(w)/2/math.Tan(fovDeg*math.Pi/360))
}

// CameraFrom35mm returns the camera of an image of w by h pixels taken with a lens of the given 35 mm equivalent focal
// length. Equivalence is by the diagonal (CIPA DCG-001: 43.27 mm) of the whole sensor, which has the aspect given (4:3
// for DJI's photo cameras); a wider image is a crop of it that keeps the width.
func CameraFrom35mm(w, h int, equivalentMM, sensorAspect float64) Camera {
	diag := float64(w) * math.Hypot(1, 1/sensorAspect)
	if aspect := float64(w) / float64(h); aspect < sensorAspect {
		diag = float64(h) * math.Hypot(1, sensorAspect)
	}
	return cameraOf(w, h, equivalentMM/43.267*diag)
}

func cameraOf(w, h int, f float64) Camera {
	return Camera{Width: w, Height: h, FocalPx: f, CX: float64(w) / 2, CY: float64(h) / 2}
}

// Scaled is the same camera with its image resized to w by h pixels.
func (c Camera) Scaled(w, h int) Camera {
	k := float64(w) / float64(c.Width)
	return Camera{Width: w, Height: h, FocalPx: c.FocalPx * k, CX: c.CX * k, CY: c.CY * float64(h) / float64(c.Height), Lens: c.Lens}
}

// Zoomed is the same camera with its picture cut to its middle and enlarged again, z times: what digital zoom does.
func (c Camera) Zoomed(z float64) Camera {
	w, h := float64(c.Width)/2, float64(c.Height)/2
	c.FocalPx, c.CX, c.CY = c.FocalPx*z, w+(c.CX-w)*z, h+(c.CY-h)*z
	return c
}

// Pose is where the aircraft was and where its camera looked at one instant.
type Pose struct {
	Time time.Time `json:"time"`
	Lon  float64   `json:"lon"` // degrees, WGS-84
	Lat  float64   `json:"lat"`
	// HeightM is the height above the take-off point, metres (DJI "elevation", XMP RelativeAltitude).
	HeightM float64 `json:"height_m"`
	// Gimbal angles, degrees: yaw from true north clockwise, pitch 0 level and -90 straight down, roll right side down.
	// The camera looks where the gimbal looks, not where the nose points.
	YawDeg   float64 `json:"yaw"`
	PitchDeg float64 `json:"pitch"`
	RollDeg  float64 `json:"roll"`
	// Ground velocity, metres per second east and north; zero where unknown.
	VelE float64 `json:"vel_e,omitempty"`
	VelN float64 `json:"vel_n,omitempty"`
	// TurnDegS is how fast the camera's yaw changes, degrees per second clockwise; zero where unknown.
	TurnDegS float64 `json:"turn,omitempty"`
	// Gap is the part of Sigma that comes from lying between two reports: how far the way may bend and the camera's yaw be off the line
	// between them (HorizM, YawDeg). It is of each pose alone, and stays where the errors that all have in common are corrected.
	Gap PoseSigma `json:"-"`

	Sigma PoseSigma `json:"sigma"`
	// Common is the error of the corrections that were added to this pose (Bias.Applied); nil where none were.
	Common *CommonCov `json:"-"`
}

// PoseSigma holds the standard deviations of a pose.
type PoseSigma struct {
	HorizM   float64 `json:"horiz_m"` // of each horizontal axis
	VertM    float64 `json:"vert_m"`
	YawDeg   float64 `json:"yaw"`
	PitchDeg float64 `json:"pitch"`
	RollDeg  float64 `json:"roll"`
	TimeS    float64 `json:"time_s"` // of the capture time against the pose; times the speed it is metres along track
}

// Point is the pose's horizontal position.
func (p Pose) Point() orb.Point { return orb.Point{p.Lon, p.Lat} }

// axes returns the camera's right, down and forward directions in east, north, up.
func axes(yawDeg, pitchDeg, rollDeg float64) (right, down, fwd [3]float64) {
	const rad = math.Pi / 180
	sy, cy := math.Sincos(yawDeg * rad)
	sp, cp := math.Sincos(pitchDeg * rad)
	sr, cr := math.Sincos(rollDeg * rad)
	fwd = [3]float64{sy * cp, cy * cp, sp}
	r := [3]float64{cy, -sy, 0}
	d := [3]float64{fwd[1]*r[2] - fwd[2]*r[1], fwd[2]*r[0] - fwd[0]*r[2], fwd[0]*r[1] - fwd[1]*r[0]}
	for i := range r {
		right[i] = r[i]*cr + d[i]*sr
		down[i] = d[i]*cr - r[i]*sr
	}
	return right, down, fwd
}

// View is a camera at a pose, in a local frame: what projects points and casts rays.
type View struct {
	Camera           Camera
	At               ENU
	right, down, fwd [3]float64
}

// NewView places camera c at `at` (local metres) with gimbal angles in degrees.
func NewView(c Camera, at ENU, yawDeg, pitchDeg, rollDeg float64) View {
	v := View{Camera: c, At: at}
	v.right, v.down, v.fwd = axes(yawDeg, pitchDeg, rollDeg)
	return v
}

// Project returns the pixel at which a point is seen and its depth along the optical axis in metres; depth is not
// positive for a point behind the camera, and the pixel is then meaningless.
func (v View) Project(p ENU) (x, y, depthM float64) {
	d := [3]float64{p.E - v.At.E, p.N - v.At.N, p.U - v.At.U}
	z := d[0]*v.fwd[0] + d[1]*v.fwd[1] + d[2]*v.fwd[2]
	if z <= 1e-6 {
		return 0, 0, z
	}
	r := d[0]*v.right[0] + d[1]*v.right[1] + d[2]*v.right[2]
	w := d[0]*v.down[0] + d[1]*v.down[1] + d[2]*v.down[2]
	a, b := v.Camera.Lens.distort(r/z, w/z)
	return v.Camera.CX + v.Camera.FocalPx*a, v.Camera.CY + v.Camera.FocalPx*b, z
}

// Ray is the direction (not normalised; depth 1) in which pixel x, y looks.
func (v View) Ray(x, y float64) ENU {
	a, b := v.Camera.Lens.undistort((x-v.Camera.CX)/v.Camera.FocalPx, (y-v.Camera.CY)/v.Camera.FocalPx)
	return ENU{
		a*v.right[0] + b*v.down[0] + v.fwd[0],
		a*v.right[1] + b*v.down[1] + v.fwd[1],
		a*v.right[2] + b*v.down[2] + v.fwd[2],
	}
}

// OnPlane returns where pixel x, y meets the horizontal plane at height u, and how far off that is in metres; ok is false
// where it looks at or above the plane's horizon.
func (v View) OnPlane(x, y, u float64) (p ENU, slantM float64, ok bool) {
	d := v.Ray(x, y)
	if d.U >= -1e-9 || v.At.U <= u {
		return ENU{}, 0, false
	}
	t := (u - v.At.U) / d.U
	p = ENU{v.At.E + t*d.E, v.At.N + t*d.N, u}
	return p, t * math.Sqrt(d.E*d.E+d.N*d.N+d.U*d.U), true
}

// GSDM is the ground sample distance at pixel x, y on the plane at height u: metres a pixel across the line of sight.
func (v View) GSDM(x, y, u float64) (float64, bool) {
	p, _, ok := v.OnPlane(x, y, u)
	if !ok {
		return 0, false
	}
	_, _, depth := v.Project(p)
	return depth / v.Camera.FocalPx, true
}

// Check says what is wrong with a pose that cannot be used.
func (p Pose) Check() error {
	for _, f := range []struct {
		name string
		v    float64
	}{{"longitude", p.Lon}, {"latitude", p.Lat}, {"height", p.HeightM}, {"gimbal yaw", p.YawDeg}, {"gimbal pitch", p.PitchDeg}, {"gimbal roll", p.RollDeg}} {
		if math.IsNaN(f.v) || math.IsInf(f.v, 0) {
			return fmt.Errorf("pose: %s is not a number", f.name)
		}
	}
	switch {
	case p.Lat < -90 || p.Lat > 90:
		return fmt.Errorf("pose: latitude %.6f is outside -90..90", p.Lat)
	case p.Lon < -180 || p.Lon > 180:
		return fmt.Errorf("pose: longitude %.6f is outside -180..180", p.Lon)
	case p.Lat == 0 && p.Lon == 0:
		return fmt.Errorf("pose: position is 0, 0: the aircraft had no fix")
	case p.HeightM <= 0:
		return fmt.Errorf("pose: height above take-off is %.1f m, must be positive to look at the ground", p.HeightM)
	}
	return nil
}

// WrapDeg brings an angle to -180..180 degrees.
func WrapDeg(a float64) float64 {
	a = math.Mod(a+180, 360)
	if a < 0 {
		a += 360
	}
	return a - 180
}

// Upright is the same view with a roll of at most 90 degrees: a roll of 180 with the yaw turned by 180 is how some aircraft
// report looking straight down. The pitch may then lie beyond -90.
func (p Pose) Upright() Pose {
	if math.Abs(WrapDeg(p.RollDeg)) > 90 {
		p.YawDeg, p.PitchDeg, p.RollDeg = WrapDeg(p.YawDeg+180), WrapDeg(180-p.PitchDeg), WrapDeg(p.RollDeg+180)
	}
	return p
}

// Between interpolates two poses at time t (also a little outside them). Angles take the short way round; where both poses
// have velocities the way between them is the cubic that has them at its ends (Hermite). What is not known of a pose
// between reports widens its sigma: the errors of the two ends, and how far the way may bend.
func Between(a, b Pose, t time.Time) Pose {
	a, b = a.Upright(), b.Upright()
	span := b.Time.Sub(a.Time).Seconds()
	k := 0.0
	if span > 0 {
		k = t.Sub(a.Time).Seconds() / span
	}
	lin := func(x, y float64) float64 { return x + k*(y-x) }
	ang := func(x, y float64) float64 { return WrapDeg(x + k*WrapDeg(y-x)) }
	p := b
	p.Time = t
	p.Lon, p.Lat, p.HeightM = lin(a.Lon, b.Lon), lin(a.Lat, b.Lat), lin(a.HeightM, b.HeightM)
	p.YawDeg, p.PitchDeg, p.RollDeg = ang(a.YawDeg, b.YawDeg), ang(a.PitchDeg, b.PitchDeg), ang(a.RollDeg, b.RollDeg)
	p.VelE, p.VelN = lin(a.VelE, b.VelE), lin(a.VelN, b.VelN)
	if span > 0 {
		p.TurnDegS = WrapDeg(b.YawDeg-a.YawDeg) / span
	}
	if k <= 0 || k >= 1 || span == 0 {
		return p
	}
	if (a.VelE != 0 || a.VelN != 0) && (b.VelE != 0 || b.VelN != 0) {
		f := NewFrame(a.Point(), 0)
		d := f.To(b.Point(), 0)
		h10, h01, h11 := k*(1-k)*(1-k)*span, k*k*(3-2*k), -k*k*(1-k)*span
		q := f.From(h10*a.VelE+h01*d.E+h11*b.VelE, h10*a.VelN+h01*d.N+h11*b.VelN)
		p.Lon, p.Lat = q.Lon(), q.Lat()
	}
	// an aircraft that does not fly straight bends its way by at most this between two reports
	dv := math.Hypot(b.VelE-a.VelE, b.VelN-a.VelN)
	bend := dv * span * bendShare * 4 * k * (1 - k)
	turn := math.Abs(WrapDeg(b.YawDeg-a.YawDeg)) * turnShare * 4 * k * (1 - k)
	p.Gap = PoseSigma{HorizM: bend, YawDeg: turn}
	p.Sigma.HorizM, p.Sigma.YawDeg = math.Hypot(p.Sigma.HorizM, bend), math.Hypot(p.Sigma.YawDeg, turn)
	return p
}

// What a change of velocity between two reports may bend the way between them, and what a turn may be off half way, as shares
// (standard deviations): an aircraft that speeds up for half the span and flies on is off by a sixteenth of span times change.
const bendShare, turnShare = 1.0 / 16, 1.0 / 8
