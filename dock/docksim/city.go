package docksim

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"go.yaml.in/yaml/v3"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

func newID() string { return uuid.NewString() }

func hypot(a, b float64) float64 { return math.Hypot(a, b) }

// routeOver is a patrol over a town: legs along its streets, one way and back.
func routeOver(t *town.Town, d *town.Dice, heights, pitches, speeds [2]float64) missions.Route {
	h, p, v := d.Between(heights[0], heights[1]), -d.Between(pitches[0], pitches[1]), d.Between(speeds[0], speeds[1])
	var r missions.Route
	add := func(x, y float64) {
		q := t.ToFrame(x, y)
		r.Waypoints = append(r.Waypoints, missions.Waypoint{Lon: q.Lon(), Lat: q.Lat(), HeightM: h, SpeedMS: v, PitchDeg: p})
	}
	const half, step = 150.0, 72.0
	for i, y := 0, -1.5*step; y <= 1.5*step; i, y = i+1, y+step {
		s := 1.0
		if i%2 == 1 {
			s = -1
		}
		add(-half*s, y)
		add(half*s, y)
	}
	return r
}

// GroundSigmaM is how flat the made-up towns are said to be, metres (standard deviation against take-off). They are flatter.
const GroundSigmaM = 0.05

// writeCity writes what a bureau and an operator would give: outlines with heights (5 % missing, heights ± 1 m), fences, what three departments ask
// to be looked at, and a harrier.yaml with the docks and with flights over the town. Nothing in it tells what is to be found.
func (f *Fleet) writeCity() error {
	if err := os.MkdirAll(f.o.City, 0o755); err != nil {
		return err
	}
	var drawn layers
	type dockRow struct {
		SN       string  `yaml:"sn"`
		Aircraft string  `yaml:"aircraft"`
		Name     string  `yaml:"name"`
		Model    string  `yaml:"model"`
		Lon      float64 `yaml:"lon"`
		Lat      float64 `yaml:"lat"`
	}
	type flightRow struct {
		Dock   string   `yaml:"dock"`
		KMZ    string   `yaml:"kmz"`
		After  string   `yaml:"after"`
		Every  string   `yaml:"every,omitempty"`
		Scenes []string `yaml:"scenes"`
	}
	conf := struct {
		City struct {
			Outlines string `yaml:"outlines"`
			Fences   string `yaml:"fences"`
			Roads    string `yaml:"roads"`
			// GroundSigma is what a bureau would know of a plain like this one.
			GroundSigma float64 `yaml:"ground_sigma"`
		} `yaml:"city"`
		Live struct {
			Quality int `yaml:"quality"`
		} `yaml:"live"`
		// everybody on this machine is let in
		HTTP  map[string]bool `yaml:"http"`
		Docks []dockRow       `yaml:"docks"`
		// made-up docks fly by night too
		Limits  map[string]map[string]bool `yaml:"limits"`
		Flights []flightRow                `yaml:"flights"`
	}{}
	conf.City.Outlines, conf.City.Fences, conf.City.Roads = "outlines.geojson", "fences.geojson", "roads.geojson"
	conf.City.GroundSigma = GroundSigmaM
	conf.Limits = map[string]map[string]bool{"all": {"any_light": true}}
	conf.Live.Quality = f.o.Quality
	conf.HTTP = map[string]bool{"open": true}
	for i := range f.o.Docks {
		conf.Docks = append(conf.Docks, dockRow{SN(i), AircraftSN(i), "Dock " + string(rune('A'+i)), "M4D", Sites[i][0], Sites[i][1]})
	}
	routes := f.routes()
	for i := range f.o.Flying {
		t := f.town(i)
		t.Ground.Close()
		drawn.add(t)
		drawn.ask(t, string(rune('A'+i)))
		if f.o.Photos {
			for k := range routes[i].Waypoints {
				routes[i].Waypoints[k].Photo = true
			}
		}
		name := SN(i) + ".kmz"
		kmz, err := wpml.Write(routes[i])
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(f.o.City, name), kmz, 0o644); err != nil {
			return err
		}
		after, every := "2s", "4m"
		if len(f.shown) > 0 { // one after the other, once
			after, every = fmt.Sprintf("%.0fs", 2+float64(i)*(longest(f.shown)+20)), ""
		}
		conf.Flights = append(conf.Flights, flightRow{SN(i), name, after, every, []string{"illegal-structure", "street-stall", "muck-truck"}})
	}
	if err := drawn.write(f.o.City); err != nil {
		return err
	}
	b, err := yaml.Marshal(conf)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(f.o.City, "harrier.yaml"), append([]byte("# Written by harrier docksim at "+f.epoch.UTC().Format(time.RFC3339Nano)+": made-up docks and flights.\n"), b...), 0o644)
}

// layers are what a bureau would know of the towns.
type layers struct{ outlines, fences, roads, requests []*geojson.Feature }

// ask adds what departments ask for in a town: parts of it that overlap, so that one flight serves all three.
func (l *layers) ask(t *town.Town, name string) {
	const x, y = 140, 100 // half of what is asked for, metres
	for _, r := range []struct {
		id, department, source, scene string
		geometry                      orb.Geometry
		more                          map[string]any
	}{
		{"spot-" + name, "城管执法局 urban management", missions.MapSpot, "illegal-structure", orb.Polygon{t.Rect(-x, -y, x, y/2)}, map[string]any{"asked": "2026-11-01", "text": "suspected rooms on roofs, from a satellite image"}},
		{"market-" + name, "市容管理所 city appearance", "", "street-stall", orb.LineString{t.ToFrame(-x, 0), t.ToFrame(x, 0)}, map[string]any{"width_m": 80, "every_days": 1}},
		{"site-" + name, "建设管理委 construction", missions.Site, "muck-truck", orb.Polygon{t.Rect(-x/2, -y/2, x, y)}, map[string]any{"every_days": 7}},
	} {
		f := geojson.NewFeature(r.geometry)
		for k, v := range r.more {
			f.Properties[k] = v
		}
		f.Properties["id"], f.Properties["department"], f.Properties["scenes"] = r.id, r.department, r.scene
		if r.source != "" {
			f.Properties["source"] = r.source
		}
		l.requests = append(l.requests, f)
	}
}

// add adds a town: 5 % of its buildings are missing, and heights are off by a metre.
func (l *layers) add(t *town.Town) {
	for _, b := range t.Outlines(0.05, 1) {
		g := geojson.NewFeature(b.Outline)
		g.Properties["height_m"] = b.HeightM
		l.outlines = append(l.outlines, g)
	}
	for _, a := range t.Areas {
		g := geojson.NewFeature(orb.Polygon{t.Rect(a.X0, a.Y0, a.X1, a.Y1)})
		g.Properties["kind"], g.Properties["made_up"] = a.Kind, true
		l.fences = append(l.fences, g)
	}
	for _, s := range t.Streets {
		l.roads = append(l.roads, geojson.NewFeature(orb.LineString{t.ToFrame(s[0], s[1]), t.ToFrame(s[2], s[3])}))
	}
}

// write writes a GeoJSON file a layer.
func (l *layers) write(dir string) error {
	for name, features := range map[string][]*geojson.Feature{"outlines.geojson": l.outlines, "fences.geojson": l.fences, "roads.geojson": l.roads, "requests.geojson": l.requests} {
		fc := &geojson.FeatureCollection{Type: "FeatureCollection", Features: features, ExtraMembers: map[string]any{"datum": "WGS-84", "made_up": true}}
		if features == nil {
			fc.Features = []*geojson.Feature{}
		}
		b, err := json.Marshal(fc)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
