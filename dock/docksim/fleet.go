package docksim

import (
	"context"
	"crypto/md5"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// Options say what a fleet is.
type Options struct {
	Docks, Flying  int
	Seed           uint64
	Day            uint64 // of the town: on day 0 everything stands, on others an eighth of the structures does not, in another light
	MQTT           string // tcp://host:port
	User, Password string
	Play           string  // folder of a recording that is shown in place of rendering; may be empty
	Seconds        float64 // of a recording: how much of each flight; 0 is all
	City           string  // folder that receives what a bureau and an operator would give; may be empty
	Truth          string  // file; may be empty
	Height, Pitch  [2]float64
	Quality        int
	Settings       Settings
	Airborne       bool       // flights begin and end in the air over their route, without a dock's work before and after
	Photos         bool       // the city's routes take a photo at every waypoint
	NoVideo        bool       // nothing is filmed: live starts are granted, and no stream comes
	Clock          pace.Clock // zero: the wall's; faster ones only without video
	Faults         Faults
	Logbook        string // file that receives what docks did, a line of JSON each; may be empty
	TLS            *tls.Config
	Log            *slog.Logger
}

// Sites are where the docks of Pudong are taken to stand (made up; lon, lat WGS-84).
var Sites = [][2]float64{
	{121.530, 31.225}, {121.580, 31.205}, {121.600, 31.250}, {121.545, 31.180}, {121.620, 31.190}, {121.660, 31.220},
	{121.590, 31.150}, {121.640, 31.130}, {121.690, 31.170}, {121.720, 31.110}, {121.640, 31.060}, {121.700, 31.040},
	{121.760, 31.060}, {121.780, 30.980}, {121.830, 30.950}, {121.880, 30.920},
}

// SN is the serial number of a simulated dock; AircraftSN of its aircraft.
func SN(i int) string         { return fmt.Sprintf("SIMDOCK%04d", i+1) }
func AircraftSN(i int) string { return fmt.Sprintf("SIMDRONE%04d", i+1) }

// Site is where a dock stands: the docks of Pudong, and a grid of made-up ones beyond them.
func Site(i int) [2]float64 {
	if i < len(Sites) {
		return Sites[i]
	}
	return [2]float64{121.2 + 0.02*float64(i%40), 30.9 + 0.02*float64(i/40)}
}

// payload index of the simulated aircraft's camera in OSD and video ids: they are M4D.
var payload = cloudapi.MainCamera("M4D")

// Fleet runs the simulated docks of one process.
type Fleet struct {
	o     Options
	truth *town.Truth
	book  *logbook
	epoch time.Time
	shown []*film      // by dock; empty where flights are rendered
	count atomic.Int64 // flights so far
}

// NewFleet checks the options and writes the city's files.
func NewFleet(o Options) (*Fleet, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Clock.Scale == 0 {
		o.Clock = pace.Wall
	}
	f := &Fleet{o: o, epoch: time.Now()}
	var err error
	if f.shown, err = f.films(); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	if o.City != "" {
		if err := f.writeCity(); err != nil {
			return nil, fmt.Errorf("write the city: %w", err)
		}
	}
	return f, nil
}

func (o Options) check() error {
	switch {
	case o.Docks < 1 || o.Docks > len(Sites) && !o.NoVideo:
		return fmt.Errorf("--docks must be 1 to %d, is %d; without video (--no-video) there may be more", len(Sites), o.Docks)
	case o.Docks > 5000:
		return fmt.Errorf("--docks must be at most 5000, is %d", o.Docks)
	case o.Clock.Scale > 1 && !o.NoVideo:
		return fmt.Errorf("--time-scale needs --no-video: films run in real time")
	case o.Flying < 0 || o.Flying > o.Docks:
		return fmt.Errorf("--flying must be 0 to the number of docks (%d), is %d", o.Docks, o.Flying)
	case town.Qualities[o.Quality].Width == 0:
		return fmt.Errorf("--quality must be 1 to 4, is %d", o.Quality)
	case o.Height[0] < 20 || o.Height[1] > 120:
		return fmt.Errorf("--height must lie between 20 and 120 m, is %v", o.Height)
	case o.Pitch[0] < 30 || o.Pitch[1] > 90:
		return fmt.Errorf("--pitch must lie between 30 and 90 degrees below level, is %v", o.Pitch)
	}
	return nil
}

func (f *Fleet) town(i int) *town.Town {
	return town.NewTownOn(f.o.Seed, uint64(i), fmt.Sprintf("T%02d", i+1), orbPoint(Site(i)[0], Site(i)[1]), town.DayOf(f.o.Seed, f.o.Day))
}

// Run connects every dock and stays until ctx ends; truth is written on the way out.
func (f *Fleet) Run(ctx context.Context) error {
	t, err := town.NewTruth(f.o.Truth)
	if err != nil {
		return fmt.Errorf("truth: %w", err)
	}
	f.truth = t
	if f.book, err = newLogbook(f.o.Logbook); err != nil {
		return fmt.Errorf("logbook: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	for i := range f.o.Docks {
		d := newSimDock(f, i)
		g.Go(func() error { return d.run(ctx) })
	}
	err = g.Wait()
	return errors.Join(err, t.Close(), f.book.Close())
}

func fetchRoute(ctx context.Context, f cloudapi.File) (missions.Route, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return missions.Route{}, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return missions.Route{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return missions.Route{}, fmt.Errorf("%s: %s", f.URL, res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return missions.Route{}, err
	}
	if s := md5.Sum(b); hex.EncodeToString(s[:]) != f.Fingerprint {
		return missions.Route{}, fmt.Errorf("%s: MD5 is %x, flighttask_prepare said %s", f.URL, s, f.Fingerprint)
	}
	return wpml.Read(b)
}
