package ties

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"

	"github.com/harrier-patrol/harrier/geo"
)

// What is expected of a height above take-off (the ground is seldom as high as the take-off point) and of a yaw before anything was
// compared: standard deviations.
const (
	expectedHeightM = 5
	expectedYawDeg  = 5
)

// Misplaced is a pair of shots that show the same ground, which their poses put further apart than LimitM, the most that could be error.
type Misplaced struct {
	Compared
	LimitM float64
	Turned bool // they agree once both pictures are turned by 180°
}

// Misplaced finds the pairs whose pixels cannot belong to their poses, and the shots that most of what overlaps them says it of.
func (s *Survey) Misplaced() (pairs []Misplaced, shots map[int]bool) {
	bad, good := map[int]int{}, map[int]int{}
	for _, c := range s.Compared {
		a, b := s.Shots[c.A], s.Shots[c.B]
		limit := 3*math.Hypot(a.Pose.Sigma.HorizM, b.Pose.Sigma.HorizM) + 0.1*math.Max(a.Pose.HeightM, b.Pose.HeightM)
		count := good
		if c.MedianM > limit {
			count = bad
			pairs = append(pairs, Misplaced{c, limit, s.turned(c)})
		}
		count[c.A]++
		count[c.B]++
	}
	shots = map[int]bool{}
	for i, n := range bad {
		if n > good[i] {
			shots[i] = true
		}
	}
	return pairs, shots
}

// turned says whether a pair agrees once both pictures are turned by 180°.
func (s *Survey) turned(c Compared) bool {
	var turned []geo.Tie
	for _, t := range s.Ties {
		if t.A == c.A && t.B == c.B {
			a, b := s.Shots[t.A].Camera, s.Shots[t.B].Camera
			t.AX, t.AY, t.BX, t.BY = float64(a.Width)-t.AX, float64(a.Height)-t.AY, float64(b.Width)-t.BX, float64(b.Height)-t.BY
			turned = append(turned, t)
		}
	}
	m, ok := s.apart(turned, nil)
	return ok && m < c.MedianM/3
}

// maxTies bounds what is solved; every n-th is taken of more, so that pairs keep their shares.
const maxTies = 20000

// Calibrate finds the height and, by heading, the yaw that are to be added to the poses of the shots but those left out; n is how many ties
// were used, half of them to say how much better it is. geo.ErrTooFewTies where no two pictures overlap.
func (s *Survey) Calibrate(without map[int]bool) (out geo.Calibration, n int, err error) {
	var halves [2][]geo.Tie
	step := 1 + len(s.Ties)/maxTies
	pairs, pictures := map[[2]int]bool{}, map[int]bool{}
	for i, t := range s.Ties {
		if i%step != 0 || without[t.A] || without[t.B] {
			continue
		}
		halves[n%2] = append(halves[n%2], t)
		n++
		pairs[[2]int{t.A, t.B}], pictures[t.A], pictures[t.B] = true, true, true
	}
	if n == 0 {
		return out, 0, fmt.Errorf("%w: of %d pictures with a pose, no two overlap that could be compared", geo.ErrTooFewTies, len(s.Shots))
	}
	// only headings that were compared are calibrated
	used := slices.Sorted(maps.Keys(pictures))
	var yaws []float64
	for _, i := range used {
		yaws = append(yaws, s.Shots[i].Pose.YawDeg)
	}
	headings, group := geo.Headings(yaws)
	for j, i := range used {
		s.Shots[i].Group = group[j]
	}
	bias, err := geo.Solve(s.Shots, halves[0], geo.Spread{HeightM: expectedHeightM, YawDeg: expectedYawDeg, PixelPx: 1})
	if err != nil {
		return out, n, err
	}
	// how sure that is depends on what each picture has for itself
	own := s.Shots[0].Pose.Sigma
	sure, err := geo.Solve(s.Shots, halves[0], geo.Spread{HeightM: expectedHeightM, YawDeg: expectedYawDeg, PixelPx: 1, Own: geo.PoseSigma{HorizM: own.HorizM, YawDeg: own.YawDeg, PitchDeg: own.PitchDeg, RollDeg: own.RollDeg}})
	if err != nil {
		return out, n, err
	}
	bias.Cov, bias.Own = sure.Cov, sure.Own
	before, _ := s.apart(halves[1], nil)
	after, _ := s.apart(halves[1], bias)
	return geo.Calibration{Datum: geo.WGS84, Headings: headings, Bias: bias, Pictures: len(pictures), Pairs: len(pairs),
		Improved: geo.Improved{BeforeM: before, AfterM: after, Ties: len(halves[1])}}, n, nil
}

// apart is the median distance, metres, between where the two pictures of a tie put it; ok is false where that is known of none.
func (s *Survey) apart(all []geo.Tie, b *geo.Bias) (medianM float64, ok bool) {
	var d []float64
	for _, t := range all {
		x, y := s.Shots[t.A], s.Shots[t.B]
		l, errA := s.Locator.Locate(x.Camera, b.Applied(x.Pose, x.Group), t.AX, t.AY, 0, 0)
		m, errB := s.Locator.Locate(y.Camera, b.Applied(y.Pose, y.Group), t.BX, t.BY, 0, 0)
		if errA == nil && errB == nil {
			d = append(d, geo.DistanceM(l.Point(), m.Point()))
		}
	}
	if len(d) == 0 {
		return 0, false
	}
	sort.Float64s(d)
	return d[len(d)/2], true
}
