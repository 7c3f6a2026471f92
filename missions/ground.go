package missions

import (
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions/transit"
)

// KeepM is how far planned ways keep from what they must not touch: routes are held to it in the end by steps (geo.Fences.Along), which take what
// lies within the margin and half a step for touched.
const KeepM = airspaceMarginM + routeStepM/2 + 2

// overM is how far above a roof is flown at least.
const overM = 15

// Closed are the fences that nothing planned may touch between two times: no-fly fences that hold at any time of it, and controlled airspace for
// which no approval holds all the time.
func (a Airspace) Closed(begin, end time.Time) (out []*geo.Fence) {
	for _, f := range a.Fences.All() {
		if (f.Kind == noFly || f.Kind == controlled && !a.approved(f, begin, end)) && holds(f, begin, end) {
			out = append(out, f)
		}
	}
	return out
}

// holds says whether a fence holds at any time between two.
func holds(f *geo.Fence, begin, end time.Time) bool {
	for t := begin; t.Before(end); t = t.Add(10 * time.Minute) {
		if f.Holds(t) {
			return true
		}
	}
	return f.Holds(end)
}

// approved says whether an approval that holds all the time covers a fence.
func (a Airspace) approved(f *geo.Fence, begin, end time.Time) bool {
	return slices.ContainsFunc(a.Approvals, func(a Approval) bool {
		if a.From.After(begin) || !a.Until.IsZero() && a.Until.Before(end) {
			return false
		}
		for _, q := range f.Polygon[0] {
			if !planar.MultiPolygonContains(a.Area, q) {
				return false
			}
		}
		return true
	})
}

// at is the air at a height, metres.
func (p *planner) at(heightM float64) *transit.Space {
	s := p.spaces[heightM]
	if s == nil {
		s = transit.New(append(p.fenced(), p.tall(heightM)...), KeepM, nil, 0)
		p.spaces[heightM] = s
	}
	return s
}

// fenced are the fences that are closed, in metres.
func (p *planner) fenced() (out []orb.Polygon) {
	for _, f := range p.closed {
		out = append(out, orb.Polygon{p.frame.Ring(f.Polygon[0])})
	}
	return out
}

// manyTall are so many buildings that ways can be found round: each has a dozen corners, and ways are sought from each to each.
const manyTall = 150

// tall are the buildings in reach of a dock that are too high to fly over at a height, in metres.
func (p *planner) tall(heightM float64) (out []orb.Polygon) {
	if p.day.Buildings == nil {
		return nil
	}
	reach := p.reach()
	p.day.Buildings.Each(func(b *geo.Building) {
		if b.HeightM+overM > heightM && len(b.Outline) > 0 {
			if r := p.frame.Ring(b.Outline[0]); reach.Intersects(r.Bound()) {
				out = append(out, orb.Polygon{r})
			}
		}
	})
	return out
}

// polygons are the areas of a request in metres; those of a line are made of a rectangle a piece and a square a corner, of a point a square.
func (p *planner) polygons(r *Request) []orb.Polygon {
	half := widthM(r) / 2
	var out []orb.Polygon
	square := func(q orb.Point) {
		m := p.metres(q)
		out = append(out, box(m[0]-half, m[1]-half, m[0]+half, m[1]+half))
	}
	line := func(l orb.LineString) {
		for i, q := range l {
			square(q)
			if i == 0 {
				continue
			}
			a, b := p.metres(l[i-1]), p.metres(q)
			d := math.Hypot(b[0]-a[0], b[1]-a[1])
			if d == 0 {
				continue
			}
			nx, ny := -(b[1]-a[1])/d*half, (b[0]-a[0])/d*half
			out = append(out, orb.Polygon{{{a[0] - nx, a[1] - ny}, {b[0] - nx, b[1] - ny}, {b[0] + nx, b[1] + ny}, {a[0] + nx, a[1] + ny}, {a[0] - nx, a[1] - ny}}})
		}
	}
	area := func(x orb.Polygon) {
		q := make(orb.Polygon, len(x))
		for i, ring := range x {
			q[i] = p.frame.Ring(ring)
		}
		out = append(out, q)
	}
	switch g := r.Geometry.(type) {
	case orb.Point:
		square(g)
	case orb.MultiPoint:
		for _, q := range g {
			square(q)
		}
	case orb.LineString:
		line(g)
	case orb.MultiLineString:
		for _, l := range g {
			line(l)
		}
	case orb.Polygon:
		area(g)
	case orb.MultiPolygon:
		for _, x := range g {
			area(x)
		}
	}
	return out
}

// usualWidthM is how wide a line is, and the square round a point, where a request does not say.
const usualWidthM = 30

func widthM(r *Request) float64 {
	if r.WidthM > 0 {
		return r.WidthM
	}
	return usualWidthM
}

func box(x0, y0, x1, y1 float64) orb.Polygon {
	return orb.Polygon{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}}
}

// Sample are about n places (WGS-84) that lie evenly on the ground of a request; none where it has no geometry.
func Sample(r *Request, n int) (out []orb.Point) {
	if r.Geometry == nil {
		return nil
	}
	p := planner{frame: geo.NewFrame(r.Geometry.Bound().Center(), 0)}
	sampled(p.polygons(r), n, func(q orb.Point) { out = append(out, p.degrees(q)) })
	return out
}

// Ground is the ground of a request as areas (WGS-84): of a line what lies within half its width, of a point its square.
func Ground(r *Request) (out orb.MultiPolygon) {
	p := planner{frame: geo.NewFrame(r.Geometry.Bound().Center(), 0)}
	for _, x := range p.polygons(r) {
		for _, ring := range x {
			for k := range ring {
				ring[k] = p.degrees(ring[k])
			}
		}
		out = append(out, x)
	}
	return out
}
