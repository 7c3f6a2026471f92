package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/handover"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

// Dock is a dock on the map.
type Dock struct {
	SN       string       `json:"sn"`
	Name     string       `json:"name"`
	Lon      float64      `json:"lon"`
	Lat      float64      `json:"lat"`
	Online   bool         `json:"online"`
	Life     string       `json:"life" enum:"offline,idle,preparing,flying,returning,charging,blocked,maintenance"`
	Why      string       `json:"why" doc:"What keeps it from flying, or its flight from starting"`
	Holds    []string     `json:"holds" doc:"Who keeps it on the ground, and why"`
	Pilot    string       `json:"pilot" doc:"The operator who has the aircraft"`
	Flight   string       `json:"flight"`
	State    string       `json:"state"`
	Percent  int          `json:"percent"`
	Battery  int          `json:"battery"`
	Stream   string       `json:"stream"`
	Aircraft *AircraftAt  `json:"aircraft,omitempty"`
	Route    [][2]float64 `json:"route" doc:"lon, lat"`
	Sim      bool         `json:"simulated"`
}

// AircraftAt is where an aircraft is.
type AircraftAt struct {
	Lon     float64 `json:"lon"`
	Lat     float64 `json:"lat"`
	HeightM float64 `json:"height_m"`
	YawDeg  float64 `json:"yaw"`
}

// Lead is a lead in the list.
type Lead struct {
	Lead        string            `json:"lead"`
	Revision    int               `json:"revision"`
	State       string            `json:"state"`
	Scene       string            `json:"scene"`
	Event       string            `json:"event"`
	Class       string            `json:"class"`
	Attributes  map[string]string `json:"attributes"`
	Lon         float64           `json:"lon"`
	Lat         float64           `json:"lat"`
	ErrorM      float64           `json:"error_m" doc:"Semi-major axis of the 95 % ellipse, metres"`
	Cell        string            `json:"cell"`
	Cells       []leads.CellShare `json:"cells" doc:"Cells in which it may lie, where its error reaches over a border"`
	Register    string            `json:"register" doc:"known, changed or new, with the entry's number; empty where there is no register"`
	Since       string            `json:"since" doc:"new or stood at the last pass over its place, with the day of that pass; empty where that cannot be told"`
	Subdistrict string            `json:"subdistrict"`
	Score       float64           `json:"score"`
	Dock        string            `json:"dock"`
	Flight      string            `json:"flight"`
	FirstSeen   time.Time         `json:"first_seen"`
	Captured    time.Time         `json:"captured"`
	Frame       string            `json:"frame"`
	Crop        string            `json:"crop"`
	Box         []float64         `json:"box" doc:"x, y, w, h in pixels of the frame"`
	By          string            `json:"by"`
	May         []string          `json:"may" doc:"What people may do with it now"`
	Steps       []leads.Step      `json:"steps" doc:"What became of it, the first step first"`
	Seen        int               `json:"seen" doc:"How often it was found"`
	Priority    int               `json:"priority"`
	Due         *time.Time        `json:"due,omitempty" doc:"By when the next step is to be done"`
	Relapse     string            `json:"relapse" doc:"The confirmed lead that was in this place before"`
	Case        string            `json:"case" doc:"Number that the case system gave it"`
	Sim         bool              `json:"simulated"`
}

