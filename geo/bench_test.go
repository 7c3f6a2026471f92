package geo_test

import (
	"math"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/geotest"
)

type loadedCity struct {
	geotest.District
	g       *geo.Grid
	fs      *geo.Fences
	r       *geo.Register
	uniform []orb.Point
	cluster []orb.Point
}

var theCity = sync.OnceValue(func() *loadedCity {
	c := &loadedCity{District: geotest.Make(geotest.Cells, geotest.Fences, geotest.Structures)}
	c.uniform, c.cluster = c.Points(geotest.Places, false), c.Points(geotest.Places, true)
	var problems []geo.Problem
	c.g, problems = geo.NewGrid(&geo.Layer{Datum: wgs84(), Features: c.Cells}, nil, c.Outline, nil)
	if geo.Errors(problems) > 0 {
		panic(problems[0])
	}
	c.fs, problems = geo.ReadFences(&geo.Layer{Datum: wgs84(), Features: c.Fences})
	if geo.Errors(problems) > 0 {
		panic(problems[0])
	}
	entries, problems := geo.ReadEntries(&geo.Layer{Datum: wgs84(), Features: c.Register}, nil)
	if geo.Errors(problems) > 0 {
		panic(problems[0])
	}
	c.r = geo.NewRegister(entries)
	return c
})

// rays are pixels of cameras 80 m over places: what is timed begins with the line of sight.
type ray struct {
	frame geo.Frame
	view  *geo.View
	x, y  float32
}

func rays(places []orb.Point) []ray {
	cam := geo.CameraFromDiagonal(1280, 720, 84)
	views := make([]geo.View, 64)
	for i := range views {
		views[i] = geo.NewView(cam, geo.ENU{U: 80}, float64(i)*5, -70, 0)
	}
	out := make([]ray, len(places))
	for i, p := range places {
		out[i] = ray{geo.NewFrame(p, 0), &views[i%len(views)], float32(i%1280) + 0.5, float32(i%720) + 0.5}
	}
	return out
}

// BenchmarkPoint is a camera ray to flat ground, its cell, its fences and its register entry.
func BenchmarkPoint(b *testing.B) {
	c := theCity()
	for name, places := range map[string][]orb.Point{"uniform": c.uniform, "clustered": c.cluster} {
		all := rays(places)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var fences []*geo.Fence
			hits := 0
			for i := 0; b.Loop(); i++ {
				r := &all[i&(geotest.Places-1)]
				at, _, ok := r.view.OnPlane(float64(r.x), float64(r.y), 0)
				if !ok {
					b.Fatal("no ground")
				}
				p := r.frame.From(at.E, at.N)
				if _, ok := c.g.At(p); ok {
					hits++
				}
				fences = c.fs.Append(fences[:0], p, 0)
				hits += len(fences)
				if c.r.At(p) != nil {
					hits++
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
			b.ReportMetric(float64(hits)/float64(b.N), "hits/point")
		})
	}
}

// BenchmarkPointRTree is the peer: tidwall/rtree with orb/planar on the same ground, points and rays.
func BenchmarkPointRTree(b *testing.B) {
	c := theCity()
	tree := func(all []geo.Feature) *rtree.RTreeG[orb.Polygon] {
		t := &rtree.RTreeG[orb.Polygon]{}
		for _, f := range all {
			p := f.Geometry.(orb.Polygon)
			bd := p.Bound()
			t.Insert(bd.Min, bd.Max, p)
		}
		return t
	}
	trees := []*rtree.RTreeG[orb.Polygon]{tree(c.Cells), tree(c.Fences), tree(c.Register)}
	for name, places := range map[string][]orb.Point{"uniform": c.uniform, "clustered": c.cluster} {
		all := rays(places)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			hits := 0
			for i := 0; b.Loop(); i++ {
				r := &all[i&(geotest.Places-1)]
				at, _, _ := r.view.OnPlane(float64(r.x), float64(r.y), 0)
				p := r.frame.From(at.E, at.N)
				for k, t := range trees {
					t.Search(p, p, func(_, _ [2]float64, q orb.Polygon) bool {
						if planar.PolygonContains(q, p) {
							hits++
							return k == 1 // fences overlap; cells and structures do not
						}
						return true
					})
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
			b.ReportMetric(float64(hits)/float64(b.N), "hits/point")
		})
	}
}

func BenchmarkShares(b *testing.B) {
	c := theCity()
	b.ReportAllocs()
	var dst []geo.Share
	for i := 0; b.Loop(); i++ {
		dst = c.g.Shares(dst[:0], c.uniform[i&(geotest.Places-1)], geo.Cov{EE: 4, EN: 1, NN: 2})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
}

func BenchmarkFootprint(b *testing.B) {
	c := theCity()
	foot := func(p orb.Point) orb.Polygon {
		f := geo.NewFrame(p, 0)
		return orb.Polygon{{f.From(-4, -5), f.From(4, -5), f.From(4, 5), f.From(-4, 5), f.From(-4, -5)}}
	}
	known := 0
	for i := 0; b.Loop(); i++ {
		if m := c.r.Match(foot(c.cluster[i&(geotest.Places-1)]), geo.Cov{EE: 1, NN: 1}, 0.2); m.Standing != geo.New {
			known++
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "footprints/s")
	b.ReportMetric(float64(known)/float64(b.N), "known")
}

// BenchmarkLocate puts a pixel on the ground with its error: flat, with terrain, with buildings.
func BenchmarkLocate(b *testing.B) {
	cam := geo.CameraFromDiagonal(1280, 720, 84)
	p := geo.Pose{Lon: 121.5, Lat: 31.2, HeightM: 80, YawDeg: 30, PitchDeg: -60, Sigma: geo.PoseSigma{HorizM: 0.5, VertM: 0.5, YawDeg: 0.5, PitchDeg: 0.3, RollDeg: 0.1, TimeS: 0.1}}
	f := geo.NewFrame(p.Point(), 0)
	var houses []geo.Building
	for i := range 40 {
		for j := range 40 {
			e, n := float64(i-20)*25, float64(j-20)*25
			houses = append(houses, geo.Building{Outline: orb.Polygon{{f.From(e, n), f.From(e+12, n), f.From(e+12, n+10), f.From(e, n+10), f.From(e, n)}}, HeightM: 6 + float64((i*7+j*3)%30)})
		}
	}
	for name, l := range map[string]geo.Locator{"flat": {}, "terrain": {Terrain: geo.Hill()}, "buildings": {Buildings: geo.NewBuildings(houses)}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := l.Locate(cam, p, math.Mod(float64(i)*37, 1280), math.Mod(float64(i)*53, 720), 0, 2); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pixels/s")
		})
	}
}
