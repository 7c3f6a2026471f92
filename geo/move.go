package geo

import (
	"math"
	"math/rand/v2"
	"slices"
)

// PixelPair is a pixel of an earlier and a pixel of a later picture of one camera that show the same point.
type PixelPair struct{ AX, AY, BX, BY float64 }

// Move is how a camera moved over the ground between two pictures: by how much it turned clockwise, and how far it went along and to the
// right of where it looked at first, in metres (right as far as the height above the ground is).
type Move struct {
	TurnDeg, ForwardM, RightM float64
	Agree                     int // pairs that agree
}

// How far a pair may be off a move, as a share of the height above the ground, and how many pairs must agree.
const (
	moveShare = 0.01
	minMove   = 10
)

// GroundMove finds the move that most pairs agree on, for a camera whose pitch, roll and height above flat ground are those of p: both
// pixels are put on the ground as seen from the aircraft, and one set of points is turned and shifted onto the other. What
// stands high or drives does not agree with the rest and is left out.
func GroundMove(c Camera, p Pose, pairs []PixelPair) (Move, bool) {
	p = p.Upright()
	v := NewView(c, ENU{U: p.HeightM}, 0, p.PitchDeg, p.RollDeg)
	type couple struct{ ax, ay, bx, by float64 }
	var all []couple
	for _, q := range pairs {
		a, sa, okA := v.OnPlane(q.AX, q.AY, 0)
		b, sb, okB := v.OnPlane(q.BX, q.BY, 0)
		if okA && okB && sa < 4*p.HeightM && sb < 4*p.HeightM {
			all = append(all, couple{a.E, a.N, b.E, b.N})
		}
	}
	if len(all) < minMove {
		return Move{}, false
	}
	// b = R(turn)ᵀ (a - t), with R clockwise: a point ahead goes to the left when the camera turns right
	fit := func(use []couple) (turn, tx, ty float64) {
		var ma, mb [2]float64
		for _, k := range use {
			ma[0], ma[1], mb[0], mb[1] = ma[0]+k.ax, ma[1]+k.ay, mb[0]+k.bx, mb[1]+k.by
		}
		n := float64(len(use))
		for i := range 2 {
			ma[i], mb[i] = ma[i]/n, mb[i]/n
		}
		var dot, cross float64
		for _, k := range use {
			ax, ay, bx, by := k.ax-ma[0], k.ay-ma[1], k.bx-mb[0], k.by-mb[1]
			dot += ax*bx + ay*by
			cross += ax*by - ay*bx // anticlockwise from a to b
		}
		turn = math.Atan2(cross, dot)
		s, co := math.Sincos(turn)
		// t = a - R b, where R turns b back by the angle
		return turn, ma[0] - (co*mb[0] + s*mb[1]), ma[1] - (-s*mb[0] + co*mb[1])
	}
	off := func(k couple, turn, tx, ty float64) float64 {
		s, co := math.Sincos(turn)
		return math.Hypot(k.ax-(co*k.bx+s*k.by)-tx, k.ay-(-s*k.bx+co*k.by)-ty)
	}
	within := moveShare * p.HeightM
	rng := rand.New(rand.NewPCG(uint64(len(all)), 1))
	best := 0
	var turn, tx, ty float64
	for range 80 {
		i, j := rng.IntN(len(all)), rng.IntN(len(all))
		if math.Hypot(all[i].ax-all[j].ax, all[i].ay-all[j].ay) < 0.1*p.HeightM {
			continue
		}
		a, x, y := fit([]couple{all[i], all[j]})
		n := 0
		for _, k := range all {
			if off(k, a, x, y) < within {
				n++
			}
		}
		if n > best {
			best, turn, tx, ty = n, a, x, y
		}
	}
	for range 3 {
		use := slices.DeleteFunc(slices.Clone(all), func(k couple) bool { return off(k, turn, tx, ty) >= within })
		if best = len(use); best < minMove || best*3 < len(all) {
			return Move{}, false
		}
		turn, tx, ty = fit(use)
	}
	return Move{TurnDeg: turn * 180 / math.Pi, ForwardM: ty, RightM: tx, Agree: best}, true
}

// Scaled is a share of a move; a negative one goes back.
func (m Move) Scaled(k float64) Move {
	return Move{TurnDeg: k * m.TurnDeg, ForwardM: k * m.ForwardM, RightM: k * m.RightM, Agree: m.Agree}
}

// Pixel is where a point of flat ground is seen after the move that was seen at pixel x, y before it; ok is false above the horizon, and where it is
// seen no more.
func (m Move) Pixel(c Camera, p Pose, x, y float64) (bx, by float64, ok bool) {
	p = p.Upright()
	v := NewView(c, ENU{U: p.HeightM}, 0, p.PitchDeg, p.RollDeg)
	a, _, ok := v.OnPlane(x, y, 0)
	if !ok {
		return 0, 0, false
	}
	s, co := math.Sincos(m.TurnDeg * math.Pi / 180)
	e, n := a.E-m.RightM, a.N-m.ForwardM
	bx, by, depth := v.Project(ENU{E: co*e - s*n, N: s*e + co*n})
	return bx, by, depth > 0
}
