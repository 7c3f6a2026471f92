package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/geotest"
)

var here = geo.NewFrame(orb.Point{121.5, 31.2}, 0)

// ring closes a ring of points in metres from here.
func ring(at ...[2]float64) orb.Ring {
	var r orb.Ring
	for _, p := range at {
		r = append(r, here.From(p[0], p[1]))
	}
	return append(r, r[0])
}

func square(e, n, size float64) orb.Ring {
	return ring([2]float64{e, n}, [2]float64{e + size, n}, [2]float64{e + size, n + size}, [2]float64{e, n + size})
}

// features numbers geometries with a code each.
func features(all ...orb.Geometry) []geo.Feature {
	var out []geo.Feature
	for i, g := range all {
		out = append(out, geo.Feature{N: i + 1, Line: i + 10, Geometry: g, Fields: []geo.Field{{Name: "code", Value: fmt.Sprintf("310115004001%03d", i+1)}, {Name: "number", Value: fmt.Sprint("N", i+1)}, {Name: "kind", Value: "road"}}})
	}
	return out
}

func gridOf(all ...orb.Geometry) (*geo.Grid, string) {
	g, problems := geo.NewGrid(&geo.Layer{Datum: wgs84(), Features: features(all...)}, nil, nil, nil)
	var s []string
	for _, p := range problems {
		s = append(s, p.String())
	}
	return g, strings.Join(s, "\n")
}

// Whatever the polygons are, the index answers as orb/planar does, one by one.
func TestIndexAgreesWithPlanar(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 3))
	for range 60 {
		var fences []geo.Fence
		for range 1 + rng.IntN(80) {
			size, k := 3*math.Exp(6*rng.Float64()), 3+rng.IntN(70)
			e, n := 3000*rng.Float64(), 3000*rng.Float64()
			star := func(scale float64) orb.Ring {
				var at [][2]float64
				for i := range k {
					s, c := math.Sincos(2 * math.Pi * float64(i) / float64(k))
					d := scale * size * (0.6 + 0.4*rng.Float64())
					at = append(at, [2]float64{e + d*c, n + d*s})
				}
				return ring(at...)
			}
			p := orb.Polygon{star(1)}
			if rng.IntN(3) == 0 {
				p = append(p, star(0.4))
			}
			fences = append(fences, geo.Fence{Kind: "road", Polygon: p})
		}
		fs := geo.NewFences(fences)
		for range 400 {
			p := here.From(3600*rng.Float64()-300, 3600*rng.Float64()-300)
			want := 0
			for i := range fences {
				if planar.PolygonContains(fences[i].Polygon, p) {
					want++
				}
			}
			if got := fs.Append(nil, p, 0); len(got) != want {
				t.Fatalf("%v lies in %d, the index says %d", p, want, len(got))
			}
		}
	}
}

