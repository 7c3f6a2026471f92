package export

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/geojson"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
)

// Of are leads that are at hand already.
func Of(all []leads.Lead) iter.Seq2[leads.Lead, error] {
	return func(yield func(leads.Lead, error) bool) {
		for _, l := range all {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// GeoJSON writes leads as points (WGS-84, as RFC 7946 has it), with all that is known of them, a line each.
func GeoJSON(w io.Writer, all iter.Seq2[leads.Lead, error]) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "{\"type\":\"FeatureCollection\",\"datum\":%q,\"features\":[", geo.WGS84)
	between := "\n"
	for l, err := range all {
		if err != nil {
			return err
		}
		f := geojson.NewFeature(orb.Point{l.Lon, l.Lat})
		b, err := json.Marshal(l)
		if err == nil {
			err = json.Unmarshal(b, &f.Properties)
		}
		if err == nil {
			b, err = json.Marshal(f)
		}
		if err != nil {
			return err
		}
		_, _ = out.WriteString(between) // an error stays, and Flush says it
		_, _ = out.Write(b)
		between = ",\n"
	}
	_, _ = out.WriteString("\n]}\n")
	return out.Flush()
}

// columns of tables, and what of a lead stands in them.
var columns = []struct {
	name string
	kind string // of SQLite
	of   func(leads.Lead) any
}{
	{"lead", "TEXT", func(l leads.Lead) any { return l.Lead }},
	{"revision", "INTEGER", func(l leads.Lead) any { return l.Revision }},
	{"state", "TEXT", func(l leads.Lead) any { return l.State }},
	{"reason", "TEXT", func(l leads.Lead) any { return l.Reason }},
	{"scene", "TEXT", func(l leads.Lead) any { return l.Scene }},
	{"event", "TEXT", func(l leads.Lead) any { return l.Event }},
	{"class", "TEXT", func(l leads.Lead) any { return l.Class }},
	{"lon", "REAL", func(l leads.Lead) any { return l.Lon }},
	{"lat", "REAL", func(l leads.Lead) any { return l.Lat }},
	{"datum", "TEXT", func(l leads.Lead) any { return l.Datum }},
	{"error_m", "REAL", func(l leads.Lead) any { return math.Round(100*l.Ellipse.MajorM) / 100 }},
	{"cell", "TEXT", func(l leads.Lead) any { return l.Cell }},
	{"subdistrict", "TEXT", func(l leads.Lead) any { return l.Subdistrict }},
	{"score", "REAL", func(l leads.Lead) any { return math.Round(1000*l.Score) / 1000 }},
	{"priority", "INTEGER", func(l leads.Lead) any { return l.Priority }},
	{"seen", "INTEGER", func(l leads.Lead) any { return l.Seen }},
	{"first_seen", "TEXT", func(l leads.Lead) any { return moment(l.FirstSeen) }},
	{"last_seen", "TEXT", func(l leads.Lead) any { return moment(l.LastSeen) }},
	{"due", "TEXT", func(l leads.Lead) any { return moment(l.Due) }},
	{"decided", "TEXT", func(l leads.Lead) any { return moment(l.Decided) }},
	{"decided_by", "TEXT", func(l leads.Lead) any { return l.By }},
	{"note", "TEXT", func(l leads.Lead) any { return l.Note }},
	{"case_number", "TEXT", func(l leads.Lead) any { return l.Case }},
	{"relapse_of", "TEXT", func(l leads.Lead) any {
		if !l.Relapse {
			return ""
		}
		return l.Earlier
	}},
	{"dock", "TEXT", func(l leads.Lead) any { return l.Dock }},
	{"flight", "TEXT", func(l leads.Lead) any { return l.Flight }},
	{"frame_sha256", "TEXT", func(l leads.Lead) any { return l.Frame }},
	{"crop_sha256", "TEXT", func(l leads.Lead) any { return l.Crop }},
	{"simulated", "INTEGER", func(l leads.Lead) any { return l.Simulated }},
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// NewTable begins a table as Excel reads it: with a byte order mark, and lines that end as Windows has them.
func NewTable(w io.Writer) (*csv.Writer, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return c, nil
}

// Plain is a text that Excel takes for no formula.
func Plain(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// CSV writes leads as a table, as Excel reads it.
func CSV(w io.Writer, all iter.Seq2[leads.Lead, error]) error {
	c, err := NewTable(w)
	if err != nil {
		return err
	}
	row := make([]string, len(columns))
	for i, k := range columns {
		row[i] = k.name
	}
	if err := c.Write(row); err != nil {
		return err
	}
	for l, err := range all {
		if err != nil {
			return err
		}
		for i, k := range columns {
			switch v := k.of(l).(type) {
			case float64:
				row[i] = strconv.FormatFloat(v, 'f', -1, 64)
			case string:
				row[i] = Plain(v)
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// packageTables are those of a GeoPackage (OGC 12-128r19) with one table of points in WGS-84.
const packageTables = `
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
	('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL), ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
	('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]', NULL);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('leads', 'features', 'leads', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('leads', 'geom', 'POINT', 4326, 0, 0);
`

// GeoPackage writes leads as points into a file that is not there yet.
func GeoPackage(path string, all []leads.Lead) (err error) {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return err
	}
	defer func() {
		if e := db.Close(); err == nil {
			err = e
		}
	}()
	names, marks := []string{"geom"}, []string{"?"}
	create := "CREATE TABLE leads (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT"
	for _, k := range columns {
		create += ", " + k.name + " " + k.kind
		names, marks = append(names, k.name), append(marks, "?")
	}
	if _, err := db.Exec(packageTables + create + ")"); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.Prepare("INSERT INTO leads (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, l := range all {
		geom, err := packaged(orb.Point{l.Lon, l.Lat})
		if err != nil {
			return err
		}
		row := []any{geom}
		for _, k := range columns {
			row = append(row, k.of(l))
		}
		if _, err := insert.Exec(row...); err != nil {
			return fmt.Errorf("%s: lead %s: %w", path, l.Lead, err)
		}
	}
	return tx.Commit()
}

// packaged is a point as a GeoPackage has it: a header, and WKB.
func packaged(p orb.Point) ([]byte, error) {
	b := bytes.NewBuffer([]byte{'G', 'P', 0, 1}) // version 1, little-endian, no envelope
	if err := binary.Write(b, binary.LittleEndian, int32(4326)); err != nil {
		return nil, err
	}
	w, err := wkb.Marshal(p, binary.LittleEndian)
	return append(b.Bytes(), w...), err
}
