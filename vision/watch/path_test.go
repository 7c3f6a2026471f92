package watch

import (
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// over is a watch of an aircraft that flies 8 m/s to the north at 60 m, looking straight down, with a frame every 600 ms.
func over(t *testing.T) (*flightWatch, time.Time, geo.Frame) {
	t.Helper()
	zero := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	ground := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	f := &flightWatch{w: &Watcher{}, job: dock.WatchJob{Flight: "F"}, poses: &vision.Poses{}, clock: &vision.CaptureClock{}}
	f.aligned.Store(&timeBase{zero: zero, sigmaS: 0.02})
	for i := range 101 {
		at := zero.Add(time.Duration(i) * 200 * time.Millisecond)
		p := ground.From(0, 8*at.Sub(zero).Seconds())
		f.poses.Add(geo.Pose{Time: at, Lon: p.Lon(), Lat: p.Lat(), HeightM: 60, PitchDeg: -90})
	}
	cam := geo.CameraFromDiagonal(1920, 1080, 84)
	for i := range 33 {
		f.views = append(f.views, view{pts: time.Duration(i) * 600 * time.Millisecond, camera: cam, tiles: []vision.Tile{{Side: 1920}}})
	}
	return f, zero, ground
}

// recognised is a track of a thing at n metres to the north, moving v metres a second to the east, recognised in the frames given.
func recognised(f *flightWatch, zero time.Time, ground geo.Frame, n, v float64, frames ...int) *vision.Track {
	tr := vision.NewTracker(nil, []string{"car", "stall"})
	var k *vision.Track
	for _, i := range frames {
		at := zero.Add(f.views[i].pts)
		p := ground.From(v*at.Sub(zero).Seconds()-40*v/8, n)
		l := geo.Located{Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: 0.5, NN: 0.5}, SlantM: 60, GSDM: 0.05}
		k = tr.Add([]vision.Observation{{Sighting: vision.Sighting{Detection: vision.Detection{Class: "car", Score: 0.9}, At: l, Time: at}, PTS: f.views[i].pts, Camera: f.views[i].camera}})[0]
	}
	return k
}

func TestWhatStandsIsCarriedWhileItsPlaceIsInThePicture(t *testing.T) {
	f, zero, ground := over(t)
	// 80 m on: well in the picture while the aircraft is 55 to 105 m on, 6.8 to 13.2 s: frames 12 to 21
	path, share := f.path(recognised(f, zero, ground, 80, 0, 14, 15, 19))
	var frames []int
	carried := 0
	for i, p := range path {
		frames = append(frames, int(p.Time.Sub(zero)/(600*time.Millisecond)))
		if p.Carried {
			carried++
		}
		if i > 0 && !p.Time.After(path[i-1].Time) {
			t.Errorf("the path is not in the order of time: %v", frames)
		}
		if d := geo.DistanceM(orb.Point{p.Lon, p.Lat}, ground.From(0, 80)); d > 0.5 {
			t.Errorf("what stands is %.1f m off", d)
		}
	}
	if share != 0.3 {
		t.Errorf("seen in a share of %.2f of its frames", share)
	}
	if len(frames) != 10 || frames[0] != 12 || frames[9] != 21 || carried != 7 {
		t.Errorf("carried over frames %v, %d of them not seen", frames, carried)
	}
}

// What was seen in 3 of the 10 frames that show its place is trusted less than what was seen as often in frames of which nothing else is known.
func TestASceneAsksForTrust(t *testing.T) {
	f, zero, ground := over(t)
	k := recognised(f, zero, ground, 80, 0, 14, 15, 19)
	trust := k.Trust(0.3)
	if trust <= 0.01 || trust >= 0.9 {
		t.Fatalf("trust %.3f tells nothing here", trust)
	}
	for least, want := range map[float64]bool{0: true, trust - 0.001: true, trust + 0.001: false} {
		if got := f.trusted(k, vision.Scene{MinTrust: least}); got != want {
			t.Errorf("trusted to %.3f, asked for %.3f: %v", trust, least, got)
		}
	}
	twice := recognised(f, zero, ground, 80, 0, 14, 19)
	if trust := twice.Trust(0); !f.trusted(twice, vision.Scene{MinTrust: trust - 0.001}) || f.trusted(twice, vision.Scene{MinTrust: trust + 0.001}) {
		t.Errorf("of what was seen twice nothing but score and sightings counts: %.3f", trust)
	}
}

