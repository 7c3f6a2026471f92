package ledger

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
)

// Feedback is answered once it is kept, and moves its lead; what is wrong with it is answered with why, and becomes a dead letter; no answer goes to a
// subject that is no inbox.
func TestFeedbackIsKeptAndAnswered(t *testing.T) {
	l, nc, js, begin := house(t)
	defer begin()()
	send(t, js, finding("1", 0))
	wait(t, "a lead", func() bool { return l.Index.Len() == 1 })
	id := all(l)[0].Lead
	if _, err := l.Decide(t.Context(), leads.Review{Lead: id, Revision: 1, Do: leads.DoConfirm, By: "ann"}); err != nil {
		t.Fatal(err)
	}
	ask := func(lead, data string) (r FeedbackReply) {
		t.Helper()
		var m *nats.Msg
		wait(t, "an answer comes", func() (ok bool) {
			var err error
			m, err = nc.Request(SubjectFeedback+lead, []byte(data), 30*time.Second)
			return err == nil
		})
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := ask(id, `{"state":"accepted","case":"C-7"}`); !r.OK || r.Error != "" {
		t.Errorf("%+v", r)
	}
	wait(t, "the lead is accepted", func() bool { x := all(l)[0]; return x.State == leads.Accepted && x.Case == "C-7" && x.Revision == 3 })
	elsewhere, err := nc.SubscribeSync("harrier.commands.all")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.PublishRequest(SubjectFeedback+"L2", "harrier.commands.all", []byte(`{"state":"received"}`)); err != nil {
		t.Fatal(err)
	}
	wrong := []struct{ lead, data string }{{id, ""}, {id, "null"}, {id, "[]"}, {id, `{"state":`}, {id, `{"state":"taken"}`}, {id, `{"state":"closed"}`}, {"nobody's", `{"state":"received"}`}}
	for _, bad := range append(wrong, struct{ lead, data string }{id, `{"a":"` + strings.Repeat("x", maxFeedback) + `"}`}) {
		if r := ask(bad.lead, bad.data); r.OK || !strings.Contains(r.Error, "lead "+bad.lead) {
			t.Errorf("%.20s: %+v", bad.data, r)
		}
	}
	// those before it are worked off: one at a time
	if m, err := elsewhere.NextMsg(time.Millisecond); err == nil {
		t.Errorf("an answer goes to %s", m.Subject)
	}
	var dead []journal.Dead
	wait(t, "a dead letter for each that is wrong", func() bool {
		dead, err = journal.ListDead(t.Context(), js)
		return err == nil && len(dead) == len(wrong)
	})
	for _, d := range dead {
		if d.Stream != "FEEDBACK" || !strings.Contains(d.Reason, "feedback on lead") {
			t.Errorf("%+v", d)
		}
	}
	if x := all(l)[0]; x.Revision != 3 {
		t.Errorf("what is wrong moved the lead: %+v", x)
	}
}
