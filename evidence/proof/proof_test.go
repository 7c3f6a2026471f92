package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/harrier-patrol/harrier/evidence"
)

const name = "harrier/test"

func key(t testing.TB) Key {
	t.Helper()
	k, err := KeyIn(filepath.Join(t.TempDir(), "key"), name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func openLog(t testing.TB, dir string, k Key) *Log {
	t.Helper()
	l, err := Open(t.Context(), dir, k, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// revision is a leaf of a lead's revision that names pictures.
func revision(seq uint64, lead string, n int, pictures ...string) Leaf {
	p := append(pictures, "", "", "")
	fact := fmt.Sprintf(`{"specversion":"1.0","data":{"lead":%q,"revision":%d,"original":%q,"frame":%q,"crop":%q}}`, lead, n, p[0], p[1], p[2])
	return Leaf{Stream: "LEADS", Seq: seq, Subject: "leads.candidate.street-stall.none", At: time.Date(2026, 3, 2, 10, 0, int(seq%60), 0, time.UTC), Fact: json.RawMessage(fact)}
}

// made is a log of so many leaves, the third of which names three pictures; the folder of the evidence is beside it.
func made(t testing.TB, leaves int) (dir string, store *evidence.Store, k Key) {
	t.Helper()
	root := t.TempDir()
	dir, k = filepath.Join(root, "log"), key(t)
	store, err := evidence.OpenFolder(filepath.Join(root, "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	original, err := store.Seal(t.Context(), []byte("original"))
	if err != nil {
		t.Fatal(err)
	}
	frame, err := store.Put(t.Context(), []byte("frame"))
	if err != nil {
		t.Fatal(err)
	}
	crop, err := store.Put(t.Context(), []byte("crop"))
	if err != nil {
		t.Fatal(err)
	}
	l := openLog(t, dir, k)
	var all []Leaf
	for i := range leaves {
		x := revision(uint64(i+1), fmt.Sprint("lead-", i), 1)
		if i == 2 {
			x = revision(3, "lead-2", 1, original, frame, crop)
		}
		all = append(all, x)
	}
	half := len(all) / 2
	for i, part := range [][]Leaf{all[:half], all[half:]} {
		if err := l.Append(t.Context(), part); err != nil {
			t.Fatal(err)
		}
		n := Notary{Log: l, Out: slog.New(slog.DiscardHandler)}
		if err := n.keepDay(t.Context(), time.Date(2026, 3, 1+i, 12, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, store, k
}

func verify(t testing.TB, dir string, store *evidence.Store, o Options) *Verified {
	t.Helper()
	o.Pictures = true
	v, err := Verify(t.Context(), dir, store, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A log that is whole verifies, with our own check and with public ones: tessera's fsck, and the checksum database's client of Go.
func TestPublicToolsVerifyTheLog(t *testing.T) {
	for _, n := range []int{1, 255, 256, 300, 700} {
		dir, store, k := made(t, n)
		if v := verify(t, dir, store, Options{}); len(v.Problems) > 0 || v.Leaves != uint64(n) || v.Asked != n || v.Last["LEADS"] != uint64(n) {
			t.Errorf("%d leaves: %+v", n, v)
		}
		files := client.FileFetcher{Root: dir}
		hasher := func(bundle []byte) (out [][]byte, err error) {
			var b api.EntryBundle
			if err := b.UnmarshalText(bundle); err != nil {
				return nil, err
			}
			for _, e := range b.Entries {
				out = append(out, rfc6962.DefaultHasher.HashLeaf(e))
			}
			return out, nil
		}
		if err := fsck.New(name, k.verifier, files, hasher, fsck.Opts{N: 1}).Check(t.Context()); err != nil {
			t.Errorf("%d leaves: tessera's fsck: %v", n, err)
		}
		raw, err := files.ReadCheckpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		opened, err := note.Open(raw, note.VerifierList(k.verifier))
		if err != nil {
			t.Fatal(err)
		}
		// a checkpoint and a tree head of Go's checksum database differ in their first line only
		tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + strings.SplitN(opened.Text, "\n", 2)[1]))
		if err != nil {
			t.Fatal(err)
		}
		hashes := tlog.TileHashReader(tree, goTiles{dir})
		for _, at := range []int64{0, tree.N / 2, tree.N - 1} {
			p, err := tlog.ProveRecord(tree.N, at, hashes)
			if err != nil {
				t.Fatal(err)
			}
			bundle, err := client.GetEntryBundle(t.Context(), files.ReadEntryBundle, uint64(at)/256, uint64(tree.N))
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(p, tree.N, tree.Hash, at, tlog.RecordHash(bundle.Entries[at%256])); err != nil {
				t.Errorf("%d leaves: Go's client on leaf %d: %v", n, at, err)
			}
		}
	}
}

// goTiles reads tiles as Go's client names them.
type goTiles struct{ dir string }

func (g goTiles) Height() int { return 8 }

func (g goTiles) ReadTiles(tiles []tlog.Tile) (out [][]byte, err error) {
	for _, t := range tiles {
		p := uint8(t.W % 256)
		b, err := client.FileFetcher{Root: g.dir}.ReadTile(context.Background(), uint64(t.L), uint64(t.N), p)
		if err != nil {
			return nil, err
		}
		out = append(out, b[:min(len(b), t.W*32)])
	}
	return out, nil
}

func (g goTiles) SaveTiles([]tlog.Tile, [][]byte) {}

// Any byte that is changed, in any file of the log and of the evidence, is found, and by the right name; so is a file that is missing.
func TestEveryAlterationIsFound(t *testing.T) {
	dir, store, _ := made(t, 600)
	root := filepath.Dir(dir)
	var files []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, p)
		if err == nil && !d.IsDir() && !strings.Contains(rel, ".state") {
			files = append(files, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	tried := 0
	for _, f := range files {
		p := filepath.Join(root, f)
		whole, err := os.ReadFile(p)
		if err != nil || len(whole) == 0 {
			t.Fatal(f, err)
		}
		in := strings.TrimPrefix(f, "log/")
		if _, err := os.Stat(strings.Split(p, ".p/")[0]); strings.Contains(p, ".p/") && err == nil || in == keysFile || strings.Contains(f, ".p/") && !needed(f, 600) {
			continue // a part of what is there whole, or grew since: no one reads it; a key that is altered checks nothing any more
		}
		named := func(v *Verified) bool {
			for _, x := range v.Problems {
				if strings.Contains(x.What, in) || strings.HasPrefix(f, "evidence/") && strings.Contains(x.What, filepath.Base(f)) {
					return true
				}
			}
			return false
		}
		for range 12 {
			bad := bytes.Clone(whole)
			bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
			if err := os.WriteFile(p, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			tried++
			if v := verify(t, dir, store, Options{}); !named(v) {
				t.Errorf("%s: a byte was changed, and it says %v", f, v.Problems)
			}
		}
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
		if in != "checkpoint" && !strings.HasPrefix(in, daysDir) { // without a head there is no log; a day that is not kept says nothing
			if v := verify(t, dir, store, Options{}); !named(v) {
				t.Errorf("%s is missing, and it says %v", f, v.Problems)
			}
		}
		if err := os.WriteFile(p, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if v := verify(t, dir, store, Options{}); len(v.Problems) > 0 || tried < 100 {
		t.Errorf("%d alterations; as it was it says %v", tried, v.Problems)
	}
}

// needed says whether a part of a file is one that a log of so many leaves is made of.
func needed(f string, leaves int) bool {
	part := strings.SplitN(f, ".p/", 2)[1]
	if strings.Contains(f, "tile/1/") {
		return part == fmt.Sprint(leaves/256)
	}
	return part == fmt.Sprint(leaves%256)
}

// A log that was rewritten as a whole, with the right key, is not the one that the days' heads signed.
func TestARewrittenLogIsFound(t *testing.T) {
	dir, store, k := made(t, 100)
	other := t.TempDir()
	l := openLog(t, other, k)
	var all []Leaf
	for i := range 100 {
		x := revision(uint64(i+1), fmt.Sprint("lead-", i), 1)
		if i == 20 {
			x = revision(21, "somebody else's", 1)
		}
		all = append(all, x)
	}
	if err := l.Append(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	days := filepath.Join(other, daysDir)
	if err := os.RemoveAll(days); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(days, os.DirFS(filepath.Join(dir, daysDir))); err != nil {
		t.Fatal(err)
	}
	v := verify(t, other, store, Options{})
	if len(v.Problems) != 2 || !strings.Contains(v.Problems[0].What, "2026-03-01") || !strings.Contains(v.Problems[0].Is, "signed then") {
		t.Errorf("%v", v.Problems)
	}
}

// What is missing in the order of a stream, stands twice, or out of order is named.
func TestOrder(t *testing.T) {
	for _, c := range []struct {
		seqs []uint64
		want string
	}{
		{[]uint64{1, 2, 3}, ""},
		{[]uint64{5, 6}, ""}, // a log that began later
		{[]uint64{1, 2, 5}, "messages 3 to 4 before it are missing"},
		{[]uint64{1, 2, 2}, "out of order, or there twice"},
		{[]uint64{1, 3, 2}, "out of order"},
	} {
		dir, k := t.TempDir(), key(t)
		l := openLog(t, dir, k)
		var all []Leaf
		for _, s := range c.seqs {
			all = append(all, revision(s, "lead", int(s)))
		}
		if err := l.Append(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		v, err := Verify(t.Context(), dir, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(v.Problems); c.want == "" && len(v.Problems) > 0 || !strings.Contains(got, c.want) {
			t.Errorf("%v: %s, wanted %q", c.seqs, got, c.want)
		}
	}
}

// A new key of the same name signs on; heads of before still verify. A key of another name is refused, and one that is not known checks nothing.
func TestKeys(t *testing.T) {
	dir, store, old := made(t, 10)
	next := key(t)
	l := openLog(t, dir, next)
	if err := l.Append(t.Context(), []Leaf{revision(11, "lead", 1)}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, dir, store, Options{}); len(v.Problems) > 0 || v.Leaves != 11 || v.Days != 2 {
		t.Errorf("after a change of keys: %+v", v)
	}
	if v := verify(t, dir, store, Options{Keys: []string{old.Public()}}); len(v.Problems) != 1 || v.Problems[0].What != "checkpoint" {
		t.Errorf("by the old key alone: %v", v.Problems)
	}
	other, err := KeyIn(filepath.Join(t.TempDir(), "key"), "another/name")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, other, nil, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "another/name") {
		t.Errorf("a key of another name: %v", err)
	}
	for _, bad := range []string{"", "no key", "PRIVATE+KEY+a+b", "PRIVATE+KEY+a+12345678+AAAA"} {
		if _, err := ReadKey(bad); err == nil {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}

// BenchmarkAppend is how many leaves a second are on disk under a signed head.
func BenchmarkAppend(b *testing.B) {
	l := openLog(b, b.TempDir(), key(b))
	defer l.Close()
	seq := uint64(0)
	note := strings.Repeat("x", 1500)
	for b.Loop() {
		var batch []Leaf
		for range 2000 {
			seq++
			batch = append(batch, revision(seq, note, 1))
		}
		if err := l.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(2000*float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}

// What others write into their answers makes no lead theirs and no picture part of it.
func TestALeafIsOfWhatItsStreamSays(t *testing.T) {
	body := json.RawMessage(`{"lead":"a","state":"accepted","data":{"lead":"victim","revision":1,"original":"00"}}`)
	for _, c := range []struct {
		stream, subject, lead string
		pictures              int
	}{
		{"LEADS", "leads.confirmed.street-stall.none", "victim", 1},
		{"FEEDBACK", "harrier.feedback.b", "b", 0},
		{"ACCESS", "harrier.access.c", "c", 0},
		{"REVIEWS", "harrier.reviews", "a", 0},
	} {
		x := Leaf{Stream: c.stream, Subject: c.subject, Fact: body}
		if x.lead() != c.lead || len(x.read().pictures()) != c.pictures {
			t.Errorf("%s: of lead %q, %d pictures; wanted %q, %d", c.stream, x.lead(), len(x.read().pictures()), c.lead, c.pictures)
		}
	}
}
