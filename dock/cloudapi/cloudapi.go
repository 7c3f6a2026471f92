// Package cloudapi is the DJI Cloud API over MQTT as docks speak it: topics, envelopes, and one type for every message that
// DJI documents for docks 1, 2 and 3, with field names as on the wire (DJI Cloud API documentation, 60.api-reference, dock to
// cloud). What a message says beyond its type (newer firmware) is kept in its Bag and goes out again with it.
package cloudapi

//go:generate go run ./gen

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Kind of a topic: what follows the serial number.
type Kind string

// Kinds of topics. OSD, state, events, requests and status come from a dock; services, property/set and drc/down go to it; a reply
// goes the other way.
const (
	KindOSD              Kind = "osd"
	KindState            Kind = "state"
	KindServices         Kind = "services"
	KindServicesReply    Kind = "services_reply"
	KindEvents           Kind = "events"
	KindEventsReply      Kind = "events_reply"
	KindRequests         Kind = "requests"
	KindRequestsReply    Kind = "requests_reply"
	KindStatus           Kind = "status"
	KindStatusReply      Kind = "status_reply"
	KindPropertySet      Kind = "property/set"
	KindPropertySetReply Kind = "property/set_reply"
	KindDRCUp            Kind = "drc/up"
	KindDRCDown          Kind = "drc/down"
)

// Topic of a device (dock or aircraft, by serial number) and kind.
func Topic(sn string, k Kind) string {
	if k == KindStatus || k == KindStatusReply {
		return "sys/product/" + sn + "/" + string(k)
	}
	return "thing/product/" + sn + "/" + string(k)
}

// TopicOf splits a topic of the kinds above.
func TopicOf(topic string) (sn string, k Kind, ok bool) {
	for _, p := range []string{"thing/product/", "sys/product/"} {
		if rest, found := strings.CutPrefix(topic, p); found {
			sn, kind, ok := strings.Cut(rest, "/")
			return sn, Kind(kind), ok && sn != ""
		}
	}
	return "", "", false
}

// Bag holds what a message says that its type does not know, as one JSON object; empty where there is nothing.
type Bag struct {
	Unknown jsontext.Value `json:",embed"`
}

// Empty is data without fields.
type Empty struct{ Bag }

// Loose is a value that docks write now as a number, now as a string.
type Loose jsontext.Value

// MarshalJSON writes the value as it came.
func (l Loose) MarshalJSON() ([]byte, error) { return jsontext.Value(l).MarshalJSON() }

// UnmarshalJSON keeps the value as it comes.
func (l *Loose) UnmarshalJSON(b []byte) error { *l = append((*l)[:0], b...); return nil }

// Number is the value where it is a number, also one in quotes.
func (l Loose) Number() (float64, bool) {
	v, err := strconv.ParseFloat(strings.Trim(string(l), `" `), 64)
	return v, err == nil
}

// Envelope is a message as on the wire: TID names the transaction, BID the business it belongs to. Timestamp is the sender's
// clock in milliseconds since 1970. On DRC topics Seq numbers the messages in place of TID and BID.
type Envelope struct {
	TID       *string        `json:"tid,omitzero"`
	BID       *string        `json:"bid,omitzero"`
	Timestamp Loose          `json:"timestamp,omitzero"`
	Stamp     Loose          `json:"timestamp:,omitzero"` // the same where DJI's documentation has it misspelt, and docks that follow it
	Method    *string        `json:"method,omitzero"`
	Gateway   *string        `json:"gateway,omitzero"`
	NeedReply *int           `json:"need_reply,omitzero"`
	Seq       *int64         `json:"seq,omitzero"`
	Result    *int           `json:"result,omitzero"` // of replies that carry it outside their data
	Data      jsontext.Value `json:"data,omitzero"`
	Bag
}

// Value is what a pointer points at, zero where it is nil: a field that a message does not have.
func Value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Time is the sender's time; zero where the message has none.
func (e *Envelope) Time() time.Time {
	ms, ok := e.Timestamp.Number()
	if !ok {
		ms, ok = e.Stamp.Number()
	}
	if !ok || !(math.Abs(ms) < 1e15) {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms))
}

