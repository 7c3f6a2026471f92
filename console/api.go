package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads/handover"
	"github.com/harrier-patrol/harrier/missions"
)

// Dock is a dock on the map.
type Dock struct {
	SN       string        `json:"sn"`
	Name     string        `json:"name"`
	Lon      float64       `json:"lon"`
	Lat      float64       `json:"lat"`
	Online   bool          `json:"online"`
	Life     string        `json:"life" enum:"offline,idle,preparing,flying,returning,charging,blocked,maintenance"`
	Why      string        `json:"why" doc:"What keeps it from flying, or its flight from starting"`
	Blocked  []gate.Check  `json:"blocked" doc:"What keeps a flight from starting now, where none is on"`
	Holds    []string      `json:"holds" doc:"Who keeps it on the ground, and why"`
	Pilot    string        `json:"pilot" doc:"The operator who has the aircraft"`
	Flight   string        `json:"flight"`
	State    string        `json:"state"`
	Percent  int           `json:"percent"`
	Battery  int           `json:"battery"`
	Stream   string        `json:"stream"`
	Aircraft *AircraftAt   `json:"aircraft,omitempty"`
	Route    [][2]float64  `json:"route" doc:"lon, lat"`
	Weather  *dock.Weather `json:"weather,omitempty" doc:"As the dock measures it"`
	Sim      bool          `json:"simulated"`
}

// AircraftAt is where an aircraft is.
type AircraftAt struct {
	Lon     float64 `json:"lon"`
	Lat     float64 `json:"lat"`
	HeightM float64 `json:"height_m"`
	YawDeg  float64 `json:"yaw" doc:"Of the camera, degrees from north"`
	Pitch   float64 `json:"pitch" doc:"Of the camera, degrees; -90 is straight down"`
}

// DeadLetter is a message that could not be worked off.
type DeadLetter struct {
	ID      string    `json:"id"`
	Stream  string    `json:"stream"`
	Subject string    `json:"subject"`
	Kept    time.Time `json:"kept" doc:"When the message came"`
	At      time.Time `json:"at" doc:"When it was given up"`
	Tries   uint64    `json:"tries"`
	Reason  string    `json:"reason"`
}

// GroundAt is where a point of a live picture lies, on ground as high as the dock.
type GroundAt struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// The live pictures of docks are 16:9; of what lies farther off than maxSightM, metres, no camera is to be turned to.
const (
	liveWidth, liveHeight = 1600, 900
	maxSightM             = 3000
)

type body[T any] struct{ Body T }

// api registers the operations; their OpenAPI document is /openapi.json, from which the web app's client is generated.
func api(mux *http.ServeMux, o Options) huma.API {
	conf := huma.DefaultConfig("Harrier console", "1")
	conf.DocsPath = ""
	conf.CreateHooks = nil
	h := humago.New(mux, conf)
	h.UseMiddleware(rights(h, o))
	sessionAPI(h, o)
	signOn(mux, o)
	peopleAPI(h, o)
	docksAPI(h, o)
	leadsAPI(h, o)
	bundleAPI(h, o)
	reviewAPI(h, mux, o)
	events(mux, o)
	video(mux, o)
	footageAPI(h, mux, o)
	deadLettersAPI(h, o)
	reportsAPI(h, o)
	modelsAPI(h, o)
	settingsAPI(h, mux, o)
	noticesAPI(h, o)
	requestsAPI(h, o)
	plansAPI(h, mux, o)
	worksAPI(h, o)
	huma.Get(h, "/api/coverage/{cell}", func(_ context.Context, in *struct {
		Cell string `path:"cell" pattern:"^[0-9]{15}$" doc:"Code of a unit grid cell"`
	}) (*body[CellCoverage], error) {
		return &body[CellCoverage]{o.Coverage.Cell(in.Cell)}, nil
	}, may(anybody...))
	huma.Get(h, "/api/webhooks", func(ctx context.Context, _ *struct{}) (*body[[]handover.Queue], error) {
		q, err := o.Webhooks(ctx)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("what waits for webhooks cannot be read: " + err.Error())
		}
		return &body[[]handover.Queue]{q}, nil
	}, may(accounts.Operator))
	huma.Get(h, "/api/troubles", func(context.Context, *struct{}) (*body[[]string], error) {
		return &body[[]string]{o.Troubles()}, nil
	}, may(anybody...))
	huma.Get(h, "/api/counts", func(context.Context, *struct{}) (*body[map[string]int64], error) {
		return &body[map[string]int64]{o.Counts()}, nil
	}, may(anybody...))
	maps(mux, o)
	basemap(mux, o)
	health(mux, o)
	documentErrors(h.OpenAPI())
	return h
}

