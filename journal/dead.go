package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// subjectDead is where dead letters go: + stream, consumer and sequence.
const subjectDead = "harrier.dead."

// DeadLetters is the stream of what could not be worked off.
var DeadLetters = Stream{Name: "DEAD", Subjects: []string{subjectDead + ">"}, Last: true, MaxBytes: 256 << 20}

// Dead is a message that was given up: what it was, who gave it up, and why.
type Dead struct {
	ID       string    `json:"id"` // <stream>.<consumer>.<sequence>
	Stream   string    `json:"stream"`
	Consumer string    `json:"consumer"`
	Seq      uint64    `json:"sequence"`
	Subject  string    `json:"subject"`
	Kept     time.Time `json:"kept"` // when the message was kept first
	At       time.Time `json:"at"`   // when it was given up
	Tries    uint64    `json:"tries"`
	Reason   string    `json:"reason"`
	Data     []byte    `json:"data,omitempty"`
	Replayed time.Time `json:"replayed,omitzero"`
	By       string    `json:"by,omitempty"` // who replayed it
}

// maxReason bounds what is kept of an error, which may hold a stack.
const maxReason = 4000

func bury(ctx context.Context, js jetstream.JetStream, c Consumer, m Msg, why error) error {
	reason := why.Error()
	d := Dead{ID: fmt.Sprintf("%s.%s.%d", c.Stream, c.Name, m.Seq), Stream: c.Stream, Consumer: c.Name, Seq: m.Seq, Subject: m.Subject, Kept: m.At.UTC(), At: time.Now().UTC(), Tries: m.Tries,
		Reason: reason[:min(len(reason), maxReason)], Data: m.Data}
	return Publish(ctx, js, subjectDead+d.ID, "", d)
}

// ListDead reads the dead letters that nobody has replayed, the oldest first.
func ListDead(ctx context.Context, js jetstream.JetStream) ([]Dead, error) {
	out := []Dead{}
	err := Replay(ctx, js, DeadLetters.Name, subjectDead+">", From{}, func(m Msg) error {
		var d Dead
		if json.Unmarshal(m.Data, &d) == nil && d.Replayed.IsZero() {
			out = append(out, d)
		}
		return nil
	})
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return out, nil
	}
	slices.SortStableFunc(out, func(a, b Dead) int { return a.At.Compare(b.At) })
	return out, err
}

// ErrNoDeadLetter says that there is no such dead letter.
var ErrNoDeadLetter = errors.New("no such dead letter")

// ReplayDead sends a dead letter's message again, on its own subject, and notes who did so.
func ReplayDead(ctx context.Context, js jetstream.JetStream, id, by string) error {
	if parts := strings.Split(id, "."); len(parts) != 3 || strings.ContainsAny(id, " *>\t\r\n") {
		return fmt.Errorf("%w: %q; their ids are <stream>.<consumer>.<sequence>", ErrNoDeadLetter, id)
	}
	st, err := js.Stream(ctx, DeadLetters.Name)
	if err != nil {
		return err
	}
	raw, err := st.GetLastMsgForSubject(ctx, subjectDead+id)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("%w: %s", ErrNoDeadLetter, id)
	}
	if err != nil {
		return err
	}
	var d Dead
	if err := json.Unmarshal(raw.Data, &d); err != nil {
		return fmt.Errorf("dead letter %s: %w", id, err)
	}
	if !d.Replayed.IsZero() {
		return fmt.Errorf("dead letter %s was replayed at %s by %s already", id, d.Replayed.Format(time.RFC3339), d.By)
	}
	m := nats.NewMsg(d.Subject)
	m.Data = d.Data
	if err := PublishMsg(ctx, js, m, "replay "+id+" "+strconv.FormatUint(raw.Sequence, 10)); err != nil {
		return err
	}
	d.Replayed, d.By = time.Now().UTC(), by
	return Publish(ctx, js, subjectDead+id, "", d)
}
