package vision

import (
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Track is the sightings of one real thing during one flight, joined on the ground.
type Track struct {
	ID        int
	Sightings int
	FirstSeen time.Time
	LastSeen  time.Time
	Found     bool // it already became a finding
	HeightM   float64
	Cov       geo.Cov

	seen   []Observation
	votes  map[string]float64
	counts map[string]int
	lon    float64
	lat    float64
	weight float64
}

// Lon and Lat are the weighted mean of the sightings (WGS-84).
func (t *Track) Lon() float64 { return t.lon / t.weight }

// Lat is the latitude, degrees.
func (t *Track) Lat() float64 { return t.lat / t.weight }

// Class is what most of the score says, and its mean score over the sightings that say so.
func (t *Track) Class() (class string, score float64) {
	names := make([]string, 0, len(t.votes))
	for c := range t.votes {
		names = append(names, c)
	}
	slices.Sort(names)
	for _, c := range names {
		if class == "" || t.votes[c] > t.votes[class] {
			class = c
		}
	}
	if class == "" {
		return "", 0
	}
	return class, t.votes[class] / float64(t.counts[class])
}

// Observation is a detection with what it takes to put it on the ground again when more is known of the time.
type Observation struct {
	Sighting
	PTS    time.Duration
	Camera geo.Camera
	weight float64
}

// Observations kept of a track: enough to place it again.
const seenKept = 24

// Tracker joins sightings on the ground: the camera moves and the pose is known, so two sightings near each other are one
// thing, across gaps, turns and revisits within a flight.
type Tracker struct {
	rules  map[string]tracked
	tracks []*Track
	next   int
	scenes []Scene
}

type tracked struct {
	scene   int // -1 for what no scene wants but may be mistaken for it
	heightM float64
	joinM   float64
}

// defaultJoinM joins the sightings of things that no scene describes.
const defaultJoinM = 6

// NewTracker follows the classes of the scenes, and the classes besides (decoys: what outvotes a mistaken sighting).
func NewTracker(scenes []Scene, besides []string) *Tracker {
	t := &Tracker{rules: map[string]tracked{}, scenes: scenes}
	for _, c := range besides {
		t.rules[c] = tracked{-1, 1.2, defaultJoinM}
	}
	for i, s := range scenes {
		for c, r := range s.Classes {
			t.rules[c] = tracked{i, r.HeightM, s.JoinM}
		}
	}
	return t
}

// AboveM is how high above its footprint the middle of a class is seen; ok is false for what is not tracked.
func (t *Tracker) AboveM(class string) (float64, bool) {
	r, ok := t.rules[class]
	return r.heightM, ok
}

// Add puts a sighting to its track, or begins one.
func (t *Tracker) Add(s Observation) *Track {
	r := t.rules[s.Class]
	var best *Track
	near := r.joinM
	p := s.At.Point()
	for _, k := range t.tracks {
		c, _ := k.Class()
		if d := geo.DistanceM(p, [2]float64{k.Lon(), k.Lat()}); d < near && related(c, s.Class) {
			best, near = k, d
		}
	}
	if best == nil {
		t.next++
		best = &Track{ID: t.next, FirstSeen: s.Time, votes: map[string]float64{}, counts: map[string]int{}, HeightM: s.At.HeightM, Cov: s.At.Cov}
		t.tracks = append(t.tracks, best)
	}
	w := s.Score / math.Max(1, s.At.SlantM*s.At.SlantM) * 1e4
	if s.weight = w; len(best.seen) < seenKept {
		best.seen = append(best.seen, s)
	}
	best.lon += s.At.Lon * w
	best.lat += s.At.Lat * w
	best.weight += w
	best.Sightings++
	best.LastSeen = s.Time
	best.votes[s.Class] += s.Score
	best.counts[s.Class]++
	// errors of pose and time are common to all sightings of a pass: they do not average out
	k := 1 / float64(best.Sightings)
	best.Cov = geo.Cov{EE: best.Cov.EE + k*(s.At.Cov.EE-best.Cov.EE), EN: best.Cov.EN + k*(s.At.Cov.EN-best.Cov.EN), NN: best.Cov.NN + k*(s.At.Cov.NN-best.Cov.NN)}
	return best
}

// related says whether two classes may be taken for each other; things of different kinds may stand side by side.
func related(a, b string) bool {
	if a == b {
		return true
	}
	return kind(a) == kind(b)
}

func kind(c string) string {
	switch name, _ := Split(c); name {
	case "dump-truck", "lorry":
		return "truck"
	case "stall", "awning":
		return "cloth"
	case "shed", "container", "solar", "pool":
		return "roof"
	default:
		return name
	}
}

// Rule says whether a track is against the rules of a scene now: its class, its score, how often it was seen, and the fences
// it stands in (touching by the size of its error is not standing in).
func (t *Tracker) Rule(k *Track, fences *geo.Fences) (Scene, bool) {
	class, score := k.Class()
	r, ok := t.rules[class]
	if !ok || r.scene < 0 {
		return Scene{}, false
	}
	s := t.scenes[r.scene]
	if k.counts[class] < s.MinSightings || score < s.MinScore {
		return Scene{}, false
	}
	for _, f := range fences.Append(nil, [2]float64{k.Lon(), k.Lat()}, fenceMarginM) {
		if slices.Contains(s.NotIn, f.Kind) && f.Holds(k.LastSeen) {
			return Scene{}, false
		}
	}
	return s, true
}

// fenceMarginM: a thing this near to a fence that permits it gets the benefit of the doubt.
const fenceMarginM = 1.5

// Relocate places every track again from its observations; where says where an observation lies now (ok false leaves it out).
func (t *Tracker) Relocate(where func(Observation) (geo.Located, time.Time, bool)) []*Track {
	for _, k := range t.tracks {
		var lon, lat, weight float64
		var cov geo.Cov
		n := 0.0
		for i, o := range k.seen {
			at, when, ok := where(o)
			if !ok {
				continue
			}
			k.seen[i].At, k.seen[i].Time = at, when
			lon, lat, weight = lon+at.Lon*o.weight, lat+at.Lat*o.weight, weight+o.weight
			cov = cov.Add(at.Cov)
			n++
		}
		if n > 0 {
			k.lon, k.lat, k.weight, k.Cov = lon, lat, weight, geo.Cov{EE: cov.EE / n, EN: cov.EN / n, NN: cov.NN / n}
		}
	}
	return t.tracks
}