func TestPointAnswersAllocateNothing(t *testing.T) {
	g, _ := gridOf(orb.Polygon{square(0, 0, 100)}, orb.Polygon{square(100, 0, 100)})
	fs := geo.NewFences([]geo.Fence{{Kind: "road", Polygon: orb.Polygon{square(0, 0, 300)}}})
	r := geo.NewRegister([]geo.Entry{{Number: "1", Polygons: []orb.Polygon{{square(10, 10, 20)}}}})
	buf := make([]*geo.Fence, 0, 4)
	p := here.From(15, 15)
	if n := testing.AllocsPerRun(100, func() {
		c, _ := g.At(p)
		if buf = fs.Append(buf[:0], p, 0); c == nil || len(buf) != 1 || r.At(p) == nil {
			t.Fatal("not found")
		}
	}); n > 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestSharesAreProbabilities(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	var all []orb.Geometry
	for i := range 5 {
		for j := range 5 {
			all = append(all, orb.Polygon{square(float64(i)*10, float64(j)*10, 10)})
		}
	}
	g, problems := gridOf(all...)
	if problems != "" {
		t.Fatal(problems)
	}
	for range 60 {
		at := orb.Point{20 + 10*rng.Float64(), 20 + 10*rng.Float64()}
		a, b, turn := 0.2+6*rng.Float64(), 0.2+6*rng.Float64(), rng.Float64()*math.Pi
		s, c := math.Sincos(turn)
		cov := geo.Cov{EE: a*a*c*c + b*b*s*s, NN: a*a*s*s + b*b*c*c, EN: (a*a - b*b) * s * c}
		shares := g.Shares(nil, here.From(at[0], at[1]), cov)
		sum := 0.0
		for _, x := range shares {
			sum += x.Share
		}
		if sum < 0.93 || sum > 1+1e-6 {
			t.Errorf("shares of %v %+v add up to %.4f", at, cov, sum)
		}
		count := map[*geo.Cell]float64{}
		const n = 20000
		for range n {
			u, v := a*rng.NormFloat64(), b*rng.NormFloat64()
			if k, ok := g.At(here.From(at[0]+c*u-s*v, at[1]+s*u+c*v)); ok {
				count[k] += 1.0 / n
			}
		}
		for _, x := range shares {
			if d := math.Abs(x.Share - count[x.Cell]); d > 0.015 {
				t.Errorf("cell %s has %.4f, drawing says %.4f (%v %+v)", x.Cell.Code, x.Share, count[x.Cell], at, cov)
			}
		}
	}
}

func TestTilingIsChecked(t *testing.T) {
	sq := func(e, n, s float64) orb.Geometry { return orb.Polygon{square(e, n, s)} }
	for _, c := range []struct {
		name string
		all  []orb.Geometry
		want []string // parts of the problems; none: it is right
	}{
		{"four in a square", []orb.Geometry{sq(0, 0, 100), sq(100, 0, 100), sq(0, 100, 100), sq(100, 100, 100)}, nil},
		{"a vertex on a neighbour's edge", []orb.Geometry{orb.Polygon{ring([2]float64{0, 0}, [2]float64{200, 0}, [2]float64{200, 100}, [2]float64{0, 100})}, sq(0, 100, 100), sq(100, 100, 100)}, nil},
		{"an overlap of 2 m by 100 m", []orb.Geometry{sq(0, 0, 100), sq(98, 0, 100)}, []string{"overlaps cell 310115004001002 (feature 2) by 200.0 m²"}},
		{"an overlap of less than a square metre", []orb.Geometry{sq(0, 0, 100), sq(99.995, 0, 100)}, nil},
		{"a hole", []orb.Geometry{sq(0, 0, 100), sq(100, 0, 100), sq(200, 0, 100), sq(0, 100, 100), sq(200, 100, 100), sq(0, 200, 100), sq(100, 200, 100), sq(200, 200, 100)}, []string{"gap of 9999.9 m²"}},
		{"a triangle missing between three", []orb.Geometry{orb.Polygon{ring([2]float64{0, 0}, [2]float64{200, 0}, [2]float64{200, 100}, [2]float64{0, 100})},
			orb.Polygon{ring([2]float64{0, 100}, [2]float64{97, 100}, [2]float64{100, 103}, [2]float64{100, 200}, [2]float64{0, 200})},
			orb.Polygon{ring([2]float64{103, 100}, [2]float64{200, 100}, [2]float64{200, 200}, [2]float64{100, 200}, [2]float64{100, 103})}}, []string{"gap of 9.0 m²"}},
		{"borders drawn 5 cm apart", []orb.Geometry{sq(0, 0, 100), sq(100.05, 0, 100)}, []string{"gap of 5.0 m²"}},
	} {
		_, got := gridOf(c.all...)
		if len(c.want) == 0 && got != "" {
			t.Errorf("%s: %s", c.name, got)
		}
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not in %q", c.name, w, got)
			}
		}
	}
}

