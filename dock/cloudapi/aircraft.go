package cloudapi

// What an aircraft reports of itself (osd and state).

// DistanceLimit is a value of state.
type DistanceLimit int

// Values of DistanceLimit.
const (
	DistanceLimitNotSet     DistanceLimit = 0
	DistanceLimitAlreadySet DistanceLimit = 1
)

// IsNearDistanceLimit is a value of is_near_distance_limit.
type IsNearDistanceLimit int

// Values of IsNearDistanceLimit.
const (
	IsNearDistanceLimitNotReachingSetDistanceLimit IsNearDistanceLimit = 0 // Not reaching the set distance limit
	IsNearDistanceLimitApproachingSetDistanceLimit IsNearDistanceLimit = 1 // Approaching the set distance limit
)

// ZoomFocusState is a value of zoom_focus_state.
type ZoomFocusState int

// Values of ZoomFocusState.
const (
	ZoomFocusStateIdle           ZoomFocusState = 0
	ZoomFocusStateFocusing       ZoomFocusState = 1
	ZoomFocusStateFocusSucceeded ZoomFocusState = 2
	ZoomFocusStateFocusFailed    ZoomFocusState = 3
)

// IRMeteringMode is a value of ir_metering_mode.
type IRMeteringMode int

// Values of IRMeteringMode.
const (
	IRMeteringModeIRMeteringOff IRMeteringMode = 0
	IRMeteringModeSpotMetering  IRMeteringMode = 1
	IRMeteringModeAreaMetering  IRMeteringMode = 2
)

// ModeCodeReason is a value of mode_code_reason.
type ModeCodeReason int

// Values of ModeCodeReason.
const (
	ModeCodeReasonNoMeaning                                          ModeCodeReason = 0
	ModeCodeReasonInsufficientBatteryPower                           ModeCodeReason = 1
	ModeCodeReasonInsufficientBatteryVoltage                         ModeCodeReason = 2
	ModeCodeReasonSeverelyLowVoltage                                 ModeCodeReason = 3
	ModeCodeReasonRequestedRemoteControllerButtons                   ModeCodeReason = 4 // Requested by remote controller buttons
	ModeCodeReasonRequestedByApp                                     ModeCodeReason = 5
	ModeCodeReasonLossRemoteControllerSignal                         ModeCodeReason = 6 // Loss of remote controller signal
	ModeCodeReasonTriggeredExternalDevicesSuchAsNavigationSDK        ModeCodeReason = 7
	ModeCodeReasonEnteredDockGEOZone                                 ModeCodeReason = 8 // Entered the dock GEO Zone
	ModeCodeReasonAlthoughReturnTriggeredTooCloseHomePoint           ModeCodeReason = 9
	ModeCodeReasonAlthoughReturnTriggeredTooFarHomePoint             ModeCodeReason = 10
	ModeCodeReasonRequestedWhenExecutingWaypointMissions             ModeCodeReason = 11
	ModeCodeReasonRequestedAfterReachingAboveHomePointReturn         ModeCodeReason = 12
	ModeCodeReasonContinuedDescentAfterAircraftsHeightDropped0       ModeCodeReason = 13
	ModeCodeReasonForcedBreakthroughLowAltitudeProtectionDevicesLike ModeCodeReason = 14
	ModeCodeReasonRequestedPassingFlightsVicinity                    ModeCodeReason = 15
	ModeCodeReasonRequestedHeightControlFailure                      ModeCodeReason = 16 // Requested due to height control failure
	ModeCodeReasonEnteredAfterIntelligentLowBatteryReturn            ModeCodeReason = 17
	ModeCodeReasonAPControlsFlightMode                               ModeCodeReason = 18 // AP controls the flight mode
	ModeCodeReasonHardwareAbnormally                                 ModeCodeReason = 19
	ModeCodeReasonEndAntiCollisionProtection                         ModeCodeReason = 20 // End of anti-collision protection
	ModeCodeReasonReturnCanceled                                     ModeCodeReason = 21
	ModeCodeReasonEncounteredObstaclesDuringReturn                   ModeCodeReason = 22 // Encountered obstacles during the return
	ModeCodeReasonTriggeredStrongWindsDockScene                      ModeCodeReason = 23
)

