// Package city is what a bureau knows of the ground of its city, read from the files in which it has it.
package city

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
)

// StillGroundSigmaM is how well it is known how high the ground lies against take-off under a still from anywhere; on patrols
// Files.GroundSigma says it.
const StillGroundSigmaM = 3

// Files names the files, and says what they do not say themselves; all may be missing.
type Files struct {
	Grid        string  `yaml:"grid"`
	Communities string  `yaml:"communities"`
	Fences      string  `yaml:"fences"`
	Register    string  `yaml:"register"`
	Outlines    string  `yaml:"outlines"`
	DoorLines   string  `yaml:"door_lines"`
	Terrain     string  `yaml:"terrain"`
	Roads       string  `yaml:"roads"`
	Datum       string  `yaml:"datum"`        // of files that name none
	Partial     bool    `yaml:"partial"`      // takes what is right of files with errors
	GroundSigma float64 `yaml:"ground_sigma"` // metres, of the ground under patrols
	GridSeed    uint64  `yaml:"grid_seed"`    // of a made-up grid, where there is no file
}

// Paths are the names of the files, to be changed in place.
func (c *Files) Paths() []*string {
	return []*string{&c.Grid, &c.Communities, &c.Fences, &c.Register, &c.Outlines, &c.DoorLines, &c.Terrain, &c.Roads}
}

// City is what is known of the ground.
type City struct {
	Grid      *geo.Grid
	Buildings *geo.Buildings
	Fences    *geo.Fences
	Register  *geo.Register
	Terrain   *geo.Terrain // nil where there is none
	DoorLines *geo.DoorLines
	Roads     []byte // GeoJSON
}

// Locator puts pixels on this city's ground.
func (c City) Locator(groundSigmaM float64) geo.Locator {
	return geo.Locator{Buildings: c.Buildings, Terrain: c.Terrain, GroundSigmaM: groundSigmaM}
}

// StillLocator puts pixels of a still on this city's ground. Heights count from take-off, and a still does not say where that was: from the ground under
// the aircraft, and as much less sure as the ground around differs.
func (c City) StillLocator(p geo.Pose, located bool) (geo.Locator, error) {
	loc := c.Locator(StillGroundSigmaM)
	if !located || c.Terrain == nil {
		return loc, nil
	}
	loc, err := loc.At(p.Point())
	if err != nil {
		return loc, err
	}
	loc.GroundSigmaM = math.Hypot(loc.GroundSigmaM, c.Terrain.ReliefM(p.Point(), takeoffWithinM))
	return loc, nil
}

// takeoffWithinM is how far off an aircraft under whose still nothing is known will have taken off.
const takeoffWithinM = 1000

// loadMemory is what loading tries to stay within, bytes: a district of Pudong's size takes less whatever its files are.
const loadMemory = 450 << 20

// Load reads every layer, at the same time, from the files in which the bureau has them.
func (c Files) Load() (City, error) {
	out := City{Buildings: geo.NewBuildings(nil), Fences: geo.NewFences(nil), Register: geo.NewRegister(nil), Roads: []byte(`{"type":"FeatureCollection","features":[]}`)}
	// most of what is read is garbage a moment later: better collected often than held
	defer debug.SetGCPercent(debug.SetGCPercent(40))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(loadMemory))
	divisions, outline, err := geo.Pudong()
	if err != nil {
		return out, err
	}
	var g errgroup.Group
	g.SetLimit(2)
	g.Go(func() (err error) {
		out.Grid, err = c.readGrid(divisions, outline)
		return err
	})
	g.Go(func() error {
		if c.Register == "" {
			return nil
		}
		entries, err := c.entries(outline)
		if err == nil {
			out.Register.Replace(entries)
		}
		return err
	})
	g.Go(func() (err error) {
		out.Fences, err = c.ReadFences()
		return err
	})
	g.Go(func() (err error) {
		out.Buildings, err = c.ReadBuildings()
		return err
	})
	g.Go(func() error {
		if c.Terrain == "" {
			return nil
		}
		var err error
		if out.Terrain, err = geo.ReadTerrain(c.Terrain); err != nil {
			return fmt.Errorf("city.terrain: %w", err)
		}
		return nil
	})
	var streets []orb.LineString
	g.Go(func() (err error) {
		streets, err = c.readStreets()
		return err
	})
	g.Go(func() error {
		if c.Roads == "" {
			return nil
		}
		b, err := os.ReadFile(c.Roads)
		if err == nil && !json.Valid(b) {
			err = errors.New("not GeoJSON")
		}
		if err != nil {
			return fmt.Errorf("city.roads %s: %w", c.Roads, err)
		}
		out.Roads = b
		return nil
	})
	if err := g.Wait(); err != nil {
		return out, err
	}
	out.DoorLines = geo.NewDoorLines(streets, out.Buildings)
	return out, nil
}

// readGrid reads the unit grid, or makes one up where there is no file.
func (c Files) readGrid(divisions *geo.Divisions, outline orb.MultiPolygon) (*geo.Grid, error) {
	if c.Grid == "" {
		return geo.GeneratePudong(c.GridSeed)
	}
	l, err := c.Layer("city.grid", c.Grid)
	if err != nil {
		return nil, err
	}
	var communities *geo.Layer
	if c.Communities != "" {
		if communities, err = c.Layer("city.communities", c.Communities); err != nil {
			return nil, err
		}
	}
	grid, problems := geo.NewGrid(l, divisions, outline, communities)
	return grid, c.judge("city.grid", c.Grid, "grid", problems)
}

