package docksim

import (
	"testing"

	"github.com/paulmach/orb"
)

func TestOnAnotherDayStructuresAreMissing(t *testing.T) {
	at := orb.Point{121.5, 31.2}
	all, other := newTownOn(20512, 0, "day", at, dayOf(20512, 0)), newTownOn(20512, 0, "day", at, dayOf(20512, 1))
	defer all.ground.Close()
	defer other.ground.Close()
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
	told := &truth{things: map[string]*TruthThing{}}
	told.addTown(other)
	if n := len(told.things); n >= len(all.Things) || n < len(all.Things)/2 {
		t.Errorf("the truth tells of %d things of %d", n, len(all.Things))
	}
}
