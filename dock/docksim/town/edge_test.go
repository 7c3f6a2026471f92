package town

import (
	"testing"

	"gocv.io/x/gocv"
)

// Beyond the edge of a town there is plain ground: where it was mirrored it showed the shadows of things that stand on the other side.
func TestBeyondATownLiesPlainGround(t *testing.T) {
	m, _, err := Still(830, 60, 90, 0, townHalfX+150, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	mean, spread := gocv.NewMat(), gocv.NewMat()
	defer mean.Close()
	defer spread.Close()
	gocv.MeanStdDev(m, &mean, &spread)
	for ch := range 3 {
		if s := spread.GetDoubleAt(ch, 0); s > 1 {
			t.Errorf("beyond the edge channel %d is spread by %.1f", ch, s)
		}
		if v := mean.GetDoubleAt(ch, 0); v < 30 || v > 225 {
			t.Errorf("beyond the edge channel %d is %.0f", ch, v)
		}
	}
}
