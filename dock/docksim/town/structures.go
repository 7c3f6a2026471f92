package town

import (
	"math"
)

// shed is a steel-roof hut: a flat, single-pitch or gabled corrugated roof over thin walls.
func (d *Dice) shed(l, w, h float64) (b body) {
	c := d.coat(sheetColors, 0.1)
	wall := d.shade(rgb{205, 205, 200}, 0.1)
	if d.Chance(0.4) {
		wall = c.times(0.85)
	}
	period := d.Between(0.7, 1.1)
	rib := func(f face) face { return f.painted(ribs, c.times(d.Between(0.68, 0.8)), period, 0.7) }
	over := d.Between(0.1, 0.35)
	b.box(-l/2, -w/2, 0, l/2, w/2, h*0.8, wall, wall.times(0.75), nil)
	x, y := l/2+over, w/2+over
	if d.Chance(0.35) { // sheets fade and rust
		c = c.mix(of(d, []rgb{{150, 120, 96}, {170, 168, 164}, {130, 96, 76}, {186, 182, 176}}), d.Between(0.1, 0.4))
	}
	defer func() {
		// what lies on such roofs: lights in the sheet, tyres, tanks, boards
		for range d.IntN(4) {
			u, v, k := d.Between(-l/2+0.5, l/2-0.5), d.Between(-w/2+0.4, w/2-0.4), d.Between(0.15, 0.6)
			g := d.coat([]rgb{{210, 214, 206}, {60, 60, 62}, {40, 42, 46}, {150, 120, 90}, {180, 186, 190}, {120, 140, 150}, {90, 84, 80}, {226, 226, 224}}, 0.1)
			b.box(u-k, v-k*0.6, h*0.9, u+k, v+k*0.6, h*1.06+0.05, g, g.times(0.7), nil)
		}
	}()
	switch style := of(d, []int{0, 1, 2, 1, 0, 1, 3, 0, 3, 4, 1, 4}); style {
	case 0: // single pitch
		b.add(rib(newFace(c, vec{-x, -y, h * 0.82}, vec{x, -y, h * 0.82}, vec{x, y, h}, vec{-x, y, h})))
	case 1: // gable
		lit, dim := c.times(1.06), c.times(0.9)
		b.add(rib(newFace(lit, vec{-x, -y, h * 0.8}, vec{x, -y, h * 0.8}, vec{x, 0, h * 1.05}, vec{-x, 0, h * 1.05})))
		b.add(newFace(dim, vec{x, y, h * 0.8}, vec{-x, y, h * 0.8}, vec{-x, 0, h * 1.05}, vec{x, 0, h * 1.05}).painted(ribs, dim.times(0.75), period, 0.7))
	case 3: // flat, in three fields
		for i := range 3 {
			k := c.mix(rgb{220, 222, 224}, d.Between(0, 0.25))
			a, e := -x+2*x*float64(i)/3, -x+2*x*float64(i+1)/3
			b.add(newFace(k, vec{a, -y, h * 0.9}, vec{e, -y, h * 0.9}, vec{e, y, h * 0.94}, vec{a, y, h * 0.94}).painted(ribs, k.times(0.78), period, 0.6))
		}
	case 4: // an L: a gable and a lean-to beside it
		b.add(rib(newFace(c, vec{-x, -y * 0.2, h * 0.85}, vec{x, -y * 0.2, h * 0.85}, vec{x, y, h}, vec{-x, y, h})))
		lean := c.mix(rgb{180, 182, 184}, 0.3)
		b.add(newFace(lean, vec{-x, -y, h * 0.81}, vec{x * 0.2, -y, h * 0.81}, vec{x * 0.2, -y * 0.2, h * 0.83}, vec{-x, -y * 0.2, h * 0.83}).painted(ribs, lean.times(0.75), period, 0.6))
	default: // two sheets of different age, one pitch
		old := c.mix(rgb{130, 100, 80}, 0.3)
		b.add(rib(newFace(c, vec{-x, -y, h * 0.85}, vec{0, -y, h * 0.85}, vec{0, y, h}, vec{-x, y, h})))
		b.add(newFace(old, vec{0, -y, h * 0.85}, vec{x, -y, h * 0.85}, vec{x, y, h}, vec{0, y, h}).painted(ribs, old.times(0.75), period, 0.7))
	}
	return b
}

