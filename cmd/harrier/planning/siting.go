package planning

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
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
	switch {
	case x.Docks < 1:
		return fmt.Errorf("--docks is 1 or more, not %d", x.Docks)
	case x.ReachKM < 0:
		return fmt.Errorf("--reach-km is not negative, %g is", x.ReachKM)
	}
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
	ground := siting.Cut(area, closed, x.Cell, missions.KeepM)
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
	reached, err := ground.Reach(ctx, c.at, reach, closed, missions.KeepM, say)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(reached, func(r []int32) bool { return len(r) > 0 }) {
		return fmt.Errorf("no candidate reaches any flyable ground: its reach is %.1f km of way; is the wind (--wind) or the work (--work) too much, or does every candidate stand in a fence?", slices.Max(reach)/1000)
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

// progressOf says on the terminal how many of something are done, from the second second on.
func progressOf(what string, of int) func(n int) {
	began, last := time.Now(), time.Now()
	var mu sync.Mutex
	return func(n int) {
		mu.Lock()
		defer mu.Unlock()
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
		if _, err := geo.CameraOf(model, "wide", 0, 1280, 720); err != nil {
			return c, fmt.Errorf("%s: feature %d: %w", x.Candidates, f.N, err)
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
	now := time.Now() // what holds now and then only leaves ground within reach at other times
	for _, f := range (missions.Airspace{Fences: fences}).Closed(now, now) {
		if f.Always() {
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
