// Package wpml reads and writes DJI waypoint routes: KMZ archives with wpmz/template.kml and wpmz/waylines.wpml (WPML 1.0.2,
// folder 60.api-reference/00.dji-wpml of DJI's Cloud API documentation).
package wpml

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/harrier-patrol/harrier/missions"
)

type point struct {
	Coordinates string `xml:"coordinates"`
}

type param struct {
	PitchAngle  string `xml:"gimbalPitchRotateAngle"`
	PitchEnable string `xml:"gimbalPitchRotateEnable"`
	Mode        string `xml:"gimbalRotateMode"`
}

type action struct {
	Func  string `xml:"actionActuatorFunc"`
	Param param  `xml:"actionActuatorFuncParam"`
}

type placemark struct {
	Point   point    `xml:"Point"`
	Index   int      `xml:"index"`
	Height  float64  `xml:"executeHeight"`
	Speed   float64  `xml:"waypointSpeed"`
	Actions []action `xml:"actionGroup>action"`
}

type document struct {
	Config struct {
		OnLost string `xml:"exitOnRCLost"`
		Action string `xml:"executeRCLostAction"`
		Finish string `xml:"finishAction"`
		Drone  drone  `xml:"droneInfo"`
	} `xml:"Document>missionConfig"`
	Folders []struct {
		Mode       string      `xml:"executeHeightMode"`
		Speed      float64     `xml:"autoFlightSpeed"`
		Placemarks []placemark `xml:"Placemark"`
	} `xml:"Document>Folder"`
}

// Largest archive and file that Read takes: a route is some hundred kilobytes.
const maxBytes = 16 << 20

// Read returns the route of a KMZ. Heights must be above the take-off point or the ellipsoid, for the whole of it.
func Read(kmz []byte) (missions.Route, error) {
	if len(kmz) > maxBytes {
		return missions.Route{}, fmt.Errorf("KMZ of %d bytes is larger than %d", len(kmz), maxBytes)
	}
	z, err := zip.NewReader(bytes.NewReader(kmz), int64(len(kmz)))
	if err != nil {
		return missions.Route{}, fmt.Errorf("not a KMZ (zip) archive: %w", err)
	}
	for _, f := range z.File {
		if f.Name != "wpmz/waylines.wpml" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return missions.Route{}, fmt.Errorf("%s: %w", f.Name, err)
		}
		defer r.Close()
		b, err := io.ReadAll(io.LimitReader(r, maxBytes))
		if err != nil {
			return missions.Route{}, fmt.Errorf("%s: %w", f.Name, err)
		}
		return parse(b)
	}
	for _, f := range z.File {
		if strings.EqualFold(path.Base(strings.ReplaceAll(f.Name, "\\", "/")), "waylines.wpml") {
			return missions.Route{}, fmt.Errorf("waylines.wpml lies at %q in the KMZ, where docks do not look for it: it must be wpmz/waylines.wpml, with a forward slash", f.Name)
		}
	}
	return missions.Route{}, errors.New("KMZ has no wpmz/waylines.wpml: is it a waypoint route?")
}

// Values of executeHeightMode.
const aboveTakeoff, aboveEllipsoid = "relativeToStartPoint", "WGS84"

// What a route does when the link is lost: exitOnRCLost says whether it is left, executeRCLostAction what follows (waylines.wpml, missionConfig).
const leaveOnLost, flyOnWhenLost = "executeLostAction", "goContinue"

var lostActions = map[string]missions.Unlinked{"goBack": missions.UnlinkedReturns, "landing": missions.UnlinkedLands, "hover": missions.UnlinkedHovers}

// drone is the aircraft that a route was drawn for.
type drone struct {
	Enum string `xml:"droneEnumValue"`
	Sub  string `xml:"droneSubEnumValue"`
}

// drones are the aircraft by droneEnumValue (DJI Cloud API, WPML, common element droneInfo).
var drones = map[string]string{"60": "M300", "67": "M30", "77": "M3E", "89": "M350", "91": "M3D", "99": "M4E", "100": "M4D", "103": "M400"}

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

