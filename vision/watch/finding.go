package watch

import (
	"context"
	"maps"

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

// illustrate puts a picture as it may be shown, and the part of it that shows what was found, into the evidence; where there is no evidence, neither.
func (f *flightWatch) illustrate(ctx context.Context, x *vision.Finding, pic picture) error {
	x.Original = pic.sealed
	if f.w.Store == nil {
		return nil
	}
	whole, part, err := shown(pic.bgr, pic.all, f.wanted, x.Box)
	if err != nil {
		return err
	}
	if x.Frame, err = f.w.Store.Put(ctx, whole); err != nil {
		return err
	}
	x.Crop, err = f.w.Store.Put(ctx, part)
	return err
}

// finding is what a rule found in a frame, without the pictures that show it; read is what was read on it there, of a dump truck its plate.
func (f *flightWatch) finding(k *vision.Track, o vision.Observation, scene string, read map[string]string) vision.Finding {
	name, attr := f.tracker.Describe(k, f.w.DoorLines)
	maps.Copy(attr, read)
	_, score := k.Class()
	return vision.Finding{
		ID: f.id(k), Epoch: f.epoch, Flight: f.job.Flight, Dock: f.job.Dock, Scene: scene, Class: name,
		Attributes: attr, Lon: k.Lon(), Lat: k.Lat(), HeightM: o.At.HeightM, Cov: k.Cov, Score: score, Sightings: k.Sightings,
		FirstSeen: k.FirstSeen.UTC(), LastSeen: k.LastSeen.UTC(), Captured: o.Time.UTC(), Box: o.Box, Simulated: f.job.Simulated, Model: f.w.Model.Version(),
	}
}

// read is what can be read on what a picture shows: of a dump truck, its plate.
func (f *flightWatch) read(ctx context.Context, bgr gocv.Mat, d vision.Detection, at geo.Located) (map[string]string, error) {
	out := map[string]string{}
	if vision.Name(d.Class) != "dump-truck" {
		return out, nil
	}
	return out, f.w.Plates.Note(ctx, bgr, d.Box, at.GSDM, out)
}

// judge notes from where a finding was seen, and says of a structure what the register says of it, and for which of its rule's reasons it is a finding.
func (f *flightWatch) judge(x *vision.Finding, o vision.Observation, l geo.Locator, p geo.Pose, scene vision.Scene) {
	x.Pose = &p
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
