package proof

import (
	"archive/zip"
	"bytes"
	"encoding/json"
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

// A court reads in Chinese what each leaf records.
func TestALeafInChinese(t *testing.T) {
	for _, c := range []struct{ stream, fact, want string }{
		{"LEADS", `{"data":{"lead":"a","revision":1,"state":"candidate"}}`, "线索第 1 版：待审"},
		{"LEADS", `{"data":{"lead":"a","revision":3,"state":"rejected","steps":[{"revision":3,"by":"王芳","reason":"unclear","note":"雾"}]}}`, "线索第 3 版：已排除，由 王芳，理由 画面不清，备注 雾"},
		{"LEADS", `{"data":{"lead":"a","revision":4,"state":"rejected","steps":[{"revision":3,"by":"王芳"}]}}`, "线索第 4 版：已排除"},
		{"REVIEWS", `{"lead":"a","do":"confirm","by":"李强"}`, "人工决定：确认，决定人 李强"},
		{"FEEDBACK", `{"state":"accepted","case":"PD-1"}`, "办案系统答复：已立案，案件编号 PD-1"},
		{"ACCESS", `{"lead":"a","by":"李强","reason":"开庭"}`, "查阅原始画面：查阅人 李强，理由 开庭"},
	} {
		if got := (Leaf{Stream: c.stream, Subject: "x.a", Fact: json.RawMessage(c.fact)}).chinese(); got != c.want {
			t.Errorf("%s %s: %q, wanted %q", c.stream, c.fact, got, c.want)
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
