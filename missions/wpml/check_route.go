package wpml

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// waypoints looks at a route: numbers, turns, distances, gimbals.
func (c *checker) waypoints(at string, d *Node, aircraft string) {
	var marks []*Node
	for _, k := range d.Children {
		if k.Name == "Placemark" {
			marks = append(marks, k)
		}
	}
	slices.SortStableFunc(marks, func(a, b *Node) int { return int(numberOf(a, "index")) - int(numberOf(b, "index")) })
	if len(marks) < 2 {
		c.add(at, "it has %d waypoints; a route has two at least", len(marks))
	}
	var before orb.Point
	var damping float64
	for i, m := range marks {
		in := fmt.Sprintf("%s > waypoint %d", at, i)
		c.require(in, m, "Point", "index", "executeHeight", "waypointSpeed", "waypointHeadingParam", "waypointTurnParam")
		if n := numberOf(m, "index"); n != float64(i) {
			c.add(in, "its index is %s; they count up from 0 without gaps", m.Value("index"))
		}
		p, err := pointOf(m)
		if err != nil {
			c.add(in, "%v", err)
			continue
		}
		turn, dist := "", 0.0
		if t := m.Child("waypointTurnParam"); t != nil {
			turn = t.Value("waypointTurnMode")
			passes := turn == "toPointAndPassWithContinuityCurvature" && m.Value("useStraightLine") == "1"
			if turn == "coordinateTurn" || passes {
				if dist = numberOf(t, "waypointTurnDampingDist"); !(dist > 0) {
					c.add(in, "waypointTurnDampingDist must be over 0 with %s", turn)
				}
			}
			if strings.HasSuffix(turn, "WithContinuityCurvature") {
				c.require(in, m, "useStraightLine")
			}
		}
		if turn == "coordinateTurn" && (i == 0 || i == len(marks)-1) {
			c.add(in, "the first and the last waypoint cannot be flown past (coordinateTurn)")
		}
		if h := m.Child("waypointHeadingParam"); h != nil {
			switch h.Value("waypointHeadingMode") {
			case "smoothTransition":
				c.require(in, h, "waypointHeadingAngle")
			case "towardPOI":
				c.require(in, h, "waypointPoiPoint")
				if p := h.Child("waypointPoiPoint"); p != nil {
					c.latLon(in, "waypointPoiPoint", p.Text)
				}
			}
		}
		if i > 0 {
			if m := geo.DistanceM(before, p); dist+damping > 0 && m <= dist+damping {
				c.add(in, "the leg to it is %.1f m long, and its turns take %.1f m: the leg must be longer", m, dist+damping)
			}
		}
		before, damping = p, dist
		if g, known := gimbals[aircraft]; known {
			for _, a := range m.All("gimbalPitchRotateAngle") {
				if v, err := strconv.ParseFloat(a.Text, 64); err == nil && (v < g[0] || v > g[1]) {
					c.add(in, "a gimbal pitch of %g° is beyond that of %s, %g to %g", v, aircraft, g[0], g[1])
				}
			}
			c.shots(in, m, aircraft)
		}
	}
	for _, g := range d.All("actionGroup") {
		if e := numberOf(g, "actionGroupEndIndex"); e >= float64(len(marks)) {
			c.add(at, "an action group ends at waypoint %g, and the last is %d", e, len(marks)-1)
		}
	}
}

// shots looks at shots of a target: how far up the gimbal turns, and that it looks where the aircraft does, whose gimbal does not turn by itself.
func (c *checker) shots(at string, m *Node, aircraft string) {
	for _, a := range m.All("action") {
		if a.Value("actionActuatorFunc") != "orientedShoot" {
			continue
		}
		p := a.first("actionActuatorFuncParam")
		if v := numberOf(p, "gimbalPitchRotateAngle"); v > shots[aircraft] {
			c.add(at, "a shot at %g° is higher than %s turns its gimbal, %g", v, aircraft, shots[aircraft])
		}
		if yaw, nose := numberOf(p, "gimbalYawRotateAngle"), numberOf(p, "aircraftHeading"); aircraft != "M30" && yaw != nose {
			c.add(at, "of %s gimbalYawRotateAngle (%g) and aircraftHeading (%g) are the same", aircraft, yaw, nose)
		}
	}
}

// pointOf is where a waypoint lies.
func pointOf(m *Node) (q orb.Point, err error) {
	p := m.Child("Point")
	if p == nil {
		return q, errors.New("its Point is missing")
	}
	return lonLat(p.Value("coordinates"))
}

