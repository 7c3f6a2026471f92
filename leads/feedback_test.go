package leads

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/journal"
)

// Feedback is answered once it is kept; what cannot be kept is answered with why, and no answer goes to a subject that is no inbox.
func TestFeedbackIsKeptAndAnswered(t *testing.T) {
	_, nc, js, _ := house(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- KeepFeedback(ctx, nc, js, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	ask := func(data string) (r FeedbackReply) {
		t.Helper()
		var m *nats.Msg
		wait(t, "an answer comes", func() (ok bool) {
			var err error
			m, err = nc.Request(SubjectFeedback+"L1", []byte(data), 30*time.Second)
			return err == nil
		})
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := ask(`{"state":"accepted"}`); !r.OK || r.Error != "" {
		t.Errorf("%+v", r)
	}
	elsewhere, err := nc.SubscribeSync("harrier.commands.all")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.PublishRequest(SubjectFeedback+"L2", "harrier.commands.all", []byte(`{"state":"accepted"}`)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "null", "[]", `{"a":`, `{"a":"` + strings.Repeat("x", maxFeedback) + `"}`} {
		if r := ask(bad); r.OK || !strings.Contains(r.Error, "lead L1") {
			t.Errorf("%.20s: %+v", bad, r)
		}
	}
	// those before it are worked off: one at a time
	if m, err := elsewhere.NextMsg(time.Millisecond); err == nil {
		t.Errorf("an answer goes to %s", m.Subject)
	}
	var kept []string
	if err := journal.Replay(t.Context(), js, "FEEDBACK", ">", journal.From{}, func(m journal.Msg) error {
		kept = append(kept, m.Subject+" "+string(m.Data))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(kept) != 1 || kept[0] != `harrier.feedback.L1 {"state":"accepted"}` {
		t.Errorf("kept %q", kept)
	}
}
