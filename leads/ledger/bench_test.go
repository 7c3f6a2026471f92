package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/evidence/proof"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
)

// BenchmarkLeads is how many findings a second become leads on disk, each with its leaf in the transparency log under a signed head, beside what
// JetStream alone, and the log alone, do with the same messages.
func BenchmarkLeads(b *testing.B) {
	const n = 20_000
	b.Run("jetstream alone", func(b *testing.B) {
		_, _, js, _ := house(b)
		for b.Loop() {
			fill(b, js, n)
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
	})
	log := func(b *testing.B) (*proof.Log, *evidence.Store) {
		key, err := proof.KeyIn(filepath.Join(b.TempDir(), "key"), "bench")
		if err != nil {
			b.Fatal(err)
		}
		l, err := proof.Open(b.Context(), b.TempDir(), key, nil, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { l.Close() })
		store, err := evidence.OpenFolder(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		return l, store
	}
	b.Run("log alone", func(b *testing.B) {
		l, _ := log(b)
		x := leads.Lead{Lead: leads.IDOf("1"), Revision: 1, State: leads.Candidate, Scene: "street-stall", Class: "stall", Findings: []string{"1"}}
		m, err := x.Message(time.Now(), leads.Unserved)
		if err != nil {
			b.Fatal(err)
		}
		seq := uint64(0)
		for b.Loop() {
			for range n / 2000 {
				var leaves []proof.Leaf
				for range 2000 {
					seq++
					leaves = append(leaves, proof.Leaf{Stream: "LEADS", Seq: seq, Subject: m.Subject, At: time.Now(), Fact: m.Data})
				}
				if err := l.Append(b.Context(), leaves); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
	})
	b.Run("findings to leads and leaves", func(b *testing.B) {
		seconds := 0.0
		for b.Loop() {
			l, _, js, begin := house(b)
			findings(b, js, n)
			t, store := log(b)
			notary := &proof.Notary{Log: t, Streams: Revisions, Store: store, Out: slog.New(slog.DiscardHandler)}
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan error, 1)
			began := time.Now()
			stop := begin()
			go func() { done <- notary.Run(ctx, js) }()
			for size := uint64(0); size < n; time.Sleep(5 * time.Millisecond) {
				var err error
				if size, err = t.Size(ctx); err != nil {
					b.Fatal(err)
				}
			}
			seconds += time.Since(began).Seconds()
			if l.Index.Len() != n {
				b.Fatalf("%d leads", l.Index.Len())
			}
			stop()
			cancel()
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(n*float64(b.N)/seconds, "leads/s")
	})
	b.Run("replayed", func(b *testing.B) {
		_, _, js, _ := house(b)
		fill(b, js, n)
		for b.Loop() {
			got := 0
			if err := journal.Replay(b.Context(), js, "SIMLEADS", ">", journal.From{}, func(journal.Msg) error { got++; return nil }); err != nil || got != n {
				b.Fatal(got, err)
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
	})
}

// findings keeps n findings of things that lie by themselves.
func findings(b *testing.B, js jetstream.JetStream, n int) {
	b.Helper()
	var last jetstream.PubAckFuture
	for i := range n {
		f := finding(fmt.Sprint("n", i), 20*float64(i%2000))
		f.Lat += float64(i/2000) * 2e-4
		f.Flight = fmt.Sprint("f", i%16)
		body, err := json.Marshal(f)
		if err == nil {
			last, err = js.PublishAsync("harrier.findings."+f.Flight, body)
		}
		if i%1000 == 999 {
			<-js.PublishAsyncComplete()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	select {
	case <-last.Ok():
	case err := <-last.Err():
		b.Fatal(err)
	}
}
