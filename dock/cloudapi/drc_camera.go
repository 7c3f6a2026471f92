package cloudapi

// Camera and gimbal over the fast channel (DRC).

// PhotoExt is ext of PhotoOutput and others.
type PhotoExt struct {
	CameraMode CameraMode `json:"camera_mode"`
	Bag
}

// DRCCameraAim is the data of drc_camera_aim (drc/down).
type DRCCameraAim struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// DRCCameraApertureValueSet is the data of drc_camera_aperture_value_set (drc/down).
type DRCCameraApertureValueSet struct {
	PayloadIndex  string        `json:"payload_index"`
	CameraType    CameraType    `json:"camera_type"`
	ApertureValue ApertureValue `json:"aperture_value"`
	Bag
}

// DRCCameraDenoiseLevelSet is the data of drc_camera_denoise_level_set (drc/down).
type DRCCameraDenoiseLevelSet struct {
	PayloadIndex string `json:"payload_index"`
	Level        int    `json:"level"`
	Bag
}

// DRCCameraDewarpingSet is the data of drc_camera_dewarping_set (drc/down).
type DRCCameraDewarpingSet struct {
	PayloadIndex   string     `json:"payload_index"`
	CameraType     CameraType `json:"camera_type"`
	DewarpingState Switch     `json:"dewarping_state"`
	Bag
}

// DRCCameraExposureModeSet is the data of drc_camera_exposure_mode_set (drc/down).
type DRCCameraExposureModeSet struct {
	PayloadIndex string       `json:"payload_index"`
	CameraType   CameraType   `json:"camera_type"`
	ExposureMode ExposureMode `json:"exposure_mode"`
	Bag
}

// DRCCameraExposureSet is the data of drc_camera_exposure_set (drc/down).
type DRCCameraExposureSet struct {
	PayloadIndex  string     `json:"payload_index"`
	CameraType    CameraType `json:"camera_type"`
	ExposureValue Loose      `json:"exposure_value"`
	Bag
}

// DRCCameraFocalLengthSet is the data of drc_camera_focal_length_set (drc/down).
type DRCCameraFocalLengthSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	ZoomFactor   float64    `json:"zoom_factor"` // 2 to 200
	Bag
}

// DRCCameraFocusModeSet is the data of drc_camera_focus_mode_set (drc/down).
type DRCCameraFocusModeSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusMode    FocusMode  `json:"focus_mode"`
	Bag
}

// DRCCameraFocusValueSet is the data of drc_camera_focus_value_set (drc/down).
type DRCCameraFocusValueSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	FocusValue   int        `json:"focus_value"`
	Bag
}

// DRCCameraFrameZoom is the data of drc_camera_frame_zoom (drc/down).
type DRCCameraFrameZoom struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	Locked       bool       `json:"locked"`
	X            float64    `json:"x"`      // 0 to 1
	Y            float64    `json:"y"`      // 0 to 1
	Width        float64    `json:"width"`  // 0 to 1
	Height       float64    `json:"height"` // 0 to 1
	Bag
}

// DRCCameraISOSet is the data of drc_camera_iso_set (drc/down).
type DRCCameraISOSet struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	ISOValue     ISOValue   `json:"iso_value"`
	Bag
}

// DRCCameraLookAt is the data of drc_camera_look_at (drc/down).
type DRCCameraLookAt struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	Latitude     float64 `json:"latitude"`  // -90 to 90
	Longitude    float64 `json:"longitude"` // -180 to 180
	Height       float64 `json:"height"`    // m, 2 to 10000
	Bag
}

// DRCCameraMechanicalShutterSet is the data of drc_camera_mechanical_shutter_set (drc/down).
type DRCCameraMechanicalShutterSet struct {
	PayloadIndex           string     `json:"payload_index"`
	CameraType             CameraType `json:"camera_type"`
	DewarpingState         *Switch    `json:"dewarping_state,omitzero"`
	MechanicalShutterState Switch     `json:"mechanical_shutter_state"`
	Bag
}

// DRCCameraModeSwitch is the data of drc_camera_mode_switch (drc/down).
type DRCCameraModeSwitch struct {
	PayloadIndex string     `json:"payload_index"`
	CameraMode   CameraMode `json:"camera_mode"`
	Bag
}

