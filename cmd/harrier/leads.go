package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/export"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

// leadsCmd is what people and case systems do with leads.
type leadsCmd struct {
	List   leadsList   `cmd:"" default:"withargs" help:"List the leads of a Harrier that runs."`
	Tail   leadsTail   `cmd:"" help:"Print revisions of leads as they come, a line of JSON each."`
	Replay leadsReplay `cmd:"" help:"Print revisions of leads from a moment on, a line of JSON each."`
	Export leadsExport `cmd:"" help:"Write leads as GeoJSON, CSV (for Excel) or GeoPackage."`
	Sample leadsSample `cmd:"" help:"Publish made-up leads of every kind, as simulated ones."`
	Check  leadsCheck  `cmd:"" help:"Check a system that takes leads: start it beside this, at the address that is printed."`
}

// which says of which Harrier, and which leads.
type which struct {
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	State  string `enum:",candidate,checked,confirmed,rejected,handed-over,accepted,returned,closed" default:"" help:"Only leads in this state: candidate, checked, confirmed, rejected, handed-over, accepted, returned or closed."`
	Scene  string `help:"Only leads of this scene."`
}

func (w which) wants(l leads.Lead) bool {
	return (w.State == "" || l.State == w.State) && (w.Scene == "" || l.Scene == w.Scene)
}

func (w which) with(f func(jetstream.JetStream) error) error {
	c, err := config.Load(w.Config)
	if err != nil {
		return err
	}
	return c.WithJetStream(f)
}

// last are the leads as they are now.
func (w which) last(ctx context.Context) (all []leads.Lead, err error) {
	err = w.with(func(js jetstream.JetStream) error {
		all, err = ledger.Last(ctx, js)
		return err
	})
	return slices.DeleteFunc(all, func(l leads.Lead) bool { return !w.wants(l) }), err
}

type leadsList struct {
	which
	JSON bool `name:"json" help:"A line of JSON for each, with all that is known of it."`
}

func (x *leadsList) Run(ctx context.Context) error {
	all, err := x.last(ctx)
	if err != nil {
		return err
	}
	if x.JSON {
		lines := json.NewEncoder(os.Stdout)
		for _, l := range all {
			if err := lines.Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "first seen\tstate\tscene\twhat\tplace\twithin\tcell\tscore\tlead")
	for _, l := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.6f, %.6f\t%.1f m\t%s\t%.2f\t%s\n", l.FirstSeen.Local().Format(time.DateTime), l.State, l.Scene, l.Class, l.Lon, l.Lat, l.Ellipse.MajorM, l.Cell, l.Score, l.Lead)
	}
	return w.Flush()
}

type leadsTail struct{ which }

func (x *leadsTail) Run(ctx context.Context) error {
	return x.with(func(js jetstream.JetStream) error {
		return printRevisions(ctx, js, x.which, journal.From{Time: time.Now()}, true)
	})
}

type leadsReplay struct {
	which
	From   time.Time `help:"Since when (2026-11-29T08:00:00+08:00); without, since the beginning."`
	Follow bool      `help:"Go on with what comes."`
}

func (x *leadsReplay) Run(ctx context.Context) error {
	return x.with(func(js jetstream.JetStream) error {
		return printRevisions(ctx, js, x.which, journal.From{Time: x.From}, x.Follow)
	})
}

// printRevisions prints events as they are kept: one stream after the other or, where it follows them, as they come.
func printRevisions(ctx context.Context, js jetstream.JetStream, w which, from journal.From, follow bool) error {
	show := func(m journal.Msg) error {
		l, remind, err := leads.ReadMessage(m.Data)
		if err == nil && remind == nil && w.wants(l) {
			_, err = fmt.Println(string(m.Data))
		}
		return err
	}
	ended := make(chan error, len(ledger.Revisions))
	for _, s := range ledger.Revisions {
		if !follow {
			if err := journal.Replay(ctx, js, s, ">", from, show); err != nil {
				return err
			}
			continue
		}
		go func() { ended <- journal.Follow(ctx, js, s, ">", from, func() {}, show) }()
	}
	if !follow {
		return nil
	}
	for range ledger.Revisions {
		if err := <-ended; err != nil {
			return err
		}
	}
	return nil
}

type leadsExport struct {
	which
	Format string `enum:"geojson,csv,gpkg" default:"geojson" help:"geojson, csv or gpkg. COCO is what harrier dataset export writes."`
	Out    string `required:"" help:"The file." type:"path"`
}

func (x *leadsExport) Run(ctx context.Context) error {
	all, err := x.last(ctx)
	if err != nil {
		return err
	}
	if x.Format == "gpkg" {
		err = export.GeoPackage(x.Out, all)
	} else {
		write := map[string]func(f *os.File) error{
			"geojson": func(f *os.File) error { return export.GeoJSON(f, export.Of(all)) },
			"csv":     func(f *os.File) error { return export.CSV(f, export.Of(all)) },
		}[x.Format]
		var f *os.File
		if f, err = os.Create(x.Out); err == nil {
			err = write(f)
			if e := f.Close(); err == nil {
				err = e
			}
		}
	}
	if err == nil {
		fmt.Printf("%d leads: %s\n", len(all), x.Out)
	}
	return err
}
