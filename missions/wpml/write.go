package wpml

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// writtenVersion is that of files that are written here: docks of every firmware read it.
const writtenVersion = "1.0.2"

// maxWaypoints are as many as their numbers allow.
const maxWaypoints = 65536

// Write returns the KMZ of a route: the aircraft looks along its track, or where a waypoint says, at each waypoint's pitch. The template is a waypoint
// template that DJI Pilot 2 opens. A route beyond what is documented is refused.
func Write(r missions.Route) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	if len(r.Waypoints) > maxWaypoints {
		return nil, fmt.Errorf("a route has at most %d waypoints, this has %d", maxWaypoints, len(r.Waypoints))
	}
	f := &File{Version: writtenVersion, Template: templateOf(r), Waylines: waylinesOf(r)}
	if p := f.Check(); len(p) > 0 {
		return nil, fmt.Errorf("route: %s", p[0])
	}
	return f.Bytes()
}

// mission is missionConfig of a route.
func mission(r missions.Route) *Node {
	onLost, action := flyOnWhenLost, "goBack"
	for a, u := range lostActions {
		if u == r.Unlinked {
			onLost, action = leaveOnLost, a
		}
	}
	out := []*Node{dji("flyToWaylineMode", "safely"), dji("finishAction", "goHome"), dji("exitOnRCLost", onLost), dji("executeRCLostAction", action),
		dji("takeOffSecurityHeight", 30), dji("globalTransitionalSpeed", 12)}
	for enum, name := range drones {
		if name == r.Aircraft {
			out = append(out, dji("droneInfo", []*Node{dji("droneEnumValue", enum), dji("droneSubEnumValue", 0)}))
			if camera, known := cameras[enum]; known {
				out = append(out, dji("payloadInfo", []*Node{dji("payloadEnumValue", camera), dji("payloadPositionIndex", 0)}))
			}
		}
	}
	return dji("missionConfig", out)
}

func coordinates(w missions.Waypoint) *Node {
	return kml("Point", []*Node{kml("coordinates", fmt.Sprintf("%.8f,%.8f", w.Lon, w.Lat))})
}

// hundredths is a number with two decimals, as heights and speeds are written.
func hundredths(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

func alongTrack() []*Node {
	return []*Node{dji("waypointHeadingMode", "followWayline"), dji("waypointHeadingPathMode", "followBadArc")}
}

const stopAndTurn = "toPointAndStopWithDiscontinuityCurvature"

func waylinesOf(r missions.Route) *Node {
	heights := aboveTakeoff
	if r.Ellipsoidal {
		heights = aboveEllipsoid
	}
	route := []*Node{dji("templateId", 0), dji("executeHeightMode", heights), dji("waylineId", 0), dji("distance", hundredths(lengthM(r))), dji("autoFlightSpeed", hundredths(r.Waypoints[0].SpeedMS))}
	for i, w := range r.Waypoints {
		route = append(route, kml("Placemark", []*Node{coordinates(w), dji("index", i), dji("executeHeight", hundredths(w.HeightM)), dji("waypointSpeed", hundredths(w.SpeedMS)),
			dji("waypointHeadingParam", alongTrack()),
			dji("waypointTurnParam", []*Node{dji("waypointTurnMode", stopAndTurn), dji("waypointTurnDampingDist", 0)}),
			dji("useStraightLine", 1), group(i, w)}))
	}
	return &Node{Name: "kml", Children: []*Node{kml("Document", []*Node{mission(r), kml("Folder", route)})}}
}

// group are the actions at a waypoint: the camera is turned, and takes its still.
func group(i int, w missions.Waypoint) *Node {
	var all []*Node
	add := func(name string, params ...*Node) {
		all = append(all, dji("action", []*Node{dji("actionId", len(all)), dji("actionActuatorFunc", name), dji("actionActuatorFuncParam", params)}))
	}
	if w.YawDeg != nil {
		add("rotateYaw", dji("aircraftHeading", strconv.FormatFloat(geo.WrapDeg(*w.YawDeg), 'f', 1, 64)), dji("aircraftPathMode", "counterClockwise"))
	}
	add("gimbalRotate", dji("payloadPositionIndex", 0), dji("gimbalHeadingYawBase", "north"), dji("gimbalRotateMode", "absoluteAngle"),
		dji("gimbalPitchRotateEnable", 1), dji("gimbalPitchRotateAngle", strconv.FormatFloat(w.PitchDeg, 'f', 1, 64)),
		dji("gimbalRollRotateEnable", 0), dji("gimbalRollRotateAngle", 0), dji("gimbalYawRotateEnable", 0), dji("gimbalYawRotateAngle", 0),
		dji("gimbalRotateTimeEnable", 0), dji("gimbalRotateTime", 0))
	if w.Photo {
		add("takePhoto", dji("payloadPositionIndex", 0), dji("fileSuffix", missions.PhotoMark(i)), dji("payloadLensIndex", "wide"), dji("useGlobalPayloadLensIndex", 0))
	}
	out := []*Node{dji("actionGroupId", i), dji("actionGroupStartIndex", i), dji("actionGroupEndIndex", i), dji("actionGroupMode", "sequence"),
		dji("actionTrigger", []*Node{dji("actionTriggerType", "reachPoint")})}
	return dji("actionGroup", append(out, all...))
}

// templateOf is what Pilot 2 opens of a route. A template has heights above the geoid where they are not above take-off, and of a route with heights
// above the ellipsoid those are not known here: its template says how it is flown, and has no waypoints to change in Pilot 2.
func templateOf(r missions.Route) *Node {
	if r.Ellipsoidal {
		return &Node{Name: "kml", Children: []*Node{kml("Document", []*Node{mission(r)})}}
	}
	heights := aboveTakeoff
	route := []*Node{dji("templateType", "waypoint"), dji("templateId", 0),
		dji("waylineCoordinateSysParam", []*Node{dji("coordinateMode", "WGS84"), dji("heightMode", heights), dji("positioningType", "GPS")}),
		dji("autoFlightSpeed", hundredths(r.Waypoints[0].SpeedMS)), dji("globalHeight", hundredths(r.Waypoints[0].HeightM)),
		dji("gimbalPitchMode", "usePointSetting"), dji("globalWaypointHeadingParam", alongTrack()), dji("globalWaypointTurnMode", stopAndTurn), dji("globalUseStraightLine", 1)}
	for i, w := range r.Waypoints {
		route = append(route, kml("Placemark", []*Node{coordinates(w), dji("index", i), dji("useGlobalHeight", 0), dji("ellipsoidHeight", hundredths(w.HeightM)), dji("height", hundredths(w.HeightM)),
			dji("useGlobalSpeed", 0), dji("waypointSpeed", hundredths(w.SpeedMS)), dji("useGlobalHeadingParam", 1), dji("useGlobalTurnParam", 1),
			dji("gimbalPitchAngle", strconv.FormatFloat(w.PitchDeg, 'f', 1, 64)), group(i, w)}))
	}
	route = append(route, dji("payloadParam", []*Node{dji("payloadPositionIndex", 0), dji("imageFormat", "wide")}))
	return &Node{Name: "kml", Children: []*Node{kml("Document", []*Node{mission(r), kml("Folder", route)})}}
}

func lengthM(r missions.Route) (m float64) {
	for i := 1; i < len(r.Waypoints); i++ {
		a, b := r.Waypoints[i-1], r.Waypoints[i]
		m += geo.DistanceM(orb.Point{a.Lon, a.Lat}, orb.Point{b.Lon, b.Lat})
	}
	return m
}

// WriteKML returns a route as KML to look at: its line and its waypoints, above ground as they are above take-off.
func WriteKML(r missions.Route) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	mode := "relativeToGround"
	if r.Ellipsoidal {
		mode = "absolute"
	}
	var line strings.Builder
	var marks []*Node
	for i, w := range r.Waypoints {
		at := fmt.Sprintf("%.8f,%.8f,%.2f", w.Lon, w.Lat, w.HeightM)
		fmt.Fprintf(&line, "%s ", at)
		marks = append(marks, kml("Placemark", []*Node{kml("name", i+1), kml("Point", []*Node{kml("altitudeMode", mode), kml("coordinates", at)})}))
	}
	way := kml("Placemark", []*Node{kml("name", "route"), kml("LineString", []*Node{kml("tessellate", 1), kml("altitudeMode", mode), kml("coordinates", strings.TrimSpace(line.String()))})})
	x := &Node{Name: "kml", Children: []*Node{kml("Document", append([]*Node{way}, marks...))}}
	return x.document(writtenVersion), nil
}

