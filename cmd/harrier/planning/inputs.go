package planning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/geo/layerfile"
	"github.com/harrier-patrol/harrier/missions"
)

// world is what a plan is made of besides the requests.
type world struct {
	docks  []missions.Dock
	day    missions.Day
	places missions.Places
}

// madeOf is the file of the requests that a plan was made of, beside its plan.json: as they were checked then.
const madeOf = "requests.json"

// asked are the requests that are planned.
func (x *Plan) asked(ctx context.Context, w world) ([]missions.Request, error) {
	switch {
	case x.Requests != "":
		return readRequests(x.Requests, x.Datum, x.Partial, w)
	case x.Anew != "":
		return readMadeOf(filepath.Join(filepath.Dir(x.Anew), madeOf))
	case !isConfig(x.Docks):
		return nil, errors.New("--requests is missing: give a file, or as --docks the harrier.yaml of a Harrier that runs and is asked")
	}
	answers, _, err := answered(ctx, x.Docks)
	if err != nil {
		return nil, err
	}
	out, unknown := knownScenes(asked(answers), w.day.Scenes)
	if err := refuse(x.Docks, unknown, true); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errors.New("all that was asked for has been seen, or its time is over: harrier requests list")
	}
	return out, nil
}

// readMadeOf reads what a plan was made of.
func readMadeOf(file string) (out []missions.Request, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("what the plan was made of: %w; give --requests", err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i := range out {
		if err := out[i].Check(); err != nil {
			return nil, fmt.Errorf("%s: request %s: %w", file, out[i].ID, err)
		}
	}
	return out, nil
}

func isConfig(file string) bool {
	ext := strings.ToLower(filepath.Ext(file))
	return ext == ".yaml" || ext == ".yml"
}

// world reads docks, day and places.
func (x *Plan) world() (w world, err error) {
	date := x.Date
	if date == "" {
		date = time.Now().In(config.Zone).Format(time.DateOnly)
	}
	begin, end, err := config.Planner{Hours: x.Hours}.Day(date)
	if err != nil {
		return w, err
	}
	var c config.Config
	var docks []missions.Dock
	if isConfig(x.Docks) {
		if c, err = config.Load(x.Docks); err != nil {
			return w, err
		}
	} else if docks, err = readDocks(x.Docks, x.Datum); err != nil {
		return w, err
	}
	for _, p := range []struct {
		to   *string
		file string
	}{{&c.City.Fences, x.Fences}, {&c.City.Outlines, x.Outlines}, {&c.City.Grid, x.Grid}, {&c.City.Datum, x.Datum}} {
		if p.file != "" {
			*p.to = p.file
		}
	}
	k, err := c.City.Load()
	if err != nil {
		return w, err
	}
	if w, err = worldOf(c, k, docks, x.Quality); err != nil {
		return w, err
	}
	if len(w.docks) == 0 {
		return w, fmt.Errorf("%s holds no docks", x.Docks)
	}
	w.day.Begin, w.day.End, w.day.WindMS, w.day.Seed = begin, end, x.Wind, x.Seed
	for _, sn := range x.Without {
		i := slices.IndexFunc(w.docks, func(d missions.Dock) bool { return d.SN == sn })
		if i < 0 {
			return w, fmt.Errorf("--without: there is no dock %s", sn)
		}
		w.docks[i].Blocked = "left out"
	}
	return w, nil
}

// worldOf is what a plan is made of, of a configuration and its city: the docks given, or else the configuration's. The day's hours and wind are left open.
func worldOf(c config.Config, k city.City, docks []missions.Dock, quality int) (w world, err error) {
	limits, err := c.DockLimits()
	if err != nil {
		return w, err
	}
	w.docks = docks
	if docks == nil {
		for _, d := range c.Docks {
			w.docks = append(w.docks, missions.Dock{SN: d.SN, Name: d.Name, Model: d.Model, At: orb.Point{d.Lon, d.Lat}, Reserve: float64(limits[d.SN].ReserveMin), WindMS: limits[d.SN].WindMS})
		}
	}
	if w.day.Airspace, err = c.Airspace(k.Fences); err != nil {
		return w, err
	}
	w.day.Buildings = k.Buildings
	if k.Terrain != nil {
		w.day.Terrain = k.Terrain
	}
	w.places = missions.Places{Grid: k.Grid, Register: k.Register, Docks: w.docks}
	if w.day.Scenes, err = resolutions(c); err != nil {
		return w, err
	}
	if quality == 0 {
		quality = max(c.Live.Quality, 1)
		if c.Live.Quality == 0 {
			quality = usualQuality
		}
	}
	size, ok := liveSizes[quality]
	if !ok {
		return w, fmt.Errorf("--quality is 1 to 4, not %d", quality)
	}
	w.day.Width, w.day.Height = size[0], size[1]
	return w, nil
}

// liveSizes are the pixels of live qualities (DJI Cloud API, live_start_push).
var liveSizes = map[int][2]int{1: {960, 540}, 2: {1280, 720}, 3: {1280, 720}, 4: {1920, 1080}}

const usualQuality = 3

// resolutions are those that scenes want, centimetres a pixel.
func resolutions(c config.Config) (map[string]float64, error) {
	files, err := c.ReadScenes()
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, f := range files {
		var s struct {
			GSDCM float64 `yaml:"gsd_cm"`
		}
		if err := f.Missions.Decode(&s); err != nil && !f.Missions.IsZero() {
			return nil, fmt.Errorf("scene %s: missions: %w", f.Scene, err)
		}
		out[f.Scene] = s.GSDCM
	}
	return out, nil
}

// readDocks reads docks from a file of points.
func readDocks(file, datum string) (out []missions.Dock, err error) {
	l, err := layerfile.Read(file, layerfile.Options{Datum: datum, Otherwise: geo.WGS84})
	if err != nil {
		return nil, err
	}
	points, problems := geo.ReadShapes(l)
	for i := range l.Features {
		f := &l.Features[i]
		at, ok := points[i].(orb.Point)
		d := missions.Dock{SN: f.Get("sn", "序列号"), Name: f.Get("name", "名称"), Model: f.Get("model", "型号"), At: at}
		switch {
		case !ok:
			problems = append(problems, geo.Problem{N: f.N, Line: f.Line, Text: "a dock is a point"})
			continue
		case d.SN == "":
			problems = append(problems, geo.Problem{N: f.N, Line: f.Line, Text: "sn: the serial number is missing"})
			continue
		case slices.ContainsFunc(out, func(o missions.Dock) bool { return o.SN == d.SN }):
			problems = append(problems, geo.Problem{N: f.N, Line: f.Line, Text: "sn: " + d.SN + " is there twice"})
			continue
		}
		if d.Model == "" {
			d.Model = "M4D"
		}
		d.Reserve = float64(gate.DefaultLimits(d.Model).ReserveMin)
		out = append(out, d)
	}
	return out, refuse(file, problems, false)
}

// maxShown problems are printed; the rest is counted.
const maxShown = 50

// refuse prints what is wrong with a file, and is an error where that is more than a warning and the file is wanted whole.
func refuse(file string, problems []geo.Problem, partial bool) error {
	for i, p := range problems {
		if i == maxShown {
			fmt.Fprintf(os.Stderr, "… and %d more\n", len(problems)-maxShown)
			break
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", file, p)
	}
	if n := geo.Errors(problems); n > 0 && !partial {
		return fmt.Errorf("%s: %d errors; mend them, or leave what is wrong out with --partial", file, n)
	}
	return nil
}

// readRequests reads requests, and what their codes stand for.
func readRequests(file, datum string, partial bool, w world) ([]missions.Request, error) {
	l, err := layerfile.Read(file, layerfile.Options{Datum: datum, Otherwise: geo.WGS84})
	if err != nil {
		return nil, err
	}
	requests, problems := missions.ReadRequests(l, missions.Request{}, w.day.Begin)
	var out []missions.Request
	for i := range requests {
		if err := w.places.Resolve(&requests[i]); err != nil {
			problems = append(problems, geo.Problem{Text: err.Error()})
			continue
		}
		out = append(out, requests[i])
	}
	out, unknown := knownScenes(out, w.day.Scenes)
	if err := refuse(file, append(problems, unknown...), partial); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no requests", file)
	}
	return out, nil
}

// knownScenes are the requests whose scenes there are, and what is wrong with the others.
func knownScenes(all []missions.Request, scenes map[string]float64) (out []missions.Request, problems []geo.Problem) {
	for _, r := range all {
		i := slices.IndexFunc(r.Scenes, func(s string) bool { _, known := scenes[s]; return !known })
		if i < 0 {
			out = append(out, r)
			continue
		}
		problems = append(problems, geo.Problem{Text: fmt.Sprintf("request %s: scene %q is none of %s", r.ID, r.Scenes[i], strings.Join(slices.Sorted(maps.Keys(scenes)), ", "))})
	}
	return out, problems
}
