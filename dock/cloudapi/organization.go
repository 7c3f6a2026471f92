package cloudapi

// Binding a dock to an organization.

// DeviceSN is devices of AirportBindStatusRequest.
type DeviceSN struct {
	SN string `json:"sn"`
	Bag
}

// AirportBindStatusRequest is the data of airport_bind_status (requests).
type AirportBindStatusRequest struct {
	Devices []DeviceSN `json:"devices"`
	Bag
}

// BindState is bind_status of BindStatusOutput.
type BindState struct {
	SN                       string `json:"sn"`
	IsDeviceBindOrganization bool   `json:"is_device_bind_organization"`
	OrganizationID           string `json:"organization_id"`
	OrganizationName         string `json:"organization_name"`
	DeviceCallsign           string `json:"device_callsign"`
	Bag
}

// BindStatusOutput is output of AirportBindStatusRequestReply.
type BindStatusOutput struct {
	BindStatus []BindState `json:"bind_status"`
	Bag
}

// AirportBindStatusRequestReply is the data of airport_bind_status (requests_reply).
type AirportBindStatusRequestReply struct {
	Result int              `json:"result"`
	Output BindStatusOutput `json:"output"`
	Bag
}

// BindDevice is bind_devices of AirportOrganizationBindRequest.
type BindDevice struct {
	DeviceBindingCode string `json:"device_binding_code"`
	OrganizationID    string `json:"organization_id"`
	DeviceCallsign    string `json:"device_callsign"`
	SN                string `json:"sn"`
	DeviceModelKey    string `json:"device_model_key"`
	Bag
}

// AirportOrganizationBindRequest is the data of airport_organization_bind (requests).
type AirportOrganizationBindRequest struct {
	BindDevices []BindDevice `json:"bind_devices"`
	Bag
}

// BindError is err_infos of BindOutput.
type BindError struct {
	SN      string `json:"sn"`
	ErrCode int    `json:"err_code"`
	Bag
}

// BindOutput is output of AirportOrganizationBindRequestReply.
type BindOutput struct {
	ErrInfos []BindError `json:"err_infos"`
	Bag
}

// AirportOrganizationBindRequestReply is the data of airport_organization_bind (requests_reply).
type AirportOrganizationBindRequestReply struct {
	Result int        `json:"result"`
	Output BindOutput `json:"output"`
	Bag
}

// AirportOrganizationGetRequest is the data of airport_organization_get (requests).
type AirportOrganizationGetRequest struct {
	DeviceBindingCode string `json:"device_binding_code"`
	OrganizationID    string `json:"organization_id"`
	Bag
}

// OrganizationOutput is output of AirportOrganizationGetRequestReply.
type OrganizationOutput struct {
	OrganizationName string `json:"organization_name"`
	Bag
}

// AirportOrganizationGetRequestReply is the data of airport_organization_get (requests_reply).
type AirportOrganizationGetRequestReply struct {
	Result int                `json:"result"`
	Output OrganizationOutput `json:"output"`
	Bag
}
