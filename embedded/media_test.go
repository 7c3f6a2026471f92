package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph264"
	"github.com/pion/rtp"
)

// Parameter sets of a stream of 1920 x 1080.
var (
	testSPS = []byte{0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58}
	testPPS = []byte{0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0}
)

// Who comes when a stream is on gets it from the last picture on that a decoder can begin with, and misses none after it.
func TestWhoComesLaterGetsTheStreamFromItsLastIDR(t *testing.T) {
	m, err := StartMedia(MediaOptions{RTMP: "127.0.0.1:29735", RTSP: "127.0.0.1:29754", Host: "127.0.0.1", RTPPort: 29760, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	u, err := url.Parse("rtmp://127.0.0.1:29735/live/D1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := &gortmplib.Client{URL: u, Publish: true}
	if err := c.Initialize(ctx); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	track := &format.H264{PayloadTyp: 96, SPS: testSPS, PPS: testPPS, PacketizationMode: 1}
	w := &gortmplib.Writer{Conn: c, Tracks: []format.Format{track}}
	if err := w.Initialize(); err != nil {
		t.Fatal(err)
	}
	n := byte(0)
	send := func(idr bool) {
		c.NetConn().SetDeadline(time.Now().Add(10 * time.Second))
		nalu := make([]byte, 4000) // several packets
		nalu[0], nalu[1] = 0x41, n
		if idr {
			nalu[0] = 0x65
		}
		pts := time.Duration(n) * 40 * time.Millisecond
		if err := w.WriteH264(track, pts, pts, [][]byte{nalu}); err != nil {
			t.Fatal(err)
		}
		n++
	}
	for i := range 9 {
		send(i%6 == 0) // IDR at 0 and 6
	}
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if st := m.stream("live/D1"); st != nil {
			st.mu.Lock()
			held := len(st.since)
			st.mu.Unlock()
			if held >= 3*3 {
				break
			}
		}
		if time.Now().After(end) {
			t.Fatal("the stream does not arrive")
		}
	}

	got := make(chan string, 64)
	watch := func() *gortsplib.Client {
		u, err := base.ParseURL("rtsp://127.0.0.1:29754/live/D1")
		if err != nil {
			t.Fatal(err)
		}
		tr := gortsplib.ProtocolTCP
		cl := &gortsplib.Client{Protocol: &tr, Scheme: u.Scheme, Host: u.Host}
		if err := cl.Start(); err != nil {
			t.Fatal(err)
		}
		desc, _, err := cl.Describe(u)
		if err != nil {
			t.Fatal(err)
		}
		var f *format.H264
		md := desc.FindFormat(&f)
		dec, err := f.CreateDecoder()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cl.Setup(desc.BaseURL, md, 0, 0); err != nil {
			t.Fatal(err)
		}
		cl.OnPacketRTP(md, f, func(p *rtp.Packet) {
			au, err := dec.Decode(p)
			if err == rtph264.ErrMorePacketsNeeded {
				return
			}
			if err != nil {
				got <- err.Error()
				return
			}
			for _, x := range au {
				if k := x[0] & 0x1f; k == 1 || k == 5 {
					got <- fmt.Sprint(k, " ", x[1])
				}
			}
		})
		if _, err := cl.Play(nil); err != nil {
			t.Fatal(err)
		}
		return cl
	}
	cl := watch()
	defer cl.Close()
	for end := time.Now().Add(5 * time.Second); len(got) < 3 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	send(false)
	send(false)
	for _, want := range []string{"5 6", "1 7", "1 8", "1 9", "1 10"} {
		select {
		case g := <-got:
			if g != want {
				t.Errorf("%s, wanted %s", g, want)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%s does not come", want)
		}
	}
}

// publisher is somebody who pushes a stream.
type publisher struct {
	c     *gortmplib.Client
	w     *gortmplib.Writer
	track *format.H264
	n     int
}

func push(t *testing.T, address string) (*publisher, error) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p := &publisher{c: &gortmplib.Client{URL: u, Publish: true}, track: &format.H264{PayloadTyp: 96, SPS: testSPS, PPS: testPPS, PacketizationMode: 1}}
	if err := p.c.Initialize(ctx); err != nil {
		return nil, err
	}
	t.Cleanup(func() { p.c.Close() })
	p.w = &gortmplib.Writer{Conn: p.c, Tracks: []format.Format{p.track}}
	return p, p.w.Initialize()
}

// picture pushes one, each a keyframe.
func (p *publisher) picture() error {
	if err := p.c.NetConn().SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	pts := time.Duration(p.n) * 40 * time.Millisecond
	p.n++
	return p.w.WriteH264(p.track, pts, pts, [][]byte{{0x65, byte(p.n), 1, 2, 3}})
}

// on pushes pictures until the server ends the connection, or the test does.
func (p *publisher) on(t *testing.T) (ended chan error) {
	ended = make(chan error, 1)
	go func() {
		for t.Context().Err() == nil {
			if err := p.picture(); err != nil {
				ended <- err
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return ended
}

// A dock that pushes again before its old connection is noticed to be dead takes its own place: again and again, and the server lives.
func TestASecondPushTakesTheFirstOnesPlace(t *testing.T) {
	m, err := StartMedia(MediaOptions{RTMP: "127.0.0.1:29835", RTSP: "127.0.0.1:29854", Host: "127.0.0.1", RTPPort: 29860, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var before chan error
	for i := range 5 {
		was := m.stream("live/D1")
		p, err := push(t, "rtmp://127.0.0.1:29835/live/D1")
		if err != nil {
			t.Fatal(err)
		}
		ended := p.on(t)
		eventually(t, "the stream is the new one", func() bool { st := m.stream("live/D1"); return st != nil && st != was })
		if before != nil {
			select {
			case <-before:
			case <-time.After(30 * time.Second):
				t.Fatalf("push %d goes on beside the next one", i)
			}
		}
		before = ended
	}
	if m.stream("live/D1") == nil {
		t.Error("the last push is gone")
	}
}

// Each stream is pushed with its dock's own key, and watched with a credential; what is wrong is said once, with the dock's name.
func TestWhoMayPushAndWatch(t *testing.T) {
	log := &lines{}
	m, err := StartMedia(MediaOptions{RTMP: "127.0.0.1:29935", RTSP: "127.0.0.1:29954", Host: "127.0.0.1", RTPPort: 29960, User: "harrier", Password: "p%ss w@rd of 16", Log: slog.New(slog.NewTextHandler(log, nil)),
		Push: func(path, key string) error {
			if path == "live/D1" && key == "one" || path == "live/D2" && key == "two" {
				return nil
			}
			return errors.New("wrong key")
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	own, err := push(t, "rtmp://127.0.0.1:29935/live/D1?key=one")
	if err != nil {
		t.Fatal(err)
	}
	ended := own.on(t)
	eventually(t, "the dock's own stream", func() bool { return m.stream("live/D1") != nil })
	st := m.stream("live/D1")
	for range 3 {
		if p, err := push(t, "rtmp://127.0.0.1:29935/live/D1?key=two"); err == nil {
			for err == nil {
				err = p.picture()
				time.Sleep(10 * time.Millisecond)
			}
		}
	}
	if m.stream("live/D1") != st {
		t.Error("another dock's key took the stream's place")
	}
	eventually(t, "the wrong key is told", func() bool {
		return strings.Contains(log.String(), "wrong key") && strings.Contains(log.String(), "dock=D1")
	})
	select {
	case err := <-ended:
		t.Errorf("the dock's own stream ended: %v", err)
	default:
	}
	if n := strings.Count(log.String(), "wrong key"); n != 1 {
		t.Errorf("what is wrong is told %d times: %s", n, log)
	}
	// nor who goes past DESCRIBE
	c, err := net.Dial("tcp", "127.0.0.1:29954")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "SETUP rtsp://127.0.0.1:29954/live/D1/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if _, err := io.ReadFull(c, answer); err != nil || string(answer) != "RTSP/1.0 401" {
		t.Errorf("SETUP without a credential is answered %q, %v", answer, err)
	}
	watch := func(user *url.Userinfo) error {
		u, err := base.ParseURL("rtsp://127.0.0.1:29954/live/D1")
		if err != nil {
			t.Fatal(err)
		}
		u.User = user
		tr := gortsplib.ProtocolTCP
		cl := &gortsplib.Client{Protocol: &tr, Scheme: u.Scheme, Host: u.Host}
		if err := cl.Start(); err != nil {
			t.Fatal(err)
		}
		defer cl.Close()
		_, _, err = cl.Describe(u)
		return err
	}
	if err := watch(nil); err == nil {
		t.Error("nobody may watch")
	}
	if err := watch(url.UserPassword("harrier", "guessed")); err == nil {
		t.Error("a wrong password may watch")
	}
	if err := watch(url.UserPassword("harrier", "p%ss w@rd of 16")); err != nil {
		t.Errorf("who has the password may not watch: %v", err)
	}
}
