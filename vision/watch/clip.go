package watch

import (
	"context"
	"errors"
	"time"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// A clip shows so much before and after the frame that fulfilled the rule.
const clipAround = 5 * time.Second

// clipWait is how long a clip waits for video that does not come any more, and clipKeep how long keeping one may take.
const (
	clipWait = 9 * time.Second
	clipKeep = 10 * time.Second
)

// wantedClip is a clip that is to be cut once the video of it has come.
type wantedClip struct {
	of      *vision.Track
	session int64
	pts     time.Duration // of the frame
	since   time.Time
}

// cutClips keeps the clips whose video has come, sealed, as faces and plates can be seen in them, and tells of them as a further revision of
// their findings; all says that no more video comes.
func (f *flightWatch) cutClips(ctx context.Context, all bool) error {
	var later []wantedClip
	for _, c := range f.clips {
		if !all && time.Since(c.since) < clipWait && !f.reel.Reaches(c.session, c.pts+clipAround) {
			later = append(later, c)
			continue
		}
		x, known := f.found[c.of]
		if !known {
			continue
		}
		b, err := f.reel.Cut(c.session, c.pts-clipAround, c.pts+clipAround)
		if errors.Is(err, stream.ErrNoClip) {
			f.log.Warn("a finding has no clip", "finding", x.ID, "error", err)
			continue
		}
		if err == nil {
			kctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clipKeep)
			x.Clip, err = f.w.Store.Seal(kctx, b)
			cancel()
		}
		if err != nil {
			return err
		}
		x.Revision, x.Epoch = x.Revision+1, f.epoch
		f.found[c.of] = x
		if err := f.sink.Finding(x); err != nil {
			return err
		}
	}
	f.clips = later
	return nil
}
