package wpml_test

import (
	"fmt"

	"github.com/harrier-patrol/harrier/missions"
	"github.com/harrier-patrol/harrier/missions/wpml"
)

// A route as DJI docks take it, written and read back.
func Example() {
	route := missions.Route{Waypoints: []missions.Waypoint{
		{Lon: 121.53, Lat: 31.225, HeightM: 80, SpeedMS: 10, PitchDeg: -60},
		{Lon: 121.532, Lat: 31.225, HeightM: 80, SpeedMS: 10, PitchDeg: -60, Photo: true},
	}}
	kmz, err := wpml.Write(route)
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := wpml.Read(kmz)
	fmt.Println(len(back.Waypoints), back.Waypoints[1].Photo, back.Waypoints[1].HeightM, err)
	// Output: 2 true 80 <nil>
}
