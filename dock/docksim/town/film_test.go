package town

import (
	"os"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/paulmach/orb"
	"gocv.io/x/gocv"

	"github.com/harrier-patrol/harrier/geo"
)

func TestTownHasEnoughToFindAndToMistake(t *testing.T) {
	for _, seed := range []uint64{1, 7, 10000, 10001} {
		town := NewTown(seed, "t", orb.Point{121.5, 31.2})
		town.Ground.Close()
		v, d := map[string]int{}, map[string]int{}
		for _, x := range town.Things {
			if x.At.X < -200 || x.At.X > 200 || x.At.Y < -150 || x.At.Y > 150 {
				continue
			}
			if x.Violation {
				v[x.Scene]++
			} else {
				d[x.Scene]++
			}
		}
		t.Logf("seed %d: violations %v, decoys %v", seed, v, d)
		for _, s := range []string{"illegal-structure", "street-stall", "muck-truck"} {
			if v[s] < 8 || d[s] < 6 {
				t.Errorf("seed %d: %s has %d violations and %d decoys where a flight passes", seed, s, v[s], d[s])
			}
		}
	}
}

func BenchmarkRender720p(b *testing.B) {
	astiav.SetLogLevel(astiav.LogLevelFatal)
	town := NewTown(3, "t", orb.Point{121.5, 31.2})
	defer town.Ground.Close()
	q := Qualities[3]
	r, err := NewRenderer(geo.CameraFromDiagonal(q.Width, q.Height, 84))
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	e, err := NewEncoder(q, 50)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	p := TruePose{U: 70, PitchDeg: -75, YawDeg: 20}
	b.Run("paint", func(b *testing.B) {
		for i := range b.N {
			p.E = float64(i%500)*0.4 - 100
			r.Render(town, town.Eye(r.cam, p), float64(i)/25)
		}
	})
	b.Run("paint and encode", func(b *testing.B) {
		n := 0
		for i := range b.N {
			p.E = float64(i%500)*0.4 - 100
			r.Render(town, town.Eye(r.cam, p), float64(i)/25)
			au, err := e.Encode(r.Frame)
			if err != nil {
				b.Fatal(err)
			}
			n += len(au)
		}
		b.ReportMetric(float64(n)*8*25/float64(b.N)/1e6, "Mbit/s")
	})
}

// TestStillForTheEye writes a picture where HARRIER_LOOK names a folder, so that a person can look at it.
func TestStillForTheEye(t *testing.T) {
	dir := os.Getenv("HARRIER_LOOK")
	if dir == "" {
		t.Skip("set HARRIER_LOOK=DIR to get pictures to look at")
	}
	for i, c := range []struct {
		seed          uint64
		h, pitch, yaw float64
	}{{1, 60, 90, 0}, {2, 70, 75, 30}, {10001, 80, 60, 200}, {7, 40, 70, 90}} {
		m, _, err := Still(c.seed, c.h, c.pitch, c.yaw, 20, 10, 3)
		if err != nil {
			t.Fatal(err)
		}
		gocv.IMWrite(dir+"/still"+string(rune('0'+i))+".png", m)
		m.Close()
	}
}
