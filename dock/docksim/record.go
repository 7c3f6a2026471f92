package docksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// A recording is a folder: recording.json says what fleet it is of, and each dock's flight is SN.h264 (access units, Annex B, one after
// the other: any player shows it) with SN.json beside it. Played, a flight costs next to nothing to film: what is measured beside it has
// the machine to itself.

const recordingFile = "recording.json"

// recorded is what must be the same when a fleet is played as when it was recorded.
type recorded struct {
	Docks    int        `json:"docks"`
	Flying   int        `json:"flying"`
	Seed     uint64     `json:"seed"`
	Day      uint64     `json:"day,omitempty"`
	Height   [2]float64 `json:"height_m"`
	Pitch    [2]float64 `json:"pitch_deg"`
	Speed    [2]float64 `json:"speed_ms"`
	Quality  int        `json:"quality"`
	IDREvery int        `json:"idr_every_frames"`
	Seconds  float64    `json:"seconds"` // of each flight; 0 is all of it
}

// film is one recorded flight: a frame every tick from its beginning on.
type film struct {
	Sizes   []int           `json:"sizes"` // bytes of each access unit
	Sights  []recordedSight `json:"sights"`
	units   [][]byte
	idr     int
	seconds float64
}

// recordedSight is when a solid was seen well, and its way; times since recordingEpoch.
type recordedSight struct {
	Solid   int              `json:"solid"`
	Lap     int              `json:"lap,omitempty"` // how often it had left the town
	Windows []town.Window    `json:"windows"`
	Path    []town.PathPoint `json:"path,omitempty"`
}

// recordingEpoch stands for the beginning of a flight in a recording.
var recordingEpoch = time.Unix(0, 0).UTC()

// Record films the flight of every flying dock into a folder, as fast as it can be rendered. Docks that are recorded already are kept.
func Record(ctx context.Context, o Options, dir string, progress func(dock string, percent int)) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	rec := recorded{o.Docks, o.Flying, o.Seed, o.Day, o.Height, o.Pitch, o.Settings.SpeedMS, o.Quality, max(1, int(o.Settings.IDREveryS*town.FrameRate)), o.Seconds}
	head, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, recordingFile)
	if was, err := os.ReadFile(path); err == nil && string(was) != string(head) {
		return fmt.Errorf("%s holds another recording: use another folder, or remove it", dir)
	}
	if err := os.WriteFile(path, head, 0o644); err != nil {
		return err
	}
	f := &Fleet{o: o}
	routes := f.routes()
	for i := range o.Flying {
		if _, err := os.Stat(filepath.Join(dir, SN(i)+".json")); err == nil {
			continue
		}
		if err := f.record(ctx, i, routes[i], rec, dir, func(p int) { progress(SN(i), p) }); err != nil {
			return fmt.Errorf("record the flight of %s: %w", SN(i), err)
		}
	}
	return nil
}

func (f *Fleet) record(ctx context.Context, i int, route missions.Route, rec recorded, dir string, progress func(int)) error {
	// the dock flies what it reads from its KMZ
	kmz, err := wpml.Write(route)
	if err != nil {
		return err
	}
	if route, err = wpml.Read(kmz); err != nil {
		return err
	}
	place := f.town(i)
	defer place.Ground.Close()
	q := town.Qualities[f.o.Quality]
	cam := geo.CameraFromDiagonal(q.Width, q.Height, 84)
	r, err := town.NewRenderer(cam)
	if err != nil {
		return err
	}
	defer r.Close()
	enc, err := town.NewEncoder(q, rec.IDREvery)
	if err != nil {
		return err
	}
	defer enc.Close()
	video, err := os.Create(filepath.Join(dir, SN(i)+".h264"))
	if err != nil {
		return err
	}
	defer video.Close()
	var out film
	w := town.NewWatcher(place, func(solid, lap int, windows []town.Window, path []town.PathPoint) {
		out.Sights = append(out.Sights, recordedSight{solid, lap, windows, path})
	})
	p := newPilot(place.Frame, route)
	const tick = time.Second / town.FrameRate
	for n := 0; !p.step(tick.Seconds()) && (rec.Seconds <= 0 || n < int(rec.Seconds*town.FrameRate)); n++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		since := time.Duration(n) * tick
		e := place.Eye(cam, p.at)
		r.Render(place, e, since.Seconds())
		if n%town.LookEvery == 0 {
			w.Look(r, e, since.Seconds(), recordingEpoch.Add(since))
		}
		r.Strip(uint32(n))
		au, err := enc.Encode(r.Frame)
		if err != nil {
			return err
		}
		if _, err := video.Write(au); err != nil {
			return err
		}
		out.Sizes = append(out.Sizes, len(au))
		if n%town.FrameRate == 0 {
			progress(int(p.percent()))
		}
	}
	w.Close()
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	if err := video.Close(); err != nil {
		return err
	}
	// the index is written last: a recording that broke off is made again
	return os.WriteFile(filepath.Join(dir, SN(i)+".json"), b, 0o644)
}