// Gear is a value of gear.
type Gear int

// Values of Gear.
const (
	GearA    Gear = 0
	GearP    Gear = 1
	GearNAV  Gear = 2
	GearFPV  Gear = 3
	GearFARM Gear = 4
	GearS    Gear = 5
	GearF    Gear = 6
	GearM    Gear = 7
	GearG    Gear = 8
	GearT    Gear = 9
)

// WindDirection is a value of wind_direction.
type WindDirection int

// Values of WindDirection.
const (
	WindDirectionTrueNorth WindDirection = 1
	WindDirectionNortheast WindDirection = 2
	WindDirectionEast      WindDirection = 3
	WindDirectionSoutheast WindDirection = 4
	WindDirectionSouth     WindDirection = 5
	WindDirectionSouthwest WindDirection = 6
	WindDirectionWest      WindDirection = 7
	WindDirectionNorthwest WindDirection = 8
)

// AircraftMaintenanceState is a value of state.
type AircraftMaintenanceState int

// Values of AircraftMaintenanceState.
const (
	AircraftMaintenanceStateNoMaintenance   AircraftMaintenanceState = 0
	AircraftMaintenanceStateWithMaintenance AircraftMaintenanceState = 1
)

// AircraftMaintenance is a value of last_maintain_type.
type AircraftMaintenance int

// Values of AircraftMaintenance.
const (
	AircraftMaintenanceBasicMaintenanceAircraft   AircraftMaintenance = 1 // Basic maintenance of the aircraft
	AircraftMaintenanceRegularMaintenanceAircraft AircraftMaintenance = 2 // Regular maintenance of the aircraft
	AircraftMaintenanceDeepMaintenanceAircraft    AircraftMaintenance = 3 // Deep maintenance of the aircraft
)

// IsNearHeightLimit is a value of is_near_height_limit.
type IsNearHeightLimit int

// Values of IsNearHeightLimit.
const (
	IsNearHeightLimitNotReachingSetHeightLimit IsNearHeightLimit = 0 // Not reaching the set height limit
	IsNearHeightLimitApproachingSetHeightLimit IsNearHeightLimit = 1 // Approaching the set height limit
)

// IsNearAreaLimit is a value of is_near_area_limit.
type IsNearAreaLimit int

// Values of IsNearAreaLimit.
const (
	IsNearAreaLimitNotReachingGEOZone IsNearAreaLimit = 0 // Not reaching the GEO Zone
	IsNearAreaLimitApproachingGEOZone IsNearAreaLimit = 1 // Approaching the GEO Zone
)

// CurrentRTHMode is a value of current_rth_mode.
type CurrentRTHMode int

// Values of CurrentRTHMode.
const (
	CurrentRTHModeIntelligentAltitude CurrentRTHMode = 0
	CurrentRTHModePresetAltitude      CurrentRTHMode = 1
)

// WorkMode is a value of work_mode.
type WorkMode int

// Values of WorkMode.
const (
	WorkModeTTSPayloadMode       WorkMode = 0
	WorkModeRecordingAndSpeaking WorkMode = 1
)

// WatermarkLayout is a value of layout.
type WatermarkLayout int

// Values of WatermarkLayout.
const (
	WatermarkLayoutTopLeft     WatermarkLayout = 0
	WatermarkLayoutBottomLeft  WatermarkLayout = 1
	WatermarkLayoutTopRight    WatermarkLayout = 2
	WatermarkLayoutBottomRight WatermarkLayout = 3
)

// MeasureTargetErrorState is a value of measure_target_error_state.
type MeasureTargetErrorState int

