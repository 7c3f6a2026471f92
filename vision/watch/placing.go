package watch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/stream"
)

// place puts what was seen on the ground as soon as the poses around it are there, and sends what the rules find.
func (f *flightWatch) place(ctx context.Context, client *stream.Client, in <-chan look) (err error) {
	var waiting []look
	defer func() {
		for _, l := range waiting {
			l.close()
		}
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	refine := time.NewTicker(2 * time.Second)
	defer refine.Stop()
	cover := time.NewTicker(coverEvery)
	defer cover.Stop()
	save := time.NewTicker(checkpointEvery)
	defer save.Stop()
	defer func() {
		if !errors.Is(err, errTaken) {
			err = errors.Join(err, f.save(ctx))
		}
		if errors.Is(err, errTaken) {
			return // the other one tells the end
		}
		if e := errors.Join(f.cutClips(ctx, true), f.sink.Covered(f.covered()), f.end(time.Now().Add(time.Hour), true)); e != nil {
			err = errors.Join(err, fmt.Errorf("what the flight has shown is not kept yet: %w", e))
		}
		f.sink.Passed(f.passes)
	}()
	for {
		if s := client.Session(); s != f.session.Load() {
			f.anew(s)
		}
		from := in
		if len(waiting) >= looksKept {
			from = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case l, ok := <-from:
			if !ok {
				return nil
			}
			waiting = append(waiting, l)
		case <-tick.C:
		case <-cover.C:
			if err := f.sink.Covered(f.covered()); err != nil {
				return err
			}
		case <-save.C:
			if err := f.save(ctx); err != nil {
				return err
			}
		case <-refine.C:
			f.clock.Estimate(f.poses.Recent())
			if err := errors.Join(f.refine(), f.cutClips(ctx, false), f.end(f.base().zero.Add(f.newest-endedAfter), false)); err != nil {
				return err
			}
		}
		for len(waiting) > 0 {
			done, err := f.placeNext(ctx, waiting[0])
			if err != nil {
				return err
			}
			if !done {
				break
			}
			waiting[0].close()
			waiting = waiting[1:]
		}
	}
}

// placeNext puts what a frame showed on the ground; done is false while the poses around it may still come.
func (f *flightWatch) placeNext(ctx context.Context, l look) (done bool, err error) {
	if l.session != f.session.Load() {
		return true, nil // of a connection that broke off
	}
	at := f.base().zero.Add(l.pts)
	if !f.poses.Reaches(at) && time.Since(at) < poseWait {
		return false, nil
	}
	if l.unlike != nil {
		if err := f.sink.Unlike(*l.unlike); err != nil {
			return false, err
		}
	}
	if err := f.sightings(ctx, l, at); err != nil {
		return false, err
	}
	f.cover(l, at)
	if l.pass {
		if err := f.passed(l, at); err != nil {
			return false, err
		}
	}
	f.newest = l.pts
	if l.seen.reason == "" {
		if len(f.views) == viewsKept {
			f.views = slices.Delete(f.views, 0, viewsKept/4)
			f.viewsTold = max(0, f.viewsTold-viewsKept/4)
		}
		f.views = append(f.views, f.viewOf(l, at))
	}
	return true, nil
}

func (f *flightWatch) sightings(ctx context.Context, l look, at time.Time) error {
	b := f.base()
	var frame []vision.Observation
	for _, d := range l.dets {
		o := vision.Observation{Sighting: vision.Sighting{Detection: d, Time: at}, PTS: l.pts, Camera: l.camera}
		where, ok := f.locate(b, o)
		if !ok {
			continue
		}
		o.At = where
		frame = append(frame, o)
	}
	sealed := "" // the frame as it came, once it was needed
	for n, k := range f.tracker.Add(frame) {
		o := frame[n]
		scene, found := f.tracker.Rule(k, f.w.Fences)
		if !found || k.Found || l.pic == nil {
			continue
		}
		if class, _ := k.Class(); class != o.Class {
			continue // the frame that is shown must show it
		}
		if !f.trusted(k, scene) || f.tracker.Undecided(k) {
			continue // it may yet be
		}
		k.Found = true
		read, err := f.read(ctx, l.pic.BGR, o.Detection, o.At)
		if err != nil {
			return err
		}
		x := f.finding(k, o, scene.Name, read)
		x.Sharpness = l.seen.sharpness
		if p, ok := f.pose(f.base(), o.PTS); ok {
			f.judge(&x, o, f.on(f.base()), p, scene)
		}
		if !x.Withheld || scene.Classes[o.Class].Asks(vision.ReasonNew) { // which is told at the flight's end
			if sealed == "" {
				if sealed, err = f.seal(ctx, &l); err != nil {
					return err
				}
			}
			if err := f.illustrate(ctx, &x, picture{l.pic.BGR, l.all, sealed}); err != nil {
				return err
			}
		}
		f.found[k] = x
		// first what another worker must know of it, then the finding: so it is never found twice
		if err := f.save(ctx); err != nil {
			return err
		}
		if err := f.sink.Finding(x); err != nil {
			return err
		}
		if f.reel != nil && x.Original != "" && !x.Withheld {
			f.clips = append(f.clips, wantedClip{k, l.session, o.PTS, time.Now()})
		}
	}
	return nil
}

// seal keeps a frame as it came, and searches what was not looked at of it for what may not be shown.
func (f *flightWatch) seal(ctx context.Context, l *look) (sha256 string, err error) {
	rest, err := f.unsearched(ctx, *l)
	if err != nil {
		return "", err
	}
	l.all = append(l.all, rest...)
	raw, err := jpeg(l.pic.BGR)
	if err != nil {
		return "", err
	}
	return f.w.Store.Seal(ctx, raw)
}

// unsearched is what is seen in the parts of a frame that were not looked at: before it is kept it is searched whole for faces and plates.
func (f *flightWatch) unsearched(ctx context.Context, l look) ([]vision.Detection, error) {
	tiles := f.leftOut(l, f.w.Model.Manifest.Size)
	if len(tiles) == 0 {
		return nil, nil
	}
	return f.w.Model.Picture(ctx, l.pic.BGR, tiles, PrivateScore)
}

// leftOut are the tiles, of size pixels as the model takes them, of what was not looked at in a frame.
func (f *flightWatch) leftOut(l look, size int) []vision.Tile {
	tiles := vision.TilesAt(l.camera.Width, l.camera.Height, size, vision.VideoScale)
	if p, ok := f.pose(f.base(), l.pts); ok {
		tiles = vision.TilesByGround(l.camera, p, 0, size)
	}
	return slices.DeleteFunc(tiles, func(t vision.Tile) bool { return covered(t, l.tiles) })
}

// covered says whether a tile lies in one that was looked at, but for a strip in which nobody is seen whole.
func covered(t vision.Tile, looked []vision.Tile) bool {
	const stripPx = 16
	return slices.ContainsFunc(looked, func(o vision.Tile) bool {
		return o.Side <= 1.5*t.Side && t.X >= o.X-stripPx && t.Y >= o.Y-stripPx && t.X+t.Side <= o.X+o.Side+stripPx && t.Y+t.Side <= o.Y+o.Side+stripPx
	})
}

// endedAfter: what moves and was not seen for so long is gone. What stands is kept to the end of the flight: a
// second pass may come to it again.
const endedAfter = 3 * time.Minute

// end hands over the tracks that ended before a time; with all, every one.
func (f *flightWatch) end(before time.Time, all bool) error {
	if all {
		f.tracker.Merge()
		f.tracker.Link()
	}
	for _, k := range f.tracker.Ended(before, all) {
		path, share := f.path(k)
		trust := k.Trust(share)
		if k.Sightings < 2 || trust < vision.MinTrust && !k.Found {
			continue
		}
		_, score := k.Class()
		name, attr := f.tracker.Describe(k, f.w.DoorLines)
		e, n, sigma := k.Velocity()
		x := vision.Ended{ID: f.id(k), Epoch: f.epoch, Flight: f.job.Flight, Dock: f.job.Dock, Class: name, Attributes: attr, Score: score, Trust: trust, Sightings: k.Sightings,
			Moving: k.Moves(), VelocityE: e, VelocityN: n, VelocityS: sigma, FirstSeen: k.FirstSeen.UTC(), LastSeen: k.LastSeen.UTC(),
			Path: path, Simulated: f.job.Simulated}
		if found := f.found[k]; !found.Withheld {
			x.Scene = found.Scene
		}
		if err := f.sink.Ended(x); err != nil {
			return err
		}
	}
	return nil
}

func (f *flightWatch) id(k *vision.Track) string {
	return fmt.Sprintf("%s%s-%s", f.job.Flight, f.photo, k.Name())
}

// cover notes which ground a frame shows.
func (f *flightWatch) cover(l look, at time.Time) {
	p, ok := f.pose(f.base(), l.pts)
	switch {
	case l.seen.reason != "":
		f.seen.gap(at, at, l.seen.reason)
	case ok:
		f.seen.saw(f.locator, l.camera, p, geo.Look{At: at.UTC(), Light: l.seen.light, Sharpness: l.seen.sharpness})
	}
}

// on is the locator for poses with these corrections: what they know of the height above the ground need not be feared twice.
func (f *flightWatch) on(b timeBase) geo.Locator {
	l := f.locator
	if b.bias != nil {
		l.GroundSigmaM = 0
	}
	return l
}

// locate puts an observation on the ground with the pose at its capture time.
func (f *flightWatch) locate(b timeBase, o vision.Observation) (geo.Located, bool) {
	p, ok := f.pose(b, o.PTS)
	if !ok {
		return geo.Located{}, false
	}
	above, _ := f.tracker.AboveM(o.Class)
	x, y := o.Box.Centre()
	where, err := vision.Surfaces(f.on(b), o.Class).Locate(o.Camera, p, x, y, above, boxSigma(o.Box))
	return where, err == nil
}

// boxSigma is how far the middle of a box is off the middle of what it shows, pixels: of large things it shows one side more than the
// other, and their parts stand up to different heights.
func boxSigma(b vision.Box) float64 { return math.Hypot(2, 0.06*math.Max(b.W, b.H)) }

// refined: a capture time that changed by less moves nothing by more than a metre or so.
const refined = 100 * time.Millisecond

// refine places everything again when more is known of the poses and of the time at which the frames were taken, and says so of what was found.
func (f *flightWatch) refine() error {
	b := f.base()
	if b.zero.Sub(f.placed.zero).Abs() < refined && b.bias == f.placed.bias {
		return nil
	}
	f.placed = b
	f.tracker.Relocate(func(o vision.Observation) (geo.Located, time.Time, bool) {
		l, ok := f.locate(b, o)
		return l, b.zero.Add(o.PTS), ok
	})
	for k, x := range f.found {
		if geo.DistanceM([2]float64{x.Lon, x.Lat}, [2]float64{k.Lon(), k.Lat()}) < 0.5 {
			continue
		}
		x.Lon, x.Lat, x.Cov, x.Revision = k.Lon(), k.Lat(), k.Cov, x.Revision+1
		read := x.Attributes // a plate was read once, a structure judged once
		_, x.Attributes = f.tracker.Describe(k, f.w.DoorLines)
		for _, a := range []string{infer.Plate, infer.PlateConfidence, vision.Because} {
			if v, ok := read[a]; ok {
				x.Attributes[a] = v
			}
		}
		x.Epoch, x.LastSeen, x.Sightings = f.epoch, k.LastSeen.UTC(), k.Sightings
		f.found[k] = x
		if err := f.sink.Finding(x); err != nil {
			return err
		}
	}
	return nil
}
