package networks

import (
	"math"
	"testing"
)

// What a closer look at a fixed size cannot tell, a pile of goods from a bus, their lengths do; and they make nothing of nothing.
func TestLengthTellsWhichThingItIs(t *testing.T) {
	m := Manifest{Classes: []string{"goods", "bus", "person", ""}, Lengths: map[string]Length{"goods": {2.9, 0.3}, "bus": {10.5, 0.2}}}
	looks := []float32{0.2, 0.5, 0.1, 0.2}
	for _, c := range []struct {
		lengthM float64
		best    int
	}{{2.9, 0}, {10.5, 1}, {0, 1}} {
		p := m.ByLength(looks, c.lengthM)
		best, sum := 0, 0.0
		for k, v := range p {
			sum += float64(v)
			if v > p[best] {
				best = k
			}
		}
		if best != c.best || math.Abs(sum-1) > 1e-6 || math.Abs(float64(p[3]-0.2)) > 1e-6 {
			t.Errorf("%g m long: %v", c.lengthM, p)
		}
	}
	if looks[0] != 0.2 {
		t.Error("what the network said was changed")
	}
	for _, l := range []float64{1e-9, 1e9, math.MaxFloat64} { // no length makes it less than a number
		for _, v := range m.ByLength(looks, l) {
			if math.IsNaN(float64(v)) || v < 0 || v > 1 {
				t.Errorf("%g m long: %v", l, v)
			}
		}
	}
	if m.AsLong("bus", 3) || !m.AsLong("bus", 9) || !m.AsLong("bus", 0) || !m.AsLong("person", 3) {
		t.Error("a bus of 3 m, or none of 9 m")
	}
}

// The lengths that come with the network are those of its own classes, and such as things have.
func TestTheNetworksLengthsAreOfItsClasses(t *testing.T) {
	for _, name := range []string{"harrier-closer", "harrier-closer-fp32"} {
		_, m, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range m.Classes {
			if l, ok := m.Lengths[c]; c != "" && (!ok || l.M < 0.5 || l.M > 15 || l.Sigma < 0.1 || l.Sigma > 0.5) {
				t.Errorf("%s: length of %s: %v, there %v", name, c, l, ok)
			}
		}
	}
}

// Raw is the other way round of Calibrated.
func TestRawScores(t *testing.T) {
	m := Manifest{Calibration: map[string]Platt{"tent": {A: 2.4, B: 0.7}, "odd": {A: -1, B: 0}}}
	for c := 0.05; c < 0.99; c += 0.01 {
		if got := m.Calibrated("tent", m.Raw("tent", c)); math.Abs(got-c) > 1e-9 {
			t.Errorf("%v comes back as %v", c, got)
		}
		if m.Raw("not-calibrated", c) != c || m.Raw("odd", c) != 0 {
			t.Errorf("%v: uncalibrated %v, falling %v", c, m.Raw("not-calibrated", c), m.Raw("odd", c))
		}
	}
}
