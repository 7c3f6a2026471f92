// Package report says how a district stands: the order of its streets from confirmed leads and from what flights showed, the register of structures
// against what was seen, what became of what was to be looked at, and how far reviewers agree. docs/reports.md explains the figures.
package report

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

// Reports that there are.
const (
	Order      = "order"      // street order index
	Register   = "register"   // known, changed, gone and new against the register
	Completion = "completion" // of what was to be looked at
	Agreement  = "agreement"  // of first and second reviewers
)

// All are all of them.
var All = []string{Order, Register, Completion, Agreement}

// Facts are what reports of some periods are made of, read by who asks for one.
type Facts struct {
	Ground  *Ground
	Scenes  map[string]Scene
	Periods []Period
	// Leads are the leads that were seen, once each.
	Leads iter.Seq2[leads.Lead, error]
	// Changes are what comparisons of two flights showed.
	Changes []vision.Changed

	seen []shown // by period
}

// shown is what flights showed in a period: a month of a district has a million looks, so they are summed up as they come.
type shown struct {
	found          map[string]map[string]*found // by scene and cell
	whole          map[string]float64           // cells that were shown whole, fine enough for structures, with their finest resolution
	partly, coarse map[string]bool              // cells that were shown in part, or too coarse
}

// found is the probability that a thing in a cell would have been found.
type found struct {
	missed     float64 // by every look so far, by measured rates
	share      float64 // of the cell, of the best look
	unmeasured bool    // a look was of a kind for which no rate was measured
}

// p is that probability. Where no rate was measured for one of the looks, it is the share of the cell that the best look showed.
func (x *found) p() float64 {
	switch {
	case x == nil:
		return 0
	case x.unmeasured:
		return x.share
	}
	return 1 - x.missed
}

// shownShare is how much of a cell a flight must have shown for all that stands in it to have been looked at.
const shownShare = 0.95

// Look takes in what a flight showed of a cell.
func (f *Facts) Look(l Look) {
	if f.seen == nil {
		f.seen = make([]shown, len(f.Periods))
		for i := range f.seen {
			f.seen[i] = shown{map[string]map[string]*found{}, map[string]float64{}, map[string]bool{}, map[string]bool{}}
		}
	}
	for i, p := range f.Periods {
		if !p.holds(l.Last) {
			continue
		}
		s, structures, fine := &f.seen[i], false, false
		for _, name := range l.Scenes {
			sc, known := f.Scenes[name]
			if !known {
				continue
			}
			sees := sc.ShowsM == 0 || l.GSDM <= sc.ShowsM
			structures, fine = structures || sc.Structures, fine || sc.Structures && sees
			if !sees {
				continue
			}
			if s.found[name] == nil {
				s.found[name] = map[string]*found{}
			}
			x := s.found[name][l.Cell]
			if x == nil {
				x = &found{missed: 1}
				s.found[name][l.Cell] = x
			}
			rate, _ := sc.Rates.Of(l.GSDM, l.DepressionDeg, l.Light)
			x.missed *= 1 - rate*l.Share
			x.share, x.unmeasured = math.Max(x.share, l.Share), x.unmeasured || rate == 0
		}
		switch best, had := s.whole[l.Cell]; {
		case !structures: // nobody looked for any
		case !fine:
			s.coarse[l.Cell] = true
		case l.Share < shownShare:
			s.partly[l.Cell] = true
		case !had || l.GSDM < best:
			s.whole[l.Cell] = l.GSDM
		}
	}
}

// in is what was shown in a period, by its place among them.
func (f *Facts) in(i int) shown {
	if f.seen == nil {
		return shown{}
	}
	return f.seen[i]
}

// Scene is what reports need of a scene.
type Scene struct {
	// HalfPerKM2 is how many confirmed things a square kilometre make its index 50; 0: the scene is not in the index.
	HalfPerKM2 float64
	// Rates are how often its things are found, as measured; without, what was looked at counts as found.
	Rates geo.Rates
	// ShowsM is the coarsest ground resolution at which its things are seen, metres a pixel.
	ShowsM float64
	// Structures says that it finds structures, which the register may know.
	Structures bool
}

// Look is what a flight showed of a cell, for some scenes.
type Look struct {
	Scenes []string
	geo.CellSeen
}

// Period is a day, a week from Monday on, or a month, in the zone of the bureau.
type Period struct {
	Name        string // 2026-11-29, 2026-W48, 2026-11
	From, Until time.Time
}

// Lengths of periods.
const (
	Day   = "day"
	Week  = "week"
	Month = "month"
)

// PeriodOf is the period of a length in which a moment lies.
func PeriodOf(length string, t time.Time, zone *time.Location) (Period, error) {
	t = t.In(zone)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
	switch length {
	case Day:
		return Period{day.Format(time.DateOnly), day, day.AddDate(0, 0, 1)}, nil
	case Week:
		monday := day.AddDate(0, 0, -int(t.Weekday()+6)%7)
		y, w := monday.ISOWeek()
		return Period{fmt.Sprintf("%d-W%02d", y, w), monday, monday.AddDate(0, 0, 7)}, nil
	case Month:
		first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, zone)
		return Period{first.Format("2006-01"), first, first.AddDate(0, 1, 0)}, nil
	}
	return Period{}, fmt.Errorf("period %q is not %s, %s or %s", length, Day, Week, Month)
}

