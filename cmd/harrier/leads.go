package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

// leadsCmd lists what was found.
type leadsCmd struct {
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	State  string `enum:",candidate,checked,confirmed,rejected,handed-over,accepted,returned,closed" default:"" help:"Only leads in this state: candidate, checked, confirmed, rejected, handed-over, accepted, returned or closed."`
	Scene  string `help:"Only leads of this scene."`
	JSON   bool   `name:"json" help:"A line of JSON for each, with all that is known of it."`
}

func (x *leadsCmd) Run(ctx context.Context) error {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	return c.WithJetStream(func(js jetstream.JetStream) error {
		all, err := ledger.Last(ctx, js)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		lines := json.NewEncoder(os.Stdout)
		if !x.JSON {
			fmt.Fprintln(w, "first seen\tstate\tscene\twhat\tplace\twithin\tcell\tscore\tlead")
		}
		for _, l := range all {
			if x.State != "" && l.State != x.State || x.Scene != "" && l.Scene != x.Scene {
				continue
			}
			if x.JSON {
				if err := lines.Encode(l); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.6f, %.6f\t%.1f m\t%s\t%.2f\t%s\n", l.FirstSeen.Local().Format(time.DateTime), l.State, l.Scene, l.Class, l.Lon, l.Lat, l.Ellipse.MajorM, l.Cell, l.Score, l.Lead)
		}
		return w.Flush()
	})
}
