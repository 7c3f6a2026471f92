package cloudapi

// Custom flight areas.

// AreaSyncStatus is a value of status.
type AreaSyncStatus string

// Values of AreaSyncStatus.
const (
	AreaSyncStatusFail          AreaSyncStatus = "fail"
	AreaSyncStatusSwitchFail    AreaSyncStatus = "switch_fail" // Enable switch failed
	AreaSyncStatusSynchronized  AreaSyncStatus = "synchronized"
	AreaSyncStatusSynchronizing AreaSyncStatus = "synchronizing"
	AreaSyncStatusWaitSync      AreaSyncStatus = "wait_sync" // To be synchronized
)

// DroneLocation is drone_locations of FlightAreasDroneLocation.
type DroneLocation struct {
	AreaID       string  `json:"area_id"`
	AreaDistance float64 `json:"area_distance"`
	IsInArea     bool    `json:"is_in_area"`
	Bag
}

// FlightAreasDroneLocation is the data of flight_areas_drone_location (events).
type FlightAreasDroneLocation struct {
	DroneLocations []DroneLocation `json:"drone_locations"`
	Bag
}

// AreaFile is files of AreaFiles.
type AreaFile struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Checksum string `json:"checksum"`
	Size     int    `json:"size"`
	Bag
}

// AreaFiles is output of FlightAreasGetRequestReply.
type AreaFiles struct {
	Files []AreaFile `json:"files"`
	Bag
}

// FlightAreasGetRequestReply is the data of flight_areas_get (requests_reply).
type FlightAreasGetRequestReply struct {
	Result int       `json:"result"`
	Output AreaFiles `json:"output"`
	Bag
}

// AreaFileName is file of FlightAreasSyncProgress.
type AreaFileName struct {
	Name     string `json:"name"`
	Checksum string `json:"checksum"`
	Bag
}

// FlightAreasSyncProgress is the data of flight_areas_sync_progress (events).
type FlightAreasSyncProgress struct {
	Status AreaSyncStatus `json:"status"`
	Reason int            `json:"reason"`
	File   AreaFileName   `json:"file"`
	Bag
}
