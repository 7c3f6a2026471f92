package watch

import (
	"encoding/json"
	"errors"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	ort "github.com/yalue/onnxruntime_go"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// BenchmarkWatchTiles is how many tiles a second the watch gets through with pictures at hand (judging the frame, cutting it up, looking,
// looking closer at what was found, gathering), and without the closer looks, which are another network's work; beside it the bare
// runtime, in turns with it, frame by frame: a shared machine is not as fast in one second as in
// the next. Both run one session.
func BenchmarkWatchTiles(b *testing.B) {
	if _, err := infer.LibraryPath(); err != nil {
		b.Skip(err)
	}
	var frames [8]gocv.Mat // a picture that stays the same is soon taken for a frozen one
	for i := range frames {
		pic := frameOf(b, 830, 15*float64(i))
		frames[i] = gocv.NewMat()
		defer frames[i].Close()
		gocv.Resize(pic, &frames[i], image.Pt(1920, 1080), 0, 0, gocv.InterpolationLinear)
	}
	raw, man, err := networks.Load("")
	if err != nil {
		b.Fatal(err)
	}
	man.Closer = ""
	alone := filepath.Join(b.TempDir(), "alone.onnx")
	told, err := json.Marshal(man)
	if err := errors.Join(err, os.WriteFile(filepath.Join(filepath.Dir(alone), man.File), raw, 0o600), os.WriteFile(strings.TrimSuffix(alone, ".onnx")+".json", told, 0o600)); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, model string }{{"whole", ""}, {"without closer looks", alone}} {
		b.Run(c.name, func(b *testing.B) {
			m, err := infer.Open(c.model, "onnxruntime", 1)
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			w := &Watcher{Model: m, Log: slog.Default(), Locator: geo.Locator{}}
			scenes := []vision.Scene{{Name: "x", Classes: map[string]vision.ClassRule{"stall": {}}, MinScore: 0.5, MinSightings: 1, JoinM: 4}}
			f := &flightWatch{w: w, job: dock.WatchJob{DiagDeg: 84}, clock: &vision.CaptureClock{}, poses: &vision.Poses{}, log: w.Log, aligned: atomic.Pointer[timeBase]{},
				tracker: vision.NewTracker(scenes, m.Classes()), wanted: map[string]bool{"stall": true}, told: boxTeller{tell: func(vision.FrameBoxes) {}}}
			e := &eye{quality: newFrameQuality()}
			defer e.quality.Close()
			bare := bareRuntime(b, raw, m.Manifest)
			var watched, ran time.Duration
			for i := 0; b.Loop(); i++ {
				began, tiles := time.Now(), w.Tiles.Load()
				l, err := f.analyse(b.Context(), &stream.Picture{BGR: frames[i%len(frames)], PTS: time.Duration(i) * time.Second}, e)
				if err != nil || l.seen.reason != "" {
					b.Fatal(err, l.seen.reason)
				}
				watched += time.Since(began)
				began = time.Now()
				for range w.Tiles.Load() - tiles {
					if err := bare.Run(); err != nil {
						b.Fatal(err)
					}
				}
				ran += time.Since(began)
			}
			tiles := float64(w.Tiles.Load())
			b.ReportMetric(tiles/watched.Seconds(), "tiles/s")
			b.ReportMetric(tiles/ran.Seconds(), "bare-tiles/s")
			b.ReportMetric(ran.Seconds()/watched.Seconds(), "of-bare")
		})
	}
}

// bareRuntime is a detector in ONNX Runtime, of one thread, with nothing around it.
func bareRuntime(b *testing.B, raw []byte, man networks.Manifest) *ort.AdvancedSession {
	b.Helper()
	cells := int64(0)
	for _, s := range man.Strides {
		cells += int64(man.Size/s) * int64(man.Size/s)
	}
	in, err1 := ort.NewEmptyTensor[uint8](ort.NewShape(1, int64(man.Size), int64(man.Size), 4))
	scores, err2 := ort.NewEmptyTensor[float32](ort.NewShape(1, cells, int64(len(man.Classes))))
	dist, err3 := ort.NewEmptyTensor[float32](ort.NewShape(1, cells, int64(4*man.Bins)))
	o, err4 := ort.NewSessionOptions()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		b.Fatal(err)
	}
	defer o.Destroy()
	if err := errors.Join(o.SetIntraOpNumThreads(1), o.SetInterOpNumThreads(1)); err != nil {
		b.Fatal(err)
	}
	s, err := ort.NewAdvancedSessionWithONNXData(raw, []string{"image"}, []string{"scores", "dist"}, []ort.Value{in}, []ort.Value{scores, dist}, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		s.Destroy()
		in.Destroy()
		scores.Destroy()
		dist.Destroy()
	})
	for i := range in.GetData() {
		in.GetData()[i] = uint8(i * 7919 >> 5)
	}
	return s
}
