package docksim

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// Entry is what a simulated dock did: what only it knows, to hold a controller against.
type Entry struct {
	At      time.Time `json:"at"`
	Dock    string    `json:"dock"`
	Flight  string    `json:"flight,omitempty"`
	What    string    `json:"what"` // execute, take-off, landing, photo, uploaded, aircraft put back, flighttask_pause, flighttask_recovery
	File    string    `json:"file,omitempty"`
	Wind    float64   `json:"wind_ms"`
	Rain    int       `json:"rain"`
	Battery float64   `json:"battery"`
	Fault   Fault     `json:"fault,omitempty"`
}

// What docks do with photos.
const (
	WhatPhoto    = "photo" // taken
	WhatUploaded = "uploaded"
)

// logbook is a file of entries; without a file it forgets.
type logbook struct {
	mu sync.Mutex
	f  *os.File
}

func newLogbook(path string) (*logbook, error) {
	if path == "" {
		return &logbook{}, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	return &logbook{f: f}, err
}

func (b *logbook) note(e Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.f == nil {
		return
	}
	if line, err := json.Marshal(e); err == nil {
		_, _ = b.f.Write(append(line, '\n')) // a logbook that cannot be written shows in what is read from it
	}
}

// Close ends the book.
func (b *logbook) Close() error {
	if b.f == nil {
		return nil
	}
	return b.f.Close()
}
