package surface

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
)

var update = flag.Bool("update", false, "write testdata/ anew, where that breaks nobody who reads")

const base = "http://harrier.example"

func documents(t *testing.T) map[string][]byte {
	t.Helper()
	all, err := Documents(base)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The forms of messages are those that were given to others: what changes so that who reads may fail needs a new number. go test ./cmd/harrier/surface
// -update takes other changes in.
func TestNoMessageChangesItsForm(t *testing.T) {
	all := documents(t)
	for _, m := range messages {
		file := filepath.Join("testdata", m.name+".json")
		now := all[Path(m.name)]
		before, err := os.ReadFile(file)
		if err == nil {
			for _, p := range incompatible(t, before, now, m.hears) {
				t.Errorf("%s: %s; give it a new number, or leave it as it was", m.name, p)
			}
		}
		if t.Failed() || string(before) == string(now) {
			continue
		}
		if !*update {
			t.Errorf("%s is not what testdata has: look at the difference, and run go test ./cmd/harrier/surface -update", m.name)
			continue
		}
		if err := os.WriteFile(file, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := filepath.Glob("testdata/*.json")
	if len(files) != len(messages) {
		t.Errorf("%d forms in testdata, %d messages: none is taken away from those who read it", len(files), len(messages))
	}
}

// incompatible is what would break who reads a message; of one that Harrier hears, who writes it.
func incompatible(t *testing.T, before, now []byte, heard bool) []string {
	t.Helper()
	var a, b jsonschema.Schema
	if err := json.Unmarshal(before, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(now, &b); err != nil {
		t.Fatal(err)
	}
	return breaks("", &a, &b, heard)
}

func breaks(at string, a, b *jsonschema.Schema, heard bool) (out []string) {
	if a == nil || b == nil {
		return nil
	}
	kinds := func(s *jsonschema.Schema) []string {
		if s.Type != "" {
			return []string{s.Type}
		}
		return slices.Sorted(slices.Values(s.Types))
	}
	if x, y := kinds(a), kinds(b); len(x) > 0 && !slices.Equal(x, y) {
		out = append(out, fmt.Sprintf("%s was %v and is %v", at, x, y))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Properties)) {
		p := b.Properties[name]
		if p == nil {
			out = append(out, at+"."+name+" is missing")
			continue
		}
		out = append(out, breaks(at+"."+name, a.Properties[name], p, heard)...)
	}
	if heard { // what is asked for may not grow
		for _, name := range b.Required {
			if !slices.Contains(a.Required, name) {
				out = append(out, at+"."+name+" is required now")
			}
		}
	} else { // what is always there stays so
		for _, name := range a.Required {
			if !slices.Contains(b.Required, name) {
				out = append(out, at+"."+name+" may be missing now")
			}
		}
	}
	return append(out, breaks(at+"[]", a.Items, b.Items, heard)...)
}

// A check that cannot fail is none.
func TestIncompatibleChangesAreFound(t *testing.T) {
	const before = `{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"object","properties":{"c":{"type":"number"}}}}}}`
	for now, want := range map[string]string{
		before: "",
		strings.Replace(before, `"b":`, `"z":{"type":"string"},"b":`, 1):              "",
		strings.Replace(before, `"a":{"type":"string"},`, "", 1):                      ".a is missing",
		strings.Replace(before, `"a":{"type":"string"}`, `"a":{"type":"integer"}`, 1): ".a was [string] and is [integer]",
		strings.Replace(before, `"c":{"type":"number"}`, `"d":{"type":"number"}`, 1):  ".b[].c is missing",
		strings.Replace(before, `"required":["a"],`, "", 1):                           ".a may be missing now",
	} {
		if got := strings.Join(incompatible(t, []byte(before), []byte(now), false), "; "); got != want {
			t.Errorf("%s: %q, wanted %q", now, got, want)
		}
	}
	if got := incompatible(t, []byte(before), []byte(strings.Replace(before, `["a"]`, `["a","b"]`, 1)), true); len(got) != 1 {
		t.Errorf("what is required besides: %v", got)
	}
}

// What is sent is what the schema says.
func TestALeadIsWhatItsSchemaSays(t *testing.T) {
	l := leads.Lead{Lead: "1", Revision: 3, State: leads.Confirmed, Scene: "street-stall", Class: "stall", Attributes: map[string]string{"over-door-line": "yes"}, Lon: 121.5, Lat: 31.2, Datum: geo.WGS84,
		Ellipse: geo.Ellipse{MajorM: 2, MinorM: 1, AzimuthDeg: 30}, Findings: []string{"f"}, Seen: 1, Box: json.RawMessage("[1,2,3,4]"), Steps: []leads.Step{{Revision: 3, From: leads.Candidate, To: leads.Confirmed, At: time.Now(), By: "ann"}},
		Cells: []leads.CellShare{{Cell: "310115004001001", Share: 0.7}}, Shots: []leads.Shot{{Finding: "f", Pose: &geo.Pose{Lon: 121.5}}}, Due: time.Now()}
	m, err := l.Message(time.Now(), func(name string) string { return base + Path(name) })
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(documents(t)[Path("lead.1")], &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(change func(map[string]any)) error {
		var v map[string]any
		if err := json.Unmarshal(m.Data, &v); err != nil {
			t.Fatal(err)
		}
		change(v)
		return r.Validate(v)
	}
	if err := check(func(map[string]any) {}); err != nil {
		t.Error(err)
	}
	if err := check(func(v map[string]any) { v["data"].(map[string]any)["new"] = 1 }); err != nil {
		t.Errorf("a field that is not known: %v", err)
	}
	if err := check(func(v map[string]any) { v["data"].(map[string]any)["lon"] = "121" }); err == nil {
		t.Error("a longitude in words is taken")
	}
	var e leads.Event[leads.Lead]
	if err := json.Unmarshal(m.Data, &e); err != nil || documents(t)[strings.TrimPrefix(e.DataSchema, base)] == nil {
		t.Errorf("dataschema %s leads to nothing, %v", e.DataSchema, err)
	}
}

// The AsyncAPI document is one, says @asyncapi/parser.
func TestTheDocumentIsAsyncAPI(t *testing.T) {
	web, err := filepath.Abs("../../../console/web")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(web, "node_modules", "@asyncapi", "parser")); err != nil {
		t.Skip("no @asyncapi/parser here: `make test` installs it")
	}
	file := filepath.Join(t.TempDir(), "asyncapi.json")
	if err := os.WriteFile(file, documents(t)[DocumentPath], 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("node", "asyncapi-check.mjs", file)
	c.Dir = web
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}
