package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/cmd/harrier/child"
	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/vision"
)

// quiet writes a configuration without docks, on free ports.
func quiet(t *testing.T, dir string) (conf config.Config, path string) {
	t.Helper()
	ports, err := child.FreePorts(6)
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	path = write(t, dir, "harrier.yaml", fmt.Sprintf("data: data\nhttp: {listen: %q, webrtc: '127.0.0.1:0', open: true}\nmqtt: {listen: %q}\nnats: {listen: %q}\nmedia: {listen_rtmp: %q, listen_rtsp: %q}\nstorage: {listen: %q}\n", at(0), at(1), at(2), at(3), at(4), at(5)))
	if conf, err = config.Load(path); err != nil {
		t.Fatal(err)
	}
	return conf, path
}

// thing is a finding of thing i, which lies by itself.
func thing(i int, sha string) vision.Finding {
	p := geo.NewFrame(orb.Point{121.5, 31.2}, 0).From(float64(i%40)*25, float64(i/40)*25)
	return vision.Finding{ID: fmt.Sprint("thing-", i), Epoch: 1, Flight: fmt.Sprint("flight-", i%7), Scene: "street-stall", Class: "stall", Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: 0.2, NN: 0.2}, Score: 0.8,
		FirstSeen: time.Now().UTC(), LastSeen: time.Now().UTC(), Captured: time.Now().UTC(), Frame: sha, Crop: sha}
}

// post sends JSON and returns the status.
func post(address, body string) (int, error) {
	r, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	return r.StatusCode, r.Body.Close()
}

// Everything recorded of leads verifies, offline too; what is altered is named; a bundle can be checked anywhere.
func TestEvidenceOfLeadsIsProven(t *testing.T) {
	bin := whole(t)
	dir := t.TempDir()
	conf, path := quiet(t, dir)
	store, err := evidence.OpenFolder(filepath.Join(dir, "data", "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	sha, err := store.Put(t.Context(), []byte("a picture"))
	if err != nil {
		t.Fatal(err)
	}
	serve := exec.Command(bin, "serve", "--config", path)
	serve.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill(); _ = serve.Wait() })
	until(t, time.Minute, "Harrier serves", func() bool { return listening(conf.HTTP.Listen) })
	js, err := jetstream.New(dial(t, path, 0, config.NATSHarrier))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := journal.Publish(t.Context(), js, "harrier.findings.f", "", thing(i, sha)); err != nil {
			t.Fatal(err)
		}
	}
	lead := leads.IDOf("thing-1")
	verify := func(args ...string) (string, int) {
		return printed(t, append([]string{"evidence", "verify", "--config", path}, args...)...)
	}
	until(t, time.Minute, "the log has the leads", func() bool {
		out, code := verify(lead)
		return code == 0 && strings.Contains(out, "1 of them asked for") && strings.HasPrefix(out, "3 leaves")
	})
	review := `{"do":"confirm","revision":1}`
	if code, err := post("http://"+conf.HTTP.Listen+"/api/leads/"+lead+"/review", review); err != nil || code != 200 {
		t.Fatal(code, err)
	}
	until(t, time.Minute, "the log has the decision and the new revision", func() bool {
		out, code := verify(lead)
		return code == 0 && strings.Contains(out, "3 of them asked for")
	})
	zip := filepath.Join(dir, "lead.zip")
	if out, code := printed(t, "evidence", "bundle", lead, "--config", path, "--out", zip, "--originals"); code != exitUnusable || !strings.Contains(out, "--by and --reason") {
		t.Errorf("originals without a reason: %d\n%s", code, out)
	}
	if out, code := printed(t, "evidence", "bundle", lead, "--config", path, "--out", zip, "--originals", "--by", "li", "--reason", "court"); code != 0 {
		t.Fatalf("bundle: %s", out)
	}
	if out, code := printed(t, "evidence", "verify", "--bundle", zip); code != 0 || !strings.Contains(out, "1 pictures checked") {
		t.Errorf("bundle: %d\n%s", code, out)
	}
	until(t, time.Minute, "who opened originals is recorded", func() bool {
		out, code := verify(lead)
		return code == 0 && strings.Contains(out, "4 of them asked for")
	})
	_ = serve.Process.Signal(syscall.SIGTERM)
	_ = serve.Wait()
	if out, code := verify(); code != 0 || !strings.Contains(out, "Harrier does not run") || !strings.Contains(out, "nothing was altered") {
		t.Errorf("offline: %d\n%s", code, out)
	}
	if out, code := verify(time.Now().UTC().Format(time.DateOnly)); code != 0 || !strings.Contains(out, "6 of them asked for") {
		t.Errorf("today: %d\n%s", code, out)
	}
	picture := filepath.Join(dir, "data", "evidence", sha)
	if err := os.WriteFile(picture, []byte("another picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := verify(lead); code != exitSomeFailed || !strings.Contains(out, "frame "+sha+" of lead "+lead+": it was altered") {
		t.Errorf("an altered picture: %d\n%s", code, out)
	}
	if out, code := verify("nobody's"); code != exitSomeFailed || !strings.Contains(out, "no leaf of the log is of it") {
		t.Errorf("a lead that is not: %d\n%s", code, out)
	}
}

