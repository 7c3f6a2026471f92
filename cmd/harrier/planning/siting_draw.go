package planning

import (
	"encoding/json"
	"fmt"
	"image/color"
	"os"
	"path/filepath"

	"github.com/paulmach/orb"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// write writes siting.json, and the map and the curve as SVG and PNG.
func (x *Siting) write(r *SitingResult, c places, area orb.MultiPolygon, closed []orb.Polygon) error {
	if err := os.MkdirAll(x.Out, 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(x.Out, "siting.json"), append(b, '\n'), 0o644); err != nil {
		return err
	}
	m, w, h, err := sitingMap(r, c, area, closed)
	if err != nil {
		return err
	}
	k, err := sitingCurve(r, x.Goals)
	if err != nil {
		return err
	}
	for _, ext := range []string{".svg", ".png"} {
		if err := m.Save(w, h, filepath.Join(x.Out, "map"+ext)); err != nil {
			return err
		}
		if err := k.Save(18*vg.Centimeter, 11*vg.Centimeter, filepath.Join(x.Out, "curve"+ext)); err != nil {
			return err
		}
	}
	return nil
}

// Colours of the map: ground that is reached, ground that is not, closed areas, docks.
var (
	reachedInk = color.RGBA{120, 176, 222, 255}
	lostInk    = color.RGBA{226, 214, 200, 255}
	closedInk  = color.RGBA{192, 57, 43, 255}
	dockInk    = color.RGBA{11, 60, 110, 255}
	mobileInk  = color.RGBA{213, 94, 0, 255}
)

// sitingMap draws the ground, what of it is reached, and the docks. Kilometres from the south-west.
func sitingMap(r *SitingResult, c places, area orb.MultiPolygon, closed []orb.Polygon) (*plot.Plot, vg.Length, vg.Length, error) {
	g := r.ground
	lo := g.Middles[0]
	hi := lo
	for _, q := range g.Middles {
		lo = orb.Point{min(lo[0], q[0]), min(lo[1], q[1])}
		hi = orb.Point{max(hi[0], q[0]), max(hi[1], q[1])}
	}
	km := func(q orb.Point) plotter.XY { return plotter.XY{X: (q[0] - lo[0]) / 1000, Y: (q[1] - lo[1]) / 1000} }
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%d docks reach %.1f %% of the flyable ground", len(r.Docks), 100*r.Share)
	p.X.Label.Text, p.Y.Label.Text = "km", "km"
	in := map[int32]bool{}
	for _, j := range r.chosen {
		for _, i := range r.reach[j] {
			in[i] = true
		}
	}
	for _, yes := range []bool{false, true} {
		// squares of a row that lie side by side are one rectangle
		for _, run := range g.Runs(func(i int) bool { return in[int32(i)] == yes }) {
			a, b := km(run[0]), km(run[1])
			q, err := plotter.NewPolygon(plotter.XYs{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}})
			if err != nil {
				return nil, 0, 0, err
			}
			q.LineStyle.Width = 0
			q.Color = lostInk
			if yes {
				q.Color = reachedInk
			}
			p.Add(q)
		}
	}
	for _, poly := range g.Metres(closed) {
		var line plotter.XYs
		for _, q := range poly[0] {
			line = append(line, km(q))
		}
		l, err := plotter.NewLine(line)
		if err != nil {
			return nil, 0, 0, err
		}
		l.Color, l.Dashes = closedInk, []vg.Length{vg.Points(4), vg.Points(2)}
		p.Add(l)
	}
	dots := func(js []int, ink color.Color, shape draw.GlyphDrawer, size vg.Length) error {
		var at plotter.XYs
		for _, j := range js {
			v := g.Frame.To(c.at[j], 0)
			at = append(at, km(orb.Point{v.E, v.N}))
		}
		if len(at) == 0 {
			return nil
		}
		s, err := plotter.NewScatter(at)
		if err == nil {
			s.GlyphStyle = draw.GlyphStyle{Color: ink, Shape: shape, Radius: size}
			p.Add(s)
		}
		return err
	}
	all := make([]int, len(c.at))
	for j := range all {
		all[j] = j
	}
	for _, err := range []error{dots(all, color.Gray{150}, draw.CircleGlyph{}, vg.Points(0.7)), dots(c.mobile, mobileInk, draw.TriangleGlyph{}, vg.Points(3)), dots(r.chosen, dockInk, draw.BoxGlyph{}, vg.Points(4))} {
		if err != nil {
			return nil, 0, 0, err
		}
	}
	w := 18 * vg.Centimeter
	return p, w, w*vg.Length((hi[1]-lo[1])/max(hi[0]-lo[0], 1)) + 2*vg.Centimeter, nil
}

// sitingCurve draws what one dock more and more reaches, and what no choice of so many exceeds.
func sitingCurve(r *SitingResult, goals []float64) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "What so many docks reach"
	p.X.Label.Text, p.Y.Label.Text = "docks", "% of the flyable ground"
	var share, bound plotter.XYs
	for _, k := range r.Curve {
		share = append(share, plotter.XY{X: float64(k.Docks), Y: 100 * k.Share})
		bound = append(bound, plotter.XY{X: float64(k.Docks), Y: 100 * k.Bound})
	}
	top, err := plotter.NewLine(bound)
	if err != nil {
		return nil, err
	}
	top.Color, top.Dashes = color.Gray{130}, []vg.Length{vg.Points(3), vg.Points(2)}
	line, dots, err := plotter.NewLinePoints(share)
	if err != nil {
		return nil, err
	}
	line.Color, dots.Color, dots.Shape = dockInk, dockInk, draw.CircleGlyph{}
	p.Add(plotter.NewGrid(), top, line, dots)
	for _, g := range goals {
		l, err := plotter.NewLine(plotter.XYs{{X: 0, Y: g}, {X: share[len(share)-1].X, Y: g}})
		if err != nil {
			return nil, err
		}
		l.Color = mobileInk
		p.Add(l)
	}
	p.Legend.Add("best choice found", line, dots)
	p.Legend.Add("no choice reaches more", top)
	p.Legend.Top, p.Legend.Left = false, false
	p.Y.Min, p.Y.Max, p.X.Min = 0, 100, 0
	return p, nil
}
