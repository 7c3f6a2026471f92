// Package town is the made-up town that simulated docks film, and what is true of it: its streets, buildings and things, drawn from a seed,
// the renderer, and the labelled pictures that are trained on and measured with.
package town

import (
	"fmt"
	"math"
	"slices"

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
	thing int // index into Town.Things, or -1
	label string
	// structure is the number of the building, shed, … it belongs to, from 1; 0 for what is none
	structure int
	faces     []face
	centre    vec
	radius    float64
	speed     vec // metres per second; zero for what stands
	marks     []string
	// footprint half extents and yaw, for labels of training frames
	hl, hw, h, yaw float64
}

// Building is an outline with a height, as a bureau's file has it.
type Building struct {
	X0, Y0, X1, Y1, H float64

	structure int
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

	name       string
	Frame      geo.Frame
	angle      float64 // of the streets against east, radians, anticlockwise
	sun        vec     // towards the sun
	sunK       float64 // strength of the direct sun, 1 under a clear sky
	sky        rgb     // the light's colour, 1 is white
	haze       float64
	hazeC      rgb
	solids     []solid
	structures int // so far
	standing   int // the structure that is being set down; 0 for none
	Ground     *ground
	d          *Dice
	dots       map[string][]vec // what was placed, by scene, to keep scored things apart
}

// NewTown makes the town of a seed around origin (WGS-84).
func NewTown(seed uint64, name string, origin orb.Point) *Town {
	return NewTownOn(seed, 0, name, origin, DayOf(seed, 0))
}

// day is when a town is looked at: its light, and which of its structures do not stand (yet, or any more).
type day struct {
	light  uint64
	absent func(structure int) bool // nil: all stand
	wild   *Dice                    // draws what is not built over yet; nil: all is
}

// DayOf is the n-th day of the towns of a seed.
func DayOf(seed, n uint64) day {
	if n == 0 {
		return day{light: seed}
	}
	d := NewDice(seed, 5000+n)
	return day{light: seed + n<<32, absent: func(int) bool { return d.Chance(0.125) }} // asked once each, in their order
}

// NewTownOn makes the town of a seed at the n-th dock (every dock's town is another) on a day.
func NewTownOn(seed, n uint64, name string, origin orb.Point, on day) *Town {
	return townOf(NewDice(seed, TownStream+n), seed, n, name, origin, on)
}

// TownStream is that of the numbers from which a town is drawn.
const TownStream = 77

func townOf(d *Dice, seed, n uint64, name string, origin orb.Point, on day) *Town {
	t := &Town{Seed: seed, name: name, Frame: geo.NewFrame(origin, 0), d: d, dots: map[string][]vec{}}
	t.angle = d.Between(-0.6, 0.6)
	t.daylight(NewDice(on.light, 177+n))
	g := newGround(townHalfX, townHalfY, d)
	t.Ground = g
	t.lay(name)
	t.without(on.absent)
	if on.wild != nil {
		t.wilderness(on.wild)
	}
	g.finish(t)
	t.light()
	return t
}

// daylight sets the sky: sun, cloud, haze and the light's colour.
func (t *Town) daylight(d *Dice) {
	az, el := d.Between(0, 2*math.Pi), d.Between(0.5, 1.25)
	t.sun = vec{math.Cos(az) * math.Cos(el), math.Sin(az) * math.Cos(el), math.Sin(el)}
	t.sunK = 1
	if d.Chance(0.3) { // overcast: soft shadows or none
		t.sunK = d.Between(0.1, 0.6)
	}
	warm := d.Between(-0.07, 0.07)
	t.sky = rgb{1 + warm, 1 + d.Between(-0.02, 0.02), 1 - warm}
	t.haze = d.Between(0.02, 0.16)
	t.hazeC = rgb{200, 205, 212}
}

// without takes away what is absent, with its shadow and with what stands on it.
func (t *Town) without(absent func(int) bool) {
	if absent == nil {
		return
	}
	gone := map[int]bool{}
	for s := 1; s <= t.structures; s++ {
		gone[s] = absent(s)
	}
	for _, so := range t.solids { // nothing stands on a roof that is not there
		for _, b := range t.Buildings {
			if so.structure != 0 && so.structure != b.structure && gone[b.structure] && so.centre.X > b.X0 && so.centre.X < b.X1 && so.centre.Y > b.Y0 && so.centre.Y < b.Y1 {
				gone[so.structure] = true
			}
		}
	}
	t.solids = slices.DeleteFunc(t.solids, func(s solid) bool { return gone[s.structure] })
	t.Buildings = slices.DeleteFunc(t.Buildings, func(b Building) bool { return gone[b.structure] })
	t.Ground.shadows = slices.DeleteFunc(t.Ground.shadows, func(s shade) bool { return gone[s.structure] })
}

