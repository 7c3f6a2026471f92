package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

// datasetCmd works on data sets.
type datasetCmd struct {
	Export datasetExportCmd `cmd:"" help:"Write reviewed leads as a COCO data set, to train on and to measure with."`
}

type datasetExportCmd struct {
	Config string  `required:"" help:"harrier.yaml of the Harrier whose leads were reviewed; it must be running." type:"existingfile"`
	Out    string  `required:"" help:"Folder for the pictures and annotations.json." type:"path"`
	Held   float64 `default:"0.25" help:"Share of the flights that is held back for measuring (OUT/held), the same flights every time."`
}

// Run reads the last revision of every lead that somebody decided on, and the frames as they were taken.
func (c *datasetExportCmd) Run(ctx context.Context) error {
	conf, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	data, err := conf.dataFolder()
	if err != nil {
		return err
	}
	store, err := evidence.OpenFolder(ctx, filepath.Join(data, "evidence"))
	if err != nil {
		return err
	}
	defer store.Close()
	var last []leads.Lead
	err = conf.withJetStream(func(js jetstream.JetStream) error {
		last, err = reviewed(ctx, js)
		return err
	})
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return errors.New("no lead has been confirmed or rejected yet: review some in the console first")
	}
	n, err := exportLeads(ctx, store, last, c.Out, c.Held)
	if err != nil {
		return err
	}
	fmt.Printf("%d reviewed leads in %d frames: %s to train on, %s to measure with\n", len(last), n, c.Out, filepath.Join(c.Out, "held"))
	return nil
}

// reviewed are the leads that were decided on, as they are now.
func reviewed(ctx context.Context, js jetstream.JetStream) ([]leads.Lead, error) {
	all := map[string]leads.Lead{}
	for _, stream := range leads.Revisions {
		err := journal.Replay(ctx, js, stream, ">", journal.From{}, func(m journal.Msg) error {
			var e leads.Event
			if json.Unmarshal(m.Data, &e) == nil {
				all[e.Data.Lead] = e.Data
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var out []leads.Lead
	for _, l := range all {
		if (l.State == leads.Confirmed || l.State == leads.Rejected) && l.Original != "" {
			out = append(out, l)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Lead < out[j].Lead })
	return out, nil
}

// exportLeads writes the frames of leads with what was decided; a flight is trained on or measured with, never both.
func exportLeads(ctx context.Context, store *evidence.Store, all []leads.Lead, dir string, held float64) (frames int, err error) {
	byFrame := map[string][]leads.Lead{}
	for _, l := range all {
		byFrame[l.Original] = append(byFrame[l.Original], l)
	}
	sets := map[string]*coco{}
	for _, sha := range sortedKeys(byFrame) {
		pic, err := store.Unseal(ctx, sha)
		if err != nil {
			return frames, err
		}
		conf, _, err := image.DecodeConfig(strings.NewReader(string(pic)))
		if err != nil {
			return frames, fmt.Errorf("frame %s: %w", sha, err)
		}
		to := dir
		if inHeld(byFrame[sha][0].Flight, held) {
			to = filepath.Join(dir, "held")
		}
		if sets[to] == nil {
			sets[to] = &coco{}
			if err := os.MkdirAll(filepath.Join(to, "images"), 0o755); err != nil {
				return frames, err
			}
		}
		set := sets[to]
		img := cocoImage{ID: len(set.Images) + 1, FileName: sha + ".jpg", Width: conf.Width, Height: conf.Height, Source: byFrame[sha][0].Flight}
		for _, l := range byFrame[sha] {
			var box vision.Box
			if err := json.Unmarshal(l.Box, &box); err != nil {
				return frames, fmt.Errorf("lead %s: box: %w", l.Lead, err)
			}
			class := l.Class
			if v := l.Attributes["load"]; v != "" {
				class += "/" + v
			}
			b := [4]float64{box.X, box.Y, box.W, box.H}
			if l.State == leads.Rejected {
				img.Rejected = append(img.Rejected, cocoRejected{class, b})
				continue
			}
			set.annotate(img.ID, class, b, nil)
		}
		set.Images = append(set.Images, img)
		if err := os.WriteFile(filepath.Join(to, "images", img.FileName), pic, 0o644); err != nil {
			return frames, err
		}
		frames++
	}
	for to, set := range sets {
		if err := set.write(to); err != nil {
			return frames, err
		}
	}
	return frames, nil
}

// inHeld draws flights by their name: the same ones every time.
func inHeld(flight string, share float64) bool {
	h := uint32(2166136261)
	for _, c := range []byte(flight) {
		h = (h ^ uint32(c)) * 16777619
	}
	return float64(h%1000) < share*1000
}
