package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"github.com/harrier-patrol/harrier/console/live"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/embedded/mediatest"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// The camera of the test: a square goes to the right, and two strips of blocks say when a frame was made (Unix milliseconds) and which it is.
const (
	filmW, filmH = 1280, 720
	filmFPS      = 25
	filmBlock    = 40
	filmStep     = 10 // pixels that the square goes a frame
	filmTurn     = 100
)

// filmFrame draws frame n in YUV 4:2:0.
func filmFrame(n uint32, at time.Time) []byte {
	pic := make([]byte, filmW*filmH*3/2)
	for i := range pic {
		pic[i] = 128
	}
	row := func(y int, bits uint32) {
		for i := range 32 {
			luma := byte(16)
			if bits>>i&1 == 1 {
				luma = 235
			}
			for dy := range filmBlock {
				line := pic[(y+dy)*filmW+i*filmBlock:]
				for dx := range filmBlock {
					line[dx] = luma
				}
			}
		}
	}
	row(0, uint32(at.UnixMilli()))
	row(filmBlock, n)
	x := filmX(n)
	for y := 300; y < 400; y++ {
		for dx := range 100 {
			pic[y*filmW+x+dx] = 235
		}
	}
	return pic
}

func filmX(n uint32) int { return 100 + filmStep*int(n%filmTurn) }

