package cloudapi

// Unlocking licences.

// DeviceModelDomain is a value of device_model_domain.
type DeviceModelDomain int

// Values of DeviceModelDomain.
const (
	DeviceModelDomainAircraft DeviceModelDomain = 0
	DeviceModelDomainDock     DeviceModelDomain = 3
)

// LicenseType is a value of type.
type LicenseType int

// Values of LicenseType.
const (
	LicenseTypeAuthorizationZoneUnlocking  LicenseType = 0
	LicenseTypeCustomCircularAreaUnlocking LicenseType = 1
	LicenseTypeCountryRegionUnlocking      LicenseType = 2
	LicenseTypeAltitudeLimitUnlocking      LicenseType = 3
	LicenseTypeCustomPolygonAreaUnlocking  LicenseType = 4
	LicenseTypePowerUnlocking              LicenseType = 5
	LicenseTypeRIDUnlocking                LicenseType = 6
)

// RIDLevel is a value of level.
type RIDLevel int

// Values of RIDLevel.
const (
	RIDLevelEURIDUnlocking    RIDLevel = 1
	RIDLevelChinaRIDUnlocking RIDLevel = 2
)

// UnlockLicenseList is the data of unlock_license_list (services).
type UnlockLicenseList struct {
	DeviceModelDomain DeviceModelDomain `json:"device_model_domain"`
	Bag
}

// CommonFields is common_fields of License.
type CommonFields struct {
	LicenseID int         `json:"license_id"`
	Name      string      `json:"name"`
	Type      LicenseType `json:"type"`
	GroupID   int         `json:"group_id"`
	UserID    string      `json:"user_id"`
	DeviceSN  string      `json:"device_sn"`
	BeginTime int64       `json:"begin_time"`
	EndTime   int64       `json:"end_time"`
	UserOnly  bool        `json:"user_only"`
	Enabled   bool        `json:"enabled"`
	Bag
}

// AreaUnlock is area_unlock of License.
type AreaUnlock struct {
	AreaIds []int `json:"area_ids"`
	Bag
}

// CircleUnlock is circle_unlock of License.
type CircleUnlock struct {
	Radius    int     `json:"radius"`
	Latitude  float64 `json:"latitude"`  // -90 to 90
	Longitude float64 `json:"longitude"` // -180 to 180
	Height    int     `json:"height"`
	Bag
}

// CountryUnlock is country_unlock of License.
type CountryUnlock struct {
	CountryNumber int `json:"country_number"`
	Height        int `json:"height"`
	Bag
}

// HeightUnlock is height_unlock of License.
type HeightUnlock struct {
	Height int `json:"height"`
	Bag
}

// Point2 is points of PolygonUnlock.
type Point2 struct {
	Latitude  float64 `json:"latitude"`  // -90 to 90
	Longitude float64 `json:"longitude"` // -180 to 180
	Bag
}

// PolygonUnlock is polygon_unlock of License.
type PolygonUnlock struct {
	Points []Point2 `json:"points"`
	Bag
}

// RIDUnlock is rid_unlock of License.
type RIDUnlock struct {
	Level RIDLevel `json:"level"`
	Bag
}

// License is licenses of UnlockLicenseListReply.
type License struct {
	CommonFields  *CommonFields  `json:"common_fields,omitzero"`
	AreaUnlock    *AreaUnlock    `json:"area_unlock,omitzero"`
	CircleUnlock  *CircleUnlock  `json:"circle_unlock,omitzero"`
	CountryUnlock *CountryUnlock `json:"country_unlock,omitzero"`
	HeightUnlock  *HeightUnlock  `json:"height_unlock,omitzero"`
	PolygonUnlock *PolygonUnlock `json:"polygon_unlock,omitzero"`
	PowerUnlock   *Empty         `json:"power_unlock,omitzero"`
	RIDUnlock     *RIDUnlock     `json:"rid_unlock,omitzero"`
	Bag
}

// UnlockLicenseListReply is the data of unlock_license_list (services_reply).
type UnlockLicenseListReply struct {
	Result            int               `json:"result"`
	DeviceModelDomain DeviceModelDomain `json:"device_model_domain"`
	Consistence       bool              `json:"consistence"`
	Licenses          []License         `json:"licenses"`
	Bag
}

// UnlockLicenseSwitch is the data of unlock_license_switch (services).
type UnlockLicenseSwitch struct {
	LicenseID int  `json:"license_id"`
	Enable    bool `json:"enable"`
	Bag
}

// UnlockLicenseSwitchReply is the data of unlock_license_switch (services_reply).
type UnlockLicenseSwitchReply struct {
	Result    int `json:"result"`
	LicenseID int `json:"license_id"`
	Bag
}

// File is file of UnlockLicenseUpdate and others.
type File struct {
	URL         string `json:"url"`
	Fingerprint string `json:"fingerprint"`
	Bag
}

// UnlockLicenseUpdate is the data of unlock_license_update (services).
type UnlockLicenseUpdate struct {
	File File `json:"file"`
	Bag
}
