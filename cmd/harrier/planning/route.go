package planning

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// Route makes one route over one area or along one line.
type Route struct {
	File     string  `arg:"" help:"GeoJSON and the like with one area, line or point." type:"path"`
	GSD      float64 `name:"gsd" help:"Ground resolution, centimetres a pixel; without, 8."`
	Height   float64 `help:"Metres above take-off, instead of a resolution."`
	Width    float64 `help:"Of a line, metres, or the square round a point."`
	Model    string  `default:"M4D" help:"Aircraft."`
	Quality  int     `default:"3" help:"Live quality that is looked at, 1 to 4."`
	Fences   string  `help:"Fences to keep away from." type:"path"`
	Outlines string  `help:"Buildings with height_m, to keep away from those that are too high." type:"path"`
	Datum    string  `help:"Of files that do not say theirs."`
	Seed     uint64  `default:"1" help:"The same seed gives the same route."`
	Out      string  `default:"route.kmz" help:"The route: .kmz for docks, or .geojson, .kml or .csv (Litchi) to look at." type:"path"`
	JSON     bool    `name:"json" help:"Print figures as JSON."`
}

// Run writes the route.
func (x *Route) Run() error {
	began := time.Now()
	l, err := layerfile.Read(x.File, layerfile.Options{Datum: x.Datum, Otherwise: geo.WGS84})
	if err != nil {
		return err
	}
	shapes, problems := geo.ReadShapes(l)
	if err := refuse(x.File, problems, false); err != nil {
		return err
	}
	if len(shapes) != 1 || shapes[0] == nil {
		return fmt.Errorf("%s: a route is made over one feature, it has %d; harrier plan makes flights over many", x.File, len(shapes))
	}
	size, ok := liveSizes[x.Quality]
	if !ok {
		return fmt.Errorf("--quality is 1 to 4, not %d", x.Quality)
	}
	var c config.Config
	c.City.Fences, c.City.Outlines, c.City.Datum = x.Fences, x.Outlines, x.Datum
	fences, err := c.City.ReadFences()
	if err != nil {
		return err
	}
	k, err := c.City.ReadBuildings()
	if err != nil {
		return err
	}
	now := time.Now()
	day := missions.Day{Begin: now, End: now.Add(time.Hour), Airspace: missions.Airspace{Fences: fences}, Buildings: k, Width: size[0], Height: size[1], Seed: x.Seed}
	s, err := missions.Over(missions.Request{ID: "route", Department: "route", Geometry: shapes[0], GSDCM: x.GSD, WidthM: x.Width}, x.Model, day, x.Height)
	if err != nil {
		return err
	}
	if err := writeRoute(x.Out, s.Route); err != nil {
		return err
	}
	home := orb.Point{s.Route.Waypoints[0].Lon, s.Route.Waypoints[0].Lat}
	air := s.Route.Takes(home)
	if x.JSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{"file": x.Out, "waypoints": len(s.Route.Waypoints), "height_m": s.HeightM, "gsd_cm": s.GSDCM, "spacing_m": s.SpacingM, "length_m": s.LengthM, "least_m": s.LeastM, "minutes": air.Minutes(), "seconds": time.Since(began).Seconds()})
	}
	fmt.Printf("%d waypoints at %.0f m, %.1f cm a pixel, lines %.0f m apart at most\n%.2f km, %.0f min in the air from its first waypoint", len(s.Route.Waypoints), s.HeightM, s.GSDCM, s.SpacingM, s.LengthM/1000, air.Minutes())
	if s.LeastM > 0 {
		fmt.Printf("; area by spacing %.2f km: %+.1f %%", s.LeastM/1000, 100*(s.LengthM/s.LeastM-1))
	}
	fmt.Printf("\n%s\n", x.Out)
	return nil
}

// writeRoute writes a route in the form that a file's name asks for.
func writeRoute(file string, r missions.Route) (err error) {
	var b []byte
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".kmz":
		b, err = wpml.Write(r)
	case ".geojson", ".json":
		b, err = routeGeoJSON(r)
	case ".kml":
		b, err = wpml.WriteKML(r)
	case ".csv":
		b, err = wpml.WriteLitchi(r)
	default:
		err = fmt.Errorf("%s: routes are written as .kmz, .geojson, .kml or .csv, not %q", file, ext)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}

// routeGeoJSON is a route's line and its waypoints.
func routeGeoJSON(r missions.Route) ([]byte, error) {
	if len(r.Waypoints) == 0 {
		return nil, errors.New("the route has no waypoints")
	}
	fc := geojson.NewFeatureCollection()
	fc.ExtraMembers = geojson.Properties{"datum": geo.WGS84}
	var line orb.LineString
	for i, w := range r.Waypoints {
		q := orb.Point{w.Lon, w.Lat}
		line = append(line, q)
		f := geojson.NewFeature(q)
		f.Properties = geojson.Properties{"waypoint": i + 1, "height_m": w.HeightM, "speed_ms": w.SpeedMS, "gimbal_pitch": w.PitchDeg, "photo": w.Photo}
		fc.Append(f)
	}
	fc.Append(geojson.NewFeature(line))
	b, err := json.Marshal(fc)
	return append(b, '\n'), err
}
