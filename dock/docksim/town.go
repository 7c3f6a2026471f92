package docksim

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Half extents of a town in metres along and across its streets; routes stay well inside.
const (
	townHalfX = 280.0
	townHalfY = 240.0
)

// Thing is one scored thing of a town: what a flight should find, or a decoy that it should not.
type Thing struct {
	ID         string
	Violation  bool
	Scene      string
	Class      string
	At         vec // centre of the footprint, and the height it stands on; town metres
	Attributes map[string]string
}

// solid is something that stands in a town or moves through it.
type solid struct {
	thing  int // index into Town.Things, or -1
	label  string
	faces  []face
	centre vec
	radius float64
	speed  vec // metres per second; zero for what stands
	// footprint half extents and yaw, for labels of training frames
	hl, hw, h, yaw float64
}

// Building is an outline with a height, as a bureau's file has it.
type Building struct {
	X0, Y0, X1, Y1, H float64
}

// Area is a rectangle with a meaning: a fence's kind.
type Area struct {
	Kind           string
	X0, Y0, X1, Y1 float64
}

// Town is a made-up piece of city around a dock: what stands in it, what may be found in it, and its ground. It is made of
// its seed alone.
type Town struct {
	Seed      uint64
	Things    []Thing
	Buildings []Building
	Areas     []Area
	Streets   [][4]float64 // centre lines x0, y0, x1, y1

	frame  geo.Frame
	angle  float64 // of the streets against east, radians, anticlockwise
	sun    vec     // towards the sun
	haze   float64
	hazeC  rgb
	solids []solid
	ground *ground
	d      *dice
	dots   map[string][]vec // what was placed, by scene, to keep scored things apart
}

// NewTown makes the town of a seed around origin (WGS-84).
func NewTown(seed uint64, name string, origin orb.Point) *Town {
	return newTown(seed, 0, name, origin)
}

// newTown makes the town of a seed at the n-th dock: every dock's town is another.
func newTown(seed, n uint64, name string, origin orb.Point) *Town {
	d := newDice(seed, 77+n)
	t := &Town{Seed: seed, frame: geo.NewFrame(origin, 0), d: d, dots: map[string][]vec{}}
	t.angle = d.between(-0.6, 0.6)
	az, el := d.between(0, 2*math.Pi), d.between(0.65, 1.2)
	t.sun = vec{math.Cos(az) * math.Cos(el), math.Sin(az) * math.Cos(el), math.Sin(el)}
	t.haze = d.between(0.02, 0.16)
	t.hazeC = rgb{200, 205, 212}
	g := newGround(townHalfX, townHalfY, d)
	t.ground = g
	t.lay(name)
	g.finish(t)
	t.light()
	return t
}

// ToFrame converts town metres to WGS-84.
func (t *Town) ToFrame(x, y float64) orb.Point {
	e, n := turn(x, y, t.angle)
	return t.frame.From(e, n)
}

// FromFrame converts WGS-84 to town metres.
func (t *Town) FromFrame(p orb.Point) (x, y float64) {
	v := t.frame.To(p, 0)
	return turn(v.E, v.N, -t.angle)
}

