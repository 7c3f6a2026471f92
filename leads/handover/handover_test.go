package handover

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/ledger"
)

var (
	key    = []byte("a key of more than twenty-four bytes")
	secret = secretPrefix + base64.StdEncoding.EncodeToString(key)
)

// The signature is that of the specification's own example.
func TestSignature(t *testing.T) {
	k, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	if got := sign(k, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)); got != "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("signature %s", got)
	}
}

// receiver takes messages as a case system would, after some troubles.
type receiver struct {
	t       *testing.T
	mu      sync.Mutex
	answers []int // to the first requests; then 200
	under   map[string]int
	taken   []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		r.t.Error(err)
	}
	id := q.Header.Get("webhook-id")
	at, err := strconv.ParseInt(q.Header.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > time.Minute || q.Header.Get("webhook-signature") != "v1,"+sign(key, id, time.Unix(at, 0), body) {
		r.t.Errorf("%s: its signature does not hold", id)
	}
	lead, _, _ := strings.Cut(id, "/")
	r.mu.Lock()
	if r.under[lead]++; r.under[lead] > 1 {
		r.t.Errorf("two revisions of lead %s are under way", lead)
	}
	r.mu.Unlock()
	time.Sleep(5 * time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.under[lead]--
	if len(r.answers) > 0 {
		code := r.answers[0]
		r.answers = r.answers[1:]
		w.WriteHeader(code)
		return
	}
	r.taken = append(r.taken, id)
}

func (r *receiver) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken)
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}

// Revisions come in their order, those of the states that are asked for, each until it is taken; one that the receiver refuses is a dead letter.
func TestWebhooks(t *testing.T) {
	_, _, js := natstest.Start(t)
	if err := journal.Declare(t.Context(), js, append(slices.Clone(ledger.Streams), journal.DeadLetters), nil, 1); err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, answers: []int{500, 429, 302}, under: map[string]int{}}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	w := &Webhook{URL: s.URL, Secret: secret, States: []string{leads.Confirmed, leads.Closed}}
	if err := w.Open(slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	run := func() { go func() { done <- w.Run(ctx, js) }() }
	run()
	until(t, "the consumer is there", func() bool { _, err := w.Queue(t.Context(), js); return err == nil })
	var want []string
	publish := func(lead string, revision int, state string, simulated bool) {
		t.Helper()
		x := leads.Lead{Lead: lead, Revision: revision, State: state, Scene: "street-stall", Simulated: simulated}
		if err := ledger.Publish(t.Context(), js, x); err != nil {
			t.Fatal(err)
		}
		if !simulated && slices.Contains(w.States, state) {
			want = append(want, x.ID())
		}
	}
	for i, l := range []string{"a", "b", "c"} {
		publish(l, 1, leads.Candidate, false)
		publish(l, 2, leads.Confirmed, false)
		publish(l, 3, leads.Closed, false)
		publish(l, 4+i, leads.Confirmed, true)
	}
	until(t, "all are taken", func() bool { return len(r.all()) == len(want) })
	if got := r.all(); !slices.Equal(got, want) {
		t.Errorf("taken %v, wanted %v", got, want)
	}
	until(t, "nothing waits", func() bool { q, err := w.Queue(t.Context(), js); return err == nil && q.Waiting == 0 && q.Why == "" })
	// what it refuses is kept, and does not keep the others waiting
	r.mu.Lock()
	r.answers = []int{422}
	r.mu.Unlock()
	publish("d", 2, leads.Confirmed, false)
	publish("e", 2, leads.Confirmed, false)
	until(t, "the next is taken", func() bool { return slices.Contains(r.all(), "e/2") })
	var dead []journal.Dead
	until(t, "a dead letter", func() bool { dead, _ = journal.ListDead(t.Context(), js); return len(dead) == 1 })
	if !strings.Contains(dead[0].Reason, "422") {
		t.Errorf("%+v", dead[0])
	}
	// while the receiver is away all waits, also over a restart
	s.Close()
	publish("f", 2, leads.Confirmed, false)
	until(t, "it is told that it fails", func() bool { q, err := w.Queue(t.Context(), js); return err == nil && q.Waiting > 0 && q.Why != "" })
	w.mu.Lock()
	w.failing = w.failing.Add(-2 * troubleAfter)
	w.mu.Unlock()
	if !strings.Contains(w.Trouble(), "takes nothing since") {
		t.Errorf("trouble: %q", w.Trouble())
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWrongWebhooks(t *testing.T) {
	for want, w := range map[string]*Webhook{
		"no address": {URL: "ftp://x", Secret: secret},
		"secret":     {URL: "https://x/y", Secret: "password"},
		"24 to 64":   {URL: "https://x/y", Secret: secretPrefix + "c2hvcnQ="},
		`"open"`:     {URL: "https://x/y", Secret: secret, States: []string{"open"}},
	} {
		if err := w.Open(slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, wanted %q", w.URL, err, want)
		}
	}
}

// A night's files are written once, after its hour, and not again; an error leaves none.
func TestDrop(t *testing.T) {
	d := Drop{Folder: filepath.Join(t.TempDir(), "drop"), At: "02:30"}
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	asked := 0
	all := func(yield func(leads.Lead, error) bool) { asked++; yield(leads.Lead{Lead: "a"}, nil) }
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.Local)
	files := func() int { f, _ := os.ReadDir(d.Folder); return len(f) }
	if err := d.write(day.Add(4*time.Hour), func(yield func(leads.Lead, error) bool) { yield(leads.Lead{}, errors.New("not ready")) }); err == nil || files() != 0 {
		t.Errorf("%d files after an error, %v", files(), err)
	}
	for _, at := range []time.Duration{time.Hour, 2*time.Hour + 29*time.Minute, 3 * time.Hour, 20 * time.Hour, 25 * time.Hour, 48 * time.Hour} {
		if err := d.write(day.Add(at), all); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 2 || files() != 2 { // once for each file
		t.Errorf("read %d times, %d files", asked, files())
	}
	if err := d.write(day.Add(27*time.Hour), all); err != nil || files() != 4 {
		t.Errorf("%d files after the second night, %v", files(), err)
	}
	if err := (&Drop{Folder: t.TempDir(), At: "late"}).Open(); err == nil {
		t.Error("late is taken for a time")
	}
}
