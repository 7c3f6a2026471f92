package vision

import (
	"testing"
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

func TestSuppressKeepsTheBest(t *testing.T) {
	got := Suppress([]Detection{{"car", 0.5, Box{0, 0, 10, 10}, false}, {"van", 0.8, Box{1, 0, 10, 10}, false}, {"stall", 0.3, Box{0, 0, 10, 10}, false}, {"car", 0.4, Box{50, 0, 10, 10}, false}}, 0.5)
	if len(got) != 3 || got[0].Class != "van" {
		t.Errorf("%+v", got)
	}
}
