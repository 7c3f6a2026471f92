package geo

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Coverage is which ground was really seen. The ground is cut into tiles of a ten-thousandth of a degree (about 10 m); what a frame
// shows of a tile is a look, and a tile keeps the best. It belongs to one goroutine.
type Coverage struct {
	tiles   map[tileID]*tileSeen
	changed map[tileID]bool // since Changes
}

// TileChange is what is known of a piece of ground, to be encoded (gob).
type TileChange struct {
	X, Y        int32
	Best        Look
	Looks       int
	First, Last time.Time
}

// Changes are the pieces of ground that were seen since it was last asked.
func (c *Coverage) Changes() []TileChange {
	out := make([]TileChange, 0, len(c.changed))
	for id := range c.changed {
		t := c.tiles[id]
		out = append(out, TileChange{id.x, id.y, t.best, t.looks, t.first, t.last})
	}
	clear(c.changed)
	return out
}

// Apply takes in what another coverage of the same flight has seen.
func (c *Coverage) Apply(seen []TileChange) {
	if c.tiles == nil {
		c.tiles, c.changed = map[tileID]*tileSeen{}, map[tileID]bool{}
	}
	for _, t := range seen {
		c.tiles[tileID{t.X, t.Y}] = &tileSeen{t.Best, t.Looks, t.First, t.Last}
	}
}

type tileID struct{ x, y int32 }

type tileSeen struct {
	best        Look
	looks       int
	first, last time.Time
}

// tileDeg is the size of a tile in degrees of longitude and latitude.
const tileDeg = 1e-4

// Look is how well a piece of ground was seen.
type Look struct {
	At            time.Time
	GSDM          float64 // metres a pixel
	DepressionDeg float64 // of the line of sight; 90 is straight down
	Light         float64 // mean brightness of the frame, 0 to 1
	Sharpness     float64 // 0 (blurred) to 1, of the frame
}

// Ground coarser than this is not taken for seen: nothing the scenes look for can be told there.
const worstGSDM = 0.3

// See adds what a frame shows: every tile whose middle lies in the picture and is not hidden by a building. The look's time,
// light and sharpness are the frame's. It returns how many tiles were seen.
func (c *Coverage) See(l Locator, cam Camera, p Pose, look Look) int {
	if c.tiles == nil {
		c.tiles, c.changed = map[tileID]*tileSeen{}, map[tileID]bool{}
	}
	f := NewFrame(p.Point(), 0)
	v := NewView(cam, ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg)
	// the outline of the picture on the ground, as far as it is sharp enough
	var b orb.Bound
	n := 0
	const edge = 8
	for i := range edge + 1 {
		for j := range edge + 1 {
			x, y := float64(cam.Width)*float64(i)/edge, float64(cam.Height)*float64(j)/edge
			g, slant, ok := v.OnPlane(x, y, 0)
			if !ok || slant/cam.FocalPx > worstGSDM {
				continue
			}
			q := f.From(g.E, g.N)
			if n == 0 {
				b = orb.Bound{Min: q, Max: q}
			}
			b = b.Extend(q)
			n++
		}
	}
	if n == 0 {
		return 0
	}
	seen := 0
	for y := int32(math.Floor(b.Min[1] / tileDeg)); y <= int32(math.Floor(b.Max[1]/tileDeg)); y++ {
		for x := int32(math.Floor(b.Min[0] / tileDeg)); x <= int32(math.Floor(b.Max[0]/tileDeg)); x++ {
			middle := tileMiddle(tileID{x, y})
			g := f.To(middle, 0)
			g.U = l.groundUnder(middle)
			px, py, depth := v.Project(g)
			if depth <= 0 || px < 0 || py < 0 || px > float64(cam.Width) || py > float64(cam.Height) || depth/cam.FocalPx > worstGSDM {
				continue
			}
			if l.Buildings != nil {
				if s := l.Buildings.meet(f, v, px, py, plane{kind: "ground", u: g.U}, l.groundUnder); s.kind == "wall" || s.kind == "roof" && !onRoof(v, px, py, s.u, g) {
					continue // a building stands before it
				}
			}
			look.GSDM = depth / cam.FocalPx
			look.DepressionDeg = math.Atan2(v.At.U-g.U, math.Hypot(g.E, g.N)) * 180 / math.Pi
			c.add(tileID{x, y}, look)
			seen++
		}
	}
	return seen
}

