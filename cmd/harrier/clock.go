package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// clockWatch sees when the clock of this machine is set: times of what is recorded jump then.
type clockWatch struct {
	log *slog.Logger

	mu   sync.Mutex
	last string // what happened last
	at   time.Time
}

// How often it is looked, from what difference on it is told, and for how long.
const (
	clockLook = 5 * time.Second
	clockStep = 30 * time.Second
	clockTold = 24 * time.Hour
)

// Run watches until ctx ends.
func (c *clockWatch) Run(ctx context.Context) error {
	t := time.NewTicker(clockLook)
	defer t.Stop()
	before := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		now := time.Now()
		c.look(now.Round(0).Sub(before.Round(0))-now.Sub(before), now)
		before = now
	}
}

// look notes by how much the clock went ahead of the time that passed.
func (c *clockWatch) look(by time.Duration, now time.Time) {
	if by > -clockStep && by < clockStep {
		return
	}
	way := "ahead"
	if by < 0 {
		way, by = "back", -by
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.at = fmt.Sprintf("the clock of this machine was set %s by %s at %s: times around then are not to be trusted; is NTP right?", way, by.Round(time.Second), now.Format(time.DateTime)), now
	c.log.Error(c.last)
}

// Trouble is what happened within the last day.
func (c *clockWatch) Trouble(now time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.at) > clockTold {
		return ""
	}
	return c.last
}
