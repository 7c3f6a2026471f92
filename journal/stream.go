// Package journal keeps facts in JetStream. A room declares its Streams; Publish keeps a fact once, Replay and Follow read facts in
// their order, Consume works them off with retries, and what cannot be worked off becomes a dead letter that can be replayed.
package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Stream is a stream of facts as the room that owns it declares it. A stream that is full refuses what is new; nothing is dropped from it
// but by MaxAge.
type Stream struct {
	Name     string
	Subjects []string
	Viewed   []string      // those of its subjects that whoever may look may see
	Queue    bool          // messages are work: each is there until it is done
	Last     bool          // of each subject only the last message counts
	Replaced bool          // a message may take the place of all before it of its subject
	Audit    bool          // no message of it can be deleted
	MaxBytes int64         // at which new messages are refused
	MaxAge   time.Duration // after which a message is forgotten; 0: never
	Once     time.Duration // for so long a message that is sent again is known by its id; 0: two minutes
}

// Retention is what a configuration says of a stream; zero values leave what the stream has.
type Retention struct {
	GiB  float64 `yaml:"gib"`
	Days float64 `yaml:"days"`
}

// Check says what is wrong with a retention.
func (r Retention) Check() error {
	if r.GiB < 0 || r.GiB > 1<<20 || r.Days < 0 || r.Days > 36500 {
		return fmt.Errorf("gib and days must not be negative, and at most a million and a hundred years, are %g and %g", r.GiB, r.Days)
	}
	return nil
}

func (s Stream) config() jetstream.StreamConfig {
	c := jetstream.StreamConfig{Name: s.Name, Subjects: s.Subjects, MaxBytes: s.MaxBytes, MaxAge: s.MaxAge, Duplicates: s.Once, Discard: jetstream.DiscardNew,
		DenyDelete: s.Audit, DenyPurge: s.Audit, AllowRollup: s.Last || s.Replaced}
	if s.Queue {
		c.Retention = jetstream.WorkQueuePolicy
	}
	if s.Last {
		c.MaxMsgsPerSubject = 1
	}
	return c
}

