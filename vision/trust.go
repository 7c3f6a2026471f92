package vision

import "math"

// trusts are how much a track of a kind is to be trusted: the logit of the share of such tracks that are of a real thing of their kind is
// base + score * logit(mean calibrated score) + seen * ln(sightings) + moves, if it moves. Fitted (logistic regression) on flights over
// the made-up towns of seeds 20511 and 20513, which measure nothing else.
var trusts = map[string]struct{ base, score, seen, moves float64 }{
	"car":      {-4.28, 0.67, 1.86, 1.73},
	"truck":    {-5.11, 1.39, 2.19, -0.11},
	"person":   {-2.47, 1.18, 0.94, 2.06},
	"roof":     {-4.00, 0.55, 2.10, -0.14},
	"cloth":    {-2.39, 0.11, 1.97, -2.58},
	"bicycles": {-2.46, 0.33, 1.64, -0.85},
	"heap":     {-2.15, 0.99, 1.55, 0.54},
	"":         {-3.39, 0.80, 1.63, 1.07},
}

// LeastTrust is that of tracks that are handed over: below it a track is rather nothing than something.
const LeastTrust = 0.5

// steady is what the frames in which a track's place was looked at say of it: a real thing is seen in most of them, a mistake in some.
// The logit of its trust becomes base + before * (the logit by itself) + seen * ln(the share of these frames in which it was seen).
// Fitted (logistic regression) on two recorded flights over the made-up towns of seed 30581, which measure nothing else since.
var steady = struct{ base, before, seen float64 }{1.99, 0.73, 1.84}

// Trust is the probability that the track is of a real thing of its kind. share is that of the frames in which its place was looked
// at that it was seen in, over 0 to 1; 0 where that is not known.
func (t *Track) Trust(share float64) float64 {
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
	if share > 0 {
		x = steady.base + steady.before*x + steady.seen*math.Log(share)
	}
	return 1 / (1 + math.Exp(-x))
}
