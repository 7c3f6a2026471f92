package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

// benchLeadsCmd starts a Harrier whose streams hold many leads.
type benchLeadsCmd struct {
	Leads      int           `default:"100000" help:"In the stream."`
	Page       time.Duration `default:"30s" help:"How long a page is kept open."`
	PortOffset int           `default:"24000" help:"Added to every port."`
}

// LeadsReport is what it came to.
type LeadsReport struct {
	Leads      int     `json:"leads"`
	DocksS     float64 `json:"docks_taken_s"` // from the start of the process
	AnswersS   float64 `json:"answers_s"`     // HTTP, with whatever status
	LeadsS     float64 `json:"leads_ready_s"` // from its index
	PSSMiB     float64 `json:"pss_mib"`
	RebuiltS   float64 `json:"index_rebuilt_s"` // by harrier index rebuild
	RebuiltMiB float64 `json:"index_rebuilt_pss_mib"`
	PageFirst  float64 `json:"page_first_kb"`  // what a page asks for at first, and then
	PageKBs    float64 `json:"page_kb_second"` // a second, as the web app asks, with all docks
}

func (x *benchLeadsCmd) Run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "harrier-leads-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	conf := filepath.Join(dir, "harrier.yaml")
	site := docksim.Site(0)
	text := fmt.Sprintf("http: {open: true}\ndocks: [{sn: %s, aircraft: %s, model: M4D, lon: %f, lat: %f}]\nretention: {SIMLEADS: {gib: %d}}\n", docksim.SN(0), docksim.AircraftSN(0), site[0], site[1], 1+x.Leads/leadsPerGiB)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return err
	}
	c, err := config.Load(conf)
	if err == nil {
		err = c.Shift(x.PortOffset)
	}
	if err != nil {
		return err
	}
	if err := x.fill(ctx, c); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "log.txt"))
	if err != nil {
		return err
	}
	defer log.Close()
	rebuiltS, rebuiltMiB, err := x.rebuild(ctx, log, self, dir, text, c.NATS.Listen)
	if err != nil {
		return err
	}
	srv, err := child.Start(log, self, "serve", "--config", conf, "--port-offset", strconv.Itoa(x.PortOffset))
	if err != nil {
		return err
	}
	defer srv.Stop()
	r, version, err := x.ready(ctx, c, srv, log.Name())
	if err != nil {
		return err
	}
	r.RebuiltS, r.RebuiltMiB = rebuiltS, rebuiltMiB
	if err := x.watch(c, srv, version, &r); err != nil {
		return err
	}
	return printReport(r)
}

// rebuild makes the index of the leads in a data folder, and returns how long that took and how much memory.
func (x *benchLeadsCmd) rebuild(ctx context.Context, log *os.File, self, dir, text, natsListen string) (seconds, mib float64, err error) {
	conf := filepath.Join(dir, "rebuild.yaml") // the command has no ports to add to
	if err := os.WriteFile(conf, []byte(text+fmt.Sprintf("nats: {listen: %q}\n", natsListen)), 0o600); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	p, err := child.Start(log, self, "index", "rebuild", "--config", conf)
	if err != nil {
		return 0, 0, err
	}
	defer p.Stop()
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		case <-t.C:
			if pss, err := child.PSSMiB(p.PID()); err == nil {
				mib = max(mib, pss)
			}
		case <-p.Done:
			if !p.Cmd.ProcessState.Success() {
				return 0, 0, fmt.Errorf("harrier index rebuild: %s\n%s", p.Cmd.ProcessState, child.Tail(log.Name()))
			}
			return time.Since(began).Seconds(), mib, nil
		}
	}
}

// ready waits until a process that was just started answers, flies and lists its leads.
func (x *benchLeadsCmd) ready(ctx context.Context, c config.Config, srv *child.Child, log string) (r LeadsReport, version string, err error) {
	r.Leads = x.Leads
	began := time.Now()
	page := fmt.Sprintf("http://127.0.0.1:%d", config.Port(c.HTTP.Listen))
	first := func(at *float64, ok func() bool) func() bool {
		return func() bool {
			if *at == 0 && ok() {
				*at = time.Since(began).Seconds()
			}
			return *at > 0
		}
	}
	answers := first(&r.AnswersS, func() bool { _, _, err := child.Get(page + "/api/counts"); return err == nil })
	docks := first(&r.DocksS, func() bool {
		owners := 0
		err := c.WithJetStream(func(js jetstream.JetStream) error {
			kv, err := js.KeyValue(ctx, "owners")
			if err != nil {
				return err
			}
			_, err = kv.Get(ctx, docksim.SN(0))
			owners++
			return err
		})
		return err == nil && owners > 0
	})
	ready := first(&r.LeadsS, func() bool {
		n, b, err := child.Get(page + "/api/leads?limit=100")
		var p struct {
			Total   int
			Version string
		}
		if err != nil || json.Unmarshal(b, &p) != nil || p.Total != x.Leads {
			return false
		}
		version, r.PageFirst = p.Version, float64(n)/1000
		return true
	})
	err = child.WaitFor(ctx, 10*time.Minute, srv, func() bool {
		if pss, err := child.PSSMiB(srv.PID()); err == nil {
			r.PSSMiB = max(r.PSSMiB, pss)
		}
		a, d, l := answers(), docks(), ready()
		return a && d && l
	})
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, child.Tail(log))
	}
	return r, version, err
}

