package wpml_test

import (
	"maps"
	"slices"
	"strings"
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
