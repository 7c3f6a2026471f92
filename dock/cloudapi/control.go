package cloudapi

// Flight and payload control over services: authority, take-off to a point, flying to points, camera and gimbal.

// CameraType is a value of camera_type.
type CameraType string

// Values of CameraType.
const (
	CameraTypeIR   CameraType = "ir"
	CameraTypeWide CameraType = "wide"
	CameraTypeZoom CameraType = "zoom"
)

// ExposureMode is a value of exposure_mode.
type ExposureMode int

// Values of ExposureMode.
const (
	ExposureModeAuto             ExposureMode = 1
	ExposureModeShutterPriority  ExposureMode = 2
	ExposureModeAperturePriority ExposureMode = 3
	ExposureModeManual           ExposureMode = 4
)

// FocusMode is a value of focus_mode.
type FocusMode int

// Values of FocusMode.
const (
	FocusModeMF  FocusMode = 0
	FocusModeAFS FocusMode = 1
	FocusModeAFC FocusMode = 2
)

// CameraMode is a value of camera_mode.
type CameraMode int

// Values of CameraMode.
const (
	CameraModeUnsupportedMode      CameraMode = -1
	CameraModeCapturing            CameraMode = 0
	CameraModeRecording            CameraMode = 1
	CameraModeSmartLowLight        CameraMode = 2
	CameraModePanoramicPhotography CameraMode = 3
	CameraModeTimedShot            CameraMode = 4
)

// PhotoStep is a value of current_step.
type PhotoStep int

// Values of PhotoStep.
const (
	PhotoStepCapturingPanoramaNotStartedOrFinished PhotoStep = 3000
	PhotoStepPanoramaPhotoCapturingProgress        PhotoStep = 3002 // Panorama photo capturing in progress
	PhotoStepPanoramaPhotoStitchingProgress        PhotoStep = 3005 // Panorama photo stitching in progress
)

// DRCState is a value of drc_state.
type DRCState int

// Values of DRCState.
const (
	DRCStateNotConnected DRCState = 0
	DRCStateConnecting   DRCState = 1
	DRCStateConnected    DRCState = 2
)

// FlyToPointStatus is a value of status.
type FlyToPointStatus string

// Values of FlyToPointStatus.
const (
	FlyToPointStatusWaylineCancel   FlyToPointStatus = "wayline_cancel" // Cancel flying to target point
	FlyToPointStatusWaylineFailed   FlyToPointStatus = "wayline_failed" // Execution failed
	FlyToPointStatusWaylineOK       FlyToPointStatus = "wayline_ok"     // Executed successfully flown to target point
	FlyToPointStatusWaylineProgress FlyToPointStatus = "wayline_progress"
)

// IRMetering is a value of mode.
type IRMetering int

// Values of IRMetering.
const (
	IRMeteringTurnOffTemperatureMeasurement IRMetering = 0
	IRMeteringPointTemperatureMeasurement   IRMetering = 1
	IRMeteringAreaTemperatureMeasurement    IRMetering = 2
)

// RCLostAction is a value of rc_lost_action.
type RCLostAction int

// Values of RCLostAction.
const (
	RCLostActionHovering        RCLostAction = 0
	RCLostActionLanding         RCLostAction = 1
	RCLostActionReturningToHome RCLostAction = 2
)

// ExitWaylineWhenRCLost is a value of exit_wayline_when_rc_lost.
type ExitWaylineWhenRCLost int

// Values of ExitWaylineWhenRCLost.
const (
	ExitWaylineWhenRCLostContinue ExitWaylineWhenRCLost = 0 // Continue executing the wayline mission
	ExitWaylineWhenRCLostExit     ExitWaylineWhenRCLost = 1
)

// CommanderModeLostAction is a value of commander_mode_lost_action.
type CommanderModeLostAction int

// Values of CommanderModeLostAction.
const (
	CommanderModeLostActionContinueToPointFlightMission              CommanderModeLostAction = 0 // Continue with the to-point flight mission
	CommanderModeLostActionExitToPointFlightMissionPerformNormalLoss CommanderModeLostAction = 1
)

// IsEnable is a value of is_enable.
type IsEnable int

// Values of IsEnable.
const (
	IsEnableDoNotEnable IsEnable = 0
	IsEnableEnable      IsEnable = 1
)

// RTHMode is a value of rth_mode.
type RTHMode int

// Values of RTHMode.
const (
	RTHModeIntelligentAltitude RTHMode = 0
	RTHModePresetAltitude      RTHMode = 1
)

// CommanderFlightMode is a value of commander_flight_mode.
type CommanderFlightMode int

