package gate

import (
	"fmt"
	"strings"
	"time"

	"github.com/nathan-osman/go-sunrise"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/missions"
)

// Limits within which a dock's aircraft may fly.
type Limits struct {
	WindMS     float64 `yaml:"wind_ms" json:"wind_ms"`         // at the dock
	Rain       int     `yaml:"rain" json:"rain"`               // 0 none, 1 light, 2 moderate, 3 heavy: the most
	ColdC      float64 `yaml:"cold_c" json:"cold_c"`           // outside
	HotC       float64 `yaml:"hot_c" json:"hot_c"`             // outside
	Battery    int     `yaml:"battery" json:"battery"`         // percent to start with
	ReserveMin int     `yaml:"reserve" json:"reserve"`         // percent in the air from which the aircraft comes home
	StorageMB  int     `yaml:"storage_mb" json:"storage_mb"`   // free in the dock
	Satellites int     `yaml:"satellites" json:"satellites"`   // the least that the dock sees where it has no RTK fix
	AnyLight   bool    `yaml:"any_light" json:"any_light"`     // fly by night too
	NoRTK      bool    `yaml:"without_rtk" json:"without_rtk"` // start without an RTK fix
	Hover      bool    `yaml:"hover" json:"hover"`             // where a limit is broken in the air: stay and ask, instead of coming home
}

// DefaultLimits are the makers' limits by model (DJI's specifications of Dock 1, 2 and 3), with a margin in battery and storage.
func DefaultLimits(model string) Limits {
	l := Limits{WindMS: missions.WindLimitMS(model), Rain: 1, ColdC: -20, HotC: 45, Battery: 50, ReserveMin: 25, StorageMB: 1024, Satellites: 12}
	switch {
	case strings.HasPrefix(model, "M30"): // Dock 1
		l.ColdC, l.HotC = -20, 50
	case strings.HasPrefix(model, "M4"): // Dock 3
		l.ColdC, l.HotC = -30, 50
	}
	return l
}

// Check says what is wrong with limits.
func (l Limits) Check() error {
	switch {
	case !(l.WindMS > 0 && l.WindMS <= 15):
		return fmt.Errorf("wind_ms must be over 0 and at most 15, is %g", l.WindMS)
	case l.Rain < 0 || l.Rain > 2:
		return fmt.Errorf("rain must be 0 (none), 1 (light) or 2 (moderate), is %d", l.Rain)
	case !(l.ColdC < l.HotC):
		return fmt.Errorf("cold_c (%g) must be below hot_c (%g)", l.ColdC, l.HotC)
	case l.Battery < 30 || l.Battery > 100:
		return fmt.Errorf("battery must be 30 to 100 percent (docks refuse to start with less than 30), is %d", l.Battery)
	case l.ReserveMin < 10 || l.ReserveMin >= l.Battery:
		return fmt.Errorf("reserve must be at least 10 percent and below battery (%d), is %d", l.Battery, l.ReserveMin)
	case l.StorageMB < 0 || l.Satellites < 0:
		return fmt.Errorf("storage_mb and satellites must not be negative")
	}
	return nil
}

// Condition of the gate.
type Condition string

// Conditions.
const (
	ConditionOnline   Condition = "online"
	ConditionMode     Condition = "mode"
	ConditionStop     Condition = "emergency stop"
	ConditionCover    Condition = "cover"
	ConditionAircraft Condition = "aircraft in the dock"
	ConditionWind     Condition = "wind"
	ConditionRain     Condition = "rain"
	ConditionOutside  Condition = "temperature"
	ConditionBattery  Condition = "battery"
	ConditionStorage  Condition = "storage"
	ConditionFix      Condition = "position"
	ConditionNetwork  Condition = "network"
	ConditionAlarms   Condition = "alarms"
	ConditionTraffic  Condition = "other aircraft"
	ConditionLight    Condition = "daylight"
	ConditionAirspace Condition = "airspace"
	ConditionHold     Condition = "hold"
	ConditionUnknown  Condition = "not understood"
	ConditionRecords  Condition = "records"
	ConditionRoute    Condition = "route"
)

