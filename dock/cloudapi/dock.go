package cloudapi

import "strings"

// What a dock reports of itself (osd and state).

// FirmwareUpgradeStatus is a value of firmware_upgrade_status.
type FirmwareUpgradeStatus int

// Values of FirmwareUpgradeStatus.
const (
	FirmwareUpgradeStatusNotUpgraded FirmwareUpgradeStatus = 0
	FirmwareUpgradeStatusUpgrading   FirmwareUpgradeStatus = 1
)

// DockMode is a value of mode_code.
type DockMode int

// Values of DockMode.
const (
	DockModeIdle            DockMode = 0
	DockModeOnSiteDebugging DockMode = 1
	DockModeRemoteDebugging DockMode = 2
	DockModeUpgrading       DockMode = 3 // Firmware upgrade in progress
	DockModeWorking         DockMode = 4 // In operation
	DockModeUncalibrated    DockMode = 5 // to be calibrated
)

// FlightTaskStepCode is a value of flighttask_step_code.
type FlightTaskStepCode int

// Values of FlightTaskStepCode.
const (
	FlightTaskStepCodeOperationPreparation       FlightTaskStepCode = 0
	FlightTaskStepCodeInFlightOperation          FlightTaskStepCode = 1
	FlightTaskStepCodePostOperationStateRecovery FlightTaskStepCode = 2
	FlightTaskStepCodeCustomFlightAreaUpdating   FlightTaskStepCode = 3
	FlightTaskStepCodeTerrainObstacleUpdating    FlightTaskStepCode = 4
	FlightTaskStepCodeMissionIdle                FlightTaskStepCode = 5
	FlightTaskStepCodeAircraftAbnormal           FlightTaskStepCode = 255
	FlightTaskStepCodeUnknownState               FlightTaskStepCode = 256
)

// DeviceOnlineStatus is a value of device_online_status.
type DeviceOnlineStatus int

// Values of DeviceOnlineStatus.
const (
	DeviceOnlineStatusPowerOff DeviceOnlineStatus = 0
	DeviceOnlineStatusPowerOn  DeviceOnlineStatus = 1
)

// DevicePaired is a value of device_paired.
type DevicePaired int

// Values of DevicePaired.
const (
	DevicePairedNotPaired DevicePaired = 0
	DevicePairedPaired    DevicePaired = 1
)

// CoverState is a value of cover_state.
type CoverState int

// Values of CoverState.
const (
	CoverStateClosed   CoverState = 0
	CoverStateOpen     CoverState = 1
	CoverStateHalfOpen CoverState = 2
	CoverStateAbnormal CoverState = 3 // Cover state abnormal
)

// NetworkType is a value of type.
type NetworkType int

// Values of NetworkType.
const (
	NetworkTypeFourG    NetworkType = 1
	NetworkTypeEthernet NetworkType = 2
)

// NetworkQuality is a value of quality.
type NetworkQuality int

// Values of NetworkQuality.
const (
	NetworkQualityNoSignal NetworkQuality = 0
	NetworkQualityPoor     NetworkQuality = 1
	NetworkQualityPoorNo2  NetworkQuality = 2
	NetworkQualityModerate NetworkQuality = 3
	NetworkQualityBetter   NetworkQuality = 4
	NetworkQualityGood     NetworkQuality = 5
)

// DroneInDock is a value of drone_in_dock.
type DroneInDock int

// Values of DroneInDock.
const (
	DroneInDockOutside DroneInDock = 0 // Outside the dock
	DroneInDockInside  DroneInDock = 1 // Inside the dock
)

// FourGLinkState is a value of 4g_link_state.
type FourGLinkState int

// Values of FourGLinkState.
const (
	FourGLinkStateDisconnected FourGLinkState = 0
	FourGLinkStateConnected    FourGLinkState = 1
)

// SDRLinkState is a value of sdr_link_state.
type SDRLinkState int

// Values of SDRLinkState.
const (
	SDRLinkStateDisconnected SDRLinkState = 0
	SDRLinkStateConnected    SDRLinkState = 1
)

// LinkWorkMode is a value of link_workmode.
type LinkWorkMode int

// Values of LinkWorkMode.
const (
	LinkWorkModeSDRMode         LinkWorkMode = 0
	LinkWorkModeFourGFusionMode LinkWorkMode = 1 // 4G Fusion Mode
)

