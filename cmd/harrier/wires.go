package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/calendar"
	"github.com/harrier-patrol/harrier/dock/enroll"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/dock/uploads"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// wires are the broker of the docks and the NATS of the house: external ones, or embedded ones that end with this process.
type wires struct {
	id            string // of this process, the same when it is started again
	mqtt, natsURL string
	nats          *embedded.NATS // nil where it is external
	trusted       *tls.Config
	enrolled      *enroll.Credentials
	nc            *nats.Conn
	js            jetstream.JetStream
}

// ownData makes the data folder and makes it this process's own where it keeps facts in it, and looks at its disk.
func ownData(c config.Config, who string, log *slog.Logger, later func(func() error)) (data string, disk *embedded.Disk, err error) {
	if data, err = c.DataFolder(); err != nil {
		return "", nil, err
	}
	if c.NATS.URL == "" || c.Storage.Endpoint == "" {
		release, err := embedded.LockFolder(data, fmt.Sprintf("%s --config %s", who, c.File))
		if err != nil {
			return "", nil, err
		}
		later(release)
	}
	if err := os.Chmod(data, 0o700); err != nil { // also one that an earlier version made
		log.Warn("others on this machine may read the data folder", "folder", data, "error", err)
	}
	disk = &embedded.Disk{Dir: data, Warn: c.Disk.Warn / 100, Stop: c.Disk.Stop / 100, Every: diskLook, Log: log}
	disk.Look()
	return data, disk, nil
}

// diskLook is how often it is looked how much room the disk has.
const diskLook = 2 * time.Second

// healWith lets an embedded NATS go on by itself once a disk that was full has room again.
func (w wires) healWith(d *embedded.Disk) {
	if w.nats != nil {
		d.Freed = w.nats.Restart
	}
}

// connect starts what is embedded and connects to both; what is to be closed in the end goes to later.
func connect(ctx context.Context, c config.Config, data string, log *slog.Logger, later func(func() error)) (w wires, err error) {
	if w.enrolled, err = enroll.Open(credentialsIn(data)); err != nil {
		return w, err
	}
	if w.enrolled.Any() && c.MQTT.Password == "" {
		return w, errors.New("docks are enrolled, so the broker lets nobody in without a credential: set mqtt.user and mqtt.password (or HARRIER_MQTT_PASSWORD), as which Harrier comes to it")
	}
	server, err := c.BrokerTLS()
	if err != nil {
		return w, err
	}
	if w.trusted, err = c.Trusted(); err != nil {
		return w, err
	}
	if w.mqtt = c.MQTT.URL; w.mqtt == "" {
		b, err := embedded.StartBroker(embedded.BrokerOptions{Addr: c.MQTT.Listen, User: c.MQTT.User, Password: c.MQTT.Password, Docks: w.enrolled, TLS: server, Log: log})
		if err != nil {
			return w, err
		}
		later(b.Close)
		w.mqtt = "tcp://" + c.MQTT.Listen
		if server != nil {
			w.mqtt = "ssl://" + c.MQTT.Listen
		}
	}
	if w.natsURL = c.NATS.URL; w.natsURL == "" {
		host, _, _ := net.SplitHostPort(c.NATS.Listen)
		passwords, err := config.NATSPasswords(config.NATSPasswordsIn(data), true)
		if err != nil {
			return w, err
		}
		n, err := embedded.StartNATS(embedded.NATSOptions{Host: host, Port: config.Port(c.NATS.Listen), Dir: filepath.Join(data, "nats"), Users: config.NATSUsers(passwords)})
		if err != nil {
			return w, err
		}
		later(n.Close)
		w.natsURL, w.nats = n.URL(), n
	}
	host, _ := os.Hostname()
	w.id = fmt.Sprintf("harrier-%x", sha256.Sum256([]byte(host+w.natsURL+c.HTTP.Listen)))[:20]
	if w.nc, err = c.DialNATS(config.NATSHarrier, nats.MaxReconnects(-1), nats.ReconnectWait(500*time.Millisecond), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("NATS", "error", err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("NATS connection lost, connecting again", "error", err)
			}
		}), nats.ReconnectHandler(func(*nats.Conn) { log.Info("connected to NATS again") })); err != nil {
		return w, err
	}
	later(func() error { w.nc.Close(); return nil })
	if w.js, err = jetstream.New(w.nc); err != nil {
		return w, err
	}
	if err := journal.Declare(ctx, w.js, config.Streams(), c.Retention); err != nil {
		return w, err
	}
	return w, leadsConsumer(ctx, w.js)
}

// leadsConsumer makes the consumer by which a case system gets leads that came while it was away; what an operator has set of it stays.
func leadsConsumer(ctx context.Context, js jetstream.JetStream) error {
	_, err := js.CreatePushConsumer(ctx, "LEADS", jetstream.ConsumerConfig{Durable: config.LeadsForCases, DeliverSubject: config.SubjectCases, FilterSubject: "leads.>", AckPolicy: jetstream.AckNonePolicy})
	if err != nil && !errors.Is(err, jetstream.ErrConsumerExists) {
		return fmt.Errorf("consumer of the case system: %w", err)
	}
	return nil
}

