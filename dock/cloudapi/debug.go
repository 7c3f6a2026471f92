package cloudapi

// Remote debugging: jobs of a dock, and how far they are.

// AirConditionerAction is a value of action.
type AirConditionerAction int

// Values of AirConditionerAction.
const (
	AirConditionerActionPutDockAirConditionerIntoIdleMode             AirConditionerAction = 0
	AirConditionerActionPutDockAirConditionerIntoCoolingMode          AirConditionerAction = 1
	AirConditionerActionActivateHeatingModeDocksAirConditioning       AirConditionerAction = 2
	AirConditionerActionPutDockAirConditionerIntoDehumidificationMode AirConditionerAction = 3
)

// JobStatus is a value of status.
type JobStatus string

// Values of JobStatus.
const (
	JobStatusCanceled      JobStatus = "canceled" // Cancelled or terminated
	JobStatusFailed        JobStatus = "failed"
	JobStatusInProgress    JobStatus = "in_progress"
	JobStatusOK            JobStatus = "ok" // Executed successfully
	JobStatusPaused        JobStatus = "paused"
	JobStatusRejected      JobStatus = "rejected"
	JobStatusSent          JobStatus = "sent"
	JobStatusTimeout       JobStatus = "timeout"
	JobStatusPartiallyDone JobStatus = "partially_done" // Partially completed
)

// BatteryStoreModeAction is a value of action.
type BatteryStoreModeAction int

// Values of BatteryStoreModeAction.
const (
	BatteryStoreModeActionScheduleMode BatteryStoreModeAction = 1
	BatteryStoreModeActionStandbyMode  BatteryStoreModeAction = 2
)

// JobStep is a value of step_key.
type JobStep string

// Values of JobStep.
const (
	JobStepGetBID                 JobStep = "get_bid"
	JobStepCheckWorkMode          JobStep = "check_work_mode"  // check remote debugging
	JobStepCheckTaskState         JobStep = "check_task_state" // check no other job
	JobStepStopCharge             JobStep = "stop_charge"      // stop charging
	JobStepDownloadFirmware       JobStep = "download_firmware"
	JobStepUpgradeFirmware        JobStep = "upgrade_firmware"  // Firmware update
	JobStepCheckScramState        JobStep = "check_scram_state" // check emergency stop
	JobStepCheckCover             JobStep = "check_cover"
	JobStepStartCharge            JobStep = "start_charge"         // start charging
	JobStepTurnOnDrone            JobStep = "turn_on_drone"        // aircraft on
	JobStepDronePaddleForward     JobStep = "drone_paddle_forward" // propellers turn forward
	JobStepCloseCover             JobStep = "close_cover"
	JobStepDronePaddleReverse     JobStep = "drone_paddle_reverse" // propellers turn backward
	JobStepDronePaddleStop        JobStep = "drone_paddle_stop"    // propellers stop
	JobStepOpenCover              JobStep = "open_cover"
	JobStepCheckACInputState      JobStep = "check_ac_input_state"     // check mains
	JobStepUpgradingPreventReboot JobStep = "upgrading_prevent_reboot" // check no upgrade
	JobStepWriteRebootParamFile   JobStep = "write_reboot_param_file"  // write reboot mark
	JobStepCloseDrone             JobStep = "close_drone"              // aircraft off
	JobStepClosePutter            JobStep = "close_putter"
	JobStepFreePutter             JobStep = "free_putter"
)

// DeviceType is a value of device_type.
type DeviceType string

// Values of DeviceType.
const (
	DeviceTypeDock  DeviceType = "dock"  // Set dock Dongle
	DeviceTypeDrone DeviceType = "drone" // Set aircraft Dongle
)

// TelecomOperator is a value of telecom_operator.
type TelecomOperator int

// Values of TelecomOperator.
const (
	TelecomOperatorUnknown            TelecomOperator = 0
	TelecomOperatorMobile             TelecomOperator = 1
	TelecomOperatorChinaUnicom        TelecomOperator = 2
	TelecomOperatorTelecommunications TelecomOperator = 3
)

// ESIMOperator is a value of esim_operator.
type ESIMOperator int

// Values of ESIMOperator.
const (
	ESIMOperatorChinaMobile  ESIMOperator = 1
	ESIMOperatorChinaUnicom  ESIMOperator = 2
	ESIMOperatorChinaTelecom ESIMOperator = 3
)

// CalibrationType is a value of type.
type CalibrationType int

// Values of CalibrationType.
const (
	CalibrationTypeManual CalibrationType = 1
)

// CalibratedModule is a value of module.
type CalibratedModule string

// Values of CalibratedModule.
const (
	CalibratedModule3 CalibratedModule = "3"
	CalibratedModule6 CalibratedModule = "6"
)

// SDRWorkMode is a value of link_workmode.
type SDRWorkMode int

// Values of SDRWorkMode.
const (
	SDRWorkModeSDROnly           SDRWorkMode = 0
	SDRWorkModeFourGEnhancedMode SDRWorkMode = 1 // 4G Enhanced Mode
)

// SIMSlot is a value of sim_slot.
type SIMSlot int

// Values of SIMSlot.
const (
	SIMSlotUnknown         SIMSlot = 0
	SIMSlotPhysicalSIMCard SIMSlot = 1
	SIMSlotESIM            SIMSlot = 2
)

// Switch is a value of switch.
type Switch int

// Values of Switch.
const (
	SwitchOff Switch = 0
	SwitchOn  Switch = 1
)