// A frame says something of a place only where that was looked at.
func TestAShareIsOfTheFramesInWhichThePlaceWasLookedAt(t *testing.T) {
	f, zero, ground := over(t)
	for i := range f.views {
		if i%2 == 1 { // the lower half of the picture only: the place is there in the frames 17 to 21
			f.views[i].tiles = []vision.Tile{{Y: 540, Side: 540}, {X: 540, Y: 540, Side: 540}, {X: 1080, Y: 540, Side: 540}}
		}
	}
	path, share := f.path(recognised(f, zero, ground, 80, 0, 14, 16, 18))
	if len(path) != 10 {
		t.Errorf("a path of %d frames", len(path))
	}
	if want := 3 / 8.0; share != want { // 12, 14, 16, 18, 20 and 17, 19, 21
		t.Errorf("seen in a share of %.3f of its frames, not %.3f", share, want)
	}
}

// Of what moves also the frames between two sightings count: sightings of several things that were strung together are few.
func TestAShareOfWhatMovesCountsTheFramesBetween(t *testing.T) {
	f, zero, ground := over(t)
	every, _ := f.path(recognised(f, zero, ground, 80, 4, 13, 14, 15, 16, 17, 18))
	third, share := f.path(recognised(f, zero, ground, 80, 4, 13, 15, 17, 19))
	if want := 4 / 9.0; math.Abs(share-want) > 0.01 { // 14, 16, 18, and 12 and 20
		t.Errorf("seen in every other frame is a share of %.2f, want %.2f", share, want)
	}
	for _, path := range [][]vision.PathPoint{every, third} {
		for _, p := range path {
			if d := geo.DistanceM(orb.Point{p.Lon, p.Lat}, ground.From(4*p.Time.Sub(zero).Seconds()-20, 80)); d > 2.5 {
				t.Errorf("at %s it is %.1f m off its way", p.Time.Sub(zero), d)
			}
		}
	}
}

// Also the sightings that a long track no longer keeps were seen.
func TestAShareCountsAlsoWhatIsNoLongerKept(t *testing.T) {
	f, zero, ground := over(t)
	for i := range f.views {
		f.views[i].pts /= 10
	}
	f.views = f.views[:10]
	for i := range 200 {
		f.views = append(f.views, view{pts: time.Duration(6+i) * 100 * time.Millisecond, camera: f.views[0].camera, tiles: f.views[0].tiles})
	}
	f.views = f.views[10:]
	var frames []int
	for i := 65; i < 128; i++ {
		frames = append(frames, i)
	}
	if path, share := f.path(recognised(f, zero, ground, 80, 0, frames...)); share < 0.95 || len(path) < 60 {
		t.Errorf("seen in every frame, but in a share of %.2f of %d", share, len(path))
	}
}

func TestWhatMovesIsCarriedOnlyShortly(t *testing.T) {
	f, zero, ground := over(t)
	k := recognised(f, zero, ground, 80, 4, 13, 14, 15, 16, 17)
	if !k.Moves() || k.Sightings != 5 {
		t.Fatalf("moves %v after %d sightings", k.Moves(), k.Sightings)
	}
	path, _ := f.path(k)
	for _, p := range path {
		s := p.Time.Sub(zero)
		// a vehicle may speed up or brake by 1.5 m/s²: in 1.4 s, two frames, that makes 1.5 m
		if s < 12*600*time.Millisecond || s > 19*600*time.Millisecond {
			t.Errorf("carried to %s", s)
		}
		if d := geo.DistanceM(orb.Point{p.Lon, p.Lat}, ground.From(4*s.Seconds()-20, 80)); d > 2.5 {
			t.Errorf("at %s it is %.1f m off its way", s, d)
		}
	}
	if len(path) != 8 { // and over the frames 12, 18 and 19
		t.Errorf("a path of %d frames", len(path))
	}
}

func TestWhatWasNotThereIsNotCarriedOutOfThePicture(t *testing.T) {
	f, zero, ground := over(t)
	if path, share := f.path(recognised(f, zero, ground, 80, 0, 20, 21)); len(path) != 2 || share != 0 {
		t.Errorf("what was seen twice is carried over %d frames, share %g", len(path)-2, share)
	}
	path, _ := f.path(recognised(f, zero, ground, 80, 0, 19, 20, 21))
	for _, p := range path {
		if s := p.Time.Sub(zero); s < 19*600*time.Millisecond-carriedStanding || s > 21*600*time.Millisecond {
			t.Errorf("carried to %s", s)
		}
	}
}

// However long it was overlooked between two looks, what stands was there.
func TestWhatStandsIsCarriedBetweenLooksHoweverFarApart(t *testing.T) {
	f, zero, ground := over(t)
	for i := range f.views {
		f.views[i].pts *= 3 // the same frames, three times as far apart
	}
	f.poses = &vision.Poses{}
	for i := range 101 {
		at := zero.Add(time.Duration(i) * 600 * time.Millisecond)
		p := ground.From(0, 8*at.Sub(zero).Seconds()/3)
		f.poses.Add(geo.Pose{Time: at, Lon: p.Lon(), Lat: p.Lat(), HeightM: 60, PitchDeg: -90})
	}
	path, _ := f.path(recognised(f, zero, ground, 80, 0, 13, 14, 21))
	if len(path) < 9 || path[len(path)-1].Carried {
		t.Errorf("%d points", len(path))
	}
}

