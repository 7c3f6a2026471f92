package report

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/leads"
)

// What the index is told by.
const (
	ByStreet      = "street"
	ByCell        = "cell"
	BySubdistrict = "subdistrict"
)

// OrderRow is the street order index of an area in a period.
type OrderRow struct {
	Period      string `json:"period"`
	By          string `json:"by"`
	Area        string `json:"area"` // code, or the name of a street
	Subdistrict string `json:"subdistrict"`
	// Scene is a scene's name; empty for all together.
	Scene string `json:"scene"`
	// Confirmed things were there in the period; Waiting are those that nobody has decided on.
	Confirmed int `json:"confirmed"`
	Waiting   int `json:"waiting"`
	// KM2 is the area, and Looked the share of it in which a thing would have been found. Measured says that it rests on measured detection rates; else
	// what a flight showed counts as looked at.
	KM2      float64 `json:"km2"`
	Looked   float64 `json:"looked"`
	Measured bool    `json:"measured"`
	// PerKM2 is how many things there are a square kilometre, with the 95 % interval; of all scenes together it is left out. Absent where nobody looked.
	PerKM2 *Estimate `json:"per_km2,omitempty"`
	// Index is 100 without any thing, 50 at the scene's half_per_km2, with the 95 % interval; without a look only its interval is known, 0 to 100.
	Index Estimate `json:"index"`
}

// Estimate is a value with its 95 % interval; Value is absent where there is none.
type Estimate struct {
	Value *float64 `json:"value"`
	Low   float64  `json:"low"`
	High  float64  `json:"high"`
}

// area is one that the index is told of: its parts in cells.
type area struct {
	by, name, subdistrict string
	km2                   float64
	in                    map[string]float64 // square kilometres, by cell
}

func (g *Ground) areasBy(by string) (out []area, err error) {
	switch by {
	case ByStreet:
		for _, s := range g.streets {
			out = append(out, area{by, s.name, s.subdistrict, s.km2, s.in})
		}
	case ByCell:
		for _, code := range slices.Sorted(maps.Keys(g.cells)) {
			c := g.cells[code]
			out = append(out, area{by, code, c.subdistrict, c.km2, map[string]float64{code: c.km2}})
		}
	case BySubdistrict:
		subs := map[string]*area{}
		for code, c := range g.cells {
			a := subs[c.subdistrict]
			if a == nil {
				a = &area{by, c.subdistrict, c.subdistrict, 0, map[string]float64{}}
				subs[c.subdistrict] = a
			}
			a.in[code], a.km2 = c.km2, a.km2+c.km2
		}
		for _, s := range slices.Sorted(maps.Keys(subs)) {
			out = append(out, *subs[s])
		}
	default:
		return nil, fmt.Errorf("by %q is not %s, %s or %s", by, ByStreet, ByCell, BySubdistrict)
	}
	return out, nil
}

// of are the names of the areas in which a lead lies.
func (g *Ground) of(by string, l leads.Lead) (out []string) {
	switch by {
	case ByCell:
		return []string{l.Cell}
	case BySubdistrict:
		return []string{l.Subdistrict}
	}
	for i := range g.streets {
		if s := &g.streets[i]; s.ground[pieceOf(orb.Point{l.Lon, l.Lat})] {
			out = append(out, s.name)
		}
	}
	return out
}

// OrderIndex is the street order index by streets, cells or subdistricts, one row each for every scene and for all together. Where nothing was looked at and
// nothing stood, a subdistrict has the row for all scenes alone, and a cell or a street none.
func (f *Facts) OrderIndex(by string) (out []OrderRow, err error) {
	areas, err := f.Ground.areasBy(by)
	if err != nil {
		return nil, err
	}
	type key struct {
		period      int
		area, scene string
	}
	confirmed, waiting := map[key]int{}, map[key]int{}
	stood := make([]map[string]bool, len(f.Periods)) // areas in which something stood
	for i := range stood {
		stood[i] = map[string]bool{}
	}
	for l, err := range f.Leads {
		if err != nil {
			return nil, err
		}
		if f.Scenes[l.Scene].HalfPerKM2 <= 0 || l.MergedIn != "" {
			continue
		}
		counts := waiting
		switch {
		case l.WasConfirmed():
			counts = confirmed
		case !l.Open():
			continue
		}
		for i, p := range f.Periods {
			if !p.seen(l) {
				continue
			}
			for _, a := range f.Ground.of(by, l) {
				counts[key{i, a, l.Scene}]++
				stood[i][a] = true
			}
		}
	}
	scenes := slices.DeleteFunc(slices.Sorted(maps.Keys(f.Scenes)), func(s string) bool { return f.Scenes[s].HalfPerKM2 <= 0 })
	for i, p := range f.Periods {
		seen := f.in(i)
		looked := map[string]bool{} // cells
		for _, s := range scenes {
			for code := range seen.found[s] {
				looked[code] = true
			}
		}
		for _, a := range areas {
			if by == ByCell && !looked[a.name] && !stood[i][a.name] { // of a district's many cells few are looked at in a day
				continue
			}
			var rows []OrderRow
			var whole counted
			all := OrderRow{Period: p.Name, By: by, Area: a.name, Subdistrict: a.subdistrict, KM2: a.km2, Measured: true, Looked: 1}
			known := false // somebody looked, or something stood there
			for _, s := range scenes {
				k := key{i, a.name, s}
				r := OrderRow{Period: p.Name, By: by, Area: a.name, Subdistrict: a.subdistrict, Scene: s, Confirmed: confirmed[k], Waiting: waiting[k], KM2: a.km2, Measured: len(f.Scenes[s].Rates) > 0}
				exposed := 0.0
				for code, part := range a.in {
					x := seen.found[s][code]
					exposed += part * x.p()
					r.Measured = r.Measured && (x == nil || !x.unmeasured)
				}
				r.Looked = exposed / math.Max(a.km2, 1e-9)
				r.Measured = r.Measured && exposed > 0
				known = known || exposed > 0 || r.Confirmed+r.Waiting > 0
				half := f.Scenes[s].HalfPerKM2
				var c counted
				if exposed > 0 {
					c.add(r.Confirmed, 1/exposed)
					whole.add(r.Confirmed, 1/(exposed*half))
				}
				r.PerKM2, r.Index = estimates(c, half, r.Looked)
				rows = append(rows, r)
				all.Confirmed, all.Waiting = all.Confirmed+r.Confirmed, all.Waiting+r.Waiting
				all.Looked, all.Measured = math.Min(all.Looked, r.Looked), all.Measured && r.Measured
			}
			switch {
			case len(rows) == 0 || !known && by != BySubdistrict:
				continue
			case !known: // that nobody was there is one row
				rows = nil
			}
			if all.Looked == 0 { // of one scene at least nobody knows
				whole = counted{}
			}
			_, all.Index = estimates(whole, 1, all.Looked)
			out = append(out, append(rows, all)...)
		}
	}
	return out, nil
}

// estimates are how many things there are a square kilometre, and the index that this makes. Ground that nobody looked at need not be like the ground that
// somebody looked at: it may hold nothing, which is where the interval begins.
func estimates(c counted, half, looked float64) (perKM2 *Estimate, index Estimate) {
	if c.most == 0 {
		return nil, Estimate{Low: 0, High: 100}
	}
	low, high := c.interval()
	low *= looked
	of := func(rate float64) float64 { return 100 * math.Exp2(-rate/half) }
	n, i := c.sum, of(c.sum)
	return &Estimate{&n, low, high}, Estimate{&i, of(high), of(low)}
}
