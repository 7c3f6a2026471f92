package cloudapi

// Topology and configuration.

// ConfigType is a value of config_type.
type ConfigType string

// Values of ConfigType.
const (
	ConfigTypeJson ConfigType = "json" // JSON format
)

// ConfigScope is a value of config_scope.
type ConfigScope string

// Values of ConfigScope.
const (
	ConfigScopeProduct ConfigScope = "product" // Product dimension
)

// ConfigRequest is the data of config (requests).
type ConfigRequest struct {
	ConfigType  ConfigType  `json:"config_type"`
	ConfigScope ConfigScope `json:"config_scope"`
	Bag
}

// ConfigRequestReply is the data of config (requests_reply).
type ConfigRequestReply struct {
	NTPServerHost string `json:"ntp_server_host"`
	AppID         Loose  `json:"app_id"`
	AppKey        string `json:"app_key"`
	AppLicense    string `json:"app_license"`
	NTPServerPort int    `json:"ntp_server_port"`
	Bag
}

// SubDevice is sub_devices of Topo.
type SubDevice struct {
	SN           string  `json:"sn"`
	Domain       *string `json:"domain,omitzero"`
	Type         int     `json:"type"`
	SubType      int     `json:"sub_type"`
	Index        string  `json:"index"`
	DeviceSecret string  `json:"device_secret"`
	Nonce        string  `json:"nonce"`
	ThingVersion *string `json:"thing_version,omitzero"`
	Version      *int    `json:"version,omitzero"`
	Bag
}

// Topo is the data of update_topo (status).
type Topo struct {
	Domain       *string     `json:"domain,omitzero"`
	Type         int         `json:"type"`
	SubType      int         `json:"sub_type"`
	DeviceSecret string      `json:"device_secret"`
	Nonce        string      `json:"nonce"`
	ThingVersion *string     `json:"thing_version,omitzero"`
	SubDevices   []SubDevice `json:"sub_devices"`
	Version      *int        `json:"version,omitzero"`
	Bag
}
