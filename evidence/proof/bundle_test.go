package proof

import (
	"archive/zip"
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/harrier-patrol/harrier/evidence"
)

func pack(t testing.TB, dir string, store *evidence.Store, lead string, originals bool) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Pack(t.Context(), dir, store, lead, originals, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A bundle verifies with nothing but itself; whatever of it is altered, removed or added is found.
func TestBundles(t *testing.T) {
	dir, store, k := made(t, 300)
	whole := pack(t, dir, store, "lead-2", false)
	check := func(b []byte, keys ...string) *Verified {
		t.Helper()
		v, err := VerifyBundle(bytes.NewReader(b), int64(len(b)), keys)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := check(whole); len(v.Problems) > 0 || v.Asked != 1 || v.Pictures != 2 || v.Leaves != 300 {
		t.Fatalf("%+v", v)
	}
	if v := check(pack(t, dir, store, "lead-2", true), k.Public()); len(v.Problems) > 0 || v.Pictures != 3 {
		t.Errorf("with originals: %+v", v)
	}
	if v := check(whole, key(t).Public()); len(v.Problems) != 1 || v.Problems[0].What != bundleHead {
		t.Errorf("by another key: %v", v.Problems)
	}
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	again := func(change func(name string, b []byte) []byte) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, f := range z.File {
			b, err := unpack(f)
			if err != nil {
				t.Fatal(err)
			}
			if b = change(f.Name, b); b == nil {
				continue
			}
			e, err := w.Create(f.Name)
			if err == nil {
				_, err = e.Write(b)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	r := rand.New(rand.NewPCG(7, 8))
	for _, f := range z.File {
		if f.Name == bundlePage || f.Name == bundleKeys {
			continue // words, and what is held against the published key
		}
		for range 10 {
			v := check(again(func(name string, b []byte) []byte {
				if name == f.Name {
					b = bytes.Clone(b)
					b[r.IntN(len(b))] ^= 1 << r.IntN(8)
				}
				return b
			}))
			if len(v.Problems) == 0 {
				t.Errorf("%s: a byte was changed, and nothing is found", f.Name)
			}
		}
		if v := check(again(func(name string, b []byte) []byte {
			if name == f.Name {
				return nil
			}
			return b
		})); len(v.Problems) == 0 {
			t.Errorf("%s is missing, and nothing is found", f.Name)
		}
	}
	// a revision that is left out between others is missed
	l := openLog(t, dir, k)
	if err := l.Append(t.Context(), []Leaf{revision(301, "lead-2", 2), revision(302, "lead-2", 3)}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	whole = pack(t, dir, store, "lead-2", false)
	if z, err = zip.NewReader(bytes.NewReader(whole), int64(len(whole))); err != nil {
		t.Fatal(err)
	}
	if v := check(whole); len(v.Problems) > 0 || v.Asked != 3 {
		t.Errorf("three revisions: %+v", v)
	}
	if v := check(again(func(name string, b []byte) []byte {
		if strings.HasPrefix(name, "leaves/300.") {
			return nil
		}
		return b
	})); len(v.Problems) != 1 || !strings.Contains(v.Problems[0].Is, "revision 2 of lead lead-2 is missing") {
		t.Errorf("without the second of three revisions: %v", v.Problems)
	}
	for _, bad := range []string{"", "no zip", string(whole[:len(whole)/2])} {
		if _, err := VerifyBundle(strings.NewReader(bad), int64(len(bad)), nil); err == nil {
			t.Errorf("%.20q is taken for a bundle", bad)
		}
	}
}

func FuzzProof(f *testing.F) {
	f.Add(writeProof(7, [][]byte{make([]byte, 32)}, []byte("head")))
	f.Fuzz(func(t *testing.T, b []byte) {
		index, hashes, head, err := readProof(b)
		if err == nil {
			if i, h, d, err := readProof(writeProof(index, hashes, head)); err != nil || i != index || len(h) != len(hashes) || !bytes.Equal(d, head) {
				t.Error("what is written is read otherwise")
			}
		}
	})
}

func FuzzBundle(f *testing.F) {
	dir, store, _ := made(f, 5)
	f.Add(pack(f, dir, store, "lead-2", true))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = VerifyBundle(bytes.NewReader(b), int64(len(b)), nil) })
}
