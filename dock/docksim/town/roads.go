package town

import "math"

// roads marks the lanes and puts vehicles on them: parked along the kerb, and driving.
func (t *Town) roads(xs, ys []float64) {
	d := t.d
	white := rgb{214, 214, 208}
	for _, y := range ys[1 : len(ys)-1] {
		t.Streets = append(t.Streets, [4]float64{-townHalfX, y, townHalfX, y})
	}
	for _, x := range xs[1 : len(xs)-1] {
		t.Streets = append(t.Streets, [4]float64{x, -townHalfY, x, townHalfY})
	}
	for _, y := range ys[1 : len(ys)-1] {
		for x := -townHalfX; x < townHalfX; x += 6 {
			t.Ground.rect(x, y-0.08, x+2.6, y+0.08, white, 0)
		}
		for x := -townHalfX + d.Between(5, 30); x < townHalfX-10; x += d.Between(20, 34) {
			t.parkedTruck(x, y-3.2, 0)
		}
		v := d.Between(5, 11) // one speed a street: nobody drives through another
		for x := -townHalfX; x < townHalfX; x += d.Between(30, 80) {
			t.vehicle(of(d, []string{"car", "car", "car", "van", "bus", "lorry", "car", "dump-truck"}), x, y+1.7, math.Pi, vec{-v, 0, 0})
		}
	}
	t.marks(xs, ys)
	for _, x := range xs[1 : len(xs)-1] {
		for y := -townHalfY; y < townHalfY; y += 6 {
			t.Ground.rect(x-0.08, y, x+0.08, y+2.6, white, 0)
		}
		for y := -townHalfY + d.Between(5, 30); y < townHalfY-10; y += d.Between(24, 40) {
			t.parkedTruck(x+3.2, y, math.Pi/2)
		}
		v := d.Between(5, 11)
		for y := -townHalfY; y < townHalfY; y += d.Between(40, 90) {
			t.vehicle(of(d, []string{"car", "car", "van", "car", "car", "car", "bus", "car"}), x-1.7, y, -math.Pi/2, vec{0, -v, 0})
		}
	}
}

// marks paints crossings, arrows, patches and covers on the roads.
func (t *Town) marks(xs, ys []float64) {
	d := t.d
	white := rgb{208, 208, 202}
	for _, y := range ys[1 : len(ys)-1] {
		for _, x := range xs[1 : len(xs)-1] {
			if d.Chance(0.6) {
				for k := -3.5; k < 3.6; k += 0.9 {
					t.Ground.rect(x+7, y+k, x+10, y+k+0.45, white, 0)
				}
			}
			for k := range 1 + d.IntN(2) {
				ax := x - 14 - 6*float64(k)
				t.Ground.rect(ax, y+1.6, ax+2.6, y+1.8, white, 0)
				for j := range 5 {
					t.Ground.rect(ax-0.2*float64(j), y+1.7-0.12*float64(5-j), ax-0.2*float64(j)+0.2, y+1.7+0.12*float64(5-j), white, 0)
				}
			}
		}
		for range 14 {
			x, l := d.Between(-townHalfX, townHalfX), d.Between(0.6, 5)
			t.Ground.rect(x, y+d.Between(-4, 2), x+l, y+d.Between(2, 4), d.shade(rgb{70, 70, 72}, 0.3), 0.05)
		}
		for range 10 {
			x := d.Between(-townHalfX, townHalfX)
			t.Ground.rect(x, y+0.6, x+0.7, y+1.3, rgb{52, 52, 54}, 0.1)
		}
	}
}

func (t *Town) parkedTruck(x, y, yaw float64) {
	d := t.d
	if d.Chance(0.5) {
		yaw += math.Pi
	}
	spilled := d.Chance(spillShare)
	switch d.IntN(7) {
	case 0, 1:
		t.dumpTruckAt(x, y, yaw, of(d, []string{"open", "overfull", "open", "overfull", "overfull", "open", "overfull", "open"}), spilled)
	case 2, 3:
		t.dumpTruckAt(x, y, yaw, "covered", spilled)
	case 4:
		t.dumpTruckAt(x, y, yaw, "empty", spilled)
	case 5:
		t.lorryAt(x, y, yaw)
	default:
		t.vehicle("car", x, y, yaw, vec{})
	}
}
