package vision

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// Tracker joins sightings on the ground: the camera moves and the pose is known, so two sightings near each other are one
// thing, across gaps, turns and revisits within a flight. What moves is looked for where its velocity takes it.
type Tracker struct {
	// Epoch is that of the worker; tracks of different workers of one flight have different names.
	Epoch  uint64
	rules  map[string]tracked
	tracks []*Track
	next   int
	scenes []Scene
	told   map[*Track]toldTrack // by Changes
}

type tracked struct {
	scene   int // -1 for what no scene wants but may be mistaken for it
	heightM float64
	joinM   float64
}

// NewTracker follows every class of the model: what the scenes want, and all besides (what outvotes a mistaken sighting, and what
// the tracks of a flight tell).
func NewTracker(scenes []Scene, classes []string) *Tracker {
	t := &Tracker{rules: map[string]tracked{}, scenes: scenes}
	for _, c := range classes {
		if c == "" {
			continue
		}
		t.rules[c] = tracked{-1, about(c).heightM, about(c).joinM}
	}
	for i, s := range scenes {
		for c, r := range s.Classes {
			t.rules[c] = tracked{i, r.HeightM, s.JoinM}
		}
	}
	return t
}

// Scene is the name of the scene that looks for a class, "" where none does.
func (t *Tracker) Scene(class string) string {
	if r, ok := t.rules[class]; ok && r.scene >= 0 {
		return t.scenes[r.scene].Name
	}
	return ""
}

// AboveM is how high above its footprint the middle of a class is seen; ok is false for what is not tracked.
func (t *Tracker) AboveM(class string) (float64, bool) {
	r, ok := t.rules[class]
	return r.heightM, ok
}

// Tracks are all tracks so far.
func (t *Tracker) Tracks() []*Track { return t.tracks }

// forgetMoving: a moving thing that was out of sight so long is no longer where its velocity says.
const forgetMoving = 4 * time.Second

// Add puts the sightings of one frame to their tracks, or begins some: a track takes at most one sighting of a frame, and the best
// pairs are joined first. It returns the track of each.
func (t *Tracker) Add(frame []Observation) []*Track {
	type pair struct {
		cost float64
		o    int
		k    *Track
	}
	var pairs []pair
	for i, o := range frame {
		r := t.rules[o.Class]
		for _, k := range t.tracks {
			c, _ := k.Class()
			if Looks(c) != Looks(o.Class) {
				continue
			}
			if cost, ok := k.cost(o, r.joinM); ok {
				if c != o.Class {
					cost += 0.3
				}
				pairs = append(pairs, pair{cost, i, k})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.cost, b.cost) })
	out := make([]*Track, len(frame))
	taken := map[*Track]bool{}
	for _, p := range pairs {
		if out[p.o] == nil && !taken[p.k] {
			out[p.o] = p.k
			taken[p.k] = true
		}
	}
	for i, o := range frame {
		if out[i] == nil {
			if k := t.again(o, taken); k != nil { // the frame has it already: a part of it, or seen in two tiles
				out[i] = k
				continue
			}
			t.next++
			out[i] = &Track{ID: t.next, Epoch: t.Epoch, FirstSeen: o.Time, votes: map[string]float64{}, counts: map[string]int{}, marks: map[string]mean{}, kinds: map[string]mean{}, HeightM: o.At.HeightM, Cov: o.At.Cov}
			out[i].motion.begin(o)
			t.tracks = append(t.tracks, out[i])
		}
		out[i].see(o)
		taken[out[i]] = true
	}
	return out
}

// A moving track that knows less well where it should be than what stands costs more, by the logarithm of how much less; one that would have to be
// looked for farther than followM off is lost: in a dense street the next car is as near. Found on the flights of seed 30671.
const (
	unsureCost = 0.6
	followM    = 6.0
)

// cost is how far a sighting is from where the track would be, 0 to 1 within what may be joined; what needs a speed to be explained
// costs more than what is explained by standing still.
func (k *Track) cost(o Observation, joinM float64) (float64, bool) {
	if k.motion.moves() {
		gone := o.Time.Sub(k.LastSeen)
		if gone > forgetMoving || gone < -forgetMoving {
			return 0, false
		}
		e, n, v := k.motion.to(o.Time)
		z := k.motion.frame.To(o.At.Point(), 0)
		reach := math.Max(joinM, 3*math.Sqrt(v+sq(k.motion.sigmaN)))
		d := math.Hypot(z.E-e, z.N-n)
		// of two tracks the one that knows better where it should be is believed
		return d/reach + unsureCost*math.Log(reach/joinM), d < math.Min(reach, followM)
	}
	d := geo.DistanceM(o.At.Point(), k.Point())
	if d < joinM {
		return d / joinM, true
	}
	c, _ := k.Class()
	gone := o.Time.Sub(k.LastSeen).Seconds()
	if v := about(c).maxMS; v > 0 && gone > 0 && gone < 1.6 {
		if k.Sightings == 1 {
			return 2 + d/(v*gone), d < v*gone
		}
		// a few sightings tell a speed, if not yet a sure one
		e, n, _ := k.motion.to(o.Time)
		z := k.motion.frame.To(o.At.Point(), 0)
		d = math.Hypot(z.E-e, z.N-n)
		reach := joinM + gone*2.5*2/float64(k.Sightings)
		return 1 + d/reach, d < reach
	}
	return 0, false
}

