package town

import "math"

// vec is a point or direction in town metres: x along the streets, y across, z up.
type vec struct{ X, Y, Z float64 }

func (a vec) sub(b vec) vec     { return vec{a.X - b.X, a.Y - b.Y, a.Z - b.Z} }
func (a vec) add(b vec) vec     { return vec{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }
func (a vec) mul(k float64) vec { return vec{a.X * k, a.Y * k, a.Z * k} }
func (a vec) dot(b vec) float64 { return a.X*b.X + a.Y*b.Y + a.Z*b.Z }
func (a vec) cross(b vec) vec   { return vec{a.Y*b.Z - a.Z*b.Y, a.Z*b.X - a.X*b.Z, a.X*b.Y - a.Y*b.X} }
func (a vec) unit() vec         { return a.mul(1 / math.Sqrt(a.dot(a))) }
func turn(x, y, a float64) (float64, float64) {
	s, c := math.Sincos(a)
	return x*c - y*s, x*s + y*c
}

// rgb is a colour, 0..255 a channel, in the light of day.
type rgb [3]float64

func (c rgb) times(k float64) rgb { return rgb{c[0] * k, c[1] * k, c[2] * k} }

// under is the colour under a light of a colour, 1 is white.
func (c rgb) under(l rgb) rgb { return rgb{c[0] * l[0], c[1] * l[1], c[2] * l[2]} }
func (c rgb) mix(d rgb, k float64) rgb {
	return rgb{c[0] + k*(d[0]-c[0]), c[1] + k*(d[1]-c[1]), c[2] + k*(d[2]-c[2])}
}

// pattern is how a face is painted.
type pattern uint8

const (
	plain    pattern = iota
	grain            // mottled: concrete, earth, leaves
	ribs             // corrugated sheet, ribs along v
	panes            // a wall with windows
	stripes          // cloth in two colours, stripes along v
	speckled         // goods on a table, rubble: cells of mixed colour
)

// face is one flat convex polygon in space, seen from the side its normal points to (counter-clockwise).
type face struct {
	p      [8]vec
	n      int
	normal vec
	u, v   vec // unit axes of the pattern in the face
	o      vec // origin of the pattern
	color  rgb
	second rgb
	period float64 // of the pattern, metres
	amount float64 // strength of the pattern, 0..1
	kind   pattern
}

func newFace(color rgb, pts ...vec) face {
	f := face{n: len(pts), color: color, second: color, period: 1}
	copy(f.p[:], pts)
	f.o = pts[0]
	f.u = pts[1].sub(pts[0]).unit()
	f.normal = pts[1].sub(pts[0]).cross(pts[2].sub(pts[1])).unit()
	f.v = f.normal.cross(f.u)
	return f
}

func (f face) painted(kind pattern, second rgb, period, amount float64) face {
	f.kind, f.second, f.period, f.amount = kind, second, period, amount
	return f
}

// body is a set of faces built in its own frame (x forward, y left, z up) and then set down.
type body struct{ faces []face }

func (b *body) add(f ...face) { b.faces = append(b.faces, f...) }

// box adds a cuboid from (x0,y0,z0) to (x1,y1,z1); paint, where given, is called for the top (0) and the sides (1).
func (b *body) box(x0, y0, z0, x1, y1, z1 float64, top, side rgb, paint func(face, int) face) {
	b.prism([]vec{{x0, y0, 0}, {x1, y0, 0}, {x1, y1, 0}, {x0, y1, 0}}, z0, z1, top, side, paint)
}

// prism adds an upright prism over a convex footprint given counter-clockwise.
func (b *body) prism(foot []vec, z0, z1 float64, top, side rgb, paint func(face, int) face) {
	if paint == nil {
		paint = func(f face, _ int) face { return f }
	}
	at := func(i int, z float64) vec { p := foot[i%len(foot)]; return vec{p.X, p.Y, z} }
	cap := make([]vec, len(foot))
	for i := range foot {
		cap[i] = at(i, z1)
		b.add(paint(newFace(side, at(i, z0), at(i+1, z0), at(i+1, z1), at(i, z1)), 1))
	}
	b.add(paint(newFace(top, cap...), 0))
}

// tent adds a pyramid roof from the rectangle at z0 to an apex rectangle at z1 shrunk to k of the size.
func (b *body) tent(x0, y0, x1, y1, z0, z1, k float64, c rgb, paint func(face, int) face) {
	if paint == nil {
		paint = func(f face, _ int) face { return f }
	}
	cx, cy := (x0+x1)/2, (y0+y1)/2
	lo := []vec{{x0, y0, z0}, {x1, y0, z0}, {x1, y1, z0}, {x0, y1, z0}}
	hi := make([]vec, 4)
	for i, p := range lo {
		hi[i] = vec{cx + (p.X-cx)*k, cy + (p.Y-cy)*k, z1}
	}
	for i := range lo {
		j := (i + 1) % 4
		if k < 1e-6 {
			b.add(paint(newFace(c, lo[i], lo[j], hi[i]), 0))
			continue
		}
		b.add(paint(newFace(c, lo[i], lo[j], hi[j], hi[i]), 0))
	}
	if k >= 1e-6 {
		b.add(paint(newFace(c, hi...), 0))
	}
}

// mound adds a heap: rings of an irregular n-gon that shrink with height.
func (b *body) mound(rx, ry, z0, h float64, c rgb, rough func(i int) float64) {
	const n = 8
	levels := []struct{ r, z float64 }{{1, 0}, {0.72, 0.55}, {0.38, 0.9}}
	ring := func(l int) []vec {
		out := make([]vec, n)
		for i := range out {
			s, k := math.Sincos(float64(i) * 2 * math.Pi / n)
			r := levels[l].r * rough(i+l)
			out[i] = vec{rx * r * k, ry * r * s, z0 + h*levels[l].z}
		}
		return out
	}
	for l := range levels {
		a := ring(l)
		if l == len(levels)-1 {
			apex := vec{0, 0, z0 + h}
			for i := range a {
				b.add(newFace(c, a[i], a[(i+1)%n], apex).painted(speckled, c.times(0.7), 0.5, 0.8))
			}
			break
		}
		up := ring(l + 1)
		for i := range a {
			j := (i + 1) % n
			b.add(newFace(c, a[i], a[j], up[j]).painted(speckled, c.times(0.72), 0.5, 0.8))
			b.add(newFace(c, a[i], up[j], up[i]).painted(speckled, c.times(0.72), 0.5, 0.8))
		}
	}
}

// placed returns the faces turned by yaw (radians) and moved to at.
func placed(faces []face, at vec, yaw float64) []face {
	s, c := math.Sincos(yaw)
	rot := func(v vec) vec { return vec{v.X*c - v.Y*s, v.X*s + v.Y*c, v.Z} }
	out := make([]face, len(faces))
	for i, f := range faces {
		for j := 0; j < f.n; j++ {
			f.p[j] = rot(f.p[j]).add(at)
		}
		f.normal, f.u, f.v, f.o = rot(f.normal), rot(f.u), rot(f.v), rot(f.o).add(at)
		out[i] = f
	}
	return out
}