// Values of MeasureTargetErrorState.
const (
	MeasureTargetErrorStateNORMAL   MeasureTargetErrorState = 0
	MeasureTargetErrorStateTOOCLOSE MeasureTargetErrorState = 1
	MeasureTargetErrorStateTOOFAR   MeasureTargetErrorState = 2
	MeasureTargetErrorStateNOSIGNAL MeasureTargetErrorState = 3
)

// ThermalCurrentPaletteStyle is a value of thermal_current_palette_style.
type ThermalCurrentPaletteStyle int

// Values of ThermalCurrentPaletteStyle.
const (
	ThermalCurrentPaletteStyleWHITEHOT ThermalCurrentPaletteStyle = 0
	ThermalCurrentPaletteStyleBLACKHOT ThermalCurrentPaletteStyle = 1
	ThermalCurrentPaletteStyleREDHOT   ThermalCurrentPaletteStyle = 2
	ThermalCurrentPaletteStyleGREENHOT ThermalCurrentPaletteStyle = 3
	ThermalCurrentPaletteStyleRAINBOW  ThermalCurrentPaletteStyle = 5
	ThermalCurrentPaletteStyleIRONBOW1 ThermalCurrentPaletteStyle = 6
	ThermalCurrentPaletteStyleICEFIRE  ThermalCurrentPaletteStyle = 8
	ThermalCurrentPaletteStyleCOLOR1   ThermalCurrentPaletteStyle = 11
	ThermalCurrentPaletteStyleCOLOR2   ThermalCurrentPaletteStyle = 12
	ThermalCurrentPaletteStyleRAIN     ThermalCurrentPaletteStyle = 13
)

// TrackTargetMode is a value of track_target_mode.
type TrackTargetMode int

// Values of TrackTargetMode.
const (
	TrackTargetModeTracking              TrackTargetMode = 1
	TrackTargetModeTrackingLowConfidence TrackTargetMode = 2 // tracking with low confidence
	TrackTargetModeGPSPointOrPredicted   TrackTargetMode = 3
)

// AircraftPayload is payloads of AircraftProperties.
type AircraftPayload struct {
	ControlSource   *string `json:"control_source,omitzero"`
	PayloadIndex    *string `json:"payload_index,omitzero"`
	FirmwareVersion *string `json:"firmware_version,omitzero"`
	SN              *string `json:"sn,omitzero"`
	Bag
}

// DistanceLimitStatus is distance_limit_status of AircraftProperties.
type DistanceLimitStatus struct {
	State               *DistanceLimit       `json:"state,omitzero"`
	DistanceLimit       *int                 `json:"distance_limit,omitzero"` // m, 15 to 8000
	IsNearDistanceLimit *IsNearDistanceLimit `json:"is_near_distance_limit,omitzero"`
	Bag
}

// IRMeteringPoint is min_temperature_point of IRMeteringArea and others.
type IRMeteringPoint struct {
	X           *float64 `json:"x,omitzero"`
	Y           *float64 `json:"y,omitzero"`
	Temperature *float64 `json:"temperature,omitzero"`
	Bag
}

// IRMeteringArea is ir_metering_area of AircraftCamera.
type IRMeteringArea struct {
	X                   *float64         `json:"x,omitzero"`
	Y                   *float64         `json:"y,omitzero"`
	Width               *float64         `json:"width,omitzero"`
	Height              *float64         `json:"height,omitzero"`
	AverTemperature     *float64         `json:"aver_temperature,omitzero"`
	MinTemperaturePoint *IRMeteringPoint `json:"min_temperature_point,omitzero"`
	MaxTemperaturePoint *IRMeteringPoint `json:"max_temperature_point,omitzero"`
	Bag
}