// lay draws the street plan and fills its blocks.
func (t *Town) lay(name string) {
	d := t.d
	lot := d.shade(of(d, []rgb{{120, 122, 108}, {136, 130, 116}, {108, 116, 92}, {128, 128, 124}, {116, 112, 96}, {96, 112, 78}, {140, 136, 128}, {124, 118, 102}}), 0.1)
	asphalt := d.shade(of(d, []rgb{{84, 84, 88}, {72, 74, 78}, {98, 96, 96}, {64, 66, 70}, {90, 88, 84}, {78, 78, 84}, {104, 102, 100}, {70, 70, 72}}), 0.08)
	pave := d.shade(of(d, []rgb{{164, 158, 148}, {150, 146, 142}, {172, 160, 150}, {158, 158, 158}, {146, 138, 128}, {168, 150, 136}, {140, 140, 142}, {176, 170, 160}}), 0.08)
	t.ground.rect(-townHalfX, -townHalfY, townHalfX, townHalfY, asphalt, 0.05)
	xs := d.streets(townHalfX, 62, 92)
	ys := d.streets(townHalfY, 48, 70)
	kinds := d.Perm(len(xs) * len(ys))
	plan := []string{"homes", "shops", "works", "homes", "site", "market", "shops", "works", "homes", "park", "parking", "works"}
	for i := 0; i+1 < len(xs); i++ {
		for j := 0; j+1 < len(ys); j++ {
			roadX, roadY := d.between(4.5, 6), d.between(4.5, 6)
			b := block{xs[i] + roadX, ys[j] + roadY, xs[i+1] - roadX, ys[j+1] - roadY}
			t.ground.rect(b.x0, b.y0, b.x1, b.y1, pave, 0.05)
			t.ground.tiles(b.x0, b.y0, b.x1, b.y1, pave)
			in := block{b.x0 + 3.2, b.y0 + 3.2, b.x1 - 3.2, b.y1 - 3.2}
			t.ground.rect(in.x0, in.y0, in.x1, in.y1, lot, 0.1)
			switch plan[kinds[i*len(ys)+j]%len(plan)] {
			case "homes":
				t.homes(in)
			case "shops":
				t.shops(b, in)
			case "works":
				t.works(in)
			case "site":
				t.site(in)
			case "market":
				t.market(in)
			case "park":
				t.park(in)
			default:
				t.parking(in)
			}
			t.pavement(b)
		}
	}
	t.roads(xs, ys)
	for i := range t.Things {
		t.Things[i].ID = fmt.Sprintf("%s-%04d", name, i)
	}
}

// streets cuts an extent into block pitches between lo and hi.
func (d *dice) streets(half, lo, hi float64) []float64 {
	out := []float64{-half}
	for x := -half; ; {
		x += d.between(lo, hi)
		if x > half-lo/2 {
			break
		}
		out = append(out, x)
	}
	return append(out, half)
}

type block struct{ x0, y0, x1, y1 float64 }

func (b block) w() float64 { return b.x1 - b.x0 }
func (b block) h() float64 { return b.y1 - b.y0 }

// stand sets a body down.
func (t *Town) stand(faces []face, at vec, yaw float64, thing int, label string, hl, hw, h float64) {
	s := solid{thing: thing, label: label, faces: placed(faces, at, yaw), centre: at.add(vec{0, 0, h / 2}), hl: hl, hw: hw, h: h, yaw: yaw}
	for _, f := range s.faces {
		for _, p := range f.p[:f.n] {
			q := p.sub(s.centre)
			s.radius = math.Max(s.radius, math.Sqrt(q.dot(q)))
		}
	}
	t.solids = append(t.solids, s)
}

// scoredApartM keeps scored things of one scene far enough apart that a match within 10 m is not ambiguous.
const scoredApartM = 13.0

// score notes a scored thing at a place, or refuses where another of its scene is near.
func (t *Town) score(violation bool, scene, class string, at vec, attr map[string]string) (int, bool) {
	for _, o := range t.dots[scene] {
		if math.Hypot(o.X-at.X, o.Y-at.Y) < scoredApartM {
			return 0, false
		}
	}
	t.dots[scene] = append(t.dots[scene], at)
	t.Things = append(t.Things, Thing{Violation: violation, Scene: scene, Class: class, At: at, Attributes: attr})
	return len(t.Things) - 1, true
}

