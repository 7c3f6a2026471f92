package layerfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
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
		kind     byte
	}
	var columns []column
	var raw [][]byte // names
	at := 1
	for o := 32; o+32 <= head && b[o] != 0x0d; o += 32 {
		raw = append(raw, b[o : o+11][:clen(b[o:o+11])])
		columns = append(columns, column{at: at, size: int(b[o+16]), kind: b[o+11]})
		at += int(b[o+16])
	}
	if at > size {
		return fmt.Errorf(".dbf: its columns take %d bytes, its rows have %d", at, size)
	}
	whole := min(rows, (len(b)-head)/size)
	each := func(do func([]byte)) {
		for _, n := range raw {
			do(n)
		}
		for i := range whole {
			row := b[head+i*size:][:size]
			for _, c := range columns {
				if !isASCII(row[c.at : c.at+c.size]) {
					do(row[c.at : c.at+c.size])
				}
			}
		}
	}
	var decode func([]byte) (string, bool)
	decode, l.Encoding = dbfText(each, cpg, b[29])
	for k, n := range raw {
		columns[k].name, _ = decode(n)
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
			s, ok := decode(b[o+c.at : o+c.at+c.size])
			if !ok && f.Err == nil {
				f.Err = fmt.Errorf("property %s is not in the encoding of the file; write its .cpg (GBK or UTF-8)", c.name)
			}
			if c.kind == 'N' || c.kind == 'F' {
				s = plainNumber(s)
			}
			f.Fields[k] = geo.Field{Name: c.name, Value: words.keep(s)}
		}
	}
	kept := l.Features[:0]
	for i := range l.Features {
		if o := head + i*size; o < len(b) && b[o] == '*' {
			l.Deleted++ // marked, and not yet packed
			continue
		}
		kept = append(kept, l.Features[i])
	}
	l.Features = kept
	return nil
}

// dbfText says how the texts of a .dbf are read: by what its .cpg and its language driver say, unless what is there contradicts. each calls its argument with
// every text that is not ASCII, and with the names of columns.
func dbfText(each func(func([]byte)), cpg string, driver byte) (decode func([]byte) (string, bool), encoding string) {
	gbk := func(raw []byte) (string, bool) {
		raw = trimText(raw)
		if isASCII(raw) {
			return string(raw), true
		}
		s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		if err == nil && strings.HasSuffix(string(s), "\ufffd") { // the width of the column cut a character in two
			s = s[:len(s)-len("\ufffd")]
		}
		return string(s), err == nil && !strings.ContainsRune(string(s), utf8.RuneError)
	}
	utf := func(raw []byte) (string, bool) {
		raw = wholeRunes(trimText(raw))
		return string(raw), utf8.Valid(raw)
	}
	valid, foreign, asian := true, false, true
	each(func(raw []byte) {
		s, ok := utf(raw)
		valid = valid && ok
		for _, r := range s {
			if r >= utf8.RuneSelf {
				foreign, asian = true, asian && r >= 0x2000
			}
		}
	})
	c := strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "", "ANSI", "", "OEM", "", "WINDOWS", "", "CP", "", "MS", "").Replace(cpg))
	saysGBK := strings.Contains(c, "GB") || c == "936" || c == "54936" || c == "20936" || c == "EUCCN" || c == "HZ" || cpg == "" && (driver == 0x4d || driver == 0x7a)
	saysUTF8 := strings.HasPrefix(c, "UTF8") || c == "65001"
	switch {
	case saysUTF8 || !foreign:
		return utf, ""
	case saysGBK && !(valid && asian):
		return gbk, map[bool]string{true: "GB18030 (by its language driver)"}[cpg == ""]
	case valid && saysGBK:
		return utf, "UTF-8, whatever its .cpg or language driver says"
	case valid:
		return utf, ""
	}
	return gbk, "GB18030 (no .cpg says so; it is no UTF-8)"
}

// trimText takes the padding off a text of fixed width.
func trimText(raw []byte) []byte {
	return bytes.TrimRight(bytes.TrimLeft(raw, " "), " \x00")
}

// wholeRunes cuts off a character that the width of a column cut in two.
func wholeRunes(raw []byte) []byte {
	for k := 1; k <= 3 && k <= len(raw); k++ {
		if c := raw[len(raw)-k]; c >= 0xc0 {
			if !utf8.FullRune(raw[len(raw)-k:]) {
				return raw[:len(raw)-k]
			}
			break
		}
	}
	return raw
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
