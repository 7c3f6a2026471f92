package layerfile

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// The files in testdata hold the same two structures, written by GDAL: a square, and a square with a hole beside a triangle.
func TestEveryFormatHoldsTheSame(t *testing.T) {
	for _, c := range []struct{ file, datum, given, encoding string }{
		{"register.geojson", geo.WGS84, "", ""},
		{"register.csv", geo.WGS84, "WGS-84", ""},
		{"register.gpkg", geo.WGS84, "", ""},
		{"register.kml", geo.WGS84, "", ""},
		{"gbk.shp", geo.WGS84, "", ""},
		{"nocpg.shp", geo.WGS84, "", "GB18030"},
		{"cgcs.shp", "+proj=tmerc", "", ""},
	} {
		l, err := Read(filepath.Join("testdata", c.file), Options{Datum: c.given})
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if !strings.HasPrefix(l.Datum.Name, c.datum) || !strings.HasPrefix(l.Encoding, c.encoding) || len(l.Features) != 2 {
			t.Errorf("%s: datum %s, encoding %q, %d features", c.file, l.Datum.Name, l.Encoding, len(l.Features))
		}
		entries, problems := geo.ReadEntries(l, nil)
		if len(problems) > 0 || len(entries) != 2 {
			t.Errorf("%s: %v", c.file, problems)
			continue
		}
		a, b := entries[0], entries[1]
		if a.Number != "PD-1" || a.Status != "在册" || b.Kind != "居住" || len(b.Polygons) != 2 || len(b.Polygons[0])+len(b.Polygons[1]) != 3 {
			t.Errorf("%s: %+v", c.file, entries)
		}
		if d := geo.DistanceM(a.Polygons[0].Bound().Min, orb.Point{121.5, 31.2}); d > 0.01 {
			t.Errorf("%s: begins %.3f m off", c.file, d)
		}
		if math.Abs(a.AreaM2-105.6) > 1 || math.Abs(b.AreaM2-15427) > 30 {
			t.Errorf("%s: areas %.1f, %.1f", c.file, a.AreaM2, b.AreaM2)
		}
	}
}

func TestWhatIsWrongWithAFileIsSaid(t *testing.T) {
	dir := t.TempDir()
	shp, err := os.ReadFile("testdata/gbk.shp")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text, want string
		o                Options
	}{
		{"empty.geojson", "", "the file is empty", Options{}},
		{"broken.geojson", "{\"type\":\"FeatureCollection\",\n\"features\":[}", "line 2", Options{}},
		{"other.geojson", `{"type":"Feature"}`, "no GeoJSON FeatureCollection", Options{}},
		{"datum.geojson", `{"type":"FeatureCollection","datum":"Xian80","features":[]}`, `"Xian80"`, Options{}},
		{"contrary.geojson", `{"type":"FeatureCollection","datum":"GCJ-02","features":[]}`, "it says that its datum is GCJ-02, not WGS-84", Options{Datum: "WGS-84"}},
		{"nodatum.csv", "wkt,number\n\"POLYGON((1 1,2 1,2 2,1 1))\",1\n", "give --datum", Options{}},
		{"nowkt.csv", "a,b\n1,2\n", "no column with the geometry", Options{Datum: "WGS-84"}},
		{"alone.shp", string(shp), ".dbf", Options{}},
		{"short.shp", string(shp[:50]), "no Shapefile", Options{}},
		{"x.dwg", "<kml/>", "files end in", Options{}},
		{"empty.kml", "<kml></kml>", "it holds no placemarks", Options{}},
		{"broken.kml", "<kml><Placemark>", "line 1: it is no KML", Options{}},
		{"none.gpkg", "not a database", "no GeoPackage", Options{}},
	} {
		p := filepath.Join(dir, c.name)
		if err := os.WriteFile(p, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(p, c.o); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), p) {
			t.Errorf("%s: %v, wanted %q", c.name, err, c.want)
		}
	}
	if _, err := Read(filepath.Join(dir, "absent.geojson"), Options{}); !errors.Is(err, os.ErrNotExist) && !strings.Contains(err.Error(), "no such file") {
		t.Errorf("absent: %v", err)
	}
}

func TestBadFeaturesAreNamedByLine(t *testing.T) {
	l, _, err := parseCSV("number;wkt\n1;POLYGON((1 1,2 1,2 2,1 1))\n2;POLYGON((1 1,2 1\n3;CIRCLE(1 1)\n4;POLYGON((a 1,2 1,2 2,a 1))\n5;POLYGON Z((1 1 9,2 1 9,2 2 9,1 1 9))\n6\n7;POLYGON EMPTY\n8;POLYGON((nan 1,2 1,2 2,nan 1))\n")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "bracket is not closed", "CIRCLE", `"a 1"`, "", "columns", "", ""} {
		f := l.Features[i]
		if f.Line != i+2 || (f.Err == nil) != (want == "") || f.Err != nil && !strings.Contains(f.Err.Error(), want) {
			t.Errorf("feature %d, line %d: %v, wanted %q", f.N, f.Line, f.Err, want)
		}
	}
	l.Datum = geo.Datum{Name: geo.WGS84}
	_, problems := geo.ReadEntries(l, nil)
	all := ""
	for _, p := range problems {
		all += p.String() + "\n"
	}
	for _, want := range []string{"feature 3 (line 4)", "feature 7 (line 8): its geometry is empty", "feature 8 (line 9): a coordinate is not a number"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
}

