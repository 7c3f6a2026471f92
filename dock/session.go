package dock

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

func newID() string { return uuid.NewString() }

// digest makes a key of any text that key-value stores take.
func digest(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:16])
}

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
	reply func(error)
}

type arrived struct {
	topic   string
	payload []byte
	at      time.Time
}

// Status is a dock as last known.
type Status struct {
	Dock
	Life       Life         `json:"life"`
	Online     bool         `json:"online"`
	Mode       string       `json:"mode"`
	Blocked    []Check      `json:"blocked,omitempty"` // what keeps a flight from starting now
	Holds      []Hold       `json:"holds,omitempty"`
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
	Route      [][2]float64 `json:"route,omitempty"`
}

// Why is what keeps the dock from flying, or its flight from starting; "" where nothing does.
func (s Status) Why() string {
	if s.Flight != "" {
		return s.Reason
	}
	return said(s.Blocked)
}

// session is one dock: what it says comes in through inbox, in order; what it is asked goes out one call at a time.
type session struct {
	c         *Controller
	d         Dock
	limits    Limits
	inbox     chan arrived
	fly       chan missions.Flight
	list      []missions.Flight // taken over from an earlier controller, until run
	commands  chan commanded
	touched   chan struct{} // the state may have changed
	telemeter Telemeter

	mu       sync.Mutex
	waiting  map[string]chan int // of result codes, by tid
	rep      report
	first    time.Time // when the dock was first heard of
	pose     *geo.Pose
	ev       *FlightEvent    // of the flight now on or waiting, nil between flights
	fl       missions.Flight // the same, as it was handed over; without route where it was taken up
	begun    time.Time       // when the flight was taken in hand
	heard    time.Time
	stamp    time.Time // of the latest progress, by the dock's clock
	brk      *cloudapi.BreakPointReport
	bad      int
	taken    bool // the flight was taken up, and nothing was heard of it yet
	pilot    string
	holds    []Hold
	exceeded time.Time // since when a limit has been broken in the air
	acted    bool      // on it
	// overheard is the latest progress of a flight while another controller held the dock: it may be the last
	overheard   *cloudapi.FlightTaskProgress
	overheardAt time.Time
	standby     []missions.Flight // of docks that another controller holds

	held atomic.Bool // by this controller
}

func newSession(c *Controller, d Dock) *session {
	l, ok := c.o.Limits[d.SN]
	if !ok {
		l = DefaultLimits(d.Model)
	}
	return &session{c: c, d: d, limits: l, inbox: make(chan arrived, 512), fly: make(chan missions.Flight, 8), commands: make(chan commanded, 8), touched: make(chan struct{}, 1), waiting: map[string]chan int{}}
}

// flight is the flight that is on or waiting, "" for none.
func (s *session) flight() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ev == nil {
		return ""
	}
	return s.ev.Flight
}

// aircraftSN is the aircraft's serial number: as configured, else as the dock reports it.
func (s *session) aircraftSN() string {
	if s.d.Aircraft != "" {
		return s.d.Aircraft
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.rep.dock.SubDevice; a != nil {
		return a.DeviceSN
	}
	return ""
}

// payloadIndex names the camera as the aircraft reports it. The caller holds s.mu.
func (s *session) payloadIndex() string {
	best := ""
	for k := range s.rep.aircraft.PayloadsByIndex {
		if best == "" || k < best {
			best = k
		}
	}
	if best != "" {
		return best
	}
	return defaultPayload
}

// defaultPayload is the index of the wide camera of an M4D, where the aircraft has not told its own yet.
const defaultPayload = "99-0-0"

func (s *session) camera() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.payloadIndex()
}