// AircraftCamera is cameras of AircraftProperties.
type AircraftCamera struct {
	RemainPhotoNum                  *int                 `json:"remain_photo_num,omitzero"`
	RemainRecordDuration            *int                 `json:"remain_record_duration,omitzero"` // s
	RecordTime                      *int64               `json:"record_time,omitzero"`            // s
	PayloadIndex                    *string              `json:"payload_index,omitzero"`
	CameraMode                      *CameraMode          `json:"camera_mode,omitzero"`
	PhotoState                      *PhotoState          `json:"photo_state,omitzero"`
	ScreenSplitEnable               *bool                `json:"screen_split_enable,omitzero"`
	RecordingState                  *RecordingState      `json:"recording_state,omitzero"`
	ZoomFactor                      *float64             `json:"zoom_factor,omitzero"`    // 2 to 200
	IRZoomFactor                    *float64             `json:"ir_zoom_factor,omitzero"` // 2 to 20
	LiveViewWorldRegion             *LiveViewWorldRegion `json:"liveview_world_region,omitzero"`
	PhotoStorageSettings            []string             `json:"photo_storage_settings,omitzero"`
	VideoStorageSettings            []string             `json:"video_storage_settings,omitzero"`
	WideExposureMode                *WideExposureMode    `json:"wide_exposure_mode,omitzero"`
	WideISO                         *WideISO             `json:"wide_iso,omitzero"`
	WideShutterSpeed                *WideShutterSpeed    `json:"wide_shutter_speed,omitzero"`
	WideExposureValue               *WideExposureValue   `json:"wide_exposure_value,omitzero"`
	ZoomExposureMode                *ZoomExposureMode    `json:"zoom_exposure_mode,omitzero"`
	ZoomISO                         *ZoomISO             `json:"zoom_iso,omitzero"`
	ZoomShutterSpeed                *ZoomShutterSpeed    `json:"zoom_shutter_speed,omitzero"`
	ZoomExposureValue               *ZoomExposureValue   `json:"zoom_exposure_value,omitzero"`
	ZoomFocusMode                   *ZoomFocusMode       `json:"zoom_focus_mode,omitzero"`
	ZoomFocusValue                  *int                 `json:"zoom_focus_value,omitzero"`
	ZoomMaxFocusValue               *int                 `json:"zoom_max_focus_value,omitzero"`
	ZoomMinFocusValue               *int                 `json:"zoom_min_focus_value,omitzero"`
	ZoomCalibrateFarthestFocusValue *int                 `json:"zoom_calibrate_farthest_focus_value,omitzero"`
	ZoomCalibrateNearestFocusValue  *int                 `json:"zoom_calibrate_nearest_focus_value,omitzero"`
	ZoomFocusState                  *ZoomFocusState      `json:"zoom_focus_state,omitzero"`
	IRMeteringMode                  *IRMeteringMode      `json:"ir_metering_mode,omitzero"`
	IRMeteringPoint                 *IRMeteringPoint     `json:"ir_metering_point,omitzero"`
	IRMeteringArea                  *IRMeteringArea      `json:"ir_metering_area,omitzero"`
	Bag
}

// AircraftBattery is batteries of Battery.
type AircraftBattery struct {
	CapacityPercent        int     `json:"capacity_percent"`
	Index                  int     `json:"index"`
	SN                     string  `json:"sn"`
	Type                   int     `json:"type"`
	SubType                int     `json:"sub_type"`
	FirmwareVersion        string  `json:"firmware_version"`
	LoopTimes              int     `json:"loop_times"`
	Voltage                int     `json:"voltage"`                   // mV
	Temperature            float64 `json:"temperature"`               // °C
	HighVoltageStorageDays int     `json:"high_voltage_storage_days"` // day
	Bag
}

// Battery is battery of AircraftProperties.
type Battery struct {
	CapacityPercent  int               `json:"capacity_percent"`
	RemainFlightTime int64             `json:"remain_flight_time"` // s
	ReturnHomePower  int               `json:"return_home_power"`
	LandingPower     int               `json:"landing_power"`
	Batteries        []AircraftBattery `json:"batteries"`
	Bag
}

// AircraftPositionState is position_state of AircraftProperties.
type AircraftPositionState struct {
	IsFixed   RTKFix     `json:"is_fixed"`
	Quality   FixQuality `json:"quality"`
	GPSNumber int        `json:"gps_number"`
	RTKNumber int        `json:"rtk_number"`
	Bag
}

