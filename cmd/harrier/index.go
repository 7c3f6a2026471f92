package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

// indexCmd is about the index of leads.
type indexCmd struct {
	Rebuild indexRebuild `cmd:"" help:"Make the index of leads again from the streams. Harrier must not run; stopped half-way, it goes on next time."`
}

type indexRebuild struct {
	Config string `default:"harrier.yaml" help:"Configuration of the Harrier whose index it is." type:"path"`
}

// indexIn is the file of the index in a data folder.
func indexIn(data string) string { return filepath.Join(data, "leads.sqlite") }

// Run builds beside the index that is there, and puts the new one in its place.
func (x *indexRebuild) Run(ctx context.Context) (err error) {
	c, err := config.Load(x.Config)
	if err != nil {
		return err
	}
	b := &base{conf: c, log: newLog(false)}
	defer func() {
		if e := b.Close(); err == nil {
			err = e
		}
	}()
	if err := b.ownData("harrier index rebuild"); err != nil {
		return err
	}
	if err := b.connectNATS(); err != nil {
		return err
	}
	if err := journal.Declare(ctx, b.js, config.Streams(), c.Retention, c.NATS.Replicas); err != nil {
		return err
	}
	began, next := time.Now(), indexIn(b.data)+".new"
	i, err := index.Open(next)
	if err != nil {
		return err
	}
	n, err := ledger.Build(ctx, b.js, i, b.log)
	leads := i.Len()
	if e := i.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	for _, end := range []string{"-wal", "-shm"} { // of the one before
		if err := os.Remove(indexIn(b.data) + end); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if err := os.Rename(next, indexIn(b.data)); err != nil {
		return err
	}
	fmt.Printf("%d leads of %d revisions in %.1f s: %s\n", leads, n, time.Since(began).Seconds(), indexIn(b.data))
	return nil
}