func (s *session) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.c.o.Clock.Now()
	st := Status{Dock: s.d, Seen: s.rep.heard, Online: now.Sub(s.rep.heard) < offlineAfter, Holds: s.holds, Pilot: s.pilot, Pose: s.pose}
	st.Blocked = s.rep.gate(now, s.limits, s.d, s.holds)
	st.Life = s.rep.life(now, st.Blocked)
	if st.Life != Blocked && st.Life != Offline {
		st.Blocked = nil // a dock that works is not blocked
	}
	if m := s.rep.dock.ModeCode; m != nil {
		st.Mode = modeWords(*m)
	}
	st.Battery, _ = s.rep.battery(now)
	if s.ev != nil {
		st.Flight, st.State, st.Reason, st.Percent, st.Stream, st.Route = s.ev.Flight, s.ev.State, s.ev.Reason, s.ev.Percent, s.ev.Live, s.ev.Route
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

// take queues a message as it comes; where the session does not keep up, state (osd, drc) is dropped, never an event.
func (s *session) take(topic string, payload []byte, at time.Time) {
	select {
	case s.inbox <- arrived{topic, payload, at}:
	default:
		if _, kind, _ := cloudapi.TopicOf(topic); kind != cloudapi.KindOSD && kind != cloudapi.KindDRCUp {
			s.inbox <- arrived{topic, payload, at}
		}
	}
}

func (s *session) run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case m := <-s.inbox:
				if err := s.hear(ctx, m); err != nil {
					s.bad++
					if s.bad <= 3 || s.bad%100 == 0 {
						s.c.o.Log.Warn("message not understood, passed over", "dock", s.d.SN, "topic", m.topic, "error", err, "so_far", s.bad)
					}
				}
			}
		}
	})
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case c := <-s.commands:
				c.reply(s.once(ctx, c.Command))
			}
		}
	})
	wg.Go(func() { s.publishState(ctx) })
	var queue []missions.Flight
	tick := s.c.o.Clock.NewTicker(time.Second)
	defer tick.Stop()
	launched := make(chan launch, 1)
	launching := false
	for {
		in := s.fly
		if len(queue) >= cap(s.fly) {
			in = nil // whoever hands over more waits
		}
		select {
		case <-ctx.Done():
			if launching {
				<-launched
			}
			return nil
		case f := <-in:
			queue = append(queue, f)
			s.announce(ctx, f)
		case l := <-launched:
			launching = false
			if l.again {
				queue = append([]missions.Flight{l.f}, queue...)
			}
		case <-tick.C:
			if !s.held.Load() {
				queue = nil
				continue
			}
			queue = append(queue, s.takenOver(ctx)...)
			s.watchOver(ctx)
		}
		for len(queue) > 0 && !launching && s.ready(ctx, queue[0]) {
			f := queue[0]
			queue = queue[1:]
			if s.c.o.Clock.Now().After(f.Deadline()) {
				s.miss(ctx, f)
				continue
			}
			launching = true
			go func() { launched <- s.launch(ctx, f) }()
		}
	}
}

// standBy remembers a flight of a dock that another controller holds.
func (s *session) standBy(f missions.Flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standby = append(s.standby, f)
	s.standby = s.standby[max(0, len(s.standby)-cap(s.fly)):]
}

// takenOver are flights that came with the dock: those on its list, and those that nobody noted while it changed hands.
func (s *session) takenOver(ctx context.Context) []missions.Flight {
	s.mu.Lock()
	out, maybe := s.list, s.standby
	s.list, s.standby = nil, nil
	s.mu.Unlock()
	for _, f := range maybe {
		if _, known := s.c.kept(ctx, f.ID); known || s.c.o.Clock.Now().After(f.Deadline()) {
			continue
		}
		if err := s.c.keep(ctx, f); err != nil {
			s.c.o.Log.Error("flight not taken", "dock", s.d.SN, "flight", f.ID, "error", err)
			continue
		}
		s.announce(ctx, f)
		out = append(out, f)
	}
	return out
}

// ready says whether a flight is to be taken out of the queue: it may start, or its window is over. While it waits, it says what for.
func (s *session) ready(ctx context.Context, f missions.Flight) bool {
	now := s.c.o.Clock.Now()
	s.mu.Lock()
	if s.ev != nil && s.ev.Flight != f.ID {
		s.mu.Unlock()
		return false // the one before is still on
	}
	young := !s.first.IsZero() && now.Sub(s.first) < gatherFirst
	checks := s.rep.gate(now, s.limits, s.d, s.holds)
	s.mu.Unlock()
	if s.c.o.Airspace != nil {
		if why := s.c.o.Airspace(f.Route, now); why != "" {
			checks = append(checks, Check{ConditionAirspace, why, "a route clear of it, or an approval"})
		}
	}
	if now.After(f.Deadline()) || len(checks) == 0 && !young {
		return true
	}
	reason := said(checks)
	if young {
		reason = "the dock has just come online, and says what state it is in"
	}
	s.mu.Lock()
	same := s.ev != nil && s.ev.State == Waiting && s.ev.Reason == reason
	if !same {
		s.hold(f, FlightEvent{State: Waiting, Reason: reason})
	}
	s.mu.Unlock()
	if !same {
		s.tell(ctx)
	}
	return false
}