// Hold keeps a dock on the ground until it is released.
type Hold struct {
	Operator string    `json:"operator"`
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
}

// civilTwilightDeg is the height of the sun down to which it counts as light: civil twilight.
const civilTwilightDeg = -6.0

// Check is one condition that is not met: what it is and what it must be.
type Check struct {
	Condition Condition `json:"condition"`
	Value     string    `json:"value"`
	Limit     string    `json:"limit"`
}

func (c Check) String() string { return fmt.Sprintf("%s: %s (%s)", c.Condition, c.Value, c.Limit) }

// Said joins checks to a sentence.
func Said(cs []Check) string {
	words := make([]string, len(cs))
	for i, c := range cs {
		words[i] = c.String()
	}
	return strings.Join(words, "; ")
}

// nearLevel is the airsense warning level from which another aircraft keeps ours on the ground, or brings it home (0 to 4; 3 is a warning).
const nearLevel = cloudapi.WarningLevel(3)

// Checks is everything that would keep a flight from starting now: nil where it may start. Mode, aircraft, battery and position must be known; what else a
// dock does not report blocks nothing. at is where the dock stands, WGS-84; zero where that is not known.
func (r *Report) Checks(now time.Time, l Limits, at orb.Point, holds []Hold) (out []Check) {
	no := func(c Condition, value, limit string) { out = append(out, Check{c, value, limit}) }
	for _, h := range holds {
		no(ConditionHold, fmt.Sprintf("%s: %s", h.Operator, h.Reason), "until released")
	}
	if now.Sub(r.Heard) > OfflineAfter {
		if r.Heard.IsZero() {
			no(ConditionOnline, "never heard of", "a report at least every "+OfflineAfter.String())
		} else {
			no(ConditionOnline, fmt.Sprintf("silent for %.0f s", now.Sub(r.Heard).Seconds()), "a report at least every "+OfflineAfter.String())
		}
		return out
	}
	if missing := r.unknown(now); len(missing) > 0 {
		why := "the dock does not report " + strings.Join(missing, ", ") + " (osd)"
		cause := "every 2 s, as DJI documents; does another platform or an older firmware send for this dock?"
		if now.Sub(r.MisreadAt) < ReportCounts {
			why, cause = why+": "+r.Misread, "messages as DJI documents them"
		}
		no(ConditionUnknown, why, cause)
		return out
	}
	p := r.Dock
	if m := cloudapi.Value(p.ModeCode); m != cloudapi.DockModeIdle {
		no(ConditionMode, ModeWords(m), "idle")
	}
	if cloudapi.Value(p.EmergencyStopState) != 0 {
		no(ConditionStop, "pressed", "released")
	}
	if cloudapi.Value(p.CoverState) == cloudapi.CoverStateAbnormal {
		no(ConditionCover, "in an abnormal state", "closed or open")
	}
	if p.DroneInDock != nil && *p.DroneInDock == cloudapi.DroneInDockOutside {
		no(ConditionAircraft, "outside", "inside")
	}
	out = append(out, r.weather(l)...)
	if b, ok := r.Battery(now); ok && b < l.Battery {
		no(ConditionBattery, fmt.Sprintf("%d %%", b), fmt.Sprintf("at least %d %%", l.Battery))
	}
	if s := p.Storage; s != nil && s.Total > 0 && (s.Total-s.Used)/1024 < l.StorageMB {
		no(ConditionStorage, fmt.Sprintf("%d MB free", (s.Total-s.Used)/1024), fmt.Sprintf("at least %d MB", l.StorageMB))
	}
	if s := p.PositionState; s != nil && s.IsFixed != cloudapi.RTKFixFixed && !(l.NoRTK && s.GPSNumber >= l.Satellites) {
		no(ConditionFix, fmt.Sprintf("no RTK fix, %d satellites", s.GPSNumber), "an RTK fix")
	}
	if n := p.NetworkState; n != nil && n.Quality == cloudapi.NetworkQualityNoSignal && n.Rate == 0 {
		no(ConditionNetwork, "no signal", "a signal")
	}
	out = append(out, r.dangers(now, false)...)
	if !l.AnyLight && (at != (orb.Point{})) {
		if up := sunrise.Elevation(at.Lat(), at.Lon(), now); up < civilTwilightDeg {
			no(ConditionLight, fmt.Sprintf("the sun is %.0f° below the horizon", -up), fmt.Sprintf("at most %.0f°", -civilTwilightDeg))
		}
	}
	return out
}

