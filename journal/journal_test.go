package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/journal"
)

func open(t *testing.T) (*embedded.NATS, jetstream.JetStream) {
	t.Helper()
	s, _, js := natstest.Start(t, nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	return s, js
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}

// consume runs a consumer until the test ends.
func consume(t *testing.T, js jetstream.JetStream, c journal.Consumer, handle func(context.Context, journal.Msg) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- journal.Consume(ctx, js, c, slog.New(slog.DiscardHandler), handle) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

var facts = journal.Stream{Name: "FACTS", Subjects: []string{"facts.>"}, MaxBytes: 1 << 20}

func TestAPoisonMessageStopsNobody(t *testing.T) {
	_, js := open(t)
	ctx := t.Context()
	if err := journal.Declare(ctx, js, []journal.Stream{facts, journal.DeadLetters}, nil, 1); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"good 1", "poison", "panics", "good 2", "never"} {
		if err := journal.Publish(ctx, js, "facts.a", "", v); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	got := map[string]int{}
	cured := false
	consume(t, js, journal.Consumer{Stream: "FACTS", Name: "reader", Wait: 5 * time.Second, Tries: 2, AtOnce: 1}, func(_ context.Context, m journal.Msg) error {
		var v string
		_ = json.Unmarshal(m.Data, &v)
		mu.Lock()
		defer mu.Unlock()
		got[v]++
		switch {
		case v == "panics":
			panic("out of range")
		case v == "poison" && !cured:
			return errors.New("no scene of this name")
		case v == "never":
			return journal.Permanent(errors.New("not JSON"))
		}
		return nil
	})
	var dead []journal.Dead
	until(t, "three dead letters", func() bool {
		var err error
		dead, err = journal.ListDead(ctx, js)
		return err == nil && len(dead) == 3
	})
	mu.Lock()
	if got["good 1"] != 1 || got["good 2"] != 1 || got["poison"] != 2 || got["panics"] != 2 || got["never"] != 1 {
		t.Errorf("handed out %v", got)
	}
	cured = true
	mu.Unlock()
	var poison journal.Dead
	for _, d := range dead {
		if strings.Contains(d.Reason, "no scene of this name") {
			poison = d
		}
	}
	if poison.Subject != "facts.a" || poison.Consumer != "reader" || poison.Tries != 2 {
		t.Errorf("dead letter %+v", poison)
	}
	if err := journal.ReplayDead(ctx, js, poison.ID, "ann"); err != nil {
		t.Fatal(err)
	}
	until(t, "the replayed message is taken", func() bool { mu.Lock(); defer mu.Unlock(); return got["poison"] == 3 })
	if err := journal.ReplayDead(ctx, js, poison.ID, "bob"); err == nil || !strings.Contains(err.Error(), "by ann already") {
		t.Errorf("replayed twice: %v", err)
	}
	if err := journal.ReplayDead(ctx, js, "FACTS.reader.>", "bob"); !errors.Is(err, journal.ErrNoDeadLetter) {
		t.Errorf("a wildcard is replayed: %v", err)
	}
	if left, err := journal.ListDead(ctx, js); err != nil || len(left) != 2 {
		t.Errorf("%d dead letters left, %v", len(left), err)
	}
}

// What cannot be kept because JetStream is away is tried until it is back, and is not the message's fault.
func TestNATSAwayLosesNothing(t *testing.T) {
	s, js := open(t)
	ctx := t.Context()
	if err := journal.Declare(ctx, js, []journal.Stream{facts, journal.DeadLetters, {Name: "OUT", Subjects: []string{"out.>"}, MaxBytes: 1 << 20}}, nil, 1); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	unavailable := 0
	consume(t, js, journal.Consumer{Stream: "FACTS", Name: "reader", Wait: time.Second, Tries: 2, AtOnce: 1}, func(ctx context.Context, m journal.Msg) error {
		mu.Lock()
		defer mu.Unlock()
		if unavailable < 6 {
			unavailable++
			return journal.Explain("out.x", nats.ErrTimeout)
		}
		return journal.Publish(ctx, js, "out.x", fmt.Sprint(m.Seq), "copied")
	})
	for i := range 5 {
		if err := journal.Publish(ctx, js, "facts.a", fmt.Sprint("n", i), i); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	until(t, "all five are copied", func() bool {
		n := 0
		err := journal.Replay(ctx, js, "OUT", "out.>", journal.From{}, func(journal.Msg) error { n++; return nil })
		return err == nil && n == 5
	})
	if dead, err := journal.ListDead(ctx, js); err != nil || len(dead) != 0 {
		t.Errorf("dead letters %v, %v", dead, err)
	}
}

func TestAFullStreamRefusesWhatIsNew(t *testing.T) {
	_, js := open(t)
	ctx := t.Context()
	if err := journal.Declare(ctx, js, []journal.Stream{facts}, nil, 1); err != nil {
		t.Fatal(err)
	}
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		err = journal.Publish(ctx, js, "facts.a", "", strings.Repeat("x", 50_000))
	}
	if !errors.Is(err, journal.ErrUnavailable) || !strings.Contains(err.Error(), "retention") {
		t.Fatalf("after %d messages: %v", n, err)
	}
	full, err := journal.Full(ctx, js, []journal.Stream{facts})
	if err != nil || len(full) != 1 || full[0].Share() < 0.9 {
		t.Errorf("full: %v, %v", full, err)
	}
	first := ""
	if err := journal.Replay(ctx, js, "FACTS", "facts.>", journal.From{}, func(m journal.Msg) error {
		if first == "" {
			first = fmt.Sprint(m.Seq)
		}
		return nil
	}); err != nil || first != "1" {
		t.Errorf("the first fact is %s, %v", first, err)
	}
}

func TestWhatAnOperatorSetOfAStreamSurvivesARestart(t *testing.T) {
	_, js := open(t)
	ctx := t.Context()
	old := jetstream.StreamConfig{Name: "FACTS", Subjects: []string{"facts.old"}, MaxBytes: 3 << 20, MaxAge: 48 * time.Hour, Description: "ours", Discard: jetstream.DiscardOld}
	if _, err := js.CreateStream(ctx, old); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := journal.Declare(ctx, js, []journal.Stream{facts}, nil, 1); err != nil {
			t.Fatal(err)
		}
	}
	st, err := js.Stream(ctx, "FACTS")
	if err != nil {
		t.Fatal(err)
	}
	c := st.CachedInfo().Config
	if c.MaxBytes != 3<<20 || c.MaxAge != 48*time.Hour || c.Description != "ours" || c.Discard != jetstream.DiscardNew || c.Subjects[0] != "facts.>" {
		t.Errorf("after two starts: %+v", c)
	}
	if err := journal.Declare(ctx, js, []journal.Stream{facts}, map[string]journal.Retention{"FACTS": {GiB: 0.01, Days: 7}}, 1); err != nil {
		t.Fatal(err)
	}
	if st, err = js.Stream(ctx, "FACTS"); err != nil {
		t.Fatal(err)
	}
	if c := st.CachedInfo().Config; c.MaxBytes != 10737418 || c.MaxAge != 7*24*time.Hour {
		t.Errorf("the configuration's retention: %d bytes, %s", c.MaxBytes, c.MaxAge)
	}
	if err := journal.Declare(ctx, js, []journal.Stream{facts}, map[string]journal.Retention{"FACT": {GiB: 1}}, 1); err == nil || !strings.Contains(err.Error(), "FACTS") {
		t.Errorf("a stream that is not: %v", err)
	}
}

func TestFollowReadsWhatWasAndWhatComes(t *testing.T) {
	_, js := open(t)
	if err := journal.Declare(t.Context(), js, []journal.Stream{facts}, nil, 1); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := journal.Publish(t.Context(), js, "facts.a", "", i); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	caught := make(chan int, 1)
	got := 0
	done := make(chan error, 1)
	go func() {
		done <- journal.Follow(ctx, js, "FACTS", "facts.>", journal.From{}, func() { caught <- got }, func(m journal.Msg) error {
			if got++; got == 12 {
				cancel()
			}
			return nil
		})
	}()
	if n := <-caught; n != 10 {
		t.Errorf("caught up after %d", n)
	}
	for i := range 2 {
		if err := journal.Publish(t.Context(), js, "facts.b", "", i); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	// from before what NATS counts time from
	long := 0
	if err := journal.Replay(t.Context(), js, "FACTS", "facts.>", journal.From{Time: time.Date(1679, 1, 1, 0, 0, 0, 0, time.UTC)}, func(journal.Msg) error { long++; return nil }); err != nil || long != 12 {
		t.Errorf("%d, %v", long, err)
	}
}

// BenchmarkReplay is how fast a stream of leads (1.5 kB each) is read back.
func BenchmarkReplay(b *testing.B) {
	_, _, js := natstest.Start(b)
	if err := journal.Declare(b.Context(), js, []journal.Stream{{Name: "FACTS", Subjects: []string{"facts.>"}}}, nil, 1); err != nil {
		b.Fatal(err)
	}
	const n = 50_000
	body := []byte(strings.Repeat("x", 1500))
	for i := range n {
		if _, err := js.PublishAsync("facts.a", body); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 999 {
			<-js.PublishAsyncComplete()
		}
	}
	<-js.PublishAsyncComplete()
	for b.Loop() {
		got := 0
		if err := journal.Replay(b.Context(), js, "FACTS", "facts.>", journal.From{}, func(journal.Msg) error { got++; return nil }); err != nil || got != n {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// Who was stopped before the end was read does not take what was read for all; a change of how long ids are known reaches a stream that is there.
func TestAReadingThatIsStoppedSaysSo(t *testing.T) {
	_, js := open(t)
	if err := journal.Declare(t.Context(), js, []journal.Stream{facts}, nil, 1); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := journal.Publish(t.Context(), js, "facts.a", "", 1); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	n := 0
	err := journal.Replay(ctx, js, "FACTS", ">", journal.From{}, func(journal.Msg) error { n++; stop(); return nil })
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("%d of 3 read: %v", n, err)
	}
	longer := facts
	longer.Once = 24 * time.Hour
	if err := journal.Declare(t.Context(), js, []journal.Stream{longer}, nil, 1); err != nil {
		t.Fatal(err)
	}
	st, err := js.Stream(t.Context(), "FACTS")
	if err != nil || st.CachedInfo().Config.Duplicates != longer.Once {
		t.Errorf("ids are known for %v, %v", st.CachedInfo().Config.Duplicates, err)
	}
}
