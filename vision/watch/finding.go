package watch

import (
	"context"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/vision"
)

// picture is a frame or a photo in which something was found: as it was taken, with all that was seen in it, and the SHA-256 of it as sealed.
type picture struct {
	bgr    gocv.Mat
	all    []vision.Detection
	sealed string
}

// keep puts a picture as it may be shown into the evidence, and the part of it that a box shows; where there is no evidence, neither.
func (f *flightWatch) keep(ctx context.Context, pic picture, box vision.Box) (frame, crop string, err error) {
	if f.w.Store == nil {
		return "", "", nil
	}
	whole, part, err := shown(pic.bgr, pic.all, f.wanted, box)
	if err != nil {
		return "", "", err
	}
	if frame, err = f.w.Store.Put(ctx, whole); err != nil {
		return "", "", err
	}
	crop, err = f.w.Store.Put(ctx, part)
	return frame, crop, err
}

// finding is what a rule found in a picture, with the pictures that show it.
func (f *flightWatch) finding(ctx context.Context, k *vision.Track, o vision.Observation, scene string, pic picture) (x vision.Finding, err error) {
	frame, crop, err := f.keep(ctx, pic, o.Box)
	if err != nil {
		return x, err
	}
	name, attr := f.tracker.Describe(k, f.w.DoorLines)
	if name == "dump-truck" {
		if err := f.w.Plates.Note(ctx, pic.bgr, o.Box, o.At.GSDM, attr); err != nil {
			return x, err
		}
	}
	_, score := k.Class()
	return vision.Finding{
		ID: f.id(k), Epoch: f.epoch, Flight: f.job.Flight, Dock: f.job.Dock, Scene: scene, Class: name,
		Attributes: attr, Lon: k.Lon(), Lat: k.Lat(), HeightM: o.At.HeightM, Cov: k.Cov, Score: score, Sightings: k.Sightings,
		FirstSeen: k.FirstSeen.UTC(), LastSeen: k.LastSeen.UTC(), Captured: o.Time.UTC(), Original: pic.sealed, Frame: frame, Crop: crop, Box: o.Box, Simulated: f.job.Simulated,
	}, nil
}

// frameQuality says of a structure what the register says of it, and for which of its rule's reasons it is a finding.
func (f *flightWatch) judge(x *vision.Finding, o vision.Observation, l geo.Locator, p geo.Pose, scene vision.Scene) {
	if vision.Group(o.Class) != "structure" {
		return
	}
	above, _ := f.tracker.AboveM(o.Class)
	s := Footing(o, l, p, above, f.w.Register)
	x.Register = s.Register
	why, ok := scene.Classes[o.Class].Reason(s)
	x.Withheld = !ok
	if why != "" {
		x.Attributes[vision.Because] = string(why)
	}
}

// Footing compares a structure's footprint, the ground that its box covers with its middle aboveM metres above it, with the register, and with the
// buildings that the locator knows.
func Footing(o vision.Observation, l geo.Locator, p geo.Pose, aboveM float64, register *geo.Register) vision.Footing {
	var ring orb.Ring
	for _, c := range [4][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
		x, err := l.Locate(o.Camera, p, o.Box.X+c[0]*o.Box.W, o.Box.Y+c[1]*o.Box.H, aboveM, 0)
		if err != nil {
			return vision.Footing{}
		}
		ring = append(ring, x.Point())
	}
	ring = append(ring, ring[0])
	s := vision.Footing{M2: orbgeo.Area(ring)}
	if register.Len() > 0 {
		m := register.Match(orb.Polygon{ring}, o.At.Cov, boxSigma(o.Box)*o.At.GSDM)
		s.Register = &m
	}
	if l.Buildings != nil {
		s.OnBuilding, s.OfBuilding = l.Buildings.Under(ring)
	}
	return s
}