// announce tells that the dock has a flight on its list: from here on it has an end, whatever becomes of the controller.
func (s *session) announce(ctx context.Context, f missions.Flight) {
	s.publishEvent(ctx, FlightEvent{Flight: f.ID, Dock: s.d.SN, State: Waiting, Reason: "on the dock's list", Scenes: f.Scenes, Continues: f.Continues, Simulated: Simulated(s.d.SN)})
}

// hold makes a flight the one that is on. The caller holds s.mu.
func (s *session) hold(f missions.Flight, ev FlightEvent) {
	ev.Flight, ev.Dock, ev.Scenes, ev.Continues, ev.Simulated, ev.Live = f.ID, s.d.SN, f.Scenes, f.Continues, Simulated(s.d.SN), fmt.Sprintf(s.c.o.LiveWatch, s.d.SN)
	for _, w := range f.Route.Waypoints {
		ev.Route = append(ev.Route, [2]float64{w.Lon, w.Lat})
	}
	s.ev, s.fl, s.begun, s.heard, s.stamp, s.brk = &ev, f, s.c.o.Clock.Now(), s.c.o.Clock.Now(), time.Time{}, nil
	s.exceeded, s.acted, s.pilot = time.Time{}, false, ""
}

// miss ends a flight whose window went by.
func (s *session) miss(ctx context.Context, f missions.Flight) {
	s.mu.Lock()
	reason := "did not start between " + f.At.Format("15:04:05") + " and " + f.Deadline().Format("15:04:05")
	if s.ev != nil && s.ev.Flight == f.ID && s.ev.Reason != "" {
		reason += "; last: " + s.ev.Reason
	}
	if s.ev == nil || s.ev.Flight != f.ID {
		s.hold(f, FlightEvent{})
	}
	s.ev.NotStarted = true
	s.mu.Unlock()
	s.end(ctx, Failed, reason)
}

// launch is what became of starting a flight; again says that it goes back to the head of the queue.
type launch struct {
	f     missions.Flight
	again bool
}

// launch starts a flight and acts on what the dock answers: asks again, waits, gives it back, or keeps the dock on the ground.
func (s *session) launch(ctx context.Context, f missions.Flight) launch {
	err := s.start(ctx, f)
	if err == nil || ctx.Err() != nil {
		return launch{f, false}
	}
	apiErr, is := errors.AsType[*cloudapi.Error](err)
	s.c.o.Log.Warn("flight did not start", "dock", s.d.SN, "flight", f.ID, "error", err)
	if is {
		switch apiErr.Advice().Response {
		case cloudapi.Wait:
			// undo what was prepared; the gate or the dock's next answer tells when it goes
			_ = s.call(ctx, cloudapi.MethodFlightTaskUndo, &cloudapi.FlightTaskUndo{FlightIds: []string{f.ID}})
			s.change(ctx, func(ev *FlightEvent) { ev.State, ev.Reason = Waiting, err.Error() })
			if s.sleep(ctx, askAgain) == nil {
				return launch{f, true}
			}
			return launch{f, false}
		case cloudapi.Ground:
			if herr := s.ground(ctx, own, short(apiErr.Code)); herr != nil {
				s.c.o.Log.Error("the dock should stay on the ground", "dock", s.d.SN, "error", herr)
			}
			s.c.log(ctx, s.d.SN, f.ID, Command{Action: GroundDock, Operator: own, Reason: short(apiErr.Code)}, nil)
		}
	}
	s.mu.Lock()
	if s.ev != nil {
		s.ev.NotStarted = true
	}
	s.mu.Unlock()
	s.end(ctx, Failed, err.Error())
	return launch{f, false}
}

