package docksim

import (
	"bufio"
	"encoding/json"
	"os"
	"sort"
	"sync"
	"time"
)

// Window is a time in which a thing could be seen well in one flight.
type Window struct {
	Flight string    `json:"flight"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// TruthThing is a line of the truth file: one scored thing of a town.
type TruthThing struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"` // "violation" or "decoy"
	Scene      string            `json:"scene"`
	Lon        float64           `json:"lon"`
	Lat        float64           `json:"lat"`
	HeightM    float64           `json:"height_m"`
	Attributes map[string]string `json:"attributes"`
	Windows    []Window          `json:"windows"`
}

// TruthFrame is a line of the truth file: when a frame was really captured.
type TruthFrame struct {
	Kind     string    `json:"kind"` // "frame"
	Flight   string    `json:"flight"`
	Frame    uint32    `json:"frame"`
	Captured time.Time `json:"captured"`
}

// truth writes what only the simulator knows: frames as they come, things when it closes.
type truth struct {
	mu     sync.Mutex
	f      *os.File
	w      *bufio.Writer
	things map[string]*TruthThing
}

func newTruth(path string) (*truth, error) {
	t := &truth{things: map[string]*TruthThing{}}
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

func (t *truth) addTown(town *Town) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range town.Things {
		if t.things[x.ID] != nil {
			continue
		}
		p := town.ToFrame(x.At.X, x.At.Y)
		k := "decoy"
		if x.Violation {
			k = "violation"
		}
		t.things[x.ID] = &TruthThing{x.ID, k, x.Scene, p.Lon(), p.Lat(), x.At.Z, x.Attributes, []Window{}}
	}
}

func (t *truth) frame(flight string, n uint32, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.w != nil {
		_ = json.NewEncoder(t.w).Encode(TruthFrame{"frame", flight, n, at.UTC()})
	}
}

func (t *truth) window(id string, w Window) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.things[id].Windows = append(t.things[id].Windows, w)
}

// Close writes the things.
func (t *truth) Close() error {
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

// watcher notes, for the scored things of one flight, since when each has been seen well.
type watcher struct {
	t      *truth
	flight string
	since  map[int]time.Time
	last   map[int]time.Time
}

// How well a thing must be seen to count: share of its pixels, metres a pixel, for how long.
const (
	seenShare = 0.8
	seenGSDM  = 0.10
	seenFor   = time.Second
)

// look checks every scored thing against the frame just rendered.
func (w *watcher) look(r *renderer, t *Town, e eye, s float64, at time.Time) {
	seen := r.visible(len(t.solids))
	for i := range t.solids {
		so := &t.solids[i]
		if so.thing < 0 {
			continue
		}
		ok := false
		if len(so.faces) == 0 || seen[i+1] > 0 {
			if _, _, _, _, whole := r.bounds(e, so, vec{}); whole {
				_, _, z := e.project(so.centre)
				share := 1.0
				if len(so.faces) > 0 {
					share = float64(seen[i+1]) / float64(max(1, r.covered(e, so, vec{})))
				}
				ok = z/e.f <= seenGSDM && share >= seenShare
			}
		}
		switch {
		case ok:
			if _, is := w.since[so.thing]; !is {
				w.since[so.thing] = at
			}
			w.last[so.thing] = at
		default:
			w.end(t, so.thing)
		}
	}
}

func (w *watcher) end(t *Town, thing int) {
	from, is := w.since[thing]
	if !is {
		return
	}
	if to := w.last[thing]; to.Sub(from) >= seenFor {
		w.t.window(t.Things[thing].ID, Window{w.flight, from.UTC(), to.UTC()})
	}
	delete(w.since, thing)
}

func (w *watcher) close(t *Town) {
	for thing := range w.since {
		w.end(t, thing)
	}
}
