package stills

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/vision/still"
	"github.com/harrier-patrol/harrier/vision/ties"
	"github.com/harrier-patrol/harrier/vision/watch"
)

type Calibrate struct {
	Dir    []string `arg:"" help:"Folders or files: overlapping stills, or recordings (MP4) with a DJI .SRT beside them."`
	Out    string   `required:"" help:"File for the corrections (JSON); harrier locate --calibration takes it." type:"path"`
	Config string   `help:"harrier.yaml with outlines." type:"path"`
	supply
}

// calibration is one run: the pictures with a pose, and what comparing them says.
type calibration struct {
	city   city.City
	c      *Calibrate
	survey *ties.Survey
	finder *ties.Finder
	names  []string
	edited []string
}

func (c *Calibrate) Run(ctx context.Context) error {
	_, ground, err := config.LoadCity(c.Config)
	if err != nil {
		return err
	}
	files, err := expand(c.Dir)
	if err != nil {
		return err
	}
	k := &calibration{c: c, city: ground, finder: ties.NewFinder(1600, 4000), survey: &ties.Survey{Locator: ground.Locator(city.StillGroundSigmaM), MinShare: 0.4, MaxPairs: 8}}
	defer k.finder.Close()
	defer k.survey.Close()
	bar := progress.New(len(files))
	failed := 0
	for _, f := range files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		bar.Step(filepath.Base(f))
		if err := k.file(ctx, f); err != nil {
			if !errors.Is(err, still.ErrNoPose) {
				failed++
			}
			bar.Note(f, "left out: "+err.Error())
		}
	}
	bar.Done()
	wrong := k.misplaced()
	if err := k.solve(wrong); err != nil {
		return err
	}
	if failed+len(wrong) > 0 {
		return progress.SomeFailed{N: failed + len(wrong), Of: len(files)}
	}
	return nil
}

// file takes in a still, or a picture a second of a recording.
func (k *calibration) file(ctx context.Context, path string) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mp4", ".mov":
		fixes, _, err := readSRT(path)
		if err != nil {
			return err
		}
		if len(fixes) == 0 {
			return fmt.Errorf("%w: no .SRT beside it", still.ErrNoPose)
		}
		return watch.Recording(ctx, path, videoStep, func(at time.Duration, pic gocv.Mat) error {
			fix, err := still.FixAt(fixes, at)
			var pose geo.Pose
			if err == nil {
				pose, err = fix.Pose()
			}
			var cam geo.Camera
			has := false
			k.c.fill(&pose, &cam, &has, &err, pic.Cols(), pic.Rows())
			if err != nil {
				return err
			}
			if !has {
				return fmt.Errorf("%w: a recording does not tell its lens; give --fov", still.ErrNoPose)
			}
			return k.add(fmt.Sprintf("%s#%.0fs", path, at.Seconds()), "", cam, pose, pic)
		})
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	m, err := still.Read(data)
	if err != nil {
		return err
	}
	k.c.fill(&m.Pose, &m.Camera, &m.HasCamera, &m.PoseErr, m.Width, m.Height)
	if m.PoseErr != nil {
		return m.PoseErr
	}
	pic, err := gocv.IMDecode(data, gocv.IMReadGrayScale|gocv.IMReadIgnoreOrientation)
	if err != nil {
		return fmt.Errorf("the picture cannot be decoded: %w", err)
	}
	defer pic.Close()
	return k.add(path, m.Edited, m.Camera, m.Pose, pic)
}

func (k *calibration) add(name, edited string, cam geo.Camera, pose geo.Pose, pic gocv.Mat) error {
	f, err := k.finder.Find(pic)
	if err != nil {
		return err
	}
	if len(k.survey.Shots) == 0 { // heights count from take-off, which is taken to lie where the first still was taken
		if k.survey.Locator, err = k.city.StillLocator(pose, true); err != nil {
			f.Close()
			return err
		}
	}
	k.survey.Add(geo.Shot{Camera: cam, Pose: pose.Upright()}, f)
	k.names, k.edited = append(k.names, name), append(k.edited, edited)
	return nil
}

// misplaced says which pictures' pixels cannot belong to their poses, and why, and returns those that are left out.
func (k *calibration) misplaced() map[int]bool {
	pairs, shots := k.survey.Misplaced()
	for _, c := range pairs {
		why := "their pixels do not belong to their poses"
		if c.Turned {
			why = "as if the pictures had been turned by 180° after landing"
		}
		for _, i := range []int{c.A, c.B} {
			if k.edited[i] != "" {
				why += fmt.Sprintf("; %s was written by %s", filepath.Base(k.names[i]), k.edited[i])
			}
		}
		fmt.Fprintf(os.Stderr, "harrier: %s and %s show the same ground, but their poses put it %.0f m apart (up to %.0f m could be error): %s\n", k.names[c.A], k.names[c.B], c.MedianM, c.LimitM, why)
	}
	for _, i := range slices.Sorted(maps.Keys(shots)) {
		fmt.Fprintf(os.Stderr, "harrier: %s is left out\n", k.names[i])
	}
	return shots
}

// solve writes the corrections, and says what they bring.
func (k *calibration) solve(without map[int]bool) error {
	out, n, err := k.survey.Calibrate(without)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(k.c.Out, append(b, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Printf("%d pictures in %d overlapping pairs, %d tie points\n", out.Pictures, out.Pairs, n)
	fmt.Printf("  height  %+.2f m ± %.2f\n", out.Bias.HeightM, 1.96*math.Sqrt(out.Bias.Cov[0][0][0]))
	for g, h := range out.Headings {
		fmt.Printf("  yaw     %+.2f° ± %.2f for pictures that look along %.0f°\n", out.Bias.YawDeg[g], 1.96*math.Sqrt(out.Bias.Cov[g][1][1]), h)
	}
	fmt.Printf("  the same ground in two pictures lay %.2f m apart, now %.2f m (medians of %d tie points that were not calibrated on)\n", out.Improved.BeforeM, out.Improved.AfterM, out.Improved.Ties)
	if out.Improved.AfterM > out.Improved.BeforeM {
		fmt.Fprintln(os.Stderr, "harrier: the corrections improve nothing: do not use them; are the pictures of one flight?")
	}
	return nil
}
