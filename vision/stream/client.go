// Package stream brings in video: an RTSP client that comes back when the stream breaks off, a decoder, and what can be
// known of the time at which a picture was taken.
package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

// Picture is a decoded frame. PTS is on the stream's own clock; Stamp is its RTP time stamp, as all see it who watch the stream; Arrived is when its last
// packet came. Whoever receives a picture closes it.
type Picture struct {
	BGR     gocv.Mat
	PTS     time.Duration
	Stamp   uint32
	Session int64 // connection of the client that it came over: each has a clock of its own
	Arrived time.Time
}

// Close frees the picture.
func (p *Picture) Close() { p.BGR.Close() }

// Counts of a stream so far.
type Counts struct{ Received, Dropped, Decoded atomic.Int64 }

// Client watches one RTSP stream. Every access unit is received; pictures are made only when one is wanted.
type Client struct {
	URL    string        // without a credential: it is logged
	Login  *url.Userinfo // nil: none
	UDP    bool          // where packets get lost, TCP is taken from then on
	Log    *slog.Logger
	Counts *Counts
	// Arrival, where given, hears of every access unit: when it came and its place on the stream's clock.
	Arrival func(pts time.Duration, at time.Time)
	// Motion, where given, hears five times a second which pixels were found again from one picture to a later one of w by h pixels.
	Motion func(from, to time.Duration, w, h int, pairs []geo.PixelPair)
	// Reel, where given, keeps the last moments, of which clips are cut.
	Reel *Reel
	want atomic.Bool

	session atomic.Int64
	lossy   bool // UDP loses packets: TCP is taken
}

// Session counts the connections that video came over.
func (c *Client) Session() int64 { return c.session.Load() }

// How long to wait before connecting again, and for data on a connection.
const (
	againMin    = 250 * time.Millisecond
	againMax    = 5 * time.Second
	dataTimeout = 5 * time.Second
	queueUnits  = 100 // four seconds of video: a server may begin with what came since the last IDR
	promptFor   = 10 * time.Second
	// keyframeWait is after how long a stream without a picture that a decoder can begin with is told of.
	keyframeWait = 5 * time.Second
	// Over UDP a stream that has lost minLost packets, and more than one in maxLostShare, is taken over TCP.
	minLost      = 20
	maxLostShare = 200
)

// Want asks for the next picture: it is decoded as fresh as it can be.
func (c *Client) Want() { c.want.Store(true) }

type accessUnit struct {
	nalus [][]byte
	pts   time.Duration
	at    time.Time
}

// Run connects, and connects again until ctx ends: at short pauses while a stream that was asked for is about to come, then at growing ones.
// Wanted pictures go to out.
func (c *Client) Run(ctx context.Context, out chan<- *Picture) error {
	pause := againMin
	failures := 0
	told := "" // what was wrong: it is said when it begins and when it changes
	asked := time.Now()
	for ctx.Err() == nil {
		began := time.Now()
		err := c.stream(ctx, out)
		if ctx.Err() != nil {
			break
		}
		if time.Since(began) > 10*time.Second {
			pause, failures, asked, told = againMin, 0, time.Now(), ""
		}
		failures++
		if what := fmt.Sprint(err); what != told {
			told = what
			c.Log.Warn("live stream is not there, trying again", "url", c.URL, "error", err)
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
		case <-t.C:
		}
		if time.Since(asked) > promptFor {
			pause = min(2*pause, againMax)
		}
	}
	return nil
}

