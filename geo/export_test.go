package geo

import "math"

// Hill is terrain with a slope around Pudong, for tests outside the package.
func Hill() *Terrain {
	t := &tile{w: 200, h: 200, west: 121.47, north: 31.23, dx: 0.0003, dy: 0.0003, m: make([]float32, 200*200)}
	for j := range 200 {
		for i := range 200 {
			t.m[j*200+i] = float32(10 + 20*math.Sin(float64(i)/40) + 0.05*float64(j))
		}
	}
	return &Terrain{tiles: []*tile{t}}
}
