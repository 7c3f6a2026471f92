package index_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

func open(t testing.TB, path string) *index.Index {
	t.Helper()
	x, err := index.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func apply(t testing.TB, x *index.Index, all ...leads.Lead) {
	t.Helper()
	var batch []index.Kept
	for _, l := range all {
		batch = append(batch, index.Kept{Lead: l})
	}
	if err := x.Apply(batch); err != nil {
		t.Fatal(err)
	}
}

var (
	scenes = []string{"illegal-structure", "street-stall", "muck-truck"}
	frame  = geo.NewFrame(orb.Point{121.45, 31.0}, 0)
)

// lead is made-up lead number i, as a bureau with so many would have it.
func lead(i int) leads.Lead {
	p := frame.From(float64(i%2000)*15, float64(i/2000)*15)
	at := time.Unix(1_767_000_000+int64(i)*30, 0).UTC()
	id := fmt.Sprintf("7CTDM%05d-20260101T000000-1.%d", i%16, i)
	return leads.Lead{Lead: leads.IDOf(id), Revision: 1, State: leads.States[i%7%len(leads.States)], Scene: scenes[i%3], Event: "0501", Class: "stall", Attributes: map[string]string{}, Lon: p[0], Lat: p[1], Datum: geo.WGS84,
		Cell: fmt.Sprintf("3101150010%05d", i/40%100000), Subdistrict: fmt.Sprintf("310115%03d", i/24000%42), Cov: geo.Cov{EE: 0.5, NN: 0.5}, Score: 0.9, Dock: fmt.Sprintf("7CTDM%05d", i%16), Flight: fmt.Sprintf("7CTDM%05d-20260101T000000", i%16),
		FirstSeen: at, LastSeen: at.Add(9 * time.Second), Captured: at.Add(5 * time.Second), Original: fmt.Sprintf("%064x", 3*i), Frame: fmt.Sprintf("%064x", 3*i+1), Crop: fmt.Sprintf("%064x", 3*i+2), Box: json.RawMessage("[100,200,50,60]"),
		Findings: []string{id}, Seen: 1, Priority: i % 50,
		Shots: []leads.Shot{{Finding: id, Flight: fmt.Sprintf("7CTDM%05d-20260101T000000", i%16), Captured: at, Score: 0.9, Original: fmt.Sprintf("%064x", 3*i), Frame: fmt.Sprintf("%064x", 3*i+1), Crop: fmt.Sprintf("%064x", 3*i+2)}}}
}

// What is asked for by place is what a look at all of them finds.
func TestNearMissesNothing(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "x"))
	r := rand.New(rand.NewPCG(1, 2))
	var all []leads.Lead
	for i := range 600 {
		l := lead(i)
		p := frame.From(r.Float64()*200, r.Float64()*200)
		l.Lon, l.Lat, l.Scene = p[0], p[1], scenes[r.IntN(2)]
		all = append(all, l)
	}
	apply(t, x, all...)
	for i := range all { // half of them move
		if i%2 == 0 {
			p := frame.From(r.Float64()*200, r.Float64()*200)
			all[i].Lon, all[i].Lat, all[i].Revision = p[0], p[1], 2
		}
	}
	apply(t, x, all...)
	for range 300 {
		at, radius := frame.From(r.Float64()*200, r.Float64()*200), r.Float64()*20
		var want []string
		for _, l := range all {
			if l.Scene == scenes[0] && geo.DistanceM(at, orb.Point{l.Lon, l.Lat}) <= radius {
				want = append(want, l.Lead)
			}
		}
		spots, err := x.Near(scenes[0], false, at, radius)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range spots {
			if geo.DistanceM(at, s.At) <= radius {
				got = append(got, s.Lead)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Fatalf("within %g m of %v: %d, wanted %d", radius, at, len(got), len(want))
		}
	}
}

