package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/plans"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// PlanWish is how somebody wants a day to be planned.
type PlanWish struct {
	By, Why string
	Hours   string   // between which flights are in the air; "" as configured
	WindMS  *float64 // nil as configured, and measured
	Without []string // docks that are not to fly
	Cause   string   // of a plan that Harrier makes by itself
	Try     bool     // only to look at
	// Progress is told which share of the work is done, 0 to 1; nil for nobody.
	Progress func(share float64)
}

// PlanChange is what somebody changes of a plan by hand.
type PlanChange struct {
	Version int // that it is changed in
	Flight  string
	At      time.Time // it begins, where it is not struck
	Strike  bool
	By, Why string
	Try     bool
}

// PlanMade is a version of a plan, and what it holds.
type PlanMade struct {
	Version plans.Version
	Content *plans.Content
}

// Plans are the plans of days.
type Plans interface {
	Look(ctx context.Context, date string, number int) ([]plans.Version, *PlanMade, error)
	Make(ctx context.Context, date string, wish PlanWish) (*PlanMade, error)
	Change(ctx context.Context, date string, x PlanChange) (*PlanMade, error)
	Approve(ctx context.Context, date string, number int, by, why string) (plans.Version, error)
}

// Plan is a day's plan on the page.
type Plan struct {
	Version  *plans.Version   `json:"version,omitempty" doc:"None where the day has no plan"`
	InForce  int              `json:"in_force" doc:"Number of the version that is flown; 0 for none"`
	History  []plans.Version  `json:"history" doc:"All that was told of the day's plan, in its order"`
	Flights  []PlanFlight     `json:"flights"`
	Promises []PlannedRequest `json:"promises"`
}

// PlanFlight is a flight of a plan.
type PlanFlight struct {
	ID       string             `json:"id"`
	Dock     string             `json:"dock"`
	At       time.Time          `json:"at"`
	End      time.Time          `json:"end"`
	Minutes  float64            `json:"minutes"`
	LengthM  float64            `json:"length_m"`
	Scenes   []string           `json:"scenes"`
	Priority int                `json:"priority"`
	Held     bool               `json:"held" doc:"It was changed by hand, and stays"`
	Struck   bool               `json:"struck" doc:"It was taken off the day by hand"`
	Route    [][2]float64       `json:"route" doc:"lon, lat"`
	Serves   []missions.Service `json:"serves"`
}

// PlannedRequest is what a plan promises of a request.
type PlannedRequest struct {
	missions.Promise
	Source string `json:"source,omitempty"`
	Whole  bool   `json:"whole"`
}

func planOf(all []plans.Version, m *PlanMade) *Plan {
	out := &Plan{History: all, Flights: []PlanFlight{}, Promises: []PlannedRequest{}}
	if all == nil {
		out.History = []plans.Version{}
	}
	if v, ok := plans.InForce(all); ok {
		out.InForce = v.Number
	}
	if m == nil {
		return out
	}
	out.Version = &m.Version
	for _, f := range m.Content.Plan.Flights {
		x := PlanFlight{ID: f.ID, Dock: f.Dock, At: f.At, End: f.At.Add(f.Takes), Minutes: f.Takes.Minutes(), LengthM: f.LengthM, Scenes: f.Scenes, Priority: f.Priority, Held: f.Held, Struck: f.Struck, Route: [][2]float64{}, Serves: f.Serves}
		if x.Serves == nil {
			x.Serves = []missions.Service{}
		}
		for _, w := range f.Route.Waypoints {
			x.Route = append(x.Route, [2]float64{w.Lon, w.Lat})
		}
		out.Flights = append(out.Flights, x)
	}
	source := map[string]string{}
	for _, r := range m.Content.Requests {
		source[r.ID] = r.Source
	}
	for _, p := range m.Content.Plan.Promises {
		out.Promises = append(out.Promises, PlannedRequest{p, source[p.Request], p.Share >= missions.Whole})
	}
	return out
}

// planWithin bounds the making of a plan: 10,000 requests take about a minute.
const planWithin = 3 * time.Minute

// planError says what is wrong in HTTP's terms.
func planError(err error) error {
	switch {
	case errors.Is(err, plans.ErrNone):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, plans.ErrMoved):
		return huma.Error412PreconditionFailed(err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return huma.Error503ServiceUnavailable(fmt.Sprintf("the plan was not made within %s: is another one being made, or does this machine have too much to do? Try again", planWithin))
	}
	return huma.Error409Conflict(err.Error())
}

// PlanDay is the day of a plan.
type PlanDay struct {
	Date string `path:"date" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" doc:"As 2026-12-01"`
}