// Transaction, Business and Name are the message's tid, bid and method, "" where it has none.
func (e *Envelope) Transaction() string { return Value(e.TID) }
func (e *Envelope) Business() string    { return Value(e.BID) }
func (e *Envelope) Name() string        { return Value(e.Method) }

// WantsReply says whether the sender waits for an answer.
func (e *Envelope) WantsReply() bool { return Value(e.NeedReply) == 1 }

// Message is an envelope and its data, decoded. Body is a pointer to the type of the message, nil where its method is not known or
// it has no data. Undocumented names what is not as documented: unknown fields by their path, fields of another type with what was wrong.
type Message struct {
	Envelope
	Body         any
	Undocumented []string
}

// body makes an empty T.
func body[T any]() any { return new(T) }

// IsService says whether a dock offers a service of that name: one with data, or with a documented reply.
func IsService(method string) bool {
	return bodies[KindServices][method] != nil || bodies[KindServicesReply][method] != nil
}

// NewBody makes the type of the data of a kind and method, nil where none is known. Data of osd and state depend on who sends
// them; NewBody takes dock for a dock, otherwise for its aircraft.
func NewBody(k Kind, method string, dock bool) any {
	switch k {
	case KindPropertySet:
		return new(PropertySet)
	case KindOSD, KindState:
		if dock {
			return new(DockProperties)
		}
		return new(AircraftProperties)
	case KindPropertySetReply:
		return new(PropertySetReply)
	}
	if mk := bodies[k][method]; mk != nil {
		return mk()
	}
	return nil
}

// Decode reads a message of a kind; dock tells whether the topic's device is a dock or its aircraft. Only what is no JSON object is an
// error: what is not as documented is kept, and named in Undocumented.
func Decode(k Kind, dock bool, payload []byte) (Message, error) {
	var m Message
	odd, err := lenient(payload, &m.Envelope)
	if err != nil {
		return m, fmt.Errorf("not a Cloud API message: %w", err)
	}
	m.Undocumented = odd
	if len(m.Data) == 0 || m.Data.Kind() == 'n' {
		return m, nil
	}
	if m.Body = NewBody(k, m.Name(), dock); m.Body == nil {
		m.Undocumented = append(m.Undocumented, "method "+strconv.Quote(m.Name())+" is not known")
		return m, nil
	}
	odd, err = lenient(m.Data, m.Body)
	if err != nil {
		m.Body, odd = nil, []string{"data: " + err.Error()}
	}
	m.Undocumented = append(m.Undocumented, odd...)
	return m, nil
}

// Encode writes the message with its body as data.
func (m *Message) Encode() ([]byte, error) {
	e := m.Envelope
	if m.Body != nil {
		b, err := json.Marshal(m.Body, json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		e.Data = b
	}
	return json.Marshal(&e, json.Deterministic(true))
}

// New is a message with data, stamped with the sender's time; method "" is left out.
func New(tid, bid, method string, at time.Time, data any) *Message {
	m := &Message{Envelope: Envelope{TID: &tid, BID: &bid, Timestamp: Loose(strconv.FormatInt(at.UnixMilli(), 10))}, Body: data}
	if method != "" {
		m.Method = &method
	}
	if data == nil {
		m.Data = jsontext.Value("{}")
	}
	return m
}

// Outcome is the result of a reply: 0, or an error code; ok is false where it has none.
func (m *Message) Outcome() (code int, ok bool) {
	var r struct {
		Result *int `json:"result"`
	}
	if m.Result != nil {
		return *m.Result, true
	}
	if _, err := lenient(m.Data, &r); err != nil || r.Result == nil {
		return 0, false
	}
	return *r.Result, true
}

// maxRepairs bounds how many fields of one message may be of another type than documented.
const maxRepairs = 32

// lenient decodes JSON into v. A field that is not of its documented type is converted where that loses nothing (numbers in quotes, whole
// numbers written with a point, 0 and 1 for false and true), otherwise left out; both are named.
func lenient(data []byte, v any) (odd []string, err error) {
	raw := jsontext.Value(data)
	for range maxRepairs {
		err = json.Unmarshal(raw, v)
		bad, is := errors.AsType[*json.SemanticError](err)
		if err == nil {
			return append(odd, unknown(reflect.ValueOf(v), "")...), nil
		}
		if !is || bad.JSONPointer == "" {
			return odd, err
		}
		what := ""
		raw, err = repaired(raw, slices.Collect(bad.JSONPointer.Tokens()), func(was jsontext.Value) jsontext.Value {
			what = fmt.Sprintf("%.40s is not of type %v", was, bad.GoType)
			return converted(was, bad.GoType)
		})
		if err != nil {
			return odd, err
		}
		odd = append(odd, strings.TrimPrefix(string(bad.JSONPointer), "/")+": "+what)
		reflect.ValueOf(v).Elem().SetZero()
	}
	return odd, fmt.Errorf("more than %d fields are not as documented", maxRepairs)
}

// converted is a value as its documented type takes it, nil for leaving it out.
func converted(was jsontext.Value, to reflect.Type) jsontext.Value {
	text := strings.Trim(string(was), `"`)
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "true":
		f, err = 1, nil
	case text == "false":
		f, err = 0, nil
	}
	if to == nil || err != nil || !(math.Abs(f) < 1e15) {
		return nil
	}
	switch to.Kind() {
	case reflect.Int, reflect.Int64:
		return jsontext.Value(strconv.FormatInt(int64(math.Round(f)), 10))
	case reflect.Float64:
		return jsontext.Value(strconv.FormatFloat(f, 'g', -1, 64))
	case reflect.Bool:
		return jsontext.Value(strconv.FormatBool(f != 0))
	case reflect.String:
		return jsontext.Value(strconv.Quote(text))
	}
	return nil
}

