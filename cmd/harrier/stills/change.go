package stills

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision/change"
	"github.com/harrier-patrol/harrier/vision/infer"
	"github.com/harrier-patrol/harrier/vision/networks"
	"github.com/harrier-patrol/harrier/vision/still"
	"github.com/harrier-patrol/harrier/vision/ties"
)

// Change compares two pictures of one place.
type Change struct {
	Before string  `arg:"" help:"The earlier picture (JPEG or PNG)." type:"existingfile"`
	After  string  `arg:"" help:"The later picture of the same place." type:"existingfile"`
	Out    string  `required:"" help:"PNG that receives the mask, of the later picture's size: 255 where a structure is new or gone." type:"path"`
	GSD    float64 `name:"gsd" help:"Metres a pixel of the later picture; a still with a pose tells it."`
	Config string  `help:"harrier.yaml whose register the structures are compared with." type:"path"`
}

// changed is what is written to standard output.
type changed struct {
	Before     string             `json:"before"`
	After      string             `json:"after"`
	Mask       string             `json:"mask"`
	GSDM       *float64           `json:"gsd_m"` // null: square metres cannot be given
	Registered bool               `json:"registered"`
	ShiftPx    float64            `json:"shift_px"`
	Share      float64            `json:"changed_share"`
	Structures []changedStructure `json:"structures"`
	Note       string             `json:"note,omitempty"`
}

type changedStructure struct {
	change.Outline
	Ground   [][2]float64 `json:"ground,omitempty"` // WGS-84, where the later picture has a pose
	Register *geo.Match   `json:"register,omitempty"`
}

func (c *Change) Run(ctx context.Context) error {
	before, _, err := readPicture(c.Before)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Before, err)
	}
	defer before.Close()
	after, meta, err := readPicture(c.After)
	if err != nil {
		return fmt.Errorf("%s: %w", c.After, err)
	}
	defer after.Close()
	gsd := c.GSD
	if gsd == 0 && meta.PoseErr == nil {
		v := geo.NewView(meta.Camera, geo.ENU{U: meta.Pose.HeightM}, meta.Pose.YawDeg, meta.Pose.PitchDeg, meta.Pose.RollDeg)
		if g, ok := v.GSDM(meta.Camera.CX, meta.Camera.CY, 0); ok {
			gsd = g
		}
	}
	conf, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	ground, err := conf.City.Load()
	if err != nil {
		return err
	}
	m, err := infer.OpenPair(networks.Change)
	if err != nil {
		return err
	}
	defer m.Close()
	f := ties.NewFinder(1600, 4000)
	defer f.Close()
	r, err := change.Compare(ctx, m, f, before, after, change.Options{GSDM: gsd})
	if err != nil {
		return err
	}
	defer r.Close()
	if !gocv.IMWrite(c.Out, r.Mask) {
		return fmt.Errorf("cannot write %s; is its folder there, and does it end in .png?", c.Out)
	}
	out := changed{Before: c.Before, After: c.After, Mask: c.Out, Registered: r.Registered, ShiftPx: round(r.ShiftPx, 1), Share: round(float64(gocv.CountNonZero(r.Mask))/float64(r.Mask.Total()), 4), Structures: []changedStructure{}}
	if gsd > 0 {
		g := round(gsd, 4)
		out.GSDM = &g
	} else {
		out.Note = "no ground resolution: give --gsd for square metres"
	}
	if !r.Registered {
		out.Note = "the pictures share too few points to lay one over the other: they were taken to lie alike"
	}
	loc, err := ground.StillLocator(meta.Pose, meta.PoseErr == nil)
	if err != nil {
		meta.PoseErr = err
	}
	for _, o := range r.Outlines {
		s := changedStructure{Outline: o}
		if meta.PoseErr == nil && meta.Edited == "" {
			s.Ground, s.Register = onGround(loc, ground.Register, meta, o)
		}
		out.Structures = append(out.Structures, s)
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", " ")
	return e.Encode(out)
}

// readPicture reads a still's pixels, and what it says of itself.
func readPicture(path string) (gocv.Mat, still.Meta, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return gocv.Mat{}, still.Meta{}, err
	}
	m, err := still.Read(data)
	if err != nil {
		return gocv.Mat{}, m, err
	}
	pic, err := gocv.IMDecode(data, gocv.IMReadColor|gocv.IMReadIgnoreOrientation)
	if err != nil {
		return pic, m, fmt.Errorf("the picture cannot be decoded: %w", err)
	}
	if pic.Empty() {
		pic.Close()
		return pic, m, errors.New("the picture cannot be decoded; is it damaged?")
	}
	return pic, m, nil
}

// onGround puts an outline on the ground and compares it with the register.
func onGround(l geo.Locator, reg *geo.Register, m still.Meta, o change.Outline) ([][2]float64, *geo.Match) {
	var ring orb.Ring
	var cov geo.Cov
	for _, p := range o.Outline {
		at, err := l.Locate(m.Camera, m.Pose, p[0], p[1], 1.4, 2)
		if err != nil {
			return nil, nil
		}
		ring = append(ring, at.Point())
		cov = at.Cov
	}
	if len(ring) < 3 {
		return nil, nil
	}
	ground := make([][2]float64, len(ring))
	for i, p := range ring {
		ground[i] = [2]float64{round(p[0], 8), round(p[1], 8)}
	}
	if reg.Len() == 0 {
		return ground, nil
	}
	match := reg.Match(orb.Polygon{append(ring, ring[0])}, cov, 0.3)
	return ground, &match
}
