// Package surface describes what Harrier says and hears on NATS: JSON Schemas of all messages, and an AsyncAPI 3 document, made of the Go types.
package surface

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence/proof"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/leads/report"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
	"github.com/harrier-patrol/harrier/missions/plans"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/watch"
)

// message is a message of the surface.
type message struct {
	name    string // of its schema, with the version of its form
	title   string
	is      reflect.Type
	event   bool // a CloudEvent
	subject string
	hears   bool         // Harrier is who hears it
	reply   reflect.Type // of a request
}

const (
	simulated = "; of simulated docks on sim." // + the same
	cloud     = "application/cloudevents+json"
)

func of[T any]() reflect.Type { return reflect.TypeFor[T]() }

// messages are all of them. The form of one that changes so that who reads it may fail gets a new number.
var messages = []message{
	{"lead.1", "A revision of a lead" + simulated, of[leads.Event[leads.Lead]](), true, "leads.{state}.{scene}.{subdistrict}", false, nil},
	{"lead-due.1", "A lead's next step is due soon" + simulated, of[leads.Event[leads.Reminder]](), true, "leads.due.{subdistrict}", false, nil},
	{"feedback.1", "What a case system did with a lead", of[leads.Feedback](), false, ledger.SubjectFeedback + "{lead}", true, of[ledger.FeedbackReply]()},
	{"report.1", "A report of a period that ended", of[report.Report](), false, report.SubjectReports + "{report}.{period}.{subdistrict}", false, nil},
	{"review.1", "A person's decision on a lead", of[leads.Review](), false, ledger.SubjectReviews, false, nil},
	{"access.1", "Somebody opened sealed pictures of a lead", of[proof.Access](), false, proof.SubjectAccess + "{lead}", false, nil},
	{"finding.1", "A track that a scene's rule finds against the rules", of[vision.Finding](), false, watch.SubjectFindings + "{flight}", false, nil},
	{"track.1", "A track that ended", of[vision.Ended](), false, watch.SubjectTracks + "{flight}", false, nil},
	{"coverage.1", "Which ground a flight has shown so far", of[vision.Covered](), false, watch.SubjectCoverage + "{flight}", false, nil},
	{"changes.1", "What was built or pulled down since the last pass", of[vision.Changed](), false, watch.SubjectChanges + "{flight}", false, nil},
	{"unlike.1", "A flight's video is unlike all that was learnt from", of[watch.Unlike](), false, watch.SubjectUnlike + "{flight}", false, nil},
	{"boxes.1", "What was seen in a frame of a live video, as it is looked at; not kept", of[vision.FrameBoxes](), false, vision.SubjectBoxes + "{dock}", false, nil},
	{"request.1", "What a department asks to be looked at", of[book.Message](), false, book.Subject, true, nil},
	{"plan.1", "What became of the plan of a day", of[plans.Version](), false, plans.Subject + "{date}", false, nil},
	{"flight.1", "What became of a flight", of[dock.FlightEvent](), false, dock.SubjectFlights + "{dock}", false, nil},
	{"pose.1", "Where an aircraft is", of[dock.Telemetry](), false, dock.SubjectPose + "{dock}", false, nil},
	{"command.1", "What an operator asks of a dock", of[dock.Command](), false, dock.SubjectCommands + "{dock}", true, of[dock.Reply]()},
}

// parameters are the parts of subjects that differ.
var parameters = map[string]string{
	"state": "of the lead: " + strings.Join(leads.States, ", "), "scene": "its name, as illegal-structure", "subdistrict": "9 digits; none where it is not known; of reports all for what is of none",
	"report": strings.Join(report.All, ", "), "period": "its length: day, week or month",
	"lead": "its name", "flight": "its id", "date": "as 2026-12-01", "dock": "serial number of the dock",
}

// own are the types that are written otherwise than Go has them.
func own() map[reflect.Type]*jsonschema.Schema {
	numbers := func(n int, what string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "number"}, MinItems: &n, MaxItems: &n, Description: what}
	}
	return map[reflect.Type]*jsonschema.Schema{
		of[time.Time]():       {Type: "string", Format: "date-time"},
		of[geo.Ellipse]():     numbers(3, "semi-major and semi-minor axis, metres, 95 %; azimuth of the major one, degrees"),
		of[vision.Box]():      numbers(4, "x, y, width, height, pixels of the frame"),
		of[json.RawMessage](): {},
		of[[]byte]():          {Type: "string", ContentEncoding: "base64"},
		of[book.Message]():    request(),
	}
}

