package media

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/embedded/storagetest"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/missions"
)

// While a dock changes hands two controllers may write in one account: nothing of either is lost, and it is settled once.
func TestAccountsOfMediaOutliveAChangeOfHands(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, _, js := natstest.Start(t)
	if err := journal.Declare(ctx, js, []journal.Stream{{Name: "MEDIA", Subjects: []string{Subject + ">"}, MaxBytes: 1 << 20}}, nil, 1); err != nil {
		t.Fatal(err)
	}
	kv, err := js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: Bucket})
	if err != nil {
		t.Fatal(err)
	}
	bucket, _ := storagetest.Start(t)
	b := NewBook(Options{SN: "D1", Depot: &Depot{Uploads: bucket}, KV: func() jetstream.KeyValue { return kv }, JS: js, Held: func() bool { return true },
		Flight: func(context.Context, string) (f missions.Flight, ok bool) { return f, false }, Clock: pace.Wall, Log: slog.New(slog.DiscardHandler)})
	enter := func(name string, f missions.Flight) {
		t.Helper()
		b.mu.Lock()
		defer b.mu.Unlock()
		if err := b.enter(ctx, f.ID, func(m *Account) { m.Files = append(m.Files, File{Name: name, Key: "D1/f1/" + name}) }); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := func(name string, state State) {
		t.Helper()
		e, err := kv.Get(ctx, b.key("f1"))
		if err != nil {
			t.Fatal(err)
		}
		var m Account
		if err := json.Unmarshal(e.Value(), &m); err != nil {
			t.Fatal(err)
		}
		m.Files, m.State = append(m.Files, File{Name: name, Key: "D1/f1/" + name}), state
		v, err := json.Marshal(m)
		if err == nil {
			_, err = kv.Put(ctx, b.key("f1"), v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	told := func() (n int, last Account) {
		if err := journal.Replay(ctx, js, "MEDIA", Subject+"D1", journal.From{}, func(msg journal.Msg) error {
			v := msg.Data

			n++
			last = Account{}
			return json.Unmarshal(v, &last)
		}); err != nil {
			t.Fatal(err)
		}
		return n, last
	}
	f := missions.Flight{ID: "f1", Dock: "D1"}
	enter("a", f)
	elsewhere("b", Awaited)
	enter("c", f)
	elsewhere("d", Awaited)
	b.Landed(ctx, f, nil, 4)
	b.settle(ctx)
	n, m := told()
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	if n != 1 || m.State != Complete || !slices.Equal(names, []string{"a", "b", "c", "d"}) {
		t.Errorf("%d messages, %s, %q", n, m.State, names)
	}
	// one that another controller settles while this one is about to is not settled again
	g := missions.Flight{ID: "f2", Dock: "D1"}
	b.Landed(ctx, g, nil, 1)
	b.mu.Lock()
	b.open["f2"].Files = []File{{Name: "e"}}
	if _, err := kv.Put(ctx, b.key("f2"), []byte(`{"flight": "f2", "state": "complete"}`)); err != nil {
		t.Fatal(err)
	}
	b.mu.Unlock()
	b.settle(ctx)
	b.settle(ctx)
	if n, _ := told(); n != 1 {
		t.Errorf("%d messages", n)
	}
}
