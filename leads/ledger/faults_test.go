package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	neturl "net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
)

// A case system that takes one lead where fifty come loses most of them, and has all of them in the end: what it did not answer comes again, the oldest first.
func TestASlowCaseSystemGetsEveryLead(t *testing.T) {
	l, nc, js, begin := house(t)
	l.Resend = 300 * time.Millisecond
	defer begin()()
	const n = 50
	slow, err := nc.SubscribeSync("leads.confirmed.>")
	if err == nil {
		err = slow.SetPendingLimits(1, -1)
	}
	if err != nil {
		t.Fatal(err)
	}
	// before anything is confirmed: who comes in the middle of a round gets its end first
	again, err := nc.SubscribeSync(SubjectCases)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		f := finding(fmt.Sprint(i), 20*float64(i))
		f.Simulated, f.FirstSeen = false, time.Now()
		send(t, js, f)
	}
	wait(t, "fifty leads", func() bool { return l.Index.Len() == n })
	for i := range n {
		if _, err := l.Decide(t.Context(), leads.Review{Lead: leads.IDOf(fmt.Sprint(i)), Revision: 1, Do: leads.DoConfirm, By: "wang"}); err != nil {
			t.Fatal(err)
		}
	}
	wait(t, "the case system is too slow", func() bool { d, err := slow.Dropped(); return err == nil && d > n/2 })
	got := map[string]bool{}
	var first []string
	answered := map[string]bool{}
	for end := time.Now().Add(time.Minute); len(answered) < n && time.Now().Before(end); {
		m, err := again.NextMsg(10 * time.Second)
		if err != nil {
			t.Fatalf("%d of %d leads came: %v", len(got), n, err)
		}
		x, _, err := leads.ReadMessage(m.Data)
		if err != nil || x.State != leads.Confirmed || x.Revision != 2 {
			t.Fatal(x, err)
		}
		if !got[x.Lead] {
			got[x.Lead] = true
			first = append(first, x.Findings[0])
		}
		if len(got)%7 == 0 || answered[x.Lead] { // it is not said that each was taken in
			continue
		}
		if r, err := nc.Request(SubjectFeedback+x.Lead, []byte(`{"state":"received"}`), 10*time.Second); err != nil || string(r.Data) != `{"ok":true}` {
			t.Fatal(r, err)
		}
		answered[x.Lead] = true
	}
	if len(answered) != n {
		t.Fatalf("%d of %d leads came and were answered", len(answered), n)
	}
	for i, f := range first {
		if f != fmt.Sprint(i) {
			t.Fatalf("they came in the order %v", first)
		}
	}
	wait(t, "all are handed over", func() bool {
		for _, x := range all(l) {
			if x.State != leads.HandedOver {
				return false
			}
		}
		return true
	})
}

// awayEnv says for how long NATS is away in the next test, as 10m.
const awayEnv = "HARRIER_NATS_AWAY"