// lonLat reads longitude, latitude and perhaps a height.
func lonLat(s string) (q orb.Point, err error) {
	parts := strings.Split(strings.TrimSpace(s), ",")
	if len(parts) < 2 {
		return q, fmt.Errorf("coordinates %.40q are not longitude, latitude", s)
	}
	for i := range 2 {
		v, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if most := 180.0 / float64(i+1); err != nil || !(math.Abs(v) <= most) {
			return q, fmt.Errorf("coordinates %.40q are not longitude, latitude", s)
		}
		q[i] = v
	}
	return q, nil
}

// template looks at what was drawn.
func (c *checker) template(at string, d *Node) {
	c.require(at, d, "templateType", "templateId", "autoFlightSpeed", "waylineCoordinateSysParam")
	kind := d.Value("templateType")
	if kind == "waypoint" {
		c.require(at, d, "globalWaypointTurnMode", "gimbalPitchMode")
		if strings.HasSuffix(d.Value("globalWaypointTurnMode"), "WithContinuityCurvature") {
			c.require(at, d, "globalUseStraightLine")
		}
		if d.Value("gimbalPitchMode") == "fixed" {
			c.add(at, "gimbalPitchMode of waypoints is manual or usePointSetting, not fixed")
		}
		c.drawn(at, d)
		return
	}
	if p := d.Child("waylineCoordinateSysParam"); p != nil {
		c.require(at, p, "globalShootHeight", "surfaceFollowModeEnable")
		if p.Value("surfaceFollowModeEnable") == "1" {
			c.require(at, p, "surfaceRelativeHeight")
		}
	}
	m := d.Child("Placemark")
	if m == nil {
		c.add(at, "Placemark is missing")
		return
	}
	c.require(at, m, map[string][]string{
		"mapping2d":    {"shootType", "direction", "margin", "height", "ellipsoidHeight", "elevationOptimizeEnable", "Polygon"},
		"mapping3d":    {"shootType", "direction", "margin", "height", "ellipsoidHeight", "inclinedGimbalPitch", "inclinedFlightSpeed", "Polygon"},
		"mappingStrip": {"shootType", "direction", "margin", "height", "ellipsoidHeight", "caliFlightEnable", "singleLineEnable", "cuttingDistance", "boundaryOptimEnable", "leftExtend", "rightExtend", "includeCenterEnable", "LineString"},
	}[kind]...)
	c.shape(at, m)
	if m.Value("gimbalPitchMode") == "fixed" {
		c.require(at, m, "gimbalPitchAngle")
	}
	if h := m.Child("mappingHeadingParam"); h != nil && h.Value("mappingHeadingMode") == "fixed" {
		c.require(at, h, "mappingHeadingAngle")
	}
	if g := m.Value("gimbalPitchAngle"); kind == "mapping2d" && g != "" {
		if v, err := strconv.ParseFloat(g, 64); err != nil || v < -90 || v > -30 {
			c.add(at, "gimbalPitchAngle of mapping2d is -90 to -30, not %.20q", g)
		}
	}
}

// drawn looks at the waypoints of a template.
func (c *checker) drawn(at string, d *Node) {
	i := 0
	for _, m := range d.Children {
		if m.Name != "Placemark" {
			continue
		}
		in := fmt.Sprintf("%s > waypoint %d", at, i)
		c.require(in, m, "Point", "index", "useGlobalHeight", "useGlobalSpeed", "useGlobalHeadingParam", "useGlobalTurnParam")
		if m.Value("useGlobalHeight") == "0" {
			c.require(in, m, "height", "ellipsoidHeight")
		}
		if d.Value("gimbalPitchMode") == "usePointSetting" {
			c.require(in, m, "gimbalPitchAngle")
		}
		if _, err := pointOf(m); err != nil {
			c.add(in, "%v", err)
		}
		for _, own := range [][2]string{{"useGlobalSpeed", "waypointSpeed"}, {"useGlobalHeadingParam", "waypointHeadingParam"}, {"useGlobalTurnParam", "waypointTurnParam"}} {
			if m.Value(own[0]) == "0" {
				c.require(in, m, own[1])
			}
		}
		if n := numberOf(m, "index"); n != float64(i) {
			c.add(in, "its index is %s; they count up from 0 without gaps", m.Value("index"))
		}
		i++
	}
}
