package town

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

// Passes is one place on two days: what the camera saw before, laid over what it saw after by the plane of the ground, and the mask
// of the structures that are new (255) or gone (goneMark), of the size of After.
type Passes struct {
	Before, After, Mask gocv.Mat
	GSDM                float64
}

// goneMark is what the mask has where something was pulled down: like all from 128 on it is a change.
const goneMark = 200

// Structures that stand on one day only, as a share of all.
const newShare, goneShare = 0.12, 0.12

// fromHighM: at this ground resolution and coarser, pairs are years apart: towns grow into fields.
const fromHighM = 0.2

// PairsOf renders n pairs of the town of a seed at random poses, with another light, other cars and a somewhat different pose on the
// second day, and hands them to each; the pictures are not to be kept. Ground resolutions are drawn between gsd[0] and gsd[1] metres.
func PairsOf(seed uint64, n int, gsd [2]float64, each func(Passes) error) error {
	d := NewDice(seed, 9)
	const unchanged, isNew, isGone = 0, 1, 2
	kind := map[int]int{}
	what := func(s int) int {
		if _, ok := kind[s]; !ok {
			kind[s] = unchanged
			switch x := d.Float64(); {
			case x < newShare:
				kind[s] = isNew
			case x < newShare+goneShare:
				kind[s] = isGone
			}
		}
		return kind[s]
	}
	at := orb.Point{121.5, 31.2}
	first := day{light: seed*2 + 1, absent: func(s int) bool { return what(s) == isNew }}
	if gsd[0] >= fromHighM && d.Chance(0.6) {
		first.wild = NewDice(seed, 11)
	}
	before := NewTownOn(seed, 0, "before", at, first)
	defer before.Ground.Close()
	light := seed*2 + 1
	if d.Chance(0.7) {
		light++
	}
	after := NewTownOn(seed, 0, "after", at, day{light: light, absent: func(s int) bool { return what(s) == isGone }})
	defer after.Ground.Close()
	const px = 640
	cam := geo.CameraFromDiagonal(px, px, 40)
	r, err := NewRenderer(cam)
	if err != nil {
		return err
	}
	defer r.Close()
	standsIn := func(t *Town) map[int]bool {
		m := map[int]bool{}
		for _, s := range t.solids {
			m[s.structure] = true
		}
		return m
	}
	inBefore, inAfter := standsIn(before), standsIn(after)
	for range n {
		g := math.Exp(d.Between(math.Log(gsd[0]), math.Log(gsd[1])))
		h := g * cam.FocalPx
		room := math.Max(10, 190-px*g/2)
		pitch := d.Between(60, 90)
		if h > 150 {
			pitch = d.Between(84, 90)
		}
		a := TruePose{E: d.Between(-room, room), N: d.Between(-room, room) * 0.8, U: h, YawDeg: d.Between(-180, 180), PitchDeg: -pitch}
		b := a
		b.E, b.N, b.U = a.E+d.NormFloat64()*h*0.012, a.N+d.NormFloat64()*h*0.012, a.U*(1+d.NormFloat64()*0.01)
		b.YawDeg, b.PitchDeg = a.YawDeg+d.NormFloat64()*1.5, math.Max(-90, a.PitchDeg+d.NormFloat64()*0.7)
		ea, eb := before.Eye(cam, a), after.Eye(cam, b)
		r.Render(before, ea, d.Between(0, 1000))
		first := r.Frame.Clone()
		mask := gocv.NewMatWithSize(px, px, gocv.MatTypeCV8U)
		mark := func(t *Town, other map[int]bool, as byte) error {
			pix, err := mask.DataPtrUint8()
			if err != nil {
				return err
			}
			for i, id := range r.ids {
				if id == 0 {
					continue
				}
				if s := t.solids[id-1].structure; s != 0 && !other[s] {
					pix[i] = as
				}
			}
			return nil
		}
		r.Render(before, eb, 0)
		err := mark(before, inAfter, goneMark)
		if err == nil {
			r.Render(after, eb, d.Between(0, 1000))
			err = mark(after, inBefore, 255)
		}
		if err == nil {
			warped := gocv.NewMat()
			overGround(first, &warped, ea, eb)
			err = each(Passes{warped, r.Frame, mask, g})
			warped.Close()
		}
		first.Close()
		mask.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// overGround lays a picture taken by one eye over another's by the plane of the ground.
func overGround(src gocv.Mat, dst *gocv.Mat, from, to eye) {
	var a, b []gocv.Point2f
	for _, c := range [4][2]float64{{0.1, 0.1}, {0.9, 0.1}, {0.9, 0.9}, {0.1, 0.9}} {
		x, y := c[0]*float64(src.Cols()), c[1]*float64(src.Rows())
		ray := to.ray(x, y)
		p := to.at.add(ray.mul(-to.at.Z / ray.Z))
		u, v, _ := from.project(p)
		a, b = append(a, gocv.Point2f{X: float32(u), Y: float32(v)}), append(b, gocv.Point2f{X: float32(x), Y: float32(y)})
	}
	pa, pb := gocv.NewPoint2fVectorFromPoints(a), gocv.NewPoint2fVectorFromPoints(b)
	defer pa.Close()
	defer pb.Close()
	m := gocv.GetPerspectiveTransform2f(pa, pb)
	defer m.Close()
	gocv.WarpPerspectiveWithParams(src, dst, m, image.Pt(src.Cols(), src.Rows()), gocv.InterpolationLinear, gocv.BorderReflect, nilColor)
}

// Cutout is one rendered thing with its shadow and nothing round it: BGRA, where the thing is opaque and its shadow is black.
type Cutout struct {
	Class   string
	Picture gocv.Mat
	Box     [4]float64 // of the thing without its shadow and what it spilled: x, y, w, h
	GSDM    float64
	Marks   []string // dirty, spillage
}

// cutouts that may be asked for: how each is made.
var cutouts = map[string]func(d *Dice, sun vec, dirty bool) (b body, l, w, h float64){
	"shed": func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) {
		l, w, h := d.Between(4.5, 10), d.Between(3.4, 6.5), d.Between(2.4, 3.4)
		return d.shed(l, w, h), l, w, h
	},
	"room": func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) {
		l, w, h := d.Between(4.5, 9), d.Between(3.4, 6), d.Between(2.4, 3.2)
		return d.room(l, w, h), l, w, h
	},
	"tent": func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) {
		l, w, h := d.Between(4.5, 10), d.Between(3.4, 6), d.Between(2.4, 3.2)
		return d.tent(l, w, h), l, w, h
	},
	"frame": func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) {
		l, w, h := d.Between(4.5, 9), d.Between(3.4, 6), d.Between(2.4, 3.2)
		return d.frame(l, w, h), l, w, h
	},
	"house": func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) {
		l, w, h := d.Between(9, 18), d.Between(7.5, 12), d.Between(3, 7)
		return d.house(l, w, h), l, w, h
	},
	"container": func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) { return d.container() },
	"stall":     func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) { return d.stall() },
	"tricycle":  func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) { return d.tricycle() },
	"goods":     func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) { return d.spread() },
	"car-wash":  func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) { return d.carWash() },
	"bicycles":  func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) { return d.bicycles(3 + d.IntN(8)) },
	"lorry":     func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) { return d.lorry() },
	"heap": func(d *Dice, _ vec, _ bool) (body, float64, float64, float64) {
		b, rx, ry, h := d.heap()
		return b, 2 * rx, 2 * ry, h
	},
	"dump-truck-open": func(d *Dice, s vec, dirty bool) (body, float64, float64, float64) {
		return d.dumpTruck("open", s, dirty)
	},
	"dump-truck-overfull": func(d *Dice, s vec, dirty bool) (body, float64, float64, float64) {
		return d.dumpTruck("overfull", s, dirty)
	},
	"dump-truck-covered": func(d *Dice, s vec, dirty bool) (body, float64, float64, float64) {
		return d.dumpTruck("covered", s, dirty)
	},
	"dump-truck-empty": func(d *Dice, s vec, dirty bool) (body, float64, float64, float64) {
		return d.dumpTruck("empty", s, dirty)
	},
}

