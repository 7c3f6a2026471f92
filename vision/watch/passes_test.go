package watch

import (
	"image"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/embedded/natstest"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/change"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// twoDays are plots of two days at 10 cm a pixel with something built or pulled down, by how many pixels of it.
func twoDays(t *testing.T) (before, after []byte, changed int) {
	t.Helper()
	err := town.PairsOf(5301, 6, [2]float64{change.PlotGSDM, change.PlotGSDM + 1e-9}, func(p town.Passes) error {
		for _, at := range []image.Point{{0, 0}, {320, 0}, {0, 320}, {320, 320}, {160, 160}} {
			r := image.Rectangle{at, at.Add(image.Pt(change.PlotPx, change.PlotPx))}
			m := p.Mask.Region(r)
			n := gocv.CountNonZero(m)
			m.Close()
			if n < changed {
				continue
			}
			a, b := p.Before.Region(r), p.After.Region(r)
			ja, err := jpeg(a)
			jb, err2 := jpeg(b)
			a.Close()
			b.Close()
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			before, after, changed = ja, jb, n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return before, after, changed
}

func TestPassesAreComparedWithTheLast(t *testing.T) {
	if _, err := infer.LibraryPath(); err != nil {
		t.Skip(err)
	}
	_, _, js := natstest.Start(t)
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: BucketPasses})
	if err != nil {
		t.Fatal(err)
	}
	w := &Watcher{Log: slog.New(slog.DiscardHandler), Register: geo.NewRegister(nil), Finder: ties.NewFinder(ties.AlignSearched, ties.AlignFeatures)}
	t.Cleanup(w.Finder.Close)
	if w.Store, err = evidence.OpenFolder(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if w.Comparer, err = NewComparer(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Comparer.Close)

	before, after, changed := twoDays(t)
	plot := change.PlotAt(orb.Point{121.5, 31.2})
	day := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	down := [3]float64{0, 0, 1}
	fly := func(flight string, at time.Time, view [3]float64, jpeg []byte) vision.Changed {
		t.Helper()
		c, newer, err := w.compare(t.Context(), kv, dock.WatchJob{Flight: flight, Dock: "D"}, 1, map[plotView]pass{{plot, 0}: {Flight: flight, At: at, View: view, jpeg: jpeg}})
		if err == nil {
			err = w.replace(t.Context(), kv, newer)
		}
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := fly("one", day, down, before); c.First != 1 || len(c.Compared) != 0 || len(c.Changes) != 0 {
		t.Errorf("the first flight: %+v", c)
	}
	if c := fly("one", day, down, before); c.First != 0 || len(c.Compared) != 0 {
		t.Errorf("the same flight again: %+v", c)
	}
	if c := fly("two", day.AddDate(0, 0, 1), down, before); len(c.Compared) != 1 || c.Compared[0].LastFlight != "one" || len(c.Changes) != 0 {
		t.Errorf("nothing changed: %+v", c)
	}
	// a worker that dies before it has told what changed leaves the last passes for the one that takes the flight up
	if c, _, err := w.compare(t.Context(), kv, dock.WatchJob{Flight: "three", Dock: "D"}, 1, map[plotView]pass{{plot, 0}: {Flight: "three", At: day.AddDate(0, 0, 7), View: down, jpeg: after}}); err != nil || len(c.Compared) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	c := fly("three", day.AddDate(0, 0, 7), down, after)
	if len(c.Compared) != 1 || len(c.Changes) == 0 {
		t.Fatalf("%d pixels changed, and it is not told: %+v", changed, c)
	}
	square := 0.0
	for _, x := range c.Changes {
		square += x.SquareM
		if change.PlotAt(orb.Point{x.Lon, x.Lat}) != plot || x.Outline.Orientation() != orb.CCW || x.Before == "" || x.After == "" || x.LastFlight != "two" {
			t.Errorf("%+v", x)
		}
		for _, id := range []string{x.Before} {
			if _, err := w.Store.Unseal(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
	}
	if truth := float64(changed) * change.PlotGSDM * change.PlotGSDM; square < truth/2 || square > 2*truth {
		t.Errorf("%.0f m² are told, %.0f changed", square, truth)
	}
	// what is found where something new stands is new; elsewhere on the plot it stood before; elsewhere nothing is known
	for i, x := range []struct {
		at  orb.Point
		new bool
		ok  bool
	}{
		{orb.Point{c.Changes[0].Lon, c.Changes[0].Lat}, c.Changes[0].Kind == "new", true},
		{plot.Place(-40, -40), false, false},
	} {
		got, ok := since(c, vision.Finding{Lon: x.at.Lon(), Lat: x.at.Lat()})
		if ok != x.ok || got.New != x.new || ok && got.LastFlight != "two" {
			t.Errorf("%d: %+v, %v", i, got, ok)
		}
	}
	// the place is shown before and after, the one over the other
	if w.Model, err = infer.Open("", "onnxruntime", 1); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Model.Close)
	was, is, err := w.placePair(t.Context(), c, orb.Point{c.Changes[0].Lon, c.Changes[0].Lat})
	if err != nil || was == "" || is == "" {
		t.Fatal(was, is, err)
	}
	pair := [2]gocv.Mat{}
	for i, sha := range []string{was, is} {
		b, err := w.Store.Get(t.Context(), sha) // not sealed: it may be shown
		if err != nil {
			t.Fatal(err)
		}
		if pair[i], err = gocv.IMDecode(b, gocv.IMReadGrayScale); err != nil || pair[i].Cols() != 200 || pair[i].Rows() != 200 {
			t.Fatalf("%d x %d, %v", pair[i].Cols(), pair[i].Rows(), err)
		}
		defer pair[i].Close()
	}
	// each is the same part of its plot
	x, y := plot.Pixel(orb.Point{c.Changes[0].Lon, c.Changes[0].Lat})
	left, top := max(0, min(120, int(x)-100)), max(0, min(120, int(y)-100))
	for i, whole := range [][]byte{before, after} {
		m, err := gocv.IMDecode(whole, gocv.IMReadGrayScale)
		if err != nil {
			t.Fatal(err)
		}
		part, d := m.Region(image.Rect(left, top, left+200, top+200)), gocv.NewMat()
		gocv.AbsDiff(part, pair[i], &d)
		if off := d.Mean().Val1; off > 4 {
			t.Errorf("picture %d is off its place by %.1f", i, off)
		}
		d.Close()
		part.Close()
		m.Close()
	}
	if was, is, err := w.placePair(t.Context(), c, plot.Place(-40, -40)); was != "" || is != "" || err != nil {
		t.Errorf("elsewhere: %q, %q, %v", was, is, err)
	}
	if p := (orb.Point{121.5003, 31.2001}); geo.DistanceM(plot.Place(plot.Pixel(p)), p) > 1e-6 {
		t.Error("a pixel's place is not its pixel's")
	}
	if c := fly("four", day.AddDate(0, 0, 8), [3]float64{0.5, 0, 0.866}, after); c.Apart != 1 || len(c.Compared) != 0 {
		t.Errorf("seen from another side: %+v", c)
	}
	if c := fly("old", day.AddDate(0, 0, 1), down, before); len(c.Compared) != 0 {
		t.Errorf("a flight that comes in late: %+v", c)
	}
}

func TestSidesAreTheSameAllRound(t *testing.T) {
	if sideOf([3]float64{0, 0, 1}) != 0 {
		t.Error("straight down is a side")
	}
	seen := map[int]bool{}
	for _, d := range [][2]float64{{0.1, 1}, {1, 0.1}, {1, -0.1}, {0.1, -1}, {-0.1, -1}, {-1, -0.1}, {-1, 0.1}, {-0.1, 1}} {
		s := sideOf([3]float64{d[0] * 0.4, d[1] * 0.4, 0.9})
		if s < 1 || s > 8 || seen[s] {
			t.Errorf("side %d of %v", s, d)
		}
		seen[s] = true
	}
}
