package dock

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/geo"
)

// Status is a dock as last known.
type Status struct {
	Dock
	Life       gate.Life    `json:"life"`
	Online     bool         `json:"online"`
	Mode       string       `json:"mode"`
	Blocked    []gate.Check `json:"blocked,omitempty"` // what keeps a flight from starting now
	Holds      []gate.Hold  `json:"holds,omitempty"`
	Controller string       `json:"controller,omitempty"` // that holds it
	Pilot      string       `json:"pilot,omitempty"`      // the operator who has the aircraft
	Flight     string       `json:"flight,omitempty"`
	State      State        `json:"state,omitempty"`
	Reason     string       `json:"reason,omitempty"`
	Percent    int          `json:"percent"`
	Battery    int          `json:"battery"`
	Pose       *geo.Pose    `json:"pose,omitempty"`
	Seen       time.Time    `json:"seen"`
	Stream     string       `json:"stream,omitempty"`
	Areas      string       `json:"areas,omitempty"` // how far the dock is with its custom flight areas
	Route      [][2]float64 `json:"route,omitempty"`
	Weather    *Weather     `json:"weather,omitempty"` // at the dock, nil where it does not tell
	// Firmware of the dock and of its aircraft, as they told last.
	Firmware         string `json:"firmware,omitempty"`
	AircraftFirmware string `json:"aircraft_firmware,omitempty"`
}

// Weather is what a dock measures.
type Weather struct {
	WindMS float64 `json:"wind_ms"`
	Rain   int     `json:"rain"` // 0 none to 3 heavy
	TempC  float64 `json:"temp_c"`
}

// Why is what keeps the dock from flying, or its flight from starting; "" where nothing does.
func (s Status) Why() string {
	if s.Flight != "" {
		return s.Reason
	}
	return gate.Said(s.Blocked)
}

func (s *session) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.c.o.Clock.Now()
	st := Status{Dock: s.d, Seen: s.rep.Heard, Online: now.Sub(s.rep.Heard) < gate.OfflineAfter, Holds: s.holds, Pilot: s.on.pilot, Pose: s.pose, Areas: s.areas.state}
	st.Blocked = s.rep.Checks(now, s.limits, orb.Point{s.d.Lon, s.d.Lat}, s.holds)
	st.Life = s.rep.Life(now, st.Blocked)
	if st.Life != gate.Blocked && st.Life != gate.Offline {
		st.Blocked = nil // a dock that works is not blocked
	}
	if m := s.rep.Dock.ModeCode; m != nil {
		st.Mode = gate.ModeWords(*m)
	}
	st.Battery, _ = s.rep.Battery(now)
	if p := &s.rep.Dock; p.WindSpeed != nil {
		st.Weather = &Weather{WindMS: *p.WindSpeed, Rain: int(cloudapi.Value(p.Rainfall)), TempC: cloudapi.Value(p.EnvironmentTemperature)}
	}
	for to, v := range map[*string]*string{&st.Firmware: s.rep.Dock.FirmwareVersion, &st.AircraftFirmware: s.rep.Aircraft.FirmwareVersion} {
		if v != nil {
			*to = *v
		}
	}
	if s.on.ev != nil {
		st.Flight, st.State, st.Reason, st.Percent, st.Stream, st.Route = s.on.ev.Flight, s.on.ev.State, s.on.ev.Reason, s.on.ev.Percent, s.on.ev.Live, s.on.ev.Route
	}
	return st
}

// touch lets the fleet's state be published.
func (s *session) touch() {
	select {
	case s.touched <- struct{}{}:
	default:
	}
}

// stateEvery is the shortest time between two writes of one dock's state.
const stateEvery = 300 * time.Millisecond

// publishState keeps the fleet's key-value at the dock's state: what changed is there within a second.
func (s *session) publishState(ctx context.Context) {
	var last []byte
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.touched:
		}
		if !s.held.Load() {
			last = nil
			continue
		}
		st := s.status()
		st.Controller = s.c.o.ClientID
		st.Pose, st.Seen, st.Route, st.Weather = nil, time.Time{}, nil, nil // what changes all the time is on its own subjects
		b, err := json.Marshal(st)
		if err != nil || bytes.Equal(b, last) {
			continue
		}
		if _, err := s.c.fleet.Put(ctx, s.d.SN, b); err != nil {
			if ctx.Err() == nil {
				s.c.o.Log.Warn("state of the dock not kept, trying again", "dock", s.d.SN, "error", err)
			}
			s.touch()
		} else {
			last = b
		}
		if pace.Wall.Sleep(ctx, stateEvery) != nil { // whatever the pace of flights, the store is on the wall's
			return
		}
	}
}