// onRoof says whether a roof that is met lies on the tile itself: then the tile is seen, from above.
func onRoof(v View, x, y, u float64, tile ENU) bool {
	r, _, ok := v.OnPlane(x, y, u)
	return ok && math.Hypot(r.E-tile.E, r.N-tile.N) < 12
}

func (c *Coverage) add(id tileID, look Look) {
	t := c.tiles[id]
	if t == nil {
		t = &tileSeen{best: look, first: look.At}
		c.tiles[id] = t
	}
	t.looks++
	t.last = look.At
	c.changed[id] = true
	// finer is better; at the same resolution sharper is
	if worth := func(l Look) float64 { return l.GSDM / math.Max(0.1, l.Sharpness) }; worth(look) < worth(t.best) {
		t.best = look
	}
}

func tileAt(p orb.Point) tileID {
	return tileID{int32(math.Floor(p[0] / tileDeg)), int32(math.Floor(p[1] / tileDeg))}
}

func tileMiddle(id tileID) orb.Point {
	return orb.Point{(float64(id.x) + 0.5) * tileDeg, (float64(id.y) + 0.5) * tileDeg}
}

// Seen counts the pieces of ground whose middle lies in an area (WGS-84), and those of them that were seen at a resolution (metres a pixel) or a
// finer one. A smaller area than a piece counts as the one that its middle lies in.
func (c *Coverage) Seen(area orb.MultiPolygon, gsdM float64) (seen, of int) {
	look := func(id tileID) {
		of++
		if t := c.tiles[id]; t != nil && t.best.GSDM <= gsdM {
			seen++
		}
	}
	done := map[tileID]bool{}
	b := area.Bound()
	for _, p := range area {
		pb := p.Bound()
		lo, hi := tileAt(pb.Min), tileAt(pb.Max)
		for y := lo.y; y <= hi.y; y++ {
			for x := lo.x; x <= hi.x; x++ {
				if id := (tileID{x, y}); !done[id] && planar.PolygonContains(p, tileMiddle(id)) {
					done[id] = true
					look(id)
				}
			}
		}
	}
	if of == 0 {
		look(tileAt(b.Center()))
	}
	return seen, of
}

// CellSeen is how well a grid cell was seen during a flight; the figures are medians over what was seen of it.
type CellSeen struct {
	Cell          string    `json:"cell"`
	Share         float64   `json:"share"` // of its ground
	GSDM          float64   `json:"gsd_m"`
	DepressionDeg float64   `json:"depression"`
	Light         float64   `json:"light"`
	Sharpness     float64   `json:"sharpness"`
	Looks         int       `json:"looks"` // frames that showed a tile of it, on average
	First         time.Time `json:"first"`
	Last          time.Time `json:"last"`
	Tiles         *Tiles    `json:"tiles,omitempty"` // which of its ground
}

// Tiles are the tiles of a cell's box that were seen: tile x of row y lies at (X + x, Y + y) ten-thousandths of a degree, rows go north.
type Tiles struct {
	X int32 `json:"x"`
	Y int32 `json:"y"`
	W int32 `json:"w"` // tiles in a row
	// GSD is the best resolution at which each was seen: 1 is 3 mm a pixel, each step 2 % more; 0 is not seen.
	GSD []byte `json:"gsd"`
}

// How Tiles have resolutions.
const finestTileM, tileStep = 0.003, 1.02

func stepOf(gsdM float64) byte {
	return byte(math.Max(1, math.Min(255, 1+math.Round(math.Log(gsdM/finestTileM)/math.Log(tileStep)))))
}

// At is the resolution, metres a pixel and within 1 %, at which the tile that a place (WGS-84) lies in was seen; ok is false where it was not.
func (t *Tiles) At(p orb.Point) (gsdM float64, ok bool) {
	if t == nil {
		return 0, false
	}
	id := tileAt(p)
	x, y := int64(id.x)-int64(t.X), int64(id.y)-int64(t.Y)
	if x < 0 || y < 0 || x >= int64(t.W) || y*int64(t.W)+x >= int64(len(t.GSD)) {
		return 0, false
	}
	v := t.GSD[y*int64(t.W)+x]
	return finestTileM * math.Pow(tileStep, float64(v)-1), v > 0
}

