package footage

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/embedded/mediatest"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// bench is a media server to which FFmpeg pushes the video of one dock, and what is told of that dock.
type bench struct {
	stream string
	mu     sync.Mutex
	state  dock.State
	hears  map[string]func([]byte)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("no FFmpeg here: `make test` installs it")
	}
	to, stream := mediatest.Start(t, "SIM0001")
	push := exec.Command(ffmpeg, "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=640x360:rate=25", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25", "-f", "flv", to)
	if err := push.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = push.Process.Kill(); _ = push.Wait() })
	return &bench{stream: stream, state: dock.Flying, hears: map[string]func([]byte){}}
}

func (b *bench) keeper(dir string) *Keeper {
	return &Keeper{Dir: dir, For: time.Hour, MaxBytes: 1 << 30, Log: slog.New(slog.DiscardHandler), Full: func() error { return nil }, NoRoom: func() error { return nil },
		Docks: func() []dock.Status {
			b.mu.Lock()
			defer b.mu.Unlock()
			s := dock.Status{Flight: "F1", State: b.state, Stream: b.stream, Route: [][2]float64{{121.5, 31.2}}}
			s.SN, s.Name = "SIM0001", "Dock 1"
			return []dock.Status{s}
		},
		Hear: func(subject string, each func([]byte)) (func(), error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.hears[subject] = each
			return func() { b.mu.Lock(); delete(b.hears, subject); b.mu.Unlock() }, nil
		}}
}

func (b *bench) land() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state = dock.Done
}

func (b *bench) tell(subject string, v any) bool {
	b.mu.Lock()
	each := b.hears[subject]
	b.mu.Unlock()
	if each == nil {
		return false
	}
	data, _ := json.Marshal(v)
	each(data)
	return true
}

// pictures are shown by FFmpeg from an MP4.
func pictures(t *testing.T, file string) int {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file).Output()
	if err != nil {
		t.Fatalf("%s does not play: %v", file, err)
	}
	n := 0
	fmt.Sscan(strings.TrimSpace(string(out)), &n)
	return n
}

