package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/scenes"
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
	c, err := loadConfig(s.Config)
	if err != nil {
		return err
	}
	if err := c.shift(s.PortOffset); err != nil {
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

// streams of JetStream: what is kept, and how long.
var streams = []jetstream.StreamConfig{
	{Name: "FLIGHTS", Subjects: []string{dock.SubjectFlights + ">"}, MaxBytes: 1 << 30},
	{Name: "AUDIT", Subjects: []string{dock.SubjectAudit + ">"}, MaxBytes: 1 << 30, DenyDelete: true, DenyPurge: true},
	{Name: "WATCH", Subjects: []string{dock.SubjectWatch}, Retention: jetstream.WorkQueuePolicy, MaxAge: 6 * time.Hour, MaxBytes: 64 << 20, Duplicates: 6 * time.Hour},
	{Name: "CALENDAR", Subjects: []string{subjectCalendar + ">"}, MaxBytes: 128 << 20, Duplicates: time.Hour},
	{Name: "MEDIA", Subjects: []string{dock.SubjectMedia + ">"}, MaxBytes: 512 << 20},
	{Name: "PHOTOS", Subjects: []string{dock.SubjectPhotos}, Retention: jetstream.WorkQueuePolicy, MaxAge: 7 * 24 * time.Hour, MaxBytes: 64 << 20, Duplicates: 6 * time.Hour},
	{Name: "FINDINGS", Subjects: []string{watch.SubjectFindings + ">"}, MaxBytes: 2 << 30, Duplicates: 10 * time.Minute},
	{Name: "TRACKS", Subjects: []string{watch.SubjectTracks + ">", watch.SubjectShadow + ">"}, MaxAge: 30 * 24 * time.Hour, MaxBytes: 1 << 30, Duplicates: 10 * time.Minute},
	{Name: "LEADS", Subjects: []string{"leads.>", "sim.leads.>"}, MaxBytes: 2 << 30},
	{Name: "COVERAGE", Subjects: []string{watch.SubjectCoverage + ">"}, MaxBytes: 512 << 20, MaxMsgsPerSubject: 1, Duplicates: 10 * time.Minute},
	{Name: "CHANGES", Subjects: []string{watch.SubjectChanges + ">"}, MaxBytes: 256 << 20, Duplicates: 10 * time.Minute},
	{Name: "REVIEWS", Subjects: []string{"harrier.reviews"}, MaxBytes: 1 << 30, DenyDelete: true, DenyPurge: true},
}

// serve puts the house together and runs it until ctx ends.
func serve(ctx context.Context, c config, log *slog.Logger) (err error) {
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
	scenesDir, err := sceneFiles(c)
	if err != nil {
		return err
	}
	city, err := loadCity(c)
	if err != nil {
		return err
	}
	began := pace.Wall.Now()
	plan, err := c.calendar(began)
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
	data, err := c.dataFolder()
	if err != nil {
		return err
	}
	place, err := depot(ctx, c, data, later)
	if err != nil {
		return err
	}
	store := place.Store
	w, err := connect(ctx, c, data, later)
	if err != nil {
		return err
	}
	nc, js := w.nc, w.js
	rtmp, rtsp := c.Media.RTMP, c.Media.RTSP
	if rtmp == "" {
		host, _, _ := net.SplitHostPort(c.Media.ListenRTSP)
		m, err := embedded.StartMedia(c.Media.ListenRTMP, c.Media.ListenRTSP, host, c.Media.RTPPort, c.Media.Key, log)
		if err != nil {
			return err
		}
		later(m.Close)
		rtmp = fmt.Sprintf("rtmp://%s:%d/live", c.PublicHost, portOf(c.Media.ListenRTMP))
		rtsp = "rtsp://" + c.Media.ListenRTSP + "/live"
	}
	push := strings.TrimSuffix(rtmp, "/") + "/%s"
	if c.Media.Key != "" {
		push += "?key=" + c.Media.Key
	}
	base := fmt.Sprintf("http://%s:%d", c.PublicHost, portOf(c.HTTP.Listen))
	space, err := c.airspace(city.fences)
	if err != nil {
		return err
	}
	areas, err := city.flightAreas()
	if err != nil {
		return err
	}
	controller, err := w.controller(c, dock.Options{Depot: place, FilesURL: base + console.DockFiles + "%s", Areas: areas, LivePush: push, LiveWatch: strings.TrimSuffix(rtsp, "/") + "/%s", Airspace: space.Clear, Clock: pace.Wall, Log: log})
	if err != nil {
		return err
	}
	ledger := &leads.Ledger{Scenes: map[string]leads.Scene{}, Grid: city.grid, EvidenceURL: base + "/evidence/%s", Log: log}
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
	watcher := &watch.Watcher{Model: model, Shadow: shadow, Scenes: sights, Locator: city.locator(c.City.GroundSigma), Grid: city.grid, Fences: city.fences, DoorLines: city.doorLines, Register: city.register, Align: c.Vision.Align, Finder: finder, Store: store, Log: log, Interval: c.Vision.Interval, UDP: c.Media.UDP}
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
	coverage := &console.Coverage{Grid: city.grid, Rates: model.Manifest.Rates, Log: log}
	web := console.New(console.Options{
		Token: c.HTTP.Token, Hosts: append([]string{c.HTTP.Listen, net.JoinHostPort("localhost", fmt.Sprint(portOf(c.HTTP.Listen))), net.JoinHostPort(c.PublicHost, fmt.Sprint(portOf(c.HTTP.Listen)))}, c.HTTP.Hosts...),
		Ledger: ledger, Docks: controller.States, Files: controller, Store: store, NATS: nc, Outline: city.grid.Outline(), Roads: city.roads, Buildings: city.buildings, Fences: city.fences, Coverage: coverage,
		Counts: func() map[string]int64 {
			return map[string]int64{"received": watcher.Counts.Received.Load(), "dropped": watcher.Counts.Dropped.Load(), "decoded": watcher.Counts.Decoded.Load(), "analysed": watcher.Analysed.Load(), "tiles": watcher.Tiles.Load(), "blind": watcher.Blind.Load()}
		},
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
	ready := make(chan struct{})
	g.Go(func() error { return ledger.Run(gctx, nc, js, ready) })
	select {
	case <-ready:
	case <-gctx.Done():
		return g.Wait()
	}
	g.Go(func() error { return controller.Run(gctx) })
	g.Go(func() error { return watcher.Work(gctx, nc, js, c.Vision.Flights) })
	g.Go(func() error { return watcher.WorkPhotos(gctx, js) })
	g.Go(func() error { return plan.run(gctx, w, c, controller, pace.Wall, began, log) })
	g.Go(func() error { return coverage.Run(gctx, js) })
	g.Go(func() error { return followRegister(gctx, c, city, log) })
	log.Info("harrier is up", "page", base, "data", data, "mqtt", w.mqtt, "nats", w.natsURL, "rtmp", rtmp, "rtsp", rtsp, "docks", len(c.Docks), "flights", len(c.Flights))
	return g.Wait()
}

// shadowEvery: a model on trial looks at every such frame; it must not cost the patrol its own looks.
const shadowEvery = 4

func sceneFiles(c config) ([]vision.SceneFile, error) {
	var dir fs.FS = scenes.Files
	if c.Scenes != "" {
		dir = os.DirFS(c.Scenes)
	}
	s, err := vision.ReadScenes(dir)
	if err != nil {
		return nil, fmt.Errorf("scenes: %w", err)
	}
	return s, nil
}
