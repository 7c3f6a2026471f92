package missions

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/missions/sweep"
)

// stop is a waypoint in metres.
type stop struct {
	at       orb.Point
	heightM  float64
	speedMS  float64 // on the way there
	pitchDeg float64
	yawDeg   *float64 // nil along the track
	photo    bool
	// aboveTakeOff says that its height is above take-off already, else it is above the ground below it.
	aboveTakeOff bool
	look         bool // the ground is looked at on the way there
}

// job is what is flown in one go, at one height.
type job struct {
	stops      []stop
	requests   []int
	heightM    float64
	timed      bool // it lies where fences hold at times
	takesS     float64
	open, shut float64 // in seconds of the day; shut 0: its end
	worth      float64
	looks      []look
	flight     *Planned // that was kept and does it, nil for what is still to be flown
}

func (j *job) air() air         { return air{j.heightM, j.timed} }
func (j *job) entry() orb.Point { return j.stops[0].at }
func (j *job) exit() orb.Point  { return j.stops[len(j.stops)-1].at }

// look is ground that is seen on a straight way from a to b: so far to each side, and ahead of both ends, at a resolution.
type look struct {
	a, b        orb.Point
	side, ahead float64
	gsdCM       float64
}

func (l look) bound() orb.Bound {
	return orb.Bound{Min: l.a, Max: l.a}.Extend(l.b).Pad(math.Max(l.side, l.ahead))
}

// sees says whether a place lies in it.
func (l look) sees(q orb.Point) bool {
	dx, dy := l.b[0]-l.a[0], l.b[1]-l.a[1]
	d := math.Hypot(dx, dy)
	if d == 0 {
		return math.Hypot(q[0]-l.a[0], q[1]-l.a[1]) <= l.ahead
	}
	dx, dy = dx/d, dy/d
	x, y := q[0]-l.a[0], q[1]-l.a[1]
	along, off := x*dx+y*dy, math.Abs(y*dx-x*dy)
	return off <= l.side && along >= -l.ahead && along <= d+l.ahead
}

// lookMS is how fast is flown where is looked.
const lookMS = 10.0

// jobS is how long a job takes about: short ones fill what is left of a flight.
const jobS = 270

// blockM is about the side of the squares into which large areas are cut, metres.
const blockM = 1700

// wish is what is asked of one area at one height and time.
type wish struct {
	request    int
	open, shut float64
	heightM    float64
	timed      bool
	kept       []int // flights that stay, of which what they show counts for it
	polygons   []orb.Polygon
}

// cut makes jobs of the requests.
func (p *planner) cut() {
	var areas, lines []wish
	tall := map[float64]int{}
	for i := range p.requests {
		r := &p.requests[i]
		if why, due := r.Due(p.day.Begin, p.day.End); !due {
			p.left[i] = why
			continue
		}
		open, shut, why := p.window(r)
		if why != "" {
			p.left[i] = why
			continue
		}
		h := p.heightM(p.gsdCM(r))
		if r.View != Nadir {
			h = p.sideHeightM(r)
		}
		if h == 0 {
			p.left[i] = "at so fine a resolution it would have to be flown lower than is safe; ask for a view from the side, which is taken in stills"
			continue
		}
		if _, known := tall[h]; !known {
			tall[h] = len(p.tall(h))
		}
		if n := tall[h]; n > manyTall {
			p.left[i] = fmt.Sprintf("%d buildings in reach are too high to fly over at %.0f m, and ways round more than %d are not found: ask for a coarser resolution, which is flown higher", n, h, manyTall)
			continue
		}
		w := wish{request: i, heightM: h, polygons: p.polygons(r)}
		if w.open, w.shut, w.timed, why = p.between(w.polygons, open, shut); why != "" {
			p.left[i] = why
			continue
		}
		w.kept = p.keptFor(r, w.open, w.shut)
		switch {
		case r.View != Nadir:
			p.around(w)
		case isLine(r.Geometry) && widthM(r) <= p.across(h):
			lines = append(lines, w)
		default:
			areas = append(areas, w)
		}
	}
	p.areas(areas)
	p.lines(lines, areas)
	p.keep()
	p.serve()
}

func isLine(g orb.Geometry) bool {
	switch g.(type) {
	case orb.LineString, orb.MultiLineString:
		return true
	}
	return false
}

