package watch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/evidence"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/change"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
)

// SubjectChanges is where it is told what was built or pulled down since the last pass: + flight.
const SubjectChanges = "harrier.changes."

// BucketPasses of the key-value store holds the last pass over every plot.
const BucketPasses = "passes"

// pass is how a flight showed a plot.
type pass struct {
	Flight  string     `json:"flight"`
	At      time.Time  `json:"at"`
	Picture string     `json:"picture"` // rectified, SHA-256 in the evidence, sealed: it was not searched for faces and plates
	View    [3]float64 `json:"view"`    // towards the camera: east, north, up
	Cov     geo.Cov    `json:"cov"`     // of its position

	jpeg []byte // nil where it is in the evidence only
}

// picture of the pass, from the evidence where it is not at hand.
func (p *pass) picture(ctx context.Context, store *evidence.Store) (m gocv.Mat, err error) {
	raw := p.jpeg
	if raw == nil {
		if raw, err = store.Unseal(ctx, p.Picture); err != nil {
			return gocv.Mat{}, err
		}
	}
	if m, err = gocv.IMDecode(raw, gocv.IMReadColor); err != nil {
		return gocv.Mat{}, fmt.Errorf("the picture of a pass is none: %w", err)
	}
	return m, nil
}

// plotView is a plot seen from one side: what stands up looks different from another.
type plotView struct {
	plot change.Plot
	side int
}

func (v plotView) key(simulated bool) string {
	where := "real"
	if simulated {
		where = "sim"
	}
	return fmt.Sprintf("%s.%s.%d", where, v.plot, v.side)
}

const (
	// nadirDeg: closer to straight down than this, it matters little from which side.
	nadirDeg = 12
	// apartDeg: views that differ by more are not compared.
	apartDeg = 15
	// flattestDeg off straight down at which a plot is still compared: beyond it walls hide the ground.
	flattestDeg = 40
	// maxPlots of a flight are kept, about 60 kB each.
	maxPlots = 600
	// coarsestPass is the ground resolution up to which a frame is good enough, metres a pixel.
	coarsestPass = 0.13
	// passShare of its height is how far the aircraft flies between frames that are laid on the ground.
	passShare = 0.2
)

// sideOf is 0 for straight down, else 1 to 8 by the direction of the camera.
func sideOf(view [3]float64) int {
	if math.Acos(view[2])*180/math.Pi < nadirDeg {
		return 0
	}
	return 1 + int(math.Floor((math.Atan2(view[0], view[1])/math.Pi+1)*4))%8
}

// passed lays a frame on the plots that it shows, where it shows them better than an earlier frame did.
func (f *flightWatch) passed(l look, at time.Time) error {
	b := f.base()
	p, ok := f.pose(b, l.pts)
	if !ok || l.pic == nil {
		return nil
	}
	where, err := f.on(b).Locate(l.camera, p, float64(l.camera.Width)/2, float64(l.camera.Height)/2, 0, 0)
	if err != nil {
		return nil // it looks where nothing can be placed
	}
	for _, plot := range change.PlotAt(where.Point()).Neighbours(3) {
		view, ok := plot.Shown(l.camera, p)
		if !ok || math.Acos(view[2])*180/math.Pi > flattestDeg || p.HeightM/view[2]/l.camera.FocalPx > coarsestPass {
			continue
		}
		k := plotView{plot, sideOf(view)}
		old, there := f.passes[k]
		if there && old.View[2] >= view[2] || !there && len(f.passes) >= maxPlots {
			continue
		}
		flat, view, ok := plot.Rectified(l.pic.BGR, l.camera, p)
		if !ok {
			continue
		}
		picture, err := jpeg(flat)
		flat.Close()
		if err != nil {
			return err
		}
		f.passes[k] = pass{Flight: f.job.Flight, At: at.UTC(), View: view, Cov: where.Cov, jpeg: picture}
	}
	return nil
}

// Comparer compares the passes of a flight with the last ones. It is safe for use by several goroutines.
type Comparer struct {
	mu   sync.Mutex
	pair *infer.Pair
}

// NewComparer loads the network that compares two pictures. Close it.
func NewComparer() (*Comparer, error) {
	p, err := infer.OpenPair(networks.Change)
	if err != nil {
		return nil, err
	}
	return &Comparer{pair: p}, nil
}