// request is the schema of a request as it is sent: its own fields, those of the message, and its geometry as GeoJSON has it.
func request() *jsonschema.Schema {
	type message struct {
		Withdrawn bool      `json:"withdrawn,omitempty"`
		By        string    `json:"sent_by,omitempty"`
		At        time.Time `json:"sent_at"`
	}
	times := &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{of[time.Time](): {Type: "string", Format: "date-time"}}}
	s, err := jsonschema.ForType(of[missions.Fields](), times)
	if err != nil {
		panic(err)
	}
	m, err := jsonschema.ForType(of[message](), times)
	if err != nil {
		panic(err)
	}
	maps.Copy(s.Properties, m.Properties)
	s.Required = append(s.Required, m.Required...)
	s.Properties["geometry"] = &jsonschema.Schema{Type: "object", Description: "GeoJSON geometry, WGS-84: a point, line or area; none where code or dock says where"}
	return s
}

// schema is that of a type. What it does not name may be there: who reads takes no offence.
func schema(t reflect.Type) (*jsonschema.Schema, error) {
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: own()})
	if err != nil {
		return nil, err
	}
	loosen(s)
	return s, nil
}

func loosen(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Properties != nil {
		s.AdditionalProperties = nil
	}
	for _, p := range s.Properties {
		loosen(p)
	}
	loosen(s.Items)
	loosen(s.AdditionalProperties)
}

// Path is where the schema of a message is served, as "lead.1".
func Path(name string) string { return "/schemas/" + name + ".json" }

// DocumentPath is where the AsyncAPI document is served.
const DocumentPath = "/asyncapi.json"

// Documents are the schemas of all messages and the AsyncAPI document, by the paths under which they are served; base is the address of the server,
// http://host:port.
func Documents(base string) (map[string][]byte, error) {
	out := map[string][]byte{}
	channels, operations, components := map[string]any{}, map[string]any{}, map[string]any{}
	type object = map[string]any
	ref := func(to string) object { return object{"$ref": to} }
	for _, m := range messages {
		s, err := schema(m.is)
		if err != nil {
			return nil, fmt.Errorf("schema of %s: %w", m.name, err)
		}
		s.ID, s.Schema, s.Title = base+Path(m.name), "https://json-schema.org/draft/2020-12/schema", m.title
		b, err := json.MarshalIndent(s, "", " ")
		if err != nil {
			return nil, err
		}
		out[Path(m.name)] = append(b, '\n')
		key, _, _ := strings.Cut(m.name, ".")
		s.ID, s.Schema = "", ""
		content := "application/json"
		if m.event {
			content = cloud
		}
		components[key] = object{"name": m.name, "title": m.title, "contentType": content, "payload": s}
		channel := object{"address": m.subject, "title": m.title, "messages": object{key: ref("#/components/messages/" + key)}}
		if used := parametersOf(m.subject); len(used) > 0 {
			channel["parameters"] = used
		}
		channels[key] = channel
		operation := object{"action": "send", "channel": ref("#/channels/" + key), "title": m.title}
		if m.hears {
			operation["action"] = "receive"
		}
		if m.reply != nil {
			r, err := schema(m.reply)
			if err != nil {
				return nil, err
			}
			components[key+"-reply"] = object{"name": key + "-reply", "title": "The answer", "contentType": "application/json", "payload": r}
			channels[key+"-reply"] = object{"address": nil, "title": "The answer, on the inbox of who asks", "messages": object{"reply": ref("#/components/messages/" + key + "-reply")}}
			operation["reply"] = object{"channel": ref("#/channels/" + key + "-reply")}
		}
		operations[key] = operation
	}
	doc := object{"asyncapi": "3.0.0", "info": object{"title": "Harrier", "version": "1", "description": "What Harrier says and hears on NATS. Facts are kept in JetStream streams; case systems read leads.> and answer on cases.feedback.<lead>.", "license": object{"name": "Apache-2.0"}},
		"defaultContentType": "application/json", "channels": channels, "operations": operations, "components": object{"messages": components}}
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, err
	}
	out[DocumentPath] = append(b, '\n')
	return out, nil
}

func parametersOf(subject string) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if strings.Contains(subject, "{"+name+"}") {
			out[name] = map[string]any{"description": parameters[name]}
		}
	}
	return out
}
