package geo

import (
	"fmt"
	"iter"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Entry is a known structure of the register.
type Entry struct {
	Number   string
	Status   string // as the bureau has it
	Kind     string
	AreaM2   float64 // of its polygons
	Polygons []orb.Polygon
}

// Register is the stock of known structures. It may be asked and replaced at the same time.
type Register struct{ now atomic.Pointer[registerIndex] }

type registerIndex struct {
	entries []Entry
	areas   *areas
}

// Names under which a register's properties come.
var (
	numberNames = []string{"number", "no", "id", "entry", "编号", "图斑编号", "登记编号"}
	statusNames = []string{"status", "状态", "处置状态"}
	kindNames   = []string{"kind", "type", "类型", "分类"}
	areaNames   = []string{"area_m2", "area", "面积", "建筑面积"}
)

// wholeNumber takes off the ".0" that programs put behind a number that they took for one of decimals.
func wholeNumber(s string) string {
	whole, decimals, ok := strings.Cut(s, ".")
	if ok && len(whole) >= 6 && strings.Trim(whole, "0123456789") == "" && decimals != "" && strings.Trim(decimals, "0") == "" {
		return whole
	}
	return s
}

// scientific is how spreadsheets write long numbers.
var scientific = regexp.MustCompile(`^[+-]?[0-9]([.,][0-9]+)?[eE][+-]?[0-9]+$`)

// ReadEntries makes register entries of a layer of polygons with the properties number, status, kind and area_m2. Every problem is named; a feature with an error is
// left out. district is the outline in which everything is expected.
func ReadEntries(l *Layer, district orb.MultiPolygon) ([]Entry, []Problem) {
	polygons, problems := l.polygons(district)
	out := make([]Entry, 0, len(polygons))
	seen := make(map[string]int, len(polygons))
	for i, polys := range polygons {
		f := &l.Features[i]
		if polys == nil {
			continue
		}
		put := func(warning bool, format string, a ...any) {
			problems = append(problems, Problem{N: f.N, Line: f.Line, Text: fmt.Sprintf(format, a...), Warning: warning})
		}
		e := Entry{Number: wholeNumber(f.Get(numberNames...)), Status: f.Get(statusNames...), Kind: f.Get(kindNames...), Polygons: polys}
		e.AreaM2 = AreaM2(polys)
		if e.Number == "" {
			put(false, "no number; it is expected in a property named %s; %s", numberNames[0], f.names())
			continue
		}
		if scientific.MatchString(e.Number) {
			put(false, "number %s is in scientific notation: its last digits are lost; export it as text", e.Number)
			continue
		}
		if first, ok := seen[e.Number]; ok {
			put(false, "number %s is there twice, first in feature %d", e.Number, first)
			continue
		}
		seen[e.Number] = f.N
		if s := f.Get(areaNames...); s != "" {
			said, err := strconv.ParseFloat(s, 64)
			switch {
			case err != nil || math.IsNaN(said):
				put(true, "area %q is no number", s)
			case said > 0 && (e.AreaM2 > 3*said || e.AreaM2 < said/3) && math.Abs(e.AreaM2-said) > 20:
				put(true, "its outline has %.0f m², its area is given as %.0f m²", e.AreaM2, said)
			}
		}
		out = append(out, e)
	}
	return out, problems
}

// NewRegister indexes entries.
func NewRegister(entries []Entry) *Register {
	r := &Register{}
	r.Replace(entries)
	return r
}

// Replace puts other entries in the place of those that are there. Whoever asks meanwhile gets an answer from the ones or the others.
func (r *Register) Replace(entries []Entry) {
	x := &registerIndex{entries: entries}
	polygons := make([][]orb.Polygon, len(entries))
	for i := range entries {
		polygons[i] = entries[i].Polygons
	}
	x.areas = newAreas(polygons)
	r.now.Store(x)
}

func (r *Register) index() *registerIndex {
	if r == nil {
		return nil
	}
	return r.now.Load()
}

// Len is the number of entries.
func (r *Register) Len() int {
	if x := r.index(); x != nil {
		return len(x.entries)
	}
	return 0
}

// Entries are all entries, as they are when it is asked.
func (r *Register) Entries() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		x := r.index()
		for i := 0; x != nil && i < len(x.entries); i++ {
			if !yield(&x.entries[i]) {
				return
			}
		}
	}
}

// At returns the entry whose outline contains p (WGS-84); nil where none does. It allocates nothing.
func (r *Register) At(p orb.Point) *Entry {
	x := r.index()
	if x == nil {
		return nil
	}
	if i := x.areas.first(p[0], p[1]); i >= 0 {
		return &x.entries[i]
	}
	return nil
}

// Near is an entry and how far its outline is from a point; 0 inside.
type Near struct {
	Entry     *Entry
	DistanceM float64
}