// wilderness turns a part of the town, or all of it, back into fields and bush, as it was before anybody built there.
func (t *Town) wilderness(d *Dice) {
	for range 1 + d.IntN(2) {
		w, h := townHalfX*d.Between(0.5, 2.2), townHalfY*d.Between(0.5, 2.2)
		x0, y0 := d.Between(-townHalfX, townHalfX)-w/2, d.Between(-townHalfY, townHalfY)-h/2
		in := func(x, y float64) bool { return x > x0 && x < x0+w && y > y0 && y < y0+h }
		t.solids = slices.DeleteFunc(t.solids, func(s solid) bool { return in(s.centre.X, s.centre.Y) })
		t.Buildings = slices.DeleteFunc(t.Buildings, func(b Building) bool { return in((b.X0+b.X1)/2, (b.Y0+b.Y1)/2) })
		t.Ground.shadows = slices.DeleteFunc(t.Ground.shadows, func(s shade) bool { return in(s.at.X, s.at.Y) })
		base := d.shade(of(d, []rgb{{96, 104, 66}, {128, 112, 84}, {110, 100, 92}, {84, 92, 58}, {150, 132, 104}, {104, 110, 84}}), 0.15)
		t.Ground.rect(x0, y0, x0+w, y0+h, base, d.Between(0.15, 0.35))
		for range int(w * h / 500) {
			t.Ground.blot(d.Between(x0, x0+w), d.Between(y0, y0+h), d.Between(2, 14), d.shade(base, 0.3))
		}
		if d.Chance(0.6) { // a track
			y := d.Between(y0, y0+h)
			t.Ground.rect(x0, y, x0+w, y+d.Between(3, 9), d.shade(rgb{190, 180, 160}, 0.15), 0.1)
		}
		bush := d.Between(0, 0.012)
		was := t.dots
		t.dots = nil
		for range int(w * h * bush) {
			t.tree(d.Between(x0, x0+w), d.Between(y0, y0+h))
		}
		t.dots = was
	}
}

// structure sets down what belongs to one structure.
func (t *Town) structure(build func()) {
	was := t.standing
	t.structures++
	t.standing = t.structures
	t.Ground.standing = t.standing
	build()
	t.standing, t.Ground.standing = was, was
}

// ToFrame converts town metres to WGS-84.
func (t *Town) ToFrame(x, y float64) orb.Point {
	e, n := turn(x, y, t.angle)
	return t.Frame.From(e, n)
}

// Rect is a rectangle along the streets, WGS-84.
func (t *Town) Rect(x0, y0, x1, y1 float64) orb.Ring {
	return orb.Ring{t.ToFrame(x0, y0), t.ToFrame(x1, y0), t.ToFrame(x1, y1), t.ToFrame(x0, y1), t.ToFrame(x0, y0)}
}

// FromFrame converts WGS-84 to town metres.
func (t *Town) FromFrame(p orb.Point) (x, y float64) {
	v := t.Frame.To(p, 0)
	return turn(v.E, v.N, -t.angle)
}

