package dock

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A dock's clock is off and its messages are late; their times come out right to some hundredths of a second.
func TestDockTimesComeToThisServersClock(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, off := range []time.Duration{-2 * time.Second, 0, 1700 * time.Millisecond} {
		var c clock
		now := time.Unix(1_800_000_000, 0)
		for i := range 300 {
			now = now.Add(200 * time.Millisecond)
			late := time.Duration(30+rng.IntN(270)) * time.Millisecond
			got := c.server(now.Add(off), now.Add(late))
			if d := got.Sub(now).Abs(); i > 50 && d > 80*time.Millisecond {
				t.Fatalf("offset %s: off by %s", off, d)
			}
		}
	}
}
