package console

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A base map is what it says it is, and is read part by part by whoever is logged in.
func TestABasemapIsReadInParts(t *testing.T) {
	file := func(head string) string {
		name := filepath.Join(t.TempDir(), "base.pmtiles")
		if err := os.WriteFile(name, []byte(head), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	head := func(kind byte) string {
		return "PMTiles\x03" + strings.Repeat("\x00", pmtilesKindAt-8) + string(kind) + strings.Repeat("\x00", 40)
	}
	for _, c := range []struct{ head, kind, says string }{
		{head(1), "vector", ""}, {head(2), "raster", ""}, {head(4), "raster", ""}, {head(0), "", "does not say"}, {head(9), "", "does not say"},
		{strings.Replace(head(1), "\x03", "\x02", 1), "", "version 3"}, {"PMTiles\x03", "", "version 3"}, {"SQLite format 3", "", "convert"}, {"", "", "version 3"},
	} {
		b, err := OpenBasemap(file(c.head))
		if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) || c.says == "" && (err != nil || b.Kind != c.kind) {
			t.Errorf("%.12q: %+v, %v", c.head, b, err)
		}
	}
	if b, err := OpenBasemap(""); b != nil || err != nil {
		t.Error("none is one")
	}
	if _, err := OpenBasemap(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there")
	}
	x := newHouse(t)
	if a := x.ask("viewer", http.MethodGet, "/map/base.json", ""); a.Code != 200 || !strings.Contains(a.Body.String(), `"kind":""`) {
		t.Errorf("%d: %s", a.Code, a.Body)
	}
	if a := x.ask("viewer", http.MethodGet, "/map/base.pmtiles", ""); a.Code != 404 {
		t.Errorf("%d: %s", a.Code, a.Body)
	}
	var err error
	if x.options.Basemap, err = OpenBasemap(file(head(1))); err != nil {
		t.Fatal(err)
	}
	x.h = New(x.options)
	part := func(r *http.Request) { r.Header.Set("Range", "bytes=0-6"); r.Header.Set("Accept-Encoding", "gzip") }
	if a := x.ask("viewer", http.MethodGet, "/map/base.pmtiles", "", part); a.Code != 206 || a.Body.String() != "PMTiles" {
		t.Errorf("%d: %q", a.Code, a.Body)
	}
	if a := x.ask("", http.MethodGet, "/map/base.pmtiles", "", part); a.Code != 401 {
		t.Errorf("without a login: %d", a.Code)
	}
}
