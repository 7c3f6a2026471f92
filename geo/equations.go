package geo

import (
	"fmt"
	"math"
	"slices"
)

// equations are normal equations: the upper triangle of the n x n matrix, and the right side.
type equations struct {
	n           int
	normal, rhs []float64
}

// hold expects an unknown, now x, to be 0 within sigma; c is its column, negative where there is none.
func (e *equations) hold(c int, x, sigma float64) {
	if c >= 0 {
		w := 1 / (sigma * sigma)
		e.normal[c*e.n+c] += w
		e.rhs[c] -= w * x
	}
}

// add adds a weighted product to the element of two columns.
func (e *equations) add(c, d int, w float64) { e.normal[min(c, d)*e.n+max(c, d)] += w }

// row is a tie at the corrections so far.
type row struct {
	t      Tie
	dx, dy float64 // residual, pixels
	px, py float64 // direction in which a height moves it, and
	perM   float64 // how far, pixels a metre
}

// size is the residual's length.
func (r row) size() float64 { return math.Hypot(r.dx, r.dy) }

// steps by which the shots' own errors are moved, to see what that does: metres and degrees.
var steps = [owns]float64{0.01, 0.01, 0.01, 0.002, 0.002, 0.002}

// equations builds the normal equations at the corrections so far.
func (b *bundle) equations(out *Bias, round int) (normal, rhs []float64, err error) {
	e := &equations{n: b.n, normal: make([]float64, b.n*b.n), rhs: make([]float64, b.n)}
	b.priors(e)
	views := make([]View, len(b.shots))
	moved := make([][owns]View, len(b.shots))
	for i := range b.shots {
		views[i] = b.view(i, -1, 0)
		for q := range owns {
			moved[i][q] = b.view(i, q, steps[q])
		}
	}
	rows := b.rows(views)
	if len(rows) < minTies {
		return nil, nil, fmt.Errorf("%w: only %d of %d meet the ground", ErrTooFewTies, len(rows), len(b.ties))
	}
	w := weigher{b: b, out: out, scale: b.scale(e, rows, out), loose: math.Max(1, 8*math.Pow(0.5, float64(round)))}
	out.Ties, out.Of = 0, len(b.ties)
	var es []entry
	for _, r := range rows {
		// the weights of the residual's two parts: along u, in which a height moves it, and across
		ux, uy, wu, wv := w.weigh(r)
		es = b.slopes(es[:0], r, views, moved)
		ru, rv := r.dx*ux+r.dy*uy, r.dx*uy-r.dy*ux
		for i := range es {
			es[i].x, es[i].y = es[i].x*ux+es[i].y*uy, es[i].x*uy-es[i].y*ux
		}
		for i, f := range es {
			e.rhs[f.c] -= wu*f.x*ru + wv*f.y*rv
			for _, g := range es[i:] {
				e.add(f.c, g.c, wu*f.x*g.x+wv*f.y*g.y)
			}
		}
	}
	if b.s.ReliefM > 0 {
		out.ground = math.Max(0.05, math.Min(0.95, w.ground/float64(len(rows))))
	}
	return e.normal, e.rhs, nil
}

// priors are what is expected of the corrections before anything was compared.
func (b *bundle) priors(e *equations) {
	at := func(c int) float64 {
		if c < 0 {
			return 0
		}
		return b.x[c]
	}
	for i, sigma := range [4]float64{b.s.HeightM, b.s.PitchDeg, b.s.RollDeg, b.s.TimeS} {
		e.hold(b.common[i], at(b.common[i]), sigma)
	}
	for _, c := range b.yaw {
		e.hold(c, at(c), b.s.YawDeg)
	}
	for i, o := range b.own {
		for q, c := range o {
			if q > ownU || b.s.TauS == 0 || i == 0 {
				e.hold(c, at(c), b.sigma[q])
				continue
			}
			if c < 0 {
				continue
			}
			// an error that wanders (Ornstein-Uhlenbeck): this shot's given the one before
			before := b.own[i-1][q]
			k := b.keeps(i)
			w := 1 / (b.sigma[q] * b.sigma[q] * math.Max(1e-6, 1-k*k))
			r := b.x[c] - k*b.x[before]
			e.add(c, c, w)
			e.add(before, before, w*k*k)
			e.add(c, before, -w*k)
			e.rhs[c] -= w * r
			e.rhs[before] += w * k * r
		}
	}
}

