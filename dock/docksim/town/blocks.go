package town

import "math"

// What stands in the blocks of a town, by the kind of block.

func (t *Town) homes(b block) {
	d := t.d
	h := 3 * float64(3+d.IntN(5))
	depth := d.Between(10, 13)
	for y := b.y0 + d.Between(1, 4); y+depth < b.y1; y += depth + d.Between(12, 18) {
		for x := b.x0 + d.Between(0, 3); x+18 < b.x1; {
			l := math.Min(d.Between(24, 40), b.x1-x)
			t.building(x, y, x+l, y+depth, h)
			if d.Chance(0.35) {
				t.solarAt(x+l*d.Between(0.35, 0.8), y+depth*0.5, h, l*0.3, depth*0.5)
			} else if d.Chance(0.8) {
				t.shedAt(x+l*d.Between(0.35, 0.8), y+depth*d.Between(0.45, 0.55), h, l*0.35, depth*0.55, "roof")
			}
			x += l + d.Between(6, 10)
		}
		// between the rows: grass, cars, trees
		y0, y1 := y+depth+1.5, math.Min(y+depth+11, b.y1)
		if y1-y0 > 4 {
			t.Ground.rect(b.x0, y0, b.x1, y1, d.shade(rgb{88, 108, 62}, 0.15), 0.12)
			for x := b.x0 + 2; x < b.x1-4; x += d.Between(3, 8) {
				if d.Chance(0.5) {
					t.tree(x, d.Between(y0, y1))
				} else if d.Chance(0.5) {
					t.vehicle("car", x+2, y1-2.5, math.Pi/2, vec{})
				}
			}
			if d.Chance(0.25) {
				t.shedAt(d.Between(b.x0+6, b.x1-6), (y0+y1)/2, 0, 8, 5, "yard")
			}
		}
	}
}

// villas are houses with pitched roofs in gardens.
func (t *Town) villas(b block) {
	d := t.d
	for y := b.y0 + 2; y+12 < b.y1; y += d.Between(17, 24) {
		t.Ground.rect(b.x0, y-2, b.x1, math.Min(y+14, b.y1), d.shade(of(d, []rgb{{88, 108, 62}, {104, 112, 74}, {76, 96, 58}, {120, 118, 86}}), 0.12), 0.14)
		for x := b.x0 + d.Between(1, 5); x+12 < b.x1; {
			l, w := math.Min(d.Between(9, 17), b.x1-x), d.Between(7.5, 11)
			t.Ground.rect(x+l*0.3, y+w, x+l*0.3+3, y+w+5, d.shade(rgb{160, 158, 154}, 0.1), 0.05)
			h := d.Between(3, 7)
			t.structure(func() {
				f := d.house(l, w, h)
				if d.Chance(0.6) { // with a wing
					wl, ww := d.Between(4.5, 7), d.Between(2, 4)
					wing := d.house(wl, w+2*ww, h*d.Between(0.8, 1))
					f.add(placed(wing.faces, vec{d.Between(-l/2+wl/2, l/2-wl/2), 0, 0}, 0)...)
				}
				t.stand(f.faces, vec{x + l/2, y + w/2, 0}, 0, -1, "", l/2, w/2, h)
				t.Buildings = append(t.Buildings, Building{x, y, x + l, y + w, h, t.standing})
			})
			if d.Chance(0.3) {
				t.shedAt(x+l/2, y+w+4.2, 0, 7, 4.2, "yard")
			} else if d.Chance(0.4) {
				t.vehicle("car", x+l*0.3+1.5, y+w+2.6, math.Pi/2, vec{})
			} else {
				t.tree(x+d.Between(0, l), y+w+d.Between(3, 5))
			}
			x += l + d.Between(4, 9)
		}
	}
}

