package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/conform"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/leads/sample"
)

type leadsSample struct {
	Config string        `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	Leads  int           `default:"80" help:"How many."`
	Seed   uint64        `default:"1" help:"The same seed makes the same leads."`
	Every  time.Duration `default:"200ms" help:"Between two revisions."`
}

func (x *leadsSample) Run(ctx context.Context) error {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	files, err := c.ReadScenes()
	if err != nil {
		return err
	}
	scenes, err := leads.ReadScenes(files)
	if err != nil {
		return err
	}
	grid, err := geo.GeneratePudong(c.City.GridSeed)
	if err != nil {
		return err
	}
	store, err := c.OpenEvidence(ctx)
	if err != nil {
		return err
	}
	picture, err := sample.Picture()
	if err != nil {
		return err
	}
	sha, err := store.Put(ctx, picture)
	if err != nil {
		return err
	}
	all, err := sample.Revisions(scenes, grid, x.Seed, x.Leads, time.Now(), sha)
	if err != nil {
		return err
	}
	return c.WithJetStream(func(js jetstream.JetStream) error {
		for _, l := range all {
			if err := ledger.Publish(ctx, js, l); err != nil {
				return err
			}
			fmt.Println(l.Subject(), l.Lead, "revision", l.Revision)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(x.Every):
			}
		}
		return nil
	})
}

type leadsCheck struct {
	Port     int           `default:"4333" help:"Port of the NATS that the consumer connects to."`
	Password string        `default:"conform-the-consumer" help:"Password of its user, cases."`
	Leads    int           `default:"40" help:"That are sent."`
	Wait     time.Duration `default:"2m" help:"How long the consumer may take to come and to answer."`
	Settle   time.Duration `default:"15s" help:"How long it may take to answer what was sent."`
	JSON     bool          `name:"json" help:"As JSON."`
}

// Run starts a NATS of its own with the rights that case systems have, and holds what the consumer does against what it should.
func (x *leadsCheck) Run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "harrier-check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	passwords := map[string]string{}
	for _, u := range config.NATSUsers(nil) {
		passwords[u.Name] = rand.Text()
	}
	passwords[config.NATSCases] = x.Password
	s, err := embedded.StartNATS(embedded.NATSOptions{Host: "127.0.0.1", Port: x.Port, Dir: dir, Users: config.NATSUsers(passwords)})
	if err != nil {
		return err
	}
	defer s.Close()
	nc, err := nats.Connect(s.URL(), nats.UserInfo(config.NATSHarrier, passwords[config.NATSHarrier]), nats.CustomInboxPrefix(config.Inbox(config.NATSHarrier)))
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	if err := journal.Declare(ctx, js, ledger.Streams, nil, 1); err != nil {
		return err
	}
	if err := leadsConsumer(ctx, js); err != nil {
		return err
	}
	if !x.JSON {
		fmt.Printf("start the consumer: nats://%s:%s@127.0.0.1:%d, leads.confirmed.>\n", config.NATSCases, x.Password, x.Port)
	}
	wctx, cancel := context.WithTimeout(ctx, x.Wait)
	defer cancel()
	checks, err := (&conform.Consumer{NC: nc, Leads: x.Leads, Settle: x.Settle}).Run(wctx)
	if err != nil {
		return err
	}
	failed := 0
	for _, c := range checks {
		mark := "✓"
		if !c.OK {
			failed, mark = failed+1, "✗"
		}
		if !x.JSON {
			fmt.Println(mark, c.What)
			if c.Why != "" {
				fmt.Println("  →", c.Why)
			}
		}
	}
	if x.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(checks); err != nil {
			return err
		}
	}
	if failed > 0 {
		return progress.SomeFailed{Text: fmt.Sprintf("%d of %d checks failed", failed, len(checks))}
	}
	return nil
}
