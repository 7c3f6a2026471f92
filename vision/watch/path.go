package watch

import (
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// view is a frame that showed something, whether or not a thing was recognised in it.
type view struct {
	pts    time.Duration
	camera geo.Camera
}

// viewsKept a flight: 40 minutes and more; of a longer flight the oldest are forgotten.
const viewsKept = 1 << 13

// A thing that is recognised in some frames was there in those before, between and after that show its place too: one that stands for
// this long, one that moves for as long as its speed tells where it was, to a standard deviation of so many metres.
const (
	carriedStanding = 8 * time.Second
	carriedMovingM  = 1.5
	// carriedLeast: what was seen less often may be a mistake, which is not to be made longer.
	carriedLeast = 3
)

// path is where a track was: as it was seen, and carried over the neighbouring frames that have its place in the picture.
func (f *flightWatch) path(k *vision.Track) []vision.PathPoint {
	seen := k.Path()
	if len(seen) < carriedLeast {
		return seen
	}
	b := f.base()
	first, last := seen[0], seen[len(seen)-1]
	early, late := k.Way()
	// carried puts a point at a frame where its place is known and in the picture
	carried := func(from vision.PathPoint, way vision.Way, v view) (vision.PathPoint, bool) {
		at := b.zero.Add(v.pts)
		dt := at.Sub(from.Time)
		astray := way.Astray(dt)
		if astray > carriedMovingM {
			return vision.PathPoint{}, false
		}
		g := geo.NewFrame([2]float64{from.Lon, from.Lat}, 0).From(way.EastMS*dt.Seconds(), way.NorthMS*dt.Seconds())
		p := vision.PathPoint{Time: at.UTC(), Lon: g.Lon(), Lat: g.Lat(), Ellipse: from.Ellipse, Carried: true}
		grown := 2.45 * astray
		p.Ellipse.MajorM, p.Ellipse.MinorM = math.Hypot(p.Ellipse.MajorM, grown), math.Hypot(p.Ellipse.MinorM, grown)
		return p, f.shows(v, p)
	}
	views := f.views
	i := slices.IndexFunc(views, func(v view) bool { return !b.zero.Add(v.pts).Before(first.Time) })
	var out []vision.PathPoint
	for j := i - 1; j >= 0 && first.Time.Sub(b.zero.Add(views[j].pts)) <= carriedStanding; j-- {
		p, ok := carried(first, early, views[j])
		if !ok {
			break
		}
		out = append(out, p)
	}
	slices.Reverse(out)
	for n, s := range seen {
		out = append(out, s)
		if n+1 == len(seen) || k.Moves() {
			continue
		}
		for j := max(i, 0); j < len(views); j++ {
			at := b.zero.Add(views[j].pts)
			if !at.Before(seen[n+1].Time) {
				break
			}
			if at.After(s.Time) {
				if p, ok := carried(s, late, views[j]); ok {
					out = append(out, p)
				}
			}
		}
	}
	for _, v := range views[max(i, 0):] {
		at := b.zero.Add(v.pts)
		if !at.After(last.Time) {
			continue
		}
		p, ok := carried(last, late, v)
		if !ok || at.Sub(last.Time) > carriedStanding {
			break
		}
		out = append(out, p)
	}
	return out
}

// share is that of the frames of a path in which the thing itself was seen; 0, not known, of a path too short to be carried.
func share(path []vision.PathPoint) float64 {
	if len(path) < carriedLeast {
		return 0
	}
	seen := 0
	for _, p := range path {
		if !p.Carried {
			seen++
		}
	}
	return float64(seen) / float64(len(path))
}

// shows says whether a place is well inside the picture of a frame.
func (f *flightWatch) shows(v view, at vision.PathPoint) bool {
	p, ok := f.pose(f.base(), v.pts)
	if !ok {
		return false
	}
	g := geo.NewFrame(p.Point(), 0).To([2]float64{at.Lon, at.Lat}, 0)
	x, y, depth := geo.NewView(v.camera, geo.ENU{U: p.HeightM}, p.YawDeg, p.PitchDeg, p.RollDeg).Project(g)
	const px = 24
	return depth > 0 && x > px && y > px && x < float64(v.camera.Width)-px && y < float64(v.camera.Height)-px
}
