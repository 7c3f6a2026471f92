package console

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
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
	store, err := evidence.OpenFolder(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sha, err := store.Put(t.Context(), []byte("a frame"))
	if err != nil {
		t.Fatal(err)
	}
	h := New(Options{Token: "secret", Hosts: []string{"harrier:8080"}, Ledger: &leads.Ledger{}, Docks: func() []dock.Status { return nil }, Store: store,
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
		{"token", "/api/leads", "harrier:8080", "", "secret", 200},
		{"wrong token", "/api/leads", "harrier:8080", "", "secre", 401},
		{"another host", "/api/leads", "evil:8080", "", "secret", 421},
		{"another origin", "/api/leads", "harrier:8080", "http://evil", "secret", 403},
		{"own origin", "/api/leads", "harrier:8080", "http://harrier:8080", "secret", 200},
		{"a dock fetches its route", "/routes/f1.kmz", "harrier:8080", "", "", 200},
		{"no such route", "/routes/f2.kmz", "harrier:8080", "", "", 404},
		{"evidence", "/evidence/" + sha, "harrier:8080", "", "secret", 200},
		{"no such evidence", "/evidence/" + strings.Repeat("0", 64), "harrier:8080", "", "secret", 404},
		{"no hash", "/evidence/passwd", "harrier:8080", "", "secret", 404},
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
	}
}
