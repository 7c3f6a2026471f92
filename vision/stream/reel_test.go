package stream

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// film is so many seconds of real H.264 at 10 frames a second, an access unit each, with a keyframe every second.
func film(t *testing.T, seconds int) (units [][][]byte) {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("no ffmpeg here: `./setup.sh test` installs it")
	}
	path := filepath.Join(t.TempDir(), "film.h264")
	if out, err := exec.Command(ffmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc=s=320x240:r=10", "-t", strconv.Itoa(seconds), "-c:v", "libx264", "-bf", "0", "-g", "10", "-x264-params", "aud=1", "-pix_fmt", "yuv420p", path).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all h264.AnnexB
	if err := all.Unmarshal(b); err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		if h264.NALUType(n[0]&0x1f) == h264.NALUTypeAccessUnitDelimiter {
			units = append(units, nil)
			continue
		}
		units[len(units)-1] = append(units[len(units)-1], n)
	}
	return units
}

// A clip of what a stream brought plays, begins with a picture that stands for itself, and holds what was asked for; only so much is kept.
func TestClipsAreCutOfAReel(t *testing.T) {
	ffprobe, err := exec.LookPath("ffprobe")
	if err != nil {
		t.Skip("no ffprobe here: `./setup.sh test` installs it")
	}
	units := film(t, 30)
	if len(units) != 300 {
		t.Fatalf("%d units", len(units))
	}
	var r Reel
	began := time.Now()
	for i, u := range units {
		pts := time.Duration(i) * 100 * time.Millisecond
		r.add(7, accessUnit{u, pts, began.Add(pts)})
		if pts == 5*time.Second && (r.Reaches(7, 6*time.Second) || !r.Reaches(7, 5*time.Second) || !r.Reaches(6, time.Hour)) {
			t.Error("how far it reaches is not how far it came")
		}
	}
	if n := len(r.units); n > 202 {
		t.Errorf("%d units are kept, and 20 s have 200", n)
	}
	size := 0
	for _, u := range r.units {
		for _, n := range u.nalus {
			size += len(n)
		}
	}
	if size != r.bytes {
		t.Errorf("%d bytes are kept, and it counts %d", size, r.bytes)
	}
	for _, c := range []struct {
		from, until time.Duration
		want        float64 // seconds
	}{{15500 * time.Millisecond, 25500 * time.Millisecond, 10.6}, {0, 14 * time.Second, 4.1}} {
		b, err := r.Cut(7, c.from, c.until)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "clip.mp4")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(ffprobe, "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=codec_name,width,nb_read_frames:format=duration", "-of", "csv=p=0", path).CombinedOutput()
		if err != nil {
			t.Fatalf("ffprobe: %v\n%s", err, out)
		}
		lines := strings.Fields(string(out))
		if len(lines) != 2 {
			t.Fatalf("ffprobe says %q", out)
		}
		seconds, _ := strconv.ParseFloat(lines[1], 64)
		frames, _ := strconv.ParseFloat(strings.Split(lines[0], ",")[2], 64)
		if !strings.HasPrefix(lines[0], "h264,320,") || seconds < c.want-0.05 || seconds > c.want+0.05 || frames < 10*c.want-0.5 || frames > 10*c.want+0.5 {
			t.Errorf("from %s until %s: %q, want %.1f s", c.from, c.until, out, c.want)
		}
	}
	for name, at := range map[string]struct {
		session     int64
		from, until time.Duration
	}{"long ago": {7, 0, 5 * time.Second}, "another connection": {6, 0, 25 * time.Second}} {
		if _, err := r.Cut(at.session, at.from, at.until); !errors.Is(err, ErrNoClip) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
