package wpml

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Problem is something in a file that its documentation does not allow.
type Problem struct {
	File string // template.kml or waylines.wpml
	At   string // the elements that lead there, as Folder 0 > Placemark 3
	Text string
}

func (p Problem) String() string { return p.File + ": " + p.At + ": " + p.Text }

// maxProblems are told; a file with more is none of DJI's.
const maxProblems = 200

// checker looks through one file.
type checker struct {
	file     string
	problems []Problem
	groups   map[string]bool // ids of action groups
}

func (c *checker) add(at, format string, a ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{c.file, at, fmt.Sprintf(format, a...)})
	}
}

// Check says what in a file breaks DJI's documentation of it: elements that are missing, words and numbers that are not allowed, waypoints out of order,
// actions that do not fit their trigger.
func (f *File) Check() []Problem {
	w := checker{file: "waylines.wpml", groups: map[string]bool{}}
	w.elements("", f.Waylines, "")
	w.mission(f.Waylines)
	folders := f.Waylines.All("Folder")
	if len(folders) == 0 {
		w.add("Document", "it has no Folder: no route is in it")
	}
	ids := map[string]bool{}
	for i, d := range folders {
		at := fmt.Sprintf("Folder %d", i)
		w.require(at, d, "templateId", "waylineId", "executeHeightMode", "autoFlightSpeed")
		if id := d.Value("waylineId"); id != "" && ids[id] {
			w.add(at, "waylineId %s is there twice", id)
		} else {
			ids[id] = true
		}
		w.waypoints(at, d, f.drone())
	}
	if f.Template == nil {
		return w.problems
	}
	t := checker{file: "template.kml", groups: map[string]bool{}, problems: w.problems}
	t.elements("", f.Template, "")
	t.mission(f.Template)
	for i, d := range f.Template.All("Folder") {
		t.template(fmt.Sprintf("Folder %d", i), d)
	}
	return t.problems
}

// drone is the aircraft of the route, "" where it is not said.
func (f *File) drone() string {
	for _, d := range f.Waylines.All("droneInfo") {
		return drone{Enum: d.Value("droneEnumValue"), Sub: d.Value("droneSubEnumValue")}.name()
	}
	return ""
}

// elements holds every element against its rule, and what it must hold; action is the action in whose parameters it stands.
func (c *checker) elements(at string, x *Node, action string) {
	r, known := rules[x.Name]
	switch {
	case action == "focus" && focus[x.Name].hi > 0:
		r, known = focus[x.Name], true
	case (action == "orientedShoot" || action == "accurateShoot") && shoot[x.Name].hi > 0:
		r, known = shoot[x.Name], true
	}
	if known && len(x.Children) == 0 {
		if why := r.fault(x.Text); why != "" {
			c.add(at, "%s %s, not %.40q", x.Name, why, x.Text)
		}
	}
	c.require(at, x, needs[x.Name]...)
	counts := map[string]int{}
	for _, k := range x.Children {
		in := at
		if len(k.Children) > 0 && k.Name != "kml" && k.Name != "Document" {
			in = strings.TrimPrefix(at+" > "+k.Name, " > ")
			if k.Name == "Folder" || k.Name == "Placemark" || k.Name == "actionGroup" || k.Name == "action" {
				in += " " + strconv.Itoa(counts[k.Name])
			}
		}
		counts[k.Name]++
		now := action
		if k.Name == "action" {
			now = k.Value("actionActuatorFunc")
			c.action(in, k, now)
		}
		if k.Name == "actionGroup" || k.Name == "startActionGroup" {
			c.group(in, k)
		}
		c.elements(in, k, now)
	}
}

func (c *checker) require(at string, x *Node, names ...string) {
	for _, n := range names {
		if x.Child(n) == nil {
			c.add(at, "%s is missing", n)
		}
	}
}

func (c *checker) mission(root *Node) {
	all := root.All("missionConfig")
	if len(all) == 0 {
		c.add("Document", "missionConfig is missing")
		return
	}
	if m := all[0]; m.Value("exitOnRCLost") == leaveOnLost {
		c.require("missionConfig", m, "executeRCLostAction")
	}
}

func (c *checker) action(at string, x *Node, name string) {
	params, known := actions[name]
	if !known {
		c.add(at, "actionActuatorFunc %.40q is not known", name)
		return
	}
	p := x.Child("actionActuatorFuncParam")
	if p == nil {
		p = &Node{}
	}
	c.require(at+" "+name, p, params...)
}

func (c *checker) group(at string, x *Node) {
	if id := x.Value("actionGroupId"); id != "" && c.groups[id] {
		c.add(at, "actionGroupId %s is there twice in the file", id)
	} else {
		c.groups[id] = true
	}
	if a, b := numberOf(x, "actionGroupStartIndex"), numberOf(x, "actionGroupEndIndex"); b < a {
		c.add(at, "it ends at waypoint %g, before it begins at %g", b, a)
	}
	trigger := ""
	if t := x.Child("actionTrigger"); t != nil {
		trigger = t.Value("actionTriggerType")
		if trigger == "multipleTiming" || trigger == "multipleDistance" {
			c.require(at, t, "actionTriggerParam")
		}
	}
	ids := map[string]bool{}
	for _, a := range x.Children {
		if a.Name != "action" {
			continue
		}
		id := a.Value("actionId")
		if ids[id] {
			c.add(at, "actionId %s is there twice", id)
		}
		ids[id] = true
		if evenly := a.Value("actionActuatorFunc") == "gimbalEvenlyRotate"; evenly != (trigger == "betweenAdjacentPoints") {
			c.add(at, "gimbalEvenlyRotate goes with the trigger betweenAdjacentPoints, and no other action does")
		}
	}
}

func numberOf(x *Node, name string) float64 {
	v, err := strconv.ParseFloat(x.Value(name), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

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
		}
	}
	for _, g := range d.All("actionGroup") {
		if e := numberOf(g, "actionGroupEndIndex"); e >= float64(len(marks)) {
			c.add(at, "an action group ends at waypoint %g, and the last is %d", e, len(marks)-1)
		}
	}
}

// pointOf is where a waypoint lies.
func pointOf(m *Node) (q orb.Point, err error) {
	p := m.Child("Point")
	if p == nil {
		return q, fmt.Errorf("Point is missing")
	}
	parts := strings.Split(strings.TrimSpace(p.Value("coordinates")), ",")
	if len(parts) < 2 {
		return q, fmt.Errorf("coordinates %.40q are not longitude, latitude", p.Value("coordinates"))
	}
	for i := range 2 {
		v, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if most := 180.0 / float64(i+1); err != nil || !(math.Abs(v) <= most) {
			return q, fmt.Errorf("coordinates %.40q are not longitude, latitude", p.Value("coordinates"))
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
		c.drawn(at, d)
		return
	}
	if p := d.Child("waylineCoordinateSysParam"); p != nil {
		c.require(at, p, "globalShootHeight")
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
		c.require(in, m, "Point", "index", "useGlobalSpeed", "useGlobalHeadingParam", "useGlobalTurnParam")
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