func (t *Town) shops(outer, b block) {
	d := t.d
	depth := math.Min(d.Between(11, 15), b.h()*0.4)
	for _, south := range []bool{true, false} {
		for x := b.x0; x+10 < b.x1; {
			l := math.Min(d.Between(12, 22), b.x1-x)
			h := 3.2 * float64(2+d.IntN(3))
			y0, y1 := b.y0, b.y0+depth
			if !south {
				y0, y1 = b.y1-depth, b.y1
			}
			t.building(x, y0, x+l, y1, h)
			switch {
			case d.Chance(0.3):
				t.shedAt(x+l/2, (y0+y1)/2, h, l*0.5, depth*0.5, "roof")
			case d.Chance(0.4):
				t.solarAt(x+l/2, (y0+y1)/2, h, l*0.4, depth*0.5)
			}
			wall, out := y0, -1.0
			if !south {
				wall, out = y1, 1.0
			}
			switch {
			case d.Chance(0.16): // the shop puts its goods out on the pavement
				t.goodsBefore(x+l*d.Between(0.3, 0.7), wall, out)
			case d.Chance(0.45): // an awning over the shop window, part of the shop
				w := d.Between(3, 5)
				if id, ok := t.score(false, "street-stall", "awning", vec{x + l/2, wall + out*0.8, 0}, map[string]string{"what": "awning"}); ok {
					c := d.coat(clothColors, 0.1)
					var a body
					f := newFace(c, vec{-w / 2, -0.8, 2.5}, vec{w / 2, -0.8, 2.5}, vec{w / 2, 0.8, 3.1}, vec{-w / 2, 0.8, 3.1}).painted(stripes, d.shade(rgb{240, 240, 236}, 0.05), 0.6, 1)
					a.add(f)
					yaw := 0.0
					if !south {
						yaw = math.Pi
					}
					t.stand(a.faces, vec{x + l/2, wall + out*0.8, 0}, yaw, id, "awning", w/2, 0.8, 3)
				}
			case d.Chance(0.85):
				y := outer.y0 + 1.9
				if !south {
					y = outer.y1 - 1.9
				}
				t.stallAt(x+l*d.Between(0.3, 0.7), y, south, true)
			}
			x += l + d.Between(1, 5)
		}
	}
}

// goodsBefore lays a shop's goods out over its door line: along its wall at y, on the side that out points to.
func (t *Town) goodsBefore(x, wall, out float64) {
	b, l, w, h := t.d.spread()
	at := vec{x, wall + out*(w/2+t.d.Between(0.1, 0.4)), 0}
	if id, ok := t.score(true, "street-stall", "goods", at, map[string]string{"what": "goods", "over-door-line": "yes"}); ok {
		t.stand(b.faces, at, 0, id, "goods", l/2, w/2, h)
	}
}

func (t *Town) stallAt(x, y float64, south, violation bool) {
	d := t.d
	at := vec{x, y, 0}
	what := "stall"
	switch k := d.Float64(); {
	case k < 0.14:
		what = "tricycle"
	case k < 0.26:
		what = "goods"
	case k < 0.33:
		what = "car-wash"
	}
	attr := map[string]string{"what": what}
	if !violation {
		attr["zone"] = "vending-zone"
	}
	id, ok := t.score(violation, "street-stall", what, at, attr)
	if !ok {
		return
	}
	var b body
	var l, w, h float64
	yaw := 0.0
	switch what {
	case "tricycle":
		b, l, w, h = d.tricycle()
		yaw = d.Between(-0.4, 0.4)
	case "goods":
		b, l, w, h = d.spread()
	case "car-wash":
		b, l, w, h = d.carWash()
	default:
		b, l, w, h = d.stall()
		l += 0.6
	}
	if !south {
		yaw += math.Pi
	}
	t.stand(b.faces, at, yaw, id, what, l/2, w/2, h)
	if what == "car-wash" && h < canopyM { // the car is to be seen
		t.solids = append(t.solids, solid{thing: -1, label: "car", centre: at.add(vec{0, 0, 0.7}), radius: 2.5, hl: 2.2, hw: 0.9, h: 1.5, yaw: yaw})
	}
	if h > 0.6 && what != "car-wash" {
		t.Ground.shadow(at, 0, l/2, w/2, yaw, h)
	}
	for range d.IntN(3) {
		t.person(x+d.Between(-2.5, 2.5), y+d.Between(-2.8, 2.8), vec{})
	}
}

func (t *Town) works(b block) {
	d := t.d
	l, w, h := math.Min(b.w()*0.55, d.Between(24, 40)), math.Min(b.h()*0.5, d.Between(16, 26)), d.Between(6, 9)
	t.Ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{138, 134, 128}, 0.1), 0.08)
	t.building(b.x0+1, b.y0+1, b.x0+1+l, b.y0+1+w, h)
	x := b.x0 + l + 8
	if x+5 < b.x1 {
		t.shedAt(math.Min(x, b.x1-5), b.y0+6, 0, 9, 6, "yard")
		if d.Chance(0.5) {
			t.shedAt(math.Min(x+d.Between(0, 3), b.x1-5), b.y0+22, 0, 8, 6, "yard")
		}
	}
	y := b.y1 - 4
	t.shedAt(b.x0+6, y, 0, 8, 5, "yard")
	for x := b.x0 + 16; x+6 < b.x1; x += d.Between(14, 20) {
		switch d.IntN(3) {
		case 0:
			t.lorryAt(x, y-1, d.Between(-0.1, 0.1))
		case 1:
			t.vehicle(of(d, []string{"van", "bus", "bus", "car", "van", "car", "van", "car"}), x, y-1, 0, vec{})
		default:
			t.tree(x, y)
		}
	}
}

