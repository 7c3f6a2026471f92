package geo

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// Feature is one feature of a layer as its file has it: a geometry in the layer's datum, and its properties as text.
type Feature struct {
	N        int // from 1, in the file's order
	Line     int // of the file; 0 where the format has no lines
	Geometry orb.Geometry
	Fields   []Field
	Err      error // why the feature could not be read; the geometry is then nil
}

// Field is one property of a feature.
type Field struct{ Name, Value string }

// Get returns the value of the first of the names (in any case) that the feature has.
func (f *Feature) Get(names ...string) string {
	for _, n := range names {
		for i := range f.Fields {
			if strings.EqualFold(f.Fields[i].Name, n) {
				return strings.TrimSpace(f.Fields[i].Value)
			}
		}
	}
	for _, n := range names {
		if len(n) <= maxDBFName {
			continue
		}
		for i := range f.Fields {
			if isCut(f.Fields[i].Name, n) {
				return strings.TrimSpace(f.Fields[i].Value)
			}
		}
	}
	return ""
}

// maxDBFName is how many bytes a name has in a .dbf, and so in every Shapefile.
const maxDBFName = 10

// isCut says whether s is what a .dbf leaves of a name that is longer, in UTF-8 or in GBK.
func isCut(s, name string) bool {
	if len(s) < 5 || len(s) >= len(name) || !strings.EqualFold(s, name[:len(s)]) {
		return false
	}
	next, size := utf8.DecodeRuneInString(name[len(s):])
	gbk, wide := 0, 1
	for _, r := range s {
		if gbk++; r >= utf8.RuneSelf {
			gbk++
		}
	}
	if next >= utf8.RuneSelf {
		wide = 2
	}
	return len(s) <= maxDBFName && len(s)+size > maxDBFName || gbk <= maxDBFName && gbk+wide > maxDBFName
}

// names of the properties that a feature has, for messages.
func (f *Feature) names() string {
	if len(f.Fields) == 0 {
		return "it has no properties"
	}
	out := make([]string, len(f.Fields))
	for i, x := range f.Fields {
		out[i] = x.Name
	}
	return "its properties are " + strings.Join(out, ", ")
}

// Layer is what a file holds.
type Layer struct {
	File  string
	Datum Datum
	// DatumFrom says where the datum is from: the file, its format's standard, or the caller.
	DatumFrom string
	Encoding  string // of its texts, where it was not UTF-8
	Features  []Feature
	// Deleted is how many rows the file marks as deleted; they are not among Features.
	Deleted int
	// EvenOdd takes rings that cross themselves as they are, with a warning: what lies within an odd number of their loops is inside. That does for
	// areas that are only asked what lies in them.
	EvenOdd bool
	// District is where the layer is to lie (WGS-84); nil where that is not known.
	District orb.MultiPolygon
}

// Problem is something wrong with a feature, or (N is 0) with the layer as a whole.
type Problem struct {
	N, Line int
	Text    string
	Warning bool // it is suspect, not wrong
}

func (p Problem) String() string {
	s := p.Text
	switch {
	case p.N > 0 && p.Line > 0:
		s = fmt.Sprintf("feature %d (line %d): %s", p.N, p.Line, s)
	case p.N > 0:
		s = fmt.Sprintf("feature %d: %s", p.N, s)
	}
	if p.Warning {
		s = "warning: " + s
	}
	return s
}

// Errors counts the problems that are no warnings.
func Errors(all []Problem) int {
	n := 0
	for _, p := range all {
		if !p.Warning {
			n++
		}
	}
	return n
}

