package still

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

const real = "../../../shared/real"

func TestRealStillsTellTheirPose(t *testing.T) {
	files, _ := filepath.Glob(real + "/georef/*.JPG")
	if len(files) == 0 {
		t.Skip("no ../shared/real here: real stills are not tested")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Read(b)
		if err != nil || m.PoseErr != nil {
			t.Fatalf("%s: %v %v", f, err, m.PoseErr)
		}
		if m.Model != "FC300S" || m.Pose.HeightM < 30 || m.Pose.HeightM > 50 || m.Pose.PitchDeg > -85 || math.Abs(m.Camera.FocalPx-2311) > 5 || m.Edited != "" {
			t.Errorf("%s: %+v", f, m)
		}
	}
	b, err := os.ReadFile(real + "/georef/edited/DJI_0025.JPG")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := Read(b); err != nil || m.Edited == "" {
		t.Errorf("the turned still is not noticed: %v", err)
	}
	if _, err := Read(b[:len(b)/2]); err == nil {
		t.Error("a JPEG that breaks off is accepted")
	}
}

func TestRealSubtitles(t *testing.T) {
	for name, want := range map[string]struct {
		lon, lat float64
		pose     bool
	}{
		"air2s.srt": {2.234156, 41.424724, false}, "matrice_300.srt": {-6.112, 36.6146, false}, "mavic_air2.srt": {2.162162, 41.420684, false},
		"mavic_mini.SRT": {-121.7458, 48.0771, false}, "p4_rtk.SRT": {-58.851745, -34.237922, true}, "broken_incomplete.SRT": {-58.4563, -34.7383, false},
		"broken_incomplete2.SRT": {-57.823395, -34.86995, false},
	} {
		b, err := os.ReadFile(filepath.Join(real, "srt", name))
		if errors.Is(err, os.ErrNotExist) {
			t.Skip("no ../shared/real here: real subtitles are not tested")
		}
		f, _, err := ParseSRT(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if math.Abs(f[0].Lon-want.lon) > 1e-6 || math.Abs(f[0].Lat-want.lat) > 1e-6 {
			t.Errorf("%s: %f %f", name, f[0].Lon, f[0].Lat)
		}
		if _, err := f[0].Pose(); (err == nil) != want.pose {
			t.Errorf("%s: pose %v", name, err)
		}
	}
	for _, name := range []string{"broken_empty.SRT", "broken_empty2.SRT"} {
		b, err := os.ReadFile(filepath.Join(real, "srt", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ParseSRT(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestWhatIsNoPictureIsSaid(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("hello"), {0xFF, 0xD8, 0xFF, 0xE0}} {
		if _, err := Read(b); err == nil {
			t.Errorf("%q accepted", b)
		}
	}
}

func TestLensAsTheFileTellsIt(t *testing.T) {
	m := Meta{Width: 5472, Height: 3648, Model: "FC6310"}
	const data = "2018-09-01;3713.29,3713.29,7.02,-8.72,-0.11257,0.01487,-0.00008566,0.00000030,-0.0261"
	c, ok := m.camera(nil, map[string]any{"DewarpData": data, "DewarpFlag": "0", "CalibratedFocalLength": "3666.67"})
	if !ok || c.FocalPx != 3713.29 || c.CX != 2743.02 || c.CY != 1815.28 || c.Lens.K1 != -0.11257 || c.Lens.K3 != -0.0261 {
		t.Errorf("%+v", c)
	}
	if c, _ := m.camera(nil, map[string]any{"DewarpData": data, "DewarpFlag": "1"}); c.Lens.K1 != 0 {
		t.Error("a rectified picture is rectified again")
	}
	if c, _ := m.camera(nil, map[string]any{"DewarpData": "x;1,2", "CalibratedFocalLength": "3666.67", "CalibratedOpticalCenterX": "2730", "CalibratedOpticalCenterY": "1820"}); c.FocalPx != 3666.67 || c.CX != 2730 || c.CY != 1820 {
		t.Errorf("%+v", c)
	}
	m.Model = "M4TD"
	if _, ok := m.camera(nil, nil); !ok {
		t.Error("the wide camera of an M4TD is not known")
	}
	m.Model = "Nikon"
	if _, ok := m.camera(nil, nil); ok {
		t.Error("the lens of a Nikon is known")
	}
}

func FuzzParseDewarp(f *testing.F) {
	f.Add("2018-09-01;3713.29,3713.29,7.02,-8.72,-0.11257,0.01487,-0.00008566,0.00000030,-0.0261")
	f.Fuzz(func(t *testing.T, s string) { _, _ = parseDewarp(s) })
}

func FuzzParseSRT(f *testing.F) {
	f.Add([]byte("1\n00:00:00,000 --> 00:00:01,000\nGPS (1.5, 2.5, 3), H 20.1m, G.PRY (-24.4°, 0.0°, 110.4°)\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fixes, _, err := ParseSRT(b)
		if err == nil {
			for _, x := range fixes {
				_, _ = x.Pose()
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = Read(b) })
}
