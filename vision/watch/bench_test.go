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

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// BenchmarkWatchTiles is how many tiles a second the watch gets through with pictures at hand: judging the frame, cutting it up,
// looking, looking closer at what was found, gathering; and without the closer looks, which are another network's work. BenchmarkTile of
// vision/infer has the bare runtime; both run as many sessions at a time.
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
			const sessions = 1
			m, err := infer.Open(c.model, "onnxruntime", sessions)
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			w := &Watcher{Model: m, Log: slog.Default(), Locator: geo.Locator{}}
			scenes := []vision.Scene{{Name: "x", Classes: map[string]vision.ClassRule{"stall": {}}, MinScore: 0.5, MinSightings: 1, JoinM: 4}}
			f := &flightWatch{w: w, job: dock.WatchJob{DiagDeg: 84}, clock: &vision.CaptureClock{}, poses: &vision.Poses{}, log: w.Log, aligned: atomic.Pointer[timeBase]{},
				tracker: vision.NewTracker(scenes, m.Classes()), wanted: map[string]bool{"stall": true}}
			e := &eye{judge: newJudge()}
			defer e.judge.Close()
			for i := 0; b.Loop(); i++ {
				l, err := f.analyse(b.Context(), &stream.Picture{BGR: frames[i%len(frames)], PTS: time.Duration(i) * time.Second}, e)
				if err != nil || l.seen.reason != "" {
					b.Fatal(err, l.seen.reason)
				}
			}
			b.ReportMetric(float64(w.Tiles.Load())/b.Elapsed().Seconds(), "tiles/s")
		})
	}
}
