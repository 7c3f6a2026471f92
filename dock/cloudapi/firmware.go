package cloudapi

// Firmware updates.

// FirmwareUpgradeType is a value of firmware_upgrade_type.
type FirmwareUpgradeType int

// Values of FirmwareUpgradeType.
const (
	FirmwareUpgradeTypeConsistencyUpgrade FirmwareUpgradeType = 2
	FirmwareUpgradeTypeRegularUpgrade     FirmwareUpgradeType = 3
	FirmwareUpgradeTypePSDKUpgrade        FirmwareUpgradeType = 4
)

// OTAStep is a value of current_step.
type OTAStep string

// Values of OTAStep.
const (
	OTAStepDownloadFirmware OTAStep = "download_firmware"
	OTAStepUpgradeFirmware  OTAStep = "upgrade_firmware"
)

// OTADevice is devices of OTACreate.
type OTADevice struct {
	SN                  string              `json:"sn"`
	ProductVersion      string              `json:"product_version"`
	FileURL             *string             `json:"file_url,omitzero"`
	MD5                 *string             `json:"md5,omitzero"`
	FileSize            *int                `json:"file_size,omitzero"`
	FileName            *string             `json:"file_name,omitzero"`
	FirmwareUpgradeType FirmwareUpgradeType `json:"firmware_upgrade_type"`
	Bag
}

// OTACreate is the data of ota_create (services).
type OTACreate struct {
	Devices []OTADevice `json:"devices"`
	Bag
}

// OTAStepProgress is progress of OTAOutput.
type OTAStepProgress struct {
	Percent     int      `json:"percent"` // %, 0 to 100
	StepKey     *JobStep `json:"step_key,omitzero"`
	CurrentStep *OTAStep `json:"current_step,omitzero"`
	Bag
}

// OTAOutput is output of OTAProgress.
type OTAOutput struct {
	Status   JobStatus       `json:"status"`
	Progress OTAStepProgress `json:"progress"`
	Bag
}

// OTAProgress is the data of ota_progress (events).
type OTAProgress struct {
	Result int       `json:"result"`
	Output OTAOutput `json:"output"`
	Bag
}
