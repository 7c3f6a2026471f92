package live

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"
)

// TicksPerS is the clock of RTP's time stamps. Where two pictures are farther apart than MaxStep, or the later one is the earlier, the dock's clock has jumped.
const (
	TicksPerS = 90_000
	MaxStep   = 10 * TicksPerS
)

// ParameterSets are those that stand in a picture; nil where they do not.
func ParameterSets(nalus [][]byte) (sps, pps []byte) {
	for _, n := range nalus {
		if len(n) == 0 {
			continue
		}
		switch h264.NALUType(n[0] & 0x1f) {
		case h264.NALUTypeSPS:
			sps = n
		case h264.NALUTypePPS:
			pps = n
		}
	}
	return sps, pps
}

// Unit is a picture of a stream as it is encoded. Before one that a decoder can begin with (Key) stand the parameter sets.
type Unit struct {
	NALUs [][]byte
	Stamp uint32 // RTP time stamp, 90 kHz: the same for all who read the stream
	Key   bool
}

// Read opens a stream at its RTSP address within ctx; play lets it come, picture by picture. Whoever reads closes the client, which ends by itself with the
// stream.
func Read(ctx context.Context, stream string, login *url.Userinfo, each func(Unit)) (c *gortsplib.Client, play func() error, err error) {
	u, err := base.ParseURL(stream)
	if err != nil {
		return nil, nil, fmt.Errorf("stream address: %w", err)
	}
	if login != nil {
		u.User = login
	}
	tcp := gortsplib.ProtocolTCP
	c = &gortsplib.Client{Protocol: &tcp, ReadTimeout: streamWait, WriteTimeout: streamWait, Scheme: u.Scheme, Host: u.Host}
	if err := c.Start(); err != nil {
		return nil, nil, fmt.Errorf("the media server does not answer: %w", err)
	}
	defer context.AfterFunc(ctx, c.Close)()
	fail := func(err error) (*gortsplib.Client, func() error, error) {
		c.Close()
		return nil, nil, fmt.Errorf("the dock's video is not there: %w", err)
	}
	desc, _, err := c.Describe(u)
	if err != nil {
		return fail(err)
	}
	var f *format.H264
	m := desc.FindFormat(&f)
	if m == nil {
		return fail(errors.New("it is not H.264"))
	}
	if _, err := c.Setup(desc.BaseURL, m, 0, 0); err != nil {
		return fail(err)
	}
	dec, err := f.CreateDecoder()
	if err != nil {
		return fail(err)
	}
	c.OnPacketRTP(m, f, func(p *rtp.Packet) {
		au, err := dec.Decode(p)
		if err != nil {
			return // more packets are needed, or one was lost: the next picture that a decoder can begin with comes
		}
		key := h264.IsRandomAccess(au)
		if key && f.SPS != nil && f.PPS != nil { // who reads has no other way to learn them
			au = append([][]byte{f.SPS, f.PPS}, au...)
		}
		each(Unit{au, p.Timestamp, key})
	})
	return c, func() error { _, err := c.Play(nil); return err }, nil
}
