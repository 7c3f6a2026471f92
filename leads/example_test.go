package leads_test

import (
	"fmt"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

// Two flights find one stall: one lead, which somebody then confirms.
func ExampleBook() {
	grid, err := geo.GeneratePudong(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	book := leads.NewBook(map[string]leads.Scene{"street-stall": {Event: "0501", JoinM: 4}}, grid)
	seen := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var lead leads.Lead
	for _, id := range []string{"flight-1", "flight-2"} {
		next, changed, err := book.Take(vision.Finding{ID: id, Flight: id, Scene: "street-stall", Class: "stall", Lon: 121.53, Lat: 31.225, Cov: geo.Cov{EE: 1, NN: 1}, Score: 0.8, FirstSeen: seen, LastSeen: seen})
		if err != nil || !changed {
			fmt.Println(changed, err)
			return
		}
		book.Apply(next)
		lead = next
	}
	fmt.Println(book.Len(), "lead, revision", lead.Revision, lead.State, lead.Findings)
	decided, _, err := book.Decide(leads.Review{Lead: lead.Lead, Revision: lead.Revision, State: leads.Confirmed, By: "Li", At: seen.Add(time.Hour)})
	fmt.Println(decided.State, "by", decided.By, err)
	// Output:
	// 1 lead, revision 2 candidate [flight-1 flight-2]
	// confirmed by Li <nil>
}
