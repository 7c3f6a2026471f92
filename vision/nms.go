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

// Suppress keeps of overlapping detections the one with the highest score; detections of related classes compete, one that a tile's
// edge cut yields to one that is whole, and what is a part of a truck is left out. It sorts what it returns by score.
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
	var whole []Detection
	for _, d := range out {
		if !part(d) {
			whole = append(whole, d)
		}
	}
	out = whole
	sort.SliceStable(out, func(i, j int) bool { return out[i].Score > out[j].Score })
	return out
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
