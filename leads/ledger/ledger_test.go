package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

// house starts a NATS server and a ledger on it.
func house(t testing.TB) (*Ledger, *nats.Conn, jetstream.JetStream, func() (stop func())) {
	t.Helper()
	s, _, _ := natstest.Start(t)
	return houseOn(t, s.URL())
}

// houseOn starts a ledger on a NATS server.
func houseOn(t testing.TB, url string, opts ...nats.Option) (*Ledger, *nats.Conn, jetstream.JetStream, func() (stop func())) {
	t.Helper()
	nc, js := natstest.Connect(t, url, opts...)
	streams := append([]journal.Stream{journal.DeadLetters,
		{Name: "FINDINGS", Subjects: []string{"harrier.findings.>"}, MaxBytes: 64 << 20},
		{Name: "COVERAGE", Subjects: []string{"harrier.coverage.>"}, MaxBytes: 64 << 20, Last: true},
		{Name: "CHANGES", Subjects: []string{"harrier.changes.>"}, MaxBytes: 64 << 20}}, Streams...)
	if err := journal.Declare(t.Context(), js, streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(filepath.Join(t.TempDir(), "leads.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	l := &Ledger{Rules: &leads.Rules{Scenes: map[string]leads.Scene{"street-stall": {Event: "0501", JoinM: 4.5}}}, Index: x, Shows: map[string]float64{"street-stall": 0.1},
		EvidenceURL: func(lead, sha string) string { return "http://x/evidence/" + lead + "/" + sha }, SchemaURL: leads.Unserved, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return l, nc, js, func() func() {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx, nc, js) }()
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
func all(l *Ledger) (out []leads.Lead) {
	out, _, _ = l.Index.Page(index.Query{}, "", 1<<30)
	return out
}

func wait(t testing.TB, what string, ok func() bool) {
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
	l.Rules.Scenes["street-stall"] = leads.Scene{Event: "0501", Events: map[string]string{"goods": "0507", "over-door-line": "0504"}, JoinM: 4.5}
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
	var e leads.Event[leads.Lead]
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
	if _, err := l.Decide(t.Context(), leads.Review{Lead: id, Revision: 1, Do: leads.DoConfirm}); err == nil {
		t.Error("a review without a name is taken")
	}
	if _, err := l.Decide(t.Context(), leads.Review{Lead: "x", Revision: 1, Do: leads.DoConfirm, By: "a"}); !errors.Is(err, leads.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	// of two who look at the same revision, one decides
	var decided atomic.Int32
	var both sync.WaitGroup
	for _, by := range []string{"a", "b"} {
		both.Go(func() {
			switch _, err := l.Decide(t.Context(), leads.Review{Lead: id, Revision: 1, Do: leads.DoConfirm, By: by}); {
			case err == nil:
				decided.Add(1)
			case !errors.Is(err, leads.ErrConflict):
				t.Error(err)
			}
		})
	}
	both.Wait()
	if x := all(l)[0]; decided.Load() != 1 || x.State != leads.Confirmed || x.Revision != 2 {
		t.Errorf("%d decided: %+v", decided.Load(), x)
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
	stop := begin()
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
	stop()
	l.Rules.Scenes["smoke"] = leads.Scene{Event: "0302", JoinM: 5}
	defer begin()()
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
	late, err := l.Rules.Take(l.Index, finding("2", 30))
	if err != nil {
		t.Fatal(err)
	}
	m, err := late.Lead.Message(time.Now(), leads.Unserved)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.PublishMsg(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	err = l.take(t.Context(), []vision.Finding{finding("2", 30)})
	y, _, _ := l.Index.Lead(late.Lead.Lead)
	if err != nil || y.Revision != 1 || len(all(l)) != 2 {
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
	l, nc, js, _ := house(t)
	fill(t, js, 3000)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, nc, js) }()
	refused := 0
	wait(t, "all leads", func() bool {
		x, err := l.Read()
		if errors.Is(err, ErrNotReady) {
			refused++
			if _, err := l.Decide(ctx, leads.Review{Lead: "x", Revision: 1, Do: leads.DoConfirm, By: "a"}); !errors.Is(err, ErrNotReady) {
				t.Errorf("a review before it is ready: %v", err)
			}
			return false
		}
		return err == nil && x.Len() == 3000
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
	var last jetstream.PubAckFuture
	for i := range n {
		f := finding(fmt.Sprint("n", i), 20*float64(i))
		x := leads.Lead{Lead: leads.IDOf(f.ID), Revision: 1, State: leads.Candidate, Scene: f.Scene, Class: f.Class, Lon: f.Lon, Lat: f.Lat, Cov: f.Cov, Score: f.Score, Simulated: true, Findings: []string{f.ID}, Seen: 1,
			FirstSeen: time.Unix(int64(1_700_000_000+i), 0).UTC(), Frame: strings.Repeat("a", 64), Crop: strings.Repeat("b", 64), Original: strings.Repeat("c", 64)}
		m, err := x.Message(time.Now(), leads.Unserved)
		if err != nil {
			t.Fatal(err)
		}
		if last, err = js.PublishMsgAsync(m); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 999 {
			<-js.PublishAsyncComplete()
		}
	}
	select {
	case <-last.Ok():
	case err := <-last.Err():
		t.Fatal(err)
	case <-t.Context().Done():
	}
}
