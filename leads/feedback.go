package leads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
)

const (
	// SubjectFeedback is where a case system says what it did with a lead: + lead. It is a request; the answer comes once it is kept.
	SubjectFeedback = "cases.feedback."
	// subjectFeedbackKept is where it is kept: + lead. Not where it was sent: JetStream would acknowledge, with its own rights, to any subject that
	// the sender names.
	subjectFeedbackKept = "harrier.feedback."
	// maxFeedback bounds one, bytes.
	maxFeedback = 64 << 10
	// maxFeedbackWaiting bounds those that wait to be kept.
	maxFeedbackWaiting = 1024
)

// FeedbackReply answers a case system.
type FeedbackReply struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// KeepFeedback keeps what case systems say of leads, and answers them, until ctx ends.
func KeepFeedback(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, log *slog.Logger) error {
	sub, err := nc.QueueSubscribeSync(SubjectFeedback+"*", "feedback")
	if err == nil {
		err = sub.SetPendingLimits(maxFeedbackWaiting, maxFeedbackWaiting*maxFeedback)
	}
	if err != nil {
		return fmt.Errorf("feedback of case systems: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	for {
		m, err := sub.NextMsgWithContext(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, nats.ErrSlowConsumer):
			log.Error("feedback of case systems comes faster than it can be kept; what is dropped is not answered, and is to be sent again")
			continue
		case err != nil:
			return fmt.Errorf("feedback of case systems: %w", err)
		case m.Reply != "" && !journal.Inbox(m.Reply):
			log.Warn("feedback asks for its answer on a subject that is no inbox; it is not kept", "subject", m.Subject, "reply", m.Reply)
			continue
		}
		r := FeedbackReply{OK: true}
		if err := keepFeedback(ctx, js, m); err != nil {
			log.Error("feedback not kept", "subject", m.Subject, "error", err)
			r = FeedbackReply{Error: err.Error()}
		}
		if m.Reply != "" {
			b, _ := json.Marshal(r)
			_ = m.Respond(b)
		}
	}
}

func keepFeedback(ctx context.Context, js jetstream.JetStream, m *nats.Msg) error {
	lead := strings.TrimPrefix(m.Subject, SubjectFeedback)
	if len(m.Data) > maxFeedback {
		return fmt.Errorf("feedback on lead %s has %d bytes, at most %d are taken", lead, len(m.Data), maxFeedback)
	}
	var o map[string]json.RawMessage
	if err := json.Unmarshal(m.Data, &o); err != nil || o == nil {
		return fmt.Errorf("feedback on lead %s is no JSON object", lead)
	}
	return journal.Publish(ctx, js, subjectFeedbackKept+lead, m.Header.Get(nats.MsgIdHdr), o)
}
