// Package sample makes leads as a bureau gets them, of every scene and with every life, for whoever writes a system that takes them.
package sample

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/leads"
	"github.com/harrier-patrol/harrier/vision"
)

// things are what samples are of.
var things = []struct {
	scene, class string
	attributes   map[string]string
}{
	{"illegal-structure", "shed", map[string]string{vision.Because: "new"}},
	{"illegal-structure", "room", nil},
	{"illegal-structure", "tent", nil},
	{"muck-truck", "dump-truck", map[string]string{"load": "overfull", "dirty": "yes", "plate": "沪A12345", "plate_confidence": "0.93"}},
	{"muck-truck", "heap", nil},
	{"street-stall", "stall", nil},
	{"street-stall", "tricycle", nil},
	{"street-stall", "goods", map[string]string{"over-door-line": "yes"}},
}

// lives are what becomes of them, one after the other.
var lives = []string{"candidate", "seen again", "rejected", "confirmed", "handed over", "accepted", "returned", "closed", "gone", "undone"}

// Picture is the evidence of every sample: a JPEG that shows nothing, with a box where something would be.
func Picture() ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			v := uint8(150 + 20*((x/40+y/40)%2))
			m.Set(x, y, color.RGBA{v, v, v, 255})
		}
	}
	for d := range 3 {
		for x := box.Min.X; x < box.Max.X; x++ {
			m.Set(x, box.Min.Y+d, color.RGBA{255, 45, 45, 255})
			m.Set(x, box.Max.Y-d, color.RGBA{255, 45, 45, 255})
		}
		for y := box.Min.Y; y < box.Max.Y; y++ {
			m.Set(box.Min.X+d, y, color.RGBA{255, 45, 45, 255})
			m.Set(box.Max.X-d, y, color.RGBA{255, 45, 45, 255})
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, nil)
	return b.Bytes(), err
}

const width, height = 640, 360

var box = image.Rect(280, 140, 360, 200)

// Revisions are those of n made-up leads, in the order in which a ledger keeps them; the same for the same seed. All are simulated. picture is the
// SHA-256 of their evidence.
func Revisions(scenes map[string]leads.Scene, grid *geo.Grid, seed uint64, n int, from time.Time, picture string) ([]leads.Lead, error) {
	r := rand.New(rand.NewPCG(seed, 17))
	known := &shelf{leads: map[string]leads.Lead{}, findings: map[string]string{}}
	rules := &leads.Rules{Scenes: scenes, Grid: grid}
	var out []leads.Lead
	keep := func(x leads.Lead) leads.Lead {
		known.keep(x)
		out = append(out, x)
		return x
	}
	for i := range n {
		k := things[i%len(things)]
		if _, ok := scenes[k.scene]; !ok {
			continue
		}
		life := lives[(i/len(things)+i)%len(lives)]
		at := from.Add(time.Duration(i) * time.Minute).UTC()
		place := geo.NewFrame(orb.Point{121.5, 31.2}, 0).From(20000*(r.Float64()-0.3), 20000*(r.Float64()-0.5))
		flight := fmt.Sprintf("SIMDOCK%04d-%s", 1+i%16, at.Format("20060102T150405"))
		f := vision.Finding{ID: fmt.Sprintf("sample-%d-%d", seed, i), Epoch: 1, Flight: flight, Dock: flight[:11], Scene: k.scene, Class: k.class, Attributes: k.attributes, Lon: place.Lon(), Lat: place.Lat(), HeightM: 1.4,
			Cov: geo.Cov{EE: 0.2 + r.Float64(), NN: 0.2 + r.Float64(), EN: 0.1}, Score: 0.5 + 0.5*r.Float64(), Sightings: 3 + r.IntN(20), FirstSeen: at, LastSeen: at.Add(9 * time.Second), Captured: at.Add(4 * time.Second),
			Frame: picture, Crop: picture, Box: vision.Box{X: float64(box.Min.X), Y: float64(box.Min.Y), W: float64(box.Dx()), H: float64(box.Dy())}, Simulated: true}
		next, err := rules.Take(known, f)
		if err != nil {
			return nil, err
		}
		if err := live(rules, known, keep(next.Lead), f, life, keep); err != nil {
			return nil, fmt.Errorf("sample %d, %s: %w", i, life, err)
		}
	}
	return out, nil
}