func (t *Town) building(x0, y0, x1, y1, h float64) {
	d := t.d
	roof := d.shade(of(d, roofColors), 0.1)
	wall := d.shade(of(d, wallColors), 0.08)
	var b body
	glass := d.glass()
	b.box(x0, y0, 0, x1, y1, h, roof, wall, func(f face, side int) face {
		if side == 1 {
			return f.painted(panes, glass, d.between(2.4, 3.6), 1)
		}
		return f.painted(grain, roof.times(0.9), d.between(0.8, 2), 0.4)
	})
	// parapet: a lighter rim round the roof
	rim := roof.mix(rgb{230, 228, 224}, 0.35)
	for _, r := range []block{{x0, y0, x1, y0 + 0.35}, {x0, y1 - 0.35, x1, y1}, {x0, y0, x0 + 0.35, y1}, {x1 - 0.35, y0, x1, y1}} {
		b.box(r.x0, r.y0, h, r.x1, r.y1, h+0.6, rim, rim.times(0.8), nil)
	}
	t.stand(b.faces, vec{}, 0, -1, "", 0, 0, 0)
	t.Buildings = append(t.Buildings, Building{x0, y0, x1, y1, h})
	// what stands on a roof by right: air conditioners, a stair head
	for range d.IntN(6) {
		x, y := d.between(x0+1.5, x1-1.5), d.between(y0+1.5, y1-1.5)
		var u body
		g := d.shade(rgb{196, 198, 196}, 0.12)
		u.box(-0.5, -0.4, 0, 0.5, 0.4, 0.9, g, g.times(0.7), nil)
		t.stand(u.faces, vec{x, y, h}, 0, -1, "", 0, 0, 0)
	}
	if d.chance(0.5) && x1-x0 > 12 {
		var u body
		c := wall.times(0.97)
		u.box(-1.6, -1.4, 0, 1.6, 1.4, 2.4, roof.times(1.08), c, nil)
		t.stand(u.faces, vec{x0 + 3.4, (y0 + y1) / 2, h}, 0, -1, "", 0, 0, 0)
	}
}

// shedAt puts a shed on ground or roof at z, where it fits.
func (t *Town) shedAt(x, y, z, maxL, maxW float64, where string) {
	d := t.d
	l, w, h := math.Min(maxL, d.between(4.5, 9)), math.Min(maxW, d.between(3.4, 6)), d.between(2.4, 3.2)
	if l < 3 || w < 3 {
		return
	}
	at := vec{x, y, z}
	id, ok := t.score(true, "illegal-structure", "shed", at, map[string]string{"where": where})
	if !ok {
		return
	}
	b := d.shed(l, w, h)
	yaw := 0.0
	if d.chance(0.3) && l < maxW {
		yaw = math.Pi / 2
	}
	t.stand(b.faces, at, yaw, id, "shed", l/2, w/2, h)
	t.ground.shadow(at, z, l/2, w/2, yaw, h)
	if z > 0 {
		t.roofShadow(at, l/2, w/2, yaw, h)
	}
}

// solarAt puts a solar array on a roof: dark blue and ribbed like a shed, and no violation.
func (t *Town) solarAt(x, y, z, maxL, maxW float64) {
	d := t.d
	l, w := math.Min(maxL, d.between(4.5, 9)), math.Min(maxW, d.between(3, 5))
	if l < 3 || w < 2.4 {
		return
	}
	at := vec{x, y, z}
	id, ok := t.score(false, "illegal-structure", "solar", at, map[string]string{"what": "solar", "where": "roof"})
	if !ok {
		return
	}
	c := d.shade(of(d, []rgb{{26, 34, 70}, {20, 26, 44}, {34, 44, 90}, {28, 30, 40}, {18, 30, 62}, {40, 50, 84}, {22, 40, 80}, {30, 36, 54}}), 0.1)
	frame := rgb{190, 194, 200}
	var b body
	for v := -w / 2; v+1.5 <= w/2+0.01; v += 1.7 {
		b.add(newFace(c, vec{-l / 2, v, 0.35}, vec{l / 2, v, 0.35}, vec{l / 2, v + 1.45, 0.9}, vec{-l / 2, v + 1.45, 0.9}).painted(stripes, c.mix(frame, 0.18), 1.0, 1))
	}
	t.stand(b.faces, at, 0, id, "solar", l/2, w/2, 0.9)
}

// roofShadow darkens the roof beside something that stands on it.
func (t *Town) roofShadow(at vec, hl, hw, yaw, h float64) {
	k := h * 0.8
	dx, dy := -t.sun.X/t.sun.Z*k, -t.sun.Y/t.sun.Z*k
	var b body
	quad := []vec{{-hl, -hw, 0.03}, {hl, -hw, 0.03}, {hl, hw, 0.03}, {-hl, hw, 0.03}}
	f := newFace(rgb{60, 60, 62}, quad...)
	b.add(f)
	t.stand(b.faces, at.add(vec{dx, dy, 0}), yaw, -1, "", 0, 0, 0)
}

