package cloudapi

// Health alarms.

// HMSLevel is a value of level.
type HMSLevel int

// Values of HMSLevel.
const (
	HMSLevelNotification HMSLevel = 0
	HMSLevelReminder     HMSLevel = 1
	HMSLevelWarning      HMSLevel = 2
)

// HMSModule is a value of module.
type HMSModule int

// Values of HMSModule.
const (
	HMSModuleFlightMission    HMSModule = 0
	HMSModuleDeviceManagement HMSModule = 1
	HMSModuleMedia            HMSModule = 2
	HMSModuleHMS              HMSModule = 3
)

// InTheSky is a value of in_the_sky.
type InTheSky int

// Values of InTheSky.
const (
	InTheSkyOnTheGround InTheSky = 0
	InTheSkyInTheSky    InTheSky = 1
)

// YesNo is a value of questions.
type YesNo int

// Values of YesNo.
const (
	YesNoNo  YesNo = 0
	YesNoYes YesNo = 1
)

// HMSArgs is args of HMSAlarm.
type HMSArgs struct {
	ComponentIndex int `json:"component_index"`
	SensorIndex    int `json:"sensor_index"`
	Bag
}

// HMSAlarm is list of HMSReport.
type HMSAlarm struct {
	Level      HMSLevel  `json:"level"`
	Module     HMSModule `json:"module"`
	InTheSky   InTheSky  `json:"in_the_sky"`
	Code       string    `json:"code"`
	DeviceType string    `json:"device_type"`
	Imminent   YesNo     `json:"imminent"`
	Args       *HMSArgs  `json:"args,omitzero"`
	Bag
}

// HMSReport is the data of hms (events).
type HMSReport struct {
	List []HMSAlarm `json:"list"`
	Bag
}
