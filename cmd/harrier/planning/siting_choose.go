package planning

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/harrier-patrol/harrier/missions/siting"
)

// choose finds the best choice and what is asked of it.
func (x *Siting) choose(ctx context.Context, c places, ground *siting.Ground, weights []float64, reached [][]int32) (*SitingResult, error) {
	fixed := slices.Clone(reached) // mobile ones are chosen apart
	for _, j := range c.mobile {
		fixed[j] = nil
	}
	p := &siting.Problem{Weights: weights, Reach: fixed, Keep: c.keep, Docks: x.Docks}
	fmt.Fprintf(os.Stderr, "harrier: %d candidates, %d pieces of ground; the proof may take up to %s\n", len(c.at), len(weights), x.Time)
	tctx, cancel := context.WithTimeout(ctx, x.Time)
	s, err := p.Solve(tctx)
	cancel()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.Reached == 0 {
		return nil, fmt.Errorf("what candidates reach weighs nothing: are the weights elsewhere?")
	}
	out := &SitingResult{Candidates: len(c.at), Cells: len(weights), Share: siting.Share(s.Reached, weights), BoundShare: siting.Share(s.Bound, weights), Gap: s.Gap(), Proven: s.Gap() == 0, chosen: s.Docks, ground: ground, reach: reached}
	count := make([]int, len(weights))
	for _, j := range s.Docks {
		for _, i := range fixed[j] {
			count[i]++
		}
	}
	for _, j := range s.Docks {
		d := SitedDock{ID: c.id[j], Lon: c.at[j][0], Lat: c.at[j][1], Kept: slices.Contains(c.keep, j)}
		all, alone := 0.0, 0.0
		for _, i := range fixed[j] {
			all += weights[i]
			if count[i] == 1 {
				alone += weights[i]
			}
		}
		d.Share, d.Alone = siting.Share(all, weights), siting.Share(alone, weights)
		out.Docks = append(out.Docks, d)
	}
	if j, lost := p.Missed(s.Docks); j >= 0 {
		out.Missed, out.Lost = c.id[j], siting.Share(lost, weights)
	}
	if err := x.curve(ctx, out, p, weights); err != nil {
		return nil, err
	}
	return out, x.mobile(ctx, out, c, reached, weights)
}

// curve is what one dock more and more reaches, until every goal is; each number has a twentieth of the time for the proof.
func (x *Siting) curve(ctx context.Context, out *SitingResult, p *siting.Problem, weights []float64) error {
	each := x.Time / 20
	most := 0.0
	for _, g := range x.Goals {
		most = max(most, g/100)
	}
	say := progressOf("how many docks reach how much", max(x.Docks, 24))
	for n := max(1, len(p.Keep)); n <= min(len(p.Reach), 80); n++ {
		q := *p
		q.Docks = n
		tctx, cancel := context.WithTimeout(ctx, each)
		s, err := q.Solve(tctx)
		cancel()
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		k := SitedNumber{n, siting.Share(s.Reached, weights), siting.Share(s.Bound, weights)}
		if n == x.Docks && out.Share >= k.Share { // known better, and with a better proof
			k.Share, k.Bound = out.Share, out.BoundShare
		}
		if len(out.Curve) > 0 && k.Share < out.Curve[len(out.Curve)-1].Share {
			k.Share = out.Curve[len(out.Curve)-1].Share
		}
		out.Curve = append(out.Curve, k)
		say(n)
		if n >= x.Docks && k.Share >= most || n > 1 && n >= x.Docks && k.Bound-out.Curve[len(out.Curve)-2].Share < 1e-12 {
			break
		}
	}
	for _, g := range x.Goals {
		goal := SitedGoal{Percent: g}
		for i, k := range out.Curve {
			if k.Share >= g/100 {
				goal.Docks = k.Docks
				goal.Fewer = i == 0 || out.Curve[i-1].Bound < g/100
				break
			}
		}
		out.Goals = append(out.Goals, goal)
	}
	return nil
}

// mobile is what mobile docks add, at the places for them, or at any candidate where none is said to be for them.
func (x *Siting) mobile(ctx context.Context, out *SitingResult, c places, reached [][]int32, weights []float64) error {
	q := &siting.Problem{Weights: weights, Reach: reached, Keep: out.chosen}
	if len(c.mobile) > 0 {
		q.Reach = make([][]int32, len(reached))
		for _, j := range slices.Concat(out.chosen, c.mobile) {
			q.Reach[j] = reached[j]
		}
	}
	for n := 1; n <= x.Mobile && len(out.chosen)+n <= len(reached); n++ {
		q.Docks = len(out.chosen) + n
		tctx, cancel := context.WithTimeout(ctx, x.Time/20)
		s, err := q.Solve(tctx)
		cancel()
		if err != nil {
			return err
		}
		a := SitedAddOn{Docks: n, Share: siting.Share(s.Reached, weights)}
		for _, j := range s.Docks {
			if !slices.Contains(out.chosen, j) {
				a.At = append(a.At, c.id[j])
			}
		}
		out.Mobile = append(out.Mobile, a)
	}
	return nil
}

// print says it in words.
func (x *Siting) print(r *SitingResult) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "dock\tlon\tlat\treaches\talone")
	for _, d := range r.Docks {
		kept := ""
		if d.Kept {
			kept = " (stands already)"
		}
		fmt.Fprintf(w, "%s%s\t%.5f\t%.5f\t%.1f %%\t%.1f %%\n", d.ID, kept, d.Lon, d.Lat, 100*d.Share, 100*d.Alone)
	}
	_ = w.Flush()
	proof := "proven: no other choice reaches more"
	if !r.Proven {
		proof = fmt.Sprintf("not proven: another choice may reach up to %.2f %% (gap %.3f %%); give it more --time", 100*r.BoundShare, 100*r.Gap)
	}
	fmt.Printf("%d docks reach %.2f %% of %d pieces of ground, %.1f km of way each; %s\n", len(r.Docks), 100*r.Share, r.Cells, r.ReachKM, proof)
	for _, g := range r.Goals {
		switch {
		case g.Docks == 0:
			fmt.Printf("%g %% are not reached by as many docks as were tried\n", g.Percent)
		case g.Fewer:
			fmt.Printf("%g %% take %d docks, and no fewer\n", g.Percent, g.Docks)
		default:
			fmt.Printf("%g %% take %d docks at most\n", g.Percent, g.Docks)
		}
	}
	fmt.Printf("without %s %.1f %% less is reached: it is missed most\n", r.Missed, 100*r.Lost)
	for _, a := range r.Mobile {
		fmt.Printf("with %d mobile docks (%s) %.2f %%\n", a.Docks, strings.Join(a.At, ", "), 100*a.Share)
	}
	fmt.Printf("%s\n", filepath.Join(x.Out, "map.svg")+", map.png, curve.svg, curve.png and siting.json: "+fmt.Sprintf("%.0f s", r.Seconds))
}