// batch are wishes of one height and time, for which the same flights that stay count.
type batch struct {
	open, shut, heightM float64
	timed               bool
	kept                []int
	wishes              []wish
}

func (w *wish) batch() *batch {
	return &batch{open: w.open, shut: w.shut, heightM: w.heightM, timed: w.timed, kept: w.kept}
}

// within says whether what is seen for one batch is seen in time for another, and well enough: also where a flight that stays sees it.
func (b *batch) within(o *batch) bool {
	return b.open >= o.open && (o.shut == 0 || b.shut > 0 && b.shut <= o.shut) && b.heightM <= o.heightM && !slices.ContainsFunc(b.kept, func(k int) bool { return !slices.Contains(o.kept, k) })
}

// areas covers the union of what is asked for, finest first: what is seen so need not be seen again more coarsely.
func (p *planner) areas(all []wish) {
	var batches []*batch
	for _, w := range all {
		i := slices.IndexFunc(batches, func(b *batch) bool {
			return b.open == w.open && b.shut == w.shut && b.heightM == w.heightM && b.timed == w.timed && slices.Equal(b.kept, w.kept)
		})
		if i < 0 {
			i = len(batches)
			batches = append(batches, w.batch())
		}
		batches[i].wishes = append(batches[i].wishes, w)
	}
	slices.SortStableFunc(batches, func(a, b *batch) int {
		timed := func(x *batch) int {
			if x.shut > 0 || x.open > 0 {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(timed(a), timed(b)), cmp.Compare(a.heightM, b.heightM), cmp.Compare(a.shut, b.shut), cmp.Compare(a.open, b.open), cmp.Compare(len(a.kept), len(b.kept)))
	})
	for i, b := range batches {
		seen := p.keptGround(b)
		for _, e := range batches[:i] {
			if e.within(b) {
				for _, w := range e.wishes {
					seen = append(seen, w.polygons...)
				}
			}
		}
		p.cover(b, seen)
	}
}

// cover cuts a batch into clusters and covers each.
func (p *planner) cover(b *batch, seen []orb.Polygon) {
	across, ahead := p.across(b.heightM), p.ahead(b.heightM)
	var all []orb.Polygon
	for _, w := range b.wishes {
		all = append(all, w.polygons...)
	}
	var tree rtree.RTreeG[int]
	for i, s := range seen {
		bd := s.Bound()
		tree.Insert(bd.Min, bd.Max, i)
	}
	space := p.at(air{b.heightM, b.timed})
	parts := clusters(p.reached(all), across)
	made := make([][]job, len(parts))
	var g errgroup.Group
	g.SetLimit(runtime.NumCPU())
	for k, part := range parts {
		g.Go(func() error {
			if p.ctx.Err() != nil {
				return nil
			}
			bd := boundOf(part).Pad(across)
			var near []orb.Polygon
			tree.Search(bd.Min, bd.Max, func(_, _ [2]float64, i int) bool {
				near = append(near, seen[i])
				return true
			})
			lines := sweep.Cover(part, sweep.Options{SpacingM: across, AheadM: ahead, Seen: near, Space: space}, p.day.Seed)
			made[k] = p.lineJobs(lines, b, across/2, ahead)
			return nil
		})
	}
	_ = g.Wait()
	for _, j := range made {
		p.jobs = append(p.jobs, j...)
	}
}

// reach is the box round all that docks reach.
func (p *planner) reach() orb.Bound {
	b := orb.Bound{Min: p.starts[0], Max: p.starts[0]}
	for i, q := range p.starts {
		b = b.Union(orb.Bound{Min: q, Max: q}.Pad(ServiceRadiusM(p.docks[i].Model)))
	}
	return b
}

// reached are polygons as far as a dock may reach them.
func (p *planner) reached(all []orb.Polygon) (out []orb.Polygon) {
	b := p.reach()
	for _, x := range all {
		switch xb := x.Bound(); {
		case b.Contains(xb.Min) && b.Contains(xb.Max):
			out = append(out, x)
		case b.Intersects(xb):
			if c := clip.Polygon(b, x.Clone()); len(c) > 0 && len(c[0]) > 3 {
				out = append(out, c)
			}
		}
	}
	return out
}

func boundOf(all []orb.Polygon) orb.Bound {
	b := all[0].Bound()
	for _, x := range all[1:] {
		b = b.Union(x.Bound())
	}
	return b
}

// clusters are polygons that lie so near to each other that lines may run through several; large ones are cut into squares.
func clusters(all []orb.Polygon, nearM float64) (out [][]orb.Polygon) {
	var tree rtree.RTreeG[int]
	root := make([]int, len(all))
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for i, x := range all {
		root[i] = i
		b := x.Bound().Pad(nearM / 4)
		tree.Search(b.Min, b.Max, func(_, _ [2]float64, k int) bool {
			root[find(i)] = find(k)
			return true
		})
		b = x.Bound().Pad(nearM / 4)
		tree.Insert(b.Min, b.Max, i)
	}
	at := map[int]int{}
	var groups [][]orb.Polygon
	for i, x := range all {
		k, ok := at[find(i)]
		if !ok {
			k = len(groups)
			at[find(i)] = k
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], x)
	}
	side := math.Max(1, math.Round(blockM/nearM)) * nearM
	for _, g := range groups {
		b := boundOf(g)
		if b.Max[0]-b.Min[0] <= 1.5*side && b.Max[1]-b.Min[1] <= 1.5*side {
			out = append(out, g)
			continue
		}
		nx, ny := math.Ceil((b.Max[0]-b.Min[0])/side), math.Ceil((b.Max[1]-b.Min[1])/side)
		for i := 0.0; i < nx; i++ {
			for k := 0.0; k < ny; k++ {
				min := orb.Point{b.Min[0] + i*side, b.Min[1] + k*side}
				block := orb.Bound{Min: min, Max: orb.Point{min[0] + side, min[1] + side}}
				var part []orb.Polygon
				for _, x := range g {
					if x.Bound().Intersects(block) {
						if c := clip.Polygon(block, x.Clone()); len(c) > 0 && len(c[0]) > 3 {
							part = append(part, c)
						}
					}
				}
				if len(part) > 0 {
					out = append(out, part)
				}
			}
		}
	}
	return out
}

