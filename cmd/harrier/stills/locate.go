package stills

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision/still"
)

type Locate struct {
	Image  string   `required:"" help:"JPEG or PNG still." type:"path"`
	Pixel  []string `required:"" sep:"none" help:"X,Y in pixels of the image; repeat for more."`
	Config string   `help:"harrier.yaml with outlines and terrain." type:"path"`

	Calibration string `help:"Corrections that harrier calibrate wrote." type:"path"`
	supply
}

// Located is an element of what locate prints.
type Located struct {
	Lon     *float64     `json:"lon,omitempty"`
	Lat     *float64     `json:"lat,omitempty"`
	Datum   string       `json:"datum,omitempty"`
	Ellipse *geo.Ellipse `json:"ellipse,omitempty"`
	Cell    string       `json:"cell,omitempty"`
	Error   string       `json:"error,omitempty"`
}

func (c *Locate) Run() error {
	data, err := os.ReadFile(c.Image)
	if err != nil {
		return err
	}
	m, err := still.Read(data)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Image, err)
	}
	_, ground, err := config.LoadCity(c.Config)
	if err != nil {
		return err
	}
	c.fill(&m.Pose, &m.Camera, &m.HasCamera, &m.PoseErr, m.Width, m.Height)
	if m.Edited != "" {
		fmt.Fprintf(os.Stderr, "harrier: %s: pixels may not match the pose: written by %s after landing\n", c.Image, m.Edited)
	}
	loc, err := ground.StillLocator(m.Pose, m.PoseErr == nil)
	if err != nil {
		m.PoseErr = err
	}
	if c.Calibration != "" {
		cal, err := geo.ReadCalibration(c.Calibration)
		if err != nil {
			return err
		}
		if m.Pose, err = cal.Apply(m.Pose); err != nil {
			fmt.Fprintf(os.Stderr, "harrier: %s: %v\n", c.Image, err)
		}
		loc.GroundSigmaM = 0 // the height above the ground is what was calibrated
	}
	out := make([]Located, len(c.Pixel))
	failed := 0
	for i, s := range c.Pixel {
		x, y, err := pixel(s)
		if err == nil {
			err = m.PoseErr
		}
		var l geo.Located
		if err == nil {
			l, err = loc.Locate(m.Camera, m.Pose, x, y, 0, 1)
		}
		if err != nil {
			out[i].Error = err.Error()
			failed++
			continue
		}
		e := l.Cov.Ellipse()
		lon, lat := round(l.Lon, 9), round(l.Lat, 9)
		out[i] = Located{Lon: &lon, Lat: &lat, Datum: geo.WGS84, Ellipse: &e}
		if cell, ok := ground.Grid.At(l.Point()); ok {
			out[i].Cell = cell.Code
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	if failed > 0 {
		return progress.SomeFailed{N: failed, Of: len(out)}
	}
	return nil
}

func pixel(s string) (x, y float64, err error) {
	a, b, ok := strings.Cut(s, ",")
	if ok {
		if x, err = strconv.ParseFloat(strings.TrimSpace(a), 64); err == nil {
			y, err = strconv.ParseFloat(strings.TrimSpace(b), 64)
		}
	}
	if !ok || err != nil {
		return 0, 0, fmt.Errorf("pixel %q is not X,Y", s)
	}
	return x, y, nil
}
