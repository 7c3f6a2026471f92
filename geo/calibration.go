package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
)

// Calibration is what overlapping pictures of one camera say of its reported poses: a height and, by heading, a yaw to be added.
// It is what `harrier calibrate` writes and `harrier locate --calibration` applies.
type Calibration struct {
	Datum    string    `json:"datum"` // always WGS-84; heights count from take-off
	Headings []float64 `json:"headings"`
	Bias     *Bias     `json:"bias"`
	Improved Improved  `json:"improved"`
	Pictures int       `json:"pictures"`
	Pairs    int       `json:"pairs"`
}

// Improved is how far apart the same ground lies in two pictures (medians, metres), for tie points that were not calibrated on.
type Improved struct {
	BeforeM float64 `json:"before_m"`
	AfterM  float64 `json:"after_m"`
	Ties    int     `json:"ties"`
}

// A heading's correction holds for poses turned from it by less than this.
const headingReachDeg = 45

// Headings groups yaws (degrees) that lie near each other: the mean of each group, and the group of each yaw.
func Headings(yaws []float64) (means []float64, group []int) {
	const apart = 30
	group = make([]int, len(yaws))
	var sums [][2]float64
	for i, y := range yaws {
		g := slices.IndexFunc(means, func(m float64) bool { return math.Abs(WrapDeg(y-m)) < apart })
		if g < 0 {
			g = len(means)
			means, sums = append(means, y), append(sums, [2]float64{})
		}
		s, c := math.Sincos(y * math.Pi / 180)
		sums[g][0], sums[g][1] = sums[g][0]+s, sums[g][1]+c
		means[g] = math.Atan2(sums[g][0], sums[g][1]) * 180 / math.Pi
		group[i] = g
	}
	return means, group
}

// ErrHeading says that a pose looks along a heading that was not calibrated.
var ErrHeading = errors.New("heading not calibrated")

// Apply is the pose corrected. For a heading that was not calibrated it returns ErrHeading and the pose with only its height corrected.
func (c Calibration) Apply(p Pose) (Pose, error) {
	p = p.Upright()
	best, off := -1, float64(headingReachDeg)
	for g, h := range c.Headings {
		if d := math.Abs(WrapDeg(p.YawDeg - h)); d < off {
			best, off = g, d
		}
	}
	if best < 0 {
		p.HeightM += c.Bias.HeightM
		return p, fmt.Errorf("%w: the picture looks along %.0f°, calibrated were %.0f; only its height is corrected", ErrHeading, p.YawDeg, c.Headings)
	}
	return c.Bias.Applied(p, best), nil
}

// ReadCalibration reads what harrier calibrate wrote.
func ReadCalibration(path string) (Calibration, error) {
	var c Calibration
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("calibration: %w", err)
	}
	return c, c.parse(b, path)
}

func (c *Calibration) parse(b []byte, name string) error {
	if err := json.Unmarshal(b, c); err != nil {
		return fmt.Errorf("calibration %s: %w; was it written by harrier calibrate?", name, err)
	}
	switch {
	case c.Bias == nil || len(c.Headings) == 0 || len(c.Bias.YawDeg) != len(c.Headings) || len(c.Bias.Cov) != len(c.Headings):
		return fmt.Errorf("calibration %s: headings, bias.yaw and bias.cov must be there for each other; was it written by harrier calibrate?", name)
	case c.Datum != WGS84:
		return fmt.Errorf("calibration %s: datum %q, wanted %s", name, c.Datum, WGS84)
	case math.Abs(c.Bias.HeightM) > 100:
		return fmt.Errorf("calibration %s: height correction of %.0f m", name, c.Bias.HeightM)
	}
	return nil
}
