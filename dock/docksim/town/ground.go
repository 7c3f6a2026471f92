package town

import (
	"image/color"
	"math"

	"gocv.io/x/gocv"
)

// groundM is the size of a ground texel in metres: a little coarser than the camera's finest pixel, so that the picture
// has no more detail than the stream can carry.
const groundM = 0.125

// ground is the painted ground of a town: a texture with coarser copies for what is far off.
type ground struct {
	halfX, halfY float64
	w, h         int
	pix          []byte // BGR
	grain        []int8 // a tile of soft noise, grainN square
	levels       []gocv.Mat
	beyond       color.RGBA // what lies beyond its edges: nothing stands there
	shadows      []shade
	standing     int // the structure whose shadows are noted now
}

const grainN = 256

// shade is the shadow of an upright box.
type shade struct {
	at        vec // of its footprint's centre
	hl, hw    float64
	yaw, h    float64
	structure int
}

func newGround(halfX, halfY float64, d *Dice) *ground {
	g := &ground{halfX: halfX, halfY: halfY, w: int(2 * halfX / groundM), h: int(2 * halfY / groundM)}
	g.pix = make([]byte, g.w*g.h*3)
	g.grain = make([]int8, grainN*grainN)
	// three octaves of value noise that wraps round
	sum := make([]float64, grainN*grainN)
	for _, o := range []struct {
		step int
		amp  float64
	}{{64, 40}, {16, 34}, {4, 26}} {
		n := grainN / o.step
		lat := make([]float64, n*n)
		for i := range lat {
			lat[i] = d.Between(-1, 1)
		}
		for y := range grainN {
			for x := range grainN {
				fx, fy := float64(x)/float64(o.step), float64(y)/float64(o.step)
				x0, y0 := int(fx), int(fy)
				u, v := fx-float64(x0), fy-float64(y0)
				at := func(i, j int) float64 { return lat[(j%n)*n+i%n] }
				sum[y*grainN+x] += o.amp * ((at(x0, y0)*(1-u)+at(x0+1, y0)*u)*(1-v) + (at(x0, y0+1)*(1-u)+at(x0+1, y0+1)*u)*v)
			}
		}
	}
	for i, s := range sum {
		g.grain[i] = int8(math.Max(-127, math.Min(127, s)))
	}
	return g
}

func (g *ground) texel(x, y float64) (int, int) {
	return int((x + g.halfX) / groundM), int((y + g.halfY) / groundM)
}

// rect paints a rectangle in town metres; rough is how strongly it is mottled, 0..1.
func (g *ground) rect(x0, y0, x1, y1 float64, c rgb, rough float64) {
	ax, ay := g.texel(x0, y0)
	bx, by := g.texel(x1, y1)
	ax, ay, bx, by = max(ax, 0), max(ay, 0), min(max(bx, ax+1), g.w), min(max(by, ay+1), g.h)
	for y := ay; y < by; y++ {
		row := g.pix[(y*g.w)*3:]
		tile := g.grain[(y%grainN)*grainN:]
		for x := ax; x < bx; x++ {
			k := 1 + rough*float64(tile[x%grainN])/100
			row[x*3], row[x*3+1], row[x*3+2] = clip(c[2]*k), clip(c[1]*k), clip(c[0]*k)
		}
	}
}

// tiles scores joints into a pavement every few metres.
func (g *ground) tiles(x0, y0, x1, y1 float64, c rgb) {
	for x := x0; x < x1; x += 2 {
		g.rect(x, y0, x+groundM, y0+3.2, c.times(0.9), 0)
		g.rect(x, y1-3.2, x+groundM, y1, c.times(0.9), 0)
	}
}

