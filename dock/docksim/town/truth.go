package town

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

// Window is a time in which a thing could be seen well in one flight.
type Window struct {
	Flight string    `json:"flight"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// GSDM is slant range over focal length at its best, metres a pixel; DepressionDeg the ray's angle below level then; HeightM the
	// aircraft's height over take-off.
	GSDM          float64 `json:"gsd_m"`
	DepressionDeg float64 `json:"depression_deg"`
	HeightM       float64 `json:"height_m"`
	Light         float64 `json:"light"` // mean brightness of the picture then, 0 to 1
}

// PathPoint is where a moving thing was.
type PathPoint struct {
	Time time.Time `json:"time"`
	Lon  float64   `json:"lon"`
	Lat  float64   `json:"lat"`
}

// TruthThing is a line of the truth file: one thing of a town. A moving thing's lon and lat are where it was seen first.
type TruthThing struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"` // "violation" or "decoy": scored; "other": what else moves or stands about
	Class      string            `json:"class"`
	Scene      string            `json:"scene,omitempty"`
	Lon        float64           `json:"lon"`
	Lat        float64           `json:"lat"`
	HeightM    float64           `json:"height_m"`
	Attributes map[string]string `json:"attributes"`
	Windows    []Window          `json:"windows"`
	Path       []PathPoint       `json:"path,omitempty"` // of what moves, whenever something of it was in the picture
}

// TruthFrame is a line of the truth file: when a frame was really captured.
type TruthFrame struct {
	Kind     string    `json:"kind"` // "frame"
	Flight   string    `json:"flight"`
	Frame    uint32    `json:"frame"`
	Captured time.Time `json:"captured"`
}

// Truth writes what only the simulator knows: frames as they come, things when it closes.
type Truth struct {
	mu     sync.Mutex
	f      *os.File
	w      *bufio.Writer
	things map[string]*TruthThing
}

