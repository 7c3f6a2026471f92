package watch

import (
	"context"
	"sync/atomic"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
)

// Shadow is a model on trial: it looks at some of the frames that the one in use looks at, decides nothing, and what it would have seen
// otherwise is counted.
type Shadow struct {
	Model *infer.Model
	// Every how many frames it looks at one.
	Every int

	turn atomic.Int64
}

// Compared is what a model on trial saw in one flight, against the one in use: detections of classes that scenes look for.
type Compared struct {
	Flight string `json:"flight"`
	Model  string `json:"model"`
	Frames int    `json:"frames"`
	Both   int    `json:"both"`    // the same class at the same place
	Other  int    `json:"other"`   // the same place, another class
	InUse  int    `json:"in_use"`  // only by the model in use
	OnTest int    `json:"on_test"` // only by the one on trial
}

// look compares on a frame, where it is its turn.
func (s *Shadow) look(ctx context.Context, pic gocv.Mat, tiles []vision.Tile, seen []vision.Detection, wanted map[string]bool, c *Compared) error {
	if s.turn.Add(1)%int64(s.Every) != 0 {
		return nil
	}
	mine, err := s.Model.Picture(ctx, pic, tiles, minSightingScore)
	if err != nil {
		return err
	}
	c.Frames++
	used := make([]bool, len(mine))
	for _, d := range seen {
		if !wanted[d.Class] || d.Score < minSightingScore {
			continue
		}
		best := -1
		for i, m := range mine {
			if !used[i] && m.Box.IoU(d.Box) > 0.5 && (best < 0 || m.Class == d.Class) {
				best = i
			}
		}
		switch {
		case best < 0:
			c.InUse++
			continue
		case mine[best].Class == d.Class:
			c.Both++
		default:
			c.Other++
		}
		used[best] = true
	}
	for i, m := range mine {
		if !used[i] && wanted[m.Class] {
			c.OnTest++
		}
	}
	return nil
}
