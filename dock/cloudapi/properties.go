package cloudapi

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Result is the data of a reply that says no more than whether it went well: 0, or an error code.
type Result struct {
	Result int `json:"result"`
	Bag
}

// PropertySet is the data of property/set: the properties of a dock and its aircraft that can be written, one or more at a time.
type PropertySet struct {
	UserExperienceImprovement   *UserExperienceImprovement `json:"user_experience_improvement,omitzero"`
	SilentMode                  *SilentMode                `json:"silent_mode,omitzero"`
	AirTransferEnable           *bool                      `json:"air_transfer_enable,omitzero"`
	DistanceLimitStatus         *DistanceLimitStatus       `json:"distance_limit_status,omitzero"`
	RTHAltitude                 *int                       `json:"rth_altitude,omitzero"` // m above take-off, 20 to 500
	RCLostAction                *RCLostAction              `json:"rc_lost_action,omitzero"`
	ExitWaylineWhenRCLost       *ExitWaylineWhenRCLost     `json:"exit_wayline_when_rc_lost,omitzero"`
	CommanderModeLostAction     *CommanderModeLostAction   `json:"commander_mode_lost_action,omitzero"`
	CommanderFlightMode         *CommanderFlightMode       `json:"commander_flight_mode,omitzero"`
	CommanderFlightHeight       *float64                   `json:"commander_flight_height,omitzero"` // m
	NightLightsState            *Switch                    `json:"night_lights_state,omitzero"`
	HeightLimit                 *int                       `json:"height_limit,omitzero"` // m above take-off, 20 to 1500
	ObstacleAvoidance           *ObstacleAvoidance         `json:"obstacle_avoidance,omitzero"`
	CameraWatermarkSettings     *CameraWatermarkSettings   `json:"camera_watermark_settings,omitzero"`
	RemainingPowerForReturnHome *int                       `json:"remaining_power_for_return_home,omitzero"` // percent
	Bag
}

// PropertySetReply is the data of property/set_reply: a result for each property that was to be set.
type PropertySetReply struct {
	Properties map[string]PropertyResult `json:",embed"`
}

// PropertyResult is what became of a property: 0 set, otherwise an error code; of a property with parts, of each part.
type PropertyResult struct {
	Result *int                      `json:"result,omitzero"`
	Parts  map[string]PropertyResult `json:",embed"`
}

// AirsenseWarnings is the data of airsense_warning (events): the aircraft near by.
type AirsenseWarnings []AirsenseWarning

// MainCamera is the payload index (type, subtype, gimbal) of the main camera of an aircraft "M30", "M30T", "M3D", "M3TD", "M4D" or "M4TD", as
// DJI lists them under product support; that of an M4D for any other.
func MainCamera(model string) string {
	switch strings.ToUpper(model) {
	case "M30":
		return "52-0-0"
	case "M30T":
		return "53-0-0"
	case "M3D":
		return "80-0-0"
	case "M3TD":
		return "81-0-0"
	case "M4TD":
		return "99-0-0"
	}
	return "98-0-0"
}

// payloadIndex says whether a key names a payload: type, subtype and gimbal, such as "81-0-0".
func payloadIndex(key string) bool {
	if strings.Count(key, "-") != 2 {
		return false
	}
	for _, c := range key {
		if (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// UnmarshalJSONFrom reads an aircraft's properties; members whose keys name payloads are its payloads.
func (a *AircraftProperties) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	type plain AircraftProperties
	if err := json.UnmarshalDecode(d, (*plain)(a)); err != nil || len(a.Unknown) == 0 {
		return err
	}
	var rest map[string]jsontext.Value
	if err := json.Unmarshal(a.Unknown, &rest); err != nil {
		return err
	}
	for k, v := range rest {
		if !payloadIndex(k) {
			continue
		}
		var p PayloadProperties
		if _, err := lenient(v, &p); err != nil {
			continue
		}
		if a.PayloadsByIndex == nil {
			a.PayloadsByIndex = map[string]PayloadProperties{}
		}
		a.PayloadsByIndex[k] = p
		delete(rest, k)
	}
	a.Unknown = nil
	if len(rest) == 0 {
		return nil
	}
	var err error
	a.Unknown, err = json.Marshal(rest, json.Deterministic(true))
	return err
}

// MarshalJSONTo writes an aircraft's properties with its payloads beside the rest.
func (a AircraftProperties) MarshalJSONTo(e *jsontext.Encoder) error {
	type plain AircraftProperties
	if len(a.PayloadsByIndex) == 0 {
		return json.MarshalEncode(e, plain(a))
	}
	rest := map[string]jsontext.Value{}
	if len(a.Unknown) > 0 {
		if err := json.Unmarshal(a.Unknown, &rest); err != nil {
			return err
		}
	}
	for k, p := range a.PayloadsByIndex {
		b, err := json.Marshal(p)
		if err != nil {
			return err
		}
		rest[k] = b
	}
	var err error
	if a.Unknown, err = json.Marshal(rest, json.Deterministic(true)); err != nil {
		return err
	}
	return json.MarshalEncode(e, plain(a))
}
