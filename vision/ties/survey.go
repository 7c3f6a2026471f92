package ties

import (
	"math"
	"sort"

	"github.com/harrier-patrol/harrier/geo"
)

// Survey collects the tie points of pictures that overlap by their poses. Close it.
type Survey struct {
	// Locator says how high above take-off the ground, or the roof, is that a pixel shows. Ties on walls are left out.
	Locator geo.Locator
	// MinShare of a picture must lie in another, by their poses, for the two to be compared, at most MaxPairs with earlier ones.
	MinShare float64
	MaxPairs int
	// MaxShots are held; the oldest go first. 0: all.
	MaxShots int

	Shots []geo.Shot
	Ties  []geo.Tie
	// Compared are the pairs that overlap in truth: index of the shots and how many ties each gave.
	Compared []Compared

	features []*Features
}

// Compared is a pair of shots with Ties tie points, which their poses put MedianM apart.
type Compared struct {
	A, B, Ties int
	MedianM    float64
}

// Close frees the features.
func (s *Survey) Close() {
	for _, f := range s.features {
		f.Close()
	}
	s.features = nil
}

// Add takes in a picture, compares it with earlier ones, and owns its features from now on.
func (s *Survey) Add(shot geo.Shot, f *Features) {
	if s.MaxShots > 0 && len(s.Shots) >= s.MaxShots {
		s.forget()
	}
	type candidate struct {
		i     int
		share float64
	}
	var near []candidate
	for i, x := range s.Shots {
		if k := min(Overlap(shot, x), Overlap(x, shot)); k >= s.MinShare {
			near = append(near, candidate{i, k})
		}
	}
	sort.SliceStable(near, func(a, b int) bool { return near[a].share > near[b].share })
	b := len(s.Shots)
	s.Shots, s.features = append(s.Shots, shot), append(s.features, f)
	for _, c := range near[:min(len(near), s.MaxPairs)] {
		var found []geo.Tie
		var apart []float64
		for _, p := range Match(s.features[c.i], f) {
			t := geo.Tie{A: c.i, B: b, AX: p.AX, AY: p.AY, BX: p.BX, BY: p.BY}
			if d, ok := s.place(&t, s.Shots); ok {
				found, apart = append(found, t), append(apart, d)
			}
		}
		if len(found) < minPairs {
			continue
		}
		sort.Float64s(apart)
		s.Ties = append(s.Ties, found...)
		s.Compared = append(s.Compared, Compared{c.i, b, len(found), apart[len(apart)/2]})
	}
}

// place says how high the ground, or the roof, is that a tie shows, with the poses that shots have now, and how far apart they put it; ok is
// false where it is none of them.
func (s *Survey) place(t *geo.Tie, shots []geo.Shot) (apartM float64, ok bool) {
	a, b := shots[t.A], shots[t.B]
	l, errA := s.Locator.Locate(a.Camera, a.Pose, t.AX, t.AY, 0, 0)
	m, errB := s.Locator.Locate(b.Camera, b.Pose, t.BX, t.BY, 0, 0)
	if errA != nil || errB != nil || l.Surface == "wall" || m.Surface == "wall" {
		return 0, false
	}
	t.AboveM = l.HeightM
	return geo.DistanceM(l.Point(), m.Point()), true
}

// forget drops the oldest shot.
func (s *Survey) forget() {
	s.features[0].Close()
	s.Shots, s.features = s.Shots[1:], s.features[1:]
	ties := s.Ties[:0]
	for _, t := range s.Ties {
		if t.A--; t.A >= 0 {
			t.B--
			ties = append(ties, t)
		}
	}
	s.Ties = ties
	pairs := s.Compared[:0]
	for _, c := range s.Compared {
		if c.A--; c.A >= 0 {
			c.B--
			pairs = append(pairs, c)
		}
	}
	s.Compared = pairs
}

// Overlap is the share of picture a that lies in picture b, by their poses on flat ground at take-off height.
func Overlap(a, b geo.Shot) float64 {
	f := geo.NewFrame(a.Pose.Point(), 0)
	view := func(s geo.Shot) geo.View {
		return geo.NewView(s.Camera, f.To(s.Pose.Point(), s.Pose.HeightM), s.Pose.YawDeg, s.Pose.PitchDeg, s.Pose.RollDeg)
	}
	va, vb := view(a), view(b)
	const n = 7
	in := 0.0
	for i := range n {
		for j := range n {
			g, slant, ok := va.OnPlane((float64(i)+0.5)/n*float64(a.Camera.Width), (float64(j)+0.5)/n*float64(a.Camera.Height), 0)
			if !ok || slant > 8*math.Abs(a.Pose.HeightM) {
				continue
			}
			if x, y, z := vb.Project(g); z > 0 && x >= 0 && y >= 0 && x <= float64(b.Camera.Width) && y <= float64(b.Camera.Height) {
				in++
			}
		}
	}
	return in / (n * n)
}
