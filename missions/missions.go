// Package missions says what to fly. A Flight is one take-off to landing of one aircraft on one Route, for some scenes.
package missions

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Waypoint is a place on a route (WGS-84, metres above take-off, or above the ellipsoid where the route says so).
type Waypoint struct {
	Lon      float64 `json:"lon" yaml:"lon"`
	Lat      float64 `json:"lat" yaml:"lat"`
	HeightM  float64 `json:"height_m" yaml:"height_m"`
	SpeedMS  float64 `json:"speed_ms" yaml:"speed_ms"`
	PitchDeg float64 `json:"gimbal_pitch" yaml:"gimbal_pitch"` // 0 level, -90 straight down
	// YawDeg is where the camera looks to on arrival, degrees from north clockwise; nil along the track.
	YawDeg *float64 `json:"yaw,omitempty" yaml:"yaw"`
	Photo  bool     `json:"photo,omitempty" yaml:"photo"` // a still is taken there
}

// Route is what an aircraft flies: waypoints in order.
type Route struct {
	Waypoints []Waypoint `json:"waypoints"`
	// Ellipsoidal says that the waypoints' heights are above the ellipsoid, not above take-off: routes drawn in DJI Pilot 2 have them so.
	Ellipsoidal bool `json:"ellipsoidal,omitempty"`
	// Unlinked is what the aircraft does when it loses the link to its dock; "" flies on.
	Unlinked Unlinked `json:"unlinked,omitempty"`
	// Aircraft is the model that the route was drawn for, "" where it does not say.
	Aircraft string `json:"aircraft,omitempty"`
}

// dockAircraft are the models that fly from docks.
var dockAircraft = []string{"M30", "M3D", "M4D"}

// Unfit says why a route drawn for one aircraft is not flown by another, and remark what differs where it is flown all the same.
func (r Route) Unfit(model string) (why, remark string) {
	switch {
	case r.Aircraft == "" || model == "" || strings.HasPrefix(model, r.Aircraft):
		return "", ""
	case !slices.Contains(dockAircraft, r.Aircraft):
		return fmt.Sprintf("its route was drawn for another aircraft (%s), which no dock has; draw it for %s", r.Aircraft, model), ""
	}
	return "", fmt.Sprintf("drawn for %s, flown by %s", r.Aircraft, model)
}

// Unlinked is what an aircraft does without a link to its dock.
type Unlinked string

// An aircraft that loses its link flies its route to the end, or leaves it.
const (
	UnlinkedFliesOn Unlinked = ""
	UnlinkedReturns Unlinked = "return"
	UnlinkedLands   Unlinked = "land"
	UnlinkedHovers  Unlinked = "hover"
)

// Check says what is wrong with a route.
func (r Route) Check() error {
	if len(r.Waypoints) < 2 {
		return fmt.Errorf("a route needs at least two waypoints, this has %d", len(r.Waypoints))
	}
	for i, w := range r.Waypoints {
		p := geo.Pose{Lon: w.Lon, Lat: w.Lat, HeightM: w.HeightM}
		if err := p.Check(); err != nil {
			return fmt.Errorf("waypoint %d: %w", i+1, err)
		}
		if !(w.SpeedMS > 0 && w.SpeedMS <= 15) {
			return fmt.Errorf("waypoint %d: speed %.1f m/s is not between 0 and 15", i+1, w.SpeedMS)
		}
		if w.PitchDeg < -90 || w.PitchDeg > 35 {
			return fmt.Errorf("waypoint %d: gimbal pitch %.0f° is not between -90 and 35", i+1, w.PitchDeg)
		}
		if w.YawDeg != nil && !(*w.YawDeg >= -180 && *w.YawDeg <= 360) {
			return fmt.Errorf("waypoint %d: yaw %g° is not between -180 and 360", i+1, *w.YawDeg)
		}
	}
	return nil
}

// PhotoMark stands in the name of the still that is taken at a waypoint (index from 0): so it can be told which one is missing.
func PhotoMark(waypoint int) string { return fmt.Sprintf("WP%03d", waypoint+1) }

var photoMark = regexp.MustCompile(`WP([0-9]{3,5})(?:[^0-9]|$)`)

// PhotoWaypoint is the waypoint (index from 0) whose mark stands in a file's name; ok is false where none does.
func PhotoWaypoint(name string) (waypoint int, ok bool) {
	m := photoMark.FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n - 1, err == nil && n > 0
}

// Flight is one flight to be flown.
type Flight struct {
	ID     string    `json:"id"`
	Dock   string    `json:"dock"` // serial number
	Scenes []string  `json:"scenes"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until"` // the end of the window in which it may start; zero is StartWindow after At
	KMZ    []byte    `json:"kmz"`
	File   string    `json:"file,omitempty"` // name, without ending, under which the dock fetches the KMZ; made when the flight is handed over
	Route  Route     `json:"route"`
	// Priority says which of a dock's flights goes first: the higher one.
	Priority int `json:"priority,omitempty"`
	// Conditions are those that the dock itself waits for before the flight starts; nil for none.
	Conditions *Conditions `json:"conditions,omitempty"`
	// Target is where a flight without a route takes off to, there to stay in an operator's hand until it is sent home; nil for a route.
	Target *Waypoint `json:"target,omitempty"`
	// Continues is the flight that broke off at Break, and which this one flies on.
	Continues string `json:"continues,omitempty"`
	Break     *Break `json:"break,omitempty"`
}

// Break is where a flight on a route was broken off.
type Break struct {
	Waypoint   int     `json:"waypoint"`    // index of the last one reached, from 0
	AtWaypoint bool    `json:"at_waypoint"` // on it, not between it and the next
	Progress   float64 `json:"progress"`    // of the leg, 0 to 1
	Wayline    int     `json:"wayline"`
}

// Conditions that a dock waits for by itself.
type Conditions struct {
	Battery   int `json:"battery" yaml:"battery"`       // percent
	StorageMB int `json:"storage_mb" yaml:"storage_mb"` // free on the aircraft's card
}

// StartWindow is how late a flight may start where it does not say.
const StartWindow = 30 * time.Minute

// Deadline is when a flight may start at the latest.
func (f Flight) Deadline() time.Time {
	if f.Until.IsZero() {
		return f.At.Add(StartWindow)
	}
	return f.Until
}

// Fingerprint is the MD5 of the flight's KMZ in hex, as flighttask_prepare wants it.
func (f Flight) Fingerprint() string {
	s := md5.Sum(f.KMZ)
	return hex.EncodeToString(s[:])
}

// Part is which part of a flight that was broken off this is, from 1.
func (f Flight) Part() int {
	if i := strings.LastIndex(f.ID, partMark); i >= 0 {
		if n, err := strconv.Atoi(f.ID[i+len(partMark):]); err == nil {
			return n
		}
	}
	return 1
}

// partMark stands between a flight's name and the number of its part.
const partMark = "-part"

// Next is the flight that goes on where this one broke off, to be started from now on.
func (f Flight) Next(b Break, now time.Time) Flight {
	n := f
	n.ID = fmt.Sprintf("%s%s%d", strings.TrimSuffix(f.ID, fmt.Sprintf("%s%d", partMark, f.Part())), partMark, f.Part()+1)
	n.Continues, n.Break, n.At, n.Until = f.ID, &b, now, now.Add(continueWithin)
	return n
}

// continueWithin is how long a flight that was broken off may wait, for its battery above all, until it is flown on.
const continueWithin = 2 * time.Hour
