package vision

import "sort"

// Suppress keeps of overlapping detections the one with the highest score; detections of related classes compete. It sorts
// what it returns by score.
func Suppress(all []Detection, iou float64) []Detection {
	sort.SliceStable(all, func(i, j int) bool { return all[i].Score > all[j].Score })
	var out []Detection
next:
	for _, d := range all {
		for _, k := range out {
			if (Group(k.Class) == Group(d.Class) || related(k.Class, d.Class)) && k.Box.IoU(d.Box) > iou {
				continue next
			}
		}
		out = append(out, d)
	}
	return out
}
