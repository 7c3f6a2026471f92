package missions

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/geo"
)

// Approval is leave to fly in controlled airspace: its number, where and when.
type Approval struct {
	Number      string
	Area        orb.MultiPolygon // WGS-84
	From, Until time.Time
}

// Kinds of fences that routes are held against.
const (
	noFly      = "no-fly"              // never
	controlled = "controlled-airspace" // with an approval only
)

// airspaceMarginM is how far a route keeps from what it must not touch.
const airspaceMarginM = 20

// routeStepM is how closely a route is followed.
const routeStepM = 10.0

// Airspace is what routes are held against.
type Airspace struct {
	Fences    *geo.Fences
	Approvals []Approval
}

// Clear says why a route may not be flown at a time, "" where it may, and the approvals that it takes.
func (a Airspace) Clear(r Route, t time.Time) (why string, approvals []string) {
	var line orb.LineString
	for _, w := range r.Waypoints {
		line = append(line, orb.Point{w.Lon, w.Lat})
	}
	if f := a.Fences.Along(line, noFly, t, airspaceMarginM); f != nil {
		return strings.TrimSpace(fmt.Sprintf("the route touches the no-fly fence %s %s", f.ID, f.Name)), nil
	}
	var near []*geo.Fence
	for _, p := range geo.Steps(line, routeStepM) {
		near = a.Fences.Append(near[:0], p, airspaceMarginM)
		for _, f := range near {
			if f.Kind != controlled || !f.Holds(t) {
				continue
			}
			i := slices.IndexFunc(a.Approvals, func(x Approval) bool {
				return !t.Before(x.From) && (x.Until.IsZero() || t.Before(x.Until)) && planar.MultiPolygonContains(x.Area, p)
			})
			if i < 0 {
				return strings.TrimSpace(fmt.Sprintf("the route comes into controlled airspace %s %s at %.5f, %.5f, and no approval covers that place now", f.ID, f.Name, p.Lon(), p.Lat())), nil
			}
			if n := a.Approvals[i].Number; !slices.Contains(approvals, n) {
				approvals = append(approvals, n)
			}
		}
	}
	return "", approvals
}
