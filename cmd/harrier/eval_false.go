package main

import (
	"fmt"
	"slices"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/measure"
)

// falseClass is how many things of a class are told that lie on no label.
type falseClass struct {
	Class    string            `json:"class"`
	Picture  measure.Interval  `json:"a_picture"`
	SquareKm *measure.Interval `json:"a_square_km,omitempty"` // where the ground resolution of every picture is known
}

// allOfScenes names what no structure is of what scenes look for: what is told of it in a street where it is not labelled is false.
const allOfScenes = "heaps, loads, tents, stalls, goods, washes"

var falseInStreets = []string{"heap", "dump-truck/open", "dump-truck/overfull", "dump-truck/covered", "dump-truck/empty", "tent", "stall", "tricycle", "goods", "car-wash"}

// falseThings counts by class what is told from a score on and lies on no label, of its class or one that counts neither way; first those of
// falseInStreets together.
func falseThings(pictures []labelled, found [][]vision.Detection, threshold float64) ([]falseClass, error) {
	of := map[string][]measure.Picture{} // by class that is told
	for i, ds := range found {
		for _, d := range ds {
			if of[d.Class] == nil {
				of[d.Class] = make([]measure.Picture, len(pictures))
			}
			of[d.Class][i].Found = append(of[d.Class][i].Found, d)
		}
	}
	counts := map[string][]int{allOfScenes: make([]int, len(pictures))}
	for class, ps := range of {
		for i, p := range pictures {
			for _, b := range p.boxes {
				if b.ignore || is(class, plain(b.class)) {
					ps[i].Truths = append(ps[i].Truths, measure.Truth{Box: b.box, Ignore: b.ignore})
				}
			}
		}
		n, any := measure.Wrong(ps, threshold), false
		for i := range n {
			any = any || n[i] > 0
			if slices.Contains(falseInStreets, class) {
				counts[allOfScenes][i] += n[i]
			}
		}
		if any {
			counts[class] = n
		}
	}
	ground, each, known := make([]float64, len(pictures)), make([]float64, len(pictures)), true
	for i, p := range pictures {
		each[i] = 1
		if known = known && p.gsdM > 0; known {
			w, h, err := sizeOf(p.path)
			if err != nil {
				return nil, err
			}
			ground[i] = w * h * p.gsdM * p.gsdM / 1e6
		}
	}
	names := sortedKeys(counts)
	names = append([]string{allOfScenes}, slices.DeleteFunc(names, func(c string) bool { return c == allOfScenes })...)
	var out []falseClass
	for _, c := range names {
		f := falseClass{Class: c, Picture: measure.Rate(counts[c], each)}
		if known {
			r := measure.Rate(counts[c], ground)
			f.SquareKm = &r
		}
		out = append(out, f)
	}
	return out, nil
}

func printFalse(wrong []falseClass, threshold float64) {
	fmt.Printf("\n%-44s %6s  %-22s %s\n", fmt.Sprintf("false things at %g, on no label", threshold), "number", "a picture", "a km²")
	for _, f := range wrong {
		km := ""
		if f.SquareKm != nil {
			km = fmt.Sprintf("%.0f (%.0f to %.0f)", f.SquareKm.Value, f.SquareKm.Low, f.SquareKm.High)
		}
		fmt.Printf("%-44s %6d  %-22s %s\n", f.Class, f.Picture.N, fmt.Sprintf("%.2f (%.2f to %.2f)", f.Picture.Value, f.Picture.Low, f.Picture.High), km)
	}
}

// apartClass is how many labels of a class there are that count neither way, and how many of them are told to be what is counted in streets.
type apartClass struct {
	Class  string `json:"class"`
	Labels int    `json:"labels"`
	Told   int    `json:"told"`
}

// countedApart is that for each class of apart that is labelled.
func countedApart(pictures []labelled, found [][]vision.Detection, threshold float64) []apartClass {
	var out []apartClass
	for _, class := range apart {
		a := apartClass{Class: class}
		for i, p := range pictures {
			for _, b := range p.boxes {
				if b.class != class {
					continue
				}
				a.Labels++
				if slices.ContainsFunc(found[i], func(d vision.Detection) bool {
					return d.Score >= threshold && slices.Contains(falseInStreets, d.Class) && d.Box.IoU(b.box) >= 0.5
				}) {
					a.Told++
				}
			}
		}
		if a.Labels > 0 {
			out = append(out, a)
		}
	}
	return out
}

// unlikeCount is how many pictures are unlike all that the model learnt from, and how many false things of streets a picture are told there and in the others.
type unlikeCount struct {
	Pictures int              `json:"pictures"`
	Of       int              `json:"of"`
	False    measure.Interval `json:"false_a_picture"`
	Others   measure.Interval `json:"false_a_picture_in_others"`
}

// String says it in a line.
func (u unlikeCount) String() string {
	out := fmt.Sprintf("unlike all that the model learnt from: %d of %d pictures", u.Pictures, u.Of)
	if u.Pictures > 0 {
		out += fmt.Sprintf("; false things (%s) there %.2f (%.2f to %.2f) a picture", allOfScenes, u.False.Value, u.False.Low, u.False.High)
		if u.Pictures < u.Of {
			out += fmt.Sprintf(", in the others %.2f (%.2f to %.2f)", u.Others.Value, u.Others.Low, u.Others.High)
		}
	}
	return out
}

func unlikePictures(pictures []labelled, found [][]vision.Detection, threshold float64) (unlikeCount, error) {
	out := unlikeCount{Of: len(pictures)}
	var some, others []labelled
	var inSome, inOthers [][]vision.Detection
	for i, p := range pictures {
		if p.off >= 1 {
			some, inSome = append(some, p), append(inSome, found[i])
		} else {
			others, inOthers = append(others, p), append(inOthers, found[i])
		}
	}
	out.Pictures = len(some)
	for _, x := range []struct {
		pictures []labelled
		found    [][]vision.Detection
		into     *measure.Interval
	}{{some, inSome, &out.False}, {others, inOthers, &out.Others}} {
		if len(x.pictures) == 0 {
			continue
		}
		f, err := falseThings(x.pictures, x.found, threshold)
		if err != nil {
			return out, err
		}
		*x.into = f[0].Picture
	}
	return out, nil
}
