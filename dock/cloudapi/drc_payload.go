package cloudapi

// Lights, speakers and other payloads over the fast channel (DRC).

// LightGroup is a value of group.
type LightGroup int

// Values of LightGroup.
const (
	LightGroupMainSearchlight LightGroup = 0
)

// LightPosition is a value of position.
type LightPosition int

// Values of LightPosition.
const (
	LightPositionLeft  LightPosition = 0
	LightPositionRight LightPosition = 1
)

// LightMode is a value of mode.
type LightMode int

// Values of LightMode.
const (
	LightModeOff            LightMode = 0
	LightModeSteady         LightMode = 1
	LightModeFlash          LightMode = 2
	LightModeFastFlash      LightMode = 3
	LightModeAlternateFlash LightMode = 4
)

// PSDKType is a value of psdk_type.
type PSDKType int

// Values of PSDKType.
const (
	PSDKTypeThirdParty PSDKType = 4
	PSDKTypeDJI        PSDKType = 5
)

// PSDKName is a value of psdk_name.
type PSDKName string

// Values of PSDKName.
const (
	PSDKNameSearchlight PSDKName = "Searchlight"
	PSDKNameSpeaker     PSDKName = "Speaker"
)

// DRCSpeakerPlayModeValue is a value of play_mode.
type DRCSpeakerPlayModeValue int

// Values of DRCSpeakerPlayModeValue.
const (
	DRCSpeakerPlayModeValueOnce DRCSpeakerPlayModeValue = 0
	DRCSpeakerPlayModeValueLoop DRCSpeakerPlayModeValue = 1
)

// SpeakerState is a value of system_state.
type SpeakerState int

// Values of SpeakerState.
const (
	SpeakerStateIdle              SpeakerState = 0
	SpeakerStateSendingToAircraft SpeakerState = 1
	SpeakerStatePlaying           SpeakerState = 2
	SpeakerStateAbnormal          SpeakerState = 3
	SpeakerStateConvertingText    SpeakerState = 4
	SpeakerStateDownloadingToDock SpeakerState = 99
)

// TTSType is a value of tts_type.
type TTSType int

// Values of TTSType.
const (
	TTSTypeMale   TTSType = 0
	TTSTypeFemale TTSType = 1
)

// TTSLanguage is a value of tts_language.
type TTSLanguage int

// Values of TTSLanguage.
const (
	TTSLanguageChinese TTSLanguage = 0
	TTSLanguageEnglish TTSLanguage = 1
)

// CalibrationStatus is a value of calibration_status.
type CalibrationStatus int

// Values of CalibrationStatus.
const (
	CalibrationStatusCalibrated        CalibrationStatus = 0
	CalibrationStatusCalibrating       CalibrationStatus = 1
	CalibrationStatusCalibrationFailed CalibrationStatus = 2
)

// PSDKReady is a value of psdk_ready.
type PSDKReady int

// Values of PSDKReady.
const (
	PSDKReadyNotReady PSDKReady = 0
	PSDKReadyReady    PSDKReady = 1
)

// SpeakerResult is a value of result.
type SpeakerResult int

// Values of SpeakerResult.
const (
	SpeakerResultSuccess SpeakerResult = 0
)

// DRCSpeakerStatus is a value of status.
type DRCSpeakerStatus string

// Values of DRCSpeakerStatus.
const (
	DRCSpeakerStatusFailed     DRCSpeakerStatus = "failed"
	DRCSpeakerStatusInProgress DRCSpeakerStatus = "in_progress"
	DRCSpeakerStatusSuccess    DRCSpeakerStatus = "success"
)

// SpeakerStep is a value of step_key.
type SpeakerStep string

// Values of SpeakerStep.
const (
	SpeakerStepChangeWorkMode SpeakerStep = "change_work_mode"
	SpeakerStepDownload       SpeakerStep = "download"
	SpeakerStepEncoding       SpeakerStep = "encoding"
	SpeakerStepPlay           SpeakerStep = "play"
	SpeakerStepTTSProcessing  SpeakerStep = "tts_processing"
	SpeakerStepUpload         SpeakerStep = "upload"
)

// TTSVoice is a value of type.
type TTSVoice int

