package sample

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/harrier-patrol/harrier/leads"
)

// Samples are of every scene and state, all simulated, every revision once and in order, and the same for the same seed.
func TestSamplesAreOfEveryKind(t *testing.T) {
	for _, steps := range []int{1, 2} {
		scenes := map[string]leads.Scene{}
		for _, s := range []string{"illegal-structure", "street-stall", "muck-truck"} {
			scenes[s] = leads.Scene{Event: "0101", JoinM: 4, Review: leads.Reviewing{Steps: steps}, Due: leads.Dues{Candidate: time.Hour}}
		}
		make := func() []leads.Lead {
			all, err := Revisions(scenes, nil, 7, 240, time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), "sha")
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		all := make()
		seen, revisions := map[string]bool{}, map[string]int{}
		for _, x := range all {
			seen[x.State+" "+x.Scene] = true
			if revisions[x.Lead]++; x.Revision != revisions[x.Lead] || !x.Simulated || !strings.HasPrefix(x.Subject(), "sim.leads.") {
				t.Fatalf("%s revision %d after %d, on %s", x.Lead, x.Revision, revisions[x.Lead]-1, x.Subject())
			}
		}
		for _, state := range leads.States {
			for s := range scenes {
				if state != leads.Checked || steps == 2 {
					if !seen[state+" "+s] {
						t.Errorf("with %d steps no lead of %s is %s", steps, s, state)
					}
				}
			}
		}
		if !reflect.DeepEqual(all, make()) {
			t.Error("the same seed makes others")
		}
	}
}
