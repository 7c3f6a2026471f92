package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/planning"
	"github.com/harrier-patrol/harrier/cmd/harrier/surface"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/console/accounts"
	"github.com/harrier-patrol/harrier/console/footage"
	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/console/notify"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/handover"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/leads/report"
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

func newLog(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// serve puts the parts together and runs them until ctx ends, or somebody has it started anew (errAgain).
func serve(ctx context.Context, c config.Config, a *attempt, log *slog.Logger) (err error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	stream.BoundMemory()
	// what the layers of a city take is best not held twice
	defer debug.SetGCPercent(debug.SetGCPercent(40))
	ground, err := c.City.Load()
	if err != nil {
		return err
	}
	b, err := open(ctx, c, "harrier serve", ground.Fences, pace.Wall, log)
	defer func() {
		if wrong := b.Close(); wrong != nil {
			err = errors.Join(err, wrong)
		}
	}()
	if err != nil {
		return err
	}
	b.trouble = a.trouble
	if err := b.openMedia(); err != nil {
		return err
	}
	scenes, err := c.ReadScenes()
	if err != nil {
		return err
	}
	watcher, err := b.openWatcher(scenes, ground)
	if err != nil {
		return err
	}
	book, err := b.openLedger(ctx, scenes, ground)
	if err != nil {
		return err
	}
	if err := b.openHandover(book); err != nil {
		return err
	}
	notary, err := b.openNotary(ctx)
	if err != nil {
		return err
	}
	reports, err := b.openReports(scenes, book, watcher, ground)
	if err != nil {
		return err
	}
	gauge := &journal.Gauge{JS: b.js, Streams: config.Streams(), Every: 30 * time.Second, Log: log}
	coverage := &console.Coverage{Grid: ground.Grid, Rates: watcher.Model.Manifest.Rates, Log: log}
	documents, err := surface.Documents(b.addrs.Page.String())
	if err != nil {
		return err
	}
	requests := planning.RequestsOf(b.js, c, ground, log)
	daily := &planning.Daily{Force: b.force, Config: c, City: ground, JS: b.js, Now: time.Now, Answers: planning.AnswersNow(b.js, c, ground)}
	base, err := console.OpenBasemap(c.HTTP.Basemap)
	if err != nil {
		return fmt.Errorf("http.basemap: %w", err)
	}
	video, err := live.Open(live.Options{Listen: c.HTTP.WebRTC, Login: b.addrs.Login, Boxes: b.boxes, Log: log})
	if err != nil {
		return err
	}
	b.onClose(video.Close)
	tapes := &footage.Keeper{Dir: filepath.Join(b.data, "footage"), For: c.Footage.Keep, MaxBytes: int64(c.Footage.GiB * (1 << 30)), Login: b.addrs.Login, Docks: b.controller.States, Hear: b.hear, Full: func() error { _, err := b.disk.Report(); return err }, NoRoom: b.noRoom, Log: log}
	settings := openSettings(c, b.data, a.trouble, func() { end(errAgain) })
	people, err := b.openAccounts(ctx)
	if err != nil {
		return err
	}
	wishes, err := notify.OpenBook(ctx, b.js)
	if err != nil {
		return err
	}
	people.notices = &notify.Teller{Book: wishes, Who: people.keeper.Person, Page: b.addrs.Page.String(), Log: log, Facts: func(p *accounts.Person) (notify.Facts, error) {
		x, err := book.Read()
		if err != nil {
			return notify.Facts{}, err
		}
		f, err := console.FactsFor(x, p, time.Now())
		f.Troubles = b.troubles(gauge, notary)
		return f, err
	}}
	b.add(people.notices.Run)
	if err := b.listen(c.HTTP.Listen, b.console(people, base, video, tapes, &models{conf: c, js: b.js, watcher: watcher, scenes: scenes}, settings, documents, book, reports, notary, watcher, coverage, gauge, ground, requests, daily)); err != nil {
		return err
	}
	b.clock.log = log
	b.add(b.clock.Run)
	b.add(gauge.Run)
	b.add(tapes.Run)
	b.add(daily.Plan)
	b.add(func(ctx context.Context) error { return book.Run(ctx, b.nc, b.js) })
	b.add(func(ctx context.Context) error { return notary.Run(ctx, b.js) })
	b.add(func(ctx context.Context) error { return watcher.Work(ctx, b.nc, b.js, c.Vision.Flights) })
	b.add(func(ctx context.Context) error { return watcher.WorkPhotos(ctx, b.js) })
	b.add(func(ctx context.Context) error { return coverage.Run(ctx, b.js) })
	b.add(func(ctx context.Context) error { return c.City.Follow(ctx, ground, log) })
	log.Info("harrier is up", "page", b.addrs.Page.String(), "data", b.data, "mqtt", config.Redacted(b.mqtt), "nats", config.Redacted(b.natsURL), "rtmp", b.addrs.RTMP.Redacted(), "rtsp", b.addrs.RTSP.String(), "docks", len(c.Docks), "flights", len(c.Flights))
	a.up = true
	err = b.Run(ctx)
	if errors.Is(context.Cause(ctx), errAgain) {
		if err != nil && !errors.Is(err, context.Canceled) {
			log.Warn("a part did not end as it should", "error", err)
		}
		log.Info("harrier starts anew with what was changed")
		return errAgain
	}
	return err
}

// noRoom says why nothing more is to be written to the data folder.
func (b *base) noRoom() error {
	if why := b.disk.Why(); why != "" {
		return errors.New(why)
	}
	return nil
}

// openMedia starts the embedded media server where no other is configured.
func (b *base) openMedia() error {
	c := b.conf.Media
	if c.RTMP != "" {
		return nil
	}
	host, _, _ := net.SplitHostPort(c.ListenRTSP)
	port := 0
	if c.UDP {
		port = c.RTPPort
	}
	m, err := embedded.StartMedia(embedded.MediaOptions{RTMP: c.ListenRTMP, RTSP: c.ListenRTSP, Host: host, RTPPort: port, Push: b.addrs.MayPush, User: c.User, Password: c.Password, Log: b.log})
	if err != nil {
		return err
	}
	b.onClose(m.Close)
	return nil
}

// openLedger opens the index of leads, and reads how each scene's are decided on.
func (b *base) openLedger(ctx context.Context, scenes []vision.SceneFile, ground city.City) (*ledger.Ledger, error) {
	known, err := leads.ReadScenes(scenes)
	if err != nil {
		return nil, err
	}
	rules := &leads.Rules{Scenes: known, Grid: ground.Grid, Fences: ground.Fences, Equipment: b.equipment, Software: version()}
	shows := map[string]float64{}
	for _, s := range scenes {
		shows[s.Scene] = cmp.Or(s.Vision.MaxGSDM, showsGSDM)
	}
	if rules.Permits, err = b.openPermits(ctx); err != nil {
		return nil, err
	}
	if b.conf.Leads.WorkTime != "" {
		if rules.Work, err = leads.ReadWorkTime(b.conf.Leads.WorkTime); err != nil {
			return nil, err
		}
	}
	key, err := ownSecret(filepath.Join(b.data, "pictures.key"))
	if err != nil {
		return nil, err
	}
	b.pictures = console.EvidenceKey(key)
	x, err := index.Open(indexIn(b.data))
	if err != nil {
		return nil, err
	}
	b.onClose(x.Close)
	return &ledger.Ledger{Rules: rules, Index: x, Shows: shows, Store: b.depot.Store, EvidenceURL: func(lead, sha string) string { return b.addrs.Evidence(b.pictures, lead, sha) }, SchemaURL: func(name string) string { return b.addrs.Page.JoinPath(surface.Path(name)).String() }, Log: b.log}, nil
}

// equipment is that of a dock, with the firmware that it told last.
func (b *base) equipment(sn string) *leads.Equipment {
	if d, ok := b.controller.State(sn); ok {
		return &leads.Equipment{Dock: d.SN, Model: d.Model, Firmware: d.Firmware, Aircraft: d.Aircraft, AircraftFirmware: d.AircraftFirmware, Certificate: d.Certificate}
	}
	return nil
}

// openPermits reads the permits of a file, or of another system with a copy of it, and follows both.
func (b *base) openPermits(ctx context.Context) (*geo.Permits, error) {
	c, file := b.conf.City, b.conf.Leads.Permits
	if city.IsRemote(file) {
		r := &city.Remote{URL: file, File: filepath.Join(b.data, "permits.geojson"), Log: b.log, Check: func(path string) error {
			_, err := c.ReadPermits(path)
			return err
		}}
		if err := r.Fetch(ctx); err != nil {
			b.log.Error("leads.permits: the system that gives out permits cannot be asked; the last copy serves, and it is asked again every minute", "error", err)
		}
		b.add(r.Run)
		file = r.File
	}
	permits := &geo.Permits{}
	if _, err := os.Stat(file); err == nil || !city.IsRemote(b.conf.Leads.Permits) { // of another system there may be no copy yet
		if permits, err = c.ReadPermits(file); err != nil {
			return nil, err
		}
	}
	b.add(func(ctx context.Context) error { return c.FollowPermits(ctx, file, permits, b.log) })
	return permits, nil
}

// version is the commit that this program was built of, as far as it is known.
func version() string {
	i, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range i.Settings {
		if s.Key == "vcs.revision" {
			return "harrier " + s.Value
		}
	}
	return "harrier " + i.Main.Version
}

// openHandover opens what takes leads to systems without NATS.
func (b *base) openHandover(book *ledger.Ledger) error {
	known := map[string]bool{}
	for _, w := range b.conf.Leads.Webhooks {
		if known[w.URL] {
			return errors.New("leads.webhooks: one address is there twice: name all its states in one place")
		}
		known[w.URL] = true
		if err := w.Open(b.log); err != nil {
			return fmt.Errorf("leads.webhooks: %w", err)
		}
		b.add(func(ctx context.Context) error { return w.Run(ctx, b.js) })
	}
	if d := &b.conf.Leads.Drop; d.Folder != "" {
		if err := d.Open(); err != nil {
			return fmt.Errorf("leads.drop: %w", err)
		}
		b.add(func(ctx context.Context) error { return d.Run(ctx, book.Real(), b.log) })
	}
	return nil
}

// queues are what waits for webhooks.
func (b *base) queues(ctx context.Context) ([]handover.Queue, error) {
	out := []handover.Queue{}
	for _, w := range b.conf.Leads.Webhooks {
		q, err := w.Queue(ctx, b.js)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

// openReports says what reports are made of, and makes those of periods that have ended.
func (b *base) openReports(scenes []vision.SceneFile, book *ledger.Ledger, w *watch.Watcher, ground city.City) (*report.Reader, error) {
	c := b.conf.Leads.Reports
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, fmt.Errorf("leads.reports.zone: %w", err)
	}
	roads, err := report.RoadsOf(ground.Roads)
	if err != nil {
		return nil, fmt.Errorf("city.roads: %w", err)
	}
	r := &report.Reader{Ground: func() *report.Ground {
		g := report.NewGround(ground.Grid, roads)
		g.Register, g.Fences, g.Ordered = ground.Register, ground.Fences, c.Ordered
		return g
	}, Scenes: map[string]report.Scene{}, Zone: zone, Index: book.Read, JS: b.js}
	for _, s := range scenes {
		r.Scenes[s.Scene] = report.Scene{HalfPerKM2: book.Rules.Scenes[s.Scene].Order.HalfPerKM2, Rates: w.Model.Manifest.Rates[s.Scene], ShowsM: book.Shows[s.Scene], Structures: s.Vision.Structures()}
	}
	series := &report.Series{Reader: r, After: c.After, Log: b.log}
	b.add(series.Run)
	return r, nil
}

// showsGSDM is the coarsest ground resolution at which things are seen, metres a pixel, where a scene does not say.
const showsGSDM = 0.1

// openWatcher opens the networks, and all that flights are watched with.
func (b *base) openWatcher(scenes []vision.SceneFile, ground city.City) (*watch.Watcher, error) {
	c := b.conf
	inUse, err := c.ModelInUse()
	if err != nil {
		return nil, err
	}
	model, err := c.OpenModel(inUse, cmp.Or(c.Vision.Sessions, runtime.NumCPU()), scenes)
	if err != nil {
		return nil, err
	}
	b.onClose(func() error { model.Close(); return nil })
	finder := ties.NewFinder(ties.AlignSearched, ties.AlignFeatures)
	b.onClose(func() error { finder.Close(); return nil })
	w := &watch.Watcher{Model: model, Locator: ground.Locator(c.City.GroundSigma), Grid: ground.Grid, Fences: ground.Fences, DoorLines: ground.DoorLines, Register: ground.Register, Align: c.Vision.Align, Clips: c.Vision.Clips, Finder: finder, Store: b.depot.Store, Log: b.log, Interval: c.Vision.Interval, UDP: c.Media.UDP, Login: b.addrs.Login}
	for _, s := range scenes {
		w.Scenes = append(w.Scenes, s.Vision)
	}
	if c.Vision.Shadow != "" {
		m, err := c.OpenModel(c.Vision.Shadow, 1, scenes)
		if err != nil {
			return nil, fmt.Errorf("vision.shadow: %w", err)
		}
		b.onClose(func() error { m.Close(); return nil })
		w.Shadow = &watch.Shadow{Model: m, Every: shadowEvery}
	}
	switch w.Plates, err = infer.OpenPlates(); {
	case errors.Is(err, infer.ErrNoPlates):
		b.log.Warn("plates are not read", "error", err)
	case err != nil:
		return nil, err
	default:
		b.onClose(func() error { w.Plates.Close(); return nil })
	}
	if c.Vision.Changes {
		if w.Comparer, err = watch.NewComparer(); err != nil {
			return nil, err
		}
		b.onClose(func() error { w.Comparer.Close(); return nil })
	}
	return w, nil
}

// shadowEvery: a model on trial looks at every such frame; it must not cost the patrol its own looks.
const shadowEvery = 4
