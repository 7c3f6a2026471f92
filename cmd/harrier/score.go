package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"

	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/geo"
)

// matchM is how near a lead must be to a thing of its scene to be about it.
const matchM = 10

// sceneScore counts one scene: truth is the violations that some flight was shown.
type sceneScore struct {
	Truth  int `json:"truth"`
	Found  int `json:"found"`
	Missed int `json:"missed"`
	False  int `json:"false"`
	// FoundAll counts the leads at violations, also at those that were seen too briefly or too badly to be asked for
	FoundAll int `json:"found_all"`
}

type spread struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
}

func spreadOf(v []float64) spread {
	if len(v) == 0 {
		return spread{}
	}
	sort.Float64s(v)
	return spread{v[len(v)/2], v[min(len(v)-1, int(math.Ceil(0.95*float64(len(v))))-1)]}
}

// truthFile is what the simulator wrote.
type truthFile struct {
	things []docksim.TruthThing
	frames map[string]map[uint32]docksim.TruthFrame
}

func readTruth(path string) (truthFile, error) {
	t := truthFile{frames: map[string]map[uint32]docksim.TruthFrame{}}
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		var kind struct {
			Kind string `json:"kind"`
		}
		if err := json.Unmarshal(sc.Bytes(), &kind); err != nil {
			return t, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if kind.Kind == "frame" {
			var x docksim.TruthFrame
			if err := json.Unmarshal(sc.Bytes(), &x); err != nil {
				return t, fmt.Errorf("%s:%d: %w", path, n, err)
			}
			if t.frames[x.Flight] == nil {
				t.frames[x.Flight] = map[uint32]docksim.TruthFrame{}
			}
			t.frames[x.Flight][x.Frame] = x
			continue
		}
		var x docksim.TruthThing
		if err := json.Unmarshal(sc.Bytes(), &x); err != nil {
			return t, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		t.things = append(t.things, x)
	}
	return t, sc.Err()
}

// place is what scoring needs of a lead.
type place struct {
	Scene    string
	Lon, Lat float64
	cov      geo.Cov
	inside   bool // the violation lies in its 95 % ellipse
}

// inside95 is the 95 % quantile of chi-squared with two degrees of freedom.
const inside95 = 5.991

// score matches leads one to one with things of the same scene within 10 m, nearest first. A lead at a violation that no
// flight was shown is neither found nor false. errs has an entry a lead: metres from the violation it is about, NaN where it is about none.
func score(leads []place, things []docksim.TruthThing) (byScene map[string]*sceneScore, byThing map[int]int, errs []float64) {
	type pair struct {
		d    float64
		l, t int
	}
	var pairs []pair
	out := map[string]*sceneScore{}
	at := func(s string) *sceneScore {
		if out[s] == nil {
			out[s] = &sceneScore{}
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
			l.inside = l.cov.Mahalanobis2(v.E, v.N) <= inside95
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

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
