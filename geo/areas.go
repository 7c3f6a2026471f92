package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// areas is a fixed index of polygons in degrees that answers which of them a point lies in. The ground is cut into buckets; a
// bucket lists the polygons that touch it, and which of them fill it, so that most answers need neither a tree nor a ring.
// All vertices lie in one slice, in the order in which they were given.
type areas struct {
	bound      orb.Bound
	perX, perY float64 // buckets a degree
	w, h       int
	start      []uint32 // of a bucket's refs; one more than there are buckets
	refs       []areaRef
	parts      []areaPart
	points     []orb.Point
	slabs      []slab
	slabEdges  []uint32
}

// areaRef is a polygon in a bucket, with what it takes to say no, or yes, without looking further. box is its extent in 256ths of the
// bucket (least x, least y, most x, most y), so that what lies elsewhere in the bucket is passed over without looking at its ring.
type areaRef struct {
	item uint32 // the highest bit says that the polygon fills the bucket
	at   uint32 // its first point, or, where n is 0, its part
	box  [4]uint8
	n    uint8 // points of its one ring
}

const fills = 1 << 31

// areaPart is one polygon: its rings' vertices, and the item (feature) that it is a part of.
type areaPart struct {
	first, end uint32 // points
	item       uint32
	slabs      uint32 // index of its slabs plus one; 0 for the small
	slabCount  uint32
	south      float64
	perSlab    float64 // slabs a degree
}

type slab struct{ first, end uint32 } // of slabEdges

// Polygons with more vertices than this are cut into horizontal slabs, so that only edges near a point's latitude are looked at.
const slabVertices = 24

// newAreas indexes the polygons of items; polygons[i] are the polygons of item i. Their rings are made to share one slice of vertices.
func newAreas(polygons [][]orb.Polygon) *areas {
	a := &areas{bound: orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}}
	parts, points := 0, 0
	for _, all := range polygons {
		for _, p := range all {
			parts++
			for _, r := range p {
				points += len(r)
			}
		}
	}
	a.parts, a.points = make([]areaPart, 0, parts), make([]orb.Point, 0, points)
	bounds := make([]orb.Bound, 0, parts)
	for i, all := range polygons {
		for _, p := range all {
			if len(p) == 0 || len(p[0]) < 3 {
				continue
			}
			part := areaPart{first: uint32(len(a.points)), item: uint32(i)}
			for k, r := range p {
				at := len(a.points)
				a.points = append(a.points, r...)
				p[k] = orb.Ring(a.points[at:len(a.points):len(a.points)])
			}
			part.end = uint32(len(a.points))
			b := p[0].Bound()
			a.bound = a.bound.Union(b)
			bounds = append(bounds, b)
			if part.end-part.first > slabVertices || len(p) > 1 {
				a.cut(&part, p, b)
			}
			a.parts = append(a.parts, part)
		}
	}
	if len(a.parts) == 0 {
		a.bound = orb.Bound{}
	}
	a.lay(len(a.parts))
	a.fill(bounds)
	return a
}

// cut makes the slabs of a polygon.
func (a *areas) cut(part *areaPart, p orb.Polygon, b orb.Bound) {
	n := max(1, int(part.end-part.first)/4)
	part.slabs, part.slabCount, part.south = uint32(len(a.slabs))+1, uint32(n), b.Min[1]
	part.perSlab = float64(n) / math.Max(1e-12, b.Max[1]-b.Min[1])
	in := make([][]uint32, n)
	at := part.first
	for _, r := range p {
		for k := 0; k+1 < len(r); k++ {
			lo, hi := a.slabOf(part, math.Min(r[k][1], r[k+1][1])), a.slabOf(part, math.Max(r[k][1], r[k+1][1]))
			for s := lo; s <= hi; s++ {
				in[s] = append(in[s], at+uint32(k))
			}
		}
		at += uint32(len(r))
	}
	for _, edges := range in {
		first := uint32(len(a.slabEdges))
		a.slabEdges = append(a.slabEdges, edges...)
		a.slabs = append(a.slabs, slab{first, uint32(len(a.slabEdges))})
	}
}

func (a *areas) slabOf(p *areaPart, y float64) int {
	return min(max(int((y-p.south)*p.perSlab), 0), int(p.slabCount)-1)
}

// maxBuckets bounds the memory of an index: 4 bytes each.
const maxBuckets = 4 << 20

