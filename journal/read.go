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
}

// readAhead is how many messages are asked for at once: a reader that asks for one at a time reads a thousand a second.
const readAhead = 4000

// From is where a reading begins: at a moment, or at a sequence; zero: at the first message.
type From struct {
	Time time.Time
	Seq  uint64
}

// End is the sequence of the last message that a stream took, also where it is not there any more.
func End(ctx context.Context, js jetstream.JetStream, stream string) (uint64, error) {
	st, err := js.Stream(ctx, stream)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", stream, err)
	}
	return st.CachedInfo().State.LastSeq, nil
}

// Replay reads what a stream holds of a subject, to what was its last message when the reading began; an error says that it did not come so far.
func Replay(ctx context.Context, js jetstream.JetStream, stream, subject string, from From, f func(Msg) error) error {
	return read(ctx, js, stream, subject, from, func() error { return errCaughtUp }, f)
}

// Follow reads what a stream holds of a subject from a point on, calls caughtUp, and goes on with what comes, until ctx ends.
func Follow(ctx context.Context, js jetstream.JetStream, stream, subject string, from From, caughtUp func(), f func(Msg) error) error {
	err := read(ctx, js, stream, subject, from, func() error { caughtUp(); return nil }, f)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

var errCaughtUp = errors.New("caught up")

func read(ctx context.Context, js jetstream.JetStream, stream, subject string, from From, caughtUp func() error, f func(Msg) error) (err error) {
	defer func() {
		switch {
		case errors.Is(err, errCaughtUp):
			err = nil
		case err != nil:
			err = fmt.Errorf("read stream %s: %w", stream, err)
		}
	}()
	if from.Time.Before(time.Unix(0, 0)) { // NATS counts from then on
		from.Time = time.Time{}
	}
	st, err := js.Stream(ctx, stream)
	if err != nil {
		return err
	}
	end, err := st.GetLastMsgForSubject(ctx, subject)
	var last uint64
	switch {
	case err == nil && !end.Time.Before(from.Time) && end.Sequence >= from.Seq:
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
	switch {
	case from.Seq > 1:
		conf.DeliverPolicy, conf.OptStartSeq = jetstream.DeliverByStartSequencePolicy, from.Seq
	case !from.Time.IsZero():
		conf.DeliverPolicy, conf.OptStartTime = jetstream.DeliverByStartTimePolicy, &from.Time
	}
	cons, err := st.OrderedConsumer(ctx, conf)
	if err != nil {
		return err
	}
	defer func() { // else it stays for minutes, and a stream has no room for many
		if info := cons.CachedInfo(); info != nil {
			dctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			_ = st.DeleteConsumer(dctx, info.Name)
		}
	}()
	it, err := cons.Messages(jetstream.PullMaxMessages(readAhead))
	if err != nil {
		return err
	}
	defer it.Stop()
	defer context.AfterFunc(ctx, it.Stop)()
	for {
		m, err := it.Next()
		if ctx.Err() != nil {
			return ctx.Err()
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
