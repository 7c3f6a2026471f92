package wpml

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/missions"
)

var route = missions.Route{Waypoints: []missions.Waypoint{
	{Lon: 121.5, Lat: 31.2, HeightM: 70, SpeedMS: 10, PitchDeg: -75},
	{Lon: 121.51, Lat: 31.2, HeightM: 70, SpeedMS: 8, PitchDeg: -90},
}}

func TestReadReturnsWhatWriteWrote(t *testing.T) {
	for _, unlinked := range []missions.Unlinked{missions.UnlinkedFliesOn, missions.UnlinkedReturns, missions.UnlinkedLands, missions.UnlinkedHovers} {
		for _, ellipsoidal := range []bool{false, true} {
			want := route
			want.Unlinked, want.Ellipsoidal = unlinked, ellipsoidal
			b, err := Write(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(b)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("wrote %+v, read %+v", want, got)
			}
		}
	}
}

func TestBadRoutesSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ xml, want string }{
		{`<kml><Document><Folder><Placemark><Point><coordinates>x,1</coordinates></Point></Placemark></Folder></Document></kml>`, "waypoint 0"},
		{`<kml><Document><Folder><executeHeightMode>realTimeFollowSurface</executeHeightMode></Folder></Document></kml>`, "relativeToStartPoint"},
		{`<kml><Document><Folder><autoFlightSpeed>5</autoFlightSpeed><Placemark><Point><coordinates>1,1</coordinates></Point></Placemark></Folder><Folder><executeHeightMode>WGS84</executeHeightMode></Folder></Document></kml>`, "partly"},
		{`<kml><Document><missionConfig><exitOnRCLost>executeLostAction</exitOnRCLost><executeRCLostAction>sing</executeRCLostAction></missionConfig></Document></kml>`, "executeRCLostAction"},
		{`<kml><Document></Document></kml>`, "two waypoints"},
		{`<kml><Document><missionConfig><finishAction>autoLand</finishAction></missionConfig></Document></kml>`, "lands at the last waypoint"},
		{`<kml><Document><missionConfig><finishAction>noAction</finishAction></missionConfig></Document></kml>`, "does not come home"},
		{`<kml><Document><missionConfig><finishAction>goContinue</finishAction></missionConfig></Document></kml>`, "not known"},
		{`<kml`, "waylines.wpml"},
	} {
		if _, err := parse([]byte(c.xml)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.xml, err)
		}
	}
	if _, err := Read([]byte("no zip")); err == nil {
		t.Error("accepted what is no archive")
	}
}

// A KMZ as other programs write it: out of order, with rotations that are switched off or relative, with what it was drawn for.
func TestRoutesAsTheyAreDrawn(t *testing.T) {
	mark := func(i int, lon float64, actions string) string {
		return fmt.Sprintf(`<Placemark><Point><coordinates> %f , 31.226 , 0 </coordinates></Point><index>%d</index><executeHeight>60</executeHeight><waypointSpeed>8</waypointSpeed>%s</Placemark>`, lon, i, actions)
	}
	rotate := func(enable, mode, angle string) string {
		return `<actionGroup><action><actionActuatorFunc>gimbalRotate</actionActuatorFunc><actionActuatorFuncParam><gimbalRotateMode>` + mode + `</gimbalRotateMode><gimbalPitchRotateEnable>` + enable + `</gimbalPitchRotateEnable><gimbalPitchRotateAngle>` + angle + `</gimbalPitchRotateAngle></actionActuatorFuncParam></action></actionGroup>`
	}
	text := `<kml><Document><missionConfig><finishAction>goHome</finishAction><droneInfo><droneEnumValue>60</droneEnumValue></droneInfo></missionConfig><Folder><executeHeightMode>relativeToStartPoint</executeHeightMode>` +
		mark(1, 121.532, rotate("0", "absoluteAngle", "45")) + mark(0, 121.531, rotate("1", "absoluteAngle", "-60")) + mark(2, 121.533, rotate("1", "relativeAngle", "-10")) + `</Folder></Document></kml>`
	r, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{-60, -60, -70} {
		if w := r.Waypoints[i]; w.PitchDeg != want || math.Abs(w.Lon-121.531-0.001*float64(i)) > 1e-9 {
			t.Errorf("waypoint %d: %+v, wanted pitch %g", i, w, want)
		}
	}
	if why, _ := r.Unfit("M4D"); !strings.Contains(why, "M300") {
		t.Errorf("a route for an M300 on an M4D: %q", why)
	}
	r.Aircraft = "M3D"
	if why, remark := r.Unfit("M4TD"); why != "" || remark == "" {
		t.Errorf("a route for an M3D: %q, %q", why, remark)
	}
	if why, remark := r.Unfit("M3D"); why != "" || remark != "" {
		t.Errorf("%q, %q", why, remark)
	}
	for _, name := range []string{"waylines.wpml", `wpmz\waylines.wpml`, "patrol/wpmz/waylines.wpml"} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err = errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(b.Bytes()); err == nil || !strings.Contains(err.Error(), "must be wpmz/waylines.wpml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// parse reads the text of a waylines.wpml.
func parse(b []byte) (missions.Route, error) {
	root, _, err := parseNode(b)
	if err != nil {
		return missions.Route{}, fmt.Errorf("waylines.wpml: %w", err)
	}
	return (&File{Waylines: root}).Route()
}

// Whatever is read does not panic, and what can be read is written and read again the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`<kml><Document><Folder><Placemark><Point><coordinates>1,1</coordinates></Point></Placemark></Folder></Document></kml>`))
	if b, err := Write(route); err == nil {
		if k, err := Open(b); err == nil {
			f.Add(k.Waylines.document("1.0.6"))
			f.Add(k.Template.document("1.0.2"))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		root, version, err := parseNode(b)
		if err != nil || root.Name != "kml" {
			return
		}
		k := &File{Version: version, Waylines: root}
		_, _ = k.Route()
		_ = k.Check()
		written, err := k.Bytes()
		if err != nil {
			return
		}
		again, err := Open(written)
		if err != nil {
			return // a name or version that XML does not take
		}
		if twice, err := again.Bytes(); err != nil || !bytes.Equal(written, twice) {
			t.Fatalf("written twice it differs: %v", err)
		}
	})
}