// Pages in their order hold every lead that is asked for once; changes since a version bring a reader up to date.
func TestPagesAndChanges(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "x"))
	var all []leads.Lead
	for i := range 500 {
		l := lead(i)
		l.FirstSeen = time.Unix(int64(i*7919%50), 0).UTC() // many at one time
		all = append(all, l)
	}
	apply(t, x, all...)
	for name, c := range map[string]struct {
		q  index.Query
		in func(leads.Lead) bool
	}{
		"all":             {index.Query{}, func(leads.Lead) bool { return true }},
		"state and scene": {index.Query{State: leads.Confirmed, Scene: "street-stall"}, func(l leads.Lead) bool { return l.State == leads.Confirmed && l.Scene == "street-stall" }},
		"cell":            {index.Query{Cell: all[100].Cell}, func(l leads.Lead) bool { return l.Cell == all[100].Cell }},
		"open":            {index.Query{Open: true}, leads.Lead.Open},
		"name":            {index.Query{Lead: all[50].Lead}, func(l leads.Lead) bool { return l.Lead == all[50].Lead }},
		"among":           {index.Query{Among: []string{all[100].Subdistrict, "none"}}, func(l leads.Lead) bool { return l.Subdistrict == all[100].Subdistrict }},
		"time":            {index.Query{From: time.Unix(10, 0), Until: time.Unix(20, 0)}, func(l leads.Lead) bool { s := l.FirstSeen.Unix(); return s >= 10 && s < 20 }},
		"none":            {index.Query{Scene: "smoke"}, func(leads.Lead) bool { return false }},
	} {
		want := map[string]bool{}
		for _, l := range all {
			if c.in(l) {
				want[l.Lead] = true
			}
		}
		last, after, n := time.Unix(1<<40, 0), "", 0
		for more := true; more; {
			var page []leads.Lead
			var err error
			if page, more, err = x.Page(c.q, after, 30); err != nil {
				t.Fatal(name, err)
			}
			for _, l := range page {
				if !want[l.Lead] || l.FirstSeen.After(last) {
					t.Fatalf("%s: %s is not asked for, out of its order, or there twice", name, l.Lead)
				}
				delete(want, l.Lead)
				last, after = l.FirstSeen, l.Lead
				n++
			}
		}
		if len(want) > 0 {
			t.Errorf("%s: %d found, %d missing", name, n, len(want))
		}
	}
	if _, _, err := x.Page(index.Query{}, "nobody", 5); !errors.Is(err, leads.ErrNotFound) {
		t.Errorf("after a lead that is not: %v", err)
	}
	version, known := x.Version(), map[string]int{}
	for i := range 40 {
		l := all[i%25]
		l.Revision = 2 + i
		apply(t, x, l)
	}
	for version != x.Version() {
		changed, to, err := x.Since(version, 7)
		if err != nil || to == version {
			t.Fatal("no way on", to, err)
		}
		for _, l := range changed {
			known[l.Lead] = l.Revision
		}
		version = to
	}
	if len(known) != 25 || known[all[3].Lead] != 30 {
		t.Errorf("%d changed, the fourth to revision %d", len(known), known[all[3].Lead])
	}
	old := all[3]
	old.State = leads.Closed
	apply(t, x, old) // an earlier revision
	if l, _, _ := x.Lead(old.Lead); l.Revision != 30 || x.Len() != 500 {
		t.Errorf("revision %d of %d leads", l.Revision, x.Len())
	}
}

// A file that is damaged, or of another form, is made anew; one that is whole goes on where it was.
func TestAFileThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	x := open(t, path)
	made := time.Unix(1_700_000_000, 5)
	if err := x.Apply([]index.Kept{{Stream: "LEADS", Made: made, Seq: 7, Lead: lead(1)}, {Stream: "LEADS", Made: made, Seq: 8}}); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = open(t, path)
	if seq, ok, err := x.Position("LEADS", made); seq != 8 || !ok || err != nil || x.Len() != 1 || x.Version() != 1 {
		t.Errorf("opened again: %d leads, position %d, %v, %v", x.Len(), seq, ok, err)
	}
	if _, ok, _ := x.Position("LEADS", made.Add(1)); ok {
		t.Error("it is taken for that of another stream")
	}
	x.Close()
	for name, damage := range map[string]func() error{
		"no database": func() error { return os.WriteFile(path, []byte(strings.Repeat("no database ", 500)), 0o600) },
		"empty":       func() error { return os.Truncate(path, 0) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if x = open(t, path); x.Len() != 0 {
			t.Errorf("%s: %d leads", name, x.Len())
		}
		apply(t, x, lead(1))
		x.Close()
	}
}

// What comes, and what moves, after the lists were made is found in its place; also where they are made within a batch.
func TestWhatComesLaterIsNear(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "x"))
	near := func(r interface {
		Near(scene string, simulated bool, at orb.Point, withinM float64) ([]leads.Spot, error)
	}, l leads.Lead) bool {
		t.Helper()
		all, err := r.Near(l.Scene, l.Simulated, orb.Point{l.Lon, l.Lat}, 1)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(all, func(s leads.Spot) bool { return s.Lead == l.Lead })
	}
	apply(t, x, lead(1))
	b, err := x.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if !near(b, lead(1)) {
		t.Error("what came before is not found within a batch")
	}
	if err := b.Apply(index.Kept{Stream: "LEADS", Seq: 2, Lead: lead(2)}); err != nil {
		t.Fatal(err)
	}
	if !near(b, lead(2)) {
		t.Error("what comes in a batch is not found within it")
	}
	if err := b.Commit(); err != nil {
		t.Fatal(err)
	}
	apply(t, x, lead(3))
	moved := lead(1)
	moved.Revision, moved.Lon = 2, moved.Lon+0.001
	apply(t, x, moved)
	for _, l := range []leads.Lead{lead(2), lead(3), moved} {
		if !near(x, l) {
			t.Errorf("%s is not found", l.Lead)
		}
	}
	if near(x, lead(1)) {
		t.Error("what has moved is found where it was")
	}
}

