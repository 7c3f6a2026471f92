// Package cloudapi is the DJI Cloud API over MQTT as docks speak it: topics, envelopes and the messages that a patrol
// needs, with field names as on the wire (DJI Cloud API documentation, 60.api-reference, dock to cloud).
package cloudapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Topics, by the serial number of the gateway (dock) or device.
func Status(sn string) string        { return "sys/product/" + sn + "/status" }
func StatusReply(sn string) string   { return "sys/product/" + sn + "/status_reply" }
func OSD(sn string) string           { return "thing/product/" + sn + "/osd" }
func Services(sn string) string      { return "thing/product/" + sn + "/services" }
func ServicesReply(sn string) string { return "thing/product/" + sn + "/services_reply" }
func Events(sn string) string        { return "thing/product/" + sn + "/events" }
func EventsReply(sn string) string   { return "thing/product/" + sn + "/events_reply" }
func DRCUp(sn string) string         { return "thing/product/" + sn + "/drc/up" }

// TopicOf splits a topic of the kinds above into the serial number and the rest ("osd", "drc/up", …).
func TopicOf(topic string) (sn, kind string, ok bool) {
	for _, p := range []string{"thing/product/", "sys/product/"} {
		if rest, found := strings.CutPrefix(topic, p); found {
			return strings.Cut(rest, "/")
		}
	}
	return "", "", false
}

// Envelope is every message: tid names the transaction, bid the business it belongs to. Timestamp is the sender's clock in
// milliseconds since 1970.
type Envelope struct {
	TID       string          `json:"tid,omitempty"`
	BID       string          `json:"bid,omitempty"`
	Timestamp int64           `json:"timestamp"`
	Method    string          `json:"method,omitempty"`
	Gateway   string          `json:"gateway,omitempty"`
	NeedReply int             `json:"need_reply,omitempty"`
	Data      json.RawMessage `json:"data"`
}

// Time is the sender's time.
func (e Envelope) Time() time.Time { return time.UnixMilli(e.Timestamp) }

// Decode reads an envelope.
func Decode(payload []byte) (Envelope, error) {
	var e Envelope
	if err := json.Unmarshal(payload, &e); err != nil {
		return e, fmt.Errorf("not a Cloud API message: %w", err)
	}
	return e, nil
}

// Encode writes an envelope around data, stamped with the sender's time.
func Encode(tid, bid, method string, at time.Time, data any) ([]byte, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(Envelope{TID: tid, BID: bid, Method: method, Timestamp: at.UnixMilli(), Data: raw})
}

// Methods.
const (
	UpdateTopo         = "update_topo"
	FlightTaskPrepare  = "flighttask_prepare"
	FlightTaskExecute  = "flighttask_execute"
	FlightTaskProgress = "flighttask_progress"
	ReturnHome         = "return_home"
	LiveStartPush      = "live_start_push"
	LiveStopPush       = "live_stop_push"
	DRCModeEnter       = "drc_mode_enter"
	DRCModeExit        = "drc_mode_exit"
	OSDInfoPush        = "osd_info_push"
	DelayInfoPush      = "delay_info_push"
)

// Topo is the data of update_topo: the dock and, where it is on, its aircraft.
type Topo struct {
	Type       int         `json:"type"`
	SubType    int         `json:"sub_type"`
	Version    json.Number `json:"version,omitempty"`
	SubDevices []SubDevice `json:"sub_devices"`
}

// SubDevice is an aircraft of a dock.
type SubDevice struct {
	SN      string `json:"sn"`
	Type    int    `json:"type"`
	SubType int    `json:"sub_type"`
	Index   string `json:"index,omitempty"`
}

// Result is the data of a reply; 0 is success, anything else a published or unpublished error code.
type Result struct {
	Result int             `json:"result"`
	Output json.RawMessage `json:"output,omitempty"`
}

// File is where a route is fetched and the MD5 of its bytes.
type File struct {
	URL         string `json:"url"`
	Fingerprint string `json:"fingerprint"`
}

// Prepare is the data of flighttask_prepare.
type Prepare struct {
	FlightID           string `json:"flight_id"`
	ExecuteTime        int64  `json:"execute_time,omitempty"`
	TaskType           int    `json:"task_type"` // 0 immediate, 1 timed, 2 conditional
	File               File   `json:"file"`
	RTHAltitude        int    `json:"rth_altitude"`
	OutOfControlAction int    `json:"out_of_control_action"`
	ExitWhenRCLost     int    `json:"exit_wayline_when_rc_lost"`
}

// Execute is the data of flighttask_execute.
type Execute struct {
	FlightID string `json:"flight_id"`
}

// Progress is the data of the event flighttask_progress.
type Progress struct {
	Result int            `json:"result"`
	Output ProgressOutput `json:"output"`
}

// ProgressOutput says how far a flight is.
type ProgressOutput struct {
	Status   string `json:"status"` // sent, in_progress, ok, paused, rejected, failed, canceled, timeout, partially_done
	Progress struct {
		CurrentStep int `json:"current_step"`
		Percent     int `json:"percent"`
	} `json:"progress"`
	Ext struct {
		FlightID      string `json:"flight_id"`
		WaypointIndex int    `json:"current_waypoint_index"`
		MissionState  int    `json:"wayline_mission_state"` // 5 executing, 9 ended
		MediaCount    int    `json:"media_count"`
	} `json:"ext"`
}

// Statuses of a flight task that end it.
const (
	StatusOK       = "ok"
	StatusFailed   = "failed"
	StatusCanceled = "canceled"
)

// LiveStart is the data of live_start_push.
type LiveStart struct {
	URLType      int    `json:"url_type"` // 1 RTMP, 3 GB28181
	URL          string `json:"url"`
	VideoID      string `json:"video_id"`
	VideoQuality int    `json:"video_quality"`
}

