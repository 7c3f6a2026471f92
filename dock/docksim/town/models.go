package town

import (
	"math"
	"math/rand/v2"
)

// heldBackFrom is the first seed whose towns draw textures, models and plans that training never used.
const heldBackFrom = 10000

// Dice draws everything a town is made of from its seed. Choices come from two disjoint pools: one for seeds that training
// may use, one held back for measuring.
type Dice struct {
	*rand.Rand
	held bool
	// dyed: what is coated or dyed may have any colour, so that nothing trained on it knows a thing by its colour. Never where held.
	dyed bool
}

func NewDice(seed, stream uint64) *Dice {
	return &Dice{Rand: rand.New(rand.NewPCG(seed, stream*0x9e3779b97f4a7c15+1)), held: seed >= heldBackFrom}
}

func (d *Dice) Between(a, b float64) float64 { return a + (b-a)*d.Float64() }
func (d *Dice) Chance(p float64) bool        { return d.Float64() < p }

// of picks from a pool; every fourth entry (the third, the seventh, …) is held back.
func of[T any](d *Dice, pool []T) T {
	for {
		i := d.IntN(len(pool))
		if (i%4 == 2) == d.held {
			return pool[i]
		}
	}
}

// shade varies a colour's brightness and tint a little.
func (d *Dice) shade(c rgb, k float64) rgb {
	b := 1 + d.Between(-k, k)
	for i := range c {
		c[i] = math.Max(0, math.Min(255, c[i]*b+d.Between(-40*k, 40*k)))
	}
	return c
}

// dyedShare of what is coated has any colour where things are dyed.
const dyedShare = 0.4

// newTrainingDice are those of what is trained on.
func newTrainingDice(seed, stream uint64) *Dice {
	d := NewDice(seed, stream)
	d.dyed = !d.held
	return d
}

// coat is the colour of paint, cloth or plastic: shades of a pool's, and, where things are dyed, any.
func (d *Dice) coat(pool []rgb, k float64) rgb {
	c := d.shade(of(d, pool), k)
	if d.dyed && d.Chance(dyedShare) {
		c = hsv(d.Between(0, 6), d.Between(0, 0.8), d.Between(50, 245))
	}
	return c
}

// hsv is a colour by hue (0 to 6: red, yellow, green, cyan, blue, magenta), saturation (0 to 1) and value (0 to 255).
func hsv(hue, saturation, value float64) (c rgb) {
	for i, at := range [3]float64{5, 3, 1} {
		k := math.Mod(at+hue, 6)
		c[i] = value * (1 - saturation*math.Max(0, math.Min(1, math.Min(k, 4-k))))
	}
	return c
}

var (
	sheetColors = []rgb{{44, 92, 168}, {176, 56, 46}, {38, 110, 190}, {196, 200, 204}, {150, 156, 160}, {60, 120, 200}, {160, 44, 40}, {222, 224, 226}, {30, 78, 150}, {190, 76, 56}, {128, 136, 142}, {88, 140, 196}}
	carColors   = []rgb{{235, 235, 235}, {30, 30, 34}, {150, 152, 156}, {190, 192, 194}, {130, 26, 28}, {36, 54, 110}, {90, 92, 96}, {210, 206, 196}, {60, 72, 62}, {160, 130, 90}, {240, 240, 244}, {70, 20, 24}}
	clothColors = []rgb{{206, 44, 40}, {40, 92, 180}, {34, 140, 84}, {236, 190, 40}, {230, 120, 40}, {240, 240, 236}, {150, 50, 120}, {70, 160, 190}, {190, 30, 60}, {60, 120, 60}, {250, 160, 60}, {110, 60, 40}}
	truckColors = []rgb{{40, 120, 60}, {200, 60, 36}, {230, 150, 30}, {50, 90, 160}, {228, 228, 222}, {180, 170, 40}, {60, 140, 140}, {150, 40, 40}}
	earthColors = []rgb{{118, 86, 58}, {134, 100, 66}, {104, 82, 64}, {150, 118, 84}, {96, 74, 54}, {126, 104, 84}, {112, 92, 60}, {142, 110, 90}}
	roofColors  = []rgb{{150, 146, 140}, {172, 166, 156}, {132, 124, 116}, {120, 120, 122}, {160, 140, 124}, {182, 178, 172}, {140, 132, 134}, {112, 106, 100}}
	wallColors  = []rgb{{206, 196, 178}, {188, 176, 160}, {172, 172, 170}, {214, 208, 198}, {178, 150, 128}, {160, 160, 166}, {196, 170, 150}, {150, 140, 130}}
	tarpColors  = []rgb{{42, 76, 50}, {58, 62, 64}, {34, 52, 74}, {66, 92, 58}, {74, 74, 72}, {30, 60, 44}, {50, 70, 96}, {86, 90, 84}}
)

