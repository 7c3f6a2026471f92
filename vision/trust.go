package vision

import "math"

// trusts are how much a track of a kind is to be trusted: the logit of the share of such tracks that are of a real thing of their kind is
// base + score * logit(mean calibrated score) + seen * ln(sightings) + moves, if it moves. Fitted on flights over the made-up town of
// seed 20511, which measures nothing else.
var trusts = map[string]struct{ base, score, seen, moves float64 }{
	"car":      {-2.93, 0.63, 1.37, 1.79},
	"truck":    {-3.97, 0.98, 2.49, -0.12},
	"person":   {-1.06, 1.29, 0.38, 3.00},
	"roof":     {-2.47, 0.82, 1.81, 1.17},
	"cloth":    {-1.49, 0.02, 1.96, -2.73},
	"bicycles": {-1.52, 0.03, 1.66, -1.03},
	"heap":     {-1.00, 0.83, 1.51, 0.35},
	"":         {-2.46, 0.70, 1.53, 1.22},
}

// LeastTrust is that of tracks that are handed over: below it a track is rather nothing than something.
const LeastTrust = 0.5

// Trust is the probability that the track is of a real thing of its kind.
func (t *Track) Trust() float64 {
	class, score := t.Class()
	c, ok := trusts[kind(class)]
	if !ok {
		c = trusts[""]
	}
	s := math.Min(0.995, math.Max(0.005, score))
	x := c.base + c.score*math.Log(s/(1-s)) + c.seen*math.Log(float64(max(1, t.Sightings)))
	if t.Moves() {
		x += c.moves
	}
	return 1 / (1 + math.Exp(-x))
}
