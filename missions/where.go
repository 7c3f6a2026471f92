package missions

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/geo"
)

// Places are what codes and docks in requests stand for.
type Places struct {
	Grid     *geo.Grid
	Register *geo.Register
	Docks    []Dock
}

// dockSides are the sides of the polygon that stands for a dock's surroundings.
const dockSides = 48

// Resolve gives a request without a geometry the one that its code, kind or dock stands for.
func (x Places) Resolve(r *Request) error {
	switch {
	case r.Geometry != nil:
		return nil
	case r.Dock != "":
		i := slices.IndexFunc(x.Docks, func(d Dock) bool { return d.SN == r.Dock })
		if i < 0 {
			return fmt.Errorf("request %s: there is no dock %s", r.ID, r.Dock)
		}
		f := geo.NewFrame(x.Docks[i].At, 0)
		var ring orb.Ring
		for k := range dockSides {
			a := float64(k) * 2 * math.Pi / dockSides
			ring = append(ring, f.From(r.RadiusM*math.Cos(a), r.RadiusM*math.Sin(a)))
		}
		r.Geometry = orb.MultiPolygon{{append(ring, ring[0])}}
		return nil
	}
	var area orb.MultiPolygon
	x.Grid.Each(func(c *geo.Cell, p []orb.Polygon) {
		if strings.HasPrefix(c.Code, r.Code) {
			area = append(area, p...)
		}
	})
	if len(area) == 0 {
		return fmt.Errorf("request %s: the unit grid has no area with the code %s", r.ID, r.Code)
	}
	if r.Kind == "" {
		r.Geometry = area
		return nil
	}
	var found orb.MultiPolygon
	bound := area.Bound()
	for e := range x.Register.Entries() {
		if e.Kind != r.Kind {
			continue
		}
		for _, p := range e.Polygons {
			if c, _ := planar.CentroidArea(p); bound.Contains(c) && planar.MultiPolygonContains(area, c) {
				found = append(found, p)
			}
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("request %s: the register has no entry of kind %q in %s", r.ID, r.Kind, r.Code)
	}
	r.Geometry = found
	return nil
}