// blot stains the ground round a place.
func (g *ground) blot(x, y, r float64, c rgb) {
	ax, ay := g.texel(x-r, y-r)
	bx, by := g.texel(x+r, y+r)
	for j := max(ay, 0); j < min(by, g.h); j++ {
		for i := max(ax, 0); i < min(bx, g.w); i++ {
			dx, dy := float64(i-(ax+bx)/2)*groundM/r, float64(j-(ay+by)/2)*groundM/r
			q := math.Hypot(dx, dy) + float64(g.grain[(j%grainN)*grainN+i%grainN])/250
			if k := math.Min(1, (1-q)*2.5); k > 0 {
				p := g.pix[(j*g.w+i)*3:]
				for ch := range 3 {
					p[ch] = clip(float64(p[ch]) + 0.75*k*(c[2-ch]-float64(p[ch])))
				}
			}
		}
	}
}

// shadow notes the shadow that a thing of height h at z will throw on the ground (only what stands on the ground).
func (g *ground) shadow(at vec, z, hl, hw, yaw, h float64) {
	if z > 0 {
		return
	}
	g.shadows = append(g.shadows, shade{at, hl, hw, yaw, h, g.standing})
}

// finish throws the shadows, lights the ground and makes the coarser copies.
func (g *ground) finish(t *Town) {
	dark := make([]bool, g.w*g.h)
	sx, sy := -t.sun.X/t.sun.Z, -t.sun.Y/t.sun.Z
	throw := func(cx, cy, hl, hw, yaw, h float64) {
		// a footprint swept along the shadow: a few copies of it, near enough for a convex one
		steps := int(math.Ceil(h * math.Hypot(sx, sy) / (math.Min(hl, hw) + 0.1)))
		s, c := math.Sincos(-yaw)
		for i := 0; i <= steps; i++ {
			k := float64(i) / float64(max(steps, 1)) * h
			ox, oy := cx+sx*k, cy+sy*k
			r := math.Hypot(hl, hw)
			ax, ay := g.texel(ox-r, oy-r)
			bx, by := g.texel(ox+r, oy+r)
			for y := max(ay, 0); y < min(by+1, g.h); y++ {
				py := (float64(y)+0.5)*groundM - g.halfY - oy
				for x := max(ax, 0); x < min(bx+1, g.w); x++ {
					px := (float64(x)+0.5)*groundM - g.halfX - ox
					if math.Abs(px*c-py*s) <= hl && math.Abs(px*s+py*c) <= hw {
						dark[y*g.w+x] = true
					}
				}
			}
		}
	}
	for _, b := range t.Buildings {
		throw((b.X0+b.X1)/2, (b.Y0+b.Y1)/2, (b.X1-b.X0)/2, (b.Y1-b.Y0)/2, 0, b.H)
	}
	for _, s := range g.shadows {
		throw(s.at.X, s.at.Y, s.hl, s.hw, s.yaw, s.h)
	}
	lit, shadow := t.lit(t.sun.Z), t.lit(0)
	for i, d := range dark {
		k := lit
		if d {
			k = shadow
		}
		for ch := range 3 {
			p := &g.pix[i*3+ch]
			*p = clip(float64(*p)*t.sky[2-ch]*k*(1-t.haze) + t.hazeC[2-ch]*t.haze)
		}
	}
	g.shadows = nil
	m, err := gocv.NewMatFromBytes(g.h, g.w, gocv.MatTypeCV8UC3, g.pix)
	if err != nil {
		panic("ground texture: " + err.Error()) // sizes above are ours: cannot happen
	}
	g.pix = nil
	g.levels = []gocv.Mat{m}
	for range 2 {
		next := gocv.NewMat()
		gocv.PyrDown(g.levels[len(g.levels)-1], &next, nilPoint, gocv.BorderDefault)
		g.levels = append(g.levels, next)
	}
	mean := m.Mean()
	g.beyond = color.RGBA{B: clip(mean.Val1), G: clip(mean.Val2), R: clip(mean.Val3)}
}

// Close frees the ground's textures.
func (g *ground) Close() {
	for _, m := range g.levels {
		m.Close()
	}
	g.levels = nil
}

func clip(v float64) byte {
	if v <= 0 {
		return 0
	}
	if v >= 255 {
		return 255
	}
	return byte(v + 0.5)
}
