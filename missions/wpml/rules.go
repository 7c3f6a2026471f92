package wpml

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// rule is what an element may hold (DJI's WPML documentation: template-kml, waylines-wpml, common-element; of ranges that differ between its
// editions the one that docks enforce). An element without a rule is kept as it is.
type rule struct {
	kind   kind
	lo, hi float64
	open   bool     // lo and hi themselves are not allowed
	values []string // of words; several may stand there with commas between them
}

type kind byte

const (
	word kind = iota
	whole
	number
	yesNo
	text
)

func words(v ...string) rule              { return rule{kind: word, values: v} }
func integer(lo, hi float64) rule         { return rule{kind: whole, lo: lo, hi: hi} }
func real(lo, hi float64) rule            { return rule{kind: number, lo: lo, hi: hi} }
func between(k kind, lo, hi float64) rule { return rule{kind: k, lo: lo, hi: hi, open: true} }

var (
	bit      = rule{kind: yesNo}
	anyReal  = real(-1e6, 1e6)
	anyInt   = integer(-1e9, 1e9)
	index    = integer(0, 65535)
	speed    = real(0.1, 15)
	heading  = real(-180, 180)
	circle   = real(0, 360)
	percent  = integer(0, 100)
	share    = real(0, 1)
	positive = between(number, 0, 1e6)
	lenses   = words("zoom", "wide", "ir", "narrow_band", "visible", "visable")
	pitch    = real(-120, 45) // the widest gimbal's; a model's own is looked at besides
	anyText  = rule{kind: text}
)

