package dock

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

func newID() string { return uuid.NewString() }

// How long a dock may take to answer, and the pauses between tries of what often fails at first.
const (
	replyWait    = 8 * time.Second
	livePauseMin = 500 * time.Millisecond
	livePauseMax = 10 * time.Second
	lostAfter    = 60 * time.Second // without progress from a dock that speaks, a flight counts as lost
	goneAfter    = 15 * time.Minute // and from one that does not
	askAgain     = 5 * time.Second  // after an error that passes
	tries        = 3                // of what may be asked again
	limitHolds   = 5 * time.Second  // a limit is broken in the air when it stays broken for so long
	gatherFirst  = 6 * time.Second  // a dock says what it is in parts, every 2 s: three rounds until it is judged
	continueMost = 3                // times that one flight is flown on from where it broke off
)

type commanded struct {
	Command
	reply func(json.RawMessage, error)
}

type arrived struct {
	topic   string
	payload []byte
	at      time.Time
}

// Of what a dock sends so much waits: state is dropped from maxState on, all else from maxInbox on. What one dock sends too much of it loses itself.
const (
	maxState = 256
	maxInbox = 512
)

// drcLink is what goes over the DRC channel.
type drcLink struct {
	pose  time.Time // when the last pose came
	beat  time.Time // when the last heartbeat went out
	beats int
}

// overheard is the latest progress of a flight while another controller held the dock: it may be the last.
type overheard struct {
	progress *cloudapi.FlightTaskProgress
	at       time.Time
}

// areasTold is how far a dock is with its custom flight areas.
type areasTold struct {
	state string // what it last said of them
	told  string // the file of them that it was told of
}

// session is one dock: what it says comes in through inbox, in order; what it is asked goes out one call at a time.
type session struct {
	c         *Controller
	d         Dock
	limits    gate.Limits
	inbox     chan arrived
	fly       chan missions.Flight
	commands  chan commanded
	homeward  chan commanded // to bring the aircraft home: waits for no other command that the dock is slow to answer
	touched   chan struct{}  // the state may have changed
	telemeter Telemeter

	mu        sync.Mutex
	queue     []missions.Flight // the dock's list, in the order in which it is to be flown
	launching bool
	waiting   map[string]chan *cloudapi.Message // for answers, by tid
	rep       gate.Report
	first     time.Time // when the dock was first heard of
	pose      *geo.Pose
	on        flight // that is on or waiting; none between flights
	bad       int
	holds     []gate.Hold
	drcLink   drcLink
	overheard overheard
	areas     areasTold
	standby   []missions.Flight // of docks that another controller holds
	untold    []FlightEvent     // ends that are not kept as facts yet; no more than the list is long, as nothing is taken on meanwhile

	book    *media.Book
	held    atomic.Bool  // by this controller
	flooded atomic.Int64 // messages that were dropped
	wg      sync.WaitGroup
}

func newSession(c *Controller, d Dock) *session {
	l, ok := c.o.Limits[d.SN]
	if !ok {
		l = gate.DefaultLimits(d.Model)
	}
	s := &session{c: c, d: d, limits: l, inbox: make(chan arrived, maxInbox), fly: make(chan missions.Flight, 8), commands: make(chan commanded, 8), homeward: make(chan commanded, 8), touched: make(chan struct{}, 1), waiting: map[string]chan *cloudapi.Message{}}
	s.book = media.NewBook(media.Options{SN: d.SN, Lon: d.Lon, Lat: d.Lat, Simulated: Simulated(d.SN), Depot: c.o.Depot, KV: func() jetstream.KeyValue { return c.media }, JS: c.js, Held: s.held.Load, Flight: c.kept, Clock: c.o.Clock, Log: c.o.Log})
	return s
}

// flight is the flight that is on or waiting, "" for none.
func (s *session) flight() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on.ev == nil {
		return ""
	}
	return s.on.ev.Flight
}

// underWay is the flight that has left the list, "" for none.
func (s *session) underWay() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.on.underWay() {
		return ""
	}
	return s.on.ev.Flight
}

