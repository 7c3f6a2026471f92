package geo

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// Names of the geographic datums. Everything inside is WGS-84; CGCS2000 equals it within centimetres, which is taken for the same
// here; GCJ-02 is the shifted one of public web maps in China.
const (
	WGS84    = "WGS-84"
	CGCS2000 = "CGCS2000"
	GCJ02    = "GCJ-02"
)

// Datum is what the coordinates of a file mean: one of the names above, or a transverse Mercator projection in PROJ's words.
type Datum struct {
	Name string
	tm   *mercator
}

// ParseDatum reads "WGS-84", "CGCS2000", "GCJ-02" (or an EPSG code of the first two), or PROJ parameters of a transverse
// Mercator projection ("+proj=tmerc +lat_0=31.2 +lon_0=121.46 +k=1 +x_0=0 +y_0=0 +ellps=GRS80", or "+proj=utm +zone=51").
func ParseDatum(s string) (Datum, error) {
	t := strings.TrimSpace(s)
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "").Replace(t)) {
	case "WGS84", "EPSG:4326", "EPSG4326", "OGC:CRS84", "CRS84":
		return Datum{Name: WGS84}, nil
	case "CGCS2000", "EPSG:4490", "EPSG4490":
		return Datum{Name: CGCS2000}, nil
	case "GCJ02":
		return Datum{Name: GCJ02}, nil
	}
	if strings.Contains(t, "+proj=") {
		return projDatum(t)
	}
	if m := epsgCode.FindStringSubmatch(t); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			if say := epsg(n); say != "" {
				return ParseDatum(say)
			}
		}
	}
	return Datum{}, fmt.Errorf("datum %q is none of %s, %s, %s, no EPSG code of a CGCS2000 Gauss-Krüger zone (4491 to 4554) or UTM zone, and no PROJ parameters (+proj=tmerc …)", s, WGS84, CGCS2000, GCJ02)
}

// epsgCode is an EPSG code as files write it: EPSG:4528, urn:ogc:def:crs:EPSG::4528, http://www.opengis.net/def/crs/EPSG/0/4528.
var epsgCode = regexp.MustCompile(`(?i)\bEPSG(?::[0-9.]*|/[0-9.]+)?[:/ ]\s*([0-9]{4,5})$`)

// epsg is what a code means, "" where it is not known here: the geographic ones, CGCS2000's zones of 6 and of 3 degrees with the zone's number
// before the easting and without it, and UTM.
func epsg(n int) string {
	gk := func(cm, zone int) string {
		return fmt.Sprintf("+proj=tmerc +lat_0=0 +lon_0=%d +k=1 +x_0=%d +y_0=0 +ellps=GRS80 +units=m", cm, zone*1e6+500000)
	}
	switch {
	case n == 4326 || n == 4979:
		return WGS84
	case n == 4490 || n == 4480:
		return CGCS2000
	case n >= 4491 && n <= 4501:
		return gk(75+6*(n-4491), n-4491+13)
	case n >= 4502 && n <= 4512:
		return gk(75+6*(n-4502), 0)
	case n >= 4513 && n <= 4533:
		return gk(75+3*(n-4513), n-4513+25)
	case n >= 4534 && n <= 4554:
		return gk(75+3*(n-4534), 0)
	case n >= 32601 && n <= 32660:
		return fmt.Sprintf("+proj=utm +zone=%d +ellps=WGS84", n-32600)
	case n >= 32701 && n <= 32760:
		return fmt.Sprintf("+proj=utm +zone=%d +south +ellps=WGS84", n-32700)
	}
	return ""
}

// Projected says that coordinates are metres, not degrees.
func (d Datum) Projected() bool { return d.tm != nil }

// ToWGS84 converts x, y (longitude and latitude in degrees, or easting and northing in metres) to WGS-84.
func (d Datum) ToWGS84(p orb.Point) orb.Point {
	switch {
	case d.tm != nil:
		return d.tm.inverse(p)
	case d.Name == GCJ02:
		return FromGCJ02(p)
	}
	return p
}

// FromWGS84 is the inverse of ToWGS84.
func (d Datum) FromWGS84(p orb.Point) orb.Point {
	switch {
	case d.tm != nil:
		return d.tm.forward(p)
	case d.Name == GCJ02:
		return ToGCJ02(p)
	}
	return p
}

