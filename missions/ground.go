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

// Closed are the fences that nothing planned may touch at some time between two: no-fly fences that hold then, and controlled airspace for which no
// approval holds.
func (a Airspace) Closed(begin, end time.Time) (out []*geo.Fence) {
	for _, f := range a.Fences.All() {
		if a.shutAt(f, begin, end) {
			out = append(out, f)
		}
	}
	return out
}

// closedStep is how closely it is looked at when fences hold.
const closedStep = 5 * time.Minute

// shutAt says whether a fence may not be touched at any time between two.
func (a Airspace) shutAt(f *geo.Fence, begin, end time.Time) bool {
	if f.Kind != noFly && f.Kind != controlled {
		return false
	}
	bars := func(t time.Time) bool { return f.Holds(t) && (f.Kind == noFly || !a.approved(f, t, t)) }
	for t := begin; t.Before(end); t = t.Add(closedStep) {
		if bars(t) {
			return true
		}
	}
	return bars(end)
}

// leastFree is how long fences that hold at times must leave open for flights to be planned there.
const leastFree = 40 * time.Minute

// times are the fences that are closed all day as far as a plan goes, and those that are open, all of them, in the longest stretch that they share.
func (a Airspace) times(begin, end time.Time) (always, timed []*geo.Fence, from, until time.Time) {
	open := func(fences []*geo.Fence) (from, until time.Time) {
		var since time.Time
		for t := begin; !t.After(end); t = t.Add(closedStep) {
			if slices.ContainsFunc(fences, func(f *geo.Fence) bool { return a.shutAt(f, t, t) }) {
				since = time.Time{}
				continue
			}
			if since.IsZero() {
				since = t
			}
			if t.Sub(since) > until.Sub(from) {
				from, until = since, t
			}
		}
		return from, until
	}
	for _, f := range a.Closed(begin, end) {
		if from, until := open([]*geo.Fence{f}); until.Sub(from) >= leastFree {
			timed = append(timed, f)
		} else {
			always = append(always, f)
		}
	}
	if len(timed) == 0 {
		return always, nil, from, until
	}
	if from, until = open(timed); until.Sub(from) < leastFree {
		return append(always, timed...), nil, from, until
	}
	return always, timed, from, until
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

// air is what is flown in: at a height, metres, and open where fences hold at times only.
type air struct {
	heightM float64
	timed   bool // when those fences are open
}

func (p *planner) at(a air) *transit.Space {
	s := p.spaces[a]
	if s == nil {
		closed := p.fenced(p.closed)
		if !a.timed {
			closed = append(closed, p.timed...)
		}
		s = transit.New(append(closed, p.tall(a.heightM)...), KeepM, nil, 0)
		p.spaces[a] = s
	}
	return s
}

// fenced are fences in metres.
func (p *planner) fenced(all []*geo.Fence) (out []orb.Polygon) {
	for _, f := range all {
		out = append(out, orb.Polygon{p.frame.Ring(f.Polygon[0])})
	}
	return out
}

// inTimed says whether ground lies in or beside a fence that holds at times.
func (p *planner) inTimed(ground []orb.Polygon) bool {
	return slices.ContainsFunc(p.timed, func(f orb.Polygon) bool {
		return slices.ContainsFunc(ground, func(x orb.Polygon) bool { return near(x, f, KeepM) })
	})
}

// near says whether two polygons lie within a distance.
func near(a, b orb.Polygon, m float64) bool {
	if !a.Bound().Pad(m).Intersects(b.Bound()) {
		return false
	}
	for _, k := range [][2]orb.Polygon{{a, b}, {b, a}} {
		for _, q := range k[0][0] {
			if transit.Holds(k[1], q) || planar.DistanceFrom(k[1][0], q) <= m {
				return true
			}
		}
	}
	for i := 1; i < len(a[0]); i++ {
		for j := 1; j < len(b[0]); j++ {
			if _, meets := transit.Meets(a[0][i-1], a[0][i], b[0][j-1], b[0][j]); meets {
				return true
			}
		}
	}
	return false
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