// lineJobs cuts lines in their order into jobs.
func (p *planner) lineJobs(lines []sweep.Line, b *batch, side, ahead float64) (out []job) {
	space := p.at(air{b.heightM, b.timed})
	var now *job
	for _, l := range lines {
		flown := []stop{p.straight(l.A, b.heightM, false)}
		for _, q := range p.bends(l.A, l.B, groundWithinM) {
			flown = append(flown, p.straight(q, b.heightM, true))
		}
		flown = append(flown, p.straight(l.B, b.heightM, true))
		var way []stop
		if now != nil {
			between := space.From(now.exit()).Way(l.A)
			for _, q := range inner(between) {
				way = append(way, p.straight(q, b.heightM, false))
			}
			all := slices.Concat(now.stops, way, flown)
			if t := stopsS(all); between != nil && (t <= jobS || now.takesS < jobS/3) {
				now.stops, now.takesS = all, t
				now.looks = append(now.looks, look{l.A, l.B, side, ahead, p.gsdAtM(b.heightM)})
				continue
			}
		}
		out = append(out, job{stops: flown, heightM: b.heightM, timed: b.timed, takesS: stopsS(flown), open: b.open, shut: b.shut, looks: []look{{l.A, l.B, side, ahead, p.gsdAtM(b.heightM)}}})
		now = &out[len(out)-1]
	}
	return out
}

// inner are the corners of a way, without its ends.
func inner(way orb.LineString) orb.LineString {
	if len(way) < 3 {
		return nil
	}
	return way[1 : len(way)-1]
}

// straight is a stop from which is looked straight down.
func (p *planner) straight(q orb.Point, heightM float64, look bool) stop {
	s := stop{at: q, heightM: heightM, speedMS: transitMS, pitchDeg: -90, look: look}
	if look {
		s.speedMS = lookMS
	}
	return s
}

// stopsS is how long stops take in a row, from the first to the last.
func stopsS(all []stop) float64 {
	t := 0.0
	for i := 1; i < len(all); i++ {
		t += legS(planar.Distance(all[i-1].at, all[i].at), all[i].heightM-all[i-1].heightM, all[i].speedMS)
	}
	return t
}

// legS is how long a leg takes, with its turn, seconds.
func legS(m, climbM, speedMS float64) float64 {
	return m/speedMS + math.Abs(climbM)/climbMS + turnTakes.Seconds()
}
