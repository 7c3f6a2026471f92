// Package stills has the commands that work on pictures and recordings from disk: inspect, locate, calibrate and change.
package stills

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/cmd/harrier/progress"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/still"
	"github.com/harrier-patrol/harrier/vision/watch"
)

type Inspect struct {
	Paths  []string `arg:"" help:"Folders, globs, JPEG or PNG stills, MP4 with a DJI .SRT beside it."`
	Out    string   `required:"" help:"Folder for the results." type:"path"`
	Config string   `help:"harrier.yaml with outlines, fences and scenes." type:"path"`
	Model  string   `default:"harrier-nano" help:"harrier-nano or base."`
	Engine string   `default:"onnxruntime" enum:"onnxruntime,opencv" help:"onnxruntime or opencv."`
	NATS   string   `name:"nats" help:"Also publish the leads there."`
	supply
}

const (
	inspectMin = 0.05 // score from which a detection is written
	videoStep  = time.Second
)

// detected is a line of detections.jsonl.
type detected struct {
	File       string            `json:"file"`
	Time       *time.Time        `json:"time,omitempty"`
	Class      string            `json:"class"`
	Group      string            `json:"group"`
	Score      float64           `json:"score"`
	Box        vision.Box        `json:"box"`
	Lon        *float64          `json:"lon,omitempty"`
	Lat        *float64          `json:"lat,omitempty"`
	Datum      string            `json:"datum,omitempty"`
	Ellipse    *geo.Ellipse      `json:"ellipse,omitempty"`
	Cell       string            `json:"cell,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"` // a plate that could be read
}

// inspected is a row of the summary.
type inspected struct {
	File, Picture    string
	Detections       int
	Located          bool
	Note             string
	Failed           bool
	Broken           bool // it was looked at, but a file beside it cannot be used
	Unfit            int  // pictures that showed nothing
	Classes          string
	Width, Height, N int
}

type inspection struct {
	c      *Inspect
	city   city.City
	stills *watch.Stills
	rules  *leads.Rules
	known  *index.Index      // of the leads so far
	first  map[string]string // the picture in which a lead was seen first
	out    *json.Encoder
	rows   []inspected
	wanted map[string]bool // classes that scenes look for
}

// open prepares an inspection; release what it returns in the end.
func (c *Inspect) open(conf config.Config) (in *inspection, release func(), err error) {
	in = &inspection{c: c, first: map[string]string{}, wanted: map[string]bool{}}
	if in.city, err = conf.City.Load(); err != nil {
		return nil, nil, err
	}
	files, err := conf.ReadScenes()
	if err != nil {
		return nil, nil, err
	}
	var sights []vision.Scene
	scenes, err := leads.ReadScenes(files)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range files {
		v := s.Vision
		v.MinSightings, v.Dwell = 1, 0 // a still is sharp, and often the only one
		sights = append(sights, v)
		for class := range v.Classes {
			in.wanted[class] = true
		}
	}
	model, err := infer.Open(c.Model, c.Engine, 1)
	if err != nil {
		return nil, nil, err
	}
	plates, err := infer.OpenPlates()
	if err != nil && !errors.Is(err, infer.ErrNoPlates) {
		model.Close()
		return nil, nil, err
	}
	w := &watch.Watcher{Model: model, Plates: plates, Fences: in.city.Fences, DoorLines: in.city.DoorLines, Register: in.city.Register, Log: slog.New(slog.DiscardHandler)}
	in.stills = w.Stills(dock.WatchJob{Flight: uuid.NewString()}, "", sights, inspectMin)
	in.rules = &leads.Rules{Scenes: scenes, Grid: in.city.Grid}
	closeIndex, err := in.openIndex()
	if err != nil {
		model.Close()
		return nil, nil, err
	}
	return in, func() {
		closeIndex()
		if plates != nil {
			plates.Close()
		}
		model.Close()
	}, nil
}

// openIndex opens an index that ends with the inspection.
func (in *inspection) openIndex() (release func(), err error) {
	dir, err := os.MkdirTemp("", "harrier-inspect-")
	if err != nil {
		return nil, err
	}
	if in.known, err = index.Open(filepath.Join(dir, "leads.sqlite")); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return func() {
		in.known.Close()
		os.RemoveAll(dir)
	}, nil
}

