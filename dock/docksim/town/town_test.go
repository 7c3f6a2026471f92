package town

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

func TestOnAnotherDayStructuresAreMissing(t *testing.T) {
	at := orb.Point{121.5, 31.2}
	all, other := NewTownOn(20512, 0, "day", at, DayOf(20512, 0)), NewTownOn(20512, 0, "day", at, DayOf(20512, 1))
	defer all.Ground.Close()
	defer other.Ground.Close()
	standing := func(t *Town) map[int]bool {
		m := map[int]bool{}
		for _, s := range t.solids {
			m[s.structure] = s.structure > 0
		}
		return m
	}
	a, b := standing(all), standing(other)
	missing := 0
	for s := range a {
		if a[s] && !b[s] {
			missing++
		}
	}
	if share := float64(missing) / float64(len(a)); share < 0.05 || share > 0.25 {
		t.Errorf("%d of %d structures are missing", missing, len(a))
	}
	if len(all.Things) != len(other.Things) {
		t.Errorf("%d things, then %d: they must keep their names", len(all.Things), len(other.Things))
	}
	told := &Truth{things: map[string]*TruthThing{}}
	told.AddTown(other)
	if n := len(told.things); n >= len(all.Things) || n < len(all.Things)/2 {
		t.Errorf("the truth tells of %d things of %d", n, len(all.Things))
	}
}

// A building in front of the camera is seen wherever in the town the camera is and looks.
func TestBuildingsAreSeenFromEverywhere(t *testing.T) {
	town := NewTown(20001, "t", orb.Point{121.53, 31.22})
	cam := geo.CameraFromDiagonal(320, 180, 84)
	r, err := NewRenderer(cam)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	looks := 0
	for _, yaw := range []float64{0, 90, 180, 270} {
		for _, b := range town.Buildings {
			// over the building's middle, from so far before it that it is 45 degrees down
			x, y, z := (b.X0+b.X1)/2, (b.Y0+b.Y1)/2, 60.0
			e, n := turn(x, y, town.angle)
			s, c := math.Sincos(yaw * math.Pi / 180)
			r.Render(town, town.Eye(cam, TruePose{E: e - s*(z-b.H), N: n - c*(z-b.H), U: z, YawDeg: yaw, PitchDeg: -45}), 0)
			id := r.ids[(cam.Height/2)*cam.Width+cam.Width/2]
			if id == 0 {
				t.Errorf("building at %.0f, %.0f is not seen from %.0f degrees", x, y, yaw+180)
			}
			looks++
		}
	}
	if looks < 100 {
		t.Errorf("%d looks", looks)
	}
}

// A car that leaves the town at one end comes in at the other: to everybody who sees it, another one.
func TestWhatComesInAgainIsAnother(t *testing.T) {
	for _, speed := range []vec{{10, 0, 0}, {-10, 0, 0}, {0, 7, 0}, {6, -8, 0}} {
		s := &solid{centre: vec{20, -30, 0}, speed: speed}
		at := func(t float64) vec { return s.centre.add(s.offset(t)) }
		for k := 0.2; k < 120; k += 0.2 {
			jump := math.Sqrt(at(k).sub(at(k-0.2)).dot(at(k).sub(at(k-0.2)))) > 3
			if another := s.laps(k) != s.laps(k-0.2); jump != another {
				t.Errorf("speed %v at %.1f s: it jumps: %v, it is another: %v", speed, k, jump, another)
			}
			if p := at(k); math.Abs(p.X) > townHalfX+1e-6 || math.Abs(p.Y) > townHalfY+1e-6 {
				t.Fatalf("speed %v at %.1f s: outside the town at %v", speed, k, p)
			}
		}
	}
	town := &Town{name: "T", Frame: geo.NewFrame(orb.Point{121.5, 31.2}, 0), solids: []solid{{label: "car", thing: -1, speed: vec{10, 0, 0}}}}
	told := &Truth{things: map[string]*TruthThing{}}
	told.Sight(town, 0, 0, []Window{{}}, nil)
	told.Sight(town, 0, 1, []Window{{}, {}}, nil)
	told.Sight(town, 0, 1, []Window{{}}, nil)
	if a, b := told.things["T-car-0000"], told.things["T-car-0000-2"]; len(told.things) != 2 || a == nil || len(a.Windows) != 1 || b == nil || len(b.Windows) != 3 {
		t.Errorf("the truth tells of %v", told.things)
	}
}