// aircraftSN is the aircraft's serial number: as configured, else as the dock reports it.
func (s *session) aircraftSN() string {
	if s.d.Aircraft != "" {
		return s.d.Aircraft
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.rep.Dock.SubDevice; a != nil {
		return a.DeviceSN
	}
	return ""
}

// payloadIndex names the main camera (gimbal 0): as the aircraft reports it, else as the dock says that it can be shown, else as its model
// has it. The caller holds s.mu.
func (s *session) payloadIndex() string {
	var seen []string
	for k := range s.rep.Aircraft.PayloadsByIndex {
		seen = append(seen, k)
	}
	if l := s.rep.Dock.LiveCapacity; l != nil && len(seen) == 0 {
		for _, d := range l.DeviceList {
			for _, c := range d.CameraList {
				if cloudapi.Value(d.SN) != s.d.SN && c.CameraIndex != nil {
					seen = append(seen, *c.CameraIndex)
				}
			}
		}
	}
	slices.Sort(seen)
	for _, k := range seen {
		if strings.HasSuffix(k, "-0") {
			return k
		}
	}
	return cloudapi.MainCamera(s.d.Model)
}

func (s *session) camera() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.payloadIndex()
}

// take queues a message as it comes, and never waits: a dock that sends more than is taken in loses its own messages, state first. What it wants an
// answer to it sends again.
func (s *session) take(topic string, payload []byte, at time.Time) {
	_, kind, _ := cloudapi.TopicOf(topic)
	if state := kind == cloudapi.KindOSD || kind == cloudapi.KindDRCUp; !state || len(s.inbox) < maxState {
		select {
		case s.inbox <- arrived{topic, payload, at}:
			return
		default:
		}
	}
	if n := s.flooded.Add(1); n == 1 || n%10_000 == 0 {
		s.c.o.Log.Warn("a dock sends more than can be taken in; messages of it are dropped", "dock", s.d.SN, "so_far", n)
	}
}

func (s *session) run(ctx context.Context) error {
	defer s.wg.Wait()
	s.wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case m := <-s.inbox:
				if err := journal.Guarded(func() error { return s.handleMessage(ctx, m) }); err != nil {
					s.bad++
					if s.bad <= 3 || s.bad%100 == 0 {
						s.c.o.Log.Warn("message not understood, passed over", "dock", s.d.SN, "topic", m.topic, "error", err, "so_far", s.bad)
					}
				}
			}
		}
	})
	for _, ch := range []chan commanded{s.commands, s.homeward} {
		s.wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case c := <-ch:
					var data json.RawMessage
					err := journal.Guarded(func() (err error) { data, err = s.executeOnce(ctx, c.Command); return err })
					c.reply(data, err)
				}
			}
		})
	}
	s.wg.Go(func() { s.publishState(ctx) })
	if s.c.o.Depot != nil {
		s.wg.Go(func() { s.book.Run(ctx) })
	}
	tick := s.c.o.Clock.NewTicker(time.Second)
	defer tick.Stop()
	launched := make(chan launch, 1)
	for {
		in := s.fly
		if s.listed() >= cap(s.fly) {
			in = nil // whoever hands over more waits
		}
		select {
		case <-ctx.Done():
			return nil
		case f := <-in:
			s.enqueue(f)
			s.announce(ctx, f)
		case l := <-launched:
			s.mu.Lock()
			s.launching = false
			s.mu.Unlock()
			if l.again {
				s.enqueue(l.f)
			}
		case <-tick.C:
			if !s.held.Load() {
				continue
			}
			if err := journal.Guarded(func() error {
				s.tellEnds(ctx)
				s.takeStandby(ctx)
				s.watchOver(ctx)
				s.pushAreas(ctx)
				return nil
			}); err != nil {
				s.c.o.Log.Error("a fault of Harrier, of this dock only; please report it", "dock", s.d.SN, "error", err)
			}
		}
		for s.held.Load() {
			f, ok := s.next()
			if !ok || !s.ready(ctx, f) || !s.dequeue(f.ID) {
				break
			}
			if s.c.o.Clock.Now().After(f.Deadline()) {
				s.miss(ctx, f)
				continue
			}
			s.mu.Lock()
			s.launching = true
			s.mu.Unlock()
			s.wg.Go(func() {
				l := launch{f: f}
				if err := journal.Guarded(func() error { l = s.launch(ctx, f); return nil }); err != nil {
					s.c.o.Log.Error("a fault of Harrier at the start of a flight; please report it", "dock", s.d.SN, "flight", f.ID, "error", err)
					s.end(ctx, Failed, "a fault of Harrier at its start; see the log")
				}
				launched <- l
			})
		}
	}
}

// locked runs f with the dock's state to itself. A panic in f is a fault of this dock only: its state does not stay locked.
func (s *session) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *session) sleep(ctx context.Context, d time.Duration) error { return s.c.o.Clock.Sleep(ctx, d) }
