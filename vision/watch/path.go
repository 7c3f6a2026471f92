package watch

import (
	"math"
	"slices"
	"time"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// view is a frame that showed something, whether or not a thing was recognised in it, and the parts of it that were looked at.
type view struct {
	pts    time.Duration
	camera geo.Camera
	tiles  []vision.Tile
	// when and how it was taken, as far as was known when it was placed; fixed says that no more will be known
	at          time.Time
	was         geo.Pose
	yawSigmaDeg float64
	posed       bool
	fixed       bool
}

// viewOf is the view of a frame that was looked at.
func (f *flightWatch) viewOf(l look, at time.Time) view {
	v := view{pts: l.pts, camera: l.camera, tiles: l.tiles, at: at}
	v.was, v.yawSigmaDeg, v.posed = f.roughly(f.base(), l.pts)
	return v
}

// when is the time at which a view was taken.
func (v view) when(b timeBase) time.Time {
	if v.fixed {
		return v.at
	}
	return b.zero.Add(v.pts)
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

// path is where a track was: as it was seen, and carried over the neighbouring frames that have its place in the picture. share is that
// of the frames in which its place was looked at that it was seen in; 0, not known, of what was seen too seldom to be carried.
func (f *flightWatch) path(k *vision.Track) (out []vision.PathPoint, share float64) {
	seen := k.Path()
	if len(seen) < carriedLeast {
		return seen, 0
	}
	missed := 0
	b := f.base()
	first, last := seen[0], seen[len(seen)-1]
	early, late := k.Velocities()
	// carried puts a point at a frame where its place is known and in the picture
	carried := func(from vision.PathPoint, way vision.Velocity, v view) (vision.PathPoint, bool) {
		at := v.when(b)
		dt := at.Sub(from.Time)
		sigmaM := way.PositionSigmaM(dt)
		if sigmaM > carriedMovingM {
			return vision.PathPoint{}, false
		}
		g := geo.NewFrame([2]float64{from.Lon, from.Lat}, 0).From(way.EastMS*dt.Seconds(), way.NorthMS*dt.Seconds())
		p := vision.PathPoint{Time: at.UTC(), Lon: g.Lon(), Lat: g.Lat(), Ellipse: from.Ellipse, Carried: true}
		grown := 2.45 * sigmaM
		p.Ellipse.MajorM, p.Ellipse.MinorM = math.Hypot(p.Ellipse.MajorM, grown), math.Hypot(p.Ellipse.MinorM, grown)
		shown, looked := f.shows(v, p)
		if looked && !k.SeenIn(v.pts) {
			missed++
		}
		return p, shown
	}
	views := f.views
	i := slices.IndexFunc(views, func(v view) bool { return !v.when(b).Before(first.Time) })
	for j := i - 1; j >= 0 && first.Time.Sub(views[j].when(b)) <= carriedStanding; j-- {
		p, ok := carried(first, early, views[j])
		if !ok {
			break
		}
		out = append(out, p)
	}
	slices.Reverse(out)
	for n, s := range seen {
		out = append(out, s)
		if n+1 == len(seen) {
			continue
		}
		next := seen[n+1]
		way := k.VelocityBetween(s, next)
		for j := max(i, 0); j < len(views); j++ {
			at := views[j].when(b)
			if !at.Before(next.Time) {
				break
			}
			if !at.After(s.Time) {
				continue
			}
			from := s
			if k.Moves() && next.Time.Sub(at) < at.Sub(s.Time) {
				from = next
			}
			if p, ok := carried(from, way, views[j]); ok {
				out = append(out, p)
			}
		}
	}
	for _, v := range views[max(i, 0):] {
		at := v.when(b)
		if !at.After(last.Time) {
			continue
		}
		if at.Sub(last.Time) > carriedStanding {
			break
		}
		p, ok := carried(last, late, v)
		if !ok {
			break
		}
		out = append(out, p)
	}
	n := float64(k.Frames())
	return out, n / (n + float64(missed))
}

// trusted says whether a track is to be trusted as much as a scene asks for, by what is known of it now.
func (f *flightWatch) trusted(k *vision.Track, s vision.Scene) bool {
	if s.MinTrust == 0 {
		return true
	}
	_, share := f.path(k)
	return k.Trust(share) >= s.MinTrust
}

// turnedSigmaDeg is how uncertain a yaw is that the pictures' own turns tell between two reports.
const turnedSigmaDeg = 1.0

// roughly is how a frame looked, also where the camera turned too fast for placing anything by it, and how uncertain its yaw is then, degrees;
// 0 where the pose is as sure as any.
func (f *flightWatch) roughly(b timeBase, pts time.Duration) (p geo.Pose, yawSigmaDeg float64, ok bool) {
	if p, ok = f.pose(b, pts); ok {
		return p, 0, true
	}
	p, turning, ok := f.poses.At(b.zero.Add(pts))
	if !ok {
		return p, 0, false
	}
	yawSigmaDeg = math.Hypot(p.Gap.YawDeg, turning*b.sigmaS)
	if before, after, ok := f.poses.Around(p.Time); ok {
		from, to := before.Time.Sub(b.zero), after.Time.Sub(b.zero)
		part, ok1 := f.clock.Turned(from, pts)
		whole, ok2 := f.clock.Turned(from, to)
		if ok1 && ok2 {
			before, after = before.Upright(), after.Upright()
			off := geo.WrapDeg(after.YawDeg - before.YawDeg - whole)
			p.YawDeg = geo.WrapDeg(before.YawDeg + part + off*float64(pts-from)/float64(to-from))
			yawSigmaDeg = math.Hypot(turnedSigmaDeg, off/2)
		}
	}
	return b.bias.Applied(p, 0), yawSigmaDeg, true
}

// shows says whether a place is well inside the picture of a frame, however its yaw may be off, and whether well inside a part that was looked
// at; the latter is said only of frames by which things are placed.
func (f *flightWatch) shows(v view, at vision.PathPoint) (shown, looked bool) {
	p, yawSigmaDeg, ok := v.was, v.yawSigmaDeg, v.posed
	if !v.fixed {
		p, yawSigmaDeg, ok = f.roughly(f.base(), v.pts)
	}
	if !ok {
		return false, false
	}
	const px = 24
	g := geo.NewFrame(p.Point(), 0).To([2]float64{at.Lon, at.Lat}, 0)
	var x, y, depth float64
	look := func(yawDeg float64) {
		x, y, depth = geo.NewView(v.camera, geo.ENU{U: p.HeightM}, yawDeg, p.PitchDeg, p.RollDeg).Project(g)
	}
	in := func(left, top, right, bottom float64) bool {
		return depth > 0 && x > left+px && y > top+px && x < right-px && y < bottom-px
	}
	if yawSigmaDeg > 0 {
		for _, off := range []float64{-2, 0, 2} {
			if look(p.YawDeg + off*yawSigmaDeg); !in(0, 0, float64(v.camera.Width), float64(v.camera.Height)) {
				return false, false
			}
		}
		return true, false
	}
	look(p.YawDeg)
	shown = in(0, 0, float64(v.camera.Width), float64(v.camera.Height))
	return shown, shown && slices.ContainsFunc(v.tiles, func(t vision.Tile) bool { return in(t.X, t.Y, t.X+t.Side, t.Y+t.Side) })
}
