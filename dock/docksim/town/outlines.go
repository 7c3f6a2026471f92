package town

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Outlines are the town's buildings as a bureau would give them: heights good to a metre, and a few missing.
func (t *Town) Outlines(missing float64, heightOffM float64) []geo.Building {
	d := NewDice(t.Seed, 31)
	var out []geo.Building
	for _, b := range t.Buildings {
		if d.Chance(missing) {
			continue
		}
		ring := orb.Ring{t.ToFrame(b.X0, b.Y0), t.ToFrame(b.X1, b.Y0), t.ToFrame(b.X1, b.Y1), t.ToFrame(b.X0, b.Y1), t.ToFrame(b.X0, b.Y0)}
		out = append(out, geo.Building{Outline: orb.Polygon{ring}, HeightM: math.Round((b.H+d.Between(-heightOffM, heightOffM))*10) / 10})
	}
	return out
}
