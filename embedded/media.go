package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph264"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"
	"golang.org/x/net/netutil"

	"github.com/harrier-patrol/harrier/journal"
)

// Media takes RTMP in, as docks push it, and gives RTSP out.
type Media struct {
	o      MediaOptions
	rtsp   *gortsplib.Server
	rtmp   net.Listener
	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	live   map[string]*relay
	told   map[string]string // by path, what was said last of its stream
}

// MediaOptions say where a media server listens, and who may push and watch.
type MediaOptions struct {
	RTMP, RTSP string // host:port
	Host       string
	RTPPort    int // RTP over UDP, RTCP on the next; 0: over TCP only
	// Push says what is wrong with a publisher's path and key, nil where it may push; nil: everybody may.
	Push func(path, key string) error
	// User and Password are those of who watches; without a user everybody may.
	User, Password string
	Log            *slog.Logger
}

// maxPublishers bounds the connections to the RTMP port.
const maxPublishers = 2048

// relay is a stream on its way from its publisher to who watches.
type relay struct {
	*gortsplib.ServerStream
	media *description.Media
	from  net.Conn
	ended sync.Once

	mu sync.Mutex
	// since are the packets from the last picture on that a decoder can begin with: who comes later gets them first, and need not wait for
	// the next such picture, seconds later.
	since []*rtp.Packet
}

// end closes the stream, and the connection that it comes over: once, whoever ends it first, its publisher or another that takes its place.
func (r *relay) end() {
	r.ended.Do(func() {
		r.ServerStream.Close()
		r.from.Close()
	})
}

// maxSince bounds them: 4 s of a live stream of the best quality; a stream that has such pictures less often is watched from the next on.
const maxSince = 3000

