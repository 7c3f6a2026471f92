package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// Sources of what is to be looked at.
const (
	SourceRegister    = "register"    // every entry
	SourceDemolitions = "demolitions" // entries whose demolition is ordered
	SourceSites       = "sites"       // earthwork and unloading sites: fences of kind construction-site and unloading-site
)

// CompletionRow is what became of what was to be looked at in a subdistrict in a month.
type CompletionRow struct {
	Period      string `json:"period"`
	Subdistrict string `json:"subdistrict"`
	Source      string `json:"source"`
	Asked       int    `json:"asked"`
	Seen        int    `json:"seen"`
	// GSDM is the resolution at which they were seen, metres a pixel: the median of the finest; 0 where none was.
	GSDM float64 `json:"gsd_m,omitempty"`
	// Of demolitions: what was seen. Unclear is what was looked at and not recognised, without a comparison that shows it to be gone.
	Gone      int `json:"gone"`
	Partly    int `json:"partly"`
	Untouched int `json:"untouched"`
	Unclear   int `json:"unclear"`
	// Why the others were not seen: no flight came, it showed a part of the cell only, or it was too coarse.
	NotFlown int `json:"not_flown"`
	InPart   int `json:"in_part"`
	Coarse   int `json:"too_coarse"`
}

// partlyBelow is the share of its registered area from which on down a structure has partly been pulled down.
const partlyBelow = 0.75

// Completed is what became of what was to be looked at, by subdistrict and for all of them (subdistrict empty).
func (f *Facts) Completed() (out []CompletionRow, err error) {
	for i, p := range f.Periods {
		of, _, err := f.whatIs(p)
		if err != nil {
			return nil, err
		}
		seen := f.in(i)
		type key struct{ source, sub string }
		rows, gsd := map[key]*CompletionRow{}, map[key][]float64{}
		row := func(k key) *CompletionRow {
			if rows[k] == nil {
				rows[k] = &CompletionRow{Period: p.Name, Subdistrict: k.sub, Source: k.source}
			}
			return rows[k]
		}
		note := func(source string, polygons []orb.Polygon, s standing, recognised bool) {
			code, sub := f.Ground.place(polygons)
			gsdM, looked := seen.whole[code]
			for _, k := range []key{{source, sub}, {source, ""}} {
				r := row(k)
				r.Asked++
				switch {
				case looked || recognised:
					r.Seen++
					if looked {
						gsd[k] = append(gsd[k], gsdM)
					}
				case seen.partly[code]:
					r.InPart++
				case seen.coarse[code]:
					r.Coarse++
				default:
					r.NotFlown++
				}
				if source == SourceDemolitions && (looked || recognised) {
					switch {
					case s.gone:
						r.Gone++
					case s.changed && s.seenM2 < partlyBelow*s.knownM2:
						r.Partly++
					case recognised:
						r.Untouched++
					default:
						r.Unclear++
					}
				}
				if sub == "" {
					break
				}
			}
		}
		for e := range f.Ground.Register.Entries() {
			s, recognised := of[e.Number]
			note(SourceRegister, e.Polygons, s, recognised)
			if slices.Contains(f.Ground.Ordered, e.Status) {
				note(SourceDemolitions, e.Polygons, s, recognised)
			}
		}
		for _, x := range f.Ground.Fences.All() {
			if (x.Kind == "construction-site" || x.Kind == "unloading-site") && (x.From.IsZero() || x.From.Before(p.Until)) && (x.Until.IsZero() || x.Until.After(p.From)) {
				note(SourceSites, []orb.Polygon{x.Polygon}, standing{}, false)
			}
		}
		keys := slices.SortedFunc(maps.Keys(rows), func(a, b key) int {
			return cmp.Or(strings.Compare(a.source, b.source), strings.Compare(a.sub, b.sub))
		})
		for _, k := range keys {
			if v := gsd[k]; len(v) > 0 {
				slices.Sort(v)
				rows[k].GSDM = v[len(v)/2]
			}
			out = append(out, *rows[k])
		}
	}
	return out, nil
}
