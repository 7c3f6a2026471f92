package infer

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/networks"
)

func open(t testing.TB, name, engine string) *Model {
	t.Helper()
	if _, err := LibraryPath(); err != nil && engine == "onnxruntime" {
		t.Skip(err)
	}
	m, err := Open(name, engine, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func still(t testing.TB) (gocv.Mat, []town.Label) {
	t.Helper()
	m, labels, err := town.Still(10002, 65, 80, 10, 20, 10, 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m, labels
}

func tiles(pic gocv.Mat) []vision.Tile { return vision.TilesAt(pic.Cols(), pic.Rows(), 416, 0.95) }

func TestBothEnginesSeeTheSame(t *testing.T) {
	pic, _ := still(t)
	for _, name := range []string{"harrier-nano-fp32", "base"} {
		var got [2][]vision.Detection
		for i, engine := range []string{"onnxruntime", "opencv"} {
			d, err := open(t, name, engine).Picture(context.Background(), pic, tiles(pic), 0.1)
			if err != nil {
				t.Fatal(err)
			}
			got[i] = d
		}
		if len(got[0]) != len(got[1]) || len(got[0]) == 0 {
			t.Fatalf("%s: %d and %d detections", name, len(got[0]), len(got[1]))
		}
		for i := range got[0] {
			a, b := got[0][i], got[1][i]
			if a.Class != b.Class || math.Abs(a.Score-b.Score) > 1e-3 || a.Box.IoU(b.Box) < 0.999 {
				t.Errorf("%s: %+v and %+v", name, a, b)
			}
		}
	}
}

// The int8 network sees what the float one sees, but for some of the unsure.
func TestInt8SeesTheSame(t *testing.T) {
	pic, _ := still(t)
	var got [2][]vision.Detection
	for i, name := range []string{"harrier-nano", "harrier-nano-fp32"} {
		d, err := open(t, name, "onnxruntime").Picture(context.Background(), pic, tiles(pic), 0.4)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = d
	}
	same := 0
	for _, a := range got[0] {
		for _, b := range got[1] {
			if a.Class == b.Class && a.Box.IoU(b.Box) > 0.75 {
				same++
				break
			}
		}
	}
	if len(got[0]) < 10 || same*10 < 8*max(len(got[0]), len(got[1])) {
		t.Errorf("%d of %d and %d detections are the same", same, len(got[0]), len(got[1]))
	}
}

// What is found in a turned picture lies where it is, and what all four looks agree on is in the one list that they make.
func TestATurnedPictureShowsTheSame(t *testing.T) {
	box := vision.Detection{Box: vision.Box{X: 10, Y: 20, W: 30, H: 5}}
	// a quarter clockwise moves the left edge to the top: x is what lay below it
	turned := vision.Detection{Box: vision.Box{X: 100 - 20 - 5, Y: 10, W: 5, H: 30}}
	if got := turnedBack([]vision.Detection{turned}, 1, 100)[0]; got.Box != box.Box {
		t.Errorf("%+v, wanted %+v", got.Box, box.Box)
	}
	if got := turnedBack([]vision.Detection{box}, 4, 100)[0]; got.Box != box.Box {
		t.Errorf("four quarters: %+v", got.Box)
	}
	pic, _ := still(t)
	m := open(t, "harrier-nano", "onnxruntime")
	once, err := m.Picture(t.Context(), pic, tiles(pic), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	four, err := m.Picture(t.Context(), pic, vision.Turned(tiles(pic)), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	sure, again := 0, 0
	for _, d := range once {
		if d.Score < 0.8 {
			continue
		}
		sure++
		if slices.ContainsFunc(four, func(o vision.Detection) bool { return o.Class == d.Class && o.Box.IoU(d.Box) > 0.6 }) {
			again++
		}
	}
	if sure < 10 || again < sure*9/10 {
		t.Errorf("of %d sure things %d are found turned too", sure, again)
	}
}

func TestTheModelSeesWhatIsThere(t *testing.T) {
	pic, labels := still(t)
	d, err := open(t, "harrier-nano", "onnxruntime").Picture(context.Background(), pic, tiles(pic), 0.3)
	if err != nil {
		t.Fatal(err)
	}
	seen, n := 0, 0
	for _, l := range labels {
		if l.Class == "person" || l.Visible < 0.8 || l.Box[2] < 15 || l.Box[3] < 15 {
			continue
		}
		n++
		for _, x := range d {
			if x.Box.IoU(vision.Box{X: l.Box[0], Y: l.Box[1], W: l.Box[2], H: l.Box[3]}) > 0.5 && vision.Group(x.Class) == vision.Group(l.Class[:min(len(l.Class), 10)]) {
				seen++
				break
			}
		}
	}
	if n < 5 || seen*10 < n*6 {
		t.Errorf("%d of %d things seen", seen, n)
	}
}

// Over a dozen pictures the closer look makes right what the detector took for something else, loads of trucks for one.
func TestTheCloserLookIsRightMoreOften(t *testing.T) {
	if testing.Short() {
		t.Skip("a dozen pictures of a town take minutes with the race detector; no other test looks at so many")
	}
	m := open(t, "harrier-nano", "onnxruntime")
	if m.closer == nil {
		t.Fatal("harrier-nano names no network that looks closer")
	}
	looksAt := m.closer.man.LooksAt
	count := func() (right, wrong int) {
		for seed := range uint64(12) {
			pic, labels, err := town.Still(10010+seed, 60, 80, 10, 20, 10, 3)
			if err != nil {
				t.Fatal(err)
			}
			found, err := m.Picture(context.Background(), pic, tiles(pic), 0.3)
			pic.Close()
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range found {
				if i > 0 && d.Score > found[i-1].Score {
					t.Errorf("detections are not in the order of their scores")
				}
				if !slices.Contains(looksAt, d.Class) {
					continue
				}
				ok := slices.ContainsFunc(labels, func(l town.Label) bool {
					return strings.Replace(l.Class, "dump-truck-", "dump-truck/", 1) == d.Class && d.Box.IoU(vision.Box{X: l.Box[0], Y: l.Box[1], W: l.Box[2], H: l.Box[3]}) > 0.4
				})
				if ok {
					right++
				} else {
					wrong++
				}
			}
		}
		return right, wrong
	}
	right, wrong := count()
	c := m.closer
	m.closer = nil
	r, w := count()
	m.closer = c
	t.Logf("with a closer look %d right and %d wrong, without %d and %d", right, wrong, r, w)
	if right < 10 || right*(r+w) <= r*(right+wrong) {
		t.Errorf("with a closer look %d are right and %d wrong, without %d and %d", right, wrong, r, w)
	}
}

// What the detector is sure of gets no closer look, but for trucks: which they are, and with what load, only that look tells.
func TestNoLookIsTakenAtWhatTheDetectorIsSureOf(t *testing.T) {
	c := &closer{man: networks.Manifest{Classes: []string{"shed", "dump-truck/open", "lorry", ""}, LooksAt: []string{"shed", "dump-truck/open", "lorry"}, Sure: 0.9}, n: 1}
	none, stop := context.WithCancel(context.Background())
	stop() // there is no network to look with
	for _, x := range []struct {
		class string
		score float64
		looks bool
	}{{"shed", 0.95, false}, {"shed", 0.85, true}, {"dump-truck/open", 0.95, true}, {"lorry", 0.95, true}, {"pool", 0.5, false}, {"shed", 0.1, false}} {
		got, err := c.look(none, gocv.Mat{}, []vision.Detection{{Class: x.class, Score: x.score, Box: vision.Box{W: 30, H: 20}}}, 0.05)
		if (err != nil) != x.looks {
			t.Errorf("%s of %v: %v", x.class, x.score, err)
		}
		if want := math.Sqrt(x.score); x.score > c.man.Sure && !x.looks && math.Abs(got[0].Score-want) > 1e-9 {
			t.Errorf("%s of %v: a score of %v, not %v", x.class, x.score, got[0].Score, want)
		}
	}
}

func TestUnknownNamesAreSaid(t *testing.T) {
	if _, err := Open("no-such", "opencv", 1); err == nil {
		t.Error("a model that is not there is opened")
	}
	if _, err := Open("base", "abacus", 1); err == nil {
		t.Error("an engine that is not there is taken")
	}
}

// BenchmarkTile is what a tile costs on one core: the bare runtime, and with cutting, scaling and reading its boxes; int8 and float.
func BenchmarkTile(b *testing.B) {
	pic, _ := still(b)
	for _, c := range []struct{ model, engine string }{{"harrier-nano", "onnxruntime"}, {"harrier-nano-fp32", "onnxruntime"}, {"harrier-nano-fp32", "opencv"}} {
		m := open(b, c.model, c.engine)
		e := <-m.free
		b.Run(c.model+"/"+c.engine+"/bare", func(b *testing.B) {
			for b.Loop() {
				if _, err := e.run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tiles/s")
		})
		m.free <- e
		b.Run(c.model+"/"+c.engine+"/whole", func(b *testing.B) {
			for b.Loop() {
				if _, err := m.at(context.Background(), pic, vision.Tile{Side: 620}, 0.25); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tiles/s")
		})
	}
}

func TestKindsOfOneNameShareTheirProbability(t *testing.T) {
	classes := []string{"car", "dump-truck/open", "dump-truck/empty", "stall", ""}
	got := kinds(classes, []float32{0.5, 0.3, 0.1, 0.05, 0.05}, "dump-truck/empty")
	if len(got) != 2 || math.Abs(got["dump-truck/open"]-0.75) > 1e-6 || math.Abs(got["dump-truck/empty"]-0.25) > 1e-6 {
		t.Errorf("%v", got)
	}
	if k := kinds(classes, []float32{1, 0, 0, 0, 0}, "car"); k != nil {
		t.Errorf("a car has kinds: %v", k)
	}
}
