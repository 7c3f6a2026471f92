// Package book keeps what departments ask for, and answers from what was really seen: a request is answered by coverage, not by a flight that flew.
package book

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// Subject is where requests come from departments, the console, and leads that want a close-up.
const Subject = "harrier.requests"

// Stream is its stream.
const Stream = "REQUESTS"

// Streams are what it keeps.
var Streams = []journal.Stream{{Name: Stream, Subjects: []string{Subject}, Viewed: []string{Subject}, MaxBytes: 1 << 30, Once: time.Hour}}

// Message is a request as it is sent; the last one with an id counts.
type Message struct {
	missions.Request
	Withdrawn bool      `json:"withdrawn,omitempty"` // it is no longer asked for
	By        string    `json:"sent_by,omitempty"`
	At        time.Time `json:"sent_at"`
}

// messageJSON is how a message is written: a request's own fields beside its own.
type messageJSON struct {
	Withdrawn bool      `json:"withdrawn,omitempty"`
	By        string    `json:"sent_by,omitempty"`
	At        time.Time `json:"sent_at"`
}

// MarshalJSON writes both in one object.
func (m Message) MarshalJSON() ([]byte, error) {
	a, err := json.Marshal(m.Request)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(messageJSON{m.Withdrawn, m.By, m.At})
	if err != nil {
		return nil, err
	}
	return slices.Concat(a[:len(a)-1], []byte{','}, b[1:]), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Message) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &m.Request); err != nil {
		return err
	}
	var w messageJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	m.Withdrawn, m.By, m.At = w.Withdrawn, w.By, w.At
	return nil
}

// Ask sends a request. What is sent again with the same time is kept once; the same request sent later happens once, too: its reader goes by its id.
func Ask(ctx context.Context, js jetstream.JetStream, m Message) error {
	if err := m.Check(); err != nil {
		return fmt.Errorf("request %s: %w", m.ID, err)
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return journal.Publish(ctx, js, Subject, fmt.Sprintf("%s %x", m.ID, sha256.Sum256(b)), m)
}

// Bad is a message that is no request, and why.
type Bad struct {
	Seq    uint64
	Reason string
}

// Read are the requests that stand, in the order in which they were first asked, and what else was sent.
func Read(ctx context.Context, js jetstream.JetStream) (all []missions.Request, bad []Bad, err error) {
	at := map[string]int{}
	gone := map[string]bool{}
	err = journal.Replay(ctx, js, Stream, Subject, journal.From{}, func(m journal.Msg) error {
		var x Message
		err := json.Unmarshal(m.Data, &x)
		if err == nil {
			err = x.Check()
		}
		if err != nil {
			bad = append(bad, Bad{m.Seq, err.Error()})
			return nil
		}
		i, known := at[x.ID]
		switch {
		case known && !gone[x.ID]: // it was asked for then, whatever is newer of it
			x.Asked = all[i].Asked
		case x.Asked.IsZero():
			x.Asked = x.At
		}
		gone[x.ID] = x.Withdrawn
		if known {
			all[i] = x.Request
			return nil
		}
		at[x.ID] = len(all)
		all = append(all, x.Request)
		return nil
	})
	return slices.DeleteFunc(all, func(r missions.Request) bool { return gone[r.ID] }), bad, err
}

// ByDue sorts answers: what is due first, then the higher priority.
func ByDue(all []Answer) {
	slices.SortStableFunc(all, func(a, b Answer) int {
		due := func(r Answer) time.Time {
			if r.By.IsZero() {
				return r.Asked.AddDate(100, 0, 0)
			}
			return r.By
		}
		return cmp.Or(due(a).Compare(due(b)), cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
	})
}