func (d *Dice) glass() rgb { return d.shade(rgb{38, 46, 56}, 0.2) }

// car is one of several bodies; length, width and height in metres come back with it.
func (d *Dice) car() (b body, l, w, h float64) {
	c := d.coat(carColors, 0.08)
	l, w = d.Between(4.0, 4.9), d.Between(1.72, 1.9)
	hood := d.Between(0.2, 0.28) * l
	boot := d.Between(0.08, 0.2) * l
	h = d.Between(1.42, 1.7)
	b.box(-l/2, -w/2, 0.25, l/2, w/2, 0.9, c, c.times(0.75), nil)
	x0, x1 := -l/2+boot, l/2-hood
	g := d.glass()
	in := d.Between(0.25, 0.5)
	b.tent(x0, -w/2+0.06, x1, w/2-0.06, 0.9, h, 1-in/2, g, nil)
	k := (1 - in/2) * 0.97
	cx := (x0 + x1) / 2
	hw, hl := (w/2-0.06)*k, (x1-x0)/2*k
	b.add(newFace(c, vec{cx - hl, -hw, h + 0.02}, vec{cx + hl, -hw, h + 0.02}, vec{cx + hl, hw, h + 0.02}, vec{cx - hl, hw, h + 0.02}))
	return b, l, w, h
}

func (d *Dice) van() (b body, l, w, h float64) {
	c := d.coat([]rgb{{238, 238, 236}, {200, 204, 208}, {230, 232, 234}, {180, 176, 170}, {214, 190, 70}, {120, 140, 160}, {226, 228, 220}, {90, 100, 110}}, 0.06)
	l, w, h = d.Between(4.6, 5.6), d.Between(1.75, 2.0), d.Between(1.9, 2.4)
	nose := d.Between(0.5, 0.9)
	b.box(-l/2, -w/2, 0.3, l/2, w/2, 1.0, c, c.times(0.75), nil)
	b.box(-l/2, -w/2, 1.0, l/2-nose-0.5, w/2, h, c, c.times(0.72), nil)
	g := d.glass()
	x := l/2 - nose
	b.add(newFace(g, vec{x - 0.5, w / 2, h}, vec{x - 0.5, -w / 2, h}, vec{x, -w / 2, 1}, vec{x, w / 2, 1}))
	return b, l, w, h
}

func (d *Dice) bus() (b body, l, w, h float64) {
	c := d.coat([]rgb{{220, 60, 50}, {60, 130, 190}, {90, 170, 90}, {230, 230, 226}, {240, 200, 60}, {150, 60, 130}, {200, 210, 214}, {60, 150, 150}}, 0.06)
	l, w, h = d.Between(9.5, 12), 2.5, 3.0
	b.box(-l/2, -w/2, 0.35, l/2, w/2, h, c.mix(rgb{240, 240, 240}, d.Between(0, 0.7)), c, func(f face, side int) face {
		if side == 1 {
			return f.painted(panes, d.glass(), 1.6, 1)
		}
		return f
	})
	for x := -l / 2 * 0.6; x < l/2*0.7; x += l * 0.45 {
		b.box(x-0.9, -0.7, h, x+0.9, 0.7, h+0.2, rgb{180, 184, 188}, rgb{130, 132, 136}, nil)
	}
	return b, l, w, h
}

