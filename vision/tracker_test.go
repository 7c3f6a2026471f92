package vision

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

var testScenes = []Scene{{Name: "muck-truck", Classes: map[string]ClassRule{"dump-truck/open": {}, "heap": {}}, MinScore: 0.4, MinSightings: 2, NotIn: []string{"construction-site"}, JoinM: 6}}

func see(class string, score, e, n float64) Observation {
	p := geo.NewFrame(orb.Point{121.5, 31.2}, 0).From(e, n)
	return Observation{Sighting: Sighting{Detection: Detection{Class: class, Score: score}, At: geo.Located{Lon: p.Lon(), Lat: p.Lat(), SlantM: 70, Cov: geo.Cov{EE: 1, NN: 1}}, Time: time.Unix(1, 0)}}
}

func TestTracksJoinOnTheGround(t *testing.T) {
	tr := NewTracker(testScenes, []string{"dump-truck/covered"})
	add := func(o Observation) *Track { return tr.Add([]Observation{o})[0] }
	a := add(see("dump-truck/open", 0.6, 0, 0))
	if _, ok := tr.Rule(a, nil); ok {
		t.Error("one sighting is enough, two were asked for")
	}
	if b := add(see("dump-truck/open", 0.7, 2, 1)); b != a {
		t.Error("the same truck became two tracks")
	}
	if c := add(see("heap", 0.7, 2, 1)); c == a {
		t.Error("a heap joined a truck")
	}
	if d := add(see("dump-truck/open", 0.7, 14, 0)); d == a {
		t.Error("a truck 14 m off is the same")
	}
	if _, ok := tr.Rule(a, nil); !ok {
		t.Error("two good sightings do not fulfil the rule")
	}
	for range 4 {
		add(see("dump-truck/covered", 0.8, 1, 0))
	}
	if _, ok := tr.Rule(a, nil); ok {
		t.Error("a truck that is mostly seen covered is a finding")
	}
}

func TestFencesPermit(t *testing.T) {
	f := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	fs := geo.NewFences([]geo.Fence{{Kind: "construction-site", Polygon: orb.Polygon{{f.From(-10, -10), f.From(10, -10), f.From(10, 10), f.From(-10, 10), f.From(-10, -10)}}}})
	tr := NewTracker(testScenes, nil)
	var in, out *Track
	for range 3 {
		k := tr.Add([]Observation{see("heap", 0.9, 0, 0), see("heap", 0.9, 40, 0)})
		in, out = k[0], k[1]
	}
	if _, ok := tr.Rule(in, fs); ok {
		t.Error("a heap on a building site is a finding")
	}
	if _, ok := tr.Rule(out, fs); !ok {
		t.Error("a heap outside is none")
	}
}

func TestPartsOfATruckAreNoStalls(t *testing.T) {
	got := Suppress([]Detection{
		{Class: "stall", Score: 0.8, Box: Box{70, 0, 25, 30}}, {Class: "heap", Score: 0.7, Box: Box{5, 3, 60, 24}}, {Class: "dump-truck/open", Score: 0.6, Box: Box{0, 0, 100, 30}},
		{Class: "person", Score: 0.5, Box: Box{10, 5, 6, 6}}, {Class: "stall", Score: 0.5, Box: Box{200, 0, 25, 30}}, {Class: "bicycles", Score: 0.9, Box: Box{300, 0, 20, 20}}, {Class: "goods", Score: 0.6, Box: Box{301, 0, 20, 20}},
	}, 0.5)
	var names []string
	for _, d := range got {
		names = append(names, d.Class)
	}
	if strings.Join(names, " ") != "bicycles dump-truck/open person stall" {
		t.Error(names)
	}
}

func TestSuppressKeepsTheBest(t *testing.T) {
	got := Suppress([]Detection{{Class: "car", Score: 0.5, Box: Box{0, 0, 10, 10}}, {Class: "van", Score: 0.8, Box: Box{1, 0, 10, 10}}, {Class: "stall", Score: 0.3, Box: Box{6, 0, 10, 10}}, {Class: "car", Score: 0.4, Box: Box{50, 0, 10, 10}}}, 0.5)
	if len(got) != 3 || got[0].Class != "van" {
		t.Errorf("%+v", got)
	}
}

