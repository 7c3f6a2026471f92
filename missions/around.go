package missions

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// How places are looked at from the side: at this angle below level, from all sides from so many places, and a front about every so many metres.
const (
	sidePitchDeg = -45.0
	orbitLooks   = 8
	facadeStepM  = 12.0
)

// side is how a request is looked at from the side: of so many stills so many are taken, at this resolution.
type side struct {
	wanted, taken int
	gsdCM         float64
}

// slantM is how far off a place is looked at from the side: as far as its resolution is seen.
func (p *planner) slantM(r *Request) float64 { return p.gsdCM(r) / 100 * p.stillMin }

// sideHeightM is how high is flown for a view from the side.
func (p *planner) sideHeightM(r *Request) float64 {
	if r.View == Again {
		return r.FromHeightM
	}
	return math.Max(lowestM, math.Min(highestM, p.slantM(r)*math.Sin(-sidePitchDeg*math.Pi/180)))
}

// around makes the job of a request that is looked at from the side: stills from where the camera sees the place in its middle, or as it once saw it.
func (p *planner) around(w wish) {
	r := &p.requests[w.request]
	var stops []stop
	take := func(from orb.Point, yaw, pitch float64) {
		stops = append(stops, stop{at: from, heightM: w.heightM, speedMS: lookMS, pitchDeg: pitch, yawDeg: &yaw, photo: true, look: true, aboveTakeOff: r.View == Again})
	}
	shoot := func(from, to orb.Point) {
		above := w.heightM + p.groundM(from) - p.groundM(to)
		take(from, math.Atan2(to[0]-from[0], to[1]-from[1])*180/math.Pi, -math.Atan2(above, planar.Distance(from, to))*180/math.Pi)
	}
	slant := p.slantM(r)
	off := math.Sqrt(math.Max(1, slant*slant-w.heightM*w.heightM))
	switch r.View {
	case Facade:
		lines := p.lineStrings(w.request)
		if len(lines) == 0 {
			p.left[w.request] = "a view of façades is asked for along a line; its geometry is none"
			return
		}
		for _, l := range lines {
			facade(l, off, shoot)
		}
	case Again:
		from := p.metres(orb.Point{r.FromLon, r.FromLat})
		off = planar.Distance(from, p.metres(r.Geometry.Bound().Center()))
		take(from, r.BearingDeg, r.PitchDeg)
	default:
		looks := 1
		first := r.BearingDeg * math.Pi / 180
		if r.View == Orbit {
			looks, first = orbitLooks, 0
		}
		for _, x := range p.polygons(r) {
			c, _ := planar.CentroidArea(x)
			for k := range looks {
				b := first + float64(k)*2*math.Pi/orbitLooks
				shoot(orb.Point{c[0] - off*math.Sin(b), c[1] - off*math.Cos(b)}, c)
			}
		}
	}
	if n := p.keptStills(r); n > 0 {
		p.sides[w.request] = side{len(stops), min(n, len(stops)), math.Max(p.gsdCM(r), math.Hypot(w.heightM, off)/p.stillMin*100)}
		return
	}
	space := p.at(air{w.heightM, w.timed})
	taken := 0
	var open []stop
	for _, s := range stops {
		if space.Free(s.at) {
			if n := len(open); n > 0 {
				way := space.From(open[n-1].at).Way(s.at)
				if way == nil {
					continue
				}
				for _, q := range inner(way) {
					t := s
					t.at, t.photo, t.look = q, false, false
					open = append(open, t)
				}
			}
			open = append(open, s)
			taken++
		}
	}
	if len(open) == 0 {
		p.left[w.request] = "where it would be looked at from must not be flown"
		return
	}
	p.sides[w.request] = side{len(stops), taken, math.Max(p.gsdCM(r), math.Hypot(w.heightM, off)/p.stillMin*100)}
	p.jobs = append(p.jobs, job{stops: open, requests: []int{w.request}, heightM: w.heightM, timed: w.timed, takesS: stopsS(open), open: w.open, shut: w.shut})
}

// facade looks at the front to the left of a line, from so far off: whoever draws it walks along with the front on that side.
func facade(l orb.LineString, off float64, shoot func(from, to orb.Point)) {
	for i := 1; i < len(l); i++ {
		d := planar.Distance(l[i-1], l[i])
		if d == 0 {
			continue
		}
		nx, ny := (l[i][1]-l[i-1][1])/d, -(l[i][0]-l[i-1][0])/d
		n := math.Max(1, math.Round(d/facadeStepM))
		for k := 0.0; k <= n; k++ {
			q := orb.Point{l[i-1][0] + (l[i][0]-l[i-1][0])*k/n, l[i-1][1] + (l[i][1]-l[i-1][1])*k/n}
			shoot(orb.Point{q[0] + nx*off, q[1] + ny*off}, q)
		}
	}
}