// LiveStop is the data of live_stop_push.
type LiveStop struct {
	VideoID string `json:"video_id"`
}

// DRCEnter is the data of drc_mode_enter.
type DRCEnter struct {
	OSDFrequency int       `json:"osd_frequency"`
	HSIFrequency int       `json:"hsi_frequency"`
	Broker       DRCBroker `json:"mqtt_broker"`
}

// DRCBroker tells the dock where to send what goes over DRC.
type DRCBroker struct {
	Address    string `json:"address"`
	ClientID   string `json:"client_id"`
	Username   string `json:"username"`
	Password   string `json:"password"`
	ExpireTime int64  `json:"expire_time"`
	EnableTLS  bool   `json:"enable_tls"`
}

// OSDInfo is the data of osd_info_push: the aircraft at the asked rate. Height is ellipsoidal (WGS-84); speeds are metres a
// second, x east, y north, z up.
type OSDInfo struct {
	AttitudeHead float64 `json:"attitude_head"`
	Latitude     float64 `json:"latitude"`
	Longitude    float64 `json:"longitude"`
	Height       float64 `json:"height"`
	SpeedX       float64 `json:"speed_x"`
	SpeedY       float64 `json:"speed_y"`
	SpeedZ       float64 `json:"speed_z"`
	GimbalPitch  float64 `json:"gimbal_pitch"`
	GimbalRoll   float64 `json:"gimbal_roll"`
	GimbalYaw    float64 `json:"gimbal_yaw"`
}

// DelayInfo is the data of delay_info_push: delays in milliseconds.
type DelayInfo struct {
	SDRCmdDelay int         `json:"sdr_cmd_delay"`
	List        []LiveDelay `json:"liveview_delay_list"`
}

// LiveDelay is the delay of one live video.
type LiveDelay struct {
	VideoID string `json:"video_id"`
	DelayMS int    `json:"liveview_delay_time"`
}

// Position is the fix of a dock or aircraft: IsFixed 2 and Quality 5 mean RTK fixed.
type Position struct {
	IsFixed   int `json:"is_fixed"`
	Quality   int `json:"quality"`
	GPSNumber int `json:"gps_number"`
	RTKNumber int `json:"rtk_number"`
}

// DockOSD is what a dock reports of itself (the part a patrol needs). ModeCode: 0 idle, 1 on-site debugging, 2 remote
// debugging, 3 upgrading, 4 working.
type DockOSD struct {
	ModeCode    *int     `json:"mode_code,omitempty"`
	Latitude    float64  `json:"latitude,omitempty"`
	Longitude   float64  `json:"longitude,omitempty"`
	Height      float64  `json:"height,omitempty"`
	DroneInDock *int     `json:"drone_in_dock,omitempty"`
	CoverState  *int     `json:"cover_state,omitempty"`
	WindSpeed   *float64 `json:"wind_speed,omitempty"`
	Rainfall    *int     `json:"rainfall,omitempty"`
	Charge      *struct {
		State           int `json:"state"`
		CapacityPercent int `json:"capacity_percent"`
	} `json:"drone_charge_state,omitempty"`
	SubDevice *struct {
		DeviceSN string `json:"device_sn"`
		ModelKey string `json:"device_model_key"`
		Online   int    `json:"device_online_status"`
		Paired   int    `json:"device_paired"`
	} `json:"sub_device,omitempty"`
}

// AircraftOSD is what an aircraft reports of itself at 0.5 Hz. Elevation is the height above take-off.
type AircraftOSD struct {
	ModeCode        int      `json:"mode_code"`
	Latitude        float64  `json:"latitude"`
	Longitude       float64  `json:"longitude"`
	Height          float64  `json:"height"`
	Elevation       float64  `json:"elevation"`
	AttitudeHead    float64  `json:"attitude_head"`
	HorizontalSpeed float64  `json:"horizontal_speed"`
	VerticalSpeed   float64  `json:"vertical_speed"`
	PositionState   Position `json:"position_state"`
	Battery         struct {
		CapacityPercent int `json:"capacity_percent"`
	} `json:"battery"`
	// Payloads is what the wire keys by payload index ("81-0-0"): the gimbal of the camera.
	Payloads map[string]PayloadOSD `json:"-"`
}

// PayloadOSD holds a camera's gimbal angles.
type PayloadOSD struct {
	GimbalPitch float64 `json:"gimbal_pitch"`
	GimbalRoll  float64 `json:"gimbal_roll"`
	GimbalYaw   float64 `json:"gimbal_yaw"`
}

// UnmarshalJSON reads an aircraft's OSD; keys of the form n-n-n are payloads.
func (a *AircraftOSD) UnmarshalJSON(b []byte) error {
	type plain AircraftOSD
	if err := json.Unmarshal(b, (*plain)(a)); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for k, v := range all {
		if strings.Count(k, "-") != 2 {
			continue
		}
		var p PayloadOSD
		if json.Unmarshal(v, &p) == nil {
			if a.Payloads == nil {
				a.Payloads = map[string]PayloadOSD{}
			}
			a.Payloads[k] = p
		}
	}
	return nil
}

// MarshalJSON writes an aircraft's OSD with its payloads beside the rest.
func (a AircraftOSD) MarshalJSON() ([]byte, error) {
	type plain AircraftOSD
	b, err := json.Marshal(plain(a))
	if err != nil {
		return nil, err
	}
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	for k, v := range a.Payloads {
		all[k] = v
	}
	return json.Marshal(all)
}

// Unpack reads an envelope's data into v.
func (e Envelope) Unpack(v any) error {
	if len(e.Data) == 0 {
		return errors.New("message has no data")
	}
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fmt.Errorf("%s: %w", e.Method, err)
	}
	return nil
}
