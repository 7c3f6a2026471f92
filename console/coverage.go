package console

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/harrier-patrol/harrier/dock/pace"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/journal"
	"github.com/harrier-patrol/harrier/vision"
)

// Coverage is what all flights have shown, to be asked by cell: a read model of the COVERAGE stream, built anew at every start.
type Coverage struct {
	Grid *geo.Grid
	// Rates are the detection rates of the model in use, by scene.
	Rates map[string]geo.Rates
	Log   *slog.Logger

	mu      sync.Mutex
	flights map[string]vision.Covered
	order   []string // flights, oldest first
}

// maxCovered flights are held; the stream keeps more.
const maxCovered = 5000

// Run follows the stream until ctx ends.
func (c *Coverage) Run(ctx context.Context, js jetstream.JetStream) error {
	for ctx.Err() == nil {
		err := journal.Follow(ctx, js, "COVERAGE", ">", journal.From{}, func() {}, func(m journal.Msg) error {
			var x vision.Covered
			if err := json.Unmarshal(m.Data, &x); err != nil {
				c.Log.Error("coverage is not JSON, passed over", "subject", m.Subject, "error", err)
				return nil
			}
			c.take(x)
			return nil
		})
		if err == nil || ctx.Err() != nil {
			return nil
		}
		c.Log.Warn("coverage cannot be followed, trying again", "error", err)
		_ = pace.Wall.Sleep(ctx, 2*time.Second) // the stream is away; what is read again changes nothing
	}
	return nil
}

func (c *Coverage) take(x vision.Covered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights == nil {
		c.flights = map[string]vision.Covered{}
	}
	old, had := c.flights[x.Flight]
	if had && (x.Epoch < old.Epoch || x.Epoch == old.Epoch && x.Revision < old.Revision) {
		return // of an earlier worker
	}
	if !had {
		c.order = append(c.order, x.Flight)
		if len(c.order) > maxCovered {
			delete(c.flights, c.order[0])
			c.order = c.order[1:]
		}
	}
	c.flights[x.Flight] = x
}

// CellLook is what a flight showed of a cell.
type CellLook struct {
	Flight string `json:"flight"`
	geo.CellSeen
}

// CellCoverage is what is known of a cell.
type CellCoverage struct {
	Cell  string     `json:"cell"`
	Looks []CellLook `json:"looks" doc:"by flight, the latest first"`
	// Found is by scene the probability that a thing, had it been there, would have been found.
	Found map[string]float64 `json:"found,omitempty" doc:"by scene; absent where the model's detection rate was not measured"`
}

// Cell answers for a cell: who looked, how well, and what "nothing found" is worth.
func (c *Coverage) Cell(code string) CellCoverage {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := CellCoverage{Cell: code, Looks: []CellLook{}}
	for _, id := range slices.Backward(c.order) {
		f := c.flights[id]
		if i := sort.Search(len(f.Cells), func(i int) bool { return f.Cells[i].Cell >= code }); i < len(f.Cells) && f.Cells[i].Cell == code {
			out.Looks = append(out.Looks, CellLook{id, f.Cells[i]})
		}
	}
	if len(out.Looks) == 0 {
		return out
	}
	for scene, rates := range c.Rates {
		var looks []geo.CellSeen
		for _, l := range out.Looks {
			if slices.Contains(c.flights[l.Flight].Scenes, scene) {
				looks = append(looks, l.CellSeen)
			}
		}
		if p, ok := rates.Found(looks); ok {
			if out.Found == nil {
				out.Found = map[string]float64{}
			}
			out.Found[scene] = p
		}
	}
	return out
}

// GeoJSON draws the cells that were seen, each with the best look of any flight and the last.
func (c *Coverage) GeoJSON() ([]byte, error) {
	c.mu.Lock()
	best := map[string]CellLook{}
	flights := map[string]int{}
	for _, id := range c.order {
		for _, s := range c.flights[id].Cells {
			flights[s.Cell]++
			b, had := best[s.Cell]
			last := s.Last
			if had && b.Last.After(last) {
				last = b.Last
			}
			if !had || s.Share > b.Share || s.Share == b.Share && s.GSDM < b.GSDM {
				b = CellLook{id, s}
			}
			b.Last = last
			best[s.Cell] = b
		}
	}
	c.mu.Unlock()
	fc := geojson.NewFeatureCollection()
	fc.ExtraMembers = map[string]any{"datum": geo.WGS84}
	c.Grid.Each(func(k *geo.Cell, p []orb.Polygon) {
		b, ok := best[k.Code]
		if !ok {
			return
		}
		f := geojson.NewFeature(orb.MultiPolygon(p))
		f.Properties = geojson.Properties{"cell": k.Code, "share": b.Share, "gsd_m": b.GSDM, "depression": b.DepressionDeg, "light": b.Light, "sharpness": b.Sharpness, "last": b.Last, "flights": flights[k.Code]}
		fc.Append(f)
	})
	return json.Marshal(fc)
}
