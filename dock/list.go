package dock

import (
	"slices"

	"github.com/harrier-patrol/harrier/missions"
)

// enqueue puts a flight on the dock's list: before those of less priority, behind those that were there.
func (s *session) enqueue(f missions.Flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.queue, func(g missions.Flight) bool {
		return g.Priority < f.Priority || g.Priority == f.Priority && g.At.After(f.At)
	})
	if i < 0 {
		i = len(s.queue)
	}
	s.queue = slices.Insert(s.queue, i, f)
}

// dequeue takes a flight off the list; false where it is not there any more.
func (s *session) dequeue(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.queue)
	s.queue = slices.DeleteFunc(s.queue, func(f missions.Flight) bool { return f.ID == id })
	return len(s.queue) < n
}

// next is the flight that is to be flown next; ok is false where there is none, or one is being started.
func (s *session) next() (f missions.Flight, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.launching {
		return f, false
	}
	now := s.c.o.Clock.Now()
	for _, f := range s.queue {
		if !f.At.After(now) {
			return f, true
		}
	}
	return f, false
}

func (s *session) listed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}