// LiveState is a value of status.
type LiveState int

// Values of LiveState.
const (
	LiveStateNotLiveStreaming LiveState = 0
	LiveStateInLiveStreaming  LiveState = 1
)

// Rainfall is a value of rainfall.
type Rainfall int

// Values of Rainfall.
const (
	RainfallNone     Rainfall = 0 // No rain
	RainfallLight    Rainfall = 1 // Light rain
	RainfallModerate Rainfall = 2 // Moderate rain
	RainfallHeavy    Rainfall = 3 // Heavy rain
)

// FirmwareCompatible is a value of compatible_status.
type FirmwareCompatible int

// Values of FirmwareCompatible.
const (
	FirmwareCompatibleNoConsistencyUpgradeRequired FirmwareCompatible = 0
	FirmwareCompatibleConsistencyUpgradeRequired   FirmwareCompatible = 1
)

// BatteryStoreMode is a value of battery_store_mode.
type BatteryStoreMode int

// Values of BatteryStoreMode.
const (
	BatteryStoreModeScheduleMode BatteryStoreMode = 1
	BatteryStoreModeStandbyMode  BatteryStoreMode = 2
)

// ChargeState is a value of state.
type ChargeState int

// Values of ChargeState.
const (
	ChargeStateIdle     ChargeState = 0
	ChargeStateCharging ChargeState = 1
)

// IsCalibration is a value of is_calibration.
type IsCalibration int

// Values of IsCalibration.
const (
	IsCalibrationNotCalibrated IsCalibration = 0
	IsCalibrationCalibrated    IsCalibration = 1
)

// RTKFix is a value of is_fixed.
type RTKFix int

// Values of RTKFix.
const (
	RTKFixNotStarted RTKFix = 0
	RTKFixFixing     RTKFix = 1
	RTKFixFixed      RTKFix = 2 // Fixing successful
	RTKFixFailed     RTKFix = 3 // Fixing failed
)

// FixQuality is a value of quality.
type FixQuality int

// Values of FixQuality.
const (
	FixQualityGear1    FixQuality = 1
	FixQualityGear2    FixQuality = 2
	FixQualityGear3    FixQuality = 3
	FixQualityGear4    FixQuality = 4
	FixQualityGear5    FixQuality = 5
	FixQualityRTKFixed FixQuality = 10
)

// DockMaintenanceState is a value of state.
type DockMaintenanceState int

// Values of DockMaintenanceState.
const (
	DockMaintenanceStateNoMaintenance   DockMaintenanceState = 0
	DockMaintenanceStateWithMaintenance DockMaintenanceState = 1
)

// DockMaintenance is a value of last_maintain_type.
type DockMaintenance int

// Values of DockMaintenance.
const (
	DockMaintenanceNoMaintenance          DockMaintenance = 0
	DockMaintenanceRegularMaintenanceDock DockMaintenance = 17 // Regular maintenance of the dock
	DockMaintenanceDeepMaintenanceDock    DockMaintenance = 18 // Deep maintenance of the dock
)

// PutterState is a value of putter_state.
type PutterState int

// Values of PutterState.
const (
	PutterStateDisable             PutterState = 0
	PutterStateOn                  PutterState = 1
	PutterStateHalfOpen            PutterState = 2
	PutterStatePutterStateAbnormal PutterState = 3
)

// AirConditionerState is a value of air_conditioner_state.
type AirConditionerState int

// Values of AirConditionerState.
const (
	AirConditionerStateIdleMode                  AirConditionerState = 0
	AirConditionerStateCoolingMode               AirConditionerState = 1
	AirConditionerStateHeatingMode               AirConditionerState = 2
	AirConditionerStateDehumidificationMode      AirConditionerState = 3
	AirConditionerStateCoolingExitMode           AirConditionerState = 4
	AirConditionerStateHeatingExitMode           AirConditionerState = 5
	AirConditionerStateDehumidificationExitMode  AirConditionerState = 6
	AirConditionerStateCoolingReadyMode          AirConditionerState = 7
	AirConditionerStateHeatingReadyMode          AirConditionerState = 8
	AirConditionerStateDehumidificationReadyMode AirConditionerState = 9
)

// MaintenanceState is a value of maintenance_state.
type MaintenanceState int

