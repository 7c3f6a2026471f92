package town

import (
	"errors"
	"fmt"

	"github.com/asticode/go-astiav"
	"gocv.io/x/gocv"
)

// Quality is a documented live quality: the picture and the bitrate a dock sends.
type Quality struct {
	Width, Height int
	BitRate       int
}

// Qualities are DJI's live qualities by their number on the wire (video_quality of live_start_push).
var Qualities = map[int]Quality{
	1: {960, 540, 500_000},
	2: {1280, 720, 1_000_000},
	3: {1280, 720, 1_500_000},
	4: {1920, 1080, 3_000_000},
}

// FrameRate of a dock's live video.
const FrameRate = 25

// Encoder turns BGR pictures into H.264 access units (Annex B), without delay. It belongs to one goroutine; Close frees it.
type Encoder struct {
	raw, enc *astiav.CodecContext
	frame    *astiav.Frame
	packet   *astiav.Packet
	yuv      gocv.Mat
	n        int64
}

// NewEncoder opens x264 for a quality, with an IDR every gop frames.
func NewEncoder(q Quality, gop int) (_ *Encoder, err error) {
	astiav.SetLogLevel(astiav.LogLevelFatal)
	e := &Encoder{frame: astiav.AllocFrame(), packet: astiav.AllocPacket(), yuv: gocv.NewMat()}
	defer func() {
		if err != nil {
			e.Close()
		}
	}()
	// FFmpeg's rawvideo decoder is what fills a frame from bytes
	e.raw = astiav.AllocCodecContext(astiav.FindDecoder(astiav.CodecIDRawvideo))
	e.raw.SetWidth(q.Width)
	e.raw.SetHeight(q.Height)
	e.raw.SetPixelFormat(astiav.PixelFormatYuv420P)
	if err = e.raw.Open(astiav.FindDecoder(astiav.CodecIDRawvideo), nil); err != nil {
		return nil, fmt.Errorf("open rawvideo: %w", err)
	}
	codec := astiav.FindEncoderByName("libx264")
	if codec == nil {
		return nil, errors.New("FFmpeg has no libx264 encoder: install Debian's libavcodec with x264")
	}
	e.enc = astiav.AllocCodecContext(codec)
	e.enc.SetWidth(q.Width)
	e.enc.SetHeight(q.Height)
	e.enc.SetPixelFormat(astiav.PixelFormatYuv420P)
	e.enc.SetTimeBase(astiav.NewRational(1, FrameRate))
	e.enc.SetFramerate(astiav.NewRational(FrameRate, 1))
	e.enc.SetBitRate(int64(q.BitRate))
	e.enc.SetGopSize(gop)
	e.enc.SetThreadCount(1)
	opts := astiav.NewDictionary()
	defer opts.Free()
	for k, v := range map[string]string{
		"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "sc_threshold": "0",
		"x264-params": fmt.Sprintf("repeat-headers=1:annexb=1:vbv-maxrate=%d:vbv-bufsize=%d", q.BitRate*5/4000, q.BitRate/1000),
	} {
		if err = opts.Set(k, v, 0); err != nil {
			return nil, err
		}
	}
	if err = e.enc.Open(codec, opts); err != nil {
		return nil, fmt.Errorf("open x264: %w", err)
	}
	return e, nil
}

// Encode returns the access unit of one picture; nil where the encoder has none yet.
func (e *Encoder) Encode(bgr gocv.Mat) ([]byte, error) {
	gocv.CvtColor(bgr, &e.yuv, gocv.ColorBGRToYUVI420)
	data, err := e.yuv.DataPtrUint8()
	if err != nil {
		return nil, err
	}
	if err := e.packet.FromData(data); err != nil {
		return nil, err
	}
	defer e.packet.Unref()
	if err := e.raw.SendPacket(e.packet); err != nil {
		return nil, fmt.Errorf("raw frame: %w", err)
	}
	if err := e.raw.ReceiveFrame(e.frame); err != nil {
		return nil, fmt.Errorf("raw frame: %w", err)
	}
	defer e.frame.Unref()
	e.frame.SetPts(e.n)
	e.frame.SetPictureType(astiav.PictureTypeNone)
	e.n++
	if err := e.enc.SendFrame(e.frame); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	var out []byte
	for {
		p := e.packet
		p.Unref()
		if err := e.enc.ReceivePacket(p); errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("encode: %w", err)
		}
		out = append(out, p.Data()...)
	}
}

func (e *Encoder) Close() {
	for _, c := range []*astiav.CodecContext{e.raw, e.enc} {
		if c != nil {
			c.Free()
		}
	}
	e.frame.Free()
	e.packet.Free()
	e.yuv.Close()
}
