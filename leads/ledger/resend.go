package ledger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
)

// SubjectCases is where case systems get what they missed, and what they have not answered.
const SubjectCases = "cases.leads"

// A confirmed lead that no case system has answered is sent again after so long, of so many at a time; a case system that was too slow, or lost what it had taken
// in, gets it then. Its answer (received, or more) ends that.
const (
	resendDefault = 10 * time.Minute
	resendMost    = 500
	resendLook    = 250 * time.Millisecond // for the answer that nobody listens
)

// resend sends confirmed leads again that nobody has answered, until ctx ends.
func (l *Ledger) resend(ctx context.Context, nc *nats.Conn) error {
	d := cmp.Or(l.Resend, resendDefault)
	return l.every(ctx, d, "leads that no case system has answered are not sent again", func() error { return l.resendNow(ctx, nc, time.Now().Add(-d)) })
}

// resendNow sends the confirmed leads of real docks whose last step is before a moment, the oldest first, as long as somebody listens.
func (l *Ledger) resendNow(ctx context.Context, nc *nats.Conn, before time.Time) error {
	var waiting []string
	for x, err := range l.Index.All(index.Query{State: leads.Confirmed}) { // the newest first
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if !x.Simulated && !x.Decided.After(before) {
			waiting = append(waiting, x.Lead)
		}
	}
	slices.Reverse(waiting)
	// on from where the round before ended: leads that a case system never answers keep none back
	begin := 0
	if len(waiting) > resendMost {
		begin = l.resent % len(waiting)
		waiting = append(waiting[begin:], waiting[:begin]...)[:resendMost]
	}
	l.resent = begin + len(waiting)
	inbox, err := nc.SubscribeSync(nc.NewRespInbox())
	if err != nil {
		return err
	}
	defer func() { _ = inbox.Unsubscribe() }()
	for i, lead := range waiting {
		x, ok, err := l.Index.Lead(lead)
		if err != nil {
			return err
		}
		if !ok || x.State != leads.Confirmed {
			continue
		}
		m, err := l.message(x)
		if err != nil {
			return err
		}
		m.Subject = SubjectCases
		if i == 0 { // the first one finds out whether anybody is there
			m.Reply = inbox.Subject
		}
		if err := nc.PublishMsg(m); err != nil {
			return err
		}
		if m.Reply == "" {
			continue
		}
		if r, err := inbox.NextMsg(resendLook); err == nil && r.Header.Get("Status") == "503" {
			return nil
		}
	}
	return nil
}
