package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

// Pictures of a rejected lead are deleted when its time is over, with a record of it; what another lead ever named stays, and what of the same lead is open stays.
func TestPicturesWhoseTimeIsOverAreDeleted(t *testing.T) {
	l, _, js, begin := house(t)
	sc := l.Rules.Scenes["street-stall"]
	sc.Retention.Rejected = 30 * 24 * time.Hour
	l.Rules.Scenes["street-stall"] = sc
	store, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l.Store = store
	put := func(text string) string {
		sha, err := store.Put(t.Context(), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return sha
	}
	sealed, err := store.Seal(t.Context(), []byte("original"))
	if err != nil {
		t.Fatal(err)
	}
	shared, own, first := put("shared"), put("own"), put("first")
	defer begin()()
	now := time.Now()
	see := func(id string, e float64, f vision.Finding) {
		x := finding(id, e)
		x.FirstSeen, x.LastSeen, x.Captured = now, now, now
		x.Original, x.Frame, x.Crop, x.Score = f.Original, f.Frame, f.Crop, 0.7
		send(t, js, x)
	}
	see("1", 0, vision.Finding{Original: sealed, Frame: shared, Crop: own})
	see("2", 50, vision.Finding{Frame: shared, Crop: first})
	wait(t, "two leads", func() bool { return l.Index.Len() == 2 })
	rejected := leads.IDOf("1")
	if _, err := l.Decide(t.Context(), leads.Review{Lead: rejected, Revision: 1, Do: leads.DoReject, Reason: "no-violation", By: "wang"}); err != nil {
		t.Fatal(err)
	}
	there := func(sha string) bool {
		_, err := store.Get(t.Context(), sha)
		return err == nil
	}
	for _, days := range []int{1, 29} {
		if n, err := l.forgetNow(t.Context(), now.AddDate(0, 0, days)); err != nil || n != 0 || !there(own) {
			t.Errorf("after %d days %d pictures are deleted: %v", days, n, err)
		}
	}
	later := now.AddDate(0, 0, 31)
	if n, err := l.forgetNow(t.Context(), later); err != nil || n != 2 {
		t.Errorf("after 31 days %d pictures are deleted, want its crop and its original: %v", n, err)
	}
	if _, err := store.Unseal(t.Context(), sealed); !errors.Is(err, evidence.ErrNotFound) || there(own) || !there(shared) || !there(first) {
		t.Error("what is deleted is not what it alone named", err)
	}
	x, _, err := l.Index.Lead(rejected)
	if err != nil || x.Deleted == nil || x.Deleted.Reason != "retention of scene street-stall, rejected: 720h0m0s" || x.Crop != own || x.State != leads.Rejected {
		t.Errorf("the lead says %+v: %v", x.Deleted, err)
	}
	if len(x.Deleted.Pictures) != 2 {
		t.Errorf("it names %v", x.Deleted.Pictures)
	}
	if _, err := l.Decide(t.Context(), leads.Review{Lead: rejected, Revision: x.Revision, Do: leads.DoUndo, By: "wang"}); !errors.Is(err, leads.ErrConflict) {
		t.Errorf("a decision on it is taken back: %v", err)
	}
	if n, err := l.forgetNow(t.Context(), later.Add(time.Hour)); err != nil || n != 0 {
		t.Errorf("again %d: %v", n, err)
	}
	// a process that died between the record and the deed
	if _, err := store.Put(t.Context(), []byte("own")); err != nil {
		t.Fatal(err)
	}
	if n, err := l.forgetNow(t.Context(), later.Add(2*time.Hour)); err != nil || n != 1 || there(own) {
		t.Errorf("what was recorded and not done is not done later: %d, %v", n, err)
	}
	see("3", 0.5, vision.Finding{Frame: first, Crop: first})
	wait(t, "a new lead of the same place", func() bool {
		y, ok, err := l.Index.Lead(leads.IDOf("3"))
		return err == nil && ok && y.Earlier == rejected && y.Deleted == nil
	})
}
