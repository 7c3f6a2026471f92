package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

func TestTheClientIsMadeFromThisAPI(t *testing.T) {
	want, err := OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("web/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("console/web/openapi.json is stale: bin/harrier openapi > console/web/openapi.json")
	}
}

func TestWhoMayAsk(t *testing.T) {
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sha, err := store.Put(t.Context(), []byte("a frame"))
	if err != nil {
		t.Fatal(err)
	}
	h := New(Options{Machine: "secret", Accounts: keeper(t), Hosts: []string{"harrier:8080"}, Ledger: &ledger.Ledger{}, Docks: func() []dock.Status { return nil }, Store: store,
		Files: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/routes/f1.kmz" {
				http.NotFound(w, r)
			}
		}), Buildings: geo.NewBuildings(nil), Fences: geo.NewFences(nil), Coverage: &Coverage{}, Counts: func() map[string]int64 { return nil }})
	for _, c := range []struct {
		name, path, host, origin, token string
		want                            int
	}{
		{"no token", "/api/leads", "harrier:8080", "", "", 401},
		{"token", "/api/counts", "harrier:8080", "", "secret", 200},
		{"the leads are not read yet", "/api/leads", "harrier:8080", "", "secret", 503},
		{"nor can changes be told", "/api/leads/changes?since=x-1", "harrier:8080", "", "secret", 503},
		{"wrong token", "/api/leads", "harrier:8080", "", "secre", 401},
		{"a token in the address", "/api/counts?token=secret", "harrier:8080", "", "secret", 400},
		{"the page itself", "/", "harrier:8080", "", "", 200},
		{"a path within the page", "/leads/L-1", "harrier:8080", "", "", 200},
		{"what operations there are", "/openapi.json", "harrier:8080", "", "", 401},
		{"a way out of the page's files", "/assets/../../app.go", "harrier:8080", "", "", 401},
		{"that way, written otherwise", "/..%2f..%2fapp.go", "harrier:8080", "", "", 401},
		{"whether it lives", "/health", "harrier:8080", "", "", 200},
		{"the map", "/map/ground.geojson", "harrier:8080", "", "", 401},
		{"another host", "/api/leads", "evil:8080", "", "secret", 421},
		{"another origin", "/api/leads", "harrier:8080", "http://evil", "secret", 403},
		{"own origin", "/api/counts", "harrier:8080", "http://harrier:8080", "secret", 200},
		{"a dock fetches its route", "/routes/f1.kmz", "harrier:8080", "", "", 200},
		{"no such route", "/routes/f2.kmz", "harrier:8080", "", "", 404},
		{"evidence by its hash alone", "/evidence/" + sha, "harrier:8080", "", "secret", 404},
		{"evidence while the leads are not read", "/evidence/x/" + sha, "harrier:8080", "", "secret", 503},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, wanted %d: %s", c.name, w.Code, c.want, w.Body)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "frame-ancestors 'none'"} {
			if got := w.Header().Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q", c.name, name, got)
			}
		}
		if cache := w.Header().Get("Cache-Control"); strings.Contains(cache, "public") {
			t.Errorf("%s: Cache-Control %s", c.name, cache)
		}
	}
}

// If-Match says in HTTP's own way which revision was looked at: what moved on meanwhile is not changed, and nothing is changed blindly.
func TestIfMatchGuardsWrites(t *testing.T) {
	x := newHouse(t, leads.Lead{Lead: "A", Revision: 3, State: leads.Candidate, Scene: "street-stall"})
	if got := x.ask("analyst", http.MethodGet, "/api/leads/A", "").Header().Get("ETag"); got != `"3"` {
		t.Errorf("ETag %s", got)
	}
	for _, c := range []struct {
		tag, body string
		want      int
	}{
		{"", `{"do": "confirm"}`, 428}, {"3", `{"do": "confirm"}`, 400}, {`W/"3"`, `{"do": "confirm"}`, 400}, {`"3"`, `{"do": "confirm", "revision": 2}`, 400}, {"*", `{"do": "confirm"}`, 400},
		{`"2"`, `{"do": "confirm"}`, 412}, {`"3"`, `{"do": "confirm"}`, 200}, {`"3"`, `{"do": "undo"}`, 412},
	} {
		a := x.ask("analyst", http.MethodPost, "/api/leads/A/review", c.body, func(r *http.Request) {
			if c.tag != "" {
				r.Header.Set("If-Match", c.tag)
			}
		})
		if a.Code != c.want {
			t.Errorf("If-Match %s, %s: %d, not %d: %s", c.tag, c.body, a.Code, c.want, a.Body)
		}
	}
	account, err := x.accounts.Account(t.Context(), "viewer")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		tag  uint64
		want int
	}{{account.Revision + 1, 412}, {account.Revision, 204}, {account.Revision, 412}} {
		if a := x.ask("admin", http.MethodPut, "/api/accounts/viewer", `{"roles": ["viewer"]}`, func(r *http.Request) { r.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(c.tag))) }); a.Code != c.want {
			t.Errorf("%d: %d: %s", c.tag, a.Code, a.Body)
		}
	}
}

