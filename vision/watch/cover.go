package watch

import (
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// SubjectCoverage is where it is told which ground a flight has shown: + flight.
const SubjectCoverage = "harrier.coverage."

// coverEvery is how often a flight tells its coverage while it goes on.
const coverEvery = 15 * time.Second

// covering gathers what a flight shows, and when it showed nothing.
type covering struct {
	ground   geo.Coverage
	gaps     []vision.Gap
	last     time.Time // of the last frame that was looked at
	revision int
	frames   int
}

// longestPause between frames that were looked at; a longer one is a gap.
const longestPause = 5 * time.Second

// saw notes a frame that was looked at.
func (c *covering) saw(l geo.Locator, cam geo.Camera, p geo.Pose, look geo.Look) {
	if !c.last.IsZero() && look.At.Sub(c.last) > longestPause {
		c.gap(c.last, look.At, "no picture with a pose was there")
	}
	c.last = look.At
	c.frames++
	c.ground.See(l, cam, p, look)
}

// maxGaps are kept of a flight; the last takes in what comes after.
const maxGaps = 200

func (c *covering) gap(from, until time.Time, reason string) {
	if n := len(c.gaps); n > 0 && (c.gaps[n-1].Reason == reason && from.Sub(c.gaps[n-1].Until) < longestPause || n >= maxGaps) {
		c.gaps[n-1].Until = until
		return
	}
	c.gaps = append(c.gaps, vision.Gap{From: from.UTC(), Until: until.UTC(), Reason: reason})
}

// covered is the message of what was shown so far.
func (f *flightWatch) covered() vision.Covered {
	c := &f.seen
	c.revision++
	return vision.Covered{Flight: f.job.Flight, Dock: f.job.Dock, Epoch: f.epoch, Revision: c.revision, Simulated: f.job.Simulated, Scenes: f.job.Scenes,
		Frames: c.frames, Cells: c.ground.ByCell(f.w.Grid), Gaps: c.gaps}
}
