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