// toLead makes a lead of the list; may is what people may do with it now.
func toLead(l leads.Lead, may []string) Lead {
	x := Lead{
		Lead: l.Lead, Revision: l.Revision, State: l.State, Scene: l.Scene, Event: l.Event, Class: l.Class, Attributes: l.Attributes,
		Lon: l.Lon, Lat: l.Lat, ErrorM: l.Ellipse.MajorM, Cell: l.Cell, Cells: l.Cells, Subdistrict: l.Subdistrict, Score: l.Score,
		Dock: l.Dock, Flight: l.Flight, FirstSeen: l.FirstSeen, Captured: l.Captured, Frame: l.Frame, Crop: l.Crop, Box: []float64{}, By: l.By, Sim: l.Simulated,
	}
	_ = json.Unmarshal(l.Box, &x.Box)
	x.May = append([]string{}, may...)
	x.Steps, x.Seen, x.Priority, x.Case = append([]leads.Step{}, l.Steps...), l.Seen, l.Priority, l.Case
	if !l.Due.IsZero() {
		x.Due = &l.Due
	}
	if l.Relapse {
		x.Relapse = l.Earlier
	}
	if x.Attributes == nil {
		x.Attributes = map[string]string{}
	}
	if x.Cells == nil {
		x.Cells = []leads.CellShare{}
	}
	if m := l.Register; m != nil {
		x.Register = strings.TrimSpace(m.Standing + " " + m.Number)
	}
	if s := l.Since; s != nil {
		x.Since = "stood " + s.Last.Format(time.DateOnly)
		if s.New {
			x.Since = "new " + s.Last.Format(time.DateOnly)
		}
	}
	return x
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

// LeadPage is a part of the leads, the newest first.
type LeadPage struct {
	Leads   []Lead `json:"leads" nullable:"false"`
	More    bool   `json:"more" doc:"There are older ones: ask after the last"`
	Total   int    `json:"total"`
	Version string `json:"version" doc:"Ask for changes since it"`
}

// LeadChanges are the leads that are new or changed.
type LeadChanges struct {
	Leads   []Lead `json:"leads" nullable:"false"`
	More    bool   `json:"more" doc:"There are more: ask since this version"`
	Total   int    `json:"total"`
	Version string `json:"version"`
	Reset   bool   `json:"reset" doc:"The version asked for is too old: begin with a page"`
}

// versionOf names a version of the ledger's book; a book that was read anew counts anew.
func (o Options) versionOf(v uint64) string { return o.start + "-" + strconv.FormatUint(v, 36) }

func (o Options) sinceOf(version string) (uint64, bool) {
	start, v, ok := strings.Cut(version, "-")
	n, err := strconv.ParseUint(v, 36, 64)
	return n, ok && err == nil && start == o.start
}

// refusal is the HTTP answer to an error of the ledger.
func refusal(err error) error {
	switch {
	case errors.Is(err, ledger.ErrNotReady), errors.Is(err, journal.ErrUnavailable):
		return huma.Error503ServiceUnavailable(err.Error())
	case errors.Is(err, leads.ErrNotFound):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, leads.ErrConflict):
		return huma.Error409Conflict(err.Error())
	}
	return huma.Error422UnprocessableEntity(err.Error())
}

type body[T any] struct{ Body T }

// api registers the operations; their OpenAPI document is /openapi.json, from which the web app's client is generated.
func api(mux *http.ServeMux, o Options) huma.API {
	conf := huma.DefaultConfig("Harrier console", "1")
	conf.DocsPath = ""
	conf.CreateHooks = nil
	h := humago.New(mux, conf)
	docksAPI(h, o)
	leadsAPI(h, o)
	deadLettersAPI(h, o)
	huma.Get(h, "/api/coverage/{cell}", func(_ context.Context, in *struct {
		Cell string `path:"cell" pattern:"^[0-9]{15}$" doc:"Code of a unit grid cell"`
	}) (*body[CellCoverage], error) {
		return &body[CellCoverage]{o.Coverage.Cell(in.Cell)}, nil
	})
	huma.Get(h, "/api/webhooks", func(ctx context.Context, _ *struct{}) (*body[[]handover.Queue], error) {
		q, err := o.Webhooks(ctx)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("what waits for webhooks cannot be read: " + err.Error())
		}
		return &body[[]handover.Queue]{q}, nil
	})
	huma.Get(h, "/api/troubles", func(context.Context, *struct{}) (*body[[]string], error) {
		return &body[[]string]{o.Troubles()}, nil
	})
	huma.Get(h, "/api/counts", func(context.Context, *struct{}) (*body[map[string]int64], error) {
		return &body[map[string]int64]{o.Counts()}, nil
	})
	maps(mux, o)
	return h
}