var rules = map[string]rule{
	// the mission
	"flyToWaylineMode": words("safely", "pointToPoint"), "finishAction": words("goHome", "noAction", "autoLand", "gotoFirstWaypoint"),
	"exitOnRCLost": words("goContinue", "executeLostAction"), "executeRCLostAction": words("goBack", "landing", "hover"),
	"takeOffSecurityHeight": real(1.2, 1500), "globalTransitionalSpeed": speed, "globalRTHHeight": real(2, 1500), "takeOffRefPointAGLHeight": anyReal,
	"missionAutoRerouteMode": bit, "transitionalAutoRerouteMode": bit, "createTime": real(0, 1e14), "updateTime": real(0, 1e14),
	"droneEnumValue": integer(0, 10000), "droneSubEnumValue": integer(0, 100), "payloadEnumValue": integer(0, 65535), "payloadSubEnumValue": integer(0, 65535), "payloadPositionIndex": integer(0, 7),
	// templates
	"templateType": words("waypoint", "mapping2d", "mapping3d", "mappingStrip"), "templateId": index, "autoFlightSpeed": speed,
	"globalWaypointTurnMode": turnModes, "globalUseStraightLine": bit, "globalHeight": real(-1500, 9000),
	"caliFlightEnable": bit, "elevationOptimizeEnable": bit, "smartObliqueEnable": bit, "smartObliqueGimbalPitch": pitch, "quickOrthoMappingEnable": bit, "quickOrthoMappingPitch": real(10, 30),
	"inclinedGimbalPitch": pitch, "inclinedFlightSpeed": speed, "shootType": words("time", "distance"), "direction": integer(0, 360), "margin": real(-10000, 10000),
	"singleLineEnable": bit, "cuttingDistance": real(0, 1e6), "boundaryOptimEnable": bit, "leftExtend": integer(0, 10000), "rightExtend": integer(0, 10000), "includeCenterEnable": bit,
	"stripUseTemplateAltitude": bit, "facadeWaylineEnable": bit, "ellipsoidHeight": anyReal, "height": anyReal,
	"mappingHeadingMode": words("fixed", "followWayline"), "mappingHeadingAngle": circle, "gimbalPitchMode": words("manual", "usePointSetting", "fixed"), "gimbalPitchAngle": pitch,
	"coordinateMode": words("WGS84"), "heightMode": words("EGM96", "relativeToStartPoint", "aboveGroundLevel", "realTimeFollowSurface"),
	"positioningType": words("GPS", "RTKBaseStation", "QianXun", "Custom"), "globalShootHeight": between(number, 0, 9000), "surfaceFollowModeEnable": bit, "surfaceRelativeHeight": real(0, 1500),
	"orthoLidarOverlapH": percent, "orthoLidarOverlapW": percent, "inclinedLidarOverlapH": percent, "inclinedLidarOverlapW": percent,
	"orthoCameraOverlapH": percent, "orthoCameraOverlapW": percent, "inclinedCameraOverlapH": percent, "inclinedCameraOverlapW": percent,
	"focusMode": words("firstPoint", "custom"), "meteringMode": words("average", "spot"), "dewarpingEnable": bit, "modelColoringEnable": bit, "imageFormat": lenses,
	"returnMode": words("singleReturnStrongest", "dualReturn", "tripleReturn"), "scanningMode": words("repetitive", "nonRepetitive"),
	"samplingRate": words("60000", "80000", "120000", "160000", "180000", "240000"),
	// waypoints
	"useGlobalHeight": bit, "useGlobalSpeed": bit, "useGlobalHeadingParam": bit, "useGlobalTurnParam": bit, "isRisky": bit, "useStraightLine": bit,
	"index": index, "waylineId": index, "waypointSpeed": speed, "executeHeight": real(-1500, 9000), "executeHeightMode": words("WGS84", "relativeToStartPoint", "realTimeFollowSurface"),
	"waypointHeadingMode": words("followWayline", "manually", "fixed", "smoothTransition", "towardPOI"), "waypointHeadingAngle": heading,
	"waypointHeadingPathMode": words("clockwise", "counterClockwise", "followBadArc"), "waypointTurnMode": turnModes, "waypointTurnDampingDist": real(0, 1e5),
	// actions
	"actionGroupId": index, "actionGroupStartIndex": index, "actionGroupEndIndex": index, "actionGroupMode": words("sequence"), "actionId": integer(0, 65534),
	"actionTriggerType": words("reachPoint", "betweenAdjacentPoints", "multipleTiming", "multipleDistance"), "actionTriggerParam": positive,
	"payloadLensIndex": lenses, "useGlobalPayloadLensIndex": bit, "fileSuffix": anyText, "directoryName": anyText,
	"focalLength": positive, "isPointFocus": bit, "isInfiniteFocus": bit, "hoverTime": positive, "aircraftHeading": heading, "aircraftPathMode": words("clockwise", "counterClockwise"),
	"gimbalHeadingYawBase": words("north", "aircraft"), "gimbalRotateMode": words("absoluteAngle", "relativeAngle"), "gimbalPitchRotateEnable": bit, "gimbalPitchRotateAngle": pitch,
	"gimbalRollRotateEnable": bit, "gimbalRollRotateAngle": heading, "gimbalYawRotateEnable": bit, "gimbalYawRotateAngle": circleBoth, "gimbalRotateTimeEnable": bit, "gimbalRotateTime": real(0, 3600),
	"accurateFrameValid": bit, "targetAngle": circle, "imageWidth": words("960"), "imageHeight": words("720"), "gimbalPort": integer(0, 7), "AFPos": anyInt,
	"orientedPhotoMode": words("normalPhoto", "lowLightSmartShooting"), "orientedFileSize": integer(0, 1e9), "accurateFileSize": integer(0, 1e9),
	"panoShotSubMode": words("panoShot_360"), "accurateCameraType": words("42", "43", "52", "53", "82", "83"), "orientedCameraType": words("52", "53", "66", "67", "80", "81", "88", "89", "98", "99"), "recordPointCloudOperate": words("startRecord", "pauseRecord", "resumeRecord", "stopRecord"),
	"megaphoneOperateType": integer(0, 1), "megaphoneOperateVolume": percent, "megaphoneOperateLoop": bit, "megaphoneFileBitrate": integer(1, 6),
	"searchlightOperateType": integer(0, 2), "searchlightBrightness": percent,
}

var (
	turnModes  = words("coordinateTurn", "toPointAndStopWithDiscontinuityCurvature", "toPointAndStopWithContinuityCurvature", "toPointAndPassWithContinuityCurvature")
	circleBoth = real(-360, 360)
)

// shoot are the rules of the places in pictures: pixels where a target is shot again, shares of the picture where the camera is focused.
var shoot = map[string]rule{
	"focusX": between(whole, 0, 960), "focusY": between(whole, 0, 720), "focusRegionWidth": between(whole, 0, 960), "focusRegionHeight": between(whole, 0, 720),
}

var focus = map[string]rule{"focusX": share, "focusY": share, "focusRegionWidth": share, "focusRegionHeight": share}

// needs are what must stand in an element; of an action, in its parameters.
var needs = map[string][]string{
	"missionConfig": {"flyToWaylineMode", "finishAction", "exitOnRCLost", "takeOffSecurityHeight", "globalTransitionalSpeed"},
	"droneInfo":     {"droneEnumValue"}, "payloadInfo": {"payloadEnumValue", "payloadPositionIndex"},
	"autoRerouteInfo":           {"missionAutoRerouteMode", "transitionalAutoRerouteMode"},
	"waylineCoordinateSysParam": {"coordinateMode", "heightMode"}, "payloadParam": {"payloadPositionIndex", "imageFormat"},
	"waypointHeadingParam": {"waypointHeadingMode"}, "globalWaypointHeadingParam": {"waypointHeadingMode"}, "waypointTurnParam": {"waypointTurnMode"},
	"actionGroup": {"actionGroupId", "actionGroupStartIndex", "actionGroupEndIndex", "actionGroupMode", "actionTrigger"}, "actionTrigger": {"actionTriggerType"},
	"action": {"actionId", "actionActuatorFunc"},
}

