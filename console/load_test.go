package console

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
)

// BenchmarkPageWithManyLeads opens the page in Chromium with 100,000 leads and 64 docks whose aircraft fly, while leads come and change every second. HARRIER_WATCH
// says for how long its memory is watched (1m).
func BenchmarkPageWithManyLeads(b *testing.B) {
	node, err := exec.LookPath("node")
	if _, err2 := os.Stat("web/node_modules/playwright-core"); err != nil || err2 != nil {
		b.Skip("no Node or playwright-core here: `make test` installs them")
	}
	watch := os.Getenv("HARRIER_WATCH")
	if watch == "" {
		watch = "1m"
	}
	long, err := time.ParseDuration(watch)
	if err != nil {
		b.Fatal(err)
	}
	const n, docks = 100_000, 64
	began := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	lead := func(i int) leads.Lead {
		state := leads.States[i%len(leads.States)]
		return leads.Lead{Lead: fmt.Sprintf("L%06d", i), Revision: 1, State: state, Scene: []string{"illegal-structure", "street-stall", "muck-truck"}[i%3], Class: "stall", Attributes: map[string]string{}, Simulated: true,
			Lon: 121.4 + 0.5*math.Mod(float64(i)*0.6180339887, 1), Lat: 30.9 + 0.4*math.Mod(float64(i)*0.7548776662, 1), Ellipse: geo.Ellipse{MajorM: 1.2, MinorM: 1}, Cell: "310115004001001", Subdistrict: "310115004", Score: 0.9,
			FirstSeen: began.Add(time.Duration(i) * 20 * time.Second), LastSeen: began.Add(time.Duration(i) * 20 * time.Second), Captured: began.Add(time.Duration(i) * 20 * time.Second), Box: json.RawMessage(`[1,1,9,9]`)}
	}
	all := make([]leads.Lead, n)
	for i := range all {
		all[i] = lead(i)
	}
	x := newHouse(b, all...)
	video, err := live.Open(live.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer video.Close()
	o := x.options
	o.Open, o.Live, o.Outline = true, video, orb.MultiPolygon{}
	o.Docks = func() []dock.Status {
		out := make([]dock.Status, docks)
		for i := range out {
			lon, lat := 121.45+0.05*float64(i%8), 30.95+0.04*float64(i/8)
			a := time.Since(began).Seconds()/20 + float64(i)
			s := dock.Status{Flight: "F", State: dock.Flying, Percent: int(time.Now().Unix()+int64(i)) % 100, Battery: 80, Route: [][2]float64{{lon, lat}, {lon + 0.01, lat}, {lon + 0.01, lat + 0.01}, {lon, lat + 0.01}},
				Pose: &geo.Pose{Lon: lon + 0.008*math.Cos(a), Lat: lat + 0.008*math.Sin(a), HeightM: 80, YawDeg: math.Mod(a*57, 360), PitchDeg: -90}}
			s.SN, s.Name, s.Lon, s.Lat, s.Online, s.Life = fmt.Sprintf("SIM%04d", i), fmt.Sprintf("Dock %d", i), lon, lat, true, "flying"
			out[i] = s
		}
		return out
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	o.Hosts = []string{l.Addr().String()}
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: New(o)}}
	srv.Start()
	defer srv.Close()
	defer srv.CloseClientConnections()
	ctx, cancel := context.WithCancel(b.Context())
	var changing sync.WaitGroup
	defer changing.Wait()
	defer cancel()
	changing.Go(func() { // a lead is decided on every second
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for i := n - 1; ; i-- {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if all[i].State != leads.Candidate {
				continue
			}
			_, _ = o.Ledger.Decide(ctx, leads.Review{Lead: all[i].Lead, Revision: 1, Do: leads.DoReject, Reason: "unclear", By: "li"})
		}
	})
	for b.Loop() {
		c := exec.CommandContext(b.Context(), node, "load-test.mjs", "http://"+l.Addr().String()+"/", fmt.Sprint(long.Seconds()))
		c.Dir = "web"
		out, err := c.CombinedOutput()
		m := regexp.MustCompile(`FIGURES (\{.*\})`).FindSubmatch(out)
		var figures map[string]float64
		if err != nil || m == nil || json.Unmarshal(m[1], &figures) != nil {
			b.Fatalf("%v: %s", err, out)
		}
		for name, v := range figures {
			b.ReportMetric(v, name)
		}
	}
}
