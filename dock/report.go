package dock

import (
	"fmt"
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
	offlineAfter  = 15 * time.Second
	reportCounts  = 30 * time.Second // of the aircraft, which is silent when it is off
	airsenseHolds = time.Minute
	hmsHolds      = 10 * time.Minute // alarms are told when they come, not when they go
)

// report is what a dock and its aircraft said of themselves, put together from the parts in which they say it.
type report struct {
	dock     cloudapi.DockProperties
	aircraft cloudapi.AircraftProperties
	heard    time.Time // from the dock, anything
	flown    time.Time // from the aircraft
	alarms   map[string]alarm
	near     time.Time // when another aircraft was told to be near
	nearer   string
	// when the dock last told what must be known before anything flies
	modeAt, insideAt, chargeAt, fixAt time.Time
	misread                           string // why a message of it could not be understood, and when
	misreadAt                         time.Time
}

// told notes when the dock told what must be known before anything flies.
func (r *report) told(p *cloudapi.DockProperties, at time.Time) {
	for _, x := range []struct {
		there bool
		at    *time.Time
	}{{p.ModeCode != nil, &r.modeAt}, {p.DroneInDock != nil, &r.insideAt}, {p.DroneChargeState != nil, &r.chargeAt}, {p.PositionState != nil, &r.fixAt}} {
		if x.there {
			*x.at = at
		}
	}
}

// gone forgets what an aircraft said that is off.
func (r *report) gone() {
	r.aircraft, r.flown = cloudapi.AircraftProperties{}, time.Time{}
}

// unknown names what must be known before anything flies and is not, or was told too long ago.
func (r *report) unknown(now time.Time) (out []string) {
	for _, x := range []struct {
		what string
		at   time.Time
	}{{"mode_code", r.modeAt}, {"drone_in_dock", r.insideAt}, {"drone_charge_state", r.chargeAt}, {"position_state", r.fixAt}} {
		if now.Sub(x.at) > reportCounts {
			out = append(out, x.what)
		}
	}
	return out
}

type alarm struct {
	cloudapi.HMSAlarm
	at time.Time
}

func (r *report) hms(h *cloudapi.HMSReport, at time.Time) {
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

func (r *report) airsense(w cloudapi.AirsenseWarnings, at time.Time) {
	for _, a := range w {
		if level := cloudapi.Value(a.WarningLevel); level >= nearLevel {
			r.near, r.nearer = at, fmt.Sprintf("%s at %d m", cloudapi.Value(a.ICAO), cloudapi.Value(a.Distance))
		}
	}
}

// battery is the charge of the aircraft in percent: as the aircraft says in the air, as the dock says of it in the dock.
func (r *report) battery(now time.Time) (percent int, ok bool) {
	if b := r.aircraft.Battery; b != nil && now.Sub(r.flown) < reportCounts {
		return b.CapacityPercent, true
	}
	if c := r.dock.DroneChargeState; c != nil {
		return c.CapacityPercent, true
	}
	return 0, false
}

// airborne says whether the aircraft is in the air, as far as is known.
func (r *report) airborne(now time.Time) bool {
	if now.Sub(r.flown) > reportCounts || r.aircraft.ModeCode == nil {
		return false
	}
	switch *r.aircraft.ModeCode {
	case cloudapi.AircraftModeStandby, cloudapi.AircraftModePreparing, cloudapi.AircraftModePrepared, cloudapi.AircraftModeUpgrading, cloudapi.AircraftModeNotConnected:
		return false
	}
	return r.dock.DroneInDock == nil || *r.dock.DroneInDock != cloudapi.DroneInDockInside
}

// life derives what the dock is doing. blocked says what would keep a flight from starting.
func (r *report) life(now time.Time, blocked []Check) Life {
	if now.Sub(r.heard) > offlineAfter {
		return Offline
	}
	if r.airborne(now) {
		switch *r.aircraft.ModeCode {
		case cloudapi.AircraftModeReturningHome, cloudapi.AircraftModeLanding, cloudapi.AircraftModeForcedLanding, cloudapi.AircraftModeThreeBladeLanding:
			return GoingHome
		}
		return InFlight
	}
	switch cloudapi.Value(r.dock.ModeCode) {
	case cloudapi.DockModeWorking:
		return Readying
	case cloudapi.DockModeOnSiteDebugging, cloudapi.DockModeRemoteDebugging, cloudapi.DockModeUpgrading, cloudapi.DockModeUncalibrated:
		return Maintenance
	}
	charging := r.dock.DroneChargeState != nil && r.dock.DroneChargeState.State == cloudapi.ChargeStateCharging
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