// onItsWay says whether the dock has reported progress of the flight that is on.
func (s *session) onItsWay() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.stamp.IsZero()
}

func (s *session) sleep(ctx context.Context, d time.Duration) error { return s.c.o.Clock.Sleep(ctx, d) }

// watchOver notices what does not come by itself: a flight that fell silent, a limit broken in the air.
func (s *session) watchOver(ctx context.Context) {
	now := s.c.o.Clock.Now()
	s.touch()
	s.mu.Lock()
	on := s.ev != nil && s.ev.State != Waiting
	// a dock that was silent itself, restarting or out of reach, gets its time to speak again
	silent := now.Sub(s.rep.heard) > offlineAfter
	lost := on && now.Sub(s.heard) > lostAfter && !silent && now.Sub(s.first) > lostAfter || on && now.Sub(s.heard) > goneAfter
	heard := s.heard
	var act []Check
	if on && s.ev.State == Flying && !s.acted {
		if broken := s.rep.inAir(now, s.limits); len(broken) == 0 {
			s.exceeded = time.Time{}
		} else if s.exceeded.IsZero() {
			s.exceeded = now
		} else if now.Sub(s.exceeded) > limitHolds {
			s.acted, act = true, broken
		}
	}
	s.mu.Unlock()
	if lost {
		s.end(ctx, Failed, fmt.Sprintf("no progress from the dock for %.0f s", now.Sub(heard).Seconds()))
	}
	if len(act) == 0 {
		return
	}
	c := Command{Action: ReturnHomeTo, Operator: own, Reason: said(act)}
	do := func() error { return s.bringHome(ctx, own+": "+c.Reason) }
	if s.limits.Hover {
		c.Action, c.Reason = Pause, c.Reason+"; the aircraft hovers, and waits for an operator to decide"
		do = func() error { return s.call(ctx, cloudapi.MethodFlightTaskPause, nil) }
	}
	err := do()
	if err != nil && ctx.Err() == nil {
		s.mu.Lock()
		s.acted = false // again at the next tick
		s.mu.Unlock()
	}
	s.c.log(ctx, s.d.SN, s.flight(), c, err)
}

