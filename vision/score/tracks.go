package score

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// Recognition scores what was seen at 10 cm a pixel or finer for long enough: see docs/recognition.md.
type Recognition struct {
	Scenes map[string]*Share `json:"recall"`    // of violations, by scene
	Right  map[string]*Share `json:"precision"` // of leads, by scene
	Bands  map[string]*Share `json:"bands"`     // recall by scene and band of height and of depression
	Load   Share             `json:"load"`      // of dump trucks seen at 45 to 90 degrees down
	LoadAs map[string]int    `json:"load_as"`   // "open taken for empty": how often; "" is no track of a dump truck there
	OneFor Share             `json:"one_lead"`  // of the violations found, those with exactly one lead
	Seen   map[string][]Rate `json:"seen"`      // by scene: how often things were found by how finely they were seen, for a second or more
	ID     Identity          `json:"identity"`
}

// Share is how many of how many.
type Share struct {
	N  int     `json:"n"`
	Of int     `json:"of"`
	P  float64 `json:"share"`
}

func (s *Share) add(ok bool) {
	s.Of++
	if ok {
		s.N++
	}
	s.P = float64(s.N) / float64(s.Of)
}

// Identity is IDF1 of the tracks and what it is made of (Ristani et al. 2016): seconds at which a thing was where its track says.
type Identity struct {
	IDF1   float64 `json:"idf1"`
	Both   int     `json:"both"`
	Truth  int     `json:"truth"`
	Tracks int     `json:"tracks"`
	// ByClass has the same by the classes of things and tracks: IDF1 is 0 where they are not told apart
	ByClass map[string]*Identity `json:"by_class,omitempty"`
}

// seenLong is how long a thing must have been in sight in one go.
const seenLong = 3 * time.Second

func bandOf(v float64, edges ...float64) string {
	lo := 0.0
	for _, e := range edges {
		if v < e {
			return fmt.Sprintf("%g-%g", lo, e)
		}
		lo = e
	}
	return fmt.Sprintf("%g-", lo)
}

// longest is the window in which a thing was seen longest.
func longestWindow(t Thing) (w Window, ok bool) {
	for _, x := range t.Windows {
		if x.To.Sub(x.From) > w.To.Sub(w.From) {
			w = x
		}
	}
	return w, w.To.Sub(w.From) >= seenLong
}

// Recognised scores leads and tracks. byThing is the lead that Leads gave to each thing.
func Recognised(leads []Lead, byThing map[int]int, right map[string]*Scene, things []Thing, tracks []vision.Ended) Recognition {
	r := Recognition{LoadAs: map[string]int{}, Seen: map[string][]Rate{}, Scenes: map[string]*Share{}, Right: map[string]*Share{}, Bands: map[string]*Share{}}
	at := func(m map[string]*Share, k string) *Share {
		if m[k] == nil {
			m[k] = &Share{}
		}
		return m[k]
	}
	leadsOf := map[int]int{}
	for _, l := range leads {
		best, near := -1, float64(matchM)
		for j, t := range things {
			if t.Kind == "violation" && t.Scene == l.Scene {
				if d := geo.DistanceM([2]float64{l.Lon, l.Lat}, [2]float64{t.Lon, t.Lat}); d < near {
					best, near = j, d
				}
			}
		}
		if best >= 0 {
			leadsOf[best]++
		}
	}
	for j, t := range things {
		w, ok := longestWindow(t)
		if t.Kind == "violation" {
			_, found := byThing[j]
			if found {
				r.OneFor.add(leadsOf[j] == 1)
			}
			if len(t.Windows) > 0 {
				if at, ok := rateOf(t.Windows); ok {
					i := slices.IndexFunc(r.Seen[t.Scene], func(x Rate) bool { x.Share = Share{}; return x == at })
					if i < 0 {
						i = len(r.Seen[t.Scene])
						r.Seen[t.Scene] = append(r.Seen[t.Scene], at)
					}
					r.Seen[t.Scene][i].add(found)
				}
			}
			if ok {
				at(r.Scenes, t.Scene).add(found)
				at(r.Bands, t.Scene+", height "+bandOf(w.HeightM, 45, 60, 75, 90)+" m").add(found)
				at(r.Bands, t.Scene+", depression "+bandOf(w.DepressionDeg, 30, 45, 60, 75, 90.1)+"°").add(found)
			}
		}
		if load := t.Attributes["load"]; ok && load != "" && w.DepressionDeg >= 45 && len(t.Path) == 0 {
			got := loadAt(tracks, t)
			r.Load.add(got == load)
			r.LoadAs[load+" taken for "+got]++
		}
	}
	for s, x := range right {
		p := at(r.Right, s)
		p.N, p.Of = x.FoundAll, x.FoundAll+x.False
		p.P = float64(p.N) / math.Max(1, float64(p.Of))
	}
	r.ID = identities(things, tracks)
	return r
}

// loadAt is the load of the dump truck that the tracks tell at a place; the track that was seen most often counts.
func loadAt(tracks []vision.Ended, t Thing) string {
	load, most := "", 0
	for _, k := range tracks {
		if k.Class != "dump-truck" || len(k.Path) == 0 || k.Sightings <= most {
			continue
		}
		if p := k.Path[0]; geo.DistanceM([2]float64{p.Lon, p.Lat}, [2]float64{t.Lon, t.Lat}) < 6 {
			load, most = k.Attributes["load"], k.Sightings
		}
	}
	return load
}

// Tracks are compared with the truth at every second; a track is where a thing is within this many metres.
const sameM = 3.0

