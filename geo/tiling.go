package geo

import (
	"fmt"
	"math"
	"sync"

	"github.com/paulmach/orb"
)

// What cells may overlap, and how large a gap may be, square metres.
const (
	maxOverlapM2 = 1
	maxGapM2     = 1
	// vertices of neighbours that lie this near are one
	sameVertexM = 0.01
	// radians within which a way leads straight back: borders that are drawn twice differ by a little
	straightBack = 0.01
	// the widest gap that is looked for between cells that share no vertex
	sliverM = 0.5
)

// checkTiling finds overlaps and gaps; features are those of the cells, in their order.
func (g *Grid) checkTiling(features []*Feature) []Problem {
	if len(g.cells) == 0 {
		return nil
	}
	a := g.areas
	f := NewFrame(a.bound.Center(), 0)
	metres := make([]orb.Point, len(a.points))
	for i, p := range a.points {
		v := f.To(p, 0)
		metres[i] = orb.Point{v.E, v.N}
	}
	ring := func(part int) orb.Ring { return metres[a.parts[part].first:a.parts[part].end] }
	partsOf := make([]int, len(g.cells)+1)
	for i := range a.parts {
		partsOf[a.parts[i].item+1] = i + 1
	}
	var mu sync.Mutex
	var out []Problem
	put := func(i int, format string, args ...any) {
		mu.Lock()
		out = append(out, Problem{N: features[i].N, Line: features[i].Line, Text: fmt.Sprintf(format, args...)})
		mu.Unlock()
	}
	const workers = 2
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := w; i < len(g.cells); i += workers {
				b := orb.MultiPolygon(g.polygons[i]).Bound()
				g.areas.search(b, func(j int) bool {
					if j <= i || touchOnly(b, orb.MultiPolygon(g.polygons[j]).Bound()) {
						return true
					}
					m2 := 0.0
					if len(g.polygons[i]) == 1 && len(g.polygons[j]) == 1 && len(g.polygons[i][0]) == 1 && len(g.polygons[j][0]) == 1 {
						m2 = ringsOverlapM2(ring(partsOf[i]), ring(partsOf[j]))
					} else {
						m2 = overlapM2(f, g.polygons[i], g.polygons[j])
					}
					if m2 > maxOverlapM2 {
						put(i, "cell %s overlaps cell %s (feature %d) by %.1f m²", g.cells[i].Code, g.cells[j].Code, features[j].N, m2)
					}
					return true
				})
			}
		}()
	}
	wg.Wait()
	for _, gap := range g.gaps(f, metres) {
		if gap.m2 > maxGapM2 {
			put(gap.item, "there is a gap of %.1f m² beside cell %s at %.6f, %.6f", gap.m2, g.cells[gap.item].Code, gap.at[0], gap.at[1])
		}
	}
	return out
}

// touchOnly says that two bounds share no more than a border.
func touchOnly(a, b orb.Bound) bool {
	const eps = 1e-10 // a hundredth of a millimetre
	return a.Max[0] <= b.Min[0]+eps || b.Max[0] <= a.Min[0]+eps || a.Max[1] <= b.Min[1]+eps || b.Max[1] <= a.Min[1]+eps
}

type gap struct {
	item int
	at   orb.Point
	m2   float64
}

type directed struct {
	from, to uint32
	item     uint32
}

// gaps finds holes in the tiling. Cells that are turned anticlockwise run along a common border in opposite directions; what remains
// when those are taken away borders nothing: the outer border (anticlockwise), holes (clockwise), and, where a cell's long edge
// meets the vertex of two others, rings without area. Cells that share no vertices are probed along their edges besides.
func (g *Grid) gaps(f Frame, metres []orb.Point) []gap {
	a := g.areas
	nodes := make(map[[2]int32]uint32, len(metres)/3)
	var at []orb.Point
	node := func(p orb.Point) uint32 {
		x, y := p[0]/(2*sameVertexM), p[1]/(2*sameVertexM)
		key := [2]int32{int32(math.Floor(x)), int32(math.Floor(y))}
		if n, ok := nodes[key]; ok {
			return n
		}
		// vertices near a border of the raster may have their like beyond it
		nx, ny := key, key
		dx, dy := int32(1), int32(1)
		if x-math.Floor(x) < 0.5 {
			dx = -1
		}
		if y-math.Floor(y) < 0.5 {
			dy = -1
		}
		nx[0] += dx
		ny[1] += dy
		for _, k := range [3][2]int32{nx, ny, {nx[0], ny[1]}} {
			if n, ok := nodes[k]; ok && math.Hypot(at[n][0]-p[0], at[n][1]-p[1]) <= sameVertexM {
				nodes[key] = n
				return n
			}
		}
		n := uint32(len(at))
		at = append(at, p)
		nodes[key] = n
		return n
	}
	edges := make(map[uint64]uint32, len(metres)/2) // directed edge → its item, those without their opposite
	for i := range a.parts {
		p := &a.parts[i]
		k := int(p.first)
		for _, r := range g.ringsOf(p) {
			n := len(r)
			ring := orb.Ring(metres[k : k+n])
			k += n
			forward := ringArea2(ring) > 0
			outer := k == int(p.first)+n
			for e := 0; e+1 < n; e++ {
				from, to := node(ring[e]), node(ring[e+1])
				if forward != outer { // holes the other way round
					from, to = to, from
				}
				if from == to {
					continue
				}
				back := uint64(to)<<32 | uint64(from)
				if _, ok := edges[back]; ok {
					delete(edges, back)
				} else {
					edges[uint64(from)<<32|uint64(to)] = p.item
				}
			}
		}
	}
	out := map[uint32][]directed{}
	for e, item := range edges {
		d := directed{uint32(e >> 32), uint32(e), item}
		out[d.from] = append(out[d.from], d)
	}
	var found []gap
	for from := range out {
		for len(out[from]) > 0 {
			ring, items := trace(out, at, from)
			if m2 := -ringArea2(append(ring, ring[0])) / 2; m2 > maxGapM2 {
				c := centreOf(ring)
				found = append(found, gap{int(items[0]), f.From(c[0], c[1]), m2})
			}
		}
	}
	return append(found, g.slivers(f, edges, at)...)
}