func (t *Town) homes(b block) {
	d := t.d
	h := 3 * float64(3+d.IntN(5))
	depth := d.between(10, 13)
	for y := b.y0 + d.between(1, 4); y+depth < b.y1; y += depth + d.between(12, 18) {
		for x := b.x0 + d.between(0, 3); x+18 < b.x1; {
			l := math.Min(d.between(24, 40), b.x1-x)
			t.building(x, y, x+l, y+depth, h)
			if d.chance(0.35) {
				t.solarAt(x+l*d.between(0.35, 0.8), y+depth*0.5, h, l*0.3, depth*0.5)
			} else if d.chance(0.8) {
				t.shedAt(x+l*d.between(0.35, 0.8), y+depth*d.between(0.45, 0.55), h, l*0.35, depth*0.55, "roof")
			}
			x += l + d.between(6, 10)
		}
		// between the rows: grass, cars, trees
		y0, y1 := y+depth+1.5, math.Min(y+depth+11, b.y1)
		if y1-y0 > 4 {
			t.ground.rect(b.x0, y0, b.x1, y1, d.shade(rgb{88, 108, 62}, 0.15), 0.12)
			for x := b.x0 + 2; x < b.x1-4; x += d.between(3, 8) {
				if d.chance(0.5) {
					t.tree(x, d.between(y0, y1))
				} else if d.chance(0.5) {
					t.vehicle("car", x+2, y1-2.5, math.Pi/2, vec{})
				}
			}
			if d.chance(0.25) {
				t.shedAt(d.between(b.x0+6, b.x1-6), (y0+y1)/2, 0, 8, 5, "yard")
			}
		}
	}
}

func (t *Town) shops(outer, b block) {
	d := t.d
	depth := math.Min(d.between(11, 15), b.h()*0.4)
	for _, south := range []bool{true, false} {
		for x := b.x0; x+10 < b.x1; {
			l := math.Min(d.between(12, 22), b.x1-x)
			h := 3.2 * float64(2+d.IntN(3))
			y0, y1 := b.y0, b.y0+depth
			if !south {
				y0, y1 = b.y1-depth, b.y1
			}
			t.building(x, y0, x+l, y1, h)
			switch {
			case d.chance(0.3):
				t.shedAt(x+l/2, (y0+y1)/2, h, l*0.5, depth*0.5, "roof")
			case d.chance(0.4):
				t.solarAt(x+l/2, (y0+y1)/2, h, l*0.4, depth*0.5)
			}
			wall, out := y0, -1.0
			if !south {
				wall, out = y1, 1.0
			}
			switch {
			case d.chance(0.45): // an awning over the shop window, part of the shop
				w := d.between(3, 5)
				if id, ok := t.score(false, "street-stall", "awning", vec{x + l/2, wall + out*0.8, 0}, map[string]string{"what": "awning"}); ok {
					c := d.shade(of(d, clothColors), 0.1)
					var a body
					f := newFace(c, vec{-w / 2, -0.8, 2.5}, vec{w / 2, -0.8, 2.5}, vec{w / 2, 0.8, 3.1}, vec{-w / 2, 0.8, 3.1}).painted(stripes, d.shade(rgb{240, 240, 236}, 0.05), 0.6, 1)
					a.add(f)
					yaw := 0.0
					if !south {
						yaw = math.Pi
					}
					t.stand(a.faces, vec{x + l/2, wall + out*0.8, 0}, yaw, id, "awning", w/2, 0.8, 3)
				}
			case d.chance(0.85):
				y := outer.y0 + 1.9
				if !south {
					y = outer.y1 - 1.9
				}
				t.stallAt(x+l*d.between(0.3, 0.7), y, south, true)
			}
			x += l + d.between(1, 5)
		}
	}
}

func (t *Town) stallAt(x, y float64, south, violation bool) {
	d := t.d
	at := vec{x, y, 0}
	attr := map[string]string{"what": "stall"}
	if !violation {
		attr["zone"] = "vending-zone"
	}
	id, ok := t.score(violation, "street-stall", "stall", at, attr)
	if !ok {
		return
	}
	b, l, w, h := d.stall()
	yaw := 0.0
	if !south {
		yaw = math.Pi
	}
	t.stand(b.faces, at, yaw, id, "stall", l/2+0.3, w/2, h)
	t.ground.shadow(at, 0, l/2, w/2, yaw, h)
	for range d.IntN(3) {
		t.person(x+d.between(-2.5, 2.5), y+d.between(-2.8, 2.8), vec{})
	}
}