// readStreets reads the lines over which shops may not trade; where there is no file there are none.
func (c Files) readStreets() ([]orb.LineString, error) {
	if c.DoorLines == "" {
		return nil, nil
	}
	l, err := c.Layer("city.door_lines", c.DoorLines)
	if err != nil {
		return nil, err
	}
	streets, problems := geo.ReadDoorLines(l)
	return streets, c.judge("city.door_lines", c.DoorLines, "door-lines", problems)
}

// ReadBuildings reads the outlines of buildings; none where there is no file.
func (c Files) ReadBuildings() (*geo.Buildings, error) {
	if c.Outlines == "" {
		return geo.NewBuildings(nil), nil
	}
	l, err := c.Layer("city.outlines", c.Outlines)
	if err != nil {
		return nil, err
	}
	buildings, problems := geo.ReadBuildings(l)
	return buildings, c.judge("city.outlines", c.Outlines, "outlines", problems)
}

// ReadFences reads the fences alone; where there is no file there are none.
func (c Files) ReadFences() (*geo.Fences, error) {
	if c.Fences == "" {
		return geo.NewFences(nil), nil
	}
	l, err := c.Layer("city.fences", c.Fences)
	if err != nil {
		return nil, err
	}
	fences, problems := geo.ReadFences(l)
	return fences, c.judge("city.fences", c.Fences, "fences", problems)
}

// Layer reads a file whose coordinates are in the datum of Files, where it names none; key is what it is called in errors.
func (c Files) Layer(key, path string) (*geo.Layer, error) {
	l, err := layerfile.Read(path, layerfile.Options{Otherwise: c.Datum})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	_, l.District, err = geo.Pudong()
	return l, err
}

func (c Files) entries(outline orb.MultiPolygon) ([]geo.Entry, error) {
	l, err := c.Layer("city.register", c.Register)
	if err != nil {
		return nil, err
	}
	entries, problems := geo.ReadEntries(l, outline)
	return entries, c.judge("city.register", c.Register, "register", problems)
}

// judge refuses a file with errors, unless the configuration takes what is right of it.
func (c Files) judge(key, path, kind string, problems []geo.Problem) error {
	n := geo.Errors(problems)
	if n == 0 || c.Partial {
		return nil
	}
	var first []string
	for _, p := range problems {
		if !p.Warning && len(first) < 3 {
			first = append(first, p.String())
		}
	}
	return fmt.Errorf("%s %s: %d errors, the first: %s; all of them: harrier geo check --as %s %s; city.partial: true leaves the bad features out", key, path, n, strings.Join(first, "; "), kind, path)
}

// registerLook is how often the register's file is looked at for a newer one.
const registerLook = 10 * time.Second

// Follow takes in a register file that was replaced, without stopping; a bad one changes nothing.
func (c Files) Follow(ctx context.Context, k City, log *slog.Logger) error {
	return followFile(ctx, c.Register, log, func() error {
		entries, err := c.entries(k.Grid.Outline())
		if err != nil {
			return fmt.Errorf("the new register is not taken; the one before stays: %w", err)
		}
		k.Register.Replace(entries)
		log.Info("register replaced", "entries", len(entries))
		return nil
	})
}

// ReadPermits reads permits from a file; none where there is no file.
func (c Files) ReadPermits(path string) (*geo.Permits, error) {
	if path == "" {
		return &geo.Permits{}, nil
	}
	l, err := c.Layer("leads.permits", path)
	if err != nil {
		return nil, err
	}
	permits, problems := geo.ReadPermits(l)
	return permits, c.judge("leads.permits", path, "permits", problems)
}

// FollowPermits takes in a newer file of permits, until ctx ends.
func (c Files) FollowPermits(ctx context.Context, path string, permits *geo.Permits, log *slog.Logger) error {
	return followFile(ctx, path, log, func() error {
		newer, err := c.ReadPermits(path)
		if err != nil {
			return fmt.Errorf("the new permits are not taken; those before stay: %w", err)
		}
		permits.Replace(newer)
		log.Info("permits replaced", "permits", permits.Len())
		return nil
	})
}

// followFile calls take when a file has changed, until ctx ends; without a path it does nothing.
func followFile(ctx context.Context, path string, log *slog.Logger, take func() error) error {
	if path == "" {
		return nil
	}
	changed := func() time.Time {
		var last time.Time
		for _, beside := range []string{"", "-wal"} { // what was edited last in a GeoPackage that is open
			if info, err := os.Stat(path + beside); err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
		}
		return last
	}
	last := changed()
	return every(ctx, registerLook, func() {
		now := changed()
		if now.IsZero() || now.Equal(last) {
			return
		}
		last = now
		if err := take(); err != nil {
			log.Error("a file that changed", "file", path, "error", err)
		}
	})
}

// every does something each time that so long has passed, until ctx ends.
func every(ctx context.Context, d time.Duration, do func()) error {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			do()
		}
	}
}
