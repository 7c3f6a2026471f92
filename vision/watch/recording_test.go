package watch

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// Pictures that refer to later ones come out of the decoder after others: each has its own time all the same. The brightness of each picture here tells
// which one it is.
func TestPicturesHaveTheirOwnTimes(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("no ffmpeg here: `./setup.sh test` installs it")
	}
	for _, b := range []string{"0", "3"} {
		path := filepath.Join(t.TempDir(), "b.mp4")
		out, err := exec.Command(ffmpeg, "-v", "error", "-f", "lavfi", "-i", "color=black:s=320x240:r=5,format=yuv420p,geq=lum='20+15*N':cb=128:cr=128", "-t", "3", "-c:v", "libx264", "-bf", b, "-b_strategy", "0", "-g", "15", "-crf", "10", path).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		n := 0
		err = Recording(t.Context(), path, 0, func(at time.Duration, pic gocv.Mat) error {
			n++
			level := pic.Mean().Val1 // of blue; a grey of luma 16 + y is some 1.16 y
			which := (level/1.164 + 16 - 20) / 15
			if want := at.Seconds() * 5; math.Abs(which-want) > 0.2 {
				t.Errorf("%s B-frames: picture %.1f has the time of picture %.1f", b, which, want)
			}
			return nil
		})
		if err != nil || n < 10 {
			t.Errorf("%s B-frames: %d pictures, %v", b, n, err)
		}
	}
}

// What a flight has shown and tracked is not taken for handed over when it could not be kept: the flight is taken up again.
func TestAnEndThatIsNotKeptIsAnError(t *testing.T) {
	for _, c := range []struct {
		name                string
		covered, checkpoint error
		want                error
	}{
		{"all is kept", nil, nil, nil},
		{"the coverage is not", errors.New("JetStream is away"), nil, errors.New("what the flight has shown is not kept yet")},
		{"another worker has the flight", errors.New("must not be told"), errTaken, errTaken},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &flightWatch{w: &Watcher{}, epoch: 1, clock: &vision.CaptureClock{}, poses: &vision.Poses{}, log: slog.New(slog.DiscardHandler), found: map[*vision.Track]vision.Finding{}, foundTold: map[string]int{}}
			f.tracker = vision.NewTracker(nil, []string{"stall"})
			passed := false
			f.sink = Sink{Checkpoint: func(int, []byte) error { return c.checkpoint }, Covered: func(vision.Covered) error { return c.covered }, Passed: func(map[plotView]pass) { passed = true }}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			err := f.place(ctx, &stream.Client{}, make(chan look))
			if (err == nil) != (c.want == nil) || c.want == errTaken && !errors.Is(err, errTaken) {
				t.Errorf("%v, wanted %v", err, c.want)
			}
			if passed == (c.want == errTaken) {
				t.Errorf("the end was told: %v", passed)
			}
		})
	}
}