// seen is a sighting of a moving or standing thing at a time, off by noise metres.
func seenAt(d *rand.Rand, class string, e, n, noise float64, at time.Duration) Observation {
	o := see(class, 0.7, e+d.NormFloat64()*noise, n+d.NormFloat64()*noise)
	o.Time = time.Unix(1000, 0).Add(at)
	o.At.Cov = geo.Cov{EE: 0.1, NN: 0.1}
	return o
}

func TestMovingThingsKeepTheirTracks(t *testing.T) {
	for seed := range uint64(40) {
		d := rand.New(rand.NewPCG(seed, 1))
		tr := NewTracker(testScenes, []string{"car", "person"})
		v := 4 + 8*d.Float64()
		step := 600 * time.Millisecond
		var last []*Track
		for i := range 12 {
			at := time.Duration(i) * step
			s := at.Seconds()
			// two cars in file, two parked at the kerb, somebody walking
			frame := []Observation{
				seenAt(d, "car", v*s, 0, 0.2, at), seenAt(d, "car", v*s-15, 0, 0.2, at),
				seenAt(d, "car", 10, 3.4, 0.2, at), seenAt(d, "car", 13, 3.4+2.9, 0.2, at), seenAt(d, "person", 5+1.2*s, 8, 0.2, at),
			}
			if i == 6 { // a tree hides the first for a look
				frame = frame[1:]
				tr.Add(frame)
				continue
			}
			last = tr.Add(frame)
		}
		if n := len(tr.Tracks()); n != 5 {
			t.Fatalf("seed %d, %.1f m/s: five things make %d tracks", seed, v, n)
		}
		for i, moving := range []bool{true, true, false, false, true} {
			if last[i].Moves() != moving {
				t.Errorf("seed %d: thing %d moves: %v", seed, i, last[i].Moves())
			}
		}
		e, n, sigma := last[0].Velocity()
		if math.Abs(e-v) > 4*sigma+0.3 || math.Abs(n) > 4*sigma+0.3 || sigma > 1.5 {
			t.Errorf("seed %d: %.1f m/s to the east is taken for %.1f, %.1f ± %.2f", seed, v, e, n, sigma)
		}
	}
}

func TestTheRuleAsksForDwellMotionHoursAndFences(t *testing.T) {
	f := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	road := geo.NewFences([]geo.Fence{{Kind: "road", Polygon: orb.Polygon{{f.From(-30, -30), f.From(30, -30), f.From(30, 30), f.From(-30, 30), f.From(-30, -30)}}}})
	hours, err := geo.ParseHours("06:00-22:00")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, time.FixedZone("", 8*3600))
	d := rand.New(rand.NewPCG(3, 3))
	for _, c := range []struct {
		name      string
		scene     Scene
		speed     float64
		looks     int
		at        time.Time
		off       float64
		violation bool
	}{
		{"stays long enough", Scene{Dwell: 2 * time.Second}, 0, 6, noon, 0, true},
		{"stays too briefly", Scene{Dwell: 5 * time.Second}, 0, 6, noon, 0, false},
		{"stands", Scene{Motion: Standing}, 0, 6, noon, 0, true},
		{"moves where standing is meant", Scene{Motion: Standing}, 3, 6, noon, 0, false},
		{"moves", Scene{Motion: Moving}, 3, 6, noon, 0, true},
		{"stands where moving is meant", Scene{Motion: Moving}, 0, 6, noon, 0, false},
		{"by day", Scene{Hours: Hours{hours}}, 0, 6, noon, 0, true},
		{"by night", Scene{Hours: Hours{hours}}, 0, 6, noon.Add(11 * time.Hour), 0, false},
		{"on a road", Scene{OnlyIn: []string{"road"}}, 0, 6, noon, 0, true},
		{"off the road", Scene{OnlyIn: []string{"road"}}, 0, 6, noon, 60, false},
	} {
		s := c.scene
		s.Name, s.Classes, s.MinScore, s.MinSightings, s.JoinM = "x", map[string]ClassRule{"lorry": {}}, 0.4, 2, 5
		tr := NewTracker([]Scene{s}, nil)
		var k *Track
		for i := range c.looks {
			at := time.Duration(i) * 700 * time.Millisecond
			o := seenAt(d, "lorry", c.off+c.speed*at.Seconds(), 0, 0.1, at)
			o.Time = c.at.Add(at)
			k = tr.Add([]Observation{o})[0]
		}
		if _, got := tr.Rule(k, road); got != c.violation {
			t.Errorf("%s: violation %v", c.name, got)
		}
	}
}