// CutoutsOf renders n of each kind of thing, each under its own light and view, and hands them to each; pictures are not to be kept.
func CutoutsOf(seed uint64, n int, gsdM float64, pitches [2]float64, each func(Cutout) error) error {
	const px = 640
	cam := geo.CameraFromDiagonal(px, px, 30)
	r, err := NewRenderer(cam)
	if err != nil {
		return err
	}
	defer r.Close()
	ids := gocv.NewMatWithSize(px, px, gocv.MatTypeCV8U)
	defer ids.Close()
	kinds := make([]string, 0, len(cutouts))
	for k := range cutouts {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for ki, kind := range kinds {
		for i := range n {
			d := newTrainingDice(seed, 40_000+uint64(ki*100_000+i))
			t := &Town{Frame: geo.NewFrame(orb.Point{121.5, 31.2}, 0), d: d}
			t.daylight(d)
			yaw := d.Between(0, 2*math.Pi)
			var marks []string
			truck := strings.HasPrefix(kind, "dump-truck")
			if truck && d.Chance(dirtyShare) {
				marks = append(marks, dirtyMark)
			}
			b, l, w, h := cutouts[kind](d, t.sunFrom(yaw), len(marks) > 0)
			t.stand(b.faces, vec{}, yaw, -1, kind, l/2, w/2, h)
			if truck && d.Chance(spillShare) {
				marks = append(marks, spillMark)
				t.stand(d.spillage(l).faces, vec{}, yaw, -1, "", 0, 0, 0)
			}
			t.light()
			pitch := d.Between(pitches[0], pitches[1]) * math.Pi / 180
			slant := gsdM * cam.FocalPx
			e := t.Eye(cam, TruePose{N: -slant * math.Cos(pitch), U: slant * math.Sin(pitch), PitchDeg: -pitch * 180 / math.Pi})
			clear(r.depth)
			clear(r.ids)
			for k := range t.solids {
				for j := range t.solids[k].faces {
					r.fill(e, &t.solids[k].faces[j], vec{}, uint16(k+1), nil)
				}
			}
			if err := t.cutOut(Cutout{Class: kind, GSDM: gsdM, Marks: marks}, r, e, ids, each); err != nil {
				return err
			}
		}
	}
	return nil
}

// cutOut cuts out what was just rendered, with the shadow that it throws on level ground.
func (t *Town) cutOut(c Cutout, r *Renderer, e eye, shadow gocv.Mat, each func(Cutout) error) error {
	shadow.SetTo(gocv.NewScalar(0, 0, 0, 0))
	for _, f := range t.solids[0].faces {
		var pts []image.Point
		for _, p := range f.p[:f.n] {
			k := math.Max(0, p.Z) / t.sun.Z
			x, y, _ := e.project(vec{p.X - t.sun.X*k, p.Y - t.sun.Y*k, 0})
			pts = append(pts, image.Pt(int(math.Round(x)), int(math.Round(y))))
		}
		pv := gocv.NewPointsVectorFromPoints([][]image.Point{pts})
		gocv.FillPoly(&shadow, pv, color.RGBA{255, 255, 255, 0})
		pv.Close()
	}
	gocv.GaussianBlur(shadow, &shadow, image.Pt(5, 5), 0, 0, gocv.BorderDefault)
	dark, err := shadow.DataPtrUint8()
	if err != nil {
		return err
	}
	n := r.cam.Width * r.cam.Height
	out := make([]byte, 4*n)
	thing, all := image.Rectangle{}, image.Rectangle{}
	depth := 0.62 * t.sunK // how much of the light a full shadow takes
	for i := range n {
		at := image.Rect(i%r.cam.Width, i/r.cam.Width, i%r.cam.Width+1, i/r.cam.Width+1)
		switch {
		case r.ids[i] != 0:
			copy(out[4*i:], r.pix[3*i:3*i+3])
			out[4*i+3] = 255
			all = all.Union(at)
			if r.ids[i] == 1 {
				thing = thing.Union(at)
			}
		case dark[i] > 0:
			out[4*i+3] = byte(math.Min(254, float64(dark[i])*depth))
			all = all.Union(at)
		}
	}
	m, err := gocv.NewMatFromBytes(r.cam.Height, r.cam.Width, gocv.MatTypeCV8UC4, out)
	if err != nil {
		return err
	}
	defer m.Close()
	c.Picture = m.Region(all)
	defer c.Picture.Close()
	c.Box = [4]float64{float64(thing.Min.X - all.Min.X), float64(thing.Min.Y - all.Min.Y), float64(thing.Dx()), float64(thing.Dy())}
	return each(c)
}
