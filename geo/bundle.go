package geo

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// Shot is a picture for a bundle: its camera, the pose that was reported for it, and the group whose yaw correction it shares.
type Shot struct {
	Camera Camera
	Pose   Pose
	Group  int
}

// Tie says that pixel AX, AY of shot A and pixel BX, BY of shot B show the same point, which lies AboveM over the take-off point.
type Tie struct {
	A, B           int
	AX, AY, BX, BY float64
	AboveM         float64
}

// Spread is how far off poses may be, as standard deviations, before the tie points are looked at: what all shots of a flight
// have in common, and what each has for itself. Zero holds a value as it was reported.
type Spread struct {
	// In common: height over the ground (metres), yaw of each group, pitch and roll (degrees), time of the pictures against
	// the poses (seconds).
	HeightM, YawDeg, PitchDeg, RollDeg, TimeS float64
	// Own is each shot's own error: HorizM, VertM and the angles. How large it is in truth is estimated; this is what is expected.
	Own PoseSigma
	// AnglesSure says that the angles of Own are known already.
	AnglesSure bool
	// TauS is how long an error of position lasts, seconds (GNSS without RTK wanders); 0 where shots err independently.
	TauS float64
	// PixelPx is the error of a tie point in each picture.
	PixelPx float64
	// ReliefM is how rough the ground itself is, metres. Where it is given, what stands on the ground (cars, trees, stalls) is told from the
	// ground by its parallax, and only the ground decides on heights; 0 takes every tie point for ground.
	ReliefM float64
}

// ErrTooFewTies says that there is too little overlap to solve for anything.
var ErrTooFewTies = errors.New("too few tie points")

const (
	minTies      = 12
	bundleRounds = 12
	cauchy       = 1.0 // a residual of so many robust standard deviations has half the weight
	// how high things may stand on the ground, metres, all heights being as likely
	standsM = 6.0
	// share of the tie points off the ground that are no points at all
	mistaken = 0.03
	// where the ground ends and things begin is blurred by the error of a tie point's height; the edge is found to so much of it
	edgeShare = 0.8
	// how many shots' worth what is expected of own errors counts for
	ownExpected = 4.0
	// neighbouring ties share what the model does not know (relief, the lens): so many count as one
	tiesShare = 3.0
	// of the ground's height so many: what stands on it has many tie points
	heightShare = 8.0
)

// The quantities a shot may have for itself, in the order of the derivatives.
const (
	ownE = iota
	ownN
	ownU
	ownYaw
	ownPitch
	ownRoll
	owns
)

// bundle is a problem being solved: which column of the normal equations each quantity has, -1 where it is held.
type bundle struct {
	shots  []Shot
	ties   []Tie
	s      Spread
	groups int
	common [4]int // height, pitch, roll, time
	relief int    // how high the tie points that were taken for ground lie above it
	yaw    []int  // by group
	own    [][owns]int
	n      int
	x      []float64
	sigma  [owns]float64
	frame  Frame
}

func newBundle(shots []Shot, ties []Tie, s Spread) *bundle {
	b := &bundle{shots: make([]Shot, len(shots)), ties: ties, s: s, frame: NewFrame(shots[0].Pose.Point(), 0)}
	column := func(sigma float64) int {
		if sigma == 0 {
			return -1
		}
		b.n++
		return b.n - 1
	}
	for i, x := range shots {
		x.Pose = x.Pose.Upright()
		b.shots[i] = x
		b.groups = max(b.groups, x.Group+1)
	}
	b.common = [4]int{column(s.HeightM), column(s.PitchDeg), column(s.RollDeg), column(s.TimeS)}
	for range b.groups {
		b.yaw = append(b.yaw, column(s.YawDeg))
	}
	b.relief = column(s.ReliefM)
	b.sigma = [owns]float64{s.Own.HorizM, s.Own.HorizM, s.Own.VertM, s.Own.YawDeg, s.Own.PitchDeg, s.Own.RollDeg}
	for range shots {
		var o [owns]int
		for q := range o {
			o[q] = column(b.sigma[q])
		}
		b.own = append(b.own, o)
	}
	b.x = make([]float64, b.n)
	return b
}