// film pushes what the camera shows as docks do, by RTMP, encoded by FFmpeg, until ctx ends. It says when each frame was made.
func film(ctx context.Context, t *testing.T, ffmpeg, to string) {
	c := exec.CommandContext(ctx, ffmpeg, "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", fmt.Sprintf("%dx%d", filmW, filmH), "-r", fmt.Sprint(filmFPS), "-i", "-",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", "3M", "-g", "50", "-f", "flv", to)
	in, err := c.StdinPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := c.Start(); err != nil {
		t.Error(err)
		return
	}
	tick := time.NewTicker(time.Second / filmFPS)
	defer tick.Stop()
	for n := uint32(0); ctx.Err() == nil; n++ {
		if _, err := in.Write(filmFrame(n, time.Now())); err != nil {
			break
		}
		<-tick.C
	}
	in.Close()
	_ = c.Wait()
}

// watchFilm reads the stream as a watcher does, and tells of the square in every eighth frame, 300 ms after it: so long a network takes. Which frame it is, FFmpeg
// shows of the first keyframe; from there on the time stamps say it.
func watchFilm(t *testing.T, ffmpeg, stream string, tell func([]byte)) *gortsplib.Client {
	t.Helper()
	known, zero := false, uint32(0)
	c, play, err := live.Read(t.Context(), stream, nil, func(u live.Unit) {
		if !known {
			if !u.Key {
				return
			}
			known, zero = true, u.Stamp-frameShown(t, ffmpeg, u.NALUs)*live.TicksPerS/filmFPS
		}
		n := (u.Stamp - zero + live.TicksPerS/filmFPS/2) / (live.TicksPerS / filmFPS)
		if n%8 != 0 {
			return
		}
		b, _ := json.Marshal(vision.FrameBoxes{Dock: "SIM0001", Stamp: u.Stamp, Width: filmW, Height: filmH, Boxes: []vision.Seen{
			{Class: "stall", Score: 0.9, Scene: "street-stall", Box: vision.Box{X: float64(filmX(n)), Y: 300, W: 100, H: 100}, Moves: [2]float64{filmStep * filmFPS, 0}}}})
		time.AfterFunc(300*time.Millisecond, func() { tell(b) })
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := play(); err != nil {
		t.Fatal(err)
	}
	return c
}

// frameShown is the number that a keyframe shows.
func frameShown(t *testing.T, ffmpeg string, au [][]byte) (n uint32) {
	b, err := h264.AnnexB(au).Marshal()
	if err != nil {
		t.Error(err)
		return 0
	}
	show := exec.Command(ffmpeg, "-loglevel", "error", "-f", "h264", "-i", "-", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-")
	show.Stdin = bytes.NewReader(b)
	pic, err := show.Output()
	if err != nil || len(pic) < filmW*filmH {
		t.Errorf("the keyframe cannot be shown: %v", err)
		return 0
	}
	for i := range 32 {
		if pic[(filmBlock+filmBlock/2)*filmW+i*filmBlock+filmBlock/2] > 128 {
			n |= 1 << i
		}
	}
	return n
}

// plays says whether a stream is there.
func plays(ctx context.Context, stream string) bool {
	c, _, err := live.Read(ctx, stream, nil, func(live.Unit) {})
	if err == nil {
		c.Close()
	}
	return err == nil
}

// listeners are browsers that are told what is seen.
type listeners struct {
	mu   sync.Mutex
	next int
	all  map[int]func([]byte)
}

func (l *listeners) add(_ string, each func([]byte)) (stop func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	n := l.next
	l.all[n] = each
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.all, n)
	}, nil
}

func (l *listeners) tell(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, each := range l.all {
		each(b)
	}
}

func (l *listeners) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// What a dock's camera shows is on the page within half a second (in the median, said by -v), and the boxes are those of the picture that is shown.
func TestLiveVideoInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole browser, once: in the run that is not short")
	}
	ffmpeg, err1 := exec.LookPath("ffmpeg")
	node, err2 := exec.LookPath("node")
	_, err3 := exec.LookPath("chromium")
	if _, err4 := os.Stat("web/node_modules/playwright-core"); errors.Join(err1, err2, err3, err4) != nil {
		t.Skip("no FFmpeg, Node, Chromium or playwright-core here: `make test` installs them")
	}
	push, stream := mediatest.Start(t, "SIM0001")
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { film(ctx, t, ffmpeg, push) })
	for deadline := time.Now().Add(30 * time.Second); !plays(t.Context(), stream); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no stream")
		}
	}
	viewers := &listeners{all: map[int]func([]byte){}}
	defer watchFilm(t, ffmpeg, stream, viewers.tell).Close()

	x := newHouse(t)
	video, err := live.Open(live.Options{Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), Boxes: viewers.add})
	if err != nil {
		t.Fatal(err)
	}
	defer video.Close()
	o := x.options
	o.Open, o.Live = true, video
	o.Docks = func() []dock.Status {
		s := dock.Status{Flight: "F1", State: dock.Flying, Stream: stream, Pose: &geo.Pose{Lon: 121.5, Lat: 31.2, HeightM: 80, PitchDeg: -90}}
		s.SN, s.Name, s.Lon, s.Lat, s.Online, s.Life = "SIM0001", "Dock 1", 121.5, 31.2, true, "flying"
		return []dock.Status{s}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Hosts = []string{l.Addr().String()}
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: New(o)}}
	srv.Start()
	defer srv.Close()
	defer srv.CloseClientConnections()

	run, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	c := exec.CommandContext(run, node, "live-test.mjs", "http://"+l.Addr().String()+"/")
	c.Dir = "web"
	out, err := c.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	var figures struct {
		Frames  int     `json:"frames"`
		Latency float64 `json:"glass_to_browser_ms_median"`
		Boxes   int     `json:"frames_with_boxes"`
		Off     float64 `json:"boxes_frames_off_p95"`
	}
	m := regexp.MustCompile(`FIGURES (\{.*\})`).FindSubmatch(out)
	if m == nil || json.Unmarshal(m[1], &figures) != nil {
		t.Fatal("the browser gives no figures")
	}
	if figures.Frames < 50 || figures.Boxes < 30 || figures.Off > 1 {
		t.Errorf("%+v: boxes are to be within one frame of their picture", figures)
	}
	for deadline := time.Now().Add(40 * time.Second); viewers.count() > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the browser has gone, and is still told of boxes")
		}
	}
}
