package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
)

// controllerCmd is the controller alone: it flies docks, and nobody looks.
type controllerCmd struct {
	Config string `default:"harrier.yaml" help:"Configuration." type:"path"`
	timeFlags
	Verbose bool `short:"v"`
}

func (x *controllerCmd) Run(ctx context.Context) (err error) {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	clock, err := x.clock()
	if err != nil {
		return err
	}
	fences, err := c.City.ReadFences()
	if err != nil {
		return err
	}
	log := newLog(x.Verbose)
	b, err := open(ctx, c, "harrier controller", fences, clock, log)
	defer func() { err = errors.Join(err, b.Close()) }()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+console.DockFiles+"{file}", b.controller)
	if err := b.listen(c.HTTP.Listen, mux); err != nil {
		return err
	}
	log.Info("controller is up", "docks", len(c.Docks), "flights", len(c.Flights), slog.Float64("time_scale", clock.Scale))
	return b.Run(ctx)
}
