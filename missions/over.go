package missions

import (
	"context"
	"errors"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/missions/sweep"
	"github.com/harrier-patrol/harrier/missions/transit"
)

// Swept is a route over one piece of ground, and how good it is.
type Swept struct {
	Route    Route
	HeightM  float64
	GSDCM    float64
	SpacingM float64 // between lines at most
	LengthM  float64 // from the first waypoint to the last
	LeastM   float64 // area / spacing: what no cover by lines undercuts by much; 0 for a line
}

// Over is the route over the ground of a request, at the height for its resolution or at another one (0: for its resolution). It stays over the
// ground: it leaves it by half a line's spacing at most, flies round its holes, and keeps away from closed airspace and what is too high. How
// far it reaches from a dock is not its business: Make cuts ground into flights.
func Over(r Request, model string, day Day, heightM float64) (out Swept, err error) {
	if err := r.Check(); err != nil {
		return out, err
	}
	if r.Geometry == nil {
		return out, errors.New("route: the request has no geometry")
	}
	p, err := newPlanner(context.Background(), []Request{r}, []Dock{{SN: "route", Model: model, At: r.Geometry.Bound().Center()}}, day)
	if err != nil {
		return out, err
	}
	out.HeightM = heightM
	if heightM == 0 {
		if out.HeightM = p.heightM(p.gsdCM(&r)); out.HeightM == 0 {
			return out, errors.New("route: at so fine a resolution it would have to be flown lower than is safe")
		}
	}
	if out.HeightM < lowestM || out.HeightM > highestM {
		return out, errors.New("route: heights are 20 to 120 m above take-off")
	}
	out.GSDCM, out.SpacingM = p.gsdAtM(out.HeightM), p.across(out.HeightM)
	b := &batch{heightM: out.HeightM}
	var within orb.MultiPolygon
	if _, area := areaOf(r.Geometry); area {
		within = p.polygons(&r)
	}
	space := transit.New(p.at(air{heightM: out.HeightM}).Out(), KeepM, within, out.SpacingM/2)
	var lines []sweep.Line
	switch {
	case within != nil:
		for _, x := range within {
			out.LeastM += planar.Area(x) / out.SpacingM
		}
		lines = sweep.Cover(within, sweep.Options{SpacingM: out.SpacingM, AheadM: p.ahead(out.HeightM), Space: space}, day.Seed)
	case isLine(r.Geometry) && widthM(&r) <= out.SpacingM:
		for _, l := range p.lineStrings(0) {
			for i := 1; i < len(l); i++ {
				for _, part := range space.Parts(l[i-1], l[i]) {
					lines = append(lines, sweep.Line{A: part[0], B: part[1]})
				}
			}
		}
	default:
		lines = sweep.Cover(p.polygons(&r), sweep.Options{SpacingM: out.SpacingM, AheadM: p.ahead(out.HeightM), Space: space}, day.Seed)
	}
	if len(lines) == 0 {
		return out, errors.New("route: nothing of it can be flown over: it lies in closed airspace, or beside what is too high")
	}
	var stops []stop
	for i, l := range lines {
		if i > 0 {
			way := space.From(lines[i-1].B).Way(l.A)
			if way == nil {
				return out, errors.New("route: parts of it cannot be reached from each other round what must not be flown through; ask for them one by one")
			}
			for _, q := range inner(way) {
				stops = append(stops, p.straight(q, b.heightM, false))
			}
		}
		stops = append(stops, p.straight(l.A, b.heightM, false), p.straight(l.B, b.heightM, true))
	}
	for i, s := range stops {
		q := p.degrees(s.at)
		out.Route.Waypoints = append(out.Route.Waypoints, Waypoint{Lon: q[0], Lat: q[1], HeightM: s.heightM, SpeedMS: s.speedMS, PitchDeg: s.pitchDeg})
		if i > 0 {
			out.LengthM += planar.Distance(stops[i-1].at, s.at)
		}
	}
	out.Route.Aircraft = aircraftOf(model)
	return out, out.Route.Check()
}
