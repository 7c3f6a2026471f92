package layerfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Names of the column that holds the geometry as WKT.
var wktNames = []string{"wkt", "geom", "geometry", "the_geom", "shape", "几何", "坐标"}

// Names of columns that hold the longitude and the latitude of a point, and of one that holds the code of an area: files of complaints and lists
// of cells have no other geometry.
var (
	lonNames  = []string{"lon", "lng", "longitude", "经度"}
	latNames  = []string{"lat", "latitude", "纬度"}
	codeNames = []string{"code", "bgcode", "编码", "区划代码", "网格编码"}
)

// columnOf is the first of the columns that has one of the names, -1 where none has.
func columnOf(header, names []string) int {
	return slices.IndexFunc(header, func(h string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(strings.TrimSpace(h), n) })
	})
}

// readCSV reads rows with a column of WKT, or with columns lon and lat, or a code. The separator is a comma, a semicolon or a tab, whichever the header has.
func readCSV(path string) (*geo.Layer, string, error) {
	text, err := open(path)
	if err != nil {
		return nil, "", err
	}
	return parseCSV(text)
}

func parseCSV(text string) (*geo.Layer, string, error) {
	said := ""
	l := &geo.Layer{}
	text, l.Encoding = decodeText(text)
	text = strings.TrimPrefix(text, "\ufeff")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // as old Macintosh programs end lines
	}
	text, above := fromHeader(text)
	head, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	for _, c := range []rune{',', ';', '\t'} {
		if strings.Count(head, string(c)) > strings.Count(head, string(r.Comma)) {
			r.Comma = c
		}
	}
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	header, err := r.Read()
	if err != nil {
		return nil, "", fmt.Errorf("header: %w", err)
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	at, lon, lat := columnOf(header, wktNames), columnOf(header, lonNames), columnOf(header, latNames)
	if at < 0 && (lon < 0 || lat < 0) && columnOf(header, codeNames) < 0 {
		return nil, "", fmt.Errorf("no column with the geometry as WKT; it is expected under the name %s, or lon and lat; the columns are %s", wktNames[0], strings.Join(header, ", "))
	}
	var wkts []string // of the features that were read last
	words := interner{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		line += above
		if err == nil && strings.TrimSpace(strings.Join(row, "")) == "" {
			continue // as spreadsheets leave them at the end
		}
		for err == nil && len(row) > len(header) && strings.TrimSpace(row[len(row)-1]) == "" {
			row = row[:len(row)-1]
		}
		f := geo.Feature{N: len(l.Features) + 1, Line: line}
		if said == "" && err == nil && at >= 0 && at < len(row) {
			said = sridOf(row[at])
		}
		wkt := ""
		switch {
		case err != nil:
			f.Err = err
		case len(row) != len(header):
			f.Err = fmt.Errorf("%d columns, the header has %d", len(row), len(header))
		default:
			switch {
			case at >= 0:
				wkt = row[at]
			case lon >= 0 && lat >= 0 && strings.TrimSpace(row[lon]+row[lat]) != "":
				wkt = "POINT(" + strings.TrimSpace(cell(row[lon])) + " " + strings.TrimSpace(cell(row[lat])) + ")"
			}
			f.Fields = make([]geo.Field, 0, len(row))
			for i, v := range row {
				if i != at {
					f.Fields = append(f.Fields, geo.Field{Name: header[i], Value: words.keep(cell(v))})
				}
			}
		}
		l.Features = append(l.Features, f)
		if wkts = append(wkts, wkt); len(wkts) == wktChunk {
			parseWKTs(l.Features[len(l.Features)-len(wkts):], wkts)
			wkts = wkts[:0]
		}
	}
	parseWKTs(l.Features[len(l.Features)-len(wkts):], wkts)
	return l, said, nil
}

// maxAbove is how many lines may stand above a header.
const maxAbove = 20

// fromHeader leaves out what stands above the header: titles, and Excel's "sep=,". Where no line is a header the text stays as it is.
func fromHeader(text string) (rest string, above int) {
	rest = text
	for above = range maxAbove {
		line, after, ok := strings.Cut(rest, "\n")
		for _, h := range strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == ';' || c == '\t' || c == '"' }) {
			if isWKTName(h) {
				return rest, above
			}
		}
		if columns := strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == ';' || c == '\t' }); columnOf(columns, lonNames) >= 0 && columnOf(columns, latNames) >= 0 || columnOf(columns, codeNames) >= 0 {
			return rest, above
		}
		if !ok {
			break
		}
		rest = after
	}
	return text, 0
}

func isWKTName(s string) bool { return columnOf([]string{s}, wktNames) == 0 }

// cell takes off what spreadsheets put around a number that is to stay a text: ="3101…" and '3101….
func cell(s string) string {
	t := strings.TrimSpace(s)
	if in, ok := strings.CutPrefix(t, `="`); ok && strings.HasSuffix(in, `"`) {
		return strings.ReplaceAll(strings.TrimSuffix(in, `"`), `""`, `"`)
	}
	if in, ok := strings.CutPrefix(t, "'"); ok && in != "" && in[0] >= '0' && in[0] <= '9' {
		return in
	}
	return s
}

