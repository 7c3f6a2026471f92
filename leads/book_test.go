package leads

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/vision"
)

var stalls = map[string]Scene{"street-stall": {Event: "0501", JoinM: 4.5, Settled: 48 * time.Hour}}

// A stall that was rejected takes in what is seen of it soon after; months later it is another stall.
func TestWhatWasDecidedIsNotDecidedForGood(t *testing.T) {
	day := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		state string
		after time.Duration
		lead  int
	}{
		{"rejected, next day", Rejected, 24 * time.Hour, 1},
		{"rejected, seven months later", Rejected, 7 * 30 * 24 * time.Hour, 2},
		{"confirmed, three days later", Confirmed, 72 * time.Hour, 2},
		{"never decided", "", 72 * time.Hour, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := NewBook(stalls, nil)
			take := func(id string, at time.Time) {
				f := finding(id, 0)
				f.FirstSeen, f.LastSeen = at, at
				x, changed, err := b.Take(f)
				if err != nil || !changed {
					t.Fatal(changed, err)
				}
				b.Apply(x)
			}
			take("1", day)
			if c.state != "" {
				x, _, err := b.Decide(Review{Lead: idOf("1"), State: c.state, By: "ann", At: day})
				if err != nil {
					t.Fatal(err)
				}
				b.Apply(x)
			}
			take("2", day.Add(c.after))
			if b.Len() != c.lead {
				t.Errorf("%d leads, wanted %d", b.Len(), c.lead)
			}
		})
	}
}

// The squares in which leads are looked up miss none that a look at all of them finds.
func TestTheIndexMissesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := NewBook(stalls, nil)
	for i := range 400 {
		f := finding(fmt.Sprint(i), 0)
		f.Lon, f.Lat = 121.5+r.Float64()*0.002, 31.2+r.Float64()*0.002
		f.Cov.EE, f.Cov.NN = 1+4*r.Float64(), 1+4*r.Float64()
		all := &Book{Scenes: b.Scenes, near: map[square][]*Lead{}} // every lead in the finding's own square
		at := squareOf(f.Lon, f.Lat)
		for _, k := range b.leads {
			all.near[at] = append(all.near[at], k)
		}
		want := all.same(f, stalls["street-stall"])
		got := b.same(f, stalls["street-stall"])
		if got != want {
			t.Fatalf("finding %d: found %v, wanted %v", i, got, want)
		}
		x, changed, err := b.Take(f)
		if err != nil {
			t.Fatal(err)
		}
		if changed {
			b.Apply(x)
		}
		if i%7 == 3 { // it moves
			f.Revision, f.Lon = 1, f.Lon+2e-4
			if x, changed, _ := b.Take(f); changed {
				b.Apply(x)
			}
		}
	}
}

// Pages in their order hold every lead once, whatever the order in which leads came; changes since a version bring a reader up to date.
func TestPagesAndChanges(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	b := NewBook(stalls, nil)
	add := func(i int) {
		f := finding(fmt.Sprint(i), 30*float64(i))
		f.FirstSeen = time.Unix(int64(r.IntN(50)), 0)
		x, _, err := b.Take(f)
		if err != nil {
			t.Fatal(err)
		}
		b.Apply(x)
	}
	for i := range 137 {
		add(i)
	}
	known := map[string]int{}
	last, after, pages := time.Unix(1<<40, 0), "", 0
	for more := true; more; pages++ {
		var page []Lead
		var err error
		if page, more, err = b.Page(after, 20); err != nil {
			t.Fatal(err)
		}
		for _, l := range page {
			if l.FirstSeen.After(last) || known[l.Lead] != 0 {
				t.Fatalf("%s is out of its order, or there twice", l.Lead)
			}
			known[l.Lead], last, after = l.Revision, l.FirstSeen, l.Lead
		}
	}
	if len(known) != 137 || pages != 7 {
		t.Fatalf("%d leads in %d pages", len(known), pages)
	}
	version := b.Version()
	for i := 137; i < 150; i++ {
		add(i)
	}
	if x, _, err := b.Decide(Review{Lead: idOf("3"), State: Confirmed, By: "ann"}); err != nil {
		t.Fatal(err)
	} else {
		b.Apply(x)
	}
	for version != b.Version() {
		changed, to, ok := b.Since(version, 5)
		if !ok || to == version {
			t.Fatal("no way on", ok, to)
		}
		for _, l := range changed {
			known[l.Lead] = l.Revision
		}
		version = to
	}
	if len(known) != 150 || known[idOf("3")] != 2 {
		t.Errorf("%d leads known, revision %d of the one that was confirmed", len(known), known[idOf("3")])
	}
	if _, _, ok := b.Since(b.Version()+1, 5); ok {
		t.Error("a version of the future is answered")
	}
}

func TestReviewsAreBounded(t *testing.T) {
	long := make([]byte, 900_000)
	for i := range long {
		long[i] = 'x'
	}
	for _, r := range []Review{{Lead: "1", State: Confirmed, By: string(long)}, {Lead: "1", State: Confirmed, By: "a", Note: string(long)}, {Lead: string(long), State: Confirmed, By: "a"}} {
		if err := r.Check(); err == nil {
			t.Error("a review of 900 kB is taken")
		}
	}
}

func BenchmarkTakeAmongLeads(b *testing.B) {
	book := NewBook(stalls, nil)
	for i := range 100_000 {
		x, _, err := book.Take(finding(fmt.Sprint(i), 12*float64(i%1000)))
		if err != nil {
			b.Fatal(err)
		}
		if x.Revision == 1 {
			x.Lat += float64(i/1000) * 1e-4
		}
		book.Apply(x)
	}
	var f vision.Finding
	for i := 0; b.Loop(); i++ {
		f = finding(fmt.Sprint("new", i), 12*float64(i%1000))
		if _, _, err := book.Take(f); err != nil {
			b.Fatal(err)
		}
	}
}

// What is too long ago to be told is not told in part.
func TestChangesOfLongAgo(t *testing.T) {
	b := NewBook(stalls, nil)
	x, _, err := b.Take(finding("1", 0))
	if err != nil {
		t.Fatal(err)
	}
	for range 2*logKept + 10 {
		b.Apply(x)
		x.Revision++
	}
	if out, to, ok := b.Since(1, 10); ok || to != b.Version() {
		t.Errorf("%d changes of long ago, to %d: %v", len(out), to, ok)
	}
	if out, _, ok := b.Since(b.Version()-logKept/2, 10); !ok || len(out) != 1 {
		t.Errorf("%d changes of late, %v", len(out), ok)
	}
}