// finding is of what lead i is of, seen a day later, a metre off.
func finding(i int) vision.Finding {
	p := frame.From(float64(i%2000)*15+0.7, float64(i/2000)*15-0.7)
	return vision.Finding{ID: fmt.Sprint("again ", i), Epoch: 1, Flight: "again", Scene: scenes[1], Class: "stall", Lon: p[0], Lat: p[1], Cov: geo.Cov{EE: 0.5, NN: 0.5}, Score: 0.8, FirstSeen: time.Unix(1_800_000_000, 0), LastSeen: time.Unix(1_800_000_000, 0)}
}

// The numbers of a bureau: how many leads, and what they may take.
var sizes = []int{10_000, 100_000, 1_000_000}

func filled(b *testing.B, n int) *index.Index {
	b.Helper()
	if testing.Short() && n > 100_000 {
		b.Skip("a million leads are too many for -short")
	}
	x := open(b, filepath.Join(b.TempDir(), "x"))
	var batch []index.Kept
	for i := range n {
		batch = append(batch, index.Kept{Stream: "LEADS", Seq: uint64(i + 1), Lead: lead(i)})
		if len(batch) == 2000 || i == n-1 {
			if err := x.Apply(batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	if err := x.Sort(); err != nil {
		b.Fatal(err)
	}
	return x
}

// BenchmarkIndex is what a bureau with so many leads waits for: to make the index, to match a sighting, to list, to search, to take a revision in.
func BenchmarkIndex(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			began := time.Now()
			x := filled(b, n)
			b.Logf("%d leads taken in in %.1f s", n, time.Since(began).Seconds())
			r := rand.New(rand.NewPCG(3, 4))
			slowest := func(b *testing.B, f func() error) {
				b.Helper()
				var took []float64
				for b.Loop() {
					t := time.Now()
					if err := f(); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(t).Seconds()*1000)
				}
				sort.Float64s(took)
				b.ReportMetric(took[len(took)*99/100], "ms-p99")
			}
			rules := &leads.Rules{Scenes: map[string]leads.Scene{scenes[1]: {JoinM: 4.5}}}
			b.Run("match", func(b *testing.B) {
				slowest(b, func() error {
					f := finding(r.IntN(n))
					next, err := rules.Take(x, f)
					if err == nil && next.Lead.Lead == "" {
						err = errors.New("no lead")
					}
					return err
				})
			})
			lists := map[string]func() index.Query{
				"newest": func() index.Query { return index.Query{} },
				"state":  func() index.Query { return index.Query{State: leads.States[r.IntN(7)], Scene: scenes[r.IntN(3)]} },
				"state-time": func() index.Query {
					t := lead(r.IntN(n)).FirstSeen
					return index.Query{State: leads.Confirmed, Scene: scenes[2], Until: t}
				},
				"cell": func() index.Query { return index.Query{Cell: lead(r.IntN(n)).Cell} },
				"cell-state": func() index.Query {
					return index.Query{Cell: lead(r.IntN(n)).Cell, State: leads.Confirmed, Scene: scenes[2]}
				},
				"time": func() index.Query {
					t := lead(r.IntN(n)).FirstSeen
					return index.Query{From: t, Until: t.Add(24 * time.Hour)}
				},
				"district": func() index.Query {
					return index.Query{Subdistrict: lead(r.IntN(n)).Subdistrict, State: leads.Confirmed}
				},
				"open": func() index.Query { return index.Query{Open: true} },
				"nothing": func() index.Query {
					return index.Query{Subdistrict: lead(r.IntN(n)).Subdistrict, State: "none", Scene: scenes[1]}
				},
				"open-scene": func() index.Query { return index.Query{Open: true, Scene: scenes[r.IntN(3)]} },
			}
			for _, name := range []string{"newest", "state", "state-time", "cell", "cell-state", "time", "district", "nothing", "open", "open-scene"} {
				b.Run("list-"+name, func(b *testing.B) {
					slowest(b, func() error { _, _, err := x.Page(lists[name](), "", 100); return err })
				})
			}
			b.Run("apply", func(b *testing.B) {
				i := n
				slowest(b, func() error {
					i++
					return x.Apply([]index.Kept{{Stream: "LEADS", Seq: uint64(i), Lead: lead(i)}})
				})
			})
		})
	}
}