// stream shows one connection: until it breaks off, or ctx ends.
func (c *Client) stream(ctx context.Context, out chan<- *Picture) error {
	u, err := base.ParseURL(c.URL)
	if err != nil {
		return fmt.Errorf("stream address %q: %w", c.URL, err)
	}
	if c.Login != nil {
		u.User = c.Login
	}
	tr := gortsplib.ProtocolTCP
	if c.UDP && !c.lossy {
		tr = gortsplib.ProtocolUDP
	}
	cl := &gortsplib.Client{Protocol: &tr, ReadTimeout: dataTimeout, WriteTimeout: dataTimeout, Scheme: u.Scheme, Host: u.Host}
	if err := cl.Start(); err != nil {
		return err
	}
	defer cl.Close()
	stop := context.AfterFunc(ctx, cl.Close)
	defer stop()
	desc, _, err := cl.Describe(u)
	if err != nil {
		return err
	}
	m, f, err := video(desc)
	if err != nil {
		return err
	}
	if _, err := cl.Setup(desc.BaseURL, m, 0, 0); err != nil {
		return err
	}
	if c.Reel != nil {
		c.Reel.params(f.SPS, f.PPS)
	}
	in := &intake{c: c, udp: tr == gortsplib.ProtocolUDP, units: make(chan accessUnit, queueUnits), skip: true, lossy: make(chan struct{})}
	if in.decoder, err = f.CreateDecoder(); err != nil {
		return err
	}
	cl.OnPacketRTP(m, f, in.packet)
	if _, err := cl.Play(nil); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cl.Wait() }()
	var head []byte
	for _, n := range [][]byte{f.SPS, f.PPS} {
		if len(n) > 0 {
			head = append(append(head, 0, 0, 0, 1), n...)
		}
	}
	return c.show(ctx, in, head, done, out)
}

// video is the H.264 of a session.
func video(desc *description.Session) (*description.Media, *format.H264, error) {
	var f *format.H264
	m := desc.FindFormat(&f)
	if m == nil {
		return nil, nil, fmt.Errorf("it has no H.264 video, but %s", offered(desc))
	}
	var sps h264.SPS
	if len(f.SPS) > 0 && sps.Unmarshal(f.SPS) == nil && sps.ChromaFormatIdc != 1 {
		return nil, nil, errors.New("its colours are not sampled 4:2:0, which alone is decoded")
	}
	return m, f, nil
}

// intake makes access units of one connection's packets; it belongs to the goroutine that reads them, but for units, lossy, and session once
// the first unit is there.
type intake struct {
	c       *Client
	decoder *rtph264.Decoder
	udp     bool
	units   chan accessUnit
	lossy   chan struct{} // closed when too much is lost
	session int64

	clock         rtpClock // its zero does not change once the first unit is there
	skip          bool     // until the next IDR: at first, and after a loss
	next          uint16
	packets, lost int
	first         bool // a unit was received
}

func (in *intake) packet(p *rtp.Packet) {
	in.packets++
	if in.packets > 1 && p.SequenceNumber != in.next {
		in.gap(int(p.SequenceNumber - in.next))
	}
	in.next = p.SequenceNumber + 1
	au, err := in.decoder.Decode(p)
	if err != nil {
		if !errors.Is(err, rtph264.ErrNonStartingPacketAndNoPrevious) && !errors.Is(err, rtph264.ErrMorePacketsNeeded) {
			in.skip = true
		}
		return
	}
	at, pts := time.Now(), in.clock.at(p.Timestamp)
	in.c.Counts.Received.Add(1)
	if !in.first {
		in.first, in.session = true, in.c.session.Add(1)
	}
	if in.c.Arrival != nil {
		in.c.Arrival(pts, at)
	}
	if in.c.Reel != nil {
		in.c.Reel.add(in.session, accessUnit{au, pts, at})
	}
	if in.skip && !hasIDR(au) {
		in.c.Counts.Dropped.Add(1)
		return
	}
	select {
	case in.units <- accessUnit{au, pts, at}:
		in.skip = false
	default: // the decoder is behind: drop up to the next IDR
		in.skip = true
		in.c.Counts.Dropped.Add(1)
	}
}

// gap notes that n packets are missing; a large n is of one that came late.
func (in *intake) gap(n int) {
	in.skip = true
	if n >= 1<<15 {
		return
	}
	if in.lost += n; in.udp && in.lost >= minLost && in.lost*maxLostShare > in.packets {
		select {
		case <-in.lossy:
		default:
			close(in.lossy)
		}
	}
}