func (k *Track) see(o Observation) {
	k.said = nil
	w := o.Score / math.Max(1, o.At.SlantM*o.At.SlantM) * 1e4
	o.weight = w
	if len(k.seen) == seenKept { // thin out: the path stays, at half as many points
		k.seen = thinned(k.seen)
		k.rewritten++
	}
	k.seen = append(k.seen, o)
	if n := len(k.frames); n > 0 && o.PTS < k.frames[n-1] {
		k.rewritten++ // it takes its place before others
	}
	k.seenIn(o.PTS)
	if k.Sightings > 0 {
		k.motion.see(o)
		if d := o.Time.Sub(k.LastSeen); d > 0 && d < forgetMoving {
			k.inView += d
		}
	}
	k.lon += o.At.Lon * w
	k.lat += o.At.Lat * w
	k.weight += w
	if k.Sightings == 0 || o.At.GSDM < k.gsdM {
		k.gsdM = o.At.GSDM
	}
	k.Sightings++
	if o.Time.After(k.LastSeen) {
		k.LastSeen = o.Time
	}
	if o.Time.Before(k.FirstSeen) {
		k.FirstSeen = o.Time
	}
	k.votes[o.Class] += o.Score
	k.counts[o.Class]++
	for name, p := range o.Marks {
		k.marks[name] = mean{k.marks[name].sum + p, k.marks[name].n + 1}
	}
	for c, p := range o.Kinds {
		k.kinds[c] = mean{k.kinds[c].sum + math.Log(math.Max(p, minKind)), k.kinds[c].n + 1}
	}
	// errors of pose and time are common to all sightings of a pass: they do not average out
	f := 1 / float64(k.Sightings)
	k.Cov = geo.Cov{EE: k.Cov.EE + f*(o.At.Cov.EE-k.Cov.EE), EN: k.Cov.EN + f*(o.At.Cov.EN-k.Cov.EN), NN: k.Cov.NN + f*(o.At.Cov.NN-k.Cov.NN)}
}

// Ended hands over, once each, the moving tracks that were last seen before a time; with all, also those that stand, which a second
// pass could have come back to.
func (t *Tracker) Ended(before time.Time, all bool) []*Track {
	var out []*Track
	for _, k := range t.tracks {
		if !k.ended && k.LastSeen.Before(before) && (all || k.Moves()) {
			k.ended = true
			out = append(out, k)
		}
	}
	return out
}

// Rule says whether a track is against the rules of a scene now: its class, its score, how often and how long it was seen, whether it
// moves, the hour, and the fences it stands in (touching by the size of its error is not standing in).
func (t *Tracker) Rule(k *Track, fences *geo.Fences) (Scene, bool) {
	class, score := k.Class()
	r, ok := t.rules[class]
	if !ok || r.scene < 0 {
		return Scene{}, false
	}
	s := t.scenes[r.scene]
	rule := s.Classes[class]
	least := s.MinScore
	if rule.MinScore > 0 {
		least = rule.MinScore
	}
	if rule.Marked != "" && k.Mark(rule.Marked) < least {
		return Scene{}, false
	}
	if k.counts[class] < s.MinSightings || score < least || s.MaxGSDM > 0 && k.gsdM > s.MaxGSDM || k.inView < s.Dwell || !s.Hours.Holds(k.LastSeen) ||
		s.Motion == Standing && k.Moves() || s.Motion == Moving && !k.Moves() {
		return Scene{}, false
	}
	at := fences.Append(nil, k.Point(), fenceMarginM)
	for _, f := range at {
		if slices.Contains(s.NotIn, f.Kind) && f.Holds(k.LastSeen) {
			return Scene{}, false
		}
	}
	in := len(s.OnlyIn) == 0
	for _, f := range fences.Append(at[:0], k.Point(), 0) {
		in = in || slices.Contains(s.OnlyIn, f.Kind) && f.Holds(k.LastSeen)
	}
	return s, in
}

// OverDoorLine is the attribute of what a shop puts before its door.
const OverDoorLine = "over-door-line"

// Describe is a track's class without its attributes, and these: what it carries, what it is marked with, whether it was seen in pictures unlike all
// that the network learnt from, and whether it lies before a door line.
func (t *Tracker) Describe(k *Track, doors *geo.DoorLines) (name string, attributes map[string]string) {
	class, _ := k.Class()
	name, attributes = Split(class)
	if name == "dump-truck" {
		for mark := range k.marks {
			if k.Mark(mark) >= 0.5 {
				attributes[mark] = "yes"
			}
		}
	}
	if k.Mark(Unlike) >= 0.5 {
		attributes[Unlike] = "yes"
	}
	if r, ok := t.rules[class]; ok && r.scene >= 0 {
		if m := t.scenes[r.scene].Classes[class].DoorLineM; m > 0 && !k.Moves() && doors.Before(k.Point(), m) {
			attributes[OverDoorLine] = "yes"
		}
	}
	return name, attributes
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
			at, when, ok := o.At, o.Time, true
			if !o.fixed {
				at, when, ok = where(o)
			}
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
