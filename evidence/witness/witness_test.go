package witness

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/evidence/proof"
)

func leaves(what string, n int) (out []proof.Leaf) {
	for i := range n {
		out = append(out, proof.Leaf{Stream: "LEADS", Seq: uint64(i + 1), Subject: "leads.x", At: time.Unix(int64(i), 0).UTC(), Fact: json.RawMessage(fmt.Sprintf(`{"what":%q}`, what))})
	}
	return out
}

// A witness signs the heads of a log as it grows, also after it was started again; of another history it signs nothing, and the log goes on while it is away.
func TestAWitnessSignsOneHistory(t *testing.T) {
	root := t.TempDir()
	key, err := proof.KeyIn(filepath.Join(root, "log.key"), "harrier/test")
	if err != nil {
		t.Fatal(err)
	}
	open := func() *Witness {
		w, err := Open(t.Context(), filepath.Join(root, "witness"), "bureau.example/witness", []string{key.Public()})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := open()
	srv := httptest.NewServer(w)
	defer func() { srv.Close() }()
	who := []proof.Witness{{URL: srv.URL, Key: w.Public}}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	grow := func(dir string, all []proof.Leaf) *proof.Verified {
		t.Helper()
		l, err := proof.Open(t.Context(), dir, key, who, log)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Append(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		away := l.Unwitnessed()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		v, err := proof.Verify(t.Context(), dir, nil, proof.Options{})
		if err != nil || len(v.Problems) > 0 {
			t.Fatal(v, err)
		}
		if (len(v.Witnessed) == 0) != (len(away) == 1) {
			t.Errorf("signed by %q, and Unwitnessed says %q", v.Witnessed, away)
		}
		return v
	}
	one := filepath.Join(root, "log")
	all := leaves("as it was", 60)
	if v := grow(one, all[:20]); v.Witnesses != 1 || len(v.Witnessed) != 1 || v.Witnessed[0] != "bureau.example/witness" {
		t.Fatalf("signed by %q of %d witnesses", v.Witnessed, v.Witnesses)
	}
	srv.Config.Handler = open() // started again
	if v := grow(one, all[20:40]); len(v.Witnessed) != 1 || v.Leaves != 40 {
		t.Errorf("after a new start: %+v", v)
	}
	if v := grow(filepath.Join(root, "another history"), leaves("as it never was", 60)); len(v.Witnessed) != 0 {
		t.Error("another history of the same log is signed, too")
	}
	for dir, want := range map[string]int{one: 0, filepath.Join(root, "another history"): 1} {
		v, err := proof.Verify(t.Context(), dir, nil, proof.Options{Witnesses: []string{w.Public}})
		if err != nil || len(v.Problems) != want {
			t.Errorf("%s, by who trusts the witness: %v, %v", dir, v.Problems, err)
		}
	}
	srv.Close()
	if v := grow(one, all[40:]); len(v.Witnessed) != 0 || v.Leaves != 60 {
		t.Errorf("while the witness is away: %+v", v)
	}
}