// docksAPI tells of the docks, and takes commands for them.
func docksAPI(h huma.API, o Options) {
	huma.Get(h, "/api/docks", func(context.Context, *struct{}) (*body[[]Dock], error) {
		out := []Dock{}
		for _, d := range o.Docks() {
			x := Dock{SN: d.SN, Name: d.Name, Lon: d.Lon, Lat: d.Lat, Online: d.Online, Life: string(d.Life), Why: d.Why(), Holds: []string{}, Pilot: d.Pilot, Flight: d.Flight, State: string(d.State), Percent: d.Percent, Battery: d.Battery, Stream: d.Stream, Route: d.Route, Sim: dock.Simulated(d.SN)}
			for _, h := range d.Holds {
				x.Holds = append(x.Holds, h.Operator+": "+h.Reason)
			}
			if d.Pose != nil {
				x.Aircraft = &AircraftAt{d.Pose.Lon, d.Pose.Lat, d.Pose.HeightM, d.Pose.YawDeg}
			}
			out = append(out, x)
		}
		return &body[[]Dock]{out}, nil
	})
	huma.Post(h, "/api/docks/{sn}/{action}", func(ctx context.Context, in *struct {
		SN     string `path:"sn" pattern:"^([A-Za-z0-9]{4,32}|all)$" doc:"Serial number; all for return-home, ground and release of the whole fleet"`
		Action string `path:"action" enum:"pause,resume,return-home,cancel-return,take-over,ground,release"`
		Body   struct {
			By     string `json:"by" minLength:"1" maxLength:"100"`
			Reason string `json:"reason" minLength:"1" maxLength:"500"`
			Key    string `json:"key,omitempty" maxLength:"100" doc:"Makes the command happen once"`
		}
	}) (*body[dock.Reply], error) {
		b, err := json.Marshal(dock.Command{Key: cmp.Or(in.Body.Key, uuid.NewString()), Action: in.Action, Operator: in.Body.By, Reason: in.Body.Reason})
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		m, err := o.NATS.RequestWithContext(ctx, dock.SubjectCommands+in.SN, b)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("no controller holds dock " + in.SN)
		}
		var r dock.Reply
		if err := json.Unmarshal(m.Data, &r); err != nil {
			return nil, err
		}
		if !r.OK {
			return nil, huma.Error409Conflict(r.Error)
		}
		return &body[dock.Reply]{r}, nil
	})
}

// WholeLead is a lead as case systems get it.
type WholeLead leads.Lead

// leadQuery says which leads are listed.
type leadQuery struct {
	After       string    `query:"after" maxLength:"100" doc:"The last lead of the page before; empty for the newest"`
	Limit       int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
	State       string    `query:"state" enum:"candidate,checked,confirmed,rejected,handed-over,accepted,returned,closed"`
	Scene       string    `query:"scene" maxLength:"100"`
	Cell        string    `query:"cell" maxLength:"15"`
	Subdistrict string    `query:"subdistrict" maxLength:"9"`
	From        time.Time `query:"from" doc:"First seen at or after"`
	Until       time.Time `query:"until" doc:"First seen before"`
	DueBefore   time.Time `query:"due_before" doc:"Whose next step is due before"`
	Words       string    `query:"words" maxLength:"200" doc:"All of them, in notes, names, plates, numbers of cases and of the register"`
	Open        bool      `query:"open" doc:"Neither rejected nor closed"`
}

func (q *leadQuery) query() index.Query {
	return index.Query{State: q.State, Scene: q.Scene, Cell: q.Cell, Subdistrict: q.Subdistrict, From: q.From, Until: q.Until, Due: q.DueBefore, Words: q.Words, Open: q.Open}
}