// litchiActions are as many actions as a row of Litchi's has.
const litchiActions = 15

// WriteLitchi returns a route as the CSV that Litchi's mission hub imports: heights above take-off, headings and gimbal pitch in degrees, speed in m/s.
func WriteLitchi(r missions.Route) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	if r.Ellipsoidal {
		return nil, errors.New("heights: missions of Litchi have them above take-off; this route has them above the ellipsoid")
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	head := []string{"latitude", "longitude", "altitude(m)", "heading(deg)", "curvesize(m)", "rotationdir", "gimbalmode", "gimbalpitchangle"}
	for i := range litchiActions {
		head = append(head, fmt.Sprintf("actiontype%d", i+1), fmt.Sprintf("actionparam%d", i+1))
	}
	head = append(head, "altitudemode", "speed(m/s)", "poi_latitude", "poi_longitude", "poi_altitude(m)", "poi_altitudemode", "photo_timeinterval", "photo_distinterval")
	_ = w.Write(head)
	for i, p := range r.Waypoints {
		yaw := 0.0
		switch {
		case p.YawDeg != nil:
			yaw = *p.YawDeg
		case i+1 < len(r.Waypoints):
			n := r.Waypoints[i+1]
			v := geo.NewFrame(orb.Point{p.Lon, p.Lat}, 0).To(orb.Point{n.Lon, n.Lat}, 0)
			yaw = math.Atan2(v.E, v.N) * 180 / math.Pi
		}
		row := []string{fmt.Sprintf("%.8f", p.Lat), fmt.Sprintf("%.8f", p.Lon), hundredths(p.HeightM), strconv.FormatFloat(math.Mod(yaw+360, 360), 'f', 1, 64), "0", "0", "2", strconv.FormatFloat(p.PitchDeg, 'f', 1, 64)}
		for k := range litchiActions {
			if k == 0 && p.Photo {
				row = append(row, "1", "0")
			} else {
				row = append(row, "-1", "0")
			}
		}
		_ = w.Write(append(row, "0", hundredths(p.SpeedMS), "0", "0", "0", "0", "-1", "-1"))
	}
	w.Flush()
	return []byte(b.String()), w.Error()
}
