package vision_test

import (
	"fmt"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// Three sightings of one stall make one track; the scene's rule finds it once it has been seen and has stood long enough.
func ExampleTracker() {
	scene := vision.Scene{Name: "street-stall", Classes: map[string]vision.ClassRule{"stall": {HeightM: 1.3}}, MinScore: 0.5, MinSightings: 3, Motion: vision.Standing, JoinM: 4}
	tracker := vision.NewTracker([]vision.Scene{scene}, []string{"stall", "car"})
	zero := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for i := range 3 {
		at := geo.Located{Lon: 121.53, Lat: 31.225 + float64(i)*2e-6, Cov: geo.Cov{EE: 1, NN: 1}}
		sighting := vision.Sighting{Detection: vision.Detection{Class: "stall", Score: 0.8}, At: at, Time: zero.Add(time.Duration(i) * time.Second)}
		track := tracker.Add([]vision.Observation{{Sighting: sighting}})[0]
		_, found := tracker.Rule(track, geo.NewFences(nil))
		fmt.Println(len(tracker.Tracks()), "track,", track.Sightings, "sightings, found:", found)
	}
	// Output:
	// 1 track, 1 sightings, found: false
	// 1 track, 2 sightings, found: false
	// 1 track, 3 sightings, found: true
}