// AircraftMaintenanceRecord is maintain_status_array of AircraftMaintainStatus.
type AircraftMaintenanceRecord struct {
	State                     AircraftMaintenanceState `json:"state"`
	LastMaintainType          AircraftMaintenance      `json:"last_maintain_type"`
	LastMaintainTime          Loose                    `json:"last_maintain_time"`                    // s
	LastMaintainFlightTime    int64                    `json:"last_maintain_flight_time"`             // h
	LastMaintainFlightSorties *int                     `json:"last_maintain_flight_sorties,omitzero"` // 0 to 2147483647
	Bag
}

// AircraftMaintainStatus is maintain_status of AircraftProperties.
type AircraftMaintainStatus struct {
	MaintainStatusArray []AircraftMaintenanceRecord `json:"maintain_status_array"`
	Bag
}

// ObstacleAvoidance is obstacle_avoidance of AircraftProperties.
type ObstacleAvoidance struct {
	Horizon  *Switch `json:"horizon,omitzero"`
	Upside   *Switch `json:"upside,omitzero"`
	Downside *Switch `json:"downside,omitzero"`
	Bag
}

// AircraftSpeaker is speaker of PSDKWidgets.
type AircraftSpeaker struct {
	WorkMode     *WorkMode        `json:"work_mode,omitzero"`
	PlayMode     *SpeakerPlayMode `json:"play_mode,omitzero"`
	PlayVolume   *int             `json:"play_volume,omitzero"`
	SystemState  *SpeakerState    `json:"system_state,omitzero"`
	PlayFileName *string          `json:"play_file_name,omitzero"` // B
	PlayFileMD5  *string          `json:"play_file_md5,omitzero"`
	Bag
}

// PSDKWidgets is psdk_widget_values of AircraftProperties.
type PSDKWidgets struct {
	PSDKIndex      *int             `json:"psdk_index,omitzero"`
	PSDKName       *string          `json:"psdk_name,omitzero"`
	PSDKSN         *string          `json:"psdk_sn,omitzero"`
	PSDKVersion    *string          `json:"psdk_version,omitzero"`
	PSDKLibVersion *string          `json:"psdk_lib_version,omitzero"`
	Speaker        *AircraftSpeaker `json:"speaker,omitzero"`
	Values         []WidgetValue    `json:"values,omitzero"`
	Bag
}

// CameraWatermarkSettings is camera_watermark_settings of AircraftProperties.
type CameraWatermarkSettings struct {
	GlobalEnable           *Switch          `json:"global_enable,omitzero"`
	DroneTypeEnable        *Switch          `json:"drone_type_enable,omitzero"`
	DroneSNEnable          *Switch          `json:"drone_sn_enable,omitzero"`
	DatetimeEnable         *Switch          `json:"datetime_enable,omitzero"`
	GPSEnable              *Switch          `json:"gps_enable,omitzero"`
	UserCustomStringEnable *Switch          `json:"user_custom_string_enable,omitzero"`
	UserCustomString       *string          `json:"user_custom_string,omitzero"`
	Layout                 *WatermarkLayout `json:"layout,omitzero"`
	Bag
}

