package wpml

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
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
	named    bool            // its elements stand in DJI's namespace
}

func (c *checker) add(at, format string, a ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{c.file, at, fmt.Sprintf(format, a...)})
	}
}

// Check says what in a file breaks DJI's documentation of it: elements that are missing, words and numbers that are not allowed, waypoints out of order,
// actions that do not fit their trigger.
func (f *File) Check() []Problem {
	w := checker{file: "waylines.wpml", groups: map[string]bool{}, named: f.Version != ""}
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
	templates := map[string]string{}
	for _, d := range f.Template.All("Folder") {
		templates[d.Value("templateId")] = d.Value("templateType")
	}
	routes := map[string]int{}
	for i, d := range folders {
		id := d.Value("templateId")
		if _, known := templates[id]; !known && len(templates) > 0 {
			w.add(fmt.Sprintf("Folder %d", i), "templateId %.20q is of no template", id)
		}
		routes[id]++
	}
	for id, n := range routes {
		if templates[id] == "mapping3d" && n != obliqueRoutes {
			w.add("Document", "template %s is a mapping3d and has %d routes; it has %d: straight down, and from four sides", id, n, obliqueRoutes)
		}
	}
	t := checker{file: "template.kml", groups: map[string]bool{}, problems: w.problems, named: f.Version != ""}
	t.elements("", f.Template, "")
	t.mission(f.Template)
	for i, d := range f.Template.All("Folder") {
		t.template(fmt.Sprintf("Folder %d", i), d)
	}
	return t.problems
}

// obliqueRoutes are as many routes as are made of a mapping3d.
const obliqueRoutes = 5

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
	if known && c.named && !x.DJI {
		c.add(at, "%s does not stand in DJI's namespace (%s…)", x.Name, djiSpace)
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
	m := all[0]
	if m.Value("exitOnRCLost") == leaveOnLost {
		c.require("missionConfig", m, "executeRCLostAction")
	}
	enum := m.first("droneInfo").Value("droneEnumValue")
	if enum != "" && drones[enum] == "" {
		c.add("missionConfig > droneInfo", "droneEnumValue %.20q is no aircraft that flies routes", enum)
	}
	if slices.Contains(subs, enum) {
		c.require("missionConfig > droneInfo", m.first("droneInfo"), "droneSubEnumValue")
	}
	if camera := m.first("payloadInfo").Value("payloadEnumValue"); builtIn[enum] != nil && camera != "" && !slices.Contains(builtIn[enum], camera) {
		c.add("missionConfig > payloadInfo", "payloadEnumValue %.20q is no camera of %s", camera, drones[enum])
	}
	if p := m.Child("takeOffRefPoint"); p != nil {
		c.latLon("missionConfig", "takeOffRefPoint", p.Text)
	}
}

// latLon looks at a place that is written latitude first, with its height: the other way round than coordinates are.
func (c *checker) latLon(at, name, s string) {
	parts := strings.Split(s, ",")
	for i, most := range []float64{90, 180, 1e5} {
		if i >= len(parts) {
			c.add(at, "%s %.40q is not latitude, longitude, height", name, s)
			return
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64); err != nil || !(math.Abs(v) <= most) {
			c.add(at, "%s %.40q is not latitude, longitude, height", name, s)
			return
		}
	}
}

// shape looks at the corners of a drawn area or line.
func (c *checker) shape(at string, m *Node) {
	for _, k := range m.All("coordinates") {
		for _, q := range strings.Fields(k.Text) {
			if _, err := lonLat(q); err != nil {
				c.add(at, "%v", err)
			}
		}
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
	if name == "focus" && p.Value("isPointFocus") == "0" {
		c.require(at+" "+name, p, "focusRegionWidth", "focusRegionHeight")
	}
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
