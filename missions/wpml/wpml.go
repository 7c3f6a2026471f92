// Package wpml reads, checks and writes DJI waypoint routes: KMZ archives with wpmz/template.kml, which is drawn, and wpmz/waylines.wpml, which is
// flown (folder 60.api-reference/00.dji-wpml of DJI's Cloud API documentation). Read and Write are for routes that Harrier flies; File holds all of
// an archive, of every kind of template and action, as it was read.
package wpml

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/harrier-patrol/harrier/missions"
)

// Read returns the route of a KMZ. Heights must be above the take-off point or the ellipsoid, for the whole of it.
func Read(kmz []byte) (missions.Route, error) {
	f, err := Open(kmz)
	if err != nil {
		return missions.Route{}, err
	}
	return f.Route()
}

// Values of executeHeightMode.
const aboveTakeoff, aboveEllipsoid = "relativeToStartPoint", "WGS84"

// What a route does when the link is lost: exitOnRCLost says whether it is left, executeRCLostAction what follows (waylines.wpml, missionConfig).
const leaveOnLost, flyOnWhenLost = "executeLostAction", "goContinue"

var lostActions = map[string]missions.Unlinked{"goBack": missions.UnlinkedReturns, "landing": missions.UnlinkedLands, "hover": missions.UnlinkedHovers}

// drone is the aircraft that a route was drawn for.
type drone struct{ Enum, Sub string }

// drones are the aircraft by droneEnumValue (DJI Cloud API, WPML, common element droneInfo).
var drones = map[string]string{"60": "M300", "67": "M30", "77": "M3E", "89": "M350", "91": "M3D", "99": "M4E", "100": "M4D", "103": "M400"}

// cameras are payloadEnumValue of the cameras that aircraft of docks have built in, by droneEnumValue.
var cameras = map[string]int{"67": 52, "91": 80, "100": 98}

// name is the aircraft's, "" where the route does not say.
func (d drone) name() string {
	e := strings.TrimSpace(d.Enum)
	if e == "" {
		return ""
	}
	return cmp.Or(drones[e], "aircraft "+e)
}

// What an aircraft does at the end of a route; "" comes home.
var finishes = map[string]string{"": "", "goHome": "", "noAction": "hovers over the last waypoint", "autoLand": "lands at the last waypoint", "gotoFirstWaypoint": "flies to the first waypoint and hovers there"}

// Route is what is flown of a file.
func (f *File) Route() (missions.Route, error) {
	r, err := routeOf(f.Waylines)
	if err != nil {
		return missions.Route{}, fmt.Errorf("waylines.wpml: %w", err)
	}
	return r, nil
}

// first is the first element of a name at any depth, an empty one where there is none.
func (x *Node) first(name string) *Node {
	if all := x.All(name); len(all) > 0 {
		return all[0]
	}
	return &Node{}
}

func routeOf(root *Node) (r missions.Route, err error) {
	config := root.first("missionConfig")
	finish := config.Value("finishAction")
	if why, known := finishes[finish]; why != "" || !known {
		return r, fmt.Errorf("finishAction %q: the aircraft %s, and does not come home to its dock; draw the route with goHome", finish, cmp.Or(why, "does what is not known"))
	}
	if config.Value("exitOnRCLost") == leaveOnLost {
		u, ok := lostActions[config.Value("executeRCLostAction")]
		if !ok {
			return r, fmt.Errorf("executeRCLostAction %q: goBack, landing and hover are known", config.Value("executeRCLostAction"))
		}
		r.Unlinked = u
	}
	r.Aircraft = drone{Enum: config.first("droneInfo").Value("droneEnumValue")}.name()
	for _, f := range root.All("Folder") {
		mode := f.Value("executeHeightMode")
		if mode != "" && mode != aboveTakeoff && mode != aboveEllipsoid {
			return r, fmt.Errorf("executeHeightMode %q: only %s and %s are flown", mode, aboveTakeoff, aboveEllipsoid)
		}
		if e := mode == aboveEllipsoid; e != r.Ellipsoidal && len(r.Waypoints) > 0 {
			return r, fmt.Errorf("heights are partly %s, partly %s: one of them is flown", aboveTakeoff, aboveEllipsoid)
		} else {
			r.Ellipsoidal = e
		}
		w, err := waypointsOf(f)
		if err != nil {
			return r, err
		}
		r.Waypoints = append(r.Waypoints, w...)
	}
	return r, r.Check()
}

// optional is a number that may be missing: it is 0 then.
func optional(x *Node, name string) (float64, error) {
	s := x.Value(name)
	if s == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%s: %.40q is no number", name, s)
	}
	return v, nil
}

// waypointsOf are the waypoints of a folder, in the order of their numbers.
func waypointsOf(f *Node) (out []missions.Waypoint, err error) {
	usual, err := optional(f, "autoFlightSpeed")
	if err != nil {
		return nil, err
	}
	type mark struct {
		node  *Node
		index float64
	}
	var marks []mark
	for _, k := range f.Children {
		if k.Name != "Placemark" {
			continue
		}
		i, err := optional(k, "index")
		if err != nil {
			return nil, err
		}
		marks = append(marks, mark{k, i})
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.index, b.index) })
	pitch := -90.0
	for _, m := range marks {
		w, err := waypointOf(m.node, usual, &pitch)
		if err != nil {
			return nil, fmt.Errorf("waypoint %g: %w", m.index, err)
		}
		out = append(out, w)
	}
	return out, nil
}

// waypointOf is one waypoint; pitch is the gimbal's, which stays until an action turns it.
func waypointOf(m *Node, usualMS float64, pitch *float64) (w missions.Waypoint, err error) {
	at, err := pointOf(m)
	if err != nil {
		return w, err
	}
	height, err1 := optional(m, "executeHeight")
	speed, err2 := optional(m, "waypointSpeed")
	if err := errors.Join(err1, err2); err != nil {
		return w, err
	}
	w = missions.Waypoint{Lon: at[0], Lat: at[1], HeightM: height, SpeedMS: cmp.Or(speed, usualMS)}
	for _, a := range m.All("action") {
		p := a.first("actionActuatorFuncParam")
		switch a.Value("actionActuatorFunc") {
		case "takePhoto":
			w.Photo = true
		case "rotateYaw":
			yaw, err := optional(p, "aircraftHeading")
			if err != nil {
				return w, err
			}
			w.YawDeg = &yaw
		case "gimbalRotate":
			if p.Value("gimbalPitchRotateAngle") == "" || p.Value("gimbalPitchRotateEnable") == "0" {
				continue
			}
			to, err := optional(p, "gimbalPitchRotateAngle")
			if err != nil {
				return w, err
			}
			if p.Value("gimbalRotateMode") == "relativeAngle" {
				to += *pitch
			}
			*pitch = to
		}
	}
	w.PitchDeg = *pitch
	return w, nil
}
