package layerfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"

	"github.com/harrier-patrol/harrier/geo"
)

// readGeoJSON reads a FeatureCollection. Features are split off one after the other and taken apart by all processors.
func readGeoJSON(path string) (*geo.Layer, string, error) {
	text, err := open(path)
	if err != nil {
		return nil, "", err
	}
	return parseGeoJSON(text)
}

// maxDepth is how deep JSON may be nested: what reads it goes as deep into its own stack. A MultiPolygon of a collection has eight levels.
const maxDepth = 64

// depth is how deep the brackets of a text are nested, outside of its strings; it looks no further than maxDepth.
func depth(text string) (deepest int) {
	now, quoted := 0, false
	for i := 0; i < len(text) && deepest <= maxDepth; i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}

func parseGeoJSON(text string) (*geo.Layer, string, error) {
	l := &geo.Layer{}
	text, l.Encoding = decodeText(text)
	text = strings.TrimPrefix(text, "\ufeff")
	if d := depth(text); d > maxDepth {
		return nil, "", fmt.Errorf("it is nested more than %d levels deep: no GeoJSON is", maxDepth)
	}
	if !gjson.Valid(text) {
		return nil, "", notJSON([]byte(text))
	}
	said := ""
	var features []gjson.Result
	isCollection := false
	gjson.Parse(text).ForEach(func(k, v gjson.Result) bool {
		switch k.String() {
		case "type":
			isCollection = v.String() == "FeatureCollection"
		case "datum":
			said = v.String()
		case "crs":
			said = crsName(v.Get("properties.name").String())
		case "features":
			v.ForEach(func(_, f gjson.Result) bool { features = append(features, f); return true })
		}
		return true
	})
	if !isCollection {
		return nil, "", errors.New("it is JSON, but no GeoJSON FeatureCollection")
	}
	if said == "" {
		said, l.DatumFrom = geo.WGS84, standard
	}
	// the line in which a feature begins: features come in the file's order
	l.Features = make([]geo.Feature, len(features))
	at, line := 0, 1
	for i, f := range features {
		line += strings.Count(text[at:f.Index], "\n")
		at = f.Index
		l.Features[i].N, l.Features[i].Line = i+1, line
	}
	inParts(len(features), func(from, to int) {
		words := interner{}
		for i := from; i < to; i++ {
			geoJSONFeature(&l.Features[i], features[i].Raw, words)
		}
	})
	return l, said, nil
}

// interner keeps one copy of short texts that come again and again: names of properties, states, kinds.
type interner map[string]string

const maxInterned = 4096

func (in interner) keep(s string) string {
	if k, ok := in[s]; ok {
		return k
	}
	s = strings.Clone(s)
	if len(in) < maxInterned {
		in[s] = s
	}
	return s
}

func geoJSONFeature(f *geo.Feature, raw string, words interner) {
	gjson.Parse(raw).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "properties":
			n := 0
			v.ForEach(func(_, _ gjson.Result) bool { n++; return true })
			f.Fields = make([]geo.Field, 0, n)
			v.ForEach(func(k, v gjson.Result) bool {
				s := ""
				switch v.Type {
				case gjson.String:
					s = v.Str
				case gjson.Null:
				case gjson.Number:
					s = plainNumber(v.Raw)
				default:
					s = v.Raw
				}
				f.Fields = append(f.Fields, geo.Field{Name: words.keep(k.Str), Value: words.keep(s)})
				return true
			})
		case "geometry":
			if v.Type == gjson.Null {
				return true
			}
			kind, coordinates := v.Get("type").Str, v.Get("coordinates")
			switch kind {
			case "Polygon":
				p, err := ringsOf(coordinates)
				f.Geometry, f.Err = p, err
			case "MultiPolygon":
				var m orb.MultiPolygon
				coordinates.ForEach(func(_, c gjson.Result) bool {
					var p orb.Polygon
					p, f.Err = ringsOf(c)
					m = append(m, p)
					return f.Err == nil
				})
				f.Geometry = m
			case "LineString":
				lines, err := linesOf(gjson.Result{Raw: "[" + coordinates.Raw + "]"})
				if f.Err = err; len(lines) == 1 {
					f.Geometry = lines[0]
				}
			case "MultiLineString":
				lines, err := linesOf(coordinates)
				f.Geometry, f.Err = lines, err
			case "Point":
				lines, err := linesOf(gjson.Result{Raw: "[[" + coordinates.Raw + "]]"})
				if f.Err = err; len(lines) == 1 && len(lines[0]) == 1 {
					f.Geometry = lines[0][0]
				}
			case "MultiPoint":
				lines, err := linesOf(gjson.Result{Raw: "[" + coordinates.Raw + "]"})
				if f.Err = err; len(lines) == 1 {
					f.Geometry = orb.MultiPoint(lines[0])
				}
			case "":
				f.Err = errors.New("its geometry has no type")
			default:
				f.Err = fmt.Errorf("its geometry is a %s, wanted polygons, lines or points", kind)
			}
			if f.Err != nil {
				f.Geometry = nil
			}
		}
		return true
	})
}

// errCoordinates says that coordinates are not what GeoJSON has for polygons, lines and points.
var errCoordinates = errors.New("coordinates are no rings or lines of [longitude, latitude]")

