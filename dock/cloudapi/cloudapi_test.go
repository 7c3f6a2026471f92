package cloudapi

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type example struct {
	Source  string         `json:"source"`
	Topic   string         `json:"topic"`
	Method  string         `json:"method"`
	Message jsontext.Value `json:"message"`
}

func examples(t *testing.T) []example {
	f, err := os.Open("../../../shared/dji/examples.jsonl")
	if err != nil {
		t.Skip("no ../shared/dji here: DJI's example messages are not tested")
	}
	defer f.Close()
	var out []example
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var x example
		if err := json.Unmarshal(sc.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	if err := sc.Err(); err != nil || len(out) < 600 {
		t.Fatalf("%d examples, %v", len(out), err)
	}
	return out
}

// exceptions are examples that are no messages, or wrong in the original, by their place in the file.
var exceptions = map[int]string{
	4:   someMethod,
	5:   someMethod,
	6:   someMethod,
	7:   someMethod,
	8:   someMethod,
	9:   someMethod,
	372: "the empty form of a thing model, no message",
	373: "the empty form of an HTTP reply, no message",
	459: "the data of a progress event whose method and envelope the page does not give",
}

const someMethod = "the form of an envelope, with a placeholder for the method"

// account says what is wrong with how an example comes through, "" for nothing: it is to decode into a type of its own with
// nothing left over, and to encode to the same JSON.
func account(x example) string {
	_, k, ok := TopicOf(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(x.Topic, "{", ""), "}", ""), "`", ""))
	if !ok {
		return "topic " + x.Topic
	}
	raw := x.Message
	// the examples of a page often leave the method out; it stands in the page's text, and in x.Method
	var bare struct {
		Method *string        `json:"method"`
		Rest   jsontext.Value `json:",embed"`
	}
	if err := json.Unmarshal(raw, &bare); err != nil {
		return err.Error()
	}
	if bare.Method == nil && x.Method != "" {
		bare.Method = &x.Method
		raw, _ = json.Marshal(bare)
	}
	wants := ""
	for _, dock := range []bool{true, false} {
		m, err := Decode(k, dock, raw)
		if err != nil {
			return err.Error()
		}
		if wants = strings.Join(m.Undocumented, "; "); wants != "" {
			continue
		}
		if m.Body == nil && len(m.Data) > 0 && m.Data.Kind() != 'n' {
			return "no type"
		}
		back, err := m.Encode()
		if err != nil {
			return err.Error()
		}
		var a, b any
		if json.Unmarshal(raw, &a) != nil || json.Unmarshal(back, &b) != nil || !reflect.DeepEqual(a, b) {
			wants = "encodes to " + string(back)
			continue
		}
		return ""
	}
	return wants
}

func TestEveryPublishedExampleIsAccountedFor(t *testing.T) {
	all := examples(t)
	if len(exceptions) > 20 {
		t.Errorf("%d exceptions", len(exceptions))
	}
	fine := 0
	for i, x := range all {
		what, why := account(x), exceptions[i]
		switch {
		case what == "" && why == "":
			fine++
		case what == "":
			t.Errorf("example %d is listed (%s), but comes through", i, why)
		case why == "":
			t.Errorf("example %d, %s %s of %s: %s", i, x.Topic, x.Method, x.Source, what)
		}
	}
	t.Logf("%d of %d come through, %d are listed with their reasons", fine, len(all), len(exceptions))
}

// The check above is worth something only if a field by another name does not pass it.
func TestARenamedFieldIsNotAccountedFor(t *testing.T) {
	all := examples(t)
	tried := 0
	for i, x := range all {
		var m map[string]jsontext.Value
		if exceptions[i] != "" || json.Unmarshal(x.Message, &m) != nil {
			continue
		}
		var data map[string]jsontext.Value
		if json.Unmarshal(m["data"], &data) != nil || len(data) == 0 || strings.Contains(x.Topic, "set_reply") {
			continue // what property/set_reply names is free
		}
		for k, v := range data {
			delete(data, k)
			data[k+"_x"] = v
			break
		}
		m["data"], _ = json.Marshal(data)
		x.Message, _ = json.Marshal(m)
		if tried++; account(x) == "" {
			t.Errorf("example %d, %s: a renamed field passes", i, x.Method)
		}
	}
	if tried < 400 {
		t.Errorf("only %d tried", tried)
	}
}

