package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/harrier-patrol/harrier/console/accounts"
)

// operation is one of the OpenAPI document, with an example of what it takes.
type operation struct {
	method, path, body string
	roles              []string
	open               bool
}

// operations are all of the OpenAPI document.
func operations(t *testing.T) (out []operation) {
	t.Helper()
	b, err := OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	type schema struct {
		Type       any               `json:"type"`
		Ref        string            `json:"$ref"`
		Enum       []any             `json:"enum"`
		Properties map[string]schema `json:"properties"`
		Required   []string          `json:"required"`
		Items      *schema           `json:"items"`
		Pattern    string            `json:"pattern"`
		Format     string            `json:"format"`
		Minimum    float64           `json:"minimum"`
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Roles      *[]string `json:"x-roles"`
			Parameters []struct {
				Name, In string
				Required bool
				Schema   schema
			}
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	var example func(s schema) any
	example = func(s schema) any {
		if s.Ref != "" {
			s = doc.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
		}
		if len(s.Enum) > 0 {
			for _, e := range s.Enum {
				if e != "" {
					return e
				}
			}
		}
		kind := fmt.Sprint(s.Type)
		switch {
		case strings.Contains(kind, "object"):
			m := map[string]any{}
			for _, name := range s.Required {
				m[name] = example(s.Properties[name])
			}
			return m
		case strings.Contains(kind, "array"):
			return []any{example(*s.Items)}
		case strings.Contains(kind, "integer"), strings.Contains(kind, "number"):
			return max(1, s.Minimum)
		case strings.Contains(kind, "boolean"):
			return true
		case s.Format == "date-time":
			return time.Now().Add(time.Hour).Format(time.RFC3339)
		case strings.Contains(s.Pattern, "{15}"):
			return "310115004001001"
		case strings.Contains(s.Pattern, "{4}-"):
			return "2026-12-01"
		}
		return "ABCD"
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.Roles == nil {
				t.Errorf("%s %s says no roles", method, path)
				continue
			}
			o := operation{method: strings.ToUpper(method), roles: *op.Roles, open: len(*op.Roles) == 0}
			at := path
			for _, p := range op.Parameters {
				switch {
				case p.In == "path":
					at = strings.ReplaceAll(at, "{"+p.Name+"}", fmt.Sprint(example(p.Schema)))
				case p.In == "query" && p.Required:
					at += "?" + p.Name + "=" + fmt.Sprint(example(p.Schema))
				}
			}
			o.path = at
			if c, ok := op.RequestBody.Content["application/json"]; ok {
				b, err := json.Marshal(example(c.Schema))
				if err != nil {
					t.Fatal(err)
				}
				o.body = string(b)
			}
			out = append(out, o)
		}
	}
	for _, raw := range []string{"/map/ground.geojson", "/map/base.json", "/map/base.pmtiles", "/map/coverage.geojson", "/api/plans/2026-12-01/flights/F/kmz", "/api/export/leads/csv"} {
		out = append(out, operation{method: http.MethodGet, path: raw, roles: []string{"viewer", "operator", "analyst", "legal", "admin"}})
	}
	out = append(out, operation{method: http.MethodPut, path: layersPath + "grid?name=grid.geojson", body: "{}", roles: []string{"admin"}})
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return out
}

// Every operation is asked for by every role, and by nobody: who may not gets no answer, whatever else is wrong with the request.
func TestEveryOperationIsAnsweredToWhoMayAsk(t *testing.T) {
	x := newHouse(t)
	all := operations(t)
	if len(all) < 35 {
		t.Fatalf("%d operations", len(all))
	}
	for _, op := range all {
		if op.open {
			continue // what lets people in
		}
		if a := x.ask("", op.method, op.path, op.body); a.Code != http.StatusUnauthorized {
			t.Errorf("nobody: %s %s: %d", op.method, op.path, a.Code)
		}
		if a := x.ask("", op.method, op.path, op.body, func(r *http.Request) { r.Header.Set("Authorization", "Bearer hrr_guessed") }); a.Code != http.StatusUnauthorized {
			t.Errorf("a guessed token: %s %s: %d", op.method, op.path, a.Code)
		}
		for _, role := range accounts.Roles {
			name := "as-" + string(role)
			if x.sessions[name] == "" {
				x.add(name, role)
			}
			a := x.ask(name, op.method, op.path, op.body)
			may := role == accounts.Admin || slices.Contains(op.roles, string(role))
			if (a.Code == http.StatusForbidden) == may || a.Code == http.StatusUnauthorized && op.path != "/api/password" || a.Code == http.StatusBadRequest {
				t.Errorf("%s: %s %s %s: %d, may %v: %s", role, op.method, op.path, op.body, a.Code, may, a.Body)
			}
			if a.Code >= 500 && a.Code != http.StatusServiceUnavailable {
				t.Errorf("%s: %s %s: %d: %s", role, op.method, op.path, a.Code, a.Body)
			}
		}
	}
	for _, d := range x.deeds {
		if strings.Contains(string(d.What), password) || strings.Contains(string(d.What), `"password":"ABCD"`) {
			t.Errorf("a password is in the audit log: %s", d.What)
		}
	}
}

// What is sent with secrets in it is not kept: the audit log says who changed what, not the robot's key nor a password of the configuration.
func TestSecretsStayOutOfTheAuditLog(t *testing.T) {
	x := newHouse(t)
	before := len(x.deeds)
	x.ask("analyst", http.MethodPut, "/api/notice", `{"url": "https://else.example/?access_token=KEY", "secret": "SECKEY", "topics": ["waiting"], "lang": "zh"}`)
	x.ask("admin", http.MethodPut, "/api/settings", `{"text": "mqtt: {password: KEY}", "revision": "1"}`)
	x.ask("admin", http.MethodPost, "/api/settings/check", `{"text": "mqtt: {password: KEY}"}`)
	if n := len(x.deeds) - before; n != 3 {
		t.Fatalf("%d changes are logged", n)
	}
	for _, d := range x.deeds[before:] {
		if d.By == "" || bytes.Contains(d.What, []byte("KEY")) {
			t.Errorf("%+v: %s", d, d.What)
		}
	}
}

// What is done may take longer than what is sent: a deadline of reading that is left would end it.
func TestOperationsMayTakeLong(t *testing.T) {
	for path, p := range api(http.NewServeMux(), Options{}).OpenAPI().Paths {
		for _, op := range []*huma.Operation{p.Get, p.Post, p.Put, p.Delete} {
			if op != nil && op.BodyReadTimeout >= 0 {
				t.Errorf("%s %s is ended after %s", op.Method, path, op.BodyReadTimeout)
			}
		}
	}
}
