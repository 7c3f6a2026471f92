package vision

import "sort"

// Suppress keeps of overlapping detections the one with the highest score; detections of related classes compete, and one that a
// tile's edge cut yields to one that is whole. It sorts what it returns by score.
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
			if (Group(k.Class) == Group(d.Class) || related(k.Class, d.Class)) && (k.Box.IoU(d.Box) > iou || d.Cut && d.Box.within(k.Box) > 0.6) {
				continue next
			}
		}
		out = append(out, d)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Score > out[j].Score })
	return out
}

// within is the share of a box that lies in another.
func (b Box) within(c Box) float64 {
	w := min(b.X+b.W, c.X+c.W) - max(b.X, c.X)
	h := min(b.Y+b.H, c.Y+c.H) - max(b.Y, c.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (b.W * b.H)
}
