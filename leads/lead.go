// Package leads is what the bureau gets: a Lead is one real thing, however often it is found, with all that became of it. Rules say
// what a finding, a decision or a case system's answer makes of one; leads/index finds leads, leads/ledger keeps them and hands them over.
package leads

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// States of a lead, as in its subject.
const (
	Candidate  = "candidate"
	Checked    = "checked" // its evidence is sound; whether it breaks the rules is still to be said, where a scene asks for two steps
	Confirmed  = "confirmed"
	Rejected   = "rejected"
	HandedOver = "handed-over" // a case system has it
	Accepted   = "accepted"    // and made a case of it
	Returned   = "returned"    // or sent it back
	Closed     = "closed"
)

// States are all of them, in the order of a lead's life.
var States = []string{Candidate, Checked, Confirmed, Rejected, HandedOver, Accepted, Returned, Closed}

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
	Reason    string          `json:"reason,omitempty"` // why it was rejected, returned or closed: see Reasons
	Decided   time.Time       `json:"decided,omitzero"`
	// Steps is what became of it, the first one first; each made a revision.
	Steps []Step `json:"steps,omitempty"`
	// Shots are its best frames, the best first; Frame, Crop and Original are those of the finding that made it.
	Shots    []Shot    `json:"shots,omitempty"`
	Seen     int       `json:"seen"` // findings that showed it
	Priority int       `json:"priority"`
	Due      time.Time `json:"due,omitzero"` // by when the next step is to be done
	// Suppressed is until when a rejected thing that is seen again stays rejected.
	Suppressed time.Time `json:"suppressed_until,omitzero"`
	// Earlier is the lead of the same place that was decided on before; Relapse says that it had been confirmed.
	Earlier   string `json:"earlier,omitempty"`
	Relapse   bool   `json:"relapse,omitempty"`
	SplitFrom string `json:"split_from,omitempty"`
	MergedIn  string `json:"merged_into,omitempty"`
	Case      string `json:"case,omitempty"`   // number that the case system gave it
	Permit    string `json:"permit,omitempty"` // number of the permit that answers it
	// Second is the review by a second person, of leads that were drawn for one.
	Second *Second `json:"second,omitempty"`
	// Seconds are all that were made, also of decisions that were taken back since.
	Seconds []Second `json:"seconds,omitempty"`
	// Deleted says that its pictures are deleted; their hashes stay.
	Deleted   *Deletion  `json:"deleted,omitempty"`
	Fences    []Fence    `json:"fences,omitempty"`    // in which it lay when it was first seen
	Equipment *Equipment `json:"equipment,omitempty"` // that first saw it
	Software  string     `json:"software,omitempty"`  // version of Harrier that made it
	Rule      string     `json:"rule,omitempty"`      // beginning of the SHA-256 of its scene, as it was then
}

// Fence is one in which a lead lay, as it held then: among them the area that was announced to be patrolled.
type Fence struct {
	Kind   string `json:"kind"`
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Source string `json:"source,omitempty"`
}

// Equipment is what took the pictures, as it was then (Administrative Penalty Law, article 41).
type Equipment struct {
	Dock             string `json:"dock"` // serial number
	Model            string `json:"model,omitempty"`
	Firmware         string `json:"firmware,omitempty"`
	Aircraft         string `json:"aircraft,omitempty"` // serial number
	AircraftFirmware string `json:"aircraft_firmware,omitempty"`
	Certificate      string `json:"certificate,omitempty"` // number under which it was reviewed
}