// cab adds a lorry's cab whose back is at x and returns its front; paint as of a box.
func (d *Dice) cab(b *body, x, w float64, c rgb, paint func(face, int) face) float64 {
	n := d.Between(1.7, 2.1)
	b.box(x, -w/2, 0.5, x+n, w/2, d.Between(2.5, 2.9), c, c.times(0.7), paint)
	g := d.glass()
	b.add(newFace(g, vec{x + n + 0.02, -w/2 + 0.1, 1.5}, vec{x + n + 0.02, w/2 - 0.1, 1.5}, vec{x + n + 0.02, w/2 - 0.1, 2.4}, vec{x + n + 0.02, -w/2 + 0.1, 2.4}))
	b.box(x+n*0.15, -w/2+0.25, 2.5, x+n*0.6, w/2-0.25, 2.95, c.times(0.85), c.times(0.6), nil)
	return x + n
}

// lorry has a closed box or a flat bed with crates: big, and no dump truck.
func (d *Dice) lorry() (b body, l, w, h float64) {
	w, h = 2.45, d.Between(3.2, 3.8)
	bed := d.Between(5.5, 8)
	box := d.coat([]rgb{{236, 236, 232}, {210, 214, 218}, {226, 226, 222}, {70, 110, 160}, {190, 70, 60}, {228, 196, 80}, {200, 200, 204}, {90, 130, 110}}, 0.07)
	x0 := -(bed + 2.2) / 2
	b.box(x0, -w/2, 1.0, x0+bed, w/2, h, box, box.times(0.72), func(f face, side int) face {
		if side == 0 {
			return f.painted(ribs, box.times(0.9), 1.2, 0.3)
		}
		return f
	})
	b.box(x0, -w/2+0.2, 0.4, x0+bed, w/2-0.2, 1.0, rgb{50, 50, 52}, rgb{40, 40, 42}, nil)
	d.cab(&b, x0+bed+0.25, w, d.coat(truckColors, 0.1), nil)
	return b, bed + 2.2, w, h
}

