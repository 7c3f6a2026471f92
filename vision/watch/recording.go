package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asticode/go-astiav"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision/stream"
)

// Recording decodes a video file and hands over a picture every step, until each returns an error. Only H.264 is read.
func Recording(ctx context.Context, path string, step time.Duration, each func(at time.Duration, pic gocv.Mat) error) error {
	astiav.SetLogLevel(astiav.LogLevelFatal)
	in := astiav.AllocFormatContext()
	defer in.Free()
	if err := in.OpenInput(path, nil, nil); err != nil {
		return fmt.Errorf("not a video that can be read: %w", err)
	}
	defer in.CloseInput()
	if err := in.FindStreamInfo(nil); err != nil {
		return fmt.Errorf("not a video that can be read: %w", err)
	}
	var video *astiav.Stream
	for _, s := range in.Streams() {
		if s.CodecParameters().CodecID() == astiav.CodecIDH264 {
			video = s
		}
	}
	if video == nil {
		return errors.New("the file has no H.264 video; convert it: ffmpeg -i IN -c:v libx264 OUT.mp4")
	}
	dec, err := stream.NewDecoderOf(video.CodecParameters())
	if err != nil {
		return err
	}
	defer dec.Close()
	pkt := astiav.AllocPacket()
	defer pkt.Free()
	pic := gocv.NewMat()
	defer pic.Close()
	tb := video.TimeBase().ToDouble()
	next := time.Duration(0)
	for ctx.Err() == nil {
		pkt.Unref()
		if err := in.ReadFrame(pkt); errors.Is(err, astiav.ErrEof) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the video breaks off: %w", err)
		}
		if pkt.StreamIndex() != video.Index() {
			continue
		}
		ok, err := dec.Decode(pkt.Data(), time.Duration(float64(pkt.Pts())*tb*float64(time.Second)))
		at := dec.PTS()
		if err != nil || !ok || at < next {
			continue // damage is passed over up to the next whole picture
		}
		next = at + step
		if err := dec.Picture(&pic); err != nil {
			return err
		}
		if err := each(at, pic); err != nil {
			return err
		}
	}
	return ctx.Err()
}
