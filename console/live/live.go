// Package live passes the video of docks on to browsers as it comes: WHEP (draft-ietf-wish-whep) in, WebRTC out, H.264 as the dock encoded it.
package live

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph264"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// How many may watch at a time, and how long is waited for a stream and for a browser.
const (
	maxViewers = 100
	streamWait = 10 * time.Second
	peerWait   = 20 * time.Second
	// A browser that says nothing for so long is silent, and is gone after so long more; it is spoken to so often.
	peerSilent, peerGone, peerAlive = 5 * time.Second, 10 * time.Second, 2 * time.Second
	mayEvery                        = 5 * time.Second // it is asked whether who watches still may
)

// payload is how much of a picture a packet holds: so that it passes an Ethernet whole, with WebRTC's own.
const payload = 1200

// Errors of who wants to watch.
var (
	ErrFull  = errors.New("too many are watching: close another page with live video")
	ErrOffer = errors.New("the browser's offer cannot be taken")
)

// Options say how video comes in and goes out.
type Options struct {
	Listen string        // UDP host:port, for all browsers
	Login  *url.Userinfo // as whom the video is watched; nil: as nobody
	// Boxes hands on what is seen in a dock's video, as JSON of vision.FrameBoxes, until stop is called.
	Boxes func(dock string, each func([]byte)) (stop func(), err error)
	Log   *slog.Logger
}

// Live passes video on. Close it.
type Live struct {
	o   Options
	udp net.PacketConn
	api *webrtc.API

	mu      sync.Mutex
	viewers map[string]context.CancelFunc
	hls     map[string]*segments // by dock
	wg      sync.WaitGroup
	stop    context.CancelFunc
	ctx     context.Context
}

// Open listens for browsers.
func Open(o Options) (*Live, error) {
	udp, err := net.ListenPacket("udp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("live video for browsers (http.webrtc): %w; --port-offset moves all ports", err)
	}
	media := &webrtc.MediaEngine{}
	// docks send High profile, too; browsers decode it whatever they say of it
	if err := media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: codec, PayloadType: 102}, webrtc.RTPCodecTypeVideo); err != nil {
		udp.Close()
		return nil, err
	}
	var set webrtc.SettingEngine
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard} // what goes wrong is an error, or a state of the connection
	set.LoggerFactory = quiet
	set.SetICEUDPMux(webrtc.NewICEUDPMux(quiet.NewLogger("ice"), udp))
	set.SetIncludeLoopbackCandidate(true)
	set.SetICETimeouts(peerSilent, peerGone, peerAlive)
	set.SetLite(true) // the browser looks for the way: its own addresses may be hidden
	l := &Live{o: o, udp: udp, viewers: map[string]context.CancelFunc{}, hls: map[string]*segments{}}
	l.ctx, l.stop = context.WithCancel(context.Background())
	l.api = webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(set))
	return l, nil
}

var codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000, SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}}}

// Close ends all sessions, and waits for them.
func (l *Live) Close() error {
	l.stop()
	l.wg.Wait()
	return l.udp.Close()
}

// Watch answers a browser's offer with a session that shows a dock's stream at an RTSP address, and tells of the boxes in it where the browser opens a channel
// for them; it ends with the stream, with End, when the browser goes, or soon after who watches may no more.
func (l *Live) Watch(ctx context.Context, dock, stream, offer string, may func() bool) (id, answer string, err error) {
	ctx, cancelWait := context.WithTimeout(ctx, streamWait)
	defer cancelWait()
	run, cancel := context.WithCancel(l.ctx)
	id = rand.Text()
	l.mu.Lock()
	full := len(l.viewers) >= maxViewers || l.ctx.Err() != nil
	if !full {
		l.viewers[id] = cancel
		l.wg.Add(1) // for the session, or for this call where it fails
	}
	l.mu.Unlock()
	if full {
		cancel()
		return "", "", ErrFull
	}
	leave := func() {
		cancel()
		l.mu.Lock()
		delete(l.viewers, id)
		l.mu.Unlock()
		l.wg.Done()
	}
	s, err := l.open(ctx, stream)
	if err != nil {
		leave()
		return "", "", err
	}
	peer, answer, err := l.answer(ctx, run, s, dock, offer, cancel)
	if err != nil {
		s.client.Close()
		leave()
		return "", "", err
	}
	go func() {
		defer leave()
		defer func() { _ = peer.Close() }()
		defer s.client.Close()
		ended := make(chan error, 1)
		go func() { ended <- s.client.Wait() }()
		again := time.NewTicker(mayEvery)
		defer again.Stop()
		for {
			select {
			case <-again.C:
				if !may() {
					cancel()
				}
				continue
			case <-run.Done():
				s.client.Close()
				<-ended
			case err := <-ended:
				l.o.Log.Debug("live video ended", "stream", stream, "error", err)
			}
			return
		}
	}()
	if err := s.play(); err != nil {
		cancel()
		return "", "", err
	}
	return id, answer, nil
}

