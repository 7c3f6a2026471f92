package console

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/book"
)

// Requests are what departments ask to be looked at.
type Requests struct {
	Ask     func(context.Context, book.Message) error
	Answers func(context.Context) ([]book.Answer, error)
}

// RequestBody is a request as it is asked for.
type RequestBody struct {
	missions.Fields
	Geometry map[string]any `json:"geometry,omitempty" doc:"GeoJSON geometry, WGS-84: a point, line or area; none where code or dock says where"`
}

// RequestAnswer is a request, and what was seen of it.
type RequestAnswer struct {
	missions.Fields
	Geometry any       `json:"geometry,omitempty"`
	State    string    `json:"state" enum:"asked,seen,partly,over,current,overdue"`
	Reason   string    `json:"reason,omitempty" doc:"Why it is in no better state"`
	Share    float64   `json:"share" doc:"Of its ground that was seen as finely as it was asked for"`
	SeenCM   float64   `json:"seen_cm,omitempty" doc:"Median resolution of what was seen, centimetres a pixel"`
	Last     time.Time `json:"last_seen_at,omitzero"`
	Flight   string    `json:"flight,omitempty" doc:"The last that saw it"`
}

// requestsAPI takes requests, and says what became of them.
func requestsAPI(h huma.API, o Options) {
	huma.Get(h, "/api/requests", func(ctx context.Context, in *struct {
		State string `query:"state" enum:",asked,seen,partly,over,current,overdue" doc:"Only those in this state"`
	}) (*body[[]RequestAnswer], error) {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		answers, err := o.Requests.Answers(ctx)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("requests cannot be read: " + err.Error())
		}
		book.ByDue(answers)
		out := []RequestAnswer{}
		for _, a := range answers {
			if in.State != "" && string(a.State) != in.State {
				continue
			}
			x := RequestAnswer{Fields: missions.Fields(a.Request), State: string(a.State), Reason: a.Reason, Share: a.Share, SeenCM: a.GSDCM, Last: a.Last, Flight: a.Flight}
			if b, err := json.Marshal(a.Request); err == nil {
				var g struct {
					Geometry any `json:"geometry"`
				}
				if json.Unmarshal(b, &g) == nil {
					x.Geometry = g.Geometry
				}
			}
			out = append(out, x)
		}
		return &body[[]RequestAnswer]{out}, nil
	}, may(anybody...))
	huma.Post(h, "/api/requests", func(ctx context.Context, in *struct{ Body RequestBody }) (*struct{}, error) {
		b, err := json.Marshal(in.Body)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
		var r missions.Request
		if err := json.Unmarshal(b, &r); err != nil {
			return nil, huma.Error422UnprocessableEntity("geometry: " + err.Error())
		}
		if err := r.Check(); err != nil {
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
		return nil, ask(ctx, o, r, person(ctx).Name)
	}, may(accounts.Operator, accounts.Analyst))
	huma.Post(h, "/api/leads/{lead}/look", func(ctx context.Context, in *struct {
		Lead string `path:"lead" maxLength:"100"`
		Body struct {
			View       string `json:"view" enum:"close-up,again" doc:"close-up: stills from all sides; again: from where its frame was taken, and as the camera was turned"`
			Department string `json:"department" minLength:"1" maxLength:"100" doc:"For whom"`
		}
	}) (*body[LookAsked], error) {
		l, err := leadNamed(ctx, o, in.Lead)
		if err != nil {
			return nil, refusal(err)
		}
		// asked for again by the same department on the same day it is the same request
		now := time.Now()
		key := sha256.Sum256([]byte(fmt.Sprintf("%s %d %s %s", l.Lead, l.Revision, in.Body.Department, now.Format(time.DateOnly))))
		id, text, at := fmt.Sprintf("%s-%x", in.Body.View, key[:8]), "lead "+l.Lead, orb.Point{l.Lon, l.Lat}
		r := missions.CloseUpOf(id, in.Body.Department, text, at, l.Scene)
		if in.Body.View == string(missions.Again) {
			i := slices.IndexFunc(l.Shots, func(s leads.Shot) bool { return s.Frame == l.Frame && s.Pose != nil })
			if i < 0 {
				return nil, huma.Error409Conflict("it is not known from where the frame of this lead was taken; ask for a close-up")
			}
			r = missions.AgainOf(id, in.Body.Department, text, at, l.Scene, *l.Shots[i].Pose)
		}
		r.By = now.Add(lookWithin).Truncate(time.Second)
		if err := r.Check(); err != nil {
			return nil, huma.Error409Conflict(err.Error())
		}
		return &body[LookAsked]{LookAsked{id}}, ask(ctx, o, r, person(ctx).Name)
	}, may(accounts.Operator, accounts.Analyst, accounts.Legal))
}

// lookWithin is how long a lead's request for another look stands.
const lookWithin = 3 * 24 * time.Hour

// LookAsked is the request for another look at a lead.
type LookAsked struct {
	Request string `json:"request" doc:"Its id; /api/requests says what becomes of it"`
}

// ask sends a request that is in order.
func ask(ctx context.Context, o Options, r missions.Request, by string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := o.Requests.Ask(ctx, book.Message{Request: r, By: by, At: time.Now().UTC().Truncate(time.Second)}); err != nil {
		return huma.Error503ServiceUnavailable("the request cannot be kept now: " + err.Error())
	}
	return nil
}