func parse(b []byte) (missions.Route, error) {
	var d document
	if err := xml.Unmarshal(b, &d); err != nil {
		return missions.Route{}, fmt.Errorf("waylines.wpml: %w", err)
	}
	var r missions.Route
	if why, known := finishes[d.Config.Finish]; why != "" || !known {
		return r, fmt.Errorf("waylines.wpml: finishAction %q: the aircraft %s, and does not come home to its dock; draw the route with goHome", d.Config.Finish, cmp.Or(why, "does what is not known"))
	}
	if d.Config.OnLost == leaveOnLost {
		u, ok := lostActions[d.Config.Action]
		if !ok {
			return missions.Route{}, fmt.Errorf("waylines.wpml: executeRCLostAction %q: goBack, landing and hover are known", d.Config.Action)
		}
		r.Unlinked = u
	}
	r.Aircraft = d.Config.Drone.name()
	for _, f := range d.Folders {
		if f.Mode != "" && f.Mode != aboveTakeoff && f.Mode != aboveEllipsoid {
			return missions.Route{}, fmt.Errorf("waylines.wpml: executeHeightMode %q: only %s and %s are flown", f.Mode, aboveTakeoff, aboveEllipsoid)
		}
		if e := f.Mode == aboveEllipsoid; e != r.Ellipsoidal && len(r.Waypoints) > 0 {
			return missions.Route{}, fmt.Errorf("waylines.wpml: heights are partly %s, partly %s: one of them is flown", aboveTakeoff, aboveEllipsoid)
		} else {
			r.Ellipsoidal = e
		}
		slices.SortStableFunc(f.Placemarks, func(a, b placemark) int { return a.Index - b.Index })
		pitch := -90.0
		for _, p := range f.Placemarks {
			c := strings.Split(strings.TrimSpace(p.Point.Coordinates), ",")
			if len(c) < 2 {
				return missions.Route{}, fmt.Errorf("waylines.wpml: waypoint %d: coordinates %q", p.Index, p.Point.Coordinates)
			}
			lon, err1 := strconv.ParseFloat(strings.TrimSpace(c[0]), 64)
			lat, err2 := strconv.ParseFloat(strings.TrimSpace(c[1]), 64)
			if err := errors.Join(err1, err2); err != nil {
				return missions.Route{}, fmt.Errorf("waylines.wpml: waypoint %d: %w", p.Index, err)
			}
			photo := false
			for _, a := range p.Actions {
				photo = photo || a.Func == "takePhoto"
				if a.Func == "gimbalRotate" && a.Param.PitchAngle != "" && strings.TrimSpace(a.Param.PitchEnable) != "0" {
					to, err := strconv.ParseFloat(strings.TrimSpace(a.Param.PitchAngle), 64)
					if err != nil {
						return missions.Route{}, fmt.Errorf("waylines.wpml: waypoint %d: gimbalPitchRotateAngle: %w", p.Index, err)
					}
					if a.Param.Mode == "relativeAngle" {
						to += pitch
					}
					pitch = to
				}
			}
			speed := p.Speed
			if speed == 0 {
				speed = f.Speed
			}
			r.Waypoints = append(r.Waypoints, missions.Waypoint{Lon: lon, Lat: lat, HeightM: p.Height, SpeedMS: speed, PitchDeg: pitch, Photo: photo})
		}
	}
	if err := r.Check(); err != nil {
		return missions.Route{}, fmt.Errorf("waylines.wpml: %w", err)
	}
	return r, nil
}

// photo is the action that takes a still at a waypoint, "" where none is wanted.
func photo(i int, w missions.Waypoint) string {
	if !w.Photo {
		return ""
	}
	return fmt.Sprintf(`
          <wpml:action>
            <wpml:actionId>1</wpml:actionId>
            <wpml:actionActuatorFunc>takePhoto</wpml:actionActuatorFunc>
            <wpml:actionActuatorFuncParam>
              <wpml:fileSuffix>%s</wpml:fileSuffix>
              <wpml:payloadPositionIndex>0</wpml:payloadPositionIndex>
              <wpml:useGlobalPayloadLensIndex>0</wpml:useGlobalPayloadLensIndex>
              <wpml:payloadLensIndex>wide</wpml:payloadLensIndex>
            </wpml:actionActuatorFuncParam>
          </wpml:action>`, missions.PhotoMark(i))
}

