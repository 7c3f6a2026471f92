package console

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/harrier-patrol/harrier/console/accounts"
)

// Work is something that takes long, and that somebody waits for.
type Work struct {
	ID    string    `json:"id"`
	Kind  string    `json:"kind"`
	Of    string    `json:"of"` // a plan's day, a model
	By    string    `json:"by"`
	Began time.Time `json:"began"`
	Share float64   `json:"share"` // of it that is done, 0 to 1: about the share of its time

	giveUp context.CancelCauseFunc
}

// Kinds of work.
const (
	WorkPlan    = "plan"
	WorkCompare = "compare"
)

// works are what is being worked on.
type works struct {
	mu  sync.Mutex
	all []*Work
}

// begin notes a piece of work, which ends with the context that it returns: when whoever waits for it hangs up, or somebody gives it up.
func (w *works) begin(ctx context.Context, kind, of, by string) (within context.Context, progress func(share float64), done func()) {
	within, giveUp := context.WithCancelCause(ctx)
	x := &Work{ID: uuid.NewString(), Kind: kind, Of: of, By: by, Began: time.Now().UTC(), giveUp: giveUp}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, x)
	return within, func(share float64) {
			w.mu.Lock()
			defer w.mu.Unlock()
			x.Share = share
		}, func() {
			giveUp(nil)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.all = slices.DeleteFunc(w.all, func(y *Work) bool { return y == x })
		}
}

func (w *works) now() []Work {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []Work{}
	for _, x := range w.all {
		y := *x
		y.giveUp = nil
		y.Share = math.Floor(y.Share*100) / 100 // so that it is told a hundred times, not a thousand
		out = append(out, y)
	}
	return out
}

// find is a piece of work by its id, nil where it is over.
func (w *works) find(id string) *Work {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.IndexFunc(w.all, func(x *Work) bool { return x.ID == id }); i >= 0 {
		return w.all[i]
	}
	return nil
}

// errGivenUp says that somebody gave a piece of work up.
var errGivenUp = errors.New("given up")

// givenUp is why a piece of work ended early, in words, where it did.
func givenUp(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errGivenUp) {
		return cause
	}
	return err
}

// worksAPI lets people give up what they have done; administrators also what others have.
func worksAPI(h huma.API, o Options) {
	huma.Delete(h, "/api/works/{id}", func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"100"`
	}) (*struct{}, error) {
		p := person(ctx)
		x := o.works.find(in.ID)
		switch {
		case x == nil:
			return nil, huma.Error404NotFound("it is over already")
		case x.By != p.Name && !p.Has(accounts.Admin):
			return nil, huma.Error403Forbidden(x.By + " has this done: ask them, or an administrator")
		}
		x.giveUp(fmt.Errorf("%w by %s", errGivenUp, p.Name))
		return nil, nil
	}, may(accounts.Operator))
}
