package planning

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/layerfile"
	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/siting"
)

// Siting chooses where docks should stand.
type Siting struct {
	Candidates string        `required:"" help:"Places where a dock could stand: points with id; keep=1 for docks that stand already, mobile=1 for places of a vehicle or ship only, model where it differs." type:"path"`
	Flyable    string        `required:"" help:"Polygons of the ground that may be flown over." type:"path"`
	Docks      int           `default:"16" help:"How many docks, with those that stand already."`
	Fences     string        `help:"Fences: ways go round no-fly and controlled-airspace." type:"path"`
	Weights    string        `help:"What counts instead of area: polygons or points, each as much as its weight says, or 1 (register entries, complaints)." type:"path"`
	Model      string        `default:"M4D" help:"Aircraft."`
	Work       time.Duration `default:"5m" help:"How long it must be able to stay where it flies to."`
	Wind       float64       `default:"4" help:"Wind that is expected, m/s."`
	ReachKM    float64       `name:"reach-km" help:"Length of the way that an aircraft reaches; without, what its battery holds with its reserve, and its service radius."`
	Cell       float64       `default:"100" help:"Side of the squares into which ground is cut, metres."`
	Time       time.Duration `default:"60s" help:"How long the proof may take."`
	Goals      []float64     `default:"75,80,90" help:"How many docks reach so many percent?"`
	Mobile     int           `default:"2" help:"What so many mobile docks add."`
	Datum      string        `help:"Of files that do not say theirs."`
	Out        string        `default:"siting" help:"Folder that receives siting.json, and map and curve as SVG and PNG." type:"path"`
	JSON       bool          `name:"json" help:"Print the result as JSON."`
}

// SitingResult is siting.json.
type SitingResult struct {
	Candidates int           `json:"candidates"`
	Cells      int           `json:"cells"`
	ReachKM    float64       `json:"reach_km"`
	Docks      []SitedDock   `json:"docks"`
	Share      float64       `json:"share"`       // of the flyable ground, or of the weights
	BoundShare float64       `json:"bound_share"` // no choice of as many reaches more
	Gap        float64       `json:"gap"`
	Proven     bool          `json:"proven"`
	Seconds    float64       `json:"seconds"`
	Curve      []SitedNumber `json:"curve"`
	Goals      []SitedGoal   `json:"goals"`
	Missed     string        `json:"most_missed"`
	Lost       float64       `json:"most_missed_share"`
	Mobile     []SitedAddOn  `json:"mobile,omitempty"`

	chosen []int // for the map
	ground *siting.Ground
	reach  [][]int32
}

// SitedDock is one chosen place.
type SitedDock struct {
	ID    string  `json:"id"`
	Lon   float64 `json:"lon"` // WGS-84
	Lat   float64 `json:"lat"`
	Share float64 `json:"share"` // that it reaches
	Alone float64 `json:"alone"` // that no other chosen one reaches
	Kept  bool    `json:"kept,omitempty"`
}

// SitedNumber is what so many docks reach.
type SitedNumber struct {
	Docks int     `json:"docks"`
	Share float64 `json:"share"`
	Bound float64 `json:"bound"`
}

// SitedGoal is how many docks a share takes.
type SitedGoal struct {
	Percent float64 `json:"percent"`
	Docks   int     `json:"docks"`  // 0: not even with all candidates tried
	Fewer   bool    `json:"proven"` // that one fewer does not
}

// SitedAddOn is what mobile docks add.
type SitedAddOn struct {
	Docks int      `json:"docks"`
	At    []string `json:"at"`
	Share float64  `json:"share"` // with them
}

// places are candidates as their file has them.
type places struct {
	id           []string
	at           []orb.Point
	keep, mobile []int
	model        []string
}

// Run chooses, and writes what it finds.
func (x *Siting) Run(ctx context.Context) error {
	c, err := x.readCandidates()
	if err != nil {
		return err
	}
	area, closed, err := x.readGround()
	if err != nil {
		return err
	}
	if !(x.Cell >= 10 && x.Cell <= 5000) {
		return fmt.Errorf("--cell is 10 to 5000 metres, not %g", x.Cell)
	}
	ground := siting.Cut(area, closed, x.Cell, siteMarginM)
	if len(ground.Middles) == 0 {
		return fmt.Errorf("%s: nothing of it may be flown over", x.Flyable)
	}
	weights, err := x.weights(ground)
	if err != nil {
		return err
	}
	reach := make([]float64, len(c.at))
	for j := range reach {
		reach[j] = x.ReachKM * 1000
		if x.ReachKM == 0 {
			reach[j] = missions.ReachM(c.model[j], x.Work, x.Wind)
		}
	}
	began := time.Now()
	say := progressOf("ways of candidates", len(c.at))
	reached, err := ground.Reach(ctx, c.at, reach, closed, siteMarginM, say)
	if err != nil {
		return err
	}
	result, err := x.choose(ctx, c, ground, weights, reached)
	if err != nil {
		return err
	}
	result.ReachKM, result.Seconds = slices.Max(reach)/1000, time.Since(began).Seconds()
	if err := x.write(result, c, area, closed); err != nil {
		return err
	}
	if x.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", " ")
		return e.Encode(result)
	}
	x.print(result)
	return nil
}

