package recognition

import (
	"fmt"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/vision/dataset"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
)

type modelLearntCmd struct {
	Manifest string   `arg:"" help:"The model's manifest (.json)." type:"existingfile"`
	From     []string `required:"" help:"Data sets that it was trained on (COCO)." type:"existingdir"`
	Held     []string `required:"" help:"Data sets of the same kinds that it was not trained on: the limit is set so that 98 in 100 of their pictures are within it." type:"existingdir"`
	Most     int      `default:"150" help:"So many pictures of each are taken, evenly."`
}

// Run describes the pictures and writes the manifest.
func (c *modelLearntCmd) Run() error {
	measures := func(dirs []string) (out [][]float64, err error) {
		for _, d := range dirs {
			pictures, _, err := dataset.Read(d, "coco")
			if err != nil {
				return nil, err
			}
			n := min(c.Most, len(pictures))
			for k := range n {
				p := pictures[k*len(pictures)/n]
				pic := gocv.IMRead(p.Path, gocv.IMReadColor|gocv.IMReadIgnoreOrientation)
				if pic.Empty() {
					pic.Close()
					return nil, fmt.Errorf("%s: the picture is missing or damaged", p.Path)
				}
				row, err := infer.Describe(pic)
				pic.Close()
				if err != nil {
					return nil, fmt.Errorf("%s: %w", p.Path, err)
				}
				out = append(out, row)
			}
		}
		return out, nil
	}
	rows, err := measures(c.From)
	if err != nil {
		return err
	}
	held, err := measures(c.Held)
	if err != nil {
		return err
	}
	return networks.Update(c.Manifest, func(m *networks.Manifest) error {
		if m.Learnt, err = networks.Learn(rows, held); err == nil {
			fmt.Printf("%s: %d pictures learnt from, limit %.3f set on %d others\n", c.Manifest, len(rows), m.Learnt.Limit, len(held))
		}
		return err
	})
}
