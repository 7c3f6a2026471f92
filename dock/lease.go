package dock

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// Several controllers share a fleet. Each says every other second that it is there, in a bucket that forgets after leaseTTL; who holds a dock
// stands in another, and changes only by compare-and-set. A dock whose holder is not heard of any more is free for the taking.
const (
	bucketControllers = "controllers"
	bucketOwners      = "owners"
	leaseTTL          = 5 * time.Second
	leaseEvery        = time.Second
)

// leases are the docks that this controller holds.
type leases struct {
	c                   *Controller
	id                  string
	controllers, owners jetstream.KeyValue
	watch               jetstream.KeyWatcher

	mu    sync.Mutex
	owner map[string]owned // by dock
}

type owned struct {
	id  string
	rev uint64
}

func (c *Controller) openLeases(ctx context.Context) (*leases, error) {
	l := &leases{c: c, id: newID(), owner: map[string]owned{}}
	if c.o.ClientID != "" {
		l.id = journal.Key(c.o.ClientID) // the same when it is started again: what it held is its own at once
	}
	var err error
	if l.controllers, err = c.present(ctx); err != nil {
		return nil, err
	}
	if l.owners, err = c.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucketOwners, Description: "which controller holds a dock"}); err != nil {
		return nil, fmt.Errorf("key-value %s: %w", bucketOwners, err)
	}
	if l.watch, err = l.owners.WatchAll(ctx); err != nil {
		return nil, fmt.Errorf("key-value %s: %w", bucketOwners, err)
	}
	// what is there already comes first, and nil after it
	for e := range l.watch.Updates() {
		if e == nil {
			break
		}
		l.note(e)
	}
	return l, nil
}

// present is the bucket of controllers that are there. It lies in NATS' memory, so it is gone after a restart of the server, and made again.
func (c *Controller) present(ctx context.Context) (jetstream.KeyValue, error) {
	kv, err := c.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucketControllers, Description: "controllers that are there", TTL: leaseTTL, Storage: jetstream.MemoryStorage})
	if err != nil {
		return nil, fmt.Errorf("key-value %s: %w", bucketControllers, err)
	}
	return kv, nil
}

func (l *leases) note(e jetstream.KeyValueEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if was := l.owner[e.Key()]; e.Revision() > was.rev {
		l.owner[e.Key()] = owned{string(e.Value()), e.Revision()}
	}
}

// run holds docks until ctx ends, and then lets them go.
func (l *leases) run(ctx context.Context) error {
	defer l.watch.Stop()
	tick := time.NewTicker(leaseEvery) // the wall's time, as NATS forgets by it
	defer tick.Stop()
	// to say that it is there waits for nothing: taking a thousand docks takes longer than the others wait
	var heard atomic.Int64
	heard.Store(time.Now().UnixNano())
	beating := make(chan struct{})
	defer func() { <-beating }()
	go func() {
		defer close(beating)
		l.beat(ctx, &heard)
	}()
	for {
		// who could not be heard for so long has lost its docks to others, and must not touch them
		if time.Since(time.Unix(0, heard.Load())) > leaseTTL {
			l.dropAll()
		} else if err := l.share(ctx); err != nil && ctx.Err() == nil {
			l.c.o.Log.Warn("docks could not be shared out, trying again", "error", err)
		}
	drain:
		for {
			select {
			case <-ctx.Done():
				l.leave()
				return nil
			case e := <-l.watch.Updates():
				if e != nil {
					l.note(e)
					l.follow(e.Key())
				}
			case <-tick.C:
				break drain
			}
		}
	}
}

