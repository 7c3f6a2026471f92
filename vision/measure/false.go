package measure

import (
	"fmt"
	"maps"
	"slices"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/dataset"
)

// FalseClass is how many things of a class are told that lie on no label.
type FalseClass struct {
	Class    string    `json:"class"`
	Picture  Interval  `json:"a_picture"`
	SquareKm *Interval `json:"a_square_km,omitempty"` // where the ground resolution of every picture is known
}

// allOfScenes names what no structure is of what scenes look for: what is told of it in a street where it is not dataset.Picture is false.
const allOfScenes = "heaps, loads, tents, stalls, goods, washes"

var falseInStreets = []string{"heap", "dump-truck/open", "dump-truck/overfull", "dump-truck/covered", "dump-truck/empty", "tent", "stall", "tricycle", "goods", "car-wash"}

// False counts by class what is told from a score on and lies on no label, of its class or one that counts neither way; first those of
// falseInStreets together.
func False(pictures []dataset.Picture, found [][]vision.Detection, threshold float64) ([]FalseClass, error) {
	of := map[string][]Picture{} // by class that is told
	for i, ds := range found {
		for _, d := range ds {
			if of[d.Class] == nil {
				of[d.Class] = make([]Picture, len(pictures))
			}
			of[d.Class][i].Found = append(of[d.Class][i].Found, d)
		}
	}
	counts := map[string][]int{allOfScenes: make([]int, len(pictures))}
	for class, ps := range of {
		for i, p := range pictures {
			for _, b := range p.Labels {
				if b.Ignore || is(class, Plain(b.Class)) {
					ps[i].Truths = append(ps[i].Truths, Truth{Box: b.Box, Ignore: b.Ignore})
				}
			}
		}
		n, any := Wrong(ps, threshold), false
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
		if known = known && p.GSDM > 0; known {
			w, h, err := dataset.Size(p.Path)
			if err != nil {
				return nil, err
			}
			ground[i] = w * h * p.GSDM * p.GSDM / 1e6
		}
	}
	names := slices.Sorted(maps.Keys(counts))
	names = append([]string{allOfScenes}, slices.DeleteFunc(names, func(c string) bool { return c == allOfScenes })...)
	var out []FalseClass
	for _, c := range names {
		f := FalseClass{Class: c, Picture: Rate(counts[c], each)}
		if known {
			r := Rate(counts[c], ground)
			f.SquareKm = &r
		}
		out = append(out, f)
	}
	return out, nil
}

// ApartClass is how many labels of a class there are that count neither way, and how many of them are told to be what is counted in streets.
type ApartClass struct {
	Class  string `json:"class"`
	Labels int    `json:"labels"`
	Told   int    `json:"told"`
}

// CountedApart is that for each class of dataset.Apart that is dataset.Picture.
func CountedApart(pictures []dataset.Picture, found [][]vision.Detection, threshold float64) []ApartClass {
	var out []ApartClass
	for _, class := range dataset.Apart {
		a := ApartClass{Class: class}
		for i, p := range pictures {
			for _, b := range p.Labels {
				if b.Class != class {
					continue
				}
				a.Labels++
				if slices.ContainsFunc(found[i], func(d vision.Detection) bool {
					return d.Score >= threshold && slices.Contains(falseInStreets, d.Class) && d.Box.IoU(b.Box) >= 0.5
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

// UnlikeCount is how many pictures are unlike all that the model learnt from, and how many false things of streets a picture are told there and in the others.
type UnlikeCount struct {
	Pictures int      `json:"pictures"`
	Of       int      `json:"of"`
	False    Interval `json:"false_a_picture"`
	Others   Interval `json:"false_a_picture_in_others"`
}

// String says it in a line.
func (u UnlikeCount) String() string {
	out := fmt.Sprintf("unlike all that the model learnt from: %d of %d pictures", u.Pictures, u.Of)
	if u.Pictures > 0 {
		out += fmt.Sprintf("; false things (%s) there %.2f (%.2f to %.2f) a picture", allOfScenes, u.False.Value, u.False.Low, u.False.High)
		if u.Pictures < u.Of {
			out += fmt.Sprintf(", in the others %.2f (%.2f to %.2f)", u.Others.Value, u.Others.Low, u.Others.High)
		}
	}
	return out
}

func Unlike(pictures []dataset.Picture, found [][]vision.Detection, threshold float64) (UnlikeCount, error) {
	out := UnlikeCount{Of: len(pictures)}
	var some, others []dataset.Picture
	var inSome, inOthers [][]vision.Detection
	for i, p := range pictures {
		if p.Unlike >= 1 {
			some, inSome = append(some, p), append(inSome, found[i])
		} else {
			others, inOthers = append(others, p), append(inOthers, found[i])
		}
	}
	out.Pictures = len(some)
	for _, x := range []struct {
		pictures []dataset.Picture
		found    [][]vision.Detection
		into     *Interval
	}{{some, inSome, &out.False}, {others, inOthers, &out.Others}} {
		if len(x.pictures) == 0 {
			continue
		}
		f, err := False(x.pictures, x.found, threshold)
		if err != nil {
			return out, err
		}
		*x.into = f[0].Picture
	}
	return out, nil
}