// Close frees the network.
func (c *Comparer) Close() { c.pair.Close() }

// maxChanges are told of a flight, the largest first.
const maxChanges = 500

// replaced is a pass that takes the place of the last one, which was kept with a revision, 0 for none.
type replaced struct {
	key      string
	pass     pass
	revision uint64
}

// compare compares a flight's passes with the last ones over the same plots. It returns those that are to take their place.
func (w *Watcher) compare(ctx context.Context, kv jetstream.KeyValue, job dock.WatchJob, epoch uint64, passes map[plotView]pass) (vision.Changed, []replaced, error) {
	out := vision.Changed{Flight: job.Flight, Dock: job.Dock, Epoch: epoch, Simulated: job.Simulated, Compared: []vision.ComparedPlot{}, Changes: []vision.Change{}}
	var newer []replaced
	plots := map[change.Plot]bool{} // of which it is known what changed
	keys := make([]plotView, 0, len(passes))
	for k := range passes {
		keys = append(keys, k)
	}
	// what is seen from straight above tells most; a plot is compared once
	slices.SortFunc(keys, func(a, b plotView) int {
		return cmp.Or(cmp.Compare(a.plot.Row, b.plot.Row), cmp.Compare(a.plot.Column, b.plot.Column), cmp.Compare(passes[b].View[2], passes[a].View[2]))
	})
	for _, k := range keys {
		if ctx.Err() != nil {
			return out, nil, ctx.Err()
		}
		now := passes[k]
		var err error
		if now.Picture == "" {
			if now.Picture, err = w.Store.Seal(ctx, now.jpeg); err != nil {
				return out, nil, err
			}
		}
		last, revision, err := lastPass(ctx, kv, k.key(job.Simulated))
		if err != nil {
			return out, nil, err
		}
		switch {
		case last == nil:
			out.First++
		case last.Flight == job.Flight || !last.At.Before(now.At):
			continue // another worker was here with the same flight, or a later one
		case plots[k.plot]:
		case change.ViewsApartDeg(last.View, now.View) > apartDeg:
			out.Apart++
		default:
			found, err := w.changes(ctx, k.plot, *last, now)
			if err != nil {
				w.Log.Warn("a plot is not compared with its last pass", "plot", k.plot, "flight", job.Flight, "error", err)
				break
			}
			plots[k.plot] = true
			out.Compared = append(out.Compared, vision.ComparedPlot{Plot: k.plot.String(), Ring: ringOf(k.plot), Last: last.At, LastFlight: last.Flight, Before: last.Picture, After: now.Picture})
			out.Changes = append(out.Changes, found...)
		}
		newer = append(newer, replaced{k.key(job.Simulated), now, revision})
	}
	slices.SortStableFunc(out.Changes, func(a, b vision.Change) int { return cmp.Compare(b.SquareM, a.SquareM) })
	out.Changes = out.Changes[:min(len(out.Changes), maxChanges)]
	return out, newer, nil
}

// replace keeps passes in the place of the last ones.
func (w *Watcher) replace(ctx context.Context, kv jetstream.KeyValue, newer []replaced) error {
	for _, x := range newer {
		b, err := json.Marshal(x.pass)
		if err != nil {
			return err
		}
		if x.revision == 0 {
			_, err = kv.Create(ctx, x.key, b)
		} else {
			_, err = kv.Update(ctx, x.key, b, x.revision)
		}
		if err != nil && !errors.Is(err, jetstream.ErrKeyExists) { // another flight was faster: its pass is as good
			w.Log.Warn("the last pass over a plot is not kept", "plot", x.key, "error", err)
		}
	}
	return ctx.Err()
}

func ringOf(p change.Plot) orb.Ring {
	return orb.Ring{p.Place(0, change.PlotPx), p.Place(change.PlotPx, change.PlotPx), p.Place(change.PlotPx, 0), p.Place(0, 0), p.Place(0, change.PlotPx)}
}

func lastPass(ctx context.Context, kv jetstream.KeyValue, key string) (*pass, uint64, error) {
	e, err := kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("last pass %s: %w", key, err)
	}
	var p pass
	if err := json.Unmarshal(e.Value(), &p); err != nil {
		return nil, e.Revision(), nil // written by another version: the next pass takes its place
	}
	return &p, e.Revision(), nil
}