// feeds lists the columns that move quantity q of shot i, and by how much a unit of each.
func (b *bundle) feeds(i, q int, each func(column int, k float64)) {
	put := func(column int, k float64) {
		if column >= 0 && k != 0 {
			each(column, k)
		}
	}
	p := b.shots[i].Pose
	put(b.own[i][q], 1)
	switch q {
	case ownE:
		put(b.common[3], p.VelE)
	case ownN:
		put(b.common[3], p.VelN)
	case ownU:
		put(b.common[0], 1)
	case ownYaw:
		put(b.yaw[b.shots[i].Group], 1)
		put(b.common[3], p.TurnDegS)
	case ownPitch:
		put(b.common[1], 1)
	case ownRoll:
		put(b.common[2], 1)
	}
}

// view is shot i with the corrections so far, and step added to quantity q (q < 0: none).
func (b *bundle) view(i, q int, step float64) View {
	var o [owns]float64
	for k := range owns {
		b.feeds(i, k, func(c int, f float64) { o[k] += f * b.x[c] })
	}
	if q >= 0 {
		o[q] += step
	}
	p := b.shots[i].Pose
	at := b.frame.To(p.Point(), p.HeightM)
	return NewView(b.shots[i].Camera, ENU{at.E + o[ownE], at.N + o[ownN], at.U + o[ownU]}, p.YawDeg+o[ownYaw], p.PitchDeg+o[ownPitch], p.RollDeg+o[ownRoll])
}

// over is how far pixel B lies from where pixel A, taken over the ground, says it should be.
func over(a, b View, t Tie) (dx, dy float64, ok bool) {
	g, _, ok := a.OnPlane(t.AX, t.AY, t.AboveM)
	if !ok {
		return 0, 0, false
	}
	x, y, z := b.Project(g)
	return x - t.BX, y - t.BY, z > 0.1
}

// Solve finds the biases that make ties agree: least squares over the biases and what each shot has for itself, with Spread as
// the prior, robust against ties that are wrong (Cauchy weights). The residual is taken in pixels, from the one picture over
// the ground into the other; in metres on the ground a lower height would always seem the better one. How large the
// shots' own errors are is estimated along (expectation maximisation).
func Solve(shots []Shot, ties []Tie, s Spread) (*Bias, error) {
	if len(ties) < minTies {
		return nil, fmt.Errorf("%w: %d, at least %d are needed; do the pictures overlap?", ErrTooFewTies, len(ties), minTies)
	}
	b := newBundle(shots, ties, s)
	if b.n == 0 {
		return nil, errors.New("every value is held: there is nothing to solve for")
	}
	out := &Bias{}
	for round := range bundleRounds {
		normal, rhs, err := b.equations(out, round)
		if err != nil {
			return nil, err
		}
		var ch mat.Cholesky
		if !ch.Factorize(mat.NewSymDense(b.n, normal)) {
			return nil, errors.New("the tie points do not determine the corrections")
		}
		var d mat.VecDense
		if err := ch.SolveVecTo(&d, mat.NewVecDense(b.n, rhs)); err != nil {
			return nil, fmt.Errorf("solve for the corrections: %w", err)
		}
		for i := range b.x {
			b.x[i] += d.AtVec(i)
		}
		last := round == bundleRounds-1
		if round < 3 && !last {
			continue // near enough first
		}
		var inv mat.SymDense
		if err := ch.InverseTo(&inv); err != nil {
			return nil, fmt.Errorf("error of the corrections: %w", err)
		}
		change := b.adapt(&inv)
		if last || change < 0.02 && mat.Norm(&d, math.Inf(1)) < 1e-4 {
			b.result(out, &inv)
			return out, nil
		}
	}
	return out, nil
}

