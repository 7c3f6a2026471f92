package dock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
)

// AreaKind is what a custom flight area means to the aircraft.
type AreaKind string

// Kinds of custom flight areas (DJI: geofence_type).
const (
	NoFlyArea AreaKind = "nfz"    // never into it
	TaskArea  AreaKind = "dfence" // never out of it
)

// Area is a custom flight area: the aircraft itself keeps to it.
type Area struct {
	ID    string
	Kind  AreaKind
	Shape orb.Polygon // WGS-84
}

// AreaFile is the file of custom flight areas that docks fetch: its name, and the GeoJSON as DJI's aircraft read it (a feature for each area
// with id, geofence_type and properties.enable; DJI's Cloud API demo, flightarea).
type AreaFile struct {
	Name    string
	Content []byte
}

// areaSpace makes the ids that docks want of names: version 5 UUIDs.
var areaSpace = uuid.MustParse("6ba7b812-9dad-11d1-80b4-00c04fd430c8")

// NewAreaFile writes areas as one file; nil for none.
func NewAreaFile(areas []Area) (*AreaFile, error) {
	if len(areas) == 0 {
		return nil, nil
	}
	type properties struct {
		SubType *string `json:"subType"`
		Radius  float64 `json:"radius"`
		Enable  bool    `json:"enable"`
	}
	type feature struct {
		ID         string            `json:"id"`
		Type       string            `json:"type"`
		Kind       AreaKind          `json:"geofence_type"`
		Geometry   *geojson.Geometry `json:"geometry"`
		Properties properties        `json:"properties"`
	}
	file := struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{Type: "FeatureCollection"}
	for i, a := range areas {
		if len(a.Shape) == 0 || len(a.Shape[0]) < 4 {
			return nil, fmt.Errorf("flight area %d (%s) has no outline", i+1, a.ID)
		}
		file.Features = append(file.Features, feature{uuid.NewSHA1(areaSpace, fmt.Appendf(nil, "%s/%s/%d", a.Kind, a.ID, i)).String(), "Feature", a.Kind, geojson.NewGeometry(orb.Polygon{a.Shape[0]}), properties{Enable: true}})
	}
	b, err := json.Marshal(file)
	if err != nil {
		return nil, err
	}
	f := &AreaFile{Content: b}
	f.Name = "geofence_" + f.Checksum()[:16] + ".json"
	return f, nil
}

// Checksum is the SHA-256 of the file in hex.
func (f *AreaFile) Checksum() string {
	s := sha256.Sum256(f.Content)
	return hex.EncodeToString(s[:])
}

// areaFiles answers a dock that asks for the custom flight areas.
func (c *Controller) areaFiles() *cloudapi.FlightAreasGetRequestReply {
	r := &cloudapi.FlightAreasGetRequestReply{Output: cloudapi.AreaFiles{Files: []cloudapi.AreaFile{}}}
	if a := c.o.Areas; a != nil {
		r.Output.Files = append(r.Output.Files, cloudapi.AreaFile{Name: a.Name, URL: c.o.FilesURL(a.Name), Checksum: a.Checksum(), Size: len(a.Content)})
	}
	return r
}

// pushAreas tells the dock once, while it rests, that there are custom flight areas to fetch: it compares them with what it has.
func (s *session) pushAreas(ctx context.Context) {
	a := s.c.o.Areas
	if a == nil {
		return
	}
	s.mu.Lock()
	now := s.c.o.Clock.Now()
	due := s.areas.told != a.Name && s.on.ev == nil && now.Sub(s.rep.Heard) < gate.OfflineAfter && now.Sub(s.first) > gatherFirst
	if due {
		s.areas.told = a.Name
	}
	s.mu.Unlock()
	if !due {
		return
	}
	s.wg.Go(func() {
		if err := s.ask(ctx, cloudapi.MethodFlightAreasUpdate, nil); err != nil && ctx.Err() == nil {
			s.c.o.Log.Warn("the dock does not take the flight areas; the no-fly fences hold at the gate only", "dock", s.d.SN, "error", err)
			s.mu.Lock()
			s.areas.state = "not taken: " + err.Error()
			s.mu.Unlock()
			s.touch()
		}
	})
}

// syncReasons are DJI's words for why flight areas were not taken over (flight_areas_sync_progress, reason).
var syncReasons = map[int]string{1: "the file's description could not be read", 2: "the aircraft does not tell what it has", 3: "the file could not be downloaded", 4: "the link could not be turned round",
	5: "the file could not be sent to the aircraft", 6: "the old areas could not be switched off", 7: "the old areas could not be deleted", 8: "the aircraft could not load them", 9: "they could not be switched on",
	10: "the dock's enhanced transmission could not be switched off", 11: "the aircraft did not start", 12: "the checksum is wrong", 13: "it took too long"}

// areasSynced notes how far the dock is with the flight areas.
func (s *session) areasSynced(p *cloudapi.FlightAreasSyncProgress) {
	words := string(p.Status)
	if p.Reason != 0 {
		words += ": " + syncReasons[p.Reason]
		if syncReasons[p.Reason] == "" {
			words += fmt.Sprintf("reason %d, which DJI does not document", p.Reason)
		}
		s.c.o.Log.Warn("flight areas not taken over", "dock", s.d.SN, "file", p.File.Name, "reason", words)
	}
	s.mu.Lock()
	s.areas.state = words
	s.mu.Unlock()
}