// repaired copies JSON with the value that tokens lead to repaired, or left out where repair gives nil.
func repaired(raw jsontext.Value, tokens []string, repair func(jsontext.Value) jsontext.Value) (jsontext.Value, error) {
	if len(tokens) == 0 {
		return repair(raw), nil
	}
	switch raw.Kind() {
	case '{':
		var o map[string]jsontext.Value
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, err
		}
		was, ok := o[tokens[0]]
		if !ok {
			return nil, fmt.Errorf("nothing at %q", tokens[0])
		}
		v, err := repaired(was, tokens[1:], repair)
		if err != nil {
			return nil, err
		}
		if o[tokens[0]] = v; v == nil {
			delete(o, tokens[0])
		}
		return json.Marshal(o)
	case '[':
		var a []jsontext.Value
		if err := json.Unmarshal(raw, &a); err != nil {
			return nil, err
		}
		i, err := strconv.Atoi(tokens[0])
		if err != nil || i < 0 || i >= len(a) {
			return nil, fmt.Errorf("no element %q", tokens[0])
		}
		v, err := repaired(a[i], tokens[1:], repair)
		if err != nil {
			return nil, err
		}
		if a[i] = v; v == nil {
			a = slices.Delete(a, i, i+1)
		}
		return json.Marshal(a)
	}
	return nil, fmt.Errorf("nothing at %q", tokens[0])
}

// unknown lists the paths of what lies in the bags of v.
func unknown(v reflect.Value, path string) (out []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return unknown(v.Elem(), path)
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k == reflect.Struct || k == reflect.Pointer {
			for i := range v.Len() {
				out = append(out, unknown(v.Index(i), fmt.Sprintf("%s%d/", path, i))...)
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			out = append(out, unknown(v.MapIndex(k), path+k.String()+"/")...)
		}
	case reflect.Struct:
		if bag, is := v.Interface().(Bag); is {
			if len(bag.Unknown) > 0 {
				var o map[string]jsontext.Value
				if json.Unmarshal(bag.Unknown, &o) == nil {
					for k := range o {
						out = append(out, path+k)
					}
				}
			}
			return out
		}
		t := v.Type()
		for i := range v.NumField() {
			f := t.Field(i)
			switch f.Type.Kind() {
			case reflect.Struct, reflect.Pointer, reflect.Slice, reflect.Map:
			default:
				continue
			}
			name := path
			if !f.Anonymous {
				tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				name += tag + "/"
			}
			out = append(out, unknown(v.Field(i), name)...)
		}
	}
	slices.Sort(out)
	return out
}
