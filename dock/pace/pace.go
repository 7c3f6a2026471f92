// Package pace is a clock that may run faster than the one on the wall: one for simulated docks, the controller that flies them, and
// all its timeouts.
package pace

import (
	"context"
	"fmt"
	"time"
)

// Clock tells a time that runs Scale times as fast as the wall's from the moment From on. Two processes with the same two values agree.
type Clock struct {
	From  time.Time
	Scale float64
}

// Wall is the time on the wall.
var Wall = Clock{Scale: 1}

// Faster runs scale times as fast from a moment on.
func Faster(scale float64, from time.Time) (Clock, error) {
	if !(scale >= 1 && scale <= 1000) {
		return Clock{}, fmt.Errorf("a time scale is 1 to 1000, this is %g", scale)
	}
	return Clock{from.Round(0), scale}, nil
}

// Now is the time.
func (c Clock) Now() time.Time {
	if c.Scale == 1 {
		return time.Now()
	}
	return c.From.Add(time.Duration(float64(time.Since(c.From)) * c.Scale))
}

// Since is the time since t; Until the time until it.
func (c Clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }
func (c Clock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// wall is how long d lasts on the wall.
func (c Clock) wall(d time.Duration) time.Duration {
	return max(time.Duration(float64(d)/c.Scale), 0)
}

// NewTimer fires after d.
func (c Clock) NewTimer(d time.Duration) *time.Timer { return time.NewTimer(c.wall(d)) }

// NewTicker ticks every d, d > 0.
func (c Clock) NewTicker(d time.Duration) *time.Ticker { return time.NewTicker(max(c.wall(d), 1)) }

// Sleep waits for d, or until ctx ends.
func (c Clock) Sleep(ctx context.Context, d time.Duration) error {
	t := c.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
