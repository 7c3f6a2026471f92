package watch

import (
	"image"
	"image/color"
	"strings"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/docksim"
	"github.com/harrier-patrol/harrier/dock/docksim/town"
	"github.com/harrier-patrol/harrier/vision"
)

func frameOf(t testing.TB, seed uint64, east float64) gocv.Mat {
	t.Helper()
	m, _, err := town.Still(seed, 65, 75, 20, east, 10, 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestGoodFramesAreInspected(t *testing.T) {
	j := newFrameQuality()
	defer j.Close()
	for seed := range uint64(5) {
		if s := j.look(frameOf(t, 700+seed, float64(seed)), true); s.reason != "" {
			t.Errorf("town %d: %s (light %.2f, sharpness %.2f)", 700+seed, s.reason, s.light, s.sharpness)
		}
	}
}

func TestBadFramesSayWhy(t *testing.T) {
	stills := []gocv.Mat{frameOf(t, 800, 0), frameOf(t, 803, 0)}
	for _, c := range []struct {
		want string
		make func(m *gocv.Mat)
	}{
		{"dark", func(m *gocv.Mat) { m.ConvertToWithParams(m, gocv.MatTypeCV8U, 0.1, 0) }},
		{"over-exposed", func(m *gocv.Mat) { m.ConvertToWithParams(m, gocv.MatTypeCV8U, 1, 150) }},
		{"blurred", func(m *gocv.Mat) { gocv.GaussianBlur(*m, m, image.Pt(61, 61), 0, 0, gocv.BorderDefault) }},
		{"blank", func(m *gocv.Mat) { m.SetTo(gocv.NewScalar(128, 128, 128, 0)) }},
		{"fog", func(m *gocv.Mat) { m.ConvertToWithParams(m, gocv.MatTypeCV8U, 0.12, 160) }},
		{"green", func(m *gocv.Mat) { gocv.Rectangle(m, image.Rect(0, 300, 1280, 720), color.RGBA{0, 135, 0, 0}, -1) }},
		{"packets", func(m *gocv.Mat) {
			gocv.Rectangle(m, image.Rect(0, 400, 1280, 720), color.RGBA{128, 128, 128, 0}, -1)
		}},
	} {
		for seed, still := range stills {
			m := still.Clone()
			c.make(&m)
			j := newFrameQuality()
			if s := j.look(m, true); !strings.Contains(s.reason, c.want) {
				t.Errorf("town %d made %s is taken for %q (light %.2f, sharpness %.3f)", 800+seed, c.want, s.reason, s.light, s.sharpness)
			}
			j.Close()
			m.Close()
		}
	}
}

func TestAFrozenVideoIsNoticedAndAStandingAircraftIsNone(t *testing.T) {
	m := frameOf(t, 810, 0)
	for _, moved := range []bool{true, false} {
		j := newFrameQuality()
		frozen := false
		for range 5 {
			frozen = strings.Contains(j.look(m, moved).reason, "frozen")
		}
		if frozen != moved {
			t.Errorf("the aircraft moved: %v; the same picture five times is frozen: %v", moved, frozen)
		}
		j.Close()
	}
}

func TestDropsOnTheLensAreNoticed(t *testing.T) {
	clean, wet := newFrameQuality(), newFrameQuality()
	defer clean.Close()
	defer wet.Close()
	var last seen
	r := docksim.Replay{Seed: 820, HeightM: 65, SpeedMS: 10, PitchDeg: 75, Duration: 14 * time.Second, RTK: true, Settings: docksim.DefaultSettings(), Quality: 3, PictureEvery: 800 * time.Millisecond,
		OSD: func(*cloudapi.AircraftProperties, time.Time, time.Time) {}, DRCInfo: func(*cloudapi.OSDInfoPush, time.Time, time.Time) {}, Delay: func(float64, time.Time) {},
		Frame: func(_ docksim.ReplayFrame, pic gocv.Mat) error {
			if pic.Empty() {
				return nil
			}
			if s := clean.look(pic, true); s.reason != "" {
				t.Errorf("a clean lens: %s, covered %.2f", s.reason, s.covered)
			}
			m := pic.Clone()
			defer m.Close()
			part := m.Region(image.Rect(0, 0, 560, 720))
			gocv.GaussianBlur(part, &part, image.Pt(91, 91), 0, 0, gocv.BorderDefault)
			part.Close()
			last = wet.look(m, true)
			return nil
		}}
	if _, err := r.Fly(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(last.reason, "lens") {
		t.Errorf("a lens that is blurred over 40 %% of the picture is taken for %q, covered %.2f", last.reason, last.covered)
	}
}

func TestPeopleAndVehiclesAreMadeUnrecognisable(t *testing.T) {
	// stripes 2 cm wide at 1 cm a pixel, as a plate's characters have them
	m := gocv.NewMatWithSize(400, 600, gocv.MatTypeCV8UC3)
	defer m.Close()
	for x := 0; x < 600; x += 4 {
		gocv.Rectangle(&m, image.Rect(x, 0, x+2, 400), color.RGBA{255, 255, 255, 0}, -1)
	}
	contrast := func(r image.Rectangle) float64 {
		part := m.Region(r)
		defer part.Close()
		mean, sd := gocv.NewMat(), gocv.NewMat()
		defer mean.Close()
		defer sd.Close()
		gocv.MeanStdDev(part, &mean, &sd)
		return sd.GetDoubleAt(0, 0)
	}
	car, truck, person := image.Rect(10, 10, 200, 90), image.Rect(10, 150, 250, 250), image.Rect(300, 20, 360, 80)
	box := func(r image.Rectangle) vision.Box {
		return vision.Box{X: float64(r.Min.X), Y: float64(r.Min.Y), W: float64(r.Dx()), H: float64(r.Dy())}
	}
	clear := contrast(truck)
	Blur(&m, []vision.Detection{{Class: "car", Box: box(car)}, {Class: "dump-truck/open", Box: box(truck)}, {Class: "person", Box: box(person)}}, map[string]bool{"dump-truck/open": true})
	if c := contrast(truck); c != clear {
		t.Errorf("the truck that the lead is about was changed: contrast %.0f, was %.0f", c, clear)
	}
	for name, r := range map[string]image.Rectangle{"car": car, "person": person} {
		if c := contrast(r); c > clear/5 {
			t.Errorf("the %s can still be made out: contrast %.0f of %.0f", name, c, clear)
		}
	}
}