// DRCCameraNightModeSet is the data of drc_camera_night_mode_set (drc/down).
type DRCCameraNightModeSet struct {
	PayloadIndex string `json:"payload_index"`
	Mode         int    `json:"mode"`
	Bag
}

// DRCCameraNightVisionEnable is the data of drc_camera_night_vision_enable (drc/down).
type DRCCameraNightVisionEnable struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// WideLens is wide_lense of DRCCameraOSDInfoPush.
type WideLens struct {
	WideExposureMode  WideExposureMode  `json:"wide_exposure_mode"`
	WideISO           WideISO           `json:"wide_iso"`
	WideShutterSpeed  WideShutterSpeed  `json:"wide_shutter_speed"`
	WideExposureValue WideExposureValue `json:"wide_exposure_value"`
	WideApertureValue WideApertureValue `json:"wide_aperture_value"`
	Bag
}

// ZoomLens is zoom_lense of DRCCameraOSDInfoPush.
type ZoomLens struct {
	ZoomExposureMode                ZoomExposureMode  `json:"zoom_exposure_mode"`
	ZoomISO                         ZoomISO           `json:"zoom_iso"`
	ZoomShutterSpeed                ZoomShutterSpeed  `json:"zoom_shutter_speed"`
	ZoomExposureValue               ZoomExposureValue `json:"zoom_exposure_value"`
	ZoomFocusMode                   ZoomFocusMode     `json:"zoom_focus_mode"`
	ZoomFocusValue                  int               `json:"zoom_focus_value"`
	ZoomMaxFocusValue               int               `json:"zoom_max_focus_value"`
	ZoomMinFocusValue               int               `json:"zoom_min_focus_value"`
	ZoomCalibrateFarthestFocusValue int               `json:"zoom_calibrate_farthest_focus_value"`
	ZoomCalibrateNearestFocusValue  int               `json:"zoom_calibrate_nearest_focus_value"`
	ZoomFocusState                  int               `json:"zoom_focus_state"`
	ZoomFactor                      float64           `json:"zoom_factor"`
	ZoomApertureValue               ZoomApertureValue `json:"zoom_aperture_value"`
	Bag
}

// MeasureTarget is measure_target of DRCCameraOSDInfoPush.
type MeasureTarget struct {
	MeasureTargetLongitude  float64 `json:"measure_target_longitude"` // -180 to 180
	MeasureTargetLatitude   float64 `json:"measure_target_latitude"`  // -90 to 90
	MeasureTargetAltitude   float64 `json:"measure_target_altitude"`
	MeasureTargetDistance   float64 `json:"measure_target_distance"`
	MeasureTargetErrorState int     `json:"measure_target_error_state"`
	Bag
}

// IRLens is ir_lense of DRCCameraOSDInfoPush.
type IRLens struct {
	ScreenSplitEnable             bool            `json:"screen_split_enable"`
	IRZoomFactor                  float64         `json:"ir_zoom_factor"` // 2 to 20
	ThermalSupportedPaletteStyles []Loose         `json:"thermal_supported_palette_styles,omitzero"`
	ThermalGainMode               ThermalGainMode `json:"thermal_gain_mode"`
	ThermalIsothermState          Switch          `json:"thermal_isotherm_state"`
	ThermalIsothermUpperLimit     int             `json:"thermal_isotherm_upper_limit"`
	ThermalIsothermLowerLimit     int             `json:"thermal_isotherm_lower_limit"`
	ThermalGlobalTemperatureMin   float64         `json:"thermal_global_temperature_min"`
	ThermalGlobalTemperatureMax   float64         `json:"thermal_global_temperature_max"`
	ThermalCurrentPaletteStyle    int             `json:"thermal_current_palette_style"`
	Bag
}

// LiveViewWorldRegion is liveview_world_region of LiveView and others.
type LiveViewWorldRegion struct {
	Left   *float64 `json:"left,omitzero"`
	Top    *float64 `json:"top,omitzero"`
	Right  *float64 `json:"right,omitzero"`
	Bottom *float64 `json:"bottom,omitzero"`
	Bag
}

