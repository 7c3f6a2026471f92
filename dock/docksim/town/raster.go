package town

import (
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

var (
	nilPoint image.Point
	nilColor color.RGBA
)

// Renderer paints what a camera sees of a town: the ground by a warp, what stands on it face by face against a depth
// buffer. It belongs to one goroutine.
type Renderer struct {
	cam    geo.Camera
	Frame  gocv.Mat
	pix    []byte    // the frame's bytes, BGR
	depth  []float32 // 1/depth; larger is nearer
	ids    []uint16  // solid + 1 that is seen
	stamp  []uint32
	stampN uint32
}

func NewRenderer(cam geo.Camera) (*Renderer, error) {
	r := &Renderer{cam: cam, Frame: gocv.NewMatWithSize(cam.Height, cam.Width, gocv.MatTypeCV8UC3)}
	n := cam.Width * cam.Height
	r.depth, r.ids, r.stamp = make([]float32, n), make([]uint16, n), make([]uint32, n)
	var err error
	r.pix, err = r.Frame.DataPtrUint8()
	return r, err
}

func (r *Renderer) Close() { r.Frame.Close() }

// eye is the camera in town metres.
type eye struct {
	at               vec
	right, down, fwd vec
	f, cx, cy        float64
}

func (t *Town) Eye(cam geo.Camera, p TruePose) eye {
	x, y := turn(p.E, p.N, -t.angle)
	v := geo.NewView(cam, geo.ENU{}, p.YawDeg, p.PitchDeg, p.RollDeg)
	dir := func(px, py float64) vec {
		d := v.Ray(px, py)
		a, b := turn(d.E, d.N, -t.angle)
		return vec{a, b, d.U}
	}
	fwd := dir(cam.CX, cam.CY)
	return eye{
		at: vec{x, y, p.U}, fwd: fwd, f: cam.FocalPx, cx: cam.CX, cy: cam.CY,
		right: dir(cam.CX+cam.FocalPx, cam.CY).sub(fwd), down: dir(cam.CX, cam.CY+cam.FocalPx).sub(fwd),
	}
}

func (e eye) ray(x, y float64) vec {
	return e.fwd.add(e.right.mul((x - e.cx) / e.f)).add(e.down.mul((y - e.cy) / e.f))
}

func (e eye) project(p vec) (x, y, z float64) {
	d := p.sub(e.at)
	z = d.dot(e.fwd)
	return e.cx + e.f*d.dot(e.right)/z, e.cy + e.f*d.dot(e.down)/z, z
}

// Render paints the town at time s (seconds since the town began) into r.frame.
func (r *Renderer) Render(t *Town, e eye, s float64) {
	r.warpGround(t, e)
	clear(r.depth)
	clear(r.ids)
	for i := range t.solids {
		so := &t.solids[i]
		off := so.offset(s)
		c := so.centre.add(off)
		x, y, z := e.project(c)
		if z < -so.radius {
			continue // all of it is behind the camera
		}
		rad := so.radius * e.f / math.Max(z, 1) * 1.3
		if z > so.radius && (x < -rad || y < -rad || x > float64(r.cam.Width)+rad || y > float64(r.cam.Height)+rad) {
			continue
		}
		for j := range so.faces {
			r.fill(e, &so.faces[j], off, uint16(i+1), nil)
		}
	}
}

// offset is how far a moving solid has come: what leaves the town at one end comes in at the other.
func (s *solid) offset(t float64) vec {
	off, _ := s.way(t)
	return off
}

// laps is how often a moving solid has left the town: what comes in at the other end then is another one to everybody who sees it.
func (s *solid) laps(t float64) int {
	_, laps := s.way(t)
	return laps
}

func (s *solid) way(t float64) (off vec, laps int) {
	if s.speed == (vec{}) {
		return off, 0
	}
	wrap := func(base, d, half float64) float64 {
		n := math.Floor((base + d + half) / (2 * half))
		laps += int(math.Abs(n))
		return d - n*2*half
	}
	o := s.speed.mul(t)
	return vec{wrap(s.centre.X, o.X, townHalfX), wrap(s.centre.Y, o.Y, townHalfY), 0}, laps
}

// warpGround fills the frame with the ground texture, in bands whose coarseness fits their distance.
func (r *Renderer) warpGround(t *Town, e eye) {
	// the rows' ground sample distance decides the level; bands of rows share one
	level := func(y float64) int {
		d := e.ray(e.cx, y)
		if d.Z > -0.05 {
			return len(t.Ground.levels) - 1
		}
		gsd := e.at.Z / -d.Z / e.f
		return min(int(math.Max(0, math.Log2(gsd/groundM)+0.4)), len(t.Ground.levels)-1)
	}
	const band = 60
	for y0 := 0; y0 < r.cam.Height; {
		l := level(float64(y0) + band/2)
		y1 := min(y0+band, r.cam.Height)
		for y1 < r.cam.Height && level(float64(y1)+band/2) == l {
			y1 = min(y1+band, r.cam.Height)
		}
		r.warpBand(t, e, l, y0, y1)
		y0 = y1
	}
}

func (r *Renderer) warpBand(t *Town, e eye, level, y0, y1 int) {
	texel := groundM * float64(int(1)<<level)
	m := gocv.NewMatWithSize(3, 3, gocv.MatTypeCV64F)
	defer m.Close()
	// band pixel (x, y) -> ray -> ground -> texel, as one homography
	rr, dd := e.right.mul(1/e.f), e.down.mul(1/e.f)
	base := e.fwd.sub(rr.mul(e.cx)).add(dd.mul(float64(y0) - e.cy))
	cols := [3]vec{rr, dd, base}
	for j, c := range cols {
		// p = at + c * (-at.Z / ray.Z); homogeneous weight -ray.Z
		wx := -c.Z*(e.at.X+t.Ground.halfX) + c.X*e.at.Z
		wy := -c.Z*(e.at.Y+t.Ground.halfY) + c.Y*e.at.Z
		m.SetDoubleAt(0, j, wx/texel)
		m.SetDoubleAt(1, j, wy/texel)
		m.SetDoubleAt(2, j, -c.Z)
	}
	dst := r.Frame.Region(image.Rect(0, y0, r.cam.Width, y1))
	defer dst.Close()
	gocv.WarpPerspectiveWithParams(t.Ground.levels[level], &dst, m, image.Pt(r.cam.Width, y1-y0),
		gocv.InterpolationLinear|gocv.InterpolationFlags(16), gocv.BorderConstant, t.Ground.beyond)
}

// fill paints one face with its pattern where it is nearer than what is there. With count given it paints nothing and
// counts the pixels that the face covers, each once a stamp.
func (r *Renderer) fill(e eye, f *face, off vec, id uint16, count *int) {
	o := f.p[0].add(off).sub(e.at)
	nd := f.normal.dot(o)
	if nd >= -1e-6 {
		return // seen from behind
	}
	var px, py [8]float64
	minY, maxY := math.Inf(1), math.Inf(-1)
	for i := range f.n {
		x, y, z := e.project(f.p[i].add(off))
		if z < 0.5 {
			return
		}
		px[i], py[i] = x, y
		minY, maxY = math.Min(minY, y), math.Max(maxY, y)
	}
	w, h := r.cam.Width, r.cam.Height
	ya, yb := max(0, int(math.Ceil(minY-0.5))), min(h-1, int(math.Floor(maxY-0.5)))
	if ya > yb {
		return
	}
	// 1/depth and the pattern's axes are linear in the pixel over 1/depth (the face is flat)
	lin := func(n vec) (a, b, c float64) {
		a, b = n.dot(e.right)/e.f, n.dot(e.down)/e.f
		return a, b, n.dot(e.fwd) - a*e.cx - b*e.cy
	}
	da, db, dc := lin(f.normal.mul(1 / nd))
	ua, ub, uc := lin(f.u)
	va, vb, vc := lin(f.v)
	rel := e.at.sub(f.o).sub(off)
	u0, v0 := rel.dot(f.u), rel.dot(f.v)
	cb, cg, cr := clip(f.color[2]), clip(f.color[1]), clip(f.color[0])
	textured := f.kind != plain && count == nil
	pt := newPainter(f)
	for y := ya; y <= yb; y++ {
		fy := float64(y) + 0.5
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range f.n {
			j := i + 1
			if j == f.n {
				j = 0
			}
			if (py[i] > fy) == (py[j] > fy) {
				continue
			}
			x := px[i] + (fy-py[i])/(py[j]-py[i])*(px[j]-px[i])
			lo, hi = math.Min(lo, x), math.Max(hi, x)
		}
		xa, xb := max(0, int(math.Ceil(lo-0.5))), min(w-1, int(math.Floor(hi-0.5)))
		if xa > xb {
			continue
		}
		k := y*w + xa
		fx := float64(xa) + 0.5
		inv := da*fx + db*fy + dc
		if count != nil {
			for x := xa; x <= xb; x++ {
				if r.stamp[k] != r.stampN {
					r.stamp[k] = r.stampN
					*count++
				}
				k++
			}
			continue
		}
		un, vn := ua*fx+ub*fy+uc, va*fx+vb*fy+vc
		for x := xa; x <= xb; x++ {
			if float32(inv) > r.depth[k] {
				r.depth[k] = float32(inv)
				r.ids[k] = id
				p := r.pix[k*3 : k*3+3 : k*3+3]
				if textured {
					z := 1 / inv
					p[0], p[1], p[2] = pt.at(u0+un*z, v0+vn*z)
				} else {
					p[0], p[1], p[2] = cb, cg, cr
				}
			}
			k++
			inv += da
			un += ua
			vn += va
		}
	}
}

// painter gives a pattern's colour (BGR) at a place on its face, from a ramp between the face's two colours.
type painter struct {
	kind pattern
	inv  float64
	ramp [16][3]byte
}

func newPainter(f *face) painter {
	p := painter{kind: f.kind, inv: 1 / f.period}
	if f.kind == plain {
		return p
	}
	for i := range p.ramp {
		c := f.color.mix(f.second, f.amount*float64(i)/15)
		p.ramp[i] = [3]byte{clip(c[2]), clip(c[1]), clip(c[0])}
	}
	return p
}

func (p *painter) at(u, v float64) (b, g, r byte) {
	i := 0
	switch p.kind {
	case grain, speckled:
		i = int(hash(floor(u*p.inv), floor(v*p.inv)) & 15)
	case ribs:
		q := u * p.inv
		q -= float64(floor(q))
		if q < 0.5 {
			q = 1 - q
		}
		i = int((2*q - 1) * 15.99)
	case stripes:
		if floor(u*p.inv)&1 == 1 {
			i = 15
		}
	case panes: // windows 55 % wide, 50 % high, storeys of 3 m
		q, s := u*p.inv, v/3
		q -= float64(floor(q))
		s -= float64(floor(s))
		if q > 0.25 && q < 0.8 && s > 0.3 && s < 0.8 {
			i = 15
		}
	}
	c := &p.ramp[i]
	return c[0], c[1], c[2]
}

// floor is math.Floor for what lies within a town, without the call.
func floor(x float64) int { return int(x+1<<16) - 1<<16 }

func hash(x, y int) uint32 {
	h := uint32(x)*0x9E3779B1 ^ uint32(y)*0x85EBCA77
	h ^= h >> 15
	h *= 0xC2B2AE3D
	return h >> 13
}

// visible counts, for every solid that is a scored thing or has a label, the pixels seen of it.
func (r *Renderer) visible(n int) []int {
	out := make([]int, n+1)
	for _, id := range r.ids {
		out[id]++
	}
	return out
}

// covered counts the pixels a solid would show were nothing in front of it.
func (r *Renderer) covered(e eye, s *solid, off vec) int {
	r.stampN++
	n := 0
	for i := range s.faces {
		r.fill(e, &s.faces[i], off, 0, &n)
	}
	return n
}

// bounds is the rectangle a solid covers in the picture; whole is false where part of it is outside or behind.
func (r *Renderer) bounds(e eye, s *solid, off vec) (x0, y0, x1, y1 float64, whole bool) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	add := func(p vec) bool {
		x, y, z := e.project(p)
		x0, y0, x1, y1 = math.Min(x0, x), math.Min(y0, y), math.Max(x1, x), math.Max(y1, y)
		return z > 1
	}
	whole = true
	for i := range s.faces {
		for _, p := range s.faces[i].p[:s.faces[i].n] {
			whole = add(p.add(off)) && whole
		}
	}
	if len(s.faces) == 0 {
		for _, q := range [][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
			whole = add(s.centre.add(vec{q[0] * s.hl, q[1] * s.hw, 0})) && whole
		}
	}
	return x0, y0, x1, y1, whole && x0 >= 0 && y0 >= 0 && x1 <= float64(r.cam.Width) && y1 <= float64(r.cam.Height)
}

// Strip writes a frame's number into the top row of the picture: 32 blocks, most significant first, white for one.
func (r *Renderer) Strip(n uint32) {
	w := r.cam.Width
	const rows = 16
	for y := range rows {
		for x := range w {
			v := byte(16)
			if n>>(31-x*32/w)&1 == 1 {
				v = 235
			}
			p := r.pix[(y*w+x)*3:]
			p[0], p[1], p[2] = v, v, v
		}
	}
}
