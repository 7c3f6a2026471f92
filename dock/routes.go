package dock

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// route is a flight's KMZ, and the name that nobody guesses under which its dock fetches it.
type route struct {
	file string
	kmz  []byte
}

// ServeHTTP serves docks their files: the KMZ of a flight, by the name that its dock was told, and the custom flight areas.
func (c *Controller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	if a := c.o.Areas; a != nil && name == a.Name {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(a.Content)
		return
	}
	b, ok := c.named(name)
	if !ok {
		http.Error(w, "no such file for docks", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.google-earth.kmz")
	_, _ = w.Write(b)
}

// named is the KMZ that is served under a name.
func (c *Controller) named(name string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.routes {
		if r.file != "" && subtle.ConstantTimeCompare([]byte(r.file+".kmz"), []byte(name)) == 1 {
			return r.kmz, true
		}
	}
	return nil, false
}

// file is where a dock fetches a flight's route.
func (c *Controller) file(flight string) (cloudapi.File, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.routes[flight]
	if !ok {
		return cloudapi.File{}, false
	}
	return cloudapi.File{URL: c.o.FilesURL(r.file + ".kmz"), Fingerprint: missions.Flight{KMZ: r.kmz}.Fingerprint()}, true
}

// Fly hands a flight to its dock. It returns once the dock's queue has it; what becomes of it is told by flight events. A flight that was handed
// over before, to any controller, is left alone. Where another controller holds the dock, this one stands by: it flies what the other did not
// take, should the dock come to it in time.
func (c *Controller) Fly(ctx context.Context, f missions.Flight) error {
	s := c.docks[f.Dock]
	if s == nil {
		return fmt.Errorf("flight %s: no dock %q in the configuration", f.ID, f.Dock)
	}
	select {
	case <-c.up:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !s.held.Load() {
		s.standBy(f)
		return nil
	}
	if known, err := c.keep(ctx, f); known || err != nil {
		return err
	}
	select {
	case s.fly <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keep notes a flight, so that whoever takes its dock over can go on with it, and its route, which the dock fetches. known says that it was
// noted before, by any controller. Where it is not certain that it was noted, there is an error; it may be tried again, and is not known then.
func (c *Controller) keep(ctx context.Context, f missions.Flight) (known bool, err error) {
	f.File = rand.Text()
	b, err := json.Marshal(f)
	if err == nil {
		_, err = c.flights.Create(ctx, journal.Key(f.ID), b)
	}
	there := errors.Is(err, jetstream.ErrKeyExists)
	if there { // by the name that it was noted with
		if _, ok := c.kept(ctx, f.ID); !ok {
			return false, fmt.Errorf("flight %s: %w: what was noted of it cannot be read", f.ID, journal.ErrUnavailable)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && !there {
		c.unsure[f.ID] = true
		return false, fmt.Errorf("record flight %s: %w", f.ID, journal.Explain("flights", err))
	}
	known = there && !c.unsure[f.ID]
	delete(c.unsure, f.ID)
	if !there {
		c.routes[f.ID] = route{f.File, f.KMZ}
	}
	return known, nil
}

// kept is a flight that was handed over earlier.
func (c *Controller) kept(ctx context.Context, id string) (f missions.Flight, ok bool) {
	e, err := c.flights.Get(ctx, journal.Key(id))
	if err != nil || json.Unmarshal(e.Value(), &f) != nil {
		return f, false
	}
	if f.File == "" { // handed over before routes had names that nobody guesses
		f.File = rand.Text()
		if b, err := json.Marshal(f); err != nil {
			return f, false
		} else if _, err := c.flights.Update(ctx, journal.Key(id), b, e.Revision()); err != nil {
			return f, false // it is asked for again
		}
	}
	c.mu.Lock()
	c.routes[id] = route{f.File, f.KMZ}
	c.mu.Unlock()
	return f, true
}
