package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// renderCmd makes the rendered part of the training data: frames as they come out of the stream, with their labels.
type renderCmd struct {
	Out     string `required:"" help:"Folder for the pictures and labels.jsonl."`
	From    uint64 `default:"100" help:"First seed; seeds from 10000 up are held back for measuring."`
	Towns   int    `default:"10" help:"Number of towns."`
	Frames  int    `default:"20" help:"Frames of each town."`
	Height  string `default:"35-95" help:"Heights in metres, A-B."`
	Pitch   string `default:"50-90" help:"Degrees below level, A-B."`
	Quality int    `default:"0" help:"Live quality 1 to 4; 0 draws 2 or 3."`
}

func (c *renderCmd) Run() error {
	heights, err := docksim.ParseRange(c.Height)
	if err != nil {
		return fmt.Errorf("--height: %w", err)
	}
	pitches, err := docksim.ParseRange(c.Pitch)
	if err != nil {
		return fmt.Errorf("--pitch: %w", err)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(c.Out, "labels.jsonl"))
	if err != nil {
		return err
	}
	defer out.Close()
	enc := json.NewEncoder(out)
	for i := range c.Towns {
		seed := c.From + uint64(i)
		q := c.Quality
		if q == 0 {
			q = 2 + i%2
		}
		n := 0
		err := docksim.Takes(seed, c.Frames, heights, pitches, q, func(t docksim.Take) error {
			dec, err := stream.NewDecoder()
			if err != nil {
				return err
			}
			defer dec.Close()
			for _, au := range t.Burst {
				if _, err := dec.Decode(au); err != nil {
					return err
				}
			}
			m := gocv.NewMat()
			defer m.Close()
			if err := dec.Picture(&m); err != nil {
				return err
			}
			name := fmt.Sprintf("%06d-%03d.jpg", seed, n)
			n++
			if !gocv.IMWriteWithParams(filepath.Join(c.Out, name), m, []int{gocv.IMWriteJpegQuality, 93}) {
				return fmt.Errorf("cannot write %s", name)
			}
			return enc.Encode(map[string]any{"file": name, "width": t.Width, "height": t.Height, "labels": t.Labels})
		})
		if err != nil {
			return fmt.Errorf("town %d: %w", seed, err)
		}
	}
	return out.Close()
}
