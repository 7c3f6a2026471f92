package dock

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
	"github.com/harrier-patrol/harrier/dock/media"
	"github.com/harrier-patrol/harrier/dock/pace"
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

// Status is a dock as last known.
type Status struct {
	Dock
	Life       gate.Life    `json:"life"`
	Online     bool         `json:"online"`
	Mode       string       `json:"mode"`
	Blocked    []gate.Check `json:"blocked,omitempty"` // what keeps a flight from starting now
	Holds      []gate.Hold  `json:"holds,omitempty"`
	Controller string       `json:"controller,omitempty"` // that holds it
	Pilot      string       `json:"pilot,omitempty"`      // the operator who has the aircraft
	Flight     string       `json:"flight,omitempty"`
	State      State        `json:"state,omitempty"`
	Reason     string       `json:"reason,omitempty"`
	Percent    int          `json:"percent"`
	Battery    int          `json:"battery"`
	Pose       *geo.Pose    `json:"pose,omitempty"`
	Seen       time.Time    `json:"seen"`
	Stream     string       `json:"stream,omitempty"`
	Areas      string       `json:"areas,omitempty"` // how far the dock is with its custom flight areas
	Route      [][2]float64 `json:"route,omitempty"`
}

// Why is what keeps the dock from flying, or its flight from starting; "" where nothing does.
func (s Status) Why() string {
	if s.Flight != "" {
		return s.Reason
	}
	return gate.Said(s.Blocked)
}

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

func (s *session) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.c.o.Clock.Now()
	st := Status{Dock: s.d, Seen: s.rep.Heard, Online: now.Sub(s.rep.Heard) < gate.OfflineAfter, Holds: s.holds, Pilot: s.on.pilot, Pose: s.pose, Areas: s.areas.state}
	st.Blocked = s.rep.Checks(now, s.limits, orb.Point{s.d.Lon, s.d.Lat}, s.holds)
	st.Life = s.rep.Life(now, st.Blocked)
	if st.Life != gate.Blocked && st.Life != gate.Offline {
		st.Blocked = nil // a dock that works is not blocked
	}
	if m := s.rep.Dock.ModeCode; m != nil {
		st.Mode = gate.ModeWords(*m)
	}
	st.Battery, _ = s.rep.Battery(now)
	if s.on.ev != nil {
		st.Flight, st.State, st.Reason, st.Percent, st.Stream, st.Route = s.on.ev.Flight, s.on.ev.State, s.on.ev.Reason, s.on.ev.Percent, s.on.ev.Live, s.on.ev.Route
	}
	return st
}

// touch lets the fleet's state be published.
func (s *session) touch() {
	select {
	case s.touched <- struct{}{}:
	default:
	}
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

func (s *session) sleep(ctx context.Context, d time.Duration) error { return s.c.o.Clock.Sleep(ctx, d) }

// stateEvery is the shortest time between two writes of one dock's state.
const stateEvery = 300 * time.Millisecond

// publishState keeps the fleet's key-value at the dock's state: what changed is there within a second.
func (s *session) publishState(ctx context.Context) {
	var last []byte
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.touched:
		}
		if !s.held.Load() {
			last = nil
			continue
		}
		st := s.status()
		st.Controller = s.c.o.ClientID
		st.Pose, st.Seen, st.Route = nil, time.Time{}, nil // what changes all the time is on its own subjects
		b, err := json.Marshal(st)
		if err != nil || bytes.Equal(b, last) {
			continue
		}
		if _, err := s.c.fleet.Put(ctx, s.d.SN, b); err != nil {
			if ctx.Err() == nil {
				s.c.o.Log.Warn("state of the dock not kept, trying again", "dock", s.d.SN, "error", err)
			}
			s.touch()
		} else {
			last = b
		}
		if pace.Wall.Sleep(ctx, stateEvery) != nil { // whatever the pace of flights, the store is on the wall's
			return
		}
	}
}
