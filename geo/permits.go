package geo

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"
)

// Permit allows what scenes look for, on an area, at its hours and days: a stall that is licensed, a haul route, a scaffold.
type Permit struct {
	Number string
	Scenes []string // that it answers
	Plate  string   // of the vehicle that it is of; "" for any
}

// Permits is an index of permits, which may be replaced while it is asked.
type Permits struct{ now atomic.Pointer[permits] }

type permits struct {
	all   []Permit
	areas *Fences // ID is the number in all
}

// ReadPermits makes permits of a layer of polygons with the properties number, scenes (names, separated by commas), plate, hours, valid_from and
// valid_until, as fences have them. Every problem is named; a feature with an error is left out.
func ReadPermits(l *Layer) (*Permits, []Problem) {
	polygons, problems := l.polygons(nil)
	var p permits
	var fences []Fence
	known := map[string]bool{}
	for i, polys := range polygons {
		if polys == nil {
			continue
		}
		f := &l.Features[i]
		x := Permit{Number: f.Get("number", "编号", "许可证号"), Plate: f.Get("plate", "车牌", "号牌")}
		for s := range strings.FieldsFuncSeq(f.Get("scenes", "场景"), func(r rune) bool { return strings.ContainsRune(",，、; ", r) }) {
			x.Scenes = append(x.Scenes, s)
		}
		area := Fence{ID: strconv.Itoa(len(p.all))}
		err := area.readTimes(f)
		switch {
		case err != nil:
		case x.Number == "":
			err = errors.New("number: it is missing")
		case known[x.Number]:
			err = errors.New("number: " + x.Number + " is there twice")
		case len(x.Scenes) == 0:
			err = errors.New("scenes: name those that it answers, as street-stall")
		}
		if err != nil {
			problems = append(problems, Problem{N: f.N, Line: f.Line, Text: err.Error()})
			continue
		}
		known[x.Number] = true
		p.all = append(p.all, x)
		for _, q := range polys {
			area.Polygon = q
			fences = append(fences, area)
		}
	}
	p.areas = NewFences(fences)
	out := &Permits{}
	out.now.Store(&p)
	return out, problems
}

// Replace takes in newer ones.
func (p *Permits) Replace(by *Permits) { p.now.Store(by.now.Load()) }

// Len is how many there are.
func (p *Permits) Len() int {
	if p == nil || p.now.Load() == nil {
		return 0
	}
	return len(p.now.Load().all)
}

// sure is how many points of an error ellipse must lie in a permit's area, for what lies there to be in it.
const sure = 8

// At is the permit that answers what a scene finds at a place at a time; plate is that of a vehicle, "" for none. whole says that all of the error (95 %)
// lies in its area.
func (p *Permits) At(scene, plate string, at orb.Point, cov Cov, t time.Time) (found Permit, whole, ok bool) {
	if p.Len() == 0 {
		return found, false, false
	}
	now := p.now.Load()
	in := func(q orb.Point) (out []int) {
		for _, f := range now.areas.Append(nil, q, 0) {
			i, _ := strconv.Atoi(f.ID)
			if x := now.all[i]; f.Holds(t) && slices.Contains(x.Scenes, scene) && (x.Plate == "" || x.Plate == plate) {
				out = append(out, i)
			}
		}
		return out
	}
	middle := in(at)
	if len(middle) == 0 {
		return found, false, false
	}
	best := middle[0]
	edge := cov.Ellipse().Points(at, sure)
	for _, i := range middle {
		if !slices.ContainsFunc(edge, func(q orb.Point) bool { return !slices.Contains(in(q), i) }) {
			return now.all[i], true, true
		}
	}
	return now.all[best], false, true
}