// pathGap is how long a path of the truth has no point where a thing was in sight all the time.
const pathGap = 600 * time.Millisecond

// spot is where a thing was, and whether it was seen well just then.
type spot struct {
	lon, lat float64
	well     bool
}

// at is where a thing was at a time; false where the truth does not say.
func (t Thing) at(at time.Time) (spot, bool) {
	s := spot{t.Lon, t.Lat, false}
	for _, w := range t.Windows {
		s.well = s.well || !at.Before(w.From) && !at.After(w.To)
	}
	if len(t.Path) == 0 {
		return s, true
	}
	// the truth tells it five times a second: a car is 2 m further on by then
	i := sort.Search(len(t.Path), func(i int) bool { return !t.Path[i].Time.Before(at) })
	if i < len(t.Path) && t.Path[i].Time.Equal(at) {
		s.lon, s.lat = t.Path[i].Lon, t.Path[i].Lat
		return s, true
	}
	if i > 0 && i < len(t.Path) && t.Path[i].Time.Sub(t.Path[i-1].Time) < pathGap {
		a, b := t.Path[i-1], t.Path[i]
		k := at.Sub(a.Time).Seconds() / b.Time.Sub(a.Time).Seconds()
		s.lon, s.lat = a.Lon+k*(b.Lon-a.Lon), a.Lat+k*(b.Lat-a.Lat)
		return s, true
	}
	return s, false
}

// identities scores the tracks seen at least twice. What lies on a real thing that was not seen well just then counts neither way.
func identities(things []Thing, tracks []vision.Ended) Identity {
	id := Identity{ByClass: map[string]*Identity{}}
	of := func(class string) *Identity {
		k := vision.Looks(class)
		if id.ByClass[k] == nil {
			id.ByClass[k] = &Identity{}
		}
		return id.ByClass[k]
	}
	for _, t := range things {
		for _, w := range t.Windows {
			for at := w.From.Truncate(time.Second).Add(time.Second); !at.After(w.To); at = at.Add(time.Second) {
				id.Truth++
				of(t.Class).Truth++
			}
		}
	}
	type pairID struct{ track, thing int }
	both := map[pairID]int{}
	for i, k := range tracks {
		if k.Sightings < 2 {
			continue
		}
		for _, p := range everySecond(k.Path) {
			on, well := false, false
			for j, t := range things {
				if vision.Looks(t.Class) != vision.Looks(k.Class) {
					continue
				}
				s, ok := t.at(p.Time)
				if !ok || math.Abs(s.lat-p.Lat) > 1e-4 || geo.DistanceM([2]float64{s.lon, s.lat}, [2]float64{p.Lon, p.Lat}) > sameM {
					continue
				}
				on = true
				if s.well {
					well = true
					both[pairID{i, j}]++
				}
			}
			if well || !on {
				id.Tracks++
				of(k.Class).Tracks++
			}
		}
	}
	// every thing is given one track and every track one thing, the longest common times first
	all := make([]pairID, 0, len(both))
	for p := range both {
		all = append(all, p)
	}
	sort.Slice(all, func(a, b int) bool {
		if both[all[a]] != both[all[b]] {
			return both[all[a]] > both[all[b]]
		}
		return all[a].track < all[b].track || all[a].track == all[b].track && all[a].thing < all[b].thing
	})
	tracked, given := map[int]bool{}, map[int]bool{}
	for _, p := range all {
		if !tracked[p.track] && !given[p.thing] {
			tracked[p.track], given[p.thing] = true, true
			id.Both += both[p]
			of(things[p.thing].Class).Both += both[p]
		}
	}
	for _, c := range id.ByClass {
		if c.Truth+c.Tracks > 0 {
			c.IDF1 = 2 * float64(c.Both) / float64(c.Truth+c.Tracks)
		}
	}
	if id.Truth+id.Tracks > 0 {
		id.IDF1 = 2 * float64(id.Both) / float64(id.Truth+id.Tracks)
	}
	return id
}

// longestGap of a path over which a track is taken to go on.
const longestGap = 3 * time.Second

// everySecond is a path at whole seconds.
func everySecond(path []vision.PathPoint) []vision.PathPoint {
	var out []vision.PathPoint
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		if gap := b.Time.Sub(a.Time); gap > longestGap || gap <= 0 {
			continue
		}
		for at := a.Time.Truncate(time.Second).Add(time.Second); !at.After(b.Time); at = at.Add(time.Second) {
			k := at.Sub(a.Time).Seconds() / b.Time.Sub(a.Time).Seconds()
			out = append(out, vision.PathPoint{Time: at, Lon: a.Lon + k*(b.Lon-a.Lon), Lat: a.Lat + k*(b.Lat-a.Lat)})
		}
	}
	return out
}

// Print writes it in lines.
func (r Recognition) Print() {
	for _, s := range slices.Sorted(maps.Keys(r.Scenes)) {
		x, p := r.Scenes[s], r.Right[s]
		if p == nil {
			p = &Share{}
		}
		fmt.Printf("  %-18s seen 3 s: %d of %d found (%.0f %%); leads right: %d of %d (%.0f %%)\n", s, x.N, x.Of, 100*x.P, p.N, p.Of, 100*p.P)
	}
	fmt.Printf("  tracks          load right %d of %d (%.0f %%); IDF1 %.3f; one lead for a thing %d of %d\n", r.Load.N, r.Load.Of, 100*r.Load.P, r.ID.IDF1, r.OneFor.N, r.OneFor.Of)
}
