// Package missions says what to fly. A Flight is one take-off to landing of one aircraft on one Route, for some scenes.
package missions

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Waypoint is a place on a route (WGS-84, metres above take-off).
type Waypoint struct {
	Lon      float64 `json:"lon" yaml:"lon"`
	Lat      float64 `json:"lat" yaml:"lat"`
	HeightM  float64 `json:"height_m" yaml:"height_m"`
	SpeedMS  float64 `json:"speed_ms" yaml:"speed_ms"`
	PitchDeg float64 `json:"gimbal_pitch" yaml:"gimbal_pitch"` // 0 level, -90 straight down
}

// Route is what an aircraft flies: waypoints in order.
type Route struct {
	Waypoints []Waypoint `json:"waypoints"`
}

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
		if w.PitchDeg < -90 || w.PitchDeg > 30 {
			return fmt.Errorf("waypoint %d: gimbal pitch %.0f° is not between -90 and 30", i+1, w.PitchDeg)
		}
	}
	return nil
}

// Flight is one flight to be flown.
type Flight struct {
	ID     string    `json:"id"`
	Dock   string    `json:"dock"` // serial number
	Scenes []string  `json:"scenes"`
	At     time.Time `json:"at"`
	KMZ    []byte    `json:"-"`
	Route  Route     `json:"route"`
}

// Fingerprint is the MD5 of the flight's KMZ in hex, as flighttask_prepare wants it.
func (f Flight) Fingerprint() string {
	s := md5.Sum(f.KMZ)
	return hex.EncodeToString(s[:])
}
