package console

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// ModelState is which models there are, and how one on trial does.
type ModelState struct {
	Running   string        `json:"running" doc:"That looks at flights now, with the beginning of its SHA-256"`
	Next      string        `json:"next" doc:"Name of the one that will after the next start"`
	Fixed     bool          `json:"fixed" doc:"vision.model in harrier.yaml says which: promoting another changes nothing until it is empty"`
	Available []ModelOf     `json:"available" doc:"That can be promoted here; others with harrier model promote"`
	Trial     *ModelTrial   `json:"trial,omitempty" doc:"The model on trial (vision.shadow)"`
	History   []ModelChange `json:"history" doc:"The last change first"`
}

// ModelOf is a model.
type ModelOf struct {
	Name    string `json:"name"`
	SHA     string `json:"sha256"`
	Classes int    `json:"classes"`
}

// ModelTrial is what a model on trial saw beside the one in use, over all flights that are kept.
type ModelTrial struct {
	Model   string `json:"model"`
	Flights int    `json:"flights"`
	Frames  int    `json:"frames" doc:"That both looked at"`
	Both    int    `json:"both" doc:"Things of the same class at the same place"`
	Other   int    `json:"other" doc:"At the same place, of another class"`
	InUse   int    `json:"in_use" doc:"Only by the one in use"`
	OnTrial int    `json:"on_trial" doc:"Only by the one on trial"`
}

// ModelChange is a line of the models' history.
type ModelChange struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Why   string    `json:"why"`
	Model string    `json:"model"`
	SHA   string    `json:"sha256"`
}

// ModelComparison is how two models do on the frames of leads that people have decided on.
type ModelComparison struct {
	InUse         string       `json:"in_use"`
	Other         string       `json:"other"`
	Frames        int          `json:"frames" doc:"The last ones that were decided on"`
	InUseSPerLook float64      `json:"in_use_s" doc:"Seconds a frame, with one thread"`
	OtherSPerLook float64      `json:"other_s"`
	Scenes        []SceneScore `json:"scenes"`
}

// SceneScore is how two models do on the leads of a scene. Models find what people have decided on, so the one that found it has it easier.
type SceneScore struct {
	Scene      string `json:"scene"`
	Confirmed  int    `json:"confirmed"`
	InUse      int    `json:"in_use_found" doc:"Of the confirmed ones, that it finds"`
	Other      int    `json:"other_found"`
	Rejected   int    `json:"rejected"`
	InUseAgain int    `json:"in_use_again" doc:"Of the rejected ones, that it takes for violations again"`
	OtherAgain int    `json:"other_again"`
}

// compareWithin bounds a comparison: a frame takes a second or two.
const compareWithin = 10 * time.Minute

// ErrNothingDecided says that there is nothing to compare models on.
var ErrNothingDecided = errors.New("no lead has been confirmed or rejected yet: review some first, then compare")

// Models says which models there are, and puts others into use.
type Models interface {
	State(context.Context) (ModelState, error)
	// Promote puts one of the available models into use from the next start on; ErrNoModel where it is none of them.
	Promote(ctx context.Context, model, by, why string) error
	// Compare says how another model does beside the one in use on what people have decided; progress is told which share of it is done.
	Compare(ctx context.Context, model string, progress func(share float64)) (ModelComparison, error)
	// Rollback puts the one before back.
	Rollback(ctx context.Context, by, why string) error
}

// ErrNoModel says that a model is none of those that can be promoted here.
var ErrNoModel = errors.New("this model is none of those that can be promoted here: files are promoted with harrier model promote")

// modelsAPI tells of models, and lets administrators change which is in use.
func modelsAPI(h huma.API, o Options) {
	huma.Get(h, "/api/models", func(ctx context.Context, _ *struct{}) (*body[ModelState], error) {
		s, err := o.Models.State(ctx)
		if err != nil {
			return nil, huma.Error503ServiceUnavailable("the models cannot be listed: " + err.Error())
		}
		return &body[ModelState]{s}, nil
	}, may(accounts.Operator))
	huma.Post(h, "/api/models/promote", func(ctx context.Context, in *struct {
		Body struct {
			Model  string `json:"model" minLength:"1" maxLength:"500"`
			Reason string `json:"reason" minLength:"1" maxLength:"500"`
		}
	}) (*struct{}, error) {
		err := o.Models.Promote(ctx, in.Body.Model, person(ctx).Name, in.Body.Reason)
		if errors.Is(err, ErrNoModel) {
			return nil, huma.Error404NotFound(err.Error())
		}
		if err != nil {
			return nil, huma.Error409Conflict("the model is not promoted: " + err.Error())
		}
		return nil, nil
	}, may(accounts.Admin))
	huma.Post(h, "/api/models/compare", func(ctx context.Context, in *struct {
		Body struct {
			Model string `json:"model" minLength:"1" maxLength:"500" doc:"One of the available ones, beside the one in use"`
		}
	}) (*body[ModelComparison], error) {
		ctx, cancel := context.WithTimeout(ctx, compareWithin)
		defer cancel()
		ctx, progress, done := o.works.begin(ctx, WorkCompare, in.Body.Model, person(ctx).Name)
		defer done()
		out, err := o.Models.Compare(ctx, in.Body.Model, progress)
		switch {
		case errors.Is(err, ErrNoModel):
			return nil, huma.Error404NotFound(err.Error())
		case err != nil:
			return nil, huma.Error409Conflict("the models are not compared: " + givenUp(ctx, err).Error())
		}
		return &body[ModelComparison]{out}, nil
	}, may(accounts.Operator))
	huma.Post(h, "/api/models/rollback", func(ctx context.Context, in *struct {
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"500"`
		}
	}) (*struct{}, error) {
		if err := o.Models.Rollback(ctx, person(ctx).Name, in.Body.Reason); err != nil {
			return nil, huma.Error409Conflict("there is no going back: " + err.Error())
		}
		return nil, nil
	}, may(accounts.Admin))
}