func NewTruth(path string) (*Truth, error) {
	t := &Truth{things: map[string]*TruthThing{}}
	if path == "" {
		return t, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	t.f, t.w = f, bufio.NewWriter(f)
	return t, nil
}

func (t *Truth) AddTown(town *Town) {
	t.mu.Lock()
	defer t.mu.Unlock()
	stands := map[int]bool{} // on this day
	for i := range town.solids {
		stands[town.solids[i].thing] = true
	}
	for i, x := range town.Things {
		if !stands[i] || t.things[x.ID] != nil {
			continue
		}
		p := town.ToFrame(x.At.X, x.At.Y)
		k := "decoy"
		if x.Violation {
			k = "violation"
		}
		t.things[x.ID] = &TruthThing{ID: x.ID, Kind: k, Class: x.Class, Scene: x.Scene, Lon: p.Lon(), Lat: p.Lat(), HeightM: x.At.Z, Attributes: x.Attributes, Windows: []Window{}}
	}
}

func (t *Truth) Frame(flight string, n uint32, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.w != nil {
		_ = json.NewEncoder(t.w).Encode(TruthFrame{"frame", flight, n, at.UTC()})
	}
}

// Sight notes when a solid was seen well in one lap, and its way if it moves.
func (t *Truth) Sight(town *Town, solid, lap int, windows []Window, path []PathPoint) {
	t.mu.Lock()
	defer t.mu.Unlock()
	so := &town.solids[solid]
	id := fmt.Sprintf("%s-%s-%04d", town.name, so.label, solid)
	if lap > 0 {
		id += fmt.Sprintf("-%d", lap+1)
	}
	if so.thing >= 0 {
		id = town.Things[so.thing].ID
	}
	x := t.things[id]
	if x == nil {
		name, attr := so.label, map[string]string{}
		if load, ok := strings.CutPrefix(name, "dump-truck-"); ok {
			name, attr = "dump-truck", map[string]string{"load": load}
		}
		p := town.ToFrame(so.centre.X, so.centre.Y)
		x = &TruthThing{ID: id, Kind: "other", Class: name, Lon: p.Lon(), Lat: p.Lat(), Attributes: attr, Windows: []Window{}}
		if len(path) > 0 {
			x.Lon, x.Lat = path[0].Lon, path[0].Lat
		}
		t.things[id] = x
	}
	x.Windows = append(x.Windows, windows...)
	x.Path = append(x.Path, path...)
}

// Close writes the things.
func (t *Truth) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.f == nil {
		return nil
	}
	ids := make([]string, 0, len(t.things))
	for id := range t.things {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	e := json.NewEncoder(t.w)
	for _, id := range ids {
		if err := e.Encode(t.things[id]); err != nil {
			return err
		}
	}
	if err := t.w.Flush(); err != nil {
		return err
	}
	return t.f.Close()
}

// Watcher notes when each labelled thing has been seen well in one flight, and where what moves has been.
type Watcher struct {
	town *Town
	told func(solid, lap int, windows []Window, path []PathPoint)
	seen map[int]*sighted
}

type sighted struct {
	lap     int
	open    bool
	now     Window
	windows []Window
	path    []PathPoint
}

// How well a thing must be seen to count: share of its pixels, metres a pixel, for how long.
const (
	seenShare = 0.8
	seenGSDM  = 0.10
	SeenFor   = time.Second
)

// LookEvery frames the watcher looks.
const LookEvery = 5

// NewWatcher tells of every thing once a lap, when that is over or the watcher is closed.
func NewWatcher(t *Town, told func(solid, lap int, windows []Window, path []PathPoint)) *Watcher {
	return &Watcher{town: t, told: told, seen: map[int]*sighted{}}
}

// Look checks every labelled thing against the frame just rendered, s seconds since the town began.
func (w *Watcher) Look(r *Renderer, e eye, s float64, at time.Time) {
	t := w.town
	at = at.UTC()
	seen := r.visible(len(t.solids))
	light := -1.0 // of this frame, once it is asked for
	for i := range t.solids {
		so := &t.solids[i]
		x := w.seen[i]
		if so.label == "" || x == nil && seen[i+1] == 0 && len(so.faces) > 0 { // in sight from its first pixel on
			continue
		}
		if lap := so.laps(s); x == nil || x.lap != lap {
			if x != nil {
				w.tell(i)
			}
			x = &sighted{lap: lap}
			w.seen[i] = x
		}
		off := so.offset(s)
		d := so.centre.add(off).sub(e.at)
		gsd := math.Sqrt(d.dot(d)) / e.f
		ok := false
		if len(so.faces) == 0 || seen[i+1] > 0 {
			if so.speed != (vec{}) {
				p := t.ToFrame(so.centre.X+off.X, so.centre.Y+off.Y)
				x.path = append(x.path, PathPoint{at, p.Lon(), p.Lat()})
			}
			if _, _, _, _, whole := r.bounds(e, so, off); whole {
				share := 1.0
				if len(so.faces) > 0 {
					share = float64(seen[i+1]) / float64(max(1, r.covered(e, so, off)))
				}
				ok = gsd <= seenGSDM && share >= seenShare
			}
		}
		if !ok {
			x.end()
			continue
		}
		if !x.open {
			x.open, x.now = true, Window{From: at, GSDM: math.Inf(1), HeightM: e.at.Z}
		}
		x.now.To = at
		if gsd < x.now.GSDM {
			if light < 0 {
				light = r.brightness()
			}
			x.now.GSDM, x.now.DepressionDeg, x.now.Light = gsd, math.Asin(-d.Z/math.Sqrt(d.dot(d)))*180/math.Pi, light
		}
	}
}

// brightness is the mean of the picture's grey, 0 to 1, from a part of its pixels.
func (r *Renderer) brightness() float64 {
	sum, n := 0.0, 0
	for i := 0; i+2 < len(r.pix); i += 3 * 101 {
		sum += 0.114*float64(r.pix[i]) + 0.587*float64(r.pix[i+1]) + 0.299*float64(r.pix[i+2])
		n++
	}
	return sum / float64(max(1, n)) / 255
}

func (x *sighted) end() {
	if x.open && x.now.To.Sub(x.now.From) >= SeenFor {
		x.windows = append(x.windows, x.now)
	}
	x.open = false
}

// Close tells of everything that was in sight, also of what was never seen well: what is seen of it is no false alarm.
func (w *Watcher) Close() {
	for solid := range w.seen {
		w.tell(solid)
	}
}

func (w *Watcher) tell(solid int) {
	x := w.seen[solid]
	x.end()
	w.told(solid, x.lap, x.windows, x.path)
}
