package cloudapi

// The fast channel (DRC): entering it, the stick, and what comes over it many times a second.

// AircraftMode is a value of mode_code.
type AircraftMode int

// Values of AircraftMode.
const (
	AircraftModeStandby             AircraftMode = 0
	AircraftModePreparing           AircraftMode = 1 // Takeoff preparation
	AircraftModePrepared            AircraftMode = 2 // Takeoff preparation completed
	AircraftModeManual              AircraftMode = 3 // Manual flight
	AircraftModeTakeoff             AircraftMode = 4 // Automatic takeoff
	AircraftModeWayline             AircraftMode = 5 // Wayline flight
	AircraftModePanorama            AircraftMode = 6
	AircraftModeTracking            AircraftMode = 7  // Intelligent tracking
	AircraftModeAvoiding            AircraftMode = 8  // ADS-B avoidance
	AircraftModeReturningHome       AircraftMode = 9  // Automatic returning to home
	AircraftModeLanding             AircraftMode = 10 // Automatic landing
	AircraftModeForcedLanding       AircraftMode = 11
	AircraftModeThreeBladeLanding   AircraftMode = 12
	AircraftModeUpgrading           AircraftMode = 13
	AircraftModeNotConnected        AircraftMode = 14
	AircraftModeAPAS                AircraftMode = 15
	AircraftModeVirtualStick        AircraftMode = 16 // Virtual stick state
	AircraftModeLiveFlightControls  AircraftMode = 17
	AircraftModeFixingRTK           AircraftMode = 18 // Airborne RTK fixing mode
	AircraftModeSelectingDock       AircraftMode = 19 // Dock address selecting
	AircraftModePOI                 AircraftMode = 20
	AircraftModeApproachOrDeparture AircraftMode = 21 // approach or departure leg
)

// LandingType is a value of landing_type.
type LandingType int

// Values of LandingType.
const (
	LandingTypeNotLanded                LandingType = 0
	LandingTypeLandingWithinDock        LandingType = 1
	LandingTypeLandingAlternateSite     LandingType = 2 // Landing at alternate site
	LandingTypeLandingTriggeredUsers    LandingType = 3 // Landing triggered by users
	LandingTypeLandingTriggeredAircraft LandingType = 4 // Landing triggered by aircraft
)

// LandingProtectionType is a value of landing_protection_type.
type LandingProtectionType int

// Values of LandingProtectionType.
const (
	LandingProtectionTypeDetectionNotOpened                       LandingProtectionType = 0 // Detection is not opened
	LandingProtectionTypeDetectingUnevenGroundOrWaterSurfaceBelow LandingProtectionType = 1
	LandingProtectionTypeNoGroundDetectingResult                  LandingProtectionType = 2
	LandingProtectionTypeDetectionLandingWithinDock               LandingProtectionType = 3 // Detection for landing within dock
)

// LiveDelay is liveview_delay_list of DelayInfoPush.
type LiveDelay struct {
	VideoID           string `json:"video_id"`
	LiveViewDelayTime int64  `json:"liveview_delay_time"` // ms
	Bag
}

// DelayInfoPush is the data of delay_info_push (drc/up).
type DelayInfoPush struct {
	SDRCmdDelay       int         `json:"sdr_cmd_delay"` // ms
	LiveViewDelayList []LiveDelay `json:"liveview_delay_list"`
	Bag
}

// DRCDroneStatePush is the data of drc_drone_state_push (drc/up).
type DRCDroneStatePush struct {
	StealthState          Loose                  `json:"stealth_state"`
	NightLightsState      Loose                  `json:"night_lights_state"`
	ModeCode              AircraftMode           `json:"mode_code"`
	LandingType           *LandingType           `json:"landing_type,omitzero"`
	LandingProtectionType *LandingProtectionType `json:"landing_protection_type,omitzero"`
	Bag
}

// DroneControl is the data of drone_control (drc/down).
type DroneControl struct {
	Seq int     `json:"seq"`
	X   float64 `json:"x"` // m/s, -17 to 17
	Y   float64 `json:"y"` // m/s, -17 to 17
	H   float64 `json:"h"` // m/s, 5 to -4
	W   float64 `json:"w"` // degree/s, -90 to 90
	Bag
}

// DroneControlOutput is output of DroneControlReply.
type DroneControlOutput struct {
	Seq int `json:"seq"`
	Bag
}

// DroneControlReply is the data of drone_control (drc/up).
type DroneControlReply struct {
	Result int                `json:"result"`
	Output DroneControlOutput `json:"output"`
	Bag
}

// DroneEmergencyStop is the data of drone_emergency_stop (drc/down).
type DroneEmergencyStop struct {
	Null *int `json:"null,omitzero"`
	Bag
}

// HeartBeat is the data of heart_beat (drc/down).
type HeartBeat struct {
	Seq       *int  `json:"seq,omitzero"`
	Timestamp int64 `json:"timestamp"` // ms
	Bag
}

// HeartBeatReply is the data of heart_beat (drc/up).
type HeartBeatReply struct {
	Seq       *int  `json:"seq,omitzero"`
	Timestamp int64 `json:"timestamp"` // ms
	Bag
}

// HSIInfoPush is the data of hsi_info_push (drc/up).
type HSIInfoPush struct {
	UpDistance       int   `json:"up_distance"`   // mm
	DownDistance     int   `json:"down_distance"` // mm
	UpEnable         bool  `json:"up_enable"`
	UpWork           bool  `json:"up_work"`
	DownEnable       bool  `json:"down_enable"`
	DownWork         bool  `json:"down_work"`
	AroundDistances  []int `json:"around_distances,omitzero"`
	LeftEnable       bool  `json:"left_enable"`
	LeftWork         bool  `json:"left_work"`
	RightEnable      bool  `json:"right_enable"`
	RightWork        bool  `json:"right_work"`
	FrontEnable      bool  `json:"front_enable"`
	FrontWork        bool  `json:"front_work"`
	BackEnable       bool  `json:"back_enable"`
	BackWork         bool  `json:"back_work"`
	VerticalEnable   bool  `json:"vertical_enable"`
	VerticalWork     bool  `json:"vertical_work"`
	HorizontalEnable bool  `json:"horizontal_enable"`
	HorizontalWork   bool  `json:"horizontal_work"`
	AroundDistance   []int `json:"around_distance"`
	Bag
}

// OSDInfoPush is the data of osd_info_push (drc/up).
type OSDInfoPush struct {
	AttitudeHead float64 `json:"attitude_head"` // °
	Latitude     float64 `json:"latitude"`      // °
	Longitude    float64 `json:"longitude"`     // °
	Height       float64 `json:"height"`        // °
	SpeedX       float64 `json:"speed_x"`       // m/s
	SpeedY       float64 `json:"speed_y"`       // m/s
	SpeedZ       float64 `json:"speed_z"`       // m/s
	GimbalPitch  float64 `json:"gimbal_pitch"`  // °
	GimbalRoll   float64 `json:"gimbal_roll"`   // °
	GimbalYaw    float64 `json:"gimbal_yaw"`    // °
	Bag
}

// StickControl is the data of stick_control (drc/down).
type StickControl struct {
	Roll        int  `json:"roll"`     // 364 to 1684
	Pitch       int  `json:"pitch"`    // 364 to 1684
	Throttle    int  `json:"throttle"` // 364 to 1684
	Yaw         int  `json:"yaw"`      // 364 to 1684
	GimbalPitch *int `json:"gimbal_pitch,omitzero"`
	Bag
}