// AircraftProperties is the data of osd and state of an aircraft; every message holds a part of it.
type AircraftProperties struct {
	Payloads                          []AircraftPayload        `json:"payloads,omitzero"`
	ModeCode                          *AircraftMode            `json:"mode_code,omitzero"`
	DistanceLimitStatus               *DistanceLimitStatus     `json:"distance_limit_status,omitzero"`
	WpmzVersion                       *string                  `json:"wpmz_version,omitzero"`
	RTHAltitude                       *int                     `json:"rth_altitude,omitzero"` // m, 20 to 500
	RCLostAction                      *RCLostAction            `json:"rc_lost_action,omitzero"`
	ExitWaylineWhenRCLost             *ExitWaylineWhenRCLost   `json:"exit_wayline_when_rc_lost,omitzero"`
	Cameras                           []AircraftCamera         `json:"cameras,omitzero"`
	Country                           *string                  `json:"country,omitzero"`
	RIDState                          *bool                    `json:"rid_state,omitzero"`
	CommanderModeLostAction           *CommanderModeLostAction `json:"commander_mode_lost_action,omitzero"`
	CurrentCommanderFlightMode        Loose                    `json:"current_commander_flight_mode,omitzero"`
	CommanderFlightHeight             *float64                 `json:"commander_flight_height,omitzero"` // m, 2 to 3000
	ModeCodeReason                    *ModeCodeReason          `json:"mode_code_reason,omitzero"`
	Gear                              *Gear                    `json:"gear,omitzero"`
	FirmwareVersion                   *string                  `json:"firmware_version,omitzero"`
	CompatibleStatus                  *FirmwareCompatible      `json:"compatible_status,omitzero"`
	FirmwareUpgradeStatus             *FirmwareUpgradeStatus   `json:"firmware_upgrade_status,omitzero"`
	HorizontalSpeed                   *float64                 `json:"horizontal_speed,omitzero"` // m/s
	VerticalSpeed                     *float64                 `json:"vertical_speed,omitzero"`   // m/s
	Longitude                         *float64                 `json:"longitude,omitzero"`        // -1.4E-45 to 3.4028235E38
	Latitude                          *float64                 `json:"latitude,omitzero"`         // -1.4E-45 to 3.4028235E38
	Height                            *float64                 `json:"height,omitzero"`
	Elevation                         *float64                 `json:"elevation,omitzero"`
	AttitudePitch                     *float64                 `json:"attitude_pitch,omitzero"`
	AttitudeRoll                      *float64                 `json:"attitude_roll,omitzero"`
	AttitudeHead                      *float64                 `json:"attitude_head,omitzero"`
	HomeLongitude                     *float64                 `json:"home_longitude,omitzero"`
	HomeLatitude                      *float64                 `json:"home_latitude,omitzero"`
	HomeDistance                      *float64                 `json:"home_distance,omitzero"`
	WindSpeed                         *float64                 `json:"wind_speed,omitzero"` // m/s
	WindDirection                     *WindDirection           `json:"wind_direction,omitzero"`
	ControlSource                     *string                  `json:"control_source,omitzero"`
	LowBatteryWarningThreshold        *int                     `json:"low_battery_warning_threshold,omitzero"`
	SeriousLowBatteryWarningThreshold *int                     `json:"serious_low_battery_warning_threshold,omitzero"`
	TotalFlightTime                   *float64                 `json:"total_flight_time,omitzero"`     // s
	TotalFlightDistance               *float64                 `json:"total_flight_distance,omitzero"` // m
	Battery                           *Battery                 `json:"battery,omitzero"`
	Storage                           *Storage                 `json:"storage,omitzero"`
	PositionState                     *AircraftPositionState   `json:"position_state,omitzero"`
	TrackID                           *string                  `json:"track_id,omitzero"`
	TotalFlightSorties                *int                     `json:"total_flight_sorties,omitzero"` // 0 to 2147483647
	MaintainStatus                    *AircraftMaintainStatus  `json:"maintain_status,omitzero"`
	ActivationTime                    *int64                   `json:"activation_time,omitzero"` // s
	NightLightsState                  *Switch                  `json:"night_lights_state,omitzero"`
	HeightLimit                       *int                     `json:"height_limit,omitzero"` // m, 20 to 1500
	IsNearHeightLimit                 *IsNearHeightLimit       `json:"is_near_height_limit,omitzero"`
	IsNearAreaLimit                   *IsNearAreaLimit         `json:"is_near_area_limit,omitzero"`
	ObstacleAvoidance                 *ObstacleAvoidance       `json:"obstacle_avoidance,omitzero"`
	CurrentRTHMode                    *CurrentRTHMode          `json:"current_rth_mode,omitzero"`
	PSDKUIResource                    []DRCPSDKUIResource      `json:"psdk_ui_resource,omitzero"`
	PSDKWidgetValues                  []PSDKWidgets            `json:"psdk_widget_values,omitzero"`
	BestLinkGateway                   *string                  `json:"best_link_gateway,omitzero"`
	WirelessLinkTopo                  *WirelessLinkTopo        `json:"wireless_link_topo,omitzero"`
	FlySafeDatabaseVersion            *string                  `json:"flysafe_database_version,omitzero"`
	OfflineMapEnable                  *bool                    `json:"offline_map_enable,omitzero"`
	DongleInfos                       []DongleInfo             `json:"dongle_infos,omitzero"`
	RTHMode                           *RTHMode                 `json:"rth_mode,omitzero"`
	CommanderFlightMode               *CommanderFlightMode     `json:"commander_flight_mode,omitzero"`
	CameraWatermarkSettings           *CameraWatermarkSettings `json:"camera_watermark_settings,omitzero"`
	RemainingPowerForReturnHome       *int                     `json:"remaining_power_for_return_home,omitzero"`
	// Payloads are keyed on the wire by payload index, such as "81-0-0".
	PayloadsByIndex map[string]PayloadProperties `json:"-"`
	Bag
}

