package geo

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// Cell is a unit grid cell of GB/T 30428.1: somebody answers for it.
type Cell struct {
	Code        string // 15 digits: community 12, number 3
	Community   string // 12 digits
	Subdistrict string // 9 digits
	Name        string // of the subdistrict
	MadeUp      bool   // generated here; a bureau's file replaces it

	index int // in its grid
}

// Grid is the unit grid of a district.
type Grid struct {
	Divisions *Divisions
	outline   orb.MultiPolygon
	cells     []Cell
	polygons  [][]orb.Polygon
	areas     *areas
}

// cellNames are the property names under which a cell's code comes (GB/T 30428.1 calls it BGCode).
var cellNames = []string{"code", "bgcode", "grid_code", "cell", "标识码", "网格编码", "单元网格编码", "编码"}

// NewGrid makes a grid of a layer of polygons with a code each: the bureau's own. Every problem is named; a feature with an error is
// left out. communities, with their codes of 12 digits, is the layer of community outlines, or nil where there is none.
func NewGrid(l *Layer, d *Divisions, outline orb.MultiPolygon, communities *Layer) (*Grid, []Problem) {
	polygons, problems := l.polygons(outline)
	g := &Grid{Divisions: d, outline: outline, cells: make([]Cell, 0, len(polygons)), polygons: make([][]orb.Polygon, 0, len(polygons))}
	seen := make(map[string]int, len(polygons))
	var ns []*Feature
	for i, polys := range polygons {
		f := &l.Features[i]
		bad := func(format string, a ...any) {
			problems = append(problems, Problem{N: f.N, Line: f.Line, Text: fmt.Sprintf(format, a...)})
			polys = nil
		}
		code := wholeNumber(f.Get(cellNames...))
		switch first, twice := seen[code]; {
		case code == "":
			bad("no code; it is expected in a property named %s; %s", cellNames[0], f.names())
		case !digits(code, 15):
			bad("code %q is not of 15 digits (community 12, number 3)", code)
		case d != nil && d.Names[code[:12]] == "":
			bad("code %s: there is no community %s", code, code[:12])
		case twice:
			bad("code %s is there twice, first in feature %d", code, first)
		default:
			seen[code] = f.N
		}
		if polys == nil {
			continue
		}
		c := Cell{Code: code, Community: code[:12], Subdistrict: code[:9], index: len(g.cells)}
		if d != nil {
			c.Name = d.Names[c.Subdistrict]
		}
		g.cells, g.polygons = append(g.cells, c), append(g.polygons, polys)
		ns = append(ns, f)
	}
	g.areas = newAreas(g.polygons)
	problems = append(problems, g.checkTiling(ns)...)
	if communities != nil {
		problems = append(problems, g.checkCommunities(ns, communities)...)
	}
	return g, problems
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

const cellM = 100

// GeneratePudong makes up a grid for Pudong: cells of 100 m by 100 m. Since nobody gave the outlines of subdistricts and communities
// they are a seeded Voronoi division, and every cell says MadeUp. The same seed gives the same division.
func GeneratePudong(seed uint64) (*Grid, error) {
	d, outline, err := Pudong()
	if err != nil {
		return nil, err
	}
	g := &Grid{Divisions: d, outline: outline}
	within := newAreas([][]orb.Polygon{clonePolygons(outline)})
	bound := outline.Bound()
	frame := NewFrame(bound.Center(), 0)
	lo, hi := frame.To(bound.Min, 0), frame.To(bound.Max, 0)
	contains := func(e, n float64) bool {
		p := frame.From(e, n)
		return within.first(p[0], p[1]) >= 0
	}
	rng := rand.New(rand.NewPCG(seed, 30428))
	inside := func() (float64, float64) {
		for {
			e, n := lo.E+rng.Float64()*(hi.E-lo.E), lo.N+rng.Float64()*(hi.N-lo.N)
			if contains(e, n) {
				return e, n
			}
		}
	}
	var subTree, comTree rtree.RTreeG[int]
	nearest := func(t *rtree.RTreeG[int], e, n float64) int {
		out := -1
		p := [2]float64{e, n}
		t.Nearby(rtree.BoxDist[float64, int](p, p, nil), func(_, _ [2]float64, i int, _ float64) bool { out = i; return false })
		return out
	}
	total := 0
	for i, s := range d.subdistricts {
		e, n := inside()
		subTree.Insert([2]float64{e, n}, [2]float64{e, n}, i)
		total += len(d.communities[s])
	}
	var division []string
	left := make([]int, len(d.subdistricts))
	full := func(i int) bool { return left[i] == len(d.communities[d.subdistricts[i]]) }
	for total > 0 {
		e, n := inside()
		i := nearest(&subTree, e, n)
		if full(i) {
			// a full subdistrict: let one that still wants communities have the place
			if rng.IntN(50) > 0 {
				continue
			}
			for j := range d.subdistricts {
				if !full(j) {
					i = j
					break
				}
			}
		}
		s := d.subdistricts[i]
		p := [2]float64{e, n}
		comTree.Insert(p, p, len(division))
		division = append(division, d.communities[s][left[i]])
		left[i]++
		total--
	}
	count := make([]int, len(division))
	w, h := int((hi.E-lo.E)/cellM)+1, int((hi.N-lo.N)/cellM)+1
	for j := range h {
		for i := range w {
			e0, n0 := lo.E+float64(i)*cellM, lo.N+float64(j)*cellM
			if !contains(e0+cellM/2, n0+cellM/2) {
				continue
			}
			c := nearest(&comTree, e0+cellM/2, n0+cellM/2)
			if count[c]++; count[c] > 999 {
				continue
			}
			code := division[c]
			g.cells = append(g.cells, Cell{fmt.Sprintf("%s%03d", code, count[c]), code, code[:9], d.Names[code[:9]], true, len(g.cells)})
			a, b := frame.From(e0, n0), frame.From(e0+cellM, n0+cellM)
			g.polygons = append(g.polygons, []orb.Polygon{{{a, {b[0], a[1]}, b, {a[0], b[1]}, a}}})
		}
	}
	g.areas = newAreas(g.polygons)
	return g, nil
}

// At returns the cell at a point (WGS-84); ok is false outside the grid. It allocates nothing.
func (g *Grid) At(p orb.Point) (c *Cell, ok bool) {
	if g == nil {
		return nil, false
	}
	i := g.areas.first(p[0], p[1])
	if i < 0 {
		return nil, false
	}
	return &g.cells[i], true
}

// Len is the number of cells.
func (g *Grid) Len() int { return len(g.cells) }

// Outline is the district's outline as GeoJSON geometry (WGS-84).
func (g *Grid) Outline() orb.MultiPolygon { return g.outline }

// Each calls each with every cell and its polygons (WGS-84), which must not be changed.
func (g *Grid) Each(each func(c *Cell, polygons []orb.Polygon)) {
	for i := range g.cells {
		each(&g.cells[i], g.polygons[i])
	}
}

// Polygons of a cell of this grid (WGS-84), which must not be changed.
func (g *Grid) Polygons(c *Cell) []orb.Polygon {
	return g.polygons[c.index]
}

// Share is a cell and the probability that a position lies in it.
type Share struct {
	Cell  *Cell
	Share float64
}

// minShare: cells with less are left out.
const minShare = 0.005

// Shares appends to dst the cells in which a position with an error may lie, with the probability of each, the most probable
// first: the normal distribution's mass in each polygon, exact to four digits. What lies outside the grid is missing from the sum.
func (g *Grid) Shares(dst []Share, p orb.Point, c Cov) []Share {
	if g == nil {
		return dst
	}
	n := newNormal(p, c)
	at := len(dst)
	g.areas.search(n.bound(), func(i int) bool {
		if m := n.mass(g.polygons[i]); m >= minShare {
			dst = append(dst, Share{&g.cells[i], math.Min(1, m)})
		}
		return true
	})
	for i := at + 1; i < len(dst); i++ {
		for k := i; k > at && dst[k].Share > dst[k-1].Share; k-- {
			dst[k], dst[k-1] = dst[k-1], dst[k]
		}
	}
	return dst
}
