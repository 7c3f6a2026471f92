package town

import (
	"math"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

// Label is what is known of one thing in a rendered picture: for training and for tests.
type Label struct {
	Class   string     `json:"class"`
	Box     [4]float64 `json:"box"`             // x, y, w, h in pixels
	Visible float64    `json:"visible"`         // share of its pixels that nothing hides
	Marks   []string   `json:"marks,omitempty"` // of dump trucks: dirty, spillage
}

// Take is one rendered picture, as a dock's video would show it, with what is in it.
type Take struct {
	Burst  [][]byte // access units, to be decoded in order: the last is the picture
	Labels []Label
	Width  int
	Height int
	GSDM   float64 // metres a pixel on the ground in the middle
}

// Takes renders n pictures of the town of a seed at random poses (heights in metres, pitch in degrees below level), each the
// last of a short burst through the encoder at the quality, and hands them to each.
func Takes(seed uint64, n int, heights, pitches [2]float64, quality int, each func(Take) error) error {
	t := townOf(newTrainingDice(seed, TownStream), seed, 0, "training", orb.Point{121.5, 31.2}, DayOf(seed, 0))
	defer t.Ground.Close()
	d := NewDice(seed, 5)
	q := Qualities[quality]
	cam := geo.CameraFromDiagonal(q.Width, q.Height, 84)
	r, err := NewRenderer(cam)
	if err != nil {
		return err
	}
	defer r.Close()
	for i := range n {
		p := TruePose{E: d.Between(-150, 150), N: d.Between(-110, 110), U: d.Between(heights[0], heights[1]),
			YawDeg: d.Between(-180, 180), PitchDeg: -d.Between(pitches[0], pitches[1]), RollDeg: d.Between(-1, 1)}
		v := d.Between(0, 12)
		s, c := math.Sincos(p.YawDeg * math.Pi / 180)
		p.Ve, p.Vn = v*s, v*c
		enc, err := NewEncoder(q, 250)
		if err != nil {
			return err
		}
		take := Take{Width: q.Width, Height: q.Height}
		at := float64(i) * 7
		for k := range 6 {
			p.E, p.N = p.E+p.Ve/FrameRate, p.N+p.Vn/FrameRate
			at += 1.0 / FrameRate
			r.Render(t, t.Eye(cam, p), at)
			r.Strip(uint32(d.Uint32()))
			au, err := enc.Encode(r.Frame)
			if err != nil {
				enc.Close()
				return err
			}
			take.Burst = append(take.Burst, au)
			if k == 5 {
				take.Labels = r.labels(t, t.Eye(cam, p), at)
				take.GSDM = p.U / math.Sin(-p.PitchDeg*math.Pi/180) / cam.FocalPx
			}
		}
		enc.Close()
		if err := each(take); err != nil {
			return err
		}
	}
	return nil
}

// labels lists what is in the picture just rendered.
func (r *Renderer) labels(t *Town, e eye, s float64) []Label {
	seen := r.visible(len(t.solids))
	var out []Label
	for i := range t.solids {
		so := &t.solids[i]
		if so.label == "" || (seen[i+1] == 0 && len(so.faces) > 0) {
			continue
		}
		off := so.offset(s)
		x0, y0, x1, y1, _ := r.bounds(e, so, off)
		w, h := float64(r.cam.Width), float64(r.cam.Height)
		cx0, cy0, cx1, cy1 := math.Max(x0, 0), math.Max(y0, 0), math.Min(x1, w), math.Min(y1, h)
		if cx1-cx0 < 3 || cy1-cy0 < 3 || (cx1-cx0)*(cy1-cy0) < 0.3*(x1-x0)*(y1-y0) {
			continue
		}
		vis := 1.0
		if len(so.faces) > 0 {
			vis = float64(seen[i+1]) / math.Max(1, float64(r.covered(e, so, off)))
		}
		out = append(out, Label{so.label, [4]float64{cx0, cy0, cx1 - cx0, cy1 - cy0}, vis, so.marks})
	}
	return out
}

// Still renders one picture of a town, for people to look at.
func Still(seed uint64, heightM, pitchDeg, yawDeg, east, north float64, quality int) (gocv.Mat, []Label, error) {
	t := NewTown(seed, "still", orb.Point{121.5, 31.2})
	defer t.Ground.Close()
	q := Qualities[quality]
	cam := geo.CameraFromDiagonal(q.Width, q.Height, 84)
	r, err := NewRenderer(cam)
	if err != nil {
		return gocv.Mat{}, nil, err
	}
	defer r.Close()
	p := TruePose{E: east, N: north, U: heightM, YawDeg: yawDeg, PitchDeg: -pitchDeg}
	e := t.Eye(cam, p)
	r.Render(t, e, 0)
	return r.Frame.Clone(), r.labels(t, e, 0), nil
}
