package docksim

import (
	"math"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// pilot flies a route: to each waypoint, stop, turn along the next leg, go. Demo flights begin in the air.
type pilot struct {
	at     town.TruePose
	legs   []pilotPoint
	next   int
	speed  float64
	length float64
	flown  float64
	hover  bool // at the end of its legs it stays
}

type pilotPoint struct {
	e, n, u, speed, pitch float64
	yaw                   *float64 // where it looks to on arrival; nil along the track
}

// What the aircraft can do, plausible for the M4D: metres a second squared, degrees a second.
const (
	accelMS2  = 2.5
	turnDegS  = 60
	pitchDegS = 30
)

func newPilot(f geo.Frame, r missions.Route) *pilot {
	p := &pilot{next: 1}
	for _, w := range r.Waypoints {
		v := f.To(orbPoint(w.Lon, w.Lat), 0)
		if r.Ellipsoidal {
			w.HeightM -= siteHeightM
		}
		p.legs = append(p.legs, pilotPoint{v.E, v.N, w.HeightM, w.SpeedMS, w.PitchDeg, w.YawDeg})
	}
	a, b := p.legs[0], p.legs[1]
	p.at = town.TruePose{E: a.e, N: a.n, U: a.u, PitchDeg: a.pitch, YawDeg: math.Atan2(b.e-a.e, b.n-a.n) * 180 / math.Pi}
	for i := 1; i < len(p.legs); i++ {
		p.length += math.Hypot(p.legs[i].e-p.legs[i-1].e, p.legs[i].n-p.legs[i-1].n)
	}
	return p
}

// step flies on for dt seconds; done says that the last waypoint is reached.
func (p *pilot) step(dt float64) (done bool) {
	if p.next >= len(p.legs) {
		p.at.Ve, p.at.Vn = 0, 0
		return !p.hover
	}
	toward := func(from, to, rate float64) float64 {
		return from + math.Max(-rate*dt, math.Min(rate*dt, to-from))
	}
	to := p.legs[p.next]
	de, dn := to.e-p.at.E, to.n-p.at.N
	dist := math.Hypot(de, dn)
	if dist < 0.05 {
		p.speed, p.at.Ve, p.at.Vn = 0, 0, 0
		if math.Abs(p.at.U-to.u) > 0.05 { // it comes to the waypoint, not over or under it
			p.at.U = toward(p.at.U, to.u, climbMS)
			return false
		}
		if to.yaw != nil { // it turns there to what it is to look at
			turn := geo.WrapDeg(*to.yaw - p.at.YawDeg)
			if p.at.PitchDeg = toward(p.at.PitchDeg, to.pitch, pitchDegS); math.Abs(turn) > 0.5 || p.at.PitchDeg != to.pitch {
				p.at.YawDeg = geo.WrapDeg(p.at.YawDeg + math.Max(-turnDegS*dt, math.Min(turnDegS*dt, turn)))
				return false
			}
		}
		p.next++
		return p.next >= len(p.legs) && !p.hover
	}
	want := math.Atan2(de, dn) * 180 / math.Pi
	off := geo.WrapDeg(want - p.at.YawDeg)
	p.at.PitchDeg = toward(p.at.PitchDeg, p.legs[p.next-1].pitch, pitchDegS)
	if p.speed == 0 && math.Abs(off) > 0.5 {
		p.at.YawDeg = geo.WrapDeg(p.at.YawDeg + math.Max(-turnDegS*dt, math.Min(turnDegS*dt, off)))
		return false
	}
	p.at.YawDeg = want
	limit := math.Min(to.speed, math.Sqrt(2*accelMS2*dist)+0.02)
	p.speed = math.Max(0.3, math.Min(limit, p.speed+accelMS2*dt))
	move := math.Min(dist, p.speed*dt)
	p.flown += move
	p.at.E += de / dist * move
	p.at.N += dn / dist * move
	p.at.U = toward(p.at.U, to.u, 2)
	p.at.Ve, p.at.Vn = de/dist*p.speed, dn/dist*p.speed
	return false
}

func (p *pilot) percent() int { return int(100 * math.Min(1, p.flown/p.length)) }