func TestEveryBadFeatureIsNamed(t *testing.T) {
	d, outline, err := geo.Pudong()
	if err != nil {
		t.Fatal(err)
	}
	good := orb.Polygon{square(0, 0, 100)}
	code := func(s string) []geo.Field { return []geo.Field{{Name: "code", Value: s}} }
	l := &geo.Layer{Datum: wgs84(), Features: []geo.Feature{
		{Geometry: good, Fields: code("310115004001001")},
		{Geometry: orb.Polygon{ring([2]float64{200, 0}, [2]float64{300, 100}, [2]float64{300, 0}, [2]float64{200, 90})}, Fields: code("310115004001002")},
		{Geometry: orb.Polygon{square(400, 0, 100)[:4]}, Fields: code("310115004001003")},
		{Geometry: orb.Polygon{{{31.2, 121.5}, {31.201, 121.5}, {31.201, 121.501}, {31.2, 121.5}}}, Fields: code("310115004001004")},
		{Geometry: orb.Polygon{square(500, 0, 100)}, Fields: code("310115004001001")},
		{Geometry: orb.Polygon{square(600, 0, 100)}, Fields: code("31011500400100")},
		{Geometry: orb.Polygon{square(700, 0, 100)}, Fields: code("310115999001001")},
		{Geometry: orb.Polygon{square(800, 0, 100)}},
		{Fields: code("310115004001005")},
		{Geometry: orb.Polygon{}, Fields: code("310115004001006")},
		{Geometry: orb.Polygon{{{math.NaN(), 31}, {121, 31}, {121, 32}, {math.NaN(), 31}}}, Fields: code("310115004001007")},
		{Geometry: orb.LineString{{1, 1}, {2, 2}}, Fields: code("310115004001008")},
		{Geometry: orb.Polygon{{{121.5, 31.2}, {121.6, 31.2}, {121.7, 31.2}, {121.5, 31.2}}}, Fields: code("310115004001009")},
		{Geometry: orb.Polygon{{{300000, 3400000}, {300100, 3400000}, {300100, 3400100}, {300000, 3400000}}}, Fields: code("310115004001010")},
	}}
	for i := range l.Features {
		l.Features[i].N, l.Features[i].Line = i+1, i+2
	}
	g, problems := geo.NewGrid(l, d, outline, nil)
	if g.Len() != 1 {
		t.Errorf("%d cells are left, wanted 1", g.Len())
	}
	want := map[int]string{2: "crosses itself at 121.50", 3: "not closed", 4: "swapped", 5: "twice, first in feature 1", 6: "15 digits", 7: "no community 310115999001", 8: "no code",
		9: "no geometry", 10: "empty", 11: "not a number", 12: "LineString", 13: "no area", 14: "is the file projected?"}
	for _, p := range problems {
		if w, ok := want[p.N]; !ok || !strings.Contains(p.Text, w) || p.Line != p.N+1 || p.Warning {
			t.Errorf("%s: wanted %q", p, w)
		}
		delete(want, p.N)
	}
	if len(want) > 0 {
		t.Errorf("not said: %v", want)
	}
}

func wgs84() geo.Datum { return geo.Datum{Name: geo.WGS84} }

func TestAWholeSetInGCJ02IsSuspected(t *testing.T) {
	m := geotest.Make(geotest.Cells, 0, 0)
	for i, shifted := range []bool{false, true} {
		l := &geo.Layer{Datum: wgs84()}
		for _, f := range m.Cells {
			p := orb.Clone(f.Geometry).(orb.Polygon)
			if shifted {
				for k := range p[0] {
					p[0][k] = geo.ToGCJ02(p[0][k])
				}
			}
			f.Geometry = p
			l.Features = append(l.Features, f)
		}
		_, problems := geo.NewGrid(l, nil, m.Outline, nil)
		said := false
		for _, p := range problems {
			said = said || p.Warning && p.N == 0 && strings.Contains(p.Text, "GCJ-02")
		}
		if said != shifted {
			t.Errorf("set %d: said %v: %v", i, said, problems[:min(3, len(problems))])
		}
	}
}

func TestCommunitiesAreFilledAndNotLeft(t *testing.T) {
	l := &geo.Layer{Datum: wgs84(), Features: features(orb.Polygon{square(0, 0, 100)}, orb.Polygon{square(100, 0, 100)})}
	c := &geo.Layer{Datum: wgs84(), Features: []geo.Feature{{N: 1, Geometry: orb.Polygon{ring([2]float64{0, 0}, [2]float64{190, 0}, [2]float64{190, 100}, [2]float64{0, 100})}, Fields: []geo.Field{{Name: "code", Value: "310115004001"}}}}}
	_, problems := geo.NewGrid(l, nil, nil, c)
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "reaches out of its community by 1000") {
		t.Errorf("%v", problems)
	}
	c.Features[0].Geometry = orb.Polygon{ring([2]float64{0, 0}, [2]float64{210, 0}, [2]float64{210, 100}, [2]float64{0, 100})}
	_, problems = geo.NewGrid(l, nil, nil, c)
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "leave 1000") {
		t.Errorf("%v", problems)
	}
}

