package geo

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
)

// Building is an outline (WGS-84) extruded to a height in metres above the ground.
type Building struct {
	Outline orb.Polygon
	HeightM float64
}

// Buildings is an index of building outlines.
type Buildings struct {
	tree rtree.RTreeG[*Building]
	n    int
	max  float64
}

// NewBuildings indexes outlines.
func NewBuildings(all []Building) *Buildings {
	b := &Buildings{}
	for i := range all {
		bd := all[i].Outline.Bound()
		b.tree.Insert(bd.Min, bd.Max, &all[i])
		b.max = math.Max(b.max, all[i].HeightM)
		b.n++
	}
	return b
}

// Each calls each with every building.
func (b *Buildings) Each(each func(*Building)) {
	b.tree.Scan(func(_, _ [2]float64, x *Building) bool {
		each(x)
		return true
	})
}

// Len is the number of buildings.
func (b *Buildings) Len() int { return b.n }

// Under says which share of a footprint (WGS-84) lies on one building, and which share of that building's outline it covers: of the building that it
// covers most. Where it lies on none both are 0.
func (b *Buildings) Under(footprint orb.Ring) (onIt, ofIt float64) {
	f := NewFrame(footprint[0], 0)
	seen := f.Ring(footprint)
	area := math.Abs(ringArea2(seen)) / 2
	bound := footprint.Bound()
	most := 0.0
	b.tree.Search(bound.Min, bound.Max, func(_, _ [2]float64, bl *Building) bool {
		ring := f.Ring(bl.Outline[0])
		if common := ringsOverlapM2(seen, ring); common > most {
			most = common
			onIt, ofIt = min(1, common/math.Max(1e-9, area)), min(1, common/math.Max(1e-9, math.Abs(ringArea2(ring))/2))
		}
		return true
	})
	return onIt, ofIt
}

// Names under which a building's height comes.
var heightNames = []string{"height_m", "height", "高度", "建筑高度"}

// ReadBuildings makes buildings of a layer of polygons with a property height_m. Every problem is named; a feature with an error is
// left out.
func ReadBuildings(l *Layer) (*Buildings, []Problem) {
	polygons, problems := l.polygons(nil)
	var all []Building
	for i, polys := range polygons {
		f := &l.Features[i]
		if polys == nil {
			continue
		}
		h, err := strconv.ParseFloat(f.Get(heightNames...), 64)
		if err != nil || math.IsNaN(h) || h < 0 || h > 1000 {
			problems = append(problems, Problem{N: f.N, Line: f.Line, Text: fmt.Sprintf("property height_m must be a number of metres from 0 to 1000, is %q; %s", f.Get(heightNames...), f.names())})
			continue
		}
		for _, p := range polys {
			all = append(all, Building{p, h})
		}
	}
	return NewBuildings(all), problems
}

// plane is the surface that a line of sight meets, as a plane: its height u at the point e, n (metres of the frame) and its slope in
// metres of height a metre east and north.
type plane struct {
	kind           string // "ground", "roof" or "wall"
	u, e, n        float64
	slopeE, slopeN float64
}

// onSlope is where pixel x, y meets a plane, and how far off that is.
func (v View) onSlope(x, y float64, p plane) (hit ENU, slantM float64, ok bool) {
	d := v.Ray(x, y)
	sink := d.U - p.slopeE*d.E - p.slopeN*d.N
	above := v.At.U - p.u - p.slopeE*(v.At.E-p.e) - p.slopeN*(v.At.N-p.n)
	if sink >= -1e-9 || above <= 0 {
		return ENU{}, 0, false
	}
	t := -above / sink
	return ENU{v.At.E + t*d.E, v.At.N + t*d.N, v.At.U + t*d.U}, t * math.Sqrt(d.E*d.E+d.N*d.N+d.U*d.U), true
}

// meet returns the surface that the pixel's line of sight meets first, given the ground it would meet; under says how high the ground is
// at a point. For a wall the height is that at which the wall is met.
func (b *Buildings) meet(f Frame, v View, x, y float64, ground plane, under func(orb.Point) float64) plane {
	onGround, _, ok := v.onSlope(x, y, ground)
	if !ok || b.n == 0 {
		return ground
	}
	// where the line of sight comes below the tallest roof
	from := v.At
	if top := math.Max(onGround.U, ground.u) + b.max; v.At.U > top {
		if p, _, ok := v.OnPlane(x, y, top); ok {
			from = p
		}
	}
	p0, p1 := f.From(from.E, from.N), f.From(onGround.E, onGround.N)
	bound := orb.MultiPoint{p0, p1}.Bound()
	best := ground
	best.u = onGround.U
	found := false
	higher := func(u float64, kind string) {
		// the highest hit is the first, since the line only goes down
		if !found || u > best.u {
			best, found = plane{kind: kind, u: u}, true
		}
	}
	dE, dN, dU := onGround.E-from.E, onGround.N-from.N, onGround.U-from.U
	b.tree.Search(bound.Min, bound.Max, func(_, _ [2]float64, bl *Building) bool {
		ring := f.Ring(bl.Outline[0])
		foot := under(bl.Outline[0][0])
		if roofM := foot + bl.HeightM; roofM < v.At.U && roofM > onGround.U {
			if roof, _, ok := v.OnPlane(x, y, roofM); ok && planar.RingContains(ring, orb.Point{roof.E, roof.N}) {
				higher(roofM, "roof")
				return true
			}
		}
		for i := 0; i+1 < len(ring); i++ {
			a, c := ring[i], ring[i+1]
			ex, ey := c[0]-a[0], c[1]-a[1]
			den := dE*ey - dN*ex
			if math.Abs(den) < 1e-12 {
				continue
			}
			k := ((a[0]-from.E)*ey - (a[1]-from.N)*ex) / den
			m := ((a[0]-from.E)*dN - (a[1]-from.N)*dE) / den
			if k < 0 || k > 1 || m < 0 || m > 1 {
				continue
			}
			if h := from.U + k*dU; h <= foot+bl.HeightM && h > onGround.U {
				higher(h, "wall")
			}
		}
		return true
	})
	if !found {
		return ground
	}
	return best
}

// GeoJSON writes the buildings for a map.
func (b *Buildings) GeoJSON() ([]byte, error) {
	fc := geojson.NewFeatureCollection()
	fc.ExtraMembers = map[string]any{"datum": WGS84}
	b.tree.Scan(func(_, _ [2]float64, bl *Building) bool {
		f := geojson.NewFeature(bl.Outline)
		f.Properties["height_m"] = bl.HeightM
		fc.Append(f)
		return true
	})
	return json.Marshal(fc)
}