// Values of TTSVoice.
const (
	TTSVoiceMale   TTSVoice = 0
	TTSVoiceFemale TTSVoice = 1
)

// DRCInfraredFillLightEnable is the data of drc_infrared_fill_light_enable (drc/down).
type DRCInfraredFillLightEnable struct {
	PayloadIndex string `json:"payload_index"`
	Enable       bool   `json:"enable"`
	Bag
}

// DRCLightBrightnessSet is the data of drc_light_brightness_set (drc/down).
type DRCLightBrightnessSet struct {
	PSDKIndex  int        `json:"psdk_index"`
	Group      LightGroup `json:"group"`
	Brightness int        `json:"brightness"`
	Bag
}

// DRCLightCalibration is the data of drc_light_calibration (drc/down).
type DRCLightCalibration struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// DRCLightFineTuningSet is the data of drc_light_fine_tuning_set (drc/down).
type DRCLightFineTuningSet struct {
	PSDKIndex int           `json:"psdk_index"`
	Position  LightPosition `json:"position"`
	Value     int           `json:"value"`
	Saved     bool          `json:"saved"`
	Bag
}

// DRCLightModeSet is the data of drc_light_mode_set (drc/down).
type DRCLightModeSet struct {
	PSDKIndex int        `json:"psdk_index"`
	Group     LightGroup `json:"group"`
	Mode      LightMode  `json:"mode"`
	Bag
}

// DRCNightLightsStateSet is the data of drc_night_lights_state_set (drc/down).
type DRCNightLightsStateSet struct {
	NightLightsState Switch `json:"night_lights_state"`
	Bag
}

// DRCPSDKFloatingWindowText is the data of drc_psdk_floating_window_text (drc/up).
type DRCPSDKFloatingWindowText struct {
	PSDKIndex          int    `json:"psdk_index"`
	FloatingWindowText string `json:"floating_window_text"`
	Bag
}

// DRCPSDKInputBoxTextSet is the data of drc_psdk_input_box_text_set (drc/down).
type DRCPSDKInputBoxTextSet struct {
	PSDKIndex int    `json:"psdk_index"`
	Value     string `json:"value"`
	Bag
}

// DRCSpeaker is speaker of DRCPSDKStateInfo.
type DRCSpeaker struct {
	WorkMode     *int                     `json:"work_mode,omitzero"`
	PlayMode     *DRCSpeakerPlayModeValue `json:"play_mode,omitzero"`
	SystemState  *SpeakerState            `json:"system_state,omitzero"`
	PlayVolume   *int                     `json:"play_volume,omitzero"` // 1 to 100
	PlayFileName *string                  `json:"play_file_name,omitzero"`
	PlayFileMD5  *string                  `json:"play_file_md5,omitzero"`
	TTSVolume    *int                     `json:"tts_volume,omitzero"` // 1 to 100
	TTSType      *TTSType                 `json:"tts_type,omitzero"`
	TTSLanguage  *TTSLanguage             `json:"tts_language,omitzero"`
	TTSSpeed     *int                     `json:"tts_speed,omitzero"` // 1 to 100
	Bag
}

// DRCLight is light of DRCPSDKStateInfo.
type DRCLight struct {
	WorkMode            *int               `json:"work_mode,omitzero"`
	Brightness          *int               `json:"brightness,omitzero"`
	CalibrationStatus   *CalibrationStatus `json:"calibration_status,omitzero"`
	CalibrationProgress *int               `json:"calibration_progress,omitzero"`
	LeftValue           *int               `json:"left_value,omitzero"`
	RightValue          *int               `json:"right_value,omitzero"`
	WideFieldMode       *bool              `json:"wide_field_mode,omitzero"`
	LightGimbalControl  *bool              `json:"light_gimbal_control,omitzero"`
	Bag
}

// WidgetValue is values of DRCPSDKStateInfo and others.
type WidgetValue struct {
	Index *int `json:"index,omitzero"`
	Value *int `json:"value,omitzero"`
	Bag
}