// Values of CommanderFlightMode.
const (
	CommanderFlightModeOptimalHeightFlight CommanderFlightMode = 0
	CommanderFlightModePresetHeightFlight  CommanderFlightMode = 1
)

// TakeoffToPointStatus is a value of status.
type TakeoffToPointStatus string

// Values of TakeoffToPointStatus.
const (
	TakeoffToPointStatusTaskFinish      TakeoffToPointStatus = "task_finish"    // One-key takeoff mission completed
	TakeoffToPointStatusTaskReady       TakeoffToPointStatus = "task_ready"     // Ready for takeoff
	TakeoffToPointStatusWaylineCancel   TakeoffToPointStatus = "wayline_cancel" // Cancel flying to target point
	TakeoffToPointStatusWaylineFailed   TakeoffToPointStatus = "wayline_failed" // Execution failed
	TakeoffToPointStatusWaylineOK       TakeoffToPointStatus = "wayline_ok"     // Executed successfully flown to target point
	TakeoffToPointStatusWaylineProgress TakeoffToPointStatus = "wayline_progress"
)

// CameraAim is the data of camera_aim (services).
type CameraAim struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// CameraExposureModeSet is the data of camera_exposure_mode_set (services).
type CameraExposureModeSet struct {
	PayloadIndex string       `json:"payload_index"`
	CameraType   CameraType   `json:"camera_type"`
	ExposureMode ExposureMode `json:"exposure_mode"`
	Bag
}

// CameraExposureSet is the data of camera_exposure_set (services).
type CameraExposureSet struct {
	PayloadIndex  string     `json:"payload_index"`
	CameraType    CameraType `json:"camera_type"`
	ExposureValue Loose      `json:"exposure_value"`
	Bag
}

// CameraFocalLengthSet is the data of camera_focal_length_set (services).
type CameraFocalLengthSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	ZoomFactor   float64    `json:"zoom_factor"` // 2 to 200
	Bag
}

// CameraFocusModeSet is the data of camera_focus_mode_set (services).
type CameraFocusModeSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusMode    FocusMode  `json:"focus_mode"`
	Bag
}

// CameraFocusValueSet is the data of camera_focus_value_set (services).
type CameraFocusValueSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusValue   int        `json:"focus_value"`
	Bag
}

