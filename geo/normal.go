package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// normal is the normal distribution of a position: a linear map takes degrees to the standard one.
type normal struct {
	at             orb.Point
	a, b, c        float64 // east' = a·dLon, north' = b·dLon + c·dLat
	reachE, reachN float64 // degrees
}

// minSigmaM keeps a position that claims no error from having a distribution without width.
const minSigmaM = 0.01

func newNormal(p orb.Point, c Cov) normal {
	f := NewFrame(p, 0)
	ee, nn := math.Max(c.EE, sq(minSigmaM)), math.Max(c.NN, sq(minSigmaM))
	// Cholesky's factor of the covariance, inverted
	l11 := math.Sqrt(ee)
	l21 := c.EN / l11
	l22 := math.Sqrt(math.Max(sq(minSigmaM/10), nn-l21*l21))
	const reach = 4.5 // standard deviations: what lies further off is less than 1 in 20,000
	return normal{at: p, a: f.mPerDegLon / l11, b: -l21 / (l11 * l22) * f.mPerDegLon, c: f.mPerDegLat / l22,
		reachE: reach * l11 / f.mPerDegLon, reachN: reach * math.Sqrt(nn) / f.mPerDegLat}
}

func (n normal) bound() orb.Bound {
	return orb.Bound{Min: orb.Point{n.at[0] - n.reachE, n.at[1] - n.reachN}, Max: orb.Point{n.at[0] + n.reachE, n.at[1] + n.reachN}}
}

// Nodes and weights of Gauss-Legendre quadrature with 8 points on -1..1 (Abramowitz and Stegun, table 25.4).
var gaussNodes = [4]float64{0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363}
var gaussWeights = [4]float64{0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763}

// mass is the probability that lies within polygons: by Green's theorem the sum over edges of the mass of the triangle between the
// edge and the middle, which in polar coordinates is a one-dimensional integral over the angle.
func (n normal) mass(all []orb.Polygon) float64 {
	sum := 0.0
	for _, p := range all {
		for k, r := range p {
			m := 0.0
			x0, y0 := n.standard(r[0])
			for _, q := range r[1:] {
				x1, y1 := n.standard(q)
				m += wedge(x0, y0, x1, y1)
				x0, y0 = x1, y1
			}
			if m = math.Abs(m); k > 0 {
				m = -m
			}
			sum += m
		}
	}
	return math.Max(0, sum)
}

func (n normal) standard(p orb.Point) (x, y float64) {
	dx, dy := p[0]-n.at[0], p[1]-n.at[1]
	return n.a * dx, n.b*dx + n.c*dy
}

// wedge is the mass of the standard normal distribution in the triangle (0, p, q), positive where q lies anticlockwise of p: the
// integral of (1 - exp(-r²/2)) / 2π over the angle, r being the distance of the edge. It is taken in parts of at most an eighth of
// a turn, so that the quadrature's 8 points are good to a millionth.
func wedge(px, py, qx, qy float64) float64 {
	cross := px*qy - py*qx
	total := math.Atan2(cross, px*qx+py*qy)
	ex, ey := qx-px, qy-py
	length2 := ex*ex + ey*ey
	if length2 == 0 || math.Abs(total) < 1e-12 {
		return 0
	}
	d2 := cross * cross / length2 // squared distance of the line from the middle
	if d2 > 60 {
		return total / (2 * math.Pi) // nothing lies beyond
	}
	// the angle from the foot of the perpendicular to p
	from := math.Atan2(px*ex+py*ey, math.Abs(cross))
	if cross < 0 {
		from = -from
	}
	parts := 1 + int(math.Abs(total)/(math.Pi/4))
	step := total / float64(parts)
	sum := 0.0
	for i := range parts {
		mid := from + (float64(i)+0.5)*step
		for k, x := range gaussNodes {
			for _, s := range [2]float64{-1, 1} {
				c := math.Cos(mid + s*x*step/2)
				sum += gaussWeights[k] * -math.Expm1(-d2/(2*c*c))
			}
		}
	}
	return sum * step / 2 / (2 * math.Pi)
}