// Values of MaintenanceState.
const (
	MaintenanceStateNoMaintenanceRequired MaintenanceState = 0
	MaintenanceStateWaitingForMaintenance MaintenanceState = 1
	MaintenanceStateInMaintenance         MaintenanceState = 2
)

// HeatState is a value of heat_state.
type HeatState int

// Values of HeatState.
const (
	HeatStateBatteryNotHeatingOrPreserving HeatState = 0
	HeatStateBatteryInHeating              HeatState = 1
	HeatStateBatteryHeatPreservation       HeatState = 2 // Battery in heat preservation
)

// BatteryIndex is a value of index.
type BatteryIndex int

// Values of BatteryIndex.
const (
	BatteryIndexLeftBattery  BatteryIndex = 0
	BatteryIndexRightBattery BatteryIndex = 1
)

// ControlSource is a value of control_source.
type ControlSource string

// Values of ControlSource.
const (
	ControlSourceA ControlSource = "A" // A control
	ControlSourceB ControlSource = "B" // B control
)

// UserExperienceImprovement is a value of user_experience_improvement.
type UserExperienceImprovement int

// Values of UserExperienceImprovement.
const (
	UserExperienceImprovementInitialState                            UserExperienceImprovement = 0
	UserExperienceImprovementRefuseJoinUserExperienceImprovementPlan UserExperienceImprovement = 1
	UserExperienceImprovementAgreeJoinUserExperienceImprovementPlan  UserExperienceImprovement = 2
)

// SilentMode is a value of silent_mode.
type SilentMode int

// Values of SilentMode.
const (
	SilentModeNonSilentMode SilentMode = 0
	SilentModeSilentMode    SilentMode = 1
)

// DongleType is a value of dongle_type.
type DongleType int

// Values of DongleType.
const (
	DongleTypeOldDongle            DongleType = 6
	DongleTypeNewDongleESIMSupport DongleType = 10 // New Dongle with eSIM support
)

// ESIMActivateState is a value of esim_activate_state.
type ESIMActivateState int

// Values of ESIMActivateState.
const (
	ESIMActivateStateNotActivated ESIMActivateState = 0
	ESIMActivateStateActivated    ESIMActivateState = 1
	ESIMActivateStateActivatedNo2 ESIMActivateState = 2
)

// SIMCardState is a value of sim_card_state.
type SIMCardState int

// Values of SIMCardState.
const (
	SIMCardStateNotInserted SIMCardState = 0
	SIMCardStateInserted    SIMCardState = 1
)

// SIMType is a value of sim_type.
type SIMType int

// Values of SIMType.
const (
	SIMTypeUnknown             SIMType = 0
	SIMTypeOtherRegularSIMCard SIMType = 1
	SIMTypeThreeNetworkCard    SIMType = 2
)

// DockAircraft is sub_device of DockProperties.
type DockAircraft struct {
	DeviceSN           string             `json:"device_sn"`
	ProductType        *string            `json:"product_type,omitzero"`
	DeviceOnlineStatus DeviceOnlineStatus `json:"device_online_status"`
	DevicePaired       DevicePaired       `json:"device_paired"`
	DeviceModelKey     string             `json:"device_model_key"`
	Bag
}

// NetworkState is network_state of DockProperties.
type NetworkState struct {
	Type    NetworkType    `json:"type"`
	Quality NetworkQuality `json:"quality"`
	Rate    float64        `json:"rate"` // KB/s
	Bag
}

// MediaFileDetail is media_file_detail of DockProperties.
type MediaFileDetail struct {
	RemainUpload int `json:"remain_upload"`
	Bag
}

// WirelessLink is wireless_link of DockProperties.
type WirelessLink struct {
	DongleNumber    int            `json:"dongle_number"`
	FourGLinkState  FourGLinkState `json:"4g_link_state"`
	SDRLinkState    SDRLinkState   `json:"sdr_link_state"`
	LinkWorkmode    LinkWorkMode   `json:"link_workmode"`
	SDRQuality      int            `json:"sdr_quality"`    // 0 to 5
	FourGQuality    int            `json:"4g_quality"`     // 0 to 5
	FourGUAVQuality int            `json:"4g_uav_quality"` // 0 to 5
	FourGGndQuality int            `json:"4g_gnd_quality"` // 0 to 5
	SDRFreqBand     float64        `json:"sdr_freq_band"`
	FourGFreqBand   float64        `json:"4g_freq_band"`
	Bag
}