// leadsAPI tells of the leads, and takes decisions on them.
func leadsAPI(h huma.API, o Options) {
	huma.Get(h, "/api/leads", func(_ context.Context, in *leadQuery) (*body[LeadPage], error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		out := LeadPage{Leads: []Lead{}, Total: x.Len(), Version: o.versionOf(x.Version())} // the version first: what comes meanwhile is a change
		page, more, err := x.Page(in.query(), in.After, in.Limit)
		if err != nil {
			return nil, refusal(err)
		}
		out.More = more
		for _, l := range page {
			out.Leads = append(out.Leads, toLead(l, o.Ledger.Rules.May(l)))
		}
		return &body[LeadPage]{out}, nil
	})
	huma.Get(h, "/api/leads/changes", func(_ context.Context, in *struct {
		Since string `query:"since" required:"true" maxLength:"100" doc:"The version of the page or the changes before"`
		Limit int    `query:"limit" minimum:"1" maximum:"500" default:"200"`
	}) (*body[LeadChanges], error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		out := LeadChanges{Leads: []Lead{}, Total: x.Len()}
		since, ok := o.sinceOf(in.Since)
		if !ok || since > x.Version() {
			out.Reset = true
			return &body[LeadChanges]{out}, nil
		}
		changed, to, err := x.Since(since, in.Limit)
		if err != nil {
			return nil, refusal(err)
		}
		for _, l := range changed {
			out.Leads = append(out.Leads, toLead(l, o.Ledger.Rules.May(l)))
		}
		out.Version, out.More = o.versionOf(to), to < x.Version()
		return &body[LeadChanges]{out}, nil
	})
	huma.Get(h, "/api/leads/{lead}", func(_ context.Context, in *struct {
		Lead string `path:"lead" maxLength:"100"`
	}) (*body[WholeLead], error) {
		x, err := o.Ledger.Read()
		if err != nil {
			return nil, refusal(err)
		}
		l, ok, err := x.Lead(in.Lead)
		if err == nil && !ok {
			err = leads.ErrNotFound
		}
		if err != nil {
			return nil, refusal(err)
		}
		return &body[WholeLead]{WholeLead(l)}, nil
	})
	huma.Post(h, "/api/leads/{lead}/review", func(ctx context.Context, in *struct {
		Lead string `path:"lead" maxLength:"100"`
		Body struct {
			Do       string    `json:"do" enum:"check,confirm,reject,undo,merge,split,lift" doc:"check: the evidence is sound (of scenes with two steps); lift: a rejected thing that is seen again is a candidate again"`
			Revision int       `json:"revision" minimum:"1" doc:"The revision that was looked at"`
			By       string    `json:"by" minLength:"1" maxLength:"100"`
			Reason   string    `json:"reason,omitempty" enum:"no-violation,wrong-thing,permitted,unclear,wrong-place,dealt-with,other" doc:"Of reject"`
			Note     string    `json:"note,omitempty" maxLength:"2000"`
			Until    time.Time `json:"until,omitempty" doc:"Of reject: how long it stays rejected when it is seen again"`
			Into     string    `json:"into,omitempty" maxLength:"100" doc:"Of merge: the lead of the same thing"`
			Findings []string  `json:"findings,omitempty" maxItems:"1000" doc:"Of split: those that show another thing"`
		}
	}) (*body[Lead], error) {
		b := in.Body
		l, err := o.Ledger.Decide(ctx, leads.Review{Lead: in.Lead, Do: b.Do, Revision: b.Revision, By: b.By, Reason: b.Reason, Note: b.Note, Until: b.Until, Into: b.Into, Findings: b.Findings})
		if err != nil {
			return nil, refusal(err)
		}
		return &body[Lead]{toLead(l, o.Ledger.Rules.May(l))}, nil
	})
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
	})
	huma.Post(h, "/api/dead-letters/{id}/replay", func(ctx context.Context, in *struct {
		ID   string `path:"id" maxLength:"200"`
		Body struct {
			By string `json:"by" minLength:"1" maxLength:"100"`
		}
	}) (*struct{}, error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		switch err := o.DeadLetters.Replay(ctx, in.ID, in.Body.By); {
		case errors.Is(err, journal.ErrNoDeadLetter):
			return nil, huma.Error404NotFound(err.Error())
		case err != nil:
			return nil, huma.Error409Conflict(err.Error())
		}
		return nil, nil
	})
}

// maps are the layers of the map, as GeoJSON.
func maps(mux *http.ServeMux, o Options) {
	raw := func(path string, make func() ([]byte, error)) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			b, err := make()
			if err != nil {
				http.Error(w, "the map cannot be written; see the log", http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "application/geo+json")
			_, _ = w.Write(b)
		})
	}
	raw("/map/outline.geojson", func() ([]byte, error) {
		fc := geojson.NewFeatureCollection()
		fc.ExtraMembers = map[string]any{"datum": geo.WGS84}
		fc.Append(geojson.NewFeature(o.Outline))
		return fc.MarshalJSON()
	})
	raw("/map/roads.geojson", func() ([]byte, error) { return o.Roads, nil })
	raw("/map/buildings.geojson", o.Buildings.GeoJSON)
	raw("/map/fences.geojson", o.Fences.GeoJSON)
	raw("/map/coverage.geojson", o.Coverage.GeoJSON)
}

// OpenAPI is the API's document (3.1, JSON), from which the web app's client is made.
func OpenAPI() ([]byte, error) {
	b, err := json.MarshalIndent(api(http.NewServeMux(), Options{}).OpenAPI(), "", " ")
	return append(b, '\n'), err
}
