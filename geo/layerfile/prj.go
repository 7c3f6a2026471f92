package layerfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/harrier-patrol/harrier/geo"
)

var (
	wktName      = regexp.MustCompile(`(?i)^\s*(?:GEOGCS|PROJCS|GEOGCRS|PROJCRS)\s*\[\s*"([^"]*)"`)
	wktParameter = regexp.MustCompile(`(?i)PARAMETER\s*\[\s*"([^"]*)"\s*,\s*(-?[0-9.eE+]+)`)
	wktSpheroid  = regexp.MustCompile(`(?i)(?:SPHEROID|ELLIPSOID)\s*\[\s*"[^"]*"\s*,\s*([0-9.]+)\s*,\s*([0-9.]+)`)
	wktUnit      = regexp.MustCompile(`(?i)(?:LENGTHUNIT|UNIT)\s*\[\s*"([^"]*)"\s*,\s*([0-9.eE+-]+)`)
	wktGCS       = regexp.MustCompile(`(?i)(?:GEOGCS|GEOGCRS|BASEGEOGCRS)\s*\[\s*"([^"]*)"`)
)

// datumOfWKT reads what a .prj or a GeoPackage says of its reference system: WGS-84 and CGCS2000 by their names, and transverse Mercator
// (Gauss-Krüger) projections of them. What it does not know it returns as its name, which is then refused; empty says nothing.
func datumOfWKT(s string) string {
	m := wktName.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	gcs := m[1]
	if g := wktGCS.FindStringSubmatch(s); g != nil {
		gcs = g[1]
	}
	base := ""
	switch n := strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToUpper(gcs)); {
	case strings.Contains(n, "WGS84") || strings.Contains(n, "WGS1984"):
		base = geo.WGS84
	case strings.Contains(n, "CGCS2000") || strings.Contains(n, "CHINAGEODETICCOORDINATESYSTEM2000") || strings.Contains(n, "CHINA2000"):
		base = geo.CGCS2000
	case strings.Contains(n, "GCJ02"):
		base = geo.GCJ02
	}
	up := strings.ToUpper(strings.TrimSpace(s))
	if strings.HasPrefix(up, "GEOG") {
		if base == "" {
			return m[1]
		}
		return base
	}
	if u := wktUnit.FindAllStringSubmatch(s, -1); len(u) > 0 {
		if v, err := strconv.ParseFloat(u[len(u)-1][2], 64); err != nil || v != 1 {
			return m[1] + " in units of " + u[len(u)-1][1] // only metres are read
		}
	}
	if !strings.Contains(up, "TRANSVERSE_MERCATOR") && !strings.Contains(up, "TRANSVERSE MERCATOR") && !strings.Contains(up, "GAUSS_KRUGER") || base == "" || base == geo.GCJ02 {
		return m[1]
	}
	par := map[string]float64{"scale_factor": 1}
	for _, p := range wktParameter.FindAllStringSubmatch(s, -1) {
		if v, err := strconv.ParseFloat(p[2], 64); err == nil {
			par[strings.ReplaceAll(strings.ToLower(p[1]), " ", "_")] = v
		}
	}
	first := func(names ...string) float64 {
		for _, n := range names {
			if v, ok := par[n]; ok {
				return v
			}
		}
		return 0
	}
	out := fmt.Sprintf("+proj=tmerc +lat_0=%g +lon_0=%g +k=%g +x_0=%.10g +y_0=%.10g", first("latitude_of_origin", "latitude_of_natural_origin"),
		first("central_meridian", "longitude_of_natural_origin"), first("scale_factor_at_natural_origin", "scale_factor"), first("false_easting"), first("false_northing"))
	if e := wktSpheroid.FindStringSubmatch(s); e != nil {
		return out + " +a=" + e[1] + " +rf=" + e[2] + " +units=m"
	}
	return out + " +ellps=GRS80 +units=m"
}
