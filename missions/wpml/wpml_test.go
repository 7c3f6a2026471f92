package wpml

import (
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

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<kml><Document><Folder><Placemark><Point><coordinates>1,1</coordinates></Point></Placemark></Folder></Document></kml>`))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = parse(b) })
}
