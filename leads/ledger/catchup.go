package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

// open reads what the index does not know yet. The caller holds l.write.
func (l *Ledger) open(ctx context.Context) (read int, err error) {
	l.last, l.made = map[string]uint64{}, map[string]time.Time{}
	whole := true
	for _, s := range Revisions {
		st, err := l.js.Stream(ctx, s)
		if err != nil {
			return 0, fmt.Errorf("stream %s: %w", s, err)
		}
		i := st.CachedInfo()
		l.made[s] = i.Created
		var ok bool
		if l.last[s], ok, err = l.Index.Position(s, i.Created); err != nil {
			return 0, err
		}
		whole = whole && ok && l.last[s] <= i.State.LastSeq
	}
	if !whole {
		l.Log.Warn("the index of leads is of other streams than these; it is made again")
		if err := l.Index.Clear(); err != nil {
			return 0, err
		}
		clear(l.last)
	}
	if read, err = l.catchUp(ctx); err == nil {
		err = l.Index.Sort()
	}
	return read, err
}

// Build makes an index of the streams, or goes on making one, and returns how many revisions it read.
func Build(ctx context.Context, js jetstream.JetStream, x *index.Index, log *slog.Logger) (int, error) {
	l := &Ledger{Index: x, Log: log, js: js}
	return l.open(ctx)
}

// inOneGo is how many revisions are taken into the index at a time.
const inOneGo = 40_000

// catchUp reads what others kept. The caller holds l.write.
func (l *Ledger) catchUp(ctx context.Context) (read int, err error) {
	for _, s := range Revisions {
		end, err := journal.End(ctx, l.js, s)
		if err != nil {
			return read, err
		}
		if end <= l.last[s] {
			continue
		}
		if err := l.readOn(ctx, s, &read); err != nil {
			return read, err
		}
		l.last[s] = end
		if err := l.Index.Apply([]index.Kept{{Stream: s, Made: l.made[s], Seq: end}}); err != nil {
			return read, err
		}
	}
	return read, nil
}

// readOn takes into the index what a stream has kept since the last time, and counts it.
func (l *Ledger) readOn(ctx context.Context, stream string, read *int) error {
	var b *index.Batch
	n, last, made := 0, l.last[stream], l.made[stream]
	commit := func() error {
		if b == nil {
			return nil
		}
		err := b.Commit()
		b.Rollback()
		if b = nil; err == nil {
			l.last[stream], *read, n = last, *read+n, 0
		}
		return err
	}
	var failed error
	d := newDecoder(func(m journal.Msg) index.Kept { return kept(stream, made, m) }, func(k index.Kept) {
		if b == nil && failed == nil {
			b, failed = l.Index.Begin()
		}
		if failed == nil {
			failed = b.Apply(k)
		}
		if failed != nil {
			return
		}
		n, last = n+1, k.Seq
		if n >= inOneGo {
			failed = commit()
		}
	})
	err := journal.Replay(ctx, l.js, stream, ">", journal.From{Seq: l.last[stream] + 1}, func(m journal.Msg) error {
		d.take(m)
		return nil
	})
	d.close()
	if failed == nil {
		failed = commit() // also what was read before an error: it is not read again
	}
	if b != nil {
		b.Rollback()
	}
	return errors.Join(err, failed)
}

// kept is what a message of a stream of revisions holds; neither a lead nor a reminder where it is not to be read.
func kept(stream string, made time.Time, m journal.Msg) index.Kept {
	none := index.Kept{Stream: stream, Made: made, Seq: m.Seq}
	k, err := none, error(nil)
	if k.Lead, k.Remind, err = leads.ReadMessage(m.Data); err == nil {
		err = k.Prepare()
	}
	if err != nil {
		return none
	}
	return k
}

// keepUpEvery is how often it is looked what others kept: another ledger on the same streams, or harrier leads sample.
const keepUpEvery = 2 * time.Second

// keepUp reads what others keep, until ctx ends.
func (l *Ledger) keepUp(ctx context.Context) error {
	return l.every(ctx, keepUpEvery, "leads that others kept cannot be read", func() error {
		l.write.Lock()
		defer l.write.Unlock()
		_, err := l.catchUp(ctx)
		return err
	})
}
