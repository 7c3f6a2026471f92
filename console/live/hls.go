package live

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"
)

// Where no UDP passes, a browser gets the video as HLS (RFC 8216, fragmented MP4): some seconds late, but it comes. A segment begins with a picture that a decoder
// can begin with and is a second long at least; so many are kept, and made until nobody has asked for idleAfter.
const (
	segmentLeast = TicksPerS
	segmentsKept = 6
	idleAfter    = 20 * time.Second
	maxSegment   = 16 << 20 // bytes: of a stream that has such pictures too seldom
)

// ErrNoFile says that a playlist has no such file, or has it no more.
var ErrNoFile = errors.New("the video has moved on: read the playlist again")

// segments are those of one dock's stream.
type segments struct {
	mu    sync.Mutex
	asked time.Time
	init  []byte
	all   []segment
	next  int           // number of the segment that is being made
	first chan struct{} // closed once there is one, or none comes
	err   error

	samples []*fmp4.Sample
	bytes   int
	began   uint32 // time stamp of the first sample
	last    uint32 // of the last one
	time    uint64 // ticks of all segments before
}

type segment struct {
	n     int
	ticks int64
	data  []byte
}

// File is a file of the HLS of a dock's stream at an RTSP address: index.m3u8, init.mp4 or <n>.m4s, and its media type.
func (l *Live) File(ctx context.Context, dock, stream, name string) (data []byte, kind string, err error) {
	s, err := l.segmentsOf(dock, stream)
	if err != nil {
		return nil, "", err
	}
	select {
	case <-s.first:
	case <-ctx.Done():
		return nil, "", ctx.Err()
	case <-time.After(streamWait):
		return nil, "", fmt.Errorf("the dock's video is not there: no picture has come that a browser can begin with")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = time.Now()
	if len(s.all) == 0 {
		return nil, "", s.err
	}
	switch number, segment := strings.CutSuffix(name, ".m4s"); {
	case name == "index.m3u8":
		return s.playlist(), "application/vnd.apple.mpegurl", nil
	case name == "init.mp4":
		return s.init, "video/mp4", nil
	case segment:
		n, err := strconv.Atoi(number)
		if i := n - s.all[0].n; err == nil && i >= 0 && i < len(s.all) {
			return s.all[i].data, "video/mp4", nil
		}
	}
	return nil, "", ErrNoFile
}

// segmentsOf finds the segments of a dock, and begins to make them where nobody has asked for them.
func (l *Live) segmentsOf(dock, stream string) (*segments, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.hls[dock]; s != nil {
		return s, nil
	}
	if len(l.hls) >= maxViewers || l.ctx.Err() != nil {
		return nil, ErrFull
	}
	s := &segments{asked: time.Now(), first: make(chan struct{})}
	l.hls[dock] = s
	l.wg.Go(func() {
		err := l.segment(s, stream)
		l.mu.Lock()
		delete(l.hls, dock)
		l.mu.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.all) == 0 {
			s.err = errors.Join(err, errors.New("the dock's video has ended"))
			close(s.first)
		}
	})
	return s, nil
}

// segment makes segments of a stream until it ends, or nobody asks for them any more.
func (l *Live) segment(s *segments, stream string) error {
	ctx, cancel := context.WithTimeout(l.ctx, streamWait)
	defer cancel()
	c, play, err := Read(ctx, stream, l.o.Login, s.add)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := play(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	idle := time.NewTicker(idleAfter / 4)
	defer idle.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-idle.C:
			s.mu.Lock()
			over := time.Since(s.asked) > idleAfter
			s.mu.Unlock()
			if !over {
				continue
			}
		case <-l.ctx.Done():
		}
		c.Close()
		return <-ended
	}
}

// add takes in a picture.
func (s *segments) add(u Unit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.samples) == 0 && !u.Key {
		return
	}
	if n := len(s.samples); n > 0 {
		step := int32(u.Stamp - s.last)
		if step < 0 || step > MaxStep { // the dock's clock has jumped: it begins anew with the next picture that can be shown by itself
			s.samples, s.bytes = nil, 0
			if !u.Key {
				return
			}
		} else {
			s.samples[n-1].Duration = uint32(max(1, step))
		}
	}
	if u.Key && len(s.samples) > 0 && int32(u.Stamp-s.began) >= segmentLeast || s.bytes > maxSegment {
		s.end(int64(int32(u.Stamp - s.began)))
		if !u.Key {
			return
		}
	}
	if len(s.samples) == 0 {
		s.began = u.Stamp
		if s.init == nil {
			s.init = initOf(u.NALUs)
		}
	}
	sample := &fmp4.Sample{}
	if sample.FillH264(0, u.NALUs) != nil {
		return
	}
	s.last = u.Stamp
	s.samples = append(s.samples, sample)
	s.bytes += len(sample.Payload)
}

// end makes a segment of what has come.
func (s *segments) end(ticks int64) {
	var b seekablebuffer.Buffer
	part := fmp4.Part{SequenceNumber: uint32(s.next), Tracks: []*fmp4.PartTrack{{ID: 1, BaseTime: s.time, Samples: s.samples}}}
	if part.Marshal(&b) == nil && s.init != nil {
		s.all = append(s.all, segment{s.next, ticks, b.Bytes()})
		if n := len(s.all) - segmentsKept; n > 0 {
			s.all = append([]segment(nil), s.all[n:]...)
		}
		if s.next++; s.next == 1 {
			close(s.first)
		}
	}
	s.time += uint64(ticks)
	s.samples, s.bytes = nil, 0
}

// playlist lists the segments there are.
func (s *segments) playlist() []byte {
	longest := int64(0)
	for _, x := range s.all {
		longest = max(longest, x.ticks)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-MAP:URI=\"init.mp4\"\n", int(math.Ceil(float64(longest)/TicksPerS)), s.all[0].n)
	for _, x := range s.all {
		fmt.Fprintf(&b, "#EXTINF:%.3f,\n%d.m4s\n", float64(x.ticks)/TicksPerS, x.n)
	}
	return []byte(b.String())
}

// initOf is the beginning of an MP4 of a stream whose parameter sets stand in a picture; nil where they do not.
func initOf(au [][]byte) []byte {
	codec := &mp4.CodecH264{}
	codec.SPS, codec.PPS = ParameterSets(au)
	if codec.SPS == nil || codec.PPS == nil {
		return nil
	}
	var b seekablebuffer.Buffer
	if (fmp4.Init{Tracks: []*fmp4.InitTrack{{ID: 1, TimeScale: TicksPerS, Codec: codec}}}).Marshal(&b) != nil {
		return nil
	}
	return b.Bytes()
}