// rows are the ties that meet the ground in both views.
func (b *bundle) rows(views []View) []row {
	var rows []row
	for _, t := range b.ties {
		if b.relief >= 0 {
			t.AboveM += b.x[b.relief]
		}
		dx, dy, ok := over(views[t.A], views[t.B], t)
		if !ok {
			continue
		}
		r := row{t: t, dx: dx, dy: dy}
		if b.relief >= 0 {
			const up = 0.5
			higher := t
			higher.AboveM += up
			if hx, hy, ok := over(views[t.A], views[t.B], higher); ok {
				r.perM = math.Hypot(hx-dx, hy-dy) / up
				r.px, r.py = (hx-dx)/(up*math.Max(1e-9, r.perM)), (hy-dy)/(up*math.Max(1e-9, r.perM))
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// median of what f gives for each row.
func median(rows []row, f func(row) float64) float64 {
	v := make([]float64, len(rows))
	for i, r := range rows {
		v[i] = f(r)
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// scale is the size that residuals of the ground have, pixels; where heights vary, the mean height above the ground is expected within what that
// leaves open.
func (b *bundle) scale(e *equations, rows []row, out *Bias) float64 {
	out.PixelPx = median(rows, row.size)
	pixel := math.Max(b.s.PixelPx, 0.1) * math.Sqrt2
	if b.s.ReliefM <= 0 {
		return math.Max(pixel, out.PixelPx/1.1774) // the median of a Rayleigh distribution
	}
	across := median(rows, func(r row) float64 { return math.Abs(r.dx*r.py - r.dy*r.px) })
	scale := math.Max(pixel, across/0.6745) // the median of a normal distribution's absolute value
	if out.ground == 0 {
		out.ground = 0.5
	}
	blur := median(rows, func(r row) float64 { return 1 / math.Max(1e-3, r.perM) })
	e.hold(b.relief, b.x[b.relief], math.Hypot(b.s.ReliefM, edgeShare*scale*blur))
	return scale
}

// weigher says how much each tie counts, and counts what is ground.
type weigher struct {
	b      *bundle
	out    *Bias
	scale  float64
	loose  float64 // at first every tie may be ground, then fewer and fewer
	ground float64 // sum of the probabilities
}

// weigh is the direction in which a height moves a residual, and the weights along it and across.
func (w *weigher) weigh(r row) (ux, uy, wu, wv float64) {
	s := w.b.s
	if s.ReliefM == 0 {
		k := r.size() / w.scale
		if k < 3 {
			w.out.Ties++
		}
		wu = 1 / (1 + sq(k/cauchy)) / (w.scale * w.scale * tiesShare)
		return 1, 0, wu, wu
	}
	ux, uy = r.px, r.py
	along, off := r.dx*ux+r.dy*uy, (r.dx*uy-r.dy*ux)/w.scale
	wv = 1 / (1 + sq(off/cauchy)) / (w.scale * w.scale * tiesShare)
	v := sq(w.scale) + sq(s.ReliefM*r.perM)
	is := w.out.ground * math.Exp(-0.5*along*along/(v*w.loose*w.loose)) / math.Sqrt(2*math.Pi*v*w.loose*w.loose)
	// things stand on the ground, not below it: a point below is ground that the corrections have wrong, but for a few mistakes
	above := 0.5 * math.Erfc(along/(w.loose*math.Sqrt(2*v)))
	not := (1 - w.out.ground) * (mistaken + (1-mistaken)*above) / math.Max(1, standsM*r.perM)
	share := is / (is + not)
	w.ground += share
	if share > 0.5 && math.Abs(off) < 3 {
		w.out.Ties++
	}
	return ux, uy, share / (1 + sq(off/cauchy)) / (v * heightShare), wv
}

// entry is how a residual changes with the unknown of a column.
type entry struct {
	c    int
	x, y float64
}

// slopes appends how a tie's residual changes with each unknown that moves it.
func (b *bundle) slopes(es []entry, r row, views []View, moved [][owns]View) []entry {
	for side, i := range [2]int{r.t.A, r.t.B} {
		for q := range owns {
			a, c := moved[i][q], views[r.t.B]
			if side == 1 {
				a, c = views[r.t.A], moved[i][q]
			}
			dx, dy, ok := over(a, c, r.t)
			if !ok {
				continue
			}
			gx, gy := (dx-r.dx)/steps[q], (dy-r.dy)/steps[q]
			b.feeds(i, q, func(c int, f float64) {
				for e := range es {
					if es[e].c == c {
						es[e].x, es[e].y = es[e].x+f*gx, es[e].y+f*gy
						return
					}
				}
				es = append(es, entry{c, f * gx, f * gy})
			})
		}
	}
	if b.relief >= 0 {
		es = append(es, entry{b.relief, r.perM * r.px, r.perM * r.py})
	}
	return es
}