func TestMarksMakeAViolationOfWhatIsNone(t *testing.T) {
	scene := Scene{Name: "muck-truck", MinScore: 0.5, MinSightings: 3, JoinM: 6, Classes: map[string]ClassRule{
		"dump-truck/open": {}, "dump-truck/covered": {Marked: "spillage"}, "goods": {DoorLineM: 2}}}
	f := geo.NewFrame(orb.Point{121.5, 31.2}, 0)
	doors := geo.NewDoorLines([]orb.LineString{{f.From(-5, 101), f.From(5, 101)}}, nil)
	for _, c := range []struct {
		class            string
		spilled, dirty   float64
		n                float64 // metres to the north
		want             bool
		marked, overDoor bool
	}{
		{"dump-truck/covered", 0.9, 0.8, 0, true, true, false}, {"dump-truck/covered", 0.2, 0.9, 0, false, false, false},
		{"dump-truck/open", 0.1, 0.1, 0, true, false, false}, {"goods", 0, 0, 100, true, false, true}, {"goods", 0, 0, 50, true, false, false},
	} {
		tr := NewTracker([]Scene{scene}, []string{"dump-truck/open", "dump-truck/covered", "goods"})
		var k *Track
		for i := range 3 {
			o := seenAt(rand.New(rand.NewPCG(1, 1)), c.class, 0, c.n, 0, time.Duration(i)*time.Second)
			o.Score = 0.8
			if c.class != "goods" {
				o.Marks = map[string]float64{"spillage": c.spilled, "dirty": c.dirty}
			}
			k = tr.Add([]Observation{o})[0]
		}
		if _, got := tr.Rule(k, geo.NewFences(nil)); got != c.want {
			t.Errorf("%+v: found %v", c, got)
		}
		_, attr := tr.Describe(k, doors)
		if (attr["spillage"] == "yes") != c.marked || (attr["dirty"] == "yes") != (c.dirty > 0.5) || (attr[OverDoorLine] == "yes") != c.overDoor {
			t.Errorf("%+v: %v", c, attr)
		}
	}
}