// Tiles are those of a cell's box, also such as lie half in a neighbour, for which seen says a resolution, metres a pixel, at its middle.
func (g *Grid) Tiles(cell *Cell, seen func(middle orb.Point) (gsdM float64, ok bool)) *Tiles {
	b := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for _, p := range g.Polygons(cell) {
		b = b.Union(p.Bound())
	}
	lo, hi := tileAt(b.Min), tileAt(b.Max)
	t := &Tiles{X: lo.x, Y: lo.y, W: hi.x - lo.x + 1}
	t.GSD = make([]byte, t.W*(hi.y-lo.y+1))
	for i := range t.GSD {
		m := tileMiddle(tileID{lo.x + int32(i)%t.W, lo.y + int32(i)/t.W})
		if gsd, ok := seen(m); ok {
			t.GSD[i] = stepOf(gsd)
		}
	}
	return t
}

// ByCell sums the coverage up by the cells of a grid, in the order of their codes.
func (c *Coverage) ByCell(g *Grid) []CellSeen {
	by := map[*Cell][]*tileSeen{}
	for id, t := range c.tiles {
		if cell, ok := g.At(tileMiddle(id)); ok {
			by[cell] = append(by[cell], t)
		}
	}
	out := make([]CellSeen, 0, len(by))
	for cell, tiles := range by {
		s := CellSeen{Cell: cell.Code, First: tiles[0].first, Last: tiles[0].last}
		middle := func(of func(*tileSeen) float64) float64 {
			v := make([]float64, len(tiles))
			for i, t := range tiles {
				v[i] = of(t)
			}
			slices.Sort(v)
			return v[len(v)/2]
		}
		s.GSDM = middle(func(t *tileSeen) float64 { return t.best.GSDM })
		s.DepressionDeg = middle(func(t *tileSeen) float64 { return t.best.DepressionDeg })
		s.Light = middle(func(t *tileSeen) float64 { return t.best.Light })
		s.Sharpness = middle(func(t *tileSeen) float64 { return t.best.Sharpness })
		s.Looks = int(middle(func(t *tileSeen) float64 { return float64(t.looks) }))
		for _, t := range tiles {
			if t.first.Before(s.First) {
				s.First = t.first
			}
			if t.last.After(s.Last) {
				s.Last = t.last
			}
		}
		s.Tiles = g.Tiles(cell, func(middle orb.Point) (float64, bool) {
			t := c.tiles[tileAt(middle)]
			if t == nil {
				return 0, false
			}
			return t.best.GSDM, true
		})
		s.Share = math.Min(1, float64(len(tiles))/math.Max(1, float64(g.tilesOf(cell))))
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Cell < out[j].Cell })
	return out
}

// tilesOf counts the tiles whose middle lies in a cell.
func (g *Grid) tilesOf(cell *Cell) int {
	n := 0
	for _, p := range g.Polygons(cell) {
		b := p.Bound()
		lo, hi := tileAt(b.Min), tileAt(b.Max)
		for y := lo.y; y <= hi.y; y++ {
			for x := lo.x; x <= hi.x; x++ {
				if k, ok := g.At(tileMiddle(tileID{x, y})); ok && k == cell {
					n++
				}
			}
		}
	}
	return n
}

// Rate is how often a scene's things are found, as measured, where ground is seen at most so coarsely, at least so steeply and at least
// so brightly.
type Rate struct {
	GSDM          float64 `json:"gsd_m"`          // up to
	DepressionDeg float64 `json:"depression_deg"` // from
	Light         float64 `json:"light"`          // from, mean brightness of the frame
	Found         float64 `json:"found"`          // share
	Of            int     `json:"of"`             // things it rests on
}

// Rates are the detection rates of a scene. An empty table says nothing.
type Rates []Rate

// Of is the rate for a look: the highest of those that promise no more than the look holds; ok is false without a table.
func (r Rates) Of(gsdM, depressionDeg, light float64) (found float64, ok bool) {
	for _, x := range r {
		if gsdM <= x.GSDM && depressionDeg >= x.DepressionDeg && light >= x.Light && x.Found > found {
			found = x.Found
		}
	}
	return found, len(r) > 0
}

// Found is the probability that a thing of a scene, had it been in a cell, would have been found by looks of several flights, which
// err independently: each sees its share of the cell at its rate.
func (r Rates) Found(looks []CellSeen) (p float64, ok bool) {
	missed := 1.0
	for _, l := range looks {
		found, known := r.Of(l.GSDM, l.DepressionDeg, l.Light)
		if !known {
			return 0, false
		}
		missed *= 1 - l.Share*found
	}
	return 1 - missed, len(r) > 0
}