// DRCPSDKStateInfo is the data of drc_psdk_state_info (drc/up).
type DRCPSDKStateInfo struct {
	PSDKIndex      *int         `json:"psdk_index,omitzero"`
	PSDKType       *PSDKType    `json:"psdk_type,omitzero"`
	PSDKName       *PSDKName    `json:"psdk_name,omitzero"`
	PSDKSN         *string      `json:"psdk_sn,omitzero"`
	PSDKVersion    *string      `json:"psdk_version,omitzero"`
	PSDKLibVersion *string      `json:"psdk_lib_version,omitzero"`
	Speaker        *DRCSpeaker  `json:"speaker,omitzero"`
	Light          *DRCLight    `json:"light,omitzero"`
	Values         *WidgetValue `json:"values,omitzero"`
	Bag
}

// DRCPSDKUIResource is the data of drc_psdk_ui_resource (drc/up).
type DRCPSDKUIResource struct {
	PSDKIndex *int       `json:"psdk_index,omitzero"`
	PSDKReady *PSDKReady `json:"psdk_ready,omitzero"`
	ObjectKey *string    `json:"object_key,omitzero"`
	Bag
}

// DRCPSDKWidgetValueSet is the data of drc_psdk_widget_value_set (drc/down).
type DRCPSDKWidgetValueSet struct {
	PSDKIndex int `json:"psdk_index"`
	Index     int `json:"index"`
	Value     int `json:"value"`
	Bag
}

// DRCSpeakerPlayModeSet is the data of drc_speaker_play_mode_set (drc/down).
type DRCSpeakerPlayModeSet struct {
	PSDKIndex int                     `json:"psdk_index"`
	PlayMode  DRCSpeakerPlayModeValue `json:"play_mode"`
	Bag
}

// DRCSpeakerProgress is progress of DRCSpeakerPlayProgress and others.
type DRCSpeakerProgress struct {
	StepKey *SpeakerStep `json:"step_key,omitzero"`
	Percent *int         `json:"percent,omitzero"` // 1 to 100
	Bag
}

// DRCSpeakerPlayProgress is the data of drc_speaker_play_progress (drc/up).
type DRCSpeakerPlayProgress struct {
	PSDKIndex *int                `json:"psdk_index,omitzero"`
	Result    *SpeakerResult      `json:"result,omitzero"`
	Status    *DRCSpeakerStatus   `json:"status,omitzero"`
	Progress  *DRCSpeakerProgress `json:"progress,omitzero"`
	MD5       *string             `json:"md5,omitzero"`
	Bag
}

// DRCSpeakerPlayStop is the data of drc_speaker_play_stop (drc/down).
type DRCSpeakerPlayStop struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// DRCSpeakerPlayVolumeSet is the data of drc_speaker_play_volume_set (drc/down).
type DRCSpeakerPlayVolumeSet struct {
	PSDKIndex  int `json:"psdk_index"`
	PlayVolume int `json:"play_volume"` // 1 to 100
	Bag
}

// DRCSpeakerReplay is the data of drc_speaker_replay (drc/down).
type DRCSpeakerReplay struct {
	PSDKIndex int `json:"psdk_index"`
	Bag
}

// SpeechSettings is tts of DRCSpeakerTTSPlayStart and others.
type SpeechSettings struct {
	Name string `json:"name"`
	Text string `json:"text"`
	MD5  string `json:"md5"`
	Bag
}

// DRCSpeakerTTSPlayStart is the data of drc_speaker_tts_play_start (drc/down).
type DRCSpeakerTTSPlayStart struct {
	PSDKIndex int             `json:"psdk_index"`
	TTS       *SpeechSettings `json:"tts,omitzero"`
	Bag
}

// DRCSpeakerTTSSet is the data of drc_speaker_tts_set (drc/down).
type DRCSpeakerTTSSet struct {
	PSDKIndex *int         `json:"psdk_index,omitzero"`
	Volume    *int         `json:"volume,omitzero"`
	Type      *TTSVoice    `json:"type,omitzero"`
	Language  *TTSLanguage `json:"language,omitzero"`
	Speed     *int         `json:"speed,omitzero"`
	Bag
}

// DRCStealthStateSet is the data of drc_stealth_state_set (drc/down).
type DRCStealthStateSet struct {
	StealthState Switch `json:"stealth_state"`
	Bag
}