// siteMarginM is how far ways keep from closed areas.
const siteMarginM = 22

// progressOf says on the terminal how many of something are done, from the second second on.
func progressOf(what string, of int) func(n int) {
	began, last := time.Now(), time.Now()
	return func(n int) {
		if now := time.Now(); now.Sub(began) > 2*time.Second && now.Sub(last) > time.Second {
			last = now
			left := time.Duration(float64(now.Sub(began)) / float64(max(n, 1)) * float64(of-n))
			fmt.Fprintf(os.Stderr, "harrier: %s: %d of %d, about %s left\n", what, n, of, left.Round(time.Second))
		}
	}
}

func (x *Siting) readCandidates() (c places, err error) {
	l, err := layerfile.Read(x.Candidates, layerfile.Options{Datum: x.Datum, Otherwise: geo.WGS84})
	if err != nil {
		return c, err
	}
	shapes, problems := geo.ReadShapes(l)
	for i := range l.Features {
		f := &l.Features[i]
		q, ok := shapes[i].(orb.Point)
		if !ok {
			if shapes[i] != nil || f.Err == nil {
				problems = append(problems, geo.Problem{N: f.N, Line: f.Line, Text: "a candidate is a point"})
			}
			continue
		}
		id := f.Get("id", "sn", "name", "编号", "名称")
		if id == "" {
			id = fmt.Sprint(f.N)
		}
		yes := func(name string) bool {
			v := strings.ToLower(f.Get(name))
			return v == "1" || v == "true" || v == "yes"
		}
		j := len(c.at)
		if yes("keep") {
			c.keep = append(c.keep, j)
		}
		if yes("mobile") {
			c.mobile = append(c.mobile, j)
		}
		model := f.Get("model", "型号")
		if model == "" {
			model = x.Model
		}
		c.id, c.at, c.model = append(c.id, id), append(c.at, q), append(c.model, model)
	}
	if err := refuse(x.Candidates, problems, false); err != nil {
		return c, err
	}
	if len(c.at)-len(c.mobile) < x.Docks {
		return c, fmt.Errorf("%s: %d docks are to be chosen of %d candidates", x.Candidates, x.Docks, len(c.at)-len(c.mobile))
	}
	return c, nil
}

// readGround reads what may be flown over, and what ways go round.
func (x *Siting) readGround() (area orb.MultiPolygon, closed []orb.Polygon, err error) {
	l, err := layerfile.Read(x.Flyable, layerfile.Options{Datum: x.Datum, Otherwise: geo.WGS84})
	if err != nil {
		return nil, nil, err
	}
	l.EvenOdd = true // outlines of districts are drawn coarsely
	area, problems := geo.ReadAreas(l)
	if err := refuse(x.Flyable, problems, false); err != nil {
		return nil, nil, err
	}
	if x.Fences == "" {
		return area, nil, nil
	}
	var k config.Config
	k.City.Fences, k.City.Datum = x.Fences, x.Datum
	fences, err := k.City.ReadFences()
	if err != nil {
		return nil, nil, err
	}
	for _, f := range fences.All() {
		if (f.Kind == "no-fly" || f.Kind == "controlled-airspace") && f.Always() {
			closed = append(closed, f.Polygon)
		}
	}
	return area, closed, nil
}

// weights are those of pieces of ground: their area, or what lies in them.
func (x *Siting) weights(g *siting.Ground) ([]float64, error) {
	out := make([]float64, len(g.Middles))
	if x.Weights == "" {
		for i := range out {
			out[i] = 1
		}
		return out, nil
	}
	l, err := layerfile.Read(x.Weights, layerfile.Options{Datum: x.Datum, Otherwise: geo.WGS84})
	if err != nil {
		return nil, err
	}
	shapes, problems := geo.ReadShapes(l)
	outside := 0
	for i, s := range shapes {
		if s == nil {
			continue
		}
		w := 1.0
		if t := l.Features[i].Get("weight", "权重"); t != "" {
			if _, err := fmt.Sscan(t, &w); err != nil || !(w >= 0) {
				problems = append(problems, geo.Problem{N: l.Features[i].N, Line: l.Features[i].Line, Text: fmt.Sprintf("weight %q is no number from 0 up", t)})
				continue
			}
		}
		c, _ := planar.CentroidArea(s)
		if k := g.At(c); k >= 0 {
			out[k] += w
		} else {
			outside++
		}
	}
	if outside > 0 {
		fmt.Fprintf(os.Stderr, "harrier: %d of %d weights lie where nothing is flyable, and count for nothing\n", outside, len(shapes))
	}
	return out, refuse(x.Weights, problems, false)
}

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
