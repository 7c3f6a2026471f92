package docksim

import (
	"io"
	"log/slog"
	"math"
	"os"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/vision/still"
)

// A photo tells of itself what a real aircraft's does: still.Read finds pose, lens, model and time.
func TestPhotosTellTheirPose(t *testing.T) {
	site := orb.Point{121.53, 31.225}
	place := town.NewTown(3, "photo", site)
	defer place.Ground.Close()
	f := &Fleet{o: Options{Clock: pace.Wall, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Settings: DefaultSettings()}}
	route := missions.Route{Waypoints: []missions.Waypoint{{Lon: site[0], Lat: site[1], HeightM: 70, SpeedMS: 9, PitchDeg: -80, Photo: true}, {Lon: site[0] + 0.001, Lat: site[1], HeightM: 70, SpeedMS: 9, PitchDeg: -80, Photo: true}}}
	fl := newFlight("f", place.Frame, prepared{route: route}, town.NewDice(1, 1), f.o.Settings, true)
	fl.town = place
	at := time.Date(2026, 5, 1, 2, 3, 4, 567000000, time.UTC)
	for !fl.fly(0.1, at, 0) {
	}
	if len(fl.shots) != 2 || fl.shots[0].waypoint != 0 || fl.shots[1].waypoint != 1 {
		t.Fatalf("photos %+v", fl.shots)
	}
	s := fl.shots[1]
	if want := "DJI_20260501100304_0002_W_WP002.jpeg"; s.name(2) != want {
		t.Errorf("name %s, want %s", s.name(2), want)
	}
	d := &simDock{f: f}
	b, err := d.photo(&task{fl: fl}, s)
	if err != nil {
		t.Fatal(err)
	}
	if p := os.Getenv("HARRIER_PHOTO"); p != "" { // to look at
		if err := os.WriteFile(p, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := still.Read(b)
	if err != nil || m.PoseErr != nil {
		t.Fatal(err, m.PoseErr)
	}
	want := place.Frame.From(s.read.E, s.read.N)
	if geo.DistanceM(m.Pose.Point(), want) > 0.01 || math.Abs(m.Pose.HeightM-s.read.U) > 0.001 || math.Abs(geo.WrapDeg(m.Pose.YawDeg-s.read.YawDeg)) > 0.01 || math.Abs(m.Pose.PitchDeg-s.read.PitchDeg) > 0.01 {
		t.Errorf("pose %+v of %+v at %v", m.Pose, s.read, want)
	}
	if m.Model != photoModel || !m.Time.Equal(at) || m.Width < 4000 || m.Height < 3000 || math.Abs(m.Camera.FocalPx-geo.CameraFromDiagonal(photoWidth, photoHeight, 84).FocalPx) > 1 || m.Edited != "" {
		t.Errorf("%+v", m)
	}
}

// What is left of a route that was broken off takes the photos that are left, and says of which waypoints they are.
func TestARestTakesThePhotosThatAreLeft(t *testing.T) {
	var route missions.Route
	for i := range 4 {
		route.Waypoints = append(route.Waypoints, missions.Waypoint{Lon: 121.5 + float64(i)*0.001, Lat: 31.2, HeightM: 70, SpeedMS: 9, PitchDeg: -80, Photo: true})
	}
	p := rest(route, &cloudapi.BreakPoint{Index: 1, Progress: 0.5})
	fl := newFlight("f", geo.NewFrame(orb.Point{121.5, 31.2}, 0), p, town.NewDice(1, 1), DefaultSettings(), true)
	for !fl.fly(0.1, time.Now(), 0) {
	}
	if len(fl.shots) != 2 || fl.shots[0].waypoint != 2 || fl.shots[1].waypoint != 3 {
		t.Errorf("photos %+v", fl.shots)
	}
	if !route.Waypoints[1].Photo {
		t.Error("the route itself is changed")
	}
}
