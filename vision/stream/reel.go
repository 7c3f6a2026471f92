package stream

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"
)

// Reel keeps the last moments of a stream as they came, so that a clip can be cut of them without encoding anything.
type Reel struct {
	mu       sync.Mutex
	units    []kept // in the order in which they came
	bytes    int
	sps, pps []byte
}

type kept struct {
	session int64
	idr     bool
	accessUnit
}

// So much is kept, and never more than so many bytes: at 3 Mbit/s it is 8 MB.
const (
	reelFor  = 20 * time.Second
	reelMost = 24 << 20
)

// ErrNoClip says that what is asked for is not there, or not there any more.
var ErrNoClip = errors.New("the video of that time is not there")

// params takes in the parameter sets that a session was described with.
func (r *Reel) params(sps, pps []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(sps) > 0 && len(pps) > 0 {
		r.sps, r.pps = sps, pps
	}
}

func (r *Reel) add(session int64, u accessUnit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := kept{session: session, accessUnit: u}
	for _, n := range u.nalus {
		if len(n) == 0 {
			continue
		}
		switch h264.NALUType(n[0] & 0x1f) {
		case h264.NALUTypeIDR:
			k.idr = true
		case h264.NALUTypeSPS:
			r.sps = n
		case h264.NALUTypePPS:
			r.pps = n
		}
		r.bytes += len(n)
	}
	r.units = append(r.units, k)
	old := 0
	for ; old < len(r.units)-1 && (u.at.Sub(r.units[old].at) > reelFor || r.bytes > reelMost); old++ {
		for _, n := range r.units[old].nalus {
			r.bytes -= len(n)
		}
	}
	if old > 0 {
		r.units = append(r.units[:0:0], r.units[old:]...)
	}
}

// Reaches says whether the video of a session has come so far.
func (r *Reel) Reaches(session int64, pts time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.units)
	return n > 0 && (r.units[n-1].session != session || r.units[n-1].pts >= pts)
}

// timeScale of clips, ticks a second: that of RTP.
const timeScale = 90_000

// Cut returns an MP4 of what came from one moment of a session until another, beginning with the picture before from that can be shown by itself.
func (r *Reel) Cut(session int64, from, until time.Duration) ([]byte, error) {
	r.mu.Lock()
	var part []kept
	for _, u := range r.units {
		switch {
		case u.session != session || u.pts > until:
		case u.idr && u.pts <= from:
			part = append(part[:0:0], u)
		case u.idr || len(part) > 0:
			part = append(part, u)
		}
	}
	sps, pps := r.sps, r.pps
	r.mu.Unlock()
	if len(part) < 2 || sps == nil || pps == nil {
		return nil, ErrNoClip
	}
	track := &pmp4.Track{ID: 1, TimeScale: timeScale, Codec: &mp4.CodecH264{SPS: sps, PPS: pps}}
	ticks := func(d time.Duration) int64 { return int64(d) * timeScale / int64(time.Second) }
	for i, u := range part {
		lasts := ticks(part[len(part)-1].pts) - ticks(part[len(part)-2].pts) // of the last one as of the one before
		if i+1 < len(part) {
			lasts = ticks(part[i+1].pts) - ticks(u.pts)
		}
		data, err := h264.AVCC(u.nalus).Marshal()
		if err != nil {
			return nil, fmt.Errorf("clip: %w", err)
		}
		track.Samples = append(track.Samples, &pmp4.Sample{Duration: uint32(max(1, lasts)), IsNonSyncSample: !u.idr, PayloadSize: uint32(len(data)), GetPayload: func() ([]byte, error) { return data, nil }})
	}
	var out bytes.Buffer
	if err := (pmp4.Presentation{Tracks: []*pmp4.Track{track}}).Marshal(&out); err != nil {
		return nil, fmt.Errorf("clip: %w", err)
	}
	return out.Bytes(), nil
}