// A click in a live picture is a place: straight down the middle is below the aircraft, the right edge to its right; the sky is none.
func TestAClickInThePictureIsAPlace(t *testing.T) {
	x := newHouse(t)
	pose := geo.Pose{Lon: 121.5, Lat: 31.2, HeightM: 100, YawDeg: 90, PitchDeg: -90}
	x.options.Docks = func() []dock.Status {
		a := dock.Status{Pose: &pose}
		a.SN, a.Model = "SIM0001", "M4D"
		b := dock.Status{}
		b.SN = "SIM0002"
		return []dock.Status{a, b}
	}
	x.h = New(x.options)
	at := func(sn string, u, v float64) (e, n float64, code int) {
		a := x.ask("viewer", http.MethodGet, fmt.Sprintf("/api/docks/%s/ground?x=%g&y=%g", sn, u, v), "")
		var g GroundAt
		_ = json.Unmarshal(a.Body.Bytes(), &g)
		w := geo.NewFrame(pose.Point(), 0).To([2]float64{g.Lon, g.Lat}, 0)
		return w.E, w.N, a.Code
	}
	if e, n, code := at("SIM0001", 0.5, 0.5); code != 200 || math.Hypot(e, n) > 0.1 {
		t.Errorf("the middle: %d, %.1f east, %.1f north", code, e, n)
	}
	// it looks east, so its right is south, and its top east; the picture is 16:9
	e1, n1, _ := at("SIM0001", 1, 0.5)
	e2, n2, _ := at("SIM0001", 0.5, 0)
	if math.Abs(e1) > 0.1 || n1 > -50 || n1 < -120 || math.Abs(n2) > 0.1 || math.Abs(e2+n1*9/16) > 0.5 {
		t.Errorf("the right edge is %.1f east, %.1f north, the top %.1f, %.1f", e1, n1, e2, n2)
	}
	pose.PitchDeg = 0
	if _, _, code := at("SIM0001", 0.5, 0.1); code != 422 {
		t.Errorf("the sky: %d", code)
	}
	for _, sn := range []string{"SIM0002", "SIM0009"} {
		if _, _, code := at(sn, 0.5, 0.5); code != 404 {
			t.Errorf("%s: %d", sn, code)
		}
	}
}

// People are told of what waits for their own decision, in what they see.
func TestPeopleAreToldOfTheirOwn(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	all := []leads.Lead{}
	for i, l := range []leads.Lead{
		{State: leads.Candidate, Subdistrict: "310115004"}, {State: leads.Candidate, Subdistrict: "310115005", Due: soon}, {State: leads.Checked, Subdistrict: "310115004"},
		{State: leads.Rejected, Subdistrict: "310115004"}, {State: leads.Confirmed, Subdistrict: "310115004"},
	} {
		l.Lead, l.Revision, l.Scene = fmt.Sprint("L", i), 1, "street-stall"
		all = append(all, l)
	}
	x := newHouse(t, all...)
	index, err := x.options.Ledger.Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who          accounts.Person
		waiting, due int
	}{
		{accounts.Person{Roles: []accounts.Role{accounts.Analyst}}, 2, 1}, {accounts.Person{Roles: []accounts.Role{accounts.Legal}}, 1, 1}, {accounts.Person{Roles: []accounts.Role{accounts.Viewer}}, 0, 1},
		{accounts.Person{Roles: []accounts.Role{accounts.Admin}}, 3, 1}, {accounts.Person{Roles: []accounts.Role{accounts.Analyst}, Subdistricts: []string{"310115004"}}, 1, 0},
	} {
		if f, err := FactsFor(index, &c.who, time.Now()); err != nil || f.Waiting != c.waiting || f.Due != c.due {
			t.Errorf("%+v: %+v, %v", c.who, f, err)
		}
	}
}
