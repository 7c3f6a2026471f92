package vision

import "math"

// weights of what is known of a track in the logit of its trust.
type weights struct{ base, score, seen, moves, share float64 }

// trusts are how much a track of a kind is to be trusted: the logit of the share of such tracks that are of a real thing of their kind is
// base + score * logit(mean calibrated score) + seen * ln(sightings) + moves, if it moves. Fitted (logistic regression) on flights over
// the made-up towns of seeds 20511 and 20513, which measure nothing else.
var trusts = map[string]weights{
	"car":      {-4.28, 0.67, 1.86, 1.73, 0},
	"truck":    {-5.11, 1.39, 2.19, -0.11, 0},
	"person":   {-2.47, 1.18, 0.94, 2.06, 0},
	"roof":     {-4.00, 0.55, 2.10, -0.14, 0},
	"cloth":    {-2.39, 0.11, 1.97, -2.58, 0},
	"bicycles": {-2.46, 0.33, 1.64, -0.85, 0},
	"heap":     {-2.15, 0.99, 1.55, 0.54, 0},
	"":         {-3.39, 0.80, 1.63, 1.07, 0},
}

// unlikeLogit is by how much the logit of trust is lower of what was seen in pictures that are unlike all that the network learnt from: the odds are
// an eighth. How often the network is wrong in such pictures is not known before somebody labels some: it is a choice, not a measurement.
const unlikeLogit = 2.08

// MinTrust is that of tracks that are handed over. On the flights of seeds 30671 and 30691, tracks of less trust cost more identities than they
// brought.
const MinTrust = 0.7

// steady are how much a track of a kind is to be trusted of which it is known in what share of the frames in which its place was looked at it
// was seen: a real thing is seen in most of them, a mistake in some. The logit is that of trusts, with other weights, and share * ln(the share).
// Fitted (logistic regression, tracks of all trusts from 0.05 on, held near what seed 30611 had given) on two recorded flights over the made-up
// towns of seed 30671, which measure nothing else since.
var steady = map[string]weights{
	"car":      {-1.91, 0.90, 1.12, 1.78, 1.48},
	"truck":    {0.09, 1.46, 1.11, -0.71, 2.86},
	"person":   {-1.35, 0.78, 0.64, 2.03, 0.48},
	"roof":     {-2.08, 0.89, 1.47, 0.26, 0.66},
	"cloth":    {0.65, 1.27, 1.17, -1.12, 2.42},
	"bicycles": {0.46, 0.59, 0.69, 0.19, 1.51},
	"heap":     {-0.80, 1.17, 0.49, 0.17, 0.70},
	"":         {-0.16, 1.13, 0.96, 0.54, 0.67},
}

// Trust is the probability that the track is of a real thing of its kind. share is that of the frames in which its place was looked
// at that it was seen in, over 0 to 1; 0 where that is not known.
func (t *Track) Trust(share float64) float64 {
	class, score := t.Class()
	s := math.Min(0.995, math.Max(0.005, score))
	table, logShare := trusts, 0.0
	if share > 0 {
		table, logShare = steady, math.Log(share)
	}
	c, ok := table[Looks(class)]
	if !ok {
		c = table[""]
	}
	x := c.base + c.score*math.Log(s/(1-s)) + c.seen*math.Log(float64(max(1, t.Sightings))) + c.share*logShare
	if t.Moves() {
		x += c.moves
	}
	x -= unlikeLogit * t.Mark(Unlike)
	return 1 / (1 + math.Exp(-x))
}