// dumpTruck carries earth: level below the rim ("open"), heaped above it ("overfull"), under a cloth ("covered"), or none ("empty").
// sun is the direction towards the sun in the truck's own frame: the rim throws its shadow on what lies below it. A dirty one wears dried
// mud in patches on its walls and cab.
func (d *Dice) dumpTruck(load string, sun vec, dirty bool) (b body, l, w, h float64) {
	c := d.coat(truckColors, 0.1)
	wears := func(f face, _ int) face { return f }
	if dirty {
		mud := d.shade(of(d, earthColors), 0.12)
		c = c.mix(mud, d.Between(0.25, 0.55))
		wears = func(f face, _ int) face { return f.painted(speckled, mud, d.Between(0.35, 0.8), d.Between(0.6, 0.95)) }
	}
	w, h = d.Between(2.45, 2.6), d.Between(2.5, 2.9)
	bed := d.Between(5.2, 6.4)
	x0 := -(bed + 2.3) / 2
	x1 := x0 + bed
	b.box(x0, -w/2+0.2, 0.4, x1+0.4, w/2-0.2, 1.1, rgb{48, 48, 50}, rgb{36, 36, 38}, nil)
	rim := 0.16
	earth := d.shade(of(d, earthColors), 0.12)
	if d.Chance(0.3) { // rubble and grey silt, not only earth
		earth = earth.mix(rgb{150, 148, 144}, d.Between(0.5, 0.9))
	}
	side := c.times(0.78)
	// the body's four walls, each with its upper edge
	b.box(x0, -w/2, 1.1, x1, -w/2+rim, h, c, side, wears)
	b.box(x0, w/2-rim, 1.1, x1, w/2, h, c, side, wears)
	b.box(x0, -w/2+rim, 1.1, x0+rim, w/2-rim, h-0.1, c, side, wears)
	b.box(x1-rim, -w/2+rim, 1.1, x1, w/2-rim, h+0.25, c, side, wears)
	b.box(x1-rim, -w/2, h+0.05, x1+0.7, w/2, h+0.25, c, side, wears) // the apron over the cab
	in := func(z float64, paint func(face) face) {
		b.add(paint(newFace(earth, vec{x0 + rim, -w/2 + rim, z}, vec{x1 - rim, -w/2 + rim, z}, vec{x1 - rim, w/2 - rim, z}, vec{x0 + rim, w/2 - rim, z})))
	}
	// shadowed darkens what lies at z below the rim where the walls keep the sun off
	shadowed := func(z float64, c rgb) {
		k := (h - z) / math.Max(sun.Z, 0.2)
		sx, sy := math.Min(math.Abs(sun.X)*k, bed*0.8), math.Min(math.Abs(sun.Y)*k, w*0.75)
		dark, up := c.times(0.42), 0.02
		xa, xb, ya, yb := x0+rim, x1-rim, -w/2+rim, w/2-rim
		if sx > 0.05 {
			if a, e := xb-sx, xb; sun.X > 0 {
				b.add(newFace(dark, vec{a, ya, z + up}, vec{e, ya, z + up}, vec{e, yb, z + up}, vec{a, yb, z + up}))
			} else {
				b.add(newFace(dark, vec{xa, ya, z + up}, vec{xa + sx, ya, z + up}, vec{xa + sx, yb, z + up}, vec{xa, yb, z + up}))
			}
		}
		if sy > 0.05 {
			if a, e := yb-sy, yb; sun.Y > 0 {
				b.add(newFace(dark, vec{xa, a, z + up}, vec{xb, a, z + up}, vec{xb, e, z + up}, vec{xa, e, z + up}))
			} else {
				b.add(newFace(dark, vec{xa, ya, z + up}, vec{xb, ya, z + up}, vec{xb, ya + sy, z + up}, vec{xa, ya + sy, z + up}))
			}
		}
	}
	// sunk darkens what lies at z below the rim along the walls, where they keep part of the sky off: also under cloud
	sunk := func(z float64, c rgb) {
		deep := math.Min(1, (h-z)/1.2)
		for i, k := range []float64{0.78, 0.6} {
			out := rim + (0.55-0.3*float64(i))*deep
			dark, up := c.times(1-(1-k)*deep), 0.01+0.005*float64(i)
			strip := func(xa, ya, xb, yb float64) {
				b.add(newFace(dark, vec{xa, ya, z + up}, vec{xb, ya, z + up}, vec{xb, yb, z + up}, vec{xa, yb, z + up}))
			}
			strip(x0+rim, -w/2+rim, x1-rim, -w/2+out)
			strip(x0+rim, w/2-out, x1-rim, w/2-rim)
			strip(x0+rim, -w/2+rim, x0+out, w/2-rim)
			strip(x1-out, -w/2+rim, x1-rim, w/2-rim)
		}
	}
	speck := func(f face) face { return f.painted(speckled, earth.times(0.7), 0.45, 0.8) }
	switch load {
	case "covered":
		tarp := d.coat(tarpColors, 0.12)
		paint := func(f face, _ int) face { return f.painted(ribs, tarp.times(0.72), d.Between(0.8, 1.3), 0.6) }
		b.tent(x0-0.05, -w/2-0.05, x1, w/2+0.05, h, h+d.Between(0.2, 0.45), 0.62, tarp, paint)
	case "overfull":
		in(h-0.05, speck)
		var m body
		ph := d.Between(0, 6)
		m.mound((bed-2*rim)/2*1.04, (w-2*rim)/2*1.2, h-0.05, d.Between(0.75, 1.25), earth, func(i int) float64 { return 0.94 + 0.08*math.Sin(float64(i)*2.3+ph) })
		b.add(placed(m.faces, vec{(x0 + x1) / 2, 0, 0}, 0)...)
	case "empty":
		z := 1.25
		floor := d.shade(of(d, []rgb{{104, 98, 92}, {88, 86, 86}, {120, 112, 102}, {96, 90, 80}}), 0.1).mix(c, 0.2)
		b.add(newFace(floor, vec{x0 + rim, -w/2 + rim, z}, vec{x1 - rim, -w/2 + rim, z}, vec{x1 - rim, w/2 - rim, z}, vec{x0 + rim, w/2 - rim, z}).painted(grain, earth.times(0.9), 0.8, 0.25))
		sunk(z, floor)
		shadowed(z, floor)
	default: // open: earth below the rim, uneven
		z := h - d.Between(0.45, 0.8)
		in(z, speck)
		sunk(z, earth)
		shadowed(z, earth)
		var m body
		m.mound((bed-2*rim)/2*0.8, (w-2*rim)/2*0.85, z-0.02, d.Between(0.15, 0.3), earth.times(1.06), func(i int) float64 { return 0.9 + 0.1*math.Sin(float64(i)*1.7) })
		b.add(placed(m.faces, vec{(x0 + x1) / 2, 0, 0}, 0)...)
	}
	d.cab(&b, x1+0.25, w, c.mix(rgb{240, 240, 240}, d.Between(0, 0.25)), wears)
	return b, bed + 2.3, w, h
}

