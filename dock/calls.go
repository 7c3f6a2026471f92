package dock

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/gate"
)

// call asks a service of the dock and waits for its reply; a result other than 0 is a *cloudapi.Error.
func (s *session) call(ctx context.Context, method string, data any) error {
	_, err := s.exchange(ctx, method, data)
	return err
}

// exchange is call, and returns the data of the reply.
func (s *session) exchange(ctx context.Context, method string, data any) (json.RawMessage, error) {
	m, err := s.send(ctx, cloudapi.KindServices, method, data)
	if err != nil {
		return nil, err
	}
	code, ok := m.Outcome()
	if !ok {
		return nil, fmt.Errorf("reply of dock %s to %s has no result", s.d.SN, method)
	}
	if code != 0 {
		return nil, &cloudapi.Error{Dock: s.d.SN, Method: method, Code: code}
	}
	return json.RawMessage(m.Data), nil
}

// send sends the dock what it answers, and waits for the answer.
func (s *session) send(ctx context.Context, k cloudapi.Kind, method string, data any) (*cloudapi.Message, error) {
	what := cmp.Or(method, string(k))
	tid := newID()
	b, err := cloudapi.New(tid, newID(), method, s.c.o.Clock.Now(), data).Encode()
	if err != nil {
		return nil, err
	}
	ch := make(chan *cloudapi.Message, 1)
	s.mu.Lock()
	s.waiting[tid] = ch
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.waiting, tid)
		s.mu.Unlock()
	}()
	tok := s.c.cl.Publish(cloudapi.Topic(s.d.SN, k), 1, false, b)
	timer := s.c.o.Clock.NewTimer(replyWait)
	defer timer.Stop()
	select {
	case <-tok.Done():
		if tok.Error() != nil {
			return nil, fmt.Errorf("%s of dock %s: %w", what, s.d.SN, tok.Error())
		}
	case <-timer.C:
		return nil, fmt.Errorf("%s of dock %s: the broker does not take it", what, s.d.SN)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case m := <-ch:
		return m, nil
	case <-timer.C:
		return nil, fmt.Errorf("%s of dock %s: no reply within %s; is the dock online?", what, s.d.SN, replyWait)
	case <-ctx.Done():
		return nil, ctx.Err()
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

// handleMessage takes in one message.
func (s *session) handleMessage(ctx context.Context, m arrived) error {
	sn, kind, _ := cloudapi.TopicOf(m.topic)
	e, err := cloudapi.Decode(kind, sn == s.d.SN, m.payload)
	if err == nil && (kind == cloudapi.KindOSD || kind == cloudapi.KindState) && len(e.Data) == 0 {
		err = errors.New("it has no data: the payload lacks the envelope {tid, bid, timestamp, gateway, data} of the Cloud API")
	}
	if err != nil {
		s.mu.Lock()
		s.rep.Misread, s.rep.MisreadAt = err.Error(), m.at
		s.mu.Unlock()
		return err
	}
	if g := cloudapi.Value(e.Gateway); g != "" && g != s.d.SN {
		return fmt.Errorf("says that it comes from gateway %q, on the topic of dock %s: not taken", g, s.d.SN)
	}
	s.c.notDocumented(s.d.SN, kind, &e)
	s.mu.Lock()
	if m.at.Sub(s.rep.Heard) > gate.OfflineAfter {
		s.first = m.at
	}
	s.rep.Heard = m.at
	s.mu.Unlock()
	if !s.held.Load() && kind != cloudapi.KindOSD && kind != cloudapi.KindState {
		if p, is := e.Body.(*cloudapi.FlightTaskProgress); is {
			s.mu.Lock()
			s.overheard.progress, s.overheard.at = p, e.Time()
			s.mu.Unlock()
		}
		return nil // whoever holds the dock answers
	}
	switch kind {
	case cloudapi.KindStatus:
		return s.handleTopology(&e, sn == s.d.SN)
	case cloudapi.KindRequests:
		return s.handleRequest(ctx, &e, m.at)
	case cloudapi.KindServicesReply, cloudapi.KindPropertySetReply:
		s.handleReply(&e)
	case cloudapi.KindEvents:
		return s.handleEvent(ctx, &e, m.at)
	case cloudapi.KindOSD, cloudapi.KindState:
		return s.handleState(&e, kind, m.at)
	case cloudapi.KindDRCUp:
		return s.drc(e, m.at)
	}
	return nil
}

// handleTopology takes in which devices a dock has; own says that the dock itself tells it.
func (s *session) handleTopology(e *cloudapi.Message, own bool) error {
	if t, is := e.Body.(*cloudapi.Topo); is {
		for _, d := range t.SubDevices {
			s.c.adopt(d.SN, s)
		}
		if len(t.SubDevices) == 0 && own { // its aircraft is off, or out of its reach
			s.mu.Lock()
			s.rep.AircraftGone()
			s.mu.Unlock()
		}
	}
	return s.answer(cloudapi.KindStatusReply, e, &cloudapi.Result{})
}

// handleRequest answers a dock's request.
func (s *session) handleRequest(ctx context.Context, e *cloudapi.Message, at time.Time) error {
	if q, is := e.Body.(*cloudapi.StorageConfigGetRequest); is {
		s.wg.Go(func() { // who grants may take a moment
			if err := s.answer(cloudapi.KindRequestsReply, e, s.grant(ctx, q)); err != nil {
				s.c.o.Log.Error("answer", "dock", s.d.SN, "method", e.Name(), "error", err)
			}
		})
		return nil
	}
	return s.answer(cloudapi.KindRequestsReply, e, s.request(e, at))
}

// handleReply hands a reply to who waits for it.
func (s *session) handleReply(e *cloudapi.Message) {
	s.mu.Lock()
	ch := s.waiting[e.Transaction()]
	delete(s.waiting, e.Transaction())
	s.mu.Unlock()
	if ch != nil {
		ch <- e
	}
}

// handleEvent takes in what happened at a dock.
func (s *session) handleEvent(ctx context.Context, e *cloudapi.Message, at time.Time) error {
	if u, is := e.Body.(*cloudapi.FileUploadCallback); is && s.c.o.Depot != nil {
		return s.uploaded(u, e)
	}
	// first the answer: a dock sends again what is not answered
	if e.WantsReply() {
		if err := s.answer(cloudapi.KindEventsReply, e, &cloudapi.Result{}); err != nil {
			return err
		}
	}
	switch b := e.Body.(type) {
	case *cloudapi.FlightTaskProgress:
		s.progress(ctx, b, e.Time())
	case *cloudapi.HMSReport:
		s.mu.Lock()
		s.rep.TakeAlarms(b, at)
		s.mu.Unlock()
	case *cloudapi.AirsenseWarnings:
		s.mu.Lock()
		s.rep.TakeTraffic(*b, at)
		s.mu.Unlock()
	case *cloudapi.TakeoffToPointProgress:
		s.handProgress(ctx, b)
	case *cloudapi.FlightTaskReady:
		s.mu.Lock()
		if s.on.ev != nil && slices.Contains(b.FlightIds, s.on.ev.Flight) {
			s.on.conditionsMet = true
		}
		s.mu.Unlock()
	case *cloudapi.DRCStatusNotify:
		s.drcLost(ctx, b)
	case *cloudapi.DeviceExitHomingNotify:
		s.homing(ctx, b)
	case *cloudapi.FlightAreasSyncProgress:
		s.areasSynced(b)
	case *cloudapi.Job, *cloudapi.JobReply, *cloudapi.CoverForceClose, *cloudapi.RTKCalibrationEvent, *cloudapi.OTAProgress, *cloudapi.FileUploadProgress:
		return s.job(e)
	}
	s.touch()
	return nil
}

// handleState takes in how a dock or its aircraft is.
func (s *session) handleState(e *cloudapi.Message, kind cloudapi.Kind, at time.Time) error {
	s.touch()
	switch o := e.Body.(type) {
	case *cloudapi.DockProperties:
		s.locked(func() {
			s.rep.TakeDock(o, at)
		})
		if o.SubDevice != nil && s.d.Aircraft == "" {
			s.c.adopt(o.SubDevice.DeviceSN, s)
		}
	case *cloudapi.AircraftProperties:
		s.locked(func() {
			s.rep.TakeAircraft(o, at)
		})
		if kind == cloudapi.KindOSD {
			return s.aircraft(o, e.Time(), at)
		}
	}
	return nil
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