func TestASceneIsOneFile(t *testing.T) {
	dir := fstest.MapFS{"bicycles-misparked.yaml": {Data: []byte(`# Bicycles left on pavements outside their bays.
scene: bicycles-misparked
name: {zh: 非机动车乱停放, en: bicycles misparked}
vision:
  classes: {bicycles: {height_m: 0.5}}
  min_score: 0.5
  min_sightings: 2
  dwell: 1s
  motion: standing
  hours: Mo-Su 06:00-23:00
  not_in: [bicycle-bay]
  join_m: 3
leads:
  event: "0506"
`)}}
	all, err := ReadScenes(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := all[0]
	if err := s.Known([]string{"bicycles"}, nil); err != nil {
		t.Error(err)
	}
	if err := s.Known([]string{"car"}, nil); err == nil {
		t.Error("a class that the model does not know is taken")
	}
	d := rand.New(rand.NewPCG(3, 4))
	tr := NewTracker([]Scene{s.Vision}, nil)
	var k *Track
	for i := range 4 {
		o := seenAt(d, "bicycles", 0, 0, 0.1, time.Duration(i)*time.Second)
		o.Time = time.Date(2026, 11, 25, 4, 0, i, 0, time.UTC)
		k = tr.Add([]Observation{o})[0]
	}
	if _, ok := tr.Rule(k, nil); !ok {
		t.Error("bicycles that stand for three seconds at noon are no finding")
	}
}

// A scene can ask that a thing was seen sharply once; two tracks of one thing saw it as sharply as the sharper of them.
func TestAThingIsToBeSeenSharplyOnce(t *testing.T) {
	scene := testScenes[0]
	scene.MaxGSDM = 0.1
	d := rand.New(rand.NewPCG(5, 6))
	seen := func(tr *Tracker, from int, gsdM ...float64) (k *Track) {
		for i, g := range gsdM {
			o := seenAt(d, "heap", 0, 0, 0.1, time.Duration(from+i)*time.Second)
			o.At.GSDM = g
			k = tr.Add([]Observation{o})[0]
		}
		return k
	}
	tr := NewTracker([]Scene{scene}, nil)
	k := seen(tr, 0, 0.14, 0.13, 0.13, 0.13)
	if _, ok := tr.Rule(k, nil); ok {
		t.Error("what was seen at 13 cm a pixel only is a finding")
	}
	other := seen(NewTracker([]Scene{scene}, nil), 10, 0.08, 0.12)
	other.take(k)
	if _, ok := tr.Rule(other, nil); !ok {
		t.Error("what one of two tracks of a thing saw at 8 cm a pixel is no finding")
	}
	if _, ok := tr.Rule(seen(tr, 4, 0.09, 0.13), nil); !ok {
		t.Error("what was seen at 9 cm a pixel once is no finding")
	}
}

// A thing on the ground beside a building is not put on its roof by a line of sight that grazes it; a structure may stand there.
func TestOnlyStructuresArePutOnRoofs(t *testing.T) {
	l := geo.Locator{Buildings: geo.NewBuildings(nil)}
	for class, roofs := range map[string]bool{"shed": true, "tent": true, "person": true, "awning": true, "dump-truck/open": false, "stall": false, "heap": false, "car": false, "bicycles": false} {
		if got := Surfaces(l, class).Buildings != nil; got != roofs {
			t.Errorf("%s: looked for on roofs: %v", class, got)
		}
	}
}

func TestBadScenesAreSaid(t *testing.T) {
	base := "scene: x\nvision: {classes: {a: {}}, min_score: 0.5, min_sightings: 1, join_m: 3%s}\n"
	for _, bad := range []string{", hours: 25:00-26:00", ", motion: sideways", ", dwell: -1s", ", min_trust: 1.1", ", min_trust: -0.1", ", max_gsd_m: -1", ", colour: red", ", min_score: 0.5"} {
		if _, err := ReadScenes(fstest.MapFS{"x.yaml": {Data: []byte(fmt.Sprintf(base, bad))}}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for _, bad := range []string{"a: {any_of: [new]}", "shed: {any_of: [ugly]}", "shed: {any_of: [small]}", "shed: {any_of: [new], up_to_m2: 9}"} {
		if _, err := ReadScenes(fstest.MapFS{"x.yaml": {Data: []byte(strings.Replace(fmt.Sprintf(base, ""), "a: {}", bad, 1))}}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	two := fstest.MapFS{"a.yaml": {Data: []byte(fmt.Sprintf(base, ""))}, "b.yaml": {Data: []byte(strings.Replace(fmt.Sprintf(base, ""), "scene: x", "scene: y", 1))}}
	if _, err := ReadScenes(two); err == nil {
		t.Error("two scenes claim one class")
	}
}

// What was seen in pictures unlike all that the network learnt from says so, and is trusted less.
func TestWhatWasSeenInStrangePicturesIsTrustedLess(t *testing.T) {
	d := rand.New(rand.NewPCG(7, 8))
	seen := func(strange int) (*Tracker, *Track) {
		tr := NewTracker([]Scene{testScenes[0]}, nil)
		var k *Track
		for i := range 6 {
			o := seenAt(d, "heap", 0, 0, 0.1, time.Duration(i)*time.Second)
			o.Detection = MarkUnlike(o.Detection, i < strange)
			k = tr.Add([]Observation{o})[0]
		}
		return tr, k
	}
	last := 1.0
	for _, strange := range []int{0, 3, 6} {
		tr, k := seen(strange)
		if p := k.Trust(0); p >= last {
			t.Errorf("%d of 6 pictures strange: trust %.3f, was %.3f", strange, p, last)
		} else {
			last = p
		}
		if _, attr := tr.Describe(k, nil); (attr[Unlike] == "yes") != (strange >= 3) {
			t.Errorf("%d of 6 pictures strange: %v", strange, attr)
		}
	}
}

// A roof of sheet metal is a finding only for a reason that its scene asks for, and says which.
func TestASheetMetalRoofNeedsAReason(t *testing.T) {
	all := ClassRule{AnyOf: []Reason{ReasonNew, ReasonUnregistered, ReasonResized, ReasonRegistered, ReasonOnRoof, ReasonSmall}, UpToM2: 100}
	match := func(standing string) *geo.Match { return &geo.Match{Standing: standing} }
	for _, c := range []struct {
		what string
		rule ClassRule
		s    Footing
		want Reason
		ok   bool
	}{
		{"a rule without reasons", ClassRule{}, Footing{M2: 900}, "", true},
		{"its ground is not known", all, Footing{}, "", true},
		{"nothing is registered there", all, Footing{M2: 900, Register: match(geo.New)}, ReasonUnregistered, true},
		{"a known building's own roof", all, Footing{M2: 30, Register: match(geo.New), OnBuilding: 0.9, OfBuilding: 0.8}, "", false},
		{"a hut on a known building's roof", all, Footing{M2: 30, OnBuilding: 0.9, OfBuilding: 0.1}, ReasonOnRoof, true},
		{"the same, where nothing is registered", all, Footing{M2: 30, Register: match(geo.New), OnBuilding: 0.9, OfBuilding: 0.1}, ReasonUnregistered, true},
		{"registered, and grown", all, Footing{M2: 900, Register: match(geo.Changed)}, ReasonResized, true},
		{"registered", all, Footing{M2: 900, Register: match(geo.Known)}, ReasonRegistered, true},
		{"registered, which is not asked for", ClassRule{AnyOf: []Reason{ReasonNew, ReasonUnregistered}}, Footing{M2: 30, Register: match(geo.Known)}, "", false},
		{"a hall, and no register", all, Footing{M2: 900}, "", false},
		{"a shed, and no register", all, Footing{M2: 40}, ReasonSmall, true},
	} {
		if why, ok := c.rule.Reason(c.s); why != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v; want %q, %v", c.what, why, ok, c.want, c.ok)
		}
	}
}

func FuzzScene(f *testing.F) {
	f.Add("scene: x\nvision: {classes: {a: {height_m: 1}}, min_score: 0.5, min_sightings: 1, join_m: 3, hours: Mo-Fr 06:00-22:00, dwell: 2s, min_trust: 0.3, max_gsd_m: 0.1}\n")
	f.Add("scene: [")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ReadScenes(fstest.MapFS{"x.yaml": {Data: []byte(text)}})
		if err == nil && (len(all) != 1 || all[0].Scene == "" || len(all[0].Vision.Classes) == 0) {
			t.Fatalf("%q is taken for %+v", text, all)
		}
	})
}

// Three looks at a truck's side that find it rather empty do not outweigh one into its open body.
func TestOneLookIntoTheBodyTellsTheLoad(t *testing.T) {
	k := &Track{votes: map[string]float64{}, counts: map[string]int{}, marks: map[string]mean{}, kinds: map[string]mean{}}
	at := time.Unix(100, 0)
	see := func(class string, kinds map[string]float64) {
		at = at.Add(time.Second)
		k.see(Observation{Sighting: Sighting{Detection: Detection{Class: class, Score: 0.8, Kinds: kinds}, At: geo.Located{Lon: 121, Lat: 31, SlantM: 80}, Time: at}})
	}
	for range 2 {
		see("dump-truck/empty", map[string]float64{"dump-truck/empty": 0.6, "dump-truck/open": 0.4})
	}
	see("dump-truck/open", map[string]float64{"dump-truck/empty": 0.03, "dump-truck/open": 0.97})
	see("lorry", nil)
	see("lorry", nil)
	if c, score := k.Class(); c != "dump-truck/open" || score != 0.8 {
		t.Errorf("%s %g", c, score)
	}
}

// Looks that rather find the body empty, but not all of them, are of an open load that lies low; looks that all find it empty are not.
func TestALowLoadIsNoEmptyBody(t *testing.T) {
	for _, c := range []struct {
		open []float64 // probability, look by look
		want string
	}{
		{[]float64{0.14, 0.66, 0.1, 0.54, 0.2, 0.61}, "dump-truck/open"},
		{[]float64{0.01, 0.02, 0.15, 0.06, 0.02, 0.3}, "dump-truck/empty"},
	} {
		k := &Track{votes: map[string]float64{}, counts: map[string]int{}, marks: map[string]mean{}, kinds: map[string]mean{}}
		for i, p := range c.open {
			class := "dump-truck/empty"
			if p > 0.5 {
				class = "dump-truck/open"
			}
			k.see(Observation{Sighting: Sighting{Detection: Detection{Class: class, Score: 0.9, Kinds: map[string]float64{"dump-truck/empty": 1 - p, "dump-truck/open": p}}, At: geo.Located{Lon: 121, Lat: 31, SlantM: 80}, Time: time.Unix(100+int64(i), 0)}})
		}
		if got, _ := k.Class(); got != c.want {
			t.Errorf("%v: %s", c.open, got)
		}
	}
}

// A truck whose looks hardly prefer a load to an empty body is waited for, until they do, or there were many.
func TestALoadIsWaitedForUntilItIsDecided(t *testing.T) {
	scene := Scene{Name: "muck-truck", Classes: map[string]ClassRule{"dump-truck/open": {}, "dump-truck/overfull": {}}}
	tracker := NewTracker([]Scene{scene}, []string{"dump-truck/open", "dump-truck/overfull", "dump-truck/empty", "heap"})
	after := func(n int, kinds map[string]float64) bool {
		k := &Track{votes: map[string]float64{}, counts: map[string]int{}, marks: map[string]mean{}, kinds: map[string]mean{}}
		for i := range n {
			k.see(Observation{Sighting: Sighting{Detection: Detection{Class: "dump-truck/open", Score: 0.9, Kinds: kinds}, At: geo.Located{Lon: 121, Lat: 31, SlantM: 80}, Time: time.Unix(100+int64(i), 0)}})
		}
		return tracker.Undecided(k)
	}
	hardly := map[string]float64{"dump-truck/open": 0.5, "dump-truck/overfull": 0.1, "dump-truck/empty": 0.4}
	for _, c := range []struct {
		name  string
		looks int
		kinds map[string]float64
		want  bool
	}{
		{"hardly open", 3, hardly, true},
		{"hardly open, looked at for long", decidedAfter, hardly, false},
		{"surely open", 3, map[string]float64{"dump-truck/open": 0.96, "dump-truck/overfull": 0.02, "dump-truck/empty": 0.02}, false},
		{"open or overfull, not empty", 3, map[string]float64{"dump-truck/open": 0.5, "dump-truck/overfull": 0.48, "dump-truck/empty": 0.02}, false},
		{"no closer look", 3, nil, false},
	} {
		if got := after(c.looks, c.kinds); got != c.want {
			t.Errorf("%s: undecided %v", c.name, got)
		}
	}
}
