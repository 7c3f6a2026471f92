package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

// How often it is looked whose time is over, of how many leads pictures are deleted at a time, and for how long after a deletion it is seen to that it was done: this
// process may have died between the record and the deed.
const (
	forgetEvery = 6 * time.Hour
	forgetMost  = 10_000
	forgetAgain = 48 * time.Hour
)

// forget deletes the pictures of leads whose time is over, until ctx ends.
func (l *Ledger) forget(ctx context.Context) error {
	t := time.NewTicker(forgetEvery)
	defer t.Stop()
	for {
		switch n, err := l.forgetNow(ctx, time.Now()); {
		case err != nil && ctx.Err() == nil:
			l.Log.Error("pictures whose time is over are not deleted; trying again", "error", err)
		case n > 0:
			l.Log.Info("pictures deleted whose time is over", "pictures", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// forgetNow records for each lead whose time is over that its pictures are deleted, and why; then it deletes those that no other lead ever named.
func (l *Ledger) forgetNow(ctx context.Context, now time.Time) (deleted int, err error) {
	over, err := l.over(ctx, now)
	if err != nil || len(over) == 0 {
		return 0, err
	}
	for lead, done := range over {
		if done {
			continue
		}
		x, err := l.change(ctx, func() (leads.Next, error) {
			x, _, err := l.Index.Lead(lead)
			return l.Rules.Forget(x, now), err
		}, nil)
		if err != nil {
			return 0, err
		}
		if x.Deleted == nil {
			delete(over, lead) // something came of it meanwhile
		}
	}
	pictures := map[string]bool{}
	for _, mine := range []bool{true, false} { // what they ever named, then what others name of it
		err := l.revisions(ctx, func(x leads.Lead) {
			_, is := over[x.Lead]
			if is != mine {
				return
			}
			for _, sha := range x.Pictures() {
				switch {
				case mine && sha != "":
					pictures[sha] = true
				case !mine:
					delete(pictures, sha)
				}
			}
		})
		if err != nil {
			return 0, err
		}
	}
	for sha := range pictures {
		was, err := l.Store.Delete(ctx, sha)
		if err != nil {
			return deleted, err
		}
		if was {
			deleted++
		}
	}
	return deleted, nil
}

// over are the leads whose time is over; true are those of which that is recorded already.
func (l *Ledger) over(ctx context.Context, now time.Time) (map[string]bool, error) {
	var least time.Duration
	for _, sc := range l.Rules.Scenes {
		if d := sc.Retention.Shortest(); d > 0 && (least == 0 || d < least) {
			least = d
		}
	}
	out := map[string]bool{}
	if least == 0 || l.Store == nil {
		return out, nil
	}
	for _, state := range []string{leads.Rejected, leads.Closed} {
		for x, err := range l.Index.All(index.Query{State: state, Until: now.Add(-least)}) {
			if err = errors.Join(err, ctx.Err()); err != nil {
				return nil, err
			}
			if x.Deleted != nil {
				if now.Sub(x.Deleted.At) < forgetAgain {
					out[x.Lead] = true
				}
				continue
			}
			if len(out) < forgetMost && l.Rules.Forget(x, now).Changed {
				out[x.Lead] = false
			}
		}
	}
	return out, nil
}

// revisions reads every revision that is kept.
func (l *Ledger) revisions(ctx context.Context, each func(leads.Lead)) error {
	for _, s := range Revisions {
		d := newDecoder(func(x decoded) {
			if x.lead.Lead != "" {
				each(x.lead)
			}
		})
		err := journal.Replay(ctx, l.js, s, ">", journal.From{}, func(m journal.Msg) error { d.take(m); return nil })
		d.close()
		if err != nil {
			return fmt.Errorf("revisions of leads: %w", err)
		}
	}
	return nil
}
