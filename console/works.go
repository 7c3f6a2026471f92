package console

import (
	"math"
	"slices"
	"sync"
	"time"
)

// Work is something that takes long, and that somebody waits for.
type Work struct {
	Kind  string    `json:"kind"`
	Of    string    `json:"of"` // a plan's day, a model
	By    string    `json:"by"`
	Began time.Time `json:"began"`
	Share float64   `json:"share"` // of it that is done, 0 to 1: about the share of its time
}

// Kinds of work.
const (
	WorkPlan    = "plan"
	WorkCompare = "compare"
)

// works are what is being worked on. Whoever waits for one gives it up by hanging up.
type works struct {
	mu  sync.Mutex
	all []*Work
}

func (w *works) begin(kind, of, by string) (progress func(share float64), done func()) {
	x := &Work{Kind: kind, Of: of, By: by, Began: time.Now().UTC()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, x)
	return func(share float64) {
			w.mu.Lock()
			defer w.mu.Unlock()
			x.Share = share
		}, func() {
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
		y.Share = math.Floor(y.Share*100) / 100 // so that it is told a hundred times, not a thousand
		out = append(out, y)
	}
	return out
}
