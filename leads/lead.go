// Package leads is what the bureau gets. The Ledger makes one Lead of every real thing, however often it is found, and hands
// it over as CloudEvents on NATS JetStream.
package leads

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// States of a lead, as in its subject.
const (
	Candidate = "candidate"
	Confirmed = "confirmed"
	Rejected  = "rejected"
)

// Lead is one real-world thing with its evidence.
type Lead struct {
	Lead        string            `json:"lead"`
	Revision    int               `json:"revision"`
	State       string            `json:"state"`
	Scene       string            `json:"scene"`
	Event       string            `json:"event"` // GB/T 30428.2
	Class       string            `json:"class"`
	Attributes  map[string]string `json:"attributes"`
	Lon         float64           `json:"lon"`
	Lat         float64           `json:"lat"`
	Datum       string            `json:"datum"`
	Ellipse     geo.Ellipse       `json:"ellipse"` // 95 %
	HeightM     float64           `json:"height_m"`
	Cell        string            `json:"cell"`
	Subdistrict string            `json:"subdistrict"`
	MadeUp      bool              `json:"made_up"` // the grid is
	// Cells are those in which it may lie, with the probability of each, where the error reaches over a cell's border.
	Cells []CellShare `json:"cells,omitempty"`
	// Register is what the register of structures says of it: known, changed or new.
	Register *geo.Match `json:"register,omitempty"`
	// Since says whether a structure stood at the last pass over its place, where that can be told.
	Since     *vision.Since   `json:"since,omitempty"`
	Score     float64         `json:"score"`
	Dock      string          `json:"dock"`
	Flight    string          `json:"flight"`
	FirstSeen time.Time       `json:"first_seen"`
	LastSeen  time.Time       `json:"last_seen"`
	Captured  time.Time       `json:"captured"`
	Original  string          `json:"original,omitempty"` // SHA-256 of the frame as it was taken; sealed in the evidence
	Frame     string          `json:"frame"`              // SHA-256 of it with faces and plates made unrecognisable
	Crop      string          `json:"crop"`
	FrameURL  string          `json:"frame_url"`
	CropURL   string          `json:"crop_url"`
	Box       json.RawMessage `json:"box"`
	Simulated bool            `json:"simulated"`
	Findings  []string        `json:"findings"`
	Cov       geo.Cov         `json:"cov"`
	By        string          `json:"by,omitempty"` // who decided
	Note      string          `json:"note,omitempty"`
	Decided   time.Time       `json:"decided,omitzero"`
}

// CellShare is a grid cell and the probability that a lead lies in it.
type CellShare struct {
	Cell  string  `json:"cell"`
	Share float64 `json:"share"`
}

// Subject is where a revision of the lead goes; simulated ones stay apart.
func (l Lead) Subject() string {
	sub := l.Subdistrict
	if sub == "" {
		sub = "none"
	}
	s := fmt.Sprintf("leads.%s.%s.%s", l.State, l.Scene, sub)
	if l.Simulated {
		return "sim." + s
	}
	return s
}

// Event is a CloudEvents 1.0 message (structured JSON).
type Event struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	DataSchema      string    `json:"dataschema"`
	Data            Lead      `json:"data"`
}

// Schema names the form of Data.
const Schema = "urn:harrier:lead:1"

// stream is where the lead's revisions are kept.
func (l Lead) stream() string {
	if l.Simulated {
		return "SIMLEADS"
	}
	return "LEADS"
}

// Message is a revision of the lead as a CloudEvent, whose id is the same whenever it is made.
func (l Lead) Message(now time.Time) (*nats.Msg, error) {
	b, err := json.Marshal(Event{"1.0", fmt.Sprintf("%s/%d", l.Lead, l.Revision), "urn:harrier:leads", "harrier.lead." + l.State, l.Lead, now.UTC(), "application/json", Schema, l})
	if err != nil {
		return nil, err
	}
	m := nats.NewMsg(l.Subject())
	m.Data = b
	m.Header.Set("Content-Type", "application/cloudevents+json")
	return m, nil
}