// watch keeps a page open for a while.
func (x *benchLeadsCmd) watch(c config.Config, srv *child.Child, version string, r *LeadsReport) error {
	page := fmt.Sprintf("http://127.0.0.1:%d", config.Port(c.HTTP.Listen))
	bytes := 0
	for end := time.Now().Add(x.Page); time.Now().Before(end); {
		for i, path := range []string{"/api/leads/changes?since=" + version, "/api/docks", "/api/docks"} {
			n, _, err := child.Get(page + path)
			if err != nil {
				return err
			}
			bytes += n
			if i > 0 {
				time.Sleep(500 * time.Millisecond)
			}
		}
		if pss, err := child.PSSMiB(srv.PID()); err == nil {
			r.PSSMiB = max(r.PSSMiB, pss)
		}
	}
	r.PageKBs = float64(bytes) / 1000 / x.Page.Seconds()
	return nil
}

// leadsPerGiB: fewer than a stream holds in a GiB.
const leadsPerGiB = 700_000

// none are no leads so far.
type none struct{ leads.Known }

func (none) OfFinding(string) (string, error) { return "", nil }

func (none) Near(string, bool, orb.Point, float64) ([]leads.Spot, error) { return nil, nil }

// fill puts leads into the stream, as a ledger would have.
func (x *benchLeadsCmd) fill(ctx context.Context, c config.Config) error {
	data, err := c.DataFolder()
	if err != nil {
		return err
	}
	s, err := embedded.StartNATS(embedded.NATSOptions{Host: "127.0.0.1", Dir: filepath.Join(data, "nats"), NoSync: true})
	if err != nil {
		return err
	}
	defer s.Close()
	nc, err := nats.Connect(s.URL())
	if err != nil {
		return err
	}
	defer nc.Close()
	var refused atomic.Pointer[error]
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(2000), jetstream.WithPublishAsyncErrHandler(func(_ jetstream.JetStream, _ *nats.Msg, err error) { refused.Store(&err) }))
	if err != nil {
		return err
	}
	if err := journal.Declare(ctx, js, config.Streams(), c.Retention, c.NATS.Replicas); err != nil {
		return err
	}
	rules := &leads.Rules{Scenes: map[string]leads.Scene{"street-stall": {Event: "0501", JoinM: 4.5}}}
	frame := geo.NewFrame(orb.Point{121.45, 31.0}, 0)
	for i := range x.Leads {
		p := frame.From(float64(i%2000)*15, float64(i/2000)*15)
		f := vision.Finding{ID: fmt.Sprintf("%s-20260101T000000-1.%d", docksim.SN(i%16), i), Flight: docksim.SN(i%16) + "-20260101T000000", Dock: docksim.SN(i % 16), Scene: "street-stall", Class: "stall", Lon: p[0], Lat: p[1],
			Cov: geo.Cov{EE: 0.5, NN: 0.5}, Score: 0.9, Sightings: 9, FirstSeen: time.Unix(1_767_000_000+int64(i), 0).UTC(), LastSeen: time.Unix(1_767_000_009+int64(i), 0).UTC(), Captured: time.Unix(1_767_000_005+int64(i), 0).UTC(), Simulated: true}
		f.Original, f.Frame, f.Crop = fmt.Sprintf("%064x", 3*i), fmt.Sprintf("%064x", 3*i+1), fmt.Sprintf("%064x", 3*i+2)
		next, err := rules.Take(none{}, f)
		if err != nil {
			return err
		}
		m, err := next.Lead.Message(time.Now(), leads.Unserved)
		if err != nil {
			return err
		}
		if _, err := js.PublishMsgAsync(m); err != nil {
			return err
		}
	}
	select {
	case <-js.PublishAsyncComplete():
		if err := refused.Load(); err != nil {
			return fmt.Errorf("fill stream SIMLEADS: %w", *err)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
