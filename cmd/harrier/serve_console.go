package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/planning"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/console/footage"
	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/evidence/proof"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/leads/report"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/watch"
	"github.com/nats-io/nats.go"
)

// console is what people see of all that.
func (b *base) console(people people, under *console.Basemap, video *live.Live, tapes *footage.Keeper, known *models, set *settings, documents map[string][]byte, book *ledger.Ledger, reports *report.Reader, notary *proof.Notary, w *watch.Watcher, coverage *console.Coverage, gauge *journal.Gauge, ground city.City, requests console.Requests, daily *planning.Daily) http.Handler {
	c := b.conf
	port := fmt.Sprint(config.Port(c.HTTP.Listen))
	proxies, _ := c.Proxies() // they were checked when the file was read
	return console.New(console.Options{
		Accounts: people.keeper, SignOn: people.signOn, Machine: people.machine, Open: c.HTTP.Open, Log: people.log, Audit: people.audit,
		Ready: func(context.Context) error {
			if at := b.nc.Status(); at != nats.CONNECTED {
				return errors.New("NATS is away (" + strings.ToLower(at.String()) + ")")
			}
			_, err := book.Read()
			return err
		},
		Bundle: func(ctx context.Context, lead string, originals bool, by, reason string, w io.Writer) error {
			if originals {
				if err := journal.Publish(ctx, b.js, proof.SubjectAccess+lead, "", proof.Access{Lead: lead, By: by, Reason: reason, At: time.Now().UTC()}); err != nil {
					return fmt.Errorf("the access cannot be recorded, so nothing is opened: %w", err)
				}
			}
			return proof.Pack(ctx, logIn(b.data), b.depot.Store, lead, originals, w)
		},
		Hosts:     append([]string{c.HTTP.Listen, net.JoinHostPort("localhost", port), net.JoinHostPort(c.PublicHost, port)}, c.HTTP.Hosts...),
		Proxies:   proxies,
		Zone:      c.Leads.Reports.Zone,
		Documents: documents, Ledger: book, Reports: reports, Docks: b.controller.States, Files: b.controller, Store: b.depot.Store, EvidenceKey: b.pictures, NATS: b.nc, Outline: ground.Grid.Outline(), Roads: ground.Roads, Basemap: under, Buildings: ground.Buildings, Fences: ground.Fences, Coverage: coverage,
		Counts: func() map[string]int64 {
			return map[string]int64{"received": w.Counts.Received.Load(), "dropped": w.Counts.Dropped.Load(), "decoded": w.Counts.Decoded.Load(), "analysed": w.Analysed.Load(), "tiles": w.Tiles.Load(), "blind": w.Blind.Load(), "poses_dropped": w.PosesDropped.Load()}
		},
		Troubles: func() []string { return b.troubles(gauge, notary) },
		Webhooks: b.queues,
		Requests: requests,
		Plans:    daily,
		Desk:     people.desk,
		Live:     video,
		Footage:  tapes,
		Models:   known,
		Settings: set,
		Notices:  people.notices,
		DeadLetters: console.DeadLetters{
			List:   func(ctx context.Context) ([]journal.Dead, error) { return journal.ListDead(ctx, b.js) },
			Replay: func(ctx context.Context, id, by string) error { return journal.ReplayDead(ctx, b.js, id, by) },
		},
	})
}

// troubles are what keeps Harrier from working, now or soon.
func (b *base) troubles(gauge *journal.Gauge, notary *proof.Notary) []string {
	out := []string{}
	if b.trouble != "" {
		out = append(out, b.trouble)
	}
	if _, err := b.disk.Report(); err != nil {
		out = append(out, err.Error())
	}
	for _, f := range gauge.Now() {
		out = append(out, f.String())
	}
	for _, w := range b.conf.Leads.Webhooks {
		if t := w.Trouble(); t != "" {
			out = append(out, t)
		}
	}
	if t := b.clock.Trouble(time.Now()); t != "" {
		out = append(out, t)
	}
	if at := b.nc.Status(); at != nats.CONNECTED {
		out = append(out, "NATS is away ("+strings.ToLower(at.String())+"): nothing is kept, findings wait in the watchers, decisions are refused; it goes on by itself once NATS is back")
	}
	for _, url := range notary.Log.Unwitnessed() {
		out = append(out, "witness "+url+" has not signed the last head of the transparency log; is it running?")
	}
	return out
}

// boxes hands on what is seen in a dock's live video.
func (b *base) boxes(dock string, each func([]byte)) (stop func(), err error) {
	return b.hear(vision.SubjectBoxes+dock, each)
}

// hear hands on what is told on a subject.
func (b *base) hear(subject string, each func([]byte)) (stop func(), err error) {
	s, err := b.nc.Subscribe(subject, func(m *nats.Msg) { each(m.Data) })
	if err != nil {
		return nil, err
	}
	return func() { _ = s.Unsubscribe() }, nil
}