// beat says every leaseEvery that this controller is there, until ctx ends; heard is when that last went through.
func (l *leases) beat(ctx context.Context, heard *atomic.Int64) {
	tick := time.NewTicker(leaseEvery)
	defer tick.Stop()
	trouble := false
	for {
		pctx, cancel := context.WithTimeout(ctx, leaseTTL)
		began := time.Now()
		_, err := l.controllers.Put(pctx, l.id, []byte(l.c.o.ClientID))
		if err != nil && pctx.Err() == nil {
			if _, e := l.c.present(pctx); e == nil {
				_, err = l.controllers.Put(pctx, l.id, []byte(l.c.o.ClientID))
			}
		}
		cancel()
		switch {
		case err == nil:
			heard.Store(began.UnixNano())
			trouble = false
		case ctx.Err() == nil && !trouble:
			trouble = true
			l.c.o.Log.Warn("this controller cannot say that it is there; others may take its docks", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// share takes free docks up to this controller's share, and gives docks without a flight up beyond it.
func (l *leases) share(ctx context.Context) error {
	lctx, cancel := context.WithTimeout(ctx, leaseTTL)
	defer cancel()
	keys, err := l.controllers.ListKeys(lctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for k := range keys.Keys() {
		there[k] = true
	}
	there[l.id] = true
	fair := (len(l.c.docks) + len(there) - 1) / len(there)
	var free, got []string
	mine := 0
	l.mu.Lock()
	for _, d := range l.c.o.Docks {
		switch o := l.owner[d.SN]; {
		case o.id == l.id:
			mine++
			if !l.c.docks[d.SN].held.Load() {
				got = append(got, d.SN)
			}
		case !there[o.id]:
			free = append(free, d.SN)
		}
	}
	l.mu.Unlock()
	for _, sn := range free {
		if mine >= fair {
			break
		}
		l.mu.Lock()
		rev := l.owner[sn].rev
		l.mu.Unlock()
		if next, err := l.owners.Update(ctx, sn, []byte(l.id), rev); err == nil {
			l.set(sn, l.id, next)
			got = append(got, sn)
			mine++
		} else if !errors.Is(err, jetstream.ErrKeyExists) && ctx.Err() == nil {
			// another was faster, or NATS is away: the watch tells
			l.c.o.Log.Debug("dock not taken", "dock", sn, "error", err)
		}
	}
	if err := l.take(ctx, got); err != nil {
		return err
	}
	for _, d := range l.c.o.Docks {
		s := l.c.docks[d.SN]
		if mine <= fair || !s.held.Load() || s.flight() != "" {
			continue
		}
		s.letGo()
		l.mu.Lock()
		rev := l.owner[d.SN].rev
		l.mu.Unlock()
		if next, err := l.owners.Update(ctx, d.SN, nil, rev); err == nil {
			l.set(d.SN, "", next)
		}
		mine--
	}
	return nil
}

func (l *leases) set(sn, id string, rev uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owner[sn] = owned{id, rev}
}

// take goes on where the earlier holders of docks stopped.
func (l *leases) take(ctx context.Context, docks []string) error {
	if len(docks) == 0 {
		return nil
	}
	open, err := l.c.unfinished(ctx)
	if err != nil {
		return err
	}
	for _, sn := range docks {
		s := l.c.docks[sn]
		if err := s.takeUp(ctx, open[sn]); err != nil {
			return err
		}
		s.held.Store(true)
	}
	l.c.o.Log.Info("docks taken", "docks", len(docks))
	return nil
}

// follow lets a dock go that another controller has taken.
func (l *leases) follow(sn string) {
	s := l.c.docks[sn]
	l.mu.Lock()
	lost := s != nil && l.owner[sn].id != l.id
	l.mu.Unlock()
	if lost && s.held.Load() {
		l.c.o.Log.Warn("another controller has taken the dock", "dock", sn)
		s.letGo()
	}
}

func (l *leases) dropAll() {
	for _, s := range l.c.docks {
		if s.held.Load() {
			s.letGo()
		}
	}
}

// leave lets others take the docks at once.
func (l *leases) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = l.controllers.Delete(ctx, l.id) // else it is forgotten in leaseTTL
}

// letGo forgets a dock's flights: another controller goes on with them.
func (s *session) letGo() {
	s.held.Store(false)
	s.mu.Lock()
	s.ev, s.fl, s.marks, s.pose, s.holds, s.queue = nil, missions.Flight{}, marks{}, nil, nil, nil
	// what did not start here may start elsewhere; what the dock said of a flight's end stays true
	s.untold = slices.DeleteFunc(s.untold, func(ev FlightEvent) bool { return ev.NotStarted })
	s.mu.Unlock()
	s.book.Forget()
}