func (c *Inspect) Run(ctx context.Context) error {
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	files, err := expand(c.Paths)
	if err != nil {
		return err
	}
	in, release, err := c.open(conf)
	if err != nil {
		return err
	}
	defer release()
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(c.Out, "detections.jsonl"))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	in.out = json.NewEncoder(w)
	bar := progress.New(len(files))
	failed := 0
	for _, p := range files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		bar.Step(filepath.Base(p))
		row, err := in.file(ctx, p)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			failed++
			row = inspected{File: p, Failed: true, Note: err.Error()}
		}
		if row.Broken {
			failed++
		}
		if row.Note != "" {
			bar.Note(p, row.Note)
		}
		in.rows = append(in.rows, row)
	}
	bar.Done()
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return err
	}
	if err := in.finish(ctx); err != nil {
		return err
	}
	n, located, unfit := 0, 0, 0
	for _, r := range in.rows {
		n += r.Detections
		unfit += r.Unfit
		if r.Located {
			located++
		}
	}
	fmt.Printf("%d files, %d located, %d detections, %d leads: %s\n", len(files), located, n, in.known.Len(), filepath.Join(c.Out, "summary.html"))
	if unfit > 0 {
		fmt.Printf("%d pictures were not inspected: they show nothing (dark, blurred, …); the summary says why\n", unfit)
	}
	if failed > 0 {
		return progress.SomeFailed{N: failed, Of: len(files)}
	}
	return nil
}

func (in *inspection) file(ctx context.Context, path string) (inspected, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mp4", ".mov":
		return in.video(ctx, path)
	}
	pic, m, err := readPicture(path)
	if err != nil {
		return inspected{}, err
	}
	defer pic.Close()
	in.c.fill(&m.Pose, &m.Camera, &m.HasCamera, &m.PoseErr, m.Width, m.Height)
	row := inspected{File: path}
	if m.PoseErr != nil {
		row.Note = "not located: " + strings.TrimPrefix(m.PoseErr.Error(), still.ErrNoPose.Error()+": ")
	} else if m.Edited != "" {
		row.Note = "pixels may not match the pose: written by " + m.Edited + " after landing; positions are given, no lead is made"
	}
	if want := map[string]string{".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}[strings.ToLower(filepath.Ext(path))]; want != m.Format {
		row.Note = strings.TrimPrefix(row.Note+"; ", "; ") + "the file is a " + strings.ToUpper(m.Format) + " by its content"
	}
	err = in.picture(ctx, path, &row, watch.Still{BGR: pic, Time: m.Time, Posed: m.PoseErr == nil, Camera: m.Camera, Pose: m.Pose, Edited: m.Edited != ""})
	return row, err
}

func (in *inspection) video(ctx context.Context, path string) (inspected, error) {
	row := inspected{File: path}
	fixes, damaged, err := readSRT(path)
	switch {
	case err != nil:
		row.Note, row.Broken = "not located: "+err.Error(), true
	case len(fixes) == 0:
		row.Note = "not located: no .SRT beside it"
	case damaged > 0:
		row.Note = fmt.Sprintf(".SRT: %d damaged entries passed over", damaged)
	}
	n := 0
	err = watch.Recording(ctx, path, videoStep, func(at time.Duration, pic gocv.Mat) error {
		n++
		var pose geo.Pose
		var cam geo.Camera
		has, zoom := false, 1.0
		poseErr := error(still.ErrNoPose)
		if len(fixes) > 0 {
			var fix still.Fix
			if fix, poseErr = still.FixAt(fixes, at); poseErr == nil {
				pose, poseErr = fix.Pose()
				zoom = fix.Zoom
			}
		}
		in.c.fill(&pose, &cam, &has, &poseErr, pic.Cols(), pic.Rows())
		if zoom > 1 { // --fov is that of the lens, for a whole recording
			cam = cam.Zoomed(zoom)
		}
		if poseErr == nil && !has {
			poseErr = fmt.Errorf("%w: a recording does not tell its lens; give --fov", still.ErrNoPose)
		}
		if poseErr != nil && row.Note == "" {
			row.Note = "not located: " + strings.TrimPrefix(poseErr.Error(), still.ErrNoPose.Error()+": ")
		}
		return in.picture(ctx, fmt.Sprintf("%s#%.1fs", path, at.Seconds()), &row, watch.Still{BGR: pic, Posed: poseErr == nil, Camera: cam, Pose: pose})
	})
	if err != nil {
		return row, err
	}
	if n == 0 {
		return row, errors.New("no picture in it")
	}
	return row, nil
}

