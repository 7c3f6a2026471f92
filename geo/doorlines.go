package geo

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
)

// DoorLines are the lines that shops may not trade beyond: what the bureau drew for its streets, and the outlines of buildings.
type DoorLines struct {
	tree rtree.RTreeG[doorLine]
}

type doorLine struct {
	line   orb.LineString // WGS-84
	around bool           // it is the outline of a building: inside of it nobody is on the street
}

// insideM: goods that a camera sees stand before the wall, even where their position lies this far behind it.
const insideM = 1

// NewDoorLines indexes the lines of streets, and the outlines of buildings where streets have none.
func NewDoorLines(streets []orb.LineString, b *Buildings) *DoorLines {
	d := &DoorLines{}
	add := func(l doorLine) {
		bd := l.line.Bound()
		d.tree.Insert(bd.Min, bd.Max, l)
	}
	for _, l := range streets {
		add(doorLine{line: l})
	}
	if b != nil {
		b.tree.Scan(func(_, _ [2]float64, bl *Building) bool {
			add(doorLine{orb.LineString(bl.Outline[0]), true})
			return true
		})
	}
	return d
}

// ReadDoorLines reads a layer of lines. Every problem is named; a feature with an error is left out.
func ReadDoorLines(l *Layer) ([]orb.LineString, []Problem) {
	var out []orb.LineString
	var problems []Problem
	far := newFar(l)
	of := map[int][]orb.LineString{} // by feature
	for i := range l.Features {
		f := &l.Features[i]
		wrong := func(text string) { problems = append(problems, Problem{N: f.N, Line: f.Line, Text: text}) }
		if f.Err != nil {
			wrong(f.Err.Error())
			continue
		}
		var lines orb.MultiLineString
		switch g := f.Geometry.(type) {
		case orb.LineString:
			lines = orb.MultiLineString{g}
		case orb.MultiLineString:
			lines = g
		case nil:
			wrong("it has no geometry")
		default:
			wrong(fmt.Sprintf("its geometry is a %s, wanted a line", g.GeoJSONType()))
		}
		for _, line := range lines {
			text := ""
			var raw orb.Point
			if len(line) > 0 {
				raw = line[0]
			}
			if len(line) < 2 {
				text = "its line has fewer than two points"
			}
			for k, p := range line {
				if text == "" {
					text = l.unusablePoint(p)
				}
				line[k] = l.Datum.ToWGS84(p)
			}
			if text != "" {
				wrong(text)
				continue
			}
			far.see(f, raw, line.Bound())
			of[f.N] = append(of[f.N], line)
		}
	}
	elsewhere, all := far.problems()
	for _, p := range elsewhere {
		delete(of, p.N)
	}
	for i := range l.Features {
		if !all {
			out = append(out, of[l.Features[i].N]...)
		}
	}
	return out, append(problems, elsewhere...)
}

// Before says whether a point (WGS-84) lies before a door line, no further than withinM metres from it.
func (d *DoorLines) Before(p orb.Point, withinM float64) bool {
	if d == nil {
		return false
	}
	f := NewFrame(p, 0)
	bd := orb.MultiPoint{f.From(-withinM, -withinM), f.From(withinM, withinM)}.Bound()
	found := false
	d.tree.Search(bd.Min, bd.Max, func(_, _ [2]float64, l doorLine) bool {
		line := make(orb.LineString, len(l.line))
		for i, q := range l.line {
			e := f.To(q, 0)
			line[i] = orb.Point{e.E, e.N}
		}
		off := planar.DistanceFrom(line, orb.Point{})
		if l.around && off > insideM && planar.RingContains(orb.Ring(line), orb.Point{}) {
			found = false
			return false
		}
		found = found || off <= withinM
		return true
	})
	return found
}
