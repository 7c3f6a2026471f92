package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// lookBack is how far back flights may have begun that are not ended yet: longer than any window and flight.
const lookBack = 12 * time.Hour

// settled waits until the stream of flights has stored what it was sent before: a controller that has just died may have told an end that
// still waits for the disk. What a stream is sent it takes in its order; this is refused for the number it asks for, and leaves no trace.
func (c *Controller) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	_, err := c.js.Publish(ctx, SubjectFlights+"settled", nil, jetstream.WithExpectLastSequence(math.MaxInt64))
	if journal.Moved(err) {
		return nil
	}
	return err
}

// settleWithin bounds the wait for what was sent before: a slow disk takes seconds for some thousand messages.
const settleWithin = time.Minute

// unfinished reads the last events of flights that have no end yet, by dock, oldest first.
func (c *Controller) unfinished(ctx context.Context) (map[string][]FlightEvent, error) {
	if err := c.settled(ctx); err != nil {
		return nil, fmt.Errorf("flights so far: %w", err)
	}
	last := map[string]FlightEvent{}
	var order []string
	err := journal.Replay(ctx, c.js, "FLIGHTS", SubjectFlights+">", journal.From{Time: time.Now().Add(-lookBack)}, func(m journal.Msg) error {
		var ev FlightEvent
		if json.Unmarshal(m.Data, &ev) != nil || c.docks[ev.Dock] == nil {
			return nil // not ours to judge
		}
		if _, known := last[ev.Flight]; !known {
			order = append(order, ev.Flight)
		}
		last[ev.Flight] = ev
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("flights so far: %w", err)
	}
	out := map[string][]FlightEvent{}
	for _, id := range order {
		if ev := last[id]; ev.Flight != "" && !ev.State.Ended() {
			out[ev.Dock] = append(out[ev.Dock], ev)
		}
	}
	return out, nil
}

// takeUp goes on where an earlier controller stopped: with a flight that it left flying, of which its last event tells what is known. The
// work queue still holds it for whoever watches, and its stream goes on; a flight that is no longer there is noticed by its silence. It is
// never started again. Flights that had not started go back on the list; those whose window is over end.
func (s *session) takeUp(ctx context.Context, open []FlightEvent) error {
	switch e, err := s.c.holds.Get(ctx, s.d.SN); {
	case err == nil:
		var holds []gate.Hold
		if err := json.Unmarshal(e.Value(), &holds); err != nil {
			return fmt.Errorf("holds of dock %s: %w", s.d.SN, err)
		}
		s.mu.Lock()
		s.holds = holds
		s.mu.Unlock()
	case !errors.Is(err, jetstream.ErrKeyNotFound):
		return fmt.Errorf("holds of dock %s: %w", s.d.SN, err)
	}
	if err := s.book.Resume(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.queue = nil // what was on it is among the open ones
	isOpen := func(flight string) bool {
		return slices.ContainsFunc(open, func(ev FlightEvent) bool { return ev.Flight == flight })
	}
	s.untold = slices.DeleteFunc(s.untold, func(ev FlightEvent) bool { return !isOpen(ev.Flight) }) // others ended those
	ended := slices.Clone(s.untold)
	s.mu.Unlock()
	for _, ev := range open {
		if slices.ContainsFunc(ended, func(e FlightEvent) bool { return e.Flight == ev.Flight }) {
			continue // it is told once the dock is held
		}
		f, ok := s.c.kept(ctx, ev.Flight)
		if ev.State == Waiting && ok && s.c.o.Clock.Now().Before(f.Deadline()) {
			s.enqueue(f)
			continue
		}
		if ev.State == Waiting {
			ev.State, ev.NotStarted, ev.Reason = Failed, true, "the controller stopped before it started; last: "+ev.Reason
			_ = s.publishEvent(ctx, ev)
			continue
		}
		s.mu.Lock()
		if !ok {
			f = missions.Flight{ID: ev.Flight, Dock: s.d.SN, Scenes: ev.Scenes}
		}
		was := s.on.ev
		s.resume(f, &ev)
		s.mu.Unlock()
		if was != nil {
			was.State, was.Reason = Failed, "the controller lost sight of it; another flight is on"
			_ = s.publishEvent(ctx, *was)
		}
		defer func() {
			s.mu.Lock()
			p, at := s.overheard.progress, s.overheard.at
			s.overheard.progress = nil
			s.mu.Unlock()
			if p != nil {
				s.progress(ctx, p, at)
			}
		}()
		s.c.o.Log.Info("taking up a flight that was under way", "dock", s.d.SN, "flight", ev.Flight, "state", ev.State)
	}
	return nil
}

// standBy remembers a flight of a dock that another controller holds.
func (s *session) standBy(f missions.Flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standby = append(s.standby, f)
	s.standby = s.standby[max(0, len(s.standby)-cap(s.fly)):]
}

// takeStandby puts flights on the list that came with the dock and that nobody noted while it changed hands.
func (s *session) takeStandby(ctx context.Context) {
	s.mu.Lock()
	maybe := s.standby
	s.standby = nil
	s.mu.Unlock()
	for _, f := range maybe {
		if s.c.o.Clock.Now().After(f.Deadline()) {
			continue
		}
		switch known, err := s.c.keep(ctx, f); {
		case err != nil:
			s.c.o.Log.Warn("flight not taken yet, trying again", "dock", s.d.SN, "flight", f.ID, "error", err)
			s.standBy(f)
		case !known:
			s.announce(ctx, f)
			s.enqueue(f)
		}
	}
}

// resume goes on with a flight that another controller began: nothing was noted of it here. The caller holds s.mu.
func (s *session) resume(f missions.Flight, ev *FlightEvent) {
	s.on = flight{ev: ev, mission: f, heard: s.c.o.Clock.Now(), taken: true}
	if ev.State != Preparing {
		s.on.outside = s.on.heard // it was in the air
	}
}
