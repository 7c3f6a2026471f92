package cloudapi

// Other aircraft near by.

// WarningLevel is a value of warning_level.
type WarningLevel int

// Values of WarningLevel.
const (
	WarningLevelNoDanger   WarningLevel = 0
	WarningLevelLevelOne   WarningLevel = 1
	WarningLevelLevelTwo   WarningLevel = 2
	WarningLevelLevelThree WarningLevel = 3
	WarningLevelLevelFour  WarningLevel = 4
)

// AltitudeType is a value of altitude_type.
type AltitudeType int

// Values of AltitudeType.
const (
	AltitudeTypeEllipsoidalAltitude   AltitudeType = 0
	AltitudeTypeAltitudeAboveSeaLevel AltitudeType = 1
)

// VertTrend is a value of vert_trend.
type VertTrend int

// Values of VertTrend.
const (
	VertTrendRelativeAltitudeUnchanged  VertTrend = 0
	VertTrendRelativeAltitudeIncreasing VertTrend = 1
	VertTrendRelativeAltitudeDecreasing VertTrend = 2
)

// AirsenseWarnings is the data of airsense_warning (events): the aircraft near by.
type AirsenseWarnings []AirsenseWarning

// AirsenseWarning is one aircraft near by.
type AirsenseWarning struct {
	ICAO             *string       `json:"icao,omitzero"`
	WarningLevel     *WarningLevel `json:"warning_level,omitzero"`
	Latitude         *float64      `json:"latitude,omitzero"`  // -90 to 90
	Longitude        *float64      `json:"longitude,omitzero"` // -180 to 180
	Altitude         *int          `json:"altitude,omitzero"`
	AltitudeType     *AltitudeType `json:"altitude_type,omitzero"`
	Heading          *float64      `json:"heading,omitzero"`
	RelativeAltitude *int          `json:"relative_altitude,omitzero"`
	VertTrend        *VertTrend    `json:"vert_trend,omitzero"`
	Distance         *int          `json:"distance,omitzero"` // m
	Bag
}
