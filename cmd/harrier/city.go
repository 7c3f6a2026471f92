package main

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

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
)

// stillGroundSigmaM is how well it is known how high the ground lies against take-off under a still from anywhere; on patrols
// city.ground_sigma says it.
const stillGroundSigmaM = 3

// city is what is known of the ground.
type city struct {
	grid      *geo.Grid
	buildings *geo.Buildings
	fences    *geo.Fences
	register  *geo.Register
	terrain   *geo.Terrain
	doorLines *geo.DoorLines
	roads     []byte
}

// flightAreas are the fences that aircraft themselves are to keep to: out of no-fly fences, within task areas. Those that hold at times only
// are for the gate, as a dock's areas hold always.
func (c city) flightAreas() (*dock.AreaFile, error) {
	var areas []dock.Area
	for _, f := range c.fences.All() {
		kind, ok := map[string]dock.AreaKind{"no-fly": dock.NoFlyArea, "task-area": dock.TaskArea}[f.Kind]
		if ok && f.Always() {
			areas = append(areas, dock.Area{ID: f.ID, Kind: kind, Shape: f.Polygon})
		}
	}
	return dock.NewAreaFile(areas)
}

// locator puts pixels on this city's ground.
func (c city) locator(groundSigmaM float64) geo.Locator {
	return geo.Locator{Buildings: c.buildings, Terrain: c.terrain, GroundSigmaM: groundSigmaM}
}

// stillLocator puts pixels of a still on this city's ground. Heights count from take-off, and a still does not say where that was: from the ground under
// the aircraft, and as much less sure as the ground around differs.
func (c city) stillLocator(p geo.Pose, located bool) (geo.Locator, error) {
	loc := c.locator(stillGroundSigmaM)
	if !located || c.terrain == nil {
		return loc, nil
	}
	loc, err := loc.At(p.Point())
	if err != nil {
		return loc, err
	}
	loc.GroundSigmaM = math.Hypot(loc.GroundSigmaM, c.terrain.ReliefM(p.Point(), takeoffWithinM))
	return loc, nil
}

// takeoffWithinM is how far off an aircraft under whose still nothing is known will have taken off.
const takeoffWithinM = 1000

// loadMemory is what loading tries to stay within, bytes: a district of Pudong's size takes less whatever its files are.
const loadMemory = 450 << 20

// openCity reads a configuration and its city.
func openCity(path string) (config, city, error) {
	c, err := loadConfig(path)
	if err != nil {
		return c, city{}, err
	}
	k, err := loadCity(c)
	return c, k, err
}

// loadCity reads every layer of the configuration, at the same time, from the files in which the bureau has them.
func loadCity(c config) (city, error) {
	out := city{buildings: geo.NewBuildings(nil), fences: geo.NewFences(nil), register: geo.NewRegister(nil), roads: []byte(`{"type":"FeatureCollection","features":[]}`)}
	// most of what is read is garbage a moment later: better collected often than held
	defer debug.SetGCPercent(debug.SetGCPercent(40))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(loadMemory))
	divisions, outline, err := geo.Pudong()
	if err != nil {
		return out, err
	}
	var g errgroup.Group
	g.SetLimit(2)
	g.Go(func() error {
		if c.City.Grid == "" {
			var err error
			out.grid, err = geo.GeneratePudong(c.City.GridSeed)
			return err
		}
		l, err := c.layer("city.grid", c.City.Grid)
		if err != nil {
			return err
		}
		var communities *geo.Layer
		if c.City.Communities != "" {
			if communities, err = c.layer("city.communities", c.City.Communities); err != nil {
				return err
			}
		}
		grid, problems := geo.NewGrid(l, divisions, outline, communities)
		out.grid = grid
		return c.judge("city.grid", c.City.Grid, "grid", problems)
	})
	g.Go(func() error {
		if c.City.Register == "" {
			return nil
		}
		entries, err := c.entries(outline)
		if err == nil {
			out.register.Replace(entries)
		}
		return err
	})
	g.Go(func() (err error) {
		out.fences, err = c.fences()
		return err
	})
	g.Go(func() error {
		if c.City.Outlines == "" {
			return nil
		}
		l, err := c.layer("city.outlines", c.City.Outlines)
		if err != nil {
			return err
		}
		buildings, problems := geo.ReadBuildings(l)
		out.buildings = buildings
		return c.judge("city.outlines", c.City.Outlines, "outlines", problems)
	})
	g.Go(func() error {
		if c.City.Terrain == "" {
			return nil
		}
		var err error
		if out.terrain, err = geo.ReadTerrain(c.City.Terrain); err != nil {
			return fmt.Errorf("city.terrain: %w", err)
		}
		return nil
	})
	var streets []orb.LineString
	g.Go(func() error {
		if c.City.DoorLines == "" {
			return nil
		}
		l, err := c.layer("city.door_lines", c.City.DoorLines)
		if err != nil {
			return err
		}
		var problems []geo.Problem
		streets, problems = geo.ReadDoorLines(l)
		return c.judge("city.door_lines", c.City.DoorLines, "door-lines", problems)
	})
	g.Go(func() error {
		if c.City.Roads == "" {
			return nil
		}
		b, err := os.ReadFile(c.City.Roads)
		if err == nil && !json.Valid(b) {
			err = errors.New("not GeoJSON")
		}
		if err != nil {
			return fmt.Errorf("city.roads %s: %w", c.City.Roads, err)
		}
		out.roads = b
		return nil
	})
	if err := g.Wait(); err != nil {
		return out, err
	}
	out.doorLines = geo.NewDoorLines(streets, out.buildings)
	return out, nil
}

// fences of the configuration; none is no error.
func (c config) fences() (*geo.Fences, error) {
	if c.City.Fences == "" {
		return geo.NewFences(nil), nil
	}
	l, err := c.layer("city.fences", c.City.Fences)
	if err != nil {
		return nil, err
	}
	fences, problems := geo.ReadFences(l)
	return fences, c.judge("city.fences", c.City.Fences, "fences", problems)
}

func (c config) layer(key, path string) (*geo.Layer, error) {
	l, err := layerfile.Read(path, layerfile.Options{Otherwise: c.City.Datum})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	_, l.District, err = geo.Pudong()
	return l, err
}

func (c config) entries(outline orb.MultiPolygon) ([]geo.Entry, error) {
	l, err := c.layer("city.register", c.City.Register)
	if err != nil {
		return nil, err
	}
	entries, problems := geo.ReadEntries(l, outline)
	return entries, c.judge("city.register", c.City.Register, "register", problems)
}

// judge refuses a file with errors, unless the configuration takes what is right of it.
func (c config) judge(key, path, kind string, problems []geo.Problem) error {
	n := geo.Errors(problems)
	if n == 0 || c.City.Partial {
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

// followRegister takes in a register file that was replaced, without stopping; a bad one changes nothing.
func followRegister(ctx context.Context, c config, k city, log *slog.Logger) error {
	if c.City.Register == "" {
		return nil
	}
	changed := func() time.Time {
		var last time.Time
		for _, beside := range []string{"", "-wal"} { // what was edited last in a GeoPackage that is open
			if info, err := os.Stat(c.City.Register + beside); err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
		}
		return last
	}
	last := changed()
	t := time.NewTicker(registerLook)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		now := changed()
		if now.IsZero() || now.Equal(last) {
			continue
		}
		last = now
		entries, err := c.entries(k.grid.Outline())
		if err != nil {
			log.Error("the new register is not taken; the one before stays", "error", err)
			continue
		}
		k.register.Replace(entries)
		log.Info("register replaced", "entries", len(entries))
	}
}
