// Package conform checks a system that takes leads: that it loses none, takes none twice, keeps to the newest revision, takes no offence at what it does
// not know, and answers as it should.
package conform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

// Check is one thing that was checked.
type Check struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"`
}

// Consumer is the check of one: it is to take every lead on leads.confirmed.> and to answer with accepted and the number of a case, as a request, again
// where no answer comes.
type Consumer struct {
	NC     *nats.Conn
	Leads  int           // that are sent
	Settle time.Duration // how long it may take to answer

	mu       sync.Mutex
	answered map[string][]leads.Feedback
	wrong    []string       // answers that are none
	asked    map[string]int // how often it asked, by lead
}

// Names of the leads that are answered in their own way.
const (
	hello  = "conform-hello"  // until it answers, nothing else is sent
	silent = "conform-silent" // its first answer is not acknowledged
)

// Run sends leads and says what became of them; ctx bounds how long it waits for the consumer to come.
func (c *Consumer) Run(ctx context.Context) ([]Check, error) {
	c.answered, c.asked = map[string][]leads.Feedback{}, map[string]int{}
	sub, err := c.NC.Subscribe(ledger.SubjectFeedback+"*", c.take)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := c.until(ctx, 500*time.Millisecond, func() error { return c.send(lead(hello, 2, "x"), nil) }, func() bool { return len(c.of(hello)) > 0 }); err != nil {
		return nil, fmt.Errorf("no consumer answers: it is to read leads.confirmed.> and to answer on %s<lead>: %w", ledger.SubjectFeedback, err)
	}
	names, err := c.sendAll()
	if err != nil {
		return nil, err
	}
	sctx, cancel := context.WithTimeout(ctx, c.Settle)
	defer cancel()
	_ = c.until(sctx, 100*time.Millisecond, nil, func() bool {
		return !slices.ContainsFunc(names, func(n string) bool { return len(c.of(n)) == 0 }) && c.times(silent) > 1
	})
	select { // what comes twice may come late
	case <-ctx.Done():
	case <-time.After(c.Settle / 5):
	}
	return c.judge(names), nil
}

// sendAll sends every lead in its own way.
func (c *Consumer) sendAll() (names []string, err error) {
	unknown := func(v map[string]any) {
		v["severity"], v["data"].(map[string]any)["colour"] = map[string]any{"level": 3}, []int{1, 2}
	}
	for i := range c.Leads {
		name := fmt.Sprintf("conform-%d", i)
		names = append(names, name)
		older, newer := lead(name, 2, "older"), lead(name, 3, "newer")
		switch i % 4 {
		case 0: // once
			err = c.send(newer, nil)
		case 1: // twice the same
			err = errors.Join(c.send(newer, nil), c.send(newer, nil))
		case 2: // the newer revision first
			err = errors.Join(c.send(newer, nil), c.send(older, nil))
		case 3: // with what is not known
			err = c.send(newer, unknown)
		}
		if err != nil {
			return nil, err
		}
		if i == c.Leads/2 { // what is no lead at all
			for _, junk := range []string{"", "no JSON", `{"specversion":"1.0"}`, `[]`} {
				err = errors.Join(err, c.NC.Publish("leads.confirmed.street-stall.none", []byte(junk)))
			}
		}
	}
	names = append(names, silent)
	return names, errors.Join(err, c.send(lead(silent, 2, "x"), nil))
}

func lead(name string, revision int, note string) leads.Lead {
	return leads.Lead{Lead: name, Revision: revision, State: leads.Confirmed, Scene: "street-stall", Event: "0501", Class: "stall", Attributes: map[string]string{}, Lon: 121.53, Lat: 31.225, Datum: "WGS-84",
		FirstSeen: time.Now().UTC(), LastSeen: time.Now().UTC(), Captured: time.Now().UTC(), Findings: []string{name}, Seen: 1, Note: note, By: "conform", Decided: time.Now().UTC()}
}

// send publishes a lead, with changes to its event.
func (c *Consumer) send(x leads.Lead, change func(map[string]any)) error {
	m, err := x.Message(time.Now(), leads.Unserved)
	if err != nil {
		return err
	}
	if change != nil {
		var v map[string]any
		if err := json.Unmarshal(m.Data, &v); err != nil {
			return err
		}
		change(v)
		if m.Data, err = json.Marshal(v); err != nil {
			return err
		}
	}
	m.Header.Set(nats.MsgIdHdr, x.ID())
	return c.NC.PublishMsg(m)
}

// take notes an answer, and acknowledges it as Harrier does.
func (c *Consumer) take(m *nats.Msg) {
	name := strings.TrimPrefix(m.Subject, ledger.SubjectFeedback)
	f, err := leads.ReadFeedback(m.Data)
	c.mu.Lock()
	c.asked[name]++
	first := c.asked[name] == 1
	reply := ledger.FeedbackReply{OK: err == nil}
	if err != nil {
		reply.Error = err.Error()
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %v", name, err))
	} else {
		c.answered[name] = append(c.answered[name], f)
	}
	if m.Reply == "" {
		c.wrong = append(c.wrong, name+": it is no request, so nobody knows that it was kept")
	}
	c.mu.Unlock()
	if name == silent && first || m.Reply == "" {
		return
	}
	b, _ := json.Marshal(reply)
	_ = m.Respond(b)
}

func (c *Consumer) of(name string) []leads.Feedback {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.answered[name])
}

func (c *Consumer) times(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[name]
}

// until does something every so often, until ok holds.
func (c *Consumer) until(ctx context.Context, every time.Duration, do func() error, ok func() bool) error {
	t := time.NewTicker(every)
	defer t.Stop()
	for !ok() {
		if do != nil {
			if err := do(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
	return nil
}

// judge says what of it was right.
func (c *Consumer) judge(names []string) []Check {
	c.mu.Lock()
	defer c.mu.Unlock()
	var lost, twice, other []string
	for _, n := range append([]string{hello}, names...) {
		cases := map[string]bool{}
		for _, f := range c.answered[n] {
			if f.State == leads.FeedbackAccepted {
				cases[f.Case] = true
			}
		}
		switch {
		case len(cases) == 0:
			lost = append(lost, n)
		case len(cases) > 1:
			twice = append(twice, n)
		}
	}
	known := append([]string{hello}, names...)
	for n := range c.asked {
		if !slices.Contains(known, n) {
			other = append(other, n)
		}
	}
	check := func(what string, bad []string) Check {
		slices.Sort(bad)
		if len(bad) == 0 {
			return Check{What: what, OK: true}
		}
		return Check{what, false, strings.Join(bad[:min(len(bad), 5)], "; ")}
	}
	var patience []string
	if c.asked[silent] < 2 {
		patience = []string{fmt.Sprintf("asked %d times", c.asked[silent])}
	}
	return []Check{
		check("every confirmed lead becomes a case, also behind messages that are no leads, and with fields that are not known", lost),
		check("no lead becomes two cases, whether it comes twice or its revisions come in the wrong order", twice),
		check("what is not acknowledged is sent again", patience),
		check("answers are requests, and have the form of feedback", c.wrong),
		check("answers are on leads that were sent", other),
	}
}
