package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

// How often it is looked whose time is over, of how many leads pictures are deleted at a time and how many of each (the record of them must fit into a leaf of the
// log), and for how long after a deletion it is seen to that it was done: this process may have died, or the store been away, between the record and the deed.
const (
	forgetEvery    = 6 * time.Hour
	forgetMost     = 10_000
	forgetPictures = 300
	forgetAgain    = 30 * 24 * time.Hour
)

// forget deletes the pictures of leads whose time is over, until ctx ends.
func (l *Ledger) forget(ctx context.Context) error {
	return l.every(ctx, forgetEvery, "pictures whose time is over are not deleted", func() error {
		n, err := l.forgetNow(ctx, time.Now())
		if n > 0 {
			l.Log.Info("pictures deleted whose time is over", "pictures", n)
		}
		return err
	})
}

// forgetNow records for each lead whose time is over which of its pictures are deleted, and why: those that it ever named and no other lead did. Then it deletes
// them.
func (l *Ledger) forgetNow(ctx context.Context, now time.Time) (deleted int, err error) {
	over, pictures, err := l.over(ctx, now)
	if err != nil {
		return 0, err
	}
	if len(over) > 0 {
		if err := l.named(ctx, over); err != nil {
			return 0, err
		}
	}
	for lead, of := range over {
		list := make([]string, 0, len(of))
		for sha := range of {
			list = append(list, sha)
		}
		slices.Sort(list)
		list = list[:min(len(list), forgetPictures)]
		x, err := l.change(ctx, func() (leads.Next, error) {
			x, _, err := l.Index.Lead(lead)
			return l.Rules.Forget(x, now, list), err
		}, nil)
		if err != nil {
			return 0, err
		}
		if x.Deleted != nil { // else something came of it meanwhile
			pictures = append(pictures, x.Deleted.Pictures...)
		}
	}
	for _, sha := range pictures {
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

// named notes for each lead the pictures that it ever named and no other lead did.
func (l *Ledger) named(ctx context.Context, over map[string]map[string]bool) error {
	of := map[string][]string{} // leads that are over, by picture
	err := l.revisions(ctx, func(x leads.Lead) {
		mine, is := over[x.Lead]
		if !is {
			return
		}
		for _, sha := range x.Pictures() {
			if sha != "" && !mine[sha] {
				mine[sha] = true
				of[sha] = append(of[sha], x.Lead)
			}
		}
	})
	if err != nil {
		return err
	}
	keep := func(x leads.Lead) {
		if _, is := over[x.Lead]; is {
			return
		}
		for _, sha := range x.Pictures() {
			for _, lead := range of[sha] {
				delete(over[lead], sha)
			}
		}
	}
	done := map[string]bool{}                        // what they named is deleted already
	for x, err := range l.Index.All(index.Query{}) { // also of leads whose first revisions the streams have forgotten
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if x.Deleted != nil {
			done[x.Lead] = true
			continue
		}
		keep(x)
	}
	return l.revisions(ctx, func(x leads.Lead) {
		if !done[x.Lead] {
			keep(x)
		}
	})
}

// over are the leads whose time is over, and the pictures of which it was recorded of late that they are deleted.
func (l *Ledger) over(ctx context.Context, now time.Time) (over map[string]map[string]bool, again []string, err error) {
	var least time.Duration
	for _, sc := range l.Rules.Scenes {
		if d := sc.Retention.Shortest(); d > 0 && (least == 0 || d < least) {
			least = d
		}
	}
	over = map[string]map[string]bool{}
	if least == 0 || l.Store == nil {
		return over, nil, nil
	}
	for _, state := range []string{leads.Rejected, leads.Closed} {
		for x, err := range l.Index.All(index.Query{State: state, Until: now.Add(-least)}) {
			if err = errors.Join(err, ctx.Err()); err != nil {
				return nil, nil, err
			}
			switch {
			case x.Deleted != nil && now.Sub(x.Deleted.At) < forgetAgain:
				again = append(again, x.Deleted.Pictures...)
			case len(over) < forgetMost && l.Rules.Forget(x, now, nil).Changed:
				over[x.Lead] = map[string]bool{}
			}
		}
	}
	return over, again, nil
}

// revisions reads every revision that is kept.
func (l *Ledger) revisions(ctx context.Context, each func(leads.Lead)) error {
	for _, s := range Revisions {
		d := newDecoder(func(m journal.Msg) leads.Lead {
			if x, _, err := leads.ReadMessage(m.Data); err == nil {
				return x
			}
			return leads.Lead{}
		}, func(x leads.Lead) {
			if x.Lead != "" {
				each(x)
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