// PlayOptions reads of a recording what its fleet must be, into o.
func PlayOptions(dir string, o *Options) error {
	b, err := os.ReadFile(filepath.Join(dir, recordingFile))
	if err != nil {
		return fmt.Errorf("%s is no recording: %w; harrier docksim --record DIR makes one", dir, err)
	}
	var rec recorded
	if err := json.Unmarshal(b, &rec); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, recordingFile), err)
	}
	o.Docks, o.Flying, o.Seed, o.Day, o.Height, o.Pitch, o.Quality, o.Settings.SpeedMS = rec.Docks, rec.Flying, rec.Seed, rec.Day, rec.Height, rec.Pitch, rec.Quality, rec.Speed
	o.Play, o.Seconds = dir, rec.Seconds
	return nil
}

// openFilm reads a recorded flight.
func openFilm(dir string, i int, idr int) (*film, error) {
	name := filepath.Join(dir, SN(i))
	b, err := os.ReadFile(name + ".json")
	if err != nil {
		return nil, err
	}
	f := &film{idr: idr}
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("%s.json: %w", name, err)
	}
	video, err := os.ReadFile(name + ".h264")
	if err != nil {
		return nil, err
	}
	at := 0
	for _, n := range f.Sizes {
		if n < 0 || at+n > len(video) {
			return nil, errors.New(name + ".h264 is shorter than its index says; record it again")
		}
		f.units = append(f.units, video[at:at+n])
		at += n
	}
	f.seconds = float64(len(f.units)) / town.FrameRate
	return f, nil
}

// tell hands a played flight's sights to the truth: what was in sight while its video was sent.
func (f *film) tell(t *town.Truth, place *town.Town, flight string, began time.Time, from, until time.Time) {
	shift := func(x time.Time) time.Time { return began.Add(x.Sub(recordingEpoch)).UTC() }
	for _, s := range f.Sights {
		var windows []town.Window
		for _, w := range s.Windows {
			w.Flight, w.From, w.To = flight, maxTime(shift(w.From), from), minTime(shift(w.To), until)
			if w.To.Sub(w.From) >= town.SeenFor {
				windows = append(windows, w)
			}
		}
		var path []town.PathPoint
		for _, p := range s.Path {
			if p.Time = shift(p.Time); !p.Time.Before(from) && !p.Time.After(until) {
				path = append(path, p)
			}
		}
		t.Sight(place, s.Solid, s.Lap, windows, path)
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// routes are the routes of the flying docks.
func (f *Fleet) routes() []missions.Route {
	d := town.NewDice(f.o.Seed, 31)
	var out []missions.Route
	for i := range f.o.Flying {
		t := f.bare(i)
		out = append(out, routeOver(t, d, f.o.Height, f.o.Pitch, f.o.Settings.SpeedMS))
	}
	return out
}

// bare is a dock's town with its frame and angle alone: enough for a route.
func (f *Fleet) bare(i int) *town.Town {
	d := town.NewDice(f.o.Seed, town.TownStream+uint64(i))
	return town.BareTown(geo.NewFrame(orbPoint(Site(i)[0], Site(i)[1]), 0), d.Between(-0.6, 0.6))
}

// longest is how long the longest film lasts, seconds.
func longest(films []*film) float64 {
	s := 0.0
	for _, f := range films {
		s = math.Max(s, f.seconds)
	}
	return s
}

// films opens all flights of a recording.
func (f *Fleet) films() ([]*film, error) {
	if f.o.Play == "" {
		return nil, nil
	}
	b, err := os.ReadFile(filepath.Join(f.o.Play, recordingFile))
	if err != nil {
		return nil, err
	}
	var rec recorded
	if err := json.Unmarshal(b, &rec); err != nil {
		return nil, err
	}
	var out []*film
	for i := range f.o.Flying {
		x, err := openFilm(f.o.Play, i, rec.IDREvery)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return slices.Clip(out), nil
}
