package wpml_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
)

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
