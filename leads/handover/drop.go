package handover

import (
	"bytes"
	"context"
	"fmt"
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
func (d *Drop) Run(ctx context.Context, all func() ([]leads.Lead, error), log *slog.Logger) error {
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
func (d *Drop) write(now time.Time, all func() ([]leads.Lead, error)) error {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if now.Sub(midnight) < d.at {
		return nil
	}
	name := filepath.Join(d.Folder, "leads-"+now.Format(time.DateOnly))
	if _, err := os.Stat(name + ".geojson"); err == nil {
		return nil
	}
	found, err := all()
	if err != nil {
		return err
	}
	var table, points bytes.Buffer
	if err := export.CSV(&table, found); err != nil {
		return err
	}
	if err := export.GeoJSON(&points, found); err != nil {
		return err
	}
	if err := renameio.WriteFile(name+".csv", table.Bytes(), 0o644); err != nil {
		return err
	}
	return renameio.WriteFile(name+".geojson", points.Bytes(), 0o644) // at last: it says that both are there
}
