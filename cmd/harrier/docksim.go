package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/pace"
)

// timeFlags let time run faster; two processes that share them share a clock.
type timeFlags struct {
	TimeScale float64   `default:"1" help:"How many times as fast as the wall's clock time runs."`
	TimeFrom  time.Time `help:"From when on it does (RFC 3339); for processes that share a clock. Default: now."`
}

func (t timeFlags) clock() (pace.Clock, error) {
	if t.TimeFrom.IsZero() {
		t.TimeFrom = time.Now()
	}
	c, err := pace.Faster(t.TimeScale, t.TimeFrom)
	if err != nil {
		return c, fmt.Errorf("--time-scale: %w", err)
	}
	return c, nil
}

type docksimCmd struct {
	Docks    int     `default:"16" help:"Number of docks."`
	Flying   int     `default:"2" help:"Docks that have flights in --city; of fewer docks all."`
	Seed     uint64  `default:"1" help:"Seed of the town; from 10000 up it draws what training never used."`
	Day      uint64  `help:"Day of the town: on another than 0 an eighth of its structures does not stand."`
	MQTT     string  `name:"mqtt" default:"tcp://127.0.0.1:1883" help:"MQTT broker."`
	User     string  `env:"HARRIER_MQTT_USER" help:"MQTT user."`
	Password string  `env:"HARRIER_MQTT_PASSWORD" help:"MQTT password."`
	City     string  `help:"Folder that receives outlines, fences, routes and a harrier.yaml." type:"path"`
	Truth    string  `help:"File that receives what only the simulator knows." type:"path"`
	Height   string  `default:"60-75" help:"Heights of flights in metres, A-B."`
	Pitch    string  `default:"65-90" help:"Degrees below level, A-B."`
	Quality  int     `default:"3" help:"Live quality 1 to 4."`
	Record   string  `help:"Film the flights into this folder, as fast as they can be rendered, and end." type:"path"`
	Play     string  `help:"Show the flights of such a folder, one dock after the other, in place of rendering." type:"path"`
	Seconds  float64 `help:"With --record: only so much of each flight; 0 films all of it."`
	Settings string  `help:"YAML file with other imperfections (see dock/docksim/settings.go)." type:"path"`
	Airborne bool    `help:"Flights begin and end in the air over their route, without a dock's work before and after."`
	Photos   bool    `help:"Routes of --city take a photo at every waypoint; docks upload them after landing."`
	NoVideo  bool    `help:"Film nothing: up to 5000 docks, on a small machine."`
	Faults   string  `help:"YAML file of what goes wrong: chance, kinds, script (see dock/docksim/faults.go)." type:"path"`
	Logbook  string  `help:"File that receives what the docks did, a line of JSON each." type:"path"`
	CA       string  `name:"ca" help:"Certificate (PEM) by which the broker is known, for ssl://." type:"path"`
	timeFlags
	Verbose bool `short:"v"`
}

func (c *docksimCmd) Run(ctx context.Context) error {
	o := docksim.Options{Docks: c.Docks, Flying: min(c.Flying, c.Docks), Seed: c.Seed, Day: c.Day, MQTT: c.MQTT, User: c.User, Password: c.Password, Seconds: c.Seconds, City: c.City, Truth: c.Truth, Quality: c.Quality, Log: newLog(c.Verbose), Settings: docksim.DefaultSettings()}
	var err error
	if o.Height, err = docksim.ParseRange(c.Height); err != nil {
		return fmt.Errorf("--height: %w", err)
	}
	if o.Pitch, err = docksim.ParseRange(c.Pitch); err != nil {
		return fmt.Errorf("--pitch: %w", err)
	}
	if c.Settings != "" {
		if o.Settings, err = docksim.LoadSettings(c.Settings); err != nil {
			return fmt.Errorf("--settings: %w", err)
		}
	}
	if o.Clock, err = c.clock(); err != nil {
		return err
	}
	o.Airborne, o.NoVideo, o.Photos, o.Logbook = c.Airborne, c.NoVideo, c.Photos, c.Logbook
	if c.Faults != "" {
		if o.Faults, err = docksim.LoadFaults(c.Faults); err != nil {
			return fmt.Errorf("--faults: %w", err)
		}
	}
	if o.TLS, err = (config.Config{MQTT: config.MQTT{CA: c.CA}}).Trusted(); err != nil {
		return err
	}
	told := -1
	switch {
	case c.Record != "" && c.Play != "":
		return errors.New("--record and --play exclude each other")
	case c.Record != "":
		return docksim.Record(ctx, o, c.Record, func(dock string, percent int) {
			if percent%10 == 0 && percent != told {
				fmt.Fprintf(os.Stderr, "%s %d %%\n", dock, percent)
			}
			told = percent
		})
	case c.Play != "":
		if err := docksim.PlayOptions(c.Play, &o); err != nil {
			return fmt.Errorf("--play: %w", err)
		}
	}
	f, err := docksim.NewFleet(o)
	if err != nil {
		return err
	}
	if c.City != "" {
		fmt.Fprintln(os.Stderr, "city written to", c.City)
	}
	return f.Run(ctx)
}