func (t *Town) lorryAt(x, y, yaw float64) {
	if id, ok := t.score(false, "muck-truck", "lorry", vec{x, y, 0}, map[string]string{"what": "lorry"}); ok {
		b, l, w, h := t.d.lorry()
		t.stand(b.faces, vec{x, y, 0}, yaw, id, "lorry", l/2, w/2, h)
		t.Ground.shadow(vec{x, y, 0}, 0, l/2, w/2, yaw, h)
	}
}

func (t *Town) heapAt(x, y float64, violation bool) {
	attr := map[string]string{"what": "heap"}
	if !violation {
		attr["zone"] = "construction-site"
	}
	id, ok := t.score(violation, "muck-truck", "heap", vec{x, y, 0}, attr)
	if !ok {
		return
	}
	b, rx, ry, h := t.d.heap()
	yaw := t.d.Between(0, math.Pi)
	t.stand(b.faces, vec{x, y, 0}, yaw, id, "heap", rx, ry, h)
	t.Ground.shadow(vec{x, y, 0}, 0, rx*0.8, ry*0.8, yaw, h*0.8)
	t.Ground.blot(x, y, rx*1.5, of(t.d, earthColors))
}

func (t *Town) site(b block) {
	d := t.d
	t.Areas = append(t.Areas, Area{"construction-site", b.x0, b.y0, b.x1, b.y1})
	earth := d.shade(of(d, earthColors), 0.1).mix(rgb{170, 150, 124}, 0.4)
	t.Ground.rect(b.x0, b.y0, b.x1, b.y1, earth, 0.16)
	for range 10 {
		t.Ground.blot(d.Between(b.x0+4, b.x1-4), d.Between(b.y0+4, b.y1-4), d.Between(2, 5), earth.times(0.85))
	}
	var fence body
	c := d.shade(rgb{70, 140, 110}, 0.2)
	for _, r := range []block{{b.x0, b.y0, b.x1, b.y0 + 0.15}, {b.x0, b.y1 - 0.15, b.x1, b.y1}, {b.x0, b.y0, b.x0 + 0.15, b.y1}, {b.x1 - 0.15, b.y0, b.x1, b.y1}} {
		fence.box(r.x0, r.y0, 0, r.x1, r.y1, 2, c, c.times(0.8), nil)
	}
	t.standOver(fence.faces, b)
	t.building(b.x0+6, b.y0+6, b.x0+6+math.Min(22, b.w()/2), b.y0+6+math.Min(14, b.h()/3), d.Between(4, 14))
	for i, n := 0, 3+d.IntN(3); i < n; i++ {
		x, y := d.Between(b.x0+6, b.x1-6), d.Between(b.y0+b.h()*0.55, b.y1-6)
		switch d.IntN(3) {
		case 0:
			t.containerAt(x, y)
		case 1:
			t.dumpTruckAt(x, y, d.Between(0, math.Pi), "covered", false)
		default:
			t.heapAt(x, y, false)
		}
	}
	t.containerAt(b.x1-6, b.y0+8)
	t.heapAt(b.x1-7, b.y0+b.h()*0.4, false)
}

func (t *Town) containerAt(x, y float64) {
	at := vec{x, y, 0}
	if id, ok := t.score(false, "illegal-structure", "container", at, map[string]string{"what": "container", "zone": "construction-site"}); ok {
		t.structure(func() {
			b, l, w, h := t.d.container()
			yaw := of(t.d, []float64{0, math.Pi / 2, 0.2, -0.3})
			t.stand(b.faces, at, yaw, id, "container", l/2, w/2, h)
			t.Ground.shadow(at, 0, l/2, w/2, yaw, h)
		})
	}
}

func (t *Town) market(b block) {
	d := t.d
	t.Areas = append(t.Areas, Area{"vending-zone", b.x0, b.y0, b.x1, b.y1})
	t.Ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{168, 146, 132}, 0.1), 0.06)
	for y := b.y0 + 6; y < b.y1-4; y += 15 {
		for x := b.x0 + 6; x < b.x1-4; x += 15 {
			t.stallAt(x+d.Between(-0.8, 0.8), y+d.Between(-0.8, 0.8), d.Chance(0.5), false)
		}
	}
}

