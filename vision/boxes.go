package vision

import "time"

// SubjectBoxes is where it is told what was seen in a frame as it is looked at: + dock. It is not kept in a stream.
const SubjectBoxes = "harrier.boxes."

// FrameBoxes are what the network saw in one frame of a flight's live video, as it is looked at: to be drawn over the picture, before anything is placed
// or decided.
type FrameBoxes struct {
	Flight   string    `json:"flight"`
	Dock     string    `json:"dock"`
	Stamp    uint32    `json:"stamp"`    // RTP time stamp of the frame in the dock's stream, 90 kHz
	Captured time.Time `json:"captured"` // as it is estimated now
	Width    int       `json:"width"`    // of the frame, pixels
	Height   int       `json:"height"`
	Boxes    []Seen    `json:"boxes"`
}

// Seen is a box of such a frame.
type Seen struct {
	Class string  `json:"class"`
	Score float64 `json:"score"`
	Box   Box     `json:"box"`
	Scene string  `json:"scene,omitempty"` // that looks for the class; of other classes none
	// Moves is how the camera's own move shifts it, pixels a second to the right and down: until the next frame is looked at it is drawn there.
	Moves [2]float64 `json:"moves"`
}