// The ellipsoid of GCJ-02's formula (Krasovsky 1940), as the published reverse-engineered code has it.
const (
	gcjA  = 6378245.0
	gcjE2 = 0.00669342162296594323
)

// inGCJ says where the shift applies: the rectangle that the published code uses for China.
func inGCJ(p orb.Point) bool {
	return p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271
}

// ToGCJ02 shifts WGS-84 to GCJ-02.
func ToGCJ02(p orb.Point) orb.Point {
	if !inGCJ(p) {
		return p
	}
	dx, dy := gcjShift(p)
	return orb.Point{p[0] + dx, p[1] + dy}
}

// FromGCJ02 is the inverse of ToGCJ02, by fixed-point iteration: good to a hundredth of a millimetre.
func FromGCJ02(p orb.Point) orb.Point {
	if !inGCJ(p) {
		return p
	}
	q := p
	for range 12 {
		dx, dy := gcjShift(q)
		n := orb.Point{p[0] - dx, p[1] - dy}
		if math.Abs(n[0]-q[0])+math.Abs(n[1]-q[1]) < 1e-11 {
			return n
		}
		q = n
	}
	return q
}

func gcjShift(p orb.Point) (dLon, dLat float64) {
	x, y := p[0]-105, p[1]-35
	s := func(k float64) float64 { return math.Sin(k * math.Pi) }
	dy := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) +
		(20*s(6*x)+20*s(2*x))*2/3 + (20*s(y)+40*s(y/3))*2/3 + (160*s(y/12)+320*s(y/30))*2/3
	dx := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) +
		(20*s(6*x)+20*s(2*x))*2/3 + (20*s(x)+40*s(x/3))*2/3 + (150*s(x/12)+300*s(x/30))*2/3
	lat := p[1] * math.Pi / 180
	m := 1 - gcjE2*math.Sin(lat)*math.Sin(lat)
	return dx * 180 / (gcjA / math.Sqrt(m) * math.Cos(lat) * math.Pi), dy * 180 / (gcjA * (1 - gcjE2) / (m * math.Sqrt(m)) * math.Pi)
}

// ellipsoid is a semi-major axis in metres and a flattening.
type ellipsoid struct{ a, f float64 }

var ellipsoids = map[string]ellipsoid{
	"WGS84":    {6378137, 1 / 298.257223563},
	"GRS80":    {6378137, 1 / 298.257222101},
	"CGCS2000": {6378137, 1 / 298.257222101},
	"krass":    {6378245, 1 / 298.3},
	"IAU76":    {6378140, 1 / 298.257},
	"intl":     {6378388, 1 / 297.0},
}

// mercator is a transverse Mercator projection by Krüger's series to the sixth order in n (Karney 2011, eqs. 7 to 36): good to a
// micrometre within 30 degrees of the central meridian. shift takes geocentric coordinates to WGS-84 (towgs84).
type mercator struct {
	e          ellipsoid
	lat0, lon0 float64 // radians
	k          float64
	x0, y0     float64
	unit       float64 // metres a unit
	alpha      [7]float64
	beta       [7]float64
	rect       float64 // radius of the rectifying sphere
	ecc        float64
	xi0        float64
	shift      *[7]float64
}

// errProj says what cannot be read.
var errProj = errors.New("PROJ parameters")

