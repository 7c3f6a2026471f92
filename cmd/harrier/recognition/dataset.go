package recognition

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/export"
)

// Dataset works on data sets.
type Dataset struct {
	Export datasetExportCmd `cmd:"" help:"Write reviewed leads as a COCO data set, to train on and to measure with."`
}

type datasetExportCmd struct {
	Config string  `required:"" help:"harrier.yaml of the Harrier whose leads were reviewed; it must be running." type:"existingfile"`
	Out    string  `required:"" help:"Folder for the pictures and annotations.json." type:"path"`
	Held   float64 `default:"0.25" help:"Share of the flights that is held back for measuring (OUT/held), the same flights every time."`
}

// Run reads the last revision of every lead that somebody decided on, and the frames as they were taken.
func (c *datasetExportCmd) Run(ctx context.Context) error {
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	store, err := conf.OpenEvidence(ctx)
	if err != nil {
		return err
	}
	var last []leads.Lead
	err = conf.WithJetStream(func(js jetstream.JetStream) error {
		last, err = export.Reviewed(ctx, js)
		return err
	})
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return errors.New("no lead has been confirmed or rejected yet: review some in the console first")
	}
	n, err := export.Frames(ctx, store, last, c.Out, c.Held)
	if err != nil {
		return err
	}
	fmt.Printf("%d reviewed leads in %d frames: %s to train on, %s to measure with\n", len(last), n, c.Out, filepath.Join(c.Out, "held"))
	return nil
}
