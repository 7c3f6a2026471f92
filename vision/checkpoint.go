package vision

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// TrackerChange is what a tracker has learnt since it was last asked: a worker that dies leaves the changes behind, and the one that goes on with
// its flight applies them in their order. It is made to be encoded (gob).
type TrackerChange struct {
	Tracks []TrackChange
	Moved  []TrackMoved
	Gone   []string // names of tracks that are part of others now
}

// TrackChange is all that is known of a track, with the sightings that are new.
type TrackChange struct {
	Epoch               uint64
	ID                  int
	Sightings           int
	FirstSeen, LastSeen time.Time
	Found, Ended        bool
	HeightM             float64
	Cov                 geo.Cov
	Lon, Lat, Weight    float64
	Votes               map[string]float64
	Counts              map[string]int
	Marks, Kinds        map[string]Mean
	Motion              MotionState
	InView              time.Duration
	GSDM                float64
	// Of the sightings and frames that were told before so many still hold; the new ones follow them.
	KeptSeen, KeptFrames int
	Seen                 []ObservationState
	Frames               []time.Duration
}

// Mean is a sum of so many.
type Mean struct {
	Sum float64
	N   int
}

// MotionState is a track's motion filter.
type MotionState struct {
	Origin      orb.Point
	X           [4]float64
	P           [2][2]float64
	At          time.Time
	FirstE      float64
	FirstN      float64
	Sigma0, Far float64
	SigmaN      float64
	N           int
	AccelMS2    float64
}

// ObservationState is an observation with its weight, and whether it stays where it is.
type ObservationState struct {
	Observation
	Weight float64
	Fixed  bool
}

// TrackMoved is a track that better poses have put elsewhere.
type TrackMoved struct {
	Name             string
	Lon, Lat, Weight float64
	Cov              geo.Cov
}

// toldTrack is what was told of a track.
type toldTrack struct {
	sightings, rewritten, seen, frames int
	found, ended                       bool
	at                                 orb.Point
}

// movedM: a track that was put elsewhere by less is not worth telling.
const movedM = 0.3

// Name is the track's name within its flight: the epoch of the worker that saw it first, and its number with that worker. It stays when another
// worker goes on with the flight.
func (t *Track) Name() string { return fmt.Sprintf("%d.%d", t.Epoch, t.ID) }

// Changes are what the tracker has learnt since it was last asked.
func (t *Tracker) Changes() (c TrackerChange) {
	told := make(map[*Track]toldTrack, len(t.tracks))
	for _, k := range t.tracks {
		was, known := t.told[k]
		now := toldTrack{k.Sightings, k.rewritten, len(k.seen), len(k.frames), k.Found, k.ended, orb.Point{k.lon / k.weight, k.lat / k.weight}}
		switch {
		case !known || was.sightings != now.sightings || was.rewritten != now.rewritten || was.found != now.found || was.ended != now.ended:
			if was.rewritten != now.rewritten {
				was.seen, was.frames = 0, 0
			}
			c.Tracks = append(c.Tracks, k.change(was.seen, was.frames))
		case geo.DistanceM(was.at, now.at) > movedM && k.Moves(): // its sightings lie along its way: each has moved by itself
			c.Tracks = append(c.Tracks, k.change(0, 0))
		case geo.DistanceM(was.at, now.at) > movedM:
			c.Moved = append(c.Moved, TrackMoved{k.Name(), k.lon, k.lat, k.weight, k.Cov})
		default:
			now.at = was.at
		}
		told[k] = now
	}
	for k := range t.told {
		if _, there := told[k]; !there {
			c.Gone = append(c.Gone, k.Name())
		}
	}
	slices.Sort(c.Gone)
	t.told = told
	return c
}

func (t *Track) change(seen, frames int) TrackChange {
	c := TrackChange{Epoch: t.Epoch, ID: t.ID, Sightings: t.Sightings, FirstSeen: t.FirstSeen, LastSeen: t.LastSeen, Found: t.Found, Ended: t.ended, HeightM: t.HeightM, Cov: t.Cov,
		Lon: t.lon, Lat: t.lat, Weight: t.weight, Votes: maps.Clone(t.votes), Counts: maps.Clone(t.counts), Marks: map[string]Mean{}, Kinds: map[string]Mean{}, InView: t.inView, GSDM: t.gsdM,
		KeptSeen: seen, KeptFrames: frames, Frames: slices.Clone(t.frames[frames:])}
	for n, m := range t.marks {
		c.Marks[n] = Mean{m.sum, m.n}
	}
	for n, m := range t.kinds {
		c.Kinds[n] = Mean{m.sum, m.n}
	}
	m := t.motion
	c.Motion = MotionState{m.frame.Origin, m.x, m.p, m.at, m.first.E, m.first.N, m.sigma0, m.far, m.sigmaN, m.n, m.accel}
	for _, o := range t.seen[seen:] {
		c.Seen = append(c.Seen, ObservationState{o, o.weight, o.fixed})
	}
	return c
}

