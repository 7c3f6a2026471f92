package console

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

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
	SentBy   string         `json:"sent_by" minLength:"1" maxLength:"100" doc:"Who sends it"`
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
	})
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
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := o.Requests.Ask(ctx, book.Message{Request: r, By: in.Body.SentBy, At: time.Now().UTC().Truncate(time.Second)}); err != nil {
			return nil, huma.Error503ServiceUnavailable("the request cannot be kept now: " + err.Error())
		}
		return nil, nil
	})
}