// actions are the actions, and what their parameters must hold.
var actions = map[string][]string{
	"takePhoto": {"payloadPositionIndex"}, "startRecord": {"payloadPositionIndex"}, "stopRecord": {"payloadPositionIndex"},
	"focus": {"payloadPositionIndex", "isPointFocus", "focusX", "focusY"}, "zoom": {"payloadPositionIndex", "focalLength"}, "customDirName": {"payloadPositionIndex", "directoryName"},
	"gimbalRotate": {"payloadPositionIndex", "gimbalRotateMode", "gimbalPitchRotateEnable", "gimbalPitchRotateAngle", "gimbalRollRotateEnable", "gimbalRollRotateAngle",
		"gimbalYawRotateEnable", "gimbalYawRotateAngle", "gimbalRotateTimeEnable", "gimbalRotateTime"},
	"gimbalEvenlyRotate": {"payloadPositionIndex", "gimbalPitchRotateAngle"},
	"rotateYaw":          {"aircraftHeading"}, "hover": {"hoverTime"},
	"accurateShoot": again("accurate"), "orientedShoot": append(again("oriented"), "actionUUID", "orientedPhotoMode", "orientedCameraApertue", "orientedCameraLuminance", "orientedCameraShutterTime", "orientedCameraISO"),
	"panoShot":         {"payloadPositionIndex", "panoShotSubMode"},
	"recordPointCloud": {"payloadPositionIndex", "recordPointCloudOperate"},
	"megaphone": {"payloadPositionIndex", "actionUUID", "megaphoneOperateType", "megaphoneOperateVolume", "megaphoneOperateLoop", "megaphoneOperateFilePath", "megaphoneFileName",
		"megaphoneFileOriginalName", "megaphoneFileMd5", "megaphoneFileBitrate"},
	"searchlight": {"payloadPositionIndex", "searchlightOperateType", "searchlightBrightness"},
}

// again is what shots hold that are taken again of the same target; the picture's own names begin with the kind of shot.
func again(kind string) []string {
	return []string{"gimbalPitchRotateAngle", "gimbalYawRotateAngle", "focusX", "focusY", "focusRegionWidth", "focusRegionHeight", "focalLength", "aircraftHeading", "accurateFrameValid",
		"payloadPositionIndex", "targetAngle", "imageWidth", "imageHeight", "AFPos", kind + "CameraType", kind + "FilePath", kind + "FileMD5", kind + "FileSize", kind + "FileSuffix"}
}

// shots are how far gimbals of aircraft turn up for a shot, degrees.
var shots = map[string]float64{"M30": 45, "M3E": 35, "M3D": 30, "M4E": 30, "M4D": 30}

// builtIn are the cameras (payloadEnumValue) of aircraft that have them built in, by droneEnumValue; others carry what is mounted.
var builtIn = map[string][]string{"67": {"52", "53"}, "77": {"66", "67", "68", "129"}, "91": {"80", "81"}, "99": {"88", "89"}, "100": {"98", "99"}}

// subs are aircraft of which a kind is asked for (droneSubEnumValue).
var subs = []string{"67", "77", "91", "99", "100"}

// gimbals are how far the cameras of docks' aircraft turn up and down, degrees.
var gimbals = map[string][2]float64{"M30": {-120, 45}, "M3E": {-90, 35}, "M3D": {-90, 35}, "M4E": {-90, 35}, "M4D": {-90, 35}}

// fault says why a value breaks a rule, "" where it does not.
func (r rule) fault(s string) string {
	switch r.kind {
	case text:
		return ""
	case yesNo:
		if s != "0" && s != "1" {
			return "is 0 or 1"
		}
	case word:
		for _, w := range strings.Split(s, ",") {
			if !slices.Contains(r.values, strings.TrimSpace(w)) {
				return "is one of " + strings.Join(r.values, ", ")
			}
		}
	case whole, number:
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || strings.ContainsAny(s, "xXpP_") || math.IsNaN(v) || r.kind == whole && v != math.Trunc(v) {
			if r.kind == whole {
				return "is a whole number"
			}
			return "is a number"
		}
		if v < r.lo || v > r.hi || r.open && (v == r.lo || v == r.hi) {
			return "is " + strconv.FormatFloat(r.lo, 'g', -1, 64) + " to " + strconv.FormatFloat(r.hi, 'g', -1, 64)
		}
	}
	return ""
}
