package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

// cluster starts three of Debian's nats-servers as one; kill ends one without a word.
func cluster(t *testing.T) (addresses []string, kill func(i int)) {
	t.Helper()
	bin, err := exec.LookPath("nats-server")
	if err != nil {
		if bin = "/usr/sbin/nats-server"; !there(bin) {
			t.Skip("no nats-server here: `make test` installs it")
		}
	}
	var ports []int
	var held []net.Listener
	for range 6 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
		held = append(held, l)
	}
	for _, l := range held { // all at once, so that they differ
		l.Close()
	}
	var routes []string
	for _, p := range ports[3:] {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", p))
	}
	var servers []*exec.Cmd
	for i := range 3 {
		dir := t.TempDir()
		conf := filepath.Join(dir, "nats.conf")
		text := fmt.Sprintf("server_name: n%d\nlisten: 127.0.0.1:%d\njetstream {store_dir: %q}\ncluster {name: c, listen: 127.0.0.1:%d, routes: [%s]}\n", i, ports[i], dir, ports[3+i], strings.Join(routes, ", "))
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(bin, "-c", conf)
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		servers = append(servers, c)
		addresses = append(addresses, fmt.Sprintf("nats://127.0.0.1:%d", ports[i]))
	}
	t.Cleanup(func() {
		for _, c := range servers {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	})
	return addresses, func(i int) {
		_ = servers[i].Process.Kill()
		_ = servers[i].Wait()
	}
}

func there(path string) bool { _, err := os.Stat(path); return err == nil }

// Of three NATS servers one is killed while findings become leads: none is lost, none is there twice.
func TestOneOfThreeServersIsLost(t *testing.T) {
	if testing.Short() {
		t.Skip("starts three servers: not in -short runs")
	}
	addresses, kill := cluster(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var nc *nats.Conn
	var js jetstream.JetStream
	wait(t, "the cluster keeps facts", func() bool {
		var err error
		if nc == nil {
			if nc, err = nats.Connect(strings.Join(addresses, ","), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond)); err != nil {
				nc = nil
				return false
			}
			t.Cleanup(nc.Close)
			if js, err = jetstream.New(nc); err != nil {
				t.Fatal(err)
			}
		}
		dctx, stop := context.WithTimeout(ctx, 5*time.Second)
		defer stop()
		streams := append([]journal.Stream{journal.DeadLetters, {Name: "FINDINGS", Subjects: []string{"harrier.findings.>"}}, {Name: "COVERAGE", Subjects: []string{"harrier.coverage.>"}}, {Name: "CHANGES", Subjects: []string{"harrier.changes.>"}}}, Streams...)
		for i := range streams {
			streams[i].MaxBytes = 64 << 20
		}
		return journal.Declare(dctx, js, streams, nil, 3) == nil
	})
	x, err := index.Open(filepath.Join(t.TempDir(), "leads.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	l := &Ledger{Rules: &leads.Rules{Scenes: map[string]leads.Scene{"street-stall": {Event: "0501", JoinM: 4.5}}}, Index: x, EvidenceURL: func(lead, sha string) string { return "" }, SchemaURL: leads.Unserved, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	done := make(chan error, 1)
	go func() {
		err := l.Run(ctx, nc, js)
		if ctx.Err() == nil {
			t.Errorf("the ledger ends by itself: %v", err)
		}
		done <- err
	}()
	wait(t, "the ledger is ready", l.ready.Load)
	const n = 600
	for i := range n {
		if i == n/3 { // the one on which most depends
			st, err := js.Stream(ctx, "SIMLEADS")
			if err != nil {
				t.Fatal(err)
			}
			for k := range addresses {
				if st.CachedInfo().Cluster.Leader == fmt.Sprint("n", k) {
					kill(k)
				}
			}
		}
		b, err := json.Marshal(finding(fmt.Sprint(i), 20*float64(i)))
		if err != nil {
			t.Fatal(err)
		}
		wait(t, "a finding is kept", func() bool { // as a watcher does: until it is
			pctx, stop := context.WithTimeout(ctx, 2*time.Second)
			defer stop()
			_, err := js.Publish(pctx, fmt.Sprint("harrier.findings.f", i), b, jetstream.WithMsgID(fmt.Sprint(i)))
			return err == nil
		})
	}
	wait(t, "every finding is a lead", func() bool { return l.Index.Len() == n })
	kept := map[string]int{}
	wait(t, "all revisions are read", func() bool {
		clear(kept)
		return journal.Replay(ctx, js, "SIMLEADS", ">", journal.From{}, func(m journal.Msg) error {
			x, _, err := leads.ReadMessage(m.Data)
			kept[x.ID()]++
			return err
		}) == nil
	})
	for id, times := range kept {
		if times != 1 || !strings.HasSuffix(id, "/1") {
			t.Errorf("%s is kept %d times", id, times)
		}
	}
	if len(kept) != n {
		t.Errorf("%d revisions are kept of %d", len(kept), n)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