// maxPeriods bounds a report.
const maxPeriods = 400

// Periods are those of a length from a moment on until another.
func Periods(length string, from, until time.Time, zone *time.Location) (out []Period, err error) {
	if !from.Before(until) {
		return nil, fmt.Errorf("from %s is not before until %s", from.In(zone).Format(time.DateOnly), until.In(zone).Format(time.DateOnly))
	}
	for t := from; t.Before(until); {
		p, err := PeriodOf(length, t, zone)
		if err != nil {
			return nil, err
		}
		if out = append(out, p); len(out) > maxPeriods {
			return nil, fmt.Errorf("more than %d periods lie between from and until", maxPeriods)
		}
		t = p.Until
	}
	return out, nil
}

// holds says whether a moment lies in the period.
func (p Period) holds(t time.Time) bool { return !t.Before(p.From) && t.Before(p.Until) }

// seen says whether a lead was there in the period.
func (p Period) seen(l leads.Lead) bool {
	return l.FirstSeen.Before(p.Until) && !l.LastSeen.Before(p.From)
}

// Ground is what is reported of.
type Ground struct {
	Register *geo.Register
	Fences   *geo.Fences
	// Ordered are the statuses of entries whose demolition is ordered.
	Ordered []string

	grid    *geo.Grid
	cells   map[string]*cell
	streets []street
}

type cell struct {
	subdistrict string
	km2         float64
}

// street is a named road: the ground of its corridor, each piece once, however its lines run beside each other.
type street struct {
	name, subdistrict string
	km2               float64
	in                map[string]float64 // square kilometres, by cell
	ground            map[piece]bool
}

// piece is a square of ground, pieceDeg wide.
type piece struct{ x, y int32 }

const pieceDeg = 1e-4

func pieceOf(p orb.Point) piece {
	return piece{int32(math.Floor(p[0] / pieceDeg)), int32(math.Floor(p[1] / pieceDeg))}
}

func (q piece) middle() orb.Point {
	return orb.Point{(float64(q.x) + 0.5) * pieceDeg, (float64(q.y) + 0.5) * pieceDeg}
}

// km2 of it.
func (q piece) km2() float64 {
	lo := orb.Point{float64(q.x) * pieceDeg, float64(q.y) * pieceDeg}
	return geo.AreaM2([]orb.Polygon{orb.Bound{Min: lo, Max: orb.Point{lo[0] + pieceDeg, lo[1] + pieceDeg}}.ToPolygon()}) / 1e6
}

// around are the pieces whose middle lies within the corridor of a point.
func around(p orb.Point, each func(piece)) {
	c := pieceOf(p)
	const reach = 4 // pieces are 8 m wide and more, up to 45 degrees north
	for y := c.y - reach; y <= c.y+reach; y++ {
		for x := c.x - reach; x <= c.x+reach; x++ {
			if q := (piece{x, y}); geo.DistanceM(q.middle(), p) <= corridorM {
				each(q)
			}
		}
	}
}

// A street's corridor reaches so far to both sides of its middle; it is gone along in such steps.
const (
	corridorM = 25
	stepM     = 10
)

// NewGround measures the cells of a grid and the corridors of named roads. Roads without a name are left out.
func NewGround(grid *geo.Grid, roads []Road) *Ground {
	g := &Ground{grid: grid, cells: map[string]*cell{}}
	grid.Each(func(c *geo.Cell, polygons []orb.Polygon) {
		g.cells[c.Code] = &cell{c.Subdistrict, geo.AreaM2(polygons) / 1e6}
	})
	named := map[string]*street{}
	for _, r := range roads {
		if r.Name == "" {
			continue
		}
		s := named[r.Name]
		if s == nil {
			s = &street{name: r.Name, in: map[string]float64{}, ground: map[piece]bool{}}
			named[r.Name] = s
		}
		for _, p := range geo.Steps(r.Line, stepM) {
			around(p, func(q piece) {
				if s.ground[q] {
					return
				}
				if c, ok := grid.At(q.middle()); ok {
					s.ground[q] = true
					s.in[c.Code] += q.km2()
					s.km2 += q.km2()
				}
			})
		}
	}
	for _, s := range named {
		if s.km2 == 0 {
			continue
		}
		by := map[string]float64{}
		for code, part := range s.in {
			by[g.cells[code].subdistrict] += part
		}
		for sub, part := range by {
			if part > by[s.subdistrict] || part == by[s.subdistrict] && sub < s.subdistrict {
				s.subdistrict = sub
			}
		}
		g.streets = append(g.streets, *s)
	}
	slices.SortFunc(g.streets, func(a, b street) int { return strings.Compare(a.name, b.name) })
	return g
}

// Road is a line with a name (WGS-84).
type Road struct {
	Name string
	Line orb.LineString
}

// RoadsOf are the lines of a GeoJSON with their names (name); what is no line is left out.
func RoadsOf(data []byte) (out []Road, err error) {
	fc, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		return nil, fmt.Errorf("roads: %w", err)
	}
	for _, f := range fc.Features {
		name := f.Properties.MustString("name", "")
		switch g := f.Geometry.(type) {
		case orb.LineString:
			out = append(out, Road{name, g})
		case orb.MultiLineString:
			for _, l := range g {
				out = append(out, Road{name, l})
			}
		}
	}
	return out, nil
}