// spillage is what a lorry of a length lost behind it: crumbs and smears of earth on the road, thinner with the distance.
func (d *Dice) spillage(l float64) (b body) {
	c := d.shade(of(d, earthColors), 0.12)
	far := d.Between(4, 11)
	for i, n := 0, 10+d.IntN(16); i < n; i++ {
		k := d.Float64()
		x, y := -l/2+0.2-far*k*k, d.Between(-0.9, 0.9)
		r := d.Between(0.15, 0.75) * (1 - 0.5*k)
		long := d.Between(1, 2.4)
		foot := make([]vec, 7)
		for j := range foot {
			s, co := math.Sincos(float64(j) * 2 * math.Pi / float64(len(foot)))
			q := r * d.Between(0.65, 1)
			foot[j] = vec{x + q*co*long, y + q*s, 0.04 + 0.002*float64(i)}
		}
		b.add(newFace(d.shade(c, 0.08), foot...).painted(speckled, c.times(0.7), 0.3, 0.7))
	}
	return b
}

// stall is a canopy or umbrella with goods on tables around it.
func (d *Dice) stall() (b body, l, w, h float64) {
	c := d.coat(clothColors, 0.1)
	alt := d.coat([]rgb{{244, 244, 240}, c, {240, 236, 220}, {250, 220, 120}, c, {230, 230, 230}, {200, 220, 240}, c}, 0.05)
	l, w, h = d.Between(2.6, 3.6), d.Between(2.4, 3.0), d.Between(2.3, 2.7)
	goods := func(x0, y0, x1, y1, z float64) {
		g := d.coat([]rgb{{190, 120, 40}, {90, 140, 50}, {180, 50, 50}, {200, 180, 120}, {140, 160, 60}, {210, 140, 150}, {160, 110, 70}, {220, 190, 60}}, 0.15)
		b.box(x0, y0, 0.5, x1, y1, z, g, rgb{110, 90, 70}, func(f face, side int) face {
			if side == 0 {
				return f.painted(speckled, d.coat(clothColors, 0.2), 0.35, 1)
			}
			return f
		})
	}
	front := d.Between(0.8, 1.2)
	goods(-l/2, -w/2-front, l/2, -w/2-0.1, 0.85)
	if d.Chance(0.6) {
		goods(-l/2-1.0, -w/2, -l/2-0.1, w/2*0.6, 0.7)
	}
	switch of(d, []int{0, 1, 2, 0, 1, 0, 1, 0, 3, 3, 3, 1}) {
	case 0: // pyramid tent in two colours
		i := 0
		b.tent(-l/2, -w/2, l/2, w/2, h-0.4, h+0.35, 0, c, func(f face, _ int) face {
			if i++; i%2 == 0 {
				f.color = alt
			}
			return f
		})
	case 1: // umbrella: eight sectors
		r := w * 0.62
		for i := range 8 {
			s0, c0 := math.Sincos(float64(i) * math.Pi / 4)
			s1, c1 := math.Sincos(float64(i+1) * math.Pi / 4)
			k := c
			if i%2 == 1 {
				k = alt
			}
			b.add(newFace(k, vec{r * c0, r * s0, h - 0.35}, vec{r * c1, r * s1, h - 0.35}, vec{0, 0, h + 0.2}))
		}
	case 3: // two umbrellas beside each other
		for _, u := range []float64{-l * 0.28, l * 0.3} {
			r := d.Between(1.0, 1.35)
			k := of(d, []rgb{c, alt, c, alt})
			for i := range 8 {
				s0, c0 := math.Sincos(float64(i) * math.Pi / 4)
				s1, c1 := math.Sincos(float64(i+1) * math.Pi / 4)
				b.add(newFace(k, vec{u + r*c0, r * s0, h - 0.3}, vec{u + r*c1, r * s1, h - 0.3}, vec{u, 0, h + 0.15}))
			}
		}
	default: // sloping striped cloth
		b.add(newFace(c, vec{-l / 2, -w / 2, h - 0.3}, vec{l / 2, -w / 2, h - 0.3}, vec{l / 2, w / 2, h + 0.1}, vec{-l / 2, w / 2, h + 0.1}).painted(stripes, alt, 0.7, 1))
	}
	return b, l, w + front, h
}

