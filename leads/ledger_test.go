package leads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
)

// house starts a NATS server and a ledger on it.
func house(t *testing.T) (*Ledger, *nats.Conn, jetstream.JetStream, func() (stop func())) {
	t.Helper()
	_, nc, js := natstest.Start(t)
	streams := append([]journal.Stream{journal.DeadLetters, {Name: "FINDINGS", Subjects: []string{"harrier.findings.>"}, MaxBytes: 64 << 20}}, Streams...)
	if err := journal.Declare(t.Context(), js, streams, nil); err != nil {
		t.Fatal(err)
	}
	l := &Ledger{Scenes: map[string]Scene{"street-stall": {Event: "0501", JoinM: 4.5}}, EvidenceURL: func(sha string) string { return "http://x/evidence/" + sha }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return l, nc, js, func() func() {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		l.ready.Store(false)
		go func() { done <- l.Run(ctx, js) }()
		wait(t, "the ledger is ready", l.ready.Load)
		return func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
}

func finding(id string, e float64) vision.Finding {
	p := geo.NewFrame(orb.Point{121.5, 31.2}, 0).From(e, 0)
	return vision.Finding{ID: id, Epoch: 1, Flight: "f" + id, Scene: "street-stall", Class: "stall", Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: 1, NN: 1}, Score: 0.7, Simulated: true}
}

func send(t *testing.T, js jetstream.JetStream, f vision.Finding) {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "harrier.findings."+f.Flight, b); err != nil {
		t.Fatal(err)
	}
}

// all leads, the newest first.
func all(l *Ledger) (out []Lead) {
	_ = l.Read(func(b *Book) (err error) { out, _, err = b.Page("", 1<<30); return err })
	return out
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("not within a minute: " + what)
}

func TestAnotherClassInTheSamePlaceIsTheSameThing(t *testing.T) {
	l, _, js, begin := house(t)
	defer begin()()
	send(t, js, finding("1", 0))
	tricycle := finding("2", 1.2)
	tricycle.Class = "tricycle"
	send(t, js, tricycle)
	beside := finding("3", 4)
	beside.Class = "tricycle"
	send(t, js, beside)
	wait(t, "two leads of three findings", func() bool { a := all(l); return len(a) == 2 && len(a[0].Findings)+len(a[1].Findings) == 3 })
}

func TestTheEventFollowsWhatIsLearnt(t *testing.T) {
	l, _, js, begin := house(t)
	l.Scenes["street-stall"] = Scene{Event: "0501", Events: map[string]string{"goods": "0507", "over-door-line": "0504"}, JoinM: 4.5}
	defer begin()()
	f := finding("1", 0)
	f.Class = "goods"
	send(t, js, f)
	wait(t, "the event of its class", func() bool { a := all(l); return len(a) == 1 && a[0].Event == "0507" })
	moved := finding("1", 2)
	moved.Class, moved.Revision, moved.Attributes = "goods", 1, map[string]string{"over-door-line": "yes"}
	send(t, js, moved)
	wait(t, "the event of its attribute", func() bool { a := all(l); return len(a) == 1 && a[0].Event == "0504" && a[0].Revision == 2 })
}

