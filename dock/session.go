package dock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

func newID() string { return uuid.NewString() }

// How long a dock may take to answer, and the pauses between tries of what often fails at first.
const (
	replyWait    = 8 * time.Second
	livePauseMin = 500 * time.Millisecond
	livePauseMax = 10 * time.Second
	lostAfter    = 60 * time.Second // without progress a flight counts as lost
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
	Online  bool              `json:"online"`
	Mode    cloudapi.DockMode `json:"mode"`
	Flight  string            `json:"flight,omitempty"`
	State   State             `json:"state,omitempty"`
	Percent int               `json:"percent"`
	Battery int               `json:"battery"`
	Pose    *geo.Pose         `json:"pose,omitempty"`
	Seen    time.Time         `json:"seen"`
	Stream  string            `json:"stream,omitempty"`
	Route   [][2]float64      `json:"route,omitempty"`
}

// session is one dock: what it says comes in through inbox, in order; what it is asked goes out one call at a time.
type session struct {
	c         *Controller
	d         Dock
	inbox     chan arrived
	fly       chan missions.Flight
	commands  chan commanded
	telemeter Telemeter

	mu      sync.Mutex
	waiting map[string]chan int // of result codes, by tid
	st      Status
	ev      *FlightEvent // of the flight now on, nil between flights
	heard   time.Time
	bad     int
	taken   bool // the flight was taken up, and nothing was heard of it yet

	done map[string]error // commands carried out, by key
}

func newSession(c *Controller, d Dock) *session {
	s := &session{c: c, d: d, inbox: make(chan arrived, 512), fly: make(chan missions.Flight, 8), commands: make(chan commanded, 8),
		waiting: map[string]chan int{}, done: map[string]error{}}
	s.st.Dock = d
	return s
}

func (s *session) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.st
	st.Online = time.Since(st.Seen) < 15*time.Second
	if s.ev != nil {
		st.Flight, st.State, st.Percent, st.Stream, st.Route = s.ev.Flight, s.ev.State, s.ev.Percent, s.ev.Live, s.ev.Route
	}
	return st
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
	wg.Add(2)
	go func() {
		defer wg.Done()
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
	}()
	go func() {
		defer wg.Done()
		for {
			select {
			case <-ctx.Done():
				return
			case c := <-s.commands:
				c.reply(s.command(ctx, c.Command))
			}
		}
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case f := <-s.fly:
			if err := s.start(ctx, f); err != nil && ctx.Err() == nil {
				s.c.o.Log.Warn("flight did not start", "dock", s.d.SN, "flight", f.ID, "error", err)
				s.end(ctx, Failed, err.Error())
			}
		case <-tick.C:
			s.mu.Lock()
			lost := s.ev != nil && time.Since(s.heard) > lostAfter
			s.mu.Unlock()
			if lost {
				s.end(ctx, Failed, fmt.Sprintf("no progress from the dock for %s", lostAfter))
			}
		}
	}
}

