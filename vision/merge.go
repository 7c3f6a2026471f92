package vision

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

// again is the track, of those that were seen in this frame already, that a sighting is another look at; nil where it is of none.
func (t *Tracker) again(o Observation, taken map[*Track]bool) *Track {
	var best *Track
	near := math.Inf(1)
	for k := range taken {
		c, _ := k.Class()
		if d := geo.DistanceM(o.At.Point(), k.seen[len(k.seen)-1].At.Point()); Looks(c) == Looks(o.Class) && d < about(c).apartM && (d < near || d == near && k.ID < best.ID) {
			best, near = k, d
		}
	}
	return best
}

// Merge makes one of the standing tracks that better poses have brought together: two things cannot stand in one place.
func (t *Tracker) Merge() {
	stand := slices.DeleteFunc(slices.Clone(t.tracks), func(k *Track) bool { return k.ended || k.motion.moves() })
	slices.SortStableFunc(stand, func(a, b *Track) int { return cmp.Compare(a.Lat(), b.Lat()) })
	gone := map[*Track]bool{}
	for i, a := range stand {
		for _, b := range stand[i+1:] {
			const near = 3e-5 // degrees, more than the largest apartM
			if gone[a] || b.Lat()-a.Lat() > near {
				break
			}
			ca, _ := a.Class()
			cb, _ := b.Class()
			if gone[b] || Looks(ca) != Looks(cb) || geo.DistanceM(a.Point(), b.Point()) > min(about(ca).apartM, about(cb).apartM) {
				continue
			}
			if b.Found && !a.Found || a.Found == b.Found && b.Sightings > a.Sightings {
				a, b = b, a
			}
			a.take(b)
			gone[b] = true
		}
	}
	t.tracks = slices.DeleteFunc(t.tracks, func(k *Track) bool { return gone[k] })
}

// take adds another track's sightings to this one's.
func (t *Track) take(o *Track) {
	t.said = nil
	t.rewritten++
	n := float64(t.Sightings + o.Sightings)
	share := float64(o.Sightings) / n
	t.Cov = geo.Cov{EE: t.Cov.EE + share*(o.Cov.EE-t.Cov.EE), EN: t.Cov.EN + share*(o.Cov.EN-t.Cov.EN), NN: t.Cov.NN + share*(o.Cov.NN-t.Cov.NN)}
	t.lon, t.lat, t.weight, t.Sightings = t.lon+o.lon, t.lat+o.lat, t.weight+o.weight, t.Sightings+o.Sightings
	for c := range o.votes {
		t.votes[c] += o.votes[c]
		t.counts[c] += o.counts[c]
	}
	for m, x := range o.marks {
		t.marks[m] = mean{t.marks[m].sum + x.sum, t.marks[m].n + x.n}
	}
	for c, x := range o.kinds {
		t.kinds[c] = mean{t.kinds[c].sum + x.sum, t.kinds[c].n + x.n}
	}
	if o.FirstSeen.Before(t.FirstSeen) {
		t.FirstSeen = o.FirstSeen
	}
	if o.LastSeen.After(t.LastSeen) {
		t.LastSeen = o.LastSeen
	}
	t.inView, t.gsdM = max(t.inView, o.inView), min(t.gsdM, o.gsdM)
	t.seenIn(o.frames...)
	t.seen = append(t.seen, o.seen...)
	slices.SortStableFunc(t.seen, func(a, b Observation) int { return a.Time.Compare(b.Time) })
	// of two looks in one frame one will do
	t.seen = slices.CompactFunc(t.seen, func(a, b Observation) bool { return a.Time.Equal(b.Time) })
	for len(t.seen) > seenKept {
		t.seen = thinned(t.seen)
	}
}

// thinned is every second sighting.
func thinned(seen []Observation) []Observation {
	kept := seen[:0]
	for i, s := range seen {
		if i%2 == 0 {
			kept = append(kept, s)
		}
	}
	return kept
}

