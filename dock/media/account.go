// Package media keeps account of what the flights of a dock photographed and filmed: what was to come, what came, and what is missing, by file. Files are taken
// out of the bucket that docks upload to, into the evidence, and photos onto the work queue.
package media

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// State says how far a flight's media are.
type State string

// A flight's media are awaited, and then complete or incomplete; a file that comes late makes them complete after all.
const (
	Awaited    State = "awaited"
	Complete   State = "complete"
	Incomplete State = "incomplete"
)

// Account is that of a flight's media: what was to come, what came, and what is missing, by file.
type Account struct {
	Flight    string    `json:"flight"`
	Dock      string    `json:"dock"`
	State     State     `json:"state"`
	Counted   int       `json:"counted"` // files that the dock says the flight made; 0 where it has not said
	Shots     []Shot    `json:"shots,omitempty"`
	Files     []File    `json:"files,omitempty"`
	Missing   []string  `json:"missing,omitempty"`
	Scenes    []string  `json:"scenes,omitempty"`
	Ended     time.Time `json:"ended,omitzero"` // the flight
	Due       time.Time `json:"due,omitzero"`   // what has not come by then is missing
	At        time.Time `json:"at"`
	Simulated bool      `json:"simulated"`

	revision uint64 // of it in the bucket of accounts; 0 where none is kept yet
}

// Shot is a photo that the route asked for at a waypoint that the flight came to.
type Shot struct {
	Waypoint int     `json:"waypoint"` // from 1
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
	File     string  `json:"file,omitempty"` // that it became
}

// File is a file that arrived.
type File struct {
	Name string `json:"name"`
	// Original is its SHA-256, under which it lies sealed in the evidence; empty where it is too large and stays in the bucket under Key.
	Original string    `json:"original,omitempty"`
	Key      string    `json:"key"`
	Lon      float64   `json:"lon,omitempty"` // where it was taken, as the dock says
	Lat      float64   `json:"lat,omitempty"`
	At       time.Time `json:"at"`
}

// PhotoJob is a photo to be looked at: a message of the work queue.
type PhotoJob struct {
	Flight    string   `json:"flight"`
	Dock      string   `json:"dock"`
	Name      string   `json:"name"`
	Original  string   `json:"original"` // SHA-256 of the file, sealed in the evidence
	Scenes    []string `json:"scenes"`
	Lon       float64  `json:"lon"` // of the dock, where the aircraft took off, WGS-84; 0 where not known
	Lat       float64  `json:"lat"`
	Simulated bool     `json:"simulated"`
}

// ShotsOf are the photos of a flight's route between where it began and where it came: reached is how many waypoints that is.
func ShotsOf(f missions.Flight, reached int) []Shot {
	var out []Shot
	for i, w := range f.Route.Waypoints {
		if w.Photo && i < reached && (f.Break == nil || i > f.Break.Waypoint) {
			out = append(out, Shot{Waypoint: i + 1, Lon: w.Lon, Lat: w.Lat})
		}
	}
	return out
}

// match says of each of the route's photos which file it became: by the mark in its name, else by where it was taken.
func (m *Account) match() {
	for i := range m.Shots {
		m.Shots[i].File = ""
	}
	for _, f := range m.Files {
		w, marked := missions.PhotoWaypoint(f.Name)
		best, far := -1, float64(nearShotM)
		for i, s := range m.Shots {
			d := geo.DistanceM([2]float64{s.Lon, s.Lat}, [2]float64{f.Lon, f.Lat})
			if marked && s.Waypoint == w+1 || !marked && s.File == "" && d < far {
				best, far = i, d
			}
		}
		if best >= 0 {
			m.Shots[best].File = f.Name
		}
	}
}

// missing names what was to come and has not: photos of the route by their waypoints, further files that the dock counted by the gaps in
// the numbers that docks give their files (DJI_<time>_<number>_…), else by how many they are.
func (m *Account) missing() (out []string) {
	for _, s := range m.Shots {
		if s.File == "" {
			out = append(out, fmt.Sprintf("photo at waypoint %d (%.6f, %.6f)", s.Waypoint, s.Lon, s.Lat))
		}
	}
	more := m.Counted - len(m.Files) - len(out)
	if more <= 0 {
		return out
	}
	if gaps := m.gaps(); len(gaps) == m.Counted-len(m.Files) && len(out) == 0 {
		return gaps
	}
	return append(out, fmt.Sprintf("%d of the %d files that the dock counted", more, m.Counted))
}

// gaps are the numbers that no file has, between the first and the last one.
func (m *Account) gaps() (out []string) {
	has := map[int]bool{}
	least, most := 1<<30, 0
	for _, f := range m.Files {
		if p := strings.Split(f.Name, "_"); len(p) > 2 {
			if n, err := strconv.Atoi(strings.TrimSuffix(p[2], path.Ext(p[2]))); err == nil {
				has[n], least, most = true, min(least, n), max(most, n)
			}
		}
	}
	if most-least > 10000 {
		return nil
	}
	for n := least; n < most; n++ {
		if !has[n] {
			out = append(out, fmt.Sprintf("file number %04d", n))
		}
	}
	return out
}