// polygons converts a layer's polygons to WGS-84 in place, and says what is wrong with any. The result has an entry a feature; nil where it
// cannot be used. district is the outline in which everything is expected; nil where there is none.
func (l *Layer) polygons(district orb.MultiPolygon) (out [][]orb.Polygon, problems []Problem) {
	out = make([][]orb.Polygon, len(l.Features))
	outside, outsideShifted, inside := 0, 0, 0
	var within *areas
	if district != nil {
		within = newAreas([][]orb.Polygon{clonePolygons(district)})
	}
	far := newFar(l)
	for i := range l.Features {
		f := &l.Features[i]
		bad := func(format string, a ...any) {
			problems = append(problems, Problem{N: f.N, Line: f.Line, Text: fmt.Sprintf(format, a...)})
		}
		if f.Err != nil {
			bad("%v", f.Err)
			continue
		}
		var polys []orb.Polygon
		switch g := f.Geometry.(type) {
		case orb.Polygon:
			polys = []orb.Polygon{g}
		case orb.MultiPolygon:
			polys = g
		case nil:
			bad("it has no geometry")
			continue
		default:
			bad("its geometry is a %s, wanted a polygon", g.GeoJSONType())
			continue
		}
		text := l.unusable(polys)
		if text != "" {
			bad("%s", text)
			continue
		}
		raw := polys[0][0].Bound().Center()
		for _, p := range polys {
			for _, r := range p {
				for k := range r {
					r[k] = l.Datum.ToWGS84(r[k])
				}
				if text == "" {
					if text = crossedOrFlat(r); text != "" && l.EvenOdd && ringArea2(r) != 0 {
						problems = append(problems, Problem{N: f.N, Line: f.Line, Text: text, Warning: true})
						text = ""
					}
				}
			}
		}
		if text != "" {
			bad("%s", text)
			continue
		}
		out[i] = polys
		far.see(f, raw, polys[0][0].Bound())
		if within == nil {
			continue
		}
		c := polys[0][0].Bound().Center()
		switch {
		case within.first(c[0], c[1]) >= 0:
			inside++
		default:
			outside++
			if q := FromGCJ02(c); within.first(q[0], q[1]) >= 0 {
				outsideShifted++
			}
			if within.first(c[1], c[0]) >= 0 {
				bad("longitude and latitude are swapped: %.5f, %.5f lies in the district the other way round", c[0], c[1])
				out[i] = nil
				outside--
			}
		}
	}
	// a whole set in GCJ-02 lies half a kilometre off: what sticks out of the district on the one side would come back
	if l.Datum.Name == WGS84 && outside >= 20 && outside*200 > outside+inside && outsideShifted*10 > outside*7 {
		problems = append(problems, Problem{Text: fmt.Sprintf("the whole set seems to be GCJ-02, not %s: %d of %d features lie outside the district, and %d of those would lie inside if it were; say --datum GCJ-02 if so", l.Datum.Name, outside, outside+inside, outsideShifted), Warning: true})
	}
	elsewhere, all := far.problems()
	gone := make(map[int]bool, len(elsewhere))
	for _, p := range elsewhere {
		gone[p.N] = true
	}
	for i := range out {
		if all || gone[l.Features[i].N] {
			out[i] = nil
		}
	}
	if len(l.Features) == 0 {
		problems = append(problems, Problem{Text: "it holds no features", Warning: true})
	}
	return out, append(problems, elsewhere...)
}

// ReadAreas makes one area (WGS-84) of a layer's polygons. Every problem is named; a feature with an error is left out.
func ReadAreas(l *Layer) (area orb.MultiPolygon, problems []Problem) {
	polygons, problems := l.polygons(nil)
	for _, p := range polygons {
		area = append(area, p...)
	}
	return area, problems
}

func clonePolygons(all []orb.Polygon) []orb.Polygon {
	out := make([]orb.Polygon, len(all))
	for i, p := range all {
		out[i] = slices.Clone(p)
	}
	return out
}

// unusable says why polygons cannot be used, in the layer's own datum; empty where they can.
func (l *Layer) unusable(polys []orb.Polygon) string {
	n, empty := 0, false
	for _, p := range polys {
		empty = empty || len(p) == 0
		for k, r := range p {
			n += len(r)
			for _, q := range r {
				if text := l.unusablePoint(q); text != "" {
					return text
				}
			}
			switch {
			case len(r) == 0:
				return "its geometry has an empty ring"
			case len(r) < 4:
				return fmt.Sprintf("ring %d has %d points, at least 4 are needed (the last is the first)", k+1, len(r))
			case r[0] != r[len(r)-1]:
				return fmt.Sprintf("ring %d is not closed: it begins at %v and ends at %v", k+1, r[0], r[len(r)-1])
			}
		}
	}
	switch {
	case n == 0:
		return "its geometry is empty"
	case empty:
		return "one of its polygons is empty"
	}
	return ""
}

func (l *Layer) unusablePoint(q orb.Point) string {
	switch {
	case math.IsNaN(q[0]) || math.IsNaN(q[1]) || math.IsInf(q[0], 0) || math.IsInf(q[1], 0):
		return "a coordinate is not a number"
	case l.Datum.Projected() && (math.Abs(q[0]-l.Datum.tm.x0) > maxEastM || math.Abs(q[1]-l.Datum.tm.y0) > 2e7):
		text := fmt.Sprintf("point %.1f, %.1f is no easting and northing of its datum, whose false easting is %.0f", q[0], q[1], l.Datum.tm.x0)
		if l.zoneNumber(q) {
			text += "; one of them lacks the zone's number"
		}
		return text + l.would(q)
	case l.Datum.Projected():
		return ""
	case math.Abs(q[1]) > 90 && math.Abs(q[1]) <= 180 && math.Abs(q[0]) <= 90:
		return fmt.Sprintf("longitude and latitude are swapped: %v", q)
	case math.Abs(q[1]) > 90 || math.Abs(q[0]) > 180:
		return fmt.Sprintf("point %v is no longitude and latitude in degrees; is the file projected? Then give its --datum as PROJ parameters", q)
	}
	return ""
}

