package layerfile

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/geo"
)

// packageOf makes a GeoPackage of one layer; rows are a fid, a geometry and one value.
func packageOf(t *testing.T, path, column, kind string, srs int, rows map[int][]any) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, q := range []string{
		"CREATE TABLE gpkg_spatial_ref_sys(srs_name TEXT,srs_id INTEGER,organization TEXT,organization_coordsys_id INTEGER,definition TEXT)",
		fmt.Sprintf("INSERT INTO gpkg_spatial_ref_sys VALUES('x',%d,'EPSG',%d,'undefined')", srs, srs),
		"CREATE TABLE gpkg_contents(table_name TEXT,data_type TEXT,srs_id INTEGER)",
		fmt.Sprintf("INSERT INTO gpkg_contents VALUES('layer','features',%d)", srs),
		"CREATE TABLE gpkg_geometry_columns(table_name TEXT,column_name TEXT,geometry_type_name TEXT,srs_id INTEGER,z INTEGER,m INTEGER)",
		fmt.Sprintf("INSERT INTO gpkg_geometry_columns VALUES('layer','geom','POLYGON',%d,0,0)", srs),
		fmt.Sprintf("CREATE TABLE layer(fid INTEGER PRIMARY KEY,geom BLOB,kind TEXT,%s %s)", column, kind),
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
	for fid, r := range rows {
		if _, err := db.Exec("INSERT INTO layer VALUES(?,?,?,?)", fid, r[0], "no-fly", r[1]); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// packagedSquare is a square in GeoPackage's binary form, with as many more ordinates as dims says, its WKB type raised by more.
func packagedSquare(lon float64, dims int, more uint32) []byte {
	var b bytes.Buffer
	b.WriteString("GP")
	b.Write([]byte{0, 1, 0, 0, 0, 0, 1})
	le := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	le(uint32(3) + more)
	le([2]uint32{1, 5})
	for _, p := range [][2]float64{{0, 0}, {0.001, 0}, {0.001, 0.001}, {0, 0.001}, {0, 0}} {
		le([2]float64{lon + p[0], 31.225 + p[1]})
		for range dims {
			le(4.5)
		}
	}
	return b.Bytes()
}

func TestGeoPackagesOfTheField(t *testing.T) {
	for _, c := range []struct {
		name, column, kind string
		value              any
		want               string
		dims               int
		more               uint32
	}{
		{"a number in REAL", "number", "REAL", 20260815.0, "20260815", 0, 0},
		{"a date", "valid_until", "DATE", "2026-02-01", "2026-02-01", 0, 0},
		{"heights", "number", "TEXT", "PD-1", "PD-1", 1, 1000},
		{"measures", "number", "TEXT", "PD-1", "PD-1", 1, 2000},
		{"both", "number", "TEXT", "PD-1", "PD-1", 2, 3000},
		{"PostGIS's heights", "number", "TEXT", "PD-1", "PD-1", 1, 0x80000000},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := filepath.Join(t.TempDir(), "l.gpkg")
			if err := packageOf(t, p, c.column, c.kind, 4326, map[int][]any{1: {packagedSquare(121.53, c.dims, c.more), c.value}}).Close(); err != nil {
				t.Fatal(err)
			}
			l := read(t, p)
			if got := l.Features[0].Get(c.column); got != c.want || l.Features[0].Err != nil {
				t.Errorf("%q, %v", got, l.Features[0].Err)
			}
			if fences, problems := geo.ReadFences(l); len(problems) > 0 || fences.Len() != 1 {
				t.Errorf("%v", problems)
			}
		})
	}
}

// A view may compute without an end: it is refused before it is asked.
func TestViewsOfGeoPackagesAreRefused(t *testing.T) {
	const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT 'layer', 'geom', 'POLYGON', 4326, 0, 0 FROM n WHERE i < 0"
	for name, change := range map[string][]string{
		"gpkg_geometry_columns": {"DROP TABLE gpkg_geometry_columns", "CREATE VIEW gpkg_geometry_columns(table_name, column_name, geometry_type_name, srs_id, z, m) AS " + endless},
		"layer":                 {"DROP TABLE layer", "CREATE VIEW LAYER(fid, geom, kind, name, a, b) AS " + endless},
	} {
		p := filepath.Join(t.TempDir(), "l.gpkg")
		db := packageOf(t, p, "name", "TEXT", 4326, nil)
		for _, q := range change {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(p, Options{}); err == nil || !strings.Contains(err.Error(), `"`+name+`" is a view`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What an editor that still has a GeoPackage open has drawn last stands beside the file: it is read too.
func TestWhatAnEditorHasNotWrittenBackIsRead(t *testing.T) {
	dir := t.TempDir()
	db := packageOf(t, filepath.Join(dir, "open.gpkg"), "name", "TEXT", 4326, map[int][]any{1: {packagedSquare(121.56, 0, 0), "old"}})
	for _, q := range []string{"PRAGMA journal_mode=WAL", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_autocheckpoint=0"} {
		rows, err := db.Query(q)
		if err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
	if _, err := db.Exec("INSERT INTO layer VALUES(2,?,'no-fly','drawn today')", packagedSquare(121.53, 0, 0)); err != nil {
		t.Fatal(err)
	}
	for _, x := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, "open.gpkg"+x))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "fences.gpkg"+x), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if l := read(t, filepath.Join(dir, "fences.gpkg")); len(l.Features) != 2 {
		t.Errorf("%d fences", len(l.Features))
	}
}
