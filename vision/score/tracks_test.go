package score

import (
	"math"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// A car drives 10 m/s to the east for 20 s, in sight all the time; the truth tells where it is at odd tenths of seconds.
func TestIdentityOfATrack(t *testing.T) {
	zero := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	ground := geo.NewFrame([2]float64{121.5, 31.2}, 0)
	second := func(s float64) time.Time { return zero.Add(time.Duration(s * float64(time.Second))) }
	car := Thing{ID: "car", Class: "van", Windows: []Window{{From: second(0), To: second(20)}}}
	for s := -0.1; s < 20.3; s += 0.2 {
		p := ground.From(10*s, 0)
		car.Path = append(car.Path, PathPoint{Time: second(s), Lon: p.Lon(), Lat: p.Lat()})
	}
	track := func(class string, off, from, to float64) vision.Ended {
		k := vision.Ended{Class: class, Sightings: 5}
		for s := from; s <= to+1e-9; s += 0.5 {
			p := ground.From(10*s, off)
			k.Path = append(k.Path, vision.PathPoint{Time: second(s), Lon: p.Lon(), Lat: p.Lat()})
		}
		return k
	}
	seldom := track("car", 0, 0, 20)
	seldom.Sightings = 1
	for _, c := range []struct {
		name          string
		tracks        []vision.Ended
		both, counted int
	}{
		{"all of it", []vision.Ended{track("car", 0, 0, 20)}, 20, 20},
		{"beside it, as near as the truth's step is long", []vision.Ended{track("car", sameM-0.1, 0, 20)}, 20, 20},
		{"too far off", []vision.Ended{track("car", sameM+0.1, 0, 20)}, 0, 20},
		{"two halves", []vision.Ended{track("car", 0, 0, 10), track("car", 0, 11, 20)}, 10, 19},
		{"another kind", []vision.Ended{track("person", 0, 0, 20)}, 0, 20},
		{"seen once", []vision.Ended{seldom}, 0, 0},
		{"nothing", nil, 0, 0},
	} {
		id := identities([]Thing{car}, c.tracks)
		want := 2 * float64(c.both) / float64(20+c.counted)
		if id.Truth != 20 || id.Both != c.both || id.Tracks != c.counted || math.Abs(id.IDF1-want) > 1e-9 {
			t.Errorf("%s: %d of %d seconds of the truth, %d of tracks, IDF1 %.3f; want %d of 20, %d, %.3f", c.name, id.Both, id.Truth, id.Tracks, id.IDF1, c.both, c.counted, want)
		}
	}
}
