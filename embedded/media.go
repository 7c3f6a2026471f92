package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	format5 "github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"
)

// Media takes RTMP in, as docks push it, and gives RTSP out.
type Media struct {
	rtsp   *gortsplib.Server
	rtmp   net.Listener
	log    *slog.Logger
	key    string
	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	live   map[string]*relay
}

// relay is a stream on its way from its publisher to who watches.
type relay struct {
	*gortsplib.ServerStream
	media *description.Media

	mu sync.Mutex
	// since are the packets from the last picture on that a decoder can begin with: who comes later gets them first, and need not wait for
	// the next such picture, seconds later.
	since []*rtp.Packet
}

// mostSince bounds them: 4 s of a live stream of the best quality; a stream that has such pictures less often is watched from the next on.
const mostSince = 3000

// write hands the packets of a picture on.
func (r *relay) write(pkts []*rtp.Packet, begins bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case begins:
		r.since = pkts
	case len(r.since) > 0 && len(r.since)+len(pkts) <= mostSince:
		r.since = append(r.since, pkts...)
	default:
		r.since = nil
	}
	now := time.Now()
	for _, p := range pkts {
		if err := r.WritePacketRTPWithNTP(r.media, p, now); err != nil {
			return err
		}
	}
	return nil
}

// catchUp gives a session what it needs to begin now. What does not fit into its queue it does without, until the next picture it can begin with.
func (r *relay) catchUp(s *gortsplib.ServerSession) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.since {
		if s.WritePacketRTP(r.media, p) != nil {
			return
		}
	}
}

// StartMedia listens for RTMP and RTSP (host:port each; RTP and RTCP over UDP on rtp and rtp+1). A publisher's address must
// carry ?key=KEY where key is not empty.
func StartMedia(rtmpAddr, rtspAddr, host string, rtp int, key string, log *slog.Logger) (*Media, error) {
	ctx, cancel := context.WithCancel(context.Background())
	m := &Media{log: log, key: key, cancel: cancel, live: map[string]*relay{}}
	m.rtsp = &gortsplib.Server{Handler: m, RTSPAddress: rtspAddr, UDPRTPAddress: fmt.Sprintf("%s:%d", host, rtp), UDPRTCPAddress: fmt.Sprintf("%s:%d", host, rtp+1), WriteQueueSize: 4096}
	if err := m.rtsp.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("RTSP server on %s: %w; --port-offset moves all ports", rtspAddr, err)
	}
	l, err := net.Listen("tcp", rtmpAddr)
	if err != nil {
		cancel()
		m.rtsp.Close()
		return nil, fmt.Errorf("RTMP server: %w; --port-offset moves all ports", err)
	}
	m.rtmp = l
	m.wg.Add(1)
	go m.accept(ctx)
	return m, nil
}

// Close stops both servers.
func (m *Media) Close() error {
	m.cancel()
	err := m.rtmp.Close()
	m.wg.Wait()
	m.rtsp.Close()
	return err
}

func (m *Media) accept(ctx context.Context) {
	defer m.wg.Done()
	for {
		c, err := m.rtmp.Accept()
		if err != nil {
			return
		}
		m.wg.Add(1)
		go func() {
			defer m.wg.Done()
			defer c.Close()
			defer context.AfterFunc(ctx, func() { c.Close() })()
			if err := m.publish(c); err != nil && ctx.Err() == nil {
				m.log.Debug("live stream ended", "from", c.RemoteAddr().String(), "error", err)
			}
		}()
	}
}

// video is a publisher's connection of which only the video is read. gortmplib's reader takes two seconds of a stream for learning its
// tracks, and throws them away; as soon as the video is known it is told that they are over.
type video struct {
	gortmplib.Conn
	over []message.Message
	told bool
}

func (c *video) Read() (message.Message, error) {
	if len(c.over) > 0 {
		m := c.over[0]
		c.over = c.over[1:]
		return m, nil
	}
	for {
		m, err := c.Conn.Read()
		if err != nil {
			return nil, err
		}
		var began time.Duration
		switch x := m.(type) {
		case *message.Audio, *message.AudioExSequenceStart, *message.AudioExCodedFrames, *message.AudioExMultitrack:
			continue
		case *message.Video:
			if x.Type != message.VideoTypeConfig {
				return m, nil
			}
			began = x.DTS
		case *message.VideoExSequenceStart:
		default:
			return m, nil
		}
		if !c.told {
			c.told, c.over = true, []message.Message{&message.Video{DTS: began}, &message.Video{DTS: began + time.Minute}}
		}
		return m, nil
	}
}

// publish relays one RTMP publisher until it ends.
func (m *Media) publish(c net.Conn) error {
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	sc := &gortmplib.ServerConn{RW: c}
	if err := sc.Initialize(); err != nil {
		return err
	}
	if err := sc.Accept(); err != nil {
		return err
	}
	if !sc.Publish {
		return errors.New("RTMP is for docks to push to; watch over RTSP")
	}
	if m.key != "" && sc.URL.Query().Get("key") != m.key {
		return errors.New("wrong key in the RTMP address")
	}
	path := strings.Trim(sc.URL.Path, "/")
	r := &gortmplib.Reader{Conn: &video{Conn: sc}}
	if err := r.Initialize(); err != nil {
		return err
	}
	var track *format5.H264
	for _, t := range r.Tracks() {
		if h, ok := t.(*format5.H264); ok {
			track = h
		}
	}
	if track == nil {
		return errors.New("stream has no H.264 video")
	}
	media := &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{&format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: track.SPS, PPS: track.PPS}}}
	st := &relay{ServerStream: &gortsplib.ServerStream{Server: m.rtsp, Desc: &description.Session{Medias: []*description.Media{media}}}, media: media}
	if err := st.Initialize(); err != nil {
		return err
	}
	defer st.Close()
	m.mu.Lock()
	if old := m.live[path]; old != nil {
		old.Close()
	}
	m.live[path] = st
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		if m.live[path] == st {
			delete(m.live, path)
		}
		m.mu.Unlock()
	}()
	enc := &rtph264.Encoder{PayloadType: 96, PacketizationMode: 1}
	if err := enc.Init(); err != nil {
		return err
	}
	var failed error
	r.OnDataH264(track, func(pts, _ time.Duration, au [][]byte) {
		pkts, err := enc.Encode(au)
		if err != nil {
			failed = err
			return
		}
		for _, p := range pkts {
			p.Timestamp += uint32(pts.Seconds() * 90000)
		}
		failed = st.write(pkts, h264.IsRandomAccess(au))
	})
	for failed == nil {
		if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			return err
		}
		if err := r.Read(); err != nil {
			return err
		}
	}
	return failed
}

func (m *Media) stream(path string) *relay {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.live[strings.Trim(path, "/")]
}

// OnDescribe answers RTSP DESCRIBE.
func (m *Media) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if st := m.stream(ctx.Path); st != nil {
		return &base.Response{StatusCode: base.StatusOK}, st.ServerStream, nil
	}
	return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
}

// OnSetup answers RTSP SETUP.
func (m *Media) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if st := m.stream(ctx.Path); st != nil {
		return &base.Response{StatusCode: base.StatusOK}, st.ServerStream, nil
	}
	return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
}

// OnPlay answers RTSP PLAY.
func (m *Media) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	if st := m.stream(ctx.Path); st != nil && st.ServerStream == ctx.Session.SetuppedStream() {
		st.catchUp(ctx.Session)
	}
	return &base.Response{StatusCode: base.StatusOK}, nil
}
