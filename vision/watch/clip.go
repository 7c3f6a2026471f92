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

// clipWait is how long a clip waits for video that does not come any more, clipKeep how long keeping one may take, and clipTry until when it is tried.
const (
	clipWait = 9 * time.Second
	clipKeep = 2 * time.Second
	clipTry  = 15 * time.Second // the reel holds 20
)

// wantedClip is a clip that is to be cut once the video of it has come.
type wantedClip struct {
	of      *vision.Track
	session int64
	pts     time.Duration // of the frame
	since   time.Time
}

// cutClips keeps the clips whose video has come, sealed, as faces and plates can be seen in them, and tells of them as a further revision of
// their findings; all says that no more video comes. A clip that cannot be kept is tried again for a while, and costs no finding.
func (f *flightWatch) cutClips(ctx context.Context, all bool) error {
	waiting := f.clips
	f.clips = nil
	for n, c := range waiting {
		if !all && time.Since(c.since) < clipWait && !f.reel.Reaches(c.session, c.pts+clipAround) {
			f.clips = append(f.clips, c)
			continue
		}
		x, known := f.found[c.of]
		if !known {
			continue
		}
		b, err := f.reel.Cut(c.session, c.pts-clipAround, c.pts+clipAround)
		if err == nil {
			kctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clipKeep)
			x.Clip, err = f.w.Store.Seal(kctx, b)
			cancel()
		}
		if err != nil {
			if again := !all && !errors.Is(err, stream.ErrNoClip) && time.Since(c.since) < clipTry; again {
				f.clips = append(f.clips, c)
			} else {
				f.log.Warn("a finding has no clip", "finding", x.ID, "error", err)
			}
			continue
		}
		x.Revision, x.Epoch = x.Revision+1, f.epoch
		f.found[c.of] = x
		if err := f.sink.Finding(x); err != nil {
			f.clips = append(f.clips, waiting[n+1:]...)
			return err
		}
	}
	return nil
}
