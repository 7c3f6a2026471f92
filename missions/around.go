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

// around makes the job of a request that is looked at from the side: stills from where the camera sees the place in its middle.
func (p *planner) around(w wish) {
	r := &p.requests[w.request]
	var stops []stop
	shoot := func(from orb.Point, to orb.Point) {
		yaw := math.Atan2(to[0]-from[0], to[1]-from[1]) * 180 / math.Pi
		pitch := -math.Atan2(w.heightM, math.Hypot(to[0]-from[0], to[1]-from[1])) * 180 / math.Pi
		stops = append(stops, stop{at: from, heightM: w.heightM, speedMS: lookMS, pitchDeg: pitch, yawDeg: &yaw, photo: true, look: true})
	}
	// as far off as makes the slant the distance from which the resolution is seen
	slant := p.gsdCM(r) / 100 * p.stillMin
	w.heightM = math.Max(lowestM, math.Min(highestM, slant*math.Sin(-sidePitchDeg*math.Pi/180)))
	off := math.Sqrt(math.Max(1, slant*slant-w.heightM*w.heightM))
	if r.View == Facade {
		lines := p.lineStrings(w.request)
		if len(lines) == 0 {
			p.left[w.request] = "a view of façades is asked for along a line; its geometry is none"
			return
		}
		for _, l := range lines {
			for i := 1; i < len(l); i++ {
				d := math.Hypot(l[i][0]-l[i-1][0], l[i][1]-l[i-1][1])
				if d == 0 {
					continue
				}
				// the front is to the left of the line: whoever draws it walks along with it on that side
				nx, ny := (l[i][1]-l[i-1][1])/d, -(l[i][0]-l[i-1][0])/d
				n := math.Max(1, math.Round(d/facadeStepM))
				for k := 0.0; k <= n; k++ {
					q := orb.Point{l[i-1][0] + (l[i][0]-l[i-1][0])*k/n, l[i-1][1] + (l[i][1]-l[i-1][1])*k/n}
					shoot(orb.Point{q[0] + nx*off, q[1] + ny*off}, q)
				}
			}
		}
	} else {
		for _, x := range p.polygons(r) {
			c, _ := planar.CentroidArea(x)
			if r.View == Oblique {
				b := r.BearingDeg * math.Pi / 180
				shoot(orb.Point{c[0] - off*math.Sin(b), c[1] - off*math.Cos(b)}, c)
				continue
			}
			for k := range orbitLooks {
				b := float64(k) * 2 * math.Pi / orbitLooks
				shoot(orb.Point{c[0] - off*math.Sin(b), c[1] - off*math.Cos(b)}, c)
			}
		}
	}
	space := p.at(w.heightM)
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
	p.jobs = append(p.jobs, job{stops: open, requests: []int{w.request}, heightM: w.heightM, takesS: stopsS(open), open: w.open, shut: w.shut})
}
