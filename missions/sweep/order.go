package sweep

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/missions/transit"
)

// lengths are those of the shortest ways between the ends of lines: end 2i is A of line i, 2i+1 its B. They are measured when they are asked for.
type lengths struct {
	space *transit.Space
	ends  []orb.Point
	trees []*transit.Tree
	known map[[2]int]float64
}

func newLengths(lines []Line, space *transit.Space) *lengths {
	l := &lengths{space: space, trees: make([]*transit.Tree, 2*len(lines)), known: map[[2]int]float64{}}
	for _, x := range lines {
		l.ends = append(l.ends, x.A, x.B)
	}
	return l
}

// noWay is the length of a way that is none: it is only taken where everything else is none, too.
const noWay = 1e7

// least is what a way takes at least, metres: it is straight.
func (l *lengths) least(i, j int) float64 {
	return math.Hypot(l.ends[j][0]-l.ends[i][0], l.ends[j][1]-l.ends[i][1])
}

// of is the length of the way, metres.
func (l *lengths) of(i, j int) float64 {
	if l.space == nil || i == j {
		return l.least(i, j)
	}
	if i > j {
		i, j = j, i
	}
	if m, ok := l.known[[2]int{i, j}]; ok {
		return m
	}
	if l.trees[i] == nil {
		l.trees[i] = l.space.From(l.ends[i])
	}
	m, ok := l.trees[i].LengthM(l.ends[j])
	if !ok {
		m = noWay
	}
	l.known[[2]int{i, j}] = m
	return m
}

// tour is an order of lines: 2i flies line i from A to B, 2i+1 from B to A.
type tour struct {
	l  *lengths
	at []int
}

// gap is the way from the end of what stands at i to the beginning of what stands at j; before the first and behind the last there is none.
func (t tour) gap(i, j int) float64 {
	if i < 0 || j >= len(t.at) {
		return 0
	}
	return t.link(t.at[i], t.at[j])
}

func (t tour) link(a, b int) float64 { return t.l.of(a^1, b) }

// least is what a link takes at least.
func (t tour) least(a, b int) float64 { return t.l.least(a^1, b) }

func (t tour) lengthM() float64 {
	s := 0.0
	for i := 0; i+1 < len(t.at); i++ {
		s += t.gap(i, i+1)
	}
	return s
}

// tiny is what an improvement must bring at least, metres.
const tiny = 1e-3

// longest are how many lines in a row are moved together at most.
const longest = 3

// improve turns parts round and moves lines until neither makes the way shorter.
func (t *tour) improve() {
	for better := true; better; {
		better = false
		n := len(t.at)
		for i := 0; i < n; i++ { // turn i..j round
			for j := i; j < n; j++ {
				was := t.gap(i-1, i) + t.gap(j, j+1)
				turned := func(link func(a, b int) float64) (is float64) {
					if i > 0 {
						is += link(t.at[i-1], t.at[j]^1)
					}
					if j+1 < n {
						is += link(t.at[i]^1, t.at[j+1])
					}
					return is
				}
				if turned(t.least) < was-tiny && turned(t.link) < was-tiny {
					part := t.at[i : j+1]
					slices.Reverse(part)
					for k := range part {
						part[k] ^= 1
					}
					better = true
				}
			}
		}
		for i := 0; i < n; i++ {
			for k := 1; k <= longest && i+k <= n; k++ {
				better = t.move(i, k) || better
			}
		}
	}
}

// move puts the k lines from i on where they make the way shortest, either way round; it says whether that is elsewhere.
func (t *tour) move(i, k int) bool {
	n := len(t.at)
	gain := t.gap(i-1, i) + t.gap(i+k-1, i+k)
	if i > 0 && i+k < n {
		gain -= t.link(t.at[i-1], t.at[i+k])
	}
	if gain < tiny {
		return false
	}
	first, last := t.at[i], t.at[i+k-1]
	best, to, flip := -tiny, -1, false
	for j := 0; j <= n; j++ { // between j-1 and j
		if j >= i && j <= i+k {
			continue
		}
		for _, f := range []bool{false, true} {
			a, b := first, last
			if f {
				a, b = last^1, first^1
			}
			put := func(link func(a, b int) float64) float64 {
				cost := -gain
				if j > 0 {
					cost += link(t.at[j-1], a)
				}
				if j < n {
					cost += link(b, t.at[j])
				}
				if j > 0 && j < n {
					cost -= t.link(t.at[j-1], t.at[j])
				}
				return cost
			}
			if put(t.least) >= best {
				continue
			}
			if cost := put(t.link); cost < best {
				best, to, flip = cost, j, f
			}
		}
	}
	if to < 0 {
		return false
	}
	part := slices.Clone(t.at[i : i+k])
	if flip {
		slices.Reverse(part)
		for x := range part {
			part[x] ^= 1
		}
	}
	t.at = slices.Delete(t.at, i, i+k)
	if to > i {
		to -= k
	}
	t.at = slices.Insert(t.at, to, part...)
	return true
}

// few are so many lines that an order is shaken so often to see whether it falls into a better one.
const few, shakes = 150, 60

func order(lines []Line, space *transit.Space, seed uint64) tour {
	l := newLengths(lines, space)
	best := tour{l, make([]int, len(lines))}
	// to and fro, as the lines come
	for i := range lines {
		best.at[i] = 2*i + i%2
	}
	near := tour{l, nearest(l, len(lines))}
	best.improve()
	near.improve()
	if near.lengthM() < best.lengthM() {
		best = near
	}
	if len(lines) < 5 || len(lines) > few {
		return best
	}
	m := best.lengthM()
	rng := rand.New(rand.NewPCG(seed, 0x5eeb))
	for range shakes {
		a := []int{1 + rng.IntN(len(lines)-1), 1 + rng.IntN(len(lines)-1), 1 + rng.IntN(len(lines)-1)}
		slices.Sort(a)
		t := tour{l, slices.Concat(best.at[:a[0]], best.at[a[1]:a[2]], best.at[a[0]:a[1]], best.at[a[2]:])}
		t.improve()
		if is := t.lengthM(); is < m-tiny {
			best, m = t, is
		}
	}
	return best
}

// nearest goes on to the nearest end that is left, from the first line on.
func nearest(l *lengths, n int) []int {
	if n == 0 {
		return nil
	}
	at, done := []int{0}, make([]bool, n)
	done[0] = true
	for len(at) < n {
		best, m := -1, math.Inf(1)
		for e := range 2 * n {
			if from := at[len(at)-1] ^ 1; !done[e/2] && l.least(from, e) < m {
				if d := l.of(from, e); d < m {
					best, m = e, d
				}
			}
		}
		done[best/2] = true
		at = append(at, best)
	}
	return at
}
