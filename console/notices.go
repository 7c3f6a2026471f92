package console

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/notify"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

// Notice is what somebody is told, and where. The robot's address and secret are not given out again.
type Notice struct {
	Set    bool     `json:"set" doc:"Something is told"`
	Robot  string   `json:"robot" doc:"Host of the robot that tells it"`
	Topics []string `json:"topics"`
	Lang   string   `json:"lang"`
}

// noticesAPI lets people say what they want to be told by the robots of DingTalk and WeCom.
func noticesAPI(h huma.API, o Options) {
	huma.Get(h, "/api/notice", func(ctx context.Context, _ *struct{}) (*body[Notice], error) {
		w, err := o.Notices.Book.Of(ctx, person(ctx).Name)
		switch {
		case errors.Is(err, notify.ErrNone):
			return &body[Notice]{Notice{Topics: []string{}}}, nil
		case err != nil:
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		return &body[Notice]{Notice{true, w.Host(), w.Topics, w.Lang}}, nil
	}, may(anybody...))
	huma.Put(h, "/api/notice", func(ctx context.Context, in *struct {
		Body struct {
			URL    string   `json:"url" maxLength:"500" doc:"Of the robot, as DingTalk or WeCom shows it"`
			Secret string   `json:"secret,omitempty" maxLength:"200" doc:"Of a DingTalk robot that takes signed messages only"`
			Topics []string `json:"topics" minItems:"1" maxItems:"3" enum:"waiting,due,trouble"`
			Lang   string   `json:"lang" enum:"zh,en"`
		}
	}) (*struct{}, error) {
		w := notify.Wish{URL: in.Body.URL, Secret: in.Body.Secret, Topics: in.Body.Topics, Lang: in.Body.Lang}
		if err := w.Check(); err != nil {
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
		hello := "通知已设置：以后在这里告知您。"
		if w.Lang == "en" {
			hello = "From now on you are told here."
		}
		// one that is not taken is not kept: else nobody would know
		if err := o.Notices.Send(ctx, w, hello); err != nil {
			return nil, huma.Error422UnprocessableEntity("the first message is not taken, so nothing is kept: " + err.Error())
		}
		if err := o.Notices.Book.Set(ctx, person(ctx).Name, w); err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		return nil, nil
	}, may(anybody...), secret)
	huma.Delete(h, "/api/notice", func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		if err := o.Notices.Book.Forget(ctx, person(ctx).Name); err != nil {
			return nil, huma.Error503ServiceUnavailable(err.Error())
		}
		return nil, nil
	}, may(anybody...))
}

// FactsFor are what somebody can be told of leads now.
func FactsFor(x *index.Index, p *accounts.Person, now time.Time) (f notify.Facts, err error) {
	var states []string
	if p.Has(accounts.Analyst) {
		states = append(states, leads.Candidate)
	}
	if p.Has(accounts.Legal) {
		states = append(states, leads.Checked, leads.Returned)
	}
	for _, s := range states {
		n, err := x.Count(index.Query{Among: p.Subdistricts, State: s})
		if err != nil {
			return f, err
		}
		f.Waiting += n
	}
	f.Due, err = x.Count(index.Query{Among: p.Subdistricts, Open: true, Due: now.Add(24 * time.Hour)})
	return f, err
}