// unlikeNote is said of pictures in which the network can hardly be right.
const unlikeNote = "unlike all that the network learnt from (night, heat, snow, a screen?): what is found in it is worth little"

// picture looks at a picture, writes what it shows and draws it.
func (in *inspection) picture(ctx context.Context, name string, row *inspected, p watch.Still) error {
	note := func(text string) {
		if !strings.Contains(row.Note, text) {
			row.Note = strings.TrimPrefix(row.Note+"; "+text, "; ")
		}
	}
	if p.Posed {
		var err error
		if p.Locator, err = in.city.StillLocator(p.Pose, true); err != nil {
			p.Posed = false
			note("not located: " + err.Error())
		}
	}
	seen, err := in.stills.Look(ctx, p)
	if err != nil {
		return err
	}
	row.Width, row.Height, row.Located = p.BGR.Cols(), p.BGR.Rows(), row.Located || p.Posed
	if seen.Unfit != "" {
		note("not inspected: " + seen.Unfit)
		row.Unfit++
		return nil
	}
	if seen.Unlike {
		note(unlikeNote)
	}
	for _, f := range seen.Findings {
		next, err := in.rules.Take(in.known, f)
		if err == nil && next.Changed {
			err = in.known.Apply([]index.Kept{{Lead: next.Lead}})
		}
		if err != nil {
			return err
		}
		if l := next.Lead.Lead; in.first[l] == "" {
			in.first[l] = name
		}
	}
	count := map[string]int{}
	for _, d := range seen.All {
		if err := in.out.Encode(in.line(name, p.Time, d)); err != nil {
			return err
		}
		row.Detections++
		if d.Score >= drawnFrom {
			count[d.Class]++
		}
	}
	if row.N++; row.N == 1 || strings.Contains(name, "#") {
		row.Picture = fmt.Sprintf("%04d-%s.jpg", len(in.rows), strings.NewReplacer("/", "_", "#", "-", "\\", "_").Replace(filepath.Base(name)))
		if err := in.draw(p.BGR, seen.All, filepath.Join(in.c.Out, row.Picture)); err != nil {
			return err
		}
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, count[k]))
	}
	row.Classes = strings.Join(parts, ", ")
	return nil
}

// line is what detections.jsonl says of a detection.
func (in *inspection) line(name string, at time.Time, d watch.Placed) detected {
	x := detected{File: name, Class: d.Class, Group: vision.Group(d.Class), Score: round(d.Score, 4), Box: d.Box, Attributes: d.Attributes}
	if !at.IsZero() {
		x.Time = &at
	}
	if d.At != nil {
		e := d.At.Cov.Ellipse()
		lon, lat := round(d.At.Lon, 8), round(d.At.Lat, 8)
		x.Lon, x.Lat, x.Datum, x.Ellipse = &lon, &lat, geo.WGS84, &e
		if c, ok := in.city.Grid.At(d.At.Point()); ok {
			x.Cell = c.Code
		}
	}
	return x
}

// leads are those that were found, in the order in which they were seen, each with the picture in which it was seen first.
func (in *inspection) leads() ([]leads.Lead, error) {
	all, _, err := in.known.Page(index.Query{}, "", in.known.Len())
	slices.Reverse(all)
	for i := range all {
		all[i].FrameURL = in.first[all[i].Lead]
	}
	return all, err
}

func round(v float64, digits int) float64 {
	k := math.Pow10(digits)
	return math.Round(v*k) / k
}