func TestWhatIsNotAsDocumentedIsKeptAndNamed(t *testing.T) {
	m, err := Decode(KindEvents, true, []byte(`{"tid":"t","bid":"b","timestamp":"1700000000000","method":"flighttask_progress","data":{"result":0,"output":{"status":"ok","progress":{"percent":"41","current_step":5.0,"eta":7},"ext":{"flight_id":"f","media_count":{}}}},"new":1}`))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := m.Body.(*FlightTaskProgress)
	if !ok {
		t.Fatalf("%T, %v", m.Body, m.Undocumented)
	}
	if p.Output.Progress.Percent != 41 || p.Output.Progress.CurrentStep != 5 || p.Output.Ext.FlightID != "f" || m.Time().UnixMilli() != 1700000000000 {
		t.Errorf("%+v at %s", p.Output, m.Time())
	}
	for _, want := range []string{"new", "output/progress/eta", "output/progress/percent", "output/progress/current_step", "output/ext/media_count"} {
		if !slices.ContainsFunc(m.Undocumented, func(o string) bool { return strings.HasPrefix(o, want) }) {
			t.Errorf("%s is not named in %q", want, m.Undocumented)
		}
	}
	if back, err := m.Encode(); err != nil || !strings.Contains(string(back), `"eta":7`) || !strings.Contains(string(back), `"new":1`) {
		t.Errorf("%s %v", back, err)
	}
	if m, err = Decode(KindServices, true, []byte(`{"method":"fold_wings","data":{"angle":3}}`)); err != nil || m.Body != nil || len(m.Undocumented) != 1 || string(m.Data) != `{"angle":3}` {
		t.Errorf("a method of newer firmware: %+v %v", m, err)
	}
	for _, bad := range []string{"", "[]", "nonsense", `{"tid":`} {
		if _, err := Decode(KindOSD, true, []byte(bad)); err == nil {
			t.Errorf("%q is taken for a message", bad)
		}
	}
}

func TestAircraftKeepsItsPayloads(t *testing.T) {
	a := AircraftProperties{Latitude: new(31.2), PayloadsByIndex: map[string]PayloadProperties{"99-0-0": {GimbalPitch: new(-90.0)}}}
	b, err := New("t", "b", "", time.UnixMilli(5), &a).Encode()
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(KindOSD, false, b)
	if err != nil || len(m.Undocumented) > 0 {
		t.Fatal(err, m.Undocumented)
	}
	got := m.Body.(*AircraftProperties)
	if *got.PayloadsByIndex["99-0-0"].GimbalPitch != -90 || *got.Latitude != 31.2 || m.Time() != time.UnixMilli(5) {
		t.Errorf("%+v", got)
	}
}

func TestTopics(t *testing.T) {
	for _, k := range []Kind{KindOSD, KindDRCUp, KindStatus, KindPropertySetReply} {
		sn, got, ok := TopicOf(Topic("A", k))
		if !ok || sn != "A" || got != k {
			t.Errorf("%s: %s %s", k, sn, got)
		}
	}
	for _, bad := range []string{"elsewhere", "thing/product/", "thing/product//osd", "thing/product/A"} {
		if _, _, ok := TopicOf(bad); ok {
			t.Errorf("%s is taken", bad)
		}
	}
}

// Whatever comes, a message that is taken encodes, and comes back the same.
func FuzzDecode(f *testing.F) {
	kinds := []Kind{KindOSD, KindState, KindPropertySet, KindPropertySetReply}
	for k := range bodies {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	type message struct {
		k      Kind
		method string
	}
	var all []message
	for _, k := range kinds {
		methods := slices.Sorted(maps.Keys(bodies[k]))
		if len(methods) == 0 {
			methods = []string{""}
		}
		for _, m := range methods {
			all = append(all, message{k, m})
		}
	}
	for i := range all {
		f.Add(uint16(i), true, []byte(`{"result":0,"output":{"status":"ok","progress":{"percent":7}},"flight_id":"f","list":[{"code":"0x1"}]}`))
		f.Add(uint16(i), false, []byte(`{"latitude":31.2,"81-0-0":{"gimbal_pitch":"-90"},"mode_code":1.5,"points":[{"height":null}]}`))
		f.Add(uint16(i), true, []byte(`[{"altitude":1}]`))
	}
	f.Fuzz(func(t *testing.T, which uint16, dock bool, data []byte) {
		x := all[int(which)%len(all)]
		payload := fmt.Appendf(nil, `{"tid":"t","method":%q,"timestamp":1,"data":%s}`, x.method, data)
		m, err := Decode(x.k, dock, payload)
		if err != nil || m.Body == nil {
			return
		}
		b, err := m.Encode()
		if err != nil {
			t.Fatalf("%s %s: %s\ndoes not encode: %v", x.k, x.method, data, err)
		}
		again, err := Decode(x.k, dock, b)
		if err != nil {
			t.Fatalf("%s %s: %s\nis not read again: %v", x.k, x.method, b, err)
		}
		c, err := again.Encode()
		if err != nil || !bytes.Equal(b, c) {
			t.Fatalf("%s %s: %s\nbecomes %s, %v", x.k, x.method, b, c, err)
		}
	})
}