// AirConditionerModeSwitch is the data of air_conditioner_mode_switch (services).
type AirConditionerModeSwitch struct {
	Action *AirConditionerAction `json:"action,omitzero"`
	Bag
}

// JobReplyOutput is output of JobReply and others.
type JobReplyOutput struct {
	Status *JobStatus `json:"status,omitzero"`
	Bag
}

// JobReply is the data of drone_open (events), air_conditioner_mode_switch (services_reply), alarm_state_switch (services_reply), battery_maintenance_switch (services_reply) and 19 more.
type JobReply struct {
	Result *int            `json:"result,omitzero"`
	Output *JobReplyOutput `json:"output,omitzero"`
	Bag
}

// AlarmStateSwitch is the data of alarm_state_switch (services).
type AlarmStateSwitch struct {
	Action *Switch `json:"action,omitzero"`
	Bag
}

// BatteryMaintenanceSwitch is the data of battery_maintenance_switch (services).
type BatteryMaintenanceSwitch struct {
	Action *Switch `json:"action,omitzero"`
	Bag
}

// BatteryStoreModeSwitch is the data of battery_store_mode_switch (services).
type BatteryStoreModeSwitch struct {
	Action *BatteryStoreModeAction `json:"action,omitzero"`
	Bag
}

// JobProgress is progress of JobOutput.
type JobProgress struct {
	Percent int     `json:"percent"` // %, 0 to 100
	StepKey JobStep `json:"step_key"`
	Bag
}

// JobOutput is output of Job.
type JobOutput struct {
	Status   JobStatus   `json:"status"`
	Progress JobProgress `json:"progress"`
	Bag
}

// Job is the data of charge_close (events), charge_open (events), cover_close (events), cover_open (events) and 6 more.
type Job struct {
	Result int       `json:"result"`
	Output JobOutput `json:"output"`
	Bag
}

// CoverForceCloseProgress is progress of CoverForceCloseOutput.
type CoverForceCloseProgress struct {
	Percent int `json:"percent"` // %, 0 to 100
	Bag
}

// CoverForceCloseOutput is output of CoverForceClose.
type CoverForceCloseOutput struct {
	Status   JobStatus               `json:"status"`
	Progress CoverForceCloseProgress `json:"progress"`
	Bag
}

// CoverForceClose is the data of cover_force_close (events), esim_activate (events), esim_operator_switch (events).
type CoverForceClose struct {
	Result int                   `json:"result"`
	Output CoverForceCloseOutput `json:"output"`
	Bag
}

// ESIMActivate is the data of esim_activate (services).
type ESIMActivate struct {
	IMEI       *string     `json:"imei,omitzero"`
	DeviceType *DeviceType `json:"device_type,omitzero"`
	Bag
}

// ESIMOperatorSwitch is the data of esim_operator_switch (services).
type ESIMOperatorSwitch struct {
	IMEI            *string          `json:"imei,omitzero"`
	DeviceType      *DeviceType      `json:"device_type,omitzero"`
	TelecomOperator *TelecomOperator `json:"telecom_operator,omitzero"`
	ESIMOperator    *ESIMOperator    `json:"esim_operator,omitzero"`
	Bag
}

// CalibratedDevice is devices of CalibrationExt.
type CalibratedDevice struct {
	SN     string `json:"sn"`
	Type   int    `json:"type"`
	Module string `json:"module"`
	Result int    `json:"result"`
	Status string `json:"status"`
	Bag
}

// CalibrationExt is ext of CalibrationOutput.
type CalibrationExt struct {
	Devices []CalibratedDevice `json:"devices"`
	Version int                `json:"version"`
	Bag
}

// CalibrationProgress is progress of CalibrationOutput and others.
type CalibrationProgress struct {
	Percent     int `json:"percent"`
	CurrentStep int `json:"current_step"`
	Bag
}

// CalibrationOutput is output of RTKCalibrationEvent.
type CalibrationOutput struct {
	Ext      CalibrationExt      `json:"ext"`
	Progress CalibrationProgress `json:"progress"`
	Status   string              `json:"status"`
	Bag
}

// RTKCalibrationEvent is the data of rtk_calibration (events).
type RTKCalibrationEvent struct {
	Output CalibrationOutput `json:"output"`
	Result int               `json:"result"`
	Bag
}

// Point3 is data of CalibrationDevice and others.
type Point3 struct {
	Longitude float64 `json:"longitude"`
	Latitude  float64 `json:"latitude"`
	Height    float64 `json:"height"`
	Bag
}

// CalibrationDevice is devices of RTKCalibration.
type CalibrationDevice struct {
	SN     string           `json:"sn"`
	Type   CalibrationType  `json:"type"`
	Module CalibratedModule `json:"module"`
	Data   *Point3          `json:"data,omitzero"`
	Bag
}

// RTKCalibration is the data of rtk_calibration (services).
type RTKCalibration struct {
	Devices []CalibrationDevice `json:"devices"`
	Bag
}

// SDRWorkmodeSwitch is the data of sdr_workmode_switch (services).
type SDRWorkmodeSwitch struct {
	LinkWorkmode *SDRWorkMode `json:"link_workmode,omitzero"`
	Bag
}

// SIMSlotSwitch is the data of sim_slot_switch (services).
type SIMSlotSwitch struct {
	IMEI       *string     `json:"imei,omitzero"`
	DeviceType *DeviceType `json:"device_type,omitzero"`
	SIMSlot    *SIMSlot    `json:"sim_slot,omitzero"`
	Bag
}
