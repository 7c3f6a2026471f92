package pace

import (
	"context"
	"testing"
	"time"
)

func TestAFasterClockAgreesWithItself(t *testing.T) {
	from := time.Now()
	a, err := Faster(60, from)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Faster(60, from)
	if d := a.Now().Sub(b.Now()).Abs(); d > time.Second {
		t.Errorf("two clocks of one scale differ by %s", d)
	}
	began, wall := a.Now(), time.Now()
	if err := a.Sleep(t.Context(), 6*time.Second); err != nil {
		t.Fatal(err)
	}
	if d := a.Since(began); d < 6*time.Second || d > 30*time.Second {
		t.Errorf("slept %s for 6 s", d)
	}
	if d := time.Since(wall); d < 100*time.Millisecond || d > 500*time.Millisecond {
		t.Errorf("that took %s of the wall's time, at 60 times its pace", d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a.Sleep(ctx, time.Hour) == nil {
		t.Error("sleeps on after the end")
	}
	for _, bad := range []float64{0, 0.5, -1, 5000} {
		if _, err := Faster(bad, from); err == nil {
			t.Errorf("scale %g is taken", bad)
		}
	}
}