func TestFencesHoldInTheirHours(t *testing.T) {
	l := &geo.Layer{Datum: wgs84(), Features: []geo.Feature{{N: 1, Geometry: orb.Polygon{square(0, 0, 100)}, Fields: []geo.Field{{Name: "kind", Value: "vending-zone"}, {Name: "hours", Value: "Mo-Fr 06:00-09:00,17:00-20:00; Sa 22:00-02:00"}, {Name: "valid_from", Value: "2026-11-01"}, {Name: "valid_until", Value: "2026-11-30"}}}}}
	fs, problems := geo.ReadFences(l)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f := fs.All()[0]
	for when, want := range map[string]bool{
		"2026-11-24T06:00:00+08:00": true, "2026-11-24T09:00:00+08:00": false, "2026-11-24T11:00:00Z": true, // 19:00 in Shanghai
		"2026-11-28T23:00:00+08:00": true, "2026-11-29T01:59:00+08:00": true, "2026-11-29T02:00:00+08:00": false,
		"2026-10-30T08:00:00+08:00": false, "2026-12-01T08:00:00+08:00": false, "2026-11-30T19:59:00+08:00": true,
	} {
		at, err := time.Parse(time.RFC3339, when)
		if err != nil {
			t.Fatal(err)
		}
		if f.Holds(at) != want {
			t.Errorf("%s: %v", when, !want)
		}
	}
	for _, bad := range []string{"6-9", "Mo 25:00-26:00", "Xx 06:00-09:00", "06:00-06:00", ";"} {
		if _, err := geo.ParseHours(bad); err == nil {
			t.Errorf("hours %q are accepted", bad)
		}
	}
	l.Features[0].Fields[3].Value = "2026-10-01"
	if _, problems := geo.ReadFences(l); len(problems) != 1 || !strings.Contains(problems[0].Text, "before it begins") {
		t.Errorf("%v", problems)
	}
	l.Features[0].Fields[0].Value = "pub"
	if _, problems := geo.ReadFences(l); len(problems) != 1 || !strings.Contains(problems[0].Text, `"pub" is not one of`) {
		t.Errorf("%v", problems)
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("Mo-Fr 06:00-09:00,17:00-20:00; Sa,Su 06:00-22:00")
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := geo.ParseHours(s); err == nil {
			h.Holds(time.Unix(1_800_000_000, 0))
		}
	})
}

func TestOverlapsOfOddShapes(t *testing.T) {
	l := orb.Polygon{ring([2]float64{0, 0}, [2]float64{10, 0}, [2]float64{10, 4}, [2]float64{4, 4}, [2]float64{4, 10}, [2]float64{0, 10})} // 64 m²
	r := geo.NewRegister([]geo.Entry{{Number: "L", AreaM2: 64, Polygons: []orb.Polygon{l}}})
	for _, turn := range []bool{false, true} {
		if turn {
			l[0].Reverse()
		}
		m := r.Match(orb.Polygon{square(0, 0, 10)}, geo.Cov{EE: 1e-6, NN: 1e-6}, 0)
		if math.Abs(m.Overlap-0.64) > 0.01 {
			t.Errorf("an L covers %.3f of the square around it, wanted 0.64", m.Overlap)
		}
	}
}

// Of a jittered grid any one inner cell may be missing: one gap is found, as large as the cell, whichever it is.
func TestAMissingCellIsOneGap(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	const n = 7
	for range 40 {
		var at [n + 1][n + 1]orb.Point
		for i := range at {
			for j := range at[i] {
				at[i][j] = here.From(100*float64(i)+40*(rng.Float64()-0.5), 100*float64(j)+40*(rng.Float64()-0.5))
			}
		}
		mi, mj := 1+rng.IntN(n-2), 1+rng.IntN(n-2)
		var all []orb.Geometry
		want := 0.0
		for i := range n {
			for j := range n {
				p := orb.Polygon{{at[i][j], at[i+1][j], at[i+1][j+1], at[i][j+1], at[i][j]}}
				if i == mi && j == mj {
					want = math.Abs(planar.Area(orb.Polygon{here.Ring(p[0])}))
					continue
				}
				if rng.IntN(2) == 0 {
					p[0].Reverse()
				}
				all = append(all, p)
			}
		}
		rng.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
		_, got := gridOf(all...)
		var m2 float64
		if _, err := fmt.Sscanf(got[strings.Index(got, "gap of")+7:], "%f", &m2); strings.Count(got, "\n") != 0 || err != nil || math.Abs(m2-want) > 1 {
			t.Fatalf("cell %d, %d of %.1f m² is missing: %q", mi, mj, want, got)
		}
	}
}