// While NATS is away, a decision is refused with the reason, and findings are held by who found them; when it is back, all becomes leads, in order and once.
func TestNATSIsAwayForAWhile(t *testing.T) {
	away := 3 * time.Second
	if d, err := time.ParseDuration(os.Getenv(awayEnv)); err == nil {
		away = d
	}
	dir := filepath.Join(t.TempDir(), "nats")
	start := func(port int) *embedded.NATS {
		s, err := embedded.StartNATS(embedded.NATSOptions{Host: "127.0.0.1", Port: port, Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := start(0)
	defer func() { s.Close() }()
	url := s.URL()
	l, _, _, begin := houseOn(t, url, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond))
	defer begin()()
	nc, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	acknowledged := 0
	sent := func() int { mu.Lock(); defer mu.Unlock(); return acknowledged }
	done := make(chan struct{})
	go func() { // a watcher, which holds each finding until it is kept
		defer close(done)
		for i := 0; ctx.Err() == nil; {
			f := finding(fmt.Sprint(i), 20*float64(i))
			f.FirstSeen = time.Now()
			pctx, stop := context.WithTimeout(ctx, time.Second)
			b, err := json.Marshal(f)
			if err == nil {
				_, err = js.Publish(pctx, "harrier.findings."+f.Flight, b, jetstream.WithMsgID(f.ID))
			}
			stop()
			if err != nil {
				continue
			}
			i++
			mu.Lock()
			acknowledged = i
			mu.Unlock()
			time.Sleep(20 * time.Millisecond)
		}
	}()
	wait(t, "leads come", func() bool { return l.Index.Len() > 10 })
	u, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := sent()
	dctx, stop := context.WithTimeout(ctx, time.Second)
	_, err = l.Decide(dctx, leads.Review{Lead: leads.IDOf("0"), Revision: 1, Do: leads.DoConfirm, By: "wang"})
	stop()
	if !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a decision while NATS is away: %v", err)
	}
	select { // that it stays away so long is what is tested
	case <-time.After(away):
	case <-ctx.Done():
	}
	if n := sent(); n > before+1 {
		t.Errorf("%d findings were acknowledged while NATS was away", n-before)
	}
	s = start(port)
	wait(t, "findings are kept again", func() bool { return sent() > before+50 })
	cancel()
	<-done
	n := sent()
	wait(t, "every finding is a lead", func() bool { return l.Index.Len() >= n })
	var order []string
	err = journal.Replay(t.Context(), js, "SIMLEADS", ">", journal.From{}, func(m journal.Msg) error {
		x, _, err := leads.ReadMessage(m.Data)
		order = append(order, x.Findings[0])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if order[i] != fmt.Sprint(i) {
			t.Fatalf("lead %d is of finding %s", i, order[i])
		}
	}
	if len(order) > n+1 { // one may have been sent and not acknowledged
		t.Errorf("%d revisions of %d findings", len(order), n)
	}
	if _, err := l.Decide(t.Context(), leads.Review{Lead: leads.IDOf("0"), Revision: 1, Do: leads.DoConfirm, By: "wang"}); err != nil {
		t.Errorf("a decision once it is back: %v", err)
	}
}

// The clock of this machine is set back by an hour between steps: they stay in their order, each once, and what is seen then belongs to its lead.
func TestTheClockIsSetBack(t *testing.T) {
	l, _, js, begin := house(t)
	defer begin()()
	ahead := time.Now().Add(time.Hour) // it was an hour ahead until now
	f := finding("1", 0)
	f.FirstSeen, f.LastSeen = ahead, ahead
	send(t, js, f)
	wait(t, "a lead", func() bool { return l.Index.Len() == 1 })
	x := all(l)[0]
	x, err := l.change(t.Context(), func() (leads.Next, error) {
		x, err := l.Rules.Decide(l.Index, leads.Review{Lead: x.Lead, Revision: 1, Do: leads.DoReject, Reason: "unclear", By: "wang", At: ahead})
		return leads.Next{Lead: x, Changed: err == nil}, err
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// from here on the clock is right again
	if x, err = l.Decide(t.Context(), leads.Review{Lead: x.Lead, Revision: x.Revision, Do: leads.DoUndo, By: "wang"}); err != nil {
		t.Fatal(err)
	}
	if x, err = l.Decide(t.Context(), leads.Review{Lead: x.Lead, Revision: x.Revision, Do: leads.DoConfirm, By: "li"}); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(x.Steps); i++ {
		if x.Steps[i].At.Before(x.Steps[i-1].At) {
			t.Errorf("step %d is of %s, and the one before of %s", i, x.Steps[i].At, x.Steps[i-1].At)
		}
	}
	g := finding("2", 0.5)
	g.FirstSeen, g.LastSeen = time.Now(), time.Now()
	send(t, js, g)
	wait(t, "the sighting belongs to it", func() bool { a := all(l); return len(a) == 1 && a[0].Seen == 2 && a[0].State == leads.Confirmed })
}
