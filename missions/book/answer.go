package book

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/missions"
)

// Look is what a flight showed of cells.
type Look struct {
	Flight string
	Scenes []string // that were looked for
	Cells  []geo.CellSeen
}

// State of a request.
type State string

// States.
const (
	Asked  State = "asked"   // not looked at yet
	Seen   State = "seen"    // as a whole, as finely as it was asked for
	Partly State = "partly"  // some of it, or more coarsely
	Over   State = "over"    // its time is over, and it was not seen as a whole
	Again  State = "current" // it comes again and again, and is not overdue
	Late   State = "overdue" // it comes again and again, and is
)

// Answer is what became of a request: from coverage.
type Answer struct {
	missions.Request
	State  State
	Reason string
	Share  float64   // of its ground that was seen finely enough
	GSDCM  float64   // median resolution of what was seen; 0 for nothing
	Last   time.Time // when: of a whole one since when all of it has been seen again
	Flight string    // the last one that saw it
}

// wholeShare is from which share of its ground on a request is seen: coverage is measured in tiles of ten metres.
const wholeShare = 0.95

// Whole says that all of its ground was seen: at Last, or later.
func (a *Answer) Whole() bool { return a.Share >= wholeShare }

// sameCM is by how much more a resolution is still the one that was asked for: coverage tells it within 1 %.
const sameCM = 1.02

// places of a request that are held against coverage.
const places = 120

// Answers are what became of requests until now. usualCM is the resolution that a request wants that says none.
func Answers(requests []missions.Request, looks []Look, grid *geo.Grid, usualCM func(missions.Request) float64, now time.Time) []Answer {
	type seen struct {
		geo.CellSeen
		flight string
		scenes []string
	}
	by := map[string][]seen{}
	for _, l := range looks {
		for _, c := range l.Cells {
			by[c.Cell] = append(by[c.Cell], seen{c, l.Flight, l.Scenes})
		}
	}
	out := make([]Answer, 0, len(requests))
	for _, r := range requests {
		a := Answer{Request: r, State: Asked}
		want := usualCM(r)
		if r.View != missions.Nadir {
			a.judgeView(now)
			out = append(out, a)
			continue
		}
		var gsd []float64
		var seenAt []time.Time // of each place that was seen finely enough, the last time
		of, some, inGrid, coarse := 0, false, false, math.Inf(1)
		for _, q := range missions.Sample(&r, places) {
			of++
			c, ok := grid.At(q)
			if !ok {
				continue
			}
			inGrid = true
			best, last := math.Inf(1), time.Time{}
			for _, s := range by[c.Code] {
				if s.Last.Before(r.Asked) || !r.By.IsZero() && s.First.After(r.By) || !looksFor(s.scenes, r.Scenes) {
					continue
				}
				m, ok := s.Tiles.At(q)
				if !ok {
					continue
				}
				some = true
				if m*100 > want*sameCM {
					coarse = math.Min(coarse, m*100)
					continue
				}
				best = math.Min(best, m*100)
				if s.Last.After(last) {
					last = s.Last
				}
				if s.Last.After(a.Last) {
					a.Last, a.Flight = s.Last, s.flight
				}
			}
			if !last.IsZero() {
				gsd, seenAt = append(gsd, best), append(seenAt, last)
			}
		}
		a.Share = float64(len(gsd)) / float64(max(of, 1))
		if a.Whole() { // what comes again counts from when as much as makes it whole had been seen, not from the newest glimpse
			slices.SortFunc(seenAt, func(a, b time.Time) int { return b.Compare(a) })
			a.Last = seenAt[int(math.Ceil(wholeShare*float64(of)-1e-9))-1]
		}
		if len(gsd) > 0 {
			slices.Sort(gsd)
			a.GSDCM = gsd[len(gsd)/2]
		}
		a.judge(some, coarse, want, !inGrid, now)
		out = append(out, a)
	}
	return out
}

