package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/stream"
	"github.com/harrier-patrol/harrier/vision/ties"
	"github.com/harrier-patrol/harrier/vision/watch"
)

type serveCmd struct {
	Config     string `default:"harrier.yaml" help:"Configuration file." type:"path"`
	PortOffset int    `help:"Added to every port."`
	Verbose    bool   `short:"v" help:"Log more."`
}

func (s *serveCmd) Run(ctx context.Context) error {
	c, err := config.Load(s.Config)
	if err != nil {
		return err
	}
	if err := c.Shift(s.PortOffset); err != nil {
		return err
	}
	return serve(ctx, c, newLog(s.Verbose))
}

func newLog(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// serve puts the house together and runs it until ctx ends.
func serve(ctx context.Context, c config.Config, log *slog.Logger) (err error) {
	var closers []func() error
	defer func() {
		for i := len(closers) - 1; i >= 0; i-- {
			if e := closers[i](); e != nil && err == nil {
				err = e
			}
		}
	}()
	later := func(f func() error) { closers = append(closers, f) }

	stream.BoundMemory()
	// what the layers of a city take is best not held twice
	defer debug.SetGCPercent(debug.SetGCPercent(40))
	scenesDir, err := c.ReadScenes()
	if err != nil {
		return err
	}
	ground, err := c.City.Load()
	if err != nil {
		return err
	}
	began := pace.Wall.Now()
	plan, err := c.Calendar(began)
	if err != nil {
		return err
	}
	inUse, err := modelInUse(c)
	if err != nil {
		return err
	}
	model, err := opened(c, inUse, cmp.Or(c.Vision.Sessions, runtime.NumCPU()), scenesDir)
	if err != nil {
		return err
	}
	later(func() error { model.Close(); return nil })
	var shadow *watch.Shadow
	if c.Vision.Shadow != "" {
		m, err := opened(c, c.Vision.Shadow, 1, scenesDir)
		if err != nil {
			return fmt.Errorf("vision.shadow: %w", err)
		}
		later(func() error { m.Close(); return nil })
		shadow = &watch.Shadow{Model: m, Every: shadowEvery}
	}
	data, disk, err := ownData(c, "harrier serve", log, later)
	if err != nil {
		return err
	}
	place, err := depot(ctx, c, data, log, later)
	if err != nil {
		return err
	}
	store := place.Store
	w, err := connect(ctx, c, data, log, later)
	if err != nil {
		return err
	}
	w.healWith(disk)
	if err := calendar.Anchor(ctx, w.js, &plan, began); err != nil {
		return err
	}
	nc, js := w.nc, w.js
	addrs, err := c.Addresses()
	if err != nil {
		return err
	}
	if c.Media.RTMP == "" {
		host, _, _ := net.SplitHostPort(c.Media.ListenRTSP)
		m, err := embedded.StartMedia(embedded.MediaOptions{RTMP: c.Media.ListenRTMP, RTSP: c.Media.ListenRTSP, Host: host, RTPPort: c.Media.RTPPort, Push: addrs.MayPush, User: c.Media.User, Password: c.Media.Password, Log: log})
		if err != nil {
			return err
		}
		later(m.Close)
	}
	space, err := c.Airspace(ground.Fences)
	if err != nil {
		return err
	}
	areas, err := flightAreas(ground.Fences)
	if err != nil {
		return err
	}
	controller, err := w.controller(c, dock.Options{Depot: place, FilesURL: addrs.File, Areas: areas, LivePush: addrs.Push, LiveWatch: addrs.Watch, Airspace: space.Clear, Closed: disk.Why, Clock: pace.Wall, Log: log})
	if err != nil {
		return err
	}
	ledger := &leads.Ledger{Scenes: map[string]leads.Scene{}, Grid: ground.Grid, EvidenceURL: addrs.Evidence, Log: log}
	var sights []vision.Scene
	for _, s := range scenesDir {
		ls, err := leads.ReadScene(s)
		if err != nil {
			return err
		}
		ledger.Scenes[s.Scene] = ls
		sights = append(sights, s.Vision)
	}
	finder := ties.NewFinder(ties.AlignSearched, ties.AlignFeatures)
	later(func() error { finder.Close(); return nil })
	watcher := &watch.Watcher{Model: model, Shadow: shadow, Scenes: sights, Locator: ground.Locator(c.City.GroundSigma), Grid: ground.Grid, Fences: ground.Fences, DoorLines: ground.DoorLines, Register: ground.Register, Align: c.Vision.Align, Finder: finder, Store: store, Log: log, Interval: c.Vision.Interval, UDP: c.Media.UDP, Login: addrs.Login}
	switch watcher.Plates, err = infer.OpenPlates(); {
	case errors.Is(err, infer.ErrNoPlates):
		log.Warn("plates are not read", "error", err)
	case err != nil:
		return err
	default:
		later(func() error { watcher.Plates.Close(); return nil })
	}
	if c.Vision.Changes {
		if watcher.Comparer, err = watch.NewComparer(); err != nil {
			return err
		}
		later(func() error { watcher.Comparer.Close(); return nil })
	}
	gauge := &journal.Gauge{JS: js, Streams: config.Streams(), Every: 30 * time.Second, Log: log}
	coverage := &console.Coverage{Grid: ground.Grid, Rates: model.Manifest.Rates, Log: log}
	web := console.New(console.Options{
		Token: c.HTTP.Token, Hosts: append([]string{c.HTTP.Listen, net.JoinHostPort("localhost", fmt.Sprint(config.Port(c.HTTP.Listen))), net.JoinHostPort(c.PublicHost, fmt.Sprint(config.Port(c.HTTP.Listen)))}, c.HTTP.Hosts...),
		Ledger: ledger, Docks: controller.States, Files: controller, Store: store, NATS: nc, Outline: ground.Grid.Outline(), Roads: ground.Roads, Buildings: ground.Buildings, Fences: ground.Fences, Coverage: coverage,
		Counts: func() map[string]int64 {
			return map[string]int64{"received": watcher.Counts.Received.Load(), "dropped": watcher.Counts.Dropped.Load(), "decoded": watcher.Counts.Decoded.Load(), "analysed": watcher.Analysed.Load(), "tiles": watcher.Tiles.Load(), "blind": watcher.Blind.Load(), "poses_dropped": watcher.PosesDropped.Load()}
		},
		Troubles:    func() []string { return troubles(disk, gauge) },
		DeadLetters: console.DeadLetters{List: func(ctx context.Context) ([]journal.Dead, error) { return journal.ListDead(ctx, js) }, Replay: func(ctx context.Context, id, by string) error { return journal.ReplayDead(ctx, js, id, by) }},
	})
	l, err := net.Listen("tcp", c.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("HTTP: %w; --port-offset moves all ports", err)
	}
	srv := &http.Server{Handler: web, ReadHeaderTimeout: 10 * time.Second}

	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-gctx.Done()
		sctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if srv.Shutdown(sctx) != nil {
			return srv.Close()
		}
		return nil
	})
	g.Go(func() error { return ledger.Run(gctx, js) })
	g.Go(func() error { return leads.KeepFeedback(gctx, nc, js, log) })
	g.Go(func() error { return disk.Run(gctx) })
	g.Go(func() error { return gauge.Run(gctx) })
	g.Go(func() error { return controller.Run(gctx) })
	g.Go(func() error { return watcher.Work(gctx, nc, js, c.Vision.Flights) })
	g.Go(func() error { return watcher.WorkPhotos(gctx, js) })
	g.Go(func() error { return w.follower(c, plan, controller, pace.Wall, log).Run(gctx, began) })
	g.Go(func() error { return coverage.Run(gctx, js) })
	g.Go(func() error { return c.City.Follow(gctx, ground, log) })
	log.Info("harrier is up", "page", addrs.Page.String(), "data", data, "mqtt", config.Redacted(w.mqtt), "nats", config.Redacted(w.natsURL), "rtmp", addrs.RTMP.Redacted(), "rtsp", addrs.RTSP.String(), "docks", len(c.Docks), "flights", len(c.Flights))
	return g.Wait()
}

// troubles are what keeps facts from being kept, now or soon.
func troubles(disk *embedded.Disk, gauge *journal.Gauge) []string {
	out := []string{}
	if _, err := disk.Report(); err != nil {
		out = append(out, err.Error())
	}
	for _, f := range gauge.Now() {
		out = append(out, f.String())
	}
	return out
}

// shadowEvery: a model on trial looks at every such frame; it must not cost the patrol its own looks.
const shadowEvery = 4