// adapt brings the sizes of the shots' own errors to what they turned out to be, and returns the largest relative change.
func (b *bundle) adapt(inv *mat.SymDense) float64 {
	expected := [owns]float64{b.s.Own.HorizM, b.s.Own.HorizM, b.s.Own.VertM, b.s.Own.YawDeg, b.s.Own.PitchDeg, b.s.Own.RollDeg}
	change := 0.0
	for _, class := range [][]int{{ownE, ownN}, {ownU}, {ownYaw}, {ownPitch}, {ownRoll}} {
		q := class[0]
		if b.sigma[q] == 0 || b.s.AnglesSure && q > ownU {
			continue
		}
		sum, n := ownExpected*sq(expected[q]), ownExpected
		for i, o := range b.own {
			for _, k := range class {
				n++
				if b.s.TauS == 0 || q > ownU || i == 0 {
					sum += sq(b.x[o[k]]) + inv.At(o[k], o[k])
					continue
				}
				// of an error that wanders, what is new since the shot before
				before := b.own[i-1][k]
				keep := b.keeps(i)
				news := sq(b.x[o[k]]-keep*b.x[before]) + inv.At(o[k], o[k]) - 2*keep*inv.At(o[k], before) + keep*keep*inv.At(before, before)
				sum += news / math.Max(1e-6, 1-keep*keep)
			}
		}
		to := math.Sqrt(sum / n)
		change = math.Max(change, math.Abs(to/b.sigma[q]-1))
		for _, k := range class {
			b.sigma[k] = to
		}
	}
	return change
}

// keeps is how much of its error of position shot i still has of the shot before.
func (b *bundle) keeps(i int) float64 {
	dt := math.Abs(b.shots[i].Pose.Time.Sub(b.shots[i-1].Pose.Time).Seconds())
	return math.Exp(-dt / b.s.TauS)
}

func (b *bundle) result(out *Bias, inv *mat.SymDense) {
	get := func(c int) float64 {
		if c < 0 {
			return 0
		}
		return b.x[c]
	}
	at := func(c, d int) float64 {
		if c < 0 || d < 0 {
			return 0
		}
		return inv.At(c, d)
	}
	out.HeightM, out.PitchDeg, out.RollDeg, out.TimeS = get(b.common[0]), get(b.common[1]), get(b.common[2]), get(b.common[3])
	out.YawDeg, out.Cov, out.Along, out.tauS = nil, nil, nil, b.s.TauS
	columns := func(group int) [5]int {
		return [5]int{b.common[0], b.yaw[group], b.common[1], b.common[2], b.common[3]}
	}
	for g, y := range b.yaw {
		out.YawDeg = append(out.YawDeg, get(y))
		var cov CommonCov
		cols := columns(g)
		for i, c := range cols {
			for j, d := range cols {
				cov[i][j] = at(c, d)
			}
		}
		out.Cov = append(out.Cov, cov)
	}
	out.Own = PoseSigma{HorizM: b.sigma[ownE], VertM: b.sigma[ownU], YawDeg: b.sigma[ownYaw], PitchDeg: b.sigma[ownPitch], RollDeg: b.sigma[ownRoll]}
	if b.s.TauS == 0 {
		return
	}
	for i, s := range b.shots {
		o := b.own[i]
		a := Along{Time: s.Pose.Time, EastM: get(o[ownE]), NorthM: get(o[ownN]), HeightM: get(o[ownU])}
		// the height's correction is the common one and the shot's own
		cols := columns(s.Group)
		sums := [7][2]int{{cols[0], o[ownU]}, {cols[1], -1}, {cols[2], -1}, {cols[3], -1}, {cols[4], -1}, {o[ownE], -1}, {o[ownN], -1}}
		for i, c := range sums {
			for j, d := range sums {
				a.Cov[i][j] = at(c[0], d[0]) + at(c[0], d[1]) + at(c[1], d[0]) + at(c[1], d[1])
			}
		}
		out.Along = append(out.Along, a)
	}
	sort.Slice(out.Along, func(i, j int) bool { return out.Along[i].Time.Before(out.Along[j].Time) })
}