// show decodes units, and hands on the pictures that are wanted; head are the parameter sets, which go before each IDR.
func (c *Client) show(ctx context.Context, in *intake, head []byte, done <-chan error, out chan<- *Picture) error {
	dec, err := NewDecoder()
	if err != nil {
		return err
	}
	defer dec.Close()
	flow := NewFlow()
	defer flow.Close()
	idle, keyless := time.NewTimer(dataTimeout), time.NewTimer(keyframeWait)
	defer idle.Stop()
	defer keyless.Stop()
	var buf []byte
	damaged := 0
	for {
		idle.Reset(dataTimeout)
		select {
		case <-ctx.Done():
			return nil
		case err := <-done:
			return err
		case <-idle.C:
			return fmt.Errorf("no video for %s", dataTimeout)
		case <-in.lossy:
			c.lossy = true
			return errors.New("packets get lost over UDP; it is taken over TCP from here on")
		case <-keyless.C:
			c.Log.Warn("live stream: no keyframe has come yet; nothing can be seen until one does", "url", c.URL, "for", keyframeWait)
		case u := <-in.units:
			keyless.Stop() // the first unit is one
			buf = u.annexB(buf[:0], head)
			ok, err := dec.Decode(buf, u.pts)
			if err != nil {
				if damaged++; damaged == 1 || damaged%100 == 0 {
					c.Log.Warn("damaged video, going on", "url", c.URL, "error", err, "so_far", damaged)
				}
				continue
			}
			if !ok {
				continue
			}
			c.Counts.Decoded.Add(1)
			if c.Motion != nil {
				if from, pairs := flow.next(dec, dec.PTS()); len(pairs) > 0 {
					w, h := dec.Size()
					c.Motion(from, dec.PTS(), w, h, pairs)
				}
			}
			// old pictures are only decoded for those that refer to them
			if len(in.units) > 2 || !c.want.CompareAndSwap(true, false) {
				continue
			}
			p := &Picture{BGR: gocv.NewMat(), PTS: dec.PTS(), Stamp: in.clock.stamp(dec.PTS()), Session: in.session, Arrived: u.at}
			if err := dec.Picture(&p.BGR); err != nil {
				p.Close()
				return err
			}
			select {
			case out <- p:
			case <-ctx.Done():
				p.Close()
				return nil
			}
		}
	}
}

// annexB appends a unit as decoders take it.
func (u accessUnit) annexB(buf, head []byte) []byte {
	if hasIDR(u.nalus) {
		buf = append(buf, head...)
	}
	for _, n := range u.nalus {
		buf = append(append(buf, 0, 0, 0, 1), n...)
	}
	return buf
}

// offered names what a stream has in place of H.264 video.
func offered(desc *description.Session) string {
	var names []string
	for _, m := range desc.Medias {
		for _, f := range m.Formats {
			names = append(names, string(m.Type)+" "+f.Codec())
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, " and ")
}

func hasIDR(nalus [][]byte) bool {
	for _, n := range nalus {
		if len(n) > 0 && n[0]&0x1F == 5 {
			return true
		}
	}
	return false
}

// rtpClock unwraps 90 kHz RTP time stamps into time since the first.
type rtpClock struct {
	begun bool
	zero  uint32
	last  uint32
	ticks int64
}

func (c *rtpClock) at(stamp uint32) time.Duration {
	if !c.begun {
		c.begun, c.zero, c.last = true, stamp, stamp
	}
	c.ticks += int64(int32(stamp - c.last))
	c.last = stamp
	return time.Duration(c.ticks) * time.Second / 90000
}

// stamp is the RTP time stamp at a time since the first.
func (c *rtpClock) stamp(at time.Duration) uint32 {
	return c.zero + uint32(int64(math.Round(at.Seconds()*90000)))
}