func projDatum(s string) (Datum, error) {
	par := map[string]string{}
	for _, f := range strings.Fields(s) {
		k, v, _ := strings.Cut(strings.TrimPrefix(f, "+"), "=")
		par[k] = v
	}
	var bad error
	num := func(key string, or float64) float64 {
		v, ok := par[key]
		if !ok {
			return or
		}
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			bad = fmt.Errorf("%w: +%s=%s is no number", errProj, key, v)
		}
		return f
	}
	m := &mercator{k: 1, unit: 1}
	switch par["proj"] {
	case "tmerc", "gauss":
		m.lat0, m.lon0 = num("lat_0", 0)*math.Pi/180, num("lon_0", 0)*math.Pi/180
		m.k = num("k", num("k_0", 1))
		m.x0, m.y0 = num("x_0", 0), num("y_0", 0)
	case "utm":
		z := num("zone", 0)
		if z < 1 || z > 60 || z != math.Trunc(z) {
			return Datum{}, fmt.Errorf("%w: +zone must be 1 to 60", errProj)
		}
		m.lon0, m.k, m.x0 = (6*z-183)*math.Pi/180, 0.9996, 500000
		if _, south := par["south"]; south {
			m.y0 = 1e7
		}
	case "longlat", "latlong":
		return Datum{Name: WGS84}, nil
	default:
		return Datum{}, fmt.Errorf("%w: +proj=%s is not supported; transverse Mercator is (+proj=tmerc, +proj=utm)", errProj, par["proj"])
	}
	m.e = ellipsoids["WGS84"]
	for _, key := range []string{"ellps", "datum"} {
		if v, ok := par[key]; ok {
			e, known := ellipsoids[v]
			if !known {
				return Datum{}, fmt.Errorf("%w: ellipsoid %q is not known; give +a and +rf", errProj, v)
			}
			m.e = e
		}
	}
	if _, ok := par["a"]; ok {
		m.e.a = num("a", m.e.a)
		switch {
		case par["rf"] != "":
			m.e.f = 1 / num("rf", 0)
		case par["b"] != "":
			m.e.f = 1 - num("b", m.e.a)/m.e.a
		}
	}
	if v := par["units"]; v != "" && v != "m" {
		return Datum{}, fmt.Errorf("%w: +units=%s is not supported; metres are", errProj, v)
	}
	if v, ok := par["towgs84"]; ok {
		var t [7]float64
		all := strings.Split(v, ",")
		if len(all) != 3 && len(all) != 7 {
			return Datum{}, fmt.Errorf("%w: +towgs84 has %d numbers, wanted 3 or 7", errProj, len(all))
		}
		for i, x := range all {
			f, err := strconv.ParseFloat(x, 64)
			if err != nil || math.IsNaN(f) || math.Abs(f) > 1e4 {
				return Datum{}, fmt.Errorf("%w: +towgs84: %q is no number", errProj, x)
			}
			t[i] = f
		}
		m.shift = &t
	}
	if bad != nil {
		return Datum{}, bad
	}
	if !(m.e.a > 1e6 && m.e.a < 1e7 && m.e.f >= 0 && m.e.f < 0.01 && m.k > 0.5 && m.k < 2 && math.Abs(m.lat0) < 1.6 && math.Abs(m.lon0) < 3.2) {
		return Datum{}, fmt.Errorf("%w: %s describes no projection of the earth", errProj, s)
	}
	m.prepare()
	return Datum{Name: s, tm: m}, nil
}

func (m *mercator) prepare() {
	n := m.e.f / (2 - m.e.f)
	n2, n3, n4, n5, n6 := n*n, n*n*n, n*n*n*n, n*n*n*n*n, n*n*n*n*n*n
	m.ecc = math.Sqrt(m.e.f * (2 - m.e.f))
	m.rect = m.e.a / (1 + n) * (1 + n2/4 + n4/64 + n6/256)
	m.alpha = [7]float64{0,
		n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180 - 127*n5/288 + 7891*n6/37800,
		13*n2/48 - 3*n3/5 + 557*n4/1440 + 281*n5/630 - 1983433*n6/1935360,
		61*n3/240 - 103*n4/140 + 15061*n5/26880 + 167603*n6/181440,
		49561*n4/161280 - 179*n5/168 + 6601661*n6/7257600,
		34729*n5/80640 - 3418889*n6/1995840,
		212378941 * n6 / 319334400}
	m.beta = [7]float64{0,
		n/2 - 2*n2/3 + 37*n3/96 - n4/360 - 81*n5/512 + 96199*n6/604800,
		n2/48 + n3/15 - 437*n4/1440 + 46*n5/105 - 1118711*n6/3870720,
		17*n3/480 - 37*n4/840 - 209*n5/4480 + 5569*n6/90720,
		4397*n4/161280 - 11*n5/504 - 830251*n6/7257600,
		4583*n5/161280 - 108847*n6/3991680,
		20648693 * n6 / 638668800}
	m.xi0, _ = m.xiEta(m.lat0, 0)
}

