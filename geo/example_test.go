package geo_test

import (
	"fmt"

	"github.com/harrier-patrol/harrier/geo"
)

// Where the middle of a picture lies that an aircraft took 80 m above take-off, looking 45° down to the north.
func ExampleLocator_Locate() {
	camera := geo.CameraFromDiagonal(1920, 1080, 84)
	pose := geo.Pose{Lon: 121.53, Lat: 31.225, HeightM: 80, PitchDeg: -45, Sigma: geo.PoseSigma{HorizM: 0.5, YawDeg: 1, PitchDeg: 0.5}}
	at, err := geo.Locator{GroundSigmaM: 1}.Locate(camera, pose, 960, 540, 0, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := at.Cov.Ellipse()
	fmt.Printf("%.6f, %.6f, on the %s, %.0f m away, within %.1f m x %.1f m\n", at.Lon, at.Lat, at.Surface, at.SlantM, e.MajorM, e.MinorM)
	// Output: 121.530000, 31.225722, on the ground, 113 m away, within 4.4 m x 3.6 m
}

// The cell of a place, and how probable it is in each when the place is uncertain.
func ExampleGrid_Shares() {
	grid, err := geo.GeneratePudong(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	cell, ok := grid.At([2]float64{121.53, 31.225})
	shares := grid.Shares(nil, [2]float64{121.53, 31.225}, geo.Cov{EE: 100, NN: 100})
	fmt.Println(ok, len(cell.Code), cell.MadeUp, len(shares) >= 1)
	// Output: true 15 true true
}