func (t *Town) park(b block) {
	d := t.d
	t.Ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{84, 112, 58}, 0.15), 0.14)
	t.Ground.rect(b.x0, (b.y0+b.y1)/2-1, b.x1, (b.y0+b.y1)/2+1, rgb{176, 164, 146}, 0.06)
	if x, y := d.Between(b.x0+10, b.x1-10), b.y0+b.h()*0.25; true {
		if _, ok := t.score(false, "illegal-structure", "pool", vec{x, y, 0}, map[string]string{"what": "pool"}); ok {
			hl, hw := d.Between(3, 6), d.Between(2.5, 4)
			t.Ground.rect(x-hl-0.8, y-hw-0.8, x+hl+0.8, y+hw+0.8, rgb{206, 200, 190}, 0.05)
			t.Ground.rect(x-hl, y-hw, x+hl, y+hw, d.shade(rgb{60, 150, 196}, 0.1), 0.06)
			t.solids = append(t.solids, solid{thing: len(t.Things) - 1, label: "pool", centre: vec{x, y, 0}, radius: math.Hypot(hl, hw), hl: hl, hw: hw, h: 0.01})
		}
	}
	if d.Chance(0.6) { // a sports ground: flat colour, straight lines, and nothing built
		x, y := b.x1-d.Between(16, 20), b.y0+5.0
		c := d.coat([]rgb{{60, 110, 160}, {150, 70, 60}, {70, 130, 90}, {180, 96, 70}}, 0.1)
		t.Ground.rect(x, y, x+14, y+8, c, 0.04)
		t.Ground.rect(x+0.5, y+0.5, x+13.5, y+0.62, rgb{220, 220, 216}, 0)
		t.Ground.rect(x+0.5, y+7.4, x+13.5, y+7.5, rgb{220, 220, 216}, 0)
		t.Ground.rect(x+6.9, y+0.5, x+7.05, y+7.5, rgb{220, 220, 216}, 0)
	}
	for range 16 + d.IntN(14) {
		x, y := d.Between(b.x0+3, b.x1-3), d.Between(b.y0+b.h()*0.5+3, b.y1-3)
		t.tree(x, y)
	}
}

func (t *Town) parking(b block) {
	d := t.d
	t.Ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{110, 110, 112}, 0.1), 0.06)
	for y := b.y0 + 5; y < b.y1-5; y += 13 {
		for x := b.x0 + 3; x < b.x1-3; x += 2.9 {
			t.Ground.rect(x-1.4, y-2.6, x-1.3, y+2.6, rgb{206, 206, 200}, 0)
			if d.Chance(0.55) {
				t.vehicle(of(d, []string{"car", "car", "car", "car", "van", "car", "car", "car"}), x, y, math.Pi/2*(1+2*float64(d.IntN(2))), vec{})
			}
		}
	}
	t.lorryAt(b.x1-8, b.y1-3, 0)
}

// pavement fills what runs along a block: people, trees, heaps, stalls at corners.
func (t *Town) pavement(b block) {
	d := t.d
	for x := b.x0 + 4; x < b.x1-4; x += d.Between(7, 13) {
		if d.Chance(0.5) {
			t.tree(x, b.y0+1)
		}
		if d.Chance(0.3) {
			v := d.Between(0.8, 1.5)
			if d.Chance(0.5) {
				v = -v
			}
			t.person(x, b.y1-2, vec{v, 0, 0})
		}
	}
	if d.Chance(0.55) {
		t.stallAt(b.x0+1.9, b.y0+b.h()*d.Between(0.3, 0.7), true, true)
	}
	if d.Chance(0.5) {
		t.heapAt(b.x1-2.6, b.y0+b.h()*d.Between(0.3, 0.7), true)
	}
	// what stands on pavements by right
	if d.Chance(0.4) {
		x, y := b.x0+b.w()*d.Between(0.2, 0.8), b.y1-1.7
		if _, ok := t.score(false, "illegal-structure", "shelter", vec{x, y, 0}, map[string]string{"what": "shelter"}); ok {
			f, l, w, h := d.shelter()
			t.stand(f.faces, vec{x, y, 0}, 0, len(t.Things)-1, "shelter", l/2, w/2, h)
			t.Ground.shadow(vec{x, y, 0}, 0, l/2, w/2, 0, h)
		}
	}
	for range d.IntN(3) {
		n := 3 + d.IntN(8)
		f, l, w, h := d.bicycles(n)
		at := vec{b.x0 + b.w()*d.Between(0.1, 0.9), b.y0 + 1.5, 0}
		if t.clear(at, 3.5) {
			t.stand(f.faces, at, d.Between(-0.1, 0.1), -1, "bicycles", l/2, w/2, h)
		}
	}
}

