package score

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Truth is what is true of a run: what stood or moved in the town, and when each frame of each flight was captured.
type Truth struct {
	Things []Thing
	Frames map[string]map[uint32]Frame
}

// Thing is one thing of the town. Of what moves, lon and lat are where it was seen first.
type Thing struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"` // "violation" or "decoy": scored; "other": what else moves or stands about
	Class      string            `json:"class"`
	Scene      string            `json:"scene"`
	Lon        float64           `json:"lon"`
	Lat        float64           `json:"lat"`
	HeightM    float64           `json:"height_m"`
	Attributes map[string]string `json:"attributes"`
	Windows    []Window          `json:"windows"`
	Path       []PathPoint       `json:"path"` // of what moves, whenever something of it was in the picture
}

// Window is a time in which a thing could be seen well in one flight.
type Window struct {
	Flight string    `json:"flight"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// GSDM is slant range over focal length at its best, metres a pixel; DepressionDeg the ray's angle below level then; HeightM the
	// aircraft's height over take-off.
	GSDM          float64 `json:"gsd_m"`
	DepressionDeg float64 `json:"depression_deg"`
	HeightM       float64 `json:"height_m"`
	Light         float64 `json:"light"` // mean brightness of the picture then, 0 to 1
}

// PathPoint is where a moving thing was.
type PathPoint struct {
	Time time.Time `json:"time"`
	Lon  float64   `json:"lon"`
	Lat  float64   `json:"lat"`
}

// Frame is when a frame was really captured.
type Frame struct {
	Flight   string    `json:"flight"`
	Frame    uint32    `json:"frame"`
	Captured time.Time `json:"captured"`
}

// ReadTruth reads the lines that a simulator wrote: frames as they were captured, and things.
func ReadTruth(path string) (Truth, error) {
	t := Truth{Frames: map[string]map[uint32]Frame{}}
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		if err := t.line(sc.Bytes()); err != nil {
			return t, fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	return t, sc.Err()
}

func (t *Truth) line(b []byte) error {
	var kind struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(b, &kind); err != nil {
		return err
	}
	if kind.Kind != "frame" {
		var x Thing
		if err := json.Unmarshal(b, &x); err != nil {
			return err
		}
		t.Things = append(t.Things, x)
		return nil
	}
	var x Frame
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	if t.Frames[x.Flight] == nil {
		t.Frames[x.Flight] = map[uint32]Frame{}
	}
	t.Frames[x.Flight][x.Frame] = x
	return nil
}
