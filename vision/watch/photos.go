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
	"github.com/harrier-patrol/harrier/dock/media"
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
		var job media.PhotoJob
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

// Photo looks at one photo that a dock has uploaded, and returns what scenes' rules find in it: a photo is sharp and one sighting is enough, but
// what a rule wants to see stay or move cannot be told from it.
func (w *Watcher) Photo(ctx context.Context, job media.PhotoJob) ([]vision.Finding, error) {
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
	scenes := slices.DeleteFunc(w.scenes(job.Scenes), func(s vision.Scene) bool { return s.Dwell > 0 || s.Motion == vision.Moving })
	for i := range scenes {
		scenes[i].MinSightings = 1
	}
	p := Still{BGR: bgr, Time: m.Time, Posed: true, Camera: m.Camera, Pose: m.Pose, Locator: w.Locator, Sealed: job.Original}
	if job.Lon != 0 || job.Lat != 0 {
		if p.Locator, err = w.Locator.At([2]float64{job.Lon, job.Lat}); err != nil {
			return nil, fmt.Errorf("dock %s: %w", job.Dock, err)
		}
	}
	seen, err := w.Stills(dock.WatchJob{Flight: job.Flight, Dock: job.Dock, Simulated: job.Simulated}, "-"+job.Name, scenes, PrivateScore).Look(ctx, p)
	if err == nil && seen.Unfit != "" {
		return nil, notInspected(seen.Unfit)
	}
	return seen.Findings, err
}
