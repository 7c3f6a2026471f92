package main

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
	"sort"
	"strings"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/vision/still"
	"github.com/harrier-patrol/harrier/vision/ties"
	"github.com/harrier-patrol/harrier/vision/watch"
)

type calibrateCmd struct {
	Dir    []string `arg:"" help:"Folders or files: overlapping stills, or recordings (MP4) with a DJI .SRT beside them."`
	Out    string   `required:"" help:"File for the corrections (JSON); harrier locate --calibration takes it." type:"path"`
	Config string   `help:"harrier.yaml with outlines." type:"path"`
	supply
}

// What is expected of a height above take-off (the ground is seldom as high as the take-off point) and of a yaw before anything was
// compared: standard deviations.
const (
	expectedHeightM = 5
	expectedYawDeg  = 5
)

// calibration is one run: the pictures with a pose, and what comparing them says.
type calibration struct {
	city   city.City
	c      *calibrateCmd
	survey *ties.Survey
	finder *ties.Finder
	names  []string
	edited []string
}

func (c *calibrateCmd) Run(ctx context.Context) error {
	_, ground, err := openCity(c.Config)
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
	wrong := k.wrong()
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

// wrong finds pictures whose pixels cannot belong to their poses: most of what overlaps them lies elsewhere by its pose.
func (k *calibration) wrong() map[int]bool {
	bad, good := map[int]int{}, map[int]int{}
	for _, c := range k.survey.Compared {
		a, b := k.survey.Shots[c.A], k.survey.Shots[c.B]
		limit := 3*math.Hypot(a.Pose.Sigma.HorizM, b.Pose.Sigma.HorizM) + 0.1*math.Max(a.Pose.HeightM, b.Pose.HeightM)
		if c.MedianM <= limit {
			good[c.A]++
			good[c.B]++
			continue
		}
		bad[c.A]++
		bad[c.B]++
		why := "their pixels do not belong to their poses"
		if k.turned(c) {
			why = "as if the pictures had been turned by 180° after landing"
		}
		for _, i := range []int{c.A, c.B} {
			if k.edited[i] != "" {
				why += fmt.Sprintf("; %s was written by %s", filepath.Base(k.names[i]), k.edited[i])
			}
		}
		fmt.Fprintf(os.Stderr, "harrier: %s and %s show the same ground, but their poses put it %.0f m apart (up to %.0f m could be error): %s\n", k.names[c.A], k.names[c.B], c.MedianM, limit, why)
	}
	out := map[int]bool{}
	for i, n := range bad {
		if n > good[i] {
			out[i] = true
			fmt.Fprintf(os.Stderr, "harrier: %s is left out\n", k.names[i])
		}
	}
	return out
}

// turned says whether a pair agrees once both pictures are turned by 180°.
func (k *calibration) turned(c ties.Compared) bool {
	var apart []float64
	for _, t := range k.survey.Ties {
		if t.A != c.A || t.B != c.B {
			continue
		}
		a, b := k.survey.Shots[t.A], k.survey.Shots[t.B]
		l, errA := k.survey.Locator.Locate(a.Camera, a.Pose, float64(a.Camera.Width)-t.AX, float64(a.Camera.Height)-t.AY, 0, 0)
		m, errB := k.survey.Locator.Locate(b.Camera, b.Pose, float64(b.Camera.Width)-t.BX, float64(b.Camera.Height)-t.BY, 0, 0)
		if errA == nil && errB == nil {
			apart = append(apart, geo.DistanceM(l.Point(), m.Point()))
		}
	}
	sort.Float64s(apart)
	return len(apart) > 0 && apart[len(apart)/2] < c.MedianM/3
}

// maxTies bounds what is solved; every n-th is taken of more, so that pairs keep their shares.
const maxTies = 20000

func (k *calibration) solve(wrong map[int]bool) error {
	shots := k.survey.Shots
	var halves [2][]geo.Tie
	step, n := 1+len(k.survey.Ties)/maxTies, 0
	pairs, pictures := map[[2]int]bool{}, map[int]bool{}
	for i, t := range k.survey.Ties {
		if i%step != 0 || wrong[t.A] || wrong[t.B] {
			continue
		}
		halves[n%2] = append(halves[n%2], t)
		n++
		pairs[[2]int{t.A, t.B}], pictures[t.A], pictures[t.B] = true, true, true
	}
	if n == 0 {
		return fmt.Errorf("%w: of %d pictures with a pose, no two overlap that could be compared", geo.ErrTooFewTies, len(shots))
	}
	// only headings that were compared are calibrated
	used := slices.Sorted(maps.Keys(pictures))
	var yaws []float64
	for _, i := range used {
		yaws = append(yaws, shots[i].Pose.YawDeg)
	}
	headings, group := geo.Headings(yaws)
	for j, i := range used {
		shots[i].Group = group[j]
	}
	bias, err := geo.Solve(shots, halves[0], geo.Spread{HeightM: expectedHeightM, YawDeg: expectedYawDeg, PixelPx: 1})
	if err != nil {
		return err
	}
	// how sure that is depends on what each picture has for itself
	own := shots[0].Pose.Sigma
	sure, err := geo.Solve(shots, halves[0], geo.Spread{HeightM: expectedHeightM, YawDeg: expectedYawDeg, PixelPx: 1, Own: geo.PoseSigma{HorizM: own.HorizM, YawDeg: own.YawDeg, PitchDeg: own.PitchDeg, RollDeg: own.RollDeg}})
	if err != nil {
		return err
	}
	bias.Cov, bias.Own = sure.Cov, sure.Own
	out := geo.Calibration{Datum: geo.WGS84, Headings: headings, Bias: bias, Pictures: len(pictures), Pairs: len(pairs)}
	out.Improved = geo.Improved{BeforeM: k.apart(halves[1], nil), AfterM: k.apart(halves[1], bias), Ties: len(halves[1])}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(k.c.Out, append(b, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Printf("%d pictures in %d overlapping pairs, %d tie points\n", out.Pictures, out.Pairs, n)
	fmt.Printf("  height  %+.2f m ± %.2f\n", bias.HeightM, 1.96*math.Sqrt(bias.Cov[0][0][0]))
	for g, h := range headings {
		fmt.Printf("  yaw     %+.2f° ± %.2f for pictures that look along %.0f°\n", bias.YawDeg[g], 1.96*math.Sqrt(bias.Cov[g][1][1]), h)
	}
	fmt.Printf("  the same ground in two pictures lay %.2f m apart, now %.2f m (medians of %d tie points that were not calibrated on)\n", out.Improved.BeforeM, out.Improved.AfterM, out.Improved.Ties)
	if out.Improved.AfterM > out.Improved.BeforeM {
		fmt.Fprintln(os.Stderr, "harrier: the corrections improve nothing: do not use them; are the pictures of one flight?")
	}
	return nil
}

// apart is the median distance between where the two pictures of a tie put it.
func (k *calibration) apart(all []geo.Tie, b *geo.Bias) float64 {
	var d []float64
	for _, t := range all {
		x, y := k.survey.Shots[t.A], k.survey.Shots[t.B]
		l, errA := k.survey.Locator.Locate(x.Camera, b.Applied(x.Pose, x.Group), t.AX, t.AY, 0, 0)
		m, errB := k.survey.Locator.Locate(y.Camera, b.Applied(y.Pose, y.Group), t.BX, t.BY, 0, 0)
		if errA == nil && errB == nil {
			d = append(d, geo.DistanceM(l.Point(), m.Point()))
		}
	}
	if len(d) == 0 {
		return 0
	}
	sort.Float64s(d)
	return d[len(d)/2]
}
