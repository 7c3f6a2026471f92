package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/evidence"
)

// A picture that is not there is missing, unless every lead that names it says that its pictures were deleted, and why.
func TestWhatWasDeletedIsNotMissing(t *testing.T) {
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) string {
		sha, err := store.Put(t.Context(), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return sha
	}
	gone, shared, kept := put("gone"), put("shared"), put("kept")
	dir, k := filepath.Join(t.TempDir(), "log"), key(t)
	l := openLog(t, dir, k)
	deletion := revision(4, "a", 2, "", gone, shared)
	deletion.Fact = json.RawMessage(strings.Replace(string(deletion.Fact), `"revision":2`, `"revision":2,"state":"rejected","deleted":{"at":"2026-06-01T00:00:00Z","reason":"retention of scene street-stall, rejected: 720h","pictures":["`+gone+`"]}`, 1))
	deletion.At = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	if err := l.Append(t.Context(), []Leaf{revision(1, "a", 1, "", gone, shared), revision(2, "b", 1, "", shared, kept), revision(3, "c", 1), deletion}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{}, {Lead: "a"}, {Day: "2026-03-02"}} {
		if v := verify(t, dir, store, o); len(v.Problems) > 0 || v.Deleted != 1 {
			t.Errorf("%+v: %d deleted, problems %v", o, v.Deleted, v.Problems)
		}
	}
	zip := pack(t, dir, store, "a", false)
	if v, err := VerifyBundle(bytes.NewReader(zip), int64(len(zip)), nil); err != nil || len(v.Problems) > 0 || v.Deleted != 1 || v.Pictures != 1 {
		t.Errorf("a bundle of it: %+v, %v", v, err)
	}
	if text := deletion.chinese(); !strings.Contains(text, "删除") || !strings.Contains(text, "720h") {
		t.Errorf("a court reads %q", text)
	}
	if _, err := store.Delete(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, dir, store, Options{}); len(v.Problems) != 1 || !strings.Contains(v.Problems[0].What, kept) {
		t.Errorf("a picture of a lead that records no deletion: %v", v.Problems)
	}
	if _, err := store.Delete(t.Context(), shared); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("frame %s of lead b: it is missing", shared)
	if v := verify(t, dir, store, Options{}); len(v.Problems) == 0 || !strings.Contains(fmt.Sprint(v.Problems), shared) {
		t.Errorf("a picture that b still names was deleted, and nothing is found; want %q, got %v", want, v.Problems)
	}
}

// A clip is sealed: a bundle has it with the originals only, as a video.
func TestABundleHasClips(t *testing.T) {
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clip, err := store.Seal(t.Context(), []byte("ten seconds"))
	if err != nil {
		t.Fatal(err)
	}
	dir, k := filepath.Join(t.TempDir(), "log"), key(t)
	l := openLog(t, dir, k)
	x := revision(1, "a", 1)
	x.Fact = json.RawMessage(fmt.Sprintf(`{"specversion":"1.0","data":{"lead":"a","revision":1,"shots":[{"clip":%q}]}}`, clip))
	if err := l.Append(t.Context(), []Leaf{x}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, dir, store, Options{}); len(v.Problems) > 0 || v.Pictures != 1 {
		t.Errorf("%d checked, problems %v", v.Pictures, v.Problems)
	}
	for originals, want := range map[bool]int{false: 0, true: 1} {
		b := pack(t, dir, store, "a", originals)
		v, err := VerifyBundle(bytes.NewReader(b), int64(len(b)), nil)
		if err != nil || len(v.Problems) > 0 || v.Pictures != want {
			t.Errorf("with originals %v: %+v, %v", originals, v, err)
		}
		if originals != bytes.Contains(b, []byte(clip+".mp4")) {
			t.Errorf("with originals %v the clip is there: %v", originals, !originals)
		}
	}
	if _, err := store.Delete(t.Context(), clip); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, dir, store, Options{}); len(v.Problems) != 1 || !strings.Contains(v.Problems[0].What, "clip "+clip) {
		t.Errorf("without it: %v", v.Problems)
	}
}

// Who can write records cannot have pictures of a lead that goes on taken for deleted.
func TestOnlyWhatHasEndedIsDeleted(t *testing.T) {
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir, k := filepath.Join(t.TempDir(), "log"), key(t)
	sha := strings.Repeat("a", 64)
	x := revision(1, "a", 1, "", sha)
	x.Fact = json.RawMessage(strings.Replace(string(x.Fact), `"revision":1`, `"revision":1,"state":"confirmed","deleted":{"reason":"because","pictures":["`+sha+`"]}`, 1))
	l := openLog(t, dir, k)
	if err := l.Append(t.Context(), []Leaf{x}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	v := verify(t, dir, store, Options{})
	if got := fmt.Sprint(v.Problems); v.Deleted != 0 || !strings.Contains(got, "had not ended") || !strings.Contains(got, sha) {
		t.Errorf("%d deleted, problems %s", v.Deleted, got)
	}
}
