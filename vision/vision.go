// Package vision says what is seen: a Tracker joins the sightings of one thing during one flight on the ground, and a
// Scene's rule decides which tracks become a Finding. Pixels, networks and streams are in the packages below it.
package vision

import (
	"fmt"
	"maps"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
)

// Box is a rectangle in pixels.
type Box struct{ X, Y, W, H float64 }

// Centre of the box.
func (b Box) Centre() (x, y float64) { return b.X + b.W/2, b.Y + b.H/2 }

// IoU is intersection over union.
func (b Box) IoU(c Box) float64 {
	w := min(b.X+b.W, c.X+c.W) - max(b.X, c.X)
	h := min(b.Y+b.H, c.Y+c.H) - max(b.Y, c.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (b.W*b.H + c.W*c.H - w*h)
}

// MarshalJSON writes [x, y, w, h].
func (b Box) MarshalJSON() ([]byte, error) {
	return []byte(fmt.Sprintf("[%.1f,%.1f,%.1f,%.1f]", b.X, b.Y, b.W, b.H)), nil
}

// UnmarshalJSON reads [x, y, w, h].
func (b *Box) UnmarshalJSON(data []byte) error {
	_, err := fmt.Sscanf(string(data), "[%f,%f,%f,%f]", &b.X, &b.Y, &b.W, &b.H)
	return err
}

// Detection is a class, a score and an outline in one frame. Class may carry an attribute: "dump-truck/open".
type Detection struct {
	Class string
	Score float64
	// Surest is the highest score of several looks, of which Score is the mean; 0 where there was one.
	Surest float64
	Box    Box
	Cut    bool // by a tile's edge inside the picture: it is larger than what is seen of it
	// LengthM is how long the longer side of the box is on the ground, metres, as far as the tile's ground resolution tells; 0 where not known.
	LengthM float64
	// Marks are what else is said of it, with a probability: by a closer look of dump trucks dirty and spillage; Unlike of all.
	Marks map[string]float64
	// Kinds are the probabilities of the classes of one name ("dump-truck/open", "dump-truck/empty", …), where a closer look tells them apart.
	Kinds map[string]float64
}

// Unlike is the mark of what was seen in a picture that is unlike all that the network learnt from: there 1, elsewhere 0.
const Unlike = "unlike"

// MarkUnlike puts that mark on a detection.
func MarkUnlike(d Detection, unlike bool) Detection {
	d.Marks = maps.Clone(d.Marks)
	if d.Marks == nil {
		d.Marks = map[string]float64{}
	}
	d.Marks[Unlike] = 0
	if unlike {
		d.Marks[Unlike] = 1
	}
	return d
}

// Sighting is a detection put on the ground.
type Sighting struct {
	Detection
	At   geo.Located
	Time time.Time // estimated capture
}

// Finding is a track that a scene's rule finds against the rules. ID stays the same when it is sent again.
type Finding struct {
	ID         string            `json:"id"`
	Epoch      uint64            `json:"epoch"`
	Revision   int               `json:"revision"` // counts up when more is known of the same finding
	Flight     string            `json:"flight"`
	Dock       string            `json:"dock"`
	Scene      string            `json:"scene"`
	Class      string            `json:"class"`
	Attributes map[string]string `json:"attributes"`
	Lon        float64           `json:"lon"`
	Lat        float64           `json:"lat"`
	HeightM    float64           `json:"height_m"`
	Cov        geo.Cov           `json:"cov"`
	Score      float64           `json:"score"`
	Sightings  int               `json:"sightings"`
	FirstSeen  time.Time         `json:"first_seen"`
	LastSeen   time.Time         `json:"last_seen"`
	Captured   time.Time         `json:"captured"` // of the frame that fulfilled the rule
	Original   string            `json:"original"` // SHA-256 of the frame as it was taken, sealed
	Frame      string            `json:"frame"`    // SHA-256 of it with faces and plates made unrecognisable
	Crop       string            `json:"crop"`
	Clip       string            `json:"clip,omitempty"`      // SHA-256 of ten seconds of video around it (MP4), sealed; a later revision brings it
	Box        Box               `json:"box"`                 // in that frame
	Sharpness  float64           `json:"sharpness,omitempty"` // of that frame, 0 (blurred) to 1; 0 where it is not known
	Simulated  bool              `json:"simulated"`
	Register   *geo.Match        `json:"register,omitempty"` // of structures, where a register is known
	Since      *Since            `json:"since,omitempty"`    // of structures, where an earlier pass can be compared
	Model      string            `json:"model,omitempty"`    // that told it, with the beginning of its SHA-256
	Pose       *geo.Pose         `json:"pose,omitempty"`     // of the camera, with its error, when the frame was taken; nil where it is not known
	Withheld   bool              `json:"-"`                  // none of its rule's reasons holds so far: told to nobody, unless the flight's end shows that it is new
}

// Since says whether a structure stood at the last pass over its place.
type Since struct {
	New        bool      `json:"new"`
	Last       time.Time `json:"last"` // capture of that pass
	LastFlight string    `json:"last_flight"`
	// Before and After are, of a new one, the SHA-256 of how that pass and this one show the place, from straight above, the one exactly over the other, faces and plates made
	// unrecognisable; empty where they are not at hand.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Changed is what a flight shows to have been built or pulled down since the last pass over the same ground.
type Changed struct {
	Flight    string         `json:"flight"`
	Dock      string         `json:"dock"`
	Epoch     uint64         `json:"epoch"`
	Simulated bool           `json:"simulated"`
	Compared  []ComparedPlot `json:"compared"`       // ground that was compared; where it has no change, none was seen
	First     int            `json:"first"`          // plots and sides that no flight showed before
	Apart     int            `json:"seen_otherwise"` // plots that the last pass showed from too different a direction
	Changes   []Change       `json:"changes"`        // the largest first
}

// ComparedPlot is a square of ground of which two passes were compared.
type ComparedPlot struct {
	Before     string    `json:"before,omitempty"` // SHA-256 of its picture at the last pass, sealed
	After      string    `json:"after,omitempty"`  // and at this one
	Plot       string    `json:"plot"`
	Ring       orb.Ring  `json:"ring"` // WGS-84
	Last       time.Time `json:"last"`
	LastFlight string    `json:"last_flight"`
}

// Change is a structure that stands on one of two passes only.
type Change struct {
	Kind       string     `json:"kind"`    // new or gone
	Outline    orb.Ring   `json:"outline"` // WGS-84, on the ground
	Lon        float64    `json:"lon"`     // of its middle
	Lat        float64    `json:"lat"`
	Cov        geo.Cov    `json:"cov"`
	SquareM    float64    `json:"square_metres"`
	Score      float64    `json:"score"`
	Cell       string     `json:"cell,omitempty"` // of the unit grid
	Last       time.Time  `json:"last"`           // capture of the pass before
	LastFlight string     `json:"last_flight"`
	At         time.Time  `json:"at"`     // capture of this one
	Before     string     `json:"before"` // SHA-256 of the rectified plot then, and now; sealed in the evidence
	After      string     `json:"after"`
	Register   *geo.Match `json:"register,omitempty"`
}

// Ended is a track that ended, violation or not; tracks of less trust than MinTrust are not told. A worker that is stopped tells what it tracked, and
// the one that goes on with the flight tells it again: of one ID the highest epoch counts.
type Ended struct {
	ID         string            `json:"id"` // of the finding, if it became one
	Epoch      uint64            `json:"epoch"`
	Flight     string            `json:"flight"`
	Dock       string            `json:"dock"`
	Class      string            `json:"class"`
	Attributes map[string]string `json:"attributes"`
	Score      float64           `json:"score"`
	Trust      float64           `json:"trust"` // probability that it is of a real thing of its kind
	Sightings  int               `json:"sightings"`
	Moving     bool              `json:"moving"`
	VelocityE  float64           `json:"velocity_e_ms"` // to the east
	VelocityN  float64           `json:"velocity_n_ms"`
	VelocityS  float64           `json:"velocity_sigma_ms"` // of each component
	FirstSeen  time.Time         `json:"first_seen"`
	LastSeen   time.Time         `json:"last_seen"`
	Scene      string            `json:"scene,omitempty"` // where it became a finding
	Path       []PathPoint       `json:"path"`
	Simulated  bool              `json:"simulated"`
}

// PathPoint is where a track was at a time (WGS-84), with its 95 % ellipse.
type PathPoint struct {
	Time    time.Time   `json:"time"`
	Lon     float64     `json:"lon"`
	Lat     float64     `json:"lat"`
	Ellipse geo.Ellipse `json:"ellipse"`
	// Carried: its place was in the picture, it was not recognised there; it was just before or after.
	Carried bool `json:"carried,omitempty"`
}

// Path is where a track was seen: each sighting where it moves, one place where it stands.
func (t *Track) Path() []PathPoint {
	var out []PathPoint
	for _, o := range t.seen {
		p := PathPoint{Time: o.Time.UTC(), Lon: o.At.Lon, Lat: o.At.Lat, Ellipse: o.At.Cov.Ellipse()}
		if !t.Moves() {
			p.Lon, p.Lat, p.Ellipse = t.Lon(), t.Lat(), t.Cov.Ellipse()
		}
		out = append(out, p)
	}
	return out
}

// Covered is which ground a flight has shown so far, and when it showed nothing.
type Covered struct {
	Flight    string         `json:"flight"`
	Dock      string         `json:"dock"`
	Epoch     uint64         `json:"epoch"`
	Revision  int            `json:"revision"`        // counts up during the flight; the last one counts
	Ended     bool           `json:"ended,omitempty"` // nothing more comes of it
	Simulated bool           `json:"simulated"`
	Scenes    []string       `json:"scenes"`
	Frames    int            `json:"frames"` // that were looked at
	Cells     []geo.CellSeen `json:"cells"`
	Gaps      []Gap          `json:"gaps"`
}

// Gap is a time in which nothing was inspected, and why.
type Gap struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}
