package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Consumer is who works off a stream, under a name that outlives the process.
type Consumer struct {
	Stream, Name string
	// Wait is how long a message may go without a sign of life from who has it until another gets it. While a message is worked on, Consume gives
	// such signs by itself.
	Wait time.Duration
	// Tries is how often a message is tried before it becomes a dead letter; a death of the process counts as a try. 0: as often as it takes.
	Tries int
	// AtOnce is how many messages are worked on at a time; with 1 each waits for the one before.
	AtOnce int
	// Pending is how many messages all processes that share the name may work on together; 0: AtOnce.
	Pending int
	New     bool // only what comes after the consumer was first made
	// Together is how many messages that wait are handed out at once, in their order; with more than one AtOnce is 1.
	Together int
}

// Permanent marks an error that no further try would change: the message becomes a dead letter at once.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// ErrNotMine says that somebody else has the message now: it is neither done nor failed.
var ErrNotMine = errors.New("somebody else has the message")

// openFor is how long a consumer is tried to be made.
const openFor = time.Minute

// Pauses between the tries of what failed.
const (
	pauseMin = 200 * time.Millisecond
	pauseMax = 5 * time.Second
)

func (c Consumer) open(ctx context.Context, js jetstream.JetStream) (jetstream.Consumer, error) {
	conf := jetstream.ConsumerConfig{Durable: c.Name, AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.Wait, MaxDeliver: -1, MaxAckPending: max(c.Pending, c.AtOnce, c.Together, 1)}
	if c.New {
		conf.DeliverPolicy = jetstream.DeliverNewPolicy
	}
	cons, err := js.CreateOrUpdateConsumer(ctx, c.Stream, conf)
	if err != nil {
		return nil, fmt.Errorf("consumer %s of stream %s: %w", c.Name, c.Stream, err)
	}
	return cons, nil
}

// Consume works a stream off until ctx ends: handle gets one message after the other, AtOnce of them at a time. What handle returns decides: nil,
// and it is done; ErrUnavailable, and it is tried again as soon as JetStream is back; Permanent, or Tries failures, and it is a dead letter.
// A panic in handle is a failure.
func Consume(ctx context.Context, js jetstream.JetStream, c Consumer, log *slog.Logger, handle func(context.Context, Msg) error) error {
	return c.consume(ctx, js, log, func(m jetstream.Msg, _ jetstream.Consumer) { c.work(ctx, js, m, log, handle) })
}

// ConsumeTogether is Consume for who does many messages in less time than one after the other: handle gets up to Together of them. What it cannot do
// together it gets one by one.
func ConsumeTogether(ctx context.Context, js jetstream.JetStream, c Consumer, log *slog.Logger, handle func(context.Context, []Msg) error) error {
	c.AtOnce = 1
	return c.consume(ctx, js, log, func(m jetstream.Msg, cons jetstream.Consumer) { c.together(ctx, js, m, cons, log, handle) })
}

// together works off a message with those that wait behind it.
func (c Consumer) together(ctx context.Context, js jetstream.JetStream, first jetstream.Msg, cons jetstream.Consumer, log *slog.Logger, handle func(context.Context, []Msg) error) {
	all := []jetstream.Msg{first}
	if batch, err := cons.FetchNoWait(c.Together - 1); err == nil {
		for m := range batch.Messages() {
			all = append(all, m)
		}
	}
	if len(all) > 1 {
		var xs []Msg
		for _, m := range all {
			if x, err := msgOf(m); err == nil {
				xs = append(xs, x)
			}
		}
		stop := c.keepAlive(all...)
		err := Guarded(func() error { return handle(ctx, xs) })
		stop()
		if err == nil {
			for _, m := range all {
				_ = m.Ack() // where that is lost it comes once more
			}
			return
		}
	}
	for _, m := range all {
		c.work(ctx, js, m, log, func(ctx context.Context, x Msg) error { return handle(ctx, []Msg{x}) })
	}
}

