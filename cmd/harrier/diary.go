package main

import (
	"context"
	"os"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock/diary"
)

// diaryCmd writes the diary of a shift from what a running Harrier keeps.
type diaryCmd struct {
	Config string        `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	From   time.Time     `help:"Beginning of the shift (RFC 3339); default: eight hours ago."`
	Shift  time.Duration `default:"8h" help:"How long the shift lasts."`
	Out    string        `required:"" help:"File that receives it, in Markdown." type:"path"`
}

func (x *diaryCmd) Run(ctx context.Context) error {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	if x.From.IsZero() {
		x.From = time.Now().Add(-x.Shift)
	}
	return c.WithJetStream(func(js jetstream.JetStream) error {
		text, err := diary.Of(ctx, js, x.From, x.From.Add(x.Shift))
		if err != nil {
			return err
		}
		return os.WriteFile(x.Out, []byte(text), 0o644)
	})
}