// Before it was seen first, a thing came the way that it went then, whatever it did later.
func TestWhatTurnsIsCarriedBackTheWayItCame(t *testing.T) {
	f, zero, ground := over(t)
	tr := vision.NewTracker(nil, []string{"person"})
	// a person walks 2 m/s to the east until frame 17, then turns to the north, 9° from frame to frame
	way := []orb.Point{}
	e, heading := -20.0, 90.0
	for n, i := 80.0, 0; i < len(f.views); i++ {
		way = append(way, ground.From(e, n))
		if i >= 17 && i < 27 {
			heading -= 9
		}
		e, n = e+1.2*math.Sin(heading*math.Pi/180), n+1.2*math.Cos(heading*math.Pi/180)
	}
	at := func(i int) orb.Point { return way[i] }
	var k *vision.Track
	for i := 14; i <= 26; i++ {
		p := at(i)
		l := geo.Located{Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: 0.5, NN: 0.5}, SlantM: 60, GSDM: 0.05}
		k = tr.Add([]vision.Observation{{Sighting: vision.Sighting{Detection: vision.Detection{Class: "person", Score: 0.9}, At: l, Time: zero.Add(f.views[i].pts)}, PTS: f.views[i].pts, Camera: f.views[i].camera}})[0]
	}
	if !k.Moves() || k.Sightings != 13 {
		t.Fatalf("moves %v after %d sightings", k.Moves(), k.Sightings)
	}
	path, _ := f.path(k)
	p := path[0]
	if i := int(p.Time.Sub(zero) / (600 * time.Millisecond)); !p.Carried || i > 13 || geo.DistanceM(orb.Point{p.Lon, p.Lat}, at(i)) > 0.8 {
		t.Errorf("in frame %d it is said to be %.1f m from where it was (carried %v)", i, geo.DistanceM(orb.Point{p.Lon, p.Lat}, at(i)), p.Carried)
	}
}

// An aircraft on the spot turns by 90 degrees from 6.2 to 7.2 s; it reports every 2 s. What is ahead of it stays in the picture, what is to its
// right leaves it half way.
func TestWhatStandsIsCarriedThroughATurn(t *testing.T) {
	f, zero, ground := over(t)
	f.poses = &vision.Poses{}
	yaw := func(s float64) float64 { return 90 * math.Min(1, math.Max(0, s-6.2)) }
	for s := 0.0; s <= 20; s += 2 {
		at := zero.Add(time.Duration(s * 1e9))
		f.poses.Add(geo.Pose{Time: at, Lon: 121.5, Lat: 31.2, HeightM: 60, PitchDeg: -90, YawDeg: yaw(s)})
	}
	at := func(e, n float64, frames ...int) *vision.Track {
		tr := vision.NewTracker(nil, []string{"stall"})
		var k *vision.Track
		for _, i := range frames {
			p := ground.From(e, n)
			l := geo.Located{Lon: p.Lon(), Lat: p.Lat(), Cov: geo.Cov{EE: 0.5, NN: 0.5}, SlantM: 60, GSDM: 0.05}
			k = tr.Add([]vision.Observation{{Sighting: vision.Sighting{Detection: vision.Detection{Class: "stall", Score: 0.9}, At: l, Time: zero.Add(f.views[i].pts)}, PTS: f.views[i].pts, Camera: f.views[i].camera}})[0]
		}
		return k
	}
	check := func(name string, k *vision.Track, last int) {
		t.Helper()
		path, _ := f.path(k)
		from, to := path[0].Time.Sub(zero)/(600*time.Millisecond), path[len(path)-1].Time.Sub(zero)/(600*time.Millisecond)
		if from != 0 || int(to) != last || len(path) != last+1 {
			t.Errorf("%s: in %d frames from %d to %d, want every one from 0 to %d", name, len(path), from, to, last)
		}
	}
	// between the reports of 6 and 8 s nobody knows when it turned: up to 22 degrees off what lies between
	check("straight below", at(0, 2, 5, 6, 7, 8, 15, 16), 29)
	check("to the right", at(40, 0, 5, 6, 7, 8), 10)
	f.clock.Arrival(0, zero)
	for s := 0.0; s < 20; s += 0.2 {
		f.clock.Moved(time.Duration(s*1e9), time.Duration((s+0.2)*1e9), geo.Move{TurnDeg: yaw(s+0.2) - yaw(s)})
	}
	check("to the right, the turn seen", at(40, 0, 5, 6, 7, 8), 11) // 6.6 s, 36 degrees
	check("ahead, the turn seen", at(0, 20, 5, 6, 7, 8, 15, 16), 29)
}
