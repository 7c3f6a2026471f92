// Package dock flies the day's flights on docks. A Controller holds one session a dock over MQTT, carries out flights and
// commands, and tells the rest of Harrier over NATS: flight events (FlightEvent), telemetry (Telemetry), and flights to be
// watched (WatchJob).
package dock

import (
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Subjects of what this room sends and takes.
const (
	SubjectFlights  = "harrier.flights."  // + dock
	SubjectPose     = "harrier.pose."     // + dock
	SubjectCommands = "harrier.commands." // + dock
	SubjectAudit    = "harrier.audit."    // + dock: what operators and Harrier did, with who and why
	SubjectWatch    = "harrier.watch"
)

// State of a flight.
type State string

// A flight goes through these; it ends in exactly one of Done, Continued, Cancelled, Failed.
const (
	Waiting   State = "waiting" // for the gate: the reason says what for
	Preparing State = "preparing"
	Flying    State = "flying"
	Returning State = "returning"
	Done      State = "done"
	Continued State = "continued" // broken off, and flown on from its break point as another flight
	Cancelled State = "cancelled"
	Failed    State = "failed"
)

// Ended says whether a state is an end.
func (s State) Ended() bool { return s == Done || s == Continued || s == Cancelled || s == Failed }

// FlightEvent is a change of a flight's state.
type FlightEvent struct {
	Flight string `json:"flight"`
	Dock   string `json:"dock"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	// NotStarted is of a flight that ended without a take-off: it is to be planned again.
	NotStarted bool `json:"not_started,omitempty"`
	// Continues and ContinuedAs name the flight before and after, where one was broken off.
	Continues   string       `json:"continues,omitempty"`
	ContinuedAs string       `json:"continued_as,omitempty"`
	Percent     int          `json:"percent"`
	At          time.Time    `json:"at"`
	Scenes      []string     `json:"scenes,omitempty"`
	Simulated   bool         `json:"simulated"`
	Route       [][2]float64 `json:"route,omitempty"`     // lon, lat
	Approvals   []string     `json:"approvals,omitempty"` // numbers of those under which it flies through controlled airspace
	DRC         bool         `json:"drc"`
	Live        string       `json:"live,omitempty"` // RTSP address, for people
}

// Telemetry is a pose as it came, its time brought to this server's clock, or the delay of the live video.
type Telemetry struct {
	Dock   string    `json:"dock"`
	Flight string    `json:"flight"`
	Pose   *geo.Pose `json:"pose,omitempty"`
	// VideoDelayS is what the dock says of its live video, seconds; 0 where it says nothing.
	VideoDelayS float64 `json:"video_delay_s,omitempty"`
}

// WatchJob is a flight to be watched: a message of the work queue.
type WatchJob struct {
	Flight    string    `json:"flight"`
	Dock      string    `json:"dock"`
	URL       string    `json:"url"` // RTSP
	Scenes    []string  `json:"scenes"`
	DiagDeg   float64   `json:"diagonal_fov"` // of the live camera
	Lon       float64   `json:"lon"`          // of the dock, where the aircraft took off, WGS-84; 0 where not known
	Lat       float64   `json:"lat"`
	DRC       bool      `json:"drc"`
	Simulated bool      `json:"simulated"`
	Started   time.Time `json:"started"`
}

// Simulated says whether a serial number is of a dock that does not exist.
func Simulated(sn string) bool { return strings.HasPrefix(sn, "SIM") }
