package missions

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
)

// Terrain says how high the ground lies, metres above one datum; ok is false where it is not known. *geo.Terrain is one.
type Terrain interface {
	HeightM(orb.Point) (m float64, ok bool)
}

// How closely the ground is followed: looked at so often, and within so much where is looked, which the overlap of strips holds, and on ways, which keep
// more clear of what they fly over (overM).
const (
	groundStepM   = 30.0
	groundWithinM = 2.0
	groundOnWaysM = 8.0
)

// groundM is how high the ground lies at a place (in metres of the frame); 0 where nothing is known of it.
func (p *planner) groundM(q orb.Point) float64 {
	if p.day.Terrain == nil {
		return 0
	}
	m, ok := p.day.Terrain.HeightM(p.degrees(q))
	if !ok {
		return 0
	}
	return m
}

// bends are where, between two places, a flight must have a waypoint to stay within so much of its height above the ground.
func (p *planner) bends(a, b orb.Point, within float64) (out []orb.Point) {
	d := planar.Distance(a, b)
	if p.day.Terrain == nil || d <= groundStepM {
		return nil
	}
	n := int(d/groundStepM) + 1
	profile := make(orb.LineString, 0, n+1)
	for i := 0; i <= n; i++ {
		s := float64(i) / float64(n)
		// stretched so far along that its distance from a chord is that in height
		profile = append(profile, orb.Point{s * d * profileStretch, p.groundM(orb.Point{a[0] + (b[0]-a[0])*s, a[1] + (b[1]-a[1])*s})})
	}
	kept := simplify.DouglasPeucker(within).LineString(profile)
	for _, k := range kept[1 : len(kept)-1] {
		s := k[0] / profileStretch / d
		out = append(out, orb.Point{a[0] + (b[0]-a[0])*s, a[1] + (b[1]-a[1])*s})
	}
	return out
}

// bendsS is how much longer a way takes by the waypoints that the ground asks for, seconds.
func (p *planner) bendsS(a, b orb.Point) float64 {
	return float64(len(p.bends(a, b, groundOnWaysM))) * turnTakes.Seconds()
}

// profileStretch makes a profile so long that what is near a chord of it is near in height: a slope of one in one is one in a thousand.
const profileStretch = 1000.0

// takeOffHeightM is a stop's height above the take-off point of a dock. Where is looked it is flown a little lower, so that what the ground bends between
// waypoints leaves no place coarser than it was asked for.
func (p *planner) takeOffHeightM(s stop, home orb.Point) float64 {
	if s.aboveTakeOff || p.day.Terrain == nil {
		return s.heightM
	}
	h := s.heightM + p.groundM(s.at) - p.groundM(home)
	if s.look && !s.photo {
		h -= groundWithinM
	}
	return h
}

// aboveGroundM is how high above the ground a waypoint of a dock's flight is where is looked straight down: what takeOffHeightM made of it.
func (p *planner) aboveGroundM(dock string, w Waypoint) float64 {
	if p.day.Terrain == nil {
		return w.HeightM
	}
	home := 0.0
	for i := range p.docks {
		if p.docks[i].SN == dock {
			home = p.groundM(p.starts[i])
		}
	}
	return w.HeightM - p.groundM(p.metres(orb.Point{w.Lon, w.Lat})) + home + groundWithinM
}