// live leads a lead through its life.
func live(rules *leads.Rules, known *shelf, x leads.Lead, f vision.Finding, life string, keep func(leads.Lead) leads.Lead) error {
	at := f.LastSeen
	decide := func(do, by, reason string) error {
		at = at.Add(20 * time.Minute)
		y, err := rules.Decide(known, leads.Review{Lead: x.Lead, Revision: x.Revision, Do: do, By: by, Reason: reason, At: at})
		if err == nil {
			x = keep(y)
		}
		return err
	}
	answer := func(f leads.Feedback) error {
		at = at.Add(time.Hour)
		next, err := rules.Answer(x, f, at)
		if err == nil {
			x = keep(next.Lead)
		}
		return err
	}
	switch life {
	case "candidate":
		return nil
	case "seen again":
		f.ID, f.Flight, f.FirstSeen, f.LastSeen = f.ID+"-again", f.Flight+"-2", f.FirstSeen.Add(24*time.Hour), f.LastSeen.Add(24*time.Hour)
		known.near = &x
		defer func() { known.near = nil }()
		next, err := rules.Take(known, f)
		if err == nil {
			keep(next.Lead)
		}
		return err
	case "gone":
		keep(rules.Gone(x, f.Flight+"-2", at.Add(24*time.Hour), "").Lead)
		return nil
	case "rejected":
		return decide(leads.DoReject, "王芳", "permitted")
	}
	if rules.Scenes[x.Scene].Review.Steps == 2 {
		if err := decide(leads.DoCheck, "王芳", ""); err != nil {
			return err
		}
	}
	if err := decide(leads.DoConfirm, "李强", ""); err != nil {
		return err
	}
	var steps []leads.Feedback
	switch life {
	case "undone":
		return decide(leads.DoUndo, "李强", "")
	case "handed over":
		steps = []leads.Feedback{{State: leads.FeedbackReceived}}
	case "accepted":
		steps = []leads.Feedback{{State: leads.FeedbackAccepted, Case: "PD-2026-0117"}}
	case "returned":
		steps = []leads.Feedback{{State: leads.FeedbackReturned, Reason: "不属本辖区"}}
	case "closed":
		steps = []leads.Feedback{{State: leads.FeedbackAccepted, Case: "PD-2026-0118"}, {State: leads.FeedbackClosed, Reason: "已整改"}}
	}
	for _, s := range steps {
		if err := answer(s); err != nil {
			return err
		}
	}
	return nil
}

// shelf holds the few leads of a sample; nothing is near anything but what is asked for.
type shelf struct {
	leads    map[string]leads.Lead
	findings map[string]string
	near     *leads.Lead
}

func (s *shelf) keep(x leads.Lead) {
	s.leads[x.Lead] = x
	for _, f := range x.Findings {
		s.findings[f] = x.Lead
	}
}

func (s *shelf) Lead(id string) (leads.Lead, bool, error) {
	x, ok := s.leads[id]
	return x, ok, nil
}

func (s *shelf) OfFinding(id string) (string, error) { return s.findings[id], nil }

func (s *shelf) Epoch(string) (uint64, error) { return 0, nil }

func (s *shelf) Near(string, bool, orb.Point, float64) ([]leads.Spot, error) {
	if s.near == nil {
		return nil, nil
	}
	return []leads.Spot{{Lead: s.near.Lead, Class: s.near.Class, At: orb.Point{s.near.Lon, s.near.Lat}, Cov: s.near.Cov}}, nil
}
