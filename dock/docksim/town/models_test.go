package town

import (
	"math"
	"testing"
)

// What is coated may have any colour in what is trained on, and one of its pool's shades everywhere else: recordings and what is held back
// are drawn as before.
func TestCoatsHaveAnyColourOnlyWhereTrained(t *testing.T) {
	pool := []rgb{{200, 0, 0}, {180, 0, 0}, {220, 0, 0}, {190, 0, 0}}
	ofPool := func(c rgb) bool { return c[0] > 150 && c[1] < 30 && c[2] < 30 }
	for _, c := range []struct {
		name     string
		d        *Dice
		from, to float64 // share of other colours
	}{
		{"a town of a seed for training, flown over", NewDice(5, 1), 0, 0},
		{"a town held back, flown over", NewDice(heldBackFrom, 1), 0, 0},
		{"trained on", newTrainingDice(5, 1), 0.3, 0.45},
		{"held back from training", newTrainingDice(heldBackFrom, 1), 0, 0},
	} {
		const n = 2000
		other := 0
		for range n {
			k := c.d.coat(pool, 0.1)
			for _, v := range k {
				if v < 0 || v > 255 {
					t.Fatalf("%s: %v is no colour", c.name, k)
				}
			}
			if !ofPool(k) {
				other++
			}
		}
		if share := float64(other) / n; share < c.from || share > c.to {
			t.Errorf("%s: %.2f of the coats have another colour, want %g to %g", c.name, share, c.from, c.to)
		}
	}
}

func TestHSV(t *testing.T) {
	for _, c := range []struct {
		hue, saturation, value float64
		want                   rgb
	}{
		{0, 1, 200, rgb{200, 0, 0}}, {1, 1, 200, rgb{200, 200, 0}}, {2, 1, 200, rgb{0, 200, 0}}, {3, 1, 200, rgb{0, 200, 200}},
		{4, 1, 200, rgb{0, 0, 200}}, {5, 1, 200, rgb{200, 0, 200}}, {3.3, 0, 90, rgb{90, 90, 90}}, {0.5, 0.5, 100, rgb{100, 75, 50}},
	} {
		got := hsv(c.hue, c.saturation, c.value)
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-9 {
				t.Errorf("hsv(%g, %g, %g) = %v, want %v", c.hue, c.saturation, c.value, got, c.want)
				break
			}
		}
	}
}
