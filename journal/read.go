package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Msg is a fact as it was kept.
type Msg struct {
	Subject string
	ID      string // by which it was kept once; "" for none
	Data    []byte
	Seq     uint64 // in its stream
	At      time.Time
	Tries   uint64 // times that it was handed out, with this one; of Consume

	progress func() error
}

// Working says that a message of Consume is still being worked on, so that nobody else gets it.
func (m Msg) Working() error {
	if m.progress == nil {
		return nil
	}
	return m.progress()
}

// readAhead is how many messages are asked for at once: a reader that asks for one at a time reads a thousand a second.
const readAhead = 4000

// Replay reads what a stream holds of a subject from a moment on (zero: from the first), to what was its last message when the reading began.
func Replay(ctx context.Context, js jetstream.JetStream, stream, subject string, since time.Time, f func(Msg) error) error {
	return read(ctx, js, stream, subject, since, func() error { return errCaughtUp }, f)
}

// Follow reads what a stream holds of a subject, calls caughtUp, and goes on with what comes, until ctx ends.
func Follow(ctx context.Context, js jetstream.JetStream, stream, subject string, caughtUp func(), f func(Msg) error) error {
	return read(ctx, js, stream, subject, time.Time{}, func() error { caughtUp(); return nil }, f)
}

var errCaughtUp = errors.New("caught up")

func read(ctx context.Context, js jetstream.JetStream, stream, subject string, since time.Time, caughtUp func() error, f func(Msg) error) (err error) {
	defer func() {
		switch {
		case errors.Is(err, errCaughtUp):
			err = nil
		case err != nil:
			err = errors.Join(fmt.Errorf("read stream %s: %w", stream, err), ctx.Err())
		}
	}()
	st, err := js.Stream(ctx, stream)
	if err != nil {
		return err
	}
	end, err := st.GetLastMsgForSubject(ctx, subject)
	var last uint64
	switch {
	case err == nil && !end.Time.Before(since):
		last = end.Sequence
	case err != nil && !errors.Is(err, jetstream.ErrMsgNotFound):
		return err
	}
	if last == 0 {
		if err := caughtUp(); err != nil {
			return err
		}
	}
	conf := jetstream.OrderedConsumerConfig{FilterSubjects: []string{subject}}
	if !since.IsZero() {
		conf.DeliverPolicy, conf.OptStartTime = jetstream.DeliverByStartTimePolicy, &since
	}
	cons, err := st.OrderedConsumer(ctx, conf)
	if err != nil {
		return err
	}
	it, err := cons.Messages(jetstream.PullMaxMessages(readAhead))
	if err != nil {
		return err
	}
	defer it.Stop()
	defer context.AfterFunc(ctx, it.Stop)()
	for {
		m, err := it.Next()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		md, err := m.Metadata()
		if err != nil {
			return err
		}
		if err := f(Msg{Subject: m.Subject(), ID: m.Headers().Get(jetstream.MsgIDHeader), Data: m.Data(), Seq: md.Sequence.Stream, At: md.Timestamp}); err != nil {
			return err
		}
		if last > 0 && md.Sequence.Stream >= last {
			last = 0
			if err := caughtUp(); err != nil {
				return err
			}
		}
	}
}