// documentErrors says of every operation that whatever else is wrong comes as problem+json, too.
func documentErrors(doc *huma.OpenAPI) {
	for _, p := range doc.Paths {
		for _, op := range []*huma.Operation{p.Get, p.Post, p.Put, p.Delete} {
			if op == nil {
				continue
			}
			of := *op.Responses["500"] // that every operation has
			of.Description = "What is wrong, and what to do"
			op.Responses["default"] = &of
		}
	}
}

// answersWith says in which media type an operation answers, where it is not JSON.
func answersWith(media string) func(*huma.Operation) {
	return func(op *huma.Operation) {
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{media: {}}}}
	}
}

func toDock(d dock.Status) Dock {
	x := Dock{SN: d.SN, Name: d.Name, Lon: d.Lon, Lat: d.Lat, Online: d.Online, Life: string(d.Life), Why: d.Why(), Blocked: []gate.Check{}, Holds: []string{}, Pilot: d.Pilot, Flight: d.Flight, State: string(d.State), Percent: d.Percent, Battery: d.Battery, Stream: d.Stream, Route: d.Route, Weather: d.Weather, Sim: dock.Simulated(d.SN)}
	if d.Flight == "" {
		x.Blocked = append(x.Blocked, d.Blocked...)
	}
	for _, h := range d.Holds {
		x.Holds = append(x.Holds, h.Operator+": "+h.Reason)
	}
	if d.Pose != nil {
		x.Aircraft = &AircraftAt{d.Pose.Lon, d.Pose.Lat, d.Pose.HeightM, d.Pose.YawDeg, d.Pose.PitchDeg}
	}
	return x
}

// docksAPI tells of the docks, and takes commands for them.
func docksAPI(h huma.API, o Options) {
	huma.Get(h, "/api/docks", func(context.Context, *struct{}) (*body[[]Dock], error) {
		out := []Dock{}
		for _, d := range o.Docks() {
			out = append(out, toDock(d))
		}
		return &body[[]Dock]{out}, nil
	}, may(anybody...))
	huma.Get(h, "/api/docks/{sn}/ground", func(_ context.Context, in *struct {
		SN string  `path:"sn" pattern:"^[A-Za-z0-9]{4,32}$" doc:"Serial number"`
		X  float64 `query:"x" required:"true" minimum:"0" maximum:"1" doc:"In the live picture, from its left"`
		Y  float64 `query:"y" required:"true" minimum:"0" maximum:"1" doc:"From its top"`
	}) (*body[GroundAt], error) {
		all := o.Docks()
		i := slices.IndexFunc(all, func(d dock.Status) bool { return d.SN == in.SN })
		if i < 0 || all[i].Pose == nil {
			return nil, huma.Error404NotFound("this dock has no aircraft in the air")
		}
		p := all[i].Pose.Upright()
		c := geo.CameraFromDiagonal(liveWidth, liveHeight, geo.WideDiagonalDeg(all[i].Model))
		g, _, ok := geo.NewView(c, geo.ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg).OnPlane(in.X*liveWidth, in.Y*liveHeight, 0)
		if !ok || math.Hypot(g.E, g.N) > maxSightM {
			return nil, huma.Error422UnprocessableEntity("that part of the picture shows no ground within 3 km: click lower")
		}
		at := geo.NewFrame(p.Point(), 0).From(g.E, g.N)
		return &body[GroundAt]{GroundAt{at[0], at[1]}}, nil
	}, may(anybody...))
	huma.Post(h, "/api/docks/{sn}/{action}", func(ctx context.Context, in *struct {
		SN     string `path:"sn" pattern:"^([A-Za-z0-9]{4,32}|all)$" doc:"Serial number; all for return-home, ground and release of the whole fleet"`
		Once   string `header:"Idempotency-Key" maxLength:"100" doc:"Makes the command happen once, however often it is sent"`
		Action string `path:"action" enum:"pause,resume,return-home,cancel-return,take-over,ground,release,look-at,take-photo,start,strike"`
		Body   struct {
			Reason  string          `json:"reason" minLength:"1" maxLength:"500"`
			Lon     float64         `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"Of look-at, and of start to a point"`
			Lat     float64         `json:"lat,omitempty" minimum:"-90" maximum:"90"`
			HeightM float64         `json:"height_m,omitempty" minimum:"-500" maximum:"500" doc:"Above take-off"`
			Route   *missions.Route `json:"route,omitempty" doc:"Of start: what is flown now, instead of a point"`
			Scenes  []string        `json:"scenes,omitempty" maxItems:"50" doc:"Of start: what is looked for"`
			Flight  string          `json:"flight,omitempty" maxLength:"200" doc:"Of strike: which is taken off the dock's list"`
		}
	}) (*body[dock.Reply], error) {
		r, err := dock.Send(ctx, o.NATS, in.SN, dock.Command{Key: cmp.Or(in.Once, uuid.NewString()), Action: in.Action, Operator: person(ctx).Name, Reason: in.Body.Reason, Lon: in.Body.Lon, Lat: in.Body.Lat, HeightM: in.Body.HeightM, Route: in.Body.Route, Scenes: in.Body.Scenes, Flight: in.Body.Flight})
		if err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		if !r.OK {
			return nil, huma.Error409Conflict(r.Error)
		}
		return &body[dock.Reply]{r}, nil
	}, may(accounts.Operator))
}