// What moved out of sight and is seen again later is the same thing where one steady way explains both: how long it may have been gone,
// and how much its speed may have wandered meanwhile (metres a second).
const (
	linkedFor   = 2 * time.Minute
	wanderingMS = 0.06
	linkSigmas  = 3.0
)

// straight is the straight line that a moving track took.
type straight struct {
	Velocity
	track    *Track
	from, to Observation
}

func straightOf(k *Track) (w straight, ok bool) {
	if !k.motion.moves() || len(k.seen) < 4 {
		return w, false
	}
	w = straight{track: k, from: k.seen[0], to: k.seen[len(k.seen)-1]}
	w.Velocity = k.velocityBetween(w.from, w.to)
	return w, w.to.Time.Sub(w.from.Time) >= wayAfter
}

// Link makes one of moving tracks that one steady way explains, where no other explains it too: the second pass of a flight sees what
// the first one saw.
func (t *Tracker) Link() {
	var ways []straight
	for _, k := range t.tracks {
		if w, ok := straightOf(k); ok && !k.ended {
			ways = append(ways, w)
		}
	}
	type link struct {
		a, b int
		off  float64 // in standard deviations
	}
	var links []link
	for i, a := range ways {
		ca, _ := a.track.Class()
		for j, b := range ways {
			gap := b.from.Time.Sub(a.to.Time)
			if cb, _ := b.track.Class(); gap <= 0 || gap > linkedFor || Looks(ca) != Looks(cb) {
				continue
			}
			s := gap.Seconds()
			if math.Hypot(a.EastMS-b.EastMS, a.NorthMS-b.NorthMS) > linkSigmas*math.Hypot(a.SigmaMS, b.SigmaMS)+wanderingMS*linkSigmas {
				continue
			}
			// between the two ways the speed is the surer one's, more or less
			wa, wb := 1/sq(a.SigmaMS), 1/sq(b.SigmaMS)
			vE, vN := (wa*a.EastMS+wb*b.EastMS)/(wa+wb), (wa*a.NorthMS+wb*b.NorthMS)/(wa+wb)
			d := geo.NewFrame(a.to.At.Point(), 0).To(b.from.At.Point(), 0)
			sigma := math.Sqrt(2*sq(waySigmaM) + sq(s)*(1/(wa+wb)+sq(wanderingMS)))
			if off := math.Hypot(d.E-vE*s, d.N-vN*s) / sigma; off < 2*linkSigmas {
				links = append(links, link{i, j, off})
			}
		}
	}
	slices.SortFunc(links, func(x, y link) int { return cmp.Or(cmp.Compare(x.off, y.off), x.a-y.a, x.b-y.b) })
	gone := map[*Track]bool{}
	root := make([]*Track, len(ways)) // that a way's track is part of by now
	for i, w := range ways {
		root[i] = w.track
	}
	from, to := map[int]bool{}, map[int]bool{}
	for n, l := range links {
		rival := slices.ContainsFunc(links[n+1:], func(o link) bool {
			return (o.a == l.a && !to[o.b] || o.b == l.b && !from[o.a]) && o.off < 2*max(l.off, 0.5)
		})
		if l.off > linkSigmas || from[l.a] || to[l.b] {
			continue
		}
		from[l.a], to[l.b] = true, true
		if rival {
			continue
		}
		a, b := root[l.a], root[l.b]
		if a == b || a.Found && b.Found {
			continue
		}
		last := a.motion
		if b.LastSeen.After(a.LastSeen) {
			last = b.motion
		}
		if b.Found { // its name is known already
			a, b = b, a
		}
		a.take(b)
		a.motion = last
		gone[b] = true
		for i := range root {
			if root[i] == b {
				root[i] = a
			}
		}
	}
	t.tracks = slices.DeleteFunc(t.tracks, func(k *Track) bool { return gone[k] })
}
