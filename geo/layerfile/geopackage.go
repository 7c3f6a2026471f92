package layerfile

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb/encoding/wkb"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/harrier-patrol/harrier/geo"
)

// readGeoPackage reads the one table of features of a GeoPackage (OGC 12-128r19).
func readGeoPackage(path string) (*geo.Layer, string, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, "", errors.Unwrap(err)
	} else if info.Size() == 0 {
		return nil, "", errors.New("the file is empty")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, "", err
	}
	options := "?mode=ro&immutable=1"
	if size(abs+"-wal") > 0 || size(abs+"-journal") > 0 {
		// an editor has it open, or was killed: what was edited last is beside it. It is read from a copy, so that nothing of the editor's is touched
		dir, err := os.MkdirTemp("", "harrier-gpkg-")
		if err != nil {
			return nil, "", err
		}
		defer os.RemoveAll(dir)
		if abs, err = snapshot(abs, dir); err != nil {
			return nil, "", err
		}
		options = ""
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: abs}).EscapedPath()+options)
	if err != nil {
		return nil, "", err
	}
	defer db.Close()
	table, column, said, err := featureTable(db)
	if err != nil {
		return nil, "", err
	}
	l, err := features(db, table, column)
	return l, said, err
}

// onlyTables says which of the names are no plain tables: a view may compute anything, without an end.
func onlyTables(db *sql.DB, names ...string) error {
	for _, n := range names {
		var kind, made string
		switch err := db.QueryRow(`SELECT type, coalesce(sql, '') FROM sqlite_schema WHERE lower(name) = lower(?) AND type IN ('table', 'view')`, n).Scan(&kind, &made); {
		case errors.Is(err, sql.ErrNoRows): // what is missing is said where it is asked for
		case err != nil:
			return err
		case kind != "table" || strings.HasPrefix(strings.ToUpper(made), "CREATE VIRTUAL"):
			return fmt.Errorf("%q is a view, not a table: export it as a table", n)
		}
	}
	return nil
}