// lay sizes the buckets: some four a polygon, square on the ground.
func (a *areas) lay(n int) {
	dx, dy := a.bound.Max[0]-a.bound.Min[0], a.bound.Max[1]-a.bound.Min[1]
	// a little wider, so that what lies on the border lies inside
	pad := 1e-9 + 1e-6*math.Max(dx, dy)
	a.bound = orb.Bound{Min: orb.Point{a.bound.Min[0] - pad, a.bound.Min[1] - pad}, Max: orb.Point{a.bound.Max[0] + pad, a.bound.Max[1] + pad}}
	dx, dy = dx+2*pad, dy+2*pad
	want := float64(min(maxBuckets, max(64, 4*n)))
	shrink := math.Cos((a.bound.Min[1] + a.bound.Max[1]) / 2 * math.Pi / 180)
	a.w = min(max(1, int(math.Sqrt(want*dx*shrink/dy))), maxBuckets)
	a.h = max(1, int(want)/a.w)
	a.perX, a.perY = float64(a.w)/dx, float64(a.h)/dy
}

func (a *areas) column(x float64) int {
	return min(max(int((x-a.bound.Min[0])*a.perX), 0), a.w-1)
}
func (a *areas) row(y float64) int { return min(max(int((y-a.bound.Min[1])*a.perY), 0), a.h-1) }

// fill lists the polygons of every bucket.
func (a *areas) fill(bounds []orb.Bound) {
	a.start = make([]uint32, a.w*a.h+1)
	each := func(put func(bucket int, r areaRef)) {
		for i := range a.parts {
			a.touch(uint32(i), bounds[i], put)
		}
	}
	each(func(bucket int, _ areaRef) { a.start[bucket+1]++ })
	for i := 1; i < len(a.start); i++ {
		a.start[i] += a.start[i-1]
	}
	a.refs = make([]areaRef, a.start[len(a.start)-1])
	at := make([]uint32, a.w*a.h)
	copy(at, a.start)
	each(func(bucket int, r areaRef) { a.refs[at[bucket]] = r; at[bucket]++ })
}

// touch names the buckets that a polygon touches.
func (a *areas) touch(i uint32, b orb.Bound, put func(int, areaRef)) {
	x0, x1, y0, y1 := a.column(b.Min[0]), a.column(b.Max[0]), a.row(b.Min[1]), a.row(b.Max[1])
	ref := func(x, y int) areaRef {
		r := areaRef{item: a.parts[i].item, at: i, box: [4]uint8{0, 0, 255, 255}}
		if p := &a.parts[i]; p.slabs == 0 {
			r.at, r.n = p.first, uint8(p.end-p.first)
		}
		if x == x0 {
			r.box[0] = a.share((b.Min[0]-a.bound.Min[0])*a.perX, x)
		}
		if x == x1 {
			r.box[2] = a.share((b.Max[0]-a.bound.Min[0])*a.perX, x)
		}
		if y == y0 {
			r.box[1] = a.share((b.Min[1]-a.bound.Min[1])*a.perY, y)
		}
		if y == y1 {
			r.box[3] = a.share((b.Max[1]-a.bound.Min[1])*a.perY, y)
		}
		return r
	}
	if x1-x0 < 2 && y1-y0 < 2 {
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				put(y*a.w+x, ref(x, y))
			}
		}
		return
	}
	// larger ones: which buckets does the border cross, and which lie inside?
	w := x1 - x0 + 1
	crossed := make([]bool, w*(y1-y0+1))
	p := &a.parts[i]
	a.edges(p, func(q, r orb.Point) {
		a.cross(q, r, func(x, y int) {
			if x >= x0 && x <= x1 && y >= y0 && y <= y1 {
				crossed[(y-y0)*w+x-x0] = true
			}
		})
	})
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			r := ref(x, y)
			if !crossed[(y-y0)*w+x-x0] {
				if !a.in(p, a.bound.Min[0]+(float64(x)+0.5)/a.perX, a.bound.Min[1]+(float64(y)+0.5)/a.perY) {
					continue
				}
				r.item |= fills
			}
			put(y*a.w+x, r)
		}
	}
}

func (a *areas) share(at float64, bucket int) uint8 {
	return uint8(min(max(int((at-float64(bucket))*256), 0), 255))
}

// cross names the buckets that a segment passes through, and their neighbours where it passes within rounding.
func (a *areas) cross(p, q orb.Point, put func(x, y int)) {
	const near = 1e-6
	px, py, qx, qy := (p[0]-a.bound.Min[0])*a.perX, (p[1]-a.bound.Min[1])*a.perY, (q[0]-a.bound.Min[0])*a.perX, (q[1]-a.bound.Min[1])*a.perY
	if py > qy {
		px, py, qx, qy = qx, qy, px, py
	}
	cut := func(v float64, n int) int { return min(max(int(v), 0), n-1) }
	for y := cut(py-near, a.h); y <= cut(qy+near, a.h); y++ {
		// the part of the segment within this row
		lo, hi := math.Max(py, float64(y)), math.Min(qy, float64(y+1))
		xa, xb := px, qx
		if qy > py {
			k := (qx - px) / (qy - py)
			xa, xb = px+(math.Min(lo, qy)-py)*k, px+(math.Max(hi, py)-py)*k
		}
		for x := cut(math.Min(xa, xb)-near, a.w); x <= cut(math.Max(xa, xb)+near, a.w); x++ {
			put(x, y)
		}
	}
}

