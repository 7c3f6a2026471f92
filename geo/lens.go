package geo

import "math"

// Lens is how a lens distorts: the Brown-Conrady model (Brown 1971), with the order and signs of OpenCV and of DJI's DewarpData.
// The zero value is a lens that does not.
type Lens struct{ K1, K2, P1, P2, K3 float64 }

// none says that there is nothing to do: the common case of live video, which docks send rectified.
func (l Lens) none() bool { return l == Lens{} }

// distort takes the direction x, y (at depth 1) to where the lens puts it.
func (l Lens) distort(x, y float64) (float64, float64) {
	if l.none() {
		return x, y
	}
	r2 := min(x*x+y*y, l.reach2())
	k := 1 + r2*(l.K1+r2*(l.K2+r2*l.K3))
	return x*k + 2*l.P1*x*y + l.P2*(r2+2*x*x), y*k + l.P1*(r2+2*y*y) + 2*l.P2*x*y
}

// reach2 is the square of the radius up to which the radial polynomial grows; beyond it it would fold the picture over.
func (l Lens) reach2() float64 {
	const most = 9 // 143 degrees across
	for r2 := 0.05; r2 < most; r2 += 0.05 {
		if 1+r2*(3*l.K1+r2*(5*l.K2+r2*7*l.K3)) <= 0.05 {
			return r2 - 0.05
		}
	}
	return most
}

// undistort is the inverse of distort, by Newton's method with the radial derivative; it is exact to 1e-9 within the picture.
func (l Lens) undistort(u, v float64) (float64, float64) {
	if l.none() {
		return u, v
	}
	x, y := u, v
	for range 40 {
		a, b := l.distort(x, y)
		du, dv := u-a, v-b
		if math.Abs(du)+math.Abs(dv) < 1e-12 {
			break
		}
		r2 := x*x + y*y
		k := math.Max(0.2, 1+r2*(l.K1+r2*(l.K2+r2*l.K3)))
		x, y = x+du/k, y+dv/k
	}
	return x, y
}
