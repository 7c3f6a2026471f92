// Package lease shares the docks of a fleet out among the controllers that are there: each dock has one that holds it.
package lease

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
)

// TTL is how long a controller that is not heard of counts as there.
const TTL = 5 * time.Second

// Several controllers share a fleet. Each says every second that it is there, in a bucket that forgets after TTL; who holds a dock stands in
// another, and changes only by compare-and-set. A dock whose holder is not heard of any more is free for the taking.
const (
	bucketControllers = "controllers"
	bucketOwners      = "owners"
	every             = time.Second
)

// Fleet are the docks of a controller.
type Fleet interface {
	Held(sn string) bool
	Busy(sn string) bool // a dock with a flight is not given up
	// Take goes on where the earlier holders of docks stopped; from then on they are held.
	Take(ctx context.Context, docks []string) error
	LetGo(sn string)
}

// Options of Open. Client names this controller, the same when it is started again; "" makes a new name.
type Options struct {
	Client string
	Docks  []string // serial numbers
	Fleet  Fleet
	JS     jetstream.JetStream
	Log    *slog.Logger
}

// Leases are the docks that this controller holds.
type Leases struct {
	o                   Options
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

// Open reads who holds what. Share takes docks once, Run goes on with it.
func Open(ctx context.Context, o Options) (*Leases, error) {
	l := &Leases{o: o, id: uuid.NewString(), owner: map[string]owned{}}
	if o.Client != "" {
		l.id = journal.Key(o.Client) // the same when it is started again: what it held is its own at once
	}
	var err error
	if l.controllers, err = l.present(ctx); err != nil {
		return nil, err
	}
	if l.owners, err = o.JS.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucketOwners, Description: "which controller holds a dock"}); err != nil {
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
func (l *Leases) present(ctx context.Context) (jetstream.KeyValue, error) {
	kv, err := l.o.JS.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucketControllers, Description: "controllers that are there", TTL: TTL, Storage: jetstream.MemoryStorage})
	if err != nil {
		return nil, fmt.Errorf("key-value %s: %w", bucketControllers, err)
	}
	return kv, nil
}

func (l *Leases) note(e jetstream.KeyValueEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if was := l.owner[e.Key()]; e.Revision() > was.rev {
		l.owner[e.Key()] = owned{string(e.Value()), e.Revision()}
	}
}

// Run holds docks until ctx ends, and then lets them go.
func (l *Leases) Run(ctx context.Context) error {
	defer l.watch.Stop()
	tick := time.NewTicker(every) // the wall's time, as NATS forgets by it
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
		if time.Since(time.Unix(0, heard.Load())) > TTL {
			l.dropAll()
		} else if err := l.Share(ctx); err != nil && ctx.Err() == nil {
			l.o.Log.Warn("docks could not be shared out, trying again", "error", err)
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

// beat says every every that this controller is there, until ctx ends; heard is when that last went through.
func (l *Leases) beat(ctx context.Context, heard *atomic.Int64) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	trouble := false
	for {
		pctx, cancel := context.WithTimeout(ctx, TTL)
		began := time.Now()
		_, err := l.controllers.Put(pctx, l.id, []byte(l.o.Client))
		if err != nil && pctx.Err() == nil {
			if _, e := l.present(pctx); e == nil {
				_, err = l.controllers.Put(pctx, l.id, []byte(l.o.Client))
			}
		}
		cancel()
		switch {
		case err == nil:
			heard.Store(began.UnixNano())
			trouble = false
		case ctx.Err() == nil && !trouble:
			trouble = true
			l.o.Log.Warn("this controller cannot say that it is there; others may take its docks", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Share takes free docks up to this controller's share, and gives docks without a flight up beyond it.
func (l *Leases) Share(ctx context.Context) error {
	lctx, cancel := context.WithTimeout(ctx, TTL)
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
	fair := (len(l.o.Docks) + len(there) - 1) / len(there)
	var free, got []string
	mine := 0
	l.mu.Lock()
	for _, sn := range l.o.Docks {
		switch o := l.owner[sn]; {
		case o.id == l.id:
			mine++
			if !l.o.Fleet.Held(sn) {
				got = append(got, sn)
			}
		case !there[o.id]:
			free = append(free, sn)
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
			l.o.Log.Debug("dock not taken", "dock", sn, "error", err)
		}
	}
	if len(got) > 0 {
		if err := l.o.Fleet.Take(ctx, got); err != nil {
			return err
		}
		l.o.Log.Info("docks taken", "docks", len(got))
	}
	for _, sn := range l.o.Docks {
		if mine <= fair || !l.o.Fleet.Held(sn) || l.o.Fleet.Busy(sn) {
			continue
		}
		l.o.Fleet.LetGo(sn)
		l.mu.Lock()
		rev := l.owner[sn].rev
		l.mu.Unlock()
		if next, err := l.owners.Update(ctx, sn, nil, rev); err == nil {
			l.set(sn, "", next)
		}
		mine--
	}
	return nil
}

func (l *Leases) set(sn, id string, rev uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owner[sn] = owned{id, rev}
}

// follow lets a dock go that another controller has taken.
func (l *Leases) follow(sn string) {
	l.mu.Lock()
	lost := l.owner[sn].id != l.id
	l.mu.Unlock()
	if lost && slices.Contains(l.o.Docks, sn) && l.o.Fleet.Held(sn) {
		l.o.Log.Warn("another controller has taken the dock", "dock", sn)
		l.o.Fleet.LetGo(sn)
	}
}

func (l *Leases) dropAll() {
	for _, sn := range l.o.Docks {
		if l.o.Fleet.Held(sn) {
			l.o.Fleet.LetGo(sn)
		}
	}
}

// leave lets others take the docks at once.
func (l *Leases) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = l.controllers.Delete(ctx, l.id) // else it is forgotten in TTL
}
