// Package dock flies the day's flights on docks. A Controller holds one session a dock over MQTT, carries out flights and
// commands, and tells the rest of Harrier over NATS: flight events (FlightEvent), telemetry (Telemetry), and flights to be
// watched (WatchJob).
package dock

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
)

// Subjects of what this room sends and takes.
const (
	SubjectFlights  = "harrier.flights."  // + dock
	SubjectPose     = "harrier.pose."     // + dock
	subjectProgress = "harrier.progress." // + dock
	SubjectCommands = "harrier.commands." // + dock
	SubjectAudit    = "harrier.audit."    // + dock: what operators and Harrier did, with who and why
	SubjectWatch    = "harrier.watch"
)

// Streams are the facts that this room keeps, and the work that it hands on.
var Streams = []journal.Stream{
	{Name: "FLIGHTS", Subjects: []string{SubjectFlights + ">"}, Viewed: []string{SubjectFlights + ">"}, MaxBytes: 1 << 30, Once: 24 * time.Hour}, // a flight ends once
	{Name: "AUDIT", Subjects: []string{SubjectAudit + ">"}, MaxBytes: 1 << 30, Audit: true},
	{Name: "WATCH", Subjects: []string{SubjectWatch}, Queue: true, MaxAge: 6 * time.Hour, MaxBytes: 64 << 20, Once: 6 * time.Hour},
	{Name: "MEDIA", Subjects: []string{media.Subject + ">"}, Viewed: []string{media.Subject + ">"}, MaxBytes: 512 << 20},
	{Name: "PHOTOS", Subjects: []string{media.SubjectPhotos}, Queue: true, MaxAge: 7 * 24 * time.Hour, MaxBytes: 64 << 20, Once: 6 * time.Hour},
}

// Told are the subjects on which it is told how docks and their flights are; nothing of that is kept.
var Told = []string{subjectProgress + ">", SubjectPose + ">", SubjectJobs + ">"}

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

// InTheAir says whether a flight in this state has the dock's aircraft: it is being started, or on its way.
func (s State) InTheAir() bool { return s == Preparing || s == Flying || s == Returning }

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

// change changes the flight's state and tells it.
func (s *session) change(ctx context.Context, f func(*FlightEvent)) {
	over := true
	s.locked(func() {
		if over = s.on.over(); !over {
			f(s.on.ev)
		}
	})
	if !over { // nothing is told of a flight behind its end
		s.tell(ctx)
	}
}

// end closes the flight with its one end.
func (s *session) end(ctx context.Context, st State, reason string) {
	s.mu.Lock()
	reached, ok := s.on.end(st, reason)
	if !ok {
		s.mu.Unlock()
		return
	}
	ev, told, f, counted := s.on.ev, *s.on.ev, s.on.mission, s.on.counted
	s.mu.Unlock()
	if s.publishEvent(ctx, told) != nil {
		s.mu.Lock()
		s.untold = append(s.untold, told)
		s.mu.Unlock()
	}
	s.book.Landed(ctx, f, media.ShotsOf(f, reached), counted)
	s.c.mu.Lock()
	delete(s.c.routes, told.Flight)
	s.c.mu.Unlock()
	s.mu.Lock()
	if s.on.ev == ev { // the dock may have been let go meanwhile
		s.on, s.pose = flight{}, nil
	}
	s.mu.Unlock()
	s.touch()
}

// tellEnds tells the ends that could not be kept when they came.
func (s *session) tellEnds(ctx context.Context) {
	s.mu.Lock()
	ends := s.untold
	s.untold = nil
	s.mu.Unlock()
	for i, ev := range ends {
		if s.publishEvent(ctx, ev) != nil {
			s.mu.Lock()
			s.untold = append(ends[i:], s.untold...)
			s.mu.Unlock()
			return
		}
	}
}

// event is the flight that is on, as it stands; false where there is none.
func (s *session) event() (FlightEvent, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on.ev == nil {
		return FlightEvent{}, false
	}
	return *s.on.ev, true
}

// tell publishes the flight's state as a fact.
func (s *session) tell(ctx context.Context) {
	ev, ok := s.event()
	if !ok {
		return
	}
	_ = s.publishEvent(ctx, ev)
}

// factWait is how long JetStream may take to keep what a dock waits for.
const factWait = 5 * time.Second

// publishEvent keeps an event as a fact. What could not be kept is said here; who must not go on without it looks at the error.
func (s *session) publishEvent(ctx context.Context, ev FlightEvent) error {
	s.touch()
	ev.At = s.c.o.Clock.Now().UTC()
	b, err := json.Marshal(ev)
	if err == nil {
		var once []jetstream.PublishOpt
		if ev.State.Ended() { // a flight ends once, whoever tells it
			once = append(once, jetstream.WithMsgID("end "+ev.Flight))
		}
		pctx, cancel := context.WithTimeout(ctx, factWait)
		defer cancel()
		_, err = s.c.js.Publish(pctx, SubjectFlights+s.d.SN, b, once...)
		err = journal.Explain(SubjectFlights+s.d.SN, err)
	}
	if err != nil && ctx.Err() == nil {
		s.c.o.Log.Error("flight event not kept", "dock", s.d.SN, "flight", ev.Flight, "state", ev.State, "error", err)
	}
	return err
}

// tellQuietly lets those who look on see how far the flight is; nothing is kept.
func (s *session) tellQuietly() {
	ev, ok := s.event()
	if !ok {
		return
	}
	ev.At = s.c.o.Clock.Now().UTC()
	if b, err := json.Marshal(ev); err == nil {
		_ = s.c.nc.Publish(subjectProgress+s.d.SN, b)
	}
}
