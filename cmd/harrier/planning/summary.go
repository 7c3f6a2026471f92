package planning

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/missions"
)

// summary prints a plan: what flies, and what is promised to whom.
func summary(out io.Writer, p *missions.Plan, folder string, took time.Duration) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "flight\tstarts\tmin\tkm\tserves")
	for _, f := range p.Flights {
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.1f\t%d requests\n", f.ID, f.At.In(config.Zone).Format("15:04"), f.Takes.Minutes(), f.LengthM/1000, len(f.Serves))
	}
	_ = w.Flush()
	by := map[string][3]int{}
	reasons := map[string]int{}
	for _, m := range p.Promises {
		n := by[m.Department]
		switch {
		case m.Share >= missions.Whole:
			n[0]++
		case m.Share > 0:
			n[1]++
		default:
			n[2]++
		}
		by[m.Department] = n
		if m.Share < missions.Whole {
			reasons[m.Why]++
		}
	}
	for _, d := range slices.Sorted(maps.Keys(by)) {
		n := by[d]
		fmt.Fprintf(out, "%s: %d requests seen whole, %d in part, %d not this day\n", d, n[0], n[1], n[2])
	}
	for i, why := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int { return cmp.Or(reasons[b]-reasons[a], strings.Compare(a, b)) }) {
		if i == 8 {
			fmt.Fprintf(out, "  … and %d more reasons, in plan.json\n", len(reasons)-i)
			break
		}
		fmt.Fprintf(out, "  %d times: %s\n", reasons[why], why)
	}
	fmt.Fprintf(out, "%d flights, %.0f minutes in the air", len(p.Flights), p.Minutes)
	if p.Alone > 0 {
		fmt.Fprintf(out, "; %.0f with one for each request, %.0f %% less", p.Alone, 100*(1-p.Minutes/p.Alone))
	}
	fmt.Fprintf(out, "; planned in %.1f s\n%s/plan.html shows it; a KMZ for each flight lies beside it\n", took.Seconds(), folder)
}
