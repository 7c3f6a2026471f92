package geo

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestCalibrationFileIsChecked(t *testing.T) {
	for name, text := range map[string]string{"no json": "{", "empty": "{}", "datum": `{"datum":"GCJ-02","headings":[1],"bias":{"yaw":[0],"cov":[[[0]]]}}`} {
		p := filepath.Join(t.TempDir(), "cal.json")
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCalibration(p); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	c := Calibration{Headings: []float64{43}, Bias: &Bias{HeightM: -1, YawDeg: []float64{-2}, Cov: make([]CommonCov, 1)}}
	p := Pose{Lon: 121.5, Lat: 31.2, HeightM: 40, YawDeg: 45, PitchDeg: -90}
	if q, err := c.Apply(p); err != nil || q.YawDeg != 43 || q.HeightM != 39 {
		t.Errorf("%+v %v", q, err)
	}
	p.YawDeg = -137
	if q, err := c.Apply(p); !errors.Is(err, ErrHeading) || q.YawDeg != -137 || q.HeightM != 39 {
		t.Errorf("against the heading: %+v %v", q, err)
	}
}

func FuzzCalibration(f *testing.F) {
	f.Add([]byte(`{"datum":"WGS-84","headings":[43],"bias":{"height_m":-1,"yaw":[-2],"cov":[[[1,0,0,0,0,0,0]]]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Calibration
		if c.parse(b, "x") == nil {
			p, _ := c.Apply(pose())
			_, _ = Locator{}.Locate(CameraFromDiagonal(1280, 720, 84), p, 900, 300, 0, 1)
		}
	})
}
