package footage

import (
	"bufio"
	"encoding/json"
	"time"

	"github.com/harrier-patrol/harrier/vision"
)

// line is one of a flight's jsonl.
type line struct {
	Pose  *Pose              `json:"pose,omitempty"`
	T     float64            `json:"t,omitempty"` // of the boxes' frame, seconds of video
	Boxes *vision.FrameBoxes `json:"boxes,omitempty"`
}

// Pose is where the aircraft was and where its camera looked.
type Pose struct {
	Time     time.Time `json:"time"`
	Lon      float64   `json:"lon"`
	Lat      float64   `json:"lat"`
	HeightM  float64   `json:"height_m"`
	YawDeg   float64   `json:"yaw"`
	PitchDeg float64   `json:"pitch"`
}

// lines are what was kept of where the aircraft was and what was seen; a last one that was being written is left out.
func (k *Keeper) lines(id string) ([]line, error) {
	f, err := k.open(id, ".jsonl")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []line
	for in := json.NewDecoder(bufio.NewReader(f)); ; {
		var l line
		if in.Decode(&l) != nil {
			return out, nil
		}
		out = append(out, l)
	}
}

// Track is where the aircraft of a flight was and what was seen, by seconds of its video.
type Track struct {
	Poses []PoseAt  `json:"poses"`
	Boxes []BoxesAt `json:"boxes"`
}

// PoseAt is a pose at a time of the video.
type PoseAt struct {
	T float64 `json:"t" doc:"Seconds of the video"`
	Pose
}

// BoxesAt is what was seen in a frame of the video.
type BoxesAt struct {
	T      float64 `json:"t" doc:"Seconds of the video"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Boxes  []Seen  `json:"boxes"`
}

// Seen is one of its boxes.
type Seen struct {
	Class string     `json:"class"`
	Score float64    `json:"score"`
	Box   [4]float64 `json:"box" doc:"x, y, width, height, pixels"`
	Scene string     `json:"scene,omitempty" doc:"That looks for the class"`
	Moves [2]float64 `json:"moves" doc:"How the camera shifts it, pixels a second"`
}

// Track reads that of a flight.
func (k *Keeper) Track(id string) (Track, error) {
	out := Track{Poses: []PoseAt{}, Boxes: []BoxesAt{}}
	f, err := k.Flight(id)
	if err != nil {
		return out, err
	}
	lines, err := k.lines(id)
	if err != nil {
		return out, err
	}
	for _, l := range lines {
		switch {
		case l.Pose != nil:
			out.Poses = append(out.Poses, PoseAt{l.Pose.Time.Sub(f.Zero).Seconds(), *l.Pose})
		case l.Boxes != nil:
			b := BoxesAt{l.T, l.Boxes.Width, l.Boxes.Height, []Seen{}}
			for _, s := range l.Boxes.Boxes {
				b.Boxes = append(b.Boxes, Seen{s.Class, s.Score, [4]float64{s.Box.X, s.Box.Y, s.Box.W, s.Box.H}, s.Scene, s.Moves})
			}
			out.Boxes = append(out.Boxes, b)
		}
	}
	return out, nil
}