// LiveView is liveview of DRCCameraOSDInfoPush.
type LiveView struct {
	LiveViewWorldRegion *LiveViewWorldRegion `json:"liveview_world_region,omitzero"`
	Bag
}

// DRCCameraOSDInfoPush is the data of drc_camera_osd_info_push (drc/up).
type DRCCameraOSDInfoPush struct {
	PayloadIndex  string         `json:"payload_index"`
	WideLense     *WideLens      `json:"wide_lense,omitzero"`
	ZoomLense     *ZoomLens      `json:"zoom_lense,omitzero"`
	MeasureTarget *MeasureTarget `json:"measure_target,omitzero"`
	IRLense       *IRLens        `json:"ir_lense,omitzero"`
	LiveView      *LiveView      `json:"liveview,omitzero"`
	Bag
}

// DRCCameraPhotoFormatSet is the data of drc_camera_photo_format_set (drc/down).
type DRCCameraPhotoFormatSet struct {
	PayloadIndex string      `json:"payload_index"`
	PhotoFormat  PhotoFormat `json:"photo_format"`
	Bag
}

// DRCPhotoProgress is progress of DRCCameraPhotoInfoPush.
type DRCPhotoProgress struct {
	CurrentStep DRCPhotoStep `json:"current_step"`
	Percent     int          `json:"percent"` // 0 to 100
	Bag
}

// DRCCameraPhotoInfoPush is the data of drc_camera_photo_info_push (drc/up).
type DRCCameraPhotoInfoPush struct {
	CountdownTime int64            `json:"countdown_time"`
	Result        int              `json:"result"`
	Status        PhotoStatus      `json:"status"`
	Progress      DRCPhotoProgress `json:"progress"`
	Ext           PhotoExt         `json:"ext"`
	Bag
}

// DRCCameraPhotoStop is the data of drc_camera_photo_stop (drc/down).
type DRCCameraPhotoStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraPhotoTake is the data of drc_camera_photo_take (drc/down).
type DRCCameraPhotoTake struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraPhotoTakeReply is the data of drc_camera_photo_take (drc/up).
type DRCCameraPhotoTakeReply struct {
	Result int        `json:"result"`
	Status *JobStatus `json:"status,omitzero"`
	Bag
}

// DRCCameraPointFocusAction is the data of drc_camera_point_focus_action (drc/down).
type DRCCameraPointFocusAction struct {
	PayloadIndex string     `json:"payload_index"`
	CameraType   CameraType `json:"camera_type"`
	X            float64    `json:"x"`
	Y            float64    `json:"y"`
	Bag
}