// edges calls each with every edge of a polygon.
func (a *areas) edges(p *areaPart, each func(p, q orb.Point)) {
	if p.slabs == 0 {
		pts := a.points[p.first:p.end]
		for i := 1; i < len(pts); i++ {
			each(pts[i-1], pts[i])
		}
		return
	}
	for _, s := range a.slabs[p.slabs-1 : p.slabs-1+p.slabCount] {
		for _, e := range a.slabEdges[s.first:s.end] {
			each(a.points[e], a.points[e+1]) // one in two slabs comes twice: that does no harm
		}
	}
}

// inRing says whether x, y lies inside a closed ring, by the parity of the edges that lie east of it.
func inRing(pts []orb.Point, x, y float64) bool {
	inside := false
	b := pts[0]
	for _, c := range pts[1:] {
		if (b[1] > y) != (c[1] > y) && x < (c[0]-b[0])*(y-b[1])/(c[1]-b[1])+b[0] {
			inside = !inside
		}
		b = c
	}
	return inside
}

// in says the same of a polygon.
func (a *areas) in(p *areaPart, x, y float64) bool {
	if p.slabs == 0 {
		return inRing(a.points[p.first:p.end], x, y)
	}
	inside := false
	s := a.slabs[int(p.slabs)-1+a.slabOf(p, y)]
	for _, e := range a.slabEdges[s.first:s.end] {
		b, c := a.points[e], a.points[e+1]
		if (b[1] > y) != (c[1] > y) && x < (c[0]-b[0])*(y-b[1])/(c[1]-b[1])+b[0] {
			inside = !inside
		}
	}
	return inside
}

// bucket returns the refs of the bucket of x, y, and where in it that lies.
func (a *areas) bucket(x, y float64) (refs []areaRef, fx, fy uint8) {
	bx, by := (x-a.bound.Min[0])*a.perX, (y-a.bound.Min[1])*a.perY
	if !(bx >= 0 && by >= 0 && bx < float64(a.w) && by < float64(a.h)) {
		return nil, 0, 0
	}
	i, j := int(bx), int(by)
	k := j*a.w + i
	return a.refs[a.start[k]:a.start[k+1]], uint8((bx - float64(i)) * 256), uint8((by - float64(j)) * 256)
}

// holds says whether a point of the bucket lies in the polygon.
func (a *areas) holds(r *areaRef, fx, fy uint8, x, y float64) bool {
	if r.item&fills != 0 {
		return true
	}
	if fx < r.box[0] || fx > r.box[2] || fy < r.box[1] || fy > r.box[3] {
		return false
	}
	if r.n == 0 {
		return a.in(&a.parts[r.at], x, y)
	}
	return inRing(a.points[r.at:r.at+uint32(r.n)], x, y)
}

// first returns an item that contains x, y, or -1.
func (a *areas) first(x, y float64) int {
	refs, fx, fy := a.bucket(x, y)
	for i := range refs {
		if r := &refs[i]; a.holds(r, fx, fy, x, y) {
			return int(r.item &^ fills)
		}
	}
	return -1
}

// all appends the items that contain x, y to dst.
func (a *areas) all(x, y float64, dst []int32) []int32 {
	refs, fx, fy := a.bucket(x, y)
	for i := range refs {
		if r := &refs[i]; a.holds(r, fx, fy, x, y) {
			dst = append(dst, int32(r.item&^fills))
		}
	}
	return dst
}

// search calls each once with every item that may touch a bound, until it returns false.
func (a *areas) search(b orb.Bound, each func(item int) bool) {
	if len(a.parts) == 0 || !a.bound.Intersects(b) {
		return
	}
	var few [64]uint32
	seen := few[:0]
	for y := a.row(b.Min[1]); y <= a.row(b.Max[1]); y++ {
		for k := y*a.w + a.column(b.Min[0]); k <= y*a.w+a.column(b.Max[0]); k++ {
			for _, r := range a.refs[a.start[k]:a.start[k+1]] {
				item := r.item &^ fills
				if slices.Contains(seen, item) {
					continue
				}
				seen = append(seen, item)
				if !each(int(item)) {
					return
				}
			}
		}
	}
}