// CameraFrameZoom is the data of camera_frame_zoom (services).
type CameraFrameZoom struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`      // None /, 0 to 1
	Y            float64    `json:"y"`      // None /, 0 to 1
	Width        float64    `json:"width"`  // None /, 0 to 1
	Height       float64    `json:"height"` // None /, 0 to 1
	Bag
}

// CameraLookAt is the data of camera_look_at (services).
type CameraLookAt struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	Latitude     float64 `json:"latitude"`  // -90 to 90
	Longitude    float64 `json:"longitude"` // -180 to 180
	Height       float64 `json:"height"`    // m, 2 to 10000
	Bag
}

// CameraModeSwitch is the data of camera_mode_switch (services).
type CameraModeSwitch struct {
	PayloadIndex string     `json:"payload_index"`
	CameraMode   CameraMode `json:"camera_mode"`
	Bag
}

// CameraPhotoStop is the data of camera_photo_stop (services).
type CameraPhotoStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraPhotoTake is the data of camera_photo_take (services).
type CameraPhotoTake struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraPhotoTakeReply is the data of camera_photo_take (services_reply).
type CameraPhotoTakeReply struct {
	Result int             `json:"result"`
	Output *JobReplyOutput `json:"output,omitzero"`
	Status *JobStatus      `json:"status,omitzero"`
	Bag
}

// PhotoProgress is progress of PhotoOutput.
type PhotoProgress struct {
	CurrentStep PhotoStep `json:"current_step"`
	Percent     int       `json:"percent"` // 0 to 100
	Bag
}

// PhotoOutput is output of CameraPhotoTakeProgress.
type PhotoOutput struct {
	Status   PhotoStatus   `json:"status"`
	Progress PhotoProgress `json:"progress"`
	Ext      PhotoExt      `json:"ext"`
	Bag
}

// CameraPhotoTakeProgress is the data of camera_photo_take_progress (events).
type CameraPhotoTakeProgress struct {
	Output PhotoOutput `json:"output"`
	Result int         `json:"result"`
	Bag
}

// CameraPointFocusAction is the data of camera_point_focus_action (services).
type CameraPointFocusAction struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// CameraRecordingStart is the data of camera_recording_start (services).
type CameraRecordingStart struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraRecordingStop is the data of camera_recording_stop (services).
type CameraRecordingStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// CameraScreenDrag is the data of camera_screen_drag (services).
type CameraScreenDrag struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	PitchSpeed   float64 `json:"pitch_speed"` // rad/s
	YawSpeed     float64 `json:"yaw_speed"`   // rad/s
	Bag
}

// CameraScreenSplit is the data of camera_screen_split (services).
type CameraScreenSplit struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// CloudControlAuthNotify is the data of cloud_control_auth_notify (events), ota_create (services_reply), return_home (services_reply).
type CloudControlAuthNotify struct {
	Result int             `json:"result"`
	Output *JobReplyOutput `json:"output,omitzero"`
	Bag
}

// CloudControlAuthRequest is the data of cloud_control_auth_request (services).
type CloudControlAuthRequest struct {
	UserID       string   `json:"user_id"`
	UserCallsign string   `json:"user_callsign"`
	ControlKeys  []string `json:"control_keys"`
	Bag
}

// CloudControlRequestOutput is output of CloudControlAuthRequestReply.
type CloudControlRequestOutput struct {
	Status string `json:"status"`
	Bag
}

// CloudControlAuthRequestReply is the data of cloud_control_auth_request (services_reply), cloud_control_release (services_reply).
type CloudControlAuthRequestReply struct {
	Result int                       `json:"result"`
	Output CloudControlRequestOutput `json:"output"`
	Bag
}

// CloudControlRelease is the data of cloud_control_release (services).
type CloudControlRelease struct {
	ControlKeys []string `json:"control_keys"`
	Bag
}

// DRCCameraModeSwitchMessage is the data of drc_camera_mode_switch (services).
type DRCCameraModeSwitchMessage struct {
	PayloadIndex string     `json:"payload_index"`
	CameraMode   CameraMode `json:"camera_mode"`
	Bag
}

// MQTTBroker is mqtt_broker of DRCModeEnter.
type MQTTBroker struct {
	Address    string `json:"address"`
	ClientID   string `json:"client_id"`
	Username   string `json:"username"`
	Password   string `json:"password"`
	ExpireTime int64  `json:"expire_time"` // s
	EnableTLS  bool   `json:"enable_tls"`
	Bag
}

// DRCModeEnter is the data of drc_mode_enter (services).
type DRCModeEnter struct {
	MQTTBroker   MQTTBroker `json:"mqtt_broker"`
	OSDFrequency int        `json:"osd_frequency"` // Hz, 1 to 30
	HSIFrequency int        `json:"hsi_frequency"` // Hz, 1 to 30
	Bag
}

// DRCStatusNotify is the data of drc_status_notify (events).
type DRCStatusNotify struct {
	Result   int      `json:"result"`
	DRCState DRCState `json:"drc_state"`
	Bag
}

// FlyToPoint is the data of fly_to_point (services).
type FlyToPoint struct {
	FlyToID  string   `json:"fly_to_id"`
	MaxSpeed int      `json:"max_speed"` // m/s
	Points   []Point3 `json:"points"`
	Bag
}

// FlyToPointProgress is the data of fly_to_point_progress (events).
type FlyToPointProgress struct {
	FlyToID           string           `json:"fly_to_id"`
	Status            FlyToPointStatus `json:"status"`
	Result            int              `json:"result"`
	WayPointIndex     int              `json:"way_point_index"`
	RemainingDistance float64          `json:"remaining_distance"` // m
	RemainingTime     float64          `json:"remaining_time"`     // s
	PlannedPathPoints []Point3         `json:"planned_path_points"`
	Bag
}

// FlyToPointUpdate is the data of fly_to_point_update (services).
type FlyToPointUpdate struct {
	MaxSpeed int      `json:"max_speed"` // m/s, 1 to 15
	Points   []Point3 `json:"points"`
	Bag
}

// GimbalReset is the data of gimbal_reset (services).
type GimbalReset struct {
	PayloadIndex string          `json:"payload_index"`
	ResetMode    GimbalResetMode `json:"reset_mode"`
	Bag
}

// IRMeteringAreaSet is the data of ir_metering_area_set (services).
type IRMeteringAreaSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Width        float64 `json:"width"`
	Height       float64 `json:"height"`
	Bag
}

// IRMeteringModeSet is the data of ir_metering_mode_set (services).
type IRMeteringModeSet struct {
	PayloadIndex string     `json:"payload_index"`
	Mode         IRMetering `json:"mode"`
	Bag
}

// IRMeteringPointSet is the data of ir_metering_point_set (services).
type IRMeteringPointSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Bag
}

// JoystickInvalidNotify is the data of joystick_invalid_notify (events).
type JoystickInvalidNotify struct {
	Reason int `json:"reason"`
	Bag
}

// Obstacle is obstacles of ObstacleAvoidanceNotify.
type Obstacle struct {
	ID            int     `json:"id"`
	Type          int     `json:"type"`
	Timestamp     int64   `json:"timestamp"`
	Latitude      float64 `json:"latitude"`  // -90 to 90
	Longitude     float64 `json:"longitude"` // -180 to 180
	Height        float64 `json:"height"`    // m
	WaylineID     int     `json:"wayline_id"`
	WaypointIndex int     `json:"waypoint_index"`
	Bag
}

// ObstacleAvoidanceNotify is the data of obstacle_avoidance_notify (events).
type ObstacleAvoidanceNotify struct {
	WaylineUuid   string     `json:"wayline_uuid"`
	FlightID      string     `json:"flight_id"`
	Obstacles     []Obstacle `json:"obstacles"`
	IsFinalReport bool       `json:"is_final_report"`
	Bag
}

// PayloadAuthorityGrab is the data of payload_authority_grab (services).
type PayloadAuthorityGrab struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// PhotoStorageSet is the data of photo_storage_set (services).
type PhotoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	PhotoStorageSettings []string `json:"photo_storage_settings"`
	Bag
}

// POICircleSpeedSet is the data of poi_circle_speed_set (services).
type POICircleSpeedSet struct {
	CircleSpeed float64 `json:"circle_speed"` // m/s
	Bag
}

// POIModeEnter is the data of poi_mode_enter (services).
type POIModeEnter struct {
	Latitude  *float64 `json:"latitude,omitzero"`  // -90 to 90
	Longitude *float64 `json:"longitude,omitzero"` // -180 to 180
	Height    *float64 `json:"height,omitzero"`    // m, 2 to 10000
	Bag
}

// POIStatusNotify is the data of poi_status_notify (events).
type POIStatusNotify struct {
	Status         JobStatus `json:"status"`
	Reason         int       `json:"reason"`
	CircleRadius   float64   `json:"circle_radius"`    // m
	CircleSpeed    float64   `json:"circle_speed"`     // m/s
	MaxCircleSpeed float64   `json:"max_circle_speed"` // m/s
	Bag
}

// SimulateMission is simulate_mission of TakeoffToPoint.
type SimulateMission struct {
	IsEnable  *IsEnable `json:"is_enable,omitzero"`
	Latitude  *float64  `json:"latitude,omitzero"`  // -90.0 to 90.0
	Longitude *float64  `json:"longitude,omitzero"` // -180.0 to 180.0
	Bag
}

// TakeoffToPoint is the data of takeoff_to_point (services).
type TakeoffToPoint struct {
	TargetLatitude           float64                  `json:"target_latitude"`         // -90 to 90
	TargetLongitude          float64                  `json:"target_longitude"`        // -180 to 180
	TargetHeight             float64                  `json:"target_height"`           // m, 2 to 1500
	SecurityTakeoffHeight    float64                  `json:"security_takeoff_height"` // m, 2 to 1500
	RTHAltitude              int                      `json:"rth_altitude"`            // m, 2 to 1500
	RCLostAction             *RCLostAction            `json:"rc_lost_action,omitzero"`
	ExitWaylineWhenRCLost    *ExitWaylineWhenRCLost   `json:"exit_wayline_when_rc_lost,omitzero"`
	CommanderModeLostAction  *CommanderModeLostAction `json:"commander_mode_lost_action,omitzero"`
	CommanderFlightHeight    *float64                 `json:"commander_flight_height,omitzero"` // m, 2 to 3000
	FlightID                 string                   `json:"flight_id"`
	MaxSpeed                 int                      `json:"max_speed"` // m/s, 1 to 15
	SimulateMission          *SimulateMission         `json:"simulate_mission,omitzero"`
	RTHMode                  *RTHMode                 `json:"rth_mode,omitzero"`
	CommanderFlightMode      *CommanderFlightMode     `json:"commander_flight_mode,omitzero"`
	FlightSafetyAdvanceCheck Loose                    `json:"flight_safety_advance_check,omitzero"`
	OutOfControlAction       *int                     `json:"out_of_control_action,omitzero"`
	Bag
}

// TakeoffToPointProgress is the data of takeoff_to_point_progress (events).
type TakeoffToPointProgress struct {
	Status            TakeoffToPointStatus `json:"status"`
	Result            int                  `json:"result"`
	FlightID          string               `json:"flight_id"`
	TrackID           string               `json:"track_id"`
	WayPointIndex     int                  `json:"way_point_index"`
	RemainingDistance float64              `json:"remaining_distance"` // m
	RemainingTime     float64              `json:"remaining_time"`     // s
	PlannedPathPoints []POIModeEnter       `json:"planned_path_points"`
	Bag
}

// VideoStorageSet is the data of video_storage_set (services).
type VideoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	VideoStorageSettings []string `json:"video_storage_settings"`
	Bag
}
