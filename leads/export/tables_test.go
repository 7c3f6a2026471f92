package export

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
)

var some = []leads.Lead{
	{Lead: "a", Revision: 2, State: leads.Confirmed, Scene: "street-stall", Class: "stall", Lon: 121.5, Lat: 31.2, Datum: geo.WGS84, Ellipse: geo.Ellipse{MajorM: 1.234}, Score: 0.87654, FirstSeen: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), By: "王芳", Note: "占道经营，\"第二次\"\n复查", Seen: 3},
	{Lead: "b", Revision: 1, State: leads.Candidate, Note: "=HYPERLINK(1)", Simulated: true},
}

// What Excel opens says what the leads say, and starts nothing.
func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, Of(some)); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\uFEFF")
	if !ok {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(len(rows), err)
	}
	of := func(row int, column string) string {
		for i, c := range rows[0] {
			if c == column {
				return rows[row][i]
			}
		}
		return "no such column"
	}
	for column, want := range map[string]string{"lead": "a", "lon": "121.5", "datum": "WGS-84", "error_m": "1.23", "decided_by": "王芳", "note": some[0].Note, "seen": "3", "due": "", "first_seen": "2026-03-02T08:00:00Z"} {
		if got := of(1, column); got != want {
			t.Errorf("%s is %q, wanted %q", column, got, want)
		}
	}
	if got := of(2, "note"); got != "'=HYPERLINK(1)" {
		t.Errorf("a formula: %q", got)
	}
}

func TestGeoJSON(t *testing.T) {
	var b bytes.Buffer
	if err := GeoJSON(&b, Of(some)); err != nil {
		t.Fatal(err)
	}
	var fc struct {
		Features []struct {
			Geometry   struct{ Coordinates [2]float64 }
			Properties struct{ Lead, Datum string }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &fc); err != nil || len(fc.Features) != 2 || fc.Features[0].Geometry.Coordinates != [2]float64{121.5, 31.2} || fc.Features[0].Properties.Datum != geo.WGS84 {
		t.Errorf("%s %v", b.String(), err)
	}
}

func TestGeoPackage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leads.gpkg")
	if err := GeoPackage(path, some); err != nil {
		t.Fatal(err)
	}
	if err := GeoPackage(path, some); err == nil {
		t.Error("a file that is there is written over")
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	var note string
	if err := db.QueryRow("SELECT count(*), max(note) FROM leads WHERE state = 'confirmed' AND datum = 'WGS-84'").Scan(&n, &note); err != nil || n != 1 || note != some[0].Note {
		t.Errorf("%d rows, %q, %v", n, note, err)
	}
	// GDAL reads it, where it is there
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Skip("no ogrinfo here: `./setup.sh test` installs it")
	}
	out, err := exec.Command("ogrinfo", "-al", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Feature Count: 2") || !strings.Contains(string(out), "POINT (121.5 31.2)") {
		t.Errorf("ogrinfo: %v\n%s", err, out)
	}
	_ = os.Remove(path)
}