// call asks a service of the dock and waits for its reply; a result other than 0 is an *APIError.
func (s *session) call(ctx context.Context, method string, data any) error {
	tid := newID()
	b, err := cloudapi.New(tid, newID(), method, time.Now(), data).Encode()
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
	timer := time.NewTimer(replyWait)
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
			return &APIError{Dock: s.d.SN, Method: method, Code: code}
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("%s of dock %s: no reply within %s; is the dock online?", method, s.d.SN, replyWait)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// start carries out the documented steps: prepare, execute, DRC, live stream, watching.
func (s *session) start(ctx context.Context, f missions.Flight) error {
	s.mu.Lock()
	busy := s.ev
	s.mu.Unlock()
	if busy != nil {
		s.c.o.Log.Warn("flight not started: the dock is flying", "dock", s.d.SN, "flight", f.ID, "flying", busy.Flight)
		return nil
	}
	ev := FlightEvent{Flight: f.ID, Dock: s.d.SN, State: Preparing, Scenes: f.Scenes, Simulated: Simulated(s.d.SN), Live: fmt.Sprintf(s.c.o.LiveWatch, s.d.SN)}
	for _, w := range f.Route.Waypoints {
		ev.Route = append(ev.Route, [2]float64{w.Lon, w.Lat})
	}
	s.mu.Lock()
	s.ev, s.heard = &ev, time.Now()
	s.mu.Unlock()
	s.tell(ctx)
	p := cloudapi.FlightTaskPrepare{FlightID: f.ID, ExecuteTime: time.Now().UnixMilli(), RTHAltitude: 100, File: cloudapi.File{URL: fmt.Sprintf(s.c.o.RouteURL, f.ID), Fingerprint: f.Fingerprint()}}
	if err := s.call(ctx, cloudapi.MethodFlightTaskPrepare, &p); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if err := s.call(ctx, cloudapi.MethodFlightTaskExecute, &cloudapi.FlightTaskExecute{FlightID: f.ID}); err != nil {
		return fmt.Errorf("execute: %w", err)
	}
	return s.accompany(ctx)
}

// accompany gives a flight that is on its DRC channel, its live stream and its watcher.
func (s *session) accompany(ctx context.Context) error {
	drc := true
	if err := s.call(ctx, cloudapi.MethodDRCModeEnter, &cloudapi.DRCModeEnter{OSDFrequency: s.c.o.DRCHz, HSIFrequency: 1, MQTTBroker: cloudapi.MQTTBroker{Address: s.c.o.MQTT, ClientID: s.d.SN + "-drc", Username: s.c.o.User, Password: s.c.o.Password, ExpireTime: time.Now().Add(2 * time.Hour).Unix()}}); err != nil {
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
	s.ev.State, s.ev.DRC = Flying, drc
	ev := *s.ev
	s.mu.Unlock()
	s.tell(ctx)
	if err := s.startLive(ctx); err != nil {
		return err
	}
	job := WatchJob{Flight: ev.Flight, Dock: s.d.SN, URL: ev.Live, Scenes: ev.Scenes, DiagDeg: geo.WideDiagonalDeg(s.d.Model), Lon: s.d.Lon, Lat: s.d.Lat, DRC: drc, Simulated: ev.Simulated, Started: time.Now().UTC()}
	b, err := json.Marshal(job)
	if err != nil {
		return err
	}
	if _, err := s.c.js.Publish(ctx, SubjectWatch, b); err != nil {
		return fmt.Errorf("queue the flight for watching: %w", err)
	}
	return nil
}

// startLive asks for the stream until the dock gives it, with growing pauses: it often fails the first times.
func (s *session) startLive(ctx context.Context) error {
	l := cloudapi.LiveStartPush{URLType: cloudapi.URLTypeRTMP, URL: fmt.Sprintf(s.c.o.LivePush, s.d.SN), VideoID: s.d.Aircraft + "/99-0-0/normal-0", VideoQuality: cloudapi.VideoQuality(s.c.o.LiveQuality)}
	for pause := livePauseMin; ; pause = min(2*pause, livePauseMax) {
		err := s.call(ctx, cloudapi.MethodLiveStartPush, &l)
		if err == nil {
			return nil
		}
		s.mu.Lock()
		on := s.ev != nil
		s.mu.Unlock()
		if !on || ctx.Err() != nil {
			return fmt.Errorf("live stream: %w", err)
		}
		s.c.o.Log.Info("live stream did not start, trying again", "dock", s.d.SN, "error", err, "in", pause)
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
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
	s.c.notDocumented(s.d.SN, kind, &e)
	s.mu.Lock()
	s.st.Seen = m.at
	s.mu.Unlock()
	switch kind {
	case cloudapi.KindStatus:
		return s.answer(cloudapi.KindStatusReply, &e, &cloudapi.Result{})
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
		if p, is := e.Body.(*cloudapi.FlightTaskProgress); is {
			s.progress(ctx, p)
		}
		if e.WantsReply() {
			return s.answer(cloudapi.KindEventsReply, &e, &cloudapi.Result{})
		}
	case cloudapi.KindOSD, cloudapi.KindState:
		switch o := e.Body.(type) {
		case *cloudapi.DockProperties:
			s.mu.Lock()
			if o.ModeCode != nil {
				s.st.Mode = *o.ModeCode
			}
			s.mu.Unlock()
		case *cloudapi.AircraftProperties:
			return s.aircraft(o, e.Time(), m.at)
		}
	case cloudapi.KindDRCUp:
		return s.drc(e, m.at)
	}
	return nil
}

// answer replies to what the dock sent, in its transaction.
func (s *session) answer(k cloudapi.Kind, to *cloudapi.Message, data any) error {
	b, err := cloudapi.New(to.Transaction(), to.Business(), to.Name(), time.Now(), data).Encode()
	if err != nil {
		return err
	}
	s.c.cl.Publish(cloudapi.Topic(s.d.SN, k), 1, false, b)
	return nil
}

func (s *session) progress(ctx context.Context, p *cloudapi.FlightTaskProgress) {
	s.mu.Lock()
	id := p.Output.Ext.FlightID
	if s.ev == nil || s.ev.Flight != id {
		s.mu.Unlock()
		return
	}
	s.heard = time.Now()
	taken := s.taken
	s.taken = false
	s.ev.Percent = p.Output.Progress.Percent
	s.mu.Unlock()
	switch p.Output.Status {
	case cloudapi.JobStatusOK:
		s.end(ctx, Done, "")
	case cloudapi.JobStatusCanceled:
		s.end(ctx, Cancelled, "returned home on command")
	case cloudapi.JobStatusFailed, cloudapi.JobStatusRejected, cloudapi.JobStatusTimeout, cloudapi.JobStatusPartiallyDone:
		s.end(ctx, Failed, (&APIError{Dock: s.d.SN, Method: cloudapi.MethodFlightTaskProgress, Code: p.Result}).Error())
	default:
		s.tellQuietly()
		if taken {
			go func() {
				// the dock pushed to a media server that may have gone with the earlier controller
				if err := s.startLive(ctx); err != nil && ctx.Err() == nil {
					s.c.o.Log.Warn("live stream of a flight taken up", "dock", s.d.SN, "error", err)
				}
			}()
		}
	}
}

// takeUp goes on with a flight that an earlier controller left flying: what is known of it stands in its last event. The work
// queue still holds it for whoever watches, and its stream goes on; a flight that is no longer there is noticed by its silence.
func (s *session) takeUp(ctx context.Context) {
	ev, err := s.c.lastEvent(ctx, s.d.SN)
	if err != nil || ev.Flight == "" || ev.State.Ended() {
		return
	}
	s.mu.Lock()
	s.ev, s.heard, s.taken = &ev, time.Now(), true
	s.mu.Unlock()
	s.c.o.Log.Info("taking up a flight that was under way", "dock", s.d.SN, "flight", ev.Flight, "state", ev.State)
}

// end closes the flight with its one end.
func (s *session) end(ctx context.Context, st State, reason string) {
	s.mu.Lock()
	if s.ev == nil {
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
	s.ev, s.st.Pose = nil, nil
	s.mu.Unlock()
}

// tell publishes the flight's state as a fact.
func (s *session) tell(ctx context.Context) {
	s.mu.Lock()
	if s.ev == nil {
		s.mu.Unlock()
		return
	}
	ev := *s.ev
	s.mu.Unlock()
	ev.At = time.Now().UTC()
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
	ev.At = time.Now().UTC()
	if b, err := json.Marshal(ev); err == nil {
		_ = s.c.nc.Publish("harrier.progress."+s.d.SN, b)
	}
}

// command carries out an operator's command, once for each key.
func (s *session) command(ctx context.Context, c Command) error {
	if c.Key == "" || c.Operator == "" {
		return errors.New("a command needs a key (it happens once for each) and an operator")
	}
	if err, did := s.done[c.Key]; did {
		return err
	}
	var err error
	switch c.Action {
	case "return-home":
		s.mu.Lock()
		on := s.ev != nil
		s.mu.Unlock()
		if !on {
			err = fmt.Errorf("dock %s has no flight on", s.d.SN)
			break
		}
		if err = s.call(ctx, cloudapi.MethodReturnHome, nil); err == nil {
			s.mu.Lock()
			if s.ev != nil {
				s.ev.State, s.ev.Reason = Returning, c.Operator+": "+c.Reason
			}
			s.mu.Unlock()
			s.tell(ctx)
		}
	default:
		err = fmt.Errorf("no action %q; known: return-home", c.Action)
	}
	s.c.o.Log.Info("command", "dock", s.d.SN, "action", c.Action, "operator", c.Operator, "reason", c.Reason, "error", err)
	if len(s.done) > 1000 {
		clear(s.done)
	}
	s.done[c.Key] = err
	return err
}