// consume hands out messages to work, AtOnce at a time.
func (c Consumer) consume(ctx context.Context, js jetstream.JetStream, log *slog.Logger, work func(jetstream.Msg, jetstream.Consumer)) error {
	cons, err := c.open(ctx, js)
	for end := time.Now().Add(openFor); err != nil && ctx.Err() == nil && !errors.Is(err, jetstream.ErrStreamNotFound) && time.Now().Before(end); cons, err = c.open(ctx, js) {
		log.Warn("a consumer is not there yet, trying again", "stream", c.Stream, "consumer", c.Name, "error", err) // a cluster that was just started has no leader
		sleep(ctx, pauseMin)
	}
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	slots := make(chan struct{}, max(c.AtOnce, 1))
	defer func() { // wait for what is being worked on
		for range cap(slots) {
			slots <- struct{}{}
		}
	}()
	trouble := false
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		m, err := cons.Next(jetstream.FetchMaxWait(time.Second))
		if ctx.Err() != nil {
			if m != nil {
				_ = m.Nak()
			}
			<-slots
			return nil
		}
		if err != nil {
			<-slots
			if !errors.Is(err, nats.ErrTimeout) {
				if !trouble {
					log.Warn("JetStream is away; going on when it is back", "stream", c.Stream, "error", err)
				}
				trouble = true
				if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, nats.ErrNoResponders) {
					if again, err := c.open(ctx, js); err == nil {
						cons = again
					}
				}
				sleep(ctx, pauseMin)
			}
			continue
		}
		if trouble {
			log.Info("JetStream is back", "stream", c.Stream)
			trouble = false
		}
		go func() {
			defer func() { <-slots }()
			work(m, cons)
		}()
	}
}

// msgOf reads a message that was handed out.
func msgOf(m jetstream.Msg) (Msg, error) {
	md, err := m.Metadata()
	if err != nil {
		return Msg{}, err
	}
	return Msg{Subject: m.Subject(), ID: m.Headers().Get(jetstream.MsgIDHeader), Data: m.Data(), Seq: md.Sequence.Stream, At: md.Timestamp, Tries: md.NumDelivered}, nil
}

// keepAlive gives signs of life of messages while they are worked on.
func (c Consumer) keepAlive(all ...jetstream.Msg) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(max(c.Wait/3, 100*time.Millisecond))
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				for _, m := range all {
					_ = m.InProgress()
				}
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// work hands out one message.
func (c Consumer) work(ctx context.Context, js jetstream.JetStream, m jetstream.Msg, log *slog.Logger, handle func(context.Context, Msg) error) {
	x, err := msgOf(m)
	if err != nil {
		log.Error("message without metadata", "stream", c.Stream, "error", err)
		_ = m.Term()
		return
	}
	stop := c.keepAlive(m)
	for pause := pauseMin; ; pause = min(2*pause, pauseMax) {
		err = Guarded(func() error { return handle(ctx, x) })
		if err == nil || !errors.Is(err, ErrUnavailable) || ctx.Err() != nil {
			break
		}
		log.Warn("not kept yet, trying again", "stream", c.Stream, "subject", x.Subject, "error", err, "in", pause)
		sleep(ctx, pause)
	}
	stop()
	switch perm := (permanent{}); {
	case err == nil:
		actx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := m.DoubleAck(actx); err != nil && ctx.Err() == nil {
			log.Warn("done, but JetStream does not know it yet: it will come once more", "stream", c.Stream, "subject", x.Subject, "error", err)
		}
	case errors.Is(err, ErrNotMine):
	case ctx.Err() != nil:
		_ = m.Nak() // this process stops: another goes on
	case errors.As(err, &perm) || c.Tries > 0 && x.Tries >= uint64(c.Tries):
		if e := bury(ctx, js, c, x, err); e != nil {
			log.Error("dead letter not kept; the message comes back", "stream", c.Stream, "subject", x.Subject, "error", e)
			_ = m.NakWithDelay(pauseMax)
			return
		}
		log.Error("message given up: it is a dead letter now (harrier dead-letters)", "stream", c.Stream, "subject", x.Subject, "sequence", x.Seq, "tries", x.Tries, "error", err)
		_ = m.Term()
	default:
		pause := min(pauseMin<<min(x.Tries, 6), pauseMax)
		log.Warn("message failed; will retry", "stream", c.Stream, "subject", x.Subject, "sequence", x.Seq, "try", x.Tries, "of", c.Tries, "in", pause, "error", err)
		_ = m.NakWithDelay(pause)
	}
}

// Guarded runs f and makes an error of a panic, so that it ends one message, one flight or one dock, and not the process.
func Guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
