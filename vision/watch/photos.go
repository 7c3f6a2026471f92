package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/still"
)

// photoWait is how long a photo may go without a sign of life from its worker, and photoTries how often it is looked at in vain.
const (
	photoWait  = 10 * time.Second
	photoTries = 4
	maxPhotos  = 64 // that all workers together may look at
)

// WorkPhotos takes photos off the work queue, one at a time, and looks at them, until ctx ends.
func (w *Watcher) WorkPhotos(ctx context.Context, js jetstream.JetStream) error {
	c := journal.Consumer{Stream: "PHOTOS", Name: "photos", Wait: photoWait, Tries: photoTries, AtOnce: 1, Pending: maxPhotos}
	return journal.Consume(ctx, js, c, w.Log, func(ctx context.Context, m journal.Msg) error {
		var job dock.PhotoJob
		if err := json.Unmarshal(m.Data, &job); err != nil {
			return journal.Permanent(fmt.Errorf("photo job is not JSON: %w", err))
		}
		found, err := w.Photo(ctx, job)
		if not, is := errors.AsType[notInspected](err); is {
			w.Log.Warn("photo not inspected", "flight", job.Flight, "photo", job.Name, "reason", string(not))
			return nil
		}
		if err != nil {
			return fmt.Errorf("look at photo %s of flight %s: %w", job.Name, job.Flight, err)
		}
		for _, f := range found {
			if err := keepFact(ctx, js, SubjectFindings+job.Flight, f.ID+"/0/0", f); err != nil {
				return err
			}
		}
		w.Log.Info("photo looked at", "flight", job.Flight, "photo", job.Name, "findings", len(found))
		return nil
	})
}

// notInspected says why a photo tells nothing, however often it is looked at.
type notInspected string

func (n notInspected) Error() string { return "not inspected: " + string(n) }

// Photo looks at one photo that a dock has uploaded, and returns what scenes' rules find in it. It takes the way of the stills of `harrier
// inspect`: a photo is sharp and one sighting is enough, but what a rule wants to see stay or move cannot be told from it.
func (w *Watcher) Photo(ctx context.Context, job dock.PhotoJob) ([]vision.Finding, error) {
	raw, err := w.Store.Unseal(ctx, job.Original)
	if err != nil {
		return nil, err
	}
	m, err := still.Read(raw)
	switch {
	case err != nil:
		return nil, notInspected(err.Error())
	case m.PoseErr != nil:
		return nil, notInspected(m.PoseErr.Error())
	}
	bgr, err := gocv.IMDecode(raw, gocv.IMReadColor)
	if err != nil || bgr.Empty() {
		return nil, notInspected("the picture cannot be decoded")
	}
	defer bgr.Close()
	if why := Unfit(bgr); why != "" {
		w.Blind.Add(1)
		return nil, notInspected(why)
	}
	f := &flightWatch{w: w, job: dock.WatchJob{Flight: job.Flight, Dock: job.Dock, Simulated: job.Simulated}, log: w.Log, locator: w.Locator, photo: "-" + job.Name}
	if job.Lon != 0 || job.Lat != 0 {
		if f.locator, err = w.Locator.At([2]float64{job.Lon, job.Lat}); err != nil {
			return nil, fmt.Errorf("dock %s: %w", job.Dock, err)
		}
	}
	scenes := slices.DeleteFunc(w.scenes(job.Scenes), func(s vision.Scene) bool { return s.Dwell > 0 || s.Motion == vision.Moving })
	for i := range scenes {
		scenes[i].MinSightings = 1
	}
	f.lookFor(scenes)
	tiles := vision.TilesByGround(m.Camera, m.Pose, 0, w.Model.Manifest.Size)
	all, err := w.Model.Picture(ctx, bgr, tiles, PrivateScore)
	if err != nil {
		return nil, err
	}
	off, err := w.Model.Unlike(bgr)
	if err != nil {
		return nil, err
	}
	w.Analysed.Add(1)
	w.Tiles.Add(int64(len(tiles)))
	var frame []vision.Observation
	for _, d := range all {
		above, ok := f.tracker.AboveM(d.Class)
		if !ok || d.Score < minSightingScore || d.Cut || touchesEdge(d.Box, m.Camera) {
			continue
		}
		x, y := d.Box.Centre()
		at, err := vision.Surfaces(f.locator, d.Class).Locate(m.Camera, m.Pose, x, y, above, boxSigma(d.Box))
		if err == nil {
			frame = append(frame, vision.Observation{Sighting: vision.Sighting{Detection: vision.MarkUnlike(d, off >= 1), Time: m.Time, At: at}, Camera: m.Camera})
		}
	}
	var out []vision.Finding
	for n, k := range f.tracker.Add(frame) {
		scene, found := f.tracker.Rule(k, w.Fences)
		if !found || k.Found {
			continue
		}
		k.Found = true
		x, err := f.finding(ctx, k, frame[n], scene.Name, picture{bgr, all, job.Original})
		if err != nil {
			return nil, err
		}
		if f.judge(&x, frame[n], f.locator, m.Pose, scene); !x.Withheld {
			out = append(out, x)
		}
	}
	return out, nil
}