func (t *Town) works(b block) {
	d := t.d
	l, w, h := math.Min(b.w()*0.55, d.between(24, 40)), math.Min(b.h()*0.5, d.between(16, 26)), d.between(6, 9)
	t.ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{138, 134, 128}, 0.1), 0.08)
	t.building(b.x0+1, b.y0+1, b.x0+1+l, b.y0+1+w, h)
	x := b.x0 + l + 8
	if x+5 < b.x1 {
		t.shedAt(math.Min(x, b.x1-5), b.y0+6, 0, 9, 6, "yard")
		if d.chance(0.5) {
			t.shedAt(math.Min(x+d.between(0, 3), b.x1-5), b.y0+22, 0, 8, 6, "yard")
		}
	}
	y := b.y1 - 4
	t.shedAt(b.x0+6, y, 0, 8, 5, "yard")
	for x := b.x0 + 16; x+6 < b.x1; x += d.between(14, 20) {
		switch d.IntN(3) {
		case 0:
			t.lorryAt(x, y-1, d.between(-0.1, 0.1))
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
		t.ground.shadow(vec{x, y, 0}, 0, l/2, w/2, yaw, h)
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
	yaw := t.d.between(0, math.Pi)
	t.stand(b.faces, vec{x, y, 0}, yaw, id, "heap", rx, ry, h)
	t.ground.shadow(vec{x, y, 0}, 0, rx*0.8, ry*0.8, yaw, h*0.8)
	t.ground.blot(x, y, rx*1.5, of(t.d, earthColors))
}

func (t *Town) site(b block) {
	d := t.d
	t.Areas = append(t.Areas, Area{"construction-site", b.x0, b.y0, b.x1, b.y1})
	earth := d.shade(of(d, earthColors), 0.1).mix(rgb{170, 150, 124}, 0.4)
	t.ground.rect(b.x0, b.y0, b.x1, b.y1, earth, 0.16)
	for range 10 {
		t.ground.blot(d.between(b.x0+4, b.x1-4), d.between(b.y0+4, b.y1-4), d.between(2, 5), earth.times(0.85))
	}
	var fence body
	c := d.shade(rgb{70, 140, 110}, 0.2)
	for _, r := range []block{{b.x0, b.y0, b.x1, b.y0 + 0.15}, {b.x0, b.y1 - 0.15, b.x1, b.y1}, {b.x0, b.y0, b.x0 + 0.15, b.y1}, {b.x1 - 0.15, b.y0, b.x1, b.y1}} {
		fence.box(r.x0, r.y0, 0, r.x1, r.y1, 2, c, c.times(0.8), nil)
	}
	t.stand(fence.faces, vec{}, 0, -1, "", 0, 0, 0)
	t.building(b.x0+6, b.y0+6, b.x0+6+math.Min(22, b.w()/2), b.y0+6+math.Min(14, b.h()/3), d.between(4, 14))
	for i, n := 0, 3+d.IntN(3); i < n; i++ {
		x, y := d.between(b.x0+6, b.x1-6), d.between(b.y0+b.h()*0.55, b.y1-6)
		switch d.IntN(3) {
		case 0:
			t.containerAt(x, y)
		case 1:
			t.dumpTruckAt(x, y, d.between(0, math.Pi), "covered")
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
		b, l, w, h := t.d.container()
		yaw := of(t.d, []float64{0, math.Pi / 2, 0.2, -0.3})
		t.stand(b.faces, at, yaw, id, "container", l/2, w/2, h)
		t.ground.shadow(at, 0, l/2, w/2, yaw, h)
	}
}

func (t *Town) market(b block) {
	d := t.d
	t.Areas = append(t.Areas, Area{"vending-zone", b.x0, b.y0, b.x1, b.y1})
	t.ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{168, 146, 132}, 0.1), 0.06)
	for y := b.y0 + 6; y < b.y1-4; y += 15 {
		for x := b.x0 + 6; x < b.x1-4; x += 15 {
			t.stallAt(x+d.between(-0.8, 0.8), y+d.between(-0.8, 0.8), d.chance(0.5), false)
		}
	}
}

