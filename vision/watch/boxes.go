package watch

import (
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// SubjectBoxes is where it is told what was seen in a frame as it is looked at: + dock. Nothing of that is kept.
const SubjectBoxes = "harrier.boxes."

// movedOver is a move of the camera, and how long it took.
type movedOver struct {
	geo.Move
	took time.Duration
}

// boxes are what a frame showed, with how each moves on in the picture.
func (f *flightWatch) boxes(l look, stamp uint32, pose geo.Pose) vision.FrameBoxes {
	out := vision.FrameBoxes{Flight: f.job.Flight, Dock: f.job.Dock, Stamp: stamp, Captured: f.base().zero.Add(l.pts).UTC(), Width: l.camera.Width, Height: l.camera.Height, Boxes: []vision.Seen{}}
	m := f.moved.Load()
	for _, d := range l.dets {
		s := vision.Seen{Class: d.Class, Score: d.Score, Box: d.Box, Scene: f.tracker.Scene(d.Class)}
		if x, y := d.Box.Centre(); m != nil && m.took > 0 {
			if bx, by, ok := m.Pixel(l.camera, pose, x, y); ok {
				s.Moves = [2]float64{(bx - x) / m.took.Seconds(), (by - y) / m.took.Seconds()}
			}
		}
		out.Boxes = append(out.Boxes, s)
	}
	return out
}

// tellBoxes tells of a frame's boxes; where NATS is away they are lost, as they would come too late.
func tellBoxes(nc *nats.Conn, b vision.FrameBoxes) {
	if data, err := json.Marshal(b); err == nil && nc.Status() == nats.CONNECTED {
		_ = nc.Publish(SubjectBoxes+b.Dock, data)
	}
}
