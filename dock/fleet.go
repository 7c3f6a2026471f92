package dock

import (
	"context"
	"slices"
)

// fleet is the controller's docks, as leases see them.
type fleet struct{ c *Controller }

func (f fleet) Held(sn string) bool { return f.c.docks[sn].held.Load() }
func (f fleet) Busy(sn string) bool { return f.c.docks[sn].flight() != "" }
func (f fleet) LetGo(sn string)     { f.c.docks[sn].letGo() }

// Take goes on where the earlier holders of docks stopped.
func (f fleet) Take(ctx context.Context, docks []string) error {
	open, err := f.c.unfinished(ctx)
	if err != nil {
		return err
	}
	for _, sn := range docks {
		s := f.c.docks[sn]
		if err := s.takeUp(ctx, open[sn]); err != nil {
			return err
		}
		s.held.Store(true)
	}
	return nil
}

// letGo forgets a dock's flights: another controller goes on with them.
func (s *session) letGo() {
	s.held.Store(false)
	s.mu.Lock()
	s.on, s.pose, s.holds, s.queue = flight{}, nil, nil, nil
	// what did not start here may start elsewhere; what the dock said of a flight's end stays true
	s.untold = slices.DeleteFunc(s.untold, func(ev FlightEvent) bool { return ev.NotStarted })
	s.mu.Unlock()
	s.book.Forget()
}