// canopyM: higher than this a car wash has a canopy.
const canopyM = 2.5

// carWash is a roadside car wash: a car on wet ground with foam, a water tank and buckets beside it, at times under a canopy.
func (d *Dice) carWash() (b body, l, w, h float64) {
	l, w, h = d.Between(6.4, 7.6), d.Between(4.4, 5.2), 1.7
	patch := func(x, y, rx, ry, z float64, c rgb) face {
		foot := make([]vec, 8)
		for j := range foot {
			s, co := math.Sincos(float64(j) * math.Pi / 4)
			k := d.Between(0.8, 1)
			foot[j] = vec{x + rx*k*co, y + ry*k*s, z}
		}
		return newFace(c, foot...)
	}
	wet := d.shade(rgb{52, 54, 56}, 0.15)
	b.add(patch(0, 0, l/2, w/2, 0.02, wet).painted(grain, wet.times(1.5), 0.9, 0.5))
	for range 4 + d.IntN(5) {
		b.add(patch(d.Between(-2.3, 2.3), d.Between(-1.7, 1.7), d.Between(0.3, 0.9), d.Between(0.2, 0.6), 0.03, rgb{214, 220, 224}).painted(speckled, wet, 0.25, 0.5))
	}
	car, cl, cw, _ := d.car()
	b.add(placed(car.faces, vec{d.Between(-0.4, 0.4), d.Between(-0.3, 0.3), 0}, d.Between(-0.08, 0.08))...)
	tank := of(d, []rgb{{226, 228, 226}, {40, 90, 170}, {230, 232, 234}, {60, 110, 180}})
	x, y := -cl/2-0.3, cw/2+0.5
	b.box(x-0.5, y-0.2, 0, x+0.5, y+0.8, 1.1, tank, tank.times(0.7), nil)
	for range 2 + d.IntN(3) {
		x, y := d.Between(-cl/2, cl/2), -cw/2-d.Between(0.3, 0.8)
		b.box(x-0.17, y-0.17, 0, x+0.17, y+0.17, 0.35, d.coat(clothColors, 0.1), rgb{60, 60, 64}, nil)
	}
	if d.Chance(0.45) {
		c := d.coat(clothColors, 0.1)
		top := d.Between(canopyM, 2.9)
		x0 := d.Between(-l/2+0.4, -0.6)
		b.box(x0, -w/2+0.5, top, x0+d.Between(2.6, 3.4), w/2-0.5, top+0.08, c, c.times(0.7), func(f face, side int) face {
			if side == 0 {
				return f.painted(stripes, c.mix(rgb{240, 240, 240}, d.Between(0.2, 1)), 0.8, 0.9)
			}
			return f
		})
		h = top
	}
	return b, l, w, h
}

