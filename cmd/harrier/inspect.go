package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/city"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/still"
	"github.com/harrier-patrol/harrier/vision/watch"
)

type inspectCmd struct {
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
	c       *inspectCmd
	model   *infer.Model
	city    city.City
	scenes  []vision.SceneFile
	tracker *vision.Tracker
	out     *json.Encoder
	leads   []leads.Lead
	rows    []inspected
	plates  *infer.Plates
	tracks  map[*vision.Track]int // index of its lead
	wanted  map[string]bool       // classes that scenes look for
}

func (c *inspectCmd) Run(ctx context.Context) error {
	conf, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	files, err := expand(c.Paths)
	if err != nil {
		return err
	}
	in := &inspection{c: c, tracks: map[*vision.Track]int{}, wanted: map[string]bool{}}
	if in.city, err = conf.City.Load(); err != nil {
		return err
	}
	if in.scenes, err = sceneFiles(conf); err != nil {
		return err
	}
	var sights []vision.Scene
	for _, s := range in.scenes {
		v := s.Vision
		v.MinSightings, v.Dwell = 1, 0 // a still is sharp, and often the only one
		sights = append(sights, v)
		for class := range v.Classes {
			in.wanted[class] = true
		}
	}
	if in.model, err = infer.Open(c.Model, c.Engine, 1); err != nil {
		return err
	}
	in.tracker = vision.NewTracker(sights, in.model.Classes())
	defer in.model.Close()
	if in.plates, err = infer.OpenPlates(); err != nil && !errors.Is(err, infer.ErrNoPlates) {
		return err
	}
	if in.plates != nil {
		defer in.plates.Close()
	}
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
	bar := newProgress(len(files))
	failed := 0
	for _, p := range files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		bar.step(filepath.Base(p))
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
			bar.note(p, row.Note)
		}
		in.rows = append(in.rows, row)
	}
	bar.done()
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
	fmt.Printf("%d files, %d located, %d detections, %d leads: %s\n", len(files), located, n, len(in.leads), filepath.Join(c.Out, "summary.html"))
	if unfit > 0 {
		fmt.Printf("%d pictures were not inspected: they show nothing (dark, blurred, …); the summary says why\n", unfit)
	}
	if failed > 0 {
		return someFailed{failed, len(files)}
	}
	return nil
}

var inspectable = map[string]bool{".jpg": true, ".jpeg": true, ".png": true, ".mp4": true, ".mov": true}

