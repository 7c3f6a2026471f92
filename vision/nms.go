package vision

import (
	"slices"
	"sort"
)

// Two solid things do not stand in one place: detections of any classes that overlap so much are of one thing.
const onePlace = 0.65

// Parts of a truck (its cab, its load) lie in its box: what does by this share is a part, where the truck is as sure as this at least.
const (
	partOfTruck = 0.8
	sureTruck   = 0.3
)

// A box in which two stalls and more lie by inSeveral, each smaller than severalSize of it and told with a score of more than severalScore of its own, is
// of none. Chosen on Girardot.
const (
	inSeveral    = 0.75
	severalSize  = 0.6
	severalScore = 0.5
)

// Suppress keeps of overlapping detections the one with the highest score; detections of related classes compete, one that a tile's
// edge cut yields to one that is whole, and what is a part of a truck or a box round several stalls is left out. It sorts what it returns by score.
func Suppress(all []Detection, iou float64) []Detection {
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].Cut != all[j].Cut {
			return !all[i].Cut
		}
		return all[i].Score > all[j].Score
	})
	var out []Detection
next:
	for _, d := range all {
		for _, k := range out {
			if !d.Box.meets(k.Box) {
				continue // as nearly all
			}
			if (Group(k.Class) == Group(d.Class) || Looks(k.Class) == Looks(d.Class)) && (k.Box.IoU(d.Box) > iou || d.Cut && d.Box.within(k.Box) > 0.6) || k.Box.IoU(d.Box) > onePlace {
				continue next
			}
		}
		out = append(out, d)
	}
	part := func(d Detection) bool {
		return d.Class != "person" && !IsTruck(d.Class) && slices.ContainsFunc(out, func(k Detection) bool {
			return d.Box.meets(k.Box) && IsTruck(k.Class) && k.Score >= sureTruck && d.Box.W*d.Box.H < k.Box.W*k.Box.H && d.Box.within(k.Box) > partOfTruck
		})
	}
	several := func(d Detection) bool {
		var in []Detection
		for _, k := range out {
			if Group(d.Class) == "stall" && k.Class == d.Class && k.Score > severalScore*d.Score && k.Box.W*k.Box.H < severalSize*d.Box.W*d.Box.H && k.Box.within(d.Box) > inSeveral &&
				!slices.ContainsFunc(in, func(o Detection) bool { return o.Box.IoU(k.Box) > 0.2 }) {
				in = append(in, k)
			}
		}
		return len(in) > 1
	}
	var whole []Detection
	for _, d := range out {
		if !part(d) && !several(d) {
			whole = append(whole, d)
		}
	}
	out = whole
	sort.SliceStable(out, func(i, j int) bool { return out[i].Score > out[j].Score })
	return out
}

// sameThing is the overlap from which what two looks at one picture found is one thing.
const sameThing = 0.55

// Fuse makes one list of what several looks at one picture found: what is in one place and of one class is one thing, its box the mean of the
// boxes, weighed by their scores, and its score the mean over all looks, where a look that did not find it counts as 0. What scores less than minScore is
// left out. (Weighted boxes fusion, Solovyev et al. 2021.)
func Fuse(looks [][]Detection, minScore float64) []Detection {
	type thing struct {
		Detection         // its surest
		sum       Box     // of the boxes times their scores
		weight    float64 // of the scores of these boxes
		total     float64 // of all scores
		seen      []bool  // by look
	}
	type found struct {
		Detection
		look int
	}
	var all []found
	for n, l := range looks {
		for _, d := range l {
			all = append(all, found{d, n})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Score > all[j].Score })
	var things []*thing
	for _, d := range all {
		var best *thing
		most := sameThing
		for _, g := range things {
			if g.Class == d.Class && !g.seen[d.look] && g.Box.meets(d.Box) {
				if o := g.Box.IoU(d.Box); o > most {
					best, most = g, o
				}
			}
		}
		if best == nil {
			best = &thing{Detection: d.Detection, seen: make([]bool, len(looks))}
			best.Surest = max(d.Score, d.Surest)
			things = append(things, best)
		}
		best.seen[d.look] = true
		best.total += d.Score
		best.Surest = max(best.Surest, d.Surest)
		switch {
		case best.Cut && !d.Cut: // where a look shows it whole, those that cut it do not say how large it is
			best.Cut, best.sum, best.weight = false, Box{}, 0
		case d.Cut && !best.Cut:
			continue
		}
		best.sum = Box{best.sum.X + d.Box.X*d.Score, best.sum.Y + d.Box.Y*d.Score, best.sum.W + d.Box.W*d.Score, best.sum.H + d.Box.H*d.Score}
		best.weight += d.Score
	}
	var out []Detection
	for _, g := range things {
		if g.Score = g.total / float64(len(looks)); g.Told(minScore) {
			g.Box = Box{g.sum.X / g.weight, g.sum.Y / g.weight, g.sum.W / g.weight, g.sum.H / g.weight}
			out = append(out, g.Detection)
		}
	}
	return Suppress(out, sameThing)
}

// Told says whether a detection is told where those from minScore on are asked for. What is private is also told where only one of several looks was so
// sure of it: it is to be made unrecognisable.
func (d Detection) Told(minScore float64) bool {
	return d.Score >= minScore || Private(d.Class) && d.Surest >= minScore
}

// meets says whether two boxes have any part in common.
func (b Box) meets(c Box) bool {
	return b.X < c.X+c.W && c.X < b.X+b.W && b.Y < c.Y+c.H && c.Y < b.Y+b.H
}

// within is the share of a box that lies in another.
func (b Box) within(c Box) float64 {
	if !b.meets(c) {
		return 0
	}
	w := min(b.X+b.W, c.X+c.W) - max(b.X, c.X)
	h := min(b.Y+b.H, c.Y+c.H) - max(b.Y, c.Y)
	return w * h / (b.W * b.H)
}