// call asks a service of the dock and waits for its reply; a result other than 0 is a *cloudapi.Error.
func (s *session) call(ctx context.Context, method string, data any) error {
	tid := newID()
	b, err := cloudapi.New(tid, newID(), method, s.c.o.Clock.Now(), data).Encode()
	if err != nil {
		return err
	}
	ch := make(chan int, 1)
	s.mu.Lock()
	s.waiting[tid] = ch
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.waiting, tid)
		s.mu.Unlock()
	}()
	tok := s.c.cl.Publish(cloudapi.Topic(s.d.SN, cloudapi.KindServices), 1, false, b)
	timer := s.c.o.Clock.NewTimer(replyWait)
	defer timer.Stop()
	select {
	case <-tok.Done():
		if tok.Error() != nil {
			return fmt.Errorf("%s of dock %s: %w", method, s.d.SN, tok.Error())
		}
	case <-timer.C:
		return fmt.Errorf("%s of dock %s: the broker does not take it", method, s.d.SN)
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case code := <-ch:
		if code != 0 {
			return &cloudapi.Error{Dock: s.d.SN, Method: method, Code: code}
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("%s of dock %s: no reply within %s; is the dock online?", method, s.d.SN, replyWait)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ask calls a service that may be asked again: what has no effect when it is asked twice.
func (s *session) ask(ctx context.Context, method string, data any) (err error) {
	for n := range tries {
		if n > 0 {
			if e := s.sleep(ctx, askAgain); e != nil {
				return e
			}
		}
		if err = s.call(ctx, method, data); err == nil || ctx.Err() != nil {
			return err
		}
		if e, is := errors.AsType[*cloudapi.Error](err); is && e.Advice().Response != cloudapi.Retry {
			return err
		}
	}
	return err
}

// start carries out the documented steps: prepare, execute, DRC, live stream, watching.
func (s *session) start(ctx context.Context, f missions.Flight) error {
	s.mu.Lock()
	s.hold(f, FlightEvent{State: Preparing})
	s.mu.Unlock()
	s.tell(ctx)
	file, ok := s.c.file(f.ID)
	if !ok {
		return errors.New("the flight's route is gone")
	}
	p := cloudapi.FlightTaskPrepare{FlightID: f.ID, ExecuteTime: s.c.o.Clock.Now().UnixMilli(), RTHAltitude: returnHeightM, File: file}
	if b := f.Break; b != nil {
		p.BreakPoint = &cloudapi.BreakPoint{Index: b.Waypoint, Progress: b.Progress, WaylineID: b.Wayline}
		if b.AtWaypoint {
			p.BreakPoint.State = cloudapi.BreakPointStateOnWaypoint
		}
	}
	if err := s.ask(ctx, cloudapi.MethodFlightTaskPrepare, &p); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	// execute is asked once: if its answer is lost, the dock's progress tells whether it flies
	if err := s.call(ctx, cloudapi.MethodFlightTaskExecute, &cloudapi.FlightTaskExecute{FlightID: f.ID}); err != nil {
		if _, said := errors.AsType[*cloudapi.Error](err); said || ctx.Err() != nil {
			return fmt.Errorf("execute: %w", err)
		}
		if e := s.sleep(ctx, replyWait); e != nil {
			return e
		}
		if !s.onItsWay() {
			return fmt.Errorf("execute: %w; and the dock reports nothing of the flight", err)
		}
	}
	if err := s.accompany(ctx); err != nil && ctx.Err() == nil {
		// it flies: what is missing is that somebody sees it
		s.c.o.Log.Error("flight is on, but is not watched", "dock", s.d.SN, "flight", f.ID, "error", err)
	}
	return nil
}

// returnHeightM is the height above take-off at which aircraft come home: above what stands in a city, below the 120 m of free flight.
const returnHeightM = 100

// accompany gives a flight that is on its DRC channel, its live stream and its watcher.
func (s *session) accompany(ctx context.Context) error {
	drc := true
	if err := s.call(ctx, cloudapi.MethodDRCModeEnter, &cloudapi.DRCModeEnter{OSDFrequency: s.c.o.DRCHz, HSIFrequency: 1, MQTTBroker: s.c.drcBroker(s.d.SN)}); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		drc = false
		s.c.o.Log.Info("no DRC on this flight: poses come at 0.5 Hz", "dock", s.d.SN, "error", err)
	}
	s.mu.Lock()
	if s.ev == nil {
		s.mu.Unlock()
		return errors.New("the flight ended before it was watched")
	}
	if s.ev.State == Preparing {
		s.ev.State = Flying
	}
	s.ev.DRC = drc
	ev := *s.ev
	s.mu.Unlock()
	s.tell(ctx)
	if err := s.startLive(ctx); err != nil {
		if s.flight() != ev.Flight {
			return nil // it ended, and said so
		}
		return err
	}
	job := WatchJob{Flight: ev.Flight, Dock: s.d.SN, URL: ev.Live, Scenes: ev.Scenes, DiagDeg: geo.WideDiagonalDeg(s.d.Model), Lon: s.d.Lon, Lat: s.d.Lat, DRC: drc, Simulated: ev.Simulated, Started: s.c.o.Clock.Now().UTC()}
	b, err := json.Marshal(job)
	if err != nil {
		return err
	}
	if _, err := s.c.js.Publish(ctx, SubjectWatch, b, jetstream.WithMsgID("watch "+ev.Flight)); err != nil {
		return fmt.Errorf("queue the flight for watching: %w", err)
	}
	return nil
}

// startLive asks for the stream until the dock gives it, with growing pauses: it often fails the first times.
func (s *session) startLive(ctx context.Context) error {
	l := cloudapi.LiveStartPush{URLType: cloudapi.URLTypeRTMP, URL: fmt.Sprintf(s.c.o.LivePush, s.d.SN), VideoID: s.aircraftSN() + "/" + s.camera() + "/normal-0", VideoQuality: cloudapi.VideoQuality(s.c.o.LiveQuality)}
	flight := s.flight()
	for pause := livePauseMin; ; pause = min(2*pause, livePauseMax) {
		err := s.call(ctx, cloudapi.MethodLiveStartPush, &l)
		if err == nil {
			return nil
		}
		if flight == "" || s.flight() != flight || ctx.Err() != nil {
			return fmt.Errorf("live stream: %w", err)
		}
		s.c.o.Log.Info("live stream did not start, trying again", "dock", s.d.SN, "error", err, "in", pause)
		if err := s.sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// hear takes in one message.
func (s *session) hear(ctx context.Context, m arrived) error {
	sn, kind, _ := cloudapi.TopicOf(m.topic)
	e, err := cloudapi.Decode(kind, sn == s.d.SN, m.payload)
	if err != nil {
		return err
	}
	if g := cloudapi.Value(e.Gateway); g != "" && g != s.d.SN {
		return fmt.Errorf("says that it comes from gateway %q, on the topic of dock %s: not taken", g, s.d.SN)
	}
	s.c.notDocumented(s.d.SN, kind, &e)
	s.mu.Lock()
	if m.at.Sub(s.rep.heard) > offlineAfter {
		s.first = m.at
	}
	s.rep.heard = m.at
	s.mu.Unlock()
	if !s.held.Load() && kind != cloudapi.KindOSD && kind != cloudapi.KindState {
		if p, is := e.Body.(*cloudapi.FlightTaskProgress); is {
			s.mu.Lock()
			s.overheard, s.overheardAt = p, e.Time()
			s.mu.Unlock()
		}
		return nil // whoever holds the dock answers
	}
	switch kind {
	case cloudapi.KindStatus:
		if t, is := e.Body.(*cloudapi.Topo); is {
			for _, d := range t.SubDevices {
				s.c.adopt(d.SN, s)
			}
		}
		return s.answer(cloudapi.KindStatusReply, &e, &cloudapi.Result{})
	case cloudapi.KindRequests:
		return s.answer(cloudapi.KindRequestsReply, &e, s.request(&e, m.at))
	case cloudapi.KindServicesReply:
		code, ok := e.Outcome()
		if !ok {
			return fmt.Errorf("reply to %s has no result", e.Name())
		}
		s.mu.Lock()
		ch := s.waiting[e.Transaction()]
		delete(s.waiting, e.Transaction())
		s.mu.Unlock()
		if ch != nil {
			ch <- code
		}
	case cloudapi.KindEvents:
		// first the answer: a dock sends again what is not answered
		if e.WantsReply() {
			if err := s.answer(cloudapi.KindEventsReply, &e, &cloudapi.Result{}); err != nil {
				return err
			}
		}
		switch b := e.Body.(type) {
		case *cloudapi.FlightTaskProgress:
			s.progress(ctx, b, e.Time())
		case *cloudapi.HMSReport:
			s.mu.Lock()
			s.rep.hms(b, m.at)
			s.mu.Unlock()
		case *cloudapi.AirsenseWarnings:
			s.mu.Lock()
			s.rep.airsense(*b, m.at)
			s.mu.Unlock()
		}
		s.touch()
	case cloudapi.KindOSD, cloudapi.KindState:
		s.touch()
		switch o := e.Body.(type) {
		case *cloudapi.DockProperties:
			s.mu.Lock()
			merge(&s.rep.dock, o)
			if a := s.rep.dock.SubDevice; a != nil && s.d.Aircraft == "" && o.SubDevice != nil {
				defer s.c.adopt(a.DeviceSN, s)
			}
			s.mu.Unlock()
		case *cloudapi.AircraftProperties:
			s.mu.Lock()
			merge(&s.rep.aircraft, o)
			s.rep.flown = m.at
			s.mu.Unlock()
			if kind == cloudapi.KindOSD {
				return s.aircraft(o, e.Time(), m.at)
			}
		}
	case cloudapi.KindDRCUp:
		return s.drc(e, m.at)
	}
	return nil
}

// merge takes over the fields that a message has: devices report themselves in parts.
func merge[T any](into, from *T) {
	a, b := reflect.ValueOf(into).Elem(), reflect.ValueOf(from).Elem()
	for i := range b.NumField() {
		if f := b.Field(i); !f.IsZero() {
			a.Field(i).Set(f)
		}
	}
}

// answer replies to what the dock sent, in its transaction.
func (s *session) answer(k cloudapi.Kind, to *cloudapi.Message, data any) error {
	b, err := cloudapi.New(to.Transaction(), to.Business(), to.Name(), s.c.o.Clock.Now(), data).Encode()
	if err != nil {
		return err
	}
	s.c.cl.Publish(cloudapi.Topic(s.d.SN, k), 1, false, b)
	return nil
}

func (s *session) progress(ctx context.Context, p *cloudapi.FlightTaskProgress, stamp time.Time) {
	s.mu.Lock()
	if s.ev == nil || s.ev.Flight != p.Output.Ext.FlightID || stamp.Before(s.stamp) {
		s.mu.Unlock()
		return // of a flight that ended, or late
	}
	s.heard, s.stamp = s.c.o.Clock.Now(), stamp
	taken := s.taken
	s.taken = false
	s.ev.Percent = p.Output.Progress.Percent
	if b := p.Output.Ext.BreakPoint; b != nil {
		s.brk = b
	}
	s.mu.Unlock()
	switch p.Output.Status {
	case cloudapi.JobStatusOK:
		s.end(ctx, Done, "")
	case cloudapi.JobStatusCanceled:
		s.end(ctx, Cancelled, s.cancelledBy())
	case cloudapi.JobStatusFailed, cloudapi.JobStatusRejected, cloudapi.JobStatusTimeout, cloudapi.JobStatusPartiallyDone:
		reason := string(p.Output.Status)
		if p.Result != 0 {
			reason = (&cloudapi.Error{Dock: s.d.SN, Method: cloudapi.MethodFlightTaskProgress, Code: p.Result}).Error()
		}
		s.breakOff(ctx, p.Result, reason)
	default:
		s.tellQuietly()
		if taken {
			go func() {
				// the earlier controller may have stopped before the stream ran and was watched, and the media server with it
				if err := s.accompany(ctx); err != nil && ctx.Err() == nil {
					s.c.o.Log.Warn("flight taken up is not watched", "dock", s.d.SN, "error", err)
				}
			}()
		}
	}
}

// cancelledBy is why a flight was cancelled: who sent it home, else the dock.
func (s *session) cancelledBy() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ev != nil && s.ev.Reason != "" {
		return s.ev.Reason
	}
	return "cancelled at the dock"
}

// short is a code as it stands in a hold.
func short(code int) string {
	a := cloudapi.AdviceOn(code)
	return fmt.Sprintf("%d: %s", code, a.Meaning)
}

// breakOff ends a flight that the dock broke off: continued from its break point where that makes sense, else failed.
func (s *session) breakOff(ctx context.Context, code int, reason string) {
	a := cloudapi.AdviceOn(code)
	if a.Response == cloudapi.Ground {
		if err := s.ground(ctx, own, short(code)); err != nil {
			s.c.o.Log.Error("the dock should stay on the ground", "dock", s.d.SN, "error", err)
		}
		s.c.log(ctx, s.d.SN, s.flight(), Command{Action: GroundDock, Operator: own, Reason: short(code)}, nil)
	}
	s.mu.Lock()
	f, b := s.fl, s.brk
	s.mu.Unlock()
	if b == nil || len(f.KMZ) == 0 || a.Response == cloudapi.Skip && a.Published || f.Part() >= continueMost {
		s.end(ctx, Failed, reason)
		return
	}
	next := f.Next(missions.Break{Waypoint: b.Index, AtWaypoint: b.State == cloudapi.BreakPointStateOnWaypoint, Progress: b.Progress, Wayline: b.WaylineID}, s.c.o.Clock.Now().UTC())
	if err := s.c.keep(ctx, next); err != nil {
		s.end(ctx, Failed, reason+"; not continued: "+err.Error())
		return
	}
	select {
	case s.fly <- next:
		s.mu.Lock()
		if s.ev != nil {
			s.ev.ContinuedAs = next.ID
		}
		s.mu.Unlock()
		s.end(ctx, Continued, reason)
	default:
		s.end(ctx, Failed, reason+"; not continued, the dock's list is full")
	}
}

// takeUp goes on where an earlier controller stopped: with a flight that it left flying, of which its last event tells what is known. The
// work queue still holds it for whoever watches, and its stream goes on; a flight that is no longer there is noticed by its silence. It is
// never started again. Flights that had not started go back on the list; those whose window is over end.
func (s *session) takeUp(ctx context.Context, open []FlightEvent) error {
	switch e, err := s.c.holds.Get(ctx, s.d.SN); {
	case err == nil:
		var holds []Hold
		if err := json.Unmarshal(e.Value(), &holds); err != nil {
			return fmt.Errorf("holds of dock %s: %w", s.d.SN, err)
		}
		s.mu.Lock()
		s.holds = holds
		s.mu.Unlock()
	case !errors.Is(err, jetstream.ErrKeyNotFound):
		return fmt.Errorf("holds of dock %s: %w", s.d.SN, err)
	}
	for _, ev := range open {
		f, ok := s.c.kept(ctx, ev.Flight)
		if ev.State == Waiting && ok && s.c.o.Clock.Now().Before(f.Deadline()) {
			s.mu.Lock()
			s.list = append(s.list, f)
			s.mu.Unlock()
			continue
		}
		if ev.State == Waiting {
			ev.State, ev.NotStarted, ev.Reason = Failed, true, "the controller stopped before it started; last: "+ev.Reason
			s.publishEvent(ctx, ev)
			continue
		}
		s.mu.Lock()
		if !ok {
			f = missions.Flight{ID: ev.Flight, Dock: s.d.SN, Scenes: ev.Scenes}
		}
		was := s.ev
		s.ev, s.fl, s.begun, s.heard, s.taken = &ev, f, s.c.o.Clock.Now(), s.c.o.Clock.Now(), true
		s.mu.Unlock()
		if was != nil {
			was.State, was.Reason = Failed, "the controller lost sight of it; another flight is on"
			s.publishEvent(ctx, *was)
		}
		defer func() {
			s.mu.Lock()
			p, at := s.overheard, s.overheardAt
			s.overheard = nil
			s.mu.Unlock()
			if p != nil {
				s.progress(ctx, p, at)
			}
		}()
		s.c.o.Log.Info("taking up a flight that was under way", "dock", s.d.SN, "flight", ev.Flight, "state", ev.State)
	}
	return nil
}

// change changes the flight's state and tells it.
func (s *session) change(ctx context.Context, f func(*FlightEvent)) {
	s.mu.Lock()
	if s.ev != nil {
		f(s.ev)
	}
	s.mu.Unlock()
	s.tell(ctx)
}

// end closes the flight with its one end.
func (s *session) end(ctx context.Context, st State, reason string) {
	s.mu.Lock()
	if s.ev == nil || s.ev.State.Ended() {
		s.mu.Unlock()
		return
	}
	s.ev.State, s.ev.Reason = st, reason
	if st == Done {
		s.ev.Percent = 100
	}
	s.mu.Unlock()
	s.tell(ctx)
	s.mu.Lock()
	s.c.mu.Lock()
	delete(s.c.routes, s.ev.Flight)
	s.c.mu.Unlock()
	s.ev, s.pose, s.pilot, s.fl = nil, nil, "", missions.Flight{}
	s.mu.Unlock()
	s.touch()
}

// tell publishes the flight's state as a fact.
func (s *session) tell(ctx context.Context) {
	s.touch()
	s.mu.Lock()
	if s.ev == nil {
		s.mu.Unlock()
		return
	}
	ev := *s.ev
	s.mu.Unlock()
	s.publishEvent(ctx, ev)
}

func (s *session) publishEvent(ctx context.Context, ev FlightEvent) {
	ev.At = s.c.o.Clock.Now().UTC()
	b, err := json.Marshal(ev)
	if err == nil {
		_, err = s.c.js.Publish(ctx, SubjectFlights+s.d.SN, b)
	}
	if err != nil && ctx.Err() == nil {
		s.c.o.Log.Error("flight event not kept", "dock", s.d.SN, "flight", ev.Flight, "state", ev.State, "error", err)
	}
}

// tellQuietly lets those who look on see how far the flight is; nothing is kept.
func (s *session) tellQuietly() {
	s.mu.Lock()
	ev := *s.ev
	s.mu.Unlock()
	ev.At = s.c.o.Clock.Now().UTC()
	if b, err := json.Marshal(ev); err == nil {
		_ = s.c.nc.Publish("harrier.progress."+s.d.SN, b)
	}
}

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