// wktChunk is how many geometries are taken apart at a time: enough for all processors, few enough for the memory of their texts.
const wktChunk = 8192

func parseWKTs(features []geo.Feature, wkts []string) {
	inParts(len(wkts), func(from, to int) {
		for i := from; i < to; i++ {
			if f := &features[i]; f.Err == nil && strings.TrimSpace(wkts[i]) != "" {
				if f.Geometry, f.Err = parseWKT(wkts[i]); f.Err != nil {
					f.Geometry = nil
				}
			}
		}
	})
}

// sridOf is what a WKT says of its datum before its geometry (SRID=4528;POLYGON…), "" where it says nothing.
func sridOf(wkt string) string {
	head, _, ok := strings.Cut(strings.TrimSpace(wkt), ";")
	if !ok || len(head) < 6 || !strings.EqualFold(head[:5], "SRID=") {
		return ""
	}
	if n := strings.TrimSpace(head[5:]); n != "0" {
		return "EPSG:" + n
	}
	return ""
}

var errWKT = errors.New("no WKT polygon, line or point")

// parseWKT reads POINT, POLYGON, LINESTRING and several of them (MULTI…), with or without Z and M (orb's own reader takes neither, nor NaN, and copies the text at every bracket).
func parseWKT(s string) (orb.Geometry, error) {
	s = strings.TrimSpace(s)
	if _, rest, ok := strings.Cut(s, ";"); ok && len(s) > 4 && strings.EqualFold(s[:4], "SRID") {
		s = strings.TrimSpace(rest)
	}
	open := strings.IndexByte(s, '(')
	word := s
	if open >= 0 {
		word = s[:open]
	}
	kind := strings.ToUpper(strings.TrimSpace(word))
	for _, suffix := range []string{"ZM", "Z", "M"} {
		if k, ok := strings.CutSuffix(kind, suffix); ok && (strings.HasSuffix(k, "POLYGON") || strings.HasSuffix(k, "LINESTRING") || strings.HasSuffix(k, "POINT") || strings.HasSuffix(k, " ")) {
			kind = strings.TrimSpace(k)
			break
		}
	}
	if open < 0 {
		if strings.HasSuffix(kind, "EMPTY") {
			return orb.Polygon{}, nil
		}
		return nil, fmt.Errorf("%w: %q", errWKT, short(s))
	}
	levels := map[string]int{"POINT": 1, "MULTIPOINT": 1, "LINESTRING": 1, "MULTILINESTRING": 2, "POLYGON": 2, "MULTIPOLYGON": 3}[kind]
	if levels == 0 {
		return nil, fmt.Errorf("its geometry is a %s, wanted polygons, lines or points", short(kind))
	}
	if kind == "MULTIPOINT" { // with brackets round each point, or without
		s = s[:open+1] + strings.NewReplacer("(", "", ")", "").Replace(s[open+1:]) + ")"
	}
	var m orb.MultiPolygon
	var p orb.Polygon
	depth := 0
	for i := open; i < len(s); i++ {
		switch c := s[i]; c {
		case '(':
			if depth++; depth > levels {
				return nil, fmt.Errorf("%w: too many brackets", errWKT)
			}
			if depth == levels {
				end := strings.IndexByte(s[i:], ')')
				if end < 0 {
					return nil, fmt.Errorf("%w: a bracket is not closed", errWKT)
				}
				r, err := wktRing(s[i+1 : i+end])
				if err != nil {
					return nil, err
				}
				p = append(p, r)
				i += end
				depth--
			}
		case ')':
			if depth--; depth == levels-2 {
				m, p = append(m, p), nil
			}
			if depth < 0 {
				return nil, fmt.Errorf("%w: a bracket too many", errWKT)
			}
		case ',', ' ', '\t', '\n', '\r':
		default:
			return nil, fmt.Errorf("%w: %q", errWKT, short(s[i:]))
		}
	}
	if depth != 0 {
		return nil, fmt.Errorf("%w: a bracket is not closed", errWKT)
	}
	switch kind {
	case "MULTIPOINT":
		return orb.MultiPoint(p[0]), nil
	case "POINT":
		if len(p[0]) != 1 {
			return nil, fmt.Errorf("%w: a point has one pair of coordinates", errWKT)
		}
		return p[0][0], nil
	case "LINESTRING":
		return orb.LineString(p[0]), nil
	case "MULTILINESTRING":
		return lines(m[0]), nil
	case "POLYGON":
		return m[0], nil
	}
	return m, nil
}

func wktRing(s string) (orb.Ring, error) {
	r := make(orb.Ring, 0, strings.Count(s, ",")+1)
	for len(s) > 0 {
		var pair string
		pair, s, _ = strings.Cut(s, ",")
		pair = strings.TrimSpace(pair)
		xs, rest, _ := strings.Cut(pair, " ")
		ys, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		x, err1 := strconv.ParseFloat(xs, 64)
		y, err2 := strconv.ParseFloat(ys, 64)
		if err1 != nil || err2 != nil {
			if !strings.EqualFold(xs, "nan") && !strings.EqualFold(ys, "nan") {
				return nil, fmt.Errorf("%w: %q is no point", errWKT, short(pair))
			}
			x = math.NaN()
		}
		r = append(r, orb.Point{x, y})
	}
	return r, nil
}
