package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"strings"
	"text/tabwriter"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/journal"
)

type deadLettersCmd struct {
	Config     string   `default:"harrier.yaml" help:"Configuration of the Harrier that runs." type:"path"`
	PortOffset int      `help:"Added to every port."`
	Replay     []string `help:"Send the message of this dead letter again, once what it failed on is mended."`
	By         string   `help:"Who does so; default is your user name."`
}

func (x *deadLettersCmd) Run(ctx context.Context) error {
	c, err := config.Load(x.Config)
	if err == nil {
		err = c.Shift(x.PortOffset)
	}
	if err != nil {
		return err
	}
	if x.By == "" {
		if u, err := user.Current(); err == nil {
			x.By = u.Username
		}
	}
	return c.WithJetStream(func(js jetstream.JetStream) error {
		for _, id := range x.Replay {
			if err := journal.ReplayDead(ctx, js, id, x.By); err != nil {
				return err
			}
			fmt.Println("sent again:", id)
		}
		if len(x.Replay) > 0 {
			return nil
		}
		dead, err := journal.ListDead(ctx, js)
		if err != nil {
			return err
		}
		if len(dead) == 0 {
			fmt.Println("no dead letters")
			return nil
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "id\tsubject\tgiven up\ttries\treason")
		for _, d := range dead {
			reason, _, _ := strings.Cut(d.Reason, "\n")
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", d.ID, d.Subject, d.At.Local().Format("01-02 15:04:05"), d.Tries, reason)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		fmt.Println("harrier dead-letters --replay ID sends one again")
		return nil
	})
}