// clear says that no scored thing is within r metres.
func (t *Town) clear(at vec, r float64) bool {
	for _, dots := range t.dots {
		for _, o := range dots {
			if math.Hypot(o.X-at.X, o.Y-at.Y) < r {
				return false
			}
		}
	}
	return true
}

func (t *Town) tree(x, y float64) {
	for _, b := range t.Buildings {
		if x > b.X0-2 && x < b.X1+2 && y > b.Y0-2 && y < b.Y1+2 {
			return
		}
	}
	// a crown over a scored thing would hide it for the whole flight
	if !t.clear(vec{x, y, 0}, 6.5) {
		return
	}
	b, r := t.d.tree()
	t.stand(b.faces, vec{x, y, 0}, 0, -1, "", 0, 0, 0)
	t.Ground.shadow(vec{x, y, 0}, 0, r*0.8, r*0.8, 0, 6)
}

func (t *Town) person(x, y float64, speed vec) {
	b := t.d.person()
	t.stand(b.faces, vec{x, y, 0}, t.d.Between(0, 6), -1, "person", 0.25, 0.25, 1.7)
	t.solids[len(t.solids)-1].speed = speed
}

func (t *Town) vehicle(class string, x, y, yaw float64, speed vec) {
	var b body
	var l, w, h float64
	switch class {
	case "van":
		b, l, w, h = t.d.van()
	case "bus":
		b, l, w, h = t.d.bus()
	case "lorry":
		b, l, w, h = t.d.lorry()
	case "dump-truck":
		class = "dump-truck-covered"
		b, l, w, h = t.d.dumpTruck("covered", t.sunFrom(yaw), t.d.Chance(dirtyShare))
	default:
		class = "car"
		b, l, w, h = t.d.car()
	}
	if speed == (vec{}) {
		t.Ground.shadow(vec{x, y, 0}, 0, l/2, w/2, yaw, h)
	} else {
		var under body
		under.add(newFace(rgb{46, 46, 50}, vec{-l/2 - 0.2, -w/2 - 0.3, 0.02}, vec{l/2 + 0.2, -w/2 - 0.3, 0.02}, vec{l/2 + 0.2, w/2 + 0.3, 0.02}, vec{-l/2 - 0.2, w/2 + 0.3, 0.02}))
		b.faces = append(b.faces, under.faces...)
	}
	t.stand(b.faces, vec{x, y, 0}, yaw, -1, class, l/2, w/2, h)
	t.solids[len(t.solids)-1].speed = speed
}

// Marks of dump trucks, and how many wear them.
const (
	dirtyMark, dirtyShare = "dirty", 0.35
	spillMark, spillShare = "spillage", 0.25
)

// dumpTruckAt sets down a dump truck, at times a dirty one, and one that lost some of its load on the road.
func (t *Town) dumpTruckAt(x, y, yaw float64, load string, spilled bool) {
	at := vec{x, y, 0}
	attr := map[string]string{"what": "dump-truck", "load": load}
	var marks []string
	if t.d.Chance(dirtyShare) {
		marks = append(marks, dirtyMark)
	}
	if spilled {
		marks = append(marks, spillMark)
	}
	for _, m := range marks {
		attr[m] = "yes"
	}
	id, ok := t.score(load == "open" || load == "overfull", "muck-truck", "dump-truck", at, attr)
	if !ok {
		return
	}
	b, l, w, h := t.d.dumpTruck(load, t.sunFrom(yaw), attr[dirtyMark] != "")
	t.stand(b.faces, at, yaw, id, "dump-truck-"+load, l/2, w/2, h)
	t.solids[len(t.solids)-1].marks = marks
	t.Ground.shadow(at, 0, l/2, w/2, yaw, h)
	if spilled {
		t.stand(t.d.spillage(l).faces, at, yaw, -1, "", 0, 0, 0)
	}
}

// sunFrom is the direction towards the sun in the frame of something turned by yaw.
func (t *Town) sunFrom(yaw float64) vec {
	x, y := turn(t.sun.X, t.sun.Y, -yaw)
	return vec{x, y, t.sun.Z}
}
