package ties

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Aligner corrects the poses of one flight by the ground that its pictures share: what its telemetry is off by all along (height,
// yaw, pitch, roll, time) and, without RTK, how its position wanders. Close it.
type Aligner struct {
	survey Survey
	pts    []time.Duration
	solved int // shots at the last solution
}

// What a flight's telemetry may be off by, before its pictures were compared (standard deviations): wide, since the pictures soon know
// better, and aircraft differ.
const (
	minHeightM    = 0.05 // of the ground against take-off, where the locator takes it for certain
	alignYawDeg   = 1.0
	alignPitchDeg = 0.4
	alignRollDeg  = 0.2
	alignNoiseDeg = 0.1 // of each report
	gnssTauS      = 60  // how long an error of GNSS without RTK lasts
	wandersM      = 0.3 // position errors beyond this are such
	alignPixelPx  = 0.7
	alignReliefM  = 0.15 // of streets and yards
)

// At what size a video's pictures are searched, and how many features are kept of each.
const (
	AlignSearched = 800
	AlignFeatures = 900
)

const (
	alignShots = 48
	alignPairs = 4
	alignShare = 0.25
	// the least shots to solve, and how many new ones make it worth solving again
	alignLeast = 4
	alignTies  = 80
	// the least share of the ties that must agree on the ground: fewer agree by chance, where poses are off by far
	alignGround = 0.2
	alignNew    = 4
)

// NewAligner prepares an aligner for a flight over the ground of a locator.
func NewAligner(l geo.Locator) *Aligner {
	return &Aligner{survey: Survey{Locator: l, MinShare: alignShare, MaxPairs: alignPairs, MaxShots: alignShots}}
}

// Close frees the features.
func (a *Aligner) Close() { a.survey.Close() }

// Add takes in a picture with the pose that holds for it now, and owns its features. Pictures come in the order of their times.
func (a *Aligner) Add(pts time.Duration, cam geo.Camera, p geo.Pose, f *Features) {
	if a.survey.MaxShots > 0 && len(a.survey.Shots) >= a.survey.MaxShots {
		a.pts = a.pts[1:]
		a.solved--
	}
	a.survey.Add(geo.Shot{Camera: cam, Pose: p.Upright()}, f)
	a.pts = append(a.pts, pts)
}

// Due says whether enough is new to solve again.
func (a *Aligner) Due() bool {
	n := len(a.survey.Shots)
	return n >= alignLeast && n-a.solved >= alignNew
}

// between is what is left of the noise of two reports half way between them, on average over the way (root of two thirds).
const between = 0.816

// Solve finds the corrections. at gives the pose that now holds for a picture; what more is known of its time since it was added is
// thereby taken in. noise is how noisy the reported angles are; zero where that is not known.
func (a *Aligner) Solve(at func(time.Duration) (geo.Pose, bool), noise geo.PoseSigma) (*geo.Bias, error) {
	a.solved = len(a.survey.Shots)
	if n := len(a.survey.Ties); n < alignTies {
		return nil, fmt.Errorf("%w: %d, a flight wants %d", geo.ErrTooFewTies, n, alignTies)
	}
	shots := make([]geo.Shot, len(a.survey.Shots))
	timeS := 0.02
	var horiz, vert []float64
	for i, s := range a.survey.Shots {
		if p, ok := at(a.pts[i]); ok {
			s.Pose = p.Upright()
		}
		shots[i] = s
		timeS = math.Max(timeS, s.Pose.Sigma.TimeS)
		horiz, vert = append(horiz, s.Pose.Sigma.HorizM), append(vert, s.Pose.Sigma.VertM)
	}
	// the middle one: between sparse reports single poses are much less sure
	slices.Sort(horiz)
	slices.Sort(vert)
	horizM, vertM := horiz[len(horiz)/2], vert[len(vert)/2]
	sp := geo.Spread{HeightM: math.Max(minHeightM, a.survey.Locator.GroundSigmaM), YawDeg: alignYawDeg, PitchDeg: alignPitchDeg, RollDeg: alignRollDeg, TimeS: timeS, PixelPx: alignPixelPx, ReliefM: alignReliefM,
		Own: geo.PoseSigma{HorizM: math.Max(0.01, horizM), VertM: math.Max(0.01, vertM), YawDeg: alignNoiseDeg, PitchDeg: alignNoiseDeg, RollDeg: alignNoiseDeg}}
	if noise.YawDeg > 0 {
		sp.Own.YawDeg, sp.Own.PitchDeg, sp.Own.RollDeg, sp.AnglesSure = between*noise.YawDeg, between*noise.PitchDeg, between*noise.RollDeg, true
	}
	if horizM > wandersM {
		sp.TauS = gnssTauS
	}
	// where a tie lies, and so on what, is told by the poses that hold now
	ties := make([]geo.Tie, 0, len(a.survey.Ties))
	for _, t := range a.survey.Ties {
		if _, ok := a.survey.place(&t, shots); ok {
			ties = append(ties, t)
		}
	}
	b, err := geo.Solve(shots, ties, sp)
	if err == nil && float64(b.Ties) < alignGround*float64(b.Of) {
		return nil, fmt.Errorf("%w: of %d only %d agree", geo.ErrTooFewTies, b.Of, b.Ties)
	}
	return b, err
}
