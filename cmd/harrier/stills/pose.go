package stills

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision/still"
)

// supply is what a user knows that a file does not tell.
type supply struct {
	GimbalPitch *float64 `help:"Gimbal pitch in degrees, 0 level, -90 straight down; it wins over what a file says."`
	GimbalYaw   *float64 `help:"Gimbal yaw in degrees from true north; it wins over what a file says."`
	FOV         *float64 `name:"fov" help:"Horizontal field of view in degrees, of the whole picture; it wins over what a file says."`
	Height      *float64 `help:"Height above take-off in metres; it wins over what a file says."`
}

// fill adds what the user supplied to what the file says, and judges again.
func (s supply) fill(p *geo.Pose, c *geo.Camera, has *bool, poseErr *error, w, h int) {
	if s.FOV != nil {
		*c, *has = geo.CameraFromHorizontal(w, h, *s.FOV), true
	}
	if p.Lon == 0 && p.Lat == 0 || s.GimbalPitch == nil && s.GimbalYaw == nil && s.FOV == nil && s.Height == nil {
		return
	}
	for _, x := range []struct {
		from *float64
		to   *float64
	}{{s.GimbalPitch, &p.PitchDeg}, {s.GimbalYaw, &p.YawDeg}, {s.Height, &p.HeightM}} {
		if x.from != nil {
			*x.to = *x.from
		}
	}
	if math.IsNaN(p.YawDeg) {
		// where it looked round is not known: the error says so
		p.YawDeg, p.Sigma.YawDeg = 0, 180
	}
	if math.IsNaN(p.RollDeg) {
		p.RollDeg = 0 // gimbals keep level
	}
	var missing []string
	for _, x := range []struct {
		is   bool
		what string
	}{{!*has, "the lens is not known; give --fov"}, {math.IsNaN(p.PitchDeg), "no gimbal pitch; give --gimbal-pitch"}, {math.IsNaN(p.HeightM), "no height above take-off; give --height"}} {
		if x.is {
			missing = append(missing, x.what)
		}
	}
	if *poseErr = p.Check(); len(missing) > 0 {
		*poseErr = fmt.Errorf("%w: %s", still.ErrNoPose, strings.Join(missing, "; "))
	}
}

// readSRT reads the subtitle file beside a recording; none is no error.
func readSRT(path string) (fixes []still.Fix, damaged int, err error) {
	base := strings.TrimSuffix(path, filepath.Ext(path))
	for _, ext := range []string{".SRT", ".srt"} {
		b, err := os.ReadFile(base + ext)
		if err != nil {
			continue
		}
		if fixes, damaged, err = still.ParseSRT(b); err != nil {
			return nil, damaged, fmt.Errorf("%s: %w", filepath.Base(base+ext), err)
		}
		return fixes, damaged, nil
	}
	return nil, 0, nil
}
