package recognition

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// Render makes the rendered part of the training data: frames as they come out of the stream, as a COCO data set; or pairs of one
// place on two days, with the mask of what changed; or single things with their shadow, to be put into photographs.
type Render struct {
	Out     string `required:"" help:"Folder for the pictures and labels.jsonl."`
	What    string `default:"frames" enum:"frames,pairs,cutouts" help:"frames, pairs or cutouts."`
	From    uint64 `default:"100" help:"First seed; seeds from 10000 up are held back for measuring."`
	Towns   int    `default:"10" help:"Number of towns (of cutouts: seeds)."`
	Frames  int    `default:"20" help:"Frames or pairs of each town; cutouts of each kind and seed."`
	Height  string `default:"35-110" help:"Heights of frames in metres, A-B."`
	Pitch   string `default:"45-90" help:"Degrees below level, A-B."`
	GSD     string `name:"gsd" default:"0.05-0.1" help:"Metres a pixel of pairs, A-B."`
	Quality int    `default:"0" help:"Live quality 1 to 4; 0 takes 2, 3 and 4 in turn."`
}

// cutoutGSDM is how finely cutouts are rendered; they are made coarser where they are put in.
const cutoutGSDM = 0.045

func (c *Render) Run() error {
	heights, err := docksim.ParseRange(c.Height)
	if err != nil {
		return fmt.Errorf("--height: %w", err)
	}
	pitches, err := docksim.ParseRange(c.Pitch)
	if err != nil {
		return fmt.Errorf("--pitch: %w", err)
	}
	gsd, err := docksim.ParseRange(c.GSD)
	if err != nil {
		return fmt.Errorf("--gsd: %w", err)
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
	var set dataset.COCO // of frames
	for i := range c.Towns {
		seed := c.From + uint64(i)
		q := c.Quality
		if q == 0 {
			q = 2 + i%3
		}
		n := 0
		write := func(ext string, m gocv.Mat) (string, error) {
			name := fmt.Sprintf("%06d-%04d%s", seed, n, ext)
			if !gocv.IMWriteWithParams(filepath.Join(c.Out, name), m, []int{gocv.IMWriteJpegQuality, 93}) {
				return "", fmt.Errorf("cannot write %s", name)
			}
			return name, nil
		}
		switch c.What {
		case "pairs":
			err = town.PairsOf(seed, c.Frames, gsd, func(p town.Passes) error {
				before, e1 := write("-before.jpg", p.Before)
				after, e2 := write("-after.jpg", p.After)
				mask, e3 := write("-mask.png", p.Mask)
				n++
				return errors.Join(e1, e2, e3, enc.Encode(map[string]any{"before": before, "after": after, "mask": mask, "gsd_m": p.GSDM}))
			})
		case "cutouts":
			err = town.CutoutsOf(seed, c.Frames, cutoutGSDM, pitches, func(x town.Cutout) error {
				name, err := write("-"+x.Class+".png", x.Picture)
				n++
				return errors.Join(err, enc.Encode(map[string]any{"file": name, "class": x.Class, "box": x.Box, "gsd_m": x.GSDM, "marks": x.Marks}))
			})
		default:
			err = c.frames(seed, q, heights, pitches, func(m gocv.Mat, t town.Take) error {
				name, err := write(".jpg", m)
				n++
				img := len(set.Images) + 1
				set.Images = append(set.Images, dataset.Image{ID: img, FileName: name, Width: t.Width, Height: t.Height, GSDM: math.Round(t.GSDM*1e4) / 1e4, Source: fmt.Sprintf("town %d", seed)})
				for _, l := range t.Labels {
					v := math.Round(l.Visible*100) / 100
					set.Annotate(img, strings.Replace(l.Class, "dump-truck-", "dump-truck/", 1), l.Box, &v)
					set.Annotations[len(set.Annotations)-1].Marks = l.Marks
				}
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("town %d: %w", seed, err)
		}
	}
	if c.What == "frames" {
		return errors.Join(set.Write(c.Out), out.Close(), os.Remove(out.Name()))
	}
	return out.Close()
}

// frames decodes what a dock's encoder made of each picture.
func (c *Render) frames(seed uint64, quality int, heights, pitches [2]float64, each func(gocv.Mat, town.Take) error) error {
	return town.Takes(seed, c.Frames, heights, pitches, quality, func(t town.Take) error {
		dec, err := stream.NewDecoder()
		if err != nil {
			return err
		}
		defer dec.Close()
		for _, au := range t.Burst {
			if _, err := dec.Decode(au, 0); err != nil {
				return err
			}
		}
		m := gocv.NewMat()
		defer m.Close()
		if err := dec.Picture(&m); err != nil {
			return err
		}
		return each(m, t)
	})
}