func (d *Dice) container() (b body, l, w, h float64) {
	c := d.coat([]rgb{{40, 90, 150}, {170, 60, 40}, {220, 220, 216}, {60, 120, 80}, {200, 140, 40}, {120, 124, 128}, {230, 230, 226}, {70, 60, 110}}, 0.1)
	l, w, h = of(d, []float64{6.06, 6.06, 6.06, 12.2}), 2.44, 2.6
	b.box(-l/2, -w/2, 0, l/2, w/2, h, c, c.times(0.72), func(f face, _ int) face { return f.painted(ribs, c.times(0.8), 0.55, 0.35) })
	return b, l, w, h
}

// room is a storey or a room added to a roof in masonry: a flat slab with a rim, walls with windows.
func (d *Dice) room(l, w, h float64) (b body) {
	top := d.coat([]rgb{{214, 208, 198}, {150, 60, 46}, {190, 150, 120}, {120, 124, 130}, {226, 224, 220}, {96, 130, 96}, {200, 196, 160}, {170, 90, 66}}, 0.1)
	wall := d.coat(wallColors, 0.1)
	b.box(-l/2, -w/2, 0, l/2, w/2, h, top, wall, func(f face, side int) face {
		if side == 1 {
			return f.painted(panes, d.glass(), d.Between(1.6, 2.4), 1)
		}
		return f.painted(grain, top.times(0.92), 0.8, 0.3)
	})
	rim := top.mix(rgb{240, 238, 234}, 0.4)
	for _, r := range [4][4]float64{{-l / 2, -w / 2, l / 2, -w/2 + 0.2}, {-l / 2, w/2 - 0.2, l / 2, w / 2}, {-l / 2, -w / 2, -l/2 + 0.2, w / 2}, {l/2 - 0.2, -w / 2, l / 2, w / 2}} {
		b.box(r[0], r[1], h, r[2], r[3], h+0.35, rim, rim.times(0.8), nil)
	}
	return b
}

// tent is a gabled tarpaulin on poles, larger than a stall.
func (d *Dice) tent(l, w, h float64) (b body) {
	c := d.coat([]rgb{{60, 90, 150}, {230, 232, 234}, {44, 110, 84}, {190, 60, 50}, {220, 180, 60}, {90, 130, 170}, {96, 106, 70}, {240, 240, 240}}, 0.08)
	for _, s := range []float64{-1, 1} {
		a, e := vec{-l / 2, s * w / 2, h * 0.7}, vec{l / 2, s * w / 2, h * 0.7}
		k := c
		if s > 0 {
			a, e, k = e, a, c.times(0.93)
		}
		b.add(newFace(k, a, e, vec{e.X, 0, h}, vec{a.X, 0, h}).painted(stripes, k.times(0.9), d.Between(1.5, 2.5), 0.5))
		b.add(newFace(c.times(0.75), vec{s * l / 2, -s * w / 2, 0.4}, vec{s * l / 2, s * w / 2, 0.4}, vec{s * l / 2, s * w / 2, h * 0.7}, vec{s * l / 2, -s * w / 2, h * 0.7}))
	}
	return b
}

