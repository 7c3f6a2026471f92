package geo

import (
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
)

// FenceKinds are the meanings a fence may have.
var FenceKinds = []string{"no-fly", "privacy", "road", "vending-zone", "construction-site", "unloading-site", "jurisdiction"}

// Fence is a polygon (WGS-84) with a meaning.
type Fence struct {
	ID      string
	Kind    string
	Name    string
	Polygon orb.Polygon
	MadeUp  bool
}

// Fences is an index of fences.
type Fences struct {
	tree rtree.RTreeG[*Fence]
	all  []*Fence
}

// ParseFences reads a GeoJSON FeatureCollection of polygons (WGS-84) with properties kind (one of FenceKinds), id, name and
// made_up.
func ParseFences(data []byte) (*Fences, error) {
	fc, err := parseCollection(data)
	if err != nil {
		return nil, err
	}
	fs := &Fences{}
	for i, f := range fc.Features {
		kind, _ := f.Properties["kind"].(string)
		known := false
		for _, k := range FenceKinds {
			known = known || k == kind
		}
		if !known {
			return nil, fmt.Errorf("feature %d: kind %q is not one of %v", i+1, kind, FenceKinds)
		}
		polys, err := polygonsOf(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", i+1, err)
		}
		id, _ := f.Properties["id"].(string)
		name, _ := f.Properties["name"].(string)
		made, _ := f.Properties["made_up"].(bool)
		for _, p := range polys {
			fs.Add(Fence{ID: id, Kind: kind, Name: name, Polygon: p, MadeUp: made})
		}
	}
	return fs, nil
}

// Add puts a fence into the index.
func (fs *Fences) Add(f Fence) {
	b := f.Polygon.Bound()
	fs.tree.Insert(b.Min, b.Max, &f)
	fs.all = append(fs.all, &f)
}

// At returns the fences that contain p, or come within marginM metres of containing it.
func (fs *Fences) At(p orb.Point, marginM float64) []*Fence {
	if fs == nil {
		return nil
	}
	fr := NewFrame(p, 0)
	lo, hi := fr.From(-marginM, -marginM), fr.From(marginM, marginM)
	var out []*Fence
	fs.tree.Search(lo, hi, func(_, _ [2]float64, f *Fence) bool {
		if planar.PolygonContains(f.Polygon, p) {
			out = append(out, f)
		} else if marginM > 0 {
			ring := fr.Ring(f.Polygon[0])
			if planar.DistanceFrom(orb.LineString(ring), orb.Point{}) <= marginM {
				out = append(out, f)
			}
		}
		return true
	})
	return out
}

// Len is the number of fences.
func (fs *Fences) Len() int {
	if fs == nil {
		return 0
	}
	return len(fs.all)
}

// GeoJSON writes the fences for a map.
func (fs *Fences) GeoJSON() ([]byte, error) {
	fc := geojson.NewFeatureCollection()
	if fs != nil {
		for _, f := range fs.all {
			g := geojson.NewFeature(f.Polygon)
			g.Properties["kind"], g.Properties["name"], g.Properties["made_up"] = f.Kind, f.Name, f.MadeUp
			fc.Append(g)
		}
	}
	return json.Marshal(fc)
}
