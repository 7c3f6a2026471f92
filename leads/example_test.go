package leads_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/leads/index"
	"github.com/harrier-patrol/harrier/vision"
)

// Two flights find one stall: one lead, which somebody then confirms.
func ExampleRules() {
	dir, err := os.MkdirTemp("", "leads-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	known, err := index.Open(filepath.Join(dir, "leads.sqlite"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer known.Close()
	rules := &leads.Rules{Scenes: map[string]leads.Scene{"street-stall": {Event: "0501", JoinM: 4}}}
	seen := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var lead leads.Lead
	for _, id := range []string{"flight-1", "flight-2"} {
		next, err := rules.Take(known, vision.Finding{ID: id, Flight: id, Scene: "street-stall", Class: "stall", Lon: 121.53, Lat: 31.225, Cov: geo.Cov{EE: 1, NN: 1}, Score: 0.8, FirstSeen: seen, LastSeen: seen})
		if err == nil {
			err = known.Apply([]index.Kept{{Lead: next.Lead}})
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		lead = next.Lead
	}
	fmt.Println(known.Len(), "lead, revision", lead.Revision, lead.State, lead.Findings)
	decided, err := rules.Decide(known, leads.Review{Lead: lead.Lead, Revision: lead.Revision, Do: leads.DoConfirm, By: "Li", At: seen.Add(time.Hour)})
	fmt.Println(decided.State, "by", decided.By, err)
	// Output:
	// 1 lead, revision 2 candidate [flight-1 flight-2]
	// confirmed by Li <nil>
}