func TestWrittenIsReadAgain(t *testing.T) {
	l, err := Read("testdata/register.geojson", Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(t.TempDir(), "out.geojson")
	if err := WriteGeoJSON(p, l.Features); err != nil {
		t.Fatal(err)
	}
	m, err := Read(p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m.DatumFrom != "as the file says" || len(m.Features) != 2 || m.Features[1].Get("STATUS") != "待拆" || !orb.Equal(m.Features[1].Geometry, l.Features[1].Geometry) {
		t.Errorf("%+v", m)
	}
}

func TestDatumsOfWKT(t *testing.T) {
	for wkt, want := range map[string]string{
		``: "",
		`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]]]`:                                geo.WGS84,
		`GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]]]`: geo.CGCS2000,
		`GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954"]]`:                                                                     "GCS_Beijing_1954",
	} {
		if got := datumOfWKT(wkt); got != want {
			t.Errorf("%s: %q", wkt, got)
		}
	}
}

// exercise takes what was parsed as far as the program does.
func exercise(l *geo.Layer) {
	l.Datum = geo.Datum{Name: geo.WGS84}
	lines, _ := geo.ReadDoorLines(l)
	geo.NewDoorLines(lines, nil).Before(orb.Point{121.5, 31.2}, 2)
	_, _ = geo.ReadFences(l)
	_, _ = geo.NewGrid(l, nil, orb.MultiPolygon{{{{121, 31}, {122, 31}, {122, 32}, {121, 32}, {121, 31}}}}, nil)
}

func FuzzGeoJSON(f *testing.F) {
	b, err := os.ReadFile("testdata/register.geojson")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"310115004001001"},"geometry":{"type":"Polygon","coordinates":[[[121.5,31.2],[121.6,31.2],[121.5,31.3],[121.5,31.2]]]}}]}`)
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[121.5,31.2],[121.6,31.2]]}}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		if l, _, err := parseGeoJSON(s); err == nil {
			exercise(l)
		}
	})
}

func FuzzKML(f *testing.F) {
	b, err := os.ReadFile("testdata/register.kml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add(`<kml><Placemark><Point><coordinates>121.5,31.2</coordinates></Point></Placemark></kml>`)
	f.Add(`<kml><Folder><Placemark><MultiGeometry><MultiGeometry><LineString><coordinates>1,2 3,4</coordinates></LineString></MultiGeometry></MultiGeometry></Placemark></Folder></kml>`)
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := parseKML(s); err == nil {
			exercise(l)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add("wkt,code\n\"MULTIPOLYGON(((1 1,2 1,2 2,1 1)),((3 3,4 3,4 4,3 3)))\",310115004001001\n")
	f.Fuzz(func(t *testing.T, s string) {
		if l, _, err := parseCSV(s); err == nil {
			exercise(l)
		}
	})
}

func FuzzShapefile(f *testing.F) {
	shp, err1 := os.ReadFile("testdata/gbk.shp")
	dbf, err2 := os.ReadFile("testdata/gbk.dbf")
	if err := errors.Join(err1, err2); err != nil {
		f.Fatal(err)
	}
	f.Add(shp, dbf, "GBK")
	f.Fuzz(func(t *testing.T, shp, dbf []byte, cpg string) {
		if l, err := parseShapes(shp); err == nil && readDBF(l, dbf, cpg) == nil {
			exercise(l)
		}
	})
}

func FuzzPackaged(f *testing.F) {
	f.Add([]byte{'G', 'P', 0, 1, 0, 0, 0, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var x geo.Feature
		if packaged(&x, b) == nil {
			exercise(&geo.Layer{Features: []geo.Feature{x}})
		}
	})
}

func FuzzPrj(f *testing.F) {
	f.Add(`PROJCS["x",GEOGCS["CGCS2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PROJECTION["Transverse_Mercator"],PARAMETER["Central_Meridian",120.0]]`)
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := geo.ParseDatum(datumOfWKT(s)); err == nil {
			d.ToWGS84(d.FromWGS84(orb.Point{121.5, 31.2}))
		}
	})
}

func TestLinesAreReadAndWritten(t *testing.T) {
	dir := t.TempDir()
	one, two := `[[121.5,31.2],[121.51,31.2]]`, `[[121.5,31.3],[121.51,31.3],[121.52,31.31]]`
	for name, text := range map[string]string{
		"lines.geojson": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":` + one +
			`}},{"type":"Feature","properties":{},"geometry":{"type":"MultiLineString","coordinates":[` + one + `,` + two + `]}}]}`,
		"lines.csv": "wkt,name\n\"LINESTRING Z (121.5 31.2 0, 121.51 31.2 0)\",a\n\"MULTILINESTRING((121.5 31.2,121.51 31.2),(121.5 31.3,121.51 31.3,121.52 31.31))\",b\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for range 2 { // as it came, and as it is written again
			l, err := Read(path, Options{Otherwise: geo.WGS84})
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			got, problems := geo.ReadDoorLines(l)
			if len(problems) > 0 || len(got) != 3 || len(got[2]) != 3 || geo.DistanceM(got[2][2], orb.Point{121.52, 31.31}) > 0.01 {
				t.Errorf("%s: %v, %v", path, got, problems)
			}
			path = filepath.Join(dir, name+".again.geojson")
			if err := WriteGeoJSON(path, l.Features); err != nil {
				t.Fatal(err)
			}
		}
	}
}