// frame is a structure being put up: steel posts and beams, some planks, a corner of green netting.
func (d *Dice) frame(l, w, h float64) (b body) {
	steel := d.coat([]rgb{{150, 60, 44}, {70, 74, 80}, {120, 124, 128}, {170, 130, 60}}, 0.1)
	const k = 0.13
	bar := func(x0, y0, x1, y1 float64) {
		b.box(math.Min(x0, x1)-k, math.Min(y0, y1)-k, h-0.2, math.Max(x0, x1)+k, math.Max(y0, y1)+k, h, steel, steel.times(0.7), nil)
	}
	nx, ny := max(2, int(l/1.6)), max(2, int(w/1.6))
	for i := range nx + 1 {
		x := -l/2 + l*float64(i)/float64(nx)
		bar(x, -w/2, x, w/2)
		for _, y := range []float64{-w / 2, w / 2} {
			b.box(x-k, y-k, 0, x+k, y+k, h, steel, steel.times(0.7), nil)
		}
	}
	for i := range ny + 1 {
		y := -w/2 + w*float64(i)/float64(ny)
		bar(-l/2, y, l/2, y)
	}
	for range 2 + d.IntN(4) {
		x, y := d.Between(-l/2+0.6, l/2-1.4), d.Between(-w/2+0.2, w/2-0.4)
		b.box(x, y, h, x+1.2, y+0.3, h+0.06, rgb{196, 164, 116}, rgb{150, 120, 84}, nil)
	}
	net := d.coat([]rgb{{50, 120, 80}, {60, 130, 96}, {40, 90, 140}, {70, 140, 70}}, 0.1)
	b.box(-l/2-0.2, -w/2-0.25, 0.1, l/2+0.2, -w/2-0.18, h+0.6, net, net.times(0.8), nil)
	return b
}

// shelter is a bus stop's or a bicycle stand's roof: small, on posts, and permitted.
func (d *Dice) shelter() (b body, l, w, h float64) {
	l, w, h = d.Between(4, 7), d.Between(1.3, 1.8), 2.5
	c := d.coat([]rgb{{120, 126, 132}, {60, 110, 90}, {190, 196, 200}, {70, 90, 120}}, 0.1)
	b.box(-l/2, -w/2, h-0.12, l/2, w/2, h, c, c.times(0.7), nil)
	for _, x := range []float64{-l/2 + 0.3, l/2 - 0.3} {
		b.box(x-0.06, w/2-0.3, 0, x+0.06, w/2-0.18, h-0.12, rgb{90, 92, 96}, rgb{80, 82, 86}, nil)
	}
	return b, l, w, h
}

// house has a pitched tile roof: gabled, or hipped.
func (d *Dice) house(l, w, h float64) (b body) {
	wall := d.coat(wallColors, 0.1)
	roof := d.coat([]rgb{{150, 76, 54}, {96, 92, 92}, {120, 104, 90}, {72, 76, 84}, {170, 110, 80}, {132, 128, 122}, {110, 70, 56}, {84, 98, 110}}, 0.1)
	b.box(-l/2, -w/2, 0, l/2, w/2, h, roof, wall, func(f face, side int) face {
		if side == 1 {
			return f.painted(panes, d.glass(), d.Between(2.2, 3.2), 1)
		}
		return f
	})
	over, rise := 0.5, d.Between(0.22, 0.4)*w
	x, y := l/2+over, w/2+over
	hip := 0.0
	if d.Chance(0.5) {
		hip = math.Min(w/2, l/2*0.8)
	}
	tile := func(f face) face { return f.painted(ribs, f.color.times(0.85), d.Between(0.35, 0.6), 0.5) }
	b.add(tile(newFace(roof, vec{-x, -y, h}, vec{x, -y, h}, vec{x - hip, 0, h + rise}, vec{-x + hip, 0, h + rise})))
	b.add(tile(newFace(roof, vec{x, y, h}, vec{-x, y, h}, vec{-x + hip, 0, h + rise}, vec{x - hip, 0, h + rise})))
	for _, s := range []float64{-1, 1} {
		b.add(tile(newFace(roof, vec{s * x, -s * y, h}, vec{s * x, s * y, h}, vec{s * (x - hip), 0, h + rise})))
	}
	return b
}