// LiveStatus is live_status of DockProperties.
type LiveStatus struct {
	VideoID      *string       `json:"video_id,omitzero"`
	VideoType    *string       `json:"video_type,omitzero"`
	VideoQuality *VideoQuality `json:"video_quality,omitzero"`
	Status       *LiveState    `json:"status,omitzero"`
	ErrorStatus  *int          `json:"error_status,omitzero"`
	Bag
}

// MainCamera is the payload index (type, subtype, gimbal) of the main camera of an aircraft "M30", "M30T", "M3D", "M3TD", "M4D" or "M4TD", as
// DJI lists them under product support; that of an M4D for any other.
func MainCamera(model string) string {
	switch strings.ToUpper(model) {
	case "M30":
		return "52-0-0"
	case "M30T":
		return "53-0-0"
	case "M3D":
		return "80-0-0"
	case "M3TD":
		return "81-0-0"
	case "M4TD":
		return "99-0-0"
	}
	return "98-0-0"
}

// LiveVideo is video_list of LiveCamera.
type LiveVideo struct {
	VideoIndex           *string  `json:"video_index,omitzero"`
	VideoType            *string  `json:"video_type,omitzero"`
	SwitchableVideoTypes []string `json:"switchable_video_types,omitzero"`
	Bag
}

// LiveCamera is camera_list of LiveDevice.
type LiveCamera struct {
	CameraIndex           *string     `json:"camera_index,omitzero"`
	AvailableVideoNumber  *int        `json:"available_video_number,omitzero"`
	CoexistVideoNumberMax *int        `json:"coexist_video_number_max,omitzero"`
	VideoList             []LiveVideo `json:"video_list,omitzero"`
	Bag
}

// LiveDevice is device_list of LiveCapacity.
type LiveDevice struct {
	SN                    *string      `json:"sn,omitzero"`
	AvailableVideoNumber  *int         `json:"available_video_number,omitzero"`
	CoexistVideoNumberMax *int         `json:"coexist_video_number_max,omitzero"`
	CameraList            []LiveCamera `json:"camera_list,omitzero"`
	Bag
}

// LiveCapacity is live_capacity of DockProperties.
type LiveCapacity struct {
	AvailableVideoNumber  *int         `json:"available_video_number,omitzero"`
	CoexistVideoNumberMax *int         `json:"coexist_video_number_max,omitzero"`
	DeviceList            []LiveDevice `json:"device_list,omitzero"`
	Bag
}

// Storage is storage of DockProperties and others.
type Storage struct {
	Total int `json:"total"` // KB
	Used  int `json:"used"`  // KB
	Bag
}

// DockAlternateLandPoint is alternate_land_point of DockProperties.
type DockAlternateLandPoint struct {
	Longitude      float64               `json:"longitude"`
	Latitude       float64               `json:"latitude"`
	SafeLandHeight float64               `json:"safe_land_height"`
	IsConfigured   AlternateLandPointSet `json:"is_configured"`
	Height         *float64              `json:"height,omitzero"`
	Bag
}

// BackupBattery is backup_battery of DockProperties.
type BackupBattery struct {
	Switch      Switch  `json:"switch"`
	Voltage     int     `json:"voltage"`     // mV, 0 to 30000
	Temperature float64 `json:"temperature"` // °C
	Bag
}

// DroneChargeState is drone_charge_state of DockProperties.
type DroneChargeState struct {
	CapacityPercent int         `json:"capacity_percent"` // 0 to 100
	State           ChargeState `json:"state"`
	Bag
}

// PositionState is position_state of DockProperties.
type PositionState struct {
	IsCalibration IsCalibration `json:"is_calibration"`
	IsFixed       RTKFix        `json:"is_fixed"`
	Quality       FixQuality    `json:"quality"`
	GPSNumber     int           `json:"gps_number"`
	RTKNumber     int           `json:"rtk_number"`
	Bag
}

// DockMaintenanceRecord is maintain_status_array of DockMaintainStatus.
type DockMaintenanceRecord struct {
	State                   DockMaintenanceState `json:"state"`
	LastMaintainType        DockMaintenance      `json:"last_maintain_type"`
	LastMaintainTime        Loose                `json:"last_maintain_time"`         // s
	LastMaintainWorkSorties int                  `json:"last_maintain_work_sorties"` // 0 to 2147483647
	Bag
}

