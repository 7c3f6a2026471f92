package layerfile

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

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
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: abs}).EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return nil, "", err
	}
	defer db.Close()
	rows, err := db.Query(`SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition
		FROM gpkg_geometry_columns g JOIN gpkg_contents c ON c.table_name = g.table_name AND c.data_type = 'features'
		LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id`)
	if err != nil {
		return nil, "", fmt.Errorf("no GeoPackage: %w", err)
	}
	defer rows.Close()
	var table, column, said string
	var tables []string
	for rows.Next() {
		var org, def sql.NullString
		var id sql.NullInt64
		if err := rows.Scan(&table, &column, &org, &id, &def); err != nil {
			return nil, "", err
		}
		tables = append(tables, table)
		switch {
		case strings.EqualFold(org.String, "EPSG") && id.Int64 == 4326:
			said = geo.WGS84
		case strings.EqualFold(org.String, "EPSG") && id.Int64 == 4490:
			said = geo.CGCS2000
		default:
			if said = datumOfWKT(def.String); said == "" && id.Int64 > 0 {
				said = fmt.Sprintf("%s:%d", org.String, id.Int64)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, "", err
	}
	if len(tables) != 1 {
		return nil, "", fmt.Errorf("it has %d tables of features (%s), wanted one", len(tables), strings.Join(tables, ", "))
	}
	l := &geo.Layer{}
	all, err := db.Query(`SELECT * FROM "` + strings.ReplaceAll(table, `"`, `""`) + `"`)
	if err != nil {
		return nil, "", err
	}
	defer all.Close()
	names, err := all.Columns()
	if err != nil {
		return nil, "", err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	words := interner{}
	for all.Next() {
		if err := all.Scan(into...); err != nil {
			return nil, "", err
		}
		f := geo.Feature{N: len(l.Features) + 1, Fields: make([]geo.Field, 0, len(names))}
		for i, n := range names {
			switch v := values[i].(type) {
			case nil:
			case []byte:
				if n == column {
					f.Err = packaged(&f, v)
				}
			default:
				f.Fields = append(f.Fields, geo.Field{Name: words.keep(n), Value: words.keep(fmt.Sprint(v))})
			}
		}
		l.Features = append(l.Features, f)
	}
	return l, said, all.Err()
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
	if err := countsFit(b); err != nil {
		return err
	}
	g, err := wkb.Unmarshal(b)
	if err != nil {
		return fmt.Errorf("its geometry: %w", err)
	}
	f.Geometry = g
	return nil
}

// countsFit refuses WKB whose first count cannot be true, before memory is taken for it.
func countsFit(b []byte) error {
	if len(b) < 9 {
		return errors.New("its geometry is too short")
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 1 {
		order = binary.LittleEndian
	}
	if n := order.Uint32(b[5:]); int64(n)*4 > int64(len(b)) {
		return fmt.Errorf("its geometry claims %d parts in %d bytes", n, len(b))
	}
	return nil
}