// heap is muck dumped in one go or several.
func (d *Dice) heap() (b body, rx, ry, h float64) {
	c := d.shade(of(d, earthColors), 0.15)
	rx, ry, h = d.Between(2.2, 3.6), d.Between(1.8, 2.8), d.Between(1.2, 2.2)
	ph := d.Between(0, 6)
	rough := func(i int) float64 { return 0.88 + 0.12*math.Sin(float64(i)*1.9+ph) }
	b.mound(rx, ry, 0, h, c, rough)
	if d.Chance(0.5) {
		var m body
		m.mound(rx*0.6, ry*0.6, 0, h*0.7, c.times(0.95), rough)
		b.add(placed(m.faces, vec{rx * 0.7, ry * 0.25, 0}, 0)...)
	}
	return b, rx, ry, h
}

func (d *Dice) tree() (b body, r float64) {
	r = d.Between(1.4, 3.2)
	g := d.shade(of(d, []rgb{{62, 92, 44}, {74, 104, 52}, {52, 82, 46}, {86, 112, 58}, {58, 88, 38}, {96, 118, 60}, {70, 90, 60}, {48, 76, 40}}), 0.12)
	h := d.Between(4, 8)
	b.box(-0.15, -0.15, 0, 0.15, 0.15, h*0.5, rgb{80, 62, 46}, rgb{70, 54, 40}, nil)
	for i, k := range []float64{1, 0.8, 0.5} {
		foot := make([]vec, 8)
		ph := d.Between(0, 1)
		for j := range foot {
			s, c := math.Sincos(float64(j)*math.Pi/4 + ph)
			q := r * k * (0.9 + 0.1*d.Float64())
			foot[j] = vec{q * c, q * s, 0}
		}
		z := h * (0.45 + 0.22*float64(i))
		b.prism(foot, z, z+h*0.2, g.times(0.85+0.12*float64(i)), g.times(0.6), func(f face, _ int) face { return f.painted(grain, g, 0.6, 0.35) })
	}
	return b, r
}

func (d *Dice) person() (b body) {
	c := d.coat(clothColors, 0.3)
	leg := d.shade(rgb{50, 52, 64}, 0.3)
	b.box(-0.12, -0.2, 0, 0.12, 0.2, 0.85, leg, leg, nil)
	b.box(-0.16, -0.26, 0.85, 0.16, 0.26, 1.45, c, c.times(0.8), nil)
	b.box(-0.11, -0.1, 1.45, 0.11, 0.1, 1.72, rgb{40, 32, 28}, rgb{190, 150, 124}, nil)
	return b
}

