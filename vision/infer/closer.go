package infer

import (
	"context"
	"math"
	"slices"

	"gocv.io/x/gocv"
	"golang.org/x/sync/errgroup"

	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// closer looks again, at the picture's own resolution, at what a detector found.
type closer struct {
	man  networks.Manifest
	free chan *session
	n    int
}

func openCloser(raw []byte, man networks.Manifest, engineName string, n int, on *runners) (*closer, error) {
	out := []port{{name: "classes", shape: []int{1, len(man.Classes)}}}
	if len(man.Marks) > 0 {
		out = append(out, port{name: "marks", shape: []int{1, len(man.Marks)}})
	}
	free, err := sessions(engineName, raw, man.Name, []port{pictureOf("crop", man)}, out, n, on)
	if err != nil {
		return nil, err
	}
	return &closer{man, free, n}, nil
}

// minCloser is the score from which a closer look is worth its time: what is less sure is not shown to anybody.
const minCloser = 0.15

// look takes a closer look at the detections of a picture, as many at a time as there are sessions, but not at what is seen in part only:
// at those of the manifest's classes that the detector is not sure of, and at what is not as long as things of its class are. Their class becomes
// what that look and their length say, their score what both looks say together (their geometric mean, calibrated); they come sorted by score.
func (c *closer) look(ctx context.Context, pic gocv.Mat, found []vision.Detection, minScore float64) ([]vision.Detection, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.n)
	for i := range found {
		d := &found[i]
		if d.Score < minCloser || d.Cut {
			continue
		}
		if c.man.AsLong(d.Class, d.LengthM) {
			if !slices.Contains(c.man.LooksAt, d.Class) {
				continue
			}
			if c.man.Sure > 0 && d.Score >= c.man.Sure && !vision.IsTruck(d.Class) {
				d.Score = c.man.Calibrated(d.Class, math.Sqrt(d.Score)) // as if the look agreed
				continue
			}
		}
		g.Go(func() error {
			side := c.man.Side * max(d.Box.W, d.Box.H, 12)
			x, y := d.Box.Centre()
			s, err := take(gctx, c.free)
			if err != nil {
				return err
			}
			defer func() { c.free <- s }()
			s.cut(pic, vision.Tile{X: x - side/2, Y: y - side/2, Side: side}, c.man.Size)
			if err := s.show(c.man); err != nil {
				return err
			}
			outs, err := s.run()
			if err != nil {
				return err
			}
			p := c.man.ByLength(outs[0], d.LengthM)
			best := -1
			for k, name := range c.man.Classes {
				if name != "" && (best < 0 || p[k] > p[best]) {
					best = k
				}
			}
			d.Class = c.man.Classes[best]
			d.Score = c.man.Calibrated(d.Class, math.Sqrt(d.Score*float64(p[best])))
			d.Kinds = kinds(c.man.Classes, p, d.Class)
			if vision.Name(d.Class) == "dump-truck" && len(c.man.Marks) > 0 {
				d.Marks = map[string]float64{}
				for k, mark := range c.man.Marks {
					d.Marks[mark] = float64(outs[1][k])
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return vision.Suppress(slices.DeleteFunc(found, func(d vision.Detection) bool { return !d.Told(minScore) }), 0.5), nil
}

// kinds are the probabilities of the classes that share a name with one, among themselves; nil where it has its name for itself.
func kinds(classes []string, p []float32, class string) map[string]float64 {
	name := vision.Name(class)
	if name == class {
		return nil
	}
	out, sum := map[string]float64{}, 0.0
	for k, c := range classes {
		if vision.Name(c) == name {
			out[c] = float64(p[k])
			sum += float64(p[k])
		}
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}
