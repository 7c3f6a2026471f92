package wpml_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// el is an element of a file, its name with "wpml:" before it where it is DJI's.
type el struct {
	name, text string
	kids       []*el
}

func (x *el) all(name string) (out []*el) {
	for _, k := range x.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// one is the first element of a name, an empty one where there is none.
func (x *el) one(name string) *el {
	if a := x.all(name); len(a) > 0 {
		return a[0]
	}
	return &el{}
}

func (x *el) there() bool            { return x.name != "" }
func (x *el) val(name string) string { return x.one("wpml:" + name).text }

func (x *el) num(name string) float64 {
	f, _ := strconv.ParseFloat(x.val(name), 64)
	return f
}

// parseTree reads a file; what is of another namespace has "?:" before its name.
func parseTree(b []byte) (*el, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	root := &el{}
	stack := []*el{root}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			name := "?:" + tok.Name.Local
			if strings.HasPrefix(tok.Name.Space, "http://www.dji.com/wpmz/") {
				name = "wpml:" + tok.Name.Local
			} else if tok.Name.Space == "http://www.opengis.net/kml/2.2" {
				name = tok.Name.Local
			}
			x := &el{name: name}
			top.kids, stack = append(top.kids, x), append(stack, x)
		case xml.EndElement:
			top.text, stack = strings.TrimSpace(top.text), stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
	if doc := root.one("kml").one("Document"); doc.there() {
		return doc, nil
	}
	return nil, errors.New("no kml with a Document")
}

type checker struct {
	found []string
	pitch string // what the camera of the aircraft can tilt
}

func (v *checker) sayf(format string, a ...any) { v.found = append(v.found, fmt.Sprintf(format, a...)) }

var intForm, floatForm = regexp.MustCompile(`^-?[0-9]+$`), regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// within says whether a number lies in an interval, as "[0,960)" or "(0,]".
func within(f float64, interval string) bool {
	lo, hi, _ := strings.Cut(strings.Trim(interval, "[]()"), ",")
	if l, err := strconv.ParseFloat(lo, 64); err == nil && (f < l || f == l && interval[0] == '(') {
		return false
	}
	h, err := strconv.ParseFloat(hi, 64)
	return err != nil || f < h || f == h && interval[len(interval)-1] == ']'
}

// point reads numbers with commas between them, and says whether the first two are of the bounds.
func point(s string, bound0, bound1 float64) (p []float64, ok bool) {
	for _, t := range strings.Split(s, ",") {
		f, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
		if err != nil || !floatForm.MatchString(strings.TrimSpace(t)) || math.IsInf(f, 0) {
			return nil, false
		}
		p = append(p, f)
	}
	return p, (len(p) == 2 || len(p) == 3) && math.Abs(p[0]) <= bound0 && math.Abs(p[1]) <= bound1
}

// node holds an element against a spec: "name kind bounds; ...", with name! where it is required and name?other=word where it is if the other holds the word.
// Kinds: s text, b bool, i int, f float, e one word, l words with commas, p lat,lon,alt, n an element with others in it.
func (v *checker) node(at string, x *el, spec string) {
	for part := range strings.SplitSeq(spec, ";") {
		w := append(strings.Fields(part), "", "", "")
		name, cond, required := strings.Cut(w[0], "?")
		if other, word, _ := strings.Cut(cond, "="); required {
			required = strings.Contains(x.val(other), word)
		} else {
			name, required = strings.CutSuffix(name, "!")
		}
		all, kind, arg := x.all("wpml:"+name), w[1], strings.Replace(w[2], "PITCH", v.pitch, 1)
		if required && len(all) == 0 {
			v.sayf("%s: %s is missing", at, name)
		}
		for _, k := range all {
			f, err := strconv.ParseFloat(k.text, 64)
			ok := true
			switch kind {
			case "b":
				ok = k.text == "0" || k.text == "1"
			case "i":
				ok = err == nil && intForm.MatchString(k.text) && (arg == "" || within(f, arg))
			case "f":
				ok = err == nil && floatForm.MatchString(k.text) && (arg == "" || within(f, arg))
			case "e":
				ok = slices.Contains(strings.Split(arg, "|"), k.text)
			case "l":
				for word := range strings.SplitSeq(k.text, ",") {
					ok = ok && slices.Contains(strings.Split(arg, "|"), word)
				}
			case "p":
				p, fits := point(k.text, 90, 180)
				ok = fits && len(p) == 3
			case "n":
				ok = len(k.kids) > 0
			}
			if !ok {
				v.sayf("%s: %s may not be %q", at, name, k.text)
			}
		}
	}
}

// walk holds all elements from one down against their specs.
func (v *checker) walk(at string, x *el, part string) {
	at += " " + strings.TrimPrefix(x.name, "wpml:")
	for _, spec := range []string{specs[x.name], specs[x.name+" "+part]} {
		v.node(at, x, spec)
	}
	if x.name == "wpml:action" {
		v.node(at, x.one("wpml:actionActuatorFuncParam"), actionSpecs[x.val("actionActuatorFunc")])
	}
	for i, k := range x.kids {
		v.walk(fmt.Sprint(at, " ", i), k, part)
	}
}

const (
	lenses    = "zoom|wide|ir|narrow_band|visable|visible"
	turnModes = "coordinateTurn|toPointAndStopWithDiscontinuityCurvature|toPointAndStopWithContinuityCurvature|toPointAndPassWithContinuityCurvature"
	speeds    = "(0,15]"
	id16      = "[0,65535]"
	cameraIDs = "20|26|41|42|43|52|53|61|66|67|68|80|81|82|83|88|89|98|99|129|65534"
	ppi       = "payloadPositionIndex! i [0,2];"
	lensSpec  = "payloadLensIndex l " + lenses + "; useGlobalPayloadLensIndex b"
	shootSpec = ppi + `gimbalPitchRotateAngle! f PITCH; gimbalYawRotateAngle! f [-180,180]; focusX! i (0,960); focusY! i (0,720); focusRegionWidth! i (0,960);
		focusRegionHeight! i (0,720); focalLength! f (0,]; aircraftHeading! f [-180,180]; accurateFrameValid! b; targetAngle! f [0,360]; imageWidth! i [960,960];
		imageHeight! i [720,720]; AFPos! i; gimbalPort i; ` + lensSpec + ";"
)

// specs are those of elements; after the name there may be the template's type, or "flown" for what waylines.wpml has.
var specs = map[string]string{
	"Document": "createTime i [0,]; updateTime i [0,]; missionConfig! n",
	"wpml:missionConfig": `flyToWaylineMode! e safely|pointToPoint; finishAction! e goHome|noAction|autoLand|gotoFirstWaypoint; exitOnRCLost! e goContinue|executeLostAction;
		executeRCLostAction?exitOnRCLost=executeLostAction e goBack|landing|hover; takeOffSecurityHeight! f [1.2,1500]; globalTransitionalSpeed! f [0,15]; globalRTHHeight f [2,1500];
		takeOffRefPoint p; takeOffRefPointAGLHeight f; droneInfo n; payloadInfo n; autoRerouteInfo n`,
	"wpml:autoRerouteInfo": "missionAutoRerouteMode! b; transitionalAutoRerouteMode! b",
	"wpml:droneInfo":       "droneEnumValue! i; droneSubEnumValue?droneEnumValue=67 i",
	"wpml:payloadInfo":     "payloadEnumValue! e " + cameraIDs + ";" + ppi,
	"Folder":               "templateId! i " + id16 + "; autoFlightSpeed! f " + speeds,
	"Folder flown":         "waylineId! i " + id16 + "; executeHeightMode! e WGS84|relativeToStartPoint|realTimeFollowSurface",
	"Folder waypoint": "globalWaypointTurnMode! e " + turnModes + `; globalUseStraightLine?globalWaypointTurnMode=WithContinuity b; gimbalPitchMode! e manual|usePointSetting; globalHeight f;
		globalWaypointHeadingParam n; waylineCoordinateSysParam! n`,
	"wpml:waylineCoordinateSysParam": `coordinateMode! e WGS84; heightMode! e EGM96|relativeToStartPoint|aboveGroundLevel|realTimeFollowSurface; positioningType e GPS|RTKBaseStation|QianXun|Custom;
		globalShootHeight f (0,]; surfaceFollowModeEnable b; surfaceRelativeHeight?surfaceFollowModeEnable=1 f`,
	"wpml:payloadParam": ppi + `focusMode e firstPoint|custom; meteringMode e average|spot; dewarpingEnable b; returnMode e singleReturnStrongest|dualReturn|tripleReturn; modelColoringEnable b;
		samplingRate e 60000|80000|120000|160000|180000|240000; scanningMode e repetitive|nonRepetitive; imageFormat! l ` + lenses,
	"Placemark waypoint": `index! i ` + id16 + `; useGlobalHeight! b; useGlobalSpeed! b; useGlobalHeadingParam! b; useGlobalTurnParam! b; ellipsoidHeight?useGlobalHeight=0 f; height?useGlobalHeight=0 f;
		waypointSpeed?useGlobalSpeed=0 f ` + speeds + `; waypointHeadingParam?useGlobalHeadingParam=0 n; waypointTurnParam?useGlobalTurnParam=0 n; gimbalPitchAngle f PITCH; isRisky b; useStraightLine b`,
	"Placemark flown":                 "index! i " + id16 + "; executeHeight! f; waypointSpeed! f " + speeds + "; waypointHeadingParam! n; waypointTurnParam! n; isRisky b; useStraightLine b",
	"wpml:waypointHeadingParam":       headSpec,
	"wpml:globalWaypointHeadingParam": headSpec,
	"wpml:waypointTurnParam":          "waypointTurnMode! e " + turnModes + "; waypointTurnDampingDist?waypointTurnMode=coordinateTurn f [0,]",
	"wpml:actionGroup":                groupSpec,
	"wpml:startActionGroup":           groupSpec,
	"wpml:actionTrigger":              "actionTriggerType! e reachPoint|betweenAdjacentPoints|multipleTiming|multipleDistance; actionTriggerParam?actionTriggerType=multiple f (0,]",
	"wpml:action":                     "actionId! i [0,65534]; actionActuatorFunc! e " + strings.Join(slices.Sorted(maps.Keys(actionSpecs)), "|"),
	"Placemark mapping2d": mapSpec + `elevationOptimizeEnable! b; margin! i; gimbalPitchMode e manual|fixed; gimbalPitchAngle?gimbalPitchMode=fixed f [-90,-30];
		quickOrthoMappingPitch?quickOrthoMappingEnable=1 f [10,30]; smartObliqueGimbalPitch i PITCH`,
	"Placemark mapping3d": mapSpec + "margin! i; inclinedGimbalPitch! i PITCH; inclinedFlightSpeed! f " + speeds,
	"Placemark mappingStrip": mapSpec + `caliFlightEnable! b; margin! f; singleLineEnable! b; cuttingDistance! f; boundaryOptimEnable! b; leftExtend! i; rightExtend! i; includeCenterEnable! b;
		stripUseTemplateAltitude! b`,
	"wpml:mappingHeadingParam": "mappingHeadingMode e fixed|followWayline; mappingHeadingAngle?mappingHeadingMode=fixed i [0,360]",
	"wpml:overlap": `orthoLidarOverlapH i [0,100]; orthoLidarOverlapW i [0,100]; inclinedLidarOverlapH i [0,100]; inclinedLidarOverlapW i [0,100];
		orthoCameraOverlapH i [0,100]; orthoCameraOverlapW i [0,100]; inclinedCameraOverlapH i [0,100]; inclinedCameraOverlapW i [0,100]`,
}

const (
	headSpec = `waypointHeadingMode! e followWayline|manually|fixed|smoothTransition|towardPOI; waypointHeadingAngle?waypointHeadingMode=smoothTransition f [-180,180];
		waypointPoiPoint?waypointHeadingMode=towardPOI p; waypointHeadingPathMode e clockwise|counterClockwise|followBadArc`
	groupSpec = "actionGroupId! i " + id16 + "; actionGroupStartIndex! i " + id16 + "; actionGroupEndIndex! i " + id16 + "; actionGroupMode! e sequence; actionTrigger! n"
	mapSpec   = `shootType! e time|distance; direction! i [0,360]; ellipsoidHeight! f; height! f; caliFlightEnable b; overlap n; facadeWaylineEnable b; smartObliqueEnable b; quickOrthoMappingEnable b;`
)

// actionSpecs are the parameters of actions. What only some aircraft have, or DJI's samples omit, is not required.
var actionSpecs = map[string]string{
	"takePhoto":   ppi + "fileSuffix s;" + lensSpec,
	"startRecord": ppi + "fileSuffix s;" + lensSpec,
	"stopRecord":  ppi + lensSpec,
	"focus":       ppi + "isPointFocus! b; focusX! f [0,1]; focusY! f [0,1]; focusRegionWidth?isPointFocus=0 f [0,1]; focusRegionHeight?isPointFocus=0 f [0,1]; isInfiniteFocus b",
	"zoom":        ppi + "focalLength! f (0,]", "customDirName": ppi + "directoryName! s",
	"gimbalRotate": ppi + `gimbalHeadingYawBase e north|aircraft; gimbalRotateMode! e absoluteAngle; gimbalPitchRotateEnable! b; gimbalPitchRotateAngle! f PITCH;
		gimbalRollRotateEnable! b; gimbalRollRotateAngle! f; gimbalYawRotateEnable! b; gimbalYawRotateAngle! f; gimbalRotateTimeEnable! b; gimbalRotateTime! f [0,]`,
	"gimbalEvenlyRotate": ppi + "gimbalPitchRotateAngle! f PITCH",
	"rotateYaw":          "aircraftHeading! f [-180,180]; aircraftPathMode e clockwise|counterClockwise",
	"hover":              "hoverTime! f (0,]",
	"accurateShoot": shootSpec + `accurateCameraType! e ` + cameraIDs + `; accurateFilePath! s; accurateFileMD5! s; accurateFileSize! i [0,]; accurateFileSuffix! s;
		accurateCameraApertue i; accurateCameraLuminance i; accurateCameraShutterTime f; accurateCameraISO i`,
	"orientedShoot": shootSpec + `actionUUID! s; orientedCameraType! e ` + cameraIDs + `; orientedFilePath! s; orientedFileMD5! s; orientedFileSize! i [0,]; orientedFileSuffix! s;
		orientedCameraApertue! i; orientedCameraLuminance! i; orientedCameraShutterTime! f; orientedCameraISO! i; orientedPhotoMode! e normalPhoto|lowLightSmartShooting`,
	"panoShot":         "payloadPositionIndex i [0,2]; panoShotSubMode e panoShot_360;" + lensSpec,
	"recordPointCloud": ppi + "recordPointCloudOperate! e startRecord|pauseRecord|resumeRecord|stopRecord",
	"megaphone": ppi + `actionUUID! s; megaphoneOperateType! i [0,1]; megaphoneOperateVolume! i [0,100]; megaphoneOperateLoop! b; megaphoneOperateFilePath! s;
		megaphoneFileName! s; megaphoneFileOriginalName! s; megaphoneFileMd5! s; megaphoneFileBitrate! i [1,6]`,
	"searchlight": ppi + "actionUUID s; searchlightOperateType! i [0,2]; searchlightBrightness! i [0,100]",
}

// builtIn are the cameras of aircraft that have no other, by type/subtype; swappable are those of the rest.
var builtIn = map[string]string{
	"67/0": "52", "67/1": "53", "77/0": "66", "77/1": "67", "77/2": "68", "77/3": "129", "91/0": "80", "91/1": "81", "99/0": "88", "99/1": "89", "100/0": "98", "100/1": "99",
}

var swappable = []string{"60/0", "89/0", "103/0"}

// pitches are what the camera of an aircraft can tilt; where it is not known, what any can.
func pitches(drone string) string {
	switch strings.Split(drone, "/")[0] {
	case "77":
		return "[-90,35]"
	case "91", "99", "100":
		return "[-90,30]"
	}
	return "[-120,45]"
}

// mission checks which aircraft and cameras a file is for, and keeps what the camera can tilt.
func (v *checker) mission(at string, m *el) {
	d := m.one("wpml:droneInfo")
	drone := d.val("droneEnumValue") + "/" + d.val("droneSubEnumValue")
	if !d.one("wpml:droneSubEnumValue").there() {
		drone += "0"
	}
	if d.there() && builtIn[drone] == "" && !slices.Contains(swappable, drone) {
		v.sayf("%s: no aircraft is %s", at, drone)
	}
	for _, p := range m.all("wpml:payloadInfo") {
		if c := p.val("payloadEnumValue"); builtIn[drone] != "" && c != builtIn[drone] && c != "65534" {
			v.sayf("%s: camera %s is none of aircraft %s", at, c, drone)
		}
	}
	v.pitch = pitches(drone)
}

func (v *checker) group(at string, g *el, waypoints int, ids map[string]bool) {
	if id := g.val("actionGroupId"); ids[id] {
		v.sayf("%s: group %s is there twice", at, id)
	} else {
		ids[id] = true
	}
	if from, to := g.num("actionGroupStartIndex"), g.num("actionGroupEndIndex"); from > to || to >= float64(waypoints) {
		v.sayf("%s: from %v to %v of %d waypoints", at, from, to, waypoints)
	}
	trigger := g.one("wpml:actionTrigger").val("actionTriggerType")
	seen, evenly := map[string]bool{}, false
	for _, a := range g.all("wpml:action") {
		if id := a.val("actionId"); seen[id] {
			v.sayf("%s: action %s is there twice", at, id)
		} else {
			seen[id] = true
		}
		do, p := a.val("actionActuatorFunc"), a.one("wpml:actionActuatorFuncParam")
		evenly = evenly || do == "gimbalEvenlyRotate"
		if do == "orientedShoot" && v.pitch != "[-120,45]" && p.num("gimbalYawRotateAngle") != p.num("aircraftHeading") {
			v.sayf("%s: camera and aircraft look apart", at)
		}
	}
	if evenly != (trigger == "betweenAdjacentPoints") {
		v.sayf("%s: trigger %s, gimbalEvenlyRotate %v", at, trigger, evenly)
	}
}

// wp is a waypoint as its legs are measured by.
type wp struct {
	index            int
	lon, lat, h, cut float64
	turn             string
}

func legM(a, b wp) float64 {
	x := (b.lon - a.lon) * math.Cos((a.lat+b.lat)/2*math.Pi/180) * 111195
	return math.Sqrt(x*x + (b.lat-a.lat)*(b.lat-a.lat)*111195*111195 + (b.h-a.h)*(b.h-a.h))
}

// waypoints checks the waypoints of a folder, of the template or of what is flown.
func (v *checker) waypoints(at string, folder *el, ids map[string]bool) {
	all := folder.all("Placemark")
	if len(all) < 2 {
		v.sayf("%s: %d waypoints", at, len(all))
	}
	var path []wp
	for i, p := range all {
		at := fmt.Sprintf("%s Placemark %d", at, i)
		if folder.val("gimbalPitchMode") == "usePointSetting" && !p.one("wpml:gimbalPitchAngle").there() {
			v.sayf("%s: gimbalPitchAngle is missing", at)
		}
		w := wp{index: int(p.num("index")), h: p.num("executeHeight") + p.num("height")}
		c, ok := point(p.one("Point").one("coordinates").text, 180, 90)
		if ok {
			w.lon, w.lat = c[0], c[1]
		} else {
			v.sayf("%s: coordinates", at)
		}
		if t := p.one("wpml:waypointTurnParam"); t.there() {
			w.turn = t.val("waypointTurnMode")
			if strings.Contains(w.turn, "WithContinuity") && !p.one("wpml:useStraightLine").there() {
				v.sayf("%s: useStraightLine is missing", at)
			}
			if w.turn == "coordinateTurn" || strings.Contains(w.turn, "PassWith") && p.val("useStraightLine") == "1" {
				if w.cut = t.num("waypointTurnDampingDist"); w.cut <= 0 {
					v.sayf("%s: waypointTurnDampingDist is missing or 0", at)
				}
			}
		}
		path = append(path, w)
		for _, g := range p.all("wpml:actionGroup") {
			v.group(at+" actionGroup", g, len(all), ids)
		}
	}
	sort.Slice(path, func(i, j int) bool { return path[i].index < path[j].index })
	for i, w := range path {
		if w.index != i {
			v.sayf("%s: index %d stands for %d", at, w.index, i)
		}
		if w.turn == "coordinateTurn" && (i == 0 || i == len(path)-1) {
			v.sayf("%s: coordinateTurn at an end", at)
		}
		if i > 0 && w.cut+path[i-1].cut > 0 && w.cut+path[i-1].cut >= legM(path[i-1], w) {
			v.sayf("%s: damping distances longer than leg %d", at, i)
		}
	}
}

// mapping checks the one Placemark of a template that maps.
func (v *checker) mapping(at, kind string, folder *el) {
	p := folder.one("Placemark")
	v.node(at, folder, "waylineCoordinateSysParam! n")
	v.node(at, folder.one("wpml:waylineCoordinateSysParam"), "globalShootHeight!; surfaceFollowModeEnable!")
	shape, least := p.one("Polygon").one("outerBoundaryIs").one("LinearRing"), 3
	if kind == "mappingStrip" {
		shape, least = p.one("LineString"), 2
	}
	all := strings.Fields(shape.one("coordinates").text)
	if len(all) < least {
		v.sayf("%s: %d points of a shape", at, len(all))
	}
	for _, s := range all {
		if _, ok := point(s, 180, 90); !ok {
			v.sayf("%s: point %q", at, s)
		}
	}
}

// unpack are the files of an archive by name.
func unpack(kmz []byte) (map[string]string, error) {
	z, err := zip.NewReader(bytes.NewReader(kmz), int64(len(kmz)))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range z.File {
		if _, twice := out[f.Name]; twice || strings.ContainsRune(f.Name, '\\') || strings.HasPrefix(f.Name, "/") || slices.Contains(strings.Split(f.Name, "/"), "..") || f.UncompressedSize64 > 16<<20 {
			return nil, errors.New("an archive may not hold " + f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		out[f.Name] = string(b)
	}
	return out, nil
}

// validate says what in a KMZ breaks DJI's documentation.
func validate(kmz []byte) []string {
	files, err := unpack(kmz)
	if err != nil {
		return []string{err.Error()}
	}
	t, errT := parseTree([]byte(files[template]))
	w, errW := parseTree([]byte(files[waylines]))
	if errT != nil || errW != nil {
		return []string{fmt.Sprint("template.kml: ", errT, ", waylines.wpml: ", errW)}
	}
	v, ids, kinds := &checker{}, map[string]bool{}, map[string]string{}
	v.mission("template", t.one("wpml:missionConfig"))
	v.node("template", t, specs["Document"])
	v.walk("template", t.one("wpml:missionConfig"), "")
	for i, f := range t.all("Folder") {
		at, kind, id := fmt.Sprintf("template Folder %d", i), f.val("templateType"), f.val("templateId")
		v.node(at, f, "templateType! e waypoint|mapping2d|mapping3d|mappingStrip")
		v.walk(at, f, kind)
		if kinds[id] != "" {
			v.sayf("%s: templateId %s is there twice", at, id)
		}
		kinds[id] = kind
		if kind == "waypoint" {
			v.waypoints(at, f, ids)
		} else {
			v.mapping(at, kind, f)
		}
	}
	v.mission("waylines", w.one("wpml:missionConfig"))
	v.walk("waylines", w, "flown")
	ids = map[string]bool{}
	flown, routes := map[string]int{}, map[string]bool{}
	for i, f := range w.all("Folder") {
		at := fmt.Sprintf("waylines Folder %d", i)
		if id := f.val("waylineId"); routes[id] {
			v.sayf("%s: waylineId %s is there twice", at, id)
		}
		routes[f.val("waylineId")] = true
		if flown[f.val("templateId")]++; kinds[f.val("templateId")] == "" {
			v.sayf("%s: template %s is not there", at, f.val("templateId"))
		}
		if g := f.one("wpml:startActionGroup"); g.there() {
			v.group(at+" startActionGroup", g, len(f.all("Placemark")), ids)
		}
		v.waypoints(at, f, ids)
	}
	for id, kind := range kinds {
		if n := flown[id]; n == 0 || kind == "mapping3d" && n != 5 {
			v.sayf("template %s is flown by %d routes", id, n)
		}
	}
	return v.found
}

const template, waylines = "wpmz/template.kml", "wpmz/waylines.wpml"

// e is an element of DJI's; kv are such, from "name=value name=value".
func e(name string, parts ...string) string {
	return "<wpml:" + name + ">" + strings.Join(parts, "") + "</wpml:" + name + ">"
}

func kv(s string) (out string) {
	for _, f := range strings.Fields(s) {
		name, value, _ := strings.Cut(f, "=")
		out += e(name, value)
	}
	return out
}

func kmlDoc(parts ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:wpml="http://www.dji.com/wpmz/1.0.2"><Document>` + strings.Join(parts, "\n") + "</Document></kml>"
}

func config(craft string) string {
	return e("missionConfig", kv(`flyToWaylineMode=safely finishAction=goHome exitOnRCLost=executeLostAction executeRCLostAction=goBack takeOffSecurityHeight=25
		takeOffRefPoint=31.2100,121.5300,14.5 takeOffRefPointAGLHeight=4.5 globalTransitionalSpeed=9 globalRTHHeight=80`), craft)
}

// flownConfig is config without what only templates have.
func flownConfig(craft string) string {
	return regexp.MustCompile(`<wpml:takeOffRef\w+>[^<]*</wpml:takeOffRef\w+>`).ReplaceAllString(config(craft), "")
}

func craft(drone, sub, camera int) string {
	return e("droneInfo", kv(fmt.Sprintf("droneEnumValue=%d droneSubEnumValue=%d", drone, sub))) + e("payloadInfo", kv(fmt.Sprintf("payloadEnumValue=%d payloadPositionIndex=0", camera)))
}

func act(id int, do, params string) string {
	return e("action", kv(fmt.Sprintf("actionId=%d actionActuatorFunc=%s", id, do)), e("actionActuatorFuncParam", kv(params)))
}

func actions(id, from, to int, trigger string, all ...string) string {
	return kv(fmt.Sprintf("actionGroupId=%d actionGroupStartIndex=%d actionGroupEndIndex=%d actionGroupMode=sequence", id, from, to)) + e("actionTrigger", kv(trigger)) + strings.Join(all, "")
}

const (
	straight = "waypointHeadingMode=followWayline waypointHeadingPathMode=followBadArc"
	turned   = "waypointHeadingMode=smoothTransition waypointHeadingAngle=-75 waypointHeadingPathMode=clockwise"
	toPOI    = "waypointHeadingMode=towardPOI waypointPoiPoint=31.2110,121.5330,0 waypointHeadingPathMode=followBadArc"
	stops    = "waypointTurnMode=toPointAndStopWithDiscontinuityCurvature waypointTurnDampingDist=0"
	through  = "waypointTurnMode=toPointAndPassWithContinuityCurvature waypointTurnDampingDist=15"
	rounded  = "waypointTurnMode=coordinateTurn waypointTurnDampingDist=20"
)

// heads and turns are those of the four waypoints of the samples, 190 m apart.
var heads, turns = []string{straight, turned, toPOI, straight}, []string{stops, rounded, through, stops}

func spot(i int) string {
	return fmt.Sprintf("<Point><coordinates>\n 121.53%d,31.21%d \n</coordinates></Point>", 2*i, i) + kv(fmt.Sprintf("index=%d", i))
}

// drawn is a template folder of waypoints; flies is what is flown of a template, the groups at the first waypoint.
func drawn(groups string) string {
	out := kv("templateType=waypoint templateId=0") + e("waylineCoordinateSysParam", kv("coordinateMode=WGS84 heightMode=relativeToStartPoint positioningType=GPS")) +
		kv("autoFlightSpeed=6 globalHeight=60 gimbalPitchMode=usePointSetting globalWaypointTurnMode=toPointAndStopWithContinuityCurvature globalUseStraightLine=0") + e("globalWaypointHeadingParam", kv(straight))
	for i := range heads {
		own := kv("useGlobalHeight=1 useGlobalSpeed=1 useGlobalHeadingParam=1 useGlobalTurnParam=1")
		if i > 0 {
			own = kv("useGlobalHeight=0 ellipsoidHeight=55 height=55 useGlobalSpeed=0 waypointSpeed=4.5 useGlobalHeadingParam=0 useGlobalTurnParam=0 useStraightLine=1") +
				e("waypointHeadingParam", kv(heads[i])) + e("waypointTurnParam", kv(turns[i]))
		}
		out += "<Placemark>" + spot(i) + own + kv("gimbalPitchAngle=-35") + groups + "</Placemark>\n"
		groups = ""
	}
	return "<Folder>" + out + e("payloadParam", kv("payloadPositionIndex=0 imageFormat=wide,ir")) + "</Folder>"
}

func flies(of, route int, heights, groups, start string) string {
	out := kv(fmt.Sprintf("templateId=%d executeHeightMode=%s waylineId=%d autoFlightSpeed=6", of, heights, route)) + start
	for i := range heads {
		out += "<Placemark>" + spot(i) + kv("executeHeight=55.5 waypointSpeed=4.5 useStraightLine=1 isRisky=0") + e("waypointHeadingParam", kv(heads[i])) + e("waypointTurnParam", kv(turns[i])) + groups + "</Placemark>\n"
		groups = ""
	}
	return "<Folder>" + out + "</Folder>"
}

const polygon = "<Polygon><outerBoundaryIs><LinearRing><coordinates>121.53,31.21,0 121.534,31.21,0\n121.534,31.213,0 121.53,31.213,0</coordinates></LinearRing></outerBoundaryIs></Polygon>"

func mapped(kind, body string) string {
	return "<Folder>" + kv("templateType="+kind+" templateId=3") + e("waylineCoordinateSysParam", kv("coordinateMode=WGS84 heightMode=EGM96 globalShootHeight=90 surfaceFollowModeEnable=1 surfaceRelativeHeight=90")) +
		kv("autoFlightSpeed=8") + "<Placemark>" + body + "</Placemark>" + e("payloadParam", kv("payloadPositionIndex=0 imageFormat=wide")) + "</Folder>"
}

type member struct{ name, body string }

func zipped(all ...member) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range all {
		w, err := z.Create(m.name)
		if err == nil {
			_, err = io.WriteString(w, m.body)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pair(t, w string, more ...member) []byte {
	return zipped(append([]member{{template, t}, {waylines, w}}, more...)...)
}

const shotParams = `gimbalPitchRotateAngle=-20 gimbalYawRotateAngle=135 focusX=480 focusY=360 focusRegionWidth=100 focusRegionHeight=90 focalLength=48 aircraftHeading=135 accurateFrameValid=0
	payloadPositionIndex=0 payloadLensIndex=wide,zoom useGlobalPayloadLensIndex=0 targetAngle=0 imageWidth=960 imageHeight=720 AFPos=0 gimbalPort=0 `

// shot is what accurateShoot and orientedShoot have, with the names and the camera of one of them.
func shot(prefix string, camera int) string {
	return shotParams + strings.ReplaceAll(fmt.Sprintf("#FilePath=a1.jpg #FileMD5=0123456789abcdef0123456789abcdef #FileSize=123456 #FileSuffix=p9 #CameraApertue=280 #CameraLuminance=0 #CameraShutterTime=0.005 #CameraISO=100 #CameraType=%d", camera), "#", prefix)
}

const ofOriented = " actionUUID=5b0c6a52-1c7e-4d0f-9d55-2f6a3f1e0a11 orientedPhotoMode=normalPhoto"

// everyAction are groups with each action that is documented.
func everyAction() string {
	return e("actionGroup", actions(0, 0, 0, "actionTriggerType=reachPoint",
		act(0, "takePhoto", "payloadPositionIndex=0 fileSuffix=p0 payloadLensIndex=wide,ir useGlobalPayloadLensIndex=0"),
		act(1, "startRecord", "payloadPositionIndex=0 fileSuffix=v0 payloadLensIndex=zoom useGlobalPayloadLensIndex=0"),
		act(2, "stopRecord", "payloadPositionIndex=0 payloadLensIndex=zoom"),
		act(3, "focus", "payloadPositionIndex=0 isPointFocus=0 focusX=0.4 focusY=0.4 focusRegionWidth=0.2 focusRegionHeight=0.2 isInfiniteFocus=0"),
		act(4, "zoom", "payloadPositionIndex=0 focalLength=48"),
		act(5, "customDirName", "payloadPositionIndex=0 directoryName=north_wall"),
		act(6, "gimbalRotate", `payloadPositionIndex=0 gimbalHeadingYawBase=north gimbalRotateMode=absoluteAngle gimbalPitchRotateEnable=1 gimbalPitchRotateAngle=-40 gimbalRollRotateEnable=0
			gimbalRollRotateAngle=0 gimbalYawRotateEnable=0 gimbalYawRotateAngle=0 gimbalRotateTimeEnable=0 gimbalRotateTime=0`),
		act(7, "rotateYaw", "aircraftHeading=135 aircraftPathMode=clockwise"),
		act(8, "hover", "hoverTime=3"),
		act(9, "accurateShoot", shot("accurate", 53)),
		act(10, "orientedShoot", shot("oriented", 81)+ofOriented),
		act(11, "panoShot", "payloadPositionIndex=0 payloadLensIndex=wide useGlobalPayloadLensIndex=0 panoShotSubMode=panoShot_360"),
		act(12, "recordPointCloud", "payloadPositionIndex=0 recordPointCloudOperate=startRecord"),
		act(13, "megaphone", `payloadPositionIndex=0 actionUUID=u13 megaphoneOperateType=0 megaphoneOperateVolume=60 megaphoneOperateLoop=0 megaphoneOperateFilePath=/wpmz/res/audio/ab12.opus
			megaphoneFileName=ab12.opus megaphoneFileOriginalName=notice.mp3 megaphoneFileMd5=0123456789abcdef0123456789abcdef megaphoneFileBitrate=4`),
		act(14, "searchlight", "payloadPositionIndex=0 searchlightOperateType=1 searchlightBrightness=70"))) +
		e("actionGroup", actions(1, 0, 1, "actionTriggerType=betweenAdjacentPoints", act(0, "gimbalEvenlyRotate", "payloadPositionIndex=0 gimbalPitchRotateAngle=-60"))) +
		e("actionGroup", actions(2, 1, 3, "actionTriggerType=multipleTiming actionTriggerParam=2", act(0, "takePhoto", "payloadPositionIndex=0 fileSuffix=t"))) +
		e("actionGroup", actions(3, 2, 3, "actionTriggerType=multipleDistance actionTriggerParam=12.5", act(0, "takePhoto", "payloadPositionIndex=0 fileSuffix=d")))
}

// samples are KMZs that keep to the documentation, by what is in them.
func samples() map[string][]byte {
	times := kv("author=harrier createTime=1750000000000 updateTime=1750000000001")
	photo := e("actionGroup", actions(0, 0, 0, "actionTriggerType=reachPoint", act(0, "takePhoto", "payloadPositionIndex=0 fileSuffix=a")))
	of := func(craft, groups, start string) (t, w string) {
		return kmlDoc(times, config(craft), drawn(photo)), kmlDoc(flownConfig(craft), flies(0, 0, "relativeToStartPoint", groups, start))
	}
	mapsOf := func(kind, body string, routes int) []byte {
		var all []string
		for i := range routes {
			all = append(all, flies(3, i, "WGS84", "", ""))
		}
		m3d := craft(91, 0, 80)
		return pair(kmlDoc(times, config(m3d), mapped(kind, body)), kmlDoc(append([]string{flownConfig(m3d)}, all...)...))
	}
	overlap := e("overlap", kv("orthoCameraOverlapH=78 orthoCameraOverlapW=68 inclinedCameraOverlapH=72 inclinedCameraOverlapW=62"))
	heights := kv("ellipsoidHeight=105.5 height=97 direction=35 shootType=time") + overlap
	t, w := of(craft(100, 1, 99), photo, "")
	ta, wa := of("", everyAction(), e("startActionGroup", actions(4, 0, 0, "actionTriggerType=reachPoint", act(0, "hover", "hoverTime=1.5"))))
	out := map[string][]byte{
		"waypoint": pair(t, w), "actions": pair(ta, wa, member{"wpmz/res/audio/ab12.opus", "sound"}),
		"mapping2d": mapsOf("mapping2d", kv("elevationOptimizeEnable=0 smartObliqueEnable=0 margin=12 gimbalPitchMode=fixed gimbalPitchAngle=-90")+
			e("mappingHeadingParam", kv("mappingHeadingMode=fixed mappingHeadingAngle=90"))+heights+polygon, 1),
		"mapping3d": mapsOf("mapping3d", kv("inclinedGimbalPitch=-50 inclinedFlightSpeed=7 margin=20")+heights+polygon, 5),
		"mappingStrip": mapsOf("mappingStrip", kv("caliFlightEnable=0 margin=2.5 singleLineEnable=0 cuttingDistance=800.5 boundaryOptimEnable=1 leftExtend=25 rightExtend=30 includeCenterEnable=1 stripUseTemplateAltitude=0")+
			heights+"<LineString><coordinates>121.53,31.21,0 121.536,31.212,0 121.54,31.211,0</coordinates></LineString>", 1),
		"BOM": pair("\ufeff"+t, "\ufeff"+w), "res": pair(t, w, member{"wpmz/res/image/a1.jpg", "picture \x00\xff"}),
	}
	for _, v := range []string{"1.0.0", "1.0.2", "1.0.6"} {
		out["version "+v] = pair(strings.ReplaceAll(t, "wpmz/1.0.2", "wpmz/"+v), strings.ReplaceAll(w, "wpmz/1.0.2", "wpmz/"+v))
	}
	for model, c := range map[string][3]int{"M30": {67, 0, 52}, "M30T": {67, 1, 53}, "M3D": {91, 0, 80}, "M3TD": {91, 1, 81}, "M4D": {100, 0, 98}, "M4TD": {100, 1, 99}} {
		looks := e("actionGroup", actions(0, 1, 1, "actionTriggerType=reachPoint", act(0, "orientedShoot", shot("oriented", c[2])+ofOriented)))
		t, w := of(craft(c[0], c[1], c[2]), looks, "")
		out[model] = pair(t, w)
	}
	extra := e("waypointGimbalHeadingParam", kv("waypointGimbalPitchAngle=0 waypointGimbalYawAngle=0")) + e("newThing", e("inner", " 5 &lt; 6 ")) + "<name>plain &amp; KML</name></Placemark>"
	out["unknown"] = pair(strings.ReplaceAll(t, "</Placemark>", extra), strings.ReplaceAll(w, "</Placemark>", extra))
	return out
}

// ours is what our code finds in an archive.
func ours(kmz []byte) (out []string) {
	f, err := wpml.Open(kmz)
	if err != nil {
		return []string{err.Error()}
	}
	for _, p := range f.Check() {
		out = append(out, p.String())
	}
	return out
}

func TestSamplesAreValid(t *testing.T) {
	for name, kmz := range samples() {
		if got := validate(kmz); len(got) > 0 {
			t.Errorf("%s: the validator finds %q", name, got)
		}
		if got := ours(kmz); len(got) > 0 {
			t.Errorf("%s: Check finds %q", name, got)
		}
	}
}

func TestWriteReadWriteIsStable(t *testing.T) {
	for name, kmz := range samples() {
		rewrite := func(b []byte) []byte {
			f, err := wpml.Open(b)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if b, err = f.Bytes(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return b
		}
		once := rewrite(kmz)
		if !bytes.Equal(once, rewrite(once)) {
			t.Errorf("%s: not the same the second time", name)
		}
		if got := validate(once); len(got) > 0 {
			t.Errorf("%s: the validator finds %q", name, got)
		}
		before, errA := unpack(kmz)
		after, errB := unpack(once)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		for file, body := range before {
			if !strings.Contains(file, "/res/") {
				a, errA := parseTree([]byte(body))
				b, errB := parseTree([]byte(after[file]))
				if errA != nil || errB != nil || a.flat() != b.flat() {
					t.Errorf("%s: %s has not the same elements: %v %v", name, file, errA, errB)
				}
			} else if after[file] != body {
				t.Errorf("%s: %s is not as it was", name, file)
			}
		}
	}
}

// flat is an element and all below it, with their texts.
func (x *el) flat() string {
	out := x.name
	if len(x.kids) == 0 {
		out += "=" + x.text
	}
	for _, k := range x.kids {
		out += " " + k.flat()
	}
	return "(" + out + ")"
}

// noTemplate is what the documentation misses in routes with heights above the ellipsoid: in a template they would stand above the geoid, which is not
// known where they are written.
var noTemplate = []string{"waylines Folder 0: template 0 is not there"}

func TestWhatWeWritePasses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		in := missions.Route{Aircraft: []string{"M4D", "M3D", "M30", ""}[r.IntN(4)], Ellipsoidal: r.IntN(2) == 0, Unlinked: []missions.Unlinked{missions.UnlinkedFliesOn, missions.UnlinkedReturns, missions.UnlinkedLands, missions.UnlinkedHovers}[r.IntN(4)]}
		lon, lat := r.Float64()*340-170, r.Float64()*160-80
		for range 2 + r.IntN(60) {
			w := missions.Waypoint{Lon: lon, Lat: lat, HeightM: 5 + r.Float64()*115, SpeedMS: 1 + r.Float64()*14, PitchDeg: r.Float64()*120 - 90, Photo: r.IntN(2) == 0}
			if r.IntN(2) == 0 {
				yaw := r.Float64()*540 - 180
				w.YawDeg = &yaw
			}
			in.Waypoints = append(in.Waypoints, w)
			lon, lat = lon+r.Float64()*0.01-0.005, lat+r.Float64()*0.01-0.005
		}
		kmz, err := wpml.Write(in)
		if err != nil {
			t.Errorf("%+v: %v", in, err)
		} else if got := validate(kmz); len(got) > 0 && !(in.Ellipsoidal && slices.Equal(got, noTemplate)) {
			t.Errorf("%s, ellipsoidal %v: %q", in.Aircraft, in.Ellipsoidal, got)
		}
	}
}

// faultsOf are those that are put into a file of a sample, each alone: the name of an element that is taken out; or what stands there, >, and what comes for
// it, for the text of an element after its name and =.
var faultsOf = []struct{ sample, file, all string }{
	{"waypoint", waylines, `missionConfig; flyToWaylineMode; finishAction; finishAction=goHome>gohome; exitOnRCLost=executeLostAction>stay; executeRCLostAction;
		executeRCLostAction=goBack>goHome; takeOffSecurityHeight; takeOffSecurityHeight=25>1; takeOffSecurityHeight=25>1501; globalTransitionalSpeed;
		globalTransitionalSpeed=9>40; globalRTHHeight=80>-80; droneEnumValue; droneEnumValue=100>12; payloadEnumValue=99>53; payloadPositionIndex;
		payloadPositionIndex=0>9; templateId; templateId=0>5; autoFlightSpeed; autoFlightSpeed=6>0; Point; 121.530,31.210>190.5,31.21; 121.530,31.210>121.530;
		index; index=0>5; index=2>1; index=1>1.5; executeHeightMode; executeHeightMode=relativeToStartPoint>EGM96; waylineId; waylineId=0>-1; executeHeight;
		executeHeight=55.5>high; executeHeight=55.5>0x1p5; waypointSpeed; waypointSpeed=4.5>-4.5; waypointHeadingParam; waypointHeadingMode;
		waypointHeadingMode=towardPOI>away; waypointHeadingAngle; waypointHeadingAngle=-75>285; waypointPoiPoint;
		waypointPoiPoint=31.2110,121.5330,0>121.5330,31.2110,0; waypointHeadingPathMode=clockwise>left; waypointTurnMode;
		waypointTurnMode=coordinateTurn>hairpin; waypointTurnDampingDist=20>400; isRisky=0>no; actionGroupId; actionGroupEndIndex; actionGroupEndIndex=0>4;
		actionGroupStartIndex=0>1; actionGroupMode=sequence>parallel; actionTriggerType=reachPoint>leavePoint;
		actionTriggerType=reachPoint>betweenAdjacentPoints; actionId=0>65535; actionActuatorFunc=takePhoto>makeTea; executeHeight=55.5>NaN;
		executeHeight=55.5>1e309; 121.530,31.210>NaN,31.210; waypointSpeed=4.5>NaN; payloadEnumValue=99>39`},
	{"waypoint", template, `flyToWaylineMode=safely>fast; exitOnRCLost; takeOffRefPoint=31.2100,121.5300,14.5>121.5300,31.2100,14.5; takeOffRefPoint=31.2100,121.5300,14.5>31.2100;
		createTime=1750000000000>yesterday; templateType; templateType=waypoint>circle; templateId; templateId=0>65536; autoFlightSpeed; autoFlightSpeed=6>40;
		coordinateMode; coordinateMode=WGS84>GCJ02; heightMode; heightMode=relativeToStartPoint>WGS84; positioningType=GPS>GLONASS; imageFormat=wide,ir>wide,raw;
		imageFormat; globalWaypointTurnMode; globalUseStraightLine; gimbalPitchMode; gimbalPitchMode=usePointSetting>fixed; gimbalPitchAngle;
		gimbalPitchAngle=-35>-135; useGlobalHeight; useGlobalSpeed=1>true; useGlobalHeadingParam=1>2; height; ellipsoidHeight; waypointSpeed;
		waypointHeadingParam; waypointTurnParam; 121.530,31.210>31.210,121.530; index=3>4; height=55>+Inf; 121.530,31.210>121.530,1e309`},
	{"M30T", waylines, `droneSubEnumValue`},
	{"mapping3d", waylines, `waylineId=1>0`},
	{"actions", waylines, `actionGroupId=1>0; actionTriggerParam=12.5>0; actionTriggerType=betweenAdjacentPoints>reachPoint; actionId=1>0; payloadLensIndex=wide,ir>wide,macro;
		focusX=0.4>1.4; focalLength=48>0; gimbalRotateMode=absoluteAngle>around; gimbalPitchRotateEnable=1>3; gimbalPitchRotateAngle=-40>-200;
		aircraftHeading=135>225; aircraftPathMode=clockwise>followBadArc; hoverTime=3>-3; gimbalPitchRotateAngle=-20>-121; focusX=480>960; focusY=360>0.5;
		imageWidth=960>1920; targetAngle=0>361; orientedCameraType=81>7; orientedPhotoMode=normalPhoto>portrait; panoShotSubMode=panoShot_360>half;
		recordPointCloudOperate=startRecord>go; megaphoneOperateVolume=60>101; megaphoneFileBitrate=4>32000; searchlightOperateType=1>3;
		searchlightBrightness=70>170; isPointFocus=0>2; focusRegionWidth`},
	{"mapping2d", template, `shootType; direction; direction=35>35.5; orthoCameraOverlapH=78>178; elevationOptimizeEnable; gimbalPitchAngle=-90>-20; gimbalPitchAngle;
		mappingHeadingAngle; mappingHeadingMode=fixed>manual; globalShootHeight; surfaceFollowModeEnable; 121.534,31.213,0>NaN,NaN,0; Polygon`},
	{"mapping3d", template, `shootType=time>burst; direction=35>361; margin; 121.534,31.213,0>121.534,131.213,0; surfaceRelativeHeight; height; inclinedGimbalPitch;
		inclinedFlightSpeed=7>40`},
	{"mappingStrip", template, `cuttingDistance; singleLineEnable; leftExtend=25>2.5; LineString`},
	{"M4D", waylines, `gimbalPitchRotateAngle=-20>31; gimbalYawRotateAngle=135>130`},
	{"M3TD", waylines, `gimbalPitchRotateAngle=-20>-91`},
	{"M30", waylines, `gimbalPitchRotateAngle=-20>46`},
}

// fault is one that takes more words.
type fault struct{ name, sample, file, old, new string }

var faults = []fault{
	{"no waypoints", "waypoint", waylines, "Placemark", "Other"},
	{"coordinateTurn at the start", "waypoint", waylines, kv(stops), kv(rounded)},
	{"no damping distance", "waypoint", waylines, kv(rounded), kv("waypointTurnMode=coordinateTurn")},
	{"damping distance 0", "waypoint", waylines, kv(through), strings.Replace(kv(through), "15", "0", 1)},
	{"damping distances together longer than a leg", "waypoint", waylines, kv(rounded), strings.Replace(kv(rounded), "20", "216", 1)},
	{"no useStraightLine", "waypoint", waylines, "<wpml:index>2</wpml:index>" + kv("executeHeight=55.5 waypointSpeed=4.5 useStraightLine=1"), "<wpml:index>2</wpml:index>" + kv("executeHeight=55.5 waypointSpeed=4.5")},
	{"trigger without its interval", "actions", waylines, "actionTriggerParam=2", "x=2"},
	{"start action without its time", "actions", waylines, "<wpml:hoverTime>1.5</wpml:hoverTime>", "<wpml:x/>"},
	{"four routes of a mapping3d", "mapping3d", waylines, flies(3, 4, "WGS84", "", ""), " "},
	{"foreign namespace", "waypoint", waylines, "http://www.dji.com/wpmz/1.0.2", "http://example.com/wpmz/1.0.2"},
	{"name without its namespace", "waypoint", waylines, kv("executeHeight=55.5"), "<executeHeight>55.5</executeHeight>"},
}

// into puts a fault into a file, "" where there is no place for it.
func (f fault) into(body string) string {
	from, to := f.old, f.new
	switch {
	case to == "":
		from = regexp.MustCompile(`(?s)<(wpml:)?` + from + `>.*?</(wpml:)?` + from + `>`).FindString(body)
	case f.old == "Placemark":
		return regexp.MustCompile(`\bPlacemark>`).ReplaceAllString(body, to+">")
	case !strings.Contains(from, "<") && strings.Contains(from, "="):
		from, to = kv(from), kv(to)
	}
	if from == "" || !strings.Contains(body, from) {
		return ""
	}
	return strings.Replace(body, from, to, 1)
}

func TestFaultsAreFound(t *testing.T) {
	all := samples()
	try := func(f fault, from int) {
		files, err := unpack(all[f.sample])
		if err != nil {
			t.Fatal(err)
		}
		body := f.into(files[f.file][from:])
		if body == "" {
			t.Errorf("%s: %s: no place for it", f.sample, f.name)
			return
		}
		files[f.file] = files[f.file][:from] + body
		kmz := pair(files[template], files[waylines])
		if len(validate(kmz)) == 0 {
			t.Errorf("%s: %s: the validator does not find it", f.sample, f.name)
		}
		if len(ours(kmz)) == 0 {
			t.Errorf("%s: %s: Check does not find it", f.sample, f.name)
		}
	}
	for _, f := range faults {
		try(f, 0)
	}
	for _, of := range faultsOf {
		for name := range strings.SplitSeq(of.all, ";") {
			name = strings.TrimSpace(name)
			old, to, _ := strings.Cut(name, ">")
			if of, _, ok := strings.Cut(old, "="); ok {
				to = of + "=" + to
			} else if to == "" {
				name = "no " + name
			}
			try(fault{of.file + ": " + name, of.sample, of.file, old, to}, 0)
		}
	}
	files, err := unpack(all["actions"])
	if err != nil {
		t.Fatal(err)
	}
	for do, spec := range actionSpecs {
		at := strings.Index(files[waylines], kv("actionActuatorFunc="+do))
		for part := range strings.SplitSeq(spec, ";") {
			if param, required := strings.CutSuffix(append(strings.Fields(part), "")[0], "!"); required {
				try(fault{do + " without " + param, "actions", waylines, param, ""}, at)
			}
		}
	}
}

func TestBadArchivesAreRefused(t *testing.T) {
	good, err := unpack(samples()["waypoint"])
	if err != nil {
		t.Fatal(err)
	}
	tm, wl := good[template], good[waylines]
	whole, zeros := pair(tm, wl), strings.Repeat("\x00", 20<<20)
	laughs := `<!DOCTYPE kml [<!ENTITY a "55"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	for name, kmz := range map[string][]byte{
		"zip bomb": pair(tm, wl, member{"wpmz/res/zeros", zeros}), "zip bomb to fly": pair(tm, zeros),
		"path out of it": pair(tm, wl, member{"wpmz/../../x", "x"}), "path out at the start": pair(tm, wl, member{"../x", "x"}),
		"absolute path": pair(tm, wl, member{"/etc/x", "x"}), "backslashes": pair(tm, wl, member{`wpmz\..\..\x`, "x"}),
		"a route twice": pair(tm, wl, member{waylines, wl}), "a resource twice": pair(tm, wl, member{"wpmz/res/a", "1"}, member{"wpmz/res/a", "2"}),
		"nothing to fly": zipped(member{template, tm}), "no archive": []byte(wl), "empty": nil,
		"cut in half": whole[:len(whole)/2], "without its last bytes": whole[:len(whole)-10],
		"not XML": pair(tm, "waypoints: 4"), "XML that ends early": pair(tm, wl[:len(wl)/2]), "XML of something else": pair(tm, "<html><body/></html>"),
		"entities within entities": pair(tm, strings.Replace(strings.Replace(wl, "<kml", laughs+"<kml", 1), ">55.5<", ">&b;<", 1)),
	} {
		if len(validate(kmz)) == 0 {
			t.Errorf("%s: the validator takes it", name)
		}
		if len(ours(kmz)) == 0 {
			t.Errorf("%s: our code takes it", name)
		}
	}
}
