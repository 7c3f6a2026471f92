package cloudapi

// Media files and the storage they are uploaded to.

// FlightType is a value of flight_type.
type FlightType int

// Values of FlightType.
const (
	FlightTypeWaylineMission       FlightType = 0
	FlightTypeOneKeyTakeoffMission FlightType = 1
)

// MediaExt is ext of MediaFile.
type MediaExt struct {
	FlightID        string `json:"flight_id"`
	DroneModelKey   string `json:"drone_model_key"`
	PayloadModelKey string `json:"payload_model_key"`
	IsOriginal      bool   `json:"is_original"`
	Bag
}

// ShootPosition is shoot_position of MediaMetadata.
type ShootPosition struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
	Bag
}

// MediaMetadata is metadata of MediaFile.
type MediaMetadata struct {
	GimbalYawDegree  Loose         `json:"gimbal_yaw_degree"`
	AbsoluteAltitude float64       `json:"absolute_altitude"`
	RelativeAltitude float64       `json:"relative_altitude"`
	CreateTime       string        `json:"create_time"`
	ShootPosition    ShootPosition `json:"shoot_position"`
	Bag
}

// MediaFile is file of FileUploadCallback.
type MediaFile struct {
	ObjectKey      string        `json:"object_key"`
	Path           string        `json:"path"`
	Name           string        `json:"name"`
	Ext            MediaExt      `json:"ext"`
	Metadata       MediaMetadata `json:"metadata"`
	CloudToCloudID string        `json:"cloud_to_cloud_id"`
	Bag
}

// MediaFlightTask is flight_task of FileUploadCallback.
type MediaFlightTask struct {
	UploadedFileCount int        `json:"uploaded_file_count"`
	ExpectedFileCount int        `json:"expected_file_count"`
	FlightType        FlightType `json:"flight_type"`
	Bag
}

// FileUploadCallback is the data of file_upload_callback (events).
type FileUploadCallback struct {
	File       MediaFile        `json:"file"`
	FlightTask *MediaFlightTask `json:"flight_task,omitzero"`
	Bag
}

// HighestPriorityUploadFlightTaskMedia is the data of highest_priority_upload_flighttask_media (events).
type HighestPriorityUploadFlightTaskMedia struct {
	FlightID string `json:"flight_id"`
	Bag
}

// UploadFlightTaskMediaPrioritize is the data of upload_flighttask_media_prioritize (services).
type UploadFlightTaskMediaPrioritize struct {
	FlightID string `json:"flight_id"`
	Bag
}