// DRCCameraRecordingStart is the data of drc_camera_recording_start (drc/down).
type DRCCameraRecordingStart struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraRecordingStop is the data of drc_camera_recording_stop (drc/down).
type DRCCameraRecordingStop struct {
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraScreenDrag is the data of drc_camera_screen_drag (drc/down).
type DRCCameraScreenDrag struct {
	PayloadIndex string  `json:"payload_index"`
	Locked       bool    `json:"locked"`
	PitchSpeed   float64 `json:"pitch_speed"` // rad/s
	YawSpeed     float64 `json:"yaw_speed"`   // rad/s
	Bag
}

// DRCCameraScreenSplit is the data of drc_camera_screen_split (drc/down).
type DRCCameraScreenSplit struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// DRCCameraScreenSplitReply is the data of drc_camera_screen_split (drc/up).
type DRCCameraScreenSplitReply struct {
	Result       *int   `json:"result,omitzero"`
	Enable       bool   `json:"enable"`
	PayloadIndex string `json:"payload_index"`
	Bag
}

// DRCCameraShutterSet is the data of drc_camera_shutter_set (drc/down).
type DRCCameraShutterSet struct {
	PayloadIndex string       `json:"payload_index"`
	CameraType   CameraType   `json:"camera_type"`
	ShutterValue ShutterValue `json:"shutter_value"`
	Bag
}

// NightModeSettings is night_mode_settings of CameraState.
type NightModeSettings struct {
	NightMode                NightMode                `json:"night_mode"`
	DenoiseLevel             DenoiseLevel             `json:"denoise_level"`
	NightVisionEnable        bool                     `json:"night_vision_enable"`
	InfraredFillLightEnable  bool                     `json:"infrared_fill_light_enable"`
	NightSceneModeSuggestion NightSceneModeSuggestion `json:"night_scene_mode_suggestion"`
	IsWorking                IsWorking                `json:"is_working"`
	Bag
}

// CameraState is camera_state of DRCCameraStatePush.
type CameraState struct {
	CameraMode            CameraMode         `json:"camera_mode"`
	IntervalPhotoInterval float64            `json:"interval_photo_interval"` // s
	VideoResolution       Loose              `json:"video_resolution"`
	LinkageZoomState      Loose              `json:"linkage_zoom_state"`
	PhotoSize             PhotoSize          `json:"photo_size"`
	RecordTime            int64              `json:"record_time"` // s
	RecordingState        RecordingState     `json:"recording_state"`
	PhotoState            PhotoState         `json:"photo_state"`
	RemainPhotoNum        int                `json:"remain_photo_num"`
	RemainRecordDuration  int                `json:"remain_record_duration"` // s
	PhotoFormat           *PhotoFormat       `json:"photo_format,omitzero"`
	NightModeSettings     *NightModeSettings `json:"night_mode_settings,omitzero"`
	Bag
}

// MediaStorage is media_storage of DRCCameraStatePush.
type MediaStorage struct {
	PhotoStorageSettings []string `json:"photo_storage_settings"`
	VideoStorageSettings []string `json:"video_storage_settings"`
	Bag
}

// DRCCameraStatePush is the data of drc_camera_state_push (drc/up).
type DRCCameraStatePush struct {
	PayloadIndex string        `json:"payload_index"`
	CameraState  *CameraState  `json:"camera_state,omitzero"`
	MediaStorage *MediaStorage `json:"media_storage,omitzero"`
	Bag
}

// DRCGimbalReset is the data of drc_gimbal_reset (drc/down).
type DRCGimbalReset struct {
	PayloadIndex string          `json:"payload_index"`
	ResetMode    GimbalResetMode `json:"reset_mode"`
	Bag
}

// DRCInitialStateSubscribe is the data of drc_initial_state_subscribe (drc/down).
type DRCInitialStateSubscribe struct {
	Null *float64 `json:"null,omitzero"`
	Bag
}

// DRCIntervalPhotoSet is the data of drc_interval_photo_set (drc/down).
type DRCIntervalPhotoSet struct {
	PayloadIndex string `json:"payload_index"`
	Interval     Loose  `json:"interval"`
	Bag
}

// DRCIRMeteringAreaSet is the data of drc_ir_metering_area_set (drc/down).
type DRCIRMeteringAreaSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Width        float64 `json:"width"`
	Height       float64 `json:"height"`
	Bag
}

// DRCIRMeteringModeSet is the data of drc_ir_metering_mode_set (drc/down).
type DRCIRMeteringModeSet struct {
	PayloadIndex string              `json:"payload_index"`
	Mode         IRMeteringModeValue `json:"mode"`
	Bag
}

// DRCIRMeteringPointSet is the data of drc_ir_metering_point_set (drc/down).
type DRCIRMeteringPointSet struct {
	PayloadIndex string  `json:"payload_index"`
	X            float64 `json:"x"`
	Y            float64 `json:"y"`
	Bag
}

// DRCLinkageZoomSet is the data of drc_linkage_zoom_set (drc/down).
type DRCLinkageZoomSet struct {
	PayloadIndex string `json:"payload_index"`
	State        Loose  `json:"state"`
	Bag
}

// DRCPhotoStorageSet is the data of drc_photo_storage_set (drc/down).
type DRCPhotoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	PhotoStorageSettings []string `json:"photo_storage_settings"`
	Bag
}

// DRCVideoResolutionSet is the data of drc_video_resolution_set (drc/down).
type DRCVideoResolutionSet struct {
	PayloadIndex    string `json:"payload_index"`
	VideoResolution Loose  `json:"video_resolution"`
	Bag
}

// DRCVideoStorageSet is the data of drc_video_storage_set (drc/down).
type DRCVideoStorageSet struct {
	PayloadIndex         string   `json:"payload_index"`
	VideoStorageSettings []string `json:"video_storage_settings"`
	Bag
}
