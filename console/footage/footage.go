// Package footage keeps the video of flights for a set time, with where the aircraft was and what was seen in it, so that a flight can be watched again.
package footage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/harrier-patrol/harrier/dock"
)

// Keeper keeps footage in a folder.
type Keeper struct {
	Dir      string
	For      time.Duration // what is older is deleted; 0 keeps nothing
	MaxBytes int64         // in all, of what is finished; where there is more the oldest goes first
	Login    *url.Userinfo // as whom the video is watched; nil: as nobody
	Docks    func() []dock.Status
	// Hear hands on what is told on a subject of NATS until stop is called.
	Hear func(subject string, each func([]byte)) (stop func(), err error)
	// Full says why no more flights are to be kept now; nil where they may be. NoRoom says why what was kept cannot even be finished.
	Full, NoRoom func() error
	Log          *slog.Logger

	mu    sync.Mutex
	being map[string]bool // ids of flights that are being kept
	waits map[string]bool // of those that are finished once the disk has room
}

// Flight is one whose footage is kept.
type Flight struct {
	ID        string    `json:"id" doc:"Of its footage: where Harrier began again amid a flight there is more than one"`
	Flight    string    `json:"flight"`
	Dock      string    `json:"dock"`
	DockName  string    `json:"dock_name"`
	Model     string    `json:"model,omitempty" doc:"Of the aircraft's dock"`
	Began     time.Time `json:"began" doc:"When its video began to come"`
	Seconds   float64   `json:"seconds" doc:"Of video"`
	Bytes     int64     `json:"bytes"`
	Simulated bool      `json:"simulated"`
	// Zero is when the first picture was taken, as far as is known.
	Zero  time.Time    `json:"zero" doc:"When its first picture was taken, as is estimated"`
	Route [][2]float64 `json:"route,omitempty" doc:"lon, lat"`
}

// ErrNone says that no footage of a flight is kept.
var ErrNone = errors.New("no video of this flight is kept: it is too old, or none came")

// How often it is looked whether a flight has begun, and whether something is too old.
const (
	lookEvery = time.Second
	oldEvery  = time.Minute
)

// Run keeps the footage of every flight that has video, until ctx ends; then what is being kept is finished.
func (k *Keeper) Run(ctx context.Context) error {
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return fmt.Errorf("footage: %w", err)
	}
	k.finishLeft()
	look, old := time.NewTicker(lookEvery), time.NewTicker(oldEvery)
	defer look.Stop()
	defer old.Stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	var finishing sync.Mutex    // it takes long, and flights begin meanwhile
	kept := map[string]string{} // by dock, the flight that is being kept, or was last
	k.forget(time.Now())
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-old.C:
			k.forget(time.Now())
			if finishing.TryLock() {
				wg.Go(func() {
					defer finishing.Unlock()
					k.finishWaiting(ctx)
				})
			}
		case <-look.C:
			for _, d := range k.Docks() {
				if k.For == 0 || k.MaxBytes == 0 || d.Flight == "" || d.Stream == "" || !d.State.InTheAir() || k.Full() != nil {
					continue
				}
				if kept[d.SN] == d.Flight {
					continue
				}
				kept[d.SN] = d.Flight
				wg.Go(func() {
					if err := k.keep(ctx, d); err != nil {
						k.Log.Warn("video of a flight is not kept", "flight", d.Flight, "error", err)
					}
				})
			}
		}
	}
}

// over says whether a dock's flight has ended, or the dock flies another one.
func (k *Keeper) over(sn, flight string) bool {
	all := k.Docks()
	i := slices.IndexFunc(all, func(d dock.Status) bool { return d.SN == sn })
	return i < 0 || all[i].Flight != flight || all[i].State.Ended()
}

var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`)

// file is a file of a flight; ErrNone where none can be named so.
func (k *Keeper) file(id, ending string) (string, error) {
	if !plain.MatchString(id) || strings.HasSuffix(id, endingPart) {
		return "", ErrNone
	}
	return filepath.Join(k.Dir, id+ending), nil
}

// Flights are those whose footage is kept, the last one first.
func (k *Keeper) Flights() ([]Flight, error) {
	names, err := filepath.Glob(filepath.Join(k.Dir, "*.json"))
	if err != nil {
		return nil, err
	}
	out := []Flight{}
	for _, n := range names {
		if strings.HasSuffix(n, endingPart+".json") {
			continue
		}
		f, err := k.Flight(strings.TrimSuffix(filepath.Base(n), ".json"))
		if errors.Is(err, ErrNone) {
			continue // deleted meanwhile
		}
		if err != nil {
			k.Log.Warn("footage cannot be read; delete its files where they are damaged", "file", n, "error", err)
			continue
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Flight) int { return cmp.Or(b.Began.Compare(a.Began), cmp.Compare(a.Flight, b.Flight)) })
	return out, nil
}

// Flight is one of them, by the id of its footage.
func (k *Keeper) Flight(id string) (f Flight, err error) {
	name, err := k.file(id, ".json")
	if err != nil {
		return f, err
	}
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return f, ErrNone
	}
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	return f, err
}

// Video opens the MP4 of a flight.
func (k *Keeper) Video(id string) (*os.File, error) { return k.open(id, ".mp4") }

func (k *Keeper) open(id, ending string) (*os.File, error) {
	name, err := k.file(id, ending)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	return f, err
}

// forget deletes what is too old, and the oldest of what is too much: whole flights, and files that are none's any more, which a process left that died.
func (k *Keeper) forget(now time.Time) {
	files, err := os.ReadDir(k.Dir)
	if err != nil {
		k.Log.Warn("old footage is not deleted", "error", err)
		return
	}
	type kept struct {
		files   []string
		bytes   int64
		changed time.Time
	}
	flights := map[string]*kept{}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			continue // deleted meanwhile
		}
		id := f.Name()
		for _, ending := range []string{".new", ".json", ".jsonl", ".mp4", endingPart} {
			id = strings.TrimSuffix(id, ending)
		}
		if k.isKept(id) {
			continue // it is being kept
		}
		x := flights[id]
		if x == nil {
			x = &kept{}
			flights[id] = x
		}
		x.files = append(x.files, filepath.Join(k.Dir, f.Name()))
		x.bytes += info.Size()
		if info.ModTime().After(x.changed) {
			x.changed = info.ModTime()
		}
	}
	all := slices.SortedFunc(maps.Values(flights), func(a, b *kept) int { return b.changed.Compare(a.changed) })
	var sum int64
	for _, x := range all {
		if sum += x.bytes; now.Sub(x.changed) <= k.For && sum <= k.MaxBytes {
			continue
		}
		if err := remove(x.files...); err != nil {
			k.Log.Warn("old footage is not deleted", "error", err)
		}
	}
}

// begin notes that a flight is being kept, and end that it is no more.
func (k *Keeper) begin(id string) { k.note(id, true) }
func (k *Keeper) end(id string)   { k.note(id, false) }

func (k *Keeper) note(id string, on bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.being == nil {
		k.being = map[string]bool{}
	}
	if delete(k.being, id); on {
		k.being[id] = true
	}
}

func (k *Keeper) isKept(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.being[id]
}
