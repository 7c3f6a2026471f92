package wpml_test

import (
	"regexp"
	"strings"
	"testing"
)

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
