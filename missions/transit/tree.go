package transit

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Tree are the shortest ways out of one place. It may be asked by several at once.
type Tree struct {
	space *Space
	root  orb.Point
	m     []float64 // to each node
	prev  []int     // the node before it, -1 for the root
}

// From is the tree of the shortest ways out of a place.
func (s *Space) From(root orb.Point) *Tree {
	t := &Tree{space: s, root: root}
	if len(s.nodes) == 0 {
		return t
	}
	s.once.Do(s.link)
	n := len(s.nodes)
	t.m, t.prev = make([]float64, n), make([]int, n)
	for i, q := range s.nodes {
		t.m[i], t.prev[i] = math.Inf(1), -1
		if s.Clear(root, q) {
			t.m[i] = planar.Distance(root, q)
		}
	}
	done := make([]bool, n)
	for range n { // Dijkstra's; the graph is dense
		best := -1
		for i := range n {
			if !done[i] && !math.IsInf(t.m[i], 1) && (best < 0 || t.m[i] < t.m[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		done[best] = true
		for j, w := range s.ways[best] {
			if d := t.m[best] + w; d < t.m[j] {
				t.m[j], t.prev[j] = d, best
			}
		}
	}
	return t
}

// link measures the straight ways between nodes.
func (s *Space) link() {
	n := len(s.nodes)
	s.ways = make([][]float64, n)
	for i := range s.ways {
		s.ways[i] = make([]float64, n)
		for j := range s.ways[i] {
			s.ways[i][j] = math.Inf(1)
		}
	}
	for i := range n {
		for j := range i {
			if s.Clear(s.nodes[i], s.nodes[j]) {
				d := planar.Distance(s.nodes[i], s.nodes[j])
				s.ways[i][j], s.ways[j][i] = d, d
			}
		}
	}
}

// last is the length of the shortest way to a place, and the last node on it, -1 where it is straight; ok is false where there is none.
func (t *Tree) last(p orb.Point) (m float64, node int, ok bool) {
	if t.space.Clear(t.root, p) {
		return planar.Distance(t.root, p), -1, true
	}
	type via struct {
		node int
		m    float64
	}
	var all []via
	for i, q := range t.space.nodes {
		if !math.IsInf(t.m[i], 1) {
			all = append(all, via{i, t.m[i] + planar.Distance(q, p)})
		}
	}
	slices.SortFunc(all, func(a, b via) int { return cmp.Compare(a.m, b.m) })
	for _, v := range all { // the first that can be reached from is the shortest
		if t.space.Clear(t.space.nodes[v.node], p) {
			return v.m, v.node, true
		}
	}
	return 0, 0, false
}

// LengthM is the length of the shortest way to a place, metres; ok is false where there is none.
func (t *Tree) LengthM(p orb.Point) (m float64, ok bool) {
	m, _, ok = t.last(p)
	return m, ok
}

// Way is the shortest way to a place, with both ends; nil where there is none.
func (t *Tree) Way(p orb.Point) orb.LineString {
	_, k, ok := t.last(p)
	if !ok {
		return nil
	}
	way := orb.LineString{p}
	for ; k >= 0; k = t.prev[k] {
		way = append(way, t.space.nodes[k])
	}
	way = append(way, t.root)
	slices.Reverse(way)
	return way
}

// sector is what a polygon may hide from a place: directions from lo on by wide, at least so far off.
type sector struct{ lo, wide, nearM float64 }

// hidden are the sectors in which something that is out lies within m metres.
func (t *Tree) hidden(m float64) (out []sector) {
	box := orb.Bound{Min: t.root, Max: t.root}.Pad(m + t.space.margin)
	t.space.outBounds.Search(box.Min, box.Max, func(_, _ [2]float64, i int) bool {
		r := t.space.out[i][0]
		near := math.Inf(1)
		lo, hi := math.Inf(1), math.Inf(-1)
		first := math.Atan2(r[0][1]-t.root[1], r[0][0]-t.root[0])
		for k := range r {
			if k > 0 {
				near = math.Min(near, pointM(t.root, r[k-1], r[k]))
			}
			a := math.Remainder(math.Atan2(r[k][1]-t.root[1], r[k][0]-t.root[0])-first, 2*math.Pi)
			lo, hi = math.Min(lo, a), math.Max(hi, a)
		}
		s := sector{first + lo, hi - lo, near - t.space.margin}
		if s.nearM <= t.space.margin || s.wide > math.Pi/2 { // so near that its directions say little
			s = sector{0, 2 * math.Pi, math.Max(0, s.nearM)}
		} else {
			more := math.Asin(math.Min(1, (t.space.margin+beyond)/near))
			s.lo, s.wide = s.lo-more, s.wide+2*more
		}
		out = append(out, s)
		return true
	})
	return out
}

// Within are the numbers of the places to which the way is m metres long at most.
func (t *Tree) Within(places []orb.Point, m float64) (out []int32) {
	hidden := t.hidden(m)
	for i, q := range places {
		d := planar.Distance(t.root, q)
		if d > m {
			continue
		}
		behind := false
		if len(hidden) > 0 {
			a := math.Atan2(q[1]-t.root[1], q[0]-t.root[0])
			for _, s := range hidden {
				if d >= s.nearM && math.Mod(math.Mod(a-s.lo, 2*math.Pi)+2*math.Pi, 2*math.Pi) <= s.wide {
					behind = true
					break
				}
			}
		}
		if behind {
			if w, ok := t.LengthM(q); !ok || w > m {
				continue
			}
		}
		out = append(out, int32(i))
	}
	return out
}
