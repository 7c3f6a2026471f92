package watch

import (
	"log/slog"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// A flight whose video shows what the network has not learnt is told once, with the time from which on.
func TestAnUnlikeVideoIsToldOnce(t *testing.T) {
	_, man, err := networks.Load(networks.Nano)
	if err != nil {
		t.Fatal(err)
	}
	var told []*Unlike
	at := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	f := &flightWatch{w: &Watcher{Model: &infer.Model{Manifest: man}}, job: dock.WatchJob{Flight: "F1", Dock: "D1", Simulated: true}, log: slog.New(slog.DiscardHandler), clock: &vision.CaptureClock{}}
	f.aligned.Store(&timeBase{zero: at})
	noise := gocv.NewMatWithSize(360, 640, gocv.MatTypeCV8UC3)
	defer noise.Close()
	gocv.RandU(&noise, gocv.NewScalar(0, 0, 0, 0), gocv.NewScalar(255, 255, 255, 0))
	e := &eye{}
	for _, pts := range []time.Duration{time.Second, 2 * time.Second, 8 * time.Second} {
		u, err := f.like(&stream.Picture{BGR: noise, PTS: pts}, e)
		if err != nil {
			t.Fatal(err)
		}
		if u != nil {
			told = append(told, u)
		}
	}
	if !e.unlike || len(told) != 1 || told[0].Flight != "F1" || told[0].Dock != "D1" || !told[0].Since.Equal(at.Add(time.Second)) || told[0].Off < 1 || !told[0].Simulated {
		t.Errorf("unlike: %v, told %+v", e.unlike, told)
	}
}
