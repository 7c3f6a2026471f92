package vision

import (
	"cmp"
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

// motion is a constant-velocity Kalman filter over the ground in metres around the first sighting. East and north share one
// covariance (position, velocity): their errors are near enough alike, and a filter a sighting must be cheap.
type motion struct {
	frame  geo.Frame
	x      [4]float64 // east, north, velocity east, velocity north
	p      [2][2]float64
	at     time.Time
	first  geo.ENU
	sigma0 float64 // of the first position, what is not common to all
	far    float64 // metres from the first sighting, the last one
	sigmaN float64
	n      int
	accel  float64 // m/s²
}

// Random accelerations of what moves, m/s².
const (
	vehicleMS2 = 1.5
	personMS2  = 0.4
)

// ownSigma is the part of a position's error that differs from look to look of one flight: pixels and gimbal noise, not the bias of
// the pose. A pose's common error moves all looks alike and would make a standing thing seem sure to stand.
func ownSigma(l geo.Located) float64 {
	return math.Max(0.35, math.Min(math.Sqrt((l.Cov.EE+l.Cov.NN)/2), 0.006*l.SlantM))
}

func (m *motion) begin(o Observation) {
	m.frame = geo.NewFrame(o.At.Point(), 0)
	m.at, m.n, m.sigma0, m.accel = o.Time, 1, ownSigma(o.At), vehicleMS2
	if o.Class == "person" {
		m.accel = personMS2
	}
	m.p = [2][2]float64{{sq(m.sigma0), 0}, {0, sq(8)}}
}

func sq(v float64) float64 { return v * v }

// to is where it will be at a time, with the variance of each component.
func (m *motion) to(t time.Time) (e, n, variance float64) {
	dt := t.Sub(m.at).Seconds()
	return m.x[0] + m.x[2]*dt, m.x[1] + m.x[3]*dt, m.p[0][0] + 2*dt*m.p[0][1] + dt*dt*m.p[1][1] + sq(m.accel*dt*dt)/4
}

func (m *motion) see(o Observation) {
	dt := o.Time.Sub(m.at).Seconds()
	if dt <= 0 {
		return
	}
	q := sq(m.accel)
	p := m.p
	m.p[0][0] = p[0][0] + 2*dt*p[0][1] + dt*dt*p[1][1] + q*dt*dt*dt*dt/4
	m.p[0][1] = p[0][1] + dt*p[1][1] + q*dt*dt*dt/2
	m.p[1][0] = m.p[0][1]
	m.p[1][1] = p[1][1] + q*dt*dt
	m.x[0], m.x[1] = m.x[0]+m.x[2]*dt, m.x[1]+m.x[3]*dt
	z := m.frame.To(o.At.Point(), 0)
	m.sigmaN = ownSigma(o.At)
	k := m.p[0][0] + sq(m.sigmaN)
	g0, g1 := m.p[0][0]/k, m.p[1][0]/k
	for i, d := range [2]float64{z.E - m.x[0], z.N - m.x[1]} {
		m.x[i] += g0 * d
		m.x[i+2] += g1 * d
	}
	a, b, c := m.p[0][0], m.p[0][1], m.p[1][1]
	m.p = [2][2]float64{{(1 - g0) * a, (1 - g0) * b}, {(1 - g0) * b, c - g1*b}}
	m.far = math.Hypot(z.E-m.first.E, z.N-m.first.N)
	m.at = o.Time
	m.n++
}

// moves: it came farther than errors and the wandering of a box's middle explain, and its velocity is sure.
func (m *motion) moves() bool {
	v := math.Hypot(m.x[2], m.x[3])
	return m.n >= 3 && m.far > math.Max(2, 3.5*math.Hypot(m.sigma0, m.sigmaN)) && v > 0.5 && v > 2*math.Sqrt(math.Max(m.p[1][1], 0))
}

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
