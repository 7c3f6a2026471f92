package main

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/console"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/networks"
	"github.com/harrier-patrol/harrier/vision/watch"
	"github.com/nats-io/nats.go/jetstream"
)

// models are those of a Harrier that runs, as its console shows and changes them.
type models struct {
	conf    config.Config
	js      jetstream.JetStream
	watcher *watch.Watcher
	scenes  []vision.SceneFile
	mu      sync.Mutex                 // one change, or one look, at a time
	known   map[string]console.ModelOf // by name: a model of a name does not change

	comparing sync.Mutex // one comparison at a time: it takes a core from the patrol
}

// available are the models that may be promoted without naming a file: those that come with Harrier, were in use, or are on trial.
func (m *models) available(h *networks.History) []string {
	names := []string{networks.Nano, networks.NanoFP32}
	for _, p := range h.All {
		names = append(names, p.Model)
	}
	if m.conf.Vision.Shadow != "" {
		names = append(names, m.conf.Vision.Shadow)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (m *models) State(ctx context.Context) (s console.ModelState, err error) {
	h, err := m.conf.ModelHistory()
	if err != nil {
		return s, err
	}
	s = console.ModelState{Running: m.watcher.Model.Version(), Fixed: m.conf.Vision.Model != "", Available: []console.ModelOf{}, History: []console.ModelChange{}}
	if s.Next, err = m.conf.ModelInUse(); err != nil {
		return s, err
	}
	for _, name := range m.available(h) {
		if of, ok := m.model(name); ok {
			s.Available = append(s.Available, of)
		}
	}
	for _, p := range slices.Backward(h.All) {
		s.History = append(s.History, console.ModelChange(p))
	}
	if m.watcher.Shadow == nil {
		return s, nil
	}
	t := console.ModelTrial{Model: m.watcher.Shadow.Model.Version()}
	err = journal.Replay(ctx, m.js, "TRACKS", watch.SubjectShadow+">", journal.From{}, func(msg journal.Msg) error {
		var c watch.Compared
		if json.Unmarshal(msg.Data, &c) == nil && c.Model == t.Model {
			t.Flights++
			t.Frames, t.Both, t.Other, t.InUse, t.OnTrial = t.Frames+c.Frames, t.Both+c.Both, t.Other+c.Other, t.InUse+c.InUse, t.OnTrial+c.OnTest
		}
		return nil
	})
	s.Trial = &t
	return s, err
}

// model says what a model is; ok is false where it cannot be read any more. Each is read once: it is hashed whole.
func (m *models) model(name string) (of console.ModelOf, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if of, ok = m.known[name]; ok {
		return of, true
	}
	_, man, err := networks.Load(name)
	if err != nil {
		return of, false
	}
	if m.known == nil {
		m.known = map[string]console.ModelOf{}
	}
	of = console.ModelOf{Name: name, SHA: man.SHA256, Classes: len(man.Classes)}
	m.known[name] = of
	return of, true
}

func (m *models) Promote(_ context.Context, model, by, why string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, err := m.conf.ModelHistory()
	if err != nil {
		return err
	}
	if !slices.Contains(m.available(h), model) {
		return console.ErrNoModel
	}
	if err := m.runs(model); err != nil {
		return err
	}
	_, err = h.Promote(model, cmp.Or(by, "console"), why)
	return err
}

// runs says why a model cannot be used: it does not run, or knows less than the scenes ask for.
func (m *models) runs(model string) error {
	opened, err := m.conf.OpenModel(model, 1, m.scenes)
	if err != nil {
		return err
	}
	opened.Close()
	return nil
}

func (m *models) Rollback(_ context.Context, by, why string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, err := m.conf.ModelHistory()
	if err != nil {
		return err
	}
	if before := h.Before(); before != "" {
		if err := m.runs(before); err != nil {
			return err
		}
	}
	_, err = h.Rollback(cmp.Or(by, "console"), why)
	return err
}
