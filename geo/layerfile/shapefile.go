package layerfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/harrier-patrol/harrier/geo"
)

// readShapefile reads polygons of a .shp with the .dbf beside it (ESRI Shapefile Technical Description, July 1998). The reader that
// exists for Go stopped in 2017, reads a number at a time, and takes lengths on trust.
func readShapefile(path string) (*geo.Layer, string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, "", errors.Unwrap(err)
	}
	l, err := parseShapes(b)
	if err != nil {
		return nil, "", err
	}
	base := strings.TrimSuffix(path, filepath.Ext(path))
	beside := func(ext string) ([]byte, error) {
		b, err := os.ReadFile(base + ext)
		if errors.Is(err, os.ErrNotExist) {
			b, err = os.ReadFile(base + strings.ToUpper(ext))
		}
		return b, err
	}
	dbf, err := beside(".dbf")
	if err != nil {
		return nil, "", fmt.Errorf("the .dbf with the properties is not beside it: %w", errors.Unwrap(err))
	}
	cpg, _ := beside(".cpg")
	if err := readDBF(l, dbf, strings.TrimSpace(string(cpg))); err != nil {
		return nil, "", err
	}
	prj, _ := beside(".prj")
	return l, datumOfWKT(string(prj)), nil
}

func parseShapes(b []byte) (*geo.Layer, error) {
	if len(b) < 100 || binary.BigEndian.Uint32(b) != 9994 {
		return nil, errors.New("no Shapefile: its header is not there")
	}
	switch kind := binary.LittleEndian.Uint32(b[32:]); kind {
	case 5, 15, 25:
	default:
		return nil, fmt.Errorf("its shapes are of type %d, wanted polygons (5, 15 or 25)", kind)
	}
	l := &geo.Layer{}
	for at := 100; at < len(b); {
		f := geo.Feature{N: len(l.Features) + 1}
		if at+8 > len(b) {
			f.Err = errors.New("the file breaks off within its header")
			l.Features = append(l.Features, f)
			break
		}
		size := int(binary.BigEndian.Uint32(b[at+4:])) * 2
		at += 8
		if size < 4 || at+size > len(b) {
			f.Err = errors.New("the file breaks off within it; copy it again")
			l.Features = append(l.Features, f)
			break
		}
		f.Geometry, f.Err = shape(b[at : at+size])
		if f.Err != nil {
			f.Geometry = nil
		}
		l.Features = append(l.Features, f)
		at += size
	}
	return l, nil
}

// shape reads one record of polygons or lines: outer rings run clockwise, holes the other way round.
func shape(b []byte) (orb.Geometry, error) {
	kind := binary.LittleEndian.Uint32(b)
	if kind == 0 {
		return nil, nil // a null shape: no geometry
	}
	line := kind%10 == 3 && kind < 30
	if !line && kind != 5 && kind != 15 && kind != 25 {
		return nil, fmt.Errorf("shape of type %d, wanted polygons or lines", kind)
	}
	if len(b) < 44 {
		return nil, errors.New("its record is too short")
	}
	parts, points := int64(binary.LittleEndian.Uint32(b[36:])), int64(binary.LittleEndian.Uint32(b[40:]))
	if 44+4*parts+16*points > int64(len(b)) {
		return nil, fmt.Errorf("its record is too short for %d rings with %d points", parts, points)
	}
	all := make([]orb.Point, points)
	for i := range all {
		o := 44 + 4*int(parts) + 16*i
		all[i] = orb.Point{math.Float64frombits(binary.LittleEndian.Uint64(b[o:])), math.Float64frombits(binary.LittleEndian.Uint64(b[o+8:]))}
	}
	var m orb.MultiPolygon
	var drawn orb.MultiLineString
	var holes []orb.Ring
	for i := range int(parts) {
		first, end := int64(binary.LittleEndian.Uint32(b[44+4*i:])), points
		if i+1 < int(parts) {
			end = int64(binary.LittleEndian.Uint32(b[48+4*i:]))
		}
		if first < 0 || first > end || end > points {
			return nil, errors.New("its rings are not in order")
		}
		r := orb.Ring(all[first:end:end])
		if line {
			drawn = append(drawn, orb.LineString(r))
			continue
		}
		if parts == 1 || len(r) < 4 || r.Orientation() != orb.CCW {
			m = append(m, orb.Polygon{r})
		} else {
			holes = append(holes, r)
		}
	}
	if line {
		return drawn, nil
	}
	for _, h := range holes {
		home := -1
		for i, p := range m {
			if p[0].Bound().Contains(h[0]) && (home < 0 || m[home][0].Bound().Contains(p[0][0])) {
				home = i
			}
		}
		if home < 0 {
			m = append(m, orb.Polygon{h}) // written the wrong way round
			continue
		}
		m[home] = append(m[home], h)
	}
	if len(m) == 1 {
		return m[0], nil
	}
	return m, nil
}

// readDBF puts the rows of a dBASE file to the features.
func readDBF(l *geo.Layer, b []byte, cpg string) error {
	if len(b) < 32 {
		return errors.New(".dbf: too short")
	}
	rows, head, size := int(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint16(b[8:])), int(binary.LittleEndian.Uint16(b[10:]))
	if head < 33 || head > len(b) || size < 1 {
		return errors.New(".dbf: its header is damaged")
	}
	if rows != len(l.Features) {
		return fmt.Errorf(".dbf: %d rows for %d shapes; the files do not belong together, or one breaks off", rows, len(l.Features))
	}
	type column struct {
		name     string
		at, size int
	}
	var decoder *encoding.Decoder // nil: UTF-8, unless it is none
	switch c := strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(cpg)); {
	case strings.Contains(c, "GB") || c == "936" || c == "CP936":
		decoder = simplifiedchinese.GB18030.NewDecoder()
	case c == "" && (b[29] == 0x4d || !utf8.Valid(b[head:])):
		decoder = simplifiedchinese.GB18030.NewDecoder()
		l.Encoding = "GB18030 (no .cpg says so; it is no UTF-8)"
	}
	text := func(raw []byte) (string, bool) {
		if decoder == nil || isASCII(raw) {
			return string(raw), utf8.Valid(raw)
		}
		s, err := decoder.Bytes(raw)
		return string(s), err == nil && !strings.ContainsRune(string(s), utf8.RuneError)
	}
	var columns []column
	at := 1
	for o := 32; o+32 <= head && b[o] != 0x0d; o += 32 {
		name, _ := text(b[o : o+11][:clen(b[o:o+11])])
		columns = append(columns, column{name, at, int(b[o+16])})
		at += int(b[o+16])
	}
	if at > size {
		return fmt.Errorf(".dbf: its columns take %d bytes, its rows have %d", at, size)
	}
	words := interner{}
	for i := range l.Features {
		o := head + i*size
		f := &l.Features[i]
		if o+size > len(b) {
			f.Err = errors.Join(f.Err, errors.New("the .dbf breaks off before its row"))
			continue
		}
		f.Fields = make([]geo.Field, len(columns))
		for k, c := range columns {
			s, ok := text(b[o+c.at : o+c.at+c.size])
			if !ok && f.Err == nil {
				f.Err = fmt.Errorf("property %s is not in the encoding of the file; write its .cpg (GBK or UTF-8)", c.name)
			}
			f.Fields[k] = geo.Field{Name: c.name, Value: words.keep(strings.TrimRight(strings.TrimSpace(s), "\x00"))}
		}
	}
	return nil
}

func clen(b []byte) int {
	for i, c := range b {
		if c == 0 {
			return i
		}
	}
	return len(b)
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
