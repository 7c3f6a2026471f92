package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/planning"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions/plans"
)

// parts are what a process of Harrier is made of: what was opened, and what runs until it ends.
type parts struct {
	closers []func() error
	runs    []func(context.Context) error
}

// onClose closes a part in the end, the last one first.
func (p *parts) onClose(f func() error) { p.closers = append(p.closers, f) }

// add runs a part beside the others.
func (p *parts) add(run func(context.Context) error) { p.runs = append(p.runs, run) }

// Run runs the parts until ctx ends or one of them fails, and waits for all.
func (p *parts) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, run := range p.runs {
		g.Go(func() error { return run(ctx) })
	}
	return g.Wait()
}

// Close closes what was opened.
func (p *parts) Close() error {
	var err error
	for i := len(p.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, p.closers[i]())
	}
	return err
}

// Who sends slowly holds a connection for so long, and no longer; and so many may come at a time.
const (
	headersWithin  = 10 * time.Second
	requestWithin  = 20 * time.Second
	maxConnections = 4096
)

// listen serves HTTP; requests have a second to end.
func (p *parts) listen(addr string, h http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("HTTP: %w; --port-offset moves all ports", err)
	}
	l = netutil.LimitListener(l, maxConnections)
	srv := &http.Server{Handler: h, ReadHeaderTimeout: headersWithin, ReadTimeout: requestWithin, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	p.onClose(func() error { // of what never ran
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	p.add(func(context.Context) error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	p.add(func(ctx context.Context) error {
		<-ctx.Done()
		sctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if srv.Shutdown(sctx) != nil {
			return srv.Close()
		}
		return nil
	})
	return nil
}

// base is what flies docks, with what it stands on; both serve and controller begin with it.
type base struct {
	parts
	conf config.Config
	log  *slog.Logger

	data string // the data folder
	disk *embedded.Disk
	connections
	depot      *media.Depot
	addrs      config.Addresses
	controller *dock.Controller
	clock      clockWatch
	force      *planning.Force
	pictures   console.EvidenceKey // opens the pictures of leads
	trouble    string              // why it did not start with what was changed
}

// open opens and connects all that flying docks needs; who is for the error of a second process on one data folder. Close the base, also after an error.
func open(ctx context.Context, c config.Config, who string, fences *geo.Fences, clock pace.Clock, log *slog.Logger) (*base, error) {
	b := &base{conf: c, log: log}
	began := clock.Now()
	plan, err := c.Calendar(began)
	if err != nil {
		return b, err
	}
	if b.addrs, err = c.Addresses(); err != nil {
		return b, err
	}
	space, err := c.Airspace(fences)
	if err != nil {
		return b, err
	}
	areas, err := flightAreas(fences)
	if err != nil {
		return b, err
	}
	limits, err := c.DockLimits()
	if err != nil {
		return b, err
	}
	if err := b.ownData(who); err != nil {
		return b, err
	}
	if err := b.openDepot(ctx); err != nil {
		return b, err
	}
	if err := b.connect(ctx); err != nil {
		return b, err
	}
	if err := calendar.Anchor(ctx, b.js, &plan, began); err != nil {
		return b, err
	}
	b.controller = dock.New(dock.Options{
		ClientID: b.id, MQTT: b.mqtt, User: c.MQTT.User, Password: c.MQTT.Password, TLS: b.trusted, DRC: drcOf(c, b.enrolled, b.mqtt),
		Docks: c.Docks, LiveQuality: c.Live.Quality, DRCHz: c.Live.DRCHz, Organization: c.Organization, Limits: limits,
		Depot: b.depot, FilesURL: b.addrs.File, Areas: areas, Airspace: space.Clear, LivePush: b.addrs.Push, LiveWatch: b.addrs.Watch, Closed: b.disk.Why, Clock: clock, Log: log,
	}, b.nc, b.js)
	keeper, err := plans.Open(ctx, b.js)
	if err != nil {
		return b, err
	}
	b.force = &planning.Force{Keeper: keeper, Docks: b.controller.States, Strike: b.strike, Log: log}
	b.add(b.force.Run)
	follower := &calendar.Follower{Calendar: plan, Planned: b.force.Planned, Controller: b.controller, Limits: limits, JS: b.js, ID: b.id, Clock: clock, Log: log}
	b.add(b.disk.Run)
	b.add(b.controller.Run)
	b.add(func(ctx context.Context) error { return follower.Run(ctx, began) })
	return b, nil
}

// strike takes a flight that waits off its dock's list, as Harrier's own command.
func (b *base) strike(ctx context.Context, sn, flight, reason string) error {
	r, err := dock.Send(ctx, b.nc, sn, dock.Command{Key: "strike " + flight + " " + rand.Text(), Action: dock.StrikeFlight, Operator: "harrier", Flight: flight, Reason: reason})
	if err != nil {
		return err
	}
	if !r.OK {
		return errors.New(r.Error)
	}
	return nil
}

// flightAreas are the fences that aircraft themselves are to keep to: out of no-fly fences, within task areas. Those that hold at times only
// are for the gate, as a dock's areas hold always.
func flightAreas(fences *geo.Fences) (*dock.AreaFile, error) {
	var areas []dock.Area
	for _, f := range fences.All() {
		kind, ok := map[string]dock.AreaKind{"no-fly": dock.NoFlyArea, "task-area": dock.TaskArea}[f.Kind]
		if ok && f.Always() {
			areas = append(areas, dock.Area{ID: f.ID, Kind: kind, Shape: f.Polygon})
		}
	}
	return dock.NewAreaFile(areas)
}
