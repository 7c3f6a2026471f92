package watch

import (
	"time"

	"gocv.io/x/gocv"

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

// light and sharpness of a frame: mean brightness, 0 to 1; and how much of its contrast is in fine detail, 0 to 1: the spread of its
// Laplacian against 40 grey levels.
func lightAndSharpness(bgr gocv.Mat) (light, sharpness float64) {
	grey, lap, mean, sd := gocv.NewMat(), gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer grey.Close()
	defer lap.Close()
	defer mean.Close()
	defer sd.Close()
	gocv.CvtColor(bgr, &grey, gocv.ColorBGRToGray)
	light = grey.Mean().Val1 / 255
	gocv.Laplacian(grey, &lap, gocv.MatTypeCV16S, 1, 1, 0, gocv.BorderDefault)
	gocv.MeanStdDev(lap, &mean, &sd)
	return light, min(1, sd.GetDoubleAt(0, 0)/40)
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

// mostGaps are kept of a flight; the last takes in what comes after.
const mostGaps = 200

func (c *covering) gap(from, until time.Time, reason string) {
	if n := len(c.gaps); n > 0 && (c.gaps[n-1].Reason == reason && from.Sub(c.gaps[n-1].Until) < longestPause || n >= mostGaps) {
		c.gaps[n-1].Until = until
		return
	}
	c.gaps = append(c.gaps, vision.Gap{From: from.UTC(), Until: until.UTC(), Reason: reason})
}

// covered is the message of what was shown so far.
func (f *flightWatch) covered(c *covering) vision.Covered {
	c.revision++
	return vision.Covered{Flight: f.job.Flight, Dock: f.job.Dock, Epoch: f.epoch, Revision: c.revision, Simulated: f.job.Simulated, Scenes: f.job.Scenes,
		Frames: c.frames, Cells: c.ground.ByCell(f.w.Grid), Gaps: c.gaps}
}