// Near returns the entries within reach of p, the nearest first.
func (r *Register) Near(p orb.Point, withinM float64) []Near {
	x := r.index()
	if x == nil {
		return nil
	}
	f := NewFrame(p, 0)
	var out []Near
	x.areas.search(orb.Bound{Min: f.From(-withinM, -withinM), Max: f.From(withinM, withinM)}, func(i int) bool {
		e := &x.entries[i]
		d := math.Inf(1)
		for _, q := range e.Polygons {
			if planar.PolygonContains(q, p) {
				d = 0
				break
			}
			for _, ring := range q {
				d = math.Min(d, planar.DistanceFrom(orb.LineString(f.Ring(ring)), orb.Point{}))
			}
		}
		if d <= withinM {
			k := len(out)
			for out = append(out, Near{e, d}); k > 0 && out[k-1].DistanceM > d; k-- {
				out[k], out[k-1] = out[k-1], out[k]
			}
		}
		return true
	})
	return out
}

// Standing of a structure against the register.
const (
	Known   = "known"   // an entry is there, of that size
	Changed = "changed" // an entry is there, of another size
	New     = "new"     // no entry can be it
)

// Match is what the register says of a structure that was seen.
type Match struct {
	Standing string  `json:"standing"`
	Number   string  `json:"number,omitempty"` // of the entry
	Status   string  `json:"status,omitempty"`
	Overlap  float64 `json:"overlap"` // intersection over union once the errors of position are taken out
	SeenM2   float64 `json:"seen_m2"`
	KnownM2  float64 `json:"known_m2,omitempty"`
}

const (
	// a footprint and an entry are about the same structure from this share of the smaller one
	sameShare = 0.4
	// an area seen is off by so much of itself, besides what the border's error is worth: outlines are drawn from boxes
	areaShare = 0.25
)

// Match compares a footprint (WGS-84) whose position has an error with the register. borderM is the standard deviation of its outline against itself (a
// pixel or two on the ground). The footprint is moved within its 95 % ellipse to where it fits an entry best: an offset that the
// error explains is no difference. Then the areas are compared.
func (r *Register) Match(footprint orb.Polygon, c Cov, borderM float64) Match {
	f := NewFrame(footprint[0][0], 0)
	seen := orb.Polygon{f.Ring(footprint[0])}
	area := math.Abs(ringArea2(seen[0])) / 2
	out := Match{Standing: New, SeenM2: area}
	x := r.index()
	if x == nil || area == 0 {
		return out
	}
	e := c.Ellipse()
	b := footprint.Bound()
	reach := e.MajorM
	lo, hi := f.From(-reach, -reach), f.From(reach, reach)
	b = orb.Bound{Min: orb.Point{b.Min[0] + lo[0] - f.Origin[0], b.Min[1] + lo[1] - f.Origin[1]}, Max: orb.Point{b.Max[0] + hi[0] - f.Origin[0], b.Max[1] + hi[1] - f.Origin[1]}}
	middle, _ := planar.CentroidArea(seen)
	best, bestIoU := -1, 0.0
	var bestShare float64
	x.areas.search(b, func(i int) bool {
		k := &x.entries[i]
		for _, p := range k.Polygons {
			ring := f.Ring(p[0])
			there, _ := planar.CentroidArea(orb.Polygon{ring})
			shift := withinEllipse(c, there[0]-middle[0], there[1]-middle[1])
			for _, s := range [2]orb.Point{{}, shift} {
				common := ringsOverlapM2(moved(seen[0], s), ring)
				iou := common / math.Max(1e-9, area+k.AreaM2-common)
				if iou > bestIoU {
					best, bestIoU, bestShare = i, iou, common/math.Min(area, k.AreaM2)
				}
			}
		}
		return true
	})
	if best < 0 || bestShare < sameShare {
		return out
	}
	k := &x.entries[best]
	out.Number, out.Status, out.KnownM2, out.Overlap = k.Number, k.Status, k.AreaM2, bestIoU
	around := planar.Length(orb.LineString(seen[0]))
	sigma := math.Hypot(areaShare*math.Max(area, k.AreaM2)/2, around*borderM/2)
	if math.Abs(area-k.AreaM2) > 1.96*sigma {
		out.Standing = Changed
	} else {
		out.Standing = Known
	}
	return out
}

// withinEllipse shortens a shift (metres) to the 95 % ellipse of an error.
func withinEllipse(c Cov, e, n float64) orb.Point {
	m := math.Sqrt(c.Mahalanobis2(e, n))
	if m > chi95 {
		e, n = e*chi95/m, n*chi95/m
	}
	return orb.Point{e, n}
}

func moved(r orb.Ring, by orb.Point) orb.Ring {
	out := make(orb.Ring, len(r))
	for i, p := range r {
		out[i] = orb.Point{p[0] + by[0], p[1] + by[1]}
	}
	return out
}