// tricycle is a vendor's three-wheeler with goods on its bed, at times under an umbrella.
func (d *Dice) tricycle() (b body, l, w, h float64) {
	l, w, h = 2.9, 1.15, 1.1
	c := d.coat([]rgb{{60, 110, 170}, {180, 50, 44}, {90, 94, 98}, {50, 120, 80}}, 0.1)
	b.box(-1.45, -w/2, 0.45, 0.45, w/2, 0.75, c, c.times(0.7), nil)
	g := d.coat([]rgb{{200, 120, 40}, {90, 150, 60}, {190, 60, 50}, {220, 190, 70}, {150, 100, 150}, {230, 150, 90}, {120, 160, 60}, {170, 130, 80}}, 0.12)
	b.box(-1.35, -w/2+0.1, 0.75, 0.35, w/2-0.1, 1.0, g, g.times(0.7), func(f face, side int) face {
		if side == 0 {
			return f.painted(speckled, d.coat(clothColors, 0.2), 0.3, 1)
		}
		return f
	})
	b.box(0.6, -0.18, 0.6, 1.0, 0.18, 0.85, rgb{40, 40, 42}, rgb{30, 30, 32}, nil)
	b.box(1.15, -0.4, 0.7, 1.3, 0.4, 1.05, rgb{70, 72, 76}, rgb{50, 52, 56}, nil)
	if d.Chance(0.45) {
		k := d.coat(clothColors, 0.1)
		r := d.Between(0.8, 1.1)
		for i := range 8 {
			s0, c0 := math.Sincos(float64(i) * math.Pi / 4)
			s1, c1 := math.Sincos(float64(i+1) * math.Pi / 4)
			b.add(newFace(k, vec{-0.5 + r*c0, r * s0, 2.0}, vec{-0.5 + r*c1, r * s1, 2.0}, vec{-0.5, 0, 2.35}))
		}
		h = 2.2
	}
	return b, l, w, h
}

// spread is goods laid out on the pavement: a cloth with boxes and piles.
func (d *Dice) spread() (b body, l, w, h float64) {
	l, w, h = d.Between(2.2, 4), d.Between(1.2, 1.9), 0.4
	c := d.coat([]rgb{{70, 90, 140}, {160, 150, 140}, {190, 60, 60}, {60, 110, 80}, {220, 216, 206}, {120, 80, 120}, {90, 90, 96}, {200, 170, 110}}, 0.12)
	b.box(-l/2, -w/2, 0, l/2, w/2, 0.03, c, c, nil)
	for x := -l/2 + 0.3; x < l/2-0.3; x += d.Between(0.5, 0.8) {
		for _, y := range []float64{-w * 0.25, w * 0.25} {
			g := d.coat([]rgb{{200, 120, 40}, {90, 150, 60}, {190, 60, 50}, {220, 190, 70}, {150, 100, 150}, {236, 230, 210}, {120, 160, 60}, {170, 130, 80}, {60, 70, 110}, {230, 160, 170}, {90, 60, 50}, {70, 130, 150}}, 0.15)
			b.box(x-0.2, y-0.22, 0.03, x+0.22, y+0.22, d.Between(0.15, 0.4), g, g.times(0.7), func(f face, side int) face {
				if side == 0 {
					return f.painted(speckled, d.shade(g, 0.3), 0.18, 0.8)
				}
				return f
			})
		}
	}
	return b, l, w, h
}

// bicycles is a row of n bicycles standing side by side.
func (d *Dice) bicycles(n int) (b body, l, w, h float64) {
	c := d.coat([]rgb{{60, 140, 200}, {240, 190, 40}, {60, 170, 110}, {230, 120, 40}}, 0.1)
	l, w, h = float64(n)*0.55, 1.7, 1.0
	for i := range n {
		x := -l/2 + 0.55*(float64(i)+0.5) + d.Between(-0.08, 0.08)
		y := d.Between(-0.1, 0.1)
		b.box(x-0.04, y-0.8, 0.1, x+0.04, y+0.75, 0.62, rgb{46, 46, 48}, rgb{40, 40, 42}, nil)
		b.box(x-0.05, y-0.35, 0.62, x+0.05, y+0.35, 0.8, c, c.times(0.7), nil)
		b.box(x-0.28, y+0.42, 0.85, x+0.28, y+0.5, 0.98, rgb{60, 60, 62}, rgb{50, 50, 52}, nil)
		b.box(x-0.12, y-0.5, 0.8, x+0.12, y-0.25, 0.95, rgb{30, 30, 32}, rgb{30, 30, 32}, nil)
		b.box(x-0.16, y+0.52, 0.6, x+0.16, y+0.78, 0.82, c.mix(rgb{60, 60, 60}, 0.5), c.times(0.5), nil)
	}
	return b, l, w, h
}