// weather is what the weather forbids, before take-off and in the air.
func (r *Report) weather(l Limits) (out []Check) {
	p := r.Dock
	if w := p.WindSpeed; w != nil && *w > l.WindMS {
		out = append(out, Check{ConditionWind, fmt.Sprintf("%.1f m/s", *w), fmt.Sprintf("at most %.0f m/s", l.WindMS)})
	}
	if w := p.Rainfall; w != nil && int(*w) > l.Rain {
		out = append(out, Check{ConditionRain, rainWords(*w), "at most " + rainWords(cloudapi.Rainfall(l.Rain))})
	}
	if t := p.EnvironmentTemperature; t != nil && (*t < l.ColdC || *t > l.HotC) {
		out = append(out, Check{ConditionOutside, fmt.Sprintf("%.0f °C", *t), fmt.Sprintf("%.0f to %.0f °C", l.ColdC, l.HotC)})
	}
	return out
}

// dangers are alarms and traffic; in the air only what is told of the air.
func (r *Report) dangers(now time.Time, inAir bool) (out []Check) {
	for _, a := range r.alarms {
		if a.Level >= cloudapi.HMSLevelWarning && now.Sub(a.at) < hmsHolds && (!inAir || a.InTheSky != 0) {
			out = append(out, Check{ConditionAlarms, "HMS " + a.Code, "none of level warning"})
		}
	}
	if !r.near.IsZero() && now.Sub(r.near) < airsenseHolds {
		out = append(out, Check{ConditionTraffic, r.nearer, "none near for " + airsenseHolds.String()})
	}
	return out
}

// InAir is everything that ends a flight that is on.
func (r *Report) InAir(now time.Time, l Limits) []Check {
	out := append(r.weather(l), r.dangers(now, true)...)
	if b, ok := r.Battery(now); ok {
		least := l.ReserveMin
		if r.Aircraft.Battery != nil {
			least = max(least, r.Aircraft.Battery.ReturnHomePower)
		}
		if b < least {
			out = append(out, Check{ConditionBattery, fmt.Sprintf("%d %%", b), fmt.Sprintf("at least %d %%", least)})
		}
	}
	return out
}

// ModeWords is a dock's mode in words.
func ModeWords(m cloudapi.DockMode) string {
	switch m {
	case cloudapi.DockModeIdle:
		return "idle"
	case cloudapi.DockModeOnSiteDebugging:
		return "debugging on site"
	case cloudapi.DockModeRemoteDebugging:
		return "remote debugging"
	case cloudapi.DockModeUpgrading:
		return "upgrading firmware"
	case cloudapi.DockModeWorking:
		return "working"
	case cloudapi.DockModeUncalibrated:
		return "waiting to be calibrated"
	}
	return fmt.Sprintf("mode %d, which DJI does not document", m)
}

func rainWords(r cloudapi.Rainfall) string {
	switch r {
	case cloudapi.RainfallNone:
		return "no rain"
	case cloudapi.RainfallLight:
		return "light rain"
	case cloudapi.RainfallModerate:
		return "moderate rain"
	case cloudapi.RainfallHeavy:
		return "heavy rain"
	}
	return fmt.Sprintf("rain of grade %d", r)
}

// Airspace says why a route may not be flown at a time, "" where it may, and the numbers of the approvals that it takes.
type Airspace func(missions.Route, time.Time) (why string, approvals []string)