func (t *Town) park(b block) {
	d := t.d
	t.ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{84, 112, 58}, 0.15), 0.14)
	t.ground.rect(b.x0, (b.y0+b.y1)/2-1, b.x1, (b.y0+b.y1)/2+1, rgb{176, 164, 146}, 0.06)
	if x, y := d.between(b.x0+10, b.x1-10), b.y0+b.h()*0.25; true {
		if _, ok := t.score(false, "illegal-structure", "pool", vec{x, y, 0}, map[string]string{"what": "pool"}); ok {
			hl, hw := d.between(3, 6), d.between(2.5, 4)
			t.ground.rect(x-hl-0.8, y-hw-0.8, x+hl+0.8, y+hw+0.8, rgb{206, 200, 190}, 0.05)
			t.ground.rect(x-hl, y-hw, x+hl, y+hw, d.shade(rgb{60, 150, 196}, 0.1), 0.06)
			t.solids = append(t.solids, solid{thing: len(t.Things) - 1, label: "pool", centre: vec{x, y, 0}, radius: math.Hypot(hl, hw), hl: hl, hw: hw, h: 0.01})
		}
	}
	for range 16 + d.IntN(14) {
		x, y := d.between(b.x0+3, b.x1-3), d.between(b.y0+b.h()*0.5+3, b.y1-3)
		t.tree(x, y)
	}
}

func (t *Town) parking(b block) {
	d := t.d
	t.ground.rect(b.x0, b.y0, b.x1, b.y1, d.shade(rgb{110, 110, 112}, 0.1), 0.06)
	for y := b.y0 + 5; y < b.y1-5; y += 13 {
		for x := b.x0 + 3; x < b.x1-3; x += 2.9 {
			t.ground.rect(x-1.4, y-2.6, x-1.3, y+2.6, rgb{206, 206, 200}, 0)
			if d.chance(0.55) {
				t.vehicle(of(d, []string{"car", "car", "car", "car", "van", "car", "car", "car"}), x, y, math.Pi/2*(1+2*float64(d.IntN(2))), vec{})
			}
		}
	}
	t.lorryAt(b.x1-8, b.y1-3, 0)
}

// pavement fills what runs along a block: people, trees, heaps, stalls at corners.
func (t *Town) pavement(b block) {
	d := t.d
	for x := b.x0 + 4; x < b.x1-4; x += d.between(7, 13) {
		if d.chance(0.5) {
			t.tree(x, b.y0+1)
		}
		if d.chance(0.3) {
			v := d.between(0.8, 1.5)
			if d.chance(0.5) {
				v = -v
			}
			t.person(x, b.y1-2, vec{v, 0, 0})
		}
	}
	if d.chance(0.55) {
		t.stallAt(b.x0+1.9, b.y0+b.h()*d.between(0.3, 0.7), true, true)
	}
	if d.chance(0.5) {
		t.heapAt(b.x1-2.6, b.y0+b.h()*d.between(0.3, 0.7), true)
	}
}

func (t *Town) tree(x, y float64) {
	for _, b := range t.Buildings {
		if x > b.X0-2 && x < b.X1+2 && y > b.Y0-2 && y < b.Y1+2 {
			return
		}
	}
	// a crown over a scored thing would hide it for the whole flight
	for _, dots := range t.dots {
		for _, o := range dots {
			if math.Hypot(o.X-x, o.Y-y) < 6.5 {
				return
			}
		}
	}
	b, r := t.d.tree()
	t.stand(b.faces, vec{x, y, 0}, 0, -1, "", 0, 0, 0)
	t.ground.shadow(vec{x, y, 0}, 0, r*0.8, r*0.8, 0, 6)
}