// Apply takes in what another tracker of the same flight has learnt. A track whose sightings so far are missing stays as it was known; the error
// names it, and all else is taken in.
func (t *Tracker) Apply(c TrackerChange) error {
	if t.told == nil {
		t.told = map[*Track]toldTrack{}
	}
	var missing []string
	known := make(map[string]*Track, len(t.tracks))
	for _, k := range t.tracks {
		known[k.Name()] = k
	}
	for _, x := range c.Tracks {
		k := known[fmt.Sprintf("%d.%d", x.Epoch, x.ID)]
		if k == nil {
			k = &Track{Epoch: x.Epoch, ID: x.ID}
			t.tracks = append(t.tracks, k)
			known[k.Name()] = k
		}
		if x.KeptSeen > len(k.seen) || x.KeptFrames > len(k.frames) || x.KeptSeen < 0 || x.KeptFrames < 0 || x.KeptSeen+len(x.Seen) == 0 {
			missing = append(missing, k.Name())
			if len(k.seen) == 0 {
				t.tracks = slices.DeleteFunc(t.tracks, func(o *Track) bool { return o == k })
				delete(known, k.Name())
			}
			continue
		}
		k.Sightings, k.FirstSeen, k.LastSeen, k.Found, k.ended, k.HeightM, k.Cov = x.Sightings, x.FirstSeen, x.LastSeen, x.Found, x.Ended, x.HeightM, x.Cov
		k.lon, k.lat, k.weight, k.inView, k.gsdM, k.said = x.Lon, x.Lat, x.Weight, x.InView, x.GSDM, nil
		// gob leaves out what is empty
		k.votes, k.counts, k.marks, k.kinds = map[string]float64{}, map[string]int{}, map[string]mean{}, map[string]mean{}
		maps.Copy(k.votes, x.Votes)
		maps.Copy(k.counts, x.Counts)
		for n, m := range x.Marks {
			k.marks[n] = mean{m.Sum, m.N}
		}
		for n, m := range x.Kinds {
			k.kinds[n] = mean{m.Sum, m.N}
		}
		m := x.Motion
		k.motion = motion{frame: geo.NewFrame(m.Origin, 0), x: m.X, p: m.P, at: m.At, first: geo.ENU{E: m.FirstE, N: m.FirstN}, sigma0: m.Sigma0, far: m.Far, sigmaN: m.SigmaN, n: m.N, accel: m.AccelMS2}
		k.seen, k.frames = k.seen[:x.KeptSeen], append(k.frames[:x.KeptFrames], x.Frames...)
		for _, o := range x.Seen {
			o.Observation.weight, o.Observation.fixed = o.Weight, o.Fixed
			k.seen = append(k.seen, o.Observation)
		}
	}
	for _, x := range c.Moved {
		if k := known[x.Name]; k != nil && x.Weight > 0 {
			// its sightings go with it
			lon, lat := x.Lon/x.Weight-k.lon/k.weight, x.Lat/x.Weight-k.lat/k.weight
			for i := range k.seen {
				if o := &k.seen[i]; !o.fixed {
					o.At.Lon, o.At.Lat = o.At.Lon+lon, o.At.Lat+lat
				}
			}
			k.lon, k.lat, k.weight, k.Cov = x.Lon, x.Lat, x.Weight, x.Cov
		}
	}
	t.tracks = slices.DeleteFunc(t.tracks, func(k *Track) bool { return slices.Contains(c.Gone, k.Name()) })
	told := map[*Track]toldTrack{}
	for _, k := range t.tracks {
		told[k] = toldTrack{k.Sightings, k.rewritten, len(k.seen), len(k.frames), k.Found, k.ended, orb.Point{k.lon / k.weight, k.lat / k.weight}}
	}
	t.told = told
	if len(missing) > 0 {
		return fmt.Errorf("the sightings so far of %d tracks are missing (%s)", len(missing), missing[0])
	}
	return nil
}

// Freeze says that the stream's clock begins anew: what was seen so far stays where it was put, and its times on the clock become so much earlier.
// Of a track that was moved after its sightings, they move with it.
func (t *Tracker) Freeze(earlier time.Duration) {
	for _, k := range t.tracks {
		var lon, lat, weight float64
		for _, o := range k.seen {
			lon, lat, weight = lon+o.At.Lon*o.weight, lat+o.At.Lat*o.weight, weight+o.weight
		}
		stands := !k.motion.moves() && weight > 0 && k.weight > 0
		for i := range k.seen {
			o := &k.seen[i]
			if stands && !o.fixed {
				o.At.Lon += k.lon/k.weight - lon/weight
				o.At.Lat += k.lat/k.weight - lat/weight
			}
			o.fixed = true
			o.PTS -= earlier
		}
		for i := range k.frames {
			k.frames[i] -= earlier
		}
	}
}

// Track is the track of a name, nil where there is none.
func (t *Tracker) Track(name string) *Track {
	for _, k := range t.tracks {
		if k.Name() == name {
			return k
		}
	}
	return nil
}
