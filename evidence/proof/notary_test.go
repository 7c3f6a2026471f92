package proof

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/journal"
)

// Every message of the streams becomes a leaf once, in its order, however often the notary is stopped; what is no JSON, and what is too long, too.
func TestTheNotaryMissesNothing(t *testing.T) {
	_, _, js := natstest.Start(t)
	streams := []journal.Stream{{Name: "LEADS", Subjects: []string{"leads.>"}}, {Name: "REVIEWS", Subjects: []string{"reviews"}}}
	if err := journal.Declare(t.Context(), js, streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	dir, k := t.TempDir(), key(t)
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	publish := func(stream, subject, data string) {
		t.Helper()
		if _, err := js.Publish(t.Context(), subject, []byte(data)); err != nil {
			t.Fatal(err)
		}
		want[stream] = append(want[stream], data)
	}
	r := rand.New(rand.NewPCG(5, 6))
	n := 0
	for range 6 {
		l := openLog(t, dir, k)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- (&Notary{Log: l, Streams: []string{"LEADS", "REVIEWS"}, Store: store, Out: slog.New(slog.DiscardHandler)}).Run(ctx, js)
		}()
		for range 80 {
			n++
			switch n % 40 {
			case 7:
				publish("LEADS", "leads.x", "no JSON\xff <")
			case 8:
				publish("LEADS", "leads.x", `{"data": {"lead":"spaced", "revision":1}}`)
			case 10: // too long only as a leaf has it
				publish("LEADS", "leads.x", "no JSON "+strings.Repeat("x", 50_000))
			case 9:
				publish("LEADS", "leads.x", `{"data":{"lead":"long","revision":1,"note":"`+strings.Repeat("长", 25_000)+`"}}`)
			default:
				publish("LEADS", "leads.x", fmt.Sprintf(`{"data":{"lead":"lead-%d","revision":1,"note":"a<b & c>d \u2028"}}`, n))
			}
			if n%5 == 0 {
				publish("REVIEWS", "reviews", fmt.Sprintf(`{"lead":"lead-%d","do":"confirm"}`, n))
			}
		}
		time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond) // it is stopped anywhere
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	l := openLog(t, dir, k)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- (&Notary{Log: l, Streams: []string{"LEADS", "REVIEWS"}, Store: store, Out: slog.New(slog.DiscardHandler)}).Run(ctx, js)
	}()
	whole := uint64(len(want["LEADS"]) + len(want["REVIEWS"]))
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if size, err := l.Size(t.Context()); err == nil && size >= whole {
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var leaves []asked
	v := verify(t, dir, store, Options{each: func(a asked) error { leaves = append(leaves, a); return nil }})
	if len(v.Problems) > 0 || v.Leaves != whole {
		t.Fatalf("%d leaves of %d messages, %v", v.Leaves, whole, v.Problems)
	}
	if err := v.Compare(t.Context(), js, []string{"LEADS", "REVIEWS"}); err != nil || len(v.Problems) > 0 {
		t.Errorf("the streams and their log differ: %v, %v", v.Problems, err)
	}
	st, err := js.Stream(t.Context(), "LEADS")
	if err == nil {
		err = st.DeleteMsg(t.Context(), 5)
	}
	if err != nil {
		t.Fatal(err)
	}
	v.facts[message{"REVIEWS", 3}] = [32]byte{}
	if err := v.Compare(t.Context(), js, []string{"LEADS", "REVIEWS"}); err != nil || len(v.Problems) != 2 || !strings.Contains(v.Problems[0].String(), "message 5 of stream LEADS: it is missing") || !strings.Contains(v.Problems[1].String(), "message 3 of stream REVIEWS (reviews): it was altered") {
		t.Errorf("of a message that was deleted, and one that was altered: %v, %v", v.Problems, err)
	}
	// what was emptied, and what was cut off at its beginning
	reviews, err := js.Stream(t.Context(), "REVIEWS")
	if err == nil {
		err = reviews.Purge(t.Context())
	}
	if err == nil {
		err = st.Purge(t.Context(), jetstream.WithPurgeSequence(4))
	}
	if err != nil {
		t.Fatal(err)
	}
	v.Problems = nil
	if err := v.Compare(t.Context(), js, []string{"LEADS", "REVIEWS"}); err != nil || len(v.Problems) != 4+len(want["REVIEWS"]) || !strings.Contains(v.Problems[0].String(), "message 1 of stream LEADS: it is missing") {
		t.Errorf("%d problems of streams that were emptied: %v, %v", len(v.Problems), v.Problems[:min(3, len(v.Problems))], err)
	}
	got := map[string][]string{}
	for _, a := range leaves {
		b := a.leaf.Bytes()
		if a.leaf.SHA256 != "" {
			if b, err = store.Unseal(t.Context(), a.leaf.SHA256); err != nil {
				t.Fatal(err)
			}
		}
		got[a.leaf.Stream] = append(got[a.leaf.Stream], string(b))
	}
	for s := range want {
		for i := range want[s] {
			if got[s][i] != want[s][i] {
				t.Fatalf("message %d of %s is %.60q in the log, was %.60q", i+1, s, got[s][i], want[s][i])
			}
		}
	}
}

// A clock that is set back into an earlier day does not give that day another head.
func TestAClockThatIsSetBackChangesNoDay(t *testing.T) {
	dir, k := filepath.Join(t.TempDir(), "log"), key(t)
	l := openLog(t, dir, k)
	defer l.Close()
	n := Notary{Log: l, Out: slog.New(slog.DiscardHandler)}
	day := time.Date(2026, 3, 2, 0, 30, 0, 0, time.UTC)
	read := func(day string) string {
		b, err := os.ReadFile(filepath.Join(dir, daysDir, day))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var first string
	for i, now := range []time.Time{day.Add(-time.Hour), day, day.Add(-time.Hour), day.Add(time.Minute)} {
		if err := l.Append(t.Context(), []Leaf{revision(uint64(i+1), "a", i+1)}); err != nil {
			t.Fatal(err)
		}
		if err := n.keepDay(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = read("2026-03-01")
		}
	}
	if read("2026-03-01") != first {
		t.Error("the day before has another head")
	}
	if !strings.Contains(read("2026-03-02"), "\n4\n") {
		t.Errorf("the day has the head %q", read("2026-03-02"))
	}
}