// killsEnv says how often Harrier is killed in the next test.
const killsEnv = "HARRIER_KILLS"

// Killed at any moment, NATS, ledger, index and log with it, Harrier loses no lead, makes none twice, and its log verifies.
func TestKilledAnywhere(t *testing.T) {
	bin := whole(t)
	kills := 3
	if n, err := strconv.Atoi(os.Getenv(killsEnv)); err == nil {
		kills = n
	}
	killAgainAndAgain(t, kills, func(_, conf string) func() {
		c := exec.Command(bin, "serve", "--config", conf)
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return func() { _ = c.Process.Kill(); _ = c.Wait() }
	})
}

// killAgainAndAgain starts Harrier, sends findings, kills it so often at any moment and starts it again, and sees whether every finding that was acknowledged is
// a lead once, in streams, index and log.
func killAgainAndAgain(t *testing.T, kills int, serve func(data, conf string) (kill func())) {
	dir := t.TempDir()
	conf, path := quiet(t, dir)
	data := filepath.Join(dir, "data")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	kill := serve(data, path)
	defer func() { kill() }()
	// a watcher that keeps each finding until JetStream has it
	sent := make(chan int, 1)
	go func() {
		n := 0
		defer func() { sent <- n }()
		for ctx.Err() == nil {
			c, err := conf.DialNATS(config.NATSHarrier, nats.MaxReconnects(0), nats.Timeout(time.Second))
			if err != nil {
				time.Sleep(50 * time.Millisecond)
				continue
			}
			js, err := jetstream.New(c)
			for err == nil && ctx.Err() == nil {
				f := thing(n, "")
				pctx, stop := context.WithTimeout(ctx, 2*time.Second)
				if err = journal.Publish(pctx, js, "harrier.findings."+f.Flight, f.ID, f); err == nil {
					n++
				}
				stop()
				time.Sleep(5 * time.Millisecond) // more than that is worked off for minutes
			}
			c.Close()
		}
	}()
	for range kills {
		until(t, time.Minute, "Harrier serves", func() bool { return listening(conf.HTTP.Listen) })
		time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond) // any moment
		kill()
		kill = serve(data, path)
	}
	until(t, time.Minute, "Harrier serves", func() bool { return listening(conf.HTTP.Listen) })
	time.Sleep(500 * time.Millisecond)
	cancel()
	n := <-sent
	if n < 20 {
		t.Fatalf("%d findings are too few to say anything", n)
	}
	js, err := jetstream.New(dial(t, path, 0, config.NATSHarrier))
	if err != nil {
		t.Fatal(err)
	}
	var all []leads.Lead
	until(t, 2*time.Minute, "every finding is a lead", func() bool {
		all, err = ledger.Last(t.Context(), js)
		return err == nil && len(all) >= n
	})
	// what was sent and not acknowledged when it ended may be there besides
	of := map[string]bool{}
	for _, x := range all {
		if x.Revision != 1 || x.Seen != 1 || of[x.Findings[0]] {
			t.Errorf("lead %s: revision %d, seen %d, of %v", x.Lead, x.Revision, x.Seen, x.Findings)
		}
		of[x.Findings[0]] = true
	}
	for i := range n {
		if !of[fmt.Sprint("thing-", i)] {
			t.Errorf("thing %d is lost", i)
		}
	}
	if len(all) > n+1 {
		t.Errorf("%d leads of %d findings", len(all), n)
	}
	// one may have come late: sent, not acknowledged, and kept all the same
	now := func() int {
		last, err := ledger.Last(t.Context(), js)
		if err != nil || len(last) > n+1 {
			t.Errorf("%d leads of %d findings: %v", len(last), n, err)
		}
		return len(last)
	}
	var page struct{ Total int }
	until(t, time.Minute, "the index has every lead", func() bool {
		_, b, err := child.Get("http://" + conf.HTTP.Listen + "/api/leads")
		return err == nil && json.Unmarshal(b, &page) == nil && page.Total == now()
	})
	until(t, time.Minute, "the log has every revision", func() bool {
		out, code := printed(t, "evidence", "verify", "--config", path)
		return code == 0 && strings.HasPrefix(out, fmt.Sprintf("%d leaves", now()))
	})
	t.Logf("killed %d times: %d findings, %d leads", kills, n, len(all))
}
