package watch

import (
	"encoding/json"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// A network takes time, and by then the camera has moved on: boxes are moved with what the pictures since have shown (five times a second), and told anew at each
// step, until the next frame is looked at, or for boxesFor.
const boxesFor = 1500 * time.Millisecond

// stepsKept is how many steps of the camera are remembered, 4 s of them.
const stepsKept = 20

// standsWithin: a box that is no farther off than this share of its length has not moved; so much boxes of the same thing differ.
const standsWithin = 0.12

// boxTeller tells where what was seen last is now.
type boxTeller struct {
	tell func(vision.FrameBoxes)

	mu    sync.Mutex
	steps []step
	last  boxesAt
}

// step is the camera's move between two pictures.
type step struct {
	from, to time.Duration
	geo.Move
}

// boxesAt are boxes where they are at a time.
type boxesAt struct {
	vision.FrameBoxes
	own    [][2]float64 // how each moves by itself, pixels a second
	looked time.Duration
	at     time.Duration
	camera geo.Camera
	pose   geo.Pose
}

// looked takes in what was seen in a frame.
func (b *boxTeller) looked(x vision.FrameBoxes, pts time.Duration, camera geo.Camera, pose geo.Pose) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.steps) > 0 && pts < b.steps[0].from { // the stream was connected again, and has a new clock
		b.steps, b.last = nil, boxesAt{}
	}
	now := boxesAt{FrameBoxes: x, own: make([][2]float64, len(x.Boxes)), looked: pts, at: pts, camera: camera, pose: pose}
	if took := (pts - b.last.looked).Seconds(); took > 0 && pts-b.last.looked < boxesFor {
		b.ownMoves(&now, took)
	}
	if n := len(b.steps); n > 0 && b.steps[n-1].to > pts {
		b.carry(&now, b.steps[n-1].to)
	}
	b.last = now
	b.say()
}

// ownMoves finds the boxes of the frame before again, and with them how what drives moves by itself.
func (b *boxTeller) ownMoves(now *boxesAt, took float64) {
	was := b.last
	used := map[int]bool{}
	for i, s := range now.Boxes {
		if !vision.Drives(s.Class) {
			continue
		}
		x, y := s.Box.Centre()
		best, near := -1, 0.0
		for j, o := range was.Boxes {
			if used[j] || vision.Looks(o.Class) != vision.Looks(s.Class) {
				continue
			}
			// where it would be now if it stood, from where it was told to be last
			ox, oy := o.Box.Centre()
			ox, oy = ox-was.own[j][0]*(was.at-was.looked).Seconds(), oy-was.own[j][1]*(was.at-was.looked).Seconds()
			ox, oy, ok := b.shifted(ox, oy, was.at, now.looked, now)
			if d := math.Hypot(x-ox, y-oy); ok && d < 1.5*max(s.Box.W, s.Box.H) && (best < 0 || d < near) {
				best, near = j, d
				now.own[i] = [2]float64{}
				if d > standsWithin*max(s.Box.W, s.Box.H) {
					now.own[i] = [2]float64{(x - ox) / took, (y - oy) / took}
				}
			}
		}
		if best >= 0 {
			used[best] = true
		}
	}
}

// moved takes in a move of the camera.
func (b *boxTeller) moved(from, to time.Duration, m geo.Move) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.steps); n > 0 && from < b.steps[n-1].from { // the stream began anew
		b.steps = nil
		b.last = boxesAt{}
	}
	if b.steps = append(b.steps, step{from, to, m}); len(b.steps) > stepsKept {
		b.steps = slices.Delete(b.steps, 0, 1)
	}
	if b.last.Flight == "" || to <= b.last.at {
		return
	}
	if to-b.last.looked > boxesFor {
		b.last.Boxes, b.last.own = []vision.Seen{}, nil
	}
	b.carry(&b.last, to)
	b.say()
}

// carry moves boxes on to a time; what leaves the picture is left out.
func (b *boxTeller) carry(x *boxesAt, to time.Duration) {
	took := (to - x.at).Seconds()
	var boxes []vision.Seen
	var own [][2]float64
	for i, s := range x.Boxes {
		cx, cy := s.Box.Centre()
		nx, ny, ok := b.shifted(cx, cy, x.at, to, x)
		if !ok {
			nx, ny = cx, cy
		}
		nx, ny = nx+x.own[i][0]*took, ny+x.own[i][1]*took
		if nx < 0 || ny < 0 || nx > float64(x.Width) || ny > float64(x.Height) {
			continue
		}
		s.Box.X, s.Box.Y = s.Box.X+nx-cx, s.Box.Y+ny-cy
		boxes, own = append(boxes, s), append(own, x.own[i])
	}
	x.Boxes, x.own = boxes, own
	x.Stamp += uint32(int32(math.Round(took * 90000)))
	x.Captured = x.Captured.Add(to - x.at)
	x.at = to
}

// shifted is where the camera's moves from one time to another (which may be earlier) bring what stands at a pixel.
func (b *boxTeller) shifted(x, y float64, from, to time.Duration, in *boxesAt) (float64, float64, bool) {
	back := to < from
	if back {
		from, to = to, from
	}
	steps := slices.Clone(b.steps)
	if back {
		slices.Reverse(steps)
	}
	for _, s := range steps {
		part := min(to, s.to) - max(from, s.from)
		if part <= 0 {
			continue
		}
		k := float64(part) / float64(s.to-s.from)
		if back {
			k = -k
		}
		var ok bool
		if x, y, ok = s.Scaled(k).Pixel(in.camera, in.pose, x, y); !ok {
			return x, y, false
		}
	}
	return x, y, true
}

// say tells of the boxes as they are, with how they move on.
func (b *boxTeller) say() {
	out := b.last.FrameBoxes
	out.Boxes = make([]vision.Seen, len(b.last.Boxes))
	for i, s := range b.last.Boxes {
		s.Moves = b.last.own[i]
		if n := len(b.steps); n > 0 {
			last := b.steps[n-1]
			x, y := s.Box.Centre()
			if nx, ny, ok := last.Pixel(b.last.camera, b.last.pose, x, y); ok {
				took := (last.to - last.from).Seconds()
				s.Moves[0] += (nx - x) / took
				s.Moves[1] += (ny - y) / took
			}
		}
		out.Boxes[i] = s
	}
	b.tell(out)
}

// boxes are what a frame showed.
func (f *flightWatch) boxes(l look, stamp uint32) vision.FrameBoxes {
	out := vision.FrameBoxes{Flight: f.job.Flight, Dock: f.job.Dock, Stamp: stamp, Captured: f.base().zero.Add(l.pts).UTC(), Width: l.camera.Width, Height: l.camera.Height, Boxes: []vision.Seen{}}
	for _, d := range l.dets {
		out.Boxes = append(out.Boxes, vision.Seen{Class: d.Class, Score: d.Score, Box: d.Box, Scene: f.tracker.Scene(d.Class)})
	}
	return out
}

// tellBoxes tells of a frame's boxes; where NATS is away they are lost, as they would come too late.
func tellBoxes(nc *nats.Conn, b vision.FrameBoxes) {
	if data, err := json.Marshal(b); err == nil && nc.Status() == nats.CONNECTED {
		_ = nc.Publish(vision.SubjectBoxes+b.Dock, data)
	}
}
