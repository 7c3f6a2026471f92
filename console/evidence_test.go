package console

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/leads/ledger"
	"golang.org/x/sync/errgroup"
)

// A picture is read by who may ask for anything, and by who has the lead that names it; its hash alone opens nothing.
func TestEvidenceIsReadWithTheRightsOfItsLead(t *testing.T) {
	ctx := t.Context()
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) string {
		sha, err := store.Put(ctx, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return sha
	}
	sealed, err := store.Seal(ctx, []byte("an original"))
	if err != nil {
		t.Fatal(err)
	}
	key := EvidenceKey("a secret of this installation")
	frame, shot, other := put("a frame"), put("another frame"), put("a frame of another lead")
	lead := func(name string, l leads.Lead) leads.Lead {
		l.Lead, l.Revision, l.State, l.Scene = name, 1, leads.Candidate, "street-stall"
		return l
	}
	book := ledgerOf(t, lead("A", leads.Lead{Frame: frame, Crop: frame, Original: sealed, Shots: []leads.Shot{{Frame: shot, Crop: shot, Original: sealed}}}), lead("B", leads.Lead{Frame: other}))
	h := New(Options{Machine: "secret", Hosts: []string{"harrier:8080"}, Ledger: book, EvidenceKey: key, Docks: func() []dock.Status { return nil }, Store: store, Files: http.NotFoundHandler(),
		Buildings: geo.NewBuildings(nil), Fences: geo.NewFences(nil), Coverage: &Coverage{}, Counts: func() map[string]int64 { return nil }})
	ask := func(method, path, token string) int {
		r := httptest.NewRequest(method, path, nil)
		r.Host = "harrier:8080"
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	path, query := key.Path("A", frame)
	_, ofB := key.Path("B", frame)
	_, forged := EvidenceKey("another secret").Path("A", frame)
	shotPath, _ := key.Path("A", shot)
	for _, c := range []struct {
		name, path, token string
		want              int
	}{
		{"who may ask for anything", path, "secret", 200},
		{"who has the lead", path + "?" + query, "", 200},
		{"another of its frames", shotPath + "?" + query, "", 200},
		{"who knows the hash", path, "", 401},
		{"who has another lead", path + "?" + ofB, "", 401},
		{"a key of elsewhere", path + "?" + forged, "", 401},
		{"a picture of another lead", evidencePath + "A/" + other + "?" + query, "", 404},
		{"a sealed original", evidencePath + "A/" + sealed + "?" + query, "secret", 404},
		{"a lead that there is not", evidencePath + "C/" + frame, "secret", 404},
		{"no hash", evidencePath + "A/passwd?" + query, "", 404},
		{"its key for all else", "/api/leads?" + query, "", 401},
	} {
		if got := ask(http.MethodGet, c.path, c.token); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if got := ask(http.MethodPost, path+"?"+query, ""); got != 401 {
		t.Errorf("to write with it: %d", got)
	}
}

// ledgerOf runs a ledger of these leads until the test ends; illegal structures are decided on in two steps.
func ledgerOf(t testing.TB, all ...leads.Lead) *ledger.Ledger {
	t.Helper()
	two := leads.Scene{}
	two.Review.Steps = 2
	_, nc, js := natstest.Start(t)
	streams := append([]journal.Stream{journal.DeadLetters, {Name: "FINDINGS", Subjects: []string{"harrier.findings.>"}}, {Name: "COVERAGE", Subjects: []string{"harrier.coverage.>"}}, {Name: "CHANGES", Subjects: []string{"harrier.changes.>"}}}, ledger.Streams...)
	for i := range streams {
		streams[i].MaxBytes = 16<<20 + int64(len(all))<<12
	}
	if err := journal.Declare(t.Context(), js, streams, nil, 1); err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	g.SetLimit(32)
	for _, l := range all {
		g.Go(func() error { return ledger.Publish(t.Context(), js, l) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(filepath.Join(t.TempDir(), "leads.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger.Ledger{Rules: &leads.Rules{Scenes: map[string]leads.Scene{"illegal-structure": two, "street-stall": {}}}, Index: x, EvidenceURL: func(lead, sha string) string { return "" }, SchemaURL: leads.Unserved, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, nc, js) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		x.Close()
	})
	ready := func() bool { _, err := l.Read(); return err == nil && x.Len() == len(all) }
	for end := time.Now().Add(time.Minute); !ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the leads are not read within a minute")
		}
	}
	return l
}