// xiEta are the normalised northing and easting of a latitude and a longitude from the central meridian, radians.
func (m *mercator) xiEta(lat, lon float64) (xi, eta float64) {
	t := math.Tan(lat)
	sigma := math.Sinh(m.ecc * math.Atanh(m.ecc*t/math.Hypot(1, t)))
	t1 := t*math.Hypot(1, sigma) - sigma*math.Hypot(1, t)
	xi1, eta1 := math.Atan2(t1, math.Cos(lon)), math.Asinh(math.Sin(lon)/math.Hypot(t1, math.Cos(lon)))
	xi, eta = xi1, eta1
	for j := 1; j <= 6; j++ {
		k := 2 * float64(j)
		xi += m.alpha[j] * math.Sin(k*xi1) * math.Cosh(k*eta1)
		eta += m.alpha[j] * math.Cos(k*xi1) * math.Sinh(k*eta1)
	}
	return xi, eta
}

// forward projects WGS-84 degrees to easting and northing, metres.
func (m *mercator) forward(p orb.Point) orb.Point {
	lon, lat := p[0]*math.Pi/180, p[1]*math.Pi/180
	if m.shift != nil {
		lon, lat = helmert(lon, lat, ellipsoids["WGS84"], m.e, *m.shift, -1)
	}
	xi, eta := m.xiEta(lat, lon-m.lon0)
	return orb.Point{m.x0 + m.k*m.rect*eta, m.y0 + m.k*m.rect*(xi-m.xi0)}
}

// inverse takes easting and northing, metres, to WGS-84 degrees.
func (m *mercator) inverse(p orb.Point) orb.Point {
	eta, xi := (p[0]-m.x0)/(m.k*m.rect), (p[1]-m.y0)/(m.k*m.rect)+m.xi0
	xi1, eta1 := xi, eta
	for j := 1; j <= 6; j++ {
		k := 2 * float64(j)
		xi1 -= m.beta[j] * math.Sin(k*xi) * math.Cosh(k*eta)
		eta1 -= m.beta[j] * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	t1 := math.Sin(xi1) / math.Hypot(math.Sinh(eta1), math.Cos(xi1))
	t := t1
	for range 8 { // Newton's method for the geographic latitude of a conformal one (Karney 2011, eqs. 19 to 21)
		sigma := math.Sinh(m.ecc * math.Atanh(m.ecc*t/math.Hypot(1, t)))
		ti := t*math.Hypot(1, sigma) - sigma*math.Hypot(1, t)
		d := (t1 - ti) / math.Hypot(1, ti) * (1 + (1-m.ecc*m.ecc)*t*t) / ((1 - m.ecc*m.ecc) * math.Hypot(1, t))
		if t += d; math.Abs(d) < 1e-14 {
			break
		}
	}
	lat, lon := math.Atan(t), m.lon0+math.Atan2(math.Sinh(eta1), math.Cos(xi1))
	if m.shift != nil {
		lon, lat = helmert(lon, lat, m.e, ellipsoids["WGS84"], *m.shift, 1)
	}
	return orb.Point{lon * 180 / math.Pi, lat * 180 / math.Pi}
}

// helmert takes radians on one ellipsoid to another by a position vector transformation (EPSG 9606: metres, seconds of arc, parts
// per million), or back.
func helmert(lon, lat float64, from, to ellipsoid, s [7]float64, sign float64) (float64, float64) {
	e2 := from.f * (2 - from.f)
	n := from.a / math.Sqrt(1-e2*math.Sin(lat)*math.Sin(lat))
	x, y, z := n*math.Cos(lat)*math.Cos(lon), n*math.Cos(lat)*math.Sin(lon), n*(1-e2)*math.Sin(lat)
	const arc = math.Pi / 180 / 3600
	rx, ry, rz, m := sign*s[3]*arc, sign*s[4]*arc, sign*s[5]*arc, 1+sign*s[6]*1e-6
	if sign < 0 {
		x, y, z = x-s[0], y-s[1], z-s[2]
	}
	x, y, z = m*(x-rz*y+ry*z), m*(rz*x+y-rx*z), m*(-ry*x+rx*y+z)
	if sign > 0 {
		x, y, z = x+s[0], y+s[1], z+s[2]
	}
	e2 = to.f * (2 - to.f)
	p := math.Hypot(x, y)
	lat = math.Atan2(z, p*(1-e2))
	for range 6 {
		n := to.a / math.Sqrt(1-e2*math.Sin(lat)*math.Sin(lat))
		lat = math.Atan2(z+e2*n*math.Sin(lat), p)
	}
	return math.Atan2(y, x), lat
}
