package handover

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/export"
)

// Drop writes all leads into a folder every night, for systems that take files: leads-2026-11-29.csv and .geojson.
type Drop struct {
	Folder string `yaml:"folder"` // empty: none are written
	At     string `yaml:"at"`     // 02:00, by the clock of this machine

	at time.Duration // from midnight on
}

// Open checks a drop.
func (d *Drop) Open() error {
	t, err := time.Parse("15:04", d.At)
	if err != nil {
		return fmt.Errorf("drop: at: %q is no time like 02:00", d.At)
	}
	d.at = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	if err := os.MkdirAll(d.Folder, 0o755); err != nil {
		return fmt.Errorf("drop: %w", err)
	}
	return nil
}

// dropLook is how often it is looked whether it is time.
const dropLook = time.Minute

// Run writes each night's files, later in the day where this did not run then, until ctx ends. all are the leads of real docks as they are.
func (d *Drop) Run(ctx context.Context, all iter.Seq2[leads.Lead, error], log *slog.Logger) error {
	t := time.NewTicker(dropLook)
	defer t.Stop()
	for {
		if err := d.write(time.Now(), all); err != nil {
			log.Error("the night's leads are not written; trying again", "folder", d.Folder, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// write writes the files of a day once its hour has come, where they are not there.
func (d *Drop) write(now time.Time, all iter.Seq2[leads.Lead, error]) error {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if now.Sub(midnight) < d.at {
		return nil
	}
	name := filepath.Join(d.Folder, "leads-"+now.Format(time.DateOnly))
	if _, err := os.Stat(name + ".geojson"); err == nil {
		return nil
	}
	for _, file := range []struct {
		end   string
		write func(io.Writer, iter.Seq2[leads.Lead, error]) error
	}{{".csv", export.CSV}, {".geojson", export.GeoJSON}} { // the second one at last: it says that both are there
		if err := d.put(name+file.end, all, file.write); err != nil {
			return err
		}
	}
	return nil
}

// put writes a file whole, or not at all.
func (d *Drop) put(path string, all iter.Seq2[leads.Lead, error], write func(io.Writer, iter.Seq2[leads.Lead, error]) error) error {
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }()
	if err := write(f, all); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}
