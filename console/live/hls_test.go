package live

import (
	"bytes"
	"strings"
	"testing"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
)

// Parameter sets of a stream of 1920 x 1080.
var (
	testSPS = []byte{0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58}
	testPPS = []byte{0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0}
)

// Segments begin with a picture that can be shown by itself, follow each other without a gap, and no more than a few are kept; a clock that jumps, or runs over
// 32 bits, makes none that is endless or runs backwards.
func TestSegmentsFollowEachOther(t *testing.T) {
	s := &segments{first: make(chan struct{})}
	stamp := uint32(1<<32 - 5*TicksPerS)
	frame := func(n int) {
		u := Unit{NALUs: [][]byte{{1, 2, 3}}, Stamp: stamp, Key: n%25 == 0}
		if u.Key {
			u.NALUs = [][]byte{testSPS, testPPS, {5, 2, 3}}
		}
		s.add(u)
		stamp += TicksPerS / 25
	}
	s.add(Unit{NALUs: [][]byte{{1}}, Stamp: stamp}) // nothing can begin with it
	for n := range 10 * 25 {
		frame(n)
	}
	if len(s.all) != segmentsKept || s.all[0].n != 3 || s.init == nil {
		t.Fatalf("%d segments from %d on", len(s.all), s.all[0].n)
	}
	check := func() {
		t.Helper()
		next := uint64(0)
		for i, x := range s.all {
			var parts fmp4.Parts
			if err := parts.Unmarshal(x.data); err != nil {
				t.Fatal(err)
			}
			track := parts[0].Tracks[0]
			var sum uint64
			for _, p := range track.Samples {
				sum += uint64(p.Duration)
			}
			if i > 0 && track.BaseTime != next || track.Samples[0].IsNonSyncSample || sum != uint64(x.ticks) || x.ticks < segmentLeast || x.ticks > MaxStep {
				t.Errorf("segment %d: %d ticks from %d on, %d expected", x.n, sum, track.BaseTime, next)
			}
			next = track.BaseTime + sum
		}
	}
	check()
	list := string(s.playlist())
	if !strings.Contains(list, "#EXT-X-MEDIA-SEQUENCE:3\n") || !strings.Contains(list, "#EXTINF:1.000,\n3.m4s\n") || !strings.Contains(list, "#EXT-X-TARGETDURATION:1\n") {
		t.Errorf("%s", list)
	}
	for _, jump := range []int32{-100 * TicksPerS, 3600 * TicksPerS} {
		stamp += uint32(jump)
		for n := range 5 * 25 {
			frame(n + 12) // amid a segment
		}
		check()
	}
	if bytes.Equal(s.all[0].data, s.all[1].data) {
		t.Error("two segments are the same")
	}
}
