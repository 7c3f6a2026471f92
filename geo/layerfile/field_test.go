package layerfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/harrier-patrol/harrier/geo"
)

// Files as they come from the field: each case is a kind of file that was once misread.

// column of a .dbf: its name as bytes, its type and width.
type column struct {
	name string
	kind byte
	size int
}

// writeShapefile writes squares with rows of raw bytes; deleted rows are marked so.
func writeShapefile(t *testing.T, path, prj, cpg string, columns []column, rows [][]string, deleted map[int]bool) {
	t.Helper()
	var shp bytes.Buffer
	shp.Write(make([]byte, 100))
	for i := range rows {
		x, y := 121.53+0.002*float64(i), 31.225
		ring := [][2]float64{{x, y}, {x, y + 0.001}, {x + 0.001, y + 0.001}, {x + 0.001, y}, {x, y}}
		var c bytes.Buffer
		le := func(v any) { _ = binary.Write(&c, binary.LittleEndian, v) }
		le(int32(5))
		le([4]float64{x, y, x + 0.001, y + 0.001})
		le([3]int32{1, 5, 0})
		le(ring)
		_ = binary.Write(&shp, binary.BigEndian, [2]int32{int32(i + 1), int32(c.Len() / 2)})
		shp.Write(c.Bytes())
	}
	b := shp.Bytes()
	binary.BigEndian.PutUint32(b, 9994)
	binary.BigEndian.PutUint32(b[24:], uint32(len(b)/2))
	binary.LittleEndian.PutUint32(b[28:], 1000)
	binary.LittleEndian.PutUint32(b[32:], 5)
	size := 1
	for _, c := range columns {
		size += c.size
	}
	head := 32 + 32*len(columns) + 1
	dbf := make([]byte, head)
	dbf[0] = 3
	binary.LittleEndian.PutUint32(dbf[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(dbf[8:], uint16(head))
	binary.LittleEndian.PutUint16(dbf[10:], uint16(size))
	for i, c := range columns {
		copy(dbf[32+32*i:], c.name)
		dbf[32+32*i+11], dbf[32+32*i+16] = c.kind, byte(c.size)
	}
	dbf[head-1] = 0x0d
	for i, r := range rows {
		mark := byte(' ')
		if deleted[i] {
			mark = '*'
		}
		dbf = append(dbf, mark)
		for k, c := range columns {
			v := r[k]
			dbf = append(dbf, []byte(v[:min(len(v), c.size)])...)
			dbf = append(dbf, bytes.Repeat([]byte(" "), c.size-min(len(v), c.size))...)
		}
	}
	base := strings.TrimSuffix(path, ".shp")
	for ext, data := range map[string][]byte{".shp": b, ".dbf": dbf, ".prj": []byte(prj), ".cpg": []byte(cpg)} {
		if len(data) > 0 {
			if err := os.WriteFile(base+ext, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

const prjWGS84 = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`

func gbk(t *testing.T, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func read(t *testing.T, path string) *geo.Layer {
	t.Helper()
	l, err := Read(path, Options{Otherwise: geo.WGS84})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDeletedRowsAreGone(t *testing.T) {
	p := filepath.Join(t.TempDir(), "r.shp")
	writeShapefile(t, p, prjWGS84, "", []column{{"number", 'C', 12}, {"status", 'C', 8}}, [][]string{{"PD-1", "kept"}, {"PD-2", "old"}, {"PD-2", "new"}}, map[int]bool{1: true})
	entries, problems := geo.ReadEntries(read(t, p), nil)
	if len(problems) > 0 || len(entries) != 2 || entries[1].Status != "new" {
		t.Errorf("%+v %v", entries, problems)
	}
}

func TestTextsOfADBF(t *testing.T) {
	rows := [][2]string{{"PD-1", "已拆除"}, {"PD-2", "在册"}}
	for _, c := range []struct {
		name, cpg string
		utf8      bool
		size      int
		want      string // status of the first row
	}{
		{"GBK without .cpg", "", false, 20, "已拆除"},
		{"GBK", "GBK", false, 20, "已拆除"},
		{"936", "936", false, 20, "已拆除"},
		{"ANSI 936", "ANSI 936", false, 20, "已拆除"},
		{"OEM 936", "OEM 936", false, 20, "已拆除"},
		{"EUC-CN", "EUC-CN", false, 20, "已拆除"},
		{"GB2312", "GB2312", false, 20, "已拆除"},
		{"gb18030", "gb18030", false, 20, "已拆除"},
		{"54936", "54936", false, 20, "已拆除"},
		{"UTF-8", "UTF-8", true, 20, "已拆除"},
		{"UTF-8 that says GBK", "GBK", true, 20, "已拆除"},
		{"UTF-8 cut in a character", "", true, 8, "已拆"},
		{"UTF-8 cut, and says so", "UTF-8", true, 8, "已拆"},
		{"GBK cut in a character", "", false, 5, "已拆"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := filepath.Join(t.TempDir(), "r.shp")
			var raw [][]string
			for _, r := range rows {
				s := r[1]
				if !c.utf8 {
					s = gbk(t, s)
				}
				raw = append(raw, []string{r[0], s})
			}
			writeShapefile(t, p, prjWGS84, c.cpg, []column{{"number", 'C', 12}, {"status", 'C', c.size}}, raw, nil)
			entries, problems := geo.ReadEntries(read(t, p), nil)
			if len(problems) > 0 || len(entries) != 2 || entries[0].Status != c.want || c.size == 20 && entries[1].Status != "在册" {
				t.Errorf("%+v %v", entries, problems)
			}
		})
	}
}

func TestNamesCutByADBF(t *testing.T) {
	for _, c := range []struct{ name, want string }{{"valid_unti", "2026-02-01"}, {"valid_to", "2026-02-01"}} {
		p := filepath.Join(t.TempDir(), "f.shp")
		writeShapefile(t, p, prjWGS84, "", []column{{"kind", 'C', 10}, {c.name, 'D', 8}}, [][]string{{"no-fly", "20260201"}, {"no-fly", "00000000"}}, nil)
		l := read(t, p)
		if got := l.Features[0].Get("valid_until", "valid_to"); got != "20260201" {
			t.Errorf("%s: %q", c.name, got)
		}
		if _, problems := geo.ReadFences(l); len(problems) > 0 {
			t.Errorf("%s: %v", c.name, problems)
		}
	}
	for _, enc := range []string{"utf-8", "gbk"} {
		name := "单元网格编码"
		if enc == "gbk" {
			name = gbk(t, name)
		}
		p := filepath.Join(t.TempDir(), "g.shp")
		writeShapefile(t, p, prjWGS84, "", []column{{name[:10], 'C', 15}}, [][]string{{"310115114026001"}}, nil)
		if _, problems := geo.NewGrid(read(t, p), nil, nil, nil); geo.Errors(problems) > 0 {
			t.Errorf("%s: %v", enc, problems)
		}
	}
}

func TestNumbersThatWentThroughASpreadsheet(t *testing.T) {
	for in, want := range map[string]string{
		"20260815.00000000000": "20260815", "2.02608150000e+007": "20260815", "3.10115114026e+014": "3.10115114026e+014", "2500.50": "2500.5", "12": "12", "0012": "0012", "abc": "abc",
	} {
		if got := plainNumber(in); got != want {
			t.Errorf("%s became %s, wanted %s", in, got, want)
		}
	}
	square := `"POLYGON((121.53 31.225,121.531 31.225,121.531 31.226,121.53 31.225))"`
	for _, c := range []struct{ name, text, number, problem string }{
		{"plain", "wkt,number\n" + square + ",PD-1\n", "PD-1", ""},
		{"as a formula", "wkt,number\n" + square + `,"=""3101151140260"""` + "\n", "3101151140260", ""},
		{"with an apostrophe", "wkt,number\n" + square + ",'3101151140260\n", "3101151140260", ""},
		{"with a decimal", "wkt,number\n" + square + ",3101151140260.0\n", "3101151140260", ""},
		{"scientific", "wkt,number\n" + square + ",3.10115E+14\n", "", "scientific"},
		{"a title above", "违法建筑登记表\n\nwkt,number\n" + square + ",PD-1\n", "PD-1", ""},
		{"sep", "sep=,\nwkt,number\n" + square + ",PD-1\n", "PD-1", ""},
		{"blank rows below", "wkt,number\n" + square + ",PD-1\n,\n,\n\n", "PD-1", ""},
		{"a blank column more", "wkt,number\n" + square + ",PD-1,\n", "PD-1", ""},
		{"old Macintosh", strings.ReplaceAll("wkt,number\n"+square+",PD-1\n", "\n", "\r"), "PD-1", ""},
		{"UTF-16", utf16Text("wkt,number\n" + square + ",PD-1\n"), "PD-1", ""},
		{"tabs in UTF-16", utf16Text("wkt\tnumber\n" + square + "\tPD-1\n"), "PD-1", ""},
		{"its datum before the geometry", "wkt,number\n" + strings.Replace(square, "POLYGON", "SRID=4326;POLYGON", 1) + ",PD-1\n", "PD-1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, _, err := parseCSV(c.text)
			if err != nil {
				t.Fatal(err)
			}
			l.Datum, _ = geo.ParseDatum(geo.WGS84)
			entries, problems := geo.ReadEntries(l, nil)
			switch {
			case c.problem != "":
				if len(problems) != 1 || !strings.Contains(problems[0].Text, c.problem) {
					t.Errorf("%v", problems)
				}
			case len(problems) > 0 || len(entries) != 1 || entries[0].Number != c.number:
				t.Errorf("%+v %v", entries, problems)
			}
		})
	}
}

func utf16Text(s string) string {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, append([]uint16{0xfeff}, utf16.Encode([]rune(s))...))
	return b.String()
}

func TestOneBrokenCharacterMakesNoMojibake(t *testing.T) {
	text, enc := decodeText("number,status\nPD-1,在册待整治\nPD-2,\xe5\x9c坏\n")
	if !strings.Contains(text, "在册待整治") || !strings.HasPrefix(enc, "UTF-8") {
		t.Errorf("%s (%s)", text, enc)
	}
	if text, enc := decodeText(gbk(t, "number,status\nPD-1,在册待整治已拆除\n")); !strings.Contains(text, "在册待整治已拆除") || enc != "GB18030" {
		t.Errorf("%s (%s)", text, enc)
	}
}

func TestDeepJSONIsRefused(t *testing.T) {
	deep := strings.Repeat("[", 5_000_000)
	for _, text := range []string{deep, `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":` + deep, strings.Repeat(`{"a":`, 5_000_000)} {
		if _, _, err := parseGeoJSON(text); err == nil || !strings.Contains(err.Error(), "levels deep") {
			t.Errorf("%v", err)
		}
	}
	quoted := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"` + strings.Repeat(`[\"{`, 200) + `"},"geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}]}`
	if l, _, err := parseGeoJSON(quoted); err != nil || len(l.Features) != 1 {
		t.Errorf("brackets in a text: %v", err)
	}
}

// A layer in any zone of CGCS2000, said in any way, lies where it lies.
func TestEveryZoneOfCGCS2000(t *testing.T) {
	for code := 4491; code <= 4554; code++ {
		d, err := geo.ParseDatum(fmt.Sprintf("EPSG:%d", code))
		if err != nil {
			t.Fatal(code, err)
		}
		for _, form := range []string{"urn:ogc:def:crs:EPSG::%d", "http://www.opengis.net/def/crs/EPSG/0/%d"} {
			if e, err := geo.ParseDatum(fmt.Sprintf(form, code)); err != nil || e.Name != d.Name {
				t.Errorf(form+": %v", code, err)
			}
		}
		cm := 75 + 6*((code-4491)%11)
		if code >= 4513 {
			cm = 75 + 3*((code-4513)%21)
		}
		want := [2]float64{float64(cm) + 0.4, 31.2}
		// 0.4° east of any central meridian, at 31.2° north, by PROJ 9 (+proj=tmerc +k=1 +x_0=500000 +ellps=GRS80)
		x := [2]float64{538121.8874, 3453217.4952}
		if zone := code <= 4501 || code >= 4513 && code <= 4533; zone {
			n := (cm - 75) / 3
			z := 25 + n
			if code <= 4501 {
				z = 13 + n/2
			}
			x[0] += float64(z) * 1e6
		}
		p := d.ToWGS84(x)
		if math.Abs(p[0]-want[0]) > 1e-8 || math.Abs(p[1]-want[1]) > 1e-8 {
			t.Errorf("EPSG:%d: %v, wanted %v (from %v)", code, p, want, x)
		}
		text := fmt.Sprintf(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::%d"}},"features":[{"type":"Feature","properties":{"number":"1"},"geometry":{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}}]}`,
			code, x[0], x[1], x[0]+50, x[1], x[0]+50, x[1]+50, x[0], x[1])
		path := filepath.Join(t.TempDir(), "z.geojson")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		entries, problems := geo.ReadEntries(read(t, path), nil)
		if len(problems) > 0 || len(entries) != 1 || geo.DistanceM(entries[0].Polygons[0][0][0], want) > 0.2 {
			t.Errorf("EPSG:%d as GeoJSON: %v %v", code, entries, problems)
		}
	}
}
