package recognition

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/harrier-patrol/harrier/cmd/harrier/demo"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision/networks"
	"github.com/harrier-patrol/harrier/vision/score"
)

type modelRatesCmd struct {
	Manifest string   `arg:"" help:"The model's manifest (.json)." type:"existingfile"`
	Reports  []string `arg:"" help:"What harrier demo --report wrote of flights that were measured with it." type:"existingfile"`
}

func (c *modelRatesCmd) Run() error {
	sum := map[string][]score.Rate{}
	for _, p := range c.Reports {
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		var r demo.Report
		if err := json.Unmarshal(b, &r); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		for scene, rates := range r.Seen3s.Seen {
			sum[scene] = append(sum[scene], rates...)
		}
	}
	return networks.Update(c.Manifest, func(m *networks.Manifest) error {
		m.Rates = map[string]geo.Rates{}
		for _, scene := range slices.Sorted(maps.Keys(sum)) {
			rates := score.Table(sum[scene])
			if len(rates) == 0 {
				fmt.Printf("%-18s too little was seen of it: more flights are needed\n", scene)
				continue
			}
			m.Rates[scene] = rates
			for _, r := range rates {
				fmt.Printf("%-18s up to %.2f m a pixel, %2.0f° down and steeper, brightness from %.2f: %.0f %% of %d found\n", scene, r.GSDM, r.DepressionDeg, r.Light, 100*r.Found, r.Of)
			}
		}
		return nil
	})
}