func (t *Town) person(x, y float64, speed vec) {
	b := t.d.person()
	t.stand(b.faces, vec{x, y, 0}, t.d.between(0, 6), -1, "person", 0.25, 0.25, 1.7)
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
	default:
		class = "car"
		b, l, w, h = t.d.car()
	}
	if speed == (vec{}) {
		t.ground.shadow(vec{x, y, 0}, 0, l/2, w/2, yaw, h)
	} else {
		var under body
		under.add(newFace(rgb{46, 46, 50}, vec{-l/2 - 0.2, -w/2 - 0.3, 0.02}, vec{l/2 + 0.2, -w/2 - 0.3, 0.02}, vec{l/2 + 0.2, w/2 + 0.3, 0.02}, vec{-l/2 - 0.2, w/2 + 0.3, 0.02}))
		b.faces = append(b.faces, under.faces...)
	}
	t.stand(b.faces, vec{x, y, 0}, yaw, -1, class, l/2, w/2, h)
	t.solids[len(t.solids)-1].speed = speed
}

func (t *Town) dumpTruckAt(x, y, yaw float64, load string) {
	at := vec{x, y, 0}
	if id, ok := t.score(load != "covered", "muck-truck", "dump-truck", at, map[string]string{"what": "dump-truck", "load": load}); ok {
		b, l, w, h := t.d.dumpTruck(load)
		t.stand(b.faces, at, yaw, id, "dump-truck-"+load, l/2, w/2, h)
		t.ground.shadow(at, 0, l/2, w/2, yaw, h)
	}
}

// roads marks the lanes and puts vehicles on them: parked along the kerb, and driving.
func (t *Town) roads(xs, ys []float64) {
	d := t.d
	white := rgb{214, 214, 208}
	for _, y := range ys[1 : len(ys)-1] {
		t.Streets = append(t.Streets, [4]float64{-townHalfX, y, townHalfX, y})
	}
	for _, x := range xs[1 : len(xs)-1] {
		t.Streets = append(t.Streets, [4]float64{x, -townHalfY, x, townHalfY})
	}
	for _, y := range ys[1 : len(ys)-1] {
		for x := -townHalfX; x < townHalfX; x += 6 {
			t.ground.rect(x, y-0.08, x+2.6, y+0.08, white, 0)
		}
		for x := -townHalfX + d.between(5, 30); x < townHalfX-10; x += d.between(20, 34) {
			t.parkedTruck(x, y-3.2, 0)
		}
		for x := -townHalfX; x < townHalfX; x += d.between(30, 80) {
			v := d.between(5, 11)
			t.vehicle(of(d, []string{"car", "car", "car", "van", "bus", "car", "car", "car"}), x, y+1.7, math.Pi, vec{-v, 0, 0})
		}
	}
	for _, x := range xs[1 : len(xs)-1] {
		for y := -townHalfY; y < townHalfY; y += 6 {
			t.ground.rect(x-0.08, y, x+0.08, y+2.6, white, 0)
		}
		for y := -townHalfY + d.between(5, 30); y < townHalfY-10; y += d.between(24, 40) {
			t.parkedTruck(x+3.2, y, math.Pi/2)
		}
		for y := -townHalfY; y < townHalfY; y += d.between(40, 90) {
			v := d.between(5, 11)
			t.vehicle(of(d, []string{"car", "car", "van", "car", "car", "car", "bus", "car"}), x-1.7, y, -math.Pi/2, vec{0, -v, 0})
		}
	}
}

func (t *Town) parkedTruck(x, y, yaw float64) {
	d := t.d
	if d.chance(0.5) {
		yaw += math.Pi
	}
	switch d.IntN(6) {
	case 0, 1:
		t.dumpTruckAt(x, y, yaw, of(d, []string{"open", "overfull", "open", "overfull", "overfull", "open", "overfull", "open"}))
	case 2, 3:
		t.dumpTruckAt(x, y, yaw, "covered")
	case 4:
		t.lorryAt(x, y, yaw)
	default:
		t.vehicle("car", x, y, yaw, vec{})
	}
}

// light turns the colours of the things into what the camera sees: sun on the side that faces it, sky on the rest, haze.
func (t *Town) light() {
	for i := range t.solids {
		for j := range t.solids[i].faces {
			f := &t.solids[i].faces[j]
			k := 0.52 + 0.55*math.Max(0, f.normal.dot(t.sun))
			f.color = f.color.times(k).mix(t.hazeC, t.haze)
			f.second = f.second.times(k).mix(t.hazeC, t.haze)
		}
	}
}