// judge says the state and its reason.
func (a *Answer) judge(some bool, coarseCM, wantCM float64, noCell bool, now time.Time) {
	over := !a.By.IsZero() && a.By.Before(now)
	switch {
	case a.Whole():
		a.State = Seen
	case a.Share > 0:
		a.State, a.Reason = Partly, fmt.Sprintf("%.0f %% of it was seen", 100*a.Share)
	case some:
		a.State, a.Reason = Partly, fmt.Sprintf("it was seen at %.1f cm a pixel, %.1f are asked for", coarseCM, wantCM)
	case noCell:
		a.Reason = "it lies outside the unit grid, by which is told what was seen"
	default:
		a.Reason = "no flight has shown it yet"
	}
	if over {
		if a.State != Seen {
			a.State = Over
		}
		return
	}
	if every := a.Every(); every > 0 {
		interval := time.Duration(every * 24 * float64(time.Hour))
		since := a.Asked // from when on it is due
		if a.State == Seen {
			since = a.Last
		}
		switch {
		case now.Sub(since) > interval:
			a.State = Late
			a.Reason = cmp.Or(a.Reason, fmt.Sprintf("it is due every %g days, and was seen %s", every, a.Last.Format(time.DateOnly)))
		case a.State == Seen:
			a.State = Again
		}
	}
}

// judgeView answers for views from the side, of which coverage does not tell whether they were taken.
func (a *Answer) judgeView(now time.Time) {
	a.Reason = "coverage does not tell whether a view from the side was taken: withdraw the request once its stills are there"
	if !a.By.IsZero() && a.By.Before(now) {
		a.State = Over
	}
}

func looksFor(looked, wanted []string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(s string) bool { return slices.Contains(looked, s) })
}

// Row is what became of what a source asked for in a subdistrict in a month.
type Row struct {
	Month       string  `json:"month"` // in which it was asked
	Source      string  `json:"source"`
	Subdistrict string  `json:"subdistrict"` // 9 digits; "" for all, or where none is known
	Asked       int     `json:"asked"`
	Seen        int     `json:"seen"`
	Partly      int     `json:"partly"`
	NotSeen     int     `json:"not_seen"`
	Over        int     `json:"over"`             // of those not seen as a whole: their time is over
	GSDCM       float64 `json:"gsd_cm,omitempty"` // median of what was seen
	Why         string  `json:"why,omitempty"`    // the most frequent reason of what was not
}

// Report sums answers up by month, source and subdistrict.
func Report(answers []Answer, grid *geo.Grid, zone *time.Location) (out []Row) {
	type key struct{ month, source, sub string }
	rows, gsd, why := map[key]*Row{}, map[key][]float64{}, map[key]map[string]int{}
	for _, a := range answers {
		sub := ""
		if q := missions.Sample(&a.Request, 1); len(q) > 0 {
			if c, ok := grid.At(q[0]); ok {
				sub = c.Subdistrict
			}
		}
		k := key{a.Asked.In(zone).Format("2006-01"), cmp.Or(a.Source, "request"), sub}
		r := rows[k]
		if r == nil {
			r = &Row{Month: k.month, Source: k.source, Subdistrict: sub}
			rows[k], why[k] = r, map[string]int{}
		}
		r.Asked++
		switch {
		case a.Whole():
			r.Seen++
		case a.Share > 0 || a.State == Partly:
			r.Partly++
		default:
			r.NotSeen++
		}
		if a.State == Over {
			r.Over++
		}
		if a.GSDCM > 0 {
			gsd[k] = append(gsd[k], a.GSDCM)
		}
		if a.Reason != "" {
			why[k][a.Reason]++
		}
	}
	for k, r := range rows {
		if g := gsd[k]; len(g) > 0 {
			slices.Sort(g)
			r.GSDCM = g[len(g)/2]
		}
		most := 0
		for reason, n := range why[k] {
			if n > most || n == most && reason < r.Why {
				r.Why, most = reason, n
			}
		}
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Subdistrict, b.Subdistrict))
	})
	return out
}