// controller makes the controller of a configuration's docks.
func (w wires) controller(c config.Config, o dock.Options) (*dock.Controller, error) {
	limits, err := c.DockLimits()
	if err != nil {
		return nil, err
	}
	o.ClientID = w.id
	o.MQTT, o.User, o.Password, o.TLS, o.DRC = w.mqtt, c.MQTT.User, c.MQTT.Password, w.trusted, drcOf(c, w.enrolled, w.mqtt)
	o.Docks, o.LiveQuality, o.DRCHz, o.Organization, o.Limits = c.Docks, c.Live.Quality, c.Live.DRCHz, c.Organization, limits
	return dock.New(o, w.nc, w.js), nil
}

// follower follows the patrols of a configuration.
func (w wires) follower(c config.Config, plan missions.Calendar, controller *dock.Controller, clock pace.Clock, log *slog.Logger) *calendar.Follower {
	limits, _ := c.DockLimits() // checked when it was loaded
	return &calendar.Follower{Calendar: plan, Controller: controller, Limits: limits, JS: w.js, ID: w.id, Clock: clock, Log: log}
}

// bucket is the external one that the configuration names.
func bucket(c config.Config) (*uploads.Bucket, error) {
	s := c.Storage
	return uploads.Open(uploads.Options{Endpoint: s.Endpoint, Bucket: s.Bucket, Region: s.Region, Provider: s.Provider, AccessKey: s.AccessKey, SecretKey: s.SecretKey})
}

// embeddedBucket starts the endpoint in this process, and opens its bucket.
func embeddedBucket(ctx context.Context, c config.Config, data string, log *slog.Logger, later func(func() error)) (*uploads.Bucket, error) {
	s := c.Storage
	if s.SecretKey == "" {
		var err error
		if s.SecretKey, err = ownSecret(filepath.Join(data, "storage.key")); err != nil {
			return nil, err
		}
	}
	keys := &uploads.Keys{Secret: s.SecretKey}
	e, err := embedded.StartStorage(embedded.StorageOptions{Listen: s.Listen, Dir: filepath.Join(data, "uploads"), Bucket: s.Bucket, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Docks: keys, Quota: int64(s.QuotaGiB * (1 << 30)), Log: log})
	if err != nil {
		return nil, err
	}
	later(e.Close)
	return uploads.Open(uploads.Options{Endpoint: fmt.Sprintf("http://%s:%d", c.PublicHost, config.Port(e.Addr())), Inside: "http://" + e.Addr(),
		Bucket: s.Bucket, Region: s.Region, Provider: s.Provider, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Keys: keys})
}

// depot is where docks upload to, with the evidence that takes over what comes.
func depot(ctx context.Context, c config.Config, data string, log *slog.Logger, later func(func() error)) (*dock.Depot, error) {
	open := func() (*uploads.Bucket, error) { return bucket(c) }
	if c.Storage.Endpoint == "" {
		open = func() (*uploads.Bucket, error) { return embeddedBucket(ctx, c, data, log, later) }
	}
	b, err := open()
	if err != nil {
		return nil, err
	}
	if err := b.Make(ctx); err != nil {
		return nil, err
	}
	store, err := evidence.OpenFolder(filepath.Join(data, "evidence"))
	if err != nil {
		return nil, err
	}
	return &dock.Depot{Uploads: b, Store: store}, nil
}

// ownSecret is the secret of the embedded endpoint: made once, and kept where only this user reads it.
func ownSecret(path string) (string, error) {
	if b, err := os.ReadFile(path); err == nil && len(b) >= 32 {
		return string(b), nil
	}
	secret := rand.Text() + rand.Text()
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		return "", fmt.Errorf("secret of the storage: %w", err)
	}
	return secret, nil
}

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
	log := newLog(x.Verbose)
	began := clock.Now()
	plan, err := c.Calendar(began)
	if err != nil {
		return err
	}
	var closers []func() error
	defer func() {
		for i := len(closers) - 1; i >= 0; i-- {
			err = errors.Join(err, closers[i]())
		}
	}()
	later := func(f func() error) { closers = append(closers, f) }
	data, disk, err := ownData(c, "harrier controller", log, later)
	if err != nil {
		return err
	}
	w, err := connect(ctx, c, data, log, later)
	if err != nil {
		return err
	}
	w.healWith(disk)
	if err := calendar.Anchor(ctx, w.js, &plan, began); err != nil {
		return err
	}
	addrs, err := c.Addresses()
	if err != nil {
		return err
	}
	place, err := depot(ctx, c, data, log, later)
	if err != nil {
		return err
	}
	fences, err := c.City.ReadFences()
	if err != nil {
		return err
	}
	space, err := c.Airspace(fences)
	if err != nil {
		return err
	}
	areas, err := flightAreas(fences)
	if err != nil {
		return err
	}
	controller, err := w.controller(c, dock.Options{Depot: place, FilesURL: addrs.File, Areas: areas, Airspace: space.Clear, LivePush: addrs.Push, LiveWatch: addrs.Watch, Closed: disk.Why, Clock: clock, Log: log})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("HTTP: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+console.DockFiles+"{file}", controller)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error { <-gctx.Done(); return srv.Close() })
	g.Go(func() error { return disk.Run(gctx) })
	g.Go(func() error { return controller.Run(gctx) })
	g.Go(func() error { return w.follower(c, plan, controller, clock, log).Run(gctx, began) })
	log.Info("controller is up", "docks", len(c.Docks), "flights", len(c.Flights), slog.Float64("time_scale", clock.Scale))
	return g.Wait()
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
