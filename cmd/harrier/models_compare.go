package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/export"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
)

// comparedFrames are how many frames two models are compared on: the last ones that somebody decided on. samePlace is how much boxes of one thing overlap
// at least, as intersection over union.
const (
	comparedFrames = 60
	samePlace      = 0.5
)

// Compare looks at the frames of leads that people have decided on with the model in use and with another one.
func (m *models) Compare(ctx context.Context, model string, progress func(share float64)) (out console.ModelComparison, err error) {
	if !m.comparing.TryLock() {
		return out, console.ErrBusy
	}
	defer m.comparing.Unlock()
	h, err := m.conf.ModelHistory()
	if err != nil {
		return out, err
	}
	if !slices.Contains(m.available(h), model) {
		return out, console.ErrNoModel
	}
	inUse, err := m.conf.ModelInUse()
	if err != nil {
		return out, err
	}
	if model == inUse {
		return out, fmt.Errorf("%s is the one in use: choose another", model)
	}
	decided, err := export.Reviewed(ctx, m.js)
	if err != nil {
		return out, err
	}
	if len(decided) == 0 {
		return out, console.ErrNothingDecided
	}
	frames := lastFrames(decided)
	out = console.ModelComparison{InUse: inUse, Other: model, Scenes: []console.SceneScore{}}
	scores := map[string]*console.SceneScore{}
	for _, l := range decided {
		if scores[l.Scene] == nil {
			scores[l.Scene] = &console.SceneScore{Scene: l.Scene}
		}
	}
	for k, name := range []string{inUse, model} {
		opened, err := m.conf.OpenModel(name, 1, m.scenes) // of its own: it does not wait for the patrol's looks
		if err != nil {
			return out, err
		}
		looked, spent, err := m.look(ctx, opened, frames, func(l leads.Lead, found bool) { count(scores[l.Scene], l, k, found) }, func(share float64) { progress((float64(k) + share) / 2) })
		opened.Close()
		if err != nil {
			return out, err
		}
		if looked == 0 {
			return out, errors.New("none of the frames that people decided on is kept any more")
		}
		if s := spent.Seconds() / float64(looked); k == 0 {
			out.Frames, out.InUseSPerLook = looked, s
		} else {
			out.OtherSPerLook = s
		}
	}
	for _, name := range slices.Sorted(maps.Keys(scores)) {
		if s := scores[name]; s.Confirmed+s.Rejected > 0 {
			out.Scenes = append(out.Scenes, *s)
		}
	}
	return out, nil
}

// count counts a lead that the k-th model found, or did not.
func count(s *console.SceneScore, l leads.Lead, k int, found bool) {
	of, n := &s.Rejected, [2]*int{&s.InUseAgain, &s.OtherAgain}
	if l.WasConfirmed() {
		of, n = &s.Confirmed, [2]*int{&s.InUse, &s.Other}
	}
	if k == 0 {
		*of++
	}
	if found {
		*n[k]++
	}
}

// violates says whether a detection is surely enough of a class that a scene looks for.
func (m *models) violates(scene string, d vision.Detection) bool {
	return slices.ContainsFunc(m.watcher.Scenes, func(s vision.Scene) bool {
		rule, ok := s.Classes[d.Class]
		return ok && s.Name == scene && d.Score >= cmp.Or(rule.MinScore, s.MinScore)
	})
}

// lastFrames are the leads of each of the last frames, by frame.
func lastFrames(decided []leads.Lead) [][]leads.Lead {
	slices.SortFunc(decided, func(a, b leads.Lead) int { return b.Captured.Compare(a.Captured) })
	at := map[string]int{}
	var out [][]leads.Lead
	for _, l := range decided {
		i, known := at[l.Original]
		if !known {
			if len(out) == comparedFrames {
				continue
			}
			i = len(out)
			at[l.Original] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], l)
	}
	return out
}

// look says of each lead whether a model takes what is there for a violation of its scene.
func (m *models) look(ctx context.Context, model *infer.Model, frames [][]leads.Lead, found func(l leads.Lead, found bool), progress func(share float64)) (looked int, spent time.Duration, err error) {
	for i, of := range frames {
		progress(float64(i) / float64(len(frames)))
		b, err := m.watcher.Store.Unseal(ctx, of[0].Original)
		if ctx.Err() != nil {
			return looked, spent, ctx.Err()
		}
		if err != nil { // it is too old, or lost: the others still tell
			continue
		}
		pic, err := gocv.IMDecode(b, gocv.IMReadColor)
		if err != nil {
			return looked, spent, fmt.Errorf("frame %s: %w", of[0].Original, err)
		}
		began := time.Now()
		seen, err := model.Picture(ctx, pic, vision.TilesAt(pic.Cols(), pic.Rows(), model.Manifest.Size, vision.VideoScale), 0)
		spent += time.Since(began)
		looked++
		_ = pic.Close()
		if err != nil {
			return looked, spent, err
		}
		for _, l := range of {
			var box vision.Box
			if err := json.Unmarshal(l.Box, &box); err != nil {
				return looked, spent, fmt.Errorf("lead %s: box: %w", l.Lead, err)
			}
			found(l, slices.ContainsFunc(seen, func(d vision.Detection) bool { return m.violates(l.Scene, d) && d.Box.IoU(box) >= samePlace }))
		}
	}
	return looked, spent, ctx.Err()
}
