// Package export makes a data set of reviewed leads, to train on and to measure with.
package export

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"image"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
)

// Reviewed are the leads that were decided on, as they are now, whatever case systems have done with them since.
func Reviewed(ctx context.Context, js jetstream.JetStream) ([]leads.Lead, error) {
	all, err := ledger.Last(ctx, js)
	if err != nil {
		return nil, err
	}
	var out []leads.Lead
	for _, l := range all {
		if (l.WasConfirmed() || l.State == leads.Rejected) && l.Original != "" && l.Deleted == nil {
			out = append(out, l)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Lead < out[j].Lead })
	return out, nil
}

// Frames writes the frames of leads with what was decided as a COCO data set in dir, and a share of the flights in dir/held; a flight is trained on or measured with, never both.
func Frames(ctx context.Context, store *evidence.Store, all []leads.Lead, dir string, held float64) (frames int, err error) {
	byFrame := map[string][]leads.Lead{}
	for _, l := range all {
		byFrame[l.Original] = append(byFrame[l.Original], l)
	}
	sets := map[string]*dataset.COCO{}
	for _, sha := range slices.Sorted(maps.Keys(byFrame)) {
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
			sets[to] = &dataset.COCO{}
			if err := os.MkdirAll(filepath.Join(to, "images"), 0o755); err != nil {
				return frames, err
			}
		}
		set := sets[to]
		img := dataset.Image{ID: len(set.Images) + 1, FileName: sha + ".jpg", Width: conf.Width, Height: conf.Height, Source: byFrame[sha][0].Flight}
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
				img.Rejected = append(img.Rejected, dataset.Rejected{Class: class, BBox: b})
				continue
			}
			set.Annotate(img.ID, class, b, nil)
		}
		set.Images = append(set.Images, img)
		if err := os.WriteFile(filepath.Join(to, "images", img.FileName), pic, 0o644); err != nil {
			return frames, err
		}
		frames++
	}
	for to, set := range sets {
		if err := set.Write(to); err != nil {
			return frames, err
		}
	}
	return frames, nil
}

// inHeld draws flights by their name: the same ones every time.
func inHeld(flight string, share float64) bool {
	h := fnv.New32a()
	h.Write([]byte(flight))
	return float64(h.Sum32()%1000) < share*1000
}
