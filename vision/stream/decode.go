package stream

import (
	"errors"
	"fmt"
	"time"

	"github.com/asticode/go-astiav"
	"gocv.io/x/gocv"
)

// Decoder turns H.264 access units into pictures, one thread and no delay. It belongs to one goroutine; Close frees it.
type Decoder struct {
	ctx    *astiav.CodecContext
	packet *astiav.Packet
	frame  *astiav.Frame
	buf    []byte
}

// NewDecoder opens FFmpeg's H.264 decoder.
func NewDecoder() (*Decoder, error) { return NewDecoderOf(nil) }

// NewDecoderOf opens it for a file's H.264 track, whose parameters stand in its header.
func NewDecoderOf(params *astiav.CodecParameters) (*Decoder, error) {
	astiav.SetLogLevel(astiav.LogLevelFatal)
	codec := astiav.FindDecoder(astiav.CodecIDH264)
	if codec == nil {
		return nil, errors.New("FFmpeg has no H.264 decoder: install Debian's libavcodec59")
	}
	d := &Decoder{ctx: astiav.AllocCodecContext(codec), packet: astiav.AllocPacket(), frame: astiav.AllocFrame()}
	if params != nil {
		if err := params.ToCodecContext(d.ctx); err != nil {
			d.Close()
			return nil, fmt.Errorf("H.264 parameters: %w", err)
		}
	}
	d.ctx.SetThreadCount(1)
	d.ctx.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagLowDelay))
	if err := d.ctx.Open(codec, nil); err != nil {
		d.Close()
		return nil, fmt.Errorf("open H.264 decoder: %w", err)
	}
	return d, nil
}

// Decode feeds one access unit (Annex B), which is to be shown at pts. It reports whether a picture came out; Picture and PTS then tell of it until
// the next call: where pictures refer to later ones it is another than the one that went in. Damage in the stream is an error for this access
// unit only.
func (d *Decoder) Decode(au []byte, pts time.Duration) (bool, error) {
	if len(au) == 0 {
		return false, errors.New("empty access unit")
	}
	d.packet.Unref()
	if err := d.packet.FromData(au); err != nil {
		return false, err
	}
	d.packet.SetPts(pts.Microseconds())
	if err := d.ctx.SendPacket(d.packet); err != nil && !errors.Is(err, astiav.ErrEagain) {
		return false, fmt.Errorf("decode: %w", err)
	}
	d.frame.Unref()
	switch err := d.ctx.ReceiveFrame(d.frame); {
	case err == nil:
		return true, nil
	case errors.Is(err, astiav.ErrEagain):
		return false, nil
	default:
		return false, fmt.Errorf("decode: %w", err)
	}
}

// PTS is when the last picture is to be shown.
func (d *Decoder) PTS() time.Duration { return time.Duration(d.frame.Pts()) * time.Microsecond }

// Size of the last picture in pixels.
func (d *Decoder) Size() (w, h int) { return d.frame.Width(), d.frame.Height() }

// yuv copies the last picture's planes; they are valid until the next call.
func (d *Decoder) yuv() ([]byte, error) {
	w, h := d.Size()
	n, err := d.frame.ImageBufferSize(1)
	if err != nil {
		return nil, err
	}
	if n != w*h*3/2 {
		return nil, fmt.Errorf("decode: pixel format %s is not 8-bit 4:2:0", d.frame.PixelFormat().Name())
	}
	if cap(d.buf) < n {
		d.buf = make([]byte, n)
	}
	d.buf = d.buf[:n]
	_, err = d.frame.ImageCopyToBuffer(d.buf, 1)
	return d.buf, err
}

// Picture copies the last picture into dst as 8-bit BGR.
func (d *Decoder) Picture(dst *gocv.Mat) error {
	w, h := d.Size()
	buf, err := d.yuv()
	if err != nil {
		return err
	}
	yuv, err := gocv.NewMatFromBytes(h*3/2, w, gocv.MatTypeCV8UC1, buf)
	if err != nil {
		return err
	}
	defer yuv.Close()
	gocv.CvtColor(yuv, dst, gocv.ColorYUVToBGRIYUV)
	return nil
}

// Close frees the decoder.
func (d *Decoder) Close() {
	d.ctx.Free()
	d.packet.Free()
	d.frame.Free()
}