// featureTable is the one table of features, its column of geometries, and what it says of its datum.
func featureTable(db *sql.DB) (table, column, said string, err error) {
	if err := onlyTables(db, "gpkg_geometry_columns", "gpkg_contents", "gpkg_spatial_ref_sys"); err != nil {
		return "", "", "", fmt.Errorf("no GeoPackage: %w", err)
	}
	rows, err := db.Query(`SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition
		FROM gpkg_geometry_columns g JOIN gpkg_contents c ON c.table_name = g.table_name AND c.data_type = 'features'
		LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id`)
	if err != nil {
		return "", "", "", fmt.Errorf("no GeoPackage: %w", err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var org, def sql.NullString
		var id sql.NullInt64
		if err := rows.Scan(&table, &column, &org, &id, &def); err != nil {
			return "", "", "", err
		}
		tables = append(tables, table)
		if said = fmt.Sprintf("%s:%d", strings.ToUpper(org.String), id.Int64); id.Int64 <= 0 {
			said = ""
		}
		if _, err := geo.ParseDatum(said); err != nil {
			if w := datumOfWKT(def.String); w != "" {
				said = w
			}
		}
	}
	if err := rows.Err(); err != nil {
		return "", "", "", err
	}
	if len(tables) != 1 {
		return "", "", "", fmt.Errorf("it has %d tables of features (%s), wanted one", len(tables), strings.Join(tables, ", "))
	}
	return table, column, said, onlyTables(db, table)
}

// features reads a table.
func features(db *sql.DB, table, column string) (*geo.Layer, error) {
	l := &geo.Layer{}
	all, err := db.Query(`SELECT * FROM "` + strings.ReplaceAll(table, `"`, `""`) + `"`)
	if err != nil {
		return nil, err
	}
	defer all.Close()
	names, err := all.Columns()
	if err != nil {
		return nil, err
	}
	types, err := all.ColumnTypes()
	if err != nil {
		return nil, err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	words := interner{}
	for all.Next() {
		if err := all.Scan(into...); err != nil {
			return nil, err
		}
		f := geo.Feature{N: len(l.Features) + 1, Fields: make([]geo.Field, 0, len(names))}
		for i, n := range names {
			switch v := values[i].(type) {
			case nil:
			case []byte:
				if n == column {
					f.Err = packaged(&f, v)
				}
			case float64:
				s := fmt.Sprint(v)
				if math.Abs(v) < 1<<53 {
					s = strconv.FormatFloat(v, 'f', -1, 64)
				}
				f.Fields = append(f.Fields, geo.Field{Name: words.keep(n), Value: words.keep(s)})
			case time.Time:
				form := time.RFC3339Nano
				if strings.EqualFold(types[i].DatabaseTypeName(), "DATE") {
					form = time.DateOnly
				}
				f.Fields = append(f.Fields, geo.Field{Name: words.keep(n), Value: words.keep(v.Format(form))})
			default:
				f.Fields = append(f.Fields, geo.Field{Name: words.keep(n), Value: words.keep(fmt.Sprint(v))})
			}
		}
		l.Features = append(l.Features, f)
	}
	return l, all.Err()
}

// packaged takes the geometry out of a GeoPackage's binary.
func packaged(f *geo.Feature, b []byte) error {
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return errors.New("its geometry is no GeoPackage binary")
	}
	if b[3]&0x10 != 0 {
		return nil // empty
	}
	envelope := [8]int{0, 32, 48, 48, 64, -1, -1, -1}[b[3]>>1&7]
	if envelope < 0 || 8+envelope > len(b) {
		return errors.New("its geometry is damaged")
	}
	b = b[8+envelope:]
	b, err := flat(b)
	if err != nil {
		return err
	}
	g, err := wkb.Unmarshal(b)
	if err != nil {
		return fmt.Errorf("its geometry: %w", err)
	}
	f.Geometry = g
	return nil
}

// size of a file, 0 where there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// snapshot copies a database with what SQLite keeps beside it, and fails where it is written to meanwhile.
func snapshot(path, dir string) (string, error) {
	to := filepath.Join(dir, "layer.gpkg")
	state := func() (s string) {
		for _, x := range []string{"", "-wal", "-journal"} {
			if info, err := os.Stat(path + x); err == nil {
				s += fmt.Sprint(x, info.Size(), info.ModTime().UnixNano())
			}
		}
		return s
	}
	before := state()
	for _, x := range []string{"", "-wal", "-journal"} {
		if err := copyFile(path+x, to+x); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	if state() != before {
		return "", errors.New("it is being written to; close it in QGIS first")
	}
	return to, nil
}

// flat leaves out heights (Z) and measures (M) of WKB, which the reader does not take: ISO's types 1000, 2000 and 3000 over the plain ones, and PostGIS's flags.
func flat(b []byte) ([]byte, error) {
	out := make([]byte, 0, len(b))
	var take func(b []byte, depth int) ([]byte, error)
	short := errors.New("its geometry is too short")
	take = func(b []byte, depth int) ([]byte, error) {
		if len(b) < 5 || depth > 4 {
			return nil, short
		}
		var order binary.ByteOrder = binary.BigEndian
		if b[0] == 1 {
			order = binary.LittleEndian
		}
		u32 := func(v uint32) { var x [4]byte; order.PutUint32(x[:], v); out = append(out, x[:]...) }
		kind := order.Uint32(b[1:])
		dims := 2
		for _, flag := range []uint32{0x80000000, 0x40000000} {
			if kind&flag != 0 {
				dims++
			}
		}
		head := b[0]
		srid := kind&0x20000000 != 0
		kind &= 0x1fffffff
		dims += [4]int{0, 1, 1, 2}[min(kind/1000, 3)]
		kind %= 1000
		out = append(out, head)
		u32(kind)
		b = b[5:]
		if srid {
			if len(b) < 4 {
				return nil, short
			}
			b = b[4:]
		}
		count := func() (int, error) {
			if len(b) < 4 {
				return 0, short
			}
			n := order.Uint32(b)
			if int64(n)*4 > int64(len(b)) {
				return 0, fmt.Errorf("its geometry claims %d parts in %d bytes", n, len(b))
			}
			b = b[4:]
			u32(n)
			return int(n), nil
		}
		points := func(n int) error {
			if len(b) < n*dims*8 {
				return short
			}
			for range n {
				out = append(out, b[:16]...)
				b = b[dims*8:]
			}
			return nil
		}
		switch kind {
		case 1:
			return b, points(1)
		case 2:
			n, err := count()
			if err == nil {
				err = points(n)
			}
			return b, err
		case 3:
			n, err := count()
			for i := 0; i < n && err == nil; i++ {
				var k int
				if k, err = count(); err == nil {
					err = points(k)
				}
			}
			return b, err
		case 4, 5, 6, 7:
			n, err := count()
			for i := 0; i < n && err == nil; i++ {
				b, err = take(b, depth+1)
			}
			return b, err
		}
		return nil, fmt.Errorf("its geometry is of type %d (a curve or surface?), wanted polygons or lines", kind)
	}
	_, err := take(b, 0)
	return out, err
}
