package cloudapi

// Live video.

// DRCVideoType is a value of video_type.
type DRCVideoType string

// Values of DRCVideoType.
const (
	DRCVideoTypeThermal DRCVideoType = "thermal"
	DRCVideoTypeWide    DRCVideoType = "wide"
	DRCVideoTypeZoom    DRCVideoType = "zoom"
)

// CameraPosition is a value of camera_position.
type CameraPosition int

// Values of CameraPosition.
const (
	CameraPositionInsideTheDock  CameraPosition = 0
	CameraPositionOutsideTheDock CameraPosition = 1
)

// VideoType is a value of video_type.
type VideoType string

// Values of VideoType.
const (
	VideoTypeIR     VideoType = "ir"
	VideoTypeNormal VideoType = "normal"
	VideoTypeWide   VideoType = "wide"
	VideoTypeZoom   VideoType = "zoom"
)

// VideoQuality is a value of video_quality.
type VideoQuality int

// Values of VideoQuality.
const (
	VideoQualityAdaptive            VideoQuality = 0
	VideoQualitySmooth              VideoQuality = 1
	VideoQualityStandardDefinition  VideoQuality = 2
	VideoQualityHighDefinition      VideoQuality = 3
	VideoQualityUltraHighDefinition VideoQuality = 4
)

// URLType is a value of url_type.
type URLType int

// Values of URLType.
const (
	URLTypeAgora   URLType = 0
	URLTypeRTMP    URLType = 1
	URLTypeGB28181 URLType = 3
	URLTypeWebRTC  URLType = 4
)

// DRCLiveLensChange is the data of drc_live_lens_change (drc/down).
type DRCLiveLensChange struct {
	PayloadIndex string       `json:"payload_index"`
	VideoType    DRCVideoType `json:"video_type"`
	Bag
}

// LiveCameraChange is the data of live_camera_change (services).
type LiveCameraChange struct {
	VideoID        string         `json:"video_id"`
	CameraPosition CameraPosition `json:"camera_position"`
	Bag
}

// LiveLensChange is the data of live_lens_change (services).
type LiveLensChange struct {
	VideoID   *string   `json:"video_id,omitzero"`
	VideoType VideoType `json:"video_type"`
	Bag
}

// LiveSetQuality is the data of live_set_quality (services).
type LiveSetQuality struct {
	VideoID      string       `json:"video_id"`
	VideoQuality VideoQuality `json:"video_quality"`
	Bag
}

// LiveStartPush is the data of live_start_push (services).
type LiveStartPush struct {
	URLType      URLType      `json:"url_type"`
	URL          string       `json:"url"`
	VideoID      string       `json:"video_id"`
	VideoQuality VideoQuality `json:"video_quality"`
	Bag
}

// LiveStopPush is the data of live_stop_push (services).
type LiveStopPush struct {
	VideoID string `json:"video_id"`
	Bag
}