// Write returns the KMZ of a route: the aircraft looks along its track at each waypoint's pitch.
func Write(r missions.Route) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	var marks strings.Builder
	for i, w := range r.Waypoints {
		fmt.Fprintf(&marks, `
      <Placemark>
        <Point><coordinates>%.8f,%.8f</coordinates></Point>
        <wpml:index>%d</wpml:index>
        <wpml:executeHeight>%.2f</wpml:executeHeight>
        <wpml:waypointSpeed>%.2f</wpml:waypointSpeed>
        <wpml:waypointHeadingParam><wpml:waypointHeadingMode>followWayline</wpml:waypointHeadingMode></wpml:waypointHeadingParam>
        <wpml:waypointTurnParam><wpml:waypointTurnMode>toPointAndStopWithDiscontinuityCurvature</wpml:waypointTurnMode><wpml:waypointTurnDampingDist>0</wpml:waypointTurnDampingDist></wpml:waypointTurnParam>
        <wpml:useStraightLine>1</wpml:useStraightLine>
        <wpml:actionGroup>
          <wpml:actionGroupId>%d</wpml:actionGroupId>
          <wpml:actionGroupStartIndex>%d</wpml:actionGroupStartIndex>
          <wpml:actionGroupEndIndex>%d</wpml:actionGroupEndIndex>
          <wpml:actionGroupMode>sequence</wpml:actionGroupMode>
          <wpml:actionTrigger><wpml:actionTriggerType>reachPoint</wpml:actionTriggerType></wpml:actionTrigger>
          <wpml:action>
            <wpml:actionId>0</wpml:actionId>
            <wpml:actionActuatorFunc>gimbalRotate</wpml:actionActuatorFunc>
            <wpml:actionActuatorFuncParam>
              <wpml:gimbalRotateMode>absoluteAngle</wpml:gimbalRotateMode>
              <wpml:gimbalPitchRotateEnable>1</wpml:gimbalPitchRotateEnable>
              <wpml:gimbalPitchRotateAngle>%.1f</wpml:gimbalPitchRotateAngle>
              <wpml:payloadPositionIndex>0</wpml:payloadPositionIndex>
            </wpml:actionActuatorFuncParam>
          </wpml:action>%s
        </wpml:actionGroup>
      </Placemark>`, w.Lon, w.Lat, i, w.HeightM, w.SpeedMS, i, i, i, w.PitchDeg, photo(i, w))
	}
	heights := aboveTakeoff
	if r.Ellipsoidal {
		heights = aboveEllipsoid
	}
	onLost, action := flyOnWhenLost, "goBack"
	for a, u := range lostActions {
		if u == r.Unlinked {
			onLost, action = leaveOnLost, a
		}
	}
	config := fmt.Sprintf(`
    <wpml:missionConfig>
      <wpml:flyToWaylineMode>safely</wpml:flyToWaylineMode>
      <wpml:finishAction>goHome</wpml:finishAction>
      <wpml:exitOnRCLost>%s</wpml:exitOnRCLost>
      <wpml:executeRCLostAction>%s</wpml:executeRCLostAction>
      <wpml:takeOffSecurityHeight>30</wpml:takeOffSecurityHeight>
      <wpml:globalTransitionalSpeed>10</wpml:globalTransitionalSpeed>
    </wpml:missionConfig>`, onLost, action)
	const head = `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:wpml="http://www.dji.com/wpmz/1.0.2">
  <Document>`
	wayline := head + config + fmt.Sprintf(`
    <Folder>
      <wpml:templateId>0</wpml:templateId>
      <wpml:executeHeightMode>%s</wpml:executeHeightMode>
      <wpml:waylineId>0</wpml:waylineId>
      <wpml:autoFlightSpeed>%.2f</wpml:autoFlightSpeed>`, heights, r.Waypoints[0].SpeedMS) + marks.String() + `
    </Folder>
  </Document>
</kml>
`
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, f := range []struct{ name, body string }{
		{"wpmz/template.kml", head + config + "\n  </Document>\n</kml>\n"},
		{"wpmz/waylines.wpml", wayline},
	} {
		w, err := z.Create(f.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, f.body); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
