// Package gate says whether a dock may start a flight, and whether one that is on must come home: what the dock and its aircraft report of themselves, beside
// the limits within which they may fly. It asks nobody and keeps nothing.
package gate

import (
	"fmt"
	"reflect"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
)

// Life is what a dock is doing, derived from what it reports and never from what it was told.
type Life string

// The life of a dock.
const (
	Offline     Life = "offline"
	Idle        Life = "idle"
	Readying    Life = "preparing" // the dock works, and its aircraft is still in it
	InFlight    Life = "flying"
	GoingHome   Life = "returning"
	Charging    Life = "charging"
	Blocked     Life = "blocked" // nothing would start now; the reasons are said
	Maintenance Life = "maintenance"
)

// How long what a dock said counts. Docks report every 2 s (DJI Cloud API, properties of push mode 0).
const (
	OfflineAfter  = 15 * time.Second
	ReportCounts  = 30 * time.Second // of the aircraft, which is silent when it is off
	airsenseHolds = time.Minute
	hmsHolds      = 10 * time.Minute // alarms are told when they come, not when they go
)

// Report is what a dock and its aircraft said of themselves, put together from the parts in which they say it.
type Report struct {
	Dock     cloudapi.DockProperties
	Aircraft cloudapi.AircraftProperties
	Heard    time.Time // from the dock, anything
	Flown    time.Time // from the aircraft
	alarms   map[string]alarm
	near     time.Time // when another aircraft was told to be near
	nearer   string
	// when the dock last told what must be known before anything flies
	modeAt, insideAt, chargeAt, fixAt time.Time
	Misread                           string // why a message of it could not be understood, and when
	MisreadAt                         time.Time
}

// TakeDock takes in what the dock says of itself.
func (r *Report) TakeDock(p *cloudapi.DockProperties, at time.Time) {
	merge(&r.Dock, p)
	r.note(p, at)
}

// TakeAircraft takes in what the aircraft says of itself.
func (r *Report) TakeAircraft(p *cloudapi.AircraftProperties, at time.Time) {
	merge(&r.Aircraft, p)
	r.Flown = at
}

// merge takes over the fields that a message has: devices report themselves in parts.
func merge[T any](into, from *T) {
	a, b := reflect.ValueOf(into).Elem(), reflect.ValueOf(from).Elem()
	for i := range b.NumField() {
		if f := b.Field(i); !f.IsZero() {
			a.Field(i).Set(f)
		}
	}
}

// note notes when the dock told what must be known before anything flies.
func (r *Report) note(p *cloudapi.DockProperties, at time.Time) {
	for _, x := range []struct {
		there bool
		at    *time.Time
	}{{p.ModeCode != nil, &r.modeAt}, {p.DroneInDock != nil, &r.insideAt}, {p.DroneChargeState != nil, &r.chargeAt}, {p.PositionState != nil, &r.fixAt}} {
		if x.there {
			*x.at = at
		}
	}
}

// AircraftGone forgets what an aircraft said that is off.
func (r *Report) AircraftGone() {
	r.Aircraft, r.Flown = cloudapi.AircraftProperties{}, time.Time{}
}

// unknown names what must be known before anything flies and is not, or was told too long ago.
func (r *Report) unknown(now time.Time) (out []string) {
	for _, x := range []struct {
		what string
		at   time.Time
	}{{"mode_code", r.modeAt}, {"drone_in_dock", r.insideAt}, {"drone_charge_state", r.chargeAt}, {"position_state", r.fixAt}} {
		if now.Sub(x.at) > ReportCounts {
			out = append(out, x.what)
		}
	}
	return out
}

type alarm struct {
	cloudapi.HMSAlarm
	at time.Time
}

// TakeAlarms takes in alarms.
func (r *Report) TakeAlarms(h *cloudapi.HMSReport, at time.Time) {
	if r.alarms == nil {
		r.alarms = map[string]alarm{}
	}
	for k, a := range r.alarms {
		if at.Sub(a.at) > hmsHolds {
			delete(r.alarms, k)
		}
	}
	for _, a := range h.List {
		if len(r.alarms) < 100 {
			r.alarms[a.Code] = alarm{a, at}
		}
	}
}

// TakeTraffic takes in warnings of other aircraft.
func (r *Report) TakeTraffic(w cloudapi.AirsenseWarnings, at time.Time) {
	for _, a := range w {
		if level := cloudapi.Value(a.WarningLevel); level >= nearLevel {
			r.near, r.nearer = at, fmt.Sprintf("%s at %d m", cloudapi.Value(a.ICAO), cloudapi.Value(a.Distance))
		}
	}
}

// Battery is the charge of the aircraft in percent: as the aircraft says in the air, as the dock says of it in the dock.
func (r *Report) Battery(now time.Time) (percent int, ok bool) {
	if b := r.Aircraft.Battery; b != nil && now.Sub(r.Flown) < ReportCounts {
		return b.CapacityPercent, true
	}
	if c := r.Dock.DroneChargeState; c != nil {
		return c.CapacityPercent, true
	}
	return 0, false
}

// Airborne says whether the aircraft is in the air, as far as is known.
func (r *Report) Airborne(now time.Time) bool {
	if now.Sub(r.Flown) > ReportCounts || r.Aircraft.ModeCode == nil {
		return false
	}
	switch *r.Aircraft.ModeCode {
	case cloudapi.AircraftModeStandby, cloudapi.AircraftModePreparing, cloudapi.AircraftModePrepared, cloudapi.AircraftModeUpgrading, cloudapi.AircraftModeNotConnected:
		return false
	}
	return r.Dock.DroneInDock == nil || *r.Dock.DroneInDock != cloudapi.DroneInDockInside
}

// Life derives what the dock is doing. blocked says what would keep a flight from starting.
func (r *Report) Life(now time.Time, blocked []Check) Life {
	if now.Sub(r.Heard) > OfflineAfter {
		return Offline
	}
	if r.Airborne(now) {
		switch *r.Aircraft.ModeCode {
		case cloudapi.AircraftModeReturningHome, cloudapi.AircraftModeLanding, cloudapi.AircraftModeForcedLanding, cloudapi.AircraftModeThreeBladeLanding:
			return GoingHome
		}
		return InFlight
	}
	switch cloudapi.Value(r.Dock.ModeCode) {
	case cloudapi.DockModeWorking:
		return Readying
	case cloudapi.DockModeOnSiteDebugging, cloudapi.DockModeRemoteDebugging, cloudapi.DockModeUpgrading, cloudapi.DockModeUncalibrated:
		return Maintenance
	}
	charging := r.Dock.DroneChargeState != nil && r.Dock.DroneChargeState.State == cloudapi.ChargeStateCharging
	for _, c := range blocked {
		if c.Condition != ConditionBattery || !charging {
			return Blocked
		}
	}
	if charging {
		return Charging
	}
	return Idle
}