// lay draws the street plan and fills its blocks.
func (t *Town) lay(name string) {
	d := t.d
	lot := d.shade(of(d, []rgb{{120, 122, 108}, {136, 130, 116}, {108, 116, 92}, {128, 128, 124}, {116, 112, 96}, {96, 112, 78}, {140, 136, 128}, {124, 118, 102}}), 0.1)
	asphalt := d.shade(of(d, []rgb{{84, 84, 88}, {72, 74, 78}, {98, 96, 96}, {64, 66, 70}, {90, 88, 84}, {78, 78, 84}, {104, 102, 100}, {70, 70, 72}}), 0.08)
	pave := d.shade(of(d, []rgb{{164, 158, 148}, {150, 146, 142}, {172, 160, 150}, {158, 158, 158}, {146, 138, 128}, {168, 150, 136}, {140, 140, 142}, {176, 170, 160}}), 0.08)
	t.Ground.rect(-townHalfX, -townHalfY, townHalfX, townHalfY, asphalt, 0.05)
	xs := d.streets(townHalfX, 62, 92)
	ys := d.streets(townHalfY, 48, 70)
	kinds := d.Perm(len(xs) * len(ys))
	plan := []string{"homes", "shops", "works", "villas", "site", "market", "shops", "works", "homes", "park", "parking", "villas"}
	for i := 0; i+1 < len(xs); i++ {
		for j := 0; j+1 < len(ys); j++ {
			roadX, roadY := d.Between(4.5, 6), d.Between(4.5, 6)
			b := block{xs[i] + roadX, ys[j] + roadY, xs[i+1] - roadX, ys[j+1] - roadY}
			t.Ground.rect(b.x0, b.y0, b.x1, b.y1, pave, 0.05)
			t.Ground.tiles(b.x0, b.y0, b.x1, b.y1, pave)
			in := block{b.x0 + 3.2, b.y0 + 3.2, b.x1 - 3.2, b.y1 - 3.2}
			t.Ground.rect(in.x0, in.y0, in.x1, in.y1, lot, 0.1)
			switch plan[kinds[i*len(ys)+j]%len(plan)] {
			case "homes":
				t.homes(in)
			case "villas":
				t.villas(in)
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
func (d *Dice) streets(half, lo, hi float64) []float64 {
	out := []float64{-half}
	for x := -half; ; {
		x += d.Between(lo, hi)
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
	s := solid{thing: thing, label: label, structure: t.standing, faces: placed(faces, at, yaw), centre: at.add(vec{0, 0, h / 2}), hl: hl, hw: hw, h: h, yaw: yaw}
	for _, f := range s.faces {
		for _, p := range f.p[:f.n] {
			q := p.sub(s.centre)
			s.radius = math.Max(s.radius, math.Sqrt(q.dot(q)))
		}
	}
	t.solids = append(t.solids, s)
}

// standOver sets down a body that was made in the town's own metres, over a block.
func (t *Town) standOver(faces []face, b block) {
	middle := vec{(b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2, 0}
	t.stand(placed(faces, middle.mul(-1), 0), middle, 0, -1, "", 0, 0, 0)
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
	t.structure(func() { t.block(x0, y0, x1, y1, h) })
}

func (t *Town) block(x0, y0, x1, y1, h float64) {
	d := t.d
	roof := d.coat(roofColors, 0.1)
	wall := d.coat(wallColors, 0.08)
	var b body
	glass := d.glass()
	b.box(x0, y0, 0, x1, y1, h, roof, wall, func(f face, side int) face {
		if side == 1 {
			return f.painted(panes, glass, d.Between(2.4, 3.6), 1)
		}
		return f.painted(grain, roof.times(0.9), d.Between(0.8, 2), 0.4)
	})
	// parapet: a lighter rim round the roof
	rim := roof.mix(rgb{230, 228, 224}, 0.35)
	for _, r := range []block{{x0, y0, x1, y0 + 0.35}, {x0, y1 - 0.35, x1, y1}, {x0, y0, x0 + 0.35, y1}, {x1 - 0.35, y0, x1, y1}} {
		b.box(r.x0, r.y0, h, r.x1, r.y1, h+0.6, rim, rim.times(0.8), nil)
	}
	t.standOver(b.faces, block{x0, y0, x1, y1})
	t.Buildings = append(t.Buildings, Building{x0, y0, x1, y1, h, t.standing})
	// what stands on a roof by right: air conditioners, a stair head
	for range d.IntN(6) {
		x, y := d.Between(x0+1.5, x1-1.5), d.Between(y0+1.5, y1-1.5)
		var u body
		g := d.shade(rgb{196, 198, 196}, 0.12)
		u.box(-0.5, -0.4, 0, 0.5, 0.4, 0.9, g, g.times(0.7), nil)
		t.stand(u.faces, vec{x, y, h}, 0, -1, "", 0, 0, 0)
	}
	// water tanks, skylights, ducts
	for range d.IntN(4) {
		x, y, k := d.Between(x0+2, x1-2), d.Between(y0+2, y1-2), d.Between(0.5, 1.1)
		var u body
		g := d.coat([]rgb{{200, 204, 206}, {150, 152, 150}, {90, 120, 150}, {220, 222, 220}, {70, 84, 100}, {180, 170, 150}, {120, 118, 112}, {160, 190, 210}}, 0.1)
		u.box(-k, -k*0.7, 0, k, k*0.7, d.Between(0.2, 1.6), g, g.times(0.7), nil)
		t.stand(u.faces, vec{x, y, h}, of(d, []float64{0, 0.4, math.Pi / 2, 0}), -1, "", 0, 0, 0)
	}
	if d.Chance(0.5) && x1-x0 > 12 {
		var u body
		c := wall.times(0.97)
		u.box(-1.6, -1.4, 0, 1.6, 1.4, 2.4, roof.times(1.08), c, nil)
		t.stand(u.faces, vec{x0 + 3.4, (y0 + y1) / 2, h}, 0, -1, "", 0, 0, 0)
	}
}

// shedAt puts something that was built without leave on ground or roof at z, where it fits: mostly a steel-roof shed.
func (t *Town) shedAt(x, y, z, maxL, maxW float64, where string) {
	d := t.d
	what := "shed"
	switch k := d.Float64(); {
	case k < 0.12 && z > 0:
		what = "room"
	case k < 0.22 && z == 0:
		what = "tent"
	case k < 0.3:
		what = "frame"
	}
	l, w, h := math.Min(maxL, d.Between(4.5, 9)), math.Min(maxW, d.Between(3.4, 6)), d.Between(2.4, 3.2)
	if l < 3 || w < 3 {
		return
	}
	at := vec{x, y, z}
	id, ok := t.score(true, "illegal-structure", what, at, map[string]string{"what": what, "where": where})
	if !ok {
		return
	}
	yaw := 0.0
	if d.Chance(0.3) && l < maxW {
		yaw = math.Pi / 2
	}
	t.structure(func() {
		var b body
		switch what {
		case "room":
			b = d.room(l, w, h)
		case "tent":
			b = d.tent(l, w, h)
		case "frame":
			b = d.frame(l, w, h)
		default:
			b = d.shed(l, w, h)
		}
		t.stand(b.faces, at, yaw, id, what, l/2, w/2, h)
		t.Ground.shadow(at, z, l/2, w/2, yaw, h)
		if z > 0 && what != "frame" {
			t.roofShadow(at, l/2, w/2, yaw, h)
		}
	})
}

// solarAt puts a solar array on a roof: dark blue and ribbed like a shed, and no violation.
func (t *Town) solarAt(x, y, z, maxL, maxW float64) {
	d := t.d
	l, w := math.Min(maxL, d.Between(4.5, 9)), math.Min(maxW, d.Between(3, 5))
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
	for _, b := range t.Buildings { // it goes when the building goes
		if x > b.X0 && x < b.X1 && y > b.Y0 && y < b.Y1 {
			t.solids[len(t.solids)-1].structure = b.structure
		}
	}
}

// roofShadow darkens the roof beside something that stands on it.
func (t *Town) roofShadow(at vec, hl, hw, yaw, h float64) {
	k := h * 0.8
	dx, dy := -t.sun.X/t.sun.Z*k, -t.sun.Y/t.sun.Z*k
	var b body
	quad := []vec{{-hl, -hw, 0.03}, {hl, -hw, 0.03}, {hl, hw, 0.03}, {-hl, hw, 0.03}}
	if t.sunK < 0.4 {
		return
	}
	f := newFace(rgb{60, 60, 62}, quad...)
	b.add(f)
	t.stand(b.faces, at.add(vec{dx, dy, 0}), yaw, -1, "", 0, 0, 0)
}

// light turns the colours of the things into what the camera sees: sun on the side that faces it, sky on the rest, haze.
func (t *Town) light() {
	for i := range t.solids {
		for j := range t.solids[i].faces {
			f := &t.solids[i].faces[j]
			k := t.lit(math.Max(0, f.normal.dot(t.sun)))
			f.color = f.color.under(t.sky).times(k).mix(t.hazeC, t.haze)
			f.second = f.second.under(t.sky).times(k).mix(t.hazeC, t.haze)
		}
	}
}

// lit is how bright a surface is whose normal makes an angle of this cosine with the sun; 0 is shadow. Under cloud the sky gives
// what the sun does not.
func (t *Town) lit(cos float64) float64 {
	return 0.52 + 0.3*(1-t.sunK) + 0.55*t.sunK*cos
}

// BareTown is a town with its frame and angle alone: enough for a route.
func BareTown(frame geo.Frame, angle float64) *Town { return &Town{Frame: frame, angle: angle} }
