package vision

import (
	"math"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// motion is a constant-velocity Kalman filter over the ground in metres around the first sighting. East and north share one
// covariance (position, velocity): their errors are near enough alike, and a filter a sighting must be cheap.
type motion struct {
	frame  geo.Frame
	x      [4]float64 // east, north, velocity east, velocity north
	p      [2][2]float64
	at     time.Time
	first  geo.ENU
	sigma0 float64 // of the first position, what is not common to all
	far    float64 // metres from the first sighting, the last one
	sigmaN float64
	n      int
	accel  float64 // m/s²
}

// Random accelerations of what moves, m/s².
const (
	vehicleMS2 = 1.5
	personMS2  = 0.4
)

// ownSigma is the part of a position's error that differs from look to look of one flight: pixels and gimbal noise, not the bias of
// the pose. A pose's common error moves all looks alike and would make a standing thing seem sure to stand.
func ownSigma(l geo.Located) float64 {
	return math.Max(0.35, math.Min(math.Sqrt((l.Cov.EE+l.Cov.NN)/2), 0.006*l.SlantM))
}

func (m *motion) begin(o Observation) {
	m.frame = geo.NewFrame(o.At.Point(), 0)
	m.at, m.n, m.sigma0, m.accel = o.Time, 1, ownSigma(o.At), vehicleMS2
	if o.Class == "person" {
		m.accel = personMS2
	}
	m.p = [2][2]float64{{sq(m.sigma0), 0}, {0, sq(8)}}
}

func sq(v float64) float64 { return v * v }

// to is where it will be at a time, with the variance of each component.
func (m *motion) to(t time.Time) (e, n, variance float64) {
	dt := t.Sub(m.at).Seconds()
	return m.x[0] + m.x[2]*dt, m.x[1] + m.x[3]*dt, m.p[0][0] + 2*dt*m.p[0][1] + dt*dt*m.p[1][1] + sq(m.accel*dt*dt)/4
}

func (m *motion) see(o Observation) {
	dt := o.Time.Sub(m.at).Seconds()
	if dt <= 0 {
		return
	}
	q := sq(m.accel)
	p := m.p
	m.p[0][0] = p[0][0] + 2*dt*p[0][1] + dt*dt*p[1][1] + q*dt*dt*dt*dt/4
	m.p[0][1] = p[0][1] + dt*p[1][1] + q*dt*dt*dt/2
	m.p[1][0] = m.p[0][1]
	m.p[1][1] = p[1][1] + q*dt*dt
	m.x[0], m.x[1] = m.x[0]+m.x[2]*dt, m.x[1]+m.x[3]*dt
	z := m.frame.To(o.At.Point(), 0)
	m.sigmaN = ownSigma(o.At)
	k := m.p[0][0] + sq(m.sigmaN)
	g0, g1 := m.p[0][0]/k, m.p[1][0]/k
	for i, d := range [2]float64{z.E - m.x[0], z.N - m.x[1]} {
		m.x[i] += g0 * d
		m.x[i+2] += g1 * d
	}
	a, b, c := m.p[0][0], m.p[0][1], m.p[1][1]
	m.p = [2][2]float64{{(1 - g0) * a, (1 - g0) * b}, {(1 - g0) * b, c - g1*b}}
	m.far = math.Hypot(z.E-m.first.E, z.N-m.first.N)
	m.at = o.Time
	m.n++
}

// moves: it came farther than errors and the wandering of a box's middle explain, and its velocity is sure.
func (m *motion) moves() bool {
	v := math.Hypot(m.x[2], m.x[3])
	return m.n >= 3 && m.far > math.Max(2, 3.5*math.Hypot(m.sigma0, m.sigmaN)) && v > 0.5 && v > 2*math.Sqrt(math.Max(m.p[1][1], 0))
}
