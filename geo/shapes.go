package geo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// ReadShapes converts a layer's polygons, lines and points to WGS-84 in place. The result has an entry a feature; nil where it has no geometry
// (which is no problem here: a code may stand for it) or one that cannot be used, which is named.
func ReadShapes(l *Layer) (out []orb.Geometry, problems []Problem) {
	out = make([]orb.Geometry, len(l.Features))
	areas := *l
	areas.Features = nil
	var at []int
	for i := range l.Features {
		f := &l.Features[i]
		bad := func(format string, a ...any) {
			problems = append(problems, Problem{N: f.N, Line: f.Line, Text: fmt.Sprintf(format, a...)})
		}
		points := func(all []orb.Point) bool {
			for k := range all {
				if text := l.unusablePoint(all[k]); text != "" {
					bad("%s", text)
					return false
				}
				all[k] = l.Datum.ToWGS84(all[k])
				if text := l.outside(all[k]); text != "" {
					bad("%s", text)
					return false
				}
			}
			return true
		}
		if f.Err != nil {
			bad("%v", f.Err)
			continue
		}
		switch g := f.Geometry.(type) {
		case nil:
		case orb.Polygon, orb.MultiPolygon:
			areas.Features, at = append(areas.Features, *f), append(at, i)
		case orb.Point:
			if one := []orb.Point{g}; points(one) {
				out[i] = one[0]
			}
		case orb.MultiPoint:
			if points(g) {
				out[i] = g
			}
		case orb.LineString:
			if len(g) < 2 {
				bad("its line has %d points, at least 2 are needed", len(g))
			} else if points(g) {
				out[i] = g
			}
		case orb.MultiLineString:
			ok := true
			for _, line := range g {
				if len(line) < 2 {
					bad("one of its lines has %d points, at least 2 are needed", len(line))
					ok = false
					break
				}
				ok = ok && points(line)
			}
			if len(g) == 0 {
				bad("its geometry is empty")
			} else if ok {
				out[i] = g
			}
		default:
			bad("its geometry is a %s, wanted polygons, lines or points", g.GeoJSONType())
		}
	}
	if len(areas.Features) == 0 {
		return out, problems
	}
	polygons, more := areas.polygons(l.District)
	for k, p := range polygons {
		if p != nil {
			out[at[k]] = orb.MultiPolygon(p)
		}
	}
	return out, append(problems, more...)
}

// outsideM is how far outside the district a point may lie: sites at its border belong to it.
const outsideM = 2000

// outside says that a point (WGS-84) lies outside the district, "" where it does not or none is known.
func (l *Layer) outside(p orb.Point) string {
	if l.District == nil {
		return ""
	}
	far := boundsApartM(l.District.Bound(), orb.Bound{Min: p, Max: p})
	if far <= outsideM {
		return ""
	}
	b := l.District.Bound()
	if b.Contains(orb.Point{p[1], p[0]}) {
		return fmt.Sprintf("longitude and latitude are swapped: %.5f, %.5f lies in the district the other way round", p[0], p[1])
	}
	return fmt.Sprintf("it lies %.0f km outside the district", far/1000)
}