// deadLettersAPI tells of messages that could not be worked off, and sends them again.
func deadLettersAPI(h huma.API, o Options) {
	huma.Get(h, "/api/dead-letters", func(ctx context.Context, _ *struct{}) (*body[[]DeadLetter], error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		dead, err := o.DeadLetters.List(ctx)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("dead letters cannot be read: " + err.Error())
		}
		out := []DeadLetter{}
		for _, d := range dead {
			out = append(out, DeadLetter{d.ID, d.Stream, d.Subject, d.Kept, d.At, d.Tries, d.Reason})
		}
		return &body[[]DeadLetter]{out}, nil
	}, may(accounts.Operator))
	huma.Post(h, "/api/dead-letters/{id}/replay", func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"200"`
	}) (*struct{}, error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		switch err := o.DeadLetters.Replay(ctx, in.ID, person(ctx).Name); {
		case errors.Is(err, journal.ErrNoDeadLetter):
			return nil, huma.Error404NotFound(err.Error())
		case err != nil:
			return nil, huma.Error409Conflict(err.Error())
		}
		return nil, nil
	}, may(accounts.Admin))
}

// health says that the process answers, and whether it is ready for people.
func health(mux *http.ServeMux, o Options) {
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"ok"}`))
	})
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {
		if err := o.Ready(r.Context()); err != nil {
			problem(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"ready"}`))
	})
}

// ground is what does not change on the map, as one GeoJSON: outline, roads, fences, buildings, as each feature's property layer says.
func (o Options) ground() ([]byte, error) {
	type feature struct {
		Type       string          `json:"type"`
		Properties map[string]any  `json:"properties"`
		Geometry   json.RawMessage `json:"geometry"`
	}
	all := struct {
		Type     string    `json:"type"`
		Datum    string    `json:"datum"`
		Features []feature `json:"features"`
	}{"FeatureCollection", geo.WGS84, []feature{}}
	outline, err := geojson.NewGeometry(o.Outline).MarshalJSON()
	if err != nil {
		return nil, err
	}
	all.Features = append(all.Features, feature{"Feature", map[string]any{"layer": "outline"}, outline})
	for _, l := range []struct {
		name string
		make func() ([]byte, error)
	}{{"road", func() ([]byte, error) { return o.Roads, nil }}, {"fence", o.Fences.GeoJSON}, {"building", o.Buildings.GeoJSON}} {
		b, err := l.make()
		if err != nil {
			return nil, err
		}
		var part struct{ Features []feature }
		if len(b) > 0 {
			if err := json.Unmarshal(b, &part); err != nil {
				return nil, err
			}
		}
		for _, f := range part.Features {
			if f.Properties == nil {
				f.Properties = map[string]any{}
			}
			f.Properties["layer"] = l.name
			all.Features = append(all.Features, f)
		}
	}
	return json.Marshal(all)
}

// maps are the layers of the map, as GeoJSON.
func maps(mux *http.ServeMux, o Options) {
	raw := func(path string, make func() ([]byte, error)) {
		mux.HandleFunc("GET "+path, only(anybody, func(w http.ResponseWriter, _ *http.Request) {
			b, err := make()
			if err != nil {
				problem(w, http.StatusInternalServerError, "the map cannot be written; see the log")
				return
			}
			w.Header().Set("Content-Type", "application/geo+json")
			_, _ = w.Write(b)
		}))
	}
	raw("/map/ground.geojson", o.ground)
	raw("/map/coverage.geojson", o.Coverage.GeoJSON)
}

// OpenAPI is the API's document (3.1, JSON), from which the web app's client is made.
func OpenAPI() ([]byte, error) {
	b, err := json.MarshalIndent(api(http.NewServeMux(), Options{}).OpenAPI(), "", " ")
	return append(b, '\n'), err
}