// crossedOrFlat says what is wrong with the shape of a closed ring (WGS-84); empty where nothing is.
func crossedOrFlat(r orb.Ring) string {
	flat := true
	for i := 1; i+1 < len(r) && flat; i++ {
		flat = (r[i][0]-r[0][0])*(r[i+1][1]-r[0][1]) == (r[i+1][0]-r[0][0])*(r[i][1]-r[0][1])
	}
	if flat {
		return "its ring has no area"
	}
	if at, ok := selfCrossing(r); ok {
		return fmt.Sprintf("its ring crosses itself at %.6f, %.6f", at[0], at[1])
	}
	return ""
}

// ringArea2 is twice the signed area of a ring in the square of its units, positive anticlockwise, about its first point.
func ringArea2(r orb.Ring) float64 {
	s, o := 0.0, r[0]
	for i := 1; i+1 < len(r); i++ {
		s += (r[i][0]-o[0])*(r[i+1][1]-o[1]) - (r[i+1][0]-o[0])*(r[i][1]-o[1])
	}
	return s
}

// selfCrossing finds a point in which a closed ring crosses or runs over itself. Edges that share a vertex may touch there.
func selfCrossing(r orb.Ring) (at orb.Point, found bool) {
	n := len(r) - 1
	if n <= 40 {
		for i := 0; i < n; i++ {
			for j := i + 1; j < n; j++ {
				if p, ok := edgesCross(r, n, i, j); ok {
					return p, true
				}
			}
		}
		return at, false
	}
	// longer rings: edges by their least x, against those whose x-range still reaches
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	least := func(i int) float64 { return math.Min(r[i][0], r[i+1][0]) }
	slices.SortFunc(order, func(a, b int) int {
		if least(a) < least(b) {
			return -1
		}
		return 1
	})
	var active []int
	for _, i := range order {
		keep := active[:0]
		for _, j := range active {
			if math.Max(r[j][0], r[j+1][0]) < least(i) {
				continue
			}
			keep = append(keep, j)
			if p, ok := edgesCross(r, n, min(i, j), max(i, j)); ok {
				return p, true
			}
		}
		active = append(keep, i)
	}
	return at, false
}

// edgesCross says whether edges i < j of a ring of n edges meet elsewhere than in a vertex that they share.
func edgesCross(r orb.Ring, n, i, j int) (orb.Point, bool) {
	a, b, c, d := r[i], r[i+1], r[j], r[j+1]
	if math.Max(a[1], b[1]) < math.Min(c[1], d[1]) || math.Max(c[1], d[1]) < math.Min(a[1], b[1]) ||
		math.Max(a[0], b[0]) < math.Min(c[0], d[0]) || math.Max(c[0], d[0]) < math.Min(a[0], b[0]) {
		return orb.Point{}, false
	}
	side := func(p, q, s orb.Point) float64 { return (q[0]-p[0])*(s[1]-p[1]) - (q[1]-p[1])*(s[0]-p[0]) }
	next := j == i+1 || i == 0 && j == n-1
	if next {
		// neighbours share a vertex; they cross only if the one runs back over the other
		s, p, q := b, a, d
		if i == 0 && j == n-1 && n > 2 && j != i+1 {
			s, p, q = a, b, c
		}
		back := side(s, p, q) == 0 && (p[0]-s[0])*(q[0]-s[0])+(p[1]-s[1])*(q[1]-s[1]) > 0
		return s, back && p != s && q != s
	}
	if a == c || a == d || b == c || b == d {
		return orb.Point{}, false // a ring that touches itself in a vertex
	}
	s1, s2, s3, s4 := side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
	if (s1 > 0) == (s2 > 0) && s1 != 0 && s2 != 0 || (s3 > 0) == (s4 > 0) && s3 != 0 && s4 != 0 {
		return orb.Point{}, false
	}
	if s1 == 0 || s2 == 0 || s3 == 0 || s4 == 0 {
		return orb.Point{}, false // a vertex that lies on another edge: touching, not crossing
	}
	k := s1 / (s1 - s2)
	return orb.Point{c[0] + k*(d[0]-c[0]), c[1] + k*(d[1]-c[1])}, true
}