// plansAPI makes, shows, changes and approves the plans of days.
func plansAPI(h huma.API, mux *http.ServeMux, o Options) {
	huma.Get(h, "/api/plans/{date}", func(ctx context.Context, in *struct {
		PlanDay
		Version int `query:"version" minimum:"0" doc:"Its number; 0 for the last"`
	}) (*tagged[*Plan], error) {
		all, m, err := o.Plans.Look(ctx, in.Date, in.Version)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("the plan of the day cannot be read: " + err.Error())
		}
		if m == nil && in.Version > 0 {
			return nil, huma.Error404NotFound(plans.ErrNone.Error())
		}
		out := &tagged[*Plan]{Body: planOf(all, m)}
		if m != nil {
			out.ETag = tag(m.Version.Number)
		}
		return out, nil
	}, may(anybody...))
	huma.Post(h, "/api/plans/{date}", func(ctx context.Context, in *struct {
		PlanDay
		Body struct {
			Why     string   `json:"why" minLength:"1" maxLength:"500"`
			Hours   string   `json:"hours,omitempty" maxLength:"11" doc:"Between which flights are in the air, as 07:00-18:00; as configured without"`
			WindMS  *float64 `json:"wind_ms,omitempty" minimum:"0" maximum:"30"`
			Without []string `json:"without,omitempty" maxItems:"1000" doc:"Serial numbers of docks that are not to fly"`
			Try     bool     `json:"try,omitempty" doc:"Nothing is kept: what would be"`
		}
	}) (*body[*Plan], error) {
		ctx, cancel := context.WithTimeout(ctx, planWithin)
		defer cancel()
		b := in.Body
		ctx, progress, done := o.works.begin(ctx, WorkPlan, in.Date, person(ctx).Name)
		defer done()
		m, err := o.Plans.Make(ctx, in.Date, PlanWish{By: person(ctx).Name, Why: b.Why, Hours: b.Hours, WindMS: b.WindMS, Without: b.Without, Try: b.Try, Progress: progress})
		if err != nil {
			return nil, planError(givenUp(ctx, err))
		}
		return &body[*Plan]{planOf(nil, m)}, nil
	}, may(accounts.Operator))
	huma.Post(h, "/api/plans/{date}/approve", func(ctx context.Context, in *struct {
		PlanDay
		IfMatch
		Body struct {
			Version int    `json:"version,omitempty" minimum:"1" doc:"That was looked at: only the newest can be approved"`
			Why     string `json:"why,omitempty" maxLength:"500"`
		}
	}) (*body[plans.Version], error) {
		version, err := in.of(in.Body.Version)
		if err != nil {
			return nil, err
		}
		v, err := o.Plans.Approve(ctx, in.Date, version, person(ctx).Name, in.Body.Why)
		if err != nil {
			return nil, planError(err)
		}
		return &body[plans.Version]{v}, nil
	}, may(accounts.Operator))
	huma.Post(h, "/api/plans/{date}/flights/{flight}", func(ctx context.Context, in *struct {
		PlanDay
		IfMatch
		Flight string `path:"flight" maxLength:"120"`
		Body   struct {
			Why     string    `json:"why" minLength:"1" maxLength:"500"`
			Version int       `json:"version,omitempty" minimum:"1" doc:"That was looked at"`
			At      time.Time `json:"at,omitzero" doc:"When it is to begin"`
			Strike  bool      `json:"strike,omitempty" doc:"It is taken off the day instead"`
			Try     bool      `json:"try,omitempty" doc:"Nothing is kept: what stands against it is the error"`
		}
	}) (*body[*Plan], error) {
		b := in.Body
		if b.At.IsZero() == !b.Strike {
			return nil, huma.Error422UnprocessableEntity("give at, when it is to begin, or strike")
		}
		version, err := in.of(b.Version)
		if err != nil {
			return nil, err
		}
		m, err := o.Plans.Change(ctx, in.Date, PlanChange{Version: version, Flight: in.Flight, At: b.At, Strike: b.Strike, By: person(ctx).Name, Why: b.Why, Try: b.Try})
		if err != nil {
			return nil, planError(err)
		}
		return &body[*Plan]{planOf(nil, m)}, nil
	}, may(accounts.Operator))
	mux.HandleFunc("GET /api/plans/{date}/flights/{flight}/kmz", only(anybody, func(w http.ResponseWriter, r *http.Request) {
		_, m, err := o.Plans.Look(r.Context(), r.PathValue("date"), 0)
		i := -1
		if err == nil && m != nil {
			i = slices.IndexFunc(m.Content.Plan.Flights, func(f missions.Planned) bool { return f.ID == r.PathValue("flight") })
		}
		if i < 0 {
			problem(w, http.StatusNotFound, "there is no such flight in the plan of this day")
			return
		}
		f := m.Content.Plan.Flights[i]
		kmz, err := wpml.Write(f.Route)
		if err != nil {
			problem(w, http.StatusInternalServerError, "its route cannot be written: "+err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/vnd.google-earth.kmz")
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", f.ID+".kmz"))
		_, _ = w.Write(kmz)
	}))
}
