package vision

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// handOver takes what a tracker has learnt over the wire to another.
func handOver(t *testing.T, from, to *Tracker) {
	t.Helper()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(from.Changes()); err != nil {
		t.Fatal(err)
	}
	var c TrackerChange
	if err := gob.NewDecoder(&b).Decode(&c); err != nil {
		t.Fatal(err)
	}
	if err := to.Apply(c); err != nil {
		t.Fatal(err)
	}
}

// same says how two trackers differ, "" where they know the same.
func same(a, b *Tracker) string {
	if len(a.Tracks()) != len(b.Tracks()) {
		return fmt.Sprintf("%d and %d tracks", len(a.Tracks()), len(b.Tracks()))
	}
	for _, k := range a.Tracks() {
		o := b.Track(k.Name())
		if o == nil {
			return "no track " + k.Name()
		}
		ca, sa := k.Class()
		cb, sb := o.Class()
		if ca != cb || math.Abs(sa-sb) > 1e-9 || k.Sightings != o.Sightings || k.Found != o.Found || k.ended != o.ended || k.Frames() != o.Frames() || !k.FirstSeen.Equal(o.FirstSeen) || !k.LastSeen.Equal(o.LastSeen) ||
			k.Moves() != o.Moves() || len(k.seen) != len(o.seen) || k.inView != o.inView || k.gsdM != o.gsdM || k.HeightM != o.HeightM {
			return fmt.Sprintf("track %s: %+v and %+v", k.Name(), k, o)
		}
		if d := geo.DistanceM(k.Point(), o.Point()); d > movedM+0.01 {
			return fmt.Sprintf("track %s: %.2f m apart", k.Name(), d)
		}
		for i := range k.seen {
			if k.seen[i].PTS != o.seen[i].PTS || k.seen[i].weight != o.seen[i].weight || k.seen[i].fixed != o.seen[i].fixed || k.seen[i].At != o.seen[i].At && geo.DistanceM(k.seen[i].At.Point(), o.seen[i].At.Point()) > 5 {
				return fmt.Sprintf("track %s, sighting %d: %+v and %+v", k.Name(), i, k.seen[i], o.seen[i])
			}
		}
	}
	return ""
}

// A tracker that is told another's changes knows what it knows, and goes on like it: whatever was seen, merged, thinned out and put elsewhere.
func TestATrackerGoesOnFromAnothersChanges(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 77))
		classes := []string{"car", "stall", "person", "dump-truck/open", "dump-truck/empty"}
		scenes := []Scene{{Name: "street-stall", Classes: map[string]ClassRule{"stall": {}}, JoinM: 4.5, MinSightings: 3}}
		a, b := NewTracker(scenes, classes), NewTracker(scenes, classes)
		a.Epoch, b.Epoch = 3, 4
		ground := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
		zero := time.Unix(1_800_000_000, 0).UTC()
		type thing struct {
			e, n, ve float64
			class    string
		}
		var things []thing
		for i := range 25 {
			x := thing{e: r.Float64() * 300, n: r.Float64() * 300, class: classes[r.IntN(len(classes))]}
			if i%5 == 0 {
				x.ve, x.class = 5+5*r.Float64(), "car"
			}
			things = append(things, x)
		}
		see := func(at, session time.Duration) []Observation {
			var frame []Observation
			for _, x := range things {
				if r.Float64() < 0.3 {
					continue
				}
				p := ground.From(x.e+x.ve*at.Seconds()+r.NormFloat64()*0.3, x.n+r.NormFloat64()*0.3)
				o := Observation{PTS: at - session, Sighting: Sighting{Detection: Detection{Class: x.class, Score: 0.5 + r.Float64()/2, Box: Box{1, 2, 3, 4}}, Time: zero.Add(at), At: geo.Located{Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: 1, NN: 1}, SlantM: 60, GSDM: 0.05}}}
				if Name(x.class) == "dump-truck" {
					o.Kinds = map[string]float64{"dump-truck/open": 0.7, "dump-truck/empty": 0.3}
					o.Marks = map[string]float64{"dirty": r.Float64()}
				}
				frame = append(frame, o)
			}
			return frame
		}
		at := time.Duration(0)
		for step := range 120 {
			at += 300 * time.Millisecond
			for _, k := range a.Add(see(at, 0)) {
				k.Found = k.Found || k.Sightings > 5 && r.Float64() < 0.3
			}
			if step%40 == 25 { // better poses
				shift := r.NormFloat64() * 2e-5
				a.Relocate(func(o Observation) (geo.Located, time.Time, bool) { o.At.Lon += shift; return o.At, o.Time, true })
			}
			if step%50 == 45 {
				a.Merge()
			}
			if step%4 == 3 {
				handOver(t, a, b)
				if d := same(a, b); d != "" {
					t.Fatalf("seed %d, step %d: %s", seed, step, d)
				}
			}
		}
		// the first one dies; what stands is known by its name still, what is new is named by the second
		names := map[string]bool{}
		for _, k := range b.Tracks() {
			names[k.Name()] = true
		}
		session := at
		b.Freeze(at + time.Second)
		third := NewTracker(nil, []string{"stall"})
		b.told = nil // all of it, to one that knows nothing
		handOver(t, b, third)
		if d := same(b, third); d != "" {
			t.Fatalf("seed %d, to a third: %s", seed, d)
		}
		before := map[string]orb.Point{}
		for _, k := range b.Tracks() {
			before[k.Name()] = k.Point()
		}
		b.Relocate(func(o Observation) (geo.Located, time.Time, bool) {
			t.Error("what was seen on the old clock is placed anew")
			return o.At, o.Time, true
		})
		for _, k := range b.Tracks() {
			if d := geo.DistanceM(before[k.Name()], k.Point()); d > 0.01 {
				t.Fatalf("seed %d: track %s moved by %.2f m when the stream began anew", seed, k.Name(), d)
			}
		}
		again, fresh := 0, 0
		for range 10 {
			at += 300 * time.Millisecond
			for _, k := range b.Add(see(at, session)) {
				if names[k.Name()] {
					again++
				} else if fresh++; k.Epoch != 4 {
					t.Fatalf("a new track is named %s", k.Name())
				}
			}
		}
		if again < 8*fresh {
			t.Errorf("seed %d: %d sightings of known tracks, %d of new ones", seed, again, fresh)
		}
	}
}

func TestChangesWithoutWhatWasBeforeAreRefused(t *testing.T) {
	tr := NewTracker(nil, []string{"car"})
	if err := tr.Apply(TrackerChange{Tracks: []TrackChange{{Epoch: 1, ID: 1, KeptSeen: 7, Seen: []ObservationState{{}}}}}); err == nil {
		t.Error("a track without its first sightings is taken")
	}
}
