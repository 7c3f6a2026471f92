package vision

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/geo"
)

func TestOneThingInOneFrameIsOneTrack(t *testing.T) {
	tr := NewTracker(testScenes, []string{"heap", "dump-truck/open"})
	for i := range 3 {
		at := time.Duration(i) * time.Second
		d := rand.New(rand.NewPCG(uint64(i), 1))
		tr.Add([]Observation{seenAt(d, "heap", 0, 0, 0, at), seenAt(d, "heap", 1.2, 0, 0, at), seenAt(d, "heap", 9, 0, 0, at), seenAt(d, "dump-truck/open", 1, 0, 0, at)})
	}
	if n := len(tr.Tracks()); n != 3 {
		t.Errorf("a heap seen in two parts, another, and a truck make %d tracks", n)
	}
}

func TestStandingTracksThatComeTogetherAreMerged(t *testing.T) {
	tr := NewTracker(testScenes, []string{"heap"})
	d := rand.New(rand.NewPCG(1, 1))
	for i := range 6 { // the pose is 8 m off at first
		e := 8.0
		if i > 1 {
			e = 0
		}
		tr.Add([]Observation{seenAt(d, "heap", e, 0, 0.1, time.Duration(i)*time.Second), seenAt(d, "heap", e+20, 0, 0.1, time.Duration(i)*time.Second)})
	}
	if n := len(tr.Tracks()); n != 4 {
		t.Fatalf("%d tracks before", n)
	}
	tr.Relocate(func(o Observation) (geo.Located, time.Time, bool) {
		at0 := o.At
		if o.Time.Before(time.Unix(1002, 0)) {
			at0.Lon -= 8 / 95_300.0
		}
		return at0, o.Time, true
	})
	tr.Merge()
	if n := len(tr.Tracks()); n != 2 {
		t.Errorf("%d tracks after", n)
	}
	for _, k := range tr.Tracks() {
		if k.Sightings != 6 || len(k.Observations()) != 6 {
			t.Errorf("%d sightings, %d kept", k.Sightings, len(k.Observations()))
		}
	}
}

// What the merged track is called is what the sightings of both say.
func TestMergedTracksAreCalledWhatBothSay(t *testing.T) {
	tr := NewTracker(testScenes, []string{"dump-truck/open", "dump-truck/empty"})
	d := rand.New(rand.NewPCG(1, 1))
	for i := range 9 { // the pose is 8 m off at first, and the truck looks empty
		e, class := 8.0, "dump-truck/empty"
		if i > 2 {
			e, class = 0, "dump-truck/open"
		}
		tr.Add([]Observation{seenAt(d, class, e, 0, 0.1, time.Duration(i)*time.Second)})
	}
	if n := len(tr.Tracks()); n != 2 {
		t.Fatalf("%d tracks before", n)
	}
	first := tr.Tracks()[0]
	first.Found = true // it keeps its name, and takes the other's sightings
	if c, _ := first.Class(); c != "dump-truck/empty" {
		t.Fatal(c)
	}
	tr.Relocate(func(o Observation) (geo.Located, time.Time, bool) {
		at := o.At
		if o.Time.Before(time.Unix(1003, 0)) {
			at.Lon -= 8 / 95_300.0
		}
		return at, o.Time, true
	})
	tr.Merge()
	if c, _ := first.Class(); c != "dump-truck/open" || first.Sightings != 9 {
		t.Errorf("it is called %s after %d sightings", c, first.Sightings)
	}
}

func TestASecondPassFindsWhatMovedOn(t *testing.T) {
	for seed := range uint64(20) {
		tr := NewTracker(testScenes, []string{"car"})
		d := rand.New(rand.NewPCG(seed, 1))
		pass := func(from time.Duration, speeds ...float64) {
			for i := range 10 {
				at := from + time.Duration(i)*600*time.Millisecond
				var frame []Observation
				for j, v := range speeds {
					frame = append(frame, seenAt(d, "car", v*at.Seconds(), 40*float64(j), 0.2, at))
				}
				tr.Add(frame)
			}
		}
		pass(0, 8, -11)
		pass(50*time.Second, 8, -14) // the second one is another: it would have to be 150 m further
		if n := len(tr.Tracks()); n != 4 {
			t.Fatalf("seed %d: %d tracks before", seed, n)
		}
		tr.Link()
		if n := len(tr.Tracks()); n != 3 {
			t.Errorf("seed %d: %d tracks after", seed, n)
		}
	}
}

func TestTrustGrowsWithSightingsAndTheShareOfFrames(t *testing.T) {
	for _, class := range []string{"car", "person", "heap", "shed", "stall", "bicycles", "dump-truck/open", "something"} {
		tr := NewTracker(testScenes, []string{class})
		last := 0.0
		for i := range 16 {
			k := tr.Add([]Observation{seenAt(rand.New(rand.NewPCG(1, 1)), class, 0, 0, 0, time.Duration(i)*time.Second)})[0]
			if p := k.Trust(0); p <= last || p >= 1 {
				t.Errorf("%s: after %d sightings %.3f, before %.3f", class, i+1, p, last)
			} else {
				last = p
			}
			if i == 0 && last >= MinTrust {
				t.Errorf("%s: trusted after one sighting: %.3f", class, last)
			}
		}
		k := tr.Tracks()[0]
		if p := k.Trust(1); p < MinTrust || p >= 1 {
			t.Errorf("%s: seen in all of 16 frames: %.3f", class, p)
		}
		for i, share := range []float64{0.8, 0.4, 0.2, 0.1} {
			p := k.Trust(share)
			if i > 0 && p >= last || p <= 0 {
				t.Errorf("%s: seen in %.0f %% of the frames with its place: %.3f, in more of them %.3f", class, 100*share, p, last)
			}
			last = p
		}
	}
}
