package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

// A cell of which a flight showed so much, on so many frames, it showed: what stood there and was not found is gone.
const (
	shownShare = 0.95
	shownLooks = 3
)

// errFindingsBehind says that findings of a flight are not worked off yet.
var errFindingsBehind = errors.New("findings of the flight are still being worked off")

// takeCoverage closes the leads whose things a flight would have shown and did not, once the flight has ended.
func (l *Ledger) takeCoverage(ctx context.Context) error {
	return journal.Consume(ctx, l.js, journal.Consumer{Stream: "COVERAGE", Name: "ledger", Wait: 30 * time.Second, AtOnce: 1, New: true}, l.Log, func(ctx context.Context, m journal.Msg) error {
		var c vision.Covered
		if err := json.Unmarshal(m.Data, &c); err != nil {
			return journal.Permanent(fmt.Errorf("coverage is not JSON: %w", err))
		}
		if !c.Ended {
			return nil
		}
		if err := l.findingsTaken(ctx, c.Flight); err != nil {
			return err
		}
		for _, cell := range c.Cells {
			if err := l.goneFrom(ctx, c, cell); err != nil {
				return err
			}
		}
		return nil
	})
}

// findingsTaken says whether all findings of a flight that has ended have become leads.
func (l *Ledger) findingsTaken(ctx context.Context, flight string) error {
	st, err := l.js.Stream(ctx, "FINDINGS")
	if err != nil {
		return err
	}
	end, err := st.GetLastMsgForSubject(ctx, "harrier.findings."+flight)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	cons, err := st.Consumer(ctx, findingsConsumer)
	if err != nil {
		return err
	}
	if cons.CachedInfo().AckFloor.Stream < end.Sequence {
		return errFindingsBehind
	}
	return nil
}

// maxInCell bounds the open leads of a cell that are looked at; there are seldom more than a few.
const maxInCell = 2000

// goneFrom closes the open leads of a cell that was shown and in which they were not found.
func (l *Ledger) goneFrom(ctx context.Context, c vision.Covered, cell geo.CellSeen) error {
	if cell.Share < shownShare || cell.Looks < shownLooks {
		return nil
	}
	open, _, err := l.Index.Page(index.Query{Cell: cell.Cell, Open: true}, "", maxInCell)
	if err != nil {
		return err
	}
	for _, x := range open {
		if x.Simulated != c.Simulated || !slices.Contains(c.Scenes, x.Scene) || cell.GSDM > l.Shows[x.Scene] || len(x.Cells) > 0 || !x.LastSeen.Before(cell.First) {
			continue // also where its error reaches into a cell that may not have been shown
		}
		if err := l.close(ctx, x.Lead, c.Flight, cell.Last, ""); err != nil {
			return err
		}
	}
	return nil
}

// close closes a lead as gone.
func (l *Ledger) close(ctx context.Context, lead, flight string, at time.Time, frame string) error {
	_, err := l.change(ctx, func() (leads.Next, error) {
		x, ok, err := l.Index.Lead(lead)
		if err != nil || !ok {
			return leads.Next{}, err
		}
		return l.Rules.Gone(x, flight, at, frame), nil
	}, nil)
	return err
}

// goneNearM is how far from the middle of what was pulled down the lead of it may lie.
const goneNearM = 6

// takeChanges closes the leads of structures that a comparison of two flights shows to have been pulled down.
func (l *Ledger) takeChanges(ctx context.Context) error {
	return journal.Consume(ctx, l.js, journal.Consumer{Stream: "CHANGES", Name: "ledger", Wait: 30 * time.Second, Tries: 4, AtOnce: 1, New: true}, l.Log, func(ctx context.Context, m journal.Msg) error {
		var c vision.Changed
		if err := json.Unmarshal(m.Data, &c); err != nil {
			return journal.Permanent(fmt.Errorf("changes are not JSON: %w", err))
		}
		for _, ch := range c.Changes {
			if ch.Kind != "gone" {
				continue
			}
			for scene := range l.Rules.Scenes {
				near, err := l.Index.Near(scene, c.Simulated, orb.Point{ch.Lon, ch.Lat}, goneNearM)
				if err != nil {
					return err
				}
				for _, s := range near {
					if vision.Group(s.Class) != "structure" {
						continue
					}
					if err := l.close(ctx, s.Lead, c.Flight, ch.At, ch.After); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}