// linesOf reads [[[x, y, …], …], …] as lines.
func linesOf(r gjson.Result) (orb.MultiLineString, error) {
	p, err := ringsOf(r)
	return lines(p), err
}

func lines(p orb.Polygon) orb.MultiLineString {
	out := make(orb.MultiLineString, len(p))
	for i, r := range p {
		out[i] = orb.LineString(r)
	}
	return out
}

// ringsOf reads [[[x, y, …], …], …]. The text is known to be valid JSON.
func ringsOf(r gjson.Result) (orb.Polygon, error) {
	s := r.Raw
	var p orb.Polygon
	var ring orb.Ring
	depth := 0
	points := strings.Count(s, "[") - 2
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '[' && depth < 2:
			if depth++; depth == 2 {
				if len(p) > 0 { // room for all is made once: of many rings it would be too much
					points = 0
				}
				ring = make(orb.Ring, 0, max(points, 0))
			}
			i++
		case c == '[':
			// a position: two numbers, and more that are passed over
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return nil, errCoordinates
			}
			xs, rest, ok := strings.Cut(s[i+1:i+end], ",")
			ys, _, _ := strings.Cut(rest, ",")
			x, err1 := strconv.ParseFloat(strings.TrimSpace(xs), 64)
			y, err2 := strconv.ParseFloat(strings.TrimSpace(ys), 64)
			if !ok || err1 != nil || err2 != nil {
				return nil, fmt.Errorf("%w: [%s]", errCoordinates, short(s[i+1:i+end]))
			}
			ring = append(ring, orb.Point{x, y})
			i += end + 1
		case c == ']':
			if depth == 2 {
				p = append(p, ring)
			}
			depth--
			i++
		case c == ',' || c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		default:
			return nil, errCoordinates
		}
	}
	return p, nil
}

func short(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// notJSON says where JSON breaks.
func notJSON(b []byte) error {
	var any json.RawMessage
	err := json.Unmarshal(b, &any)
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return fmt.Errorf("not JSON: line %d: %w", 1+bytes.Count(b[:min(int(s.Offset), len(b))], []byte{'\n'}), err)
	}
	return fmt.Errorf("not JSON: %w", err)
}

// crsName takes the names of GeoJSON's old crs member to ours.
func crsName(s string) string {
	switch {
	case strings.HasSuffix(s, "CRS84"):
		return geo.WGS84
	}
	return s
}

// WriteGeoJSON writes polygons (WGS-84) with their properties, one feature a line, and names the datum. The file is there whole or
// not at all.
func WriteGeoJSON(path string, features []geo.Feature) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".harrier-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintf(w, "{\"type\":\"FeatureCollection\",\"datum\":%q,\"features\":[", geo.WGS84)
	for i, x := range features {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString("\n{\"type\":\"Feature\",\"properties\":{")
		for k, p := range x.Fields {
			if k > 0 {
				w.WriteByte(',')
			}
			for j, s := range [2]string{p.Name, p.Value} {
				b, err := json.Marshal(s)
				if err != nil {
					return err
				}
				if j > 0 {
					w.WriteByte(':')
				}
				w.Write(b)
			}
		}
		w.WriteString("},\"geometry\":")
		switch g := x.Geometry.(type) {
		case orb.Polygon:
			writePolygons(w, orb.MultiPolygon{g})
		case orb.MultiPolygon:
			writePolygons(w, g)
		case orb.LineString:
			w.WriteString(`{"type":"LineString","coordinates":`)
			writePoints(w, g)
			w.WriteByte('}')
		case orb.MultiLineString:
			w.WriteString(`{"type":"MultiLineString","coordinates":[`)
			for i, l := range g {
				if i > 0 {
					w.WriteByte(',')
				}
				writePoints(w, l)
			}
			w.WriteString("]}")
		default:
			w.WriteString("null")
		}
		w.WriteByte('}')
	}
	w.WriteString("\n]}\n")
	if err := errors.Join(w.Flush(), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// writePoints writes [[longitude, latitude], …].
func writePoints[S ~[]orb.Point](w *bufio.Writer, points S) {
	var buf []byte
	w.WriteByte('[')
	for k, q := range points {
		if k > 0 {
			w.WriteByte(',')
		}
		// nine decimals are a tenth of a millimetre
		buf = append(buf[:0], '[')
		buf = strconv.AppendFloat(buf, q[0], 'f', 9, 64)
		buf = append(buf, ',')
		buf = strconv.AppendFloat(buf, q[1], 'f', 9, 64)
		w.Write(append(buf, ']'))
	}
	w.WriteByte(']')
}

func writePolygons(w *bufio.Writer, all orb.MultiPolygon) {
	if len(all) == 1 {
		w.WriteString(`{"type":"Polygon","coordinates":`)
	} else {
		w.WriteString(`{"type":"MultiPolygon","coordinates":[`)
	}
	for i, p := range all {
		if i > 0 {
			w.WriteByte(',')
		}
		for j, r := range p {
			w.WriteString(map[bool]string{true: "[", false: ","}[j == 0])
			writePoints(w, r)
		}
		w.WriteByte(']')
	}
	if len(all) != 1 {
		w.WriteByte(']')
	}
	w.WriteByte('}')
}
