package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
)

// errAgain ends a run of Harrier that is to be started anew.
var errAgain = errors.New("started anew with what was changed")

// attempt is one of several starts of Harrier in a process.
type attempt struct {
	up      bool   // it started
	trouble string // what kept the one before from starting
}

// Run runs Harrier, anew with what an administrator changed. A file with which it cannot start is put back.
func (s *serveCmd) Run(ctx context.Context) error {
	log := newLog(s.Verbose)
	c, err := s.load()
	if err != nil {
		return err
	}
	var before *config.Config // with which it ran, while it is not known whether it starts with what was changed
	for a := (attempt{}); ; {
		err := serve(ctx, c, &a, log)
		switch {
		case ctx.Err() != nil:
			return ignoreAgain(err)
		case errors.Is(err, errAgain):
			if err != errAgain { // what else went wrong is joined to it
				log.Warn("a part did not end as it should", "error", err)
			}
			next, err := s.load()
			if err != nil {
				a.trouble = "the configuration was changed meanwhile, and cannot be read: " + err.Error()
				continue
			}
			was := c
			before, c, a = &was, next, attempt{}
		case err != nil && before != nil && !a.up:
			log.Error("with the changed configuration Harrier cannot start; the one before is put back", "error", err)
			a.trouble = fmt.Sprintf("with what was changed of %s Harrier could not start (%v): it runs as before, and what was changed lies beside it in %[1]s.failed", filepath.Base(c.File), err)
			if wrong := before.PutBack(); wrong != nil { // whoever may not write it sees to it
				a.trouble = fmt.Sprintf("with what was changed of %s Harrier could not start (%v): it runs as before, but the file could not be put back (%v); put it right before the next start", filepath.Base(c.File), err, wrong)
			}
			c, before = *before, nil
		default:
			return err
		}
	}
}

func ignoreAgain(err error) error {
	if errors.Is(err, errAgain) {
		return nil
	}
	return err
}

func (s *serveCmd) load() (config.Config, error) {
	c, err := config.Load(s.Config)
	if errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("there is no %s: an empty file is enough to begin with, and the page leads through the rest; --config names another", s.Config)
	}
	if err != nil {
		return c, err
	}
	return c, c.Shift(s.PortOffset)
}
