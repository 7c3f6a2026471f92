package city

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/geo"
)

const onePermit = `{"type":"FeatureCollection","datum":"WGS-84","features":[{"type":"Feature","properties":{"number":"A-1","scenes":"street-stall"},"geometry":{"type":"Polygon","coordinates":[[[121.53,31.22],[121.54,31.22],[121.54,31.23],[121.53,31.22]]]}}]}`

// Permits that another system gives out are asked for anew only where they have changed; while it is away, or answers what is none, the copy serves.
func TestPermitsOverHTTP(t *testing.T) {
	body, status, whole := onePermit, 200, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "harrier" || p != "a-secret-word" {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		tag := `"` + string(rune('a'+len(body)%26)) + `"`
		if status == 200 && r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", tag)
		w.WriteHeader(status)
		whole++
		_, _ = w.Write([]byte(body))
	}))
	defer srv.Close()
	file := filepath.Join(t.TempDir(), "permits.geojson")
	var c Files
	r := Remote{URL: strings.Replace(srv.URL, "http://", "http://harrier:a-secret-word@", 1), File: file, Log: slog.New(slog.DiscardHandler), Check: func(path string) error {
		_, err := c.ReadPermits(path)
		return err
	}}
	known := func() *geo.Permits {
		p, err := c.ReadPermits(file)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for range 3 {
		if err := r.Fetch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if whole != 1 || known().Len() != 1 {
		t.Errorf("%d permits after it was asked for %d times", known().Len(), whole)
	}
	for name, bad := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"an error page":       {"<html>", 200, "new-permits.geojson"},
		"without its numbers": {strings.Replace(onePermit, "number", "nr", 1), 200, "number: it is missing"},
		"an error":            {"", 500, "500"},
	} {
		body, status = bad.body, bad.status
		if err := r.Fetch(t.Context()); err == nil || !strings.Contains(err.Error(), bad.want) || strings.Contains(err.Error(), "a-secret-word") {
			t.Errorf("%s: %v", name, err)
		}
		if known().Len() != 1 {
			t.Errorf("%s: the copy has %d permits", name, known().Len())
		}
	}
	body, status = strings.Replace(onePermit, "A-1", "A-1001", 1), 200
	if err := r.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file); err != nil || !strings.Contains(string(b), "A-1001") {
		t.Errorf("what has changed is not taken in: %s, %v", b, err)
	}
	srv.Close()
	if err := r.Fetch(t.Context()); err == nil || strings.Contains(err.Error(), "a-secret-word") || known().Len() != 1 {
		t.Errorf("while it is away: %v", err)
	}
}
