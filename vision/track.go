package vision

import (
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Observation is a detection with what it takes to put it on the ground again when more is known of the time.
type Observation struct {
	Sighting
	PTS    time.Duration
	Camera geo.Camera
	weight float64
	fixed  bool // it stays where it was put: the clock of its PTS is gone
}

// Track is the sightings of one real thing during one flight, joined on the ground.
type Track struct {
	ID        int    // with the worker that saw it first
	Epoch     uint64 // of that worker
	Sightings int
	FirstSeen time.Time
	LastSeen  time.Time
	Found     bool // it already became a finding
	HeightM   float64
	Cov       geo.Cov // of its position, m²

	seen   []Observation   // at most seenKept, the best and the last
	frames []time.Duration // PTS of the frames in which it was seen, at most framesKept, in their order
	votes  map[string]float64
	counts map[string]int
	marks  map[string]mean
	kinds  map[string]mean // mean log probability of the classes of one name
	lon    float64
	lat    float64
	weight float64
	motion motion
	inView time.Duration // how long it was seen to stay, from look to look
	gsdM   float64       // metres a pixel of the sharpest sighting; 0 where that is not known
	ended  bool
	// rewritten counts how often sightings that were kept before were thinned out or mixed with others
	rewritten int
	said      *said // what Class says; nil where it has to be worked out anew
}

type said struct {
	class string
	score float64
}

type mean struct {
	sum float64
	n   int
}

// Mark is the mean probability of a mark over the sightings that say something of it; 0 where none does.
func (t *Track) Mark(name string) float64 {
	m := t.marks[name]
	return m.sum / float64(max(1, m.n))
}

// Observations kept of a track: enough to place it again and to tell its path.
const seenKept = 48

// framesKept of a track are the last ones: 40 minutes and more.
const framesKept = 1 << 13

// Frames is in how many frames it was seen.
func (t *Track) Frames() int { return len(t.frames) }

// SeenIn says whether it was seen in a frame.
func (t *Track) SeenIn(pts time.Duration) bool {
	_, ok := slices.BinarySearch(t.frames, pts)
	return ok
}

// seenIn notes that it was.
func (t *Track) seenIn(pts ...time.Duration) {
	t.frames = append(t.frames, pts...)
	slices.Sort(t.frames)
	t.frames = slices.Compact(t.frames)
	if n := len(t.frames) - framesKept; n > 0 {
		t.frames = slices.Delete(t.frames, 0, n)
		t.rewritten++
	}
}

// Lon and Lat are where it stands (the weighted mean of its sightings), or where it was seen last if it moves (WGS-84).
func (t *Track) Lon() float64 { return t.Point()[0] }

// Lat is the latitude, degrees.
func (t *Track) Lat() float64 { return t.Point()[1] }

// Point is its position.
func (t *Track) Point() orb.Point {
	if t.motion.moves() && len(t.seen) > 0 {
		return t.seen[len(t.seen)-1].At.Point()
	}
	return orb.Point{t.lon / t.weight, t.lat / t.weight}
}

// Moves says whether it moves, as far as is known: its way is longer than its errors explain.
func (t *Track) Moves() bool { return t.motion.moves() }

// Velocity is metres a second to the east and north, with the standard deviation of each component; all 0 where it stands.
func (t *Track) Velocity() (east, north, sigma float64) {
	if !t.motion.moves() {
		return 0, 0, 0
	}
	return t.motion.x[2], t.motion.x[3], math.Sqrt(math.Max(t.motion.p[1][1], 0))
}

// Velocity is a velocity, metres a second to the east and north, and how little it tells: nothing strays from where something stands.
type Velocity struct {
	EastMS, NorthMS float64
	SigmaMS         float64 // of each component
	AccelMS2        float64 // random acceleration
}

// PositionSigmaM is how far off a thing may be from where its way takes it in some time, forwards or backwards: metres, standard deviation of each component.
func (w Velocity) PositionSigmaM(d time.Duration) float64 {
	s := d.Seconds()
	return math.Hypot(w.SigmaMS*s, w.AccelMS2*s*s/2)
}

// wayAfter is how long it takes a way to show in the sightings at its beginning.
const wayAfter = 1500 * time.Millisecond

// Velocities are how it moved when it was seen first, and when it was seen last; nothing where it stands.
func (t *Track) Velocities() (early, late Velocity) {
	if !t.motion.moves() {
		return early, late
	}
	e, n, sigma := t.Velocity()
	late = Velocity{e, n, sigma, t.motion.accel}
	first, then := t.seen[0], t.seen[len(t.seen)-1]
	if i := slices.IndexFunc(t.seen, func(o Observation) bool { return o.Time.Sub(first.Time) >= wayAfter }); i > 0 {
		then = t.seen[i]
	}
	return t.velocityBetween(first, then), late
}

// VelocityBetween is how it moved from one point of its path to the next, as far as they tell; nothing where it stands.
func (t *Track) VelocityBetween(from, to PathPoint) Velocity {
	if !t.motion.moves() {
		return Velocity{}
	}
	return t.way(from.Time, orb.Point{from.Lon, from.Lat}, to.Time, orb.Point{to.Lon, to.Lat})
}

// way is that which leads from a point at one time to a point at a later one.
func (t *Track) way(from time.Time, p orb.Point, to time.Time, q orb.Point) Velocity {
	s := math.Max(to.Sub(from).Seconds(), 0.1)
	d := geo.NewFrame(p, 0).To(q, 0)
	return Velocity{EastMS: d.E / s, NorthMS: d.N / s, AccelMS2: t.motion.accel}
}

// waySigmaM is how sure a position is along a way, metres.
const waySigmaM = 0.6

// velocityBetween is how it came from one sighting to a later one.
func (t *Track) velocityBetween(from, to Observation) Velocity {
	w := t.way(from.Time, from.At.Point(), to.Time, to.At.Point())
	w.SigmaMS = math.Sqrt2 * waySigmaM / math.Max(to.Time.Sub(from.Time).Seconds(), 0.1)
	return w
}

// Class is what most of the score says, and its mean score over the sightings that say so. Of a truck with a load most of the score says that
// it is one; which load it has is what the looks together hold for the likeliest: the one of the largest mean log probability, so that
// one look into the body counts for more than many at its side.
func (t *Track) Class() (class string, score float64) {
	if t.said == nil {
		class, score = t.vote()
		t.said = &said{class, score}
	}
	return t.said.class, t.said.score
}

func (t *Track) vote() (class string, score float64) {
	of := map[string]float64{}
	for c, v := range t.votes {
		of[Name(c)] += v
	}
	name := most(of)
	if name == "" {
		return "", 0
	}
	among, log := map[string]float64{}, map[string]float64{}
	n := 0
	for c, v := range t.votes {
		if Name(c) == name {
			among[c] = v
			n += t.counts[c]
		}
	}
	for c := range t.kinds {
		if Name(c) == name {
			log[c] = t.loaded(c)
		}
	}
	if class = most(among); len(log) > 0 {
		class = most(log)
	}
	if t.counts[class] == 0 {
		return class, of[name] / float64(n)
	}
	return class, t.votes[class] / float64(t.counts[class])
}

// loaded is how likely the looks together hold a load for, mean log probability.
func (t *Track) loaded(class string) float64 {
	m := t.kinds[class]
	return m.sum/float64(m.n) - loadBias[class]
}

// Undecided says whether it may yet turn out to carry what the scene that its class belongs to does not look for: the looks at it so far
// hardly prefer its load to such a one, and they are few.
func (t *Tracker) Undecided(k *Track) bool {
	class, _ := k.Class()
	if n := k.kinds[class].n; n == 0 || n >= decidedAfter {
		return false
	}
	wanted := t.rules[class].scene
	for c := range k.kinds {
		if r, ok := t.rules[c]; Name(c) == Name(class) && !(ok && r.scene == wanted) && k.loaded(class)-k.loaded(c) < decidedBy {
			return true
		}
	}
	return false
}

// A load is decided by a mean log probability decidedBy above that of any that is not looked for, or after decidedAfter looks, some four seconds.
// On the recorded flights of seeds 30711 and 30721, which measure nothing else since, 10 tracks of empty and covered trucks become findings in place
// of 13, and 109 of muck trucks in place of 111.
const (
	decidedBy    = 2.0
	decidedAfter = 12
)

// most is the name of the largest value, the first by name where several are alike; "" for none.
func most(of map[string]float64) string {
	best := ""
	for c, v := range of {
		if best == "" || v > of[best] || v == of[best] && c < best {
			best = c
		}
	}
	return best
}

// minKind bounds how sure one look may be that a truck is not so loaded.
const minKind = 0.02

// loadBias is by how much the looks at a truck together lean to a load that it does not have, mean log probability: what lies low in an
// open body is hidden from many looks, and hardly any look at an empty body shows a load. Found on two recorded flights each over the
// made-up towns of seeds 30581 and 30611 (327 trucks: right 315 times, 305 without), which measure nothing else since.
var loadBias = map[string]float64{"dump-truck/empty": 1.25}

// Observations are the sightings that are kept, in the order of their time.
func (t *Track) Observations() []Observation { return t.seen }