func TestOneLeadForOneThing(t *testing.T) {
	l, nc, js, begin := house(t)
	sub, err := nc.SubscribeSync("sim.leads.>")
	if err != nil {
		t.Fatal(err)
	}
	stop := begin()
	send(t, js, finding("1", 0))
	send(t, js, finding("1", 0)) // the same again
	send(t, js, finding("2", 3)) // another flight, the same stall
	send(t, js, finding("3", 14))
	wait(t, "two leads", func() bool { a := all(l); return len(a) == 2 && len(a[0].Findings)+len(a[1].Findings) == 3 })
	m, err := sub.NextMsg(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var e Event
	if err := json.Unmarshal(m.Data, &e); err != nil {
		t.Fatal(err)
	}
	if m.Subject != "sim.leads.candidate.street-stall.none" || e.SpecVersion != "1.0" || e.ID == "" || e.Source == "" || e.Type == "" || e.DataSchema == "" || e.Data.Event != "0501" || e.Data.Datum != "WGS-84" {
		t.Errorf("%s: %+v", m.Subject, e)
	}
	// a better position moves the lead that the finding made
	f := finding("1", 5)
	f.Revision = 1
	send(t, js, f)
	wait(t, "the lead moves", func() bool {
		for _, x := range all(l) {
			if x.Findings[0] == "1" && geo.DistanceM([2]float64{x.Lon, x.Lat}, [2]float64{f.Lon, f.Lat}) < 0.1 {
				return true
			}
		}
		return false
	})
	stop()
	// a ledger that is started again knows them, and takes no finding twice
	stop = begin()
	defer stop()
	if n := len(all(l)); n != 2 {
		t.Fatalf("%d leads after a new start", n)
	}
	send(t, js, finding("2", 3))
	send(t, js, finding("4", 60))
	wait(t, "the third lead", func() bool { return len(all(l)) == 3 })
}

func TestReviews(t *testing.T) {
	l, _, js, begin := house(t)
	defer begin()()
	send(t, js, finding("1", 0))
	wait(t, "a lead", func() bool { return len(all(l)) == 1 })
	id := all(l)[0].Lead
	if _, err := l.Decide(t.Context(), Review{Lead: id, State: Confirmed}); err == nil {
		t.Error("a review without a name is taken")
	}
	if _, err := l.Decide(t.Context(), Review{Lead: "x", State: Confirmed, By: "a"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	x, err := l.Decide(t.Context(), Review{Lead: id, State: Confirmed, By: "a"})
	if err != nil || x.State != Confirmed || x.By != "a" || x.Revision != 2 {
		t.Errorf("%+v %v", x, err)
	}
	if _, err := l.Decide(t.Context(), Review{Lead: id, State: Rejected, By: "b"}); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v", err)
	}
}

func TestAnEarlierWorkerIsRefused(t *testing.T) {
	l, _, js, begin := house(t)
	defer begin()()
	a, b := finding("1", 0), finding("2", 40)
	a.Epoch, a.Flight, b.Flight = 2, "f", "f"
	send(t, js, a)
	send(t, js, b)
	send(t, js, finding("3", 80))
	wait(t, "two leads", func() bool { return len(all(l)) == 2 })
	for _, x := range all(l) {
		if x.Findings[0] == "2" {
			t.Error("the finding of an earlier worker became a lead")
		}
	}
}

// A photo is looked at by whoever is free: its findings are not of an earlier worker, and refuse nobody's.
func TestAPhotoIsNoEarlierWorker(t *testing.T) {
	l, _, js, begin := house(t)
	defer begin()()
	watched, photo, later := finding("1", 0), finding("2", 40), finding("3", 80)
	watched.Epoch, photo.Epoch, later.Epoch = 3, 0, 3
	watched.Flight, photo.Flight, later.Flight = "f", "f", "f"
	for _, f := range []vision.Finding{watched, photo, later} {
		send(t, js, f)
	}
	wait(t, "three leads", func() bool { return len(all(l)) == 3 })
}

// A finding of a scene that is no longer configured becomes a dead letter; those behind it become leads, and so does it once its scene is back.
func TestAFindingWithoutASceneStopsNobody(t *testing.T) {
	l, _, js, begin := house(t)
	defer begin()()
	lost := finding("1", 0)
	lost.Scene = "smoke"
	send(t, js, lost)
	send(t, js, finding("2", 40))
	wait(t, "the lead behind it", func() bool { return len(all(l)) == 1 })
	var dead []journal.Dead
	wait(t, "a dead letter", func() bool { dead, _ = journal.ListDead(t.Context(), js); return len(dead) == 1 })
	if !strings.Contains(dead[0].Reason, `"smoke"`) || dead[0].Stream != "FINDINGS" {
		t.Errorf("%+v", dead[0])
	}
	l.mu.Lock()
	l.Scenes["smoke"] = Scene{Event: "0302", JoinM: 5}
	l.mu.Unlock()
	if err := journal.ReplayDead(t.Context(), js, dead[0].ID, "ann"); err != nil {
		t.Fatal(err)
	}
	wait(t, "its lead", func() bool { return len(all(l)) == 2 })
}

// An acknowledgement that is lost on the way makes no second lead: the revision that was kept is found.
func TestALateAcknowledgementDoublesNothing(t *testing.T) {
	l, _, js, begin := house(t)
	stop := begin()
	send(t, js, finding("1", 0))
	wait(t, "a lead", func() bool { return len(all(l)) == 1 })
	stop()
	// the ledger kept a revision and did not learn so: as after a time-out
	x := all(l)[0]
	late, _, err := NewBook(l.Scenes, nil).Take(finding("2", 30))
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.message(late)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.PublishMsg(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	y, err := l.change(t.Context(), func(b *Book) (Lead, bool, error) { return b.Take(finding("2", 30)) }, nil)
	if err != nil || y.Lead != late.Lead || y.Revision != 1 || len(all(l)) != 2 {
		t.Errorf("%d leads; %s revision %d, %v", len(all(l)), y.Lead, y.Revision, err)
	}
	if y.Lead == x.Lead {
		t.Error("two things have one name")
	}
	n := 0
	if err := journal.Replay(t.Context(), js, "SIMLEADS", ">", journal.From{}, func(journal.Msg) error { n++; return nil }); err != nil || n != 2 {
		t.Errorf("%d revisions are kept, %v", n, err)
	}
}

// The console asks while the ledger still reads.
func TestAskedBeforeItIsReady(t *testing.T) {
	l, _, js, _ := house(t)
	fill(t, js, 3000)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, js) }()
	refused := 0
	wait(t, "all leads", func() bool {
		err := l.Read(func(b *Book) error {
			_, _, err := b.Page("", 50)
			return err
		})
		if errors.Is(err, ErrNotReady) {
			refused++
			if _, err := l.Decide(ctx, Review{Lead: "x", State: Confirmed, By: "a"}); !errors.Is(err, ErrNotReady) {
				t.Errorf("a review before it is ready: %v", err)
			}
			return false
		}
		return err == nil && l.Len() == 3000
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if refused == 0 {
		t.Error("it was never asked too early")
	}
}

// fill keeps n leads.
func fill(t testing.TB, js jetstream.JetStream, n int) {
	t.Helper()
	b := NewBook(map[string]Scene{"street-stall": {Event: "0501", JoinM: 4.5}}, nil)
	var last jetstream.PubAckFuture
	for i := range n {
		f := finding(fmt.Sprint("n", i), 20*float64(i))
		f.FirstSeen = time.Unix(int64(1_700_000_000+i), 0)
		f.Frame, f.Crop, f.Original = strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
		x, _, err := b.Take(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := x.Message(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if last, err = js.PublishMsgAsync(m); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-last.Ok():
	case err := <-last.Err():
		t.Fatal(err)
	case <-t.Context().Done():
	}
}