// changes compares two passes over a plot.
func (w *Watcher) changes(ctx context.Context, plot change.Plot, before, after pass) ([]vision.Change, error) {
	a, err := before.picture(ctx, w.Store)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, err := after.picture(ctx, w.Store)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	w.Comparer.mu.Lock()
	r, err := change.Compare(ctx, w.Comparer.pair, w.Finder, a, b, change.Options{GSDM: change.PlotGSDM})
	w.Comparer.mu.Unlock()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []vision.Change
	for _, o := range r.Outlines {
		var ring orb.Ring
		for _, q := range o.Outline {
			ring = append(ring, plot.Place(q[0], q[1]))
		}
		if len(ring) < 3 {
			continue
		}
		ring = append(ring, ring[0])
		if ring.Orientation() == orb.CW {
			ring.Reverse()
		}
		middle, _ := planar.CentroidArea(ring)
		c := vision.Change{Kind: string(o.Kind), Outline: ring, Lon: middle.Lon(), Lat: middle.Lat(), Cov: after.Cov, Score: o.Score,
			Last: before.At, LastFlight: before.Flight, At: after.At, Before: before.Picture, After: after.Picture}
		if o.SquareM != nil {
			c.SquareM = *o.SquareM
		}
		if w.Grid != nil {
			if cell, ok := w.Grid.At(middle); ok {
				c.Cell = cell.Code
			}
		}
		if w.Register.Len() > 0 {
			m := w.Register.Match(orb.Polygon{ring}, after.Cov, change.PlotGSDM*2)
			c.Register = &m
		}
		out = append(out, c)
	}
	return out, nil
}

// sinceMarginM: a structure is one that is new by so much round the outline of the change.
const sinceMarginM = 2

// since says what the passes tell of a structure that was found: whether it stood at the last pass. ok is false where that pass is not
// comparable.
func since(c vision.Changed, f vision.Finding) (vision.Since, bool) {
	at := orb.Point{f.Lon, f.Lat}
	for _, p := range c.Compared {
		if !planar.RingContains(p.Ring, at) {
			continue
		}
		s := vision.Since{Last: p.Last, LastFlight: p.LastFlight}
		for _, x := range c.Changes {
			if x.Kind == string(change.New) && (planar.RingContains(x.Outline, at) || geo.DistanceM(at, orb.Point{x.Lon, x.Lat}) < sinceMarginM) {
				s.New = true
			}
		}
		return s, true
	}
	return vision.Since{}, false
}

// aroundM is how much of the ground is shown around a structure, before and after, metres.
const aroundM = 20

// placePair are pictures of a structure's place at the last pass and at this one, the one exactly over the other, as they may be shown.
func (w *Watcher) placePair(ctx context.Context, c vision.Changed, at orb.Point) (before, after string, err error) {
	i := slices.IndexFunc(c.Compared, func(p vision.ComparedPlot) bool { return planar.RingContains(p.Ring, at) })
	if i < 0 || c.Compared[i].Before == "" || c.Compared[i].After == "" {
		return "", "", nil
	}
	x, y := change.PlotAt(at).Pixel(at)
	const side = aroundM / change.PlotGSDM
	left := max(0, min(change.PlotPx-side, int(x)-side/2))
	top := max(0, min(change.PlotPx-side, int(y)-side/2))
	var out [2]string
	for n, sealed := range []string{c.Compared[i].Before, c.Compared[i].After} {
		p := pass{Picture: sealed}
		m, err := p.picture(ctx, w.Store)
		if err != nil {
			return "", "", err
		}
		out[n], err = w.show(ctx, m, image.Rect(left, top, left+side, top+side))
		m.Close()
		if err != nil {
			return "", "", err
		}
	}
	return out[0], out[1], nil
}

// show keeps a part of a picture of the ground with people and vehicles made unrecognisable.
func (w *Watcher) show(ctx context.Context, m gocv.Mat, part image.Rectangle) (string, error) {
	seen, err := w.Model.Picture(ctx, m, vision.TilesAt(m.Cols(), m.Rows(), w.Model.Manifest.Size, vision.VideoScale), PrivateScore)
	if err != nil {
		return "", err
	}
	Blur(&m, seen, nil)
	r := m.Region(part.Intersect(image.Rect(0, 0, m.Cols(), m.Rows())))
	defer r.Close()
	b, err := jpeg(r)
	if err != nil {
		return "", err
	}
	return w.Store.Put(ctx, b)
}