// expand turns folders and globs into files, each once, in order.
func expand(paths []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	add := func(p string) {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	for _, p := range paths {
		matches := []string{p}
		if _, err := os.Stat(p); err != nil {
			if matches, err = filepath.Glob(p); err != nil || len(matches) == 0 {
				return nil, fmt.Errorf("%s: no such file, folder or glob", p)
			}
		}
		for _, m := range matches {
			info, err := os.Stat(m)
			if err != nil {
				return nil, err
			}
			if !info.IsDir() {
				add(m)
				continue
			}
			err = filepath.WalkDir(m, func(q string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() && inspectable[strings.ToLower(filepath.Ext(q))] {
					add(q)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no stills (JPEG, PNG) or recordings (MP4) there", strings.Join(paths, " "))
	}
	return out, nil
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
	var at *time.Time
	if !m.Time.IsZero() {
		at = &m.Time
	}
	err = in.picture(ctx, path, &row, pic, m.Camera, m.Pose, m.PoseErr == nil, m.Edited == "", at)
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
		return in.picture(ctx, fmt.Sprintf("%s#%.1fs", path, at.Seconds()), &row, pic, cam, pose, poseErr == nil, true, nil)
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

// picture detects, puts on the ground, writes and draws.
func (in *inspection) picture(ctx context.Context, name string, row *inspected, pic gocv.Mat, cam geo.Camera, pose geo.Pose, located, trusted bool, at *time.Time) error {
	if why := watch.Unfit(pic); why != "" {
		row.Note = strings.TrimPrefix(row.Note+"; not inspected: "+why, "; ")
		row.Unfit++
		row.Width, row.Height, row.Located = pic.Cols(), pic.Rows(), row.Located || located
		return nil
	}
	off, err := in.model.Unlike(pic)
	if err != nil {
		return err
	}
	if off >= 1 && !strings.Contains(row.Note, unlikeNote) {
		row.Note = strings.TrimPrefix(row.Note+"; "+unlikeNote, "; ")
	}
	var tiles []vision.Tile
	size := in.model.Manifest.Size
	if located {
		tiles = vision.TilesByGround(cam, pose, 0, size)
	} else {
		for _, s := range vision.BlindScales {
			tiles = append(tiles, vision.TilesAt(pic.Cols(), pic.Rows(), size, s)...)
		}
	}
	all, err := in.model.Picture(ctx, pic, tiles, inspectMin)
	if err != nil {
		return err
	}
	loc, err := in.city.StillLocator(pose, located)
	if err != nil {
		located = false
		row.Note = strings.TrimPrefix(row.Note+"; not located: "+err.Error(), "; ")
	}
	drawn := pic.Clone()
	defer drawn.Close()
	watch.Blur(&drawn, all, in.wanted)
	count := map[string]int{}
	var frame []vision.Observation
	var read []map[string]string // of each in frame
	for _, d := range all {
		line := detected{File: name, Time: at, Class: d.Class, Group: vision.Group(d.Class), Score: round(d.Score, 4), Box: d.Box}
		if located {
			above, ok := in.tracker.AboveM(d.Class)
			if !ok {
				above = 0.7
			}
			x, y := d.Box.Centre()
			w, err := vision.Surfaces(loc, d.Class).Locate(cam, pose, x, y, above, 3)
			if err == nil {
				e := w.Cov.Ellipse()
				lon, lat := round(w.Lon, 8), round(w.Lat, 8)
				line.Lon, line.Lat, line.Datum, line.Ellipse = &lon, &lat, geo.WGS84, &e
				line.Attributes = map[string]string{}
				if vision.Name(d.Class) == "dump-truck" {
					if err := in.plates.Note(ctx, pic, d.Box, w.GSDM, line.Attributes); err != nil {
						return err
					}
				}
				if c, ok := in.city.Grid.At(w.Point()); ok {
					line.Cell = c.Code
				}
				if ok && trusted && d.Score > 0.25 {
					o := vision.Observation{Sighting: vision.Sighting{Detection: vision.MarkUnlike(d, off >= 1), At: w}, Camera: cam}
					if at != nil {
						o.Time = *at
					}
					frame, read = append(frame, o), append(read, line.Attributes)
				}
			}
		}
		if err := in.out.Encode(line); err != nil {
			return err
		}
		row.Detections++
		if d.Score >= 0.3 {
			count[d.Class]++
			draw(&drawn, d)
		}
	}
	for i, k := range in.tracker.Add(frame) {
		in.lead(name, k, frame[i], read[i], loc, pose)
	}
	row.Located = row.Located || located
	row.Width, row.Height = pic.Cols(), pic.Rows()
	if row.N++; row.N == 1 || strings.Contains(name, "#") {
		row.Picture = fmt.Sprintf("%04d-%s.jpg", len(in.rows), strings.NewReplacer("/", "_", "#", "-", "\\", "_").Replace(filepath.Base(name)))
		if !gocv.IMWriteWithParams(filepath.Join(in.c.Out, row.Picture), drawn, []int{gocv.IMWriteJpegQuality, 85}) {
			return fmt.Errorf("cannot write %s", filepath.Join(in.c.Out, row.Picture))
		}
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, count[k]))
	}
	row.Classes = strings.Join(parts, ", ")
	return nil
}

func (in *inspection) lead(name string, k *vision.Track, o vision.Observation, read map[string]string, loc geo.Locator, pose geo.Pose) {
	scene, ok := in.tracker.Rule(k, in.city.Fences)
	if !ok {
		return
	}
	_, score := k.Class()
	cls, attr := in.tracker.Describe(k, in.city.DoorLines)
	maps.Copy(attr, read)
	if i, had := in.tracks[k]; had {
		in.leads[i].Lon, in.leads[i].Lat, in.leads[i].Score, in.leads[i].LastSeen = k.Lon(), k.Lat(), score, k.LastSeen
		return
	}
	var register *geo.Match
	if vision.Group(o.Class) == "structure" {
		above, _ := in.tracker.AboveM(o.Class)
		s := watch.Footing(o, loc, pose, above, in.city.Register)
		why, ok := scene.Classes[o.Class].Reason(s)
		if !ok {
			return
		}
		if register = s.Register; why != "" {
			attr[vision.Because] = string(why)
		}
	}
	x := leads.Lead{Lead: uuid.NewString(), Revision: 1, State: leads.Candidate, Scene: scene.Name, Class: cls, Attributes: attr, Lon: k.Lon(), Lat: k.Lat(), Datum: "WGS-84", Ellipse: k.Cov.Ellipse(), HeightM: o.At.HeightM, Score: score, FirstSeen: k.FirstSeen, LastSeen: k.LastSeen, Captured: k.LastSeen, FrameURL: name, Cov: k.Cov, Register: register}
	x.Box, _ = json.Marshal(o.Box)
	for _, f := range in.scenes {
		if f.Scene == scene.Name {
			if s, err := leads.ReadScene(f); err == nil {
				x.Event = s.EventOf(cls, attr)
			}
		}
	}
	if c, ok := in.city.Grid.At(orb.Point{x.Lon, x.Lat}); ok {
		x.Cell, x.Subdistrict, x.MadeUp = c.Code, c.Subdistrict, c.MadeUp
	}
	in.tracks[k] = len(in.leads)
	in.leads = append(in.leads, x)
}

func draw(m *gocv.Mat, d vision.Detection) {
	c := map[string]color.RGBA{"vehicle": {40, 160, 255, 0}, "structure": {255, 60, 60, 0}, "stall": {255, 170, 0, 0}, "heap": {200, 90, 255, 0}, "person": {60, 220, 90, 0}}[vision.Group(d.Class)]
	if c == (color.RGBA{}) {
		c = color.RGBA{200, 200, 200, 0}
	}
	k := max(1, m.Cols()/900)
	r := image.Rect(int(d.Box.X), int(d.Box.Y), int(d.Box.X+d.Box.W), int(d.Box.Y+d.Box.H))
	gocv.Rectangle(m, r, c, k)
	gocv.PutText(m, fmt.Sprintf("%s %.2f", d.Class, d.Score), image.Pt(r.Min.X, max(12*k, r.Min.Y-4*k)), gocv.FontHersheySimplex, 0.4*float64(k), c, k)
}

func round(v float64, digits int) float64 {
	k := math.Pow10(digits)
	return math.Round(v*k) / k
}