// DockMaintainStatus is maintain_status of DockProperties.
type DockMaintainStatus struct {
	MaintainStatusArray []DockMaintenanceRecord `json:"maintain_status_array"`
	Bag
}

// AirConditioner is air_conditioner of DockProperties.
type AirConditioner struct {
	AirConditionerState AirConditionerState `json:"air_conditioner_state"`
	SwitchTime          int64               `json:"switch_time"` // s
	Bag
}

// StoredBattery is batteries of DroneBatteryMaintenanceInfo.
type StoredBattery struct {
	CapacityPercent *int          `json:"capacity_percent,omitzero"`
	Index           *BatteryIndex `json:"index,omitzero"`
	Voltage         *int          `json:"voltage,omitzero"`     // mV
	Temperature     *float64      `json:"temperature,omitzero"` // °C
	Bag
}

// DroneBatteryMaintenanceInfo is drone_battery_maintenance_info of DockProperties.
type DroneBatteryMaintenanceInfo struct {
	MaintenanceState    MaintenanceState `json:"maintenance_state"`
	MaintenanceTimeLeft int              `json:"maintenance_time_left"` // h
	HeatState           *HeatState       `json:"heat_state,omitzero"`
	Batteries           []StoredBattery  `json:"batteries,omitzero"`
	Bag
}

// PayloadAuthority is payloads of DroneAuthorityInfo.
type PayloadAuthority struct {
	ControlSource *ControlSource `json:"control_source,omitzero"`
	PayloadIndex  *string        `json:"payload_index,omitzero"`
	SN            *string        `json:"sn,omitzero"`
	Bag
}

// DroneAuthorityInfo is drone_authority_info of DockProperties.
type DroneAuthorityInfo struct {
	ControlSource *ControlSource     `json:"control_source,omitzero"`
	Locked        *bool              `json:"locked,omitzero"`
	Payloads      []PayloadAuthority `json:"payloads,omitzero"`
	Bag
}

// DockData is data of DockProperties.
type DockData struct {
	CameraIndex *string `json:"_camera_index_,omitzero"`
	Bag
}

// ESIMInfo is esim_infos of DongleInfo.
type ESIMInfo struct {
	TelecomOperator *TelecomOperator `json:"telecom_operator,omitzero"`
	Enabled         *bool            `json:"enabled,omitzero"`
	ICCID           *string          `json:"iccid,omitzero"`
	Bag
}

// SIMInfo is sim_info of DongleInfo.
type SIMInfo struct {
	TelecomOperator *TelecomOperator `json:"telecom_operator,omitzero"`
	SIMType         *SIMType         `json:"sim_type,omitzero"`
	ICCID           *string          `json:"iccid,omitzero"`
	Bag
}

// DongleInfo is dongle_infos of DockProperties and others.
type DongleInfo struct {
	IMEI              *string            `json:"imei,omitzero"`
	DongleType        *DongleType        `json:"dongle_type,omitzero"`
	EID               *string            `json:"eid,omitzero"`
	ESIMActivateState *ESIMActivateState `json:"esim_activate_state,omitzero"`
	SIMCardState      *SIMCardState      `json:"sim_card_state,omitzero"`
	SIMSlot           *SIMSlot           `json:"sim_slot,omitzero"`
	ESIMInfos         []ESIMInfo         `json:"esim_infos,omitzero"`
	SIMInfo           *SIMInfo           `json:"sim_info,omitzero"`
	Bag
}

