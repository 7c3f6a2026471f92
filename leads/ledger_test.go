package leads

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/embedded"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// house starts a NATS server and a ledger on it.
func house(t *testing.T) (*Ledger, *nats.Conn, jetstream.JetStream, func() (stop func())) {
	t.Helper()
	s, err := embedded.StartNATS(embedded.NATSOptions{Host: "127.0.0.1", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	nc, err := nats.Connect(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []jetstream.StreamConfig{{Name: "FINDINGS", Subjects: []string{"harrier.findings.>"}}, {Name: "LEADS", Subjects: []string{"leads.>", "sim.leads.>"}}, {Name: "REVIEWS", Subjects: []string{"harrier.reviews"}}} {
		if _, err := js.CreateStream(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	l := &Ledger{Scenes: map[string]Scene{"street-stall": {Event: "0501", JoinM: 4.5}}, EvidenceURL: "http://x/evidence/%s", Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return l, nc, js, func() func() {
		ctx, cancel := context.WithCancel(context.Background())
		ready, done := make(chan struct{}), make(chan error, 1)
		go func() { done <- l.Run(ctx, nc, js, ready) }()
		select {
		case <-ready:
		case err := <-done:
			t.Fatal(err)
		}
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

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 100 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("not within 5 s: " + what)
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
	wait(t, "two leads of three findings", func() bool { a := l.All(); return len(a) == 2 && len(a[0].Findings)+len(a[1].Findings) == 3 })
}

func TestTheEventFollowsWhatIsLearnt(t *testing.T) {
	l, _, js, begin := house(t)
	l.Scenes["street-stall"] = Scene{Event: "0501", Events: map[string]string{"goods": "0507", "over-door-line": "0504"}, JoinM: 4.5}
	defer begin()()
	f := finding("1", 0)
	f.Class = "goods"
	send(t, js, f)
	wait(t, "the event of its class", func() bool { a := l.All(); return len(a) == 1 && a[0].Event == "0507" })
	moved := finding("1", 2)
	moved.Class, moved.Revision, moved.Attributes = "goods", 1, map[string]string{"over-door-line": "yes"}
	send(t, js, moved)
	wait(t, "the event of its attribute", func() bool { a := l.All(); return len(a) == 1 && a[0].Event == "0504" && a[0].Revision == 2 })
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
	wait(t, "two leads", func() bool { a := l.All(); return len(a) == 2 && len(a[0].Findings)+len(a[1].Findings) == 3 })
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
		for _, x := range l.All() {
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
	if n := len(l.All()); n != 2 {
		t.Fatalf("%d leads after a new start", n)
	}
	send(t, js, finding("2", 3))
	send(t, js, finding("4", 60))
	wait(t, "the third lead", func() bool { return len(l.All()) == 3 })
}

func TestReviews(t *testing.T) {
	l, _, js, begin := house(t)
	defer begin()()
	send(t, js, finding("1", 0))
	wait(t, "a lead", func() bool { return len(l.All()) == 1 })
	id := l.All()[0].Lead
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
	wait(t, "two leads", func() bool { return len(l.All()) == 2 })
	for _, x := range l.All() {
		if x.Findings[0] == "2" {
			t.Error("the finding of an earlier worker became a lead")
		}
	}
}
