package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

// remindEvery is how often it is looked what is due, and remindMost how many leads at a time.
const (
	remindEvery = 10 * time.Second
	remindMost  = 500
)

// remind tells of what is due soon, each due time once, until ctx ends.
func (l *Ledger) remind(ctx context.Context) error {
	return l.every(ctx, remindEvery, "nobody is reminded of what is due", func() error { return l.remindNow(ctx, time.Now()) })
}

func (l *Ledger) remindNow(ctx context.Context, now time.Time) error {
	var most time.Duration
	for _, s := range l.Rules.Scenes {
		most = max(most, s.Due.Remind)
	}
	due, err := l.Index.DueBefore(now.Add(most), remindMost)
	if err != nil {
		return err
	}
	for _, x := range due {
		if x.Due.After(now.Add(l.Rules.Scenes[x.Scene].Due.Remind)) {
			continue
		}
		r := leads.Reminder{Lead: x.Lead, Revision: x.Revision, State: x.State, Scene: x.Scene, Cell: x.Cell, Subdistrict: x.Subdistrict, Due: x.Due, Late: x.Due.Before(now), Priority: x.Priority, Simulated: x.Simulated}
		if err := l.tell(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// tell keeps a reminder, where nobody did meanwhile.
func (l *Ledger) tell(ctx context.Context, r leads.Reminder) error {
	m, err := r.Message(time.Now(), l.SchemaURL)
	if err != nil {
		return err
	}
	l.write.Lock()
	defer l.write.Unlock()
	for {
		told, err := l.Index.Reminded(r.Lead, r.Due)
		if err != nil || told {
			return err
		}
		err = l.keep(ctx, m, index.Kept{Stream: r.Stream(), Remind: &r})
		if !errors.Is(err, journal.ErrMoved) {
			return err
		}
		if _, err := l.catchUp(ctx); err != nil {
			return err
		}
	}
}