// Step is a change of state: who, when, why.
type Step struct {
	Revision int       `json:"revision"` // that it made
	From     string    `json:"from"`
	To       string    `json:"to"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Reason   string    `json:"reason,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// Shot is a frame that shows the thing.
type Shot struct {
	Finding   string          `json:"finding"`
	Flight    string          `json:"flight"`
	Captured  time.Time       `json:"captured"`
	Score     float64         `json:"score"`
	Original  string          `json:"original,omitempty"`
	Frame     string          `json:"frame"`
	Crop      string          `json:"crop"`
	Sharpness float64         `json:"sharpness,omitempty"` // of the frame, 0 (blurred) to 1; 0 where it is not known
	Clip      string          `json:"clip,omitempty"`      // SHA-256 of ten seconds of video around it (MP4); sealed
	Box       json.RawMessage `json:"box,omitempty"`
	Model     string          `json:"model,omitempty"` // network that told it
	Pose      *geo.Pose       `json:"pose,omitempty"`  // of the camera, with its error
}

// Gone says when a flight showed that the thing is not there any more; false while it is.
func (l Lead) Gone() (at time.Time, gone bool) {
	last := l.lastStep()
	return last.At, l.State == Closed && last.By == Machine && last.Reason == ReasonGone
}

// Open says that something is still to be done about a lead.
func (l Lead) Open() bool { return l.State != Rejected && l.State != Closed }

// CellShare is a grid cell and the probability that a lead lies in it.
type CellShare struct {
	Cell  string  `json:"cell"`
	Share float64 `json:"share"`
}

// Subject is where a revision of the lead goes; simulated ones stay apart.
func (l Lead) Subject() string {
	return subject(l.Simulated, l.State+"."+l.Scene, l.Subdistrict)
}

func subject(simulated bool, what, subdistrict string) string {
	s := fmt.Sprintf("leads.%s.%s", what, cmp.Or(subdistrict, "none"))
	if simulated {
		return "sim." + s
	}
	return s
}

// Event is a CloudEvents 1.0 message (structured JSON).
type Event[T any] struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	DataSchema      string    `json:"dataschema"`
	Data            T         `json:"data"`
}

// SchemaName and DueSchemaName name the forms of events; where there is a server, its addresses of them do (dataschema).
const (
	SchemaName    = "lead.1"
	DueSchemaName = "lead-due.1"
)

// Unserved is the dataschema of an event that is made where no server is.
func Unserved(name string) string { return "urn:harrier:" + name }

// typeDue is the type of a reminder; a lead's is harrier.lead. and its state.
const typeDue = "harrier.lead.due"

// Reminder says that a lead's next step is to be done soon.
type Reminder struct {
	Lead        string    `json:"lead"`
	Revision    int       `json:"revision"`
	State       string    `json:"state"`
	Scene       string    `json:"scene"`
	Cell        string    `json:"cell"`
	Subdistrict string    `json:"subdistrict"`
	Due         time.Time `json:"due"`
	Late        bool      `json:"late"` // it is past due already
	Priority    int       `json:"priority"`
	Simulated   bool      `json:"simulated"`
}

// Message is the reminder as a CloudEvent, on leads.due.<subdistrict>; schema is the address of a form by its name.
func (r Reminder) Message(now time.Time, schema func(name string) string) (*nats.Msg, error) {
	return message(subject(r.Simulated, "due", r.Subdistrict), Event[Reminder]{"1.0", fmt.Sprintf("%s/due/%d", r.Lead, r.Due.Unix()), source, typeDue, r.Lead, now.UTC(), jsonType, schema(DueSchemaName), r})
}

const (
	source   = "urn:harrier:leads"
	jsonType = "application/json"
)

// Stream is where the lead's revisions are kept.
func (l Lead) Stream() string { return streamOf(l.Simulated) }

// Stream is where it is kept: with the leads.
func (r Reminder) Stream() string { return streamOf(r.Simulated) }

func streamOf(simulated bool) string {
	if simulated {
		return "SIMLEADS"
	}
	return "LEADS"
}

// Message is a revision of the lead as a CloudEvent, whose id is the same whenever it is made; schema is the address of a form by its name.
func (l Lead) Message(now time.Time, schema func(name string) string) (*nats.Msg, error) {
	return message(l.Subject(), Event[Lead]{"1.0", l.ID(), source, "harrier.lead." + l.State, l.Lead, now.UTC(), jsonType, schema(SchemaName), l})
}

// ID names a revision.
func (l Lead) ID() string { return fmt.Sprintf("%s/%d", l.Lead, l.Revision) }

func message(subject string, event any) (*nats.Msg, error) {
	b, err := json.Marshal(event)
	if err != nil {
		return nil, err
	}
	m := nats.NewMsg(subject)
	m.Data = b
	m.Header.Set("Content-Type", "application/cloudevents+json")
	return m, nil
}

// ReadMessage reads what a stream of leads holds: a revision of a lead, or a reminder.
func ReadMessage(data []byte) (l Lead, r *Reminder, err error) {
	var e Event[json.RawMessage]
	if err := json.Unmarshal(data, &e); err != nil {
		return l, nil, fmt.Errorf("it is no CloudEvent: %w", err)
	}
	if e.Type == typeDue {
		r = &Reminder{}
		err = json.Unmarshal(e.Data, r)
	} else if err = json.Unmarshal(e.Data, &l); err == nil && (l.Lead == "" || l.Revision < 1) {
		err = errors.New("it is no lead with a revision")
	}
	return l, r, err
}