// write hands the packets of a picture on.
func (r *relay) write(pkts []*rtp.Packet, begins bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case begins:
		r.since = pkts
	case len(r.since) > 0 && len(r.since)+len(pkts) <= maxSince:
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

// StartMedia listens for RTMP and RTSP.
func StartMedia(o MediaOptions) (*Media, error) {
	ctx, cancel := context.WithCancel(context.Background())
	m := &Media{o: o, cancel: cancel, live: map[string]*relay{}, told: map[string]string{}}
	m.rtsp = &gortsplib.Server{Handler: m, RTSPAddress: o.RTSP, WriteQueueSize: 4096}
	if o.RTPPort > 0 {
		m.rtsp.UDPRTPAddress, m.rtsp.UDPRTCPAddress = fmt.Sprintf("%s:%d", o.Host, o.RTPPort), fmt.Sprintf("%s:%d", o.Host, o.RTPPort+1)
	}
	if err := m.rtsp.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("RTSP server on %s: %w; --port-offset moves all ports", o.RTSP, err)
	}
	l, err := net.Listen("tcp", o.RTMP)
	if err != nil {
		cancel()
		m.rtsp.Close()
		return nil, fmt.Errorf("RTMP server: %w; --port-offset moves all ports", err)
	}
	m.rtmp = netutil.LimitListener(l, maxPublishers)
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
			path := ""
			err := journal.Guarded(func() error { return m.publish(c, &path) })
			switch {
			case err == nil || ctx.Err() != nil:
			case path == "": // not even RTMP
				m.o.Log.Debug("RTMP connection ended", "address", c.RemoteAddr().String(), "error", err)
			default:
				m.say(path, c, err)
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

// maxTold bounds the paths of which it is remembered what was said.
const maxTold = 4096

// say says what is wrong with a stream, once until it changes; nil: that nothing is.
func (m *Media) say(path string, c net.Conn, err error) {
	what := ""
	if err != nil {
		what = err.Error()
		if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
			what = "it has ended"
		}
	}
	m.mu.Lock()
	was, known := m.told[path]
	full := !known && len(m.told) >= maxTold
	if !full {
		m.told[path] = what
	}
	m.mu.Unlock()
	if full || known && was == what { // a flood of paths is nobody's stream
		return
	}
	dock := path[strings.LastIndexByte(path, '/')+1:]
	if what == "" {
		m.o.Log.Info("live stream is on", "dock", clipped(dock), "address", c.RemoteAddr().String())
		return
	}
	m.o.Log.Warn("live stream: "+what, "dock", clipped(dock), "address", c.RemoteAddr().String())
}

// keyframeWait is after how long a stream without a picture that a decoder can begin with is told of.
const keyframeWait = 5 * time.Second

// publish relays one RTMP publisher until it ends. path is set once it is known.
func (m *Media) publish(c net.Conn, name *string) error {
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
	path := strings.Trim(sc.URL.Path, "/")
	*name = path
	if !sc.Publish {
		return errors.New("RTMP is for docks to push to; watch over RTSP")
	}
	if m.o.Push != nil {
		if err := m.o.Push(path, sc.URL.Query().Get("key")); err != nil {
			return err
		}
	}
	r := &gortmplib.Reader{Conn: &video{Conn: sc}}
	track, err := readTrack(r)
	if err != nil {
		return err
	}
	media := &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{&format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: track.SPS, PPS: track.PPS}}}
	st := &relay{ServerStream: &gortsplib.ServerStream{Server: m.rtsp, Desc: &description.Session{Medias: []*description.Media{media}}}, media: media, from: c}
	if err := st.Initialize(); err != nil {
		return err
	}
	defer st.end()
	m.mu.Lock()
	old := m.live[path]
	m.live[path] = st
	m.mu.Unlock()
	if old != nil { // the dock has come again before its old connection was noticed to be dead
		old.end()
	}
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
	began, keyed := time.Now(), false
	r.OnDataH264(track, func(pts, _ time.Duration, au [][]byte) {
		key := h264.IsRandomAccess(au)
		switch {
		case key && !keyed:
			keyed = true
			m.say(path, c, nil)
		case !keyed && time.Since(began) > keyframeWait:
			m.say(path, c, fmt.Errorf("no keyframe has come for %s; nothing can be seen until one does", keyframeWait))
		}
		pkts, err := enc.Encode(au)
		if err != nil {
			failed = err
			return
		}
		for _, p := range pkts {
			p.Timestamp += uint32(pts.Seconds() * 90000)
		}
		failed = st.write(pkts, key)
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

// readTrack waits for the H.264 video that can be watched.
func readTrack(r *gortmplib.Reader) (track *format.H264, err error) {
	if err := r.Initialize(); errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errors.New("no video comes: it is silent, or has audio only")
	} else if err != nil {
		return nil, fmt.Errorf("not a video that can be read: %w", err)
	}
	for _, t := range r.Tracks() {
		switch h := t.(type) {
		case *format.H264:
			track = h
		case *format.H265:
			return nil, errors.New("it is H.265; set the dock's video to H.264")
		}
	}
	if track == nil {
		return nil, errors.New("it has no H.264 video")
	}
	var sps h264.SPS
	if err := sps.Unmarshal(track.SPS); err != nil {
		return nil, fmt.Errorf("its parameters cannot be read: %w", err)
	}
	if sps.ChromaFormatIdc != 1 {
		return nil, fmt.Errorf("its colours are sampled 4:%s; only 4:2:0 is decoded", map[uint32]string{0: "0:0", 2: "2:2", 3: "4:4"}[sps.ChromaFormatIdc])
	}
	return track, nil
}

func (m *Media) stream(path string) *relay {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.live[strings.Trim(path, "/")]
}

// mayWatch says whether who asks has the credential of those who watch.
func (m *Media) mayWatch(c *gortsplib.ServerConn, r *base.Request) bool {
	return m.o.User == "" || c.VerifyCredentials(r, m.o.User, m.o.Password)
}

// OnDescribe answers RTSP DESCRIBE.
func (m *Media) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if !m.mayWatch(ctx.Conn, ctx.Request) {
		return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
	}
	if st := m.stream(ctx.Path); st != nil {
		return &base.Response{StatusCode: base.StatusOK}, st.ServerStream, nil
	}
	return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
}

// OnSetup answers RTSP SETUP.
func (m *Media) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if !m.mayWatch(ctx.Conn, ctx.Request) {
		return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
	}
	if st := m.stream(ctx.Path); st != nil {
		return &base.Response{StatusCode: base.StatusOK}, st.ServerStream, nil
	}
	return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
}

// OnPlay answers RTSP PLAY.
func (m *Media) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	if st := m.stream(ctx.Path); st != nil && st.ServerStream == ctx.Session.Stream() {
		st.catchUp(ctx.Session)
	}
	return &base.Response{StatusCode: base.StatusOK}, nil
}
