package leads

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
)

// What makes a frame good evidence: that the thing was told surely, is large in it, and the frame is sharp; and that it shows another side than those before.
const (
	largePx    = 64   // from this size on (the root of its area) a thing is as large as it need be
	sharpFull  = 0.5  // and from this sharpness on a frame as sharp
	sharpMid   = 0.25 // that of a frame of which it is not known
	sameSide   = 45.0 // degrees: cameras that looked so much alike show one side
	sideWorth  = 0.7  // of a further frame of a side that is shown already
	leastWorth = 0.2  // a blurred or small picture is still one
)

// worth is how good a frame is, by itself.
func (s Shot) worth() float64 {
	var box [4]float64
	_ = json.Unmarshal(s.Box, &box) // without one it counts as small
	part := func(v, whole float64) float64 { return leastWorth + (1-leastWorth)*math.Min(1, v/whole) }
	return s.Score * part(math.Sqrt(math.Max(0, box[2]*box[3])), largePx) * part(cmp.Or(s.Sharpness, sharpMid), sharpFull)
}

// besides says whether a frame was taken from the same side as another; of frames whose poses are not known nobody knows.
func (s Shot) besides(o Shot) bool {
	if s.Pose == nil || o.Pose == nil {
		return false
	}
	d := math.Mod(math.Abs(s.Pose.YawDeg-o.Pose.YawDeg), 360)
	return math.Min(d, 360-d) < sameSide
}

// withShot is the best of the frames so far and one more, the best first.
func withShot(shots []Shot, s Shot) []Shot {
	left := append(slices.DeleteFunc(slices.Clone(shots), func(o Shot) bool { return o.Finding == s.Finding }), s)
	of := map[string]int{}
	var out []Shot
	for len(left) > 0 && len(out) < maxShots {
		best, most := -1, math.Inf(-1)
		for i, o := range left {
			w := o.worth()
			if slices.ContainsFunc(out, o.besides) {
				w *= sideWorth
			}
			if w > most {
				best, most = i, w
			}
		}
		if best < 0 {
			break // scores that are no numbers
		}
		if o := left[best]; of[o.Flight] < maxFlightShots {
			of[o.Flight]++
			out = append(out, o)
		}
		left = slices.Delete(left, best, best+1)
	}
	return out
}