// Declare makes streams where they are missing. Of a stream that is there it sets the subjects and that nothing is dropped silently, and what the
// configuration says; replicas, limits and all else that an operator has set stay.
//
// replicas is on how many servers of a cluster a new stream is kept; 0 and 1: on one.
func Declare(ctx context.Context, js jetstream.JetStream, streams []Stream, conf map[string]Retention, replicas int) error {
	for _, s := range streams {
		if err := declare(ctx, js, s, conf[s.Name], replicas); err != nil {
			return fmt.Errorf("stream %s: %w; does NATS run with JetStream?", s.Name, err)
		}
	}
	for name := range conf {
		if !slices.ContainsFunc(streams, func(s Stream) bool { return s.Name == name }) {
			names := make([]string, len(streams))
			for i, s := range streams {
				names[i] = s.Name
			}
			return fmt.Errorf("retention: there is no stream %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

func declare(ctx context.Context, js jetstream.JetStream, s Stream, r Retention, replicas int) error {
	want := s.config()
	st, err := js.Stream(ctx, s.Name)
	fresh := errors.Is(err, jetstream.ErrStreamNotFound)
	if err != nil && !fresh {
		return err
	}
	if !fresh {
		was := st.CachedInfo().Config
		has := was
		has.Subjects, has.Discard, has.Duplicates = want.Subjects, want.Discard, max(was.Duplicates, want.Duplicates)
		has.DenyDelete, has.DenyPurge = was.DenyDelete || want.DenyDelete, was.DenyPurge || want.DenyPurge
		has.AllowRollup = want.AllowRollup && !has.DenyPurge
		want = has
	}
	if r.GiB > 0 {
		want.MaxBytes = int64(r.GiB * (1 << 30))
	}
	if r.Days > 0 {
		want.MaxAge = time.Duration(r.Days * 24 * float64(time.Hour))
	}
	if want.MaxAge > 0 && want.Duplicates > want.MaxAge {
		want.Duplicates = want.MaxAge
	}
	if fresh {
		want.Replicas = max(1, replicas)
		_, err = js.CreateStream(ctx, want)
		return err
	}
	if was := st.CachedInfo().Config; slices.Equal(was.Subjects, want.Subjects) && was.Discard == want.Discard && was.DenyDelete == want.DenyDelete && was.DenyPurge == want.DenyPurge &&
		was.AllowRollup == want.AllowRollup && was.MaxBytes == want.MaxBytes && was.MaxAge == want.MaxAge && was.Duplicates == want.Duplicates {
		return nil
	}
	_, err = js.UpdateStream(ctx, want)
	return err
}

// ErrUnavailable says that a fact could not be kept, and that it is not the fact's fault: JetStream is away, or full. It may be tried again.
var ErrUnavailable = errors.New("JetStream keeps nothing now")

// Publish keeps a value (as JSON) as a fact, and returns once it is kept; sending the same id again changes nothing. An error that says
// that it may not have been kept is an ErrUnavailable.
func Publish(ctx context.Context, js jetstream.JetStream, subject, id string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	m := nats.NewMsg(subject)
	m.Data = b
	return PublishMsg(ctx, js, m, id)
}

// PublishMsg is Publish of a message that is made already.
func PublishMsg(ctx context.Context, js jetstream.JetStream, m *nats.Msg, id string) error {
	var opts []jetstream.PublishOpt
	if id != "" {
		opts = append(opts, jetstream.WithMsgID(id))
	}
	_, err := js.PublishMsg(ctx, m, opts...)
	return Explain(m.Subject, err)
}

// Inbox tells whether a subject is one for replies. What asks for its answer on another is not answered: the answer would go out with Harrier's
// rights, to wherever somebody names.
func Inbox(subject string) bool { return strings.HasPrefix(subject, "_INBOX") }

// ErrMoved says that somebody else has written to a stream since it was read.
var ErrMoved = errors.New("the stream has gone on")

// Moved says whether JetStream refused something because somebody else has written there since it was read.
func Moved(err error) bool {
	e, is := errors.AsType[*jetstream.APIError](err)
	return is && e.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence
}

// PublishBehind keeps a message as the one right behind a message of its stream, 0 for the first, and returns its sequence; ErrMoved where there
// is another already. So who writes knows all that was written before.
func PublishBehind(ctx context.Context, js jetstream.JetStream, m *nats.Msg, stream string, last uint64) (uint64, error) {
	ack, err := js.PublishMsg(ctx, m, jetstream.WithExpectStream(stream), jetstream.WithExpectLastSequence(last))
	if Moved(err) {
		return 0, ErrMoved
	}
	if err != nil {
		return 0, Explain(m.Subject, err)
	}
	return ack.Sequence, nil
}

// Behind is a message that is to stand right behind another of its stream.
type Behind struct {
	Msg    *nats.Msg
	Stream string
	Last   uint64
}

// PublishAllBehind keeps messages in their order, each behind the one before of its stream, without waiting for one to send the next; ErrMoved where there
// is another already. After an error some may have been kept.
func PublishAllBehind(ctx context.Context, js jetstream.JetStream, all []Behind) error {
	sent := make([]jetstream.PubAckFuture, 0, len(all))
	for _, b := range all {
		f, err := js.PublishMsgAsync(b.Msg, jetstream.WithExpectStream(b.Stream), jetstream.WithExpectLastSequence(b.Last))
		if err != nil {
			return Explain(b.Msg.Subject, err)
		}
		sent = append(sent, f)
	}
	for i, f := range sent {
		select {
		case <-f.Ok():
		case err := <-f.Err():
			if Moved(err) {
				return ErrMoved
			}
			return Explain(all[i].Msg.Subject, err)
		case <-ctx.Done():
			return Explain(all[i].Msg.Subject, ctx.Err())
		}
	}
	return nil
}

// codes of JetStream's refusals that pass (nats-server's errors.json): no room, and that it is switched off or starts.
var passing = map[jetstream.ErrorCode]string{
	10047: "its storage is full", 10077: "the stream is full: raise it under retention, and restart", 10023: "its storage is full",
	10076: "it is switched off, as it is when the disk is full", 10039: "it is switched off", 10008: "it is starting", 10009: "it has no leader",
}

// Explain says why a publication failed in an operator's words, and whether it is the publication's fault.
func Explain(subject string, err error) error {
	if err == nil {
		return nil
	}
	if e, is := errors.AsType[*jetstream.APIError](err); is {
		if why, ok := passing[e.ErrorCode]; ok {
			return fmt.Errorf("keep %s: %w: %s (%w)", subject, ErrUnavailable, why, err)
		}
		return fmt.Errorf("keep %s: %w", subject, err)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout), errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, nats.ErrNoResponders), errors.Is(err, nats.ErrConnectionClosed),
		errors.Is(err, nats.ErrConnectionReconnecting), errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrDisconnected):
		return fmt.Errorf("keep %s: %w: it does not answer (%w); is NATS there, and has the disk room?", subject, ErrUnavailable, err)
	}
	return fmt.Errorf("keep %s: %w", subject, err)
}

// Key makes a key of any text that key-value stores take.
func Key(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:16])
}
