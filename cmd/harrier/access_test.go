package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

// TestWhoMayDoWhatOnNATS is the attacker's table: every user against every subject and operation, on the embedded server and on Debian's with the
// configuration that harrier nats init writes.
func TestWhoMayDoWhatOnNATS(t *testing.T) {
	passwords, err := config.NATSPasswords(filepath.Join(t.TempDir(), "users.json"), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("embedded", func(t *testing.T) {
		s, err := embedded.StartNATS(embedded.NATSOptions{Host: "127.0.0.1", Dir: t.TempDir(), Users: config.NATSUsers(passwords)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		attackNATS(t, s.URL(), passwords)
	})
	t.Run("nats-server", func(t *testing.T) {
		server, err := exec.LookPath("nats-server")
		if err != nil {
			t.Skip("no nats-server here: `./setup.sh test` installs it")
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		l.Close()
		dir := t.TempDir()
		var b strings.Builder
		if err := writeNATSConfig(&b, addr, filepath.Join(dir, "store"), false, passwords); err != nil {
			t.Fatal(err)
		}
		conf := filepath.Join(dir, "nats-server.conf")
		if err := os.WriteFile(conf, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		start(t, server, "-c", conf)
		until(t, time.Minute, "nats-server is up", func() bool { return listening(addr) })
		attackNATS(t, "nats://"+addr, passwords)
	})
}

func attackNATS(t *testing.T, url string, passwords map[string]string) {
	t.Helper()
	if nc, err := nats.Connect(url, nats.MaxReconnects(0)); err == nil {
		nc.Close()
		t.Error("nobody comes in without a credential")
	}
	if nc, err := nats.Connect(url, nats.UserInfo(config.NATSHarrier, "guessed"), nats.MaxReconnects(0)); err == nil {
		nc.Close()
		t.Error("a wrong password comes in")
	}
	connect := func(user string) *nats.Conn {
		nc, err := nats.Connect(url, nats.UserInfo(user, passwords[user]), nats.CustomInboxPrefix(config.Inbox(user)), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
		if err != nil {
			t.Fatal(user, err)
		}
		t.Cleanup(nc.Close)
		return nc
	}
	house := connect(config.NATSHarrier)
	js, err := jetstream.New(house)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	if err := journal.Declare(ctx, js, config.Streams(), nil, 1); err != nil {
		t.Fatal(err)
	}
	if err := leadsConsumer(ctx, js); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "fleet"}); err != nil {
		t.Fatal(err)
	}
	// who may publish where, and hear what: a = admin, h = harrier, o = operator, v = viewer, c = case system
	clients := map[string]*nats.Conn{}
	for user := range passwords {
		clients[user] = connect(user)
	}
	letters := map[byte]string{'a': config.NATSAdmin, 'h': config.NATSHarrier, 'o': config.NATSOperator, 'v': config.NATSViewer, 'c': config.NATSCases}
	for _, row := range []struct{ subject, publish, hear string }{
		{"leads.confirmed.street-stall.none", "ah", "ahovc"},
		{"leads.candidate.street-stall.none", "ah", "ahovc"},
		{"sim.leads.candidate.street-stall.none", "ah", "ahov"},
		{"harrier.commands.D1", "aho", "ah"},
		{"harrier.commands.all", "aho", "ah"},
		{"harrier.reviews", "ah", "ah"},
		{"harrier.findings.F1", "ah", "ahov"},
		{"harrier.flights.D1", "ah", "ahov"},
		{"harrier.progress.D1", "ah", "ahov"},
		{"harrier.pose.D1", "ah", "ahov"},
		{"harrier.audit.D1", "ah", "aho"},
		{"harrier.watch", "ah", "ah"},
		{"harrier.photos", "ah", "ah"},
		{"harrier.media.D1", "ah", "ahov"},
		{"harrier.tracks.F1", "ah", "ahov"},
		{"harrier.coverage.F1", "ah", "ahov"},
		{"harrier.changes.F1", "ah", "ahov"},
		{"harrier.calendar.D1", "ah", "ahov"},
		{"harrier.checkpoints.F1", "ah", "ah"},
		{"harrier.dead.X.y.1", "ah", "ah"},
		{"cases.feedback.L1", "ac", "ah"},
		{"cases.leads", "ah", "ac"},
		{"harrier.feedback.L1", "ah", "ah"},
		{"$KV.fleet.D1", "ah", "a"},
		{"$KV.owners.D1", "ah", "a"},
		{config.Inbox(config.NATSOperator) + ".x", "a", "ao"},
		{config.Inbox(config.NATSHarrier) + ".x", "a", "ah"},
		{"_INBOX.x", "a", "a"},
		{">", "", "a"},
		{"$SYS.>", "", "a"},
		// what deletes, empties or restores
		{"$JS.API.STREAM.DELETE.LEADS", "a", ""},
		{"$JS.API.STREAM.PURGE.LEADS", "a", ""},
		{"$JS.API.STREAM.MSG.DELETE.AUDIT", "a", ""},
		{"$JS.API.STREAM.RESTORE.LEADS", "a", ""},
		{"$JS.API.STREAM.SNAPSHOT.AUDIT", "a", ""},
		// what reads a stream, and what makes a consumer that delivers anywhere
		{"$JS.API.STREAM.CREATE.X", "ah", ""},
		{"$JS.API.STREAM.UPDATE.LEADS", "ah", ""},
		{"$JS.API.CONSUMER.CREATE.LEADS.x", "ah", ""},
		{"$JS.API.CONSUMER.CREATE.SIMLEADS.x", "ah", ""},
		{"$JS.API.CONSUMER.CREATE.REVIEWS.x", "ah", ""},
		{"$JS.API.CONSUMER.DURABLE.CREATE.LEADS.x", "ah", ""},
		{"$JS.API.CONSUMER.MSG.NEXT.LEADS.cases", "ah", ""},
		{"$JS.API.CONSUMER.INFO.LEADS.cases", "ah", ""},
		{"$JS.ACK.LEADS.cases.1.1.1.1.1", "ah", ""},
		{"$JS.API.CONSUMER.MSG.NEXT.FINDINGS.ledger", "ah", ""},
		{"$JS.API.STREAM.MSG.GET.REVIEWS", "ah", ""},
		{"$JS.API.DIRECT.GET.KV_fleet", "ah", ""},
		{"$JS.ACK.FINDINGS.ledger.1.1.1.1.1", "ah", ""},
	} {
		for letter, user := range letters {
			check := func(what string, allowed bool, try func(*nats.Conn) error) {
				nc := clients[user]
				if err := try(nc); err != nil {
					t.Errorf("%s %s %s: %v", user, what, row.subject, err)
				}
				// a refusal comes before the answer to the flush, and names the subject
				if err := nc.FlushTimeout(30 * time.Second); err != nil {
					t.Fatal(err)
				}
				err := nc.LastError()
				was := errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(strings.ToLower(err.Error()), strings.ToLower(fmt.Sprintf("%s to %q", map[string]string{"publishes to": "publish", "hears": "subscription"}[what], row.subject)))
				if was == allowed {
					t.Errorf("%s %s %s: refused %v, wanted %v (%v)", user, what, row.subject, was, !allowed, err)
				}
			}
			if row.publish != "" {
				may := strings.IndexByte(row.publish, letter) >= 0
				if may && strings.HasPrefix(row.subject, "$JS.API.STREAM.") && !strings.Contains(row.subject, ".GET.") {
					continue // it would be done
				}
				check("publishes to", may, func(nc *nats.Conn) error { return nc.Publish(row.subject, nil) })
			}
			if row.hear != "" {
				check("hears", strings.IndexByte(row.hear, letter) >= 0, func(nc *nats.Conn) error {
					sub, err := nc.SubscribeSync(row.subject)
					if err == nil {
						err = nc.FlushTimeout(30 * time.Second)
						_ = sub.Unsubscribe()
					}
					return err
				})
			}
		}
	}
	// a case system that was away gets what came meanwhile, and its answer is kept
	lead := leads.Lead{Lead: "L1", Revision: 2, State: leads.Confirmed, Scene: "street-stall", Class: "stall", Findings: []string{"1"}}
	if err := ledger.Publish(ctx, js, lead); err != nil {
		t.Fatal(err)
	}
	cases := connect(config.NATSCases)
	missed, err := cases.SubscribeSync(config.SubjectCases)
	if err != nil {
		t.Fatal(err)
	}
	m, err := missed.NextMsg(30 * time.Second)
	if err != nil {
		t.Fatal("the case system gets no lead", err)
	}
	if x, _, err := leads.ReadMessage(m.Data); err != nil || x.Lead != lead.Lead {
		t.Fatalf("the case system gets %s, %v", m.Data, err)
	}
	taker, stopTaker := context.WithCancel(ctx)
	taken := make(chan error, 1)
	known, err := index.Open(filepath.Join(t.TempDir(), "leads.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer known.Close()
	book := &ledger.Ledger{Rules: &leads.Rules{}, Index: known, EvidenceURL: func(lead, sha string) string { return "" }, SchemaURL: leads.Unserved, Log: slog.New(slog.DiscardHandler)}
	go func() { taken <- book.Run(taker, house, js) }()
	defer func() {
		stopTaker()
		if err := <-taken; err != nil {
			t.Error(err)
		}
	}()
	until(t, time.Minute, "the case system's answer is kept", func() bool {
		r, err := cases.Request("cases.feedback.L1", []byte(`{"state":"accepted","case":"C-1"}`), 30*time.Second)
		return err == nil && string(r.Data) == `{"ok":true}`
	})
	// an operator is answered, and nobody else hears it
	if _, err := house.Subscribe("harrier.commands.*", func(m *nats.Msg) { _ = m.Respond([]byte("done")) }); err != nil {
		t.Fatal(err)
	}
	if err := house.FlushTimeout(30 * time.Second); err != nil {
		t.Fatal(err)
	}
	operator := connect(config.NATSOperator)
	if r, err := operator.Request("harrier.commands.D1", nil, 30*time.Second); err != nil || string(r.Data) != "done" {
		t.Error("the operator is not answered", err)
	}
	// nobody but the administrator loses what was kept
	denied, stop := context.WithTimeout(ctx, 2*time.Second) // what is not allowed is not answered
	if err := js.DeleteStream(denied, "LEADS"); err == nil {
		t.Error("harrier itself deletes the leads")
	}
	stop()
	admin := connect(config.NATSAdmin)
	ajs, err := jetstream.New(admin)
	if err != nil {
		t.Fatal(err)
	}
	st, err := ajs.Stream(ctx, "AUDIT")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Purge(ctx); err == nil {
		t.Error("the audit can be emptied")
	}
	if err := ajs.DeleteStream(ctx, "CHANGES"); err != nil {
		t.Error(fmt.Errorf("the administrator cannot delete a stream: %w", err))
	}
}