// DockProperties is the data of osd and state of a dock; every message holds a part of it.
type DockProperties struct {
	Longitude                   *float64                     `json:"longitude,omitzero"` // -180 to 180
	Latitude                    *float64                     `json:"latitude,omitzero"`  // -90 to 90
	FirmwareVersion             *string                      `json:"firmware_version,omitzero"`
	FirmwareUpgradeStatus       *FirmwareUpgradeStatus       `json:"firmware_upgrade_status,omitzero"`
	ModeCode                    *DockMode                    `json:"mode_code,omitzero"`
	FlightTaskStepCode          *FlightTaskStepCode          `json:"flighttask_step_code,omitzero"`
	SubDevice                   *DockAircraft                `json:"sub_device,omitzero"`
	CoverState                  *CoverState                  `json:"cover_state,omitzero"`
	SupplementLightState        *Switch                      `json:"supplement_light_state,omitzero"`
	NetworkState                *NetworkState                `json:"network_state,omitzero"`
	DroneInDock                 *DroneInDock                 `json:"drone_in_dock,omitzero"`
	JobNumber                   *int                         `json:"job_number,omitzero"` // count
	MediaFileDetail             *MediaFileDetail             `json:"media_file_detail,omitzero"`
	WirelessLink                *WirelessLink                `json:"wireless_link,omitzero"`
	LiveStatus                  []LiveStatus                 `json:"live_status,omitzero"`
	LiveCapacity                *LiveCapacity                `json:"live_capacity,omitzero"`
	Rainfall                    *Rainfall                    `json:"rainfall,omitzero"`
	WindSpeed                   *float64                     `json:"wind_speed,omitzero"`              // m/s
	EnvironmentTemperature      *float64                     `json:"environment_temperature,omitzero"` // °C
	Temperature                 *float64                     `json:"temperature,omitzero"`             // °C
	Humidity                    *float64                     `json:"humidity,omitzero"`                // %RH, 0 to 100
	ElectricSupplyVoltage       *int                         `json:"electric_supply_voltage,omitzero"` // V
	WorkingVoltage              *int                         `json:"working_voltage,omitzero"`         // mV
	WorkingCurrent              *float64                     `json:"working_current,omitzero"`         // mA
	Storage                     *Storage                     `json:"storage,omitzero"`
	FirstPowerOn                *int                         `json:"first_power_on,omitzero"` // ms
	AccTime                     *int64                       `json:"acc_time,omitzero"`       // s
	CompatibleStatus            *FirmwareCompatible          `json:"compatible_status,omitzero"`
	AlternateLandPoint          *DockAlternateLandPoint      `json:"alternate_land_point,omitzero"`
	Height                      *float64                     `json:"height,omitzero"`          // m
	ActivationTime              *int64                       `json:"activation_time,omitzero"` // s
	BatteryStoreMode            *BatteryStoreMode            `json:"battery_store_mode,omitzero"`
	AlarmState                  *Switch                      `json:"alarm_state,omitzero"`
	BackupBattery               *BackupBattery               `json:"backup_battery,omitzero"`
	DroneChargeState            *DroneChargeState            `json:"drone_charge_state,omitzero"`
	EmergencyStopState          *Switch                      `json:"emergency_stop_state,omitzero"`
	PositionState               *PositionState               `json:"position_state,omitzero"`
	MaintainStatus              *DockMaintainStatus          `json:"maintain_status,omitzero"`
	PutterState                 *PutterState                 `json:"putter_state,omitzero"`
	AirConditioner              *AirConditioner              `json:"air_conditioner,omitzero"`
	DroneBatteryMaintenanceInfo *DroneBatteryMaintenanceInfo `json:"drone_battery_maintenance_info,omitzero"`
	WpmzVersion                 *string                      `json:"wpmz_version,omitzero"`
	DRCState                    *DRCState                    `json:"drc_state,omitzero"`
	DroneAuthorityInfo          *DroneAuthorityInfo          `json:"drone_authority_info,omitzero"`
	UserExperienceImprovement   *UserExperienceImprovement   `json:"user_experience_improvement,omitzero"`
	SilentMode                  *SilentMode                  `json:"silent_mode,omitzero"`
	Data                        *DockData                    `json:"data,omitzero"`
	HomePositionIsValid         *HomePositionIsValid         `json:"home_position_is_valid,omitzero"`
	Heading                     *float64                     `json:"heading,omitzero"` // °, -180 to 180
	RTCMInfo                    *RTCMInfo                    `json:"rtcm_info,omitzero"`
	WirelessLinkTopo            *WirelessLinkTopo            `json:"wireless_link_topo,omitzero"`
	AirTransferEnable           *bool                        `json:"air_transfer_enable,omitzero"`
	DongleInfos                 []DongleInfo                 `json:"dongle_infos,omitzero"`
	SelfConvergeCoordinate      *POIModeEnter                `json:"self_converge_coordinate,omitzero"`
	CapacityPercent             *int                         `json:"capacity_percent,omitzero"` // %, 0 to 100
	CloudControlAuth            []string                     `json:"cloud_control_auth,omitzero"`
	AirConditionerMode          *int                         `json:"air_conditioner_mode,omitzero"`
	FlightTaskPrepareCapacity   *int                         `json:"flighttask_prepare_capacity,omitzero"`
	Bag
}