func wait(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

// A flight is kept from its first picture to its end: video, poses and boxes on one clock.
func TestAFlightIsKept(t *testing.T) {
	b, dir := newBench(t), t.TempDir()
	k := b.keeper(dir)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	// a watcher reads the same stream, and tells of what it sees by the time stamps it has
	wait(t, "the video is watched", func() bool {
		info, err := os.Stat(filepath.Join(dir, "F1.part"))
		return err == nil && info.Size() > 0
	})
	var stamps []uint32
	var mu sync.Mutex
	c, play, err := live.Read(t.Context(), b.stream, nil, func(u live.Unit) { mu.Lock(); stamps = append(stamps, u.Stamp); mu.Unlock() })
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := play(); err != nil {
		t.Fatal(err)
	}
	seen := func() int { mu.Lock(); defer mu.Unlock(); return len(stamps) }
	wait(t, "a second of video", func() bool { return seen() > 30 })
	mu.Lock()
	known := slices.Clone(stamps)
	mu.Unlock()
	taken := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for i, at := range []int{10, 30} {
		if !b.tell(vision.SubjectBoxes+"SIM0001", vision.FrameBoxes{Flight: "F1", Stamp: known[at], Width: 640, Height: 360, Captured: taken.Add(time.Duration(at) * 40 * time.Millisecond), Boxes: []vision.Seen{{Class: "stall", Box: vision.Box{X: float64(i)}}}}) ||
			!b.tell(dock.SubjectPose+"SIM0001", dock.Telemetry{Flight: "F1", Pose: &geo.Pose{Time: taken.Add(time.Duration(at) * 40 * time.Millisecond), Lon: 121.5, Lat: 31.2, HeightM: 80}}) {
			t.Fatal("nobody hears")
		}
	}
	b.tell(vision.SubjectBoxes+"SIM0001", vision.FrameBoxes{Flight: "another"})
	b.land()
	wait(t, "it is kept", func() bool { _, err := k.Flight("F1"); return err == nil })
	f, err := k.Flight("F1")
	if err != nil || f.Seconds < 1 || f.Seconds > 30 || f.Dock != "SIM0001" || !f.Simulated || f.Bytes == 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if n := pictures(t, filepath.Join(dir, "F1.mp4")); float64(n) < 25*f.Seconds-5 || float64(n) > 25*f.Seconds+5 {
		t.Errorf("%d pictures in %.1f s", n, f.Seconds)
	}
	tr, err := k.Track("F1")
	if err != nil || len(tr.Boxes) != 2 || len(tr.Poses) != 2 {
		t.Fatalf("%+v, %v", tr, err)
	}
	// what was taken at one time is shown at one time
	for i := range 2 {
		if d := tr.Boxes[i].T - tr.Poses[i].T; d < -0.05 || d > 0.05 {
			t.Errorf("boxes at %.2f s, the pose of that time at %.2f s", tr.Boxes[i].T, tr.Poses[i].T)
		}
	}
	if d := tr.Boxes[1].T - tr.Boxes[0].T; d < 0.7 || d > 0.9 {
		t.Errorf("20 frames take %.2f s", d)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*.part*"))
	if len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// Where Harrier dies amid a flight, what was kept is finished when it begins again, and the rest of the flight stands beside it.
func TestWhatWasBeingKeptIsFinished(t *testing.T) {
	b, dir, second := newBench(t), t.TempDir(), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.keeper(dir).Run(ctx) }()
	wait(t, "some video", func() bool {
		info, err := os.Stat(filepath.Join(dir, "F1.part"))
		return err == nil && info.Size() > 1<<16
	})
	// as a death leaves it: the last picture half written
	for _, name := range []string{"F1.part", "F1.part.json", "F1.jsonl"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "F1.part" {
			data = data[:len(data)-7]
		}
		if err := os.WriteFile(filepath.Join(second, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if pictures(t, filepath.Join(dir, "F1.mp4")) < 5 {
		t.Error("what is being kept is not finished at the end")
	}
	k := b.keeper(second)
	// while the disk is full it waits, and is not lost
	full := errors.New("the disk is full")
	k.NoRoom = func() error { return full }
	k.finishLeft()
	if _, err := os.Stat(filepath.Join(second, "F1.part")); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Flight("F1"); !errors.Is(err, ErrNone) {
		t.Errorf("finished on a full disk: %v", err)
	}
	full = nil
	k.finishWaiting(t.Context())
	if _, err := k.Flight("F1"); err != nil {
		t.Errorf("not finished once there is room: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	go func() { ended <- k.Run(ctx) }()
	wait(t, "the first part", func() bool { _, err := k.Flight("F1"); return err == nil })
	if pictures(t, filepath.Join(second, "F1.mp4")) < 5 {
		t.Error("the first part has no pictures")
	}
	wait(t, "the second part begins", func() bool {
		info, err := os.Stat(filepath.Join(second, "F1.2.part"))
		return err == nil && info.Size() > 1<<15
	})
	b.land()
	wait(t, "the second part", func() bool { _, err := k.Flight("F1.2"); return err == nil })
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// What is too old goes, and of what is too much the oldest; names are none of other files.
func TestOldFootageIsForgotten(t *testing.T) {
	k := &Keeper{Dir: t.TempDir(), For: 10 * time.Hour, MaxBytes: 100, Log: slog.New(slog.DiscardHandler)}
	now := time.Now()
	put := func(name string, age time.Duration, data []byte) {
		at := filepath.Join(k.Dir, name)
		if err := errors.Join(os.WriteFile(at, data, 0o600), os.Chtimes(at, now.Add(-age), now.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	for id, age := range map[string]time.Duration{"new": time.Hour, "middle": 2 * time.Hour, "old": 11 * time.Hour} {
		data, _ := json.Marshal(Flight{ID: id})
		k.MaxBytes = int64(len(data)) + 70 // room for one
		put(id+".json", age, data)
		put(id+".mp4", age, make([]byte, 60))
		put(id+".jsonl", age, nil)
	}
	// what a process left that died, and a flight that is being kept
	put("lost.mp4", 11*time.Hour, nil)
	put("lost2.part", 11*time.Hour, nil)
	put("lost2.part.json", 11*time.Hour, []byte("{"))
	put("flying.part", 11*time.Hour, make([]byte, 500))
	k.begin("flying")
	k.forget(now)
	left, err := filepath.Glob(filepath.Join(k.Dir, "*"))
	if err != nil || len(left) != 4 {
		t.Errorf("%v is left, %v", left, err)
	}
	if all, err := k.Flights(); err != nil || len(all) != 1 || all[0].ID != "new" {
		t.Errorf("%+v, %v", all, err)
	}
	k.end("flying")
	k.For = 0 // nothing is kept any more
	k.forget(now)
	if left, _ := filepath.Glob(filepath.Join(k.Dir, "*")); len(left) != 0 {
		t.Errorf("%v is left of what is not to be kept", left)
	}
	for _, id := range []string{"../new", "", ".", "..", "a/b", "new.part", strings.Repeat("a", 300)} {
		if _, err := k.Flight(id); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := k.Video(id); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// Video that was away for long, and a dock whose clock jumps, go on at the next picture that can be shown by itself, as much later as it was.
func TestFootageGoesOnAfterAGap(t *testing.T) {
	var film bytes.Buffer
	r := &recording{k: &Keeper{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Full: func() error { return nil }, NoRoom: func() error { return nil }}, id: "F", video: bufio.NewWriter(&film)}
	stamp := uint32(1<<32 - 10*live.TicksPerS) // it runs over 32 bits
	frames := func(n int) (got []head) {
		t.Helper()
		film.Reset()
		for i := range n {
			r.unit(live.Unit{NALUs: [][]byte{{5, byte(i)}}, Stamp: stamp, Key: i%25 == 0})
			stamp += live.TicksPerS / 25
		}
		if err := r.video.Flush(); err != nil || r.failed != nil {
			t.Fatal(err, r.failed)
		}
		for in := bytes.NewReader(film.Bytes()); in.Len() > 0; {
			var h head
			if err := binary.Read(in, binary.LittleEndian, &h); err != nil {
				t.Fatal(err)
			}
			if _, err := in.Seek(int64(h.Size), io.SeekCurrent); err != nil {
				t.Fatal(err)
			}
			got = append(got, h)
		}
		return got
	}
	last := int64(-1)
	check := func(what string, got []head, want int, from float64) {
		t.Helper()
		if len(got) != want {
			t.Fatalf("%s: %d of %d pictures are kept", what, len(got), want)
		}
		if got[0].Key != 1 || float64(got[0].Ticks)/live.TicksPerS < from {
			t.Fatalf("%s: the first is %+v", what, got[0])
		}
		for _, h := range got {
			if h.Ticks <= last {
				t.Fatalf("%s: %d ticks come after %d", what, h.Ticks, last)
			}
			last = h.Ticks
		}
	}
	check("at first", frames(500), 500, 0)
	r.begun = false // the connection broke off, for a minute
	r.of.Began = r.of.Began.Add(-time.Minute)
	stamp = 77
	check("after a gap", frames(50), 50, 60)
	for _, jump := range []int32{3600 * live.TicksPerS, -3600 * live.TicksPerS} {
		stamp += uint32(jump)
		check("after a jump", frames(100), 75, 62) // from the next picture that can be shown by itself
	}
}
