package geo

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Terrain is a digital elevation model made of tiles (SRTM, Copernicus DEM) in degrees WGS-84. Only differences of its heights
// are used, so whether they count from EGM96 or EGM2008 does not matter.
type Terrain struct{ tiles []*tile }

// tile is a raster of heights; row 0 is the northernmost.
type tile struct {
	w, h   int
	west   float64 // longitude and latitude of the centre of the first sample
	north  float64
	dx, dy float64 // degrees a sample, both positive
	m      []float32
	none   float32 // the value that means no data
	hasNo  bool
}

func (t *tile) at(i, j int) (float64, bool) {
	v := t.m[j*t.w+i]
	if v != v || t.hasNo && v == t.none || v < -1000 || v > 9000 { // no ground lies there: void, whatever the file says
		return 0, false
	}
	return float64(v), true
}

// HeightM is the terrain's height at p, metres, bilinear between samples; ok is false outside the tiles and where there is no data.
func (t *Terrain) HeightM(p orb.Point) (float64, bool) {
	for _, k := range t.tiles {
		x, y := (p.Lon()-k.west)/k.dx, (k.north-p.Lat())/k.dy
		// tiles whose samples are areas end half a sample before their neighbours begin
		if x < -0.5 || y < -0.5 || x > float64(k.w)-0.5 || y > float64(k.h)-0.5 {
			continue
		}
		x, y = math.Max(0, math.Min(x, float64(k.w-1))), math.Max(0, math.Min(y, float64(k.h-1)))
		i, j := min(int(x), max(0, k.w-2)), min(int(y), max(0, k.h-2))
		fx, fy := x-float64(i), y-float64(j)
		sum := 0.0
		for _, c := range [4]struct {
			i, j int
			w    float64
		}{{i, j, (1 - fx) * (1 - fy)}, {i + 1, j, fx * (1 - fy)}, {i, j + 1, (1 - fx) * fy}, {i + 1, j + 1, fx * fy}} {
			if c.w == 0 {
				continue
			}
			v, ok := k.at(c.i, c.j)
			if !ok {
				return 0, false
			}
			sum += c.w * v
		}
		return sum, true
	}
	return 0, false
}

// ReliefM is the standard deviation of the terrain's height within reach of p, metres; what it does not reach is left out.
func (t *Terrain) ReliefM(p orb.Point, withinM float64) float64 {
	f := NewFrame(p, 0)
	var n, sum, square float64
	for i := -5.0; i <= 5; i++ {
		for j := -5.0; j <= 5; j++ {
			if h, ok := t.HeightM(f.From(i*withinM/5, j*withinM/5)); ok && i*i+j*j <= 25 {
				n, sum, square = n+1, sum+h, square+h*h
			}
		}
	}
	if n == 0 {
		return 0
	}
	return math.Sqrt(math.Max(0, square/n-sum/n*sum/n))
}

// errNoTerrain says that the line of sight leaves the terrain that is there.
var errNoTerrain = errors.New("the line of sight leaves the terrain that is known")

// How far a line of sight is followed, and in what steps: a third of the finest samples there are (30 m).
const (
	terrainReachM = 8000
	terrainStepM  = 10
)

// meet follows pixel x, y until it goes below the terrain, and returns the terrain there as a plane. takeoffM is the terrain's height
// at which the frame's height is 0.
func (t *Terrain) meet(f Frame, v View, x, y, takeoffM float64) (plane, error) {
	d := v.Ray(x, y)
	n := math.Sqrt(d.E*d.E + d.N*d.N + d.U*d.U)
	d = ENU{d.E / n, d.N / n, d.U / n}
	over := func(s float64) (float64, bool) {
		h, ok := t.HeightM(f.From(v.At.E+s*d.E, v.At.N+s*d.N))
		return v.At.U + s*d.U - (h - takeoffM), ok
	}
	if o, ok := over(0); ok && o <= 0 {
		return plane{}, fmt.Errorf("the aircraft is %.0f m below the terrain; is the take-off point right?", -o)
	}
	lo, hi := 0.0, 0.0
	for {
		hi = lo + terrainStepM
		if hi > terrainReachM {
			return plane{}, fmt.Errorf("no terrain within %d m along the line of sight", terrainReachM)
		}
		o, ok := over(hi)
		if !ok {
			return plane{}, errNoTerrain
		}
		if o <= 0 {
			break
		}
		lo = hi
	}
	for range 20 {
		mid := (lo + hi) / 2
		if o, _ := over(mid); o > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	e, nn := v.At.E+lo*d.E, v.At.N+lo*d.N
	p := plane{kind: "ground", u: v.At.U + lo*d.U, e: e, n: nn}
	const h = terrainStepM
	at := func(e, n float64) (float64, bool) { return t.HeightM(f.From(e, n)) }
	e1, ok1 := at(e+h, nn)
	e0, ok2 := at(e-h, nn)
	n1, ok3 := at(e, nn+h)
	n0, ok4 := at(e, nn-h)
	if ok1 && ok2 && ok3 && ok4 {
		p.slopeE, p.slopeN = (e1-e0)/(2*h), (n1-n0)/(2*h)
		// a line of sight that grazes the slope would carry its errors to infinity
		if steep := math.Hypot(p.slopeE, p.slopeN); steep > 0 && d.U-p.slopeE*d.E-p.slopeN*d.N > 0.3*d.U {
			p.slopeE, p.slopeN = 0, 0
		}
	}
	return p, nil
}
