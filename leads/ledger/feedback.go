package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
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

// takeFeedback keeps what case systems say of leads, and answers them, until ctx ends. What is wrong with it is answered, too; it is kept all the same,
// and becomes a dead letter.
func (l *Ledger) takeFeedback(ctx context.Context, nc *nats.Conn) error {
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
			l.Log.Error("feedback of case systems comes faster than it can be kept; what is dropped is not answered, and is to be sent again")
			continue
		case err != nil:
			return fmt.Errorf("feedback of case systems: %w", err)
		case m.Reply != "" && !journal.Inbox(m.Reply):
			l.Log.Warn("feedback asks for its answer on a subject that is no inbox; it is not kept", "subject", m.Subject, "reply", m.Reply)
			continue
		}
		r := FeedbackReply{OK: true}
		if err := l.keepFeedback(ctx, m); err != nil {
			l.Log.Error("feedback is wrong, or not kept", "subject", m.Subject, "error", err)
			r = FeedbackReply{Error: err.Error()}
		}
		if m.Reply != "" {
			b, _ := json.Marshal(r)
			_ = m.Respond(b)
		}
	}
}

// keepFeedback keeps feedback as it came, and says what is wrong with it.
func (l *Ledger) keepFeedback(ctx context.Context, m *nats.Msg) error {
	lead := strings.TrimPrefix(m.Subject, SubjectFeedback)
	if len(m.Data) > maxFeedback {
		return fmt.Errorf("feedback on lead %s has %d bytes, at most %d are taken", lead, len(m.Data), maxFeedback)
	}
	kept := json.RawMessage(m.Data)
	if !json.Valid(kept) { // as text, so that whoever looks at the dead letter sees it
		kept, _ = json.Marshal(string(m.Data))
	}
	if err := journal.Publish(ctx, l.js, subjectFeedbackKept+lead, m.Header.Get(nats.MsgIdHdr), kept); err != nil {
		return err
	}
	_, err := l.answer(lead, m.Data, time.Now())
	return err
}

// answer says what feedback makes of a lead.
func (l *Ledger) answer(lead string, data []byte, at time.Time) (leads.Next, error) {
	f, err := leads.ReadFeedback(data)
	if err != nil {
		return leads.Next{}, fmt.Errorf("feedback on lead %s: %w", lead, err)
	}
	x, ok, err := l.Index.Lead(lead)
	if err != nil {
		return leads.Next{}, err
	}
	if !ok {
		return leads.Next{}, fmt.Errorf("feedback on lead %s: %w", lead, leads.ErrNotFound)
	}
	next, err := l.Rules.Answer(x, f, at)
	if err != nil {
		err = fmt.Errorf("feedback on lead %s: %w", lead, err)
	}
	return next, err
}

// workFeedback takes kept feedback into its leads, in order.
func (l *Ledger) workFeedback(ctx context.Context) error {
	return journal.Consume(ctx, l.js, journal.Consumer{Stream: "FEEDBACK", Name: "ledger", Wait: 30 * time.Second, Tries: 4, AtOnce: 1}, l.Log, func(ctx context.Context, m journal.Msg) error {
		lead := strings.TrimPrefix(m.Subject, subjectFeedbackKept)
		_, err := l.change(ctx, func() (leads.Next, error) {
			next, err := l.answer(lead, m.Data, m.At.UTC())
			if err != nil {
				err = journal.Permanent(err)
			}
			return next, err
		}, nil)
		return err
	})
}
