package planning

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/plans"
)

// Force is the plan of the day that is in force: it says what is to be flown.
type Force struct {
	Keeper *plans.Keeper
	Docks  func() []dock.Status
	// Strike takes a flight that waits off its dock's list.
	Strike func(ctx context.Context, dock, flight, reason string) error
	Log    *slog.Logger

	mu      sync.Mutex
	flights []missions.Flight
	known   map[string]bool // flights that were to be flown, at any time since the start
	of      string          // content of the version that they are of
}

// Planned are the flights of the plan that is in force today.
func (d *Force) Planned() []missions.Flight {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.flights
}

// Run follows which plan is in force until ctx ends.
func (d *Force) Run(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if err := d.follow(ctx, time.Now()); err != nil && ctx.Err() == nil {
			d.Log.Warn("the plan of the day cannot be read; what was to be flown stays", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// follow takes in which version is flown, and takes what waits on docks and is not of it any more off their lists.
func (d *Force) follow(ctx context.Context, now time.Time) error {
	all, err := d.Keeper.Versions(ctx, today(now))
	if err != nil {
		return err
	}
	v, ok := plans.InForce(all)
	if !ok {
		v.Content = ""
	}
	d.mu.Lock()
	same := v.Content == d.of
	d.mu.Unlock()
	if !same {
		var flights []missions.Flight
		if ok {
			c, err := d.Keeper.Content(ctx, v)
			if err != nil {
				return err
			}
			if flights, err = plans.Fly(c.Plan); err != nil {
				return err
			}
		}
		d.mu.Lock()
		if d.known == nil {
			d.known = map[string]bool{}
		}
		for _, f := range flights {
			d.known[f.ID] = true
		}
		d.flights, d.of = flights, v.Content
		d.mu.Unlock()
		d.Log.Info("plan in force", "date", v.Date, "version", v.Number, "flights", len(flights), "approved_by", v.By)
	}
	var wrong error
	for _, s := range d.Docks() {
		d.mu.Lock()
		gone := s.Flight != "" && s.State == dock.Waiting && d.known[s.Flight] && !slices.ContainsFunc(d.flights, func(f missions.Flight) bool { return f.ID == s.Flight })
		d.mu.Unlock()
		if gone {
			if err := d.Strike(ctx, s.SN, s.Flight, "the day was planned anew without it"); err != nil {
				wrong = errors.Join(wrong, fmt.Errorf("flight %s is not in the plan any more, and still on its dock's list; it is tried again: %w", s.Flight, err))
			}
		}
	}
	return wrong
}