// SmartTrackPoint is smart_track_point of PayloadProperties.
type SmartTrackPoint struct {
	TrackTargetMode *TrackTargetMode `json:"track_target_mode,omitzero"`
	TrackLatitude   *float64         `json:"track_latitude,omitzero"`  // -90 to 90
	TrackLongitude  *float64         `json:"track_longitude,omitzero"` // -180 to 180
	TrackAltitude   *float64         `json:"track_altitude,omitzero"`
	Bag
}

// PayloadProperties is  of messages.
type PayloadProperties struct {
	GimbalPitch                   *float64                    `json:"gimbal_pitch,omitzero"`             // °, -180 to 180
	GimbalRoll                    *float64                    `json:"gimbal_roll,omitzero"`              // °, -180 to 180
	GimbalYaw                     *float64                    `json:"gimbal_yaw,omitzero"`               // °, -180 to 180
	MeasureTargetLongitude        *float64                    `json:"measure_target_longitude,omitzero"` // °, -180 to 180
	MeasureTargetLatitude         *float64                    `json:"measure_target_latitude,omitzero"`  // °, -90 to 90
	MeasureTargetAltitude         *float64                    `json:"measure_target_altitude,omitzero"`  // m
	MeasureTargetDistance         *float64                    `json:"measure_target_distance,omitzero"`  // m
	MeasureTargetErrorState       *MeasureTargetErrorState    `json:"measure_target_error_state,omitzero"`
	PayloadIndex                  *string                     `json:"payload_index,omitzero"`
	ZoomFactor                    *float64                    `json:"zoom_factor,omitzero"`
	ThermalCurrentPaletteStyle    *ThermalCurrentPaletteStyle `json:"thermal_current_palette_style,omitzero"`
	ThermalSupportedPaletteStyles []Loose                     `json:"thermal_supported_palette_styles,omitzero"`
	ThermalGainMode               *ThermalGainMode            `json:"thermal_gain_mode,omitzero"`
	ThermalIsothermState          *Switch                     `json:"thermal_isotherm_state,omitzero"`
	ThermalIsothermUpperLimit     *int                        `json:"thermal_isotherm_upper_limit,omitzero"`   // °C
	ThermalIsothermLowerLimit     *int                        `json:"thermal_isotherm_lower_limit,omitzero"`   // °C
	ThermalGlobalTemperatureMin   *float64                    `json:"thermal_global_temperature_min,omitzero"` // °C
	ThermalGlobalTemperatureMax   *float64                    `json:"thermal_global_temperature_max,omitzero"` // °C
	SmartTrackPoint               []SmartTrackPoint           `json:"smart_track_point,omitzero"`
	Version                       *int                        `json:"version,omitzero"`
	Bag
}
