package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// ringsOverlapM2 is the area that two rings share, in the square of their units (metres): the sum over pairs of triangles
// that fan out from each ring's first vertex, with their signs. It holds for rings of any shape that do not cross themselves.
func ringsOverlapM2(a, b orb.Ring) float64 {
	sum := 0.0
	for i := 1; i+2 < len(a); i++ {
		ta := [3]orb.Point{a[0], a[i], a[i+1]}
		sa := triangle(&ta)
		if sa == 0 {
			continue
		}
		for j := 1; j+2 < len(b); j++ {
			tb := [3]orb.Point{b[0], b[j], b[j+1]}
			if sb := triangle(&tb); sb != 0 {
				sum += sa * sb * trianglesOverlap(&ta, &tb)
			}
		}
	}
	return math.Abs(sum)
}

// triangle turns a triangle anticlockwise and returns the sign that it had.
func triangle(t *[3]orb.Point) float64 {
	s := (t[1][0]-t[0][0])*(t[2][1]-t[0][1]) - (t[2][0]-t[0][0])*(t[1][1]-t[0][1])
	switch {
	case s > 0:
		return 1
	case s < 0:
		t[1], t[2] = t[2], t[1]
		return -1
	}
	return 0
}

// trianglesOverlap is the area that two anticlockwise triangles share (Sutherland and Hodgman 1974).
func trianglesOverlap(a, b *[3]orb.Point) float64 {
	for k := range 2 {
		if max(a[0][k], a[1][k], a[2][k]) <= min(b[0][k], b[1][k], b[2][k]) || max(b[0][k], b[1][k], b[2][k]) <= min(a[0][k], a[1][k], a[2][k]) {
			return 0
		}
	}
	var buf [2][9]orb.Point
	in := append(buf[0][:0], a[:]...)
	for e := range 3 {
		p, q := b[e], b[(e+1)%3]
		out := buf[(e+1)%2][:0]
		side := func(r orb.Point) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
		for i := range in {
			c, d := in[i], in[(i+1)%len(in)]
			sc, sd := side(c), side(d)
			if sc >= 0 {
				out = append(out, c)
			}
			if (sc > 0) != (sd > 0) && sc != sd && sc != 0 && sd != 0 {
				k := sc / (sc - sd)
				out = append(out, orb.Point{c[0] + k*(d[0]-c[0]), c[1] + k*(d[1]-c[1])})
			}
		}
		if in = out; len(in) < 3 {
			return 0
		}
	}
	s := 0.0
	for i := 1; i+1 < len(in); i++ {
		s += (in[i][0]-in[0][0])*(in[i+1][1]-in[0][1]) - (in[i+1][0]-in[0][0])*(in[i][1]-in[0][1])
	}
	return s / 2
}

// overlapM2 is the area in square metres that two sets of polygons (WGS-84) share; holes are taken off.
func overlapM2(f Frame, a, b []orb.Polygon) float64 {
	sum := 0.0
	for _, p := range a {
		for i, r := range p {
			ra, si := f.Ring(r), 1.0
			if i > 0 {
				si = -1
			}
			for _, q := range b {
				for j, s := range q {
					sj := 1.0
					if j > 0 {
						sj = -1
					}
					if p[0].Bound().Intersects(q[0].Bound()) {
						sum += si * sj * ringsOverlapM2(ra, f.Ring(s))
					}
				}
			}
		}
	}
	return math.Max(0, sum)
}

// areaM2 is the area of polygons (WGS-84) in square metres, holes taken off.
// AreaM2 is the area of polygons (WGS-84), square metres, their holes left out; good for a few kilometres.
func AreaM2(all []orb.Polygon) float64 { return areaM2(NewFrame(all[0][0][0], 0), all) }

func areaM2(f Frame, all []orb.Polygon) float64 {
	sum := 0.0
	for _, p := range all {
		for i, r := range p {
			a := math.Abs(ringArea2(r)) / 2 * f.mPerDegLon * f.mPerDegLat
			if i > 0 {
				a = -a
			}
			sum += a
		}
	}
	return sum
}
