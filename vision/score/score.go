// Package score compares what a whole run found with the truth of a made-up town: its leads, its tracks, where and when it put them.
package score

import (
	"math"
	"sort"

	"github.com/harrier-patrol/harrier/geo"
)

// matchM is how near a lead must be to a thing of its scene to be about it.
const matchM = 10

// Scene counts one scene: truth is the violations that some flight was shown.
type Scene struct {
	Truth  int `json:"truth"`
	Found  int `json:"found"`
	Missed int `json:"missed"`
	False  int `json:"false"`
	// FoundAll counts the leads at violations, also at those that were seen too briefly or too badly to be asked for
	FoundAll int `json:"found_all"`
}

// Spread is the middle of measured values, and what 95 % of them are within.
type Spread struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
}

// SpreadOf sorts v.
func SpreadOf(v []float64) Spread {
	if len(v) == 0 {
		return Spread{}
	}
	sort.Float64s(v)
	return Spread{v[len(v)/2], v[min(len(v)-1, int(math.Ceil(0.95*float64(len(v))))-1)]}
}

// Lead is what scoring needs of a lead.
type Lead struct {
	Scene    string
	Lon, Lat float64
	Cov      geo.Cov
	Inside   bool // set by Leads: the violation lies in its 95 % ellipse
}

// Inside95 is the 95 % quantile of chi-squared with two degrees of freedom.
const Inside95 = 5.991

// Leads matches leads one to one with things of the same scene within 10 m, nearest first. A lead at a violation that no
// flight was shown is neither found nor false. errs has an entry a lead: metres from the violation it is about, NaN where it is about none.
func Leads(leads []Lead, things []Thing) (byScene map[string]*Scene, byThing map[int]int, errs []float64) {
	type pair struct {
		d    float64
		l, t int
	}
	var pairs []pair
	out := map[string]*Scene{}
	at := func(s string) *Scene {
		if out[s] == nil {
			out[s] = &Scene{}
		}
		return out[s]
	}
	for i, l := range leads {
		for j, t := range things {
			if l.Scene != t.Scene {
				continue
			}
			if d := geo.DistanceM([2]float64{l.Lon, l.Lat}, [2]float64{t.Lon, t.Lat}); d <= matchM {
				pairs = append(pairs, pair{d, i, j})
			}
		}
	}
	sort.Slice(pairs, func(a, b int) bool { return pairs[a].d < pairs[b].d })
	byLead := map[int]int{}
	byThing = map[int]int{}
	errs = make([]float64, len(leads))
	for i := range errs {
		errs[i] = math.NaN()
	}
	for _, p := range pairs {
		if _, ok := byLead[p.l]; ok {
			continue
		}
		if _, ok := byThing[p.t]; ok {
			continue
		}
		byLead[p.l], byThing[p.t] = p.t, p.l
		if things[p.t].Kind == "violation" {
			errs[p.l] = p.d
			l := &leads[p.l]
			v := geo.NewFrame([2]float64{things[p.t].Lon, things[p.t].Lat}, 0).To([2]float64{l.Lon, l.Lat}, 0)
			l.Inside = l.Cov.Mahalanobis2(v.E, v.N) <= Inside95
		}
	}
	for j, t := range things {
		if t.Kind != "violation" || len(t.Windows) == 0 {
			continue
		}
		s := at(t.Scene)
		s.Truth++
		if _, ok := byThing[j]; ok {
			s.Found++
		} else {
			s.Missed++
		}
	}
	for i, l := range leads {
		if j, ok := byLead[i]; !ok || things[j].Kind != "violation" {
			at(l.Scene).False++
		} else {
			at(l.Scene).FoundAll++
		}
	}
	return out, byThing, errs
}