// End ends a session; one that is over already is none.
func (l *Live) End(id string) {
	l.mu.Lock()
	cancel := l.viewers[id]
	l.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// source is a stream that is read into a track.
type source struct {
	client *gortsplib.Client
	play   func() error
	track  *webrtc.TrackLocalStaticRTP
}

// open opens a stream at its RTSP address, to be played into a track.
func (l *Live) open(ctx context.Context, stream string) (*source, error) {
	s := &source{}
	var err error
	if s.track, err = webrtc.NewTrackLocalStaticRTP(codec, "video", "dock"); err != nil {
		return nil, err
	}
	enc := &rtph264.Encoder{PayloadType: 102, PacketizationMode: 1, PayloadMaxSize: payload}
	if err := enc.Init(); err != nil {
		return nil, err
	}
	s.client, s.play, err = Read(ctx, stream, l.o.Login, func(u Unit) {
		pkts, err := enc.Encode(u.NALUs)
		if err != nil {
			return
		}
		for _, q := range pkts {
			q.Timestamp = u.Stamp
			if s.track.WriteRTP(q) != nil {
				return
			}
		}
	})
	return s, err
}

// answer makes the peer of a browser, for a session that ends with run; gone is called when it goes, or never comes.
func (l *Live) answer(ctx, run context.Context, s *source, dock, offer string, gone func()) (*webrtc.PeerConnection, string, error) {
	peer, err := l.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, "", err
	}
	fail := func(err error) (*webrtc.PeerConnection, string, error) {
		_ = peer.Close()
		return nil, "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	if err := peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return fail(err)
	}
	if _, err := peer.AddTrack(s.track); err != nil {
		return fail(err)
	}
	var once sync.Once
	peer.OnDataChannel(func(c *webrtc.DataChannel) { once.Do(func() { l.tellBoxes(run, c, dock) }) })
	never := time.AfterFunc(peerWait, gone)
	peer.OnConnectionStateChange(func(st webrtc.PeerConnectionState) {
		switch st {
		case webrtc.PeerConnectionStateConnected:
			never.Stop()
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			never.Stop()
			gone()
		}
	})
	reply, err := peer.CreateAnswer(nil)
	if err != nil {
		return fail(err)
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(reply); err != nil {
		return fail(err)
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	return peer, peer.LocalDescription().SDP, nil
}

// What is sent of boxes at a time, and what may wait for a browser that takes them slowly, bytes: they are of use only at once.
const maxBoxes, boxesWaiting = 60 << 10, 128 << 10

// tellBoxes sends a browser the boxes of a dock's video on a channel that it opened, until its session ends.
func (l *Live) tellBoxes(run context.Context, c *webrtc.DataChannel, dock string) {
	if c.Label() != "boxes" {
		return
	}
	c.OnOpen(func() {
		stop, err := l.o.Boxes(dock, func(b []byte) {
			if len(b) <= maxBoxes && c.BufferedAmount() < boxesWaiting {
				_ = c.SendText(string(b))
			}
		})
		if err != nil {
			l.o.Log.Warn("boxes of live video are not told", "dock", dock, "error", err)
			return
		}
		context.AfterFunc(run, stop)
	})
}
