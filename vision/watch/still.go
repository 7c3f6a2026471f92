package watch

import (
	"context"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// Still is a picture that stands alone: a photo that a dock took, a still from disk, a frame of a recording.
type Still struct {
	BGR  gocv.Mat
	Time time.Time // zero where it is not known

	// Posed says that Camera, Pose and Locator are known: where not, nothing is put on the ground.
	Posed   bool
	Camera  geo.Camera
	Pose    geo.Pose
	Locator geo.Locator
	// Edited says that the pixels may not be those that the pose belongs to: nothing becomes a finding.
	Edited bool

	Sealed string // SHA-256 of the original in the evidence; "" where it is not kept
}

// Seen is what a still shows.
type Seen struct {
	Unfit    string // why it shows nothing, "" where it does
	Unlike   bool   // it is unlike all that the network learnt from
	All      []Placed
	Findings []vision.Finding // new ones, and the next revision of those that other stills showed already
}

// Placed is a detection, and where it lies.
type Placed struct {
	vision.Detection
	At         *geo.Located      // nil where it cannot be told
	Attributes map[string]string // of a dump truck, its plate where it can be read
}

// Stills looks at pictures that stand alone, one after the other; what several of them show of one thing is one track.
type Stills struct {
	f     *flightWatch
	score float64
}

// Stills prepares to look for scenes in pictures of a flight, named id in what is found. Detections are told from a score on, which is
// PrivateScore at most.
func (w *Watcher) Stills(job dock.WatchJob, id string, scenes []vision.Scene, score float64) *Stills {
	f := &flightWatch{w: w, job: job, log: w.Log, photo: id, found: map[*vision.Track]vision.Finding{}}
	f.lookFor(scenes)
	return &Stills{f, score}
}

// Look is what a still shows.
func (s *Stills) Look(ctx context.Context, p Still) (seen Seen, err error) {
	f := s.f
	if seen.Unfit = Unfit(p.BGR); seen.Unfit != "" {
		f.w.Blind.Add(1)
		return seen, nil
	}
	off, err := f.w.Model.Unlike(p.BGR)
	if err != nil {
		return seen, err
	}
	seen.Unlike = off >= 1
	size := f.w.Model.Manifest.Size
	var tiles []vision.Tile
	if p.Posed {
		tiles = vision.TilesByGround(p.Camera, p.Pose, 0, size)
	} else {
		tiles = vision.TilesUnposed(p.BGR.Cols(), p.BGR.Rows(), size)
	}
	all, err := f.w.Model.Picture(ctx, p.BGR, vision.Turned(tiles), s.score)
	if err != nil {
		return seen, err
	}
	f.w.Analysed.Add(1)
	f.w.Tiles.Add(int64(vision.StillTurns * len(tiles)))
	var frame []vision.Observation
	var read []map[string]string // on each of them
	for _, d := range all {
		x := Placed{Detection: d}
		if p.Posed {
			if at, err := s.place(p, d); err == nil {
				x.At = &at
				if x.Attributes, err = f.read(ctx, p.BGR, d, at); err != nil {
					return seen, err
				}
				if f.sightable(d, p.Camera) && !p.Edited {
					frame = append(frame, vision.Observation{Sighting: vision.Sighting{Detection: vision.MarkUnlike(d, seen.Unlike), Time: p.Time, At: at}, Camera: p.Camera})
					read = append(read, x.Attributes)
				}
			}
		}
		seen.All = append(seen.All, x)
	}
	seen.Findings, err = s.findings(ctx, p, all, frame, read)
	return seen, err
}

func (s *Stills) place(p Still, d vision.Detection) (geo.Located, error) {
	above, _ := s.f.tracker.AboveM(d.Class)
	x, y := d.Box.Centre()
	return vision.Surfaces(p.Locator, d.Class).Locate(p.Camera, p.Pose, x, y, above, boxSigma(d.Box))
}

func (s *Stills) findings(ctx context.Context, p Still, all []vision.Detection, frame []vision.Observation, read []map[string]string) (out []vision.Finding, err error) {
	f := s.f
	for n, k := range f.tracker.Add(frame) {
		scene, ok := f.tracker.Rule(k, f.w.Fences)
		if !ok {
			continue
		}
		if class, _ := k.Class(); len(read[n]) == 0 { // of a truck that this still does not show to be one
			d := frame[n].Detection
			d.Class = class
			if read[n], err = f.read(ctx, p.BGR, d, frame[n].At); err != nil {
				return nil, err
			}
		}
		x := f.finding(k, frame[n], scene.Name, read[n])
		if old, had := f.found[k]; had {
			x.Revision = old.Revision + 1
		}
		if f.judge(&x, frame[n], p.Locator, p.Pose, scene); x.Withheld {
			continue
		}
		if err := f.illustrate(ctx, &x, picture{p.BGR, all, p.Sealed}); err != nil {
			return nil, err
		}
		k.Found, f.found[k] = true, x
		out = append(out, x)
	}
	return out, nil
}