func (g *Grid) ringsOf(p *areaPart) orb.Polygon {
	for _, q := range g.polygons[p.item] {
		if &q[0][0] == &g.areas.points[p.first] {
			return q
		}
	}
	return nil
}

// trace follows directed edges from a node until they come back, taking the rightmost way at each node, and takes them away.
func trace(out map[uint32][]directed, at []orb.Point, from uint32) (ring orb.Ring, items []uint32) {
	take := func(n uint32, k int) directed {
		all := out[n]
		d := all[k]
		all[k] = all[len(all)-1]
		out[n] = all[:len(all)-1]
		return d
	}
	d := take(from, 0)
	for {
		ring, items = append(ring, at[d.from]), append(items, d.item)
		next := out[d.to]
		if d.to == from || len(next) == 0 {
			return ring, items
		}
		best, right := 0, math.Inf(1)
		in := math.Atan2(at[d.to][1]-at[d.from][1], at[d.to][0]-at[d.from][0])
		for k, x := range next {
			turn := math.Atan2(at[x.to][1]-at[x.from][1], at[x.to][0]-at[x.from][0]) - in
			for turn <= -math.Pi-straightBack {
				turn += 2 * math.Pi
			}
			// straight back is as far right as can be: along a border that is drawn in one piece on the one side and in two on the other
			for turn > math.Pi-straightBack {
				turn -= 2 * math.Pi
			}
			if turn < right {
				best, right = k, turn
			}
		}
		d = take(d.to, best)
	}
}

func centreOf(r orb.Ring) orb.Point {
	var c orb.Point
	for _, p := range r {
		c[0], c[1] = c[0]+p[0]/float64(len(r)), c[1]+p[1]/float64(len(r))
	}
	return c
}

// slivers probes the outer side of edges without a partner: narrow gaps between cells whose borders were drawn apart.
func (g *Grid) slivers(f Frame, edges map[uint64]uint32, at []orb.Point) []gap {
	covered := func(x, y float64) bool {
		p := f.From(x, y)
		return g.areas.first(p[0], p[1]) >= 0
	}
	var out []gap
	for e, item := range edges {
		p, q := at[e>>32], at[uint32(e)]
		ex, ey := q[0]-p[0], q[1]-p[1]
		length := math.Hypot(ex, ey)
		nx, ny := ey/length, -ex/length // to the right: outside
		const probes = 8
		width := 0.0
		var where orb.Point
		for i := range probes {
			k := (float64(i) + 0.5) / probes
			x, y := p[0]+k*ex, p[1]+k*ey
			if covered(x+0.002*nx, y+0.002*ny) || !covered(x+sliverM*nx, y+sliverM*ny) {
				continue
			}
			lo, hi := 0.002, sliverM
			for range 8 {
				if m := (lo + hi) / 2; covered(x+m*nx, y+m*ny) {
					hi = m
				} else {
					lo = m
				}
			}
			width += (lo + hi) / 2 / probes
			where = f.From(x, y)
		}
		// both sides see the same gap; the one that lies further west or south names it
		if width*length > maxGapM2 && (nx > 0 || nx == 0 && ny > 0) {
			out = append(out, gap{int(item), where, width * length})
		}
	}
	return out
}

// checkCommunities compares the cells with the outlines of their communities: each must lie in its own, and they must fill it.
func (g *Grid) checkCommunities(features []*Feature, l *Layer) []Problem {
	polygons, out := l.polygons(nil)
	for i := range out {
		out[i].Text = "of the communities: " + out[i].Text
	}
	byCode := map[string]int{}
	for i := range l.Features {
		code := l.Features[i].Get("code", "community", "标识码", "编码")
		if polygons[i] == nil {
			continue
		}
		if !digits(code, 12) {
			out = append(out, Problem{N: l.Features[i].N, Line: l.Features[i].Line, Text: fmt.Sprintf("of the communities: code %q is not of 12 digits", code)})
			continue
		}
		byCode[code] = i
	}
	filled := map[string]float64{}
	for i := range g.cells {
		c := &g.cells[i]
		k, ok := byCode[c.Community]
		if !ok {
			continue
		}
		f := NewFrame(g.polygons[i][0][0][0], 0)
		in := overlapM2(f, g.polygons[i], polygons[k])
		filled[c.Community] += in
		if over := areaM2(f, g.polygons[i]) - in; over > maxOverlapM2 {
			out = append(out, Problem{N: features[i].N, Line: features[i].Line, Text: fmt.Sprintf("cell %s reaches out of its community by %.1f m²", c.Code, over)})
		}
	}
	for code, k := range byCode {
		f := NewFrame(polygons[k][0][0][0], 0)
		if left := areaM2(f, polygons[k]) - filled[code]; left > maxGapM2 && filled[code] > 0 {
			out = append(out, Problem{N: l.Features[k].N, Line: l.Features[k].Line, Text: fmt.Sprintf("of the communities: the cells of %s leave %.1f m² of it without a cell", code, left)})
		}
	}
	return out
}
