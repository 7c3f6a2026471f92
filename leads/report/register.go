package report

import (
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
)

// RegisterRow is how the register stands in a subdistrict, after what was seen in a period.
type RegisterRow struct {
	Period      string `json:"period"`
	Subdistrict string `json:"subdistrict"`
	Entries     int    `json:"entries"`
	// Looked are the entries at which somebody looked: whose cell a flight showed whole, or that were recognised.
	Looked  int `json:"looked"`
	Known   int `json:"known"`   // recognised, of the size that the register has
	Changed int `json:"changed"` // recognised, of another size
	Gone    int `json:"gone"`    // pulled down, by a comparison of two flights or at a look that would have shown it
	// Unseen are the entries that were looked at and not recognised, without a comparison that shows them to be gone: for a closer look.
	Unseen int `json:"unseen"`
	// New are structures that no entry can be; Confirmed those of them that somebody confirmed.
	New       int `json:"new"`
	Confirmed int `json:"new_confirmed"`
}

// standing is what was seen of an entry.
type standing struct {
	known, changed, gone bool
	seenM2, knownM2      float64
	at                   time.Time
}

// whatIs says what was seen of entries in a period, by their numbers, and of structures that no entry can be.
func (f *Facts) whatIs(p Period) (of map[string]standing, fresh []leads.Lead, err error) {
	of = map[string]standing{}
	for l, err := range f.Leads {
		if err != nil {
			return nil, nil, err
		}
		if l.Register == nil || l.MergedIn != "" || l.State == leads.Rejected && (l.Reason == "wrong-thing" || l.Reason == "wrong-place") {
			continue // also what was no structure, or another one
		}
		if l.Register.Standing == geo.New {
			if p.seen(l) && l.State != leads.Rejected {
				fresh = append(fresh, l)
			}
			continue
		}
		s := of[l.Register.Number]
		if at, gone := l.Gone(); gone && p.holds(at) && at.After(s.at) {
			of[l.Register.Number] = standing{gone: true, at: at, knownM2: l.Register.KnownM2}
		} else if at := last(l.LastSeen, p); p.seen(l) && at.After(s.at) {
			of[l.Register.Number] = standing{known: l.Register.Standing == geo.Known, changed: l.Register.Standing == geo.Changed, at: at, seenM2: l.Register.SeenM2, knownM2: l.Register.KnownM2}
		}
	}
	for _, c := range f.Changes {
		for _, ch := range c.Changes {
			if ch.Kind == "gone" && ch.Register != nil && ch.Register.Number != "" && p.holds(ch.At) && !ch.At.Before(of[ch.Register.Number].at) {
				of[ch.Register.Number] = standing{gone: true, at: ch.At, knownM2: ch.Register.KnownM2}
			}
		}
	}
	return of, fresh, nil
}

// last is when something was seen last in a period.
func last(t time.Time, p Period) time.Time {
	if t.Before(p.Until) {
		return t
	}
	return p.Until.Add(-time.Nanosecond)
}

// place is where an entry lies: the cell of the middle of its outline.
func (g *Ground) place(polygons []orb.Polygon) (code, subdistrict string) {
	if c, ok := g.grid.At(polygons[0].Bound().Center()); ok {
		return c.Code, c.Subdistrict
	}
	return "", ""
}

// RegisterStanding is how the register stands, by subdistrict and for all of them (subdistrict empty).
func (f *Facts) RegisterStanding() (out []RegisterRow, err error) {
	for i, p := range f.Periods {
		of, fresh, err := f.whatIs(p)
		if err != nil {
			return nil, err
		}
		whole := f.in(i).whole
		rows := map[string]*RegisterRow{"": {Period: p.Name}}
		each := func(sub string, do func(*RegisterRow)) {
			if rows[sub] == nil {
				rows[sub] = &RegisterRow{Period: p.Name, Subdistrict: sub}
			}
			do(rows[sub])
			if sub != "" {
				do(rows[""])
			}
		}
		for e := range f.Ground.Register.Entries() {
			code, sub := f.Ground.place(e.Polygons)
			s, seen := of[e.Number]
			_, looked := whole[code]
			each(sub, func(r *RegisterRow) {
				r.Entries++
				switch {
				case s.gone:
					r.Gone++
				case s.changed:
					r.Changed++
				case s.known:
					r.Known++
				case looked:
					r.Unseen++
				}
				if looked || seen {
					r.Looked++
				}
			})
		}
		for _, l := range fresh {
			each(l.Subdistrict, func(r *RegisterRow) {
				r.New++
				if l.WasConfirmed() {
					r.Confirmed++
				}
			})
		}
		for _, sub := range slices.Sorted(maps.Keys(rows)) {
			out = append(out, *rows[sub])
		}
	}
	return out, nil
}
